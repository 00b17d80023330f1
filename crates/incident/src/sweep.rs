//! The sweep: a look into every mailbox of a tenant, judged by the same rules as an account of a case. It finds, and
//! changes nothing.
//!
//! Progress is recorded in batches, so that a sweep that was ended goes on where it stood. Of mailboxes with nothing to
//! say the ids are kept, of the others what was judged and why something was not read.
//!
//! Invariant: a mailbox is clear only if its forwarding and its rules were both read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::account::Account;
use crate::digest::Digest;
use crate::facet::{Facet, FacetName, Gap};
use crate::finding::{Finding, Verdict};
use crate::ids::AccountId;
use crate::judge::judge;
use crate::policy::Policy;
use crate::snapshot::Snapshot;

/// What a sweep reads of a mailbox.
pub const FACETS: &[FacetName] = &[FacetName::Forwarding, FacetName::InboxRules];

/// How long one that was ended before its end may be gone on with, in hours: afterwards what it read first is too old
/// to stand beside what is read now.
pub const RESUMED_WITHIN_HOURS: i64 = 24;

/// After so many days a sweep says little about today.
pub const OLD_AFTER_DAYS: i64 = 30;

/// Which mailboxes there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// How many accounts are asked, those read before included.
    pub accounts: usize,
    /// Why there may be mailboxes that are not among them.
    pub gap: Option<Gap>,
}

/// One mailbox that there is something to say of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    /// Whose.
    pub account: Account,
    /// What was judged to be more than benign.
    pub findings: Vec<Finding>,
    /// What was not read.
    pub unread: Vec<(FacetName, Gap)>,
    /// The raw answers, in the evidence table.
    pub evidence: Vec<Digest>,
}

/// Mailboxes that were looked into and recorded together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Read whole, and nothing to say.
    pub clear: Vec<AccountId>,
    /// No mailbox here, or none any more.
    pub absent: Vec<AccountId>,
    /// Something was found or not read.
    pub noted: Vec<Swept>,
}

/// What a look into one mailbox gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// Read whole, and nothing to say.
    Clear,
    /// There is no mailbox.
    Absent,
    /// Something to say: what was judged, and what was not read.
    Noted(Vec<Finding>, Vec<(FacetName, Gap)>),
}

/// Judges what was read of a mailbox, as an account of a case is judged. `snapshot` holds the facets of a sweep and the
/// tenant's domains.
#[must_use]
pub fn look(snapshot: &Snapshot, policy: &Policy) -> Look {
    if matches!(snapshot.inbox_rules(), Facet::NotApplicable { .. }) {
        return Look::Absent;
    }
    let of = |facet: &FacetName| snapshot.facets.get(facet).map(|read| (*facet, read.gap().cloned()));
    let unread: Vec<(FacetName, Gap)> =
        FACETS.iter().filter_map(of).filter_map(|(facet, gap)| gap.map(|gap| (facet, gap))).collect();
    let is_unread = |finding: &Finding| unread.iter().any(|(facet, _)| *facet == finding.facet);
    let judged = judge(snapshot, policy).findings.into_iter();
    let findings: Vec<Finding> = judged.filter(|finding| finding.verdict > Verdict::Benign && !is_unread(finding)).collect();
    if findings.is_empty() && unread.is_empty() { Look::Clear } else { Look::Noted(findings, unread) }
}

impl Swept {
    /// What was judged of one facet.
    pub fn findings_of(&self, facet: FacetName) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.facet == facet)
    }

    /// Whether something in it calls for an answer.
    pub fn is_found(&self) -> bool {
        self.findings.iter().any(|finding| finding.verdict.calls_for_cleaning())
    }

    /// Whether something in it could not be judged for want of an input.
    pub fn is_undecided(&self) -> bool {
        self.findings.iter().any(|finding| finding.verdict == Verdict::Undecided)
    }

    /// Whether it was not read whole, but could be if it were asked again.
    pub fn may_be_read_later(&self) -> bool {
        !self.unread.is_empty() && self.unread.iter().all(|(_, gap)| gap.is_passing())
    }
}

/// A sweep as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// When it was begun.
    pub began: Timestamp,
    /// When it came to its end.
    pub ended: Option<Timestamp>,
    /// Whether it was gone on with after an interruption.
    pub resumed: bool,
    /// Which mailboxes there are, as last listed.
    pub listing: Listing,
    /// Why the rest was not even asked.
    pub rest: Option<Gap>,
    clear: BTreeSet<AccountId>,
    absent: BTreeSet<AccountId>,
    noted: BTreeMap<AccountId, Swept>,
}

impl Sweep {
    /// One that has read nothing.
    pub fn begun(began: Timestamp, listing: Listing) -> Self {
        Self {
            began,
            ended: None,
            resumed: false,
            listing,
            rest: None,
            clear: BTreeSet::new(),
            absent: BTreeSet::new(),
            noted: BTreeMap::new(),
        }
    }

