//! From what is known of the intruder to all records that are his, by five pivots:
//!
//! 1. **address**: from an address of his;
//! 2. **session**: in a session that was seen with such an address;
//! 3. **agent**: with exactly the program that was seen with such an address, if that program is not
//!    what everybody uses;
//! 4. **app**: through an application that his records used and somebody consented to;
//! 5. **near**: the same account within 180 seconds of a record found by the first four, where the
//!    record has no address or one of Microsoft's, which tell nothing.
//!
//! The owner is told apart: where the log has seven days of history, a record from an address *and*
//! with a program that the account used at least a day before the first sight of the intruder is the
//! owner's, whoever else shares that address or session. Nothing leads on from a service of
//! Microsoft's. Tries of a password spray are never his here; they are told apart ([`crate::spray`]).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::hash::{BuildHasher, Hasher};
use std::io;

use crate::address::Address;
use crate::event::Outcome;
use crate::habits::{Habits, unknown_here};
use crate::indicators::deeds::{self, Deeds};
use crate::intruders::{self, Intruders};
use crate::log::Log;
use crate::names::{Sym, hash_state};
use crate::row::{Flags, Place, Row};
use crate::spray::Spray;
use crate::survey::{DAY, SECOND, Survey, at};
use crate::time::Micros;
use crate::uses::Uses;

/// How near in time a record without a telling address must be.
pub const NEAR_SECONDS: i64 = 180;

/// Records that are listed, at most; all are counted. The earliest are listed.
pub const SELECTED_MAX: usize = 10_000;

/// Which pivots lead to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Pivots(pub u8);

impl Pivots {
    /// From an address.
    pub const ADDRESS: u8 = 1;
    /// In a session.
    pub const SESSION: u8 = 1 << 1;
    /// With a program.
    pub const AGENT: u8 = 1 << 2;
    /// Through an application.
    pub const APP: u8 = 1 << 3;
    /// Near in time.
    pub const NEAR: u8 = 1 << 4;

    /// Whether it is one of them.
    pub fn has(self, pivot: u8) -> bool {
        self.0 & pivot != 0
    }

    /// Whether there is any.
    pub fn is_some(self) -> bool {
        self.0 != 0
    }
}

/// 64 bits of a session, as rows have them.
pub fn session_bits(session: &str) -> u64 {
    let mut hasher = hash_state().build_hasher();
    hasher.write(session.as_bytes());
    hasher.finish().max(1)
}

/// Where something of the intruder's was learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Named by the responder.
    Given,
    /// Found by the indicator with this code.
    Found(&'static str),
    /// Seen in a session of his.
    InSession,
    /// Seen with an address of his.
    WithAddress,
}

/// How far a program leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// To every account: nobody had used it before.
    Everywhere,
    /// To these accounts, to which it is new.
    Accounts(BTreeSet<Sym>),
    /// Nowhere: it is what people use.
    Nowhere,
}

/// What is known of the intruder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intruder {
    /// Addresses.
    pub addresses: BTreeMap<Address, Origin>,
    /// Sessions.
    pub sessions: Sessions,
    /// Programs.
    pub agents: BTreeMap<Sym, Reach>,
    /// Applications.
    pub apps: BTreeMap<Sym, Origin>,
    /// Nothing before this is his.
    pub since: Option<Micros>,
}

/// Sessions of the intruder's: those that the responder named, and those that were seen with an address of his. There may
/// be hundreds of thousands of them, so each takes eight bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sessions {
    given: BTreeSet<u64>,
    seen: Ordered<u64>,
}

impl Sessions {
    /// Those that the responder named.
    pub fn given(sessions: impl IntoIterator<Item = u64>) -> Self {
        Self { given: sessions.into_iter().collect(), seen: Ordered::default() }
    }

    /// Whence it is known that a session is his; none if it is not.
    pub fn origin(&self, session: u64) -> Option<Origin> {
        let seen = || self.seen.has(session).then_some(Origin::WithAddress);
        if self.given.contains(&session) { Some(Origin::Given) } else { seen() }
    }

    fn is_empty(&self) -> bool {
        self.given.is_empty() && self.seen.all.is_empty()
    }

    /// Takes these up too. Whether there was a new one among them.
    fn take(&mut self, more: Ordered<u64>) -> bool {
        let before = self.seen.all.len();
        more.all.into_iter().filter(|session| !self.given.contains(session)).for_each(|session| self.seen.all.push(session));
        self.seen.settle();
        before != self.seen.all.len()
    }
}

