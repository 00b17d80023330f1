//! The plan that changes settings of the tenant.

use crate::Timestamp;
use crate::case::Case;
use crate::ids::StepId;
use crate::plan::{Action, Phase, Plan, PlanError, PlanKind, PlannedStep};
use crate::tenant::setting::Change;

/// One step for each change, in their order: each waits for the one before, so that a person who watches sees one
/// thing after the other, and what fails holds up nothing.
pub fn plan_harden(case: &Case, changes: &[Change], now: Timestamp) -> Result<Plan, PlanError> {
    let id = case.next_plan();
    let organisation = case.organisation();
    let step = |(number, change): (u32, &Change)| {
        let action = Action::Setting(change.clone());
        let step = PlannedStep {
            id: StepId { plan: id, step: number },
            account: organisation?.account.id.clone(),
            phase: Phase::Prepare,
            undo: action.undoable(),
            action,
            because: Vec::new(),
            after: number.checked_sub(1).filter(|before| *before > 0).map(|step| StepId { plan: id, step }).into_iter().collect(),
            needs: Vec::new(),
            reverses: None,
        };
        Some(step)
    };
    let steps = (1..).zip(changes).filter_map(step).collect();
    Plan::new(case.id, id, PlanKind::Harden, now, steps)
}
