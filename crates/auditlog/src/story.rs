//! What the intruder did, told by kind: read, sent, changed, rules that came and went, payments he
//! wrote about, and domains that look like one of ours.
//!
//! A fold over the intruder's events as the timeline has them, and two questions to the rows beside:
//! which domains mail came from and went to, and which message traces belong to what he sent.
//! Invariant: lists are in an order of their own, and bounded; what is left out is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use regain_incident::Timestamp;
use serde::Serialize;

use crate::analysis::Analysis;
use crate::domains::{self, Lookalike};
use crate::event::{Event, Kind, Outcome};
use crate::log::Log;
use crate::row::Place;
use crate::rulelife::{self, RuleLife};
use crate::survey::{Act, MINUTE};
use crate::time::Micros;
use crate::timeline::{Moment, Timeline};

/// What the intruder did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Story {
    /// Domains that look like the tenant's or a correspondent's.
    pub lookalikes: Vec<Lookalike>,
    /// Threads about money in which the intruder wrote.
    pub payments: Vec<Thread>,
    /// What was read, by mailbox and folder.
    pub read: Vec<Reading>,
    /// What was sent.
    pub sent: Vec<Message>,
    /// What was changed, by account, operation and object.
    pub changed: Vec<Change>,
    /// Rules of the intruder's, and rules that were removed soon after they were made.
    pub rules: Vec<RuleLife>,
    /// Entries of these lists that were left out, because there were too many.
    pub left_out: u64,
}

/// A thread about money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thread {
    /// Its subject, without "Re:" and the like. Hostile.
    pub subject: String,
    /// From whose mailboxes the intruder wrote.
    pub mailboxes: Vec<String>,
    /// To whom, as far as a message trace tells.
    pub to: Vec<String>,
    /// Messages that he sent.
    pub sent: u64,
    /// He answered a message, rather than begin the thread.
    pub answered: bool,
    /// He read in it as well.
    pub read: bool,
    /// He moved or deleted messages of it.
    pub deleted: bool,
    /// One of those he wrote to has a domain that looks like another.
    pub lookalike: Option<String>,
    /// His first act in it.
    pub first: Option<Timestamp>,
    /// His last.
    pub last: Option<Timestamp>,
    /// Ids of the records.
    pub records: Vec<String>,
}

/// What was read of one folder, or one site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Whose mailbox; for files whose account read them.
    pub mailbox: String,
    /// `mail` or `file`.
    pub kind: &'static str,
    /// Which folder or site; empty where the record does not say. Hostile.
    pub folder: String,
    /// Single messages or files, each once.
    pub items: u64,
    /// Records of single messages (`Bind`).
    pub bind: u64,
    /// Records of whole folders that were copied (`Sync`): all in it counts as read.
    pub sync: u64,
    /// Records that say that the service stopped recording each access.
    pub throttled: u64,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// When.
    pub at: Option<Timestamp>,
    /// Who did it.
    pub account: String,
    /// From whose mailbox.
    pub mailbox: String,
    /// Its subject. Hostile.
    pub subject: String,
    /// Names of its attachments. Hostile.
    pub attachments: String,
    /// To whom, as far as a message trace tells.
    pub to: Vec<String>,
    /// The record.
    pub id: String,
}

/// Something that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Who did it.
    pub account: String,
    /// What, as the service calls it.
    pub operation: String,
    /// On what. Hostile.
    pub target: String,
    /// How often.
    pub count: u64,
    /// Messages or files that it touched, some of them. Hostile.
    pub items: Vec<String>,
    /// How many of these tries were refused.
    pub refused: u64,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
}

/// Entries of a list, at most.
const LISTED_MAX: usize = 2_000;
/// Names of items for one change, and ids of one thread.
const NAMED_MAX: usize = 20;
/// Message traces that are read for the messages that he sent, at most.
const TRACES_MAX: usize = 20_000;

impl Story {
    /// Of a log that was analysed, from its timeline.
    pub fn of(log: &Log, analysis: &Analysis, timeline: &Timeline) -> io::Result<Self> {
        let his = his(timeline);
        let places: BTreeSet<Place> = analysis.selected.iter().map(|selected| selected.place).collect();
        let lookalikes = domains::lookalikes(log)?;
        let to = recipients(log, &his)?;
        let mut story = Self {
            payments: payments(&his, &to, &lookalikes),
            read: read(&his),
            sent: sent(&his, &to),
            changed: changed(&his),
            rules: rulelife::rules(log, &places)?,
            lookalikes,
            left_out: 0,
        };
        story.bound();
        Ok(story)
    }

