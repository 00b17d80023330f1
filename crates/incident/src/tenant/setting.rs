//! A setting of the tenant that can be changed: what it is called, what it was, what it is to be.
//!
//! Invariant: a change names the value that was read. If somebody changed it since, it is a conflict to settle, never
//! an overwrite; and undoing it is the same change the other way round.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::TenantReading;
use super::access_block::{Block, BlockedWay, SEVERAL};
use crate::facet::FacetName;
use crate::facets::{Reading, Reversal, Verified};
use crate::plan::Action;

macro_rules! setting_names {
    ($($(#[$doc:meta])* $name:ident = $text:literal of $facet:ident),* $(,)?) => {
        /// Every setting that `posture --fix` may change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum SettingName { $($(#[$doc])* #[serde(rename = $text)] $name),* }

        impl SettingName {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// The name in JSON and in texts.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $text),* } }
            /// The facet whose reading shows it.
            pub fn facet(self) -> FacetName { match self { $(Self::$name => FacetName::$facet),* } }
        }
    };
}

setting_names! {
    /// Security defaults are on.
    SecurityDefaults = "security-defaults" of SecurityDefaults,
    /// The unified audit log takes records in.
    UnifiedAuditLog = "unified-audit-log" of AuditSettings,
    /// Mailbox auditing is off for everybody.
    MailboxAuditOff = "mailbox-audit-off" of AuditSettings,
    /// Programs may not hand mail in with a password, in the whole organisation.
    SmtpAuthOff = "smtp-auth-off" of MailSettings,
    /// Unsigned-in mail that claims to be from inside is refused.
    DirectSendRejected = "direct-send-rejected" of MailSettings,
    /// Outlook marks mail from outside.
    ExternalTag = "external-tag" of MailSettings,
    /// Whether mail may be forwarded outside by itself, of an outbound policy.
    OutboundForwarding = "outbound-forwarding" of OutboundPolicies,
    /// Whether mail may be forwarded to it by itself, of a remote domain.
    RemoteForwarding = "remote-forwarding" of OutboundPolicies,
    /// Whom an alert policy tells.
    AlertRecipients = "alert-recipients" of AlertPolicies,
    /// To what people may consent for themselves.
    UserConsent = "user-consent" of AuthorizationPolicy,
    /// People may consent to apps that Microsoft holds to be risky.
    RiskyConsent = "risky-consent" of AuthorizationPolicy,
    /// People may register applications.
    UsersRegisterApps = "users-register-apps" of AuthorizationPolicy,
    /// Who may invite guests.
    GuestInvites = "guest-invites" of AuthorizationPolicy,
    /// What guests may read of the directory.
    GuestsRead = "guests-read" of AuthorizationPolicy,
    /// Anybody may join who has an address in a domain of the tenant.
    JoinsByMail = "joins-by-mail" of AuthorizationPolicy,
    /// Device codes are blocked, by a policy of ours.
    BlockDeviceCode = "block-device-code" of ConditionalAccess,
    /// Legacy authentication is blocked, by a policy of ours.
    BlockLegacyAuthentication = "block-legacy-authentication" of ConditionalAccess,
}

/// What a setting is set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// To nothing: the service's own default applies.
    Unset,
    /// On or off.
    Flag(bool),
    /// One of several words.
    Text(String),
    /// A list, in its order.
    Texts(Vec<String>),
    /// A way of signing in is blocked, and for whom not. Where it is not blocked the value is [`Unset`](Self::Unset).
    Block(Block),
}

impl fmt::Display for Value {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => to.write_str("-"),
            Self::Flag(flag) => write!(to, "{flag}"),
            Self::Text(text) => to.write_str(text),
            Self::Texts(texts) => to.write_str(&texts.join(", ")),
            Self::Block(block) => block.fmt(to),
        }
    }
}

/// The object that a setting belongs to, where there are several: a policy, a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// The service's id of it.
    pub id: String,
    /// What people call it. Hostile.
    pub name: String,
}

/// One setting from one value to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which.
    pub name: SettingName,
    /// Of what, where there are several.
    pub of: Option<Object>,
    /// As it was read.
    pub from: Value,
    /// As it is to be.
    pub to: Value,
}

impl Change {
    /// The facet whose reading shows it.
    pub fn facet(&self) -> FacetName {
        self.name.facet()
    }

    /// What is changed, for people.
    pub fn target(&self) -> String {
        let of = self.of.as_ref().map(|object| format!(" ({})", object.name)).unwrap_or_default();
        format!("{}{of}: {} → {}", self.name.as_str(), self.from, self.to)
    }

