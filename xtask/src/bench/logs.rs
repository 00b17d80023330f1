//! `cargo xtask bench logs`: the log reader beside DuckDB, ClickHouse, jq and `wc -l`, on the same made-up
//! files, in one run. Rates for a CPU second are what counts: others may use the machine too.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use super::table::{self, Row};
use crate::install::ENGINES;
use crate::repo::Repo;
use crate::{run, say};

/// Megabytes of CSV that engines are compared on.
const MEGABYTES: u64 = 300;
/// With `--large`: from a tenth of a gigabyte to ten.
const LARGE: [u64; 3] = [100, 1_000, 10_000];
/// Tries of each; the middle one counts.
const TRIES: usize = 3;
/// Tries from a gigabyte on.
const TRIES_LARGE: usize = 1;
/// What the reader must reach, in DuckDB's CPU throughput, and what it aims at.
const REQUIRED: f64 = 2.5;
const GOAL: f64 = 4.0;
/// Memory that the reader may take, in megabytes.
const MEMORY_MAX: f64 = 100.0;

/// Runs a command on so many processors and prints what it cost.
const DRIVER: &str = "
import json, os, subprocess, sys, time
threads, argv = int(sys.argv[1]), sys.argv[2:]
processors = sorted(os.sched_getaffinity(0))[:threads]
begin = time.monotonic()
child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, processors))
_, status, used = os.wait4(child.pid, 0)
print(json.dumps({'ok': status == 0, 'wall': time.monotonic() - begin, 'cpu': used.ru_utime + used.ru_stime, 'mb': used.ru_maxrss / 1024}))
";

/// What a run cost.
#[derive(Debug, Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
    megabytes: f64,
}

/// An engine, or ours, on a file.
struct Contest {
    name: String,
    threads: u32,
    file: PathBuf,
    command: Vec<String>,
}

/// Measures and prints. Whether the budget is kept.
pub fn logs(repo: &Repo, as_json: bool, install: bool, large: bool) -> Result<bool> {
    let python = ENGINES.python(repo, install)?.map_err(|missing| anyhow!("{missing}"))?;
    let built = run::shown(&mut repo.cargo(&["build", "--release", "--locked", "--package", "regain-auditlog", "--examples"]))?;
    if !built.ok {
        bail!("the examples of regain-auditlog could not be built");
    }
    let bench = Bench { python, examples: repo.target().join("release/examples"), work: repo.target().join("bench/logs") };
    let folder = bench.generated(MEGABYTES)?;
    let mut lines = vec![heading()];
    let mut all = Vec::new();
    for contest in bench.contests(&folder) {
        let bytes = fs::metadata(&contest.file)?.len();
        match bench.median(&contest, TRIES)? {
            Some(cost) => {
                lines.push(line(&contest, bytes, cost));
                all.push((contest.name, contest.threads, bytes, cost));
            }
            None => lines.push(format!("{:44} not there, or it failed", contest.name)),
        }
    }
    let mut rows = budgets(&all);
    if large {
        let (more, grown) = bench.large()?;
        lines.extend(more);
        rows.extend(grown);
    }
    if as_json {
        let measured = all.iter().map(|(name, threads, bytes, cost)| {
            json!({"what": name, "threads": threads, "bytes": bytes, "wall_s": cost.wall, "cpu_s": cost.cpu, "peak_mb": cost.megabytes})
        });
        let budgets: Value = serde_json::from_str(&table::json(&rows))?;
        say::result(&json!({"measured": measured.collect::<Vec<Value>>(), "budgets": budgets["budgets"]}).to_string());
    } else {
        say::result(&format!("{}\n\n{}", lines.join("\n"), table::text(&rows)));
    }
    Ok(rows.iter().all(|row| row.kept != Some(false)))
}

struct Bench {
    python: PathBuf,
    examples: PathBuf,
    work: PathBuf,
}

