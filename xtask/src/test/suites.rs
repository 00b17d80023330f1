//! The tests of the workspace.

use anyhow::Result;

use super::described;
use crate::install::{ENGINES, NEXTEST};
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
    let mut command = repo.cargo(words);
    let mut skipped = Tally::default();
    match ENGINES.python(repo, install)? {
        Ok(python) => drop(command.env("REGAIN_PYTHON", python)),
        Err(missing) => {
            say::note(&format!("skipped: the SQL of `log sql` in ClickHouse: {missing}"));
            skipped = Tally::SKIPPED;
        }
    }
    if repo.data().is_none() {
        say::note("skipped: logs that other people collected; name their folder in REGAIN_DATA");
        skipped += Tally::SKIPPED;
    }
    let ran = run::shown(described::recorded(repo, &mut command))?;
    let mut all = Tally::of_tests(&ran.output, ran.ok);
    all += skipped;
    Ok(all)
}

/// Examples in the documentation, among them those that must not compile.
pub fn documentation(repo: &Repo) -> Result<Tally> {
    let ran = run::shown(&mut repo.cargo(&["test", "--workspace", "--doc", "--locked", "--no-fail-fast", "--quiet"]))?;
    Ok(Tally::of_tests(&ran.output, ran.ok))
}

/// Hundreds of accounts while everything goes wrong, to the end; and thousands of mailboxes, looked into by a program that
/// is killed. A target of its own, which the tests leave out: each takes minutes, one after the other. Of the whole
/// workspace, so that it is the build of the tests.
pub fn soak(repo: &Repo) -> Result<Tally> {
    let words = ["test", "--workspace", "--test", "soak", "--locked", "--", "--test-threads=1"];
    let ran = run::shown(described::recorded(repo, &mut repo.cargo(&words)))?;
    Ok(Tally::of_tests(&ran.output, ran.ok))
}
