//! Reads files, analyses them and prints the analysis as JSON: what `cargo xtask judge` measures.
//!
//! Usage: `analyse [--threads N] [--from-address A]… [--from-session S]… [--from-app ID]… [--since T]
//! FILE…`

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use regain_auditlog::analysis::Seeds;
use regain_auditlog::time::DateOrder;
use regain_auditlog::{Log, Options, find};

#[expect(clippy::print_stderr, reason = "a program of its own")]
fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Options { dates: Some(DateOrder::MonthFirst), ..Options::default() };
    let (mut seeds, mut paths) = (Seeds::default(), Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--threads" => options.threads = value()?.parse()?,
            "--from-address" => seeds.addresses.push(value()?.parse()?),
            "--from-session" => seeds.sessions.push(value()?),
            "--from-app" => seeds.apps.push(value()?),
            "--since" => seeds.since = Some(value()?.parse()?),
            _ => paths.push(PathBuf::from(word)),
        }
    }
    let log = Log::read(&paths, &options)?;
    serde_json::to_writer_pretty(io::BufWriter::new(io::stdout()), &find::analyse(&log, &seeds)?)?;
    Ok(())
}
