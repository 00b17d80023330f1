//! A case: the fold over its journal. Nothing about a case is stored anywhere else.

use std::collections::BTreeMap;

use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::account::{Account, Kind};
use crate::facet::{Facet, FacetName, Gap};
use crate::facets::roles::{self, RoleGrant};
use crate::facets::{Reading, Verified, identity};
use crate::finding::{Assessment, Finding};
use crate::ids::{AccountId, CaseId, PlanId, Seq, StepId, TenantId};
use crate::item::Item;
use crate::journal::{Entry, Purpose, ReadFor, Recorded, Refusal};
use crate::plan::{Action, Approval, Phase, Plan, PlanKind, PlannedStep};
use crate::planner::Level;
use crate::policy::Policy;
use crate::posture::answer::Answer;
use crate::posture::told::Said;
use crate::release::Gate;
use crate::snapshot::Snapshot;
use crate::sweep::Sweeps;
use crate::tenant::TenantReading;
use crate::who_else::WhoElse;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Begun: what it does may be happening.
    Running,
    /// The service said yes; no reading has shown it.
    Applied,
    /// It may or may not have happened.
    Unknown,
    /// A reading showed it.
    Done,
    /// Refused, or no reading showed it in time.
    Failed,
    /// It was done, and somebody put it back.
    Returned,
    /// Not to be done any more.
    Dropped,
}

/// An entry that does not fit what is known: the record is damaged, or the program is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {} ({entry}) does not fit: {why}", seq.0)]
pub struct IllegalEntry {
    /// The entry's place.
    pub seq: Seq,
    /// Its name.
    pub entry: &'static str,
    /// What does not fit.
    pub why: String,
}

impl StepState {
    /// A step's whole life, on one screen.
    #[expect(clippy::match_same_arms, reason = "one line for each entry")]
    pub fn next(self, entry: &Entry) -> Option<Self> {
        use {Entry as E, StepState as S};
        Some(match (self, entry) {
            (S::Waiting | S::Unknown | S::Failed | S::Returned, E::StepStarted { .. }) => S::Running,
            (S::Running, E::StepApplied { .. }) => S::Applied,
            (S::Running | S::Applied, E::StepUnanswered { .. }) => S::Unknown, // also after a crash: observe before trying again
            (S::Waiting | S::Running | S::Unknown | S::Failed, E::StepRefused { .. }) => S::Failed,
            (S::Applied | S::Unknown, E::StepContradicted { .. }) => S::Failed, // only past the deadline
            (S::Waiting | S::Applied | S::Unknown | S::Failed | S::Returned, E::StepVerified { .. }) => S::Done,
            (S::Done, E::StepReturned { .. }) => S::Returned, // somebody put it back
            (S::Waiting | S::Failed, E::ManualDone { .. }) => S::Done,
            (S::Waiting | S::Failed | S::Unknown | S::Returned, E::StepDropped { .. }) => S::Dropped,
            _ => return None,
        })
    }

    /// Whether nothing more happens to it by itself.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Returned | Self::Dropped)
    }

    /// Whether a person must look at it.
    pub fn needs_a_person(self) -> bool {
        matches!(self, Self::Failed | Self::Unknown | Self::Returned)
    }

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Applied => "applied",
            Self::Unknown => "unknown",
            Self::Done => "verified",
            Self::Failed => "failed",
            Self::Returned => "returned",
            Self::Dropped => "dropped",
        }
    }
}

/// What is known of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// Where it stands.
    pub state: StepState,
    /// What was observed before it was applied.
    pub before: Option<Reading>,
    /// When it was last begun.
    pub started_at: Option<Timestamp>,
    /// When the service answered.
    pub applied_at: Option<Timestamp>,
    /// When it was verified.
    pub verified_at: Option<Timestamp>,
    /// It was so before we did anything.
    pub already: bool,
    /// Why it failed or is unknown, or as what it returned.
    pub why: Option<String>,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// What the service warned of.
    pub notes: Vec<String>,
    /// How often it was begun.
    pub attempts: u32,
}

