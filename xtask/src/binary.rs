//! Built programs of the workspace.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::repo::Repo;
use crate::run;

/// A program as the tests have it. A build of its package alone would have other features of the same dependencies, and
/// compile them anew.
pub fn of_the_tests(repo: &Repo, name: &str) -> Result<PathBuf> {
    let words = ["test", "--workspace", "--tests", "--no-run", "--locked", "--message-format", "json-render-diagnostics"];
    built(&run::quietly(&mut repo.cargo(&words))?, name).with_context(|| format!("no test needs `{name}`, so it was not built"))
}

/// `regain` in a profile.
pub fn build(repo: &Repo, profile: &str) -> Result<PathBuf> {
    let words = [
        "build",
        "--package",
        "regain-cli",
        "--bin",
        "regain",
        "--locked",
        "--profile",
        profile,
        "--message-format",
        "json-render-diagnostics",
    ];
    built(&run::quietly(&mut repo.cargo(&words))?, "regain").context("cargo built no `regain`")
}

/// The path in cargo's messages, one JSON document a line.
fn built(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| {
            message["reason"] == "compiler-artifact" && message["target"]["name"] == name && message["profile"]["test"] == false
        })
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}
