//! Where Microsoft's own clients run: in a network and mount namespace in which the services' real names lead to loopback.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::repo::Repo;
use crate::run;

/// The script that makes the namespace, with the folder that gets its hosts file; or what is missing for that. The
/// program and its words are to follow as arguments.
pub fn command(repo: &Repo, folder: &Path) -> Result<Command, String> {
    let flags: &[&str] = if is_root() { &["-m", "-n"] } else { &["-r", "-m", "-n"] };
    if !run::works(Command::new("unshare").args(flags).arg("true")) {
        return Err("unshare makes no network namespace here".to_owned());
    }
    let mut command = Command::new(script(repo, "inside.sh"));
    command.arg(folder);
    Ok(command)
}

/// A script that drives Microsoft's clients.
pub fn script(repo: &Repo, name: &str) -> PathBuf {
    repo.root().join("checks/clients").join(name)
}

/// What Python compiles goes below the target folder, wherever its source is.
pub fn with_bytecode(repo: &Repo, mut command: Command) -> Command {
    command.env_remove("PYTHONDONTWRITEBYTECODE").env("PYTHONPYCACHEPREFIX", repo.target().join("clients/bytecode"));
    command
}

fn is_root() -> bool {
    run::quietly(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
