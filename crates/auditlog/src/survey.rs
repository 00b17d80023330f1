//! The first look at a log: one pass over its rows that keeps only what grows with the number of
//! names, and points out what the following passes look at closely.
//!
//! Invariant: every count here is a smallest, a largest or a sum, so that the order of the rows does
//! not matter.

use std::collections::{BTreeMap, HashMap};
use std::io;

use foldhash::quality::FixedState;

use crate::address::Address;
use crate::event::{Kind, Outcome};
use crate::indicators::Record;
use crate::log::Log;
use crate::names::{Names, Sym, hash_state};
use crate::row::{Flags, Row};
use crate::sample::{Sample, halves, mixed};
use crate::time::Micros;

/// A second in the unit of [`Micros`].
pub const SECOND: Micros = 1_000_000;
/// A minute.
pub const MINUTE: Micros = 60 * SECOND;
/// An hour.
pub const HOUR: Micros = 60 * MINUTE;
/// A day.
pub const DAY: Micros = 24 * HOUR;

/// At most so many entries are kept in a table that grows with the log: which ones, the entries alone decide.
pub const ENTRIES_MAX: usize = 100_000;

/// What an operation does, as far as the indicators ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Act {
    /// Anything else.
    #[default]
    Other,
    /// Signing in, or trying to.
    SignIn,
    /// Reading mail.
    Read,
    /// Sending mail.
    Send,
    /// Deleting mail.
    Delete,
    /// Opening or taking a file.
    File,
    /// Sharing with the outside.
    Share,
}

impl Act {
    /// Of an operation.
    pub fn of(operation: &str) -> Self {
        match operation.trim_end_matches('.').to_ascii_lowercase().as_str() {
            "userloggedin" | "userloginfailed" | "sign-in activity" | "sign-in" => Self::SignIn,
            "mailitemsaccessed" => Self::Read,
            "send" | "sendas" | "sendonbehalf" => Self::Send,
            "harddelete" | "softdelete" | "movetodeleteditems" => Self::Delete,
            "fileaccessed" | "filedownloaded" | "filepreviewed" | "filesyncdownloadedfull" => Self::File,
            "anonymouslinkcreated" | "sharinginvitationcreated" | "addedtosecurelink" | "securelinkcreated" => Self::Share,
            _ => Self::Other,
        }
    }
}

/// What a program is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Program {
    /// What people use.
    #[default]
    Usual,
    /// Tools that programmers use as well, often from phones.
    Library,
    /// Made for scripts.
    Scripted,
    /// Met in attacks, hardly anywhere else.
    Attack,
}

impl Program {
    /// Of a user agent (elastic's public rules; SpearTip on fasthttp, January 2025; Field Effect and
    /// Eye Security on axios).
    pub fn of(agent: &str) -> Self {
        const ATTACK: &[&str] = &["axios", "fasthttp", "kali365", "azurehound", "aadinternals"];
        const SCRIPTED: &[&str] = &[
            "go-resty",
            "go-http-client",
            "python-requests",
            "python/",
            "python-urllib",
            "python-httpx",
            "aiohttp",
            "node-fetch",
            "undici",
            "bav2ropc",
        ];
        const LIBRARY: &[&str] = &["okhttp", "curl"];
        let lower = agent.to_ascii_lowercase();
        let begins = |list: &[&str]| list.iter().any(|start| lower.starts_with(start));
        if begins(ATTACK) {
            Self::Attack
        } else if begins(SCRIPTED) || lower == "node" {
            Self::Scripted
        } else if begins(LIBRARY) {
            Self::Library
        } else {
            Self::Usual
        }
    }

    /// Whether phishing kits for session theft sign in with it (elastic, Tycoon 2FA rules).
    pub fn is_kits(agent: &str) -> bool {
        let lower = agent.to_ascii_lowercase();
        lower == "node" || lower.starts_with("axios") || lower.starts_with("undici")
    }
}

/// Applications that phishing kits ask tokens for: OfficeHome and the Authentication Broker.
pub const KIT_APPS: [&str; 2] = ["4765445b-32c6-49b0-83e6-1d93765276ca", "29d9ed98-a469-4536-ade2-f981bc1d605e"];

/// Smallest and largest of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<T> {
    /// Smallest.
    pub first: T,
    /// Largest.
    pub last: T,
}

impl<T: Ord + Copy> Span<T> {
    /// Of one.
    pub fn of(value: T) -> Self {
        Self { first: value, last: value }
    }

    /// With one more.
    pub fn add(&mut self, value: T) {
        self.first = self.first.min(value);
        self.last = self.last.max(value);
    }

