//! Who else: accounts that signed in from the same address, in the same session or on the same device as
//! an account of the case. Listed and offered, never touched unasked.
//!
//! An address that many accounts share is the organisation's own, or a provider's: it is named with its
//! count, and not followed. One that an account used before the last hours is its own.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::facet::Gap;
use crate::ids::AccountId;

/// How far the sign-ins of the tenant are looked at.
pub const HOURS: i64 = 24;
/// How far an account's own sign-ins are looked at, to tell an address that it had before.
pub const DAYS_BEFORE: i64 = 7;
/// An address, session or device that more accounts than this share is nobody's alone.
pub const MANY: usize = 10;

/// One sign-in, as a log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Who.
    pub account: AccountId,
    /// By which name. Hostile.
    pub upn: String,
    /// When.
    pub at: Timestamp,
    /// Whether somebody got in.
    pub succeeded: bool,
    /// From where, in which session, on which device: as far as the log tells.
    pub marks: Vec<Mark>,
}

/// What two sign-ins can have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum Mark {
    /// An IP address.
    Address(String),
    /// A session: what one refresh token carries on.
    Session(String),
    /// A registered device.
    Device(String),
}

/// Another account that has something in common with one of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// Which.
    pub account: AccountId,
    /// By which name. Hostile.
    pub upn: String,
    /// What it shares.
    pub shares: BTreeSet<Mark>,
    /// The newest such sign-in.
    pub last: Timestamp,
    /// Whether any of them got in.
    pub succeeded: bool,
}

/// What many accounts share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    /// What.
    pub mark: Mark,
    /// How many accounts.
    pub accounts: usize,
}

/// What could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unasked {
    /// A word: `sign-ins`, `sessions` or `earlier-sign-ins`.
    pub what: String,
    /// Why.
    pub why: Gap,
}

/// What was found, and what was not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoElse {
    /// Sign-ins from then on were compared.
    pub since: Timestamp,
    /// Accounts that are not in the case.
    pub others: Vec<Other>,
    /// Not followed, because many share it.
    pub common: Vec<Common>,
    /// What could not be asked.
    pub gaps: Vec<Unasked>,
}

/// From when the tenant's sign-ins are looked at.
pub fn since(now: Timestamp) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(HOURS)).unwrap_or(Timestamp::MIN)
}

/// Compares the sign-ins of the accounts in `targets` with everybody else's. `before` are what the targets
/// had in earlier sign-ins: theirs, and followed no further.
pub fn compare(
    since: Timestamp,
    targets: &BTreeSet<AccountId>,
    sign_ins: &[SignIn],
    before: &BTreeSet<(AccountId, Mark)>,
) -> WhoElse {
    let recent = || sign_ins.iter().filter(|one| one.at >= since);
    let theirs = recent().filter(|one| targets.contains(&one.account));
    let followed: BTreeSet<&Mark> = theirs
        .flat_map(|one| one.marks.iter().filter(|mark| !before.contains(&(one.account.clone(), (*mark).clone()))))
        .collect();
    let mut users: BTreeMap<&Mark, BTreeSet<&AccountId>> = BTreeMap::new();
    for one in recent() {
        for mark in one.marks.iter().filter(|mark| followed.contains(mark)) {
            users.entry(mark).or_default().insert(&one.account);
        }
    }
    let others_of = |mark: &Mark| users.get(mark).map_or(0, |all| all.iter().filter(|id| !targets.contains(**id)).count());
    let (common, followed): (BTreeSet<&Mark>, BTreeSet<&Mark>) = followed.into_iter().partition(|mark| others_of(mark) > MANY);
    let mut others: BTreeMap<&AccountId, Other> = BTreeMap::new();
    for one in recent().filter(|one| !targets.contains(&one.account)) {
        let shares: BTreeSet<Mark> = one.marks.iter().filter(|mark| followed.contains(mark)).cloned().collect();
        if shares.is_empty() {
            continue;
        }
        let other = others.entry(&one.account).or_insert_with(|| Other {
            account: one.account.clone(),
            upn: one.upn.clone(),
            shares: BTreeSet::new(),
            last: one.at,
            succeeded: false,
        });
        other.shares.extend(shares);
        other.last = other.last.max(one.at);
        other.succeeded |= one.succeeded;
    }
    let mut others: Vec<Other> = others.into_values().collect();
    others.sort_by_key(|other| std::cmp::Reverse((other.succeeded, other.last)));
    let common = common.into_iter().map(|mark| Common { mark: mark.clone(), accounts: others_of(mark) }).collect();
    WhoElse { since, others, common, gaps: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> AccountId {
        format!("a1000000-0000-4000-8000-{number:012}").parse().unwrap()
    }

    fn at(minutes: i64) -> Timestamp {
        let noon: Timestamp = "2026-11-02T12:00:00Z".parse().unwrap();
        noon.checked_add(SignedDuration::from_mins(minutes)).unwrap()
    }

    fn sign_in(number: u32, minutes: i64, marks: &[Mark]) -> SignIn {
        SignIn { account: id(number), upn: format!("p{number}"), at: at(minutes), succeeded: number != 3, marks: marks.to_vec() }
    }

    fn address(text: &str) -> Mark {
        Mark::Address(text.to_owned())
    }

    #[test]
    fn whoever_shares_something_new_is_told_with_what_it_is() {
        let session = Mark::Session("s".to_owned());
        let all = [
            sign_in(1, 0, &[address("203.0.113.7"), session.clone()]),
            sign_in(1, 1, &[address("198.51.100.1")]),
            sign_in(2, 2, &[address("203.0.113.7")]),
            sign_in(2, 3, std::slice::from_ref(&session)),
            sign_in(3, 4, &[address("203.0.113.7")]),
            sign_in(4, 5, &[address("198.51.100.1")]),
            sign_in(5, -9_000, &[address("203.0.113.7")]),
        ];
        let before = BTreeSet::from([(id(1), address("198.51.100.1"))]);
        let found = compare(at(-60), &BTreeSet::from([id(1)]), &all, &before);
        let told: Vec<_> = found.others.iter().map(|other| (other.upn.as_str(), other.shares.len(), other.succeeded)).collect();
        assert_eq!(told, [("p2", 2, true), ("p3", 1, false)]);
        assert_eq!(found.others[0].last, at(3));
    }

    #[test]
    fn what_many_share_is_named_and_not_followed() {
        let mut all = vec![sign_in(1, 0, &[address("192.0.2.1")])];
        all.extend((10..30).map(|number| sign_in(number, 1, &[address("192.0.2.1")])));
        let found = compare(at(-60), &BTreeSet::from([id(1)]), &all, &BTreeSet::new());
        assert!(found.others.is_empty());
        assert_eq!(found.common, [Common { mark: address("192.0.2.1"), accounts: 20 }]);
    }
}
