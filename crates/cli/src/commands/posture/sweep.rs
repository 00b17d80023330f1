//! `posture --sweep`: every mailbox looked into, what was found, what was not read. Nothing is touched.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use regain_engine::step::chain_of;
use regain_engine::sweep::{self, Ended};
use regain_engine::{Audience, posture};
use regain_incident::account::Account;
use regain_incident::case::{AccountState, Case};
use regain_incident::facet::{FacetName, Gap};
use regain_incident::finding::{Finding, Verdict};
use regain_incident::ids::CaseId;
use regain_incident::journal::Recorded;
use regain_incident::sweep::{RESUMED_WITHIN_HOURS, Sweep, Swept};
use regain_incident::text::{harmless, on_a_line};
use serde::Serialize;

use super::record;
use crate::args::{Global, PostureArgs};
use crate::commands::Desk;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output::Output;
use crate::screen;
use crate::views::FindingView;

/// Names that are told of each reason why something was not read; the others are counted.
const NAMES: usize = 3;

/// What a sweep came to.
struct Outcome<'a> {
    tenant: &'a str,
    /// The domain that people know it by, where it was measured before. Hostile.
    known_as: Option<String>,
    record: CaseId,
    sweep: &'a Sweep,
    halted: Option<Gap>,
    /// Whether it was made before, and nothing was asked now.
    is_earlier: bool,
}

/// Cases for the accounts that were found.
#[derive(Default)]
struct Cases {
    /// Opened now.
    opened: Option<CaseId>,
    /// Open before, by sign-in name.
    held: Vec<(String, CaseId)>,
    /// Accounts for which none could be opened, and why.
    without: Vec<(String, String)>,
    /// What ended it before its time.
    failed: Option<anyhow::Error>,
}

/// Says the number of the case that is opened before anything else can go wrong, and keeps it.
struct Opening {
    out: Arc<Output>,
    progress: Arc<dyn Audience>,
    opened: OnceLock<CaseId>,
}

impl Audience for Opening {
    fn recorded(&self, case: &Case, entry: &Recorded) {
        if self.opened.set(case.id).is_ok() {
            self.out.say(&self.out.texts.with("case-opened", &[("case", &case.id.to_string())]));
        }
        self.progress.recorded(case, entry);
    }
}

/// Looks, tells, and opens a case where that was asked for. Exit 1 if anything was found, undecided or not read.
pub async fn run(args: &PostureArgs, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open_reading(global, environment, out).await?;
    let (world, tenant) = (&desk.session.world, &desk.session.operator.tenant);
    let survey = posture::survey(world.journal.as_ref(), tenant, &[]).await?;
    let scribe = record(&desk, &survey).await?;
    let now = world.clock.now();
    let newest = |case: &Case| case.posture.sweeps.newest().cloned();
    let earlier = scribe.ask(newest).await.filter(|sweep| args.open_cases && opens_cases(sweep, now));
    let is_earlier = earlier.is_some();
    let ended = if is_earlier { Ended::AtItsEnd } else { sweep::sweep(world, &scribe).await? };
    let record = scribe.id();
    let known_as = scribe.ask(|case| case.organisation().and_then(AccountState::known_as).map(str::to_owned)).await;
    let newest = scribe.ask(newest).await;
    scribe.close(world).await?;
    let sweep = newest.ok_or_else(|| anyhow!(desk.out.texts.get("sweep-not-recorded")))?;
    let halted = match ended {
        Ended::AtItsEnd => None,
        Ended::Halted(gap) => Some(gap),
    };
    let result = Outcome { tenant: tenant.as_str(), known_as, record, sweep: &sweep, halted, is_earlier };
    let cases = tell(&desk, &result, args).await?;
    let is_clear = sweep.is_whole() && sweep.found().next().is_none() && sweep.undecided().next().is_none();
    Ok(if is_clear && cases.failed.is_none() { Exit::Done } else { Exit::NeedsAttention })
}

/// Whether cases can be opened by a sweep without a new one: it came to its end within a day, and what was not read is no
/// right that is missing.
fn opens_cases(sweep: &Sweep, now: Timestamp) -> bool {
    let is_recent = |ended| now.duration_since(ended) < SignedDuration::from_hours(RESUMED_WITHIN_HOURS);
    sweep.ended.is_some_and(is_recent) && sweep.rest.is_none()
}

