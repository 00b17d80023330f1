//! What may be typed. Names are a public contract.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use regain_incident::account::Kind;
use regain_incident::ids::{CaseId, PlanId, StepId};
use regain_incident::item::Item;

use crate::commands::{doctor::DoctorArgs, tenant::TenantCommand};
use crate::texts::Language;

/// Takes a compromised Microsoft 365 account back.
#[derive(Debug, Parser)]
#[command(
    name = "regain",
    version,
    about = "Takes a compromised Microsoft 365 account back",
    propagate_version = true,
    max_term_width = 100
)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: Global,
}

/// Flags that every command takes.
#[derive(Debug, Clone, ClapArgs)]
pub struct Global {
    /// Print data as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of texts for people.
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Language>,
    /// Where cases are kept (default: $XDG_DATA_HOME/regain).
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Which of the configured tenants.
    #[arg(long, global = true, value_name = "NAME")]
    pub tenant: Option<String>,
    /// Sign in as a person by typing a code on another device. Many tenants block this, for whoever
    /// sends such a code to somebody is let in by them; the default is the browser on this machine.
    #[arg(long, global = true)]
    pub device_code: bool,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show a whole case on an emulated tenant; nothing to sign up for.
    Demo(DemoArgs),
    /// Lock accounts at once, show what is suspicious, clean after approval.
    Contain(ContainArgs),
    /// Look at accounts and say what is suspicious; change nothing.
    Check(CheckArgs),
    /// Cases: list, show, add to, close, forget.
    #[command(subcommand)]
    Case(CaseCommand),
    /// Plans: make, show, approve.
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Carry out what is approved.
    Apply(OnCase),
    /// Read again and say whether it holds.
    Verify(OnCase),
    /// Go on after an interruption.
    Resume(OnCase),
    /// Keep looking for what comes back.
    Watch(WatchArgs),
    /// Undo cleaning steps.
    Undo(UndoArgs),
    /// Give sign-in or admin roles back.
    Release(ReleaseArgs),
    /// Tell a case.
    Report(ReportArgs),
    /// The record and its check.
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Exported audit logs: what they show.
    #[command(subcommand)]
    Log(LogCommand),
    /// Measure the tenant against the security roadmap, so that it does not happen again.
    Posture(PostureArgs),
    /// Try every permission and endpoint that is needed.
    Doctor(DoctorArgs),
    /// The tenants that this machine knows.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Run an emulated tenant alone.
    Emulate(EmulateArgs),
}

/// `regain posture`.
#[derive(Debug, Clone, ClapArgs)]
pub struct PostureArgs {
    /// Plan the change that fixes an item: shown, and carried out after an approval.
    #[arg(long, value_name = "ITEM")]
    pub fix: Vec<String>,
    /// Answer a question of the roadmap; stored with your name and the date.
    #[arg(long, value_name = "ITEM=yes|no", value_parser = yes_or_no)]
    pub answer: Vec<(String, bool)>,
    /// What is to be remembered with the answers.
    #[arg(long, value_name = "TEXT", requires = "answer")]
    pub note: Option<String>,
    /// Answer for an item that is not met.
    #[arg(long, value_name = "ITEM", requires_all = ["until", "because"])]
    pub accept: Vec<String>,
    /// Until when: afterwards it counts again.
    #[arg(long, value_name = "YYYY-MM-DD", requires = "accept")]
    pub until: Option<jiff::civil::Date>,
    /// Why.
    #[arg(long, value_name = "REASON", requires = "accept")]
    pub because: Option<String>,
    /// Put first what would have stopped the intruder of this case (default: of every case of the tenant).
    #[arg(long, value_name = "CASE")]
    pub case: Vec<CaseId>,
    /// Show why each item matters, and everything that is lacking.
    #[arg(long)]
    pub all: bool,
    /// Ask this name server about the tenant's domains (default: those of this machine).
    #[arg(long, value_name = "IP[:PORT]", value_parser = name_server)]
    pub dns: Option<SocketAddr>,
    /// Ask no name server: what is published about the tenant's domains is not measured then.
    #[arg(long, conflicts_with = "dns")]
    pub no_dns: bool,
    /// Look into every mailbox for forwarding and inbox rules as intruders leave them; change nothing. A sweep that was
    /// interrupted goes on where it stood, for a day.
    #[arg(long, conflicts_with_all = ["fix", "answer", "accept", "case", "dns", "no_dns"])]
    pub sweep: bool,
    /// Open a case for the accounts in which a sweep found something; lock nothing. A sweep that came to its end within a
    /// day is used, and no new one is made.
    #[arg(long, requires = "sweep")]
    pub open_cases: bool,
}

