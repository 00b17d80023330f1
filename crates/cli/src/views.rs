//! The JSON that leaves the program: shapes of their own, whose names scripts rely on.
//! Their schemas stand in `docs/schema/`, and a test validates what commands print against them.

use regain_incident::case::{AccountState, Case, PlanState};
use regain_incident::facet::{FacetName, Gap};
use regain_incident::finding::{Finding, Reason};
use regain_incident::plan::{Plan, PlannedStep, Undoable};
use regain_incident::planner::{Level, PlanningReport};
use regain_incident::policy::Policy;
use regain_incident::text::harmless;
use regain_incident::who_else::{Common, Mark, Other, Unasked, WhoElse};
use serde::Serialize;

/// What `contain` and `check` print.
#[derive(Debug, Serialize)]
pub struct CaseView {
    /// The case.
    pub case: String,
    /// The digest of its newest entry.
    pub head: String,
    /// Nothing more is expected.
    pub closed: bool,
    /// Its accounts.
    pub accounts: Vec<AccountView>,
    /// The plan that waits for an approval.
    pub awaiting: Option<AwaitingView>,
    /// The longest chain of requests that had to wait for one another in this run.
    pub round_trips: u64,
    /// When the next pass of the watch is due.
    pub next_watch: Option<String>,
    /// Accounts that share sign-ins with those of the case, if that was asked. None was touched.
    pub who_else: Option<WhoElseView>,
    /// Accounts of a list that are not in the case, each with its reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<crate::commands::LeftOut>,
}

