//! Mail that really arrives, or does not.
//!
//! Delivery runs what the mailbox says: its rules in order, then its forwarding, under the organisation's outbound
//! policy and the block list. What leaves the organisation is kept as an arrival, what is refused as a bounce:
//! nothing is lost without a trace, and nothing arrives that a rule or a policy stopped.

mod matching;
mod message;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

pub use message::Message;

use crate::caller::Caller;
use crate::exchange::{Exchange, Mailbox, Rule, RuleKind};
use crate::message::Answer;
use crate::world::World;

/// What the sender sees whose mail is stopped.
pub const BAD_OUTBOUND_SENDER: &str = "550 5.1.8 Access denied, bad outbound sender";
/// What the sender sees whose forwarding is not allowed.
pub const NO_EXTERNAL_FORWARDING: &str = "550 5.7.520 Access denied, Your organization does not allow external forwarding. Please \
                                          contact your administrator for further assistance. AS(7555)";

/// How often a message is passed on before it is taken for a loop.
const HOPS: usize = 4;

/// All mail of a run.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// What reached an address outside.
    pub arrivals: Vec<Arrival>,
    /// What was refused.
    pub bounces: Vec<Bounce>,
    /// What lies in the mailboxes, by account.
    pub stored: BTreeMap<String, Vec<Stored>>,
    sent: Vec<Sent>,
}

/// A message at an address outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub at: Timestamp,
    pub to: String,
    pub from: String,
    pub subject: String,
    /// The account whose mailbox passed it on; none when it was sent there.
    pub through: Option<String>,
}

/// A message that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    pub at: Timestamp,
    pub from: String,
    pub to: String,
    pub reason: &'static str,
}

/// A message in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub at: Timestamp,
    /// Nothing for a message that was deleted for good.
    pub folder: Option<String>,
    pub from: String,
    pub subject: String,
    pub read: bool,
}

#[derive(Debug, Clone)]
struct Sent {
    at: Timestamp,
    from: String,
}

/// Delivers a message to everybody it is for.
pub fn deliver(world: &mut World, message: &Message) {
    for to in message.to.iter().chain(&message.cc) {
        hand_over(world, message, to, None, 0);
    }
}

