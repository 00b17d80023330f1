//! A table that may not grow for ever, and keeps the same entries whatever order they come in.
//!
//! Each key has a mark, made of its texts and never of numbers that depend on the order of reading.
//! When the table is full, the keys with the larger half of the marks go, and stay away. So what is kept in
//! the end is decided by the keys alone, and what is kept is whole: it was there from its first note on.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::ops::Deref;

use crate::names::{Names, hash_state};
use crate::survey::{Table, table};

/// Such a table. It is read like any other.
#[derive(Debug)]
pub struct Sample<K, V> {
    entries: Table<K, V>,
    most: usize,
    below: u64,
    mark: fn(&K, &Names) -> u64,
}

/// A mark made of numbers that are the same on every run.
pub fn mixed(parts: &[u64]) -> u64 {
    hash_state().hash_one(parts)
}

/// A number as two halves, for [`mixed`].
pub fn halves(number: u128) -> [u64; 2] {
    [u64::try_from(number >> 64).unwrap_or_default(), u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default()]
}

impl<K: Hash + Eq, V> Sample<K, V> {
    /// A table of at most so many entries.
    pub fn new(most: usize, mark: fn(&K, &Names) -> u64) -> Self {
        Self { entries: table(), most, below: u64::MAX, mark }
    }

    /// Notes a key: `first` is its value when it is new, `more` adds to the value it has.
    pub fn note(&mut self, names: &Names, key: K, first: impl FnOnce() -> V, more: impl FnOnce(&mut V)) {
        if let Some(value) = self.entries.get_mut(&key) {
            more(value);
            return;
        }
        if self.below < u64::MAX && (self.mark)(&key, names) > self.below {
            return;
        }
        self.entries.insert(key, first());
        while self.entries.len() > self.most && self.below > 0 {
            self.below /= 2;
            let (below, mark) = (self.below, self.mark);
            self.entries.retain(|key, _| mark(key, names) <= below);
        }
    }

    /// Lets go of everything.
    pub fn clear(&mut self) {
        self.entries = table();
    }

    /// Whether entries had to go.
    pub fn is_cut(&self) -> bool {
        self.below < u64::MAX
    }
}

impl<K, V> Deref for Sample<K, V> {
    type Target = HashMap<K, V, foldhash::quality::FixedState>;

    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_is_kept_does_not_depend_on_the_order() {
        let names = Names::default();
        let kept = |keys: &mut dyn Iterator<Item = u64>| {
            let mut sample = Sample::new(1_000, |key: &u64, _| mixed(&[*key]));
            keys.for_each(|key| sample.note(&names, key, || 1, |count| *count += 1));
            assert!(sample.is_cut() && sample.len() <= 1_000);
            sample.iter().map(|(key, count)| (*key, *count)).collect::<BTreeMap<u64, u32>>()
        };
        let forward = kept(&mut (0..30_000_u64).map(|number| number % 10_000));
        let backward = kept(&mut (0..30_000_u64).rev().map(|number| number % 10_000));
        let shuffled = kept(&mut (0..30_000_u64).map(|number| number * 7_919 % 10_000));
        assert!(forward.len() > 400 && forward.values().all(|count| *count == 3), "each is whole");
        assert_eq!(forward, backward);
        assert_eq!(forward, shuffled);
    }
}
