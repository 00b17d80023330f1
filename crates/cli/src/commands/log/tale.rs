//! What the intruder did, by kind: domains that look alike, payments, what was read, sent and changed,
//! rules that came and went. Each a section of its own; none where there is nothing.

use regain_auditlog::story::{Change, Message, Reading, Story, Thread};
use regain_auditlog::{domains::Lookalike, rulelife::RuleLife};
use regain_incident::Timestamp;
use regain_incident::text::{harmless, on_a_line};

use super::screen::{Section, more, shown};
use crate::output::Output;

/// Names of a list that fit on a line.
const NAMES_BYTES_MAX: usize = 200;

/// Every section with something in it.
pub fn sections(story: &Story, out: &Output, most: usize) -> Vec<Section> {
    [
        section("log-lookalikes", &story.lookalikes, out, most, lookalike),
        section("log-payments", &story.payments, out, most, thread),
        section("log-read", &story.read, out, most, reading),
        section("log-sent", &story.sent, out, most, message),
        section("log-changed", &story.changed, out, most, change),
        section("log-rules", &story.rules, out, most, rule),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn section<T>(key: &str, all: &[T], out: &Output, most: usize, lines: fn(&T, &Output) -> Vec<String>) -> Option<Section> {
    if all.is_empty() {
        return None;
    }
    let mut told: Vec<String> = all.iter().take(most).flat_map(|one| lines(one, out)).collect();
    told.extend(more(all.len(), most, out));
    Some(Section::under(out, key, told))
}

fn span(first: Option<Timestamp>, last: Option<Timestamp>) -> String {
    format!("{} … {}", shown(first), shown(last))
}

fn names(list: &[String]) -> String {
    harmless(&list.join(", "), NAMES_BYTES_MAX)
}

/// A second line, indented; none without anything to say.
fn beside(parts: Vec<String>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| format!("      {}", parts.join("; ")))
}

fn lookalike(one: &Lookalike, out: &Output) -> Vec<String> {
    let texts = &out.texts;
    let (domain, meant) = (on_a_line(&one.domain), on_a_line(&one.resembles));
    let how = texts.with(&format!("log-like-{}", one.how), &[("domain", &meant)]);
    let of = texts.get(&format!("log-like-of-{}", one.of));
    let (received, sent) = (one.received.to_string(), one.sent.to_string());
    let mut more = vec![texts.with("log-like-mail", &[("received", &received), ("sent", &sent)]), names(&one.accounts)];
    if !one.named_by.is_empty() {
        more.push(texts.with("log-like-named", &[("operations", &names(&one.named_by))]));
    }
    let head = format!("  {domain}  {how} ({of})  {}", span(one.first, one.last));
    [Some(head), beside(more)].into_iter().flatten().collect()
}

fn thread(one: &Thread, out: &Output) -> Vec<String> {
    let texts = &out.texts;
    let what = texts.get(if one.answered { "log-payment-answered" } else { "log-payment-begun" });
    let head = format!("  {}  {}: {what}  {}", span(one.first, one.last), harmless(&one.subject, 120), names(&one.mailboxes));
    let mut more = vec![texts.with("log-payment-sent", &[("count", &one.sent.to_string())])];
    if !one.to.is_empty() {
        more.push(texts.with("log-sent-to", &[("names", &names(&one.to))]));
    }
    more.extend(one.lookalike.iter().map(|domain| texts.with("log-payment-lookalike", &[("domain", &on_a_line(domain))])));
    more.extend(one.read.then(|| texts.get("log-payment-read")));
    more.extend(one.deleted.then(|| texts.get("log-payment-deleted")));
    [Some(head), beside(more)].into_iter().flatten().collect()
}

fn reading(one: &Reading, out: &Output) -> Vec<String> {
    let texts = &out.texts;
    let folder = if one.folder.is_empty() { texts.get("log-read-somewhere") } else { harmless(&one.folder, 120) };
    let (items, bind) = (one.items.to_string(), one.bind.to_string());
    let what = texts.with(&format!("log-read-{}", one.kind), &[("items", &items), ("records", &bind)]);
    let head = format!("  {}  {folder}: {what}  {}", on_a_line(&one.mailbox), span(one.first, one.last));
    let mut more = Vec::new();
    if one.sync > 0 {
        more.push(texts.with("log-read-sync", &[("records", &one.sync.to_string())]));
    }
    if one.throttled > 0 {
        more.push(texts.get("log-read-throttled"));
    }
    [Some(head), beside(more)].into_iter().flatten().collect()
}

fn message(one: &Message, out: &Output) -> Vec<String> {
    let head = format!("  {}  {}  {}", shown(one.at), on_a_line(&one.mailbox), harmless(&one.subject, 120));
    let mut more = Vec::new();
    if one.account != one.mailbox {
        more.push(out.texts.with("log-sent-by", &[("account", &on_a_line(&one.account))]));
    }
    if !one.to.is_empty() {
        more.push(out.texts.with("log-sent-to", &[("names", &names(&one.to))]));
    }
    if !one.attachments.is_empty() {
        more.push(out.texts.with("log-sent-attached", &[("names", &harmless(&one.attachments, NAMES_BYTES_MAX))]));
    }
    [Some(head), beside(more)].into_iter().flatten().collect()
}

fn change(one: &Change, out: &Output) -> Vec<String> {
    let refused = if one.refused > 0 {
        format!("  {}", out.texts.with("log-changed-refused", &[("count", &one.refused.to_string())]))
    } else {
        String::new()
    };
    let head = format!(
        "  {}  {}  {}  {} x{refused}",
        span(one.first, one.last),
        on_a_line(&one.account),
        on_a_line(&one.operation),
        one.count
    );
    [Some(head), beside(vec![harmless(&one.target, 200), names(&one.items)])].into_iter().flatten().collect()
}

fn rule(one: &RuleLife, out: &Output) -> Vec<String> {
    let texts = &out.texts;
    let kind = texts.get(&format!("log-finding-{}-rule", one.kind));
    let name = harmless(&one.name, 120);
    let whose = if one.intruder { format!("! {kind}") } else { format!("  {kind}") };
    let life = match one.minutes {
        Some(minutes) => texts.with("log-rule-lived", &[("minutes", &minutes.to_string())]),
        None if one.removed.is_some() => texts.get("log-rule-removed"),
        None => texts.get("log-rule-stays"),
    };
    vec![format!("{whose} {name}  {}  {}: {life}", on_a_line(&one.account), span(one.made, one.removed.or(one.changed)))]
}
