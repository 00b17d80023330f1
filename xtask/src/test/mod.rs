//! `cargo xtask test`: every check in its order, each counted, the count at the end.
//!
//! Invariant: the last line is the only one on stdout, and says what passed, failed and was skipped.
//! One check that fails does not keep the next from running.

mod clients;
mod demo;
mod described;
mod licences;
mod spdx;
mod suites;
mod walls;

use std::time::Instant;

use anyhow::Result;

use crate::install::{CLIPPY, RUSTFMT, Tool};
use crate::repo::Repo;
use crate::tally::Tally;
use crate::{generated, judge, run, say};

/// A check: its heading and what it does. A new one is a new row.
type Check = (&'static str, fn(&Repo, bool) -> Result<Tally>);

const CHECKS: [Check; 12] = [
    ("formatting", formatting),
    ("lints", lints),
    ("walls", |repo, _| walls::check(repo)),
    ("licences, bans, sources", |repo, _| licences::check(repo)),
    ("generated files", |repo, _| generated::check(repo).map(Tally::one)),
    ("tests", suites::tests),
    ("documentation tests", |repo, _| suites::documentation(repo)),
    ("judgement of logs", |repo, _| judge::check(repo)),
    ("Microsoft's clients", clients::check),
    ("soak", |repo, _| suites::soak(repo)),
    ("demonstration", |repo, _| demo::check(repo)),
    ("Microsoft's published description", |repo, _| described::check(repo)),
];

/// Runs every check, or those whose heading holds one of `names`. Whether all are well.
pub fn all(repo: &Repo, install: bool, names: &[&str]) -> Result<bool> {
    let named = |heading: &str| names.is_empty() || names.iter().any(|name| heading.contains(name));
    if let Some(stray) = names.iter().find(|name| !CHECKS.iter().any(|(heading, _)| heading.contains(**name))) {
        anyhow::bail!("no check is called {stray:?}; there are {}", CHECKS.map(|(heading, _)| heading).join(", "));
    }
    let mut all = Tally::default();
    for (heading, check) in CHECKS.iter().filter(|(heading, _)| named(heading)) {
        say::note(&format!("\n== {heading}"));
        let begin = Instant::now();
        let tally = check(repo, install).unwrap_or_else(|error| {
            say::note(&format!("{error:#}"));
            Tally::one(false)
        });
        say::note(&format!("== {heading}: {tally}, {:.1} s", begin.elapsed().as_secs_f64()));
        all += tally;
    }
    say::note("");
    say::result(&all.to_string());
    Ok(all.failed == 0)
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
