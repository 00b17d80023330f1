//! `regain case`: list, show, timeline, add, tick off, close, forget.

use std::sync::Arc;

use anyhow::bail;
use jiff::Timestamp;
use regain_incident::case::{Case, StepState};
use regain_incident::ids::{CaseId, StepId};
use regain_incident::journal::{Entry, Purpose};
use regain_incident::report::Report;
use regain_incident::text::on_a_line;
use regain_ports::{Clock, Journal, JournalError};
use serde::Serialize;

use super::{Archive, Desk, contain};
use crate::args::{CaseCommand, Global, SealArgs};
use crate::clock::SystemClock;
use crate::environment::Environment;
use crate::exit::{self, Exit};
use crate::output::Output;
use crate::screen;
use crate::views::CaseView;

/// Runs one of them.
pub async fn run(command: &CaseCommand, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    match command {
        CaseCommand::List => list(global, environment, &out).await,
        CaseCommand::Show(on) => show(on.case, global, environment, &out).await,
        CaseCommand::Timeline(on) => timeline(on.case, global, environment, &out).await,
        CaseCommand::AddAccount { case, contain: args } => {
            let desk = Desk::open(global, environment, out, &args.seal).await?;
            contain::with(&desk, args, Some(*case)).await
        }
        CaseCommand::Done { case, step } => done(*case, *step, global, environment, out).await,
        CaseCommand::Close(on) => close(on.case, global, environment, out).await,
        CaseCommand::Forget { case, confirm } => forget(*case, *confirm, global, environment, &out).await,
    }
}

/// One row of the list.
#[derive(Serialize)]
struct Row {
    case: String,
    opened_at: Option<String>,
    accounts: Vec<String>,
    /// What people call them.
    #[serde(skip)]
    called: Vec<String>,
    closed: bool,
    forgotten: bool,
    roles_held: usize,
    sign_in_held: usize,
    held_hours: Option<i64>,
    /// The record of a tenant's posture, and no incident.
    posture: bool,
}

impl Row {
    fn of(case: &Case, now: Timestamp) -> Self {
        let ids = || case.accounts.keys();
        let (roles_held, sign_in_held) =
            (ids().map(|id| case.held(id).len()).sum(), ids().filter(|id| case.holds_sign_in(id)).count());
        let held_hours = (roles_held + sign_in_held > 0).then(|| now.duration_since(case.opened_at).as_hours().max(0));
        Self {
            case: case.id.to_string(),
            opened_at: Some(case.opened_at.to_string()),
            accounts: case.accounts.values().map(|state| state.account.upn.clone()).collect(),
            called: case.accounts.values().map(|state| state.called().to_owned()).collect(),
            closed: case.closed,
            forgotten: false,
            roles_held,
            sign_in_held,
            held_hours,
            posture: case.purpose == Purpose::Posture,
        }
    }

    fn forgotten(id: CaseId) -> Self {
        Self {
            case: id.to_string(),
            opened_at: None,
            accounts: vec![],
            called: vec![],
            closed: true,
            forgotten: true,
            roles_held: 0,
            sign_in_held: 0,
            held_hours: None,
            posture: false,
        }
    }
}

async fn list(global: &Global, environment: &Environment, out: &Output) -> anyhow::Result<Exit> {
    let archive = Archive::open(global, environment).await?;
    let mut rows = Vec::new();
    for id in archive.store.cases().await? {
        match archive.store.read(id, regain_incident::ids::Seq::START).await {
            Ok(entries) => rows.push(Row::of(&Case::of(id, &entries)?, SystemClock.now())),
            Err(JournalError::Forgotten(id)) => rows.push(Row::forgotten(id)),
            Err(error) => return Err(error.into()),
        }
    }
    if out.json {
        out.document(&rows)?;
        return Ok(Exit::Done);
    }
    for row in rows {
        let accounts: Vec<String> = row.called.iter().map(|name| on_a_line(name)).collect();
        let state = if row.forgotten {
            "case-forgotten"
        } else if row.posture {
            "case-posture"
        } else if row.closed {
            "case-closed"
        } else {
            "case-open"
        };
        let held = row.held_hours.map(|hours| {
            let names =
                [("roles", row.roles_held.to_string()), ("hours", hours.to_string()), ("sign-in", row.sign_in_held.to_string())];
            let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
            out.texts.with("case-holds", &names)
        });
        out.data(&format!("{}  {:<10}  {}  {}", row.case, out.texts.get(state), accounts.join(", "), held.unwrap_or_default()))?;
    }
    Ok(Exit::Done)
}

