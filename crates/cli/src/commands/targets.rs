//! From what somebody typed, or wrote in a list, to the accounts that are locked. Reads only.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use regain_engine::intake::{self, IntakeError, Target};
use regain_incident::account::Kind;
use regain_incident::ids::AccountId;
use regain_incident::planner::Level;
use regain_incident::text::harmless;
use serde::Serialize;

use super::Desk;
use crate::args::ContainArgs;
use crate::list::{self, Asked};
use crate::output::Output;

/// Above this many accounts the number must be said.
const MANY: usize = 25;

/// The accounts that are locked, and those of a list that are not.
pub struct Gathered {
    /// To be locked.
    pub targets: Vec<Target>,
    /// Left out, each with its reason.
    pub left_out: Vec<LeftOut>,
}

/// An account of a list that is not locked.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// Its line in the list.
    pub line: Option<usize>,
    /// What names it.
    pub account: String,
    /// A word for scripts.
    pub code: &'static str,
    /// Why, in words.
    pub why: String,
    /// It could not be looked up just now: no reason to hold the others up.
    #[serde(skip)]
    passing: bool,
}

/// Resolves every name, and asks what must be asked, before anything is written.
pub async fn gather(desk: &Desk, args: &ContainArgs) -> anyhow::Result<Gathered> {
    let typed = args.accounts.iter().map(|name| Asked { line: None, name: name.clone(), level: Level::Full, privileged: None });
    let listed = match &args.from {
        Some(path) => read(desk, path)?,
        None => Vec::new(),
    };
    let (asked, merged) = list::merge(typed.chain(listed).collect());
    for (line, before, name) in merged.iter().filter(|(line, _, _)| *line > 0) {
        say_merged(desk, *line, *before, name);
    }
    if asked.len() > MANY && args.expect != Some(asked.len()) {
        bail!(desk.out.texts.with("many-accounts", &[("count", &asked.len().to_string())]));
    }
    let names: Vec<String> = asked.iter().map(|one| one.name.clone()).collect();
    let found = intake::find_all(&desk.session.world, &desk.session.operator, &names).await;
    let mut gathered = Gathered { targets: Vec::new(), left_out: Vec::new() };
    let mut lines: BTreeMap<AccountId, usize> = BTreeMap::new();
    for (one, found) in asked.iter().zip(found) {
        match allowed(desk, args, one, found) {
            Ok(target) => add(desk, &mut gathered, &mut lines, one, target),
            // What was typed is answered at once.
            Err(error) if args.from.is_none() => return Err(error),
            Err(error) => gathered.left_out.push(left_out(one, &error)),
        }
    }
    if args.from.is_some() {
        summarise(desk, &asked, &gathered);
        may_go_on(desk, args, &gathered)?;
    }
    Ok(gathered)
}

fn read(desk: &Desk, path: &Path) -> anyhow::Result<Vec<Asked>> {
    let shown = path.display().to_string();
    let bytes = if shown == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.with_context(|| desk.out.texts.with("list-unreadable", &[("file", &shown)]))?;
    list::read(&bytes).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(|one| one.say(&desk.out.texts)).collect();
        let head = desk.out.texts.with("list-wrong", &[("file", &shown)]);
        anyhow::anyhow!("{head}\n  {}", lines.join("\n  "))
    })
}

fn say_merged(desk: &Desk, line: usize, before: usize, name: &str) {
    let (line, before, name) = (line.to_string(), before.to_string(), harmless(name, 128));
    desk.out.say(&desk.out.texts.with("list-merged", &[("line", &line), ("before", &before), ("name", &name)]));
}

/// One more target; an account that another line names otherwise is the same one.
fn add(desk: &Desk, gathered: &mut Gathered, lines: &mut BTreeMap<AccountId, usize>, one: &Asked, target: Target) {
    if let Some(known) = gathered.targets.iter_mut().find(|known| known.account.id == target.account.id) {
        known.level = known.level.min(target.level);
        if let (Some(line), Some(before)) = (one.line, lines.get(&target.account.id)) {
            say_merged(desk, line, *before, &one.name);
        }
        return;
    }
    lines.insert(target.account.id.clone(), one.line.unwrap_or_default());
    gathered.targets.push(target);
}

/// Why an account of a list is not locked, beside what the look-up says.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct NotConfirmed {
    code: &'static str,
    text: String,
}

fn left_out(one: &Asked, error: &anyhow::Error) -> LeftOut {
    let code = match (error.downcast_ref::<IntakeError>(), error.downcast_ref::<NotConfirmed>()) {
        (Some(IntakeError::Unknown { .. }), _) => "not-found",
        (Some(IntakeError::Ambiguous { .. }), _) => "ambiguous",
        (Some(IntakeError::Provider { .. }), _) => "not-looked-up",
        (_, Some(NotConfirmed { code, .. })) => code,
        (Some(IntakeError::Refused { .. }) | None, None) => "refused",
    };
    let why = harmless(&regain_engine::step::chain_of(error.as_ref()), 400);
    LeftOut { line: one.line, account: harmless(&one.name, 256), code, why, passing: code == "not-looked-up" }
}

