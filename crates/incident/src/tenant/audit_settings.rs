//! Whether what happens in the tenant is recorded: the unified audit log, mailbox auditing, and who is left out of it.

use serde::{Deserialize, Serialize};

use super::setting::{SettingName, Value};

/// Both switches, and the exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSettings {
    /// The unified audit log takes records in (`UnifiedAuditLogIngestionEnabled`, asked of Exchange: Purview's
    /// endpoint says false always).
    pub unified_log: Option<bool>,
    /// Mailbox auditing is off for the whole organisation (`AuditDisabled`).
    pub mailbox_audit_off: Option<bool>,
    /// Names of accounts whose acts in mailboxes are not recorded.
    pub bypassed: Vec<String>,
}

impl AuditSettings {
    pub(super) fn value_of(&self, name: SettingName) -> Option<Value> {
        match name {
            SettingName::UnifiedAuditLog => self.unified_log.map(Value::Flag),
            SettingName::MailboxAuditOff => self.mailbox_audit_off.map(Value::Flag),
            _ => None,
        }
    }
}
