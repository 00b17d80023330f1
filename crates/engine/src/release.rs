//! Release: the criteria are read from the record, a person answers for the rest, and what was held
//! goes back through a plan of its own.

use std::collections::BTreeMap;

use regain_incident::ids::AccountId;
use regain_incident::journal::Entry;
use regain_incident::plan::{Approval, ApprovedHow, Plan};
use regain_incident::planner::{PlanningReport, ReleaseChoice, plan_release_roles, plan_release_sign_in};
use regain_incident::release::{Criterion, Gate, Said, criteria};

use crate::contain::{filtered, record_plan};
use crate::driver::{Known, drive};
use crate::{EngineError, Scribe, World};

/// What a person asks for at a gate.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which gate.
    pub gate: Gate,
    /// What they say.
    pub said: Said,
    /// Roles named in spite of their date.
    pub choice: ReleaseChoice,
    /// Criteria overridden, with the reason.
    pub overrides: BTreeMap<String, String>,
    /// Said to be a false alarm, and why.
    pub false_alarm: Option<String>,
}

/// The criteria of every account of the case.
pub async fn read_criteria(world: &World, scribe: &Scribe, asked: &Asked) -> BTreeMap<AccountId, Vec<Criterion>> {
    let now = world.clock.now();
    scribe
        .ask(|case| {
            let of =
                |state: &regain_incident::case::AccountState| criteria(case, state, asked.gate, &asked.said, &world.policy, now);
            case.accounts.values().map(|state| (state.account.id.clone(), of(state))).collect()
        })
        .await
}

/// Makes and records the plan of the gate. None if there is nothing to give back.
pub async fn make_release_plan(
    world: &World,
    scribe: &Scribe,
    asked: &Asked,
) -> Result<(Option<Plan>, PlanningReport), EngineError> {
    let now = world.clock.now();
    let (plan, report) = scribe
        .ask(|case| match asked.gate {
            Gate::SignIn => plan_release_sign_in(case, &asked.choice, now),
            Gate::Roles => plan_release_roles(case, &asked.choice, now),
        })
        .await?;
    let recorded = record_plan(world, scribe, filtered(world, plan)?, report.clone()).await?;
    Ok((recorded.map(|(plan, _)| plan), report))
}

/// Opens the gate: records who opened it and on what grounds, and carries the plan out. The caller
/// has seen to it that no criterion bars it.
pub async fn open_gate(
    world: &World,
    scribe: &Scribe,
    asked: &Asked,
    plan: Option<&Plan>,
    criteria: BTreeMap<AccountId, Vec<Criterion>>,
) -> Result<(), EngineError> {
    if let Some(plan) = plan {
        let approval =
            Approval { digest: plan.digest(), by: world.actor.clone(), how: ApprovedHow::ByCommand, at: world.clock.now() };
        scribe.write(world, vec![Entry::PlanApproved { plan: plan.id(), approval }]).await?;
        drive(world, scribe, plan.id(), Known::new()).await?;
    }
    let released = criteria
        .into_iter()
        .map(|(account, criteria)| Entry::Released {
            account,
            gate: asked.gate,
            criteria,
            overrides: asked.overrides.clone(),
            false_alarm: asked.false_alarm.clone(),
        })
        .collect();
    scribe.write(world, released).await?;
    Ok(())
}
