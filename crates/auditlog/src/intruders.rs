//! Which of what was found belongs together: several intruders are told apart.
//!
//! Two records are one intruder's if an address, a session, an application or a program of his joins
//! them, over however many others. An account does not: two intruders may hold the same one. A
//! record that was found only because it is near in time goes with the nearest one on its account.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Address;
use crate::names::Sym;
use crate::pivot::{Intruder, Picked, Pivots, Reach, Thing};
use crate::row::Place;
use crate::time::Micros;

/// What joins records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Joint {
    Thing(Thing),
    /// A program that leads only within accounts to which it is new.
    Program(Sym, Sym),
}

/// The intruders, numbered from one in the order in which they were first seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intruders {
    /// Whose each record is, in the order of the records.
    pub of_record: Vec<u32>,
    /// Whose each thing is; several, where several had it.
    pub of_thing: BTreeMap<Thing, BTreeSet<u32>>,
}

#[derive(Default)]
struct Sets(BTreeMap<Joint, Joint>);

impl Sets {
    fn root(&mut self, joint: Joint) -> Joint {
        let mut at = joint;
        while let Some(next) = self.0.get(&at).copied().filter(|next| *next != at) {
            at = next;
        }
        self.0.insert(joint, at);
        at
    }

    fn join(&mut self, a: Joint, b: Joint) {
        let (a, b) = (self.root(a), self.root(b));
        self.0.insert(a.max(b), a.min(b));
    }
}

/// Tells the intruders apart. `picked` is in the order of time; `consents` are the applications that
/// records let in, by place.
pub fn apart(picked: &[Picked], intruder: &Intruder, consents: &BTreeMap<Place, Sym>) -> Intruders {
    let joints: Vec<Vec<Joint>> = picked.iter().map(|one| joints(one, intruder, consents)).collect();
    let mut sets = Sets::default();
    for all in &joints {
        for joint in all {
            if let Some(first) = all.first() {
                sets.join(*first, *joint);
            }
        }
    }
    let mut numbers: BTreeMap<Joint, u32> = BTreeMap::new();
    let mut of_record: Vec<u32> = Vec::with_capacity(picked.len());
    for all in &joints {
        let number = all.first().map(|joint| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX - 1) + 1;
            *numbers.entry(sets.root(*joint)).or_insert(next)
        });
        of_record.push(number.unwrap_or_default());
    }
    follow_the_nearest(picked, &mut of_record);
    let mut of_thing: BTreeMap<Thing, BTreeSet<u32>> = BTreeMap::new();
    for (one, number) in picked.iter().zip(&of_record) {
        for thing in [Thing::Session(one.row.session), Thing::Agent(one.row.agent), Thing::App(one.row.app)] {
            of_thing.entry(thing).or_default().insert(*number);
        }
        if !one.pivots.has(Pivots::NEAR) {
            of_thing.entry(Thing::Address(one.row.address)).or_default().insert(*number);
        }
    }
    Intruders { of_record, of_thing }
}

fn joints(one: &Picked, intruder: &Intruder, consents: &BTreeMap<Place, Sym>) -> Vec<Joint> {
    let row = &one.row;
    let mut all = Vec::new();
    if row.address != Address::NONE && intruder.addresses.contains_key(&row.address) && one.pivots.has(Pivots::ADDRESS) {
        all.push(Joint::Thing(Thing::Address(row.address)));
    }
    if one.pivots.has(Pivots::SESSION) {
        all.push(Joint::Thing(Thing::Session(row.session)));
    }
    if one.pivots.has(Pivots::AGENT) {
        all.push(match intruder.agents.get(&row.agent) {
            Some(Reach::Accounts(_)) => Joint::Program(row.agent, row.account),
            _ => Joint::Thing(Thing::Agent(row.agent)),
        });
    }
    if one.pivots.has(Pivots::APP) {
        let let_in = consents.get(&row.place).copied().filter(|app| intruder.apps.contains_key(app));
        let used = Some(row.app).filter(|app| intruder.apps.contains_key(app));
        all.extend(let_in.into_iter().chain(used).map(|app| Joint::Thing(Thing::App(app))));
    }
    all
}

/// Records without anything of their own.
fn follow_the_nearest(picked: &[Picked], of_record: &mut [u32]) {
    let mut known: BTreeMap<Sym, Vec<(Micros, u32)>> = BTreeMap::new();
    for (one, number) in picked.iter().zip(of_record.iter()).filter(|(_, number)| **number > 0) {
        if let Some(at) = one.row.at {
            known.entry(one.row.account).or_default().push((at, *number));
        }
    }
    for (one, number) in picked.iter().zip(of_record).filter(|(_, number)| **number == 0) {
        let nearest = one.row.at.and_then(|at| {
            let all = known.get(&one.row.account)?;
            let after = all.partition_point(|(time, _)| *time < at);
            let around = all.get(after).into_iter().chain(after.checked_sub(1).and_then(|before| all.get(before)));
            around.min_by_key(|(time, number)| ((time - at).abs(), *number)).map(|(_, number)| *number)
        });
        *number = nearest.unwrap_or(1);
    }
}
