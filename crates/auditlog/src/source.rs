//! Opening files: plain, gzip or zip, in UTF-8 or UTF-16, as one stream of UTF-8 for each.
//!
//! Invariant: an archive is unpacked as it is read, never as a whole, and one that unpacks to far
//! more than logs ever do is stopped.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::read::{DeflateDecoder, MultiGzDecoder};

/// A stream of text.
pub type Stream = Box<dyn Read + Send>;

/// Where a stream comes from; can be opened again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// What people call it: the path, and the entry of an archive.
    pub name: String,
    path: PathBuf,
    packing: Packing,
    /// Bytes on disk.
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Packing {
    Plain,
    Gzip,
    /// An entry of a zip archive: where its bytes begin, how many there are, whether they are deflated.
    Entry {
        start: u64,
        length: u64,
        deflated: bool,
    },
}

/// Why a file gives no stream.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It cannot be opened or read.
    #[error("{path} could not be read")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The archive is none, or damaged.
    #[error("{path} is no zip archive that can be read: {why}")]
    Archive {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
}

/// The streams that a path holds: one, or one for each entry of an archive.
pub fn sources(path: &Path) -> Result<Vec<Source>, SourceError> {
    let name = path.display().to_string();
    let unreadable = |source| SourceError::Unreadable { path: name.clone(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let meta = file.metadata().map_err(unreadable)?;
    if meta.is_dir() {
        return Err(unreadable(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name the files in it")));
    }
    let mut magic = [0; 4];
    let count = read_up_to(&mut file, &mut magic).map_err(unreadable)?;
    let one = |packing| vec![Source { name: name.clone(), path: path.to_owned(), packing, bytes: meta.len() }];
    match &magic[..count] {
        [0x1f, 0x8b, ..] => Ok(one(Packing::Gzip)),
        [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6] => entries(file, path),
        _ => Ok(one(Packing::Plain)),
    }
}

fn entries(file: File, path: &Path) -> Result<Vec<Source>, SourceError> {
    let name = path.display().to_string();
    let broken = |why: String| SourceError::Archive { path: name.clone(), why };
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|error| broken(error.to_string()))?;
    let mut all = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| broken(error.to_string()))?;
        let inside = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let file_name = inside.rsplit('/').next().unwrap_or_default();
        if entry.is_dir() || file_name.starts_with('.') || inside.starts_with("__MACOSX/") {
            continue;
        }
        let deflated = match entry.compression() {
            zip::CompressionMethod::Stored => false,
            zip::CompressionMethod::Deflated => true,
            other => return Err(broken(format!("{inside} is packed by {other}, which is not read here"))),
        };
        if entry.encrypted() {
            return Err(broken(format!("{inside} is encrypted; unpack it first")));
        }
        let start = entry.data_start().ok_or_else(|| broken(format!("{inside} has no place")))?;
        all.push(Source {
            name: format!("{name}:{inside}"),
            path: path.to_owned(),
            packing: Packing::Entry { start, length: entry.compressed_size(), deflated },
            bytes: entry.compressed_size(),
        });
    }
    Ok(all)
}

impl Source {
    /// Opens it from its start.
    pub fn open(&self) -> Result<Stream, SourceError> {
        let unreadable = |source| SourceError::Unreadable { path: self.name.clone(), source };
        let mut file = File::open(&self.path).map_err(unreadable)?;
        let stream: Stream = match self.packing {
            Packing::Plain => Box::new(file),
            Packing::Gzip => Box::new(Limited::new(MultiGzDecoder::new(BufReader::with_capacity(64 << 10, file)), self.bytes)),
            Packing::Entry { start, length, deflated } => {
                file.seek(SeekFrom::Start(start)).map_err(unreadable)?;
                let packed = BufReader::with_capacity(64 << 10, file.take(length));
                if deflated { Box::new(Limited::new(DeflateDecoder::new(packed), length)) } else { Box::new(packed) }
            }
        };
        Ok(Box::new(Utf8::new(stream)))
    }
}

/// Stops what unpacks to more than this many times its size. Exports pack to a tenth or a fiftieth;
/// nothing but blanks packs to a thousandth.
const RATIO_MAX: u64 = 100;
/// Below this many unpacked bytes no ratio is too large.
const UNPACKED_ANYWAY: u64 = 64 << 20;

struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R> Limited<R> {
    fn new(inner: R, packed: u64) -> Self {
        Self { inner, left: packed.saturating_mul(RATIO_MAX).max(UNPACKED_ANYWAY) }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it unpacks to more than {RATIO_MAX} times its size, as no log does"),
            )
        })?;
        Ok(count)
    }
}

