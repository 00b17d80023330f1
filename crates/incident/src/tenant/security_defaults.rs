//! Security defaults: Microsoft's own minimum, for tenants without Conditional Access.

use serde::{Deserialize, Serialize};

use super::setting::{SettingName, Value};

/// Whether they are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityDefaults {
    /// They are.
    pub enabled: bool,
}

impl SecurityDefaults {
    pub(super) fn value_of(self, name: SettingName) -> Option<Value> {
        (name == SettingName::SecurityDefaults).then_some(Value::Flag(self.enabled))
    }
}
