//! Switches of the whole mail organisation: which old ways of signing in and of handing mail in are open, and whether
//! mail from outside is marked.

use serde::{Deserialize, Serialize};

use super::setting::{SettingName, Value};

/// The switches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSettings {
    /// Programs may not hand mail in with name and password alone. A mailbox may say otherwise for itself.
    pub smtp_auth_off: Option<bool>,
    /// Outlook signs in with modern authentication, so that a second factor can be asked for.
    pub modern_authentication: Option<bool>,
    /// Mail that claims to be from one of the tenant's own addresses is refused from whoever has not signed in and
    /// comes through no connector.
    pub direct_send_rejected: Option<bool>,
    /// Outlook marks mail from outside.
    pub external_tag: Option<bool>,
    /// Senders outside whose mail is not marked all the same.
    pub external_tag_spares: Vec<String>,
}

impl MailSettings {
    pub(super) fn value_of(&self, name: SettingName) -> Option<Value> {
        match name {
            SettingName::SmtpAuthOff => self.smtp_auth_off.map(Value::Flag),
            SettingName::DirectSendRejected => self.direct_send_rejected.map(Value::Flag),
            SettingName::ExternalTag => self.external_tag.map(Value::Flag),
            _ => None,
        }
    }
}
