//! `cargo xtask bench`: the budgets beside what was measured. Never a timed test: a slow machine
//! fails nothing here, it only prints.
//!
//! Round trips are counted from the emulator's record: two requests are sequential when the second
//! began after the first one's answer. Token requests are left out, for tokens are warm in the budget.

mod alone;
mod chain;
mod emulated;
mod logs;
mod many;
mod peer;
mod table;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::{binary, run, say};
use chain::Exchange;
use emulated::Tenant;
pub use logs::logs;
use table::Row;

/// Milliseconds that each call takes.
const LATENCY_MS: u64 = 80;

/// Accounts in the large case.
const MANY: usize = 500;

/// Accounts of which the work is done one call at a time, to be multiplied.
const FEW: usize = 10;

/// Tries of what is over in milliseconds; the middle one counts.
const TRIES: usize = 21;

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// One JSON document instead of a table.
    pub json: bool,
    /// Build the shipped profile and measure its size and start.
    pub dist: bool,
    /// Clone the repository and run the demonstration from nothing.
    pub clone: bool,
}

/// A scenario that ships, and the account of it that is locked.
struct Subject {
    scenario: &'static str,
    account: &'static str,
    words: &'static [&'static str],
}

/// Holds no role.
const ORDINARY: Subject = Subject { scenario: "clean-account", account: "anna.berg@contoso.com", words: &[] };
/// Holds roles of its own; the app may act on it at once.
const ADMINISTRATOR: Subject =
    Subject { scenario: "bec-classic", account: "anna.berg@contoso.com", words: &["--privileged", "anna.berg@contoso.com"] };
/// The whole case, cleaned unseen.
const CLASSIC: Subject = Subject {
    scenario: "bec-classic",
    account: "anna.berg@contoso.com",
    words: &["--yes", "--privileged", "anna.berg@contoso.com"],
};

/// Measures everything and prints it. Whether every budget that was measured is kept.
pub fn all(repo: &Repo, wanted: Wanted) -> Result<bool> {
    let binary = binary::build(repo, "release")?;
    let work = repo.target().join("bench");
    fs::create_dir_all(&work)?;
    let bench = Bench { repo, binary: &binary, work: &work };
    let mut rows = Vec::new();
    for measure in [Bench::ordinary, Bench::administrator, Bench::classic, Bench::many] {
        match measure(&bench) {
            Ok(more) => rows.extend(more),
            Err(error) => rows.push(Row::failed(&format!("{error:#}"))),
        }
    }
    rows.push(Row::not_measured("log scan", "required 2.5 x, goal 4 x DuckDB", "cargo xtask bench logs measures it"));
    rows.extend(bench.shipped(wanted.dist)?);
    rows.push(bench.cloned(wanted.clone)?);
    say::result(&if wanted.json { table::json(&rows) } else { table::text(&rows) });
    Ok(rows.iter().all(|row| row.kept != Some(false)))
}

struct Bench<'a> {
    repo: &'a Repo,
    binary: &'a Path,
    work: &'a Path,
}

/// What one run left behind.
struct Measured {
    scenario: String,
    took: Duration,
    /// The emulator's own record.
    record: serde_json::Value,
    exchanges: Vec<Exchange>,
    /// As the program counted them itself.
    own_round_trips: Option<u64>,
}

