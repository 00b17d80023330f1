//! What a case teaches: the items of the roadmap that would have stopped the ways used in it, and how the tenant
//! stands by its last measurement.
//!
//! Invariant: an item that was not measured is not met, and an answer stands with the date of the run that gave it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::answer::Answer;
use super::roadmap::{Phase, RoadmapItem, Way};
use super::told::{Drift, drift};
use crate::Timestamp;
use crate::case::Case;
use crate::ids::CaseId;

/// What would have stopped an intruder, and how the tenant stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prevention {
    /// Ways that the intruder used, each once.
    pub used: Vec<Way>,
    /// Items that would have stopped one of them: what is not known to be met comes first, then what stops most ways.
    pub stops: Vec<Stop>,
    /// How the tenant stands; none if it was never measured.
    pub standing: Option<Standing>,
}

/// An item that would have stopped a way that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The item.
    pub item: RoadmapItem,
    /// Which of the ways used.
    pub of: Vec<Way>,
    /// How it stood when the tenant was measured last; none if the item was not answered then.
    pub answer: Option<Answer>,
}

/// How a tenant stands, by the record of its posture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The record.
    pub record: CaseId,
    /// The domain that people know the tenant by, if domains were read. Hostile.
    pub known_as: Option<String>,
    /// When it was measured last.
    pub at: Timestamp,
    /// The items of each phase, by how they stand.
    pub phases: Vec<(Phase, Count)>,
    /// Every run, oldest first.
    pub runs: Vec<Run>,
    /// What changed in the last run.
    pub drift: Vec<Drift>,
}

/// One measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// When.
    pub at: Timestamp,
    /// All items, by how they stood.
    pub count: Count,
}

/// How many items stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Measured, and so.
    pub met: usize,
    /// Said to be so by a person.
    pub stated: usize,
    /// So for some.
    pub partly: usize,
    /// Not so, as measured or as said.
    pub not_met: usize,
    /// Not measured.
    pub not_measurable: usize,
    /// Asked, and not answered.
    pub open: usize,
    /// Not so, and somebody answers for that.
    pub accepted: usize,
    /// Without meaning in this tenant.
    pub not_applicable: usize,
}

impl Count {
    /// Of these answers; none is an item that was not measured.
    fn of<'a>(answers: impl IntoIterator<Item = Option<&'a Answer>>) -> Self {
        let mut count = Self::default();
        for answer in answers {
            *count.place(answer) += 1;
        }
        count
    }

    fn place(&mut self, answer: Option<&Answer>) -> &mut usize {
        match answer {
            Some(Answer::Met { .. }) => &mut self.met,
            Some(Answer::Stated { yes: true, .. }) => &mut self.stated,
            Some(Answer::Partly { .. }) => &mut self.partly,
            Some(Answer::NotMet { .. } | Answer::Stated { yes: false, .. }) => &mut self.not_met,
            Some(Answer::NotMeasurable { .. }) | None => &mut self.not_measurable,
            Some(Answer::Open) => &mut self.open,
            Some(Answer::Accepted { .. }) => &mut self.accepted,
            Some(Answer::NotApplicable { .. }) => &mut self.not_applicable,
        }
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> usize {
        let Self { met, stated, partly, not_met, not_measurable, open, accepted, not_applicable } = self;
        met + stated + partly + not_met + not_measurable + open + accepted + not_applicable
    }
}

impl Prevention {
    /// For these ways, by the record of the tenant's posture, if there is one.
    pub fn of(used: Vec<Way>, record: Option<&Case>, items: &[RoadmapItem]) -> Self {
        let last = record.and_then(|record| record.posture.runs.last()).map(|(_, answers)| answers);
        let standing = record.and_then(|record| Standing::of(record, items));
        Self { stops: stops(&used, last, items), used, standing }
    }

    /// Items among those that would have stopped a way and are not known to be met.
    pub fn open(&self) -> impl Iterator<Item = &Stop> {
        self.stops.iter().filter(|stop| !stop.is_met())
    }
}

impl Stop {
    /// Whether it is known to be so: what was not measured is not.
    pub fn is_met(&self) -> bool {
        self.answer.as_ref().is_some_and(Answer::is_met)
    }
}

fn stops(used: &[Way], last: Option<&BTreeMap<String, Answer>>, items: &[RoadmapItem]) -> Vec<Stop> {
    let stop = |item: &RoadmapItem| {
        let of: Vec<Way> = item.closes.iter().copied().filter(|way| used.contains(way)).collect();
        let answer = last.and_then(|answers| answers.get(&item.id)).cloned();
        (!of.is_empty()).then(|| Stop { item: item.clone(), of, answer })
    };
    let mut all: Vec<Stop> = items.iter().filter_map(stop).collect();
    all.sort_by_key(|stop| (stop.is_met(), Reverse(stop.of.len()), stop.item.phase, stop.item.effort));
    all
}

impl Standing {
    /// By the record of a posture; none if nothing was measured yet.
    fn of(record: &Case, items: &[RoadmapItem]) -> Option<Self> {
        let runs = &record.posture.runs;
        let (at, last) = runs.last()?;
        let phase = |phase: Phase| {
            let answers = items.iter().filter(|item| item.phase == phase).map(|item| last.get(&item.id));
            (phase, Count::of(answers))
        };
        let nothing = BTreeMap::new();
        let before = runs.iter().rev().nth(1).map_or(&nothing, |(_, answers)| answers);
        let now: Vec<(RoadmapItem, Answer)> =
            items.iter().filter_map(|item| Some((item.clone(), last.get(&item.id)?.clone()))).collect();
        Some(Self {
            record: record.id,
            known_as: record.organisation().and_then(|state| state.known_as()).map(str::to_owned),
            at: *at,
            phases: Phase::ALL.map(phase).to_vec(),
            runs: runs.iter().map(|(at, answers)| Run { at: *at, count: Count::of(answers.values().map(Some)) }).collect(),
            drift: drift(before, &now),
        })
    }

    /// The run before the last one, against which the drift stands.
    pub fn before(&self) -> Option<Timestamp> {
        self.runs.iter().rev().nth(1).map(|run| run.at)
    }
}
