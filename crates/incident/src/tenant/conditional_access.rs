//! What the tenant has written down about access. Evaluated in [`access`](crate::posture::access).

use serde::{Deserialize, Serialize};

use crate::posture::access::policy::Id;
use crate::posture::access::{AccessPolicy, NamedLocation, Strength};

/// Policies, and what they name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionalAccess {
    /// The policies.
    pub policies: Vec<AccessPolicy>,
    /// Named places.
    pub locations: Vec<NamedLocation>,
    /// Authentication strengths.
    pub strengths: Vec<Strength>,
    /// Who is directly in each group that a policy names, and in the groups within.
    pub groups: Vec<GroupMembers>,
}

/// Who is directly in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMembers {
    /// The group.
    pub group: Id,
    /// Accounts and groups in it. None: there is no such group any more.
    pub members: Option<Vec<Id>>,
}
