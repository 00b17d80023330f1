//! A log: the rows of all files, each record once.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use regain_incident::Timestamp;

use crate::chunk::{Bad, Chunk, Cutter, FileState};
use crate::desk::{Batch, Desk, records};
use crate::event::Event;
use crate::names::Names;
use crate::row::{Flags, Place, ROW_BYTES, Row};
use crate::seen::{Seen, Sight, read_whole};
use crate::shelf::Shelf;
use crate::source::{self, Source, SourceError};
use crate::time::{self, DateOrder};

/// How files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many threads read.
    pub threads: usize,
    /// The order of day and month in dates that can be read both ways; none: asked for when needed.
    pub dates: Option<DateOrder>,
    /// Bytes of memory for the keys by which repeats are known; more go to disk.
    pub keys_bytes_max: usize,
    /// Bytes of memory for rows; more go to disk.
    pub rows_bytes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { threads, dates: None, keys_bytes_max: 40 << 20, rows_bytes_max: 12 << 20 }
    }
}

/// Why a log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A file.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// No file is an export that is known.
    #[error("none of the files is an export that is known here ({first})")]
    NothingKnown {
        /// The first one, and what is wrong with it.
        first: String,
    },
    /// Dates that can be read both ways, and nothing in the file says which is meant.
    #[error("{file} has dates like 5/4/2021, which can be read as 4 May and as 5 April, and no other that would tell")]
    EitherDate {
        /// The file.
        file: String,
    },
    /// A file's dates can only be read both ways at once.
    #[error("{file} has dates with the month first and dates with the day first")]
    BothDates {
        /// The file.
        file: String,
    },
    /// More files than can be numbered.
    #[error("{count} files are more than can be read at once (65,535)")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// What is put aside on disk.
    #[error("the temporary file could not be written or read")]
    Shelf(#[from] io::Error),
}

/// One file of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// What people call it.
    pub name: String,
    /// What became of it.
    pub state: FileState,
    /// The order of its dates, where that mattered.
    pub dates: Option<DateOrder>,
    /// Records in it, bad ones and repeats too.
    pub read: u64,
    /// Bad ones.
    pub bad: u64,
}

/// How many records there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Records, bad ones and repeats too.
    pub read: u64,
    /// Events: each once.
    pub distinct: u64,
    /// Records that could not be read.
    pub bad: u64,
    /// Bytes that went to disk for want of memory.
    pub spilled: u64,
}

/// At most this many bad records are listed; all are counted.
pub const BAD_LISTED_MAX: usize = 100;

/// A log.
#[derive(Debug)]
pub struct Log {
    sources: Vec<Source>,
    rows: Shelf,
    details: Shelf,
    late_repeats: Vec<u64>,
    /// The names that its rows refer to.
    pub names: Names,
    /// Its files, in the order of reading: by name.
    pub files: Vec<FileReport>,
    /// The first bad records, in the order of reading.
    pub bad: Vec<Bad>,
    /// How many records there were.
    pub tally: Tally,
}

impl Log {
    /// Reads files. The order in which they are named does not matter.
    pub fn read(paths: &[PathBuf], options: &Options) -> Result<Self, ScanError> {
        let mut sources = Vec::new();
        for path in paths {
            sources.extend(source::sources(path)?);
        }
        sources.sort();
        sources.dedup();
        if sources.len() > usize::from(u16::MAX) {
            return Err(ScanError::TooMany { count: sources.len() });
        }
        let cutter = Mutex::new(Cutter::new(sources.clone()));
        let merger = Mutex::new(Merger::new(sources.len(), options));
        let turn = Condvar::new();
        let line = Line { cutter: &cutter, merger: &merger, turn: &turn };
        if options.threads <= 1 {
            line.work();
        } else {
            std::thread::scope(|scope| {
                for _ in 0..options.threads {
                    scope.spawn(|| line.work());
                }
            });
        }
        let states = cutter.into_inner().unwrap_or_else(PoisonError::into_inner).states;
        merger.into_inner().unwrap_or_else(PoisonError::into_inner).finish(sources, states, options)
    }