fn name_server(text: &str) -> Result<SocketAddr, String> {
    const PORT: u16 = 53;
    let at_port = || text.parse::<IpAddr>().map(|address| SocketAddr::new(address, PORT));
    text.parse().or_else(|_| at_port()).map_err(|_| "write an IP address, and a port if it is not 53".to_owned())
}

fn yes_or_no(text: &str) -> Result<(String, bool), String> {
    match text.split_once('=') {
        Some((item, "yes")) => Ok((item.to_owned(), true)),
        Some((item, "no")) => Ok((item.to_owned(), false)),
        _ => Err("write ITEM=yes or ITEM=no".to_owned()),
    }
}

/// `regain demo`.
#[derive(Debug, Clone, ClapArgs)]
pub struct DemoArgs {
    /// Explain each step and wait.
    #[arg(long)]
    pub guided: bool,
    /// A scenario that ships with regain, or a file.
    #[arg(long, default_value = "bec-classic", value_name = "NAME|FILE")]
    pub scenario: String,
    /// Leave a step out, to see which way in then stays open: an action, or ACTION=TARGET.
    #[arg(long, value_name = "ACTION")]
    pub leave_out: Vec<String>,
}

/// How a fresh password leaves.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct SealArgs {
    /// Seal fresh passwords to this age recipient (age1…), in a file, instead of showing them.
    #[arg(long, value_name = "RECIPIENT")]
    pub seal_to: Vec<String>,
    /// Where sealed files go.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub seal_dir: PathBuf,
}

/// `regain contain`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ContainArgs {
    /// Sign-in names, addresses or object ids.
    #[arg(required_unless_present = "from", value_name = "ACCOUNT")]
    pub accounts: Vec<String>,
    /// A list of accounts as comma-separated values, or - for standard input: a header with `account`, and
    /// maybe `level` (full or revoke-and-reset) and `privileged` (the sign-in name again).
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Go on without those of the list that cannot be locked.
    #[arg(long, requires = "from")]
    pub skip: bool,
    /// Show everything before the first change.
    #[arg(long)]
    pub plan_first: bool,
    /// Approve cleaning unseen: only what is malicious by two kinds of evidence and can be undone.
    #[arg(long)]
    pub yes: bool,
    /// Keep this, although it looks bad.
    #[arg(long, value_name = "ITEM")]
    pub keep: Vec<Item>,
    /// Clean this too, although it looks benign.
    #[arg(long, value_name = "ITEM")]
    pub also: Vec<Item>,
    /// The kind of account that is meant, where it is not a person's.
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: Option<KindArg>,
    /// The sign-in name again, of an account that holds admin roles.
    #[arg(long, value_name = "UPN")]
    pub privileged: Vec<String>,
    /// How many accounts are meant, above 25.
    #[arg(long, value_name = "N")]
    pub expect: Option<usize>,
    /// How a fresh password leaves, should one be needed at once.
    #[command(flatten)]
    pub seal: SealArgs,
}

/// Kinds that `contain` asks about first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// A person's own account.
    Person,
    /// A shared mailbox.
    SharedMailbox,
    /// A room or equipment.
    Resource,
    /// A guest.
    Guest,
    /// A device or a program.
    ServiceLike,
}

impl KindArg {
    /// The kind that is meant.
    pub fn kind(self) -> Kind {
        match self {
            Self::Person => Kind::Person,
            Self::SharedMailbox => Kind::SharedMailbox,
            Self::Resource => Kind::Resource,
            Self::Guest => Kind::Guest,
            Self::ServiceLike => Kind::ServiceLike,
        }
    }
}

/// `regain check`.
#[derive(Debug, Clone, ClapArgs)]
pub struct CheckArgs {
    /// Sign-in names, addresses or object ids.
    #[arg(required = true, value_name = "ACCOUNT")]
    pub accounts: Vec<String>,
    /// Show benign findings with their reasons too.
    #[arg(long, short)]
    pub verbose: bool,
}

/// `regain case`.
#[derive(Debug, Clone, Subcommand)]
pub enum CaseCommand {
    /// Every case, and the age of what it holds.
    List,
    /// One case.
    Show(OnCase),
    /// What happened, in its order.
    Timeline(OnCase),
    /// Add accounts to a case, locked as `contain` does.
    AddAccount {
        /// The case.
        case: CaseId,
        /// What `contain` takes.
        #[command(flatten)]
        contain: Box<ContainArgs>,
    },
    /// Say that you did a step that is work for a person.
    Done {
        /// The case.
        case: CaseId,
        /// The step.
        step: StepId,
    },
    /// Close a case; refused while anything is held.
    Close(OnCase),
    /// Destroy a case's key: what it held can never be read again.
    Forget {
        /// The case.
        case: CaseId,
        /// The case again, typed: there is no way back.
        #[arg(long, value_name = "CASE")]
        confirm: Option<CaseId>,
    },
}