/// Text as UTF-8, without a byte-order mark.
struct Utf8<R> {
    inner: R,
    encoding: Option<Encoding>,
    /// UTF-8 that waits to be read.
    ready: Vec<u8>,
    taken: usize,
    /// Bytes of the inner stream that are no whole sign yet.
    rest: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
}

/// What is read of UTF-16 at once.
const UTF16_BYTES: usize = 64 << 10;

impl<R: Read> Utf8<R> {
    fn new(inner: R) -> Self {
        Self { inner, encoding: None, ready: Vec::new(), taken: 0, rest: Vec::new() }
    }

    /// Looks at the first bytes.
    fn detect(&mut self) -> io::Result<Encoding> {
        let mut first = [0; 4];
        let count = read_up_to(&mut self.inner, &mut first)?;
        let first = &first[..count];
        let (encoding, mark) = match first {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16 { big: false }, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16 { big: true }, 2),
            // No mark, but the second byte of a plain letter is zero.
            [a, 0, b, 0] if *a != 0 && *b != 0 => (Encoding::Utf16 { big: false }, 0),
            [0, a, 0, b] if *a != 0 && *b != 0 => (Encoding::Utf16 { big: true }, 0),
            _ => (Encoding::Utf8, 0),
        };
        let after = &first[mark..];
        let kept = if encoding == Encoding::Utf8 { &mut self.ready } else { &mut self.rest };
        kept.extend_from_slice(after);
        Ok(encoding)
    }

    /// Turns more UTF-16 into UTF-8. False at the end.
    fn convert(&mut self, big: bool) -> io::Result<bool> {
        let had = self.rest.len();
        self.rest.resize(had + UTF16_BYTES, 0);
        let count = self.inner.read(&mut self.rest[had..])?;
        self.rest.truncate(had + count);
        let whole = if count == 0 { self.rest.len() } else { self.whole_signs(big) };
        let units = self.rest[..whole].chunks_exact(2).map(|two| {
            let two = [two[0], two[1]];
            if big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) }
        });
        self.ready.clear();
        self.taken = 0;
        for sign in char::decode_utf16(units) {
            let sign = sign.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self.rest.drain(..whole);
        Ok(count > 0)
    }

    /// Bytes of `rest` that end with a whole sign.
    fn whole_signs(&self, big: bool) -> usize {
        let even = self.rest.len() & !1;
        let Some(last) = self.rest[..even].last_chunk::<2>() else { return 0 };
        let unit = if big { u16::from_be_bytes(*last) } else { u16::from_le_bytes(*last) };
        if (0xd800..0xdc00).contains(&unit) { even - 2 } else { even }
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => self.detect()?,
        };
        self.encoding = Some(encoding);
        if let Encoding::Utf16 { big } = encoding {
            while self.taken == self.ready.len() && self.convert(big)? {}
        }
        if self.taken < self.ready.len() {
            let count = (&self.ready[self.taken..]).read(into)?;
            self.taken += count;
            return Ok(count);
        }
        if encoding == Encoding::Utf8 { self.inner.read(into) } else { Ok(0) }
    }
}

/// Reads until `into` is full or the stream ends.
pub(crate) fn read_up_to(reader: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < into.len() {
        match reader.read(&mut into[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf8(bytes: &[u8]) -> String {
        let mut text = String::new();
        Utf8::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "RecordId,å😀\r\n".repeat(20_000);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat(),
            [b"\xff\xfe".as_slice(), &little].concat(),
            [b"\xfe\xff".as_slice(), &big].concat(),
            little,
            big,
        ] {
            assert!(utf8(&bytes) == text);
        }
        assert_eq!(utf8(b""), "");
        assert_eq!(utf8(b"{}"), "{}");
        assert_eq!(utf8(b"\xff\xfea\0\x3d\xd8"), "a\u{fffd}");
    }
}
