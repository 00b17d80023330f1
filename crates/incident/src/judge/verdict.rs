//! The arithmetic of a verdict, and how a reason is made.
//!
//! Each group of evidence counts once, with its strongest reason, so that three words in one rule
//! are not three proofs:
//!
//! | strongest in each group | verdict |
//! | --- | --- |
//! | an A | malicious |
//! | an A-, and B- or more in another group | malicious |
//! | B+ in two groups | malicious |
//! | anything else of B- or more | suspicious |
//! | only C, or nothing | benign |
//!
//! Then one step down if something of weight B speaks against (it is switched off), and up to
//! undecided if an input was missing. Invariant: one more reason *for* never lowers a verdict.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::account::Account;
use crate::facet::{FacetName, Gap};
use crate::finding::{Finding, Group, Reason, Speaks, Verdict, Weight};
use crate::item::Item;

/// How strong one sighting is, finer than the [`Weight`] that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Context.
    C,
    /// Strong with any other.
    B,
    /// Two of these from two groups convict.
    BPlus,
    /// Convicts with a B from another group.
    AMinus,
    /// Convicts alone: a record of who, when and from where. Nothing in a mailbox is that strong.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for the judgements that read the audit log; the arithmetic is tested with it")
    )]
    A,
}

impl Strength {
    fn weight(self) -> Weight {
        match self {
            Self::C => Weight::C,
            Self::B | Self::BPlus => Weight::B,
            Self::AMinus | Self::A => Weight::A,
        }
    }
}

/// The verdict of reasons for (each a group and a strength), whether something of weight speaks
/// against, and whether an input was missing.
pub(super) fn verdict(reasons: &[(Group, Strength)], lighter: bool, lacks_input: bool) -> Verdict {
    let mut strongest: BTreeMap<Group, Strength> = BTreeMap::new();
    for &(group, strength) in reasons {
        let known = strongest.entry(group).or_insert(strength);
        *known = strength.max(*known);
    }
    let at_least = |least: Strength| strongest.values().filter(|strength| **strength >= least).count();
    let malicious = strongest.values().any(|strength| *strength > Strength::AMinus)
        || at_least(Strength::AMinus) >= 1 && at_least(Strength::B) >= 2
        || at_least(Strength::BPlus) >= 2;
    let decided = match (malicious, at_least(Strength::B) >= 1) {
        (true, _) if lighter => Verdict::Suspicious,
        (true, _) => Verdict::Malicious,
        (false, true) if !lighter => Verdict::Suspicious,
        _ => Verdict::Benign,
    };
    if lacks_input { decided.max(Verdict::Undecided) } else { decided }
}

/// Reasons gathered for one thing, and what was missing to judge it.
#[derive(Debug, Default)]
pub(super) struct Case {
    reasons: Vec<(Strength, Reason)>,
    missing: Vec<(FacetName, Gap)>,
}

impl Case {
    /// A reason for an intruder.
    pub(super) fn speaks_for(
        &mut self,
        code: &str,
        group: Group,
        strength: Strength,
        technique: &str,
        evidence: &[(&str, String)],
    ) {
        self.push(code, Speaks::For, group, strength, Some(technique.to_owned()), evidence);
    }

    /// A reason for the owner. With B it makes the verdict one step lighter, with C it is context.
    pub(super) fn speaks_against(&mut self, code: &str, group: Group, strength: Strength, evidence: &[(&str, String)]) {
        self.push(code, Speaks::Against, group, strength, None, evidence);
    }

    fn push(
        &mut self,
        code: &str,
        speaks: Speaks,
        group: Group,
        strength: Strength,
        technique: Option<String>,
        evidence: &[(&str, String)],
    ) {
        let evidence = evidence.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let reason = Reason { code: code.to_owned(), speaks, weight: strength.weight(), group, technique, evidence };
        self.reasons.push((strength, reason));
    }

    /// An input that was not there.
    pub(super) fn lacks(&mut self, facet: FacetName, gap: Gap) {
        if !self.missing.contains(&(facet, gap.clone())) {
            self.missing.push((facet, gap));
        }
    }