impl StepRecord {
    fn waiting() -> Self {
        Self {
            state: StepState::Waiting,
            before: None,
            started_at: None,
            applied_at: None,
            verified_at: None,
            already: false,
            why: None,
            refusal: None,
            notes: Vec::new(),
            attempts: 0,
        }
    }
}

/// A plan and whether it is approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanState {
    /// The plan.
    pub plan: Plan,
    /// Its approval.
    pub approval: Option<Approval>,
}

/// What is known of one account of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountState {
    /// The account.
    pub account: Account,
    /// How far it was ordered to be locked.
    pub ordered: Option<Level>,
    /// The first reading of each facet: as it was before anything was changed.
    pub snapshot: Snapshot,
    /// The newest reading of each facet.
    pub latest: BTreeMap<FacetName, Facet<Reading>>,
    /// The newest judgement.
    pub assessment: Assessment,
    /// What people said against it: true, clean it; false, keep it.
    pub overruled: BTreeMap<Item, bool>,
    /// When a revocation was last answered.
    pub revoked_at: Option<Timestamp>,
    /// When the lock's first step was begun.
    pub lock_began: Option<Timestamp>,
    /// Passes of the watch: when, and how many things came back.
    pub watched: Vec<(Timestamp, u32)>,
    /// When sign-in was given back.
    pub sign_in_released: Option<Timestamp>,
    /// When roles were given back.
    pub roles_released: Option<Timestamp>,
    /// Ways by which a fresh password left.
    pub handed_over: Vec<String>,
}

/// One response and all it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its number.
    pub id: CaseId,
    /// Its tenant.
    pub tenant: Option<TenantId>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// From when the incident may date.
    pub incident_since: Timestamp,
    /// Its accounts.
    pub accounts: BTreeMap<AccountId, AccountState>,
    /// Its plans.
    pub plans: BTreeMap<PlanId, PlanState>,
    /// Their steps.
    pub steps: BTreeMap<StepId, StepRecord>,
    /// The same by account, in the order of plans and steps.
    steps_by_account: BTreeMap<AccountId, Vec<StepId>>,
    /// Accounts that share sign-ins with those of the case, as last asked.
    pub who_else: Option<WhoElse>,
    /// What it is for.
    pub purpose: Purpose,
    /// How the tenant was measured, if this is the record of its posture.
    pub posture: PostureRecord,
    /// Nothing more is expected.
    pub closed: bool,
    /// The newest entry.
    pub last: Seq,
}

/// How a tenant was measured over time, and what people said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostureRecord {
    /// Each run, oldest first: when, and the answer to each item.
    pub runs: Vec<(Timestamp, BTreeMap<String, Answer>)>,
    /// What people answered and answer for.
    pub said: Said,
    /// Looks into every mailbox.
    pub sweeps: Sweeps,
}

impl Case {
    /// The case as its whole journal tells it.
    pub fn of(id: CaseId, entries: &[Recorded]) -> Result<Self, IllegalEntry> {
        let mut case = Self {
            id,
            tenant: None,
            opened_at: entries.first().map_or(Timestamp::UNIX_EPOCH, |first| first.at),
            incident_since: Timestamp::UNIX_EPOCH,
            accounts: BTreeMap::new(),
            plans: BTreeMap::new(),
            steps: BTreeMap::new(),
            steps_by_account: BTreeMap::new(),
            who_else: None,
            purpose: Purpose::default(),
            posture: PostureRecord::default(),
            closed: false,
            last: Seq::START,
        };
        for recorded in entries {
            case.fold(recorded)?;
        }
        Ok(case)
    }