    /// Whether there is more than one.
    pub fn is_many(&self) -> bool {
        self.first != self.last
    }
}

/// Wrong passwords from one address with one program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    /// Accounts: whether there are several.
    pub accounts: Span<Sym>,
    /// How many.
    pub tries: u32,
}

/// A table whose seed is always the same.
pub type Table<K, V> = HashMap<K, V, FixedState>;

/// An empty table.
pub fn table<K, V>() -> Table<K, V> {
    HashMap::with_hasher(hash_state())
}

/// What a log holds, at a first look.
#[derive(Debug)]
pub struct Survey {
    /// First and last time.
    pub span: Option<Span<Micros>>,
    /// What each operation does, by its number.
    pub acts: Vec<Act>,
    /// What each program is, by its number.
    pub programs: Vec<Program>,
    /// The number of each program without what Outlook on the web appends to it.
    pub plain: Vec<Sym>,
    /// When each program was first seen, by its number.
    pub agent_first: Vec<Micros>,
    /// When each application was first seen, by its number.
    pub app_first: Vec<Micros>,
    /// Accounts that own a mailbox, by their number.
    pub owns_mailbox: Vec<bool>,
    /// Wrong passwords by address and program.
    pub wrong: Sample<(Address, Sym), Wrong>,
    /// Sessions and the networks they were used from.
    pub sessions: Sample<u64, Span<u128>>,
    /// When each network was first seen here, by whoever came in.
    pub networks: Sample<u128, Micros>,
    /// Countries that accounts signed in from, by account: whether there are several.
    pub countries: Sample<Sym, Span<u16>>,
    /// Messages sent and deleted, by account and ten minutes.
    pub bursts: Sample<(Sym, Act, i64), u32>,
    /// Sign-ins that succeeded with a program for scripts, by account, program and address.
    pub scripted: Sample<(Sym, Sym, Address), Row>,
    /// Tokens for a phishing kit's applications with a kit's program.
    pub kits: Sample<(Sym, Sym, Address), Row>,
    /// Applications that read mail, by application and mailbox: the first time.
    pub readers: Sample<(Sym, Sym), Record>,
}

/// Length of the pieces in which bursts are counted.
pub const BURST: Micros = 10 * MINUTE;

impl Survey {
    /// Lets go of the tables, which the pivots do not need and which take as much room as they do.
    pub fn clear_tables(&mut self) {
        self.wrong.clear();
        self.sessions.clear();
        self.networks.clear();
        self.countries.clear();
        self.bursts.clear();
        self.scripted.clear();
        self.kits.clear();
        self.readers.clear();
    }

    /// Looks through a log once.
    pub fn of(log: &Log) -> io::Result<Self> {
        let names = &log.names;
        let mut acts = vec![Act::Other; names.operations.len()];
        names.operations.all().for_each(|(sym, name)| acts[at(sym)] = Act::of(name));
        let mut programs = vec![Program::Usual; names.agents.len()];
        names.agents.all().for_each(|(sym, name)| programs[at(sym)] = Program::of(name));
        let mut survey = Self {
            span: None,
            acts,
            programs,
            plain: plain(names),
            agent_first: vec![Micros::MAX; names.agents.len()],
            app_first: vec![Micros::MAX; names.apps.len()],
            owns_mailbox: vec![false; names.accounts.len()],
            wrong: Sample::new(ENTRIES_MAX, |(address, agent), names| {
                let [high, low] = halves(address.0);
                mixed(&[high, low, names.agents.mark(*agent)])
            }),
            sessions: Sample::new(ENTRIES_MAX, |session, _| mixed(&[*session])),
            networks: Sample::new(ENTRIES_MAX, |network, _| mixed(&halves(*network))),
            countries: Sample::new(ENTRIES_MAX, |account, names| names.accounts.mark(*account)),
            bursts: Sample::new(ENTRIES_MAX, |(account, act, piece), names| {
                mixed(&[names.accounts.mark(*account), *act as u64, piece.cast_unsigned()])
            }),
            scripted: Sample::new(ENTRIES_MAX, mark_of_sign_in),
            kits: Sample::new(ENTRIES_MAX, mark_of_sign_in),
            readers: Sample::new(ENTRIES_MAX, |(app, mailbox), names| {
                mixed(&[names.apps.mark(*app), names.accounts.mark(*mailbox)])
            }),
        };
        let kit_apps: Vec<Sym> = KIT_APPS.iter().filter_map(|id| names.apps.find(id)).collect();
        let kit_agents: Vec<bool> = (0..names.agents.len())
            .map(|number| Program::is_kits(names.agents.name(Sym(u32::try_from(number).unwrap_or_default()))))
            .collect();
        let plain = survey.plain.clone();
        each(log, &plain, |row| {
            survey.take(names, row);
            if kit_agents[at(row.agent)] && kit_apps.contains(&row.app) && is_in(row) {
                earliest(names, &mut survey.kits, row);
            }
        })?;
        Ok(survey)
    }