async fn show(id: CaseId, global: &Global, environment: &Environment, out: &Output) -> anyhow::Result<Exit> {
    let archive = Archive::open(global, environment).await?;
    let (case, entries) = archive.read(id).await?;
    let head = archive.store.head(id).await?.to_string();
    if out.json {
        out.document(&CaseView::of(&case, &head, &archive.policy, 0))?;
        return Ok(exit::of_case(&case));
    }
    let as_of = entries.last().map_or(case.opened_at, |last| last.at);
    out.data(&screen::case(&case, &archive.policy, out, as_of))?;
    let lesson = archive.lesson(&case, &entries).await?;
    screen::prevention(&case, &lesson, out).map_or(Ok(()), |lines| out.data(&lines))?;
    let is_shown = |state: StepState| case.accounts.len() <= screen::MANY || state.needs_a_person();
    for (plan, step, record) in case.all_steps().filter(|(_, _, record)| is_shown(record.state)) {
        let waits = if plan.approval.is_none() { out.texts.get("not-approved") } else { String::new() };
        out.data(&format!("  {} {waits}", screen::step_line(step, record.state, out)))?;
    }
    out.data(&out.texts.with("head-digest", &[("digest", &head)]))?;
    Ok(exit::of_case(&case))
}

async fn timeline(id: CaseId, global: &Global, environment: &Environment, out: &Output) -> anyhow::Result<Exit> {
    let archive = Archive::open(global, environment).await?;
    let (case, entries) = archive.read(id).await?;
    let report = Report::of(&case, &entries, archive.store.head(id).await?, &archive.policy);
    if out.json {
        out.document(&report.timeline)?;
        return Ok(Exit::Done);
    }
    for line in report.timeline {
        out.data(&format!("{}  {:<18} {}", line.at, line.what, on_a_line(&line.about)))?;
    }
    Ok(Exit::Done)
}

async fn done(id: CaseId, step: StepId, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open(global, environment, out, &SealArgs::default()).await?;
    let scribe = desk.scribe(id).await?;
    let manual = scribe.ask(|case| case.planned(step).is_some_and(|step| step.action.facet().is_none())).await;
    let world = &desk.session.world;
    let result = if manual {
        scribe.write(world, vec![Entry::ManualDone { step, by: world.actor.clone() }]).await.map(|_| ())
    } else {
        Ok(())
    };
    scribe.close(world).await?;
    result?;
    if !manual {
        bail!(desk.out.texts.with("not-a-manual-step", &[("step", &step.to_string())]));
    }
    Ok(Exit::Done)
}

async fn close(id: CaseId, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open(global, environment, out, &SealArgs::default()).await?;
    let scribe = desk.scribe(id).await?;
    let held = scribe
        .ask(|case| {
            let ids = || case.accounts.keys();
            ids().map(|id| case.held(id).len()).sum::<usize>() + ids().filter(|id| case.holds_sign_in(id)).count()
        })
        .await;
    if held == 0 {
        scribe.write(&desk.session.world, vec![Entry::Closed]).await?;
    }
    scribe.close(&desk.session.world).await?;
    if held > 0 {
        bail!(desk.out.texts.with("close-refused", &[("count", &held.to_string()), ("case", &id.to_string())]));
    }
    desk.out.say(&desk.out.texts.with("case-is-closed", &[("case", &id.to_string())]));
    Ok(Exit::Done)
}

async fn forget(
    id: CaseId,
    confirm: Option<CaseId>,
    global: &Global,
    environment: &Environment,
    out: &Output,
) -> anyhow::Result<Exit> {
    let archive = Archive::open(global, environment).await?;
    let typed = match confirm {
        None if Output::can_ask() => {
            out.ask(&out.texts.with("ask-forget", &[("case", &id.to_string())]))?.and_then(|line| line.parse().ok())
        }
        confirm => confirm,
    };
    if typed != Some(id) {
        bail!(out.texts.with("forget-not-confirmed", &[("case", &id.to_string())]));
    }
    archive.store.forget(id).await?;
    out.say(&out.texts.with("case-is-forgotten", &[("case", &id.to_string())]));
    Ok(Exit::Done)
}
