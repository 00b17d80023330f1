//! Measures: how the items of the roadmap are answered from what was read. One function each, named as the item's
//! `measure`; a table, not a hierarchy.
//!
//! Invariant: a measure answers *met* only from values that were read, each of them.

mod access;
mod administrators;
mod applications;
mod asked;
mod audit;
mod methods;
mod people;
mod service;

use super::answer::Answer;
use super::estate::Estate;

/// One way to answer an item.
#[derive(Clone, Copy)]
pub struct Measure {
    /// Its name in `roadmap/*.toml`.
    pub name: &'static str,
    /// The codes of the remarks that it makes; each has a text in both catalogues.
    pub remarks: &'static [&'static str],
    /// The answer; an error is the answer that it could not be measured.
    pub take: fn(&Estate<'_>) -> Result<Answer, Answer>,
}

/// Every measure, by room.
pub const ROOMS: &[&[Measure]] = &[
    audit::MEASURES,
    access::MEASURES,
    administrators::MEASURES,
    applications::MEASURES,
    methods::MEASURES,
    people::MEASURES,
    service::MEASURES,
];

/// The code of every remark that a measure may make.
pub fn remark_codes() -> impl Iterator<Item = &'static str> {
    ROOMS.iter().flat_map(|room| room.iter()).flat_map(|measure| measure.remarks).copied()
}

/// The measure of that name.
pub fn named(name: &str) -> Option<Measure> {
    ROOMS.iter().flat_map(|room| room.iter()).copied().find(|measure| measure.name == name)
}

impl Measure {
    /// Takes it.
    pub fn answer(self, estate: &Estate<'_>) -> Answer {
        (self.take)(estate).unwrap_or_else(|unmeasured| unmeasured)
    }
}
