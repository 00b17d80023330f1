//! The posture at one moment: every item with its answer, what is to be done first, and what changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::estate::Estate;
use super::measure;
use super::roadmap::{RoadmapItem, Way};
use crate::Timestamp;

/// What a person answered to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Whether it is so.
    pub yes: bool,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// In their words. Hostile.
    pub note: String,
}

/// That somebody answers for an item that is not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Who.
    pub by: String,
    /// Until when.
    pub until: Timestamp,
    /// Why. Hostile.
    pub why: String,
}

/// What people said about a tenant's posture, by the ids of items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Answers to questions.
    pub stated: BTreeMap<String, Statement>,
    /// What is answered for.
    pub accepted: BTreeMap<String, Acceptance>,
}

/// The answer to one item.
#[must_use]
pub fn answer(item: &RoadmapItem, estate: &Estate<'_>, said: &Said) -> Answer {
    let measured = item.measure.as_deref().and_then(measure::named).map(|measure| measure.answer(estate));
    // A person's word counts where nothing can be measured, and never against what was.
    let answer = match measured {
        Some(measured @ (Answer::NotMeasurable { .. } | Answer::Open)) => stated(item, said).unwrap_or(measured),
        Some(measured) => measured,
        None => stated(item, said).unwrap_or(Answer::Open),
    };
    match said.accepted.get(&item.id) {
        Some(accepted) if !answer.is_met() && accepted.until > estate.now => Answer::Accepted {
            by: accepted.by.clone(),
            until: accepted.until,
            why: accepted.why.clone(),
            stands: Box::new(answer),
        },
        _ => answer,
    }
}

fn stated(item: &RoadmapItem, said: &Said) -> Option<Answer> {
    item.question.as_ref()?;
    let Statement { yes, by, at, note } = said.stated.get(&item.id)?.clone();
    Some(Answer::Stated { yes, by, at, note })
}

/// Items in the order in which to take them up: those first that close most of the ways used against this tenant, then
/// most ways at all, then what is due first, then what is least work. What is met is left out.
pub fn first_things<'a>(told: &'a [(RoadmapItem, Answer)], used: &[Way]) -> Vec<&'a (RoadmapItem, Answer)> {
    let open = |(_, answer): &&(RoadmapItem, Answer)| !answer.is_met() && !matches!(answer, Answer::Accepted { .. });
    let mut all: Vec<_> = told.iter().filter(open).collect();
    all.sort_by_key(|(item, _)| {
        let closed = item.closes.iter().filter(|way| used.contains(way)).count();
        (std::cmp::Reverse(closed), std::cmp::Reverse(item.closes.len()), item.phase, item.effort)
    });
    all
}

/// What became of an item between two runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The item's id.
    pub item: String,
    /// As it stood.
    pub was: Answer,
    /// As it stands.
    pub is: Answer,
}

impl Drift {
    /// Whether it got worse.
    pub fn is_worse(&self) -> bool {
        self.is.rank() < self.was.rank()
    }
}

/// What changed since `before`. An item that is new to the roadmap is no change.
pub fn drift(before: &BTreeMap<String, Answer>, now: &[(RoadmapItem, Answer)]) -> Vec<Drift> {
    let changed = now.iter().filter_map(|(item, is)| {
        let was = before.get(&item.id)?;
        (was.as_str() != is.as_str() || was.remarks() != is.remarks()).then(|| Drift {
            item: item.id.clone(),
            was: was.clone(),
            is: is.clone(),
        })
    });
    changed.collect()
}
