//! `regain release`: the two gates.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::bail;
use regain_engine::release::{Asked, make_release_plan, open_gate, read_criteria};
use regain_engine::{contain, undo, watch};
use regain_incident::journal::ReadFor;
use regain_incident::plan::{Action, ApprovedHow, Plan};
use regain_incident::planner::{ReleaseChoice, plan_release_sign_in};
use regain_incident::release::{Criterion, Gate, Said, barred};

use super::Desk;
use crate::args::{CauseArg, GateArg, Global, ReleaseArgs};
use crate::environment::Environment;
use crate::exit::{self, Exit};
use crate::output::Output;
use crate::screen;

/// Reads the criteria, refuses what they bar, and gives back what was held.
pub async fn run(args: &ReleaseArgs, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open(global, environment, out, &args.seal).await?;
    let scribe = desk.scribe(args.case).await?;
    let asked = asked(args);
    let result = through(&desk, &scribe, &asked).await;
    let case = scribe.case().await;
    scribe.close(&desk.session.world).await?;
    let opened = result?;
    desk.show(&case).await?;
    Ok(if opened { exit::of_case(&case) } else { Exit::NeedsAttention })
}

/// What was typed, as the engine takes it.
pub fn asked(args: &ReleaseArgs) -> Asked {
    let cause = args.cause.map(|cause| match cause {
        CauseArg::Link => "link",
        CauseArg::Code => "code",
        CauseArg::Malware => "malware",
        CauseArg::Reuse => "reuse",
        CauseArg::Unknown => "unknown",
    });
    Asked {
        gate: match args.to {
            GateArg::SignIn => Gate::SignIn,
            GateArg::Roles => Gate::Roles,
        },
        said: Said { proof: args.proof.clone(), cause: cause.map(str::to_owned) },
        choice: ReleaseChoice { give_back: args.give_back.clone(), false_alarm: args.false_alarm.is_some() },
        overrides: args.overrides.iter().cloned().collect(),
        false_alarm: args.false_alarm.clone(),
    }
}

/// Through the gate, if nothing bars it. False: something does, and it was said.
pub async fn through(desk: &Desk, scribe: &regain_engine::Scribe, asked: &Asked) -> anyhow::Result<bool> {
    let (out, world) = (&desk.out, &desk.session.world);
    watch::pass(world, scribe, ReadFor::Verify).await?;
    let criteria = read_criteria(world, scribe, asked).await;
    if asked.false_alarm.is_none() && !passes(out, &criteria, &asked.overrides) {
        return Ok(false);
    }
    if asked.false_alarm.is_some() {
        let now = world.clock.now();
        let first = scribe.ask(|case| plan_release_sign_in(case, &asked.choice, now)).await?.0;
        check_handoff(desk, (asked.gate == Gate::SignIn).then_some(&first))?;
        undo_everything(desk, scribe).await?;
    }
    let (plan, report) = make_release_plan(world, scribe, asked).await?;
    for line in screen::left_out(&report, out) {
        out.say(&line);
    }
    check_handoff(desk, plan.as_ref())?;
    open_gate(world, scribe, asked, plan.as_ref(), criteria).await?;
    Ok(true)
}

fn passes(
    out: &Output,
    criteria: &BTreeMap<regain_incident::ids::AccountId, Vec<Criterion>>,
    overrides: &BTreeMap<String, String>,
) -> bool {
    let mut passes = true;
    for of_account in criteria.values() {
        for line in screen::criteria(of_account, out) {
            out.say(&line);
        }
        let bars = barred(of_account, overrides);
        if !bars.is_empty() {
            passes = false;
            let codes: Vec<&str> = bars.iter().map(|criterion| criterion.code.as_str()).collect();
            out.say(&out.texts.with("release-barred", &[("criteria", &codes.join(", "))]));
        }
    }
    passes
}

/// A false alarm: every cleaning step is undone from the journal, at once.
async fn undo_everything(desk: &Desk, scribe: &regain_engine::Scribe) -> anyhow::Result<()> {
    let world = &desk.session.world;
    let (plan, report) = undo::make_undo_plan(world, scribe, &[]).await?;
    for line in screen::left_out(&report, &desk.out) {
        desk.out.say(&line);
    }
    if let Some(plan) = plan {
        contain::approve(world, scribe, plan.id(), plan.digest().as_str(), ApprovedHow::ByCommand).await?;
        regain_engine::driver::drive(world, scribe, plan.id(), regain_engine::driver::Known::new()).await?;
    }
    Ok(())
}

/// A fresh password that has no way out is not made.
fn check_handoff(desk: &Desk, plan: Option<&Plan>) -> anyhow::Result<()> {
    let hands_over = |action: &Action| action.code() == "hand-over-password";
    let accounts = plan.map_or(0, |plan| plan.steps().iter().filter(|step| hands_over(&step.action)).count());
    if accounts > 0
        && let Err(refused) = desk.session.world.handoff.check(accounts)
    {
        bail!(regain_engine::EngineError::Handoff(refused));
    }
    Ok(())
}