impl Intruder {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.sessions.is_empty() && self.apps.is_empty()
    }

    /// Whether the responder named any of it.
    pub fn is_given(&self) -> bool {
        let mut origins = self.addresses.values().chain(self.apps.values());
        !self.sessions.given.is_empty() || origins.any(|origin| *origin == Origin::Given)
    }

    /// What leads to a row, before the owner is told apart and without programs.
    fn raw(&self, row: &Row) -> Pivots {
        let mut pivots = 0;
        if row.address != Address::NONE && self.addresses.contains_key(&row.address) {
            pivots |= Pivots::ADDRESS;
        }
        if row.session != 0 && self.sessions.origin(row.session).is_some() {
            pivots |= Pivots::SESSION;
        }
        if row.app.is_some() && self.apps.contains_key(&row.app) {
            pivots |= Pivots::APP;
        }
        Pivots(pivots)
    }
}

/// A consent that the log tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Consent {
    /// To which application.
    pub app: Sym,
    /// Where it stands.
    pub place: Place,
}

/// A record that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picked {
    /// It.
    pub row: Row,
    /// By which pivots.
    pub pivots: Pivots,
    /// Seconds from the nearest other, where that is what led to it.
    pub seconds: i64,
}

impl Ord for Picked {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |picked: &Self| (picked.row.at, picked.row.id, picked.row.operation, picked.row.number);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Picked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Something the intruder came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// An address.
    Address(Address),
    /// A session.
    Session(u64),
    /// A program.
    Agent(Sym),
    /// An application.
    App(Sym),
}

/// What the pivots found.
#[derive(Debug, Default)]
pub struct Found {
    /// What is known of the intruder now.
    pub intruder: Intruder,
    /// Records, in the order of time, the earliest if there are too many.
    pub picked: Vec<Picked>,
    /// How many records there are.
    pub count: u64,
    /// Where the ones with parameters at hand stand.
    pub notable: BTreeSet<Place>,
    /// What was used.
    pub uses: Uses,
    /// What was done on each account.
    pub deeds: BTreeMap<Sym, Deeds>,
    /// Which of it belongs together.
    pub intruders: Intruders,
}

impl Found {
    /// The records with the numbers of their intruders.
    pub fn numbered(&self) -> impl Iterator<Item = (&Picked, u32)> {
        self.picked.iter().zip(self.intruders.of_record.iter().copied())
    }
}

/// Follows the pivots.
pub fn follow(log: &Log, survey: &Survey, sprays: &[Spray], consents: &[Consent], intruder: Intruder) -> io::Result<Found> {
    if intruder.is_empty() {
        return Ok(Found::default());
    }
    let habits = Habits::of(log, survey, &BTreeSet::new())?;
    let mut search = Search { log, survey, sprays, intruder, habits, starts: BTreeMap::new(), start: Micros::MAX };
    search.spread()?;
    search.consented(consents)?;
    search.select(consents)
}

struct Search<'a> {
    log: &'a Log,
    survey: &'a Survey,
    sprays: &'a [Spray],
    intruder: Intruder,
    habits: Habits,
    /// When the intruder was first seen on each account.
    starts: BTreeMap<Sym, Micros>,
    /// And on any.
    start: Micros,
}

/// Accounts that use a program are counted up to here.
const USERS_MAX: usize = 1_000;

