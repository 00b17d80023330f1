//! Folders of a mailbox: which there are, and how a rule names one.
//!
//! A rule is given `mailbox:\path` and reads as the path alone. A folder that does not exist is never made
//! by naming it.

use super::reply::Failure;
use super::state::Mailbox;

/// The folders every mailbox has, with the type that says so in any language.
pub const STANDARD: &[(&str, &str)] = &[
    ("Inbox", "Inbox"),
    ("Drafts", "Drafts"),
    ("Sent Items", "SentItems"),
    ("Deleted Items", "DeletedItems"),
    ("Junk Email", "JunkEmail"),
    ("Outbox", "Outbox"),
    ("Archive", "Archive"),
    ("Conversation History", "ConversationHistory"),
    ("RSS Feeds", "RssSubscription"),
    ("Notes", "Notes"),
    ("Calendar", "Calendar"),
    ("Contacts", "Contacts"),
    ("Tasks", "Tasks"),
];

/// The path alone, without the mailbox and the leading separator.
pub fn plain(text: &str) -> &str {
    let path = text.split_once(":\\").map_or(text, |(_, path)| path);
    path.trim_start_matches('\\')
}

/// The folder of this path, as the mailbox spells it.
pub fn find<'a>(mailbox: &'a Mailbox, path: &str) -> Option<&'a str> {
    let path = plain(path);
    mailbox.folders.iter().map(String::as_str).find(|folder| folder.eq_ignore_ascii_case(path))
}

/// The folder a rule names. The mailbox part, when there is one, must be this mailbox.
pub fn resolve(mailbox: &Mailbox, text: &str) -> Result<String, Failure> {
    let owner = text.split_once(":\\").map_or("", |(owner, _)| owner);
    let here = owner.is_empty() || mailbox.who.answers_to(owner);
    match find(mailbox, text) {
        Some(folder) if here => Ok(folder.to_owned()),
        _ => Err(Failure::missing("", format!("The specified mailbox folder \"{text}\" doesn't exist."))),
    }
}

/// The type of a folder, whatever it is called.
pub fn kind(folder: &str) -> &'static str {
    STANDARD.iter().find(|(name, _)| name.eq_ignore_ascii_case(folder)).map_or("User Created", |(_, kind)| kind)
}