    /// Takes one more entry in.
    pub fn fold(&mut self, recorded: &Recorded) -> Result<(), IllegalEntry> {
        let illegal = |why: String| IllegalEntry { seq: recorded.seq, entry: recorded.entry.name(), why };
        if recorded.seq != Seq(self.last.0 + 1) {
            return Err(illegal(format!("it follows entry {}", self.last.0)));
        }
        self.last = recorded.seq;
        if let Some(step) = recorded.entry.step() {
            return self.fold_step(step, recorded).map_err(illegal);
        }
        match &recorded.entry {
            Entry::CaseOpened { tenant, incident_since, purpose } => {
                self.tenant = Some(tenant.clone());
                self.purpose = *purpose;
                self.incident_since = *incident_since;
                self.opened_at = recorded.at;
            }
            Entry::AccountAdded { account, lock } => self.add(account, *lock, recorded.at),
            Entry::PlanMade { plan } => self.add_plan(plan).map_err(illegal)?,
            Entry::PlanApproved { plan, approval } => {
                let state = self.plans.get_mut(plan).ok_or_else(|| illegal(format!("there is no plan {plan}")))?;
                state.approval = Some(approval.clone());
            }
            Entry::WhoElseAsked { found } => self.who_else = Some(found.clone()),
            Entry::Closed => self.closed = true,
            Entry::PostureTold { answers } => self.posture.runs.push((recorded.at, answers.clone())),
            Entry::PostureStated { item, statement } => {
                self.posture.said.stated.insert(item.clone(), statement.clone());
            }
            Entry::PostureAccepted { item, acceptance } => {
                self.posture.said.accepted.insert(item.clone(), acceptance.clone());
            }
            Entry::SweepBegun { listing } => self.posture.sweeps.begin(recorded.at, listing),
            Entry::SweepResumed { listing } => self.posture.sweeps.resume(listing).ok_or_else(|| illegal(no_sweep()))?,
            Entry::SweepRead { batch } => self.posture.sweeps.take(batch).ok_or_else(|| illegal(no_sweep()))?,
            Entry::SweepEnded { rest } => {
                self.posture.sweeps.end(recorded.at, rest.as_ref()).ok_or_else(|| illegal(no_sweep()))?;
            }
            Entry::Commanded { .. } | Entry::LogsScanned { .. } => {}
            other => self.fold_account(other, recorded.at).map_err(illegal)?,
        }
        Ok(())
    }

    /// Whether entries of one wave would fold as far as steps go: asked before they are made durable,
    /// since an entry that cannot be folded would bar the case for good.
    pub fn would_take(&self, entries: &[Entry]) -> Result<(), IllegalEntry> {
        let mut states: BTreeMap<StepId, StepState> = BTreeMap::new();
        for (entry, ahead) in entries.iter().zip(1..) {
            let illegal = |why: String| IllegalEntry { seq: Seq(self.last.0 + ahead), entry: entry.name(), why };
            if let Entry::PlanMade { plan } = entry {
                states.extend(plan.steps().iter().map(|step| (step.id, StepState::Waiting)));
            }
            let Some(step) = entry.step() else { continue };
            let known = states.get(&step).copied().or_else(|| self.steps.get(&step).map(|record| record.state));
            let state = known.ok_or_else(|| illegal(format!("there is no step {step}")))?;
            let next = state.next(entry).ok_or_else(|| illegal(format!("step {step} is {}", state.as_str())))?;
            states.insert(step, next);
        }
        Ok(())
    }

    fn add(&mut self, account: &Account, lock: Option<Level>, at: Timestamp) {
        self.closed = false;
        let state = AccountState {
            account: account.clone(),
            ordered: None,
            snapshot: Snapshot::begun(account.clone(), at),
            latest: BTreeMap::new(),
            assessment: Assessment::default(),
            overruled: BTreeMap::new(),
            revoked_at: None,
            lock_began: None,
            watched: Vec::new(),
            sign_in_released: None,
            roles_released: None,
            handed_over: Vec::new(),
        };
        let state = self.accounts.entry(account.id.clone()).or_insert(state);
        state.ordered = lock.or(state.ordered);
    }

