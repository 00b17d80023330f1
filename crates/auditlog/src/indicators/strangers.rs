//! Strangers: somebody from a network that nobody here ever used, with a kind of program that the account
//! never used, reads mail and deletes some of it, all within an hour. Each of these alone is every journey and every
//! new telephone; together they are worth a look, and lead nowhere by themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::access::{Lead, shown};
use super::{Record, Sighting, Strength, evidence};
use crate::address::Address;
use crate::event::Outcome;
use crate::habits::Habits;
use crate::log::Log;
use crate::names::{Names, Sym};
use crate::row::Row;
use crate::sample::{Sample, halves, mixed};
use crate::survey::{Act, DAY, ENTRIES_MAX, HOUR, Survey, is_in, network};
use crate::time::Micros;

/// What was done from one place, in the hour after the first sign-in.
#[derive(Debug, Clone)]
struct Visit {
    first: Row,
    read: u64,
    deleted: u64,
    records: BTreeSet<Record>,
}

type Place = (Sym, Address);

fn mark((account, address): &Place, names: &Names) -> u64 {
    let [high, low] = halves(address.0);
    mixed(&[names.accounts.mark(*account), high, low])
}

/// Visits, and pairs of countries, that may be a stranger's.
pub struct Strangers {
    visits: Vec<Visit>,
    countries: Vec<(Row, Row)>,
}

/// Sign-ins between two countries that are nearer than this in time: no journey.
const JOURNEY: Micros = 2 * HOUR;
/// Records that a visit names.
const RECORDS_MAX: usize = 100;

impl Strangers {
    /// Looks for them.
    pub fn of(log: &Log, survey: &Survey) -> io::Result<Self> {
        let mut firsts: Sample<Place, Row> = Sample::new(ENTRIES_MAX, mark);
        let mut travels: Sample<(Sym, i64), BTreeMap<u16, Row>> =
            Sample::new(ENTRIES_MAX, |(account, piece), names| mixed(&[names.accounts.mark(*account), piece.cast_unsigned()]));
        let earlier = |a: &Row, b: &Row| (a.at, a.id) < (b.at, b.id);
        survey.rows(log, |row| {
            let Some(at) = row.at.filter(|_| survey.act(row) == Act::SignIn && is_in(row) && row.address.says_where()) else {
                return;
            };
            let is_new = survey.networks.get(&network(row.address)).is_some_and(|first| *first > at - DAY);
            if is_new && survey.has_history(at) {
                let keep = |first: &mut Row| {
                    if earlier(row, first) {
                        *first = *row;
                    }
                };
                firsts.note(&log.names, (row.account, row.address), || *row, keep);
            }
            if row.country != 0 && survey.travelled(row.account) {
                // Each sign-in stands in its own piece and the next, so that neighbours meet.
                for piece in [at.div_euclid(JOURNEY), at.div_euclid(JOURNEY) + 1] {
                    let keep = |seen: &mut BTreeMap<u16, Row>| {
                        let first = seen.entry(row.country).or_insert(*row);
                        if earlier(row, first) {
                            *first = *row;
                        }
                    };
                    travels.note(&log.names, (row.account, piece), || BTreeMap::from([(row.country, *row)]), keep);
                }
            }
        })?;
        let countries = countries(travels.values());
        Ok(Self { visits: visits(log, survey, &firsts)?, countries })
    }

    /// Whose they are.
    pub fn accounts(&self) -> impl Iterator<Item = Sym> {
        let visits = self.visits.iter().map(|visit| visit.first.account);
        visits.chain(self.countries.iter().map(|(one, _)| one.account))
    }

    /// Those that the accounts' habits do not explain.
    pub fn leads(&self, log: &Log, habits: &Habits) -> Vec<Lead> {
        let is_strange = |visit: &&Visit| {
            let row = &visit.first;
            let at = row.at.unwrap_or_default();
            habits.can_tell(at) && row.agent.is_some() && !habits.knows_kind_of_agent(&log.names, row.account, row.agent, at)
        };
        let mut all: Vec<Lead> = self.visits.iter().filter(is_strange).map(|visit| visit_lead(log, visit)).collect();
        all.extend(self.countries.iter().map(country_lead));
        all.sort_by(|a, b| (a.sighting.code, &a.sighting.records).cmp(&(b.sighting.code, &b.sighting.records)));
        all
    }
}

fn visits(log: &Log, survey: &Survey, firsts: &Sample<Place, Row>) -> io::Result<Vec<Visit>> {
    let mut all: BTreeMap<Place, Visit> = firsts
        .iter()
        .map(|(place, first)| (*place, Visit { first: *first, read: 0, deleted: 0, records: BTreeSet::new() }))
        .collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    survey.rows(log, |row| {
        let Some(visit) = all.get_mut(&(row.account, row.address)) else { return };
        let is_soon = row.at.zip(visit.first.at).is_some_and(|(at, first)| at >= first && at - first <= HOUR);
        if !is_soon || row.outcome == Outcome::Failed {
            return;
        }
        match survey.act(row) {
            Act::Read => visit.read += 1,
            Act::Delete => visit.deleted += 1,
            _ => {}
        }
        visit.records.insert(Record::of(row));
        if visit.records.len() > RECORDS_MAX {
            visit.records.pop_last();
        }
    })?;
    Ok(all.into_values().filter(|visit| visit.read > 0 && visit.deleted > 0).collect())
}

fn visit_lead(log: &Log, visit: &Visit) -> Lead {
    let row = &visit.first;
    let agent = log.names.agents.name(row.agent).to_owned();
    let evidence = evidence([("address", shown(row.address)), ("agent", agent), ("count", visit.deleted.to_string())]);
    let records = visit.records.iter().copied().collect();
    let sighting = Sighting { code: "stranger-acts", strength: Strength::B, account: row.account, records, evidence };
    Lead { sighting, address: row.address, agent: row.agent, session: row.session }
}

/// The first pair of each account.
fn countries<'a>(pieces: impl Iterator<Item = &'a BTreeMap<u16, Row>>) -> Vec<(Row, Row)> {
    let mut first: BTreeMap<Sym, (Row, Row)> = BTreeMap::new();
    let key = |(a, b): &(Row, Row)| (a.at, a.id, b.at, b.id);
    for seen in pieces.filter(|seen| seen.len() > 1) {
        let mut rows: Vec<&Row> = seen.values().collect();
        rows.sort_by_key(|row| (row.at, row.id));
        let [a, b, ..] = rows.as_slice() else { continue };
        let pair = (**a, **b);
        if b.at.zip(a.at).is_some_and(|(b, a)| b - a <= JOURNEY) {
            let known = first.entry(a.account).or_insert(pair);
            if key(&pair) < key(known) {
                *known = pair;
            }
        }
    }
    first.into_values().collect()
}

/// Context only: where a network stands is a guess of whoever sells the table.
fn country_lead((a, b): &(Row, Row)) -> Lead {
    let minutes = (b.at.unwrap_or_default() - a.at.unwrap_or_default()) / crate::survey::MINUTE;
    let evidence = evidence([("country", country(a.country)), ("other", country(b.country)), ("minutes", minutes.to_string())]);
    let records = vec![Record::of(a), Record::of(b)];
    let sighting = Sighting { code: "two-countries", strength: Strength::C, account: a.account, records, evidence };
    Lead { sighting, address: b.address, agent: b.agent, session: b.session }
}

/// A country as rows have it: two letters.
fn country(bits: u16) -> String {
    String::from_utf8_lossy(&bits.to_be_bytes()).into_owned()
}
