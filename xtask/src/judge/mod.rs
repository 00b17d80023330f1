//! `cargo xtask judge`: how good the judgement of logs is, on records whose truth is known.
//!
//! The records are not part of the repository: `REGAIN_DATA` names their folder. What is required
//! fails the command when it is missed; the other figures stand beside it. `docs/judgement.md` says
//! what they mean, and argues each test event that comes out otherwise than its rule expects.

mod labels;
mod rules;
mod stated;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::repo::Repo;
use crate::tally::Tally;
use crate::{run, say};
use labels::Labels;

/// The address that the pivots start from in the first set.
const SEED: &str = "62.149.20.10";
/// The address that intruder and owner share there.
const SHARED: &str = "178.85.138.132";

/// The address of another intruder there, weeks later.
const OTHER: &str = "5.253.204.108";

/// A line of the table.
struct Row {
    what: String,
    figure: String,
    required: &'static str,
    kept: Option<bool>,
}

impl Row {
    fn told(what: &str, figure: String) -> Self {
        Self { what: what.to_owned(), figure, required: "", kept: None }
    }

    fn required(what: &str, figure: String, required: &'static str, kept: bool) -> Self {
        Self { what: what.to_owned(), figure, required, kept: Some(kept) }
    }
}

/// Measures everything and prints it. Whether everything required is kept.
pub fn all(repo: &Repo) -> Result<bool> {
    let Some(data) = data(repo) else {
        say::note(MISSING);
        return Ok(true);
    };
    let rows = measured(repo, &data)?;
    say::result(&text(&rows));
    Ok(rows.iter().all(|row| row.kept != Some(false)))
}

/// The same as a check: each required figure counts.
pub fn check(repo: &Repo) -> Result<Tally> {
    let Some(data) = data(repo) else {
        say::note(MISSING);
        return Ok(Tally::SKIPPED);
    };
    let rows = measured(repo, &data)?;
    say::note(&text(&rows));
    let mut tally = Tally::default();
    rows.iter().filter_map(|row| row.kept).for_each(|kept| tally += Tally::one(kept));
    Ok(tally)
}

const MISSING: &str = "skipped: the judgement of logs was not measured; name the folder of labelled records in REGAIN_DATA";

/// The folder of labelled records, where somebody has it.
fn data(repo: &Repo) -> Option<PathBuf> {
    let named = std::env::var_os("REGAIN_DATA").map(PathBuf::from);
    let beside = || repo.root().parent().map(|folder| folder.join("shared/data"));
    named.or_else(beside).filter(|folder| folder.is_dir())
}

fn measured(repo: &Repo, data: &Path) -> Result<Vec<Row>> {
    let bench = Judge::new(repo)?;
    let mut rows = bench.takeover(&data.join("invictus-o365-2021"))?;
    rows.extend(rules::all(&bench, &data.join("panther-labelled-events"))?);
    rows.extend(stated::forms(&bench)?);
    rows.extend(stated::training_lab(&bench, &data.join("sentinel-training-lab"))?);
    rows.extend(stated::fixtures(&bench, &data.join("sekoia-parser-fixtures"))?);
    Ok(rows)
}

/// The program that analyses, and a place to work in.
struct Judge<'a> {
    repo: &'a Repo,
    program: PathBuf,
    work: PathBuf,
}

impl<'a> Judge<'a> {
    fn new(repo: &'a Repo) -> Result<Self> {
        let words = ["build", "--locked", "--quiet", "-p", "regain-auditlog", "--example", "analyse"];
        if !run::shown(&mut repo.cargo(&words))?.ok {
            bail!("the example `analyse` of regain-auditlog could not be built");
        }
        let work = repo.target().join("judge");
        fs::create_dir_all(&work)?;
        Ok(Self { repo, program: repo.target().join("debug/examples/analyse"), work })
    }

    /// What the analysis prints.
    fn text(&self, words: &[&str], files: &[&Path]) -> Result<String> {
        run::quietly(Command::new(&self.program).args(words).args(files))
    }

    fn analysed(&self, words: &[&str], files: &[&Path]) -> Result<Value> {
        serde_json::from_str(&self.text(words, files)?).context("the analysis is no JSON")
    }

    /// A file of lines in the place to work in.
    fn file(&self, name: &str, lines: &str) -> Result<PathBuf> {
        let path = self.work.join(name);
        fs::write(&path, lines)?;
        Ok(path)
    }

