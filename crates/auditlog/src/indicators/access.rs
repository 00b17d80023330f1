//! How somebody came in: what sign-ins and sessions show by themselves.

use std::collections::BTreeMap;
use std::io;

use super::{Record, Sighting, Strength, evidence};
use crate::address::Address;
use crate::event::Outcome;
use crate::habits::Habits;
use crate::log::Log;
use crate::names::Sym;
use crate::row::Row;
use crate::spray::Spray;
use crate::survey::{HOUR, Program, Survey, Table, at, network, table};
use crate::time::Micros;

/// Rows of suspicious sessions looked at closely, at most.
const ROWS_MAX: usize = 200_000;

/// A sighting, and what of it can be looked for elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The sighting.
    pub sighting: Sighting,
    /// The address that is new.
    pub address: Address,
    /// The program.
    pub agent: Sym,
    /// The session.
    pub session: u64,
}

/// Programs for scripts and phishing kits that got in.
pub fn programs(log: &Log, survey: &Survey) -> Vec<Lead> {
    let mut all = Vec::new();
    for row in survey.kits.values() {
        all.push(by_program(log, row, "kit-sign-in", Strength::A));
    }
    for (key, row) in survey.scripted.iter() {
        let strength = match survey.programs[at(row.agent)] {
            _ if survey.kits.contains_key(key) => continue,
            Program::Attack => Strength::A,
            Program::Scripted => Strength::B,
            Program::Library | Program::Usual => Strength::C,
        };
        all.push(by_program(log, row, "scripted-program", strength));
    }
    all.sort_by(|a, b| a.sighting.records.cmp(&b.sighting.records));
    all
}

fn by_program(log: &Log, row: &Row, code: &'static str, strength: Strength) -> Lead {
    let agent = log.names.agents.name(row.agent).to_owned();
    let address = shown(row.address);
    let evidence = evidence([("agent", agent), ("address", address)]);
    let sighting = Sighting { code, strength, account: row.account, records: vec![Record::of(row)], evidence };
    Lead { sighting, address: row.address, agent: row.agent, session: row.session }
}

/// Accounts that a spray got into.
pub fn sprayed(log: &Log, sprays: &[Spray]) -> Vec<Sighting> {
    let mut all = Vec::new();
    for spray in sprays {
        let mut by_account: BTreeMap<Sym, Vec<Record>> = BTreeMap::new();
        spray.successes.iter().for_each(|(account, record)| by_account.entry(*account).or_default().push(*record));
        for (account, records) in by_account {
            let agent = log.names.agents.name(spray.agent).to_owned();
            let evidence = evidence([("address", shown(spray.address)), ("agent", agent)]);
            all.push(Sighting { code: "spray-success", strength: Strength::A, account, records, evidence });
        }
    }
    all
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sight {
    at: Micros,
    record: Record,
    account: Sym,
    address: Address,
    agent: Sym,
}

/// A session that was used from two networks within an hour, with two programs. The same program on the
/// way from one network to another is a telephone, a train, a VPN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    from: Sight,
    to: Sight,
    session: u64,
}

/// The sessions that moved, by account, in the order of time.
pub struct Sessions(BTreeMap<Sym, Vec<Move>>);

impl Sessions {
    /// Looks closely at the sessions that were seen in more than one network.
    pub fn of(log: &Log, survey: &Survey) -> io::Result<Self> {
        let mut seen: Table<u64, Vec<Sight>> = table();
        for (bits, _) in survey.sessions.iter().filter(|(_, span)| span.is_many()) {
            seen.insert(*bits, Vec::new());
        }
        let (mut count, mut below) = (0, u64::MAX);
        if !seen.is_empty() {
            survey.rows(log, |row| {
                let is_place = row.agent.is_some() && row.outcome != Outcome::Failed && row.address.says_where();
                if let Some(at) = row.at
                    && is_place
                    && row.session != 0
                    && let Some(sights) = seen.get_mut(&row.session)
                {
                    count += 1;
                    let record = Record::of(row);
                    sights.push(Sight { at, record, account: row.account, address: row.address, agent: row.agent });
                    // Sessions are numbered by bits of their text: the same ones go, whatever the order.
                    while count > ROWS_MAX && below > 0 {
                        below /= 2;
                        seen.retain(|session, _| *session <= below);
                        count = seen.values().map(Vec::len).sum();
                    }
                }
            })?;
        }
        let mut all: BTreeMap<Sym, Vec<Move>> = BTreeMap::new();
        for (session, mut sights) in seen {
            sights.sort_unstable();
            for (from, to) in sights.windows(2).filter_map(|two| Some((*two.first()?, *two.get(1)?))) {
                let is_elsewhere = network(from.address) != network(to.address) && to.at - from.at <= HOUR;
                if is_elsewhere && from.account == to.account && from.agent != to.agent {
                    all.entry(from.account).or_default().push(Move { from, to, session });
                }
            }
        }
        for moves in all.values_mut() {
            moves.sort_unstable();
        }
        Ok(Self(all))
    }

    /// Whose they are.
    pub fn accounts(&self) -> impl Iterator<Item = Sym> {
        self.0.keys().copied()
    }

    /// The first move of each account between places of which it did not know both.
    pub fn moved(&self, habits: &Habits) -> Vec<Lead> {
        let knows = |sight: &Sight| habits.knows_address(sight.account, sight.address, sight.at);
        let first = |moves: &Vec<Move>| moves.iter().find(|one| !knows(&one.to) || !knows(&one.from)).copied();
        self.0.values().filter_map(first).map(|one| lead(habits, one.from, one.to, one.session)).collect()
    }
}

fn lead(habits: &Habits, a: Sight, b: Sight, session: u64) -> Lead {
    let strength = if habits.can_tell(b.at) { Strength::AMinus } else { Strength::BMinus };
    // Of two places the one that the account knows is the owner's.
    let new = if habits.knows_address(b.account, b.address, b.at) { a } else { b };
    let evidence = evidence([("address", shown(a.address)), ("other", shown(b.address))]);
    let sighting = Sighting { code: "session-moved", strength, account: a.account, records: vec![a.record, b.record], evidence };
    Lead { sighting, address: new.address, agent: new.agent, session }
}

/// An address as people write it.
pub fn shown(address: Address) -> String {
    address.ip().map(|ip| ip.to_string()).unwrap_or_default()
}
