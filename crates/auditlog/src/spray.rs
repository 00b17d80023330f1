//! Password sprays: one source, wrong passwords, many accounts. Told apart from the takeover, for most
//! sprays get nowhere; the account that one got into is told as well.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::address::Address;
use crate::indicators::Record;
use crate::log::Log;
use crate::names::Sym;
use crate::row::Row;
use crate::survey::{Act, HOUR, Survey, is_in, is_wrong_password};
use crate::time::Micros;

/// At least so many accounts are tried in a spray.
const ACCOUNTS_MIN: usize = 4;
/// Tries that lie further apart belong to different sprays.
const PAUSE: Micros = HOUR;
/// Tries looked at closely, at most.
const TRIES_MAX: usize = 200_000;

/// One spray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spray {
    /// From where; none for one that came from many addresses with one program for scripts.
    pub address: Address,
    /// With which program.
    pub agent: Sym,
    /// First and last try.
    pub from: Micros,
    /// Last try.
    pub to: Micros,
    /// Wrong passwords.
    pub tries: Vec<Record>,
    /// Accounts tried.
    pub accounts: BTreeSet<Sym>,
    /// Sign-ins that succeeded from there, with that program, from the first try to an hour after the
    /// last: the account and the record.
    pub successes: Vec<(Sym, Record)>,
}

impl Spray {
    /// Whether a row is one of its tries.
    pub fn holds(&self, row: &Row) -> bool {
        (row.address == self.address || self.address == Address::NONE)
            && row.agent == self.agent
            && row.at.is_some_and(|at| (self.from..=self.to).contains(&at))
            && is_wrong_password(row)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Try {
    at: Micros,
    record: Record,
    account: Sym,
    address: Address,
    is_wrong: bool,
}

/// The sprays of a log, in the order of time.
pub fn find(log: &Log, survey: &Survey) -> io::Result<Vec<Spray>> {
    let suspects: BTreeSet<(Address, Sym)> =
        survey.wrong.iter().filter(|(_, wrong)| wrong.accounts.is_many() && wrong.tries >= 4).map(|(key, _)| *key).collect();
    if suspects.is_empty() {
        return Ok(Vec::new());
    }
    let mut earliest: BTreeSet<(Try, (Address, Sym))> = BTreeSet::new();
    survey.rows(log, |row| {
        let (Act::SignIn, Some(at)) = (survey.act(row), row.at) else { return };
        let is_wrong = is_wrong_password(row);
        if !is_wrong && !is_in(row) {
            return;
        }
        for source in [(row.address, row.agent), (Address::NONE, row.agent)] {
            if suspects.contains(&source) {
                let one = Try { at, record: Record::of(row), account: row.account, address: row.address, is_wrong };
                earliest.insert((one, source));
                if earliest.len() > TRIES_MAX {
                    earliest.pop_last();
                }
            }
            if row.address == Address::NONE {
                break;
            }
        }
    })?;
    let mut tries: BTreeMap<(Address, Sym), Vec<Try>> = BTreeMap::new();
    for (one, source) in earliest {
        tries.entry(source).or_default().push(one);
    }
    let mut all: Vec<Spray> = tries.into_iter().flat_map(|(source, tries)| of_source(source, tries)).collect();
    all.sort_by(|a, b| (a.from, a.address, &a.tries).cmp(&(b.from, b.address, &b.tries)));
    Ok(all)
}

fn of_source((address, agent): (Address, Sym), mut tries: Vec<Try>) -> Vec<Spray> {
    tries.sort_unstable();
    let mut all = Vec::new();
    for cluster in tries.chunk_by(|a, b| b.at - a.at <= PAUSE) {
        let wrong: Vec<&Try> = cluster.iter().filter(|one| one.is_wrong).collect();
        let accounts: BTreeSet<Sym> = wrong.iter().map(|one| one.account).collect();
        let (Some(first), Some(last)) = (wrong.first(), wrong.last()) else { continue };
        let successes: Vec<(Sym, Record)> = cluster
            .iter()
            .filter(|one| !one.is_wrong && one.at >= first.at && accounts.contains(&one.account))
            .map(|one| (one.account, one.record))
            .collect();
        let addresses: BTreeSet<Address> = wrong.iter().map(|one| one.address).collect();
        if address == Address::NONE && addresses.len() == 1 && !addresses.contains(&Address::NONE) {
            continue; // told under its address
        }
        let others = cluster.iter().filter(|one| !one.is_wrong).count();
        // Where people sign in all day, some mistype: an office is no spray.
        if accounts.len() >= ACCOUNTS_MIN && others * 4 <= wrong.len() {
            let tries = wrong.iter().map(|one| one.record).collect();
            all.push(Spray { address, agent, from: first.at, to: last.at, tries, accounts, successes });
        }
    }
    all
}
