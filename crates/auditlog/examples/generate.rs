//! Writes a made-up tenant's audit log, the same bytes on every run: what `cargo xtask bench logs` reads.
//!
//! Usage: `generate FOLDER MEGABYTES [USERS]` writes `audit.csv`, as the portal exports it, and the same
//! records as `audit.jsonl`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[path = "../tests/exports/corpus.rs"]
mod corpus;

#[expect(clippy::print_stderr, reason = "a program of its own")]
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (Some(folder), Some(megabytes)) = (words.first(), words.get(1).and_then(|word| word.parse().ok())) else {
        eprintln!("usage: generate FOLDER MEGABYTES [USERS]");
        return ExitCode::FAILURE;
    };
    let users = words.get(2).and_then(|word| word.parse().ok()).unwrap_or(400);
    match generate(&PathBuf::from(folder), megabytes, users) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn generate(folder: &std::path::Path, megabytes: u64, users: usize) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let open = |name: &str| File::create(folder.join(name)).map(|file| BufWriter::with_capacity(1 << 20, file));
    let (mut csv, mut lines) = (open("audit.csv")?, open("audit.jsonl")?);
    let mut dice = corpus::Dice(7);
    csv.write_all(corpus::PORTAL_HEADER.as_bytes())?;
    let mut written = 0;
    while written < megabytes * 1_000_000 {
        let record = corpus::audit(&mut dice, users);
        let row = corpus::portal_row(&record);
        written += row.len() as u64;
        csv.write_all(row.as_bytes())?;
        writeln!(lines, "{record}")?;
    }
    csv.flush()?;
    lines.flush()
}