/// Who shares sign-ins with the accounts of the case.
#[derive(Debug, Serialize)]
pub struct WhoElseView {
    /// Sign-ins from then on were compared.
    pub since: String,
    /// Accounts that are not in the case.
    pub others: Vec<OtherView>,
    /// Not followed, because many share it.
    pub common: Vec<Common>,
    /// What could not be asked.
    pub gaps: Vec<Unasked>,
    /// The line that adds them to the case and locks them.
    pub command: Option<String>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub struct OtherView {
    /// Its sign-in name, made harmless.
    pub upn: String,
    /// Its object id.
    pub id: String,
    /// What it shares.
    pub shares: Vec<Mark>,
    /// The newest such sign-in.
    pub last: String,
    /// Whether any of them got in.
    pub succeeded: bool,
}

impl WhoElseView {
    fn of(case: &Case, found: &WhoElse) -> Self {
        let other = |other: &Other| OtherView {
            upn: harmless(&other.upn, 256),
            id: other.account.to_string(),
            shares: other.shares.iter().cloned().collect(),
            last: other.last.to_string(),
            succeeded: other.succeeded,
        };
        Self {
            since: found.since.to_string(),
            others: found.others.iter().map(other).collect(),
            common: found.common.clone(),
            gaps: found.gaps.clone(),
            command: crate::screen::who_else_command(case, found),
        }
    }
}

/// One account.
#[derive(Debug, Serialize)]
pub struct AccountView {
    /// Its sign-in name.
    pub upn: String,
    /// Its object id.
    pub id: String,
    /// What kind of target it is.
    pub kind: &'static str,
    /// How far it is locked; none if no lock was planned.
    pub level: Option<&'static str>,
    /// Whether the lock was verified.
    pub locked: bool,
    /// Whether everything was read again after the last old token must have died.
    pub settled: bool,
    /// When that can be at the earliest.
    pub settles_at: Option<String>,
    /// Roles that the case holds.
    pub held: Vec<HeldView>,
    /// What was judged.
    pub findings: Vec<FindingView>,
    /// What was not read.
    pub gaps: Vec<GapView>,
    /// What was, is and will be done.
    pub steps: Vec<StepView>,
}

/// A role that the case holds.
#[derive(Debug, Serialize)]
pub struct HeldView {
    /// The step that withdrew it.
    pub step: String,
    /// The item by which it can be named at release.
    pub item: String,
    /// Its name.
    pub name: String,
    /// Where it holds.
    pub scope: String,
    /// Since when it was held, if anybody knows.
    pub since: Option<String>,
}

/// One thing judged.
#[derive(Debug, Serialize)]
pub struct FindingView {
    /// Its short name.
    pub item: String,
    /// Its facet.
    pub facet: FacetName,
    /// What people call it, made harmless.
    pub name: String,
    /// The judgement.
    pub verdict: &'static str,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What was missing for a judgement.
    pub missing: Vec<GapView>,
}

/// A facet that was not read.
#[derive(Debug, Serialize)]
pub struct GapView {
    /// Which.
    pub facet: FacetName,
    /// Why.
    pub why: Gap,
}

/// One step.
#[derive(Debug, Serialize)]
pub struct StepView {
    /// Its id.
    pub id: String,
    /// The kind of its plan.
    pub plan: &'static str,
    /// What it does.
    pub action: &'static str,
    /// To what, made harmless.
    pub target: String,
    /// Where it stands.
    pub state: &'static str,
    /// Whether it can be undone.
    pub undo: Undoable,
    /// Why it stands there.
    pub why: Option<String>,
    /// What the service warned of.
    pub notes: Vec<String>,
}

/// A plan that waits.
#[derive(Debug, Serialize)]
pub struct AwaitingView {
    /// Its number.
    pub plan: String,
    /// Its kind.
    pub kind: &'static str,
    /// What an approval must name.
    pub digest: String,
}

/// What `plan show` prints.
#[derive(Debug, Serialize)]
pub struct PlanView {
    /// The case.
    pub case: String,
    /// Its number.
    pub plan: String,
    /// Its kind.
    pub kind: &'static str,
    /// What an approval must name.
    pub digest: String,
    /// Whether it is approved.
    pub approved: bool,
    /// Its steps.
    pub steps: Vec<PlanStepView>,
    /// What it leaves out.
    pub left_out: PlanningReport,
}

/// One step of a plan.
#[derive(Debug, Serialize)]
pub struct PlanStepView {
    /// The step.
    #[serde(flatten)]
    pub step: StepView,
    /// The account's sign-in name.
    pub account: String,
    /// Items that it answers.
    pub because: Vec<String>,
    /// Steps that end before it.
    pub after: Vec<String>,
    /// Steps that it needs verified.
    pub needs: Vec<String>,
}

impl CaseView {
    /// The case as it stands.
    pub fn of(case: &Case, head: &str, policy: &Policy, round_trips: u64) -> Self {
        Self {
            case: case.id.to_string(),
            head: head.to_owned(),
            closed: case.closed,
            accounts: case.accounts.values().map(|state| AccountView::of(case, state, policy)).collect(),
            awaiting: case.awaiting().map(AwaitingView::of),
            round_trips,
            next_watch: regain_engine::watch::due(case).map(|due| due.to_string()),
            who_else: case.who_else.as_ref().map(|found| WhoElseView::of(case, found)),
            left_out: Vec::new(),
        }
    }
}

impl AwaitingView {
    fn of(plan: &Plan) -> Self {
        Self { plan: plan.id().to_string(), kind: plan.kind().as_str(), digest: plan.digest().to_string() }
    }
}

impl AccountView {
    fn of(case: &Case, state: &AccountState, policy: &Policy) -> Self {
        let id = &state.account.id;
        let held = case.held(id).into_iter().map(|(step, grant)| HeldView {
            step: step.to_string(),
            item: regain_incident::item::Item::of(grant.kind.facet(), id, &grant.object()).to_string(),
            name: harmless(&grant.of.name, 256),
            scope: grant.scope.clone(),
            since: grant.since.map(|since| since.to_string()),
        });
        Self {
            upn: state.account.upn.clone(),
            id: id.to_string(),
            kind: state.account.kind.as_str(),
            level: case.level(id).map(Level::as_str),
            locked: case.is_locked(id),
            settled: state.is_settled(policy),
            settles_at: state.settles_at(policy).map(|at| at.to_string()),
            held: held.collect(),
            findings: state.assessment.findings.iter().map(FindingView::of).collect(),
            gaps: gaps(state.gaps()),
            steps: case.steps_of(id).map(|(plan, step, _)| step_view(case, plan, step)).collect(),
        }
    }
}

fn gaps(gaps: Vec<(FacetName, Gap)>) -> Vec<GapView> {
    gaps.into_iter().map(|(facet, why)| GapView { facet, why }).collect()
}

impl FindingView {
    /// Of a finding, made harmless.
    pub fn of(finding: &Finding) -> Self {
        let clean = |reason: &Reason| {
            let mut reason = reason.clone();
            for value in reason.evidence.values_mut() {
                *value = harmless(value, 256);
            }
            reason
        };
        Self {
            item: finding.item.to_string(),
            facet: finding.facet,
            name: harmless(&finding.name, 256),
            verdict: finding.verdict.as_str(),
            reasons: finding.reasons.iter().map(clean).collect(),
            missing: gaps(finding.missing.clone()),
        }
    }
}

fn step_view(case: &Case, plan: &PlanState, step: &PlannedStep) -> StepView {
    let record = case.steps.get(&step.id);
    StepView {
        id: step.id.to_string(),
        plan: plan.plan.kind().as_str(),
        action: step.action.code(),
        target: harmless(&step.action.target(), 256),
        state: case.state(step.id).as_str(),
        undo: step.undo.clone(),
        why: record.and_then(|record| record.why.clone()),
        notes: record.map(|record| record.notes.clone()).unwrap_or_default(),
    }
}

impl PlanView {
    /// A plan of the case.
    pub fn of(case: &Case, state: &PlanState, left_out: PlanningReport) -> Self {
        let ids = |ids: &[regain_incident::ids::StepId]| ids.iter().map(ToString::to_string).collect();
        let step = |step: &PlannedStep| PlanStepView {
            step: step_view(case, state, step),
            account: case.accounts.get(&step.account).map(|account| account.account.upn.clone()).unwrap_or_default(),
            because: step.because.iter().map(ToString::to_string).collect(),
            after: ids(&step.after),
            needs: ids(&step.needs),
        };
        Self {
            case: case.id.to_string(),
            plan: state.plan.id().to_string(),
            kind: state.plan.kind().as_str(),
            digest: state.plan.digest().to_string(),
            approved: state.approval.is_some(),
            steps: state.plan.steps().iter().map(step).collect(),
            left_out,
        }
    }
}
