//! What accounts are used to: the addresses, programs and applications of each, with the first time
//! they were seen. Computed from the log itself, for the accounts in question only; worth something
//! where there are seven days before the suspicion.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::address::Address;
use crate::event::Outcome;
use crate::log::Log;
use crate::names::{Names, Sym};
use crate::row::Row;
use crate::sample::{Sample, halves, mixed};
use crate::survey::{DAY, ENTRIES_MAX, Survey};
use crate::time::Micros;

/// First sights, by account.
#[derive(Debug)]
pub struct Habits {
    addresses: Sample<(Sym, Address), Micros>,
    agents: Sample<(Sym, Sym), Micros>,
    apps: Sample<(Sym, Sym), Micros>,
    begin: Option<Micros>,
}

impl Habits {
    /// Of these accounts.
    pub fn of(log: &Log, survey: &Survey, accounts: &BTreeSet<Sym>) -> io::Result<Self> {
        let mut habits = Self {
            addresses: Sample::new(ENTRIES_MAX, |(account, address), names| {
                let [high, low] = halves(address.0);
                mixed(&[names.accounts.mark(*account), high, low])
            }),
            agents: Sample::new(ENTRIES_MAX, |(account, agent), names| {
                mixed(&[names.accounts.mark(*account), names.agents.mark(*agent)])
            }),
            apps: Sample::new(ENTRIES_MAX, |(account, app), names| {
                mixed(&[names.accounts.mark(*account), names.apps.mark(*app)])
            }),
            begin: survey.span.map(|span| span.first),
        };
        if accounts.is_empty() {
            return Ok(habits);
        }
        survey.rows(log, |row| {
            // What failed is nobody's habit: a spray makes no home.
            if let Some(at) = row.at
                && row.outcome != Outcome::Failed
                && accounts.contains(&row.account)
            {
                habits.take(&log.names, row, at);
            }
        })?;
        Ok(habits)
    }

    fn take(&mut self, names: &Names, row: &Row, at: Micros) {
        let earlier = |first: &mut Micros| *first = at.min(*first);
        if row.address.says_where() {
            self.addresses.note(names, (row.account, row.address), || at, earlier);
            if row.agent.is_some() {
                self.agents.note(names, (row.account, row.agent), || at, earlier);
            }
        }
        if row.app.is_some() {
            self.apps.note(names, (row.account, row.app), || at, earlier);
        }
    }

    /// Whether what comes at `start` can be called new at all.
    pub fn can_tell(&self, start: Micros) -> bool {
        self.begin.is_some_and(|begin| start.saturating_sub(begin) >= 7 * DAY)
    }

    /// Whether the account used the address at least a day before `start`.
    pub fn knows_address(&self, account: Sym, address: Address, start: Micros) -> bool {
        self.can_tell(start) && self.addresses.get(&(account, address)).is_some_and(|first| *first <= start - DAY)
    }

    /// Whether the account used the program at least a day before `start`.
    pub fn knows_agent(&self, account: Sym, agent: Sym, start: Micros) -> bool {
        self.can_tell(start) && self.agents.get(&(account, agent)).is_some_and(|first| *first <= start - DAY)
    }

    /// Whether the account used a program of this kind, of whatever version, at least a day before `start`.
    pub fn knows_kind_of_agent(&self, names: &Names, account: Sym, agent: Sym, start: Micros) -> bool {
        let kind = |agent: Sym| -> String { names.agents.name(agent).chars().filter(|c| c.is_alphabetic()).collect() };
        let meant = kind(agent);
        let used = self.agents.iter().filter(|((whose, _), first)| *whose == account && **first <= start - DAY);
        self.can_tell(start) && used.map(|((_, used), _)| kind(*used)).any(|used| used == meant)
    }

    /// When the account was first seen with the address.
    pub fn first_at(&self, account: Sym, address: Address) -> Option<Micros> {
        self.addresses.get(&(account, address)).copied()
    }
}

/// Accounts by which an address may be used and still be nobody's office, where there is no history.
const FEW: usize = 3;

/// Those of `addresses` (each with the moment at which it is suspected) that nobody here used until the
/// day before. An office, a home and a company's VPN are known to somebody, though not to everybody;
/// nothing that the log finds by itself may lead there.
pub fn unknown_here(log: &Log, survey: &Survey, addresses: &BTreeMap<Address, Micros>) -> io::Result<BTreeSet<Address>> {
    if addresses.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut seen: BTreeMap<Address, (Micros, BTreeSet<Sym>)> = BTreeMap::new();
    survey.rows(log, |row| {
        if let Some(at) = row.at
            && row.outcome != Outcome::Failed
            && addresses.contains_key(&row.address)
        {
            let (first, accounts) = seen.entry(row.address).or_insert_with(|| (at, BTreeSet::new()));
            *first = at.min(*first);
            if accounts.len() <= FEW {
                accounts.insert(row.account);
            }
        }
    })?;
    let is_unknown = |address: &Address, suspected: Micros| {
        let Some((first, accounts)) = seen.get(address) else { return true };
        if survey.has_history(suspected) { *first > suspected - DAY } else { accounts.len() <= FEW }
    };
    Ok(addresses.iter().filter(|(address, suspected)| is_unknown(address, **suspected)).map(|(address, _)| *address).collect())
}
