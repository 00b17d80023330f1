//! The four walls of ARCHITECTURE.md, held by what the crates declare and by what their sources say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::repo::{Member, Repo};
use crate::tally::Tally;
use crate::{run, say};

/// Which of our crates a crate may use, and which its tests may use as well.
struct Arrows {
    from: &'static str,
    to: &'static [&'static str],
    in_tests: &'static [&'static str],
}

const ARROWS: &[Arrows] = &[
    Arrows { from: "regain-incident", to: &[], in_tests: &[] },
    Arrows { from: "regain-ports", to: &["regain-incident"], in_tests: &[] },
    Arrows { from: "regain-engine", to: &["regain-ports", "regain-incident"], in_tests: &[] },
    // Its tests speak to the emulator over HTTP, as it speaks to a tenant.
    Arrows { from: "regain-microsoft", to: &["regain-ports", "regain-incident"], in_tests: &["regain-emulator"] },
    // Its tests ask the emulator's name server, over UDP and TCP.
    Arrows { from: "regain-dns", to: &["regain-ports"], in_tests: &["regain-emulator"] },
    Arrows { from: "regain-store", to: &["regain-ports", "regain-incident"], in_tests: &[] },
    // Files in, findings out: no tenant, no port, no journal.
    Arrows { from: "regain-auditlog", to: &["regain-incident"], in_tests: &[] },
    Arrows { from: "regain-emulator", to: &[], in_tests: &[] },
    Arrows {
        from: "regain-cli",
        to: &[
            "regain-engine",
            "regain-microsoft",
            "regain-store",
            "regain-dns",
            "regain-emulator",
            "regain-auditlog",
            "regain-ports",
            "regain-incident",
        ],
        in_tests: &[],
    },
    // Holds traffic against Microsoft's description, and must not share a misreading with either side of it.
    Arrows { from: "regain-wirecheck", to: &[], in_tests: &[] },
    Arrows { from: "xtask", to: &[], in_tests: &[] },
];

/// All that the core may use. The list is short on purpose: a new line needs a reason.
const CORE_MAY_USE: &[&str] = &["aws-lc-rs", "hex", "jiff", "secrecy", "serde", "serde_json", "thiserror", "toml"];

/// What may not be anywhere below the core.
const NEVER_BELOW_CORE: &[&str] =
    &["tokio", "async-trait", "futures-util", "reqwest", "hyper", "axum", "sqlx", "rand", "tempfile"];

/// Heavy crates, and the only ones of ours that may name them.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sqlx", &["regain-store"]),
    ("axum", &["regain-emulator"]),
    ("clap", &["regain-cli"]),
    ("fluent-bundle", &["regain-cli"]),
    ("hickory-resolver", &["regain-dns"]),
    ("reqwest", &["regain-microsoft", "regain-emulator", "regain-cli"]),
];

/// Words that may not stand in the sources of a crate, tests aside, and why.
const UNSAID: &[(&str, &[&str], &str)] = &[
    ("regain-incident", &["async fn", ".await"], "the core is synchronous"),
    (
        "regain-incident",
        &["std::fs", "std::net", "std::env", "std::process", "std::thread", "std::io"],
        "the core touches no file, socket or environment",
    ),
    ("regain-incident", &["SystemTime", "Instant::", "Timestamp::now", "Zoned::now"], "the core's now is an argument"),
    ("regain-incident", &["HashMap", "HashSet"], "order is part of the core's result"),
    (
        "regain-engine",
        &["SystemTime", "Instant::", "Timestamp::now", "Zoned::now", "tokio::time"],
        "time comes from the clock port",
    ),
    ("regain-microsoft", &["Intent::of"], "only the engine takes the leave to change a tenant"),
    ("regain-store", &["Intent::of"], "only the engine takes the leave to change a tenant"),
    ("regain-cli", &["Intent::of"], "only the engine takes the leave to change a tenant"),
    ("regain-engine", &["clippy::print_std"], "only the command line prints"),
    ("regain-microsoft", &["clippy::print_std"], "only the command line prints"),
    ("regain-store", &["clippy::print_std"], "only the command line prints"),
    ("regain-dns", &["clippy::print_std"], "only the command line prints"),
    ("regain-auditlog", &["clippy::print_std"], "only the command line prints"),
    ("regain-auditlog", &["async fn", ".await", "RandomState"], "files are read by threads, and no order is random"),
    (
        "regain-wirecheck",
        &["regain_incident", "regain_microsoft", "regain_emulator"],
        "the check shares nothing with what it is held against",
    ),
    (
        "regain-emulator",
        &["regain_incident", "regain_ports", "regain_engine", "regain_microsoft", "regain_store"],
        "the emulator shares nothing with what is tried on it",
    ),
];

/// Checks every wall; each is counted.
pub fn check(repo: &Repo) -> Result<Tally> {
    let members = repo.members();
    let walls: [(&str, Vec<String>); 4] = [
        ("arrows between crates", arrows(&members)),
        ("what the core may use", core(repo, &members)?),
        ("heavy crates in leaf crates", leaves(&members)),
        ("what a crate may not say", unsaid(&members)?),
    ];
    let mut all = Tally::default();
    for (wall, breaches) in walls {
        for breach in &breaches {
            say::note(&format!("{wall}: {breach}"));
        }
        all += Tally::one(breaches.is_empty());
    }
    Ok(all)
}

