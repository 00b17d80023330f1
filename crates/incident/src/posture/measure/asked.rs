//! A question put to the evaluation of Conditional Access for many people, and what becomes of the answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::facet::{FacetName, Gap};
use crate::posture::access::coverage::Escape;
use crate::posture::access::demand::Question;
use crate::posture::access::family::Named;
use crate::posture::access::truth::{Doubt, Open, Truth, Why};
use crate::posture::access::{Miss, Rules, Subject, coverage, evaluate};
use crate::posture::answer::{Answer, Remark};

/// What is asked, and how it is told.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// One of these is enough.
    pub questions: &'static [Question],
    /// The remark for somebody of whom it is not so; names `who`, `how` and `policy`.
    pub code: &'static str,
    /// The remark where it is so of nobody.
    pub nobody: &'static str,
}

/// The answers, by name.
#[derive(Default)]
pub(super) struct Answers {
    /// Of whom it is so, in every situation.
    pub covered: BTreeSet<String>,
    /// Of whom it is not, and how they get by.
    pub gaps: BTreeMap<String, (&'static str, String)>,
    /// Of whom it cannot be told.
    pub open: BTreeMap<String, BTreeSet<Doubt>>,
}

impl Asked {
    /// Asks it of everybody in every situation.
    pub(super) fn of(self, rules: Rules<'_>, people: &[Subject], family: &[Named]) -> Answers {
        let mut all = Answers::default();
        for subject in people {
            let mut doubts = BTreeSet::new();
            let mut gap = None;
            for named in family {
                match self.truth(rules, subject, named) {
                    Truth::Yes => {}
                    Truth::No => gap = gap.or(Some(named)),
                    Truth::CannotBeTold(more) => doubts.extend(more),
                }
            }
            let name = subject.name.clone();
            match gap {
                Some(named) => {
                    all.gaps.insert(name, self.escape(rules, subject, named));
                }
                None if doubts.is_empty() => {
                    all.covered.insert(name);
                }
                None => {
                    all.open.insert(name, doubts);
                }
            }
        }
        all
    }

    /// One certain yes is enough; a doubt stands unless there is one.
    fn truth(self, rules: Rules<'_>, subject: &Subject, named: &Named) -> Truth {
        let verdict = evaluate(rules, subject, &named.situation);
        let mut doubts = BTreeSet::new();
        for question in self.questions {
            match verdict.answer(*question) {
                Truth::Yes => return Truth::Yes,
                Truth::No => {}
                Truth::CannotBeTold(more) => doubts.extend(more.iter().cloned()),
            }
        }
        if doubts.is_empty() { Truth::No } else { Truth::CannotBeTold(doubts) }
    }

    /// How somebody gets by, and past which policy: the nearest way.
    fn escape(self, rules: Rules<'_>, subject: &Subject, named: &Named) -> (&'static str, String) {
        let Some(question) = self.questions.first() else { return ("none", String::new()) };
        let coverage = coverage(rules, *question, std::slice::from_ref(subject), std::slice::from_ref(named));
        let ways = coverage.gaps.into_iter().flat_map(|gap| gap.through).map(|escape| match escape {
            Escape::Missed { policy, miss: Miss::Excluded(_), .. } => (0, "excluded", policy.name),
            Escape::Alternative { policy, .. } => (1, "alternative", policy.name),
            Escape::OnlyReported(policy) => (2, "only-reported", policy.name),
            Escape::Off(policy) => (3, "off", policy.name),
            // A policy about something else does not name them either: worth a word only where there is nothing nearer.
            Escape::Missed { policy, .. } => (4, "not-included", policy.name),
            Escape::NoPolicy => (5, "none", String::new()),
        });
        ways.min_by_key(|(far, ..)| *far).map_or(("none", String::new()), |(_, how, policy)| (how, policy))
    }

    /// The answer of an item that asks this and nothing else.
    pub(super) fn answer(self, answers: &Answers) -> Answer {
        match self.lacking(answers) {
            Ok(lacking) => Answer::lacking(lacking, !answers.covered.is_empty() || !answers.open.is_empty()),
            Err(open) => open,
        }
    }

    /// What is lacking; an error where nothing is known to be and not everything is known.
    pub(super) fn lacking(self, answers: &Answers) -> Result<Vec<Remark>, Answer> {
        if answers.covered.is_empty() && answers.open.is_empty() && answers.gaps.is_empty() {
            let gap = Gap::Incomplete { detail: "there was nobody to ask about".to_owned() };
            return Err(Answer::NotMeasurable { facet: FacetName::People, gap });
        }
        if answers.covered.is_empty() && answers.open.is_empty() {
            let of = |how: &str| answers.gaps.values().find(|(known, _)| *known == how);
            // A policy that is only reported, or off, is the nearest thing to do.
            let near = of("only-reported").or_else(|| of("off"));
            let (how, policy) = near.map_or(("none", ""), |(how, policy)| (*how, policy.as_str()));
            return Ok(vec![Remark::new(self.nobody).with("how", how).with("policy", policy)]);
        }
        if answers.gaps.is_empty() && !answers.open.is_empty() {
            return Err(unclear(answers.open.values().flatten()));
        }
        let remark = |(who, (how, policy)): (&String, &(&'static str, String))| {
            Remark::new(self.code).with("who", who).with("how", how).with("policy", policy)
        };
        Ok(answers.gaps.iter().map(remark).collect())
    }
}

impl Answers {
    /// Takes those whose every doubt is one that does not matter here for covered.
    pub(super) fn settle(mut self, does_not_matter: impl Fn(&Why) -> bool) -> Self {
        let (settled, open) =
            self.open.into_iter().partition(|(_, doubts)| doubts.iter().all(|doubt| does_not_matter(&doubt.why)));
        let settled: BTreeMap<String, BTreeSet<Doubt>> = settled;
        self.covered.extend(settled.into_keys());
        self.open = open;
        self
    }

    /// Whether the only doubts are what Microsoft decides sign-in by sign-in.
    pub(super) fn service_decides(&self) -> bool {
        !self.open.is_empty() && self.open.values().flatten().all(|doubt| doubt.why == Why::ServiceDecides)
    }

    /// Whether somebody was asked about, and of everybody it is so.
    pub(super) fn is_complete(&self) -> bool {
        !self.covered.is_empty() && self.gaps.is_empty() && self.open.is_empty()
    }
}

/// The answer that it cannot be told, with the reasons in a line.
pub(super) fn unclear<'a>(doubts: impl Iterator<Item = &'a Doubt>) -> Answer {
    let why = |doubt: &Doubt| {
        let policy = doubt.policy.as_ref().map_or("security defaults", |policy| policy.name.as_str());
        format!("{policy}: {}", reason(&doubt.why))
    };
    let reasons: BTreeSet<String> = doubts.map(why).collect();
    let detail = reasons.into_iter().collect::<Vec<_>>().join("; ");
    Answer::NotMeasurable { facet: FacetName::ConditionalAccess, gap: Gap::Incomplete { detail } }
}

fn reason(why: &Why) -> String {
    match why {
        Why::NotStated => "part of the account or the sign-in is not known".to_owned(),
        Why::UnknownValue(value) => format!("{value} is not known to this version"),
        Why::NotRead(id) => format!("{id} was not read"),
        Why::Rule(rule) => format!("the rule {rule} was not understood"),
        Why::Open(open) => format!("the published behaviour leaves it open ({})", open_code(*open)),
        Why::ServiceDecides => "Microsoft decides sign-in by sign-in".to_owned(),
    }
}

fn open_code(open: Open) -> String {
    format!("{open:?}")
}
