//! Which records were read before: eight bytes a record, in memory up to a budget, then on disk.
//!
//! Invariant: of equal keys the first one in the order of reading counts, in memory and on disk.

use std::io::{self, Read};

use crate::shelf::Shelf;

/// Tables that grow one by one, so that growing needs little room.
const TABLES: usize = 64;

/// The keys that were seen.
#[derive(Debug)]
pub struct Seen {
    tables: Vec<Table>,
    slots: usize,
    slots_max: usize,
    /// Keys that found no room, with the numbers of their rows.
    late: Shelf,
}

/// What is known of a record at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Not seen before.
    New,
    /// Seen before.
    Repeat,
    /// Decided by [`Seen::late_repeats`].
    Undecided,
}

#[derive(Debug, Default)]
struct Table {
    slots: Vec<u64>,
    used: usize,
}

impl Seen {
    /// Takes at most `memory_max` bytes of memory.
    pub fn new(memory_max: usize) -> Self {
        let tables = (0..TABLES).map(|_| Table::default()).collect();
        Self { tables, slots: 0, slots_max: memory_max / 8, late: Shelf::new(1 << 20) }
    }

    /// Notes the key of row `number`.
    pub fn note(&mut self, key: u64, number: u64) -> io::Result<Sight> {
        let key = key.max(1); // zero marks an empty slot
        let table = &mut self.tables[usize::try_from(key >> 58).unwrap_or_default()];
        if table.used * 8 >= table.slots.len() * 7 {
            let larger = (table.slots.len() + table.slots.len() / 4).max(64);
            let more = larger - table.slots.len();
            if self.slots + more > self.slots_max {
                if table.has(key) {
                    return Ok(Sight::Repeat);
                }
                self.late.append(&key.to_le_bytes())?;
                self.late.append(&number.to_le_bytes())?;
                return Ok(Sight::Undecided);
            }
            self.slots += more;
            table.grow(larger);
        }
        Ok(if table.insert(key) { Sight::New } else { Sight::Repeat })
    }

    /// Bytes that went to disk.
    pub fn spilled(&self) -> u64 {
        self.late.len()
    }

    /// The numbers of the undecided rows that are repeats, in order. Reads what was put aside once
    /// for each part of the keys, so that a part fits in memory.
    pub fn late_repeats(&self) -> io::Result<Vec<u64>> {
        const PART_KEYS: u64 = 1 << 20;
        let parts = (self.late.len() / 16).div_ceil(PART_KEYS);
        let mut repeats = Vec::new();
        for part in 0..parts {
            let mut pairs: Vec<(u64, u64)> = Vec::new();
            let mut reader = self.late.read()?;
            let mut pair = [0; 16];
            while read_whole(&mut reader, &mut pair)? {
                let (key, number) = pair.split_at(8);
                let key = u64::from_le_bytes(key.try_into().unwrap_or_default());
                // The low bits choose the part: the high ones chose the table.
                if ((key & 0xffff_ffff) * parts) >> 32 == part {
                    pairs.push((key, u64::from_le_bytes(number.try_into().unwrap_or_default())));
                }
            }
            pairs.sort_unstable();
            let again = pairs.windows(2).filter(|two| two[0].0 == two[1].0).map(|two| two[1].1);
            repeats.extend(again);
        }
        repeats.sort_unstable();
        Ok(repeats)
    }
}

/// Fills `into`; false at the end.
pub(crate) fn read_whole(reader: &mut impl Read, into: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(into) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

impl Table {
    /// The place where `key` is or would be.
    fn place(&self, key: u64) -> usize {
        // The bits below those that chose the table, spread over the slots.
        let spread = u128::from(key << 6) * self.slots.len() as u128;
        let mut at = usize::try_from(spread >> 64).unwrap_or_default();
        while self.slots[at] != 0 && self.slots[at] != key {
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
        at
    }

    fn has(&self, key: u64) -> bool {
        !self.slots.is_empty() && self.slots[self.place(key)] == key
    }

    /// Whether it was not there.
    fn insert(&mut self, key: u64) -> bool {
        let at = self.place(key);
        if self.slots[at] == key {
            return false;
        }
        self.slots[at] = key;
        self.used += 1;
        true
    }

    fn grow(&mut self, slots: usize) {
        let old = std::mem::replace(&mut self.slots, vec![0; slots]);
        self.used = 0;
        for key in old.into_iter().filter(|key| *key != 0) {
            self.insert(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn repeats_are_the_same_in_memory_and_on_disk() {
        let mix = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17);
        let keys: Vec<u64> = (0..40_000_u64).map(|number| mix(number % 25_000)).collect();
        for memory_max in [0, 50_000, 1 << 20] {
            let mut seen = Seen::new(memory_max);
            let mut repeats = BTreeSet::new();
            for (key, number) in keys.iter().zip(0..) {
                if seen.note(*key, number).unwrap() == Sight::Repeat {
                    repeats.insert(number);
                }
            }
            repeats.extend(seen.late_repeats().unwrap());
            assert_eq!(repeats.into_iter().collect::<Vec<u64>>(), (25_000..40_000).collect::<Vec<u64>>(), "{memory_max}");
            assert_eq!(seen.spilled() == 0, memory_max == 1 << 20);
        }
    }
}
