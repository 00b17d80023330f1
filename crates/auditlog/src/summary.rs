//! What a log holds, and what it does not: accounts with their first and last sight, sources, silences,
//! files that were cut short. An analysis is worth what the log under it is worth.

use std::collections::BTreeSet;
use std::io;

use regain_incident::Timestamp;
use serde::Serialize;

use crate::event::{Kind, Outcome};
use crate::log::Log;
use crate::row::Row;
use crate::time::{Micros, SECOND};

/// What a log holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many records.
    pub records: Records,
    /// Everybody who acted, by name.
    pub accounts: Vec<Account>,
    /// What the log lacks.
    pub completeness: Completeness,
}

/// How many records there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Records {
    /// In the files, bad ones and repeats too.
    pub read: u64,
    /// Events, each once.
    pub distinct: u64,
    /// That could not be read.
    pub bad: u64,
}

/// An account that acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its name, in lower case.
    pub account: String,
    /// It has no sign-in name: a service, or an application.
    pub service: bool,
    /// Its events.
    pub events: u64,
    /// Its first one.
    pub first: Option<Timestamp>,
    /// Its last one.
    pub last: Option<Timestamp>,
    /// Sign-ins that succeeded.
    pub signed_in: u64,
    /// Sign-ins that were refused.
    pub refused: u64,
    /// Sign-ins with the right password that stopped on the way.
    pub interrupted: u64,
}

/// What a log lacks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Completeness {
    /// The files, in the order of reading.
    pub files: Vec<File>,
    /// The first records that could not be read.
    pub bad: Vec<BadRecord>,
    /// What each kind of log covers.
    pub sources: Vec<Source>,
    /// Kinds of log that no file holds.
    pub missing: Vec<Kind>,
    /// A day or more without one event of a kind, longest first.
    pub silences: Vec<Silence>,
    /// Files that end at the size at which exports are cut.
    pub capped: Vec<Capped>,
    /// From here on records may still be missing: a day before the last event, for that late they arrive.
    pub late_from: Option<Timestamp>,
    /// Events that do not say when they happened.
    pub without_time: u64,
    /// There were too many different names to keep all: some stand as "…".
    pub names_left_out: bool,
    /// Bytes that were put aside on disk for want of memory.
    pub spilled_bytes: u64,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Which export it was recognised as; none if it was not.
    pub shape: Option<&'static str>,
    /// Unpacked bytes that were read.
    pub bytes: u64,
    /// Records in it.
    pub read: u64,
    /// Of them bad.
    pub bad: u64,
    /// Why reading stopped before its end.
    pub stopped: Option<String>,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRecord {
    /// In which file.
    pub file: String,
    /// On which line, from one.
    pub line: u64,
    /// At which byte of the unpacked text.
    pub offset: u64,
    /// What is wrong.
    pub why: &'static str,
}

/// What a kind of log covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Which kind.
    pub kind: Kind,
    /// Its events.
    pub events: u64,
    /// The first one.
    pub first: Option<Timestamp>,
    /// The last one. Records arrive late, so the hours before it may still fill.
    pub last: Option<Timestamp>,
}

/// A time without events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Of which kind.
    pub kind: Kind,
    /// From the hour of the last event before it.
    pub from: Option<Timestamp>,
    /// To the hour of the next.
    pub to: Option<Timestamp>,
    /// How long, in whole hours.
    pub hours: i64,
}

/// A file that may have been cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Capped {
    /// Its name.
    pub file: String,
    /// Its records: as many as the export gives at most.
    pub records: u64,
}

const HOUR: Micros = 3600 * SECOND;
/// So late records arrive (Microsoft, "Search the audit log": up to 24 hours for some services).
const LATE_HOURS: i64 = 24;
/// Silences from this length on are told.
const SILENCE_HOURS: i64 = 24;
/// The longest of them, in number.
const SILENCES_MAX: usize = 20;
/// Hours with events that are remembered: far more than a log keeps, for dates that make no sense.
const HOURS_MAX: usize = 200_000;
/// Sizes at which exports are cut: the cmdlet's session and the portal's file (50,000), a cmdlet's
/// answer (5,000), the sign-in log's download (100,000).
const CAPS: [u64; 3] = [5_000, 50_000, 100_000];

#[derive(Debug, Clone, Copy, Default)]
struct Span {
    events: u64,
    first: Option<Micros>,
    last: Option<Micros>,
}

