//! Cutting streams into chunks of whole records, so that several threads can read one file.
//!
//! Invariant: a chunk ends where a record ends. What holds no end within [`RECORD_BYTES_MAX`] is
//! counted as bad and passed over, so memory is bounded whatever the file.

use std::io::{self, Read as _};
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use crate::csv::quotes;
use crate::json;
use crate::shape::{self, Layout, Style};
use crate::source::{Source, Stream};

/// What is read at once, if a record is not longer.
pub const CHUNK_BYTES: usize = 384 << 10;
/// The longest record: 16 MiB.
pub const RECORD_BYTES_MAX: usize = 16 << 20;

/// Whole records of one file.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Its number in the order of reading.
    pub seq: u64,
    /// The number of its file.
    pub file: u16,
    /// Where it begins, in the unpacked text.
    pub offset: u64,
    /// On which line it begins, from one.
    pub line: u64,
    /// How its records are written.
    pub layout: Option<Arc<Layout>>,
    /// Quotation marks did not match: every line is a row.
    pub loose: bool,
    /// The records, and behind `length` what belongs to the next chunk.
    pub bytes: Vec<u8>,
    /// How many bytes are whole records.
    pub length: usize,
    /// A record that is no record: where it begins, and why.
    pub bad: Option<Bad>,
}

impl Chunk {
    /// The records.
    pub fn records(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Whether it is so long that only one such may be in memory.
    pub fn is_heavy(&self) -> bool {
        self.bytes.capacity() > 4 * CHUNK_BYTES
    }

    /// The line of a place in it.
    pub fn line_of(&self, at: usize) -> u64 {
        self.line + memchr_iter(b'\n', &self.bytes[..at.min(self.length)]).count() as u64
    }
}

/// A record that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bad {
    /// In which file, by number.
    pub file: u16,
    /// On which line it begins, from one.
    pub line: u64,
    /// Where it begins, in the unpacked text.
    pub offset: u64,
    /// What is wrong.
    pub why: BadWhy,
}

/// What can be wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BadWhy {
    /// Longer than 16 MiB.
    TooLong,
    /// Its JSON ends too early, or goes on too long.
    BrokenJson,
    /// There is no record in the row.
    Empty,
    /// It has no operation or no time that can be read.
    NoEvent,
    /// It is none of the kinds that are read here.
    Unknown,
}

impl BadWhy {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::TooLong, Self::BrokenJson, Self::Empty, Self::NoEvent, Self::Unknown];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::BrokenJson => "broken-json",
            Self::Empty => "empty",
            Self::NoEvent => "no-event",
            Self::Unknown => "unknown-kind",
        }
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileState {
    /// Its kind, once it was recognised.
    pub shape: Option<&'static str>,
    /// Unpacked bytes that were read.
    pub bytes: u64,
    /// Why reading stopped before the end.
    pub stopped: Option<String>,
}

/// Cuts the files one after the other.
pub struct Cutter {
    sources: Vec<Source>,
    next: usize,
    open: Option<Open>,
    seq: u64,
    /// What became of each file so far.
    pub states: Vec<FileState>,
}

struct Open {
    stream: Stream,
    layout: Option<Arc<Layout>>,
    /// What was read and not handed out.
    carry: Vec<u8>,
    offset: u64,
    line: u64,
    /// Bytes are dropped until a line ends: they belong to a record that is too long.
    skipping: bool,
    is_at_end: bool,
}

impl Cutter {
    /// A cutter of these files, in this order.
    pub fn new(sources: Vec<Source>) -> Self {
        let states = vec![FileState::default(); sources.len()];
        Self { sources, next: 0, open: None, seq: 0, states }
    }

