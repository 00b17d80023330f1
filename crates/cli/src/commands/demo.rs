//! `regain demo`: a whole case against an emulated tenant and its attacker, in a few seconds.
//!
//! It uses the same commands' rooms as a real case, over the same wire, and asks the tenant's
//! control endpoint for the verdict: each way in, tried alone, with every other lock lifted.

mod control;
mod stage;

use std::sync::Arc;

use jiff::SignedDuration;
use regain_engine::driver::{Known, drive};
use regain_engine::release::Asked;
use regain_engine::{Scribe, contain, intake, undo, watch};
use regain_incident::finding::Verdict;
use regain_incident::journal::ReadFor;
use regain_incident::plan::ApprovedHow;
use regain_incident::planner::ReleaseChoice;
use regain_incident::release::{Gate, Said};

use super::release::through;
use crate::args::DemoArgs;
use crate::exit::Exit;
use crate::output::Output;
use crate::screen;
use control::Verdicts;
use stage::Stage;

/// Ways that are the owner's again once both gates were opened.
const GIVEN_BACK: &[&str] = &["sign-in", "role:"];

/// Runs the whole case. Exit 0 if every way in is closed, tried alone, and nobody honest was harmed.
pub async fn run(args: &DemoArgs, out: Arc<Output>) -> anyhow::Result<Exit> {
    let stage = Stage::open(args, out).await?;
    let result = acts(&stage).await;
    stage.close().await;
    result
}

/// The acts of the story, in the order of the runbook.
async fn acts(stage: &Stage) -> anyhow::Result<Exit> {
    stage.chapter("demo-before")?;
    let before = stage.control.verdict().await?;
    stage.show_ways(&before);

    stage.chapter("demo-contain")?;
    let scribe = contained(stage).await?;
    stage.desk.show(&scribe.case().await).await?;
    cleaned(stage, &scribe).await?;
    undone_and_cleaned_again(stage, &scribe).await?;

    stage.chapter("demo-watch")?;
    watched(stage, &scribe).await?;

    stage.chapter("demo-verdict")?;
    let settled = stage.control.verdict().await?;
    stage.show_ways(&settled);

    stage.chapter("demo-release")?;
    released(stage, &scribe).await?;
    stage.chapter("demo-last")?;
    let last = stage.control.verdict().await?;
    stage.show_ways_but(&last, GIVEN_BACK);
    ended(stage, &scribe, &settled, &last).await
}

/// Locks every account that the scenario's attacker holds.
async fn contained(stage: &Stage) -> anyhow::Result<Scribe> {
    let (desk, world) = (&stage.desk, &stage.desk.session.world);
    let mut targets = Vec::new();
    for name in &stage.accounts {
        let target = intake::find(world, &desk.session.operator, name).await?;
        intake::allowed(&target)?;
        targets.push(target);
    }
    let scribe = contain::open(
        world,
        &desk.session.operator.tenant,
        &desk.session.holder,
        desk.audience(),
        contain::Typed { command: "demo", locks: true },
        &targets,
    )
    .await?;
    contain::lock(world, &scribe, &targets, contain::Orders::default()).await?;
    Ok(scribe)
}

/// Makes the clean plan, shows it, and approves it as the person at the keyboard would.
async fn cleaned(stage: &Stage, scribe: &Scribe) -> anyhow::Result<()> {
    let (out, world) = (&stage.desk.out, &stage.desk.session.world);
    let Some((plan, _)) = contain::make_clean_plan(world, scribe, &|finding| finding.verdict >= Verdict::Suspicious).await?
    else {
        return Ok(());
    };
    let case = scribe.case().await;
    if let Some(state) = case.plans.get(&plan.id()) {
        out.data(&screen::plan(&case, state, out))?;
    }
    stage.wait_for("demo-approve")?;
    contain::approve(world, scribe, plan.id(), plan.digest().as_str(), ApprovedHow::AtPrompt).await?;
    let known = contain::read_just_now(world, scribe).await;
    Ok(drive(world, scribe, plan.id(), known).await?)
}

/// Every cleaning step can be undone: one is, and the tenant is as it was; then it is done again.
async fn undone_and_cleaned_again(stage: &Stage, scribe: &Scribe) -> anyhow::Result<()> {
    let world = &stage.desk.session.world;
    stage.chapter("demo-undo")?;
    let (plan, _) = undo::make_undo_plan(world, scribe, &[]).await?;
    let Some(plan) = plan else { return Ok(()) };
    contain::approve(world, scribe, plan.id(), plan.digest().as_str(), ApprovedHow::AtPrompt).await?;
    drive(world, scribe, plan.id(), Known::new()).await?;
    watch::pass(world, scribe, ReadFor::Verify).await?;
    cleaned(stage, scribe).await
}