impl Bench<'_> {
    fn ordinary(&self) -> Result<Vec<Row>> {
        self.lock("ordinary account", [3, 4], &ORDINARY)
    }

    fn administrator(&self) -> Result<Vec<Row>> {
        self.lock("administrator", [4, 5], &ADMINISTRATOR)
    }

    /// The rows of a lock, and how long its own calls take one at a time.
    fn lock(&self, what: &str, budgets: [usize; 2], subject: &Subject) -> Result<Vec<Row>> {
        let run = self.contain_one(subject)?;
        let [revoked, verified] = budgets;
        let first =
            chain::first_revocation_answered(&run.exchanges).map_or_else(|| "never".to_owned(), |first| format!("by {first}"));
        let locked =
            chain::seconds_until_locked(&run.exchanges).map_or_else(|| "never".to_owned(), |took| format!("{took:.2} s"));
        let calls = alone::of_the_lock(&run.record, chain::lock_verified_at(&run.exchanges));
        let alone = self.alone(&run.scenario, &calls)?;
        Ok(vec![
            Row::count(&format!("{what}: revocation answered"), revoked, chain::revocation_answered(&run.exchanges))
                .with_note(format!("the last one; the first was answered {first}")),
            Row::count(&format!("{what}: lock verified"), verified, chain::lock_verified(&run.exchanges)),
            Row::beside(&format!("{what}: first request to verified, {LATENCY_MS} ms a call"), locked)
                .with_peer("the same directory calls one at a time", alone),
        ])
    }

    fn classic(&self) -> Result<Vec<Row>> {
        let run = self.contain_one(&CLASSIC)?;
        let seen = chain::longest(&run.exchanges);
        let own = run.own_round_trips.map_or_else(|| "none".to_owned(), |own| own.to_string());
        let note = format!("{} requests; counted by the program itself: {own}", run.exchanges.len());
        let alone = self.alone(&run.scenario, &alone::calls(&run.record))?;
        Ok(vec![
            Row::count("whole classic case with --yes, before the watch", 10, Some(seen)).with_note(note),
            Row::beside(&format!("whole classic case, {LATENCY_MS} ms a call"), format!("{:.2} s", run.took.as_secs_f64()))
                .with_peer("the same calls one at a time", alone),
        ])
    }

    fn many(&self) -> Result<Vec<Row>> {
        let run = self.contain_many(MANY)?;
        let few = self.contain_many(FEW)?;
        let alone = self.replayed(&few.scenario, &alone::calls(&few.record))?;
        let times = u32::try_from(MANY / FEW).unwrap_or(u32::MAX);
        let alone = format!("{:.0} s, extrapolated from {FEW} accounts", (alone.took * times).as_secs_f64());
        let bound = many::bound(MANY);
        let whole = 1.25 * (bound.seconds + 10.0 * Duration::from_millis(LATENCY_MS).as_secs_f64());
        Ok(vec![
            Row::seconds(
                &format!("{MANY} accounts locked, {LATENCY_MS} ms a call"),
                10.0,
                chain::seconds_until_locked(&run.exchanges),
            ),
            Row::seconds(&format!("{MANY} accounts, whole"), whole, Some(run.took.as_secs_f64()))
                .with_peer("the same calls one at a time", alone)
                .with_peer(peer::NAME, self.peer(&few))
                .with_note(bound.explained),
        ])
    }

    /// What the CLI for Microsoft 365 takes for its part of the work on the same tenant, or why that is not known.
    fn peer(&self, few: &Measured) -> String {
        say::note(&format!("measuring: {} on {FEW} accounts", peer::NAME));
        let accounts = many::names(FEW);
        match peer::measure(self.repo, self.binary, &self.work.join("peer"), &few.scenario, &accounts) {
            Ok(Ok(took)) => took.told(FEW, MANY),
            Ok(Err(missing)) => format!("not measured: {missing}"),
            Err(error) => format!("failed: {error:#}"),
        }
    }

    fn contain_many(&self, count: usize) -> Result<Measured> {
        let classic = self.repo.root().join("examples/scenarios/bec-classic.json");
        let path = self.work.join(format!("many-{count}.json"));
        let (scenario, accounts) = many::scenario(&fs::read_to_string(&classic)?, count)?;
        fs::write(&path, scenario)?;
        let expected = count.to_string();
        let mut words: Vec<&str> = vec!["--yes", "--expect", &expected];
        words.extend(accounts.iter().map(String::as_str));
        self.contain(&path.display().to_string(), &words)
    }

    /// What calls take one at a time, on a fresh tenant.
    fn alone(&self, scenario: &str, calls: &[alone::Call]) -> Result<String> {
        let alone = self.replayed(scenario, calls)?;
        Ok(format!("{} calls, {:.2} s", alone.calls, alone.took.as_secs_f64()))
    }

    fn replayed(&self, scenario: &str, calls: &[alone::Call]) -> Result<alone::Alone> {
        say::note(&format!("measuring: {} calls one at a time", calls.len()));
        alone::replay(&Tenant::start(self.binary, scenario, LATENCY_MS)?, calls)
    }

    fn contain_one(&self, subject: &Subject) -> Result<Measured> {
        let words: Vec<&str> = subject.words.iter().copied().chain([subject.account]).collect();
        self.contain(&self.without_lag(subject.scenario)?, &words)
    }

    /// A scenario that ships, in a tenant that does everything at once, for the budgets are without
    /// lag. Returns where it is.
    fn without_lag(&self, name: &str) -> Result<String> {
        let shipped = fs::read_to_string(self.repo.root().join(format!("examples/scenarios/{name}.json")))?;
        let path = self.work.join(format!("{name}.json"));
        fs::write(&path, many::without_lag(serde_json::from_str(&shipped)?).to_string())?;
        Ok(path.display().to_string())
    }

    /// Starts a tenant, contains the accounts, and asks what came.
    fn contain(&self, scenario: &str, words: &[&str]) -> Result<Measured> {
        say::note(&format!("measuring: contain on {scenario}"));
        let tenant = Tenant::start(self.binary, scenario, LATENCY_MS)?;
        let endpoints = self.work.join("endpoints.json");
        fs::write(&endpoints, tenant.line())?;
        let data = self.work.join("data");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let mut command = Command::new(self.binary);
        command.args(["contain", "--json", "--data-dir"]).arg(&data).args(words);
        command.env_clear().env("REGAIN_ENDPOINTS", &endpoints).stdin(Stdio::null());
        let begin = Instant::now();
        let output = command.output().context("regain could not be started")?;
        let took = begin.elapsed();
        // One is "a plan waits for a person", which is how `contain` ends where nobody is asked.
        if !matches!(output.status.code(), Some(0 | 1)) {
            anyhow::bail!(
                "contain on {scenario} ended with {}: {}",
                output.status,
                String::from_utf8_lossy(&output.stderr).trim_end()
            );
        }
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).context("contain printed no JSON document")?;
        let own_round_trips = document["round_trips"].as_u64();
        let record = tenant.ask("/requests")?;
        Ok(Measured { scenario: scenario.to_owned(), took, exchanges: Exchange::all(&record), record, own_round_trips })
    }

    /// Start and size of the shipped binary.
    fn shipped(&self, build: bool) -> Result<Vec<Row>> {
        let shipped = self.repo.target().join("dist/regain");
        if build {
            binary::build(self.repo, "dist")?;
        }
        let (program, note) =
            if shipped.is_file() { (shipped.as_path(), "profile dist") } else { (self.binary, "profile release") };
        let start = milliseconds_to_start(program)?;
        let size = "binary (dist)";
        let megabytes = fs::metadata(program)?.len() / 1_000_000;
        let sized = if shipped.is_file() {
            Row::below(size, "MB", 60, megabytes)
        } else {
            Row::not_measured(size, "under 60 MB", "--dist builds and measures it")
        };
        Ok(vec![Row::below("regain --version", "ms", 10, start).with_note(note.to_owned()), sized])
    }

    /// From a clone to the end of the demonstration.
    fn cloned(&self, wanted: bool) -> Result<Row> {
        let what = "clone to the end of the demonstration, two idle cores";
        if !wanted {
            return Ok(Row::not_measured(what, "under 480 s", "--clone measures it"));
        }
        let place = self.work.join("clone");
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        let begin = Instant::now();
        let cloned = run::shown(Command::new("git").args(["clone", "--quiet"]).arg(self.repo.root()).arg(&place))?;
        let mut demo = self.repo.cargo(&["run", "--release", "--locked", "--", "demo"]);
        let shown = cloned.ok && run::shown(demo.current_dir(&place).env("CARGO_TARGET_DIR", place.join("target")))?.ok;
        let took = begin.elapsed().as_secs_f64();
        Ok(if shown { Row::seconds(what, 480.0, Some(took)) } else { Row::failed(what) })
    }
}

/// How long the program takes to say its version: the middle of several tries.
fn milliseconds_to_start(program: &Path) -> Result<u64> {
    let mut all = Vec::new();
    for _ in 0..TRIES {
        let begin = Instant::now();
        run::quietly(Command::new(program).arg("--version"))?;
        all.push(begin.elapsed());
    }
    all.sort();
    let middle = all.get(TRIES / 2).copied().unwrap_or_default();
    Ok(u64::try_from(middle.as_millis()).unwrap_or(u64::MAX))
}