    /// Goes through the rows, programs made alike.
    pub fn rows(&self, log: &Log, take: impl FnMut(&Row)) -> io::Result<()> {
        each(log, &self.plain, take)
    }

    /// What the row's operation does.
    pub fn act(&self, row: &Row) -> Act {
        if row.kind == Kind::SignIn { Act::SignIn } else { self.acts[at(row.operation)] }
    }

    fn take(&mut self, names: &Names, row: &Row) {
        if let Some(time) = row.at {
            match &mut self.span {
                Some(span) => span.add(time),
                none => *none = Some(Span::of(time)),
            }
            let agent = &mut self.agent_first[at(row.agent)];
            *agent = time.min(*agent);
            let app = &mut self.app_first[at(row.app)];
            *app = time.min(*app);
        }
        self.owns_mailbox[at(row.mailbox)] |= row.kind != Kind::Trace;
        let act = self.act(row);
        match act {
            Act::SignIn => self.take_sign_in(names, row),
            Act::Read => self.take_reading(names, row),
            Act::Send | Act::Delete if row.outcome != Outcome::Failed => {
                if let Some(time) = row.at {
                    let key = (row.account, act, time.div_euclid(BURST));
                    self.bursts.note(names, key, || 1, |count| *count += 1);
                }
            }
            _ => {}
        }
        if row.outcome == Outcome::Failed || !row.address.says_where() {
            return;
        }
        let network = network(row.address);
        if let Some(time) = row.at {
            self.networks.note(names, network, || time, |first| *first = time.min(*first));
        }
        if row.country != 0 {
            self.countries.note(names, row.account, || Span::of(row.country), |span| span.add(row.country));
        }
        if row.session != 0 {
            self.sessions.note(names, row.session, || Span::of(network), |span| span.add(network));
        }
    }

    fn take_sign_in(&mut self, names: &Names, row: &Row) {
        if is_wrong_password(row) {
            let first = || Wrong { accounts: Span::of(row.account), tries: 1 };
            self.wrong.note(names, (row.address, row.agent), first, |wrong| {
                wrong.accounts.add(row.account);
                wrong.tries += 1;
            });
            if self.programs[at(row.agent)] != Program::Usual {
                // From many addresses, with one program for scripts.
                self.wrong.note(names, (Address::NONE, row.agent), first, |wrong| {
                    wrong.accounts.add(row.account);
                    wrong.tries += 1;
                });
            }
        } else if is_in(row) && self.programs[at(row.agent)] != Program::Usual {
            earliest(names, &mut self.scripted, row);
        }
    }

    fn take_reading(&mut self, names: &Names, row: &Row) {
        let is_noise = row.flags.has(Flags::SERVICE_NOISE) || !row.app.is_some();
        if is_noise || row.outcome == Outcome::Failed {
            return;
        }
        let mailbox = if row.mailbox.is_some() { row.mailbox } else { row.account };
        let record = Record::of(row);
        self.readers.note(names, (row.app, mailbox), || record, |first| *first = record.min(*first));
    }

    /// Whether the account signed in from several countries.
    pub fn travelled(&self, account: Sym) -> bool {
        self.countries.get(&account).is_some_and(Span::is_many)
    }

    /// Whether there are seven days before `at`.
    pub fn has_history(&self, at: Micros) -> bool {
        self.span.is_some_and(|span| at.saturating_sub(span.first) >= 7 * DAY)
    }

    /// The domains of accounts that own a mailbox here.
    pub fn domains(&self, log: &Log) -> std::collections::BTreeSet<String> {
        let owners = log.names.accounts.all().filter(|(sym, _)| self.owns_mailbox[at(*sym)]);
        owners.filter_map(|(_, name)| domain_of(name)).collect()
    }

    /// Messages sent or deleted within twenty minutes, at least `least`, by account: how many at most,
    /// when, and on how many days.
    pub fn bursts(&self, act: Act, least: u32) -> BTreeMap<Sym, Burst> {
        let mut all: BTreeMap<Sym, Burst> = BTreeMap::new();
        for ((account, of, piece), count) in self.bursts.iter() {
            if *of != act {
                continue;
            }
            let next = self.bursts.get(&(*account, act, piece + 1)).copied().unwrap_or_default();
            let sum = count + next;
            if sum < least {
                continue;
            }
            let begin = piece * BURST;
            let burst = all.entry(*account).or_insert_with(|| Burst { most: sum, at: begin, days: Vec::new() });
            if (sum, std::cmp::Reverse(begin)) > (burst.most, std::cmp::Reverse(burst.at)) {
                (burst.most, burst.at) = (sum, begin);
            }
            let day = begin.div_euclid(DAY);
            if let Err(place) = burst.days.binary_search(&day) {
                burst.days.insert(place, day);
            }
        }
        all
    }
}

