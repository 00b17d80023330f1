//! Who is covered and by which policy; who is not, by name, and through which exclusion or gap.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::demand::{Demand, Question, Requirement};
use super::evaluate::{Rules, as_if_on, evaluate, forces};
use super::family::Named;
use super::policy::{AccessPolicy, PolicyRef, State};
use super::truth::{Condition, Doubt, Known, Truth};
use super::verdict::{Miss, Outcome, Verdict};
use super::{Situation, Subject};
use crate::ids::AccountId;

/// Somebody in a situation of the family.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// The account.
    pub account: AccountId,
    /// Its sign-in name.
    pub name: String,
    /// The situation, by its name in the family.
    pub situation: String,
}

/// What covers somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cover {
    /// This policy.
    Policy(PolicyRef),
    /// Security defaults.
    Defaults,
}

/// Why a policy that could cover somebody does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Escape {
    /// It is enabled, and this condition is not met: not included, or excluded and through what.
    Missed {
        /// The policy.
        policy: PolicyRef,
        /// The condition.
        condition: Condition,
        /// How.
        miss: Miss,
    },
    /// It applies, and one of these is enough instead.
    Alternative {
        /// The policy.
        policy: PolicyRef,
        /// What else it takes.
        instead: BTreeSet<Requirement>,
    },
    /// It would apply, and is only reported.
    OnlyReported(PolicyRef),
    /// It would apply, and is off.
    Off(PolicyRef),
    /// Nothing that the tenant has written down demands this here.
    NoPolicy,
}

/// Somebody who is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// Who, and where.
    pub spot: Spot,
    /// By what; each alone is enough.
    pub by: Vec<Cover>,
}

/// Somebody who is not covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Who, and where.
    pub spot: Spot,
    /// Through what: never empty, the nearest first.
    pub through: Vec<Escape>,
}

/// Somebody of whom it cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Who, and where.
    pub spot: Spot,
    /// Why.
    pub doubts: BTreeSet<Doubt>,
}

/// A question, answered for everybody of a population in every situation of a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The question.
    pub question: Question,
    /// Covered.
    pub covered: Vec<Covered>,
    /// Not covered.
    pub gaps: Vec<Gap>,
    /// Not to be told.
    pub open: Vec<Open>,
    /// Accounts that may not sign in, and so were not asked about.
    pub disabled: Vec<AccountId>,
    /// Situations in which certainly nobody who was asked about is covered.
    pub uncovered: Vec<String>,
}

impl Coverage {
    /// Whether somebody was asked about and everybody is covered. Of nobody nothing can be said.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty() && self.open.is_empty() && !self.covered.is_empty()
    }

    /// Names of those with at least one gap, each once, in order.
    pub fn not_covered(&self) -> BTreeSet<&str> {
        self.gaps.iter().map(|gap| gap.spot.name.as_str()).collect()
    }
}

/// Answers `question` for every one of `population` in every situation of `family`, in their order.
pub fn coverage(rules: Rules<'_>, question: Question, population: &[Subject], family: &[Named]) -> Coverage {
    let mut all = Coverage {
        question,
        covered: Vec::new(),
        gaps: Vec::new(),
        open: Vec::new(),
        disabled: Vec::new(),
        uncovered: Vec::new(),
    };
    let (asked, disabled): (Vec<_>, Vec<_>) = population.iter().partition(|subject| subject.enabled != Known::Known(false));
    all.disabled = disabled.into_iter().map(|subject| subject.account.clone()).collect();
    for named in family {
        let before = all.gaps.len();
        for subject in &asked {
            all.add(rules, subject, named);
        }
        if !asked.is_empty() && all.gaps.len() - before == asked.len() {
            all.uncovered.push(named.name.clone());
        }
    }
    all
}

impl Coverage {
    fn add(&mut self, rules: Rules<'_>, subject: &Subject, named: &Named) {
        let spot = Spot { account: subject.account.clone(), name: subject.name.clone(), situation: named.name.clone() };
        let verdict = evaluate(rules, subject, &named.situation);
        let one = One { rules, subject, question: self.question, situation: &named.situation, verdict: &verdict };
        match verdict.answer(self.question) {
            Truth::Yes => self.covered.push(Covered { spot, by: one.covers() }),
            Truth::No => self.gaps.push(Gap { spot, through: one.escapes() }),
            Truth::CannotBeTold(doubts) => self.open.push(Open { spot, doubts: doubts.clone() }),
        }
    }
}

/// One subject in one situation, evaluated.
struct One<'a> {
    rules: Rules<'a>,
    subject: &'a Subject,
    question: Question,
    situation: &'a Situation,
    verdict: &'a Verdict,
}

impl One<'_> {
    fn policies(&self) -> impl Iterator<Item = (&AccessPolicy, &Outcome)> {
        self.rules.policies.iter().zip(self.verdict.policies.iter().map(|judged| &judged.outcome))
    }

    fn forces(&self, policy: &AccessPolicy) -> Truth {
        forces(policy, self.question, self.situation, self.rules.strengths)
    }

    fn covers(&self) -> Vec<Cover> {
        let by = self.policies().filter(|(policy, outcome)| {
            policy.state == State::Enabled && matches!(outcome, Outcome::Applies(_)) && self.forces(policy).is_yes()
        });
        let by: Vec<Cover> = by.map(|(policy, _)| Cover::Policy(policy.named())).collect();
        // What is certain and comes from no policy comes from the defaults.
        if by.is_empty() { vec![Cover::Defaults] } else { by }
    }

    fn escapes(&self) -> Vec<Escape> {
        let mut all: Vec<(u8, Escape)> = self.policies().filter_map(|(policy, outcome)| self.escape(policy, outcome)).collect();
        all.sort_by_key(|(far, _)| *far);
        let all: Vec<Escape> = all.into_iter().map(|(_, escape)| escape).collect();
        if all.is_empty() { vec![Escape::NoPolicy] } else { all }
    }

    /// How somebody escapes a policy that could cover, and how far it is from covering: an exclusion is nearest.
    fn escape(&self, policy: &AccessPolicy, outcome: &Outcome) -> Option<(u8, Escape)> {
        if matches!(outcome, Outcome::DoesNotApply(_, Miss::NotForPeople)) {
            return None;
        }
        let named = policy.named();
        if self.forces(policy).is_no() {
            let applies = policy.state == State::Enabled && matches!(outcome, Outcome::Applies(_));
            let demand = Demand::of(policy).filter(|_| applies)?;
            let instead = demand.without(self.question, self.situation, self.rules.strengths)?;
            return Some((1, Escape::Alternative { policy: named, instead }));
        }
        match (&policy.state, outcome) {
            (State::Disabled, _) => {
                let would = as_if_on(policy, self.rules, self.subject, self.situation);
                matches!(would, Outcome::Applies(_)).then_some((4, Escape::Off(named)))
            }
            (State::ReportOnly, Outcome::Applies(_)) => Some((3, Escape::OnlyReported(named))),
            (State::Enabled, Outcome::DoesNotApply(condition, miss)) => {
                let far = if matches!(miss, Miss::Excluded(_)) { 0 } else { 2 };
                Some((far, Escape::Missed { policy: named, condition: *condition, miss: miss.clone() }))
            }
            _ => None,
        }
    }
}