    /// Fills `chunk` with the next one. False after the last. What cannot be read is noted in
    /// [`Cutter::states`], and the next file is begun.
    pub fn next(&mut self, chunk: &mut Chunk) -> bool {
        chunk.bad = None;
        if chunk.is_heavy() {
            chunk.bytes = Vec::new();
        }
        loop {
            let Some(open) = &mut self.open else {
                if !self.open_next() {
                    return false;
                }
                continue;
            };
            let file = self.next - 1;
            match open.fill(chunk) {
                Ok(true) => {
                    chunk.seq = self.seq;
                    chunk.file = u16::try_from(file).unwrap_or(u16::MAX);
                    if let Some(bad) = &mut chunk.bad {
                        bad.file = chunk.file;
                    }
                    self.seq += 1;
                    self.states[file].shape = chunk.layout.as_ref().map(|layout| layout.name);
                    self.states[file].bytes = open.offset;
                    return true;
                }
                Ok(false) => self.open = None,
                Err(error) => {
                    self.states[file].stopped = Some(error.to_string());
                    self.open = None;
                }
            }
        }
    }

    fn open_next(&mut self) -> bool {
        let Some(source) = self.sources.get(self.next) else { return false };
        match source.open() {
            Ok(stream) => {
                self.open =
                    Some(Open { stream, layout: None, carry: Vec::new(), offset: 0, line: 1, skipping: false, is_at_end: false });
            }
            Err(error) => self.states[self.next].stopped = Some(error.to_string()),
        }
        self.next += 1;
        true
    }
}

impl Open {
    /// The next chunk of this file; false at its end. An error of the stream is told once what was
    /// read before it has been handed out.
    fn fill(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        chunk.bytes.clear();
        chunk.bytes.append(&mut self.carry);
        let mut wanted = CHUNK_BYTES;
        let mut failed = None;
        loop {
            if !self.is_at_end && chunk.bytes.len() < wanted {
                let missing = (wanted - chunk.bytes.len()) as u64;
                let before = chunk.bytes.len();
                match (&mut self.stream).take(missing).read_to_end(&mut chunk.bytes) {
                    Ok(count) => self.is_at_end = (count as u64) < missing,
                    Err(error) => {
                        self.is_at_end = true;
                        failed = Some(error);
                    }
                }
                if self.is_at_end && self.layout.is_none() && chunk.bytes.len() == before && before == 0 {
                    return failed.map_or(Ok(false), Err);
                }
            }
            if self.skipping && !self.skip_line(chunk) {
                if self.is_at_end {
                    return failed.map_or(Ok(false), Err);
                }
                continue;
            }
            if self.layout.is_none() {
                self.begin(chunk)?;
            }
            if chunk.bytes.is_empty() {
                if self.is_at_end {
                    return failed.map_or(Ok(false), Err);
                }
                continue;
            }
            if self.cut(chunk) {
                break;
            }
            if chunk.bytes.len() >= RECORD_BYTES_MAX {
                self.give_up_record(chunk);
                break;
            }
            wanted = (chunk.bytes.len() * 2).min(RECORD_BYTES_MAX);
        }
        self.hand_out(chunk);
        if let Some(error) = failed {
            // What came before the damage is handed out first; the damage is met again, and told, next.
            self.stream = Box::new(Failing(Some(error)));
            self.is_at_end = false;
        }
        Ok(true)
    }

    /// Recognises the file by its first bytes, and passes over its header.
    fn begin(&mut self, chunk: &mut Chunk) -> io::Result<()> {
        let (layout, header) = shape::recognise(&chunk.bytes)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is no export that is known here"))?;
        self.layout = Some(Arc::new(layout));
        self.pass(chunk, header);
        Ok(())
    }

    /// Drops the first `count` bytes.
    fn pass(&mut self, chunk: &mut Chunk, count: usize) {
        self.line += memchr_iter(b'\n', &chunk.bytes[..count]).count() as u64;
        self.offset += count as u64;
        chunk.bytes.drain(..count);
    }

    /// Drops bytes up to the end of a line. Whether it was found.
    fn skip_line(&mut self, chunk: &mut Chunk) -> bool {
        let end = memchr(b'\n', &chunk.bytes).map(|at| at + 1);
        self.pass(chunk, end.unwrap_or(chunk.bytes.len()));
        self.skipping = end.is_none();
        !self.skipping
    }

