//! Release: the two gates through which an account gets back what was held.

use serde::{Deserialize, Serialize};

/// The two gates: sign-in first, admin roles later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// Fresh password, sign-in, sending.
    SignIn,
    /// The held admin roles.
    Roles,
}

/// How one criterion stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// Stable, kebab-case: what `--override CRITERION=REASON` names.
    pub code: String,
    /// Met, not met, or not checked.
    pub state: CriterionState,
    /// What was seen, for a person.
    pub detail: String,
}

/// Whether a criterion is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CriterionState {
    /// Read and found so.
    Met,
    /// Read and found otherwise.
    NotMet,
    /// This version does not read it, or it could not be read.
    NotChecked,
}