    /// Goes through the rows in the order of reading.
    pub fn rows(&self, mut take: impl FnMut(&Row)) -> io::Result<()> {
        let mut reader = self.rows.read()?;
        let mut repeats = self.late_repeats.iter().peekable();
        let mut bytes = [0; ROW_BYTES + 8];
        while read_whole(&mut reader, &mut bytes)? {
            let (number, rest) = bytes.split_at(8);
            let number = u64::from_le_bytes(number.try_into().unwrap_or_default());
            if repeats.next_if_eq(&&number).is_some() {
                continue;
            }
            let mut row = Row::decode(number, rest.try_into().unwrap_or(&[0; ROW_BYTES]));
            if row.flags.has(Flags::EITHER_DATE) && self.dates(row.place.file) == Some(DateOrder::DayFirst) {
                row.at = row.at.map(time::swapped);
            }
            take(&row);
        }
        Ok(())
    }

    fn dates(&self, file: u16) -> Option<DateOrder> {
        self.files.get(usize::from(file)).and_then(|file| file.dates)
    }

    /// Goes through the events whose parameters matter, in the order of reading, each with its place
    /// ([`crate::row::Flags::NOTABLE`] marks their rows).
    pub fn notable(&self, mut take: impl FnMut(Place, Event)) -> io::Result<()> {
        let mut reader = self.details.read()?;
        let mut head = [0; 8 + 2 + 8 + 4];
        let mut bytes = Vec::new();
        while read_whole(&mut reader, &mut head)? {
            let number = u64::from_le_bytes(head[..8].try_into().unwrap_or_default());
            let place = Place {
                file: u16::from_le_bytes(head[8..10].try_into().unwrap_or_default()),
                offset: u64::from_le_bytes(head[10..18].try_into().unwrap_or_default()),
            };
            let length = u32::from_le_bytes(head[18..].try_into().unwrap_or_default());
            bytes.resize(usize::try_from(length).unwrap_or_default(), 0);
            if !read_whole(&mut reader, &mut bytes)? {
                break;
            }
            if self.late_repeats.binary_search(&number).is_ok() {
                continue;
            }
            if let Ok(mut event) = serde_json::from_slice::<Event>(&bytes) {
                self.settle_date(place, &mut event);
                take(place, event);
            }
        }
        Ok(())
    }

    /// Reads the files once more and gives the events that stand at these places, in their order.
    pub fn events(&self, wanted: &BTreeSet<Place>, mut take: impl FnMut(Place, Event)) -> io::Result<()> {
        let mut cutter = Cutter::new(self.sources.clone());
        let mut chunk = Chunk::default();
        let mut left = wanted.len();
        let mut last = None;
        while left > 0 && cutter.next(&mut chunk) {
            let from = Place { file: chunk.file, offset: chunk.offset };
            let to = Place { file: chunk.file, offset: chunk.offset + chunk.length as u64 };
            if wanted.range(from..to).next().is_none() {
                continue;
            }
            records(&chunk, &mut |at, record| {
                let place = Place { file: chunk.file, offset: chunk.offset + at as u64 };
                if let Ok(draft) = record
                    && wanted.contains(&place)
                {
                    if last != Some(place) {
                        left = left.saturating_sub(1);
                    }
                    last = Some(place);
                    let mut event = draft.event();
                    self.settle_date(place, &mut event);
                    take(place, event);
                }
            });
        }
        Ok(())
    }

    /// Puts the date right that was read with the month first, if the file has the day first.
    fn settle_date(&self, place: Place, event: &mut Event) {
        if event.either_date && self.dates(place.file) == Some(DateOrder::DayFirst) {
            event.at = event.at.and_then(|at| Timestamp::from_microsecond(time::swapped(at.as_microsecond())).ok());
        }
        event.either_date = false;
    }
}

/// The threads' line: they cut in any order, and merge in the order of the chunks.
#[derive(Clone, Copy)]
struct Line<'a> {
    cutter: &'a Mutex<Cutter>,
    merger: &'a Mutex<Merger>,
    turn: &'a Condvar,
}

