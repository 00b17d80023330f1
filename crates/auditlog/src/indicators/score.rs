//! The arithmetic: how sightings become a number, and the number a verdict.
//!
//! Each sighting has a strength, worth points:
//!
//! | strength | points | alone it says |
//! | --- | --- | --- |
//! | C | 4 | context |
//! | B- | 20 | look at it |
//! | B | 30 | strong with any other |
//! | B+ | 40 | two of these from two groups convict |
//! | A- | 60 | convicts with a B- from another group |
//! | A | 80 | convicts alone |
//!
//! The groups are independent of one another ([`Group`]). In each only the strongest sighting counts,
//! so that forty mails read are not forty proofs; the sum of the groups, less what speaks for the
//! owner (at most 30), is the score, at most 100:
//!
//! | score | verdict | confidence |
//! | --- | --- | --- |
//! | 80 and more | malicious | high |
//! | 60 to 79 | suspicious | medium |
//! | 20 to 59 | suspicious | low |
//! | below 20 | benign | none |
//!
//! These are the steps of the judgement of a live mailbox ([`regain_incident::judge`]) as numbers: an
//! A convicts, an A- with a B from another group, two B+; so a rule means the same in a log and in a
//! mailbox. Invariant: one more sighting *for* never lowers a score.

use std::collections::BTreeMap;

use regain_incident::finding::{Finding, Speaks, Verdict, Weight};
use serde::{Deserialize, Serialize};

/// Independent kinds of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// How somebody came in.
    Access,
    /// What was set up to stay, or to hide.
    Persistence,
    /// What was read and taken.
    Collection,
    /// What was sent and destroyed.
    Impact,
}

/// How strong one sighting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Context.
    C,
    /// Worth a look.
    BMinus,
    /// Strong with any other.
    B,
    /// Stronger.
    BPlus,
    /// Convicts with another.
    AMinus,
    /// Convicts alone.
    A,
}

impl Strength {
    /// What it is worth.
    pub fn points(self) -> u32 {
        match self {
            Self::C => 4,
            Self::BMinus => 20,
            Self::B => 30,
            Self::BPlus => 40,
            Self::AMinus => 60,
            Self::A => 80,
        }
    }
}

/// At most this much is taken off for what speaks for the owner.
const AGAINST_MAX: u32 = 30;

/// The score of sightings for (each a group and a strength) and against.
pub fn score(reasons: impl IntoIterator<Item = (Group, Strength)>, against: impl IntoIterator<Item = Strength>) -> u32 {
    let mut strongest: BTreeMap<Group, Strength> = BTreeMap::new();
    for (group, strength) in reasons {
        let known = strongest.entry(group).or_insert(strength);
        *known = strength.max(*known);
    }
    let sum: u32 = strongest.values().map(|strength| strength.points()).sum();
    let against: u32 = against.into_iter().map(Strength::points).sum();
    sum.saturating_sub(against.min(AGAINST_MAX)).min(100)
}

/// The verdict of a score.
pub fn verdict(score: u32) -> Verdict {
    match score {
        80.. => Verdict::Malicious,
        20.. => Verdict::Suspicious,
        _ => Verdict::Benign,
    }
}

/// The score in a word: `high`, `medium`, `low`, `none`.
pub fn confidence(score: u32) -> &'static str {
    match score {
        80.. => "high",
        60.. => "medium",
        20.. => "low",
        _ => "none",
    }
}

/// What the judgement of a rule or a forwarding is worth as one sighting.
pub fn of_finding(finding: &Finding) -> Strength {
    let strongest = finding.reasons.iter().filter(|reason| reason.speaks == Speaks::For).map(|reason| reason.weight).max();
    match (finding.verdict, strongest) {
        (Verdict::Malicious, _) => Strength::A,
        (Verdict::Suspicious, Some(Weight::A)) => Strength::AMinus,
        (Verdict::Suspicious, _) => Strength::B,
        _ => Strength::C,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Group::{Access, Collection, Impact, Persistence};
    use super::Strength::{A, AMinus, B, BMinus, BPlus, C};
    use super::*;

    #[test]
    fn the_arithmetic() {
        let table: &[(&[(Group, Strength)], Verdict)] = &[
            (&[], Verdict::Benign),
            (&[(Access, C), (Persistence, C), (Collection, C), (Impact, C)], Verdict::Benign),
            (&[(Access, BMinus)], Verdict::Suspicious),
            (&[(Access, B), (Persistence, B)], Verdict::Suspicious),
            (&[(Access, BPlus), (Access, AMinus)], Verdict::Suspicious),
            (&[(Access, BPlus), (Persistence, BPlus)], Verdict::Malicious),
            (&[(Persistence, AMinus), (Access, BMinus)], Verdict::Malicious),
            (&[(Persistence, AMinus), (Access, C)], Verdict::Suspicious),
            (&[(Access, A)], Verdict::Malicious),
        ];
        for (reasons, expected) in table {
            assert_eq!(verdict(score(reasons.iter().copied(), [])), *expected, "{reasons:?}");
        }
        assert_eq!(score([(Access, A)], [BMinus, B]), 50);
        assert_eq!(score([(Access, C)], [B]), 0);
        assert_eq!([100, 60, 20, 19].map(confidence), ["high", "medium", "low", "none"]);
    }

    proptest! {
        #[test]
        fn one_more_reason_for_never_lowers(all in prop::collection::vec((0..4_usize, 0..6_usize), 0..9)) {
            let reason = |&(group, strength): &(usize, usize)| {
                ([Access, Persistence, Collection, Impact][group], [C, BMinus, B, BPlus, AMinus, A][strength])
            };
            for fewer in 0..all.len() {
                prop_assert!(score(all[..fewer].iter().map(reason), [B]) <= score(all.iter().map(reason), [B]));
            }
        }
    }
}
