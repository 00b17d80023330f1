//! The corpus that is kept: a small file of every shape, written by hand, and monsters too large to keep,
//! made as they are needed. Every reader reads every file, as it is, packed, and damaged in many ways that
//! are the same on every run: no panic, the same for any number of threads, little memory.
//!
//! More of the same: `cargo nextest run -p regain-auditlog --run-ignored all kept` damages each file
//! some thousand times.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use regain_auditlog::networks;
use regain_auditlog::time::DateOrder;
use regain_auditlog::{Log, Options, ScanError};

use super::corpus::{Dice, audit};

/// Each file, and how many events a person sees in it.
const KEPT: &[(&str, u64)] = &[
    ("activity-analytics.csv", 1),
    ("cmdlet-utf16.csv", 5),
    ("cmdlet.csv", 5),
    ("directory-analytics.csv", 1),
    ("directory-graph.json", 2),
    ("directory-monitor.json", 1),
    ("directory-portal.csv", 1),
    ("graph-query.json", 5),
    ("graph-query.jsonl", 5),
    ("management.json", 5),
    ("management.jsonl", 5),
    ("portal.csv", 5),
    ("reduced-bom.csv", 5),
    ("sign-ins-analytics.csv", 1),
    ("sign-ins-graph.json", 2),
    ("sign-ins-monitor.jsonl", 2),
    ("sign-ins-portal.csv", 1),
    ("trace-cmdlet.csv", 1),
    ("trace-enhanced.csv", 2),
    ("trace-extended-utf16.csv", 2),
    ("trace-service.json", 1),
];

/// A file of networks is read by a reader of its own.
const NETWORKS: &str = "networks.csv";

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn options(threads: usize) -> Options {
    Options { threads, dates: Some(DateOrder::MonthFirst), ..Options::default() }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let how = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("folder/inside", how).unwrap();
    archive.write_all(bytes).unwrap();
    archive.finish().unwrap().into_inner()
}

/// What must hold of any file. Gives the number of events.
fn check(path: &Path) -> Result<u64, String> {
    let read = |threads| Log::read(&[path.to_owned()], &options(threads));
    let (one, three) = match (read(1), read(3)) {
        (Ok(one), Ok(three)) => (one, three),
        (Err(one), Err(three)) if one.to_string() == three.to_string() => return Ok(0),
        (one, three) => return Err(format!("{:?} and {:?}", tally(one), tally(three))),
    };
    if (one.tally, &one.bad) != (three.tally, &three.bad) {
        return Err(format!("one thread {:?}, three {:?}", one.tally, three.tally));
    }
    let (mut places, mut seen) = (BTreeSet::new(), BTreeSet::new());
    one.rows(|row| places.extend([row.place])).unwrap();
    one.events(&places, |place, _| seen.extend([place])).unwrap();
    one.notable(|_, event| assert!(!event.operation.is_empty())).unwrap();
    if seen == places { Ok(one.tally.distinct) } else { Err("an event that was counted is not found again".to_owned()) }
}

fn tally(log: Result<Log, ScanError>) -> String {
    log.map_or_else(|error| error.to_string(), |log| format!("{:?}", log.tally))
}

/// One of the ways in which files are damaged.
fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    const SIGNS: &[u8] = b"\"\\{}[]\n\0,;:\xff\xfe\xef";
    let at = dice.of(bytes.len().max(1));
    let count = dice.of(40);
    let sign = SIGNS[dice.of(SIGNS.len())];
    if bytes.is_empty() {
        return bytes.push(sign);
    }
    match dice.of(7) {
        0 => bytes[at] ^= 1_u8 << dice.of(8),
        1 => bytes.insert(at, sign),
        2 => drop(bytes.drain(at..(at + count).min(bytes.len()))),
        3 => drop(bytes.splice(at..at, std::iter::repeat_n(sign, count))),
        4 => bytes.truncate(at),
        5 => {
            let again = bytes[at..(at + count * 8).min(bytes.len())].to_vec();
            bytes.splice(at..at, again);
        }
        _ => bytes[at] = sign,
    }
}

