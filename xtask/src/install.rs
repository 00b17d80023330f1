//! Tools that a check needs: looked for, and installed when that is asked for.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::{run, say};

/// A tool that comes as a subcommand of cargo.
pub struct Tool {
    /// Its name, as in `cargo NAME`.
    name: &'static str,
    /// The program and its words that install it.
    by: &'static [&'static str],
    /// Debug information of a tool is nobody's need, and its speed neither: it starts others.
    quick_build: bool,
}

/// Formatting.
pub const RUSTFMT: Tool = Tool { name: "fmt", by: &["rustup", "component", "add", "rustfmt"], quick_build: false };
/// Lints.
pub const CLIPPY: Tool = Tool { name: "clippy", by: &["rustup", "component", "add", "clippy"], quick_build: false };
/// The test runner. Without it `cargo test` runs the same tests.
pub const NEXTEST: Tool =
    Tool { name: "nextest", by: &["cargo", "install", "--locked", "--debug", "cargo-nextest"], quick_build: true };
/// Licences, bans and sources. Without it the same list is checked by `test::licences`.
pub const DENY: Tool = Tool { name: "deny", by: &[], quick_build: false };

impl Tool {
    /// Whether it is there.
    pub fn is_there(&self, repo: &Repo) -> bool {
        run::works(&mut repo.cargo(&[self.name, "--version"]))
    }

    /// Whether it is there, after an attempt to install it if that was asked for.
    pub fn is_had(&self, repo: &Repo, install: bool) -> bool {
        if self.is_there(repo) {
            return true;
        }
        let Some((program, words)) = self.by.split_first().filter(|_| install) else { return false };
        say::note(&format!("installing: {}", self.by.join(" ")));
        let mut command = std::process::Command::new(program);
        command.args(words);
        if self.quick_build {
            command.env("CARGO_PROFILE_DEV_DEBUG", "0");
        }
        let installed = run::shown(&mut command).is_ok_and(|ran| ran.ok);
        installed && self.is_there(repo)
    }

    /// What to say when it is missing.
    pub fn missing(&self) -> String {
        match self.by {
            [] => format!("cargo {} is not installed", self.name),
            by => format!("cargo {} is not installed ({})", self.name, by.join(" ")),
        }
    }
}

/// Packages from PyPI or npm, at the versions that a file names, in a folder below the target folder.
///
/// Invariant: a folder whose copy of that file differs is not there; it is installed anew, and only when asked for.
pub struct Packages {
    /// What they are, for people.
    name: &'static str,
    /// The programs without which nothing can be installed or run.
    needs: &'static [&'static str],
    /// The file that names the versions, from the root.
    list: &'static str,
    /// The folder's name below `target/clients`.
    folder: &'static str,
    /// Installs what the list names into the folder.
    by: fn(&Packages, &Repo) -> Result<bool>,
}

/// Microsoft's clients for Python, and schemathesis.
pub const PYTHON: Packages = Packages {
    name: "packages from PyPI",
    needs: &["python3"],
    list: "checks/clients/requirements.txt",
    folder: "python",
    by: by_pip,
};
/// Microsoft's clients for Node.js.
pub const NODE: Packages = Packages {
    name: "packages from npm",
    needs: &["node", "npm"],
    list: "checks/clients/package.json",
    folder: "node",
    by: by_npm,
};

/// Engines that the log reader is compared with.
pub const ENGINES: Packages = Packages {
    name: "engines from PyPI",
    needs: &["python3"],
    list: "checks/logs/requirements.txt",
    folder: "engines",
    by: by_pip,
};

impl Packages {
    /// The Python that has them, or what is missing. `REGAIN_PYTHON` names another one.
    pub fn python(&self, repo: &Repo, install: bool) -> Result<Result<PathBuf, String>> {
        if let Some(named) = std::env::var_os("REGAIN_PYTHON") {
            return Ok(Ok(PathBuf::from(named)));
        }
        Ok(self.missing(repo, install)?.map_or_else(|| Ok(self.folder(repo).join("bin/python")), Err))
    }

    /// Their folder.
    pub fn folder(&self, repo: &Repo) -> PathBuf {
        repo.target().join("clients").join(self.folder)
    }

    /// Nothing if they are there, after an attempt to install them if that was asked for; else what is missing.
    pub fn missing(&self, repo: &Repo, install: bool) -> Result<Option<String>> {
        let there = |program: &&&str| run::works(Command::new(program).arg("--version"));
        if let Some(program) = self.needs.iter().find(|program| !there(program)) {
            return Ok(Some(format!("{program} is not installed")));
        }
        let list = fs::read_to_string(repo.root().join(self.list)).with_context(|| format!("{} could not be read", self.list))?;
        let stamp = self.folder(repo).join("installed");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == list) {
            return Ok(None);
        }
        if !install {
            return Ok(Some(format!("the {} are not installed (cargo xtask test --install)", self.name)));
        }
        say::note(&format!("installing the {} of {}", self.name, self.list));
        if self.folder(repo).exists() {
            fs::remove_dir_all(self.folder(repo)).context("an older installation could not be removed")?;
        }
        fs::create_dir_all(self.folder(repo)).context("the folder of the clients could not be made")?;
        if !(self.by)(self, repo)? {
            return Ok(Some(format!("the {} could not be installed", self.name)));
        }
        fs::write(stamp, list).context("the installation could not be noted")?;
        Ok(None)
    }
}

fn by_pip(packages: &Packages, repo: &Repo) -> Result<bool> {
    let folder = packages.folder(repo);
    if !run::shown(Command::new("python3").args(["-m", "venv"]).arg(&folder))?.ok {
        return Ok(false);
    }
    let mut pip = Command::new(folder.join("bin/python"));
    // Compiling all of an SDK takes longer than what is used of it ever will.
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--requirement"]);
    Ok(run::shown(pip.arg(repo.root().join(packages.list)))?.ok)
}

fn by_npm(packages: &Packages, repo: &Repo) -> Result<bool> {
    let folder = packages.folder(repo);
    fs::copy(repo.root().join(packages.list), folder.join("package.json")).context("package.json could not be copied")?;
    let mut npm = Command::new("npm");
    // No script of a package runs at installation; none of these needs one.
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]).current_dir(folder);
    Ok(run::shown(&mut npm)?.ok)
}
