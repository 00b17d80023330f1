//! Somebody who signs in, as far as policies can tell people apart.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::policy::Id;
use super::truth::Known;
use crate::ids::AccountId;

/// An account that signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its object id.
    pub account: AccountId,
    /// What people call it: its sign-in name.
    pub name: String,
    /// All groups that it belongs to, also through other groups ([`Memberships::groups_of`]).
    pub groups: Known<BTreeSet<Id>>,
    /// Roles that are active for the whole tenant, by template id, also through groups ([`roles_of`]). Roles that are
    /// only eligible, scoped to a part of the tenant, or made by the tenant itself do not count: policies do not see them.
    pub roles: Known<BTreeSet<Id>>,
    /// Where it is at home.
    pub home: Known<Home>,
    /// Whether it may sign in at all.
    pub enabled: Known<bool>,
}

impl Subject {
    /// An enabled member of the tenant, in no group and with no role.
    pub fn member(account: AccountId, name: impl Into<String>) -> Self {
        Self {
            account,
            name: name.into(),
            groups: Known::Known(BTreeSet::new()),
            roles: Known::Known(BTreeSet::new()),
            home: Known::Known(Home::Member),
            enabled: Known::Known(true),
        }
    }
}

/// Where an account is at home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Home {
    /// Here.
    Member,
    /// Elsewhere, or here as a guest.
    External {
        /// What kind of guest.
        kind: Known<GuestKind>,
        /// The tenant that it is at home in, if it has one.
        tenant: Known<Id>,
    },
}

/// Kinds of guests and external users.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuestKind {
    /// An account of this tenant, marked as a guest.
    LocalGuest,
    /// Invited, as a guest.
    CollaborationGuest,
    /// Invited, as a member.
    CollaborationMember,
    /// A partner in shared channels, with no object here.
    DirectConnect,
    /// Of a service provider.
    ServiceProvider,
    /// Any other.
    OtherExternal,
    /// A kind that this version does not know.
    Other(String),
}

/// Who is a direct member of which group; groups can be members too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memberships {
    groups_of: BTreeMap<Id, BTreeSet<Id>>,
}

impl Memberships {
    /// Notes that `member`, an account or a group, belongs directly to `group`.
    pub fn add(&mut self, member: impl Into<Id>, group: impl Into<Id>) {
        self.groups_of.entry(member.into()).or_default().insert(group.into());
    }

    /// All groups that `member` belongs to, however deep. Each is visited once, so groups that contain each other end.
    pub fn groups_of(&self, member: &Id) -> BTreeSet<Id> {
        let mut found = BTreeSet::new();
        let mut open = vec![member];
        while let Some(one) = open.pop() {
            for group in self.groups_of.get(one).into_iter().flatten() {
                if found.insert(group.clone()) {
                    open.push(group);
                }
            }
        }
        found
    }
}

/// All active roles: those held directly, and those that any of `groups` gives.
pub fn roles_of(direct: &BTreeSet<Id>, groups: &BTreeSet<Id>, given: &BTreeMap<Id, BTreeSet<Id>>) -> BTreeSet<Id> {
    let through = groups.iter().filter_map(|group| given.get(group)).flatten();
    direct.iter().chain(through).cloned().collect()
}