/// Much of the same at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burst {
    /// How many at most.
    pub most: u32,
    /// When that began.
    pub at: Micros,
    /// On which days there were any.
    pub days: Vec<i64>,
}

fn each(log: &Log, plain: &[Sym], mut take: impl FnMut(&Row)) -> io::Result<()> {
    log.rows(|row| {
        let agent = plain.get(at(row.agent)).copied().unwrap_or(row.agent);
        take(&Row { agent, ..*row });
    })
}

/// Outlook on the web appends `+Preload` to the browser's name when it reads ahead: the same browser.
fn plain(names: &Names) -> Vec<Sym> {
    let number = |number: usize| Sym(u32::try_from(number).unwrap_or_default());
    (0..names.agents.len())
        .map(|place| {
            let name = names.agents.name(number(place));
            let bare = name.trim_end_matches("+Preload");
            if bare == name { number(place) } else { names.agents.find(bare).unwrap_or_else(|| number(place)) }
        })
        .collect()
}

/// Account, program and address.
type SignIn = (Sym, Sym, Address);

fn mark_of_sign_in((account, agent, address): &SignIn, names: &Names) -> u64 {
    let [high, low] = halves(address.0);
    mixed(&[names.accounts.mark(*account), names.agents.mark(*agent), high, low])
}

fn earliest(names: &Names, table: &mut Sample<SignIn, Row>, row: &Row) {
    table.note(
        names,
        (row.account, row.agent, row.address),
        || *row,
        |first| {
            if (row.at, row.id) < (first.at, first.id) {
                *first = *row;
            }
        },
    );
}

/// A number as a place in a list.
pub fn at(sym: Sym) -> usize {
    usize::try_from(sym.0).unwrap_or_default()
}

/// The domain of an account of this tenant: a guest's lies elsewhere.
pub fn domain_of(account: &str) -> Option<String> {
    let (local, domain) = account.rsplit_once('@')?;
    (!local.contains("#ext#") && domain.contains('.')).then(|| domain.to_owned())
}

/// Whether somebody came in.
pub fn is_in(row: &Row) -> bool {
    row.outcome == Outcome::Succeeded || row.outcome == Outcome::Unknown && row.error == 0
}

/// Whether a password was wrong, or the account locked for it (Microsoft, "Microsoft Entra
/// authentication and authorization error codes").
pub fn is_wrong_password(row: &Row) -> bool {
    const CODES: &[i32] = &[0, 50034, 50053, 50056, 50057, 50064, 50126, 120_000, 120_002];
    row.outcome == Outcome::Failed && CODES.contains(&row.error)
}

/// The network of an address, as far as one can tell without a table: the first two numbers of an
/// IPv4 address, the first 32 bits of an IPv6 one.
pub fn network(address: Address) -> u128 {
    let is_v4 = address.ip().is_some_and(|ip| ip.is_ipv4());
    address.0 & (u128::MAX << if is_v4 { 16 } else { 96 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_apart() {
        let table = [
            ("axios/1.7.9", Program::Attack),
            ("fasthttp", Program::Attack),
            ("python-requests/2.28.0", Program::Scripted),
            ("node", Program::Scripted),
            ("Go-http-client/1.1", Program::Scripted),
            ("okhttp/4.8.1", Program::Library),
            ("Mozilla/5.0 (Windows NT 10.0)", Program::Usual),
            ("Nodepad/1", Program::Usual),
        ];
        for (agent, program) in table {
            assert_eq!(Program::of(agent), program, "{agent}");
        }
        assert!(Program::is_kits("node") && Program::is_kits("axios/1.7") && !Program::is_kits("node-fetch"));
    }

    #[test]
    fn networks_of_addresses() {
        let of = |text: &str| network(crate::address::read(text.as_bytes()));
        assert_eq!(of("192.0.2.1"), of("192.0.77.200"));
        assert_ne!(of("192.0.2.1"), of("192.1.2.1"));
        assert_eq!(of("2001:db8::1"), of("2001:db8:ffff::9"));
        assert_ne!(of("2001:db8::1"), of("2001:db9::1"));
    }
}
