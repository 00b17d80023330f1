//! What everybody may do by default: consent, register applications, invite, look around.

use serde::{Deserialize, Serialize};

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
