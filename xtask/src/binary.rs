//! The built `regain`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::repo::Repo;
use crate::run;

/// The binary as the tests have it: the same build, so that nothing is built twice.
pub fn of_the_tests(repo: &Repo) -> Result<PathBuf> {
    let words = ["test", "--workspace", "--tests", "--no-run", "--locked", "--message-format", "json-render-diagnostics"];
    match built(&run::quietly(&mut repo.cargo(&words))?) {
        Some(path) => Ok(path),
        None => build(repo, "dev"),
    }
}

/// The binary of a profile.
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
    built(&run::quietly(&mut repo.cargo(&words))?).context("cargo built no `regain`")
}

/// The path in cargo's messages, one JSON document a line.
fn built(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| {
            message["reason"] == "compiler-artifact"
                && message["target"]["name"] == "regain"
                && message["profile"]["test"] == false
        })
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}