    /// Takes in what was looked into. What was looked into before is replaced.
    pub fn take(&mut self, batch: &Batch) {
        for id in batch.clear.iter().chain(&batch.absent).chain(batch.noted.iter().map(|swept| &swept.account.id)) {
            self.clear.remove(id);
            self.absent.remove(id);
            self.noted.remove(id);
        }
        self.clear.extend(batch.clear.iter().cloned());
        self.absent.extend(batch.absent.iter().cloned());
        self.noted.extend(batch.noted.iter().map(|swept| (swept.account.id.clone(), swept.clone())));
    }

    /// Whether the mailbox was looked into.
    pub fn has(&self, account: &AccountId) -> bool {
        self.clear.contains(account) || self.absent.contains(account) || self.noted.contains_key(account)
    }

    /// How many accounts were asked.
    pub fn asked(&self) -> usize {
        self.clear.len() + self.absent.len() + self.noted.len()
    }

    /// How many mailboxes there are, as far as is known.
    pub fn mailboxes(&self) -> usize {
        self.listing.accounts.max(self.asked()).saturating_sub(self.absent.len())
    }

    /// How many were read whole.
    pub fn read(&self) -> usize {
        self.clear.len() + self.noted.values().filter(|swept| swept.unread.is_empty()).count()
    }

    /// Accounts that have no mailbox, or none any more.
    pub fn absent(&self) -> usize {
        self.absent.len()
    }

    /// Mailboxes that there is something to say of.
    pub fn noted(&self) -> impl Iterator<Item = &Swept> {
        self.noted.values()
    }

    /// Mailboxes in which something calls for an answer.
    pub fn found(&self) -> impl Iterator<Item = &Swept> {
        self.noted.values().filter(|swept| swept.is_found())
    }

    /// Mailboxes in which something could not be judged, and nothing calls for an answer.
    pub fn undecided(&self) -> impl Iterator<Item = &Swept> {
        self.noted.values().filter(|swept| swept.is_undecided() && !swept.is_found())
    }

    /// Mailboxes that were asked and not read whole.
    pub fn unread(&self) -> impl Iterator<Item = &Swept> {
        self.noted.values().filter(|swept| !swept.unread.is_empty())
    }

    /// Those among them that could be read if they were asked again.
    pub fn to_ask_again(&self) -> impl Iterator<Item = &Account> {
        self.noted.values().filter(|swept| swept.may_be_read_later()).map(|swept| &swept.account)
    }

    /// Whether every mailbox that there is was read whole.
    pub fn is_whole(&self) -> bool {
        self.ended.is_some() && self.rest.is_none() && self.listing.gap.is_none() && self.read() == self.mailboxes()
    }

    /// Whether it may be gone on with.
    pub fn may_be_resumed(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now.duration_since(self.began) < SignedDuration::from_hours(RESUMED_WITHIN_HOURS)
    }

    /// Whether it came to its end so long ago that it says little about today.
    pub fn is_old(&self, now: Timestamp) -> bool {
        self.ended.is_some_and(|ended| now.duration_since(ended).as_hours() >= OLD_AFTER_DAYS * 24)
    }
}

/// The sweeps of a tenant that count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sweeps {
    /// The newest that came to its end.
    pub finished: Option<Sweep>,
    /// One that has not, begun later.
    pub under_way: Option<Sweep>,
}

impl Sweeps {
    /// The one that tells of `facet`: the newest that came to its end, or what there is. What one under way has found
    /// counts at once: an older one that found nothing does not speak against it.
    pub fn telling(&self, facet: FacetName) -> Option<&Sweep> {
        let is_bad = |swept: &Swept| swept.findings_of(facet).any(|finding| finding.verdict.calls_for_cleaning());
        let under_way = self.under_way.as_ref();
        under_way.filter(|sweep| sweep.noted().any(is_bad)).or(self.finished.as_ref()).or(under_way)
    }

    /// The newest, at its end or not.
    pub fn newest(&self) -> Option<&Sweep> {
        self.under_way.as_ref().or(self.finished.as_ref())
    }

    /// A new one.
    pub(crate) fn begin(&mut self, at: Timestamp, listing: &Listing) {
        self.under_way = Some(Sweep::begun(at, listing.clone()));
    }

    /// The one that is under way, gone on with.
    pub(crate) fn resume(&mut self, listing: &Listing) -> Option<()> {
        let sweep = self.under_way.as_mut()?;
        (sweep.resumed, sweep.listing) = (true, listing.clone());
        Some(())
    }

    /// What the one under way looked into.
    pub(crate) fn take(&mut self, batch: &Batch) -> Option<()> {
        self.under_way.as_mut()?.take(batch);
        Some(())
    }

    /// The end of the one under way.
    pub(crate) fn end(&mut self, at: Timestamp, rest: Option<&Gap>) -> Option<()> {
        let sweep = self.under_way.take()?;
        self.finished = Some(Sweep { ended: Some(at), rest: rest.cloned(), ..sweep });
        Some(())
    }
}
