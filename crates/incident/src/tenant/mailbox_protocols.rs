//! Old protocols, mailbox by mailbox: only the exceptions are kept by name, for a tenant may have many thousands.

use serde::{Deserialize, Serialize};

/// Who may use which.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxProtocols {
    /// How many mailboxes were read.
    pub read: usize,
    /// Those that may hand mail in with a password, whatever the organisation says.
    pub smtp_auth_on: Vec<String>,
    /// How many do as the organisation says.
    pub smtp_auth_inherited: usize,
    /// Those that can be read by POP.
    pub pop: Vec<String>,
    /// Those that can be read by IMAP.
    pub imap: Vec<String>,
    /// Those of which not every member came.
    pub untold: Vec<String>,
}