    fn add_plan(&mut self, plan: &Plan) -> Result<(), String> {
        if plan.case() != self.id || self.plans.contains_key(&plan.id()) {
            return Err(format!("plan {} is another case's, or was made before", plan.id()));
        }
        for step in plan.steps() {
            self.steps.insert(step.id, StepRecord::waiting());
            self.steps_by_account.entry(step.account.clone()).or_default().push(step.id);
        }
        self.plans.insert(plan.id(), PlanState { plan: plan.clone(), approval: None });
        Ok(())
    }

    /// Entries that speak of one account.
    fn fold_account(&mut self, entry: &Entry, at: Timestamp) -> Result<(), String> {
        let (Entry::FacetRead { account, .. }
        | Entry::Judged { account, .. }
        | Entry::Overruled { account, .. }
        | Entry::WatchPassed { account, .. }
        | Entry::HandedOver { account, .. }
        | Entry::Released { account, .. }) = entry
        else {
            return Err("it speaks of nothing that this version knows".to_owned());
        };
        let state = self.accounts.get_mut(account).ok_or_else(|| format!("account {account} is not in the case"))?;
        match entry {
            Entry::FacetRead { facet, purpose, reading, .. } => state.take_in(*facet, *purpose, reading),
            Entry::Judged { assessment, .. } => state.assessment = assessment.clone(),
            Entry::Overruled { item, clean, .. } => {
                state.overruled.insert(item.clone(), *clean);
            }
            Entry::WatchPassed { returned, .. } => {
                state.watched.push((at, *returned));
                if *returned > 0 {
                    self.closed = false;
                }
            }
            Entry::HandedOver { way, .. } => state.handed_over.push(way.clone()),
            Entry::Released { gate: Gate::SignIn, .. } => state.sign_in_released = Some(at),
            Entry::Released { gate: Gate::Roles, .. } => state.roles_released = Some(at),
            _ => {}
        }
        Ok(())
    }

    /// Entries that speak of one step.
    fn fold_step(&mut self, id: StepId, recorded: &Recorded) -> Result<(), String> {
        let planned = self.planned(id).cloned().ok_or_else(|| format!("there is no step {id}"))?;
        let record = self.steps.get_mut(&id).ok_or_else(|| format!("there is no step {id}"))?;
        record.state = record.state.next(&recorded.entry).ok_or_else(|| format!("step {id} is {}", record.state.as_str()))?;
        match &recorded.entry {
            Entry::StepStarted { before, .. } => {
                record.before = record.before.take().or_else(|| before.clone()); // the first observation is the former state
                record.started_at = Some(recorded.at);
                record.attempts += 1;
                record.refusal = None;
                record.why = None;
            }
            Entry::StepApplied { notes, .. } => {
                record.applied_at = Some(recorded.at);
                record.notes.extend(notes.iter().cloned());
            }
            Entry::StepVerified { already, .. } => {
                record.verified_at = Some(recorded.at);
                record.already = *already;
            }
            Entry::StepRefused { refusal, .. } => {
                record.why = Some(refusal.detail().to_owned());
                record.refusal = Some(refusal.clone());
            }
            Entry::StepUnanswered { why, .. }
            | Entry::StepContradicted { why, .. }
            | Entry::StepDropped { why, .. }
            | Entry::StepReturned { seen: why, .. } => record.why = Some(why.clone()),
            _ => {}
        }
        if let Some(state) = self.accounts.get_mut(&planned.account) {
            state.note_step(&planned.action, &recorded.entry, recorded.at);
        }
        Ok(())
    }