    /// Pivots and indicators on the takeover of a test tenant.
    fn takeover(&self, folder: &Path) -> Result<Vec<Row>> {
        let log = folder.join("ual_2021-03_2021-05.csv");
        let labels = Labels::read(&folder.join("labels.csv"))?;
        let seeded = self.analysed(&["--from-address", SEED], &[&log])?;
        let mut rows = pivots(&labels, &seeded);
        let alone = self.analysed(&[], &[&log])?;
        let found = labels.of(&selected(&alone, &[]));
        rows.push(Row::told("no seed: what the indicators find by themselves, S3 + S4", found.shown()));
        let given = ["--from-address", SHARED, "--since", "2021-04-16T00:00:00Z"];
        let shared = labels.of(&selected(&self.analysed(&given, &[&log])?, &[]));
        rows.push(Row::told("seed: the address that owner and intruder share, since the day", shared.shown()));
        let raw = fs::read_to_string(&log)?;
        let day = self.file("day.csv", &of_the_day(&raw))?;
        for (what, seed) in [("seed", &["--from-address", SEED][..]), ("no seed", &[])] {
            let found = labels.of(&selected(&self.analysed(seed, &[&day])?, &[]));
            rows.push(Row::told(&format!("{what}: only that day's records, so no history"), found.shown()));
        }
        let naive = labels.of(&lines_with(&raw, SHARED));
        rows.push(Row::told("… and every record from that address on any day", naive.shown()));
        for (how, analysis) in [("seeded", &seeded), ("no seed", &alone)] {
            rows.extend(findings(&labels, analysis, &raw, how));
        }
        rows.extend(apart(&labels, &alone, &self.analysed(&["--from-address", SEED, "--from-address", OTHER], &[&log])?));
        rows.push(self.determined(&log, &raw)?);
        Ok(rows)
    }

    /// The same bytes for any number of threads and any order of files.
    fn determined(&self, log: &Path, raw: &str) -> Result<Row> {
        let (head, body) = raw.split_once('\n').context("the log has no lines")?;
        let lines: Vec<&str> = body.lines().collect();
        let halves = lines.split_at(lines.len() / 2);
        let first = self.file("first.csv", &format!("{head}\n{}\n", halves.0.join("\n")))?;
        let second = self.file("second.csv", &format!("{head}\n{}\n", halves.1.join("\n")))?;
        let mut same = true;
        for seed in [&["--from-address", SEED][..], &[]] {
            let meant = self.text(&[&["--threads", "1"], seed].concat(), &[log])?;
            for threads in ["2", "4"] {
                same &= meant == self.text(&[&["--threads", threads], seed].concat(), &[log])?;
            }
            for files in [[&*first, &*second], [&*second, &*first]] {
                same &= meant == self.text(seed, &files)?;
            }
        }
        let figure = if same { "the same bytes" } else { "they differ" };
        Ok(Row::required("threads 1, 2, 4; one file, two in either order", figure.to_owned(), "the same bytes", same))
    }
}