fn arrows(members: &[Member]) -> Vec<String> {
    let ours: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut breaches = Vec::new();
    for member in members {
        let Some(arrows) = ARROWS.iter().find(|arrows| arrows.from == member.name) else {
            breaches.push(format!("{} has no row in xtask/src/test/walls.rs", member.name));
            continue;
        };
        let stray = |needs: &BTreeSet<String>, also: &[&str]| -> Vec<String> {
            let own = needs.iter().filter(|need| ours.contains(need.as_str()));
            own.filter(|need| !arrows.to.contains(&need.as_str()) && !also.contains(&need.as_str())).cloned().collect()
        };
        breaches.extend(stray(&member.needs, &[]).into_iter().map(|need| format!("{} may not use {need}", member.name)));
        breaches.extend(
            stray(&member.needs_for_tests, arrows.in_tests)
                .into_iter()
                .map(|need| format!("the tests of {} may not use {need}", member.name)),
        );
    }
    breaches
}

fn core(repo: &Repo, members: &[Member]) -> Result<Vec<String>> {
    let core = members.iter().find(|member| member.name == "regain-incident").context("there is no regain-incident")?;
    let mut breaches: Vec<String> = core
        .needs
        .iter()
        .filter(|need| !CORE_MAY_USE.contains(&need.as_str()))
        .map(|need| format!("regain-incident declares {need}, which is not on its list"))
        .collect();
    let words =
        ["tree", "--package", "regain-incident", "--edges", "normal,build", "--prefix", "none", "--format", "{p}", "--locked"];
    let tree = run::quietly(&mut repo.cargo(&words))?;
    let below: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    breaches.extend(
        NEVER_BELOW_CORE.iter().filter(|name| below.contains(*name)).map(|name| format!("{name} is below regain-incident")),
    );
    Ok(breaches)
}

fn leaves(members: &[Member]) -> Vec<String> {
    let mut breaches = Vec::new();
    for (heavy, may) in ONLY_IN {
        let users = members.iter().filter(|member| member.needs.contains(*heavy) && !may.contains(&member.name.as_str()));
        breaches.extend(users.map(|member| format!("{} may not use {heavy}", member.name)));
    }
    breaches
}

fn unsaid(members: &[Member]) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for (name, words, why) in UNSAID {
        let Some(member) = members.iter().find(|member| member.name == *name) else { bail!("there is no {name}") };
        for path in sources(&member.folder.join("src"))? {
            let text = fs::read_to_string(&path).with_context(|| format!("{} could not be read", path.display()))?;
            let file = path.strip_prefix(&member.folder).unwrap_or(&path).display().to_string();
            let found = lines_said(&text, words).into_iter();
            breaches.extend(found.map(|(line, word)| format!("{name}, {file}:{line} says {word}: {why}")));
        }
    }
    Ok(breaches)
}

/// The sources below a folder, without those that are tests.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} could not be read", folder.display()))? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if matches!(stem, "tests" | "testing") {
            continue;
        }
        if path.is_dir() {
            all.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

/// Lines (from one) that say any of `words`, comments and the module of tests at the end aside.
fn lines_said<'a>(text: &str, words: &[&'a str]) -> Vec<(usize, &'a str)> {
    let code = text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
    let code = code.filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.flat_map(|(at, line)| words.iter().filter(move |word| line.contains(**word)).map(move |word| (at + 1, *word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, needs: &[&str], needs_for_tests: &[&str]) -> Member {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Member { name: name.to_owned(), folder: PathBuf::new(), needs: set(needs), needs_for_tests: set(needs_for_tests) }
    }

    #[test]
    fn an_arrow_against_the_wall_is_found() {
        let good = [
            member("regain-incident", &["serde"], &["proptest"]),
            member("regain-ports", &["regain-incident"], &[]),
            member("regain-emulator", &["axum"], &[]),
            member("regain-microsoft", &["regain-ports", "reqwest"], &["regain-emulator"]),
        ];
        assert_eq!(arrows(&good), Vec::<String>::new());
        let bad = [
            member("regain-incident", &["regain-ports"], &[]),
            member("regain-ports", &[], &["regain-emulator"]),
            member("regain-emulator", &["regain-microsoft"], &[]),
            member("regain-microsoft", &["regain-emulator"], &[]),
            member("regain-unheard-of", &[], &[]),
        ];
        assert_eq!(arrows(&bad).len(), 5);
    }

    #[test]
    fn a_heavy_crate_outside_its_place_is_found() {
        assert_eq!(leaves(&[member("regain-store", &["sqlx"], &[])]).len(), 0);
        assert_eq!(leaves(&[member("regain-engine", &["sqlx", "clap"], &[])]).len(), 2);
    }

    #[test]
    fn comments_and_tests_may_say_anything() {
        let text = "//! no std::fs here\nuse std::fs;\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        assert_eq!(lines_said(text, &["std::fs"]), [(2, "std::fs")]);
    }
}
