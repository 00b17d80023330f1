//! The report: a fold over the journal, told in the order that matters: what failed, what was not
//! read and what cannot be undone come before what went well.
//!
//! No clock, no tenant, no second opinion: the same record gives the same bytes.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::account::Account;
use crate::case::{AccountState, Case};
use crate::digest::Digest;
use crate::facet::{FacetName, Gap};
use crate::finding::Finding;
use crate::ids::{CaseId, StepId, TenantId};
use crate::journal::{Entry, Recorded};
use crate::plan::{PlanKind, Undoable};
use crate::policy::Policy;
use crate::who_else::WhoElse;

/// Everything that a report says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Which case.
    pub case: CaseId,
    /// In which tenant.
    pub tenant: Option<TenantId>,
    /// The digest of the newest entry, by which the record can be checked.
    pub head: Digest,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the newest entry was written: the report's own date.
    pub as_of: Timestamp,
    /// Nothing more is expected.
    pub closed: bool,
    /// Its accounts.
    pub accounts: Vec<AccountReport>,
    /// Accounts that share sign-ins with them, if that was asked.
    pub who_else: Option<WhoElse>,
    /// What happened, in its order.
    pub timeline: Vec<Line>,
}

/// What a report says of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReport {
    /// Which.
    pub account: Account,
    /// Whether the lock was verified.
    pub locked: bool,
    /// Whether everything was read again after the last old token died.
    pub settled: bool,
    /// When that will be, or was.
    pub settles_at: Option<Timestamp>,
    /// When sign-in was given back.
    pub sign_in_released: Option<Timestamp>,
    /// When roles were given back.
    pub roles_released: Option<Timestamp>,
    /// Names of the roles that the case holds.
    pub held: Vec<String>,
    /// Steps that need a person.
    pub open: Vec<StepLine>,
    /// What was not read.
    pub gaps: Vec<(FacetName, Gap)>,
    /// Steps that cannot be undone.
    pub final_steps: Vec<StepLine>,
    /// What was judged.
    pub findings: Vec<Finding>,
    /// Every step.
    pub steps: Vec<StepLine>,
}

/// One step in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLine {
    /// Its id.
    pub id: StepId,
    /// The kind of its plan.
    pub plan: PlanKind,
    /// What it does.
    pub action: String,
    /// To what. Hostile.
    pub target: String,
    /// Where it stands.
    pub state: String,
    /// Whether it can be undone.
    pub undo: Undoable,
    /// Why it stands there.
    pub why: Option<String>,
    /// When it was verified.
    pub verified_at: Option<Timestamp>,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
    /// Whose or which.
    pub about: String,
    /// By whom.
    pub by: String,
}

impl Report {
    /// The report of a case whose newest entry has the digest `head`.
    pub fn of(case: &Case, journal: &[Recorded], head: Digest, policy: &Policy) -> Self {
        Self {
            case: case.id,
            tenant: case.tenant.clone(),
            head,
            opened_at: case.opened_at,
            as_of: journal.last().map_or(case.opened_at, |last| last.at),
            closed: case.closed,
            accounts: case.accounts.values().map(|state| AccountReport::of(case, state, policy)).collect(),
            who_else: case.who_else.clone(),
            timeline: journal.iter().filter_map(|recorded| line(case, recorded)).collect(),
        }
    }
}

impl AccountReport {
    fn of(case: &Case, state: &AccountState, policy: &Policy) -> Self {
        let id = &state.account.id;
        let steps: Vec<StepLine> = step_lines(case, state);
        let open = |step: &&StepLine| !matches!(step.state.as_str(), "verified" | "dropped");
        let is_final = |step: &&StepLine| step.undo == Undoable::No && step.state == "verified";
        Self {
            account: state.account.clone(),
            locked: case.is_locked(id),
            settled: state.is_settled(policy),
            settles_at: state.settles_at(policy),
            sign_in_released: state.sign_in_released,
            roles_released: state.roles_released,
            held: case.held(id).into_iter().map(|(_, grant)| grant.of.name.clone()).collect(),
            open: steps.iter().filter(open).cloned().collect(),
            gaps: state.gaps(),
            final_steps: steps.iter().filter(is_final).cloned().collect(),
            findings: state.assessment.findings.clone(),
            steps,
        }
    }
}

/// The steps of one account, in their order.
pub fn step_lines(case: &Case, state: &AccountState) -> Vec<StepLine> {
    case.steps_of(&state.account.id)
        .map(|(plan, step, record)| StepLine {
            id: step.id,
            plan: plan.plan.kind(),
            action: step.action.code().to_owned(),
            target: step.action.target(),
            state: record.state.as_str().to_owned(),
            undo: step.undo.clone(),
            why: record.why.clone(),
            verified_at: record.verified_at,
        })
        .collect()
}

/// What of an entry is worth a line; reads that verify are not.
fn line(case: &Case, recorded: &Recorded) -> Option<Line> {
    let about = match &recorded.entry {
        Entry::FacetRead { .. } | Entry::StepStarted { .. } => return None,
        Entry::AccountAdded { account, .. } => {
            case.accounts.get(&account.id).map_or(account.upn.as_str(), AccountState::called).to_owned()
        }
        Entry::Commanded { command } => command.clone(),
        Entry::LogsScanned { files, .. } => files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        Entry::PlanMade { plan } => format!("{} {}", plan.id(), plan.kind().as_str()),
        Entry::PlanApproved { plan, .. } => plan.to_string(),
        Entry::PostureStated { item, .. } | Entry::PostureAccepted { item, .. } => item.clone(),
        Entry::Judged { account, .. }
        | Entry::Overruled { account, .. }
        | Entry::WatchPassed { account, .. }
        | Entry::HandedOver { account, .. }
        | Entry::Released { account, .. } => {
            case.accounts.get(account).map(|state| state.account.upn.clone()).unwrap_or_default()
        }
        entry => match entry.step().and_then(|id| case.planned(id)) {
            Some(step) => format!("{} {} {}", step.id, step.action.code(), step.action.target()),
            None => String::new(),
        },
    };
    Some(Line { at: recorded.at, what: recorded.entry.name().to_owned(), about, by: recorded.actor.clone() })
}
