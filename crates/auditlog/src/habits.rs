//! What accounts are used to: the addresses, programs and applications of each, with the first time
//! they were seen. Computed from the log itself, for the accounts in question only; worth something
//! where there are seven days before the suspicion.

use std::collections::BTreeSet;
use std::io;

use crate::address::Address;
use crate::event::Outcome;
use crate::log::Log;
use crate::names::Sym;
use crate::row::Row;
use crate::survey::{DAY, Survey, Table, entry, table};
use crate::time::Micros;

/// First sights, by account.
#[derive(Debug)]
pub struct Habits {
    addresses: Table<(Sym, Address), Micros>,
    agents: Table<(Sym, Sym), Micros>,
    apps: Table<(Sym, Sym), Micros>,
    begin: Option<Micros>,
}

impl Habits {
    /// Of these accounts.
    pub fn of(log: &Log, survey: &Survey, accounts: &BTreeSet<Sym>) -> io::Result<Self> {
        let mut habits = Self { addresses: table(), agents: table(), apps: table(), begin: survey.span.map(|span| span.first) };
        if accounts.is_empty() {
            return Ok(habits);
        }
        survey.rows(log, |row| {
            // What failed is nobody's habit: a spray makes no home.
            if let Some(at) = row.at
                && row.outcome != Outcome::Failed
                && accounts.contains(&row.account)
            {
                habits.take(row, at);
            }
        })?;
        Ok(habits)
    }

    fn take(&mut self, row: &Row, at: Micros) {
        let earlier = |first: &mut Micros| *first = at.min(*first);
        if row.address.says_where() {
            entry(&mut self.addresses, (row.account, row.address), || at, earlier);
            if row.agent.is_some() {
                entry(&mut self.agents, (row.account, row.agent), || at, earlier);
            }
        }
        if row.app.is_some() {
            entry(&mut self.apps, (row.account, row.app), || at, earlier);
        }
    }

    /// Whether what comes at `start` can be called new at all.
    pub fn can_tell(&self, start: Micros) -> bool {
        self.begin.is_some_and(|begin| start - begin >= 7 * DAY)
    }

    /// Whether the account used the address at least a day before `start`.
    pub fn knows_address(&self, account: Sym, address: Address, start: Micros) -> bool {
        self.can_tell(start) && self.addresses.get(&(account, address)).is_some_and(|first| *first <= start - DAY)
    }

    /// Whether the account used the program at least a day before `start`.
    pub fn knows_agent(&self, account: Sym, agent: Sym, start: Micros) -> bool {
        self.can_tell(start) && self.agents.get(&(account, agent)).is_some_and(|first| *first <= start - DAY)
    }

    /// When the account was first seen with the address.
    pub fn first_at(&self, account: Sym, address: Address) -> Option<Micros> {
        self.addresses.get(&(account, address)).copied()
    }
}