impl Search<'_> {
    /// Whether a row can be the intruder's at all.
    fn may_be(&self, row: &Row) -> bool {
        let early = self.intruder.since.is_some_and(|since| row.at.is_none_or(|at| at < since));
        !early && !self.sprays.iter().any(|spray| spray.holds(row))
    }

    /// Whether the row shows the owner: both where and with what are old habits.
    fn is_owners(&self, row: &Row) -> bool {
        let start = self.starts.get(&row.account).copied().unwrap_or(self.start);
        start != Micros::MAX
            && row.address.says_where()
            && self.habits.knows_address(row.account, row.address, start)
            && (!row.agent.is_some() || self.habits.knows_agent(row.account, row.agent, start))
    }

    /// What leads to a row, the owner told apart.
    fn direct(&self, row: &Row) -> Pivots {
        let mut pivots = self.intruder.raw(row).0;
        if pivots & (Pivots::ADDRESS | Pivots::SESSION) != 0 && self.is_owners(row) {
            pivots &= !(Pivots::ADDRESS | Pivots::SESSION);
        }
        if row.agent.is_some() {
            let leads = match self.intruder.agents.get(&row.agent) {
                Some(Reach::Everywhere) => true,
                Some(Reach::Accounts(accounts)) => accounts.contains(&row.account),
                Some(Reach::Nowhere) | None => false,
            };
            if leads {
                pivots |= Pivots::AGENT;
            }
        }
        Pivots(pivots)
    }

    /// Addresses lead to sessions and sessions to addresses, until nothing new comes.
    fn spread(&mut self) -> io::Result<()> {
        let mut agents: BTreeMap<Sym, BTreeSet<Sym>> = BTreeMap::new();
        for _ in 0..4 {
            self.begin()?;
            agents = BTreeMap::new();
            if !self.step(&mut agents)? {
                break;
            }
        }
        self.intruder.agents = self.reach(agents)?;
        Ok(())
    }

    /// When the intruder was first seen, and what the accounts in question were used to.
    fn begin(&mut self) -> io::Result<()> {
        let mut starts: BTreeMap<Sym, Micros> = BTreeMap::new();
        self.survey.rows(self.log, |row| {
            if let Some(at) = row.at
                && self.intruder.raw(row).is_some()
                && self.may_be(row)
            {
                let first = starts.entry(row.account).or_insert(at);
                *first = at.min(*first);
            }
        })?;
        self.start = starts.values().copied().min().unwrap_or(Micros::MAX);
        if !starts.keys().eq(self.starts.keys()) {
            self.habits = Habits::of(self.log, self.survey, &starts.keys().copied().collect())?;
        }
        self.starts = starts;
        Ok(())
    }

    /// Takes up what his records were seen with. Whether there was anything new.
    fn step(&mut self, agents: &mut BTreeMap<Sym, BTreeSet<Sym>>) -> io::Result<bool> {
        let (mut addresses, mut sessions) = (BTreeMap::new(), Ordered::default());
        let known = &self.intruder.addresses;
        self.survey.rows(self.log, |row| {
            let raw = self.intruder.raw(row);
            if !raw.has(Pivots::ADDRESS | Pivots::SESSION) || !self.may_be(row) || self.is_owners(row) {
                return;
            }
            if raw.has(Pivots::ADDRESS) && row.session != 0 && row.outcome != Outcome::Failed {
                sessions.add(row.session);
            }
            let says_where = row.address.says_where();
            let start = self.starts.get(&row.account).copied().unwrap_or(self.start);
            let is_new = says_where && !known.contains_key(&row.address);
            if raw.has(Pivots::SESSION) && is_new && !self.habits.knows_address(row.account, row.address, start) {
                addresses.insert(row.address, self.start);
            }
            if says_where && row.agent.is_some() {
                agents.entry(row.agent).or_default().insert(row.account);
            }
        })?;
        let before = self.intruder.addresses.len();
        for address in unknown_here(self.log, self.survey, &addresses)? {
            self.intruder.addresses.entry(address).or_insert(Origin::InSession);
        }
        let is_new = self.intruder.sessions.take(sessions);
        Ok(is_new || before != self.intruder.addresses.len())
    }

    /// How far each program leads. One that nobody used until the day before leads everywhere, unless
    /// half the tenant has it since (a browser was updated); one that others use leads only within the
    /// accounts to which it is new. Without seven days before, one leads on that is rare and came to
    /// several accounts from his addresses.
    fn reach(&self, seen: BTreeMap<Sym, BTreeSet<Sym>>) -> io::Result<BTreeMap<Sym, Reach>> {
        let mut users: BTreeMap<Sym, BTreeSet<Sym>> = seen.keys().map(|agent| (*agent, BTreeSet::new())).collect();
        if !users.is_empty() {
            self.survey.rows(self.log, |row| {
                if let Some(users) = users.get_mut(&row.agent)
                    && users.len() < USERS_MAX
                    && row.outcome != Outcome::Failed
                {
                    users.insert(row.account);
                }
            })?;
        }
        let can_tell = self.habits.can_tell(self.start);
        let reach = |agent: Sym, accounts: BTreeSet<Sym>| {
            let all = users.get(&agent).map_or(0, BTreeSet::len);
            let few = all <= (accounts.len() * 2).max(3);
            let is_new = if can_tell { self.survey.agent_first[at(agent)] > self.start - DAY } else { accounts.len() >= 2 };
            if is_new && few {
                return Reach::Everywhere;
            }
            let new_to = accounts.into_iter().filter(|account| {
                let start = self.starts.get(account).copied().unwrap_or(self.start);
                self.habits.can_tell(start) && !self.habits.knows_agent(*account, agent, start)
            });
            let new_to: BTreeSet<Sym> = new_to.collect();
            if new_to.is_empty() { Reach::Nowhere } else { Reach::Accounts(new_to) }
        };
        Ok(seen.into_iter().map(|(agent, accounts)| (agent, reach(agent, accounts))).collect())
    }

    /// Applications that his records used, if the log tells that somebody consented to them and they
    /// were not in use before he came.
    fn consented(&mut self, consents: &[Consent]) -> io::Result<()> {
        let known: BTreeSet<Sym> = consents.iter().map(|consent| consent.app).collect();
        let mut apps = BTreeSet::new();
        self.survey.rows(self.log, |row| {
            if known.contains(&row.app) && self.direct(row).is_some() && self.may_be(row) {
                apps.insert(row.app);
            }
        })?;
        self.take_apps(apps);
        Ok(())
    }

    fn take_apps(&mut self, apps: impl IntoIterator<Item = Sym>) -> bool {
        let before = self.intruder.apps.len();
        for app in apps {
            let is_old = self.habits.can_tell(self.start) && self.survey.app_first[at(app)] <= self.start - DAY;
            if app.is_some() && !is_old {
                self.intruder.apps.entry(app).or_insert(Origin::WithAddress);
            }
        }
        before != self.intruder.apps.len()
    }

    /// The records themselves. A consent that stands near leads to its application, once.
    fn select(mut self, consents: &[Consent]) -> io::Result<Found> {
        let mut found = self.pick(consents)?;
        let near = consents.iter().filter(|consent| found.notable.contains(&consent.place)).map(|consent| consent.app);
        if self.take_apps(near.collect::<Vec<_>>()) {
            found = self.pick(consents)?;
        }
        let let_in = consents.iter().map(|consent| (consent.place, consent.app)).collect();
        found.intruders = intruders::apart(&found.picked, &self.intruder, &let_in);
        found.intruder = self.intruder;
        Ok(found)
    }

    fn pick(&self, consents: &[Consent]) -> io::Result<Found> {
        let of_app: BTreeSet<Place> = consents
            .iter()
            .filter(|consent| self.intruder.apps.contains_key(&consent.app))
            .map(|consent| consent.place)
            .collect();
        let direct = |row: &Row| {
            let mut pivots = self.direct(row);
            if row.flags.has(Flags::NOTABLE) && of_app.contains(&row.place) {
                pivots.0 |= Pivots::APP;
            }
            pivots
        };
        let mut times: BTreeMap<Sym, Times> = BTreeMap::new();
        self.survey.rows(self.log, |row| {
            if let Some(at) = row.at
                && direct(row).is_some()
                && self.may_be(row)
            {
                times.entry(row.account).or_default().add(at);
            }
        })?;
        times.values_mut().for_each(Times::settle);
        let mut found = Found::default();
        let mut heap: BinaryHeap<Picked> = BinaryHeap::new();
        self.survey.rows(self.log, |row| {
            let mut pivots = direct(row);
            let mut seconds = 0;
            if !pivots.is_some()
                && let Some(away) = self.near(row, &times)
            {
                pivots = Pivots(Pivots::NEAR);
                seconds = away / SECOND;
            }
            if !pivots.is_some() || !self.may_be(row) {
                if self.intruder.raw(row).is_some() && self.is_owners(row) {
                    self.share(row, &mut found);
                }
                return;
            }
            self.note(row, pivots, &mut found);
            heap.push(Picked { row: *row, pivots, seconds });
            if heap.len() > SELECTED_MAX {
                heap.pop();
            }
        })?;
        found.picked = heap.into_sorted_vec();
        let most = deeds::records_most(found.deeds.len());
        found.deeds.values_mut().for_each(|deeds| deeds.trim(most));
        Ok(found)
    }

    /// How far the nearest record of the intruder's on the same account is, if this one has no address
    /// that would tell, and is not the service reading for itself.
    fn near(&self, row: &Row, times: &BTreeMap<Sym, Times>) -> Option<Micros> {
        let is_mute = !row.address.says_where() || !row.agent.is_some() && self.intruder.raw(row).has(Pivots::ADDRESS);
        if !is_mute || row.flags.has(Flags::SERVICE_NOISE) {
            return None;
        }
        let away = times.get(&row.account)?.nearest(row.at?)?;
        (away <= NEAR_SECONDS * SECOND).then_some(away)
    }

    /// The owner uses it too.
    fn share(&self, row: &Row, found: &mut Found) {
        for thing in [Thing::Address(row.address), Thing::Session(row.session)] {
            if self.is_his(thing) {
                found.uses.of(thing, self.stays(thing), row).into_iter().for_each(|used| used.is_shared = true);
            }
        }
    }

    /// Whether it is listed however much there is: sessions that were found may be very many.
    fn stays(&self, thing: Thing) -> bool {
        match thing {
            Thing::Session(session) => self.intruder.sessions.origin(session) == Some(Origin::Given),
            Thing::Address(_) | Thing::Agent(_) | Thing::App(_) => self.is_his(thing),
        }
    }

    fn is_his(&self, thing: Thing) -> bool {
        match thing {
            Thing::Address(address) => self.intruder.addresses.contains_key(&address),
            Thing::Session(session) => self.intruder.sessions.origin(session).is_some(),
            Thing::Agent(agent) => self.intruder.agents.contains_key(&agent),
            Thing::App(app) => self.intruder.apps.contains_key(&app),
        }
    }

    fn note(&self, row: &Row, pivots: Pivots, found: &mut Found) {
        found.count += 1;
        if row.flags.has(Flags::NOTABLE) {
            found.notable.insert(row.place);
        }
        let most = deeds::records_most(found.deeds.len());
        found.deeds.entry(row.account).or_default().add(self.survey.act(row), row, most);
        let mut see = |thing: Thing| {
            found.uses.of(thing, self.stays(thing), row).into_iter().for_each(|used| used.add(row));
        };
        if row.address.says_where() && !pivots.has(Pivots::NEAR) {
            see(Thing::Address(row.address));
        }
        for thing in [Thing::Session(row.session), Thing::Agent(row.agent), Thing::App(row.app)] {
            if self.is_his(thing) {
                see(thing);
            }
        }
    }
}