/// One case for all accounts in which something was found and that no open case holds.
async fn open(desk: &Desk, sweep: &Sweep) -> Cases {
    let opening = Opening { out: desk.out.clone(), progress: desk.audience(), opened: OnceLock::new() };
    let (opening, mut cases) = (Arc::new(opening), Cases::default());
    let tried = try_to_open(desk, sweep, opening.clone(), &mut cases).await;
    Cases { opened: opening.opened.get().copied(), failed: tried.err(), ..cases }
}

async fn try_to_open(desk: &Desk, sweep: &Sweep, opening: Arc<Opening>, cases: &mut Cases) -> anyhow::Result<()> {
    let (world, operator) = (&desk.session.world, &desk.session.operator);
    let held = sweep::in_open_cases(world, &operator.tenant).await?;
    let mut new: Vec<Account> = Vec::new();
    for swept in sweep.found() {
        match held.get(&swept.account.id) {
            Some(case) => cases.held.push((swept.account.upn.clone(), *case)),
            None => new.push(swept.account.clone()),
        }
    }
    let (targets, unknown) = sweep::targets(world, operator, &new).await;
    cases.without = unknown.iter().map(|(account, why)| (account.upn.clone(), chain_of(why))).collect();
    if !targets.is_empty() {
        sweep::open_case(world, operator, &desk.session.holder, opening, &targets).await?;
    }
    Ok(())
}

/// Shows what was found, and then opens the case that was asked for: a failure of the one does not keep the other from
/// being done. A document holds both, so it is printed at the end.
async fn tell(desk: &Desk, result: &Outcome<'_>, args: &PostureArgs) -> anyhow::Result<Cases> {
    let out = &desk.out;
    let head = desk.session.world.journal.head(result.record).await?.to_string();
    let digest = out.texts.with("head-digest", &[("digest", &head)]);
    let shown = if out.json { Ok(()) } else { out.data(&format!("{}\n{digest}", page(result, args.all, out))) };
    let cases = if args.open_cases { open(desk, result.sweep).await } else { Cases::default() };
    if let Some(error) = &cases.failed {
        out.error(error);
    }
    shown?;
    if out.json {
        out.document(&SweepView::of(result, &cases, &head))?;
    } else {
        let now = desk.session.world.clock.now();
        for line in offers(result, &cases, now, out) {
            out.say(&line);
        }
    }
    Ok(cases)
}

fn page(result: &Outcome<'_>, all: bool, out: &Output) -> String {
    let sweep = result.sweep;
    let (texts, record) = (&out.texts, result.record.to_string());
    let tenant = on_a_line(result.known_as.as_deref().unwrap_or(result.tenant));
    let head = texts.with("sweep-head", &[("tenant", &tenant), ("case", &record)]);
    let mut lines = vec![out.bold(&head)];
    if let Some(ended) = sweep.ended.filter(|_| result.is_earlier) {
        lines.push(texts.with("sweep-earlier", &[("time", &ended.to_string())]));
    }
    lines.push(sums(sweep, out));
    let found = by_name(sweep.found());
    if !found.is_empty() {
        lines.push(out.bold(&texts.get("sweep-found")));
        lines.extend(found.iter().flat_map(|swept| told(swept, Verdict::Suspicious, all, out)));
    }
    let undecided = by_name(sweep.undecided());
    if !undecided.is_empty() {
        lines.push(out.bold(&texts.get("sweep-undecided")));
        lines.extend(undecided.iter().flat_map(|swept| told(swept, Verdict::Undecided, all, out)));
    }
    lines.extend(unread(sweep, out));
    lines.join("\n")
}

/// In the order in which people look for somebody.
fn by_name<'a>(all: impl Iterator<Item = &'a Swept>) -> Vec<&'a Swept> {
    let mut all: Vec<&Swept> = all.collect();
    all.sort_by(|one, other| one.account.upn.cmp(&other.account.upn));
    all
}

fn sums(sweep: &Sweep, out: &Output) -> String {
    let (all, read) = (sweep.mailboxes(), sweep.read());
    let names = [
        ("all", all),
        ("read", read),
        ("unread", all.saturating_sub(read)),
        ("found", sweep.found().count()),
        ("undecided", sweep.undecided().count()),
    ];
    let names = names.map(|(name, value)| (name, value.to_string()));
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    out.texts.with("sweep-sums", &names)
}