/// Graph's `sendMail`: accepted whatever happens to the message then.
pub fn send(world: &mut World, caller: &Caller, user_id: &str, body: &Value) -> Answer {
    let own = caller.account().is_none_or(|account| account.eq_ignore_ascii_case(user_id));
    if !own || !caller.has("Mail.Send") {
        return Answer::graph_error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
    }
    let Some(mailbox) = world.tenant.exchange.mailbox_of(user_id) else {
        let text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise.";
        return Answer::graph_error(404, "MailboxNotEnabledForRESTAPI", text);
    };
    let message = Message::from_graph(&mailbox.who.address, &body["message"]);
    if message.to.is_empty() && message.cc.is_empty() {
        return Answer::graph_error(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.");
    }
    let recipients: Vec<String> = message.to.iter().chain(&message.cc).cloned().collect();
    for to in &recipients {
        send_one(world, &message, to);
    }
    Answer::empty(202)
}

fn send_one(world: &mut World, message: &Message, to: &str) {
    let (exchange, now) = (&world.tenant.exchange, world.now);
    if exchange.sending_blocked(&message.from, now) {
        return bounce(world, &message.from, to, BAD_OUTBOUND_SENDER);
    }
    if exchange.is_outside(to) {
        count(world, &message.from);
    }
    hand_over(world, message, to, None, 0);
}

/// Counts a message outside; too many in an hour and the sender is blocked.
fn count(world: &mut World, from: &str) {
    let now = world.now;
    world.tenant.mail.sent.push(Sent { at: now, from: from.to_owned() });
    let recent = |sent: &&Sent| sent.from == from && now.duration_since(sent.at) < SignedDuration::from_hours(1);
    let recent = world.tenant.mail.sent.iter().filter(recent).count();
    if recent > world.tenant.exchange.behaviour().outbound_limit {
        let reason = format!(
            "EmailSendingLimitExceeded;InternalRecipientCountToday=0;ExternalRecipientCountToday={recent};ExceedingLimitType=External;"
        );
        world.tenant.exchange.block_sender(from, reason, now);
    }
}

fn hand_over(world: &mut World, message: &Message, to: &str, through: Option<&str>, hops: usize) {
    if hops > HOPS {
        return;
    }
    let inside = world.tenant.exchange.by_address(to).and_then(|who| world.tenant.exchange.mailbox_of(&who.id)).cloned();
    match inside {
        Some(mailbox) => into_mailbox(world, &mailbox, message, hops),
        None if world.tenant.exchange.is_outside(to) => world.tenant.mail.arrivals.push(Arrival {
            at: world.now,
            to: to.to_owned(),
            from: message.from.clone(),
            subject: message.subject.clone(),
            through: through.map(str::to_owned),
        }),
        None => bounce(world, &message.from, to, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
    }
}

fn bounce(world: &mut World, from: &str, to: &str, reason: &'static str) {
    let at = world.now;
    world.tenant.mail.bounces.push(Bounce { at, from: from.to_owned(), to: to.to_owned(), reason });
}

/// What the rules made of a message.
struct Outcome {
    folder: Option<String>,
    copies: Vec<String>,
    read: bool,
    on: Vec<String>,
}

fn into_mailbox(world: &mut World, mailbox: &Mailbox, message: &Message, hops: usize) {
    let forward = forwarding(&world.tenant.exchange, mailbox);
    // Without a copy the message never reaches the mailbox, and so no rule sees it.
    if forward.is_none() || mailbox.deliver_to_mailbox_and_forward {
        let outcome = run_rules(&world.tenant.exchange, mailbox, message, world.now);
        store(world, mailbox, message, &outcome);
        for to in &outcome.on {
            pass_on(world, mailbox, message, to, hops);
        }
    }
    if let Some(to) = forward {
        pass_on(world, mailbox, message, &to, hops);
    }
}

/// Where the mailbox forwards to: the internal address wins, the other is dormant then.
fn forwarding(exchange: &Exchange, mailbox: &Mailbox) -> Option<String> {
    let inside = mailbox.forwarding_address.as_deref().and_then(|id| exchange.recipients().find(|who| who.id == id));
    let by_smtp = || mailbox.forwarding_smtp_address.as_deref().map(|address| address.trim_start_matches("smtp:").to_owned());
    inside.map(|who| who.address.clone()).or_else(by_smtp)
}

fn run_rules(exchange: &Exchange, mailbox: &Mailbox, message: &Message, now: Timestamp) -> Outcome {
    let mut outcome = Outcome { folder: Some("Inbox".into()), copies: Vec::new(), read: false, on: Vec::new() };
    let runs = |rule: &&Rule| rule.enabled && matches!(rule.kind, RuleKind::Visible | RuleKind::Hidden);
    for rule in mailbox.rules.iter().filter(runs) {
        if !matching::matches(exchange, mailbox, rule, message, now) {
            continue;
        }
        act(exchange, rule, &mut outcome);
        if is_on(rule, "StopProcessingRules") {
            break;
        }
    }
    outcome
}

fn act(exchange: &Exchange, rule: &Rule, outcome: &mut Outcome) {
    let text = |field: &str| rule.fields.get(field).and_then(Value::as_str).map(str::to_owned);
    if let Some(folder) = text("MoveToFolder") {
        outcome.folder = Some(folder);
    }
    outcome.copies.extend(text("CopyToFolder"));
    if is_on(rule, "DeleteMessage") {
        outcome.folder = Some("Deleted Items".into());
    }
    if is_on(rule, "SoftDeleteMessage") || is_on(rule, "PermanentDelete") {
        outcome.folder = None;
    }
    outcome.read |= is_on(rule, "MarkAsRead");
    for field in ["ForwardTo", "ForwardAsAttachmentTo", "RedirectTo"] {
        let people = rule.fields.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        outcome.on.extend(people.filter_map(|person| exchange.address_of(person)));
    }
}

fn is_on(rule: &Rule, field: &str) -> bool {
    rule.fields.get(field) == Some(&Value::Bool(true))
}

fn store(world: &mut World, mailbox: &Mailbox, message: &Message, outcome: &Outcome) {
    let folders = std::iter::once(outcome.folder.clone()).chain(outcome.copies.iter().cloned().map(Some));
    let stored = folders.map(|folder| Stored {
        at: world.now,
        folder,
        from: message.from.clone(),
        subject: message.subject.clone(),
        read: outcome.read,
    });
    world.tenant.mail.stored.entry(mailbox.who.id.clone()).or_default().extend(stored);
}

/// Passes a message on by rule or forwarding: as the mailbox's owner, so the owner's block and the policy count.
fn pass_on(world: &mut World, mailbox: &Mailbox, message: &Message, to: &str, hops: usize) {
    let (exchange, owner) = (&world.tenant.exchange, &mailbox.who.address);
    if exchange.sending_blocked(owner, world.now) {
        return bounce(world, owner, to, BAD_OUTBOUND_SENDER);
    }
    let domain = to.rsplit('@').next().unwrap_or_default();
    if exchange.is_outside(to) && !exchange.forwards_outside(domain) {
        return bounce(world, owner, to, NO_EXTERNAL_FORWARDING);
    }
    hand_over(world, message, to, Some(&mailbox.who.id), hops + 1);
}
