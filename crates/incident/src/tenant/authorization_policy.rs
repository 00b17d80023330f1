//! What everybody may do by default: consent, register applications, invite, look around.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::setting::{SettingName, Value};

/// Rights of all users and guests, and who answers when somebody asks for an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationPolicy {
    /// To what people may consent for themselves; empty: to nothing.
    pub consent: Option<Vec<ConsentRight>>,
    /// People may consent to apps that Microsoft holds to be risky.
    pub risky_consent: Option<bool>,
    /// People may register applications.
    pub users_register_apps: Option<bool>,
    /// People may create tenants.
    pub users_create_tenants: Option<bool>,
    /// Anybody may join who has an address in a domain of the tenant.
    pub joins_by_mail: Option<bool>,
    /// Who may invite guests.
    pub invites: Option<Invites>,
    /// What guests may read.
    pub guests_read: Option<GuestAccess>,
    /// Requests for apps are taken in and answered.
    pub requests_taken: Option<bool>,
    /// How many answer them.
    pub request_reviewers: Option<u32>,
}

impl AuthorizationPolicy {
    /// Consent has no order: it is told sorted, so that an answer in another order is the same.
    pub(super) fn value_of(&self, name: SettingName) -> Option<Value> {
        match name {
            SettingName::UserConsent => self.consent.as_deref().map(consent_value),
            SettingName::RiskyConsent => self.risky_consent.map(Value::Flag),
            SettingName::UsersRegisterApps => self.users_register_apps.map(Value::Flag),
            SettingName::JoinsByMail => self.joins_by_mail.map(Value::Flag),
            SettingName::GuestInvites => self.invites.as_ref().map(|invites| Value::Text(invites.as_str().to_owned())),
            SettingName::GuestsRead => self.guests_read.as_ref().map(|read| Value::Text(read.as_str().to_owned())),
            _ => None,
        }
    }
}

/// What people may consent to, as the value of a setting.
pub fn consent_value(rights: &[ConsentRight]) -> Value {
    let mut texts: Vec<String> = rights.iter().map(ToString::to_string).collect();
    texts.sort_unstable();
    Value::Texts(texts)
}

/// To what people may consent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentRight {
    /// To any permission that an administrator is not needed for, of any app.
    Anything,
    /// To permissions marked as low, of verified publishers.
    LowImpact,
    /// To what Microsoft recommends, which changes.
    Recommended,
    /// To what a policy of the tenant's own says.
    Own(String),
    /// As the owner of a group, for what is in the group.
    ForOwnedGroups(String),
    /// Something that this version does not know, as it was read.
    Other(String),
}

const OWN: &str = "own:";
const FOR_OWNED_GROUPS: &str = "for-owned-groups:";
const OTHER: &str = "other:";

impl fmt::Display for ConsentRight {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anything => to.write_str("anything"),
            Self::LowImpact => to.write_str("low-impact"),
            Self::Recommended => to.write_str("recommended"),
            Self::Own(policy) => write!(to, "{OWN}{policy}"),
            Self::ForOwnedGroups(policy) => write!(to, "{FOR_OWNED_GROUPS}{policy}"),
            Self::Other(word) => write!(to, "{OTHER}{word}"),
        }
    }
}

impl ConsentRight {
    /// Back from what [`Display`](fmt::Display) wrote; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = |start: &str| text.strip_prefix(start).map(str::to_owned);
        match text {
            "anything" => Some(Self::Anything),
            "low-impact" => Some(Self::LowImpact),
            "recommended" => Some(Self::Recommended),
            _ => rest(OWN)
                .map(Self::Own)
                .or_else(|| rest(FOR_OWNED_GROUPS).map(Self::ForOwnedGroups))
                .or_else(|| rest(OTHER).map(Self::Other)),
        }
    }
}

/// Who may invite guests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Invites {
    /// Nobody.
    Nobody,
    /// Administrators and those with the role of inviting.
    AdministratorsAndInviters,
    /// All members too.
    Members,
    /// Guests too.
    Everybody,
    /// A word that this version does not know.
    Other(String),
}

impl Invites {
    /// The word of it, as a value of the setting.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Nobody => "nobody",
            Self::AdministratorsAndInviters => "administrators-and-inviters",
            Self::Members => "members",
            Self::Everybody => "everybody",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Invites {
    fn from(word: &str) -> Self {
        let known = [Self::Nobody, Self::AdministratorsAndInviters, Self::Members, Self::Everybody];
        known.into_iter().find(|one| one.as_str() == word).unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

impl GuestAccess {
    /// The word of it, as a value of the setting.
    pub fn as_str(&self) -> &str {
        match self {
            Self::LikeMembers => "like-members",
            Self::Limited => "limited",
            Self::Restricted => "restricted",
            Self::Other(id) => id,
        }
    }
}

impl From<&str> for GuestAccess {
    fn from(word: &str) -> Self {
        let known = [Self::LikeMembers, Self::Limited, Self::Restricted];
        known.into_iter().find(|one| one.as_str() == word).unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

/// What guests may read of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuestAccess {
    /// The same as members.
    LikeMembers,
    /// Less: properties and memberships of groups that they are in.
    Limited,
    /// Only what concerns themselves.
    Restricted,
    /// A role that this version does not know.
    Other(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let all = [
            ConsentRight::Anything,
            ConsentRight::LowImpact,
            ConsentRight::Recommended,
            ConsentRight::Own("marketing".to_owned()),
            ConsentRight::ForOwnedGroups("microsoft-all-application-permissions-for-team".to_owned()),
            ConsentRight::Other("other:own:x".to_owned()),
        ];
        for right in all {
            assert_eq!(ConsentRight::parse(&right.to_string()), Some(right));
        }
        assert_eq!(ConsentRight::parse("everything"), None);
        for word in ["nobody", "administrators-and-inviters", "members", "everybody", "aliens"] {
            assert_eq!(Invites::from(word).as_str(), word);
        }
        for word in ["like-members", "limited", "restricted", "95e79109-95c0-4d8e-aee3-d01accf2d47b"] {
            assert_eq!(GuestAccess::from(word).as_str(), word);
        }
    }
}
