//! One file a facet: what is read, what can be changed, when a reading shows the change, and what
//! would bring the former state back. All of it is data and pure functions.

pub mod forwarding;
pub mod identity;
pub mod inbox_rules;
pub mod password;
pub mod roles;
pub mod sending_block;
pub mod sessions;

use serde::{Deserialize, Serialize};

use forwarding::Forwarding;
use identity::Identity;
use inbox_rules::InboxRule;
use roles::RoleGrant;
use sending_block::SendingBlock;

use crate::plan::Action;
use crate::tenant::TenantReading;

/// What one read of one facet gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Of [`crate::facet::FacetName::Identity`].
    Identity(Box<Identity>),
    /// Of any of the role facets.
    Roles(Vec<RoleGrant>),
    /// Of forwarding.
    Forwarding(Forwarding),
    /// Of inbox rules, in their order.
    InboxRules(Vec<InboxRule>),
    /// Of the sending block.
    SendingBlock(SendingBlock),
    /// The tenant's own domains, in lower case.
    Domains(Vec<String>),
    /// Of a facet of the tenant.
    Tenant(Box<TenantReading>),
}

/// Whether a reading shows the effect of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It does.
    Yes,
    /// Not so far: look again until the deadline.
    NotYet,
}

impl Verified {
    /// `Yes` if `shown`.
    pub(crate) fn when(shown: bool) -> Self {
        if shown { Self::Yes } else { Self::NotYet }
    }
}

/// What would bring the former state of a changed thing back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reversal {
    /// This action.
    By(Box<Action>),
    /// Nothing: it is as it was.
    AlreadyBack,
    /// Somebody changed it since: a person must settle it.
    Conflict(String),
    /// It cannot come back, and why.
    Impossible(&'static str),
}

impl Reversal {
    /// By `action`.
    pub(crate) fn by(action: Action) -> Self {
        Self::By(Box::new(action))
    }
}

/// Takes the value out of a [`Reading`], or answers "not yet" or "conflict" for a stray one:
/// a reading of another facet proves nothing.
macro_rules! of {
    ($reading:expr, $kind:ident) => {
        match $reading {
            crate::facets::Reading::$kind(value) => Some(value),
            _ => None,
        }
    };
}
pub(crate) use of;
