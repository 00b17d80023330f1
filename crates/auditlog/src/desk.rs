//! A thread's desk: chunks come in, batches of rows go out.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

use crate::audit::Reading;
use crate::chunk::{Bad, BadWhy, Chunk};
use crate::csv::Rows;
use crate::draft::{Draft, account};
use crate::event::Kind;
use crate::json;
use crate::names::{Names, Sym, Table, hash_state};
use crate::notable::{is_notable, is_set_up};
use crate::row::{Flags, Place, RecordId, Row};
use crate::shape::{self, Style};
use crate::text::{Form, Text};
use crate::time;

/// What came of a chunk.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows, with the keys by which repeats are known. Names may be marked as fresh.
    pub rows: Vec<(Row, u64)>,
    /// Notable events, by the place of their row in `rows`.
    pub details: Vec<(usize, Vec<u8>)>,
    /// Records that could not be read.
    pub bad: Vec<Bad>,
    /// Records in the chunk, bad ones too.
    pub read: u64,
    /// Dates that can only be read with the month first, and with the day first.
    pub dates: [u64; 2],
}

/// What a thread works with.
#[derive(Debug)]
pub struct Desk {
    hash: FixedState,
    accounts: Cache,
    agents: Cache,
    apps: Cache,
    operations: Cache,
    /// Operations that were met, as written, and whether they are notable.
    notable: HashMap<Box<[u8]>, bool, FixedState>,
    batch: Batch,
}

impl Default for Desk {
    fn default() -> Self {
        let cache = Cache::default;
        Self {
            hash: hash_state(),
            accounts: cache(),
            agents: cache(),
            apps: cache(),
            operations: cache(),
            notable: HashMap::with_hasher(hash_state()),
            batch: Batch::default(),
        }
    }
}

impl Desk {
    /// Reads every record of a chunk. The batch waits to be settled.
    pub fn read(&mut self, chunk: &Chunk) {
        self.batch.bad.extend(chunk.bad);
        self.batch.read += u64::from(chunk.bad.is_some());
        records(chunk, &mut |at, record| match record {
            Ok(draft) => self.keep(chunk, at, draft),
            Err(why) => self.spoilt(chunk, at, why),
        });
    }

    fn spoilt(&mut self, chunk: &Chunk, at: usize, why: BadWhy) {
        self.batch.read += 1;
        self.batch.bad.push(Bad { file: chunk.file, line: chunk.line_of(at), offset: chunk.offset + at as u64, why });
    }

    #[inline]
    fn keep(&mut self, chunk: &Chunk, at: usize, draft: &Draft<'_>) {
        self.batch.read += 1;
        let (id, is_hashed) = self.record_id(draft);
        let mut flags = Flags::default();
        flags.set(Flags::ID_IS_HASHED, is_hashed);
        flags.set(Flags::SERVICE_NOISE, draft.is_service_noise());
        flags.set(Flags::INTERACTIVE, draft.interactive == Some(true));
        flags.set(Flags::NOT_INTERACTIVE, draft.interactive == Some(false));
        self.note_date(draft, &mut flags);
        draft.note_access(&mut flags);
        let operation = self.operations.number(draft.operation, |name| name.trim().to_owned());
        let is_trace = draft.kind == Kind::Trace;
        let row = Row {
            number: 0,
            at: draft.time.map(time::Read::micros),
            id,
            address: draft.address,
            session: self.bits(draft.session),
            account: self.accounts.number(draft.actor, |name| account(&name)),
            // Of a message trace the other end: nobody's mailbox is named there.
            mailbox: self.accounts.number(if is_trace { draft.target } else { draft.mailbox }, |name| account(&name)),
            agent: self.agents.number(draft.program(), |name| name),
            app: self.apps.number(draft.app, |name| name.trim().to_ascii_lowercase()),
            operation,
            error: draft.error.and_then(|code| i32::try_from(code).ok()).unwrap_or_default(),
            count: draft.count.and_then(|count| u32::try_from(count).ok()).unwrap_or_default(),
            country: country(draft.country),
            place: Place { file: chunk.file, offset: chunk.offset + at as u64 },
            kind: draft.kind,
            outcome: draft.outcome,
            flags,
        };
        self.push(row, draft);
    }

    fn push(&mut self, mut row: Row, draft: &Draft<'_>) {
        if (self.is_notable(draft) || draft.is_device_code()) && !is_set_up(&draft.actor.decode()) {
            row.flags.set(Flags::NOTABLE, true);
            let event = serde_json::to_vec(&draft.event()).unwrap_or_default();
            self.batch.details.push((self.batch.rows.len(), event));
        }
        let key = self.hash.hash_one((row.kind as u8, row.id.0));
        self.batch.rows.push((row, key));
    }