/// A command on one case.
#[derive(Debug, Clone, ClapArgs)]
pub struct OnCase {
    /// The case, as in 2026-0412.
    pub case: CaseId,
}

/// `regain plan`.
#[derive(Debug, Clone, Subcommand)]
pub enum PlanCommand {
    /// Make the clean plan anew from what was read last.
    Make {
        /// The case.
        case: CaseId,
        /// Keep this, although it looks bad.
        #[arg(long, value_name = "ITEM")]
        keep: Vec<Item>,
        /// Clean this too, although it looks benign.
        #[arg(long, value_name = "ITEM")]
        also: Vec<Item>,
    },
    /// Show a plan: the newest, or the one named.
    Show {
        /// The case.
        case: CaseId,
        /// The plan.
        plan: Option<PlanId>,
    },
    /// Approve the plan that waits, by its digest.
    Approve {
        /// The case.
        case: CaseId,
        /// The digest, at least its first eight digits.
        #[arg(long, value_name = "HEX")]
        digest: String,
    },
}

/// `regain watch`.
#[derive(Debug, Clone, ClapArgs)]
pub struct WatchArgs {
    /// The case.
    pub case: CaseId,
    /// One pass now, for a timer.
    #[arg(long)]
    pub once: bool,
}

/// `regain undo`.
#[derive(Debug, Clone, ClapArgs)]
pub struct UndoArgs {
    /// The case.
    pub case: CaseId,
    /// The steps; all that can be undone if none is named.
    pub steps: Vec<StepId>,
}

/// `regain release`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ReleaseArgs {
    /// The case.
    pub case: CaseId,
    /// Which gate.
    #[arg(long, value_enum)]
    pub to: GateArg,
    /// How the owner was proven: in-person, video, or callback:SOURCE (where the number came from).
    #[arg(long, value_name = "HOW", value_parser = proof)]
    pub proof: Option<String>,
    /// How the intruder got in.
    #[arg(long, value_enum)]
    pub cause: Option<CauseArg>,
    /// A role that comes back although it dates from the incident, or from nobody knows when.
    #[arg(long, value_name = "ITEM")]
    pub give_back: Vec<Item>,
    /// A criterion that is not met, and why that is all right.
    #[arg(long = "override", value_name = "CRITERION=REASON", value_parser = override_of)]
    pub overrides: Vec<(String, String)>,
    /// It was no compromise: give everything back at once.
    #[arg(long, value_name = "REASON")]
    pub false_alarm: Option<String>,
    /// How the fresh password leaves.
    #[command(flatten)]
    pub seal: SealArgs,
}

/// The gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GateArg {
    /// Sign-in, a fresh password, sending.
    SignIn,
    /// The held admin roles.
    Roles,
}

/// How the intruder got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CauseArg {
    /// A link in a mail: a page that stole password and session.
    Link,
    /// A code that was typed for somebody else.
    Code,
    /// Malware on a device.
    Malware,
    /// A password used elsewhere too.
    Reuse,
    /// Nobody knows.
    Unknown,
}

fn proof(text: &str) -> Result<String, String> {
    let known = matches!(text, "in-person" | "video") || text.strip_prefix("callback:").is_some_and(|source| !source.is_empty());
    if known {
        Ok(text.to_owned())
    } else {
        Err("say in-person, video, or callback:SOURCE (where the number came from)".to_owned())
    }
}

fn override_of(text: &str) -> Result<(String, String), String> {
    let known = regain_incident::release::CRITERIA;
    match text.split_once('=') {
        Some((code, reason)) if known.contains(&code) && !reason.trim().is_empty() => Ok((code.to_owned(), reason.to_owned())),
        Some((code, _)) if !known.contains(&code) => {
            Err(format!("there is no criterion {code:?}; there are {}", known.join(", ")))
        }
        _ => Err("say CRITERION=REASON, with a reason".to_owned()),
    }
}

/// `regain report`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ReportArgs {
    /// The case.
    pub case: CaseId,
    /// In which form.
    #[arg(long, value_enum, default_value = "md")]
    pub format: ReportFormat,
}

/// Forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Markdown.
    Md,
    /// JSON.
    Json,
}

/// `regain evidence`.
#[derive(Debug, Clone, Subcommand)]
pub enum EvidenceCommand {
    /// Check that nothing in the record was changed, removed, inserted or reordered.
    Verify {
        /// One case; all if none is named.
        case: Option<CaseId>,
        /// A head digest that was kept elsewhere: finds truncation and rewriting too.
        #[arg(long, value_name = "DIGEST", requires = "case")]
        head: Option<String>,
    },
}