impl Bench {
    /// The folder with files of that size; made once.
    fn generated(&self, megabytes: u64) -> Result<PathBuf> {
        let folder = self.work.join(megabytes.to_string());
        if folder.join("audit.jsonl").is_file() && folder.join("done").is_file() {
            return Ok(folder);
        }
        say::note(&format!("generating {megabytes} MB into {}", folder.display()));
        let users = (megabytes * 2).to_string();
        let mut generate = Command::new(self.examples.join("generate"));
        run::quietly(generate.arg(&folder).arg(megabytes.to_string()).arg(users))?;
        fs::write(folder.join("done"), "")?;
        Ok(folder)
    }

    fn contests(&self, folder: &Path) -> Vec<Contest> {
        let (csv, lines) = (folder.join("audit.csv"), folder.join("audit.jsonl"));
        let python = |source: String| vec![self.python.display().to_string(), "-c".to_owned(), source];
        let shell = |text: String| vec!["sh".to_owned(), "-c".to_owned(), text];
        let contest = |name: &str, threads, file: &Path, command| Contest {
            name: name.to_owned(),
            threads,
            file: file.to_owned(),
            command,
        };
        let (c, j) = (csv.display(), lines.display());
        let mut all = vec![contest("wc -l (the limit)", 1, &csv, shell(format!("wc -l '{c}'")))];
        for threads in [1, 2] {
            all.push(contest("regain, CSV, full model", threads, &csv, self.scan(threads, &csv)));
            all.push(contest("regain, JSON lines, full model", threads, &lines, self.scan(threads, &lines)));
            all.push(contest(YARDSTICK, threads, &csv, python(duckdb_csv(threads, &csv))));
            all.push(contest("DuckDB, JSON lines, 2 declared columns", threads, &lines, python(duckdb_lines(threads, &lines))));
            all.push(contest("ClickHouse, CSV + JSONExtract, 2 fields", threads, &csv, python(clickhouse_csv(threads, &csv))));
        }
        all.push(contest(
            "jq | sort | uniq -c",
            1,
            &lines,
            shell(format!("jq -r '[.UserId,.Operation]|@tsv' '{j}' | LC_ALL=C sort | uniq -c | wc -l")),
        ));
        all
    }

    fn scan(&self, threads: u32, file: &Path) -> Vec<String> {
        vec![self.examples.join("scan").display().to_string(), threads.to_string(), file.display().to_string()]
    }

    /// The middle of several tries; none if it does not end well.
    fn median(&self, contest: &Contest, tries: usize) -> Result<Option<Cost>> {
        say::note(&format!("measuring: {}, {} thread(s)", contest.name, contest.threads));
        let mut all = Vec::new();
        for _ in 0..tries {
            let mut command = Command::new(&self.python);
            command.args(["-c", DRIVER, &contest.threads.to_string()]).args(&contest.command);
            let said: Value = serde_json::from_str(&run::quietly(&mut command)?).context("the driver printed no JSON")?;
            if said["ok"] != true {
                return Ok(None);
            }
            let number = |name: &str| said[name].as_f64().unwrap_or_default();
            all.push(Cost { wall: number("wall"), cpu: number("cpu"), megabytes: number("mb") });
        }
        let middle = |of: fn(&Cost) -> f64| {
            let mut values: Vec<f64> = all.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values.get(tries / 2).copied().unwrap_or_default()
        };
        Ok(Some(Cost { wall: middle(|cost| cost.wall), cpu: middle(|cost| cost.cpu), megabytes: middle(|cost| cost.megabytes) }))
    }

    /// Time and memory from a tenth of a gigabyte to ten.
    fn large(&self) -> Result<(Vec<String>, Vec<Row>)> {
        let (mut lines, mut rows, mut rates) = (Vec::new(), Vec::new(), Vec::new());
        for megabytes in LARGE {
            let csv = self.generated(megabytes)?.join("audit.csv");
            let threads = 2;
            let name = format!("regain, CSV, full model, {megabytes} MB");
            let contest = Contest { name, threads, command: self.scan(threads, &csv), file: csv };
            let bytes = fs::metadata(&contest.file)?.len();
            let tries = if megabytes < 1000 { TRIES } else { TRIES_LARGE };
            let Some(cost) = self.median(&contest, tries)? else { bail!("the reader failed on {}", contest.file.display()) };
            lines.push(line(&contest, bytes, cost));
            rates.push(rate(bytes, cost.cpu));
            rows.push(Row::at_most(&format!("memory at {megabytes} MB"), "MB", MEMORY_MAX, cost.megabytes));
        }
        if let (Some(first), Some(last)) = (rates.first(), rates.last()) {
            rows.push(Row::at_most("CPU for each byte, 10 GB against 0.1 GB", "x", 1.5, first / last));
        }
        Ok((lines, rows))
    }
}

