//! A snapshot: everything that was read of one account, facet by facet, with every gap.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::account::Account;
use crate::facet::{Facet, FacetName, Gap};
use crate::facets::forwarding::Forwarding;
use crate::facets::identity::Identity;
use crate::facets::inbox_rules::InboxRule;
use crate::facets::roles::RoleGrant;
use crate::facets::sending_block::SendingBlock;
use crate::facets::{Reading, of};

/// What was read of one account. `taken_at` is the core's only *now*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Whose it is.
    pub account: Account,
    /// When reading began.
    pub taken_at: Timestamp,
    /// What was read.
    pub facets: BTreeMap<FacetName, Facet<Reading>>,
}

impl Snapshot {
    /// A snapshot in which nothing has been read.
    pub fn begun(account: Account, taken_at: Timestamp) -> Self {
        Self { account, taken_at, facets: BTreeMap::new() }
    }

    /// The facet as the value of its kind; what was never asked for is a gap as well.
    fn facet<T>(&self, name: FacetName, take: impl Fn(&Reading) -> Option<&T>) -> Facet<&T> {
        match self.facets.get(&name) {
            Some(Facet::Read { value, at }) => match take(value) {
                Some(value) => Facet::Read { value, at: *at },
                None => Facet::Unread { gap: Gap::NotUnderstood { detail: "a reading of another facet".to_owned() }, at: *at },
            },
            Some(Facet::NotApplicable { at }) => Facet::NotApplicable { at: *at },
            Some(Facet::Unread { gap, at }) => Facet::Unread { gap: gap.clone(), at: *at },
            None => Facet::Unread { gap: Gap::Incomplete { detail: "not asked for".to_owned() }, at: self.taken_at },
        }
    }

    /// Who it is.
    pub fn identity(&self) -> Facet<&Identity> {
        self.facet(FacetName::Identity, |reading| of!(reading, Identity).map(AsRef::as_ref))
    }

    /// Forwarding on the mailbox.
    pub fn forwarding(&self) -> Facet<&Forwarding> {
        self.facet(FacetName::Forwarding, |reading| of!(reading, Forwarding))
    }

    /// Inbox rules.
    pub fn inbox_rules(&self) -> Facet<&Vec<InboxRule>> {
        self.facet(FacetName::InboxRules, |reading| of!(reading, InboxRules))
    }

    /// The sending block.
    pub fn sending_block(&self) -> Facet<&SendingBlock> {
        self.facet(FacetName::SendingBlock, |reading| of!(reading, SendingBlock))
    }

    /// The tenant's own domains.
    pub fn domains(&self) -> Facet<&Vec<String>> {
        self.facet(FacetName::Domains, |reading| of!(reading, Domains))
    }

    /// One of the role facets.
    pub fn roles(&self, facet: FacetName) -> Facet<&Vec<RoleGrant>> {
        self.facet(facet, |reading| of!(reading, Roles))
    }

    /// Every grant that was read, of every role facet.
    pub fn grants(&self) -> impl Iterator<Item = &RoleGrant> {
        self.facets.values().filter_map(Facet::value).filter_map(|reading| of!(reading, Roles)).flatten()
    }

    /// Every facet that was not read, and why, in the order of the facets.
    pub fn gaps(&self) -> Vec<(FacetName, Gap)> {
        FacetName::of_kind(self.account.kind)
            .filter_map(|name| match self.facets.get(&name) {
                Some(facet) => facet.gap().map(|gap| (name, gap.clone())),
                None => Some((name, Gap::Incomplete { detail: "not asked for".to_owned() })),
            })
            .collect()
    }
}