    /// Finds the end of the last whole record.
    fn cut(&mut self, chunk: &mut Chunk) -> bool {
        chunk.loose = false;
        let style = self.layout.as_ref().map_or(Style::Lines, |layout| layout.style);
        let end = match style {
            Style::Csv if self.is_at_end => {
                chunk.loose = quotes(&chunk.bytes) % 2 == 1;
                Some(chunk.bytes.len())
            }
            Style::Lines if self.is_at_end => Some(chunk.bytes.len()),
            Style::Csv => last_row_end(&chunk.bytes),
            Style::Lines => memrchr(b'\n', &chunk.bytes).map(|at| at + 1),
            Style::Json => self.json_end(chunk),
        };
        chunk.length = end.unwrap_or_default();
        end.is_some()
    }

    /// The end of the last whole element. At the end of the file, what is left over is bad.
    fn json_end(&self, chunk: &mut Chunk) -> Option<usize> {
        let (end, open) = last_element_end(&chunk.bytes);
        if !self.is_at_end {
            return (end > 0).then_some(end).or_else(|| open.is_none().then_some(chunk.bytes.len()));
        }
        if let Some(at) = open {
            chunk.length = chunk.bytes.len();
            chunk.bad = Some(self.bad_at(chunk, at, BadWhy::BrokenJson));
        }
        // Elements are looked for again by whoever reads the chunk: it must not meet the broken one.
        Some(open.map_or(chunk.bytes.len(), |at| {
            chunk.bytes.truncate(at);
            at
        }))
    }

    fn bad_at(&self, chunk: &Chunk, at: usize, why: BadWhy) -> Bad {
        let line = self.line + memchr_iter(b'\n', &chunk.bytes[..at]).count() as u64;
        Bad { file: 0, line, offset: self.offset + at as u64, why }
    }

    /// No record ends within the longest that is read. Rows whose quotation marks do not match are
    /// cut at their lines; a line that is too long is passed over.
    fn give_up_record(&mut self, chunk: &mut Chunk) {
        let style = self.layout.as_ref().map_or(Style::Lines, |layout| layout.style);
        if style == Style::Csv
            && let Some(at) = memrchr(b'\n', &chunk.bytes)
        {
            chunk.loose = true;
            chunk.length = at + 1;
            return;
        }
        chunk.bad = Some(self.bad_at(chunk, 0, BadWhy::TooLong));
        // An element that never ends gives way to whatever begins on the next line.
        let line = (style == Style::Json).then(|| memchr(b'\n', &chunk.bytes)).flatten();
        let dropped = line.map_or(chunk.bytes.len(), |at| at + 1);
        self.pass(chunk, dropped);
        self.skipping = line.is_none();
        chunk.length = 0;
    }

    fn hand_out(&mut self, chunk: &mut Chunk) {
        chunk.layout.clone_from(&self.layout);
        chunk.offset = self.offset;
        chunk.line = self.line;
        self.carry.clear();
        self.carry.extend_from_slice(&chunk.bytes[chunk.length..]);
        self.offset += chunk.length as u64;
        self.line += memchr_iter(b'\n', chunk.records()).count() as u64;
    }
}

/// A stream that only has its error left.
struct Failing(Option<io::Error>);

impl io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The place after the last line break that is not inside quotation marks.
fn last_row_end(bytes: &[u8]) -> Option<usize> {
    let mut before = quotes(bytes);
    let mut end = bytes.len();
    loop {
        let at = memrchr(b'\n', &bytes[..end])?;
        before -= quotes(&bytes[at..end]);
        if before.is_multiple_of(2) {
            return Some(at + 1);
        }
        end = at;
    }
}

/// The place after the last element that ends, and where one begins that does not.
fn last_element_end(bytes: &[u8]) -> (usize, Option<usize>) {
    let mut end = 0;
    for element in json::Elements::of(bytes) {
        match element {
            Ok((at, text)) => end = at + text.len(),
            Err(at) => return (end, Some(at)),
        }
    }
    (end, None)
}
