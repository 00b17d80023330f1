//! A rule in words, as the service describes it.
//!
//! It is made from the fields and read by people only: nothing here or in a client may decide by it.

use serde_json::Value;

use super::people::person_name;
use super::reply::Row;
use super::state::Rule;

/// The description of a rule.
pub fn describe(rule: &Rule) -> String {
    let mut text = String::new();
    section(&mut text, "If the message:", &conditions(&rule.fields, ""));
    section(&mut text, "Take the following actions:", &actions(&rule.fields));
    section(&mut text, "Except if the message:", &conditions(&rule.fields, "ExceptIf"));
    text
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    text.push_str(title);
    text.push('\n');
    for (at, line) in lines.iter().enumerate() {
        text.push_str(if at == 0 { "\t" } else { "\tand " });
        text.push_str(line);
        text.push('\n');
    }
}

const CONDITIONS: &[(&str, &str)] = &[
    ("From", "was received from *"),
    ("FromAddressContainsWords", "the sender's address includes specific words *"),
    ("SentTo", "was sent to *"),
    ("RecipientAddressContainsWords", "the recipient's address includes specific words *"),
    ("SubjectContainsWords", "the subject includes specific words *"),
    ("BodyContainsWords", "the body includes specific words *"),
    ("SubjectOrBodyContainsWords", "the subject or body includes specific words *"),
    ("HeaderContainsWords", "the message header includes specific words *"),
    ("HasAttachment", "has an attachment"),
    ("MyNameInToBox", "my name is in the To box"),
    ("MyNameInCcBox", "my name is in the Cc box"),
    ("MyNameInToOrCcBox", "my name is in the To or Cc box"),
    ("MyNameNotInToBox", "my name is not in the To box"),
    ("SentOnlyToMe", "was sent only to me"),
    ("WithImportance", "is marked with * importance"),
    ("WithSensitivity", "is marked with * sensitivity"),
    ("MessageTypeMatches", "is of the type *"),
    ("FlaggedForAction", "is flagged for *"),
    ("WithinSizeRangeMinimum", "is at least *"),
    ("WithinSizeRangeMaximum", "is at most *"),
    ("ReceivedAfterDate", "was received after *"),
    ("ReceivedBeforeDate", "was received before *"),
    ("AssignedCategories", "is assigned to the category *"),
    ("HasClassification", "is marked with the classification *"),
];

const ACTIONS: &[(&str, &str)] = &[
    ("MoveToFolder", "move the message to the folder *"),
    ("CopyToFolder", "copy the message to the folder *"),
    ("DeleteMessage", "delete the message"),
    ("SoftDeleteMessage", "delete the message and keep it recoverable"),
    ("PermanentDelete", "permanently delete the message"),
    ("ForwardTo", "forward the message to *"),
    ("ForwardAsAttachmentTo", "forward the message as an attachment to *"),
    ("RedirectTo", "redirect the message to *"),
    ("MarkAsRead", "mark the message as Read"),
    ("MarkImportance", "mark the message with * importance"),
    ("ApplyCategory", "assign the message to the category *"),
    ("FlagMessage", "flag the message for *"),
    ("PinMessage", "pin the message"),
    ("StopProcessingRules", "stop processing more rules on this message"),
];

fn conditions(fields: &Row, prefix: &str) -> Vec<String> {
    phrases(fields, prefix, CONDITIONS)
}

fn actions(fields: &Row) -> Vec<String> {
    phrases(fields, "", ACTIONS)
}

fn phrases(fields: &Row, prefix: &str, table: &[(&str, &str)]) -> Vec<String> {
    let phrase = |(field, phrase): &(&str, &str)| {
        let value = fields.get(&format!("{prefix}{field}"))?;
        Some(phrase.replace('*', &words(value)))
    };
    table.iter().filter_map(phrase).collect()
}

fn words(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> =
                items.iter().filter_map(Value::as_str).map(|item| format!("'{}'", person_name(item))).collect();
            items.join(" or ")
        }
        Value::String(text) => format!("'{text}'"),
        other => other.to_string(),
    }
}
