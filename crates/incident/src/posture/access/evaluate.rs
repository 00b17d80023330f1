//! The evaluation: every policy against one subject in one situation.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::{self, Fit};
use super::defaults;
use super::demand::{Demand, Question};
use super::policy::{AccessPolicy, State};
use super::session::Session;
use super::truth::{Condition, Doubt, Known, Truth, Why};
use super::verdict::{Answers, Judged, Miss, Outcome, Together, Verdict};
use super::{NamedLocation, Situation, Strength, Subject};

/// All that a tenant has written down about access. What could not be read is left out, and then cannot be told.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Its policies.
    pub policies: &'a [AccessPolicy],
    /// Its named places.
    pub locations: &'a [NamedLocation],
    /// Its authentication strengths.
    pub strengths: &'a [Strength],
    /// Whether security defaults are on.
    pub security_defaults: Known<bool>,
}

/// What holds for `subject` in `situation`: a pure function of its arguments.
pub fn evaluate(rules: Rules<'_>, subject: &Subject, situation: &Situation) -> Verdict {
    let outcomes: Vec<Outcome> = rules.policies.iter().map(|one| judge(one, rules, subject, situation)).collect();
    let defaults = defaults::standing(rules);
    let held = Held { rules, subject, situation, outcomes: &outcomes };
    let answers = Answers {
        mfa: held.answer(Question::Mfa),
        phishing_resistant: held.answer(Question::PhishingResistant),
        managed_device: held.answer(Question::ManagedDevice),
        blocked: held.answer(Question::Blocked),
    };
    let together = held.together();
    let judged =
        |(policy, outcome): (&AccessPolicy, Outcome)| Judged { policy: policy.named(), state: policy.state.clone(), outcome };
    Verdict { policies: rules.policies.iter().zip(outcomes).map(judged).collect(), together, defaults, answers }
}

/// What becomes of one policy. A condition that certainly fails decides, whatever is not certain about the others.
fn judge(policy: &AccessPolicy, rules: Rules<'_>, subject: &Subject, situation: &Situation) -> Outcome {
    if policy.state == State::Disabled {
        return Outcome::DoesNotApply(Condition::State, Miss::Off);
    }
    as_if_on(policy, rules, subject, situation)
}

/// The same, whatever its state.
pub(super) fn as_if_on(policy: &AccessPolicy, rules: Rules<'_>, subject: &Subject, situation: &Situation) -> Outcome {
    let fits = conditions::all(policy, rules.locations, subject, situation);
    if let Some((condition, miss)) = fits.iter().find_map(|(condition, fit)| Some((*condition, fit.miss()?))) {
        return Outcome::DoesNotApply(condition, miss);
    }
    let doubts = doubts(policy, &fits);
    if !doubts.is_empty() {
        return Outcome::CannotBeTold(doubts);
    }
    let by = fits.into_iter().filter_map(|(condition, fit)| match fit {
        Fit::Included(by) => Some((condition, by)),
        _ => None,
    });
    Outcome::Applies(by.collect::<BTreeMap<_, _>>())
}

fn doubts(policy: &AccessPolicy, fits: &[(Condition, Fit)]) -> BTreeSet<Doubt> {
    let doubt = |condition, why| Doubt { policy: Some(policy.named()), condition, why };
    let mut all = BTreeSet::new();
    if let State::Other(text) = &policy.state {
        all.insert(doubt(Condition::State, Why::UnknownValue(text.clone())));
    }
    for (condition, fit) in fits {
        if let Fit::Unclear(whys) = fit {
            all.extend(whys.iter().map(|why| doubt(*condition, why.clone())));
        }
    }
    all
}

/// Everything that an answer is made of.
struct Held<'a> {
    rules: Rules<'a>,
    subject: &'a Subject,
    situation: &'a Situation,
    outcomes: &'a [Outcome],
}

impl Held<'_> {
    /// Policies that are enforced, or may be, with what became of them.
    fn enforced(&self) -> impl Iterator<Item = (&AccessPolicy, &Outcome)> {
        let both = self.rules.policies.iter().zip(self.outcomes);
        both.filter(|(policy, _)| matches!(policy.state, State::Enabled | State::Other(_)))
    }

    fn answer(&self, question: Question) -> Truth {
        let by_policies = self.enforced().map(|(policy, outcome)| {
            let forced = || forces(policy, question, self.situation, self.rules.strengths);
            match outcome {
                Outcome::Applies(_) => forced(),
                Outcome::DoesNotApply(..) => Truth::No,
                Outcome::CannotBeTold(doubts) => Truth::all([forced(), Truth::CannotBeTold(doubts.clone())]),
            }
        });
        let by_defaults = std::iter::once_with(|| defaults::answer(self.rules, self.subject, self.situation, question));
        Truth::any(by_policies.chain(by_defaults))
    }

    fn together(&self) -> Together {
        let applying =
            || self.enforced().filter_map(|(policy, outcome)| matches!(outcome, Outcome::Applies(_)).then_some(policy));
        let demands: Vec<Demand> = applying().filter_map(Demand::of).collect();
        let blocked: Vec<_> = demands.iter().filter(|one| one.blocks()).map(|one| one.policy.clone()).collect();
        if !blocked.is_empty() {
            return Together::Blocked(blocked);
        }
        let session = applying().fold(Session::default(), |all, policy| all.joined(&policy.session));
        Together::Granted { demands, session }
    }
}

/// Whether `policy`, where it applies, lets nobody in without `question`.
pub(super) fn forces(policy: &AccessPolicy, question: Question, situation: &Situation, strengths: &[Strength]) -> Truth {
    Demand::of(policy).map_or(Truth::No, |demand| demand.forces(question, situation, strengths))
}