impl Span {
    fn take(&mut self, at: Option<Micros>) {
        self.events += 1;
        if let Some(at) = at {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Acts {
    span: Span,
    signed_in: u64,
    refused: u64,
    interrupted: u64,
}

impl Acts {
    fn take(&mut self, row: &Row, is_sign_in: bool) {
        self.span.take(row.at);
        if is_sign_in {
            match row.outcome {
                Outcome::Succeeded => self.signed_in += 1,
                Outcome::Failed => self.refused += 1,
                Outcome::Interrupted => self.interrupted += 1,
                Outcome::Unknown => {}
            }
        }
    }
}

impl Summary {
    /// Goes through the rows once.
    pub fn of(log: &Log) -> io::Result<Self> {
        let names = &log.names;
        let sign_ins: Vec<_> =
            ["UserLoggedIn", "UserLoginFailed"].iter().filter_map(|name| names.operations.find(name)).collect();
        let mut acts = vec![Acts::default(); names.accounts.len()];
        let mut kinds = Kind::ALL.map(|_| (Span::default(), BTreeSet::new()));
        let mut without_time = 0;
        log.rows(|row| {
            let is_sign_in = row.kind == Kind::SignIn || sign_ins.contains(&row.operation);
            if let Some(acts) = acts.get_mut(row.account.0 as usize) {
                acts.take(row, is_sign_in);
            }
            let (span, hours) = &mut kinds[row.kind as usize];
            span.take(row.at);
            match row.at {
                Some(at) => {
                    hours.insert(at.div_euclid(HOUR));
                    if hours.len() > HOURS_MAX {
                        hours.pop_last();
                    }
                }
                None => without_time += 1,
            }
        })?;
        let mut accounts: Vec<Account> = names
            .accounts
            .all()
            .map(|(sym, name)| account(name, &acts[sym.0 as usize]))
            .filter(|account| account.events > 0)
            .collect();
        accounts.sort_by(|a, b| a.account.cmp(&b.account));
        let mut completeness = completeness(log);
        completeness.without_time = without_time;
        for (kind, (span, hours)) in Kind::ALL.into_iter().zip(&kinds) {
            completeness.take(kind, span, hours);
        }
        let last = kinds.iter().filter_map(|(span, _)| span.last).max();
        completeness.late_from = last.and_then(|last| moment(last - LATE_HOURS * HOUR));
        completeness.settle();
        let tally = log.tally;
        let records = Records { read: tally.read, distinct: tally.distinct, bad: tally.bad };
        Ok(Self { records, accounts, completeness })
    }
}

fn account(name: &str, acts: &Acts) -> Account {
    Account {
        account: name.to_owned(),
        service: !name.contains('@'),
        events: acts.span.events,
        first: acts.span.first.and_then(moment),
        last: acts.span.last.and_then(moment),
        signed_in: acts.signed_in,
        refused: acts.refused,
        interrupted: acts.interrupted,
    }
}

fn moment(at: Micros) -> Option<Timestamp> {
    Timestamp::from_microsecond(at).ok()
}

fn completeness(log: &Log) -> Completeness {
    let name = |file: u16| log.files.get(usize::from(file)).map(|file| file.name.clone()).unwrap_or_default();
    let files = log.files.iter().map(|file| File {
        name: file.name.clone(),
        shape: file.state.shape,
        bytes: file.state.bytes,
        read: file.read,
        bad: file.bad,
        stopped: file.state.stopped.clone(),
    });
    let bad =
        log.bad.iter().map(|bad| BadRecord { file: name(bad.file), line: bad.line, offset: bad.offset, why: bad.why.as_str() });
    let capped = log.files.iter().filter(|file| CAPS.contains(&file.read));
    let names = &log.names;
    Completeness {
        files: files.collect(),
        bad: bad.collect(),
        capped: capped.map(|file| Capped { file: file.name.clone(), records: file.read }).collect(),
        names_left_out: [&names.accounts, &names.agents, &names.apps, &names.operations].iter().any(|table| table.is_full),
        spilled_bytes: log.tally.spilled,
        ..Completeness::default()
    }
}

impl Completeness {
    fn take(&mut self, kind: Kind, span: &Span, hours: &BTreeSet<i64>) {
        if span.events == 0 {
            if kind != Kind::Other {
                self.missing.push(kind);
            }
            return;
        }
        let (first, last) = (span.first.and_then(moment), span.last.and_then(moment));
        self.sources.push(Source { kind, events: span.events, first, last });
        let pairs = hours.iter().zip(hours.iter().skip(1));
        let silent = pairs.filter(|(from, to)| **to - **from > SILENCE_HOURS);
        self.silences.extend(silent.map(|(from, to)| Silence {
            kind,
            from: moment((from + 1) * HOUR),
            to: moment(to * HOUR),
            hours: to - from - 1,
        }));
    }

    fn settle(&mut self) {
        self.silences.sort_by_key(|silence| (-silence.hours, silence.kind, silence.from));
        self.silences.truncate(SILENCES_MAX);
    }

    /// Whether every file was understood and read to its end.
    pub fn is_read_whole(&self) -> bool {
        self.files.iter().all(|file| file.stopped.is_none() && file.shape.is_some())
    }
}
