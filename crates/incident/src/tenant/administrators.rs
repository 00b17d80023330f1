//! Who holds directory roles, how, and what kind of account it is.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::facets::roles::Named;

/// Everybody with a directory role, or who may come to have one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrators {
    /// One for each holder.
    pub holders: Vec<Holder>,
    /// Whether the tenant has a licence for roles that are only eligible. Without one, none are.
    pub has_pim: bool,
}

/// One who holds roles. A group stands for its members, and is not listed itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its object id.
    pub id: String,
    /// Its sign-in name, or the name of an application. Hostile.
    pub name: String,
    /// What it is.
    pub kind: HolderKind,
    /// The roles.
    pub holdings: Vec<Holding>,
}

/// What holds a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolderKind {
    /// An account.
    Person(AdministratorAccount),
    /// An application.
    Application,
    /// An object that is no more, or of a kind that this version does not know.
    Other(String),
}

/// What is known of an administrator's account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdministratorAccount {
    /// It may sign in.
    pub enabled: Option<bool>,
    /// It is a guest's.
    pub guest: Option<bool>,
    /// It comes from a directory on-premises.
    pub synchronised: bool,
    /// It has a licence that gives a mailbox.
    pub mailbox: Option<bool>,
    /// It has a licence of any kind.
    pub licensed: Option<bool>,
    /// It stands under restricted management.
    pub restricted: Option<bool>,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// A role, and how it is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The role, by template id.
    pub role: Named,
    /// How.
    pub how: Held,
    /// The whole tenant, and not a part of it.
    pub whole_tenant: bool,
    /// The group through which it comes.
    pub through: Option<Named>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
}

/// How a role is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// Always.
    Permanent,
    /// Until a date.
    TimeBound,
    /// Activated for a while by somebody who is eligible.
    Activated,
    /// It may be activated.
    Eligible,
}

impl Held {
    /// Whether it is held now.
    pub fn is_active(self) -> bool {
        self != Self::Eligible
    }
}

impl Holder {
    /// The account, if it is one.
    pub fn account(&self) -> Option<&AdministratorAccount> {
        match &self.kind {
            HolderKind::Person(account) => Some(account),
            _ => None,
        }
    }

    /// Whether it holds `role` for the whole tenant in a way that `counts`.
    pub fn holds(&self, role: &str, counts: impl Fn(Held) -> bool) -> bool {
        self.holdings.iter().any(|one| one.whole_tenant && one.role.id.eq_ignore_ascii_case(role) && counts(one.how))
    }
}
