//! `regain-wirecheck DESCRIPTION TRAFFIC SERVED`: folders of the description and of the traffic, and the file with
//! what the emulator lists as served. Prints what is wrong and the counts; the last line is the count.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use regain_wirecheck::Wire;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [description, traffic, served] = words.as_slice() else {
        eprintln!("regain-wirecheck DESCRIPTION TRAFFIC SERVED");
        return ExitCode::from(2);
    };
    match check(Path::new(description), Path::new(traffic), Path::new(served)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn check(description: &Path, traffic: &Path, served: &Path) -> Result<bool> {
    let served = std::fs::read_to_string(served).with_context(|| format!("{} could not be read", served.display()))?;
    let report = Wire::read(description)?.check(traffic, &served)?;
    print!("{}", report.told());
    Ok(report.is_well())
}