    fn is_notable(&mut self, draft: &Draft<'_>) -> bool {
        if let Some(is) = self.notable.get(draft.operation.bytes) {
            return *is;
        }
        if self.notable.len() >= REMEMBERED {
            self.notable.clear();
        }
        let is = is_notable(&draft.operation.decode());
        self.notable.insert(Box::from(draft.operation.bytes), is);
        is
    }

    fn note_date(&mut self, draft: &Draft<'_>, flags: &mut Flags) {
        match draft.time {
            Some(time::Read::MonthFirst(_)) => self.batch.dates[0] += 1,
            Some(time::Read::DayFirst(_)) => self.batch.dates[1] += 1,
            Some(time::Read::Either(_)) => flags.set(Flags::EITHER_DATE, true),
            _ => {}
        }
    }

    /// The record's id, or 128 bits of what makes it itself.
    #[inline]
    fn record_id(&self, draft: &Draft<'_>) -> (RecordId, bool) {
        if draft.id_more[0].is_empty()
            && let Some(bits) = RecordId::guid(draft.id.bytes)
        {
            return (RecordId(bits), false);
        }
        let half = |salt: u8| {
            let mut hasher = self.hash.build_hasher();
            hasher.write_u8(salt);
            let parts = [draft.id, draft.id_more[0], draft.id_more[1]];
            for part in parts {
                hasher.write(RecordId::dashed(&part.decode().trim().to_ascii_lowercase()).as_bytes());
                hasher.write_u8(0xff);
            }
            if draft.id_more[0].is_empty() {
                Self::mix_contents(draft, &mut hasher);
            }
            u128::from(hasher.finish())
        };
        (RecordId(half(0) << 64 | half(1)), true)
    }

    /// A record without an id of the service's own is the same as another if it says the same.
    fn mix_contents(draft: &Draft<'_>, hasher: &mut impl Hasher) {
        hasher.write_i64(draft.time.map_or(i64::MIN, time::Read::micros));
        hasher.write_u128(draft.address.0);
        hasher.write_u8(draft.outcome as u8);
        for part in [draft.operation, draft.actor, draft.target, draft.session, draft.app, draft.agent, draft.detail] {
            hasher.write(part.decode().as_bytes());
            hasher.write_u8(0xff);
        }
        draft.parameters.iter().for_each(|list| hasher.write(list.bytes));
    }

    #[inline]
    fn bits(&self, text: Text<'_>) -> u64 {
        if text.is_empty() {
            return 0;
        }
        let mut hasher = self.hash.build_hasher();
        let is_escaped = memchr::memchr2(b'\\', b'"', text.bytes).is_some();
        let said = if is_escaped { text.decode() } else { Cow::default() };
        hasher.write(if is_escaped { said.as_bytes() } else { text.bytes });
        hasher.finish().max(1)
    }

    /// Gives the batch's fresh names their numbers, and hands the batch out.
    pub fn settle(&mut self, names: &mut Names) -> &mut Batch {
        let accounts = self.accounts.settle(&mut names.accounts);
        let agents = self.agents.settle(&mut names.agents);
        let apps = self.apps.settle(&mut names.apps);
        let operations = self.operations.settle(&mut names.operations);
        for (row, _) in &mut self.batch.rows {
            row.account = numbered(row.account, &accounts);
            row.mailbox = numbered(row.mailbox, &accounts);
            row.agent = numbered(row.agent, &agents);
            row.app = numbered(row.app, &apps);
            row.operation = numbered(row.operation, &operations);
        }
        &mut self.batch
    }
}

impl Batch {
    /// Makes room for the next.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.details.clear();
        self.bad.clear();
        self.read = 0;
        self.dates = [0; 2];
    }
}