/// Ids of the records that were selected, by any of `codes`, or by any reason.
fn selected(analysis: &Value, codes: &[&str]) -> BTreeSet<String> {
    let has = |record: &Value| {
        codes.is_empty() || list(&record["reasons"]).any(|why| why["code"].as_str().is_some_and(|code| codes.contains(&code)))
    };
    list(&analysis["selected"])
        .filter(|record| has(record))
        .filter_map(|record| record["id"].as_str())
        .map(str::to_owned)
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What each pivot adds.
fn pivots(labels: &Labels, analysis: &Value) -> Vec<Row> {
    const STEPS: [(&str, &[&str]); 5] = [
        ("address only", &["address"]),
        ("+ session", &["address", "session"]),
        ("+ program", &["address", "session", "agent"]),
        ("+ application", &["address", "session", "agent", "app"]),
        ("+ same account within 180 s", &[]),
    ];
    let mut rows: Vec<Row> = STEPS
        .iter()
        .map(|(what, codes)| Row::told(&format!("seed {SEED}: {what}"), labels.of(&selected(analysis, codes)).shown()))
        .collect();
    let all = labels.of(&selected(analysis, &[]));
    rows.push(Row::required("five pivots: recall on S3 + S4", format!("{:.3}", all.recall()), ">= 0.95", all.recall() >= 0.95));
    rows.push(Row::required("five pivots: precision", format!("{:.3}", all.precision()), ">= 0.90", all.precision() >= 0.90));
    rows
}

/// A second intruder: told without a seed, and told apart from the first with both as seeds.
fn apart(labels: &Labels, alone: &Value, both: &Value) -> Vec<Row> {
    let truth: BTreeSet<String> = labels.probable("S5");
    let told = list(&alone["findings"]).filter(|found| found["verdict"] != "benign");
    let told: BTreeSet<String> =
        told.flat_map(|found| list(&found["records"])).filter_map(|id| id.as_str().map(str::to_owned)).collect();
    let mut rows = vec![Row::told(
        "no seed: records of S5 that a finding names",
        format!("{} of {}", told.intersection(&truth).count(), truth.len()),
    )];
    let mut mixed: BTreeMap<u64, [usize; 2]> = BTreeMap::new();
    let first: BTreeSet<String> = labels.scenario("S3").into_iter().chain(labels.scenario("S4")).collect();
    for record in list(&both["selected"]) {
        let id = record["id"].as_str().unwrap_or_default();
        let counts = mixed.entry(record["intruder"].as_u64().unwrap_or_default()).or_default();
        counts[0] += usize::from(first.contains(id));
        counts[1] += usize::from(truth.contains(id));
    }
    let is_apart = mixed.values().all(|counts| counts.contains(&0));
    let found: usize = mixed.values().map(|counts| counts[1]).sum();
    let figure = format!("{found} of {} records of S5, intruders {}", truth.len(), mixed.len());
    rows.push(Row::required("both as seeds: S5 told apart from S3 + S4", figure, "no intruder has records of both", is_apart));
    rows
}

/// What must and must not be found.
fn findings(labels: &Labels, analysis: &Value, raw: &str, how: &str) -> Vec<Row> {
    let of = |code: &str| list(&analysis["findings"]).filter(|found| found["code"] == code).collect::<Vec<&Value>>();
    let is_bad = |found: &&Value| found["verdict"] == "malicious";
    let records =
        |found: &Value| -> BTreeSet<String> { list(&found["records"]).filter_map(|id| id.as_str().map(str::to_owned)).collect() };
    let named = |code: &str| {
        of(code).into_iter().filter(is_bad).any(|found| list(&found["reasons"]).any(|why| why["code"] == "name-only-signs"))
    };
    let mut rows = Vec::new();
    for scenario in ["S1", "S2"] {
        let truth = labels.scenario(scenario);
        let best = of("password-spray").into_iter().map(|found| records(found).intersection(&truth).count()).max().unwrap_or(0);
        let figure = format!("{best} of {}", truth.len());
        rows.push(Row::required(&format!("{how}: {scenario} found as a spray"), figure, "all", best == truth.len()));
        let mixed = selected(analysis, &[]).intersection(&truth).count();
        rows.push(Row::required(&format!("{how}: {scenario} mixed into the takeover"), mixed.to_string(), "0", mixed == 0));
    }
    for (code, what) in [("inbox-rule", "inbox rule named by a sign"), ("transport-rule", "transport rule named by a sign")] {
        let found = named(code);
        let figure = if found { "malicious" } else { "missed" };
        rows.push(Row::required(&format!("{how}: {what}"), figure.to_owned(), "malicious", found));
    }
    let harmless = of("inbox-rule").into_iter().filter(|found| records(found).iter().any(|id| labels.is_benign(id)));
    let worst = harmless.map(|found| found["verdict"].as_str().unwrap_or_default().to_owned()).max().unwrap_or_default();
    rows.push(Row::required(&format!("{how}: the harmless rule that deletes"), worst.clone(), "benign", worst == "benign"));
    let noise = lines_with(raw, "Client=REST;Client=RESTSystem");
    let told =
        list(&analysis["findings"]).flat_map(records).chain(selected(analysis, &[])).filter(|id| noise.contains(id)).count();
    rows.push(Row::required(
        &format!("{how}: {} reads by the service itself that are told", noise.len()),
        told.to_string(),
        "0",
        told == 0,
    ));
    let alarms = list(&analysis["findings"]).filter(|found| found["verdict"] != "benign");
    let (mut right, mut wrong, mut open) = (0, 0, 0);
    for found in alarms {
        let ids = records(found);
        if ids.iter().any(|id| labels.is_attack(id)) {
            right += 1;
        } else if ids.iter().any(|id| labels.is_benign(id)) {
            wrong += 1;
        } else {
            open += 1;
        }
    }
    rows.push(Row::told(
        &format!("{how}: findings suspicious or worse"),
        format!("{right} on the attack, {wrong} on harmless work, {open} where nothing is claimed"),
    ));
    rows
}

/// Ids of the records in whose line `part` stands. Each record of the set is one line.
fn lines_with(raw: &str, part: &str) -> BTreeSet<String> {
    const ID: &str = "\"\"Id\"\":\"\"";
    let of = |line: &str| line.split_once(ID).and_then(|(_, rest)| rest.split_once('"')).map(|(id, _)| id.to_owned());
    raw.lines().filter(|line| line.contains(part)).filter_map(of).collect()
}

/// The heading and the lines of the day of the attack.
fn of_the_day(raw: &str) -> String {
    let day = |line: &&str| line.contains("\"\"CreationTime\"\":\"\"2021-04-16T");
    raw.lines().take(1).chain(raw.lines().filter(day)).map(|line| [line, "\n"].concat()).collect()
}

fn text(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or_default();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let mark = match row.kept {
                Some(true) => "ok  ",
                Some(false) => "FAIL",
                None => "    ",
            };
            let required = if row.required.is_empty() { String::new() } else { format!("  (required: {})", row.required) };
            format!("{mark} {:<width$}  {}{required}", row.what, row.figure)
        })
        .collect();
    lines.join("\n")
}
