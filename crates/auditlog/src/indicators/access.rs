//! How somebody came in: what sign-ins and sessions show by themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::{Record, Sighting, Strength, evidence};
use crate::address::Address;
use crate::event::Outcome;
use crate::habits::Habits;
use crate::log::Log;
use crate::names::Sym;
use crate::row::Row;
use crate::spray::Spray;
use crate::survey::{HOUR, Program, Survey, at, network};
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
    for (key, row) in &survey.scripted {
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

/// Sessions that were used from two networks within an hour: rows of each, in the order of time.
pub struct Sessions(BTreeMap<u64, Vec<Sight>>);

impl Sessions {
    /// Looks closely at the sessions that were seen in more than one network.
    pub fn of(log: &Log, survey: &Survey) -> io::Result<Self> {
        let suspects: BTreeSet<u64> = survey.sessions.iter().filter(|(_, span)| span.is_many()).map(|(bits, _)| *bits).collect();
        let mut all: BTreeMap<u64, Vec<Sight>> = BTreeMap::new();
        let mut count = 0;
        if !suspects.is_empty() {
            survey.rows(log, |row| {
                let Some(at) = row.at else { return };
                let is_place = row.address.says_where() && row.outcome != Outcome::Failed;
                if row.session != 0 && is_place && count < ROWS_MAX && suspects.contains(&row.session) {
                    count += 1;
                    let sight =
                        Sight { at, record: Record::of(row), account: row.account, address: row.address, agent: row.agent };
                    all.entry(row.session).or_default().push(sight);
                }
            })?;
        }
        for sights in all.values_mut() {
            sights.sort_unstable();
        }
        Ok(Self(all))
    }

    /// Whose they are.
    pub fn accounts(&self) -> BTreeSet<Sym> {
        self.0.values().flatten().map(|sight| sight.account).collect()
    }

    /// Those that moved: within an hour, to a network that the account did not know. With another
    /// program as well it is not the same machine. The first move of each account is told.
    pub fn moved(&self, habits: &Habits) -> Vec<Lead> {
        let mut first: BTreeMap<Sym, (Sight, Sight, u64)> = BTreeMap::new();
        for (bits, sights) in &self.0 {
            let moves = sights.windows(2).filter_map(|two| Some((*two.first()?, *two.get(1)?)));
            let mut moves = moves.filter(|(a, b)| {
                let is_new =
                    !habits.knows_address(b.account, b.address, b.at) || !habits.knows_address(a.account, a.address, a.at);
                network(a.address) != network(b.address) && b.at - a.at <= HOUR && a.account == b.account && is_new
            });
            if let Some((a, b)) = moves.next() {
                let known = first.entry(a.account).or_insert((a, b, *bits));
                if (is_weak(&a, &b), a, b) < (is_weak(&known.0, &known.1), known.0, known.1) {
                    *known = (a, b, *bits);
                }
            }
        }
        first.into_values().map(|(a, b, session)| lead(habits, a, b, session)).collect()
    }
}

fn is_weak(a: &Sight, b: &Sight) -> bool {
    a.agent == b.agent || !a.agent.is_some() || !b.agent.is_some()
}

fn lead(habits: &Habits, a: Sight, b: Sight, session: u64) -> Lead {
    let strength = match (is_weak(&a, &b), habits.can_tell(b.at)) {
        (true, false) => Strength::C,
        (true, true) | (false, false) => Strength::BMinus,
        (false, true) => Strength::AMinus,
    };
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
