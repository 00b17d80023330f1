//! What people may share of calendars and contacts with whom outside.

use serde::{Deserialize, Serialize};

/// The policies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharingPolicies {
    /// Each.
    pub policies: Vec<SharingPolicy>,
}

/// One policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharingPolicy {
    /// What people call it.
    pub name: String,
    /// On or off.
    pub on: Option<bool>,
    /// With whom what is shared.
    pub shares: Vec<Share>,
}

/// What is shared with one domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The domain; `*` is everybody, `Anonymous` whoever has the link.
    pub with: String,
    /// What, in the service's words: `CalendarSharingFreeBusySimple`, `ContactsSharing`.
    pub what: Vec<String>,
}

impl Share {
    /// Anybody may see it.
    pub fn is_for_all(&self) -> bool {
        self.with == "*" || self.with.eq_ignore_ascii_case("Anonymous")
    }

    /// More than when somebody is busy.
    pub fn tells_more(&self) -> bool {
        self.what.iter().any(|what| what != "CalendarSharingFreeBusySimple")
    }
}
