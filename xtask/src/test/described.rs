//! Microsoft's published description: all that went over the wire in the tests and in the demonstration, held
//! against it.
//!
//! Emulators of a run of tests write their traffic below the target folder; `regain-wirecheck` reads it afterwards.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::tally::Tally;
use crate::{binary, run, say};

/// The environment variable by which emulators write their traffic.
const FOLDER: &str = "REGAIN_RECORD_TRAFFIC";

/// Empties the folder of the traffic, so that only this run is in it.
pub fn begin(repo: &Repo) -> Result<()> {
    let folder = folder(repo);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("{} could not be emptied", folder.display()));
        }
        _ => {}
    }
    fs::create_dir_all(&folder).with_context(|| format!("{} could not be made", folder.display()))
}

/// The same command, whose emulators write their traffic; unless there is no description to hold it against.
pub fn recorded<'a>(repo: &Repo, command: &'a mut Command) -> &'a mut Command {
    if repo.wire().is_some() { command.env(FOLDER, folder(repo)) } else { command }
}

/// Holds what was recorded against the description.
pub fn check(repo: &Repo) -> Result<Tally> {
    let Some(wire) = repo.wire() else {
        say::note("skipped: Graph's requests and answers against the published OpenAPI documents");
        say::note("skipped: Exchange's cmdlets against the published parameter lists and the collected bodies");
        say::note("name the folder of the description in REGAIN_WIRE");
        return Ok(Tally { skipped: 2, ..Tally::default() });
    };
    let folder = folder(repo);
    if !folder.is_dir() {
        say::note("no traffic was recorded; `cargo xtask test` does it with the tests");
        return Ok(Tally::one(false));
    }
    let served = folder.join("served.txt");
    let mut operations = Command::new(binary::of_the_tests(repo, "regain")?);
    let list = run::quietly(operations.args(["emulate", "--operations"]))?;
    fs::write(&served, list).context("the list of served operations could not be written")?;
    let mut check = Command::new(binary::of_the_tests(repo, "regain-wirecheck")?);
    Ok(Tally::one(run::shown(check.arg(wire).arg(folder).arg(served))?.ok))
}

fn folder(repo: &Repo) -> PathBuf {
    repo.target().join("traffic")
}
