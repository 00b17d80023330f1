//! A message on its way.

use serde_json::Value;

use crate::exchange::{Exchange, Mailbox, Rule, bytes};

/// What delivery looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub subject: String,
    pub body: String,
    pub headers: String,
    /// In bytes.
    pub size: u64,
    pub attachment: bool,
    /// `Low`, `High`, or nothing for normal.
    pub importance: String,
    pub sensitivity: String,
    /// As in `MessageTypeMatches`; nothing for ordinary mail.
    pub kind: String,
    pub categories: Vec<String>,
}

impl Message {
    /// Ordinary mail.
    pub fn new(from: &str, to: &str, subject: &str, body: &str) -> Self {
        Self {
            from: from.to_owned(),
            to: vec![to.to_owned()],
            subject: subject.to_owned(),
            body: body.to_owned(),
            size: 20_480,
            ..Self::default()
        }
    }

    /// A message in Graph's shape.
    pub fn from_graph(from: &str, message: &Value) -> Self {
        let people = |member: &str| -> Vec<String> {
            let list = message[member].as_array().into_iter().flatten();
            list.filter_map(|one| one["emailAddress"]["address"].as_str()).map(str::to_owned).collect()
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut cc = people("ccRecipients");
        cc.extend(people("bccRecipients"));
        let body = text(&message["body"]["content"]);
        Self {
            from: from.to_owned(),
            to: people("toRecipients"),
            cc,
            subject: text(&message["subject"]),
            size: 4096 + body.len() as u64,
            attachment: message["attachments"].as_array().is_some_and(|list| !list.is_empty()),
            body,
            ..Self::default()
        }
    }

    /// A message from outside that meets all conditions of a rule, as far as one can.
    pub fn made_for(exchange: &Exchange, mailbox: &Mailbox, rule: &Rule) -> Self {
        let first = |field: &str| match rule.fields.get(field) {
            Some(Value::Array(items)) => items.first().and_then(Value::as_str),
            Some(Value::String(text)) => Some(text.as_str()),
            _ => None,
        };
        let word = |field: &str| first(field).unwrap_or_default();
        let mut message = Self::new("accounts@supplier.example.org", &mailbox.who.address, "", "");
        message.subject = [word("SubjectContainsWords"), word("SubjectOrBodyContainsWords"), "4711"].join(" ");
        word("BodyContainsWords").clone_into(&mut message.body);
        word("HeaderContainsWords").clone_into(&mut message.headers);
        if let Some(from) = first("From").and_then(|person| exchange.address_of(person)) {
            message.from = from;
        } else if let Some(word) = first("FromAddressContainsWords") {
            message.from = with_word(word);
        }
        message.cc.extend(first("SentTo").and_then(|person| exchange.address_of(person)));
        if let Some(least) = first("WithinSizeRangeMinimum").and_then(bytes) {
            message.size = least + 1;
        } else if let Some(most) = first("WithinSizeRangeMaximum").and_then(bytes) {
            message.size = most;
        }
        message.attachment = rule.fields.contains_key("HasAttachment");
        word("WithImportance").clone_into(&mut message.importance);
        word("WithSensitivity").clone_into(&mut message.sensitivity);
        word("MessageTypeMatches").clone_into(&mut message.kind);
        message
    }
}

/// An address that has this word in it.
fn with_word(word: &str) -> String {
    match (word.contains('@'), word.contains('.')) {
        (true, _) if word.starts_with('@') => format!("someone{word}"),
        (true, _) => word.to_owned(),
        (false, true) => format!("someone@{word}"),
        (false, false) => format!("{}@example.org", word.replace(' ', ".")),
    }
}