    /// The step `id`, as it was planned.
    pub fn planned(&self, id: StepId) -> Option<&PlannedStep> {
        let steps = self.plans.get(&id.plan)?.plan.steps();
        // Steps are numbered in their order, so that the first guess is right; a plan that is not is searched.
        let guess = usize::try_from(id.step).ok().and_then(|number| steps.get(number.checked_sub(1)?));
        guess.filter(|step| step.id == id).or_else(|| steps.iter().find(|step| step.id == id))
    }

    /// Every step with its plan and record, in the order of plans and steps.
    pub fn all_steps(&self) -> impl Iterator<Item = (&PlanState, &PlannedStep, &StepRecord)> {
        self.plans
            .values()
            .flat_map(|state| state.plan.steps().iter().map(move |step| (state, step)))
            .filter_map(|(state, step)| Some((state, step, self.steps.get(&step.id)?)))
    }

    /// The steps of one account.
    pub fn steps_of<'a>(
        &'a self,
        account: &'a AccountId,
    ) -> impl Iterator<Item = (&'a PlanState, &'a PlannedStep, &'a StepRecord)> {
        let own = self.steps_by_account.get(account).into_iter().flatten();
        own.filter_map(|id| Some((self.plans.get(&id.plan)?, self.planned(*id)?, self.steps.get(id)?)))
    }

    /// The number of the next plan.
    pub fn next_plan(&self) -> PlanId {
        PlanId(self.plans.keys().last().map_or(0, |id| id.0) + 1)
    }

    /// The newest plan that waits for an approval and has not been replaced.
    pub fn awaiting(&self) -> Option<&Plan> {
        let newest = |kind| self.plans.values().rfind(move |state| state.plan.kind() == kind);
        [PlanKind::Clean, PlanKind::Undo, PlanKind::Release, PlanKind::Harden]
            .into_iter()
            .filter_map(newest)
            .filter(|state| state.approval.is_none())
            .filter(|state| state.plan.steps().iter().any(|step| self.state(step.id) == StepState::Waiting))
            .map(|state| &state.plan)
            .max_by_key(|plan| plan.id())
    }

    /// Whether the approval of a plan that never began has expired: it will not be carried out any more.
    pub fn has_lapsed(&self, state: &PlanState, now: Timestamp) -> bool {
        let begun = |step: &PlannedStep| self.steps.get(&step.id).is_some_and(|record| record.attempts > 0);
        let expired = state.approval.as_ref().is_some_and(|approval| approval.has_expired(now));
        expired && !state.plan.steps().iter().any(begun)
    }

    /// Where a step stands.
    pub fn state(&self, id: StepId) -> StepState {
        self.steps.get(&id).map_or(StepState::Waiting, |record| record.state)
    }

    /// Whether a step was reversed by a later one that is done.
    pub fn was_reversed(&self, id: StepId) -> bool {
        self.all_steps().any(|(_, step, record)| step.reverses == Some(id) && record.state == StepState::Done)
    }

    /// Whether a later step of ours set the same setting again, and was not taken back by us: then it is that one which
    /// must show, and that one which came undone where somebody took it back.
    fn was_followed(&self, step: &PlannedStep) -> bool {
        let Action::Setting(change) = &step.action else { return false };
        self.steps_of(&step.account).any(|(_, later, record)| {
            let same = matches!(&later.action, Action::Setting(other) if other.is_of_the_same(change));
            same && later.id > step.id
                && matches!(record.state, StepState::Done | StepState::Returned)
                && later.reverses.is_none()
                && !self.was_reversed(later.id)
        })
    }

    /// The roles that the case holds for an account: withdrawn by us, and not given back.
    pub fn held<'a>(&'a self, account: &'a AccountId) -> Vec<(StepId, &'a RoleGrant)> {
        self.steps_of(account)
            .filter(|(_, step, record)| record.state == StepState::Done && !record.already && !self.was_reversed(step.id))
            .filter_map(|(_, step, _)| match &step.action {
                Action::Role(roles::Change::Withdraw(grant)) => Some((step.id, grant)),
                _ => None,
            })
            .collect()
    }

    /// Whether the case still holds sign-in: blocked by us, not given back.
    pub fn holds_sign_in(&self, account: &AccountId) -> bool {
        self.steps_of(account).any(|(_, step, record)| {
            step.action == Action::SignIn(identity::Change::Block)
                && record.state == StepState::Done
                && !record.already
                && !self.was_reversed(step.id)
        })
    }

    /// How far the account is locked, as its lock was planned; an account that the rail keeps open is
    /// meant to be locked in full.
    pub fn level(&self, account: &AccountId) -> Option<Level> {
        let lock = self.steps_of(account).filter(|(state, _, _)| state.plan.kind() == PlanKind::Lock);
        let actions: Vec<&Action> = lock.map(|(_, step, _)| &step.action).collect();
        let blocks = |action: &&Action| matches!(action, Action::SignIn(identity::Change::Block) | Action::Manual(_));
        let is_full = actions.iter().copied().any(|action| blocks(&action));
        (!actions.is_empty()).then_some(if is_full { Level::Full } else { Level::RevokeAndReset })
    }

    /// The tenant itself, where the case is about its settings.
    pub fn organisation(&self) -> Option<&AccountState> {
        self.accounts.values().find(|state| state.account.kind == Kind::Organisation)
    }

    /// Whether the account was ordered to be locked and no step was ever planned for it: the program ended
    /// first, or the account was not found again when it went on.
    pub fn waits_for_its_lock(&self, account: &AccountId) -> bool {
        self.accounts.get(account).is_some_and(|state| state.ordered.is_some()) && self.steps_of(account).next().is_none()
    }

    /// Whether a lock plan's steps for the account are all verified, and sign-in was not given back.
    pub fn is_locked(&self, account: &AccountId) -> bool {
        if self.accounts.get(account).is_some_and(|state| state.sign_in_released.is_some()) {
            return false;
        }
        let mut steps = self.steps_of(account).filter(|(state, _, _)| state.plan.kind() == PlanKind::Lock).peekable();
        steps.peek().is_some() && steps.all(|(_, _, record)| matches!(record.state, StepState::Done | StepState::Dropped))
    }
}