    /// Its value in a reading.
    fn value_in(&self, now: &Reading) -> Option<Value> {
        match now {
            Reading::Tenant(reading) => TenantReading::value_of(reading, self.name, self.of.as_ref().map(|of| of.id.as_str())),
            _ => None,
        }
    }

    /// Whether `now` shows it as it is to be.
    pub(crate) fn shows(&self, now: &Reading) -> Verified {
        Verified::when(self.value_in(now).as_ref() == Some(&self.to))
    }

    /// Whether somebody set it to a third value since.
    pub(crate) fn conflict(&self, now: &Reading) -> Option<String> {
        match self.value_in(now) {
            Some(value) if value == self.from || value == self.to => None,
            Some(value) => Some(format!("{}: plan it again", self.overtaken(&value))),
            None => Some(format!("{} could not be read", self.name.as_str())),
        }
    }

    /// That somebody set it to `now` since it was read, in words.
    fn overtaken(&self, now: &Value) -> String {
        let Some(way) = BlockedWay::of(self.name) else {
            return format!("somebody changed it: {} is {now} by now", self.name.as_str());
        };
        let policy = way.policy_name();
        match now {
            Value::Unset => format!("somebody removed the policy {policy:?}, or it is off by now"),
            Value::Text(word) if word == SEVERAL => format!("there are several policies {policy:?} by now"),
            // Whom it leaves out are ids, which tell a person nothing.
            Value::Block(_) | Value::Flag(_) | Value::Text(_) | Value::Texts(_) => {
                format!("somebody changed the policy {policy:?}: it is another by now")
            }
        }
    }

    /// Whether the other change is of the same setting.
    pub fn is_of_the_same(&self, other: &Self) -> bool {
        let of = |change: &Self| change.of.as_ref().map(|object| object.id.clone());
        self.name == other.name && of(self) == of(other)
    }

    /// Whether it makes an object, which a repeat would make twice.
    pub fn makes_an_object(&self) -> bool {
        self.from == Value::Unset && matches!(self.to, Value::Block(_))
    }

    /// The same, the other way round.
    pub(crate) fn reversal(&self, now: &Reading) -> Reversal {
        self.reversal_from(self.value_in(now))
    }

    /// The same, where the setting is set to `now`; none: it could not be read.
    pub(crate) fn reversal_from(&self, now: Option<Value>) -> Reversal {
        match now {
            Some(value) if value == self.from => Reversal::AlreadyBack,
            Some(value) if value == self.to => {
                let Self { name, of, from, to } = self.clone();
                Reversal::by(Action::Setting(Self { name, of, from: to, to: from }))
            }
            Some(value) => Reversal::Conflict(self.overtaken(&value)),
            None => Reversal::Conflict(format!("{} could not be read again", self.name.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posture::access::policy::Id;
    use crate::tenant::conditional_access::ConditionalAccess;
    use crate::tenant::mail_settings::MailSettings;

    fn block(accounts: &[&str]) -> Block {
        let accounts = accounts.iter().map(|id| Id::from(*id)).collect();
        Block { enforced: false, accounts, groups: std::collections::BTreeSet::new() }
    }

    #[test]
    fn a_conflict_is_told_in_words_without_ids_and_with_what_to_do() {
        let way = BlockedWay::DeviceCode;
        let (from, to) = (Value::Block(block(&["a1"])), Value::Block(Block { enforced: true, ..block(&["a1"]) }));
        let change = Change { name: way.setting(), of: None, from, to };
        let told = |policies| {
            let read = ConditionalAccess { policies, ..ConditionalAccess::default() };
            change.conflict(&Reading::from(TenantReading::ConditionalAccess(read))).expect("a conflict")
        };
        let mut remade = way.policy(&block(&["a1"]));
        remade.grant = None;
        let ours = || way.policy(&block(&["a1"]));
        let all = [told(vec![]), told(vec![remade]), told(vec![ours(), ours()]), told(vec![way.policy(&block(&["a2"]))])];
        for text in all {
            assert!(text.contains(way.policy_name()) && text.ends_with(": plan it again"), "{text}");
            assert!(!text.contains("a2") && !text.contains("changed-by-somebody") && !text.contains("several-times"), "{text}");
        }
        let (from, to) = (Value::Flag(false), Value::Flag(true));
        let tag = Change { name: SettingName::ExternalTag, of: None, from, to };
        let unknown = Reading::from(TenantReading::MailSettings(MailSettings::default()));
        assert_eq!(tag.conflict(&unknown).as_deref(), Some("external-tag could not be read"));
    }
}
