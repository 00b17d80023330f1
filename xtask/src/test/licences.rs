//! Licences, bans and sources: `deny.toml` is the list, read by cargo-deny where it is installed and
//! by this module where it is not. No network either way.
//!
//! Every direct dependency also has its row in `docs/dependencies.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use toml::Table;

use super::spdx;
use crate::install::DENY;
use crate::repo::Repo;
use crate::tally::Tally;
use crate::{run, say};

/// Checks them.
pub fn check(repo: &Repo) -> Result<Tally> {
    let mut all = if DENY.is_there(repo) {
        say::note("by cargo-deny");
        Tally::one(run::shown(&mut repo.cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"]))?.ok)
    } else {
        say::note("by xtask, from deny.toml: cargo-deny is not installed");
        Tally::one(by_ourselves(repo)?)
    };
    all += Tally::one(every_dependency_is_explained(repo)?);
    Ok(all)
}

/// One crate of the build for this machine.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Built {
    name: String,
    version: String,
    /// Where it came from, unless from a registry.
    place: Option<String>,
    licence: String,
}

fn by_ourselves(repo: &Repo) -> Result<bool> {
    let list = read(&repo.root().join("deny.toml"))?;
    let words = ["tree", "--workspace", "--edges", "normal,build,dev", "--prefix", "none", "--format", "{p}|{l}", "--locked"];
    let tree = run::quietly(&mut repo.cargo(&words))?;
    let crates: BTreeSet<Built> = tree.lines().filter_map(|line| built(line, repo.root())).collect();
    let wrong: Vec<String> = crates.iter().filter_map(|one| complaint(one, &list)).collect();
    for complaint in &wrong {
        say::note(complaint);
    }
    say::note(&format!("{} crates in the build for this machine", crates.len()));
    Ok(wrong.is_empty() && !crates.is_empty())
}

/// What `deny.toml` says, as far as it is used.
#[derive(Debug, Default)]
struct List {
    allowed: BTreeSet<String>,
    /// Crate and licence that are allowed together only.
    exceptions: BTreeSet<(String, String)>,
    banned: BTreeSet<String>,
}

fn read(path: &Path) -> Result<List> {
    let text = fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))?;
    let table: Table = text.parse().with_context(|| format!("{} was not understood", path.display()))?;
    let list = |section: &str, member: &str| {
        table.get(section).and_then(|section| section.get(member)).and_then(toml::Value::as_array).cloned().unwrap_or_default()
    };
    let text = |value: Option<&toml::Value>| value.and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let mut all = List::default();
    all.allowed.extend(list("licenses", "allow").iter().map(|name| text(Some(name))));
    for exception in list("licenses", "exceptions") {
        let named = text(exception.get("crate"));
        let licences = exception.get("allow").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        all.exceptions.extend(licences.iter().map(|licence| (named.clone(), text(Some(licence)))));
    }
    all.banned.extend(list("bans", "deny").iter().map(|banned| text(banned.get("crate").or(Some(banned)))));
    Ok(all)
}

/// `name v1.2.3 (proc-macro)|MIT OR Apache-2.0`, with `(*)` where it was listed before. Our own
/// crates are left out.
fn built(line: &str, root: &Path) -> Option<Built> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split_whitespace();
    let (name, version) = (words.next()?.to_owned(), words.next()?.to_owned());
    let place = words.map(|word| word.trim_matches(['(', ')'])).find(|word| word.contains('/')).map(str::to_owned);
    if place.as_deref().is_some_and(|place| Path::new(place).starts_with(root)) {
        return None;
    }
    Some(Built { name, version, place, licence: licence.trim_end_matches("(*)").trim().to_owned() })
}

/// What is wrong with a crate, if anything.
fn complaint(one: &Built, list: &List) -> Option<String> {
    let Built { name, version, place, licence } = one;
    let accepts = |licence: &str| list.allowed.contains(licence) || list.exceptions.contains(&(name.clone(), licence.to_owned()));
    if let Some(place) = place {
        return Some(format!("{name} {version} comes from {place}, not from a registry"));
    }
    if list.banned.contains(name) {
        return Some(format!("{name} {version} is banned: deny.toml says why"));
    }
    if licence.is_empty() {
        return Some(format!("{name} {version} names no licence"));
    }
    (!spdx::allows(licence, &accepts)).then(|| format!("{name} {version} is under {licence:?}, which deny.toml does not allow"))
}

fn every_dependency_is_explained(repo: &Repo) -> Result<bool> {
    let page = fs::read_to_string(repo.root().join("docs/dependencies.md")).context("docs/dependencies.md could not be read")?;
    let rows: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name).collect();
    let members = repo.members();
    let ours: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let needed: BTreeSet<&str> = members
        .iter()
        .flat_map(|member| member.needs.iter().chain(&member.needs_for_tests))
        .map(String::as_str)
        .filter(|name| !ours.contains(name))
        .collect();
    for missing in needed.difference(&rows) {
        say::note(&format!("docs/dependencies.md has no row for {missing}"));
    }
    for stray in rows.difference(&needed) {
        say::note(&format!("docs/dependencies.md explains {stray}, which nothing needs"));
    }
    Ok(needed == rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> List {
        let allowed = BTreeSet::from(["MIT".to_owned(), "Apache-2.0".to_owned()]);
        let exceptions = BTreeSet::from([("codec".to_owned(), "MPL-2.0".to_owned())]);
        List { allowed, exceptions, banned: BTreeSet::from(["openssl".to_owned()]) }
    }

    fn complains(line: &str) -> bool {
        let one = built(line, Path::new("/repo")).expect("a crate");
        complaint(&one, &list()).is_some()
    }

    #[test]
    fn a_line_of_the_tree_is_understood() {
        let one = built("serde_derive v1.0.229 (proc-macro)|MIT OR Apache-2.0 (*)", Path::new("/repo")).expect("a crate");
        assert_eq!((one.name.as_str(), one.place, one.licence.as_str()), ("serde_derive", None, "MIT OR Apache-2.0"));
        assert_eq!(built("regain-cli v0.1.0 (/repo/crates/cli)|Apache-2.0", Path::new("/repo")), None);
    }

    #[test]
    fn licences_bans_and_sources_are_told_apart() {
        assert!(!complains("hex v0.4.3|MIT OR Apache-2.0"));
        assert!(complains("openssl v0.10.0|Apache-2.0"));
        assert!(complains("forked v1.0.0 (https://example.org/forked?rev=1#abcdef)|MIT"));
        assert!(complains("nothing v1.0.0|"));
        assert!(complains("other v1.0.0|MPL-2.0"));
        assert!(!complains("codec v1.0.0|MPL-2.0"));
    }
}