    fn bound(&mut self) {
        fn cut<T>(list: &mut Vec<T>, left_out: &mut u64) {
            *left_out += list.len().saturating_sub(LISTED_MAX) as u64;
            list.truncate(LISTED_MAX);
        }
        cut(&mut self.lookalikes, &mut self.left_out);
        cut(&mut self.payments, &mut self.left_out);
        cut(&mut self.read, &mut self.left_out);
        cut(&mut self.sent, &mut self.left_out);
        cut(&mut self.changed, &mut self.left_out);
        cut(&mut self.rules, &mut self.left_out);
    }
}

/// The intruder's events. The trace of a message that the audit log tells as well is left out: it is the
/// same message.
fn his(timeline: &Timeline) -> Vec<&Event> {
    let is_his = |moment: &&Moment| !moment.reasons.is_empty();
    let all: Vec<&Event> = timeline.moments.iter().filter(is_his).map(|moment| &moment.event).collect();
    let audited = all.iter().filter(|event| is_sent(event) && event.kind != Kind::Trace);
    let audited: BTreeSet<(String, &str)> =
        audited.flat_map(|event| event.items.iter().map(|item| (mailbox(event), item.name.as_str()))).collect();
    let is_told = |event: &Event| {
        event.kind == Kind::Trace && event.items.iter().any(|item| audited.contains(&(mailbox(event), item.name.as_str())))
    };
    all.into_iter().filter(|event| !is_told(event)).collect()
}

fn mailbox(event: &Event) -> String {
    event.mailbox.clone().unwrap_or_else(|| event.account.clone())
}

fn act(event: &Event) -> Act {
    if event.kind == Kind::SignIn { Act::SignIn } else { Act::of(&event.operation) }
}

/// A message that left: an audit record, or a trace of one that an account here sent.
fn is_sent(event: &Event) -> bool {
    event.outcome != Outcome::Failed && (act(event) == Act::Send || event.kind == Kind::Trace)
}

/// First and last time.
fn widen(first: &mut Option<Timestamp>, last: &mut Option<Timestamp>, at: Option<Timestamp>) {
    *first = first.iter().copied().chain(at).min();
    *last = (*last).max(at);
}

