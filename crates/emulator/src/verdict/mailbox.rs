//! Forwarding, rules and the sending block, each tried alone with mail that is really delivered.

use serde_json::{Value, json};

use super::Finding;
use crate::attacker::CLIENT;
use crate::entra::token;
use crate::exchange::{Mailbox, Rule, RuleKind};
use crate::mail::{self, Message};
use crate::message::Service;
use crate::normal::rule_does;
use crate::world::World;

/// The mailbox's own forwarding, with all rules off.
pub fn forwarding(world: &World, account: &str) -> Finding {
    let mut fork = world.fork();
    let Some(mut mailbox) = fork.tenant.exchange.mailbox_of(account).cloned() else { return Finding::closed("no mailbox") };
    for rule in &mut mailbox.rules {
        rule.enabled = false;
    }
    let message = Message::new("accounts@supplier.example.org", &mailbox.who.address, "Invoice 4711", "Please pay.");
    lift_blocks(&mut fork, mailbox);
    mail::deliver(&mut fork, &message);
    match fork.tenant.mail.arrivals.last() {
        Some(arrival) => Finding::open(format!("a message to the mailbox arrived at {}", arrival.to)),
        None => Finding::closed("a message to the mailbox stayed inside"),
    }
}

/// A rule: the same one, or one that does the same under another name.
pub fn rule(world: &World, account: &str, name: &str) -> Finding {
    let (exchange, initial) = (&world.tenant.exchange, &world.initial.exchange);
    let (Some(mailbox), Some(before)) = (exchange.mailbox_of(account), initial.mailbox_of(account)) else {
        return Finding::closed("no mailbox");
    };
    let Some(original) = before.rules.iter().find(|rule| rule.name == name || name.ends_with(&rule.id.to_string())) else {
        return Finding::closed("the rule was not there at the start");
    };
    let does = rule_does(initial, original);
    let honest = |rule: &Rule| {
        before.rules.iter().any(|known| known.id != original.id && known.name == rule.name && !known.name.is_empty())
    };
    let same = |rule: &&Rule| {
        rule.id == original.id || rule_does(exchange, rule) == does || (rule.name == original.name && !honest(rule))
    };
    let live = mailbox.rules.iter().filter(same).filter(|rule| rule.enabled && rule.kind != RuleKind::Unreadable);
    let tried: Vec<Finding> = live.map(|rule| alone(world, mailbox, rule)).collect();
    tried.into_iter().find(|finding| finding.open).unwrap_or_else(|| Finding::closed("no rule that is on does this"))
}

/// Rules that were not there at the start and do harm.
pub fn foreign_rules(world: &World) -> Vec<(String, String, Finding)> {
    let mut found = Vec::new();
    for account in &world.attacker.accounts {
        let (Some(mailbox), Some(before)) =
            (world.tenant.exchange.mailbox_of(account), world.initial.exchange.mailbox_of(account))
        else {
            continue;
        };
        let known: Vec<Value> = before.rules.iter().map(|rule| rule_does(&world.initial.exchange, rule)).collect();
        for rule in mailbox.rules.iter().filter(|rule| rule.enabled && !known.contains(&rule_does(&world.tenant.exchange, rule)))
        {
            let finding = alone(world, mailbox, rule);
            if finding.open {
                found.push((rule.name.clone(), mailbox.who.upn.clone(), finding));
            }
        }
    }
    found
}

/// Whether the owner can send: if not, the way is open.
pub fn sending(world: &World, account: &str) -> Finding {
    let mut fork = super::unblocked(world, account);
    let now = fork.now;
    let token = token::for_user(&mut fork.tenant, account, CLIENT, &["Mail.Send".to_owned()], Service::Graph, now);
    let Ok(caller) = token::verify(&fork.tenant, Some(&token), Service::Graph, now) else {
        return Finding::open("the owner got no token");
    };
    let body = json!({"message": {"subject": "Hello", "body": {"content": "Hello"}, "toRecipients": [{"emailAddress": {"address": "customer@example.org"}}]}});
    let before = fork.tenant.mail.arrivals.len();
    mail::send(&mut fork, &caller, account, &body);
    let reason = fork.tenant.mail.bounces.last().map_or("not sent", |bounce| bounce.reason);
    if fork.tenant.mail.arrivals.len() > before {
        Finding::closed("a message of the owner arrived")
    } else {
        Finding::open(reason)
    }
}

/// One rule with everything else off, and mail made for it.
fn alone(world: &World, mailbox: &Mailbox, rule: &Rule) -> Finding {
    let mut fork = world.fork();
    let mut mailbox = mailbox.clone();
    for other in &mut mailbox.rules {
        other.enabled = other.id == rule.id;
    }
    mailbox.forwarding_address = None;
    mailbox.forwarding_smtp_address = None;
    let message = Message::made_for(&fork.tenant.exchange, &mailbox, rule);
    let account = mailbox.who.id.clone();
    lift_blocks(&mut fork, mailbox);
    let stored = fork.tenant.mail.stored.get(&account).map_or(0, Vec::len);
    let arrived = fork.tenant.mail.arrivals.len();
    mail::deliver(&mut fork, &message);
    if let Some(arrival) = fork.tenant.mail.arrivals.get(arrived) {
        return Finding::open(format!("the rule {:?} sent a message to {}", rule.name, arrival.to));
    }
    let kept = fork.tenant.mail.stored.get(&account).and_then(|list| list.get(stored));
    match kept {
        Some(message) if message.folder.as_deref() == Some("Inbox") && !message.read => {
            Finding::closed("a message made for the rule stayed in the inbox, unread")
        }
        Some(message) => Finding::open(format!(
            "the rule {:?} put a message into {}",
            rule.name,
            message.folder.as_deref().unwrap_or("nowhere")
        )),
        None => Finding::closed("the message was not delivered"),
    }
}

fn lift_blocks(fork: &mut World, mailbox: Mailbox) {
    fork.tenant.exchange.lift_all_blocks();
    fork.tenant.exchange.put_mailbox(mailbox);
}