/// The records of a chunk, each with its place in it.
pub fn records(chunk: &Chunk, take: &mut dyn FnMut(usize, Result<&Draft<'_>, BadWhy>)) {
    let Some(layout) = &chunk.layout else { return };
    match layout.style {
        Style::Csv => {
            let (bytes, mut start) = (chunk.records(), 0);
            let mut reading = Reading::default();
            while start < bytes.len() {
                if let Some(length) = shape::quick_row(layout, &bytes[start..], &mut reading) {
                    take(start, Ok(&reading.draft));
                    start += length;
                    continue;
                }
                let at = start;
                let mut rows = Rows::of(&bytes[start..], chunk.loose);
                let Some((_, row)) = rows.next() else { break };
                start += rows.at();
                if row.is_empty() {
                    continue;
                }
                let spans_lines = memchr::memchr(b'\n', row).is_some();
                let mut is_bad = false;
                shape::read(layout, row, &mut |draft| {
                    is_bad = draft.is_err();
                    if !(spans_lines && is_bad) {
                        take(at, draft);
                    }
                });
                if spans_lines && is_bad {
                    rescue(layout, at, row, take);
                }
            }
        }
        Style::Lines => {
            let (bytes, mut start) = (chunk.records(), 0);
            let mut reading = Reading::default();
            while start < bytes.len() {
                if let Some(length) = shape::quick_line(&bytes[start..], &mut reading) {
                    take(start, Ok(&reading.draft));
                    start += length;
                    continue;
                }
                let at = start;
                let mut rows = Rows::of(&bytes[start..], true);
                let Some((_, line)) = rows.next() else { break };
                start += rows.at();
                if !line.trim_ascii().is_empty() {
                    shape::read(layout, line, &mut |draft| take(at, draft));
                }
            }
        }
        Style::Json => {
            for (at, element) in json::Elements::of(chunk.records()).flatten() {
                shape::read(layout, element, &mut |draft| take(at, draft));
            }
        }
    }
}

/// A row over several lines that is no record: a quotation mark is missing, and it has swallowed the
/// rows after it. Its lines are read one by one; what is no record is one bad row with the line before.
fn rescue(layout: &shape::Layout, start: usize, row: &[u8], take: &mut dyn FnMut(usize, Result<&Draft<'_>, BadWhy>)) {
    let mut was_bad = false;
    for (at, line) in Rows::of(row, true) {
        shape::read(layout, line, &mut |draft| {
            let is_bad = draft.is_err();
            if !(is_bad && was_bad) {
                take(start + at, draft);
            }
            was_bad = is_bad;
        });
    }
}

/// A country's two letters, upper case; zero for none, or for a name written out.
fn country(text: Text<'_>) -> u16 {
    match text.bytes {
        [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
            u16::from_be_bytes([a.to_ascii_uppercase(), b.to_ascii_uppercase()])
        }
        _ => 0,
    }
}

/// Marks a number that counts from the start of the batch's fresh names.
const FRESH: u32 = 1 << 31;

/// Names a thread remembers before it forgets all: it asks again for those that it needs.
const REMEMBERED: usize = 4096;

/// Names that this thread has met, as they were written.
#[derive(Debug)]
struct Cache {
    /// By the form that they were written in.
    known: [HashMap<Box<[u8]>, Sym, FixedState>; 4],
    fresh: Vec<(Form, Box<[u8]>, String)>,
    /// The name that was met last: the next record often has the same.
    last: (Vec<u8>, Form, Sym),
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            known: std::array::from_fn(|_| HashMap::with_hasher(hash_state())),
            fresh: Vec::new(),
            last: (Vec::new(), Form::Plain, Sym::NONE),
        }
    }
}

impl Cache {
    /// The number of a name; `canonical` says how it is compared.
    #[inline]
    fn number(&mut self, text: Text<'_>, canonical: impl FnOnce(String) -> String) -> Sym {
        if text.is_empty() {
            return Sym::NONE;
        }
        if self.last.1 == text.form && self.last.0 == text.bytes {
            return self.last.2;
        }
        let sym = self.look_up(text, canonical);
        self.last.0.clear();
        self.last.0.extend_from_slice(text.bytes);
        (self.last.1, self.last.2) = (text.form, sym);
        sym
    }

    fn look_up(&mut self, text: Text<'_>, canonical: impl FnOnce(String) -> String) -> Sym {
        let known = &mut self.known[text.form as usize];
        if let Some(sym) = known.get(text.bytes) {
            return *sym;
        }
        let name = canonical(text.decode().into_owned());
        if name.is_empty() {
            return Sym::NONE;
        }
        let sym = Sym(FRESH | u32::try_from(self.fresh.len()).unwrap_or_default());
        known.insert(Box::from(text.bytes), sym);
        self.fresh.push((text.form, Box::from(text.bytes), name));
        sym
    }

    /// The numbers of the fresh names, in their order.
    fn settle(&mut self, table: &mut Table) -> Vec<Sym> {
        self.last = (Vec::new(), Form::Plain, Sym::NONE);
        let is_full = self.known.iter().map(HashMap::len).sum::<usize>() > REMEMBERED;
        let numbers: Vec<Sym> = self
            .fresh
            .drain(..)
            .map(|(form, bytes, name)| {
                let sym = table.number(&name);
                self.known[form as usize].insert(bytes, sym);
                sym
            })
            .collect();
        if is_full {
            self.known.iter_mut().for_each(HashMap::clear);
        }
        numbers
    }
}

fn numbered(sym: Sym, fresh: &[Sym]) -> Sym {
    if sym.0 & FRESH == 0 {
        return sym;
    }
    usize::try_from(sym.0 & !FRESH).ok().and_then(|at| fresh.get(at)).copied().unwrap_or_default()
}
