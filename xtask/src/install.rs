//! Tools that a check needs: looked for, and installed when that is asked for.

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