impl Line<'_> {
    fn work(&self) {
        let mut chunk = Chunk::default();
        let mut desk = Desk::default();
        loop {
            let mut cutter = lock(self.cutter);
            if !cutter.next(&mut chunk) {
                return;
            }
            if chunk.is_heavy() {
                // Only one chunk of this size at a time: the others wait with the cutter.
                desk.read(&chunk);
                drop(cutter);
            } else {
                drop(cutter);
                desk.read(&chunk);
            }
            let mut merger = lock(self.merger);
            while merger.next != chunk.seq && merger.failed.is_none() {
                merger = self.turn.wait(merger).unwrap_or_else(PoisonError::into_inner);
            }
            merger.next += 1;
            let merged = if merger.failed.is_none() { merger.merge(chunk.file, &mut desk) } else { Ok(()) };
            if let Err(error) = merged {
                merger.failed = Some(error);
            }
            let has_failed = merger.failed.is_some();
            drop(merger);
            self.turn.notify_all();
            if has_failed {
                return;
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What all chunks come to.
struct Merger {
    next: u64,
    rows: Shelf,
    details: Shelf,
    seen: Seen,
    names: Names,
    bad: Vec<Bad>,
    tally: Tally,
    number: u64,
    files: Vec<PerFile>,
    failed: Option<io::Error>,
}

#[derive(Debug, Clone, Copy, Default)]
struct PerFile {
    read: u64,
    bad: u64,
    dates: [u64; 2],
    has_either: bool,
}

impl Merger {
    fn new(files: usize, options: &Options) -> Self {
        Self {
            next: 0,
            rows: Shelf::new(options.rows_bytes_max),
            details: Shelf::new(4 << 20),
            seen: Seen::new(options.keys_bytes_max),
            names: Names::default(),
            bad: Vec::new(),
            tally: Tally::default(),
            number: 0,
            files: vec![PerFile::default(); files],
            failed: None,
        }
    }

    fn merge(&mut self, file: u16, desk: &mut Desk) -> io::Result<()> {
        let batch = desk.settle(&mut self.names);
        self.count(file, batch);
        let mut details = batch.details.drain(..).peekable();
        for (at, (row, key)) in batch.rows.iter().enumerate() {
            let detail = details.next_if(|(of, _)| *of == at);
            let number = self.number;
            self.number += 1;
            if self.seen.note(*key, number)? == Sight::Repeat {
                continue;
            }
            self.tally.distinct += 1;
            self.files[usize::from(file)].has_either |= row.flags.has(Flags::EITHER_DATE);
            self.rows.append(&number.to_le_bytes())?;
            self.rows.append(&row.encode())?;
            if let Some((_, bytes)) = detail {
                self.details.append(&number.to_le_bytes())?;
                self.details.append(&row.place.file.to_le_bytes())?;
                self.details.append(&row.place.offset.to_le_bytes())?;
                self.details.append(&u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes())?;
                self.details.append(&bytes)?;
            }
        }
        drop(details);
        batch.clear();
        Ok(())
    }

    fn count(&mut self, file: u16, batch: &Batch) {
        let bad = batch.bad.len() as u64;
        self.tally.read += batch.read;
        self.tally.bad += bad;
        let room = BAD_LISTED_MAX.saturating_sub(self.bad.len());
        self.bad.extend(batch.bad.iter().take(room));
        let file = &mut self.files[usize::from(file)];
        file.read += batch.read;
        file.bad += bad;
        file.dates[0] += batch.dates[0];
        file.dates[1] += batch.dates[1];
    }

    fn finish(self, sources: Vec<Source>, states: Vec<FileState>, options: &Options) -> Result<Log, ScanError> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        let mut files = Vec::new();
        for ((source, state), counted) in sources.iter().zip(states).zip(&self.files) {
            let dates = date_order(&source.name, counted, options)?;
            files.push(FileReport { name: source.name.clone(), state, dates, read: counted.read, bad: counted.bad });
        }
        if let Some(first) = files.first()
            && files.iter().all(|file| file.state.shape.is_none() && file.state.stopped.is_some())
        {
            let why = first.state.stopped.clone().unwrap_or_default();
            return Err(ScanError::NothingKnown { first: format!("{}: {why}", first.name) });
        }
        let late_repeats = self.seen.late_repeats()?;
        let spilled = self.rows.spilled() + self.details.spilled() + self.seen.spilled();
        let distinct = self.tally.distinct - late_repeats.len() as u64;
        Ok(Log {
            sources,
            rows: self.rows,
            details: self.details,
            late_repeats,
            names: self.names,
            files,
            bad: self.bad,
            tally: Tally { distinct, spilled, ..self.tally },
        })
    }
}

/// Which order a file's dates have: what other rows show, or what was said.
fn date_order(name: &str, counted: &PerFile, options: &Options) -> Result<Option<DateOrder>, ScanError> {
    let [month_first, day_first] = counted.dates.map(|count| count > 0);
    match (month_first, day_first) {
        (true, true) => Err(ScanError::BothDates { file: name.to_owned() }),
        (true, false) => Ok(Some(DateOrder::MonthFirst)),
        (false, true) => Ok(Some(DateOrder::DayFirst)),
        (false, false) if !counted.has_either => Ok(None),
        (false, false) => match options.dates {
            Some(order) => Ok(Some(order)),
            None => Err(ScanError::EitherDate { file: name.to_owned() }),
        },
    }
}
