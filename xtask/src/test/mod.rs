//! `cargo xtask test`: every check in its order, each counted, the count at the end.
//!
//! Invariant: the last line is the only one on stdout, and says what passed, failed and was skipped.
//! One check that fails does not keep the next from running. Checks of one stage run side by side: together they leave
//! the processors less idle than one after the other.

mod clients;
mod demo;
mod described;
mod licences;
mod spdx;
mod suites;
mod walls;

use std::thread;
use std::time::Instant;

use anyhow::Result;

use crate::install::{CLIPPY, RUSTFMT, Tool};
use crate::repo::Repo;
use crate::tally::Tally;
use crate::{generated, judge, run, say};

/// A check: its heading and what it does. A new one is a new row.
type Check = (&'static str, fn(&Repo, bool) -> Result<Tally>);

/// Stages, one after the other; the checks of a stage side by side.
const STAGES: [&[Check]; 11] = [
    &[("formatting", formatting)],
    &[("lints", lints)],
    &[("walls", |repo, _| walls::check(repo))],
    &[("licences, bans, sources", |repo, _| licences::check(repo))],
    &[("generated files", |repo, _| generated::check(repo).map(Tally::one))],
    &[("tests", suites::tests), ("release build", |repo, _| demo::build(repo))],
    &[("documentation tests", |repo, _| suites::documentation(repo))],
    &[("judgement of logs", |repo, _| judge::check(repo))],
    &[("Microsoft's clients", clients::check), ("soak", |repo, _| suites::soak(repo))],
    &[("demonstration", |repo, _| demo::check(repo))],
    &[("Microsoft's published description", |repo, _| described::check(repo))],
];

/// Runs every check, or those whose heading holds one of `names`. Whether all are well.
pub fn all(repo: &Repo, install: bool, names: &[&str]) -> Result<bool> {
    let headings = || STAGES.iter().copied().flatten().map(|(heading, _)| *heading);
    if let Some(stray) = names.iter().find(|name| !headings().any(|heading| heading.contains(**name))) {
        anyhow::bail!("no check is called {stray:?}; there are {}", headings().collect::<Vec<_>>().join(", "));
    }
    let is_wanted = |heading: &str| names.is_empty() || names.iter().any(|name| heading.contains(name));
    let mut all = Tally::default();
    for stage in STAGES {
        let wanted: Vec<Check> = stage.iter().copied().filter(|(heading, _)| is_wanted(heading)).collect();
        thread::scope(|scope| {
            let running: Vec<_> = wanted.into_iter().map(|check| scope.spawn(move || one(repo, install, check))).collect();
            for tally in running {
                all += tally.join().unwrap_or_else(|_| Tally::one(false));
            }
        });
    }
    say::note("");
    say::result(&all.to_string());
    Ok(all.failed == 0)
}

/// Runs a check and says how it went.
fn one(repo: &Repo, install: bool, (heading, check): Check) -> Tally {
    say::note(&format!("\n== {heading}"));
    let begin = Instant::now();
    let tally = check(repo, install).unwrap_or_else(|error| {
        say::note(&format!("{error:#}"));
        Tally::one(false)
    });
    say::note(&format!("== {heading}: {tally}, {:.1} s", begin.elapsed().as_secs_f64()));
    tally
}

fn formatting(repo: &Repo, install: bool) -> Result<Tally> {
    by_tool(repo, install, &RUSTFMT, &["fmt", "--all", "--", "--check"])
}

fn lints(repo: &Repo, install: bool) -> Result<Tally> {
    by_tool(repo, install, &CLIPPY, &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
}

/// Runs a tool if it is to be had.
fn by_tool(repo: &Repo, install: bool, tool: &Tool, words: &[&str]) -> Result<Tally> {
    if !tool.is_had(repo, install) {
        say::note(&format!("skipped: {}", tool.missing()));
        return Ok(Tally::SKIPPED);
    }
    Ok(Tally::one(run::shown(&mut repo.cargo(words))?.ok))
}
