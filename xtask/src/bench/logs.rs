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
/// With `--large`: from a tenth of a gigabyte to ten, smallest first.
const LARGE: [u64; 4] = [100, 1_000, 3_000, 10_000];
/// What the largest costs for each byte, at most, in what the smallest does.
const GROWTH_MAX: f64 = 1.5;
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
                lines.push(line(&contest, bytes, cost) + &analysis_column(&all, &contest, cost));
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
            all.push(contest(READ, threads, &csv, self.scan(threads, &csv)));
            all.push(contest("regain, JSON lines, full model", threads, &lines, self.scan(threads, &lines)));
            all.push(contest(ANALYSED, threads, &csv, self.analysis(threads, &csv)));
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

    /// Reading, and everything that is found in what was read.
    fn analysis(&self, threads: u32, file: &Path) -> Vec<String> {
        let program = self.examples.join("analyse").display().to_string();
        vec![program, "--threads".to_owned(), threads.to_string(), file.display().to_string()]
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

    /// Time and memory from a tenth of a gigabyte to ten, with one thread and with two, reading alone and with
    /// the analysis. Files are removed once they are measured: the largest takes twenty gigabytes with its twin.
    fn large(&self) -> Result<(Vec<String>, Vec<Row>)> {
        let (mut lines, mut rows) = (vec![String::new(), large_heading()], Vec::new());
        let mut first: Option<[f64; 2]> = None;
        for megabytes in LARGE {
            let folder = self.generated(megabytes)?;
            // Only the CSV is measured here.
            if megabytes > MEGABYTES {
                fs::remove_file(folder.join("audit.jsonl")).ok();
            }
            let measured = self.size(megabytes, &folder.join("audit.csv"));
            if megabytes > MEGABYTES {
                fs::remove_dir_all(&folder)?;
            }
            // A size that fails is told, and does not take what the others cost with it.
            let size = match measured {
                Ok(size) => size,
                Err(error) => {
                    lines.push(format!("{megabytes:>8} MB  {error:#}"));
                    rows.push(Row::at_most(
                        &format!("memory at {megabytes} MB, with the analysis"),
                        "MB",
                        MEMORY_MAX,
                        f64::INFINITY,
                    ));
                    continue;
                }
            };
            lines.push(size.line());
            let each = [size.read[0].cpu / size.megabytes(), size.analysed[0].cpu / size.megabytes()];
            let [read, analysed] = *first.get_or_insert(each);
            if megabytes == LARGE[LARGE.len() - 1] {
                rows.push(Row::at_most("CPU for each byte, 10 GB against 0.1 GB, reading", "x", GROWTH_MAX, each[0] / read));
                rows.push(Row::at_most("the same, with the analysis", "x", GROWTH_MAX, each[1] / analysed));
            }
            rows.push(Row::at_most(&format!("memory at {megabytes} MB, with the analysis"), "MB", MEMORY_MAX, size.peak()));
        }
        Ok((lines, rows))
    }

    fn size(&self, megabytes: u64, csv: &Path) -> Result<Size> {
        let tries = if megabytes < 1000 { TRIES } else { TRIES_LARGE };
        let cost = |name: &str, threads: u32, command: Vec<String>| -> Result<Cost> {
            let contest = Contest { name: format!("{name}, {megabytes} MB"), threads, command, file: csv.to_owned() };
            self.median(&contest, tries)?.with_context(|| format!("the reader failed on {}", csv.display()))
        };
        Ok(Size {
            bytes: fs::metadata(csv)?.len(),
            read: [cost(READ, 1, self.scan(1, csv))?, cost(READ, 2, self.scan(2, csv))?],
            analysed: [cost(ANALYSED, 1, self.analysis(1, csv))?, cost(ANALYSED, 2, self.analysis(2, csv))?],
        })
    }
}

/// What one size costs, each with one thread and with two.
struct Size {
    bytes: u64,
    read: [Cost; 2],
    analysed: [Cost; 2],
}

impl Size {
    #[expect(clippy::cast_precision_loss, reason = "sizes of files, shown with three digits")]
    fn megabytes(&self) -> f64 {
        self.bytes as f64 / 1e6
    }

    fn peak(&self) -> f64 {
        self.read.iter().chain(&self.analysed).map(|cost| cost.megabytes).fold(0.0, f64::max)
    }

    /// CPU and wall time for each megabyte, and what the second thread gains.
    fn line(&self) -> String {
        let mut line = format!("{:>8.0} MB", self.megabytes());
        for [one, two] in [self.read, self.analysed] {
            let each = |seconds: f64| seconds * 1e3 / self.megabytes();
            let _ = write!(line, "{:>10.3}{:>10.3}{:>10.3}", each(one.cpu), each(one.wall), each(two.wall));
            let _ = write!(line, "{:>8.2}x", one.wall / two.wall.max(0.001));
        }
        let _ = write!(line, "{:>9.0}", self.peak());
        line
    }
}

fn large_heading() -> String {
    let columns = format!("{:>10}{:>10}{:>10}{:>9}", "CPU", "wall, 1", "wall, 2", "factor");
    format!("{:11}{:>39}{:>39}\n{:11}{columns}{columns}{:>9}", "ms for a MB", "reading", "with the analysis", "", "peak MB")
}

const READ: &str = "regain, CSV, full model";
const ANALYSED: &str = "regain, CSV, full model and analysis";
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
    format!(
        "{:50}{:>8}{:>9}{:>9}{:>11}{:>11}{:>9}{:>13}",
        "", "threads", "wall s", "CPU s", "MB/s wall", "MB/s CPU", "peak MB", "analysis s"
    )
}

/// What the analysis takes beside the reading, on the wall, as a column of its own.
fn analysis_column(all: &[(String, u32, u64, Cost)], contest: &Contest, cost: Cost) -> String {
    let read = all.iter().find(|(name, threads, ..)| name == READ && *threads == contest.threads);
    let read = read.filter(|_| contest.name == ANALYSED);
    read.map(|read| format!("{:>13.2}", (cost.wall - read.3.wall).max(0.0))).unwrap_or_default()
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
    let (Some(ours), Some(theirs)) = (of(READ), of(YARDSTICK)) else {
        return vec![Row::failed("the reader or DuckDB was not measured")];
    };
    let ratio = rate(ours.2, ours.3.cpu) / rate(theirs.2, theirs.3.cpu);
    vec![
        Row::at_least("log scan, full model, one thread, in DuckDB's CPU throughput", "x", REQUIRED, ratio).with_note(format!(
            "required {REQUIRED} x, goal {GOAL} x: {}",
            if ratio >= GOAL { "reached" } else { "not reached" }
        )),
        Row::at_most("log scan, memory", "MB", MEMORY_MAX, of(ANALYSED).map_or(ours.3.megabytes, |all| all.3.megabytes)),
    ]
}
