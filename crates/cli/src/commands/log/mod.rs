//! `regain log`: exported audit logs, read without a tenant.

mod csv;
mod html;
mod picture;
mod screen;
mod tale;

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use regain_auditlog::analysis::{Analysis, Infrastructure, LeftOut, LogFinding, Seeds, Selected};
use regain_auditlog::find;
use regain_auditlog::networks;
use regain_auditlog::sql;
use regain_auditlog::story::Story;
use regain_auditlog::summary::{Account, Completeness, Records, Summary};
use regain_auditlog::time::DateOrder;
use regain_auditlog::timeline::{self, Timeline};
use regain_auditlog::{Log, Options};
use regain_incident::Timestamp;
use regain_incident::digest::Digest;
use regain_incident::ids::CaseId;
use regain_incident::journal::Entry;
use regain_ports::{Journal, NewEntry};
use serde::Serialize;

use super::Archive;
use crate::args::{DatesArg, Global, LogCommand, ScanArgs, ScanFormat, SeedArgs, SqlArgs, SqlPart, SqlShape};
use crate::clock::SystemClock;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output::{Output, harmless_json};
use crate::session;

/// Runs `log scan` or `log sql`.
pub async fn run(command: &LogCommand, global: &Global, environment: &Environment, out: &Output) -> anyhow::Result<Exit> {
    match command {
        LogCommand::Scan(args) => scan(args, global, environment, out).await,
        LogCommand::Sql(args) => statements(args, out),
    }
}

/// What a scan found: the document that `--json` prints, and that every other form shows.
#[derive(Debug, Serialize)]
pub struct Found {
    /// How many records.
    pub records: Records,
    /// Everybody who acted.
    pub accounts: Vec<Account>,
    /// What the intruder came with.
    pub infrastructure: Vec<Infrastructure>,
    /// The intruder's records.
    pub selected: Vec<Selected>,
    /// How many there are, where too many are found to list.
    pub selected_total: u64,
    /// What was judged.
    pub findings: Vec<LogFinding>,
    /// What there was no room for.
    pub left_out: LeftOut,
    /// What the log lacks.
    pub completeness: Completeness,
    /// What the intruder did, by kind.
    pub story: Story,
    /// What happened.
    pub timeline: Timeline,
}

impl Found {
    fn of(log: &Log, analysis: Analysis, accounts: &[String]) -> io::Result<Self> {
        let summary = Summary::of(log)?;
        let timeline = timeline::timeline(log, &analysis, accounts)?;
        let story = Story::of(log, &analysis, &timeline)?;
        Ok(Self {
            records: summary.records,
            accounts: summary.accounts,
            infrastructure: analysis.infrastructure,
            selected: analysis.selected,
            selected_total: analysis.selected_total,
            findings: analysis.findings,
            left_out: analysis.left_out,
            completeness: summary.completeness,
            story,
            timeline,
        })
    }

    /// Whether a person has to look: something is suspicious, or a file was not read whole.
    fn exit(&self) -> Exit {
        let is_suspicious = self.findings.iter().any(|finding| finding.verdict.calls_for_cleaning());
        if is_suspicious || !self.completeness.is_read_whole() { Exit::NeedsAttention } else { Exit::Done }
    }
}

async fn scan(args: &ScanArgs, global: &Global, environment: &Environment, out: &Output) -> anyhow::Result<Exit> {
    // A case that is not there is told before gigabytes are read.
    let archive = match args.case {
        Some(case) => Some((case, open(case, global, environment).await?)),
        None => None,
    };
    if let Some(path) = args.output.as_deref().filter(|path| path.exists()) {
        return Err(NotMade::at(path, io::ErrorKind::AlreadyExists.into()).into());
    }
    let work = args.clone();
    let found = tokio::task::spawn_blocking(move || read(&work)).await??;
    if let Some((case, archive)) = archive {
        keep(case, &archive, args, &found, environment).await?;
        out.say(&out.texts.with("log-kept", &[("case", &case.to_string())]));
    }
    let format = if out.json { ScanFormat::Json } else { args.format };
    match &args.output {
        Some(path) => {
            let file = File::create_new(path).map_err(|source| NotMade::at(path, source))?;
            let mut file = BufWriter::new(file);
            write(format, &found, out, &mut file)?;
            file.flush()?;
            out.say(&out.texts.with("log-written", &[("path", &path.display().to_string())]));
        }
        None => write(format, &found, out, &mut io::stdout().lock())?,
    }
    Ok(found.exit())
}

