//! `regain plan`: make, show, approve.

use std::sync::Arc;

use anyhow::anyhow;
use regain_engine::{EngineError, contain};
use regain_incident::case::StepState;
use regain_incident::ids::{CaseId, PlanId};
use regain_incident::item::Item;
use regain_incident::plan::{ApprovedHow, PlannedStep};
use regain_incident::planner::PlanningReport;

use super::{Archive, Desk};
use crate::args::{Global, PlanCommand, SealArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output::Output;
use crate::screen;
use crate::views::PlanView;

/// Runs one of the three.
pub async fn run(command: &PlanCommand, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    match command {
        PlanCommand::Show { case, plan } => show(*case, *plan, global, environment, &out).await,
        PlanCommand::Make { case, keep, also } => make(*case, keep, also, global, environment, out).await,
        PlanCommand::Approve { case, digest } => approve(*case, digest, global, environment, out).await,
    }
}

async fn show(
    id: CaseId,
    plan: Option<PlanId>,
    global: &Global,
    environment: &Environment,
    out: &Output,
) -> anyhow::Result<Exit> {
    let (case, _) = Archive::open(global, environment).await?.read(id).await?;
    let state = match plan {
        Some(plan) => case.plans.get(&plan),
        None => case.awaiting().and_then(|plan| case.plans.get(&plan.id())).or_else(|| case.plans.values().last()),
    };
    let state = state.ok_or(EngineError::NoPlan(id))?;
    if out.json {
        out.document(&PlanView::of(&case, state, PlanningReport::default()))?;
    } else {
        out.data(&screen::plan(&case, state, out))?;
    }
    Ok(Exit::Done)
}

async fn make(
    id: CaseId,
    keep: &[Item],
    also: &[Item],
    global: &Global,
    environment: &Environment,
    out: Arc<Output>,
) -> anyhow::Result<Exit> {
    let desk = Desk::open(global, environment, out, &SealArgs::default()).await?;
    let (world, out) = (&desk.session.world, &desk.out);
    let scribe = desk.scribe(id).await?;
    if let Some(item) = contain::overrule(world, &scribe, keep, also).await?.first() {
        return Err(anyhow!(out.texts.with("no-such-item", &[("item", &item.to_string())])));
    }
    let made = contain::make_clean_plan(world, &scribe, &|_| true).await?;
    let case = scribe.case().await;
    scribe.close(world).await?;
    let Some((plan, report)) = made else {
        out.say(&out.texts.get("nothing-to-clean"));
        return Ok(Exit::Done);
    };
    let state = case.plans.get(&plan.id()).ok_or(EngineError::NoPlan(id))?;
    if out.json {
        out.document(&PlanView::of(&case, state, report))?;
    } else {
        out.data(&screen::plan(&case, state, out))?;
    }
    Ok(Exit::NeedsAttention)
}

async fn approve(id: CaseId, digest: &str, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open(global, environment, out, &SealArgs::default()).await?;
    let (world, out) = (&desk.session.world, &desk.out);
    let scribe = desk.scribe(id).await?;
    let found = scribe
        .ask(|case| {
            // A plan that another took the place of has nothing left to approve.
            let stands = |state: &&regain_incident::case::PlanState| {
                let dropped = |step: &PlannedStep| case.state(step.id) == StepState::Dropped;
                state.approval.is_some() || !state.plan.steps().iter().all(dropped)
            };
            let by_digest = case.plans.values().filter(stands).find(|state| state.plan.digest().matches(digest));
            by_digest.map(|state| state.plan.id()).or_else(|| case.awaiting().map(regain_incident::plan::Plan::id))
        })
        .await;
    let result = match found {
        Some(plan) => contain::approve(world, &scribe, plan, digest, ApprovedHow::ByDigest).await.map(|()| plan),
        None => Err(EngineError::NoPlan(id)),
    };
    scribe.close(world).await?;
    let plan = result?;
    out.say(&out.texts.with("plan-approved", &[("plan", &plan.to_string()), ("case", &id.to_string())]));
    Ok(Exit::Done)
}
