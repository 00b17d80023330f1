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

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::Timestamp;
use crate::case::{AccountState, Case, StepState};
use crate::facet::FacetName;
use crate::facets::roles::GLOBAL_ADMINISTRATOR;
use crate::policy::Policy;

/// What a person says at a gate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// How the owner was proven.
    pub proof: Option<String>,
    /// How the intruder got in: link, code, malware, reuse or unknown.
    pub cause: Option<String>,
}

/// Every criterion of both gates; each has a text in both catalogues.
pub const CRITERIA: &[&str] = &[
    "settled",
    "nothing-open",
    "no-gaps",
    "sign-in-methods",
    "app-consents",
    "devices",
    "no-sign-in-since-lock",
    "cause-answered",
    "owner-proven",
    "sign-in-released",
    "waited",
    "audit-complete",
    "strong-method",
    "other-accounts",
];

fn criterion(code: &str, state: CriterionState, detail: impl Into<String>) -> Criterion {
    Criterion { code: code.to_owned(), state, detail: detail.into() }
}

fn when(code: &str, met: bool, detail: impl Into<String>) -> Criterion {
    criterion(code, if met { CriterionState::Met } else { CriterionState::NotMet }, detail)
}

/// A criterion about a facet that this version does not read: shown, never taken as met.
fn not_checked(code: &str) -> Criterion {
    criterion(code, CriterionState::NotChecked, String::new())
}

/// The criteria of a gate for one account, each as the record shows it.
pub fn criteria(case: &Case, state: &AccountState, gate: Gate, said: &Said, policy: &Policy, now: Timestamp) -> Vec<Criterion> {
    match gate {
        Gate::SignIn => sign_in_criteria(case, state, said, policy),
        Gate::Roles => roles_criteria(case, state, said, now),
    }
}

fn sign_in_criteria(case: &Case, state: &AccountState, said: &Said, policy: &Policy) -> Vec<Criterion> {
    let settles = state.settles_at(policy).map(|at| at.to_string()).unwrap_or_default();
    vec![
        when("settled", state.is_settled(policy), settles),
        nothing_open(case, state),
        no_gaps(state),
        not_checked("sign-in-methods"),
        not_checked("app-consents"),
        not_checked("devices"),
        not_checked("no-sign-in-since-lock"),
        when("cause-answered", said.cause.is_some(), said.cause.clone().unwrap_or_default()),
        when("owner-proven", said.proof.is_some(), said.proof.clone().unwrap_or_default()),
    ]
}

/// Every finding that calls for cleaning is answered, and every step has ended well.
fn nothing_open(case: &Case, state: &AccountState) -> Criterion {
    let mut open: Vec<String> = case
        .steps_of(&state.account.id)
        .filter(|(plan, _, record)| plan.approval.is_some() && !matches!(record.state, StepState::Done | StepState::Dropped))
        .map(|(_, step, record)| format!("{} {} is {}", step.id, step.action.code(), record.state.as_str()))
        .collect();
    let answered = |finding: &&crate::finding::Finding| {
        case.steps_of(&state.account.id).any(|(_, step, record)| {
            let stands = record.state == StepState::Done && step.reverses.is_none() && !case.was_reversed(step.id);
            stands && step.because.contains(&finding.item)
        })
    };
    open.extend(state.to_clean().filter(|finding| !answered(finding)).map(|finding| finding.item.to_string()));
    when("nothing-open", open.is_empty(), open.join(", "))
}

/// Facets without which a gate is not opened.
fn no_gaps(state: &AccountState) -> Criterion {
    let gaps = state.gaps();
    let unread: Vec<&str> = gaps.iter().map(|(facet, _)| facet.as_str()).collect();
    let only_later_versions = gaps.iter().all(|(facet, _)| *facet == FacetName::PurviewRoles);
    match (unread.is_empty(), only_later_versions) {
        (true, _) => criterion("no-gaps", CriterionState::Met, ""),
        (false, true) => criterion("no-gaps", CriterionState::NotChecked, unread.join(", ")),
        (false, false) => criterion("no-gaps", CriterionState::NotMet, unread.join(", ")),
    }
}

fn roles_criteria(case: &Case, state: &AccountState, said: &Said, now: Timestamp) -> Vec<Criterion> {
    let held = case.held(&state.account.id);
    let highest = held
        .iter()
        .any(|(_, grant)| grant.of.id == GLOBAL_ADMINISTRATOR || grant.gives.iter().any(|role| role.id == GLOBAL_ADMINISTRATOR));
    let hours = if highest { 72 } else { 24 };
    let due = state.sign_in_released.and_then(|at| at.checked_add(SignedDuration::from_hours(hours)).ok());
    let others: Vec<&str> = case
        .accounts
        .values()
        .filter(|other| other.account.id != state.account.id && other.sign_in_released.is_none())
        .map(|other| other.account.upn.as_str())
        .collect();
    let cause = said.cause.as_deref().unwrap_or_default();
    vec![
        when("sign-in-released", state.sign_in_released.is_some(), ""),
        when("waited", due.is_some_and(|due| due <= now), due.map(|due| due.to_string()).unwrap_or_default()),
        not_checked("audit-complete"),
        not_checked("strong-method"),
        when("cause-answered", !cause.is_empty() && cause != "unknown", cause),
        when("other-accounts", others.is_empty(), others.join(", ")),
    ]
}

/// The criteria that still bar the gate, once `overrides` are taken into account.
pub fn barred<'a>(criteria: &'a [Criterion], overrides: &BTreeMap<String, String>) -> Vec<&'a Criterion> {
    criteria
        .iter()
        .filter(|criterion| criterion.state != CriterionState::Met && !overrides.contains_key(&criterion.code))
        .collect()
}