/// The file for the output could not be made. One that is there is never written over.
#[derive(Debug, thiserror::Error)]
#[error("{path} could not be made")]
pub struct NotMade {
    path: String,
    /// Why.
    pub source: io::Error,
}

impl NotMade {
    fn at(path: &Path, source: io::Error) -> Self {
        Self { path: path.display().to_string(), source }
    }
}

fn read(args: &ScanArgs) -> anyhow::Result<Found> {
    let mut options = Options { dates: args.dates.map(order), ..Options::default() };
    if let Some(threads) = args.threads {
        options.threads = threads.get();
    }
    let log = Log::read(&args.files, &options)?;
    let mut analysis = find::analyse(&log, &seeds(&args.seeds))?;
    annotate(&mut analysis, &args.networks)?;
    Ok(Found::of(&log, analysis, &args.account)?)
}

/// What files of networks say, each with the day that it was written.
fn annotate(analysis: &mut Analysis, paths: &[PathBuf]) -> anyhow::Result<()> {
    for path in paths {
        let failed = || format!("{} could not be read", path.display());
        let written = std::fs::metadata(path).and_then(|meta| meta.modified()).with_context(failed)?;
        let day = Timestamp::try_from(written).map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
        networks::annotate(analysis, &[(path, day)]).with_context(failed)?;
    }
    Ok(())
}

fn seeds(args: &SeedArgs) -> Seeds {
    Seeds {
        addresses: args.from_address.clone(),
        sessions: args.from_session.clone(),
        apps: args.from_app.clone(),
        since: args.since,
    }
}

fn order(dates: DatesArg) -> DateOrder {
    match dates {
        DatesArg::Mdy => DateOrder::MonthFirst,
        DatesArg::Dmy => DateOrder::DayFirst,
    }
}

fn write(format: ScanFormat, found: &Found, out: &Output, to: &mut dyn Write) -> anyhow::Result<()> {
    match format {
        ScanFormat::Text => writeln!(to, "{}", screen::text(found, out))?,
        ScanFormat::Json => writeln!(to, "{}", harmless_json(&serde_json::to_string_pretty(found)?))?,
        ScanFormat::Jsonl => {
            for moment in &found.timeline.moments {
                writeln!(to, "{}", harmless_json(&serde_json::to_string(moment)?))?;
            }
        }
        ScanFormat::Csv => csv::write(found, to)?,
        ScanFormat::Html => writeln!(to, "{}", html::page(found, out))?,
    }
    Ok(())
}

async fn open(case: CaseId, global: &Global, environment: &Environment) -> anyhow::Result<Archive> {
    let archive = Archive::open(global, environment).await?;
    archive.read(case).await?;
    Ok(archive)
}

/// Keeps what was found as evidence, and says in the journal which files it was found in.
async fn keep(case: CaseId, archive: &Archive, args: &ScanArgs, found: &Found, environment: &Environment) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for path in &args.files {
        files.push((path.display().to_string(), digest(path)?));
    }
    let evidence = archive.store.keep(case, &serde_json::to_vec(found)?).await?;
    let entry = Entry::LogsScanned { files, evidence };
    let (state, _) = archive.read(case).await?;
    let at = regain_ports::Clock::now(&SystemClock);
    let new = NewEntry { at, actor: session::actor(environment, None), entry };
    archive.store.append(case, state.last, &[new]).await?;
    Ok(())
}

fn digest(path: &Path) -> anyhow::Result<Digest> {
    let failed = || format!("{} could not be read", path.display());
    let mut file = File::open(path).with_context(failed)?;
    let mut buffer = vec![0; 1 << 20];
    let digest = Digest::of_pieces(|take| {
        let count = file.read(&mut buffer)?;
        take(&buffer[..count]);
        Ok::<bool, io::Error>(count > 0)
    });
    digest.with_context(failed)
}

fn statements(args: &SqlArgs, out: &Output) -> anyhow::Result<Exit> {
    let seeds = seeds(&args.seeds);
    let shape = match args.shape {
        SqlShape::Csv => sql::Shape::Csv,
        SqlShape::Jsonl => sql::Shape::Lines,
        SqlShape::Parquet => sql::Shape::Parquet,
    };
    let parts = match args.part {
        SqlPart::All => vec![sql::schema(), sql::load(shape, &args.files), sql::pivots(&seeds)],
        SqlPart::Schema => vec![sql::schema()],
        SqlPart::Load => vec![sql::load(shape, &args.files)],
        SqlPart::Pivots => vec![sql::pivots(&seeds)],
    };
    out.data(parts.join("\n").trim_end())?;
    Ok(Exit::Done)
}
