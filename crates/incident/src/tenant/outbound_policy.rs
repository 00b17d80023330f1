//! What may leave by itself: the outbound policies, whom each applies to, and the remote domains.
//!
//! Either may stop a forwarding: it leaves only where both let it.

use serde::{Deserialize, Serialize};

use super::setting::{Object, SettingName, Value};

/// Policies and remote domains.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundPolicies {
    /// Outbound policies, in the order in which they came.
    pub policies: Vec<OutboundPolicy>,
    /// Remote domains.
    pub remote_domains: Vec<RemoteDomain>,
}

/// One outbound policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundPolicy {
    /// Which.
    pub object: Object,
    /// To whom it applies.
    pub applies: Applies,
    /// Whether mail may be forwarded outside by itself.
    pub forwarding: Option<AutoForwarding>,
    /// What happens to an account that sends too much.
    pub when_reached: Option<WhenReached>,
}

/// To whom a policy applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applies {
    /// To everybody for whom no other does.
    ToTheRest,
    /// To those whom its rule names.
    ByRule,
    /// To nobody: it has no rule, or its rule is off.
    ToNobody,
}

/// Whether mail may be forwarded outside by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutoForwarding {
    /// As the service decides: today like off, and in older tenants it was not.
    Automatic,
    /// No.
    Off,
    /// Yes.
    On,
    /// Another word.
    Other(String),
}

impl AutoForwarding {
    /// As a word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Automatic => "Automatic",
            Self::Off => "Off",
            Self::On => "On",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for AutoForwarding {
    fn from(word: &str) -> Self {
        match word {
            "Automatic" => Self::Automatic,
            "Off" => Self::Off,
            "On" => Self::On,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// What happens to an account that sends too much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenReached {
    /// It is told to somebody, and mail goes on.
    Alert,
    /// It may not send until the next day.
    BlockForToday,
    /// It may not send until somebody lifts the block.
    Block,
    /// Another word.
    Other(String),
}

/// Rules for mail to one domain outside, or to all (`*`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteDomain {
    /// Which.
    pub object: Object,
    /// The domain.
    pub domain: String,
    /// Whether mail may be forwarded there by itself.
    pub forwards: Option<bool>,
}

impl OutboundPolicies {
    pub(super) fn value_of(&self, name: SettingName, of: Option<&str>) -> Option<Value> {
        let of = of?;
        match name {
            SettingName::OutboundForwarding => {
                let policy = self.policies.iter().find(|policy| policy.object.id == of)?;
                policy.forwarding.as_ref().map(|mode| Value::Text(mode.as_str().to_owned()))
            }
            SettingName::RemoteForwarding => {
                let domain = self.remote_domains.iter().find(|domain| domain.object.id == of)?;
                domain.forwards.map(Value::Flag)
            }
            _ => None,
        }
    }
}