const YARDSTICK: &str = "DuckDB, CSV + JSON, 6 fields (one list extract)";

fn duckdb_csv(threads: u32, csv: &Path) -> String {
    let csv = csv.display();
    let fields = "['$.UserId','$.Operation','$.ClientIP','$.SessionId','$.ClientInfoString','$.CreationTime']";
    format!(
        "import duckdb\nc=duckdb.connect()\nc.execute('set threads={threads}')\nprint(len(c.execute(\"\"\"select x[1],x[2],x[3],x[4],x[5],min(x[6]),count(*) \
         from (select json_extract_string(AuditData,{fields}) x from read_csv('{csv}',header=true,all_varchar=true,quote='\"',escape='\"',delim=',')) \
         group by all\"\"\").fetchall()))"
    )
}

fn duckdb_lines(threads: u32, lines: &Path) -> String {
    let lines = lines.display();
    format!(
        "import duckdb\nc=duckdb.connect()\nc.execute('set threads={threads}')\nprint(len(c.execute(\"\"\"select UserId,Operation,count(*) from \
         read_json('{lines}',format='newline_delimited',columns={{UserId:'VARCHAR',Operation:'VARCHAR'}}) group by all\"\"\").fetchall()))"
    )
}

fn clickhouse_csv(threads: u32, csv: &Path) -> String {
    let csv = csv.display();
    format!(
        "import chdb\nprint(len(chdb.query(\"\"\"select JSONExtractString(AuditData,'UserId') u, JSONExtractString(AuditData,'Operation') o, count() \
         from file('{csv}','CSVWithNames') group by 1,2 settings max_threads={threads}\"\"\",'CSV').data().splitlines()))"
    )
}

fn heading() -> String {
    format!("{:50}{:>8}{:>9}{:>9}{:>11}{:>11}{:>9}", "", "threads", "wall s", "CPU s", "MB/s wall", "MB/s CPU", "peak MB")
}

fn line(contest: &Contest, bytes: u64, cost: Cost) -> String {
    let mut line = format!("{:50}{:>8}", contest.name, contest.threads);
    let _ = write!(line, "{:>9.2}{:>9.2}", cost.wall, cost.cpu);
    let _ = write!(line, "{:>11.0}{:>11.0}{:>9.0}", rate(bytes, cost.wall), rate(bytes, cost.cpu), cost.megabytes);
    line
}

/// Megabytes a second.
#[expect(clippy::cast_precision_loss, reason = "sizes of files, shown with three digits")]
fn rate(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 / 1e6 / seconds.max(0.001)
}

fn budgets(all: &[(String, u32, u64, Cost)]) -> Vec<Row> {
    let of = |wanted: &str| all.iter().find(|(name, threads, ..)| name == wanted && *threads == 1);
    let (Some(ours), Some(theirs)) = (of("regain, CSV, full model"), of(YARDSTICK)) else {
        return vec![Row::failed("the reader or DuckDB was not measured")];
    };
    let ratio = rate(ours.2, ours.3.cpu) / rate(theirs.2, theirs.3.cpu);
    vec![
        Row::at_least("log scan, full model, one thread, in DuckDB's CPU throughput", "x", REQUIRED, ratio).with_note(format!(
            "required {REQUIRED} x, goal {GOAL} x: {}",
            if ratio >= GOAL { "reached" } else { "not reached" }
        )),
        Row::at_most("log scan, memory", "MB", MEMORY_MAX, ours.3.megabytes),
    ]
}