/// A mailbox and its findings of at least `least`: a line each, or with every reason.
fn told(swept: &Swept, least: Verdict, all: bool, out: &Output) -> Vec<String> {
    let findings: Vec<&Finding> = swept.findings.iter().filter(|finding| finding.verdict >= least).collect();
    let mut lines = vec![format!("  {}", on_a_line(&swept.account.upn))];
    if all {
        lines.push(screen::details(&findings, out));
        return lines;
    }
    for finding in findings {
        let verdict = out.texts.get(&format!("verdict-{}", finding.verdict.as_str()));
        let text = format!("{verdict}: {}", screen::headline(finding, out));
        lines.push(screen::wrapped(&format!("    {}", finding.item), &text, screen::WIDTH));
    }
    lines
}

/// What was not read, by reason.
fn unread(sweep: &Sweep, out: &Output) -> Vec<String> {
    let mut by_reason: BTreeMap<(FacetName, String), Vec<String>> = BTreeMap::new();
    for swept in by_name(sweep.unread()) {
        for (facet, why) in &swept.unread {
            by_reason.entry((*facet, screen::gap(why, out))).or_default().push(on_a_line(&swept.account.upn));
        }
    }
    let mut lines: Vec<String> = by_reason.iter().map(|((facet, why), names)| line_of(*facet, why, names, out)).collect();
    let not_asked = sweep.listing.accounts.saturating_sub(sweep.asked());
    if not_asked > 0 {
        let (key, why) = match &sweep.rest {
            Some(rest) => ("sweep-rest-not-asked", screen::gap(rest, out)),
            None => ("sweep-not-asked-yet", String::new()),
        };
        let line = out.texts.with(key, &[("count", &not_asked.to_string()), ("why", &why)]);
        lines.push(format!("  {line}"));
    }
    if let Some(gap) = &sweep.listing.gap {
        lines.push(format!("  {}", out.texts.with("sweep-list-cut", &[("why", &screen::gap(gap, out))])));
    }
    if lines.is_empty() { lines } else { [out.bold(&out.texts.get("sweep-unread"))].into_iter().chain(lines).collect() }
}

fn line_of(facet: FacetName, why: &str, names: &[String], out: &Output) -> String {
    let more = match names.len().saturating_sub(NAMES) {
        0 => String::new(),
        more => format!(" {}", out.texts.with("sweep-and-more", &[("count", &more.to_string())])),
    };
    let shown: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
    let facet = out.texts.get(&format!("facet-{facet}"));
    format!("  {:>5}  {facet}: {why} ({}{more})", names.len(), shown.join(", "))
}

/// What can be done about it. Nothing of it was.
fn offers(result: &Outcome<'_>, cases: &Cases, now: Timestamp, out: &Output) -> Vec<String> {
    let texts = &out.texts;
    let mut lines = Vec::new();
    if let Some(gap) = &result.halted {
        lines.push(texts.with("sweep-halted", &[("why", &screen::gap(gap, out))]));
    }
    if let Some(case) = cases.opened {
        let key = if cases.failed.is_none() { "sweep-case-opened" } else { "sweep-case-not-read" };
        lines.push(texts.with(key, &[("case", &case.to_string())]));
    }
    for (upn, case) in &cases.held {
        lines.push(texts.with("sweep-case-held", &[("upn", &on_a_line(upn)), ("case", &case.to_string())]));
    }
    for (upn, why) in &cases.without {
        lines.push(texts.with("sweep-no-case", &[("upn", &on_a_line(upn)), ("why", &on_a_line(why))]));
    }
    let Some(upn) = result.sweep.found().next().map(|swept| on_a_line(&swept.account.upn)) else { return lines };
    match cases.opened.map(|case| case.to_string()) {
        Some(case) => lines.push(texts.with("sweep-offer-in-case", &[("upn", &upn), ("case", &case)])),
        None => lines.push(texts.with("sweep-offer", &[("upn", &upn)])),
    }
    let none_was_asked_for = cases.opened.is_none() && cases.held.is_empty() && cases.without.is_empty();
    if none_was_asked_for && opens_cases(result.sweep, now) {
        lines.push(texts.get("sweep-offer-cases"));
    }
    lines
}

