//! What was read, taken, sent and destroyed: by the intruder, as far as the records were found to be
//! his, and in quantities that are unlike work.

use std::collections::BTreeSet;

use super::{Record, Sighting, Strength, evidence};
use crate::event::Outcome;
use crate::log::Log;
use crate::names::Sym;
use crate::row::{Flags, Row};
use crate::survey::{Act, DAY, HOUR, Survey, at};
use crate::time::Micros;

/// Records named for one sighting, at most; all are counted.
pub const RECORDS_MAX: usize = 50;
/// Records named for a kind of deed on all accounts together, about: where the intruder is on hundreds, each has fewer.
const RECORDS_TOTAL: usize = 20_000;

/// How many records each account's deeds name.
pub fn records_most(accounts: usize) -> usize {
    (RECORDS_TOTAL / accounts.max(1)).clamp(1, RECORDS_MAX)
}

/// Records of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    /// The first ones, in order.
    pub records: Vec<Record>,
    /// How many.
    pub count: u64,
}

impl Count {
    /// One more, of which the first `most` are named.
    fn add(&mut self, record: Record, most: usize) {
        self.count += 1;
        let Err(place) = self.records.binary_search(&record) else { return };
        if place < most {
            self.records.truncate(most - 1);
            // There may be tens of thousands of these lists, most of them short.
            self.records.reserve_exact(1);
            self.records.insert(place, record);
        }
    }
}

/// What an intruder did on one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds {
    /// In the order of first sight; few.
    by_act: Vec<(Act, Count)>,
    synced: Count,
    throttled: Count,
    /// Sign-ins and acts that succeeded.
    pub done: Count,
    /// Sign-ins that did not.
    pub refused: Count,
}

impl Deeds {
    /// One more record of his.
    pub fn add(&mut self, act: Act, row: &Row, most: usize) {
        let record = Record::of(row);
        if row.outcome == Outcome::Failed {
            self.refused.add(record, most);
            return;
        }
        self.done.add(record, most);
        if act != Act::Other && act != Act::SignIn {
            self.of_act(act).add(record, most);
        }
        if row.flags.has(Flags::SYNC) {
            self.synced.add(record, most);
        }
        if row.flags.has(Flags::THROTTLED) {
            self.throttled.add(record, most);
        }
    }

    fn of_act(&mut self, act: Act) -> &mut Count {
        let place = self.by_act.iter().position(|(own, _)| *own == act).unwrap_or_else(|| {
            // There may be tens of thousands of these lists.
            self.by_act.reserve_exact(1);
            self.by_act.push((act, Count::default()));
            self.by_act.len() - 1
        });
        &mut self.by_act[place].1
    }

    /// Names no more than so many records of each kind: the first.
    pub fn trim(&mut self, most: usize) {
        let all = [&mut self.synced, &mut self.throttled, &mut self.done, &mut self.refused];
        all.into_iter().chain(self.by_act.iter_mut().map(|(_, count)| count)).for_each(|count| count.records.truncate(most));
    }

    /// As sightings.
    pub fn sightings(&self, account: Sym) -> Vec<Sighting> {
        let of = |act: Act| self.by_act.iter().find(|(own, _)| *own == act).map(|(_, count)| count.clone()).unwrap_or_default();
        let table = [
            ("mail-read", Strength::B, of(Act::Read)),
            ("folder-taken", Strength::AMinus, self.synced.clone()),
            ("reading-throttled", Strength::AMinus, self.throttled.clone()),
            ("files-taken", Strength::B, of(Act::File)),
            ("mail-sent", Strength::BPlus, of(Act::Send)),
            ("mail-deleted", Strength::B, of(Act::Delete)),
            ("shared-with-outside", Strength::B, of(Act::Share)),
        ];
        let seen = table.into_iter().filter(|(_, _, count)| count.count > 0);
        seen.map(|(code, strength, count)| Sighting {
            code,
            strength,
            account,
            evidence: evidence([("count", count.count.to_string())]),
            records: count.records,
        })
        .collect()
    }
}

/// Messages within twenty minutes that are more than a person writes.
const SENT_MIN: u32 = 50;
/// Messages within twenty minutes that are more than tidying up.
const DELETED_MIN: u32 = 50;

/// Bursts of mail sent and deleted. Who does it on three days or more does it for work; deleting alone
/// is tidying up.
pub fn bursts(survey: &Survey) -> Vec<Sighting> {
    let sent = survey.bursts(Act::Send, SENT_MIN);
    let deleted = survey.bursts(Act::Delete, DELETED_MIN);
    let mut all = Vec::new();
    for (account, burst) in &sent {
        let hidden = deleted.get(account).is_some_and(|other| (other.at - burst.at).abs() <= 6 * HOUR);
        let strength = match (burst.days.len() >= 3, hidden) {
            (true, _) => Strength::C,
            (false, false) => Strength::BMinus,
            (false, true) => Strength::BPlus,
        };
        all.push(of_burst("sending-burst", strength, *account, burst.most, burst.at));
    }
    for (account, burst) in &deleted {
        all.push(of_burst("deleting-burst", Strength::C, *account, burst.most, burst.at));
    }
    all
}

fn of_burst(code: &'static str, strength: Strength, account: Sym, count: u32, begin: Micros) -> Sighting {
    let evidence = evidence([("count", count.to_string()), ("from", crate::time::shown(begin))]);
    Sighting { code, strength, account, records: Vec::new(), evidence }
}

/// Applications that read mail, were never seen in the days before, and of which the log tells that
/// somebody let them in: `consented` are those. Microsoft's own need no consent.
pub fn new_readers(log: &Log, survey: &Survey, consented: &BTreeSet<Sym>) -> Vec<Sighting> {
    let mut all = Vec::new();
    for ((app, mailbox), record) in survey.readers.iter() {
        let first = survey.app_first[at(*app)];
        if !consented.contains(app) || !survey.has_history(first) || record.at.is_none_or(|at| at - first > 30 * DAY) {
            continue;
        }
        let evidence = evidence([("app", log.names.apps.name(*app).to_owned())]);
        let records = vec![*record];
        all.push(Sighting { code: "new-app-reads-mail", strength: Strength::BPlus, account: *mailbox, records, evidence });
    }
    all.sort_by(|a, b| a.records.cmp(&b.records));
    all
}