impl AccountState {
    /// Keeps the first reading as the snapshot's, and the newest beside it.
    fn take_in(&mut self, facet: FacetName, purpose: ReadFor, reading: &Facet<Reading>) {
        let known = self.snapshot.facets.get(&facet).is_some_and(|first| first.value().is_some());
        if purpose == ReadFor::Snapshot && !known {
            self.snapshot.facets.insert(facet, reading.clone());
        }
        self.latest.insert(facet, reading.clone());
    }

    fn note_step(&mut self, action: &Action, entry: &Entry, at: Timestamp) {
        match (action, entry) {
            (Action::Sessions(_), Entry::StepApplied { .. }) => self.revoked_at = Some(at),
            (Action::SignIn(identity::Change::Block), Entry::StepStarted { .. }) => {
                self.lock_began.get_or_insert(at);
                self.sign_in_released = None; // a lock after a release: what was given back is held again
            }
            (Action::Password(_), Entry::StepStarted { .. }) => {
                self.lock_began.get_or_insert(at);
            }
            _ => {}
        }
    }

    /// When the last old access token must have died, if a revocation was answered at all.
    pub fn settles_at(&self, policy: &Policy) -> Option<Timestamp> {
        let after = SignedDuration::from_mins(policy.old_tokens_minutes());
        self.revoked_at.and_then(|revoked| revoked.checked_add(after).ok())
    }

    /// Whether everything that could be read at first was read again after the last old access
    /// token must have died. Until then the account is clean as read, and no more.
    pub fn is_settled(&self, policy: &Policy) -> bool {
        let Some(from) = self.settles_at(policy) else { return false };
        self.snapshot
            .facets
            .iter()
            .filter(|(_, first)| first.gap().is_none())
            .all(|(name, _)| self.latest.get(name).is_some_and(|latest| latest.gap().is_none() && latest.at() >= from))
    }

