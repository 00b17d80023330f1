//! The one place that turns a result into an exit code. Scripts rely on it.

use std::process::ExitCode;

use regain_incident::case::{Case, StepState};
use regain_incident::facet::Gap;

/// What the program leaves behind for a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done and verified. Roles held or a watch pending do not change that.
    Done = 0,
    /// Done, and something needs a person.
    NeedsAttention = 1,
    /// Could not run; nothing was written to the tenant.
    CouldNotRun = 2,
    /// Interrupted; `regain resume` goes on.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Whether the case needs a person: a lock that was ordered and never begun, a step that failed or whose fate is unknown, work for a person
/// that is not ticked off, a facet unread, a plan that waits.
pub fn of_case(case: &Case) -> Exit {
    let open = case
        .all_steps()
        .any(|(plan, _, record)| plan.approval.is_some() && !matches!(record.state, StepState::Done | StepState::Dropped));
    let unread = case.accounts.values().flat_map(regain_incident::case::AccountState::gaps).any(|(_, gap)| needs_a_person(&gap));
    let unlocked = case.accounts.keys().any(|id| case.waits_for_its_lock(id));
    if open || unlocked || unread || case.awaiting().is_some() { Exit::NeedsAttention } else { Exit::Done }
}

/// Whether somebody can do something about a gap. What this version does not read, or was not to ask, is always
/// said, and is no reason to fail every run.
pub fn needs_a_person(gap: &Gap) -> bool {
    !matches!(gap, Gap::NotInThisVersion | Gap::LeftOut | Gap::NotSwept { .. })
}
