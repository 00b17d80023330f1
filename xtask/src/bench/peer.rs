//! The CLI for Microsoft 365 on the same tenant with the same latency, doing what it can: block, reset, revoke twice,
//! take roles, read back, and turn one visible inbox rule off. Forwarding, hidden rules, Exchange's roles, PIM and the
//! sending block are beyond it, and are not done.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::LATENCY_MS;
use crate::install::{NODE, PYTHON};
use crate::repo::Repo;
use crate::{namespace, run};

/// Who it is, and that it does less.
pub const NAME: &str = "CLI for Microsoft 365, the part that it can";

/// What it took, without starting Node.js.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    signed_in_ms: u64,
    locked_ms: u64,
    whole_ms: u64,
}

impl Took {
    /// For people: `few` accounts were done, `many` are wanted.
    pub fn told(self, few: usize, many: usize) -> String {
        let times = u32::try_from(many / few).unwrap_or(u32::MAX);
        let after_sign_in = |until: u64| Duration::from_millis(until.saturating_sub(self.signed_in_ms));
        let (locked, whole) = (after_sign_in(self.locked_ms), after_sign_in(self.whole_ms));
        format!(
            "{few} accounts locked {:.1} s, whole {:.1} s; {many}: {:.0} s and {:.0} s, extrapolated",
            locked.as_secs_f64(),
            whole.as_secs_f64(),
            (locked * times).as_secs_f64(),
            (whole * times).as_secs_f64()
        )
    }
}

/// Starts a tenant of its own and lets the CLI work on it; or says what is missing for that.
pub fn measure(repo: &Repo, binary: &Path, folder: &Path, scenario: &str, accounts: &[String]) -> Result<Result<Took, String>> {
    for packages in [&PYTHON, &NODE] {
        if let Some(missing) = packages.missing(repo, false)? {
            return Ok(Err(missing));
        }
    }
    // A sign-in that an earlier run left would be used again.
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} could not be emptied", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
    let own = folder.join("scenario.json");
    fs::write(&own, permitted(&fs::read_to_string(scenario)?)?)?;
    let mut command = match namespace::command(repo, folder) {
        Ok(command) => command,
        Err(missing) => return Ok(Err(missing)),
    };
    command.arg(PYTHON.folder(repo).join("bin/python")).arg(namespace::script(repo, "many.py"));
    command.arg("--regain").arg(binary).arg("--work").arg(folder).arg("--scenario").arg(&own);
    command.arg("--node-modules").arg(NODE.folder(repo).join("node_modules"));
    command.args(["--latency", &LATENCY_MS.to_string()]).args(accounts);
    let printed = run::quietly(&mut namespace::with_bytecode(repo, command))?;
    understood(&printed).map(Ok)
}

/// The tenant, with a permission more for the peer: it turns rules off through Graph, where we go to Exchange.
fn permitted(scenario: &str) -> Result<String> {
    let mut scenario: Value = serde_json::from_str(scenario).context("the scenario was not understood")?;
    let permissions = scenario["callers"][0]["permissions"].as_array_mut().context("the scenario has no caller")?;
    permissions.push("MailboxSettings.ReadWrite".into());
    Ok(scenario.to_string())
}

/// The last line that it printed.
fn understood(printed: &str) -> Result<Took> {
    let line = printed.lines().last().context("it printed nothing")?;
    let value: Value = serde_json::from_str(line).with_context(|| format!("not understood: {line}"))?;
    let member = |name: &str| value[name].as_u64().with_context(|| format!("{name} is missing: {line}"));
    Ok(Took { signed_in_ms: member("signed_in_ms")?, locked_ms: member("locked_ms")?, whole_ms: member("whole_ms")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_is_not_counted_and_more_is_extrapolated() {
        let took = understood("a warning\n{\"accounts\":10,\"signed_in_ms\":500,\"locked_ms\":8500,\"whole_ms\":12500}\n");
        let told = took.expect("understood").told(10, 500);
        assert_eq!(told, "10 accounts locked 8.0 s, whole 12.0 s; 500: 400 s and 600 s, extrapolated");
        assert!(understood("").is_err());
    }
}