/// Damages every file `rounds` times, as it is and packed.
fn damage_all(rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for (name, _) in KEPT {
        let whole = fs::read(corpus().join(name)).unwrap();
        let forms = [whole.clone(), gzip(&whole), zipped(&whole)];
        for round in 0..rounds {
            let mut dice = Dice(u64::try_from(round).unwrap() * 31 + name.len() as u64);
            let mut bytes = forms[if round % 4 == 0 { 1 + round / 4 % 2 } else { 0 }].clone();
            for _ in 0..=dice.of(6) {
                damage(&mut bytes, &mut dice);
            }
            fs::write(&path, &bytes).unwrap();
            check(&path).unwrap_or_else(|why| panic!("{name}, round {round}: {why}"));
        }
    }
    let whole = fs::read(corpus().join(NETWORKS)).unwrap();
    let wanted = [regain_auditlog::address::read(b"203.0.113.9")];
    for round in 0..rounds {
        let (mut dice, mut bytes) = (Dice(u64::try_from(round).unwrap()), whole.clone());
        for _ in 0..=dice.of(6) {
            damage(&mut bytes, &mut dice);
        }
        fs::write(&path, &bytes).unwrap();
        networks::look_up(&path, &wanted).unwrap();
    }
}

#[test]
fn every_file_is_read_as_it_is_and_packed() {
    let folder = tempfile::tempdir().unwrap();
    let listed: BTreeSet<String> = KEPT.iter().map(|(name, _)| (*name).to_owned()).chain([NETWORKS.to_owned()]).collect();
    let there = fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(there.collect::<BTreeSet<String>>(), listed);
    for (name, events) in KEPT {
        let whole = fs::read(corpus().join(name)).unwrap();
        for (form, bytes) in [("plain", whole.clone()), ("gzip", gzip(&whole)), ("zip", zipped(&whole))] {
            let path = folder.path().join("file");
            fs::write(&path, bytes).unwrap();
            assert_eq!(check(&path), Ok(*events), "{name}, {form}");
        }
    }
    let found = networks::look_up(&corpus().join(NETWORKS), &[regain_auditlog::address::read(b"203.0.113.9")]).unwrap();
    assert_eq!(found.into_values().collect::<Vec<_>>(), ["64500 Example, Hosting"]);
}

#[test]
fn damaged_files_are_no_panic() {
    damage_all(40);
}

#[test]
#[ignore = "minutes: many more ways to damage every file"]
fn damaged_files_are_no_panic_at_length() {
    damage_all(4_000);
}

/// The most memory that this process has held, in bytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// Memory that a monster may take beside what the process had. The longest record is 16 MiB, and stands in
/// memory at most twice.
const MONSTER_BYTES_MAX: u64 = 80 << 20;

/// Writes a file of good records with a monster between them, piece by piece, and reads it.
fn meet(name: &str, monster: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Log {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let mut file = BufWriter::new(fs::File::create(&path).unwrap());
    monster(&mut file).unwrap();
    file.into_inner().unwrap();
    let before = peak_memory();
    let log = Log::read(&[path], &options(2)).unwrap();
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        assert!(after - before < MONSTER_BYTES_MAX, "{name}: {} MB", (after - before) >> 20);
    }
    log
}

fn records(count: usize) -> Vec<String> {
    let mut dice = Dice(11);
    (0..count).map(|_| audit(&mut dice, 20)).collect()
}

/// Good lines around something that is on a line of its own.
fn between(to: &mut dyn Write, monster: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let all = records(20);
    all[..10].iter().try_for_each(|record| writeln!(to, "{record}"))?;
    monster(to)?;
    to.write_all(b"\n")?;
    all[10..].iter().try_for_each(|record| writeln!(to, "{record}"))
}