/// What `posture --sweep` prints; its schema is `docs/schema/sweep.schema.json`.
#[derive(Serialize)]
struct SweepView {
    tenant: String,
    /// The tenant's record.
    case: String,
    head: String,
    began_at: String,
    /// None if it halted: it can be gone on with.
    ended_at: Option<String>,
    /// Whether it was gone on with after an interruption.
    resumed: bool,
    /// Why it halted: the service answered nobody any more, or a right ended.
    halted: Option<Gap>,
    mailboxes: Counts,
    /// Mailboxes in which something calls for an answer.
    found: Vec<SweptView>,
    /// Mailboxes in which something could not be judged.
    undecided: Vec<SweptView>,
    /// Mailboxes that were not read whole.
    unread: Vec<UnreadView>,
    /// Why there may be mailboxes that were not listed.
    list_gap: Option<Gap>,
    /// Why the rest was not asked.
    rest: Option<Gap>,
    /// The case that was opened for them.
    opened: Option<String>,
    /// Accounts that an open case holds.
    held: Vec<HeldView>,
    /// Accounts for which no case could be opened.
    without_case: Vec<WithoutView>,
}

/// How many mailboxes.
#[derive(Serialize)]
struct Counts {
    /// There are, as far as is known.
    all: usize,
    /// Were read whole.
    read: usize,
    /// Were not.
    unread: usize,
    /// Accounts that have none, or none any more.
    absent: usize,
}

#[derive(Serialize)]
struct SweptView {
    upn: String,
    id: String,
    kind: &'static str,
    findings: Vec<FindingView>,
}

#[derive(Serialize)]
struct UnreadView {
    upn: String,
    id: String,
    facet: FacetName,
    why: Gap,
}

#[derive(Serialize)]
struct HeldView {
    upn: String,
    case: String,
}

#[derive(Serialize)]
struct WithoutView {
    upn: String,
    why: String,
}

impl SweepView {
    fn of(result: &Outcome<'_>, cases: &Cases, head: &str) -> Self {
        let sweep = result.sweep;
        let name = |upn: &str| harmless(upn, 256);
        let held = cases.held.iter().map(|(upn, case)| HeldView { upn: name(upn), case: case.to_string() });
        let without = cases.without.iter().map(|(upn, why)| WithoutView { upn: name(upn), why: harmless(why, 400) });
        Self {
            tenant: result.tenant.to_owned(),
            case: result.record.to_string(),
            head: head.to_owned(),
            began_at: sweep.began.to_string(),
            ended_at: sweep.ended.map(|at| at.to_string()),
            resumed: sweep.resumed,
            halted: result.halted.clone(),
            mailboxes: Counts::of(sweep),
            found: by_name(sweep.found()).into_iter().map(SweptView::of).collect(),
            undecided: by_name(sweep.undecided()).into_iter().map(SweptView::of).collect(),
            unread: by_name(sweep.unread()).into_iter().flat_map(UnreadView::of).collect(),
            list_gap: sweep.listing.gap.clone(),
            rest: sweep.rest.clone(),
            opened: cases.opened.map(|case| case.to_string()),
            held: held.collect(),
            without_case: without.collect(),
        }
    }
}

impl Counts {
    fn of(sweep: &Sweep) -> Self {
        let (all, read) = (sweep.mailboxes(), sweep.read());
        Self { all, read, unread: all.saturating_sub(read), absent: sweep.absent() }
    }
}

impl SweptView {
    fn of(swept: &Swept) -> Self {
        Self {
            upn: harmless(&swept.account.upn, 256),
            id: swept.account.id.to_string(),
            kind: swept.account.kind.as_str(),
            findings: swept.findings.iter().map(FindingView::of).collect(),
        }
    }
}

impl UnreadView {
    fn of(swept: &Swept) -> impl Iterator<Item = Self> {
        let (upn, id) = (harmless(&swept.account.upn, 256), swept.account.id.to_string());
        swept.unread.iter().map(move |(facet, why)| Self { upn: upn.clone(), id: id.clone(), facet: *facet, why: why.clone() })
    }
}
