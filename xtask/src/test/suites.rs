//! The tests of the workspace.

use anyhow::Result;

use super::described;
use crate::install::NEXTEST;
use crate::repo::Repo;
use crate::tally::Tally;
use crate::{run, say};

/// Unit and integration tests.
pub fn tests(repo: &Repo, install: bool) -> Result<Tally> {
    let with_nextest: &[&str] = &[
        "nextest",
        "run",
        "--workspace",
        "--tests",
        "--locked",
        "--no-fail-fast",
        "--status-level",
        "fail",
        "--final-status-level",
        "fail",
        "--no-tests",
        "pass",
    ];
    let without: &[&str] = &["test", "--workspace", "--tests", "--locked", "--no-fail-fast", "--quiet"];
    let words = if NEXTEST.is_had(repo, install) {
        with_nextest
    } else {
        say::note(&format!("{}: the same tests run under cargo test", NEXTEST.missing()));
        without
    };
    described::begin(repo)?;
    let ran = run::shown(described::recorded(repo, &mut repo.cargo(words)))?;
    Ok(Tally::of_tests(&ran.output, ran.ok))
}

/// Examples in the documentation, among them those that must not compile.
pub fn documentation(repo: &Repo) -> Result<Tally> {
    let ran = run::shown(&mut repo.cargo(&["test", "--workspace", "--doc", "--locked", "--no-fail-fast", "--quiet"]))?;
    Ok(Tally::of_tests(&ran.output, ran.ok))
}