/// `regain log`.
#[derive(Debug, Clone, Subcommand)]
pub enum LogCommand {
    /// Read exported audit logs: what happened, who was there, what is missing.
    Scan(Box<ScanArgs>),
    /// Print the same model and questions as SQL for ClickHouse, where one machine is not enough.
    Sql(SqlArgs),
}

/// `regain log scan`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ScanArgs {
    /// Exports as they are: CSV, JSON, JSON lines, gzip, zip. The kind is recognised.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Tell everything that this account did.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Vec<String>,
    /// What is known of the intruder.
    #[command(flatten)]
    pub seeds: SeedArgs,
    /// Say whose networks the intruder's addresses are in, from a CSV of ranges (first, last, what is known).
    #[arg(long, value_name = "FILE")]
    pub networks: Vec<PathBuf>,
    /// The order of day and month, where dates like 5/4/2021 can be read both ways.
    #[arg(long, value_enum)]
    pub dates: Option<DatesArg>,
    /// How many threads read (default: one for each processor).
    #[arg(long, value_name = "N")]
    pub threads: Option<std::num::NonZero<usize>>,
    /// In which form.
    #[arg(long, value_enum, default_value = "text")]
    pub format: ScanFormat,
    /// Write to this file instead of the screen.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Keep what was found in this case, with the digests of the files.
    #[arg(long, value_name = "CASE")]
    pub case: Option<CaseId>,
}

/// The order of day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DatesArg {
    /// Month, day, year.
    Mdy,
    /// Day, month, year.
    Dmy,
}

/// Forms of what a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScanFormat {
    /// For a terminal.
    Text,
    /// One JSON document.
    Json,
    /// The timeline, one JSON object on each line.
    Jsonl,
    /// The timeline for a spreadsheet.
    Csv,
    /// One page with a picture.
    Html,
}

/// `regain log sql`.
#[derive(Debug, Clone, ClapArgs)]
pub struct SqlArgs {
    /// Which part.
    #[arg(value_enum, default_value = "all")]
    pub part: SqlPart,
    /// Files to load, as ClickHouse names them: a path, with * for several, or a URL.
    #[arg(long, value_name = "PATH", default_value = "audit.csv")]
    pub files: String,
    /// How the files are written.
    #[arg(long, value_enum, default_value = "csv")]
    pub shape: SqlShape,
    /// What is known of the intruder.
    #[command(flatten)]
    pub seeds: SeedArgs,
}

/// What is known of the intruder; without any of it, the indicators find where to begin.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct SeedArgs {
    /// An address that is the intruder's.
    #[arg(long, value_name = "ADDRESS")]
    pub from_address: Vec<std::net::IpAddr>,
    /// A session that is the intruder's.
    #[arg(long, value_name = "SESSION")]
    pub from_session: Vec<String>,
    /// An application that is the intruder's.
    #[arg(long, value_name = "APP")]
    pub from_app: Vec<String>,
    /// Nothing before this moment is the intruder's, as in 2026-05-18T21:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub since: Option<jiff::Timestamp>,
}

/// Parts of the SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SqlPart {
    /// Everything, in its order.
    All,
    /// The table.
    Schema,
    /// How the exported files are loaded.
    Load,
    /// The questions.
    Pivots,
}

/// How files for ClickHouse are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SqlShape {
    /// CSV with a column AuditData.
    Csv,
    /// Audit records, one JSON object on each line.
    Jsonl,
    /// Parquet with a column AuditData.
    Parquet,
}

/// `regain emulate`.
#[derive(Debug, Clone, ClapArgs)]
pub struct EmulateArgs {
    /// A scenario that ships with regain, or a file.
    #[arg(required_unless_present = "operations", value_name = "SCENARIO")]
    pub scenario: Option<String>,
    /// Listen here: five ports from this one on.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<std::net::SocketAddr>,
    /// Milliseconds that each call takes.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Seed of everything that looks random.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Print a line for each request.
    #[arg(long)]
    pub log: bool,
    /// Speak TLS, and write the certificate of this run's authority to this file.
    #[arg(long, value_name = "CA_FILE")]
    pub tls: Option<PathBuf>,
    /// Answer on port 443 of loopback under the services' real host names; for a network namespace whose
    /// hosts file leads them there.
    #[arg(long, requires = "tls")]
    pub real_names: bool,
    /// Leave a member out of the answers of one operation, to see what breaks; as in "GET /users/{}:displayName".
    #[arg(long, value_name = "OPERATION:MEMBER")]
    pub withhold: Vec<regain_emulator::withheld::Withheld>,
    #[arg(long, value_name = "KIND[:KEY=VALUE,…]", help = "Let something go wrong; may be given several times",
        long_help = regain_emulator::faults::help())]
    pub fault: Vec<regain_emulator::faults::Rule>,
    /// List what is implemented, and stop.
    #[arg(long)]
    pub operations: bool,
}
