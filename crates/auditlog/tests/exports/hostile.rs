//! Files that are broken on purpose, or by accident: no panic, bounded memory, and every record
//! around the damage still read.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use regain_auditlog::{Log, Options, ScanError};

use super::corpus::{Dice, audit};
use super::written::audit_shapes;

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn read(path: PathBuf) -> Result<Log, ScanError> {
    Log::read(&[path], &Options { threads: 2, ..Options::default() })
}

fn portal(count: usize) -> String {
    let mut dice = Dice(3);
    let records: Vec<String> = (0..count).map(|_| audit(&mut dice, 20)).collect();
    audit_shapes(&records)[0].1.clone()
}

fn lines(count: usize) -> Vec<String> {
    let mut dice = Dice(4);
    (0..count).map(|_| audit(&mut dice, 20)).collect()
}

/// The most memory that this process has held, in bytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

#[test]
fn broken_rows_are_counted_and_located_and_the_others_read() {
    let folder = tempfile::tempdir().unwrap();
    let text = portal(100);
    let rows: Vec<&str> = text.split_inclusive('\n').collect();
    let broken = [
        "broken,\"2026-05-09T00:00:00.0000000Z \",15,UserLoggedIn,x@y,\"{\"\"CreationTime\"\":\"\"2026-05-\",,\r\n",
        ",,,,,,,\r\n",
        "only,three,fields\r\n",
        "a,b,1,op,u,\"\",,\r\n",
        "a,b,1,op,u,\"{\"\"CreationTime\"\":\"\"2026-05-09T00:00:00\"\"}\",,\r\n",
        "a,b,1,op,u,\"{\"\"CreationTime\"\":\"\"2026-05-09T00:00:00\"\",\"\"Operation\"\":\"\"x\"\"} and more\",,\r\n",
        // A quotation mark is missing: it would swallow the rows after it.
        "a,b,1,op,u,\"{\"\"CreationTime\"\":\"2026-05-09T00:00:00\"\"}\",,\r\n",
        "a,b,1,op,u,\"{\"\"CreationTime\"\":\"\"2026-05-09T00:00:00,,\r\n",
        "\0\0\0\0\r\n",
    ];
    for (bad, number) in broken.iter().zip(0..) {
        let mixed = format!("{}{bad}{}", rows[..51].concat(), rows[51..].concat());
        let log = read(write(folder.path(), "mixed.csv", mixed.as_bytes())).unwrap();
        assert_eq!((log.tally.distinct, log.tally.bad), (100, 1), "{number}: {bad:?} {:?}", log.bad);
        assert_eq!(log.bad[0].line, 52, "{number}");
        assert_eq!(log.bad[0].offset, rows[..51].concat().len() as u64, "{number}");
    }
}

#[test]
fn broken_lines_of_json_are_counted_and_located() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = lines(60);
    for (at, bad) in
        [(10, "{\"CreationTime\":"), (20, "not json"), (30, "{\"a\":\"\\u12"), (40, "{\"no\":\"event\"}"), (50, "[1,2]")]
    {
        all.insert(at, bad.to_owned());
    }
    let log = read(write(folder.path(), "lines", all.join("\n").as_bytes())).unwrap();
    assert_eq!((log.tally.distinct, log.tally.bad), (60, 5), "{:?}", log.bad);
    assert_eq!(log.bad.iter().map(|bad| bad.line).collect::<Vec<u64>>(), [11, 21, 31, 41, 51]);
}

#[test]
fn a_json_array_that_breaks_off_gives_what_came_before() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("[{}", lines(50).join(","));
    let log = read(write(folder.path(), "array", &text.as_bytes()[..text.len() - 40])).unwrap();
    assert_eq!((log.tally.distinct, log.tally.bad), (49, 1), "{:?}", log.bad);
}

