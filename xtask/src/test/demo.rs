//! The demonstration, as a newcomer runs it, with nobody at the keyboard.

use std::process::Command;

use anyhow::Result;

use super::described;
use crate::repo::Repo;
use crate::run;
use crate::tally::Tally;

/// Builds what the demonstration runs, at the lowest priority where there is one: it stands beside the tests and takes the
/// processor that they leave.
pub fn build(repo: &Repo) -> Result<Tally> {
    let plain = repo.cargo(&["build", "--release", "--locked"]);
    let mut command = if run::works(Command::new("nice").arg("true")) { last(&plain) } else { plain };
    Ok(Tally::one(run::shown(&mut command)?.ok))
}

/// The same command, after everything else that wants the processor.
fn last(plain: &Command) -> Command {
    let mut nice = Command::new("nice");
    nice.args(["-n", "19"]).arg(plain.get_program()).args(plain.get_args());
    nice.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = plain.get_current_dir() {
        nice.current_dir(folder);
    }
    nice
}

/// Runs it in release. It ends well only if every way in is closed and nothing honest was touched.
pub fn check(repo: &Repo) -> Result<Tally> {
    let ran = run::shown(described::recorded(repo, &mut repo.cargo(&["run", "--release", "--locked", "--", "demo"])))?;
    Ok(Tally::one(ran.ok))
}