/// Ninety-five minutes and a little, pass by pass, as the watch's schedule has it.
async fn watched(stage: &Stage, scribe: &Scribe) -> anyhow::Result<()> {
    let world = &stage.desk.session.world;
    loop {
        let settled = scribe.ask(|case| case.accounts.values().all(|state| state.is_settled(&world.policy))).await;
        if settled {
            return Ok(());
        }
        let Some(due) = scribe.ask(watch::due).await else { return outlived(stage, scribe).await };
        world.clock.sleep_until(due).await;
        if super::watch::look(&stage.desk, scribe).await? > 0 {
            stage.wait_for("demo-it-came-back")?;
            cleaned(stage, scribe).await?;
        }
    }
}

/// Nothing was revoked (a step was left out), so nothing settles: the old tokens die all the same.
async fn outlived(stage: &Stage, scribe: &Scribe) -> anyhow::Result<()> {
    let world = &stage.desk.session.world;
    let over = world.clock.now() + SignedDuration::from_mins(world.policy.old_tokens_minutes());
    world.clock.sleep_until(over).await;
    if super::watch::look(&stage.desk, scribe).await? > 0 {
        cleaned(stage, scribe).await?;
    }
    Ok(())
}

/// Both gates. What this version does not read is overridden, out loud.
async fn released(stage: &Stage, scribe: &Scribe) -> anyhow::Result<()> {
    let (desk, world) = (&stage.desk, &stage.desk.session.world);
    let reason = desk.out.texts.get("demo-override");
    let not_read = [
        "no-gaps",
        "sign-in-methods",
        "app-consents",
        "devices",
        "no-sign-in-since-lock",
        "audit-complete",
        "strong-method",
        "nothing-open",
    ];
    let overrides = not_read.into_iter().map(|code| (code.to_owned(), reason.clone())).collect();
    let mut asked = Asked {
        gate: Gate::SignIn,
        said: Said { proof: Some("in-person".to_owned()), cause: Some("link".to_owned()) },
        choice: ReleaseChoice::default(),
        overrides,
        false_alarm: None,
    };
    if !through(desk, scribe, &asked).await? {
        return Ok(());
    }
    stage.chapter("demo-roles")?;
    let later = world.clock.now().checked_add(SignedDuration::from_hours(73)).unwrap_or_else(|_| world.clock.now());
    world.clock.sleep_until(later).await;
    asked.gate = Gate::Roles;
    asked.choice.give_back = scribe.ask(held_items).await;
    through(desk, scribe, &asked).await?;
    Ok(())
}

fn held_items(case: &regain_incident::case::Case) -> Vec<regain_incident::item::Item> {
    use regain_incident::item::Item;
    let of = |id: &regain_incident::ids::AccountId| {
        case.held(id).into_iter().map(|(_, grant)| Item::of(grant.kind.facet(), id, &grant.object())).collect::<Vec<_>>()
    };
    case.accounts.keys().flat_map(of).collect()
}

/// The last word: the case, the record's check, the verdict.
async fn ended(stage: &Stage, scribe: &Scribe, settled: &Verdicts, last: &Verdicts) -> anyhow::Result<Exit> {
    let (out, world) = (&stage.desk.out, &stage.desk.session.world);
    let case = scribe.case().await;
    let check = world.journal.verify(&regain_ports::Scope { case: Some(case.id), head: None }).await?;
    let open = settled.open_ways(&["sending"]).into_iter().chain(last.open_ways(GIVEN_BACK)).collect::<Vec<_>>();
    let touched = last.honest.touched.len();
    let names = [
        ("entries", check.entries.to_string()),
        ("head", world.journal.head(case.id).await?.to_string()),
        ("open", open.join(", ")),
        ("touched", touched.to_string()),
    ];
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    out.data(&out.texts.with("demo-record", &names))?;
    let failed = case.all_steps().any(|(plan, _, record)| plan.approval.is_some() && record.state.needs_a_person());
    if open.is_empty() && touched == 0 && check.damage.is_empty() && !failed {
        out.data(&out.texts.get("demo-all-closed"))?;
        return Ok(Exit::Done);
    }
    out.data(&out.texts.with("demo-open", &names))?;
    Ok(Exit::NeedsAttention)
}