/// The target, if it may be locked and everything that must be said was said.
fn allowed(desk: &Desk, args: &ContainArgs, one: &Asked, found: Result<Target, IntakeError>) -> anyhow::Result<Target> {
    let mut target = found?;
    intake::allowed(&target)?;
    target.level = one.level;
    confirm_kind(desk, args, &mut target)?;
    confirm_privileged(desk, args, one, &target)?;
    if target.level == Level::RevokeAndReset && target.is_privileged() {
        let text = desk.out.texts.with("level-too-low", &[("upn", &target.account.upn)]);
        return Err(NotConfirmed { code: "level-too-low", text }.into());
    }
    Ok(target)
}

/// Whether a person is asked about one account. Nobody answers for a list one by one.
fn can_ask(args: &ContainArgs) -> bool {
    args.from.is_none() && Output::can_ask()
}

/// Only a person's account is locked because somebody typed its name.
fn confirm_kind(desk: &Desk, args: &ContainArgs, target: &mut Target) -> anyhow::Result<()> {
    let kind = target.account.kind;
    match args.kind.map(crate::args::KindArg::kind) {
        None if kind.is_locked_at_once() => return Ok(()),
        Some(said) if said == kind => return Ok(()),
        // Named like a service, and the responder knows better; nothing else is open to opinion.
        Some(said) if kind == Kind::ServiceLike || kind.is_locked_at_once() => {
            target.account.kind = said;
            return Ok(());
        }
        _ => {}
    }
    let named = desk.out.texts.get(&format!("kind-{}", kind.as_str()));
    let names = [("upn", target.account.upn.as_str()), ("kind", named.as_str()), ("flag", kind.as_str())];
    if args.kind.is_none() && can_ask(args) {
        let answer = desk.out.ask(&desk.out.texts.with("ask-kind", &names))?;
        if answer.as_deref().is_some_and(|answer| answer.eq_ignore_ascii_case(&target.account.upn)) {
            return Ok(());
        }
    }
    Err(NotConfirmed { code: "kind-not-confirmed", text: desk.out.texts.with("kind-not-confirmed", &names) }.into())
}

/// The name of an account that holds admin roles is typed twice.
fn confirm_privileged(desk: &Desk, args: &ContainArgs, one: &Asked, target: &Target) -> anyhow::Result<()> {
    let upn = &target.account.upn;
    let mut said = args.privileged.iter().chain(&one.privileged);
    if !target.is_privileged() || said.any(|said| said.eq_ignore_ascii_case(upn)) {
        return Ok(());
    }
    let names = [("upn", upn.as_str())];
    if can_ask(args) {
        let answer = desk.out.ask(&desk.out.texts.with("ask-privileged", &names))?;
        if answer.as_deref().is_some_and(|answer| answer.eq_ignore_ascii_case(upn)) {
            return Ok(());
        }
    }
    let text = desk.out.texts.with("privileged-not-confirmed", &names);
    Err(NotConfirmed { code: "privileged-not-confirmed", text }.into())
}

/// What will happen, before it does.
fn summarise(desk: &Desk, asked: &[Asked], gathered: &Gathered) {
    let (out, texts) = (&desk.out, &desk.out.texts);
    let of = |level| gathered.targets.iter().filter(|target| target.level == level).count().to_string();
    let (all, locked) = (asked.len().to_string(), gathered.targets.len().to_string());
    let (full, light) = (of(Level::Full), of(Level::RevokeAndReset));
    out.say(&texts.with("list-summary", &[("all", &all), ("locked", &locked), ("full", &full), ("light", &light)]));
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for target in &gathered.targets {
        *kinds.entry(target.account.kind.as_str()).or_default() += 1;
    }
    let kinds = kinds.iter().map(|(kind, count)| format!("{count} × {}", texts.get(&format!("kind-{kind}"))));
    out.say(&texts.with("list-kinds", &[("kinds", &kinds.collect::<Vec<_>>().join(", "))]));
    let privileged: BTreeSet<&str> =
        gathered.targets.iter().filter(|target| target.is_privileged()).map(|target| target.account.upn.as_str()).collect();
    if !privileged.is_empty() {
        let names = harmless(&privileged.into_iter().collect::<Vec<_>>().join(", "), 4096);
        out.say(&texts.with("list-privileged", &[("names", &names)]));
    }
    for left in &gathered.left_out {
        out.say(&left.say(desk));
    }
}

impl LeftOut {
    /// In words.
    fn say(&self, desk: &Desk) -> String {
        let line = self.line.map(|line| line.to_string()).unwrap_or_default();
        desk.out.texts.with("list-left-out", &[("line", &line), ("name", &self.account), ("why", &self.why)])
    }
}

/// A list of which some cannot be locked is not begun before somebody has said so. One that could not be
/// looked up just now holds only itself.
fn may_go_on(desk: &Desk, args: &ContainArgs, gathered: &Gathered) -> anyhow::Result<()> {
    let lasting = gathered.left_out.iter().filter(|left| !left.passing).count();
    let names = [("count", lasting.to_string())];
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if gathered.targets.is_empty() {
        bail!(desk.out.texts.get("list-nobody"));
    }
    if lasting == 0 || args.skip {
        return Ok(());
    }
    if Output::can_ask() && desk.out.ask(&desk.out.texts.with("ask-skip", &names))?.as_deref() == Some("a") {
        return Ok(());
    }
    bail!(desk.out.texts.with("list-not-begun", &names))
}