fn read(his: &[&Event]) -> Vec<Reading> {
    type Folder = (String, &'static str, String);
    let mut all: BTreeMap<Folder, (Reading, BTreeSet<String>)> = BTreeMap::new();
    for event in his.iter().filter(|event| event.outcome != Outcome::Failed) {
        let kind = match act(event) {
            Act::Read => "mail",
            Act::File => "file",
            _ => continue,
        };
        let whose = if kind == "mail" { mailbox(event) } else { event.account.clone() };
        let said = |name: &str, value: &str| event.parameter(name).is_some_and(|text| text.eq_ignore_ascii_case(value));
        let (is_sync, is_throttled) = (said("MailAccessType", "Sync"), said("IsThrottled", "True"));
        let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for item in &event.items {
            let id = if item.message_id.is_empty() { &item.id } else { &item.message_id };
            let id = if id.is_empty() { &item.name } else { id };
            folders.entry(&item.folder).or_default().push(id);
        }
        if folders.is_empty() {
            folders.insert("", Vec::new());
        }
        for (folder, ids) in folders {
            let key = (whose.clone(), kind, folder.to_owned());
            let (reading, items) =
                all.entry(key).or_insert_with_key(|(mailbox, kind, folder)| (reading(mailbox, kind, folder), BTreeSet::new()));
            if is_sync {
                reading.sync += 1;
            } else {
                reading.bind += 1;
                items.extend(ids.into_iter().map(str::to_owned));
            }
            reading.throttled += u64::from(is_throttled);
            widen(&mut reading.first, &mut reading.last, event.at);
        }
    }
    all.into_values().map(|(reading, items)| Reading { items: items.len() as u64, ..reading }).collect()
}

fn reading(mailbox: &str, kind: &'static str, folder: &str) -> Reading {
    let (mailbox, folder) = (mailbox.to_owned(), folder.to_owned());
    Reading { mailbox, kind, folder, items: 0, bind: 0, sync: 0, throttled: 0, first: None, last: None }
}

/// To whom messages went, by internet message id and by sender and subject: from the traces of the
/// accounts that he sent from, an hour around.
fn recipients(log: &Log, his: &[&Event]) -> io::Result<BTreeMap<(String, String), BTreeSet<String>>> {
    let mut times: BTreeMap<_, BTreeSet<Micros>> = BTreeMap::new();
    for event in his.iter().filter(|event| is_sent(event)) {
        let (Some(sender), Some(at)) = (log.names.accounts.find(&mailbox(event)), event.at) else { continue };
        times.entry(sender).or_default().insert(at.as_microsecond());
    }
    let mut places: BTreeSet<(Micros, Place)> = BTreeSet::new();
    log.rows(|row| {
        if let (Kind::Trace, Some(at), Some(times)) = (row.kind, row.at, times.get(&row.account))
            && times.range(at - 60 * MINUTE..=at + 60 * MINUTE).next().is_some()
        {
            places.insert((at, row.place));
            if places.len() > TRACES_MAX {
                places.pop_last();
            }
        }
    })?;
    let mut to: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    if places.is_empty() {
        return Ok(to);
    }
    let places = places.into_iter().map(|(_, place)| place).collect();
    log.events(&places, |_, event| {
        let (Some(item), Some(target)) = (event.items.first(), &event.target) else { return };
        for key in [&item.message_id, &item.name] {
            if !key.is_empty() {
                to.entry((event.account.clone(), key.clone())).or_default().insert(target.to_lowercase());
            }
        }
    })?;
    Ok(to)
}

type Recipients = BTreeMap<(String, String), BTreeSet<String>>;

fn sent_to(event: &Event, to: &Recipients) -> BTreeSet<String> {
    if event.kind == Kind::Trace {
        return event.target.iter().map(|target| target.to_lowercase()).collect();
    }
    let sender = mailbox(event);
    let Some(item) = event.items.first() else { return BTreeSet::new() };
    let mut keys = [&item.message_id, &item.name].into_iter().filter(|key| !key.is_empty());
    keys.find_map(|key| to.get(&(sender.clone(), key.clone()))).cloned().unwrap_or_default()
}

fn sent(his: &[&Event], to: &Recipients) -> Vec<Message> {
    let mut all = Vec::new();
    for event in his.iter().filter(|event| is_sent(event)) {
        let item = event.items.first().cloned().unwrap_or_default();
        all.push(Message {
            at: event.at,
            account: event.account.clone(),
            mailbox: mailbox(event),
            subject: item.name,
            attachments: item.attachments,
            to: sent_to(event, to).into_iter().collect(),
            id: event.id.clone(),
        });
    }
    all
}

fn changed(his: &[&Event]) -> Vec<Change> {
    let mut all: BTreeMap<(String, String, String), (Change, BTreeSet<String>)> = BTreeMap::new();
    for event in his {
        if matches!(act(event), Act::Read | Act::File | Act::Send | Act::SignIn) || event.kind == Kind::Trace {
            continue;
        }
        let target = event.target.clone().unwrap_or_default();
        let key = (event.account.clone(), event.operation.clone(), target);
        let (change, items) = all.entry(key).or_insert_with_key(|(account, operation, target)| {
            let (account, operation, target) = (account.clone(), operation.clone(), target.clone());
            let change = Change { account, operation, target, count: 0, items: Vec::new(), refused: 0, first: None, last: None };
            (change, BTreeSet::new())
        });
        change.count += 1;
        change.refused += u64::from(event.outcome == Outcome::Failed);
        widen(&mut change.first, &mut change.last, event.at);
        let named = event.items.iter().map(|item| item.name.clone()).filter(|name| !name.is_empty());
        items.extend(named);
        while items.len() > NAMED_MAX {
            items.pop_last();
        }
    }
    let mut all: Vec<Change> =
        all.into_values().map(|(change, items)| Change { items: items.into_iter().collect(), ..change }).collect();
    all.sort_by(|a, b| (a.first, &a.account, &a.operation, &a.target).cmp(&(b.first, &b.account, &b.operation, &b.target)));
    all
}

/// Words of subjects about money, in languages that the tenants here write. Compared as whole words.
const MONEY: &[&str] = &[
    "invoice",
    "invoices",
    "payment",
    "payments",
    "pay",
    "paid",
    "wire",
    "transfer",
    "remittance",
    "bank",
    "banking",
    "iban",
    "swift",
    "account",
    "deposit",
    "refund",
    "overdue",
    "statement",
    "billing",
    "bill",
    "purchase",
    "po",
    "quote",
    "payroll",
    "salary",
    "faktura",
    "fakturor",
    "fakturan",
    "betalning",
    "betalningar",
    "betala",
    "bankgiro",
    "plusgiro",
    "konto",
    "kontonummer",
    "utbetalning",
    "lön",
    "rechnung",
    "zahlung",
    "überweisung",
    "facture",
    "paiement",
    "virement",
    "factura",
    "pago",
    "transferencia",
];

fn is_about_money(subject: &str) -> bool {
    subject.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| MONEY.contains(&word))
}