    /// The finding: reasons for before reasons against, strongest first.
    pub(super) fn close(mut self, account: &Account, facet: FacetName, object: &str, name: &str) -> Finding {
        self.reasons.sort_by(|(a_strength, a), (b_strength, b)| {
            (a.speaks, Reverse(*a_strength), &a.code, &a.evidence).cmp(&(b.speaks, Reverse(*b_strength), &b.code, &b.evidence))
        });
        let speaking = |side: Speaks| self.reasons.iter().filter(move |(_, reason)| reason.speaks == side);
        let reasons: Vec<(Group, Strength)> = speaking(Speaks::For).map(|(strength, reason)| (reason.group, *strength)).collect();
        let lighter = speaking(Speaks::Against).any(|(strength, _)| *strength >= Strength::B);
        Finding {
            item: Item::of(facet, &account.id, object),
            facet,
            object: object.to_owned(),
            name: name.to_owned(),
            verdict: verdict(&reasons, lighter, !self.missing.is_empty()),
            reasons: self.reasons.into_iter().map(|(_, reason)| reason).collect(),
            missing: self.missing,
        }
    }
}

/// The finding for a facet that was not read: never clean.
pub(super) fn unread(account: &Account, facet: FacetName, gap: &Gap) -> Finding {
    let mut case = Case::default();
    case.lacks(facet, gap.clone());
    case.close(account, facet, "*", facet.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Group::{Access, Collection, Concealment, Disguise, Selection};
    use super::Strength::{A, AMinus, B, BPlus, C};
    use super::*;

    #[test]
    fn the_arithmetic() {
        use Verdict::{Benign, Malicious, Suspicious};
        let table: &[(&[(Group, Strength)], Verdict)] = &[
            (&[], Benign),
            (&[(Disguise, C)], Benign),
            (&[(Disguise, C), (Concealment, C), (Collection, C), (Selection, C), (Access, C)], Benign),
            (&[(Selection, B)], Suspicious),
            (&[(Selection, B), (Selection, BPlus), (Selection, AMinus)], Suspicious),
            (&[(Selection, B), (Concealment, B)], Suspicious),
            (&[(Selection, B), (Concealment, BPlus)], Suspicious),
            (&[(Selection, BPlus), (Concealment, BPlus)], Malicious),
            (&[(Disguise, AMinus)], Suspicious),
            (&[(Disguise, AMinus), (Concealment, C)], Suspicious),
            (&[(Disguise, AMinus), (Concealment, B)], Malicious),
            (&[(Disguise, AMinus), (Concealment, AMinus)], Malicious),
            (&[(Access, A)], Malicious),
        ];
        for (reasons, expected) in table {
            assert_eq!(verdict(reasons, false, false), *expected, "{reasons:?}");
        }
    }

    #[test]
    fn lighter_is_one_step_and_a_missing_input_is_never_clear() {
        let strong = &[(Disguise, AMinus), (Concealment, B)];
        assert_eq!(verdict(strong, true, false), Verdict::Suspicious);
        assert_eq!(verdict(strong, false, true), Verdict::Malicious);
        assert_eq!(verdict(&[(Selection, B)], true, false), Verdict::Benign);
        assert_eq!(verdict(&[(Selection, B)], true, true), Verdict::Undecided);
        assert_eq!(verdict(&[], false, true), Verdict::Undecided);
    }

    fn reasons() -> impl Strategy<Value = Vec<(Group, Strength)>> {
        let groups = prop::sample::select(vec![Disguise, Concealment, Collection, Selection, Access]);
        let strengths = prop::sample::select(vec![C, B, BPlus, AMinus, A]);
        prop::collection::vec((groups, strengths), 0..8)
    }

    proptest! {
        #[test]
        fn one_more_reason_for_never_lowers(all in reasons(), lighter: bool, lacks: bool) {
            for fewer in 0..all.len() {
                prop_assert!(verdict(&all[..fewer], lighter, lacks) <= verdict(&all, lighter, lacks));
            }
            prop_assert!(verdict(&all, true, lacks) <= verdict(&all, false, lacks));
            prop_assert!(verdict(&all, lighter, false) <= verdict(&all, lighter, true));
        }
    }
}
