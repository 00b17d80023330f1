//! What can keep the engine from going on. A step that fails is no error: it is an entry.

use regain_incident::case::IllegalEntry;
use regain_incident::ids::{CaseId, PlanId};
use regain_incident::lint::Lint;
use regain_incident::plan::PlanError;
use regain_ports::{AppendError, HandoffRefused, JournalError, ProviderError};

/// Why the engine stopped.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The journal could not be written, or somebody else wrote.
    #[error("the case could not be recorded, so nothing more was changed")]
    Append(#[source] AppendError),
    /// The journal could not be read.
    #[error("the case could not be read")]
    Journal(#[source] JournalError),
    /// The record does not fit together.
    #[error("the record of the case does not fit together")]
    Record(#[source] IllegalEntry),
    /// The tenant did not answer what had to be known first.
    #[error("the tenant did not answer what had to be known first")]
    Provider(#[source] ProviderError),
    /// A plan could not be made.
    #[error("a plan could not be made")]
    Plan(#[source] PlanError),
    /// A plan would do what no plan may.
    #[error("plan {plan} is refused: {}", lints.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Lints {
        /// Which.
        plan: PlanId,
        /// What is wrong.
        lints: Vec<Lint>,
    },
    /// Another process works on the case.
    #[error("case {case} is being worked on by {holder}")]
    Busy {
        /// Which.
        case: CaseId,
        /// Who.
        holder: String,
    },
    /// The approval is older than it may be.
    #[error("the approval of plan {0} has expired")]
    ApprovalExpired(PlanId),
    /// The plan is not approved.
    #[error("plan {0} is not approved")]
    NotApproved(PlanId),
    /// The plan was approved before.
    #[error("plan {0} was approved before")]
    ApprovedBefore(PlanId),
    /// There is no such plan.
    #[error("there is no plan that waits in case {0}")]
    NoPlan(CaseId),
    /// A case that was named tells nothing of the tenant.
    #[error("case {0} is of another tenant, so it tells nothing of this one: name cases of this tenant, or none for all of them")]
    OtherTenant(CaseId),
    /// A record of a posture was named where a case is meant.
    #[error(
        "{0} is the record of the tenant's own posture and shows no intruder: name cases of accounts, or none for all of them"
    )]
    NoIncident(CaseId),
    /// A fresh password has no way out.
    #[error("a fresh password cannot be handed over here")]
    Handoff(#[source] HandoffRefused),
}

impl From<AppendError> for EngineError {
    fn from(error: AppendError) -> Self {
        Self::Append(error)
    }
}

impl From<JournalError> for EngineError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<IllegalEntry> for EngineError {
    fn from(error: IllegalEntry) -> Self {
        Self::Record(error)
    }
}

impl From<PlanError> for EngineError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}
