//! Administrative power, wherever it comes from: taken, held with the case, given back as it was.

use serde::{Deserialize, Serialize};

use super::{Reading, Reversal, Verified, of};
use crate::Timestamp;
use crate::facet::FacetName;
use crate::plan::Action;

/// The built-in role of Global Administrator (template id).
pub const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
/// The built-in role of the accounts that synchronise directories (template id).
pub const DIRECTORY_SYNCHRONISATION_ACCOUNTS: &str = "d29b2b05-8046-44ba-8758-1e26182fcf32";

/// One source of administrative power that an account has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoleGrant {
    /// How it is held.
    pub kind: GrantKind,
    /// The service's id of this assignment, schedule or membership; changes when it is given back.
    pub assignment: String,
    /// The role, or the group for the kinds that are memberships.
    pub of: Named,
    /// `/` for the whole tenant, `/administrativeUnits/…` or `/<object>` for less.
    pub scope: String,
    /// A scope inside an application, which some providers use.
    pub app_scope: Option<String>,
    /// Since when, where the service says.
    pub since: Option<Timestamp>,
    /// Until when, where it ends by itself.
    pub until: Option<Timestamp>,
    /// For a group: the roles that it gives.
    pub gives: Vec<Named>,
}

/// An id and what people call it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Named {
    /// The service's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// How administrative power is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantKind {
    /// A directory role, assigned directly, without PIM.
    Direct,
    /// A directory role that PIM assigned as active.
    PimActive,
    /// A directory role that the person activated for a while.
    PimActivated,
    /// A directory role that the person may activate.
    PimEligible,
    /// Membership of a role-assignable group.
    GroupMember,
    /// Ownership of a role-assignable group, with which its owner can make himself a member.
    GroupOwner,
    /// Active membership of such a group by PIM for groups.
    GroupPimActiveMember,
    /// Active ownership by PIM for groups.
    GroupPimActiveOwner,
    /// May activate membership by PIM for groups.
    GroupEligibleMember,
    /// May activate ownership by PIM for groups.
    GroupEligibleOwner,
    /// Membership of an Exchange role group.
    ExchangeGroup,
    /// An Exchange management role assigned directly.
    ExchangeDirect,
}

impl GrantKind {
    /// The facet that shows grants of this kind.
    pub fn facet(self) -> FacetName {
        match self {
            Self::Direct => FacetName::EntraRoles,
            Self::PimActive | Self::PimActivated | Self::PimEligible => FacetName::PimRoles,
            Self::GroupMember
            | Self::GroupOwner
            | Self::GroupPimActiveMember
            | Self::GroupPimActiveOwner
            | Self::GroupEligibleMember
            | Self::GroupEligibleOwner => FacetName::GroupRoles,
            Self::ExchangeGroup | Self::ExchangeDirect => FacetName::ExchangeRoles,
        }
    }

    /// Whether the person must activate it anew: such a grant is withdrawn and not given back.
    pub fn is_an_activation(self) -> bool {
        self == Self::PimActivated
    }
}

impl RoleGrant {
    /// Whether `other` is the same power, whatever id the service gives it now.
    pub fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.of.id == other.of.id && self.scope == other.scope && self.app_scope == other.app_scope
    }

    /// What stands for this grant in an item: the same before it was withdrawn and after it came back.
    pub fn object(&self) -> String {
        format!("{:?} {} {} {}", self.kind, self.of.id, self.scope, self.app_scope.as_deref().unwrap_or("-"))
    }

    /// Whether this makes the holder a Global Administrator of the whole tenant, now.
    pub fn makes_global_administrator(&self) -> bool {
        let active = !matches!(
            self.kind,
            GrantKind::PimEligible | GrantKind::GroupEligibleMember | GrantKind::GroupEligibleOwner | GrantKind::GroupOwner
        );
        active
            && (self.of.id == GLOBAL_ADMINISTRATOR && self.scope == "/"
                || self.gives.iter().any(|role| role.id == GLOBAL_ADMINISTRATOR))
    }
}

/// What can be done to a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Take it, and hold it with the case.
    Withdraw(RoleGrant),
    /// Give it back exactly as it was.
    GiveBack(RoleGrant),
}

impl Change {
    /// The grant in question.
    pub fn grant(&self) -> &RoleGrant {
        match self {
            Self::Withdraw(grant) | Self::GiveBack(grant) => grant,
        }
    }
}

/// Whether `now` shows the change.
pub(crate) fn shows(change: &Change, now: &Reading) -> Verified {
    let Some(held) = of!(now, Roles) else { return Verified::NotYet };
    let has = held.iter().any(|grant| grant.is_same(change.grant()));
    Verified::when(has == matches!(change, Change::GiveBack(_)))
}

/// What reverses the change. Withdrawn roles come back by release only; undoing a release's
/// gift is withdrawing it again.
pub(crate) fn reversal(change: &Change, now: &Reading) -> Reversal {
    let back = match change {
        Change::Withdraw(grant) => Change::GiveBack(grant.clone()),
        Change::GiveBack(grant) => Change::Withdraw(grant.clone()),
    };
    match shows(&back, now) {
        Verified::Yes => Reversal::AlreadyBack,
        Verified::NotYet => Reversal::by(Action::Role(back)),
    }
}
