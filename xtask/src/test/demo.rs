//! The demonstration, as a newcomer runs it, with nobody at the keyboard.

use anyhow::Result;

use super::described;
use crate::repo::Repo;
use crate::run;
use crate::tally::Tally;

/// Runs it in release. It ends well only if every way in is closed and nothing honest was touched.
pub fn check(repo: &Repo) -> Result<Tally> {
    let ran = run::shown(described::recorded(repo, &mut repo.cargo(&["run", "--release", "--locked", "--", "demo"])))?;
    Ok(Tally::one(ran.ok))
}