#[test]
fn lines_of_a_hundred_megabytes_are_passed_over_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let records = lines(40);
    let long = |open: &str, fill: u8, megabytes: usize, close: &str| {
        let mut line = open.as_bytes().to_vec();
        line.resize(megabytes << 20, fill);
        line.extend_from_slice(close.as_bytes());
        line
    };
    let cases = [
        ("in a string", long("{\"CreationTime\":\"", b'x', 100, "\"}\n")),
        ("blanks", long("{", b' ', 20, "}\n")),
        ("quotation marks", long("{\"a\":", b'"', 20, "}\n")),
        ("brackets", long("{\"a\":", b'[', 100, "}\n")),
        ("backslashes", long("{\"a\":\"", b'\\', 20, "\"}\n")),
        ("zeros", long("", 0, 20, "\n")),
    ];
    for (name, line) in cases {
        let mut bytes = (records[..20].join("\n") + "\n").into_bytes();
        bytes.extend_from_slice(&line);
        drop(line);
        bytes.extend_from_slice(records[20..].join("\n").as_bytes());
        let path = write(folder.path(), "lines", &bytes);
        drop(bytes);
        let log = read(path).unwrap();
        assert_eq!((log.tally.distinct, log.tally.bad), (40, 1), "{name}: {:?}", log.bad);
        assert_eq!(log.bad[0].line, 21, "{name}");
    }
    let text = portal(20);
    let mut bytes = text.clone().into_bytes();
    bytes.extend_from_slice(&long("a,b,1,op,u,\"{\"\"CreationTime\"\":\"\"", b'x', 100, "\"\"}\",,\r\n"));
    let path = write(folder.path(), "rows.csv", &bytes);
    drop(bytes);
    let log = read(path).unwrap();
    assert_eq!((log.tally.distinct, log.tally.bad), (20, 1), "{:?}", log.bad);
}

#[test]
fn nesting_of_a_hundred_thousand_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let wrapped = format!("{}1{}", "{\"d\":".repeat(100_000), "}".repeat(100_000));
    let record = lines(1).remove(0);
    let with = |member: &str| format!("{{\"deep\":{member},{}", &record[1..]);
    for (name, text, distinct) in [
        ("arrays", with(&deep), 1),
        ("objects", with(&objects), 1),
        ("alone", format!("{objects}\n{record}"), 1),
        ("wrappers", format!("{wrapped}\n{record}"), 1),
        ("as items", record.replace("\"Id\"", &format!("\"Item\":{objects},\"Folders\":{deep},\"Parameters\":{deep},\"Id\"")), 1),
    ] {
        let log = read(write(folder.path(), name, text.as_bytes())).unwrap();
        assert_eq!(log.tally.distinct, distinct, "{name} {:?}", log.bad);
        let mut places = BTreeSet::new();
        log.rows(|row| {
            places.insert(row.place);
        })
        .unwrap();
        let mut events = 0;
        log.events(&places, |_, _| events += 1).unwrap();
        assert_eq!(events, distinct);
    }
}

#[test]
fn truncated_archives_give_what_can_be_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let text = portal(2000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    let log = read(write(folder.path(), "half.gz", &packed[..packed.len() / 2])).unwrap();
    assert!(log.tally.distinct > 500 && log.tally.distinct < 1500, "{:?}", log.tally);
    assert!(log.files[0].state.stopped.is_some(), "{:?}", log.files);
    let error = read(write(folder.path(), "broken.zip", b"PK\x03\x04 and nothing more")).unwrap_err();
    assert!(error.to_string().contains("zip"), "{error}");
}

#[test]
fn archives_that_unpack_to_far_more_than_logs_do_are_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let zeros = vec![b' '; 1 << 20];
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let header = lines(1).remove(0);
    gzip.write_all(header.as_bytes()).unwrap();
    gzip.write_all(b"\n").unwrap();
    for _ in 0..70 {
        gzip.write_all(&zeros).unwrap();
    }
    let bomb = gzip.finish().unwrap();
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let log = read(write(folder.path(), "bomb.gz", &bomb)).unwrap();
    assert_eq!(log.tally.distinct, 1);
    assert!(log.files[0].state.stopped.as_deref().unwrap().contains("times its size"), "{:?}", log.files);
    assert!(log.files[0].state.bytes < 90 << 20);
}

#[test]
fn files_that_are_no_exports_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("text", b"Dear all,\nnothing here\n".as_slice()),
        ("picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("columns", b"a,b,c\n1,2,3\n"),
    ] {
        let error = read(write(folder.path(), name, bytes)).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    // Beside one that is, they are counted as not read whole.
    let good = write(folder.path(), "good.csv", portal(5).as_bytes());
    let log = Log::read(&[good, folder.path().join("text")], &Options::default()).unwrap();
    assert_eq!(log.tally.distinct, 5);
    assert!(log.files.iter().any(|file| file.state.shape.is_none() && file.state.stopped.is_some()));
    let empty = read(write(folder.path(), "empty", b"")).unwrap();
    assert_eq!(empty.tally.read, 0);
    assert!(read(folder.path().join("missing")).unwrap_err().to_string().contains("missing"));
}

