//! Plans, steps and criteria in words.

use regain_incident::case::{Case, PlanState, StepState};
use regain_incident::plan::{Action, PlannedStep, Undoable};
use regain_incident::planner::PlanningReport;
use regain_incident::release::{Criterion, CriterionState};
use regain_incident::text::on_a_line;

use super::organisation::{setting, spared};
use crate::output::Output;

/// A step on a line: its id, what it does to what, and where it stands.
pub fn step_line(step: &PlannedStep, state: StepState, out: &Output) -> String {
    let what = match &step.action {
        Action::Manual(manual) => out.texts.get(&format!("manual-short-{}", manual.code)),
        Action::Setting(change) => out.texts.with("action-change-setting", &[("target", &setting(change, out))]),
        action => out.texts.with(&format!("action-{}", action.code()), &[("target", &on_a_line(&action.target()))]),
    };
    format!("{} {what}: {}", step.id, out.texts.get(&format!("state-{}", state.as_str())))
}

/// A whole plan, ready to be approved.
pub fn plan(case: &Case, state: &PlanState, out: &Output) -> String {
    let plan = &state.plan;
    let kind = out.texts.get(&format!("plan-{}", plan.kind().as_str()));
    let mut lines = vec![out.bold(&format!("{kind} {} ({})", plan.id(), case.id))];
    for step in plan.steps() {
        let account = case.accounts.get(&step.account).map(|account| on_a_line(account.called())).unwrap_or_default();
        let because: Vec<String> = step.because.iter().map(ToString::to_string).collect();
        let because = if because.is_empty() { String::new() } else { format!("  <- {}", because.join(", ")) };
        lines.push(format!("  {account}: {}{because}", step_line(step, case.state(step.id), out)));
        if let Action::Setting(change) = &step.action {
            lines.extend(spared(case, change, out).map(|line| format!("      {line}")));
        }
        let of_the_tenant = matches!(step.action, Action::Setting(_)) && step.undo == Undoable::Fully;
        let undone = if of_the_tenant { out.texts.get("undo-setting") } else { undo(&step.undo, out) };
        lines.push(format!("      {undone}"));
    }
    lines.push(out.texts.with("plan-digest", &[("digest", plan.digest().short())]));
    lines.join("\n")
}

fn undo(undo: &Undoable, out: &Output) -> String {
    match undo {
        Undoable::Fully => out.texts.get("undo-fully"),
        Undoable::Partly(lost) => out.texts.with("undo-partly", &[("lost", &lost.join(", "))]),
        Undoable::ByRelease => out.texts.get("undo-by-release"),
        Undoable::No => out.texts.get("undo-no"),
    }
}

/// What a plan leaves out, one line each.
pub fn left_out(report: &PlanningReport, out: &Output) -> Vec<String> {
    let line = |left: &regain_incident::planner::LeftOut| {
        let text = out.texts.with(&format!("left-out-{}", left.code), &[("name", &on_a_line(&left.name))]);
        let item = left.item.as_ref().map(|item| format!(" ({item})")).unwrap_or_default();
        format!("  {text}{item}")
    };
    report.left_out.iter().map(line).collect()
}

/// Criteria of a gate, one line each.
pub fn criteria(criteria: &[Criterion], out: &Output) -> Vec<String> {
    let line = |criterion: &Criterion| {
        let sign = match criterion.state {
            CriterionState::Met => "criterion-state-met",
            CriterionState::NotMet => "criterion-state-not-met",
            CriterionState::NotChecked => "criterion-state-not-checked",
        };
        let detail = if criterion.detail.is_empty() { String::new() } else { format!(" ({})", on_a_line(&criterion.detail)) };
        format!(
            "  [{}] {}: {}{detail}",
            out.texts.get(sign),
            criterion.code,
            out.texts.get(&format!("criterion-{}", criterion.code))
        )
    };
    criteria.iter().map(line).collect()
}
