//! Mailboxes that forward by their own setting. What their inbox rules do is another matter.

use serde::{Deserialize, Serialize};

/// Who forwards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxForwarding {
    /// How many mailboxes were read.
    pub read: usize,
    /// Those that forward.
    pub forwarding: Vec<Forwards>,
}

/// A mailbox that forwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwards {
    /// Whose.
    pub who: String,
    /// To an address.
    pub address: Option<String>,
    /// To somebody in the address book, by name: it may be a contact outside.
    pub recipient: Option<String>,
}
