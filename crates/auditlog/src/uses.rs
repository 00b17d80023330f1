//! What the intruder came with, as his records show it: bounded, and the same whatever order the records come in.

use std::collections::{BTreeMap, BTreeSet};

use crate::names::Sym;
use crate::pivot::Thing;
use crate::row::{Place, Row};
use crate::sample::{halves, mixed};
use crate::time::Micros;

/// Sessions that were found, and addresses that lead nowhere, are listed up to here; the rest always is.
const LISTED_MAX: usize = 5_000;

/// Where and when it was seen, among the intruder's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// By which accounts.
    pub accounts: BTreeSet<Sym>,
    /// First.
    pub first: Option<Micros>,
    /// Last.
    pub last: Option<Micros>,
    /// Records.
    pub records: u64,
    /// The first record's place.
    pub earliest: (Option<Micros>, Place),
    /// An owner was told apart who uses it too.
    pub is_shared: bool,
}

impl Use {
    fn none(row: &Row) -> Self {
        let earliest = (row.at, row.place);
        Self { accounts: BTreeSet::new(), first: None, last: None, records: 0, earliest, is_shared: false }
    }

    /// Once more.
    pub fn add(&mut self, row: &Row) {
        self.records += 1;
        self.accounts.insert(row.account);
        self.first = self.first.into_iter().chain(row.at).min();
        self.last = self.last.max(row.at);
        self.earliest = self.earliest.min((row.at, row.place));
    }
}

/// All of it. As in a [`crate::sample::Sample`], what goes when there is too much is decided by the things alone, and what
/// stays was counted from its first record on.
#[derive(Debug)]
pub struct Uses {
    kept: BTreeMap<Thing, Use>,
    sampled: BTreeMap<Thing, Use>,
    below: u64,
}

impl Default for Uses {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), sampled: BTreeMap::new(), below: u64::MAX }
    }
}

impl Uses {
    /// Its use, to be added to; none where there is no room for it. There always is for what `stays`.
    pub fn of(&mut self, thing: Thing, stays: bool, row: &Row) -> Option<&mut Use> {
        if stays {
            return Some(self.kept.entry(thing).or_insert_with(|| Use::none(row)));
        }
        if mark(thing) > self.below {
            return None;
        }
        self.sampled.entry(thing).or_insert_with(|| Use::none(row));
        while self.sampled.len() > LISTED_MAX && self.below > 0 {
            self.below /= 2;
            let below = self.below;
            self.sampled.retain(|thing, _| mark(*thing) <= below);
        }
        self.sampled.get_mut(&thing)
    }

    /// What is listed, in an order of its own.
    pub fn iter(&self) -> impl Iterator<Item = (Thing, &Use)> {
        self.kept.iter().chain(&self.sampled).map(|(thing, used)| (*thing, used))
    }

    /// The use of one.
    pub fn get(&self, thing: Thing) -> Option<&Use> {
        self.kept.get(&thing).or_else(|| self.sampled.get(&thing))
    }

    /// Whether there was no room for all.
    pub fn is_cut(&self) -> bool {
        self.below < u64::MAX
    }
}

/// What decides who goes. Programs and applications do not: there are few.
fn mark(thing: Thing) -> u64 {
    match thing {
        Thing::Session(bits) => mixed(&[bits]),
        Thing::Address(address) => mixed(&halves(address.0)),
        Thing::Agent(_) | Thing::App(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::ROW_BYTES;

    #[test]
    fn what_was_named_stays_and_the_rest_does_not_depend_on_the_order() {
        let row = |session: u64| Row { session, ..Row::decode(session, &[0; ROW_BYTES]) };
        let kept = |numbers: &mut dyn Iterator<Item = u64>| {
            let mut uses = Uses::default();
            for number in numbers {
                for (thing, stays) in
                    [(Thing::Session(number), false), (Thing::Session(1 << 40), true), (Thing::App(Sym(7)), false)]
                {
                    if let Some(used) = uses.of(thing, stays, &row(number)) {
                        used.add(&row(number));
                    }
                }
            }
            assert!(uses.is_cut());
            for thing in [Thing::App(Sym(7)), Thing::Session(1 << 40)] {
                assert_eq!(uses.get(thing).map(|used| used.records), Some(60_000), "{thing:?}");
            }
            let all: Vec<(Thing, u64)> = uses.iter().map(|(thing, used)| (thing, used.records)).collect();
            all
        };
        let forward = kept(&mut (0..60_000_u64).map(|number| number % 20_000));
        let backward = kept(&mut (0..60_000_u64).rev().map(|number| number % 20_000));
        assert!(forward.len() > 1_000 && forward.len() <= LISTED_MAX + 2, "{}", forward.len());
        assert!(forward.iter().all(|(_, records)| matches!(records, 3 | 60_000)), "each is whole");
        assert_eq!(forward, backward);
    }
}
