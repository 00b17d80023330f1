//! Where the repository is, what cargo says of it, and how cargo is called.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run;

/// The repository.
pub struct Repo {
    root: PathBuf,
    target: PathBuf,
    metadata: Value,
}

/// A member of the workspace, with what it declares to need.
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Names of the crates that it needs to run or to be built.
    pub needs: BTreeSet<String>,
    /// Names of the crates that only its tests need.
    pub needs_for_tests: BTreeSet<String>,
}

impl Repo {
    /// Asks cargo. Needs no network: dependencies are not resolved.
    pub fn find() -> Result<Self> {
        let mut command = Command::new(cargo());
        command.args(["metadata", "--format-version", "1", "--no-deps", "--locked", "--offline"]);
        let text = run::quietly(&mut command)?;
        let metadata: Value = serde_json::from_str(&text).context("cargo metadata was not understood")?;
        let path = |member: &str| {
            metadata[member].as_str().map(PathBuf::from).with_context(|| format!("cargo metadata has no {member}"))
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")?, metadata })
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo builds.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Cargo, called from the root.
    pub fn cargo(&self, words: &[&str]) -> Command {
        let mut command = Command::new(cargo());
        command.args(words).current_dir(&self.root);
        if let Some(wire) = self.wire() {
            command.env("REGAIN_WIRE", wire);
        }
        if let Some(data) = self.data() {
            command.env("REGAIN_DATA", data);
        }
        command
    }

    /// Microsoft's published description, where somebody has it: tests validate against it.
    pub fn wire(&self) -> Option<PathBuf> {
        let named = std::env::var_os("REGAIN_WIRE").map(PathBuf::from);
        let beside = || self.root.parent().map(|folder| folder.join("shared/wire"));
        named.or_else(beside).filter(|folder| folder.is_dir())
    }

    /// Logs that other people collected, where somebody has them: readers and judgement are tried on them.
    pub fn data(&self) -> Option<PathBuf> {
        let named = std::env::var_os("REGAIN_DATA").map(PathBuf::from);
        let beside = || self.root.parent().map(|folder| folder.join("shared/data"));
        named.or_else(beside).filter(|folder| folder.is_dir())
    }

    /// The members of the workspace.
    pub fn members(&self) -> Vec<Member> {
        self.metadata["packages"].as_array().into_iter().flatten().map(member).collect()
    }
}

/// The cargo that runs us, or the one in the path.
fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

fn member(package: &Value) -> Member {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let declared = |tests: bool| {
        let all = package["dependencies"].as_array().into_iter().flatten();
        all.filter(|one| (one["kind"] == "dev") == tests).map(|one| text(&one["name"])).collect()
    };
    let manifest = PathBuf::from(text(&package["manifest_path"]));
    Member {
        name: text(&package["name"]),
        folder: manifest.parent().map(Path::to_path_buf).unwrap_or_default(),
        needs: declared(false),
        needs_for_tests: declared(true),
    }
}