/// The subject without what mail programs put before it, and whether they said that it is an answer.
fn plain_subject(subject: &str) -> (&str, bool) {
    const ANSWERS: &[&str] = &["re", "sv", "aw", "antw", "vs", "rif", "ref", "odp"];
    const FORWARDS: &[&str] = &["fw", "fwd", "vb", "wg", "tr", "rv"];
    let (mut rest, mut is_answer) = (subject.trim(), false);
    while let Some((mark, after)) = rest.split_once(':') {
        // "RE[2]:" counts answers.
        let mark = mark.split('[').next().unwrap_or_default().trim().to_lowercase();
        let answers = ANSWERS.contains(&mark.as_str());
        if !answers && !FORWARDS.contains(&mark.as_str()) {
            break;
        }
        is_answer |= answers;
        rest = after.trim();
    }
    (rest, is_answer)
}

fn payments(his: &[&Event], to: &Recipients, lookalikes: &[Lookalike]) -> Vec<Thread> {
    let mut threads: BTreeMap<String, (Thread, [BTreeSet<String>; 3])> = BTreeMap::new();
    for event in his.iter().filter(|event| event.outcome != Outcome::Failed) {
        let act = if is_sent(event) { Act::Send } else { act(event) };
        for item in &event.items {
            let (subject, is_answer) = plain_subject(&item.name);
            if !matches!(act, Act::Send | Act::Read | Act::Delete) || !is_about_money(subject) {
                continue;
            }
            let (thread, [mailboxes, targets, records]) =
                threads.entry(subject.to_lowercase()).or_insert_with(|| (thread(subject), Default::default()));
            match act {
                Act::Send => {
                    thread.sent += 1;
                    thread.answered |= is_answer || thread.read;
                    mailboxes.insert(mailbox(event));
                    targets.extend(sent_to(event, to));
                }
                Act::Read => thread.read = true,
                _ => thread.deleted = true,
            }
            widen(&mut thread.first, &mut thread.last, event.at);
            if records.len() < NAMED_MAX {
                records.insert(event.id.clone());
            }
        }
    }
    let told = threads.into_values().filter(|(thread, _)| thread.sent > 0);
    let mut all: Vec<Thread> = told
        .map(|(thread, [mailboxes, to, records])| {
            let lookalike = lookalikes
                .iter()
                .map(|one| &one.domain)
                .find(|domain| to.iter().any(|target| target.rsplit('@').next() == Some(domain.as_str())));
            let list = |set: BTreeSet<String>| set.into_iter().collect();
            Thread { lookalike: lookalike.cloned(), mailboxes: list(mailboxes), to: list(to), records: list(records), ..thread }
        })
        .collect();
    all.sort_by(|a, b| (!a.answered, a.first, &a.subject).cmp(&(!b.answered, b.first, &b.subject)));
    all
}

fn thread(subject: &str) -> Thread {
    Thread {
        subject: subject.to_owned(),
        mailboxes: Vec::new(),
        to: Vec::new(),
        sent: 0,
        answered: false,
        read: false,
        deleted: false,
        lookalike: None,
        first: None,
        last: None,
        records: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_without_their_marks() {
        assert_eq!(plain_subject("RE: SV: Faktura 12"), ("Faktura 12", true));
        assert_eq!(plain_subject("Fwd: Invoice"), ("Invoice", false));
        assert_eq!(plain_subject("RE[3]: Invoice"), ("Invoice", true));
        assert_eq!(plain_subject("Note: Invoice"), ("Note: Invoice", false));
        assert!(is_about_money("Betalning av order 7") && is_about_money("IBAN!") && !is_about_money("Wireless party"));
    }
}
