//! Whether a rule is meant for a message.
//!
//! All conditions must hold and no exception may. A condition that is not understood never holds: a rule is
//! rather not run than run on the wrong mail.

use jiff::Timestamp;
use serde_json::Value;

use super::Message;
use crate::exchange::{Exchange, Mailbox, Rule, bytes, is_action};

/// Whether the rule takes this message.
pub fn matches(exchange: &Exchange, mailbox: &Mailbox, rule: &Rule, message: &Message, now: Timestamp) -> bool {
    rule.fields.iter().filter(|(field, _)| !is_action(field)).all(|(field, value)| {
        let met = |condition: &str| match condition {
            "ReceivedAfterDate" => date(value).is_some_and(|date| now >= date),
            "ReceivedBeforeDate" => date(value).is_some_and(|date| now <= date),
            _ => holds(exchange, mailbox, message, condition, value),
        };
        match field.strip_prefix("ExceptIf") {
            Some(exception) => !met(exception),
            None => met(field),
        }
    })
}

fn holds(exchange: &Exchange, mailbox: &Mailbox, message: &Message, condition: &str, value: &Value) -> bool {
    let addressed: Vec<&String> = message.to.iter().chain(&message.cc).collect();
    let me = |list: &[String]| list.iter().any(|address| mailbox.who.answers_to(address));
    let person = |address: &str| {
        texts(value).any(|stored| exchange.address_of(stored).is_some_and(|own| own.eq_ignore_ascii_case(address)))
    };
    match condition {
        "SubjectContainsWords" => any_word(value, &message.subject),
        "BodyContainsWords" => any_word(value, &message.body),
        "SubjectOrBodyContainsWords" => any_word(value, &message.subject) || any_word(value, &message.body),
        "HeaderContainsWords" => any_word(value, &message.headers),
        "FromAddressContainsWords" => any_word(value, &message.from),
        "RecipientAddressContainsWords" => addressed.iter().any(|address| any_word(value, address)),
        "From" => person(&message.from),
        "SentTo" => addressed.iter().any(|address| person(address)),
        "HasAttachment" => message.attachment,
        "MyNameInToBox" => me(&message.to),
        "MyNameInCcBox" => me(&message.cc),
        "MyNameInToOrCcBox" => me(&message.to) || me(&message.cc),
        "MyNameNotInToBox" => !me(&message.to),
        "SentOnlyToMe" => me(&message.to) && addressed.len() == 1,
        "WithinSizeRangeMinimum" => size(value).is_some_and(|least| message.size >= least),
        "WithinSizeRangeMaximum" => size(value).is_some_and(|most| message.size <= most),
        "WithImportance" => same_word(value, &message.importance),
        "WithSensitivity" => same_word(value, &message.sensitivity),
        "MessageTypeMatches" => value == "All" || same_word(value, &message.kind),
        "AssignedCategories" => message.categories.iter().any(|category| texts(value).any(|own| own == category)),
        _ => false,
    }
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().chain(std::iter::once(value)).filter_map(Value::as_str)
}

fn any_word(value: &Value, text: &str) -> bool {
    let text = text.to_lowercase();
    texts(value).any(|word| text.contains(&word.to_lowercase()))
}

fn same_word(value: &Value, own: &str) -> bool {
    let own = if own.is_empty() { "Normal" } else { own };
    value.as_str().is_some_and(|word| word.eq_ignore_ascii_case(own))
}

fn size(value: &Value) -> Option<u64> {
    value.as_str().and_then(bytes)
}

fn date(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}