/// Numbers, put in order now and then so that repeats take no room.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ordered<T> {
    all: Vec<T>,
    settled: usize,
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self { all: Vec::new(), settled: 0 }
    }
}

impl<T: Ord + Copy> Ordered<T> {
    fn add(&mut self, one: T) {
        if self.all.last() == Some(&one) {
            return;
        }
        self.all.push(one);
        if self.all.len() > (self.settled * 2).max(10_000) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.all.sort_unstable();
        self.all.dedup();
        self.all.shrink_to_fit();
        self.settled = self.all.len();
    }

    /// Whether it is there, once all is settled.
    fn has(&self, one: T) -> bool {
        self.all.binary_search(&one).is_ok()
    }
}

/// Times of records. Most are whole seconds, which take half the room.
#[derive(Debug, Default)]
struct Times {
    seconds: Ordered<u32>,
    others: Ordered<Micros>,
}

impl Times {
    fn add(&mut self, at: Micros) {
        match u32::try_from(at / SECOND) {
            Ok(seconds) if at % SECOND == 0 => self.seconds.add(seconds),
            _ => self.others.add(at),
        }
    }

    fn settle(&mut self) {
        self.seconds.settle();
        self.others.settle();
    }

    fn nearest(&self, at: Micros) -> Option<Micros> {
        let whole = self.seconds.nearest(at, |seconds| Micros::from(seconds) * SECOND);
        whole.into_iter().chain(self.others.nearest(at, |time| time)).min()
    }
}

impl<T: Copy> Ordered<T> {
    fn nearest(&self, at: Micros, time_of: impl Fn(T) -> Micros) -> Option<Micros> {
        let place = self.all.partition_point(|time| time_of(*time) < at);
        let after = self.all.get(place).map(|time| time_of(*time) - at);
        let before = place.checked_sub(1).and_then(|place| self.all.get(place)).map(|time| at - time_of(*time));
        after.into_iter().chain(before).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_time_is_found_among_whole_seconds_and_others() {
        let mut times = Times::default();
        for at in [5 * SECOND, -3 * SECOND, 7 * SECOND + 1, 9 * SECOND, 5 * SECOND] {
            times.add(at);
        }
        times.settle();
        assert_eq!(
            (times.seconds.all.as_slice(), times.others.all.as_slice()),
            (&[5, 9][..], &[-3 * SECOND, 7 * SECOND + 1][..])
        );
        for (at, away) in
            [(0, 3 * SECOND), (5 * SECOND, 0), (7 * SECOND, 1), (8 * SECOND + 2, SECOND - 2), (20 * SECOND, 11 * SECOND)]
        {
            assert_eq!(times.nearest(at), Some(away), "{at}");
        }
        assert_eq!(Times::default().nearest(0), None);
    }
}
