//! Reads files and says how many records there were: what `cargo xtask bench logs` times.
//!
//! Usage: `scan THREADS FILE…`

use std::path::PathBuf;
use std::process::ExitCode;

use regain_auditlog::{Log, Options};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]
fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let threads = words.next().and_then(|word| word.parse().ok()).unwrap_or(1);
    let paths: Vec<PathBuf> = words.map(PathBuf::from).collect();
    match Log::read(&paths, &Options { threads, ..Options::default() }) {
        Ok(log) => {
            println!("{:?}", log.tally);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
