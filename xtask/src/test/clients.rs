//! Microsoft's own clients, unchanged, on the emulated tenant; and requests made from the published description.
//!
//! The scripts stand in `checks/clients`. They print a line for each client with the number of its facts, and one that
//! begins with FAILED for what is wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::described;
use crate::install::{NODE, PYTHON};
use crate::repo::Repo;
use crate::tally::Tally;
use crate::{binary, namespace, run, say};

/// One script, or what keeps it from running.
struct Job {
    name: &'static str,
    command: Result<Command, String>,
}

/// Runs the clients side by side, each on a tenant of its own.
pub fn check(repo: &Repo, install: bool) -> Result<Tally> {
    let (python, node) = thread::scope(|scope| {
        let node = scope.spawn(|| NODE.missing(repo, install));
        let python = PYTHON.missing(repo, install);
        (python, node.join().unwrap_or_else(|_| Err(anyhow!("the installation from npm broke off"))))
    });
    let (python, node) = (python?, node?);
    if let Some(missing) = &python {
        say::note(&format!("skipped: Microsoft's clients and the requests made from the description: {missing}"));
        return Ok(Tally { skipped: 3, ..Tally::default() });
    }
    let kit = Kit { repo, regain: binary::of_the_tests(repo, "regain")?, folder: repo.target().join("clients/work") };
    let jobs = [kit.python()?, kit.cli(node)?, kit.described()?];
    let tallies: Vec<Result<Tally>> = thread::scope(|scope| {
        let running: Vec<_> = jobs.into_iter().map(|job| scope.spawn(move || job.run())).collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|_| Err(anyhow!("a script broke off")))).collect()
    });
    let [python, cli, described] = tallies.try_into().map_err(|_| anyhow!("a script is missing"))?;
    let (mut all, described) = (python?, described?);
    all += cli?;
    say::note(&format!("Microsoft's clients: {} facts, each without its source too", all.passed));
    say::note(&format!("requests made from the description: {} operations", described.passed));
    all += described;
    Ok(all)
}

/// What every script is given.
struct Kit<'a> {
    repo: &'a Repo,
    regain: PathBuf,
    folder: PathBuf,
}

impl Kit<'_> {
    /// The clients for Python.
    fn python(&self) -> Result<Job> {
        let name = "Microsoft's clients for Python";
        let mut command = match self.inside("python")? {
            Ok(command) => command,
            missing => return Ok(Job { name, command: missing }),
        };
        command.args(["--only", "python"]);
        Ok(Job { name, command: Ok(command) })
    }

    /// The CLI for Microsoft 365.
    fn cli(&self, missing: Option<String>) -> Result<Job> {
        let name = "the CLI for Microsoft 365";
        let command = match missing {
            Some(missing) => Err(missing),
            None => self.inside("cli")?.map(|mut command| {
                command.args(["--only", "cli", "--node-modules"]).arg(NODE.folder(self.repo).join("node_modules"));
                command
            }),
        };
        Ok(Job { name, command })
    }

    /// Requests made from the description.
    fn described(&self) -> Result<Job> {
        let name = "requests made from the description";
        let Some(wire) = self.repo.wire() else {
            return Ok(Job { name, command: Err("name the folder of the description in REGAIN_WIRE".to_owned()) });
        };
        let mut command = self.script("described.py", &self.own("described")?);
        command.arg("--wire").arg(wire);
        Ok(Job { name, command: Ok(command) })
    }

    /// `run.py` where the real host names lead to loopback; or what is missing for that.
    fn inside(&self, own: &str) -> Result<Result<Command, String>> {
        let own = self.own(own)?;
        let script = self.script("run.py", &own);
        Ok(namespace::command(self.repo, &own).map(|mut command| {
            command.arg(script.get_program()).args(script.get_args()).env("REGAIN_FACTS", own.join("facts.log"));
            // What the clients ask and are answered is held against the description too.
            described::recorded(self.repo, &mut command);
            namespace::with_bytecode(self.repo, command)
        }))
    }

    fn script(&self, name: &str, own: &Path) -> Command {
        let mut command = Command::new(PYTHON.folder(self.repo).join("bin/python"));
        command.arg(namespace::script(self.repo, name)).arg("--regain").arg(&self.regain).arg("--work").arg(own);
        namespace::with_bytecode(self.repo, command)
    }

    /// An empty folder.
    fn own(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("{} could not be emptied", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("{} could not be made", folder.display()))?;
        Ok(folder)
    }
}

impl Job {
    fn run(self) -> Result<Tally> {
        match self.command {
            Ok(mut command) => {
                let ran = run::shown(&mut command)?;
                Ok(counted(&ran.output, ran.ok))
            }
            Err(missing) => {
                say::note(&format!("skipped: {}: {missing}", self.name));
                Ok(Tally::SKIPPED)
            }
        }
    }
}

/// Facts by the lines that sum them up, checks by those that say ok; a script that failed in silence is a failure.
fn counted(output: &str, ok: bool) -> Tally {
    let failed = output.lines().filter(|line| line.starts_with("FAILED ")).count();
    let passed: u64 = output.lines().filter_map(facts).sum();
    let failed = u64::try_from(failed).unwrap_or(u64::MAX);
    let silent = failed == 0 && (!ok || passed == 0);
    Tally { passed, failed: failed + u64::from(silent), skipped: 0 }
}

/// `NAME: 41 facts, 33.8 s`, or `NAME: 75 operations, 46 of them with success: …`.
fn facts(line: &str) -> Option<u64> {
    line.split(": ").skip(1).find_map(|part| {
        let (number, what) = part.split_once(' ')?;
        (what.starts_with("facts, ") || what.starts_with("operations, ")).then(|| number.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_summed_and_silence_is_a_failure() {
        let output = "MSAL for Python: 36 facts, 7.2 s\nFAILED MSAL for Python: device code: who\nCLI, secret: 4 facts, 1.0 s\n";
        assert_eq!(counted(output, false), Tally { passed: 40, failed: 1, skipped: 0 });
        assert_eq!(
            counted("the description: 75 operations, 46 of them with success: no crash\n", true),
            Tally { passed: 75, failed: 0, skipped: 0 }
        );
        assert_eq!(counted("", true).failed, 1);
        assert_eq!(counted("MSAL for Python: 36 facts, 7.2 s\n", false).failed, 1);
    }
}
