//! The linter of plans: what no plan may do, whoever made it. The engine refuses a plan with a lint.

use std::collections::BTreeSet;

use crate::account::Account;
use crate::facets::{identity, sessions};
use crate::ids::{AccountId, StepId};
use crate::plan::{Action, Plan, PlanKind, PlannedStep};

/// Something that no plan may do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lint {
    /// A step acts on an account that is never touched.
    #[error("step {step} acts on {account}, which is never touched")]
    Protected {
        /// The step.
        step: StepId,
        /// Whose.
        account: AccountId,
    },
    /// A step acts on an account that is not in the case.
    #[error("step {step} acts on {account}, which is not in the case")]
    Stranger {
        /// The step.
        step: StepId,
        /// Whose.
        account: AccountId,
    },
    /// After the last block or reset of an account nothing revokes its sessions.
    #[error("no revocation follows step {step}")]
    NoRevocationAfter {
        /// The block or reset.
        step: StepId,
    },
    /// A refused reset would hold back a revocation.
    #[error("revocation {step} needs {needed} to succeed")]
    RevocationHeldBack {
        /// The revocation.
        step: StepId,
        /// What it needs.
        needed: StepId,
    },
    /// No reading can show what the step did.
    #[error("nothing verifies step {step}")]
    Unverified {
        /// The step.
        step: StepId,
    },
    /// Two steps change one thing, with no order between them.
    #[error("steps {0} and {1} do the same, in no order")]
    Twice(StepId, StepId),
}

/// Everything that is wrong with `plan` for the accounts of its case.
pub fn lint(plan: &Plan, accounts: &[&Account]) -> Vec<Lint> {
    let mut found = Vec::new();
    for step in plan.steps() {
        match accounts.iter().find(|account| account.id == step.account) {
            None => found.push(Lint::Stranger { step: step.id, account: step.account.clone() }),
            Some(account) if account.kind.is_refused() => {
                found.push(Lint::Protected { step: step.id, account: step.account.clone() });
            }
            Some(_) => {}
        }
        if step.action.facet().is_none() && !matches!(step.action, Action::Manual(_)) {
            found.push(Lint::Unverified { step: step.id });
        }
        if let (Action::Sessions(_), Some(needed)) =
            (&step.action, plan.kind().eq(&PlanKind::Lock).then(|| step.needs.first()).flatten())
        {
            found.push(Lint::RevocationHeldBack { step: step.id, needed: *needed });
        }
    }
    found.extend(unrevoked(plan));
    found.extend(twice(plan));
    found
}

/// Blocks and resets of a lock that no revocation comes after.
fn unrevoked(plan: &Plan) -> Vec<Lint> {
    let closes = |step: &&PlannedStep| matches!(step.action, Action::SignIn(identity::Change::Block) | Action::Password(_));
    let revoked_after = |closing: &PlannedStep| {
        plan.steps().iter().any(|step| {
            step.account == closing.account
                && step.action == Action::Sessions(sessions::Change::Revoke)
                && everything_before(plan, step).contains(&closing.id)
        })
    };
    let closing = plan.steps().iter().filter(closes).filter(|_| matches!(plan.kind(), PlanKind::Lock | PlanKind::Release));
    closing.filter(|step| !revoked_after(step)).map(|step| Lint::NoRevocationAfter { step: step.id }).collect()
}

/// Every step that comes before `step`, however far.
fn everything_before(plan: &Plan, step: &PlannedStep) -> BTreeSet<StepId> {
    let mut before: BTreeSet<StepId> = step.before_it().copied().collect();
    for earlier in plan.steps().iter().rev() {
        if before.contains(&earlier.id) {
            before.extend(earlier.before_it());
        }
    }
    before
}

fn twice(plan: &Plan) -> Vec<Lint> {
    let steps = plan.steps();
    let states = |step: &&PlannedStep| step.action.is_a_state();
    steps
        .iter()
        .enumerate()
        .filter(|(_, step)| states(step))
        .filter_map(|(at, step)| {
            let again = steps.iter().skip(at + 1).find(|other| other.account == step.account && other.action == step.action)?;
            Some(Lint::Twice(step.id, again.id))
        })
        .collect()
}