    /// What people call the target: an organisation is known by its domain, once its domains were read. Hostile.
    pub fn called(&self) -> &str {
        self.known_as().unwrap_or(&self.account.upn)
    }

    /// The domain that people know the organisation by, if its domains were read. Hostile.
    pub fn known_as(&self) -> Option<&str> {
        match self.latest.get(&FacetName::Federation)?.value()? {
            Reading::Tenant(reading) => match reading.as_ref() {
                TenantReading::Federation(read) => read.known_as(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The account as it was last read.
    pub fn as_last_read(&self) -> Snapshot {
        Snapshot { facets: self.latest.clone(), ..self.snapshot.clone() }
    }

    /// Gaps as they were last read.
    pub fn gaps(&self) -> Vec<(FacetName, Gap)> {
        self.as_last_read().gaps()
    }

    /// What the clean plan should answer: the judgement, as people overruled it.
    pub fn to_clean(&self) -> impl Iterator<Item = &Finding> {
        self.assessment
            .findings
            .iter()
            .filter(|finding| self.overruled.get(&finding.item).copied().unwrap_or(finding.verdict.calls_for_cleaning()))
            .filter(|finding| !self.is_off(finding))
    }

    /// Whether the finding's rule is switched off already, by us or by somebody: nothing is left to
    /// stop, though it may be bad.
    fn is_off(&self, finding: &Finding) -> bool {
        let latest = self.latest.get(&FacetName::InboxRules).and_then(Facet::value);
        match latest {
            Some(Reading::InboxRules(rules)) if finding.facet == FacetName::InboxRules => {
                rules.iter().any(|rule| rule.id == finding.object && rule.readable && !rule.enabled)
            }
            _ => false,
        }
    }
}

fn no_sweep() -> String {
    "no sweep is under way".to_owned()
}

/// Which done steps of an account a new reading no longer shows, and as what they came back. What we
/// gave back ourselves and somebody took again since is no return.
pub fn returned(case: &Case, account: &AccountId, facet: FacetName, reading: &Reading) -> Vec<(StepId, String)> {
    let released = case.accounts.get(account).is_some_and(|state| state.sign_in_released.is_some());
    case.steps_of(account)
        .filter(|(_, step, record)| record.state == StepState::Done && !case.was_reversed(step.id) && step.action.is_a_state())
        .filter(|(_, step, _)| !case.was_followed(step))
        .filter(|(_, step, _)| step.phase != Phase::Recover && step.action.facet().map(FacetName::read_as) == Some(facet))
        .filter(|(_, step, _)| !(released && step.action == Action::SignIn(identity::Change::Block)))
        .filter_map(|(_, step, record)| came_back(step, record, reading).map(|seen| (step.id, seen)))
        .collect()
}

/// As what the effect of one step was undone, if it was: by its own id, or under another name.
fn came_back(step: &PlannedStep, record: &StepRecord, now: &Reading) -> Option<String> {
    use crate::facets::inbox_rules::Change;
    if let (Action::InboxRule(Change::Disable(old) | Change::Remove(old)), Reading::InboxRules(rules)) = (&step.action, now) {
        let again = rules.iter().find(|rule| rule.enabled && (rule.id == old.id || rule.is_same_act(old)))?;
        return Some(format!("inbox rule {:?}", again.name));
    }
    let before = record.before.as_ref().unwrap_or(now);
    match step.action.shows(before, now) {
        Verified::Yes => None,
        Verified::NotYet => Some(step.action.code().to_owned()),
    }
}

/// The incident window of a case opened at `at`.
pub fn incident_since(at: Timestamp, policy: &Policy) -> Timestamp {
    at.checked_sub(i64::from(policy.incident_hours()).hours()).unwrap_or(at)
}
