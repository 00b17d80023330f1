//! Undo: read again, plan the reversal, and leave it for an approval like any other plan.

use regain_incident::ids::StepId;
use regain_incident::journal::ReadFor;
use regain_incident::plan::Plan;
use regain_incident::planner::{PlanningReport, plan_undo};

use crate::contain::record_plan;
use crate::watch::pass;
use crate::{EngineError, Scribe, World};

/// Makes and records the plan that undoes `steps`, or everything that can be undone. What somebody
/// changed since is left out as a conflict.
pub async fn make_undo_plan(
    world: &World,
    scribe: &Scribe,
    steps: &[StepId],
) -> Result<(Option<Plan>, PlanningReport), EngineError> {
    pass(world, scribe, ReadFor::Verify).await?;
    let now = world.clock.now();
    let (plan, report) = scribe.ask(|case| plan_undo(case, steps, now)).await?;
    let recorded = record_plan(world, scribe, plan, report.clone()).await?;
    Ok((recorded.map(|(plan, _)| plan), report))
}
