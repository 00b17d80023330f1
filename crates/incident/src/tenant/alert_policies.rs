//! Alert policies: what is reported, and to whom.

use serde::{Deserialize, Serialize};

use super::setting::{Object, SettingName, Value};

/// All administrators, as the service calls them among recipients.
pub const ALL_ADMINISTRATORS: &str = "TenantAdmins";

/// The policies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertPolicies {
    /// Each.
    pub policies: Vec<AlertPolicy>,
}

/// One alert policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertPolicy {
    /// Which.
    pub object: Object,
    /// On or off.
    pub on: Option<bool>,
    /// Mail is sent about what it finds.
    pub sends_mail: Option<bool>,
    /// To whom.
    pub recipients: Vec<Recipient>,
    /// It is Microsoft's own: its recipients are changed in the portal alone.
    pub built_in: Option<bool>,
}

/// Whom an alert is sent to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recipient {
    /// The address, or [`ALL_ADMINISTRATORS`].
    pub address: String,
    /// Somebody has it. None for an address of another organisation, which cannot be asked.
    pub exists: Option<bool>,
}

impl AlertPolicies {
    pub(super) fn value_of(&self, name: SettingName, of: Option<&str>) -> Option<Value> {
        let policy = self.policies.iter().find(|policy| Some(policy.object.id.as_str()) == of)?;
        (name == SettingName::AlertRecipients).then(|| policy.addresses())
    }
}

impl AlertPolicy {
    /// Its recipients as a value.
    pub fn addresses(&self) -> Value {
        Value::Texts(self.recipients.iter().map(|recipient| recipient.address.clone()).collect())
    }
}