/// Where the whole suite runs in one process, others may have used the memory.
#[test]
fn memory_stays_within_its_bound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let mut dice = Dice(9);
    file.write_all(super::corpus::PORTAL_HEADER.as_bytes()).unwrap();
    for _ in 0..40_000 {
        file.write_all(super::corpus::portal_row(&audit(&mut dice, 300)).as_bytes()).unwrap();
    }
    drop(file);
    let before = peak_memory();
    let log = Log::read(&[path], &Options { threads: 2, ..Options::default() }).unwrap();
    assert_eq!(log.tally.distinct, 40_000);
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        assert!(after - before < 60 << 20, "{} MB", (after - before) >> 20);
    }
}

/// One of the corpus's files, damaged somewhere.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let shapes: Vec<Vec<u8>> = audit_shapes(&lines(12)).into_iter().map(|(_, text)| text.into_bytes()).collect();
    let others = [
        "Date (UTC),Request ID,User agent,User ID,User,Username,Application,Application ID,IP address,Location,Status\r\n2026-05-18T21:13:33Z,a,b,c,d,e@f,g,h,1.2.3.4,\"x, SE\",Failure\r\n",
        "MessageTraceId,MessageId,Received,SenderAddress,RecipientAddress,Subject,Status\r\nm,<i>,\"5/18/2021 9:00\",a@x,b@x,s,Delivered\r\n",
        r#"{"time":"2026-05-18T21:20:00Z","category":"AuditLogs","operationName":"x","properties":{"id":"a","activityDateTime":"2026-05-18T21:13:33Z","activityDisplayName":"y","initiatedBy":{"user":{"userPrincipalName":"a@b"}},"targetResources":[{"modifiedProperties":[{"displayName":"n","newValue":"v"}]}],"additionalDetails":[{"key":"k","value":"v"}]}}"#,
    ];
    let all: Vec<Vec<u8>> = shapes.into_iter().chain(others.iter().map(|text| text.as_bytes().to_vec())).collect();
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..6_u8, any::<u8>(), 0..40_usize), 1..12);
    (prop::sample::select(all), edits).prop_map(|(mut bytes, edits)| {
        for (at, how, byte, count) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.drain(at..(at + count).min(bytes.len()))),
                3 => drop(bytes.splice(at..at, std::iter::repeat_n(byte, count))),
                4 => bytes.insert(at, [b'"', b'\\', b'{', b'}', b'[', b'\n', 0, b','][usize::from(byte) % 8]),
                _ => bytes.truncate(at + count),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// No reader panics; each thread count says the same; every event that is counted can be read again.
    #[test]
    fn damaged_files_are_read_as_far_as_they_go(bytes in damaged()) {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "file", &bytes);
        let read = |threads| Log::read(std::slice::from_ref(&path), &Options { threads, ..Options::default() });
        match (read(1), read(3)) {
            (Ok(one), Ok(three)) => {
                prop_assert_eq!(one.tally, three.tally);
                prop_assert_eq!(&one.bad, &three.bad);
                let mut places = BTreeSet::new();
                let mut count = 0_u64;
                one.rows(|row| { places.insert(row.place); count += 1; }).unwrap();
                prop_assert_eq!(count, one.tally.distinct);
                let mut seen = BTreeSet::new();
                one.events(&places, |place, _| { seen.insert(place); }).unwrap();
                prop_assert_eq!(seen, places);
                one.notable(|_, event| assert!(!event.operation.is_empty())).unwrap();
            }
            (Err(one), Err(three)) => prop_assert_eq!(one.to_string(), three.to_string()),
            (one, three) => prop_assert!(false, "{:?} and {:?}", one.map(|log| log.tally), three.map(|log| log.tally)),
        }
    }

    #[test]
    fn any_bytes_at_all_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let folder = tempfile::tempdir().unwrap();
        let _ = read(write(folder.path(), "file", &bytes));
    }
}