fn fill(to: &mut dyn Write, piece: &str, times: usize) -> io::Result<()> {
    let many = piece.repeat(1024);
    (0..times / 1024).try_for_each(|_| to.write_all(many.as_bytes()))
}

#[test]
fn monster_a_line_of_a_hundred_megabytes() {
    for (name, piece) in [("letters", "x"), ("marks", "\\\""), ("brackets", "["), ("members", "\"a\":{")] {
        let log = meet(name, |to| {
            between(to, |to| {
                to.write_all(b"{\"CreationTime\":\"2026-05-18T21:13:33\",\"Operation\":\"x\",\"Id\":")?;
                fill(to, piece, (100 << 20) / piece.len())
            })
        });
        assert_eq!((log.tally.distinct, log.tally.bad), (20, 1), "{name}: {:?}", log.bad);
    }
}

#[test]
fn monster_a_nesting_of_a_hundred_thousand() {
    for (name, open, close) in [("lists", "[", "]"), ("objects", "{\"a\":", "}")] {
        let record = records(21).remove(20);
        let log = meet(name, |to| {
            between(to, |to| {
                to.write_all(b"{\"deep\":")?;
                fill(to, open, 102_400)?;
                to.write_all(b"1")?;
                fill(to, close, 102_400)?;
                to.write_all(format!(",{}", &record[1..]).as_bytes())
            })
        });
        assert_eq!(log.tally.distinct + log.tally.bad, 21, "{name}: {:?}", log.bad);
        assert!(log.tally.distinct >= 20, "{name}");
    }
}

#[test]
fn monster_zeros() {
    let log = meet("zeros", |to| between(to, |to| fill(to, "\0", 50 << 20)));
    assert_eq!((log.tally.distinct, log.tally.bad), (20, 1), "{:?}", log.bad);
    let only = tempfile::tempdir().unwrap();
    let path = only.path().join("only");
    fs::write(&path, vec![0; 1 << 20]).unwrap();
    assert!(Log::read(&[path], &options(2)).is_err());
}

#[test]
fn monster_a_gzip_file_cut_at_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let packed = gzip(&fs::read(corpus().join("management.jsonl")).unwrap());
    let path = folder.path().join("cut.gz");
    for length in 0..packed.len() {
        fs::write(&path, &packed[..length]).unwrap();
        check(&path).unwrap_or_else(|why| panic!("{length}: {why}"));
    }
    let whole: Vec<u8> = records(3_000).iter().flat_map(|record| format!("{record}\n").into_bytes()).collect();
    let packed = gzip(&whole);
    let log = meet("half.gz", |to| to.write_all(&packed[..packed.len() / 2]));
    assert!(log.tally.distinct > 500 && log.files[0].state.stopped.is_some(), "{:?}", log.tally);
}

#[test]
fn monster_archives_that_are_bombs() {
    let line = records(1).remove(0);
    let blanks = "x".repeat(1 << 20);
    let bomb = |to: &mut dyn Write| {
        writeln!(to, "{line}")?;
        (0..100).try_for_each(|_| to.write_all(blanks.as_bytes()))
    };
    let gzip = meet("bomb.gz", |to| {
        let mut packed = flate2::write::GzEncoder::new(to, flate2::Compression::fast());
        bomb(&mut packed)?;
        packed.finish().map(drop)
    });
    let zip = meet("bomb.zip", |to| {
        let mut archive = zip::ZipWriter::new_stream(to);
        let how = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        archive.start_file("inside.jsonl", how).map_err(io::Error::other)?;
        bomb(&mut archive)?;
        archive.finish().map(drop).map_err(io::Error::other)
    });
    for log in [gzip, zip] {
        assert_eq!(log.tally.distinct, 1);
        let stopped = log.files[0].state.stopped.as_deref().unwrap_or_default();
        assert!(stopped.contains("times its size"), "{:?}", log.files);
        assert!(log.files[0].state.bytes < 90 << 20);
    }
}
