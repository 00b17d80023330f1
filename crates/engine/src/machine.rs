//! The machine decides. It never waits, reads a clock or opens a socket: the driver does, and
//! reports back. Only what is durable moves a step: an outcome becomes an entry, and the entry,
//! once recorded, becomes the next command.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use regain_incident::Timestamp;
use regain_incident::case::{Case, StepState};
use regain_incident::facet::{FacetName, Gap};
use regain_incident::facets::roles::Change as RoleChange;
use regain_incident::facets::{Reading, Verified, identity, inbox_rules, password};
use regain_incident::ids::{AccountId, StepId};
use regain_incident::journal::{Entry, Refusal};
use regain_incident::plan::{Action, ApprovedPlan, Plan, PlanKind, PlannedStep};

use crate::step::Trouble;

/// What the driver reports.
#[derive(Debug)]
pub enum Event {
    /// A reading for a step came, or did not.
    Observed(StepId, Result<Reading, Trouble>),
    /// A change was answered, or was not.
    Applied(StepId, Result<Vec<String>, Trouble>),
    /// An entry is durable.
    Recorded(Entry),
    /// The time that a step asked for has come.
    Woke(StepId),
}

impl Event {
    fn step(&self) -> Option<StepId> {
        match self {
            Self::Observed(id, _) | Self::Applied(id, _) | Self::Woke(id) => Some(*id),
            Self::Recorded(entry) => entry.step(),
        }
    }
}

/// What the driver is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Read what the step changes.
    Observe(StepId),
    /// Make the entry durable.
    Record(Entry),
    /// Change the tenant.
    Apply(StepId),
    /// Report back at this time.
    Wake(StepId, Timestamp),
}

/// What one step is doing in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Doing {
    /// Not begun in this run.
    Idle,
    /// A reading is under way.
    Looking(Look),
    /// An entry is being written, or a change is under way.
    Busy,
    /// Answered: a look is due, once nothing else is under way on the same facet. One reading then
    /// answers for all.
    Due,
    /// Waiting to look again.
    Pausing(Look),
    /// Nothing more in this run.
    Over,
}

/// Why a step looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Before it is begun.
    Before,
    /// After an answer.
    After,
    /// After an answer was lost.
    AfterLoss,
}

struct Slot {
    step: PlannedStep,
    state: StepState,
    doing: Doing,
    before: Option<Reading>,
    /// Since when it has been looking in vain.
    looking_since: Option<Timestamp>,
    looks: u32,
    starts: u32,
    /// Refused for want of a right while the account held roles: once more when they are gone.
    again_after_roles: bool,
    repeated: bool,
    /// A process that has ended began it last.
    was_left_running: bool,
    last_trouble: Option<String>,
}

/// Decides what happens next to each step of one approved plan.
pub struct Machine {
    slots: BTreeMap<StepId, Slot>,
    /// The steps that what happens to a step can free, drop or make look: those of its account, and
    /// those that name it. Hundreds of accounts are one plan: no event may cost a walk through all of it.
    touched: BTreeMap<StepId, BTreeSet<StepId>>,
    by_account: BTreeMap<AccountId, BTreeSet<StepId>>,
    kind: PlanKind,
    /// Readings from just now, which stand for a first look.
    known: BTreeMap<(AccountId, FacetName), Reading>,
}

/// A step is begun at most this often in one run.
const STARTS_MAX: u32 = 5;
/// How long a first look is repeated while the service does not let us read.
const FIRST_LOOK: SignedDuration = SignedDuration::from_secs(60);
/// After a lost answer, how long a reading may lag before the change is repeated; longer for
/// creations, which a repeat would double.
const LAG: SignedDuration = SignedDuration::from_secs(5);
const LAG_OF_CREATIONS: SignedDuration = SignedDuration::from_secs(30);
/// After this long without a new date a revocation is sent once more.
const SAME_SECOND: SignedDuration = SignedDuration::from_secs(1);
const REVOCATIONS_MAX: u32 = 2;

impl Machine {
    /// A machine for `plan`, as far as the case has come. `known` are readings from just now.
    pub fn new(plan: &ApprovedPlan, case: &Case, known: BTreeMap<(AccountId, FacetName), Reading>) -> Self {
        let slot = |step: &PlannedStep| {
            let record = case.steps.get(&step.id);
            let state = record.map_or(StepState::Waiting, |record| record.state);
            Slot {
                step: step.clone(),
                state,
                doing: if state.has_ended() || matches!(step.action, Action::Manual(_)) { Doing::Over } else { Doing::Idle },
                before: record.and_then(|record| record.before.clone()),
                looking_since: None,
                looks: 0,
                starts: 0,
                again_after_roles: is_to_be_repeated(case, plan.plan(), step),
                repeated: false,
                was_left_running: state == StepState::Running,
                last_trouble: None,
            }
        };
        let slots = plan.plan().steps().iter().map(|step| (step.id, slot(step))).collect();
        let mut by_account: BTreeMap<AccountId, BTreeSet<StepId>> = BTreeMap::new();
        let mut touched: BTreeMap<StepId, BTreeSet<StepId>> = BTreeMap::new();
        for step in plan.plan().steps() {
            by_account.entry(step.account.clone()).or_default().insert(step.id);
            for earlier in step.after.iter().chain(&step.needs) {
                touched.entry(*earlier).or_default().insert(step.id);
            }
        }
        Self { slots, touched, by_account, kind: plan.plan().kind(), known }
    }

    /// The step `id`.
    pub fn step(&self, id: StepId) -> Option<&PlannedStep> {
        self.slots.get(&id).map(|slot| &slot.step)
    }

    /// Whether nothing more will happen in this run.
    pub fn is_over(&self) -> bool {
        self.slots.values().all(|slot| slot.doing == Doing::Over)
    }

    /// Whether a step is ready or on its way: not one that only waits to be seen, or for its time.
    pub fn is_pressing(&self) -> bool {
        let is = |slot: &Slot| match slot.doing {
            Doing::Busy | Doing::Looking(Look::Before) => true,
            Doing::Idle => self.is_free(slot),
            _ => false,
        };
        self.slots.values().any(is)
    }

    /// The first commands.
    pub fn begin(&mut self, now: Timestamp) -> Vec<Command> {
        self.next_commands(&self.slots.keys().copied().collect(), now)
    }

    /// Decides.
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Vec<Command> {
        let touched = event.step().map(|id| self.touched_by(id)).unwrap_or_default();
        let mut commands = match event {
            Event::Observed(id, result) => self.observed(id, result, now),
            Event::Applied(id, result) => self.applied(id, result),
            Event::Recorded(entry) => self.recorded(&entry),
            Event::Woke(id) => self.woke(id),
        };
        commands.extend(self.next_commands(&touched, now));
        commands
    }

    fn touched_by(&self, id: StepId) -> BTreeSet<StepId> {
        let account = self.slots.get(&id).and_then(|slot| self.by_account.get(&slot.step.account));
        account.into_iter().chain(self.touched.get(&id)).flatten().copied().collect()
    }

    /// Of `ids`, begins every step that is free, drops every step whose need has failed.
    fn next_commands(&mut self, ids: &BTreeSet<StepId>, now: Timestamp) -> Vec<Command> {
        let mut commands = Vec::new();
        for &id in ids {
            self.repeat_if_roles_are_gone(id);
            let Some(slot) = self.slots.get(&id) else { continue };
            if slot.doing != Doing::Idle {
                continue;
            }
            if let Some(failed) = self.failed_need(slot) {
                let why = format!("step {failed} did not succeed");
                commands.push(self.record(id, Entry::StepDropped { step: id, why }));
            } else if self.is_free(slot) {
                commands.extend(self.start(id, now));
            }
        }
        commands.extend(self.due_looks(ids));
        commands
    }

    /// Looks of `ids` that are due and that no change under way on the same facet would make stale.
    fn due_looks(&mut self, ids: &BTreeSet<StepId>) -> Vec<Command> {
        let facet = |slot: &Slot| (slot.step.account.clone(), slot.step.action.facet().map(FacetName::read_as));
        let slots = ids.iter().filter_map(|id| self.slots.get(id));
        let (due, busy): (Vec<&Slot>, Vec<&Slot>) =
            slots.filter(|slot| matches!(slot.doing, Doing::Due | Doing::Busy)).partition(|slot| slot.doing == Doing::Due);
        let busy: BTreeSet<_> = busy.into_iter().map(facet).collect();
        let free: Vec<StepId> = due.into_iter().filter(|slot| !busy.contains(&facet(slot))).map(|slot| slot.step.id).collect();
        free.into_iter().filter_map(|id| Some(look(self.slots.get_mut(&id)?, Look::After))).collect()
    }

    fn has_ended(&self, id: StepId) -> bool {
        self.slots.get(&id).is_none_or(|slot| slot.doing == Doing::Over && !slot.again_after_roles)
    }

    /// For those that only come after it: what it does was answered, so that nothing is under way.
    /// That it also shows in a reading is for those that need it.
    fn is_answered(&self, id: StepId) -> bool {
        self.has_ended(id) || self.slots.get(&id).is_some_and(|slot| slot.state == StepState::Applied)
    }

    fn is_done(&self, id: StepId) -> bool {
        self.slots.get(&id).is_some_and(|slot| slot.state == StepState::Done)
    }

    fn is_free(&self, slot: &Slot) -> bool {
        slot.step.after.iter().all(|id| self.is_answered(*id)) && slot.step.needs.iter().all(|id| self.is_done(*id))
    }

    fn failed_need(&self, slot: &Slot) -> Option<StepId> {
        slot.step.needs.iter().copied().find(|id| self.has_ended(*id) && !self.is_done(*id))
    }

    /// Begins a step where it stands; what a former process left running is a lost answer.
    fn start(&mut self, id: StepId, now: Timestamp) -> Vec<Command> {
        let Some(slot) = self.slots.get_mut(&id) else { return vec![] };
        let hands_over = slot.step.action == Action::Password(password::Change::ReplaceAndHandOver);
        match slot.state {
            StepState::Running => {
                let why = "the program ended before the answer came".to_owned();
                vec![self.record(id, Entry::StepUnanswered { step: id, why })]
            }
            StepState::Applied if hands_over => {
                let why = "the program ended before the fresh password was handed over".to_owned();
                vec![self.record(id, Entry::StepUnanswered { step: id, why })]
            }
            StepState::Applied => vec![look(slot, Look::After)],
            StepState::Unknown => vec![look(slot, Look::AfterLoss)],
            _ => {
                let facet = slot.step.action.facet().map(FacetName::read_as);
                let known = facet.and_then(|facet| self.known.get(&(slot.step.account.clone(), facet)).cloned());
                match known.filter(|_| slot.starts == 0) {
                    Some(reading) => self.before(id, reading, now),
                    None => vec![look(slot, Look::Before)],
                }
            }
        }
    }

    fn observed(&mut self, id: StepId, result: Result<Reading, Trouble>, now: Timestamp) -> Vec<Command> {
        let Some(Doing::Looking(why)) = self.slots.get(&id).map(|slot| slot.doing.clone()) else { return vec![] };
        match (why, result) {
            (Look::Before, Ok(reading)) => self.before(id, reading, now),
            (Look::Before, Err(trouble)) => self.first_look_failed(id, trouble, now),
            (Look::After, Ok(reading)) => self.after(id, &reading, now),
            (Look::AfterLoss, Ok(reading)) => self.after_loss(id, &reading, now),
            (Look::After | Look::AfterLoss, Err(trouble)) => self.look_failed(id, why, &trouble, now),
        }
    }

    /// What is there before anything was done decides whether anything is to be done.
    fn before(&mut self, id: StepId, reading: Reading, _now: Timestamp) -> Vec<Command> {
        let Some(slot) = self.slots.get_mut(&id) else { return vec![] };
        let action = &slot.step.action;
        let entry = if action.is_a_state() && action.shows(&reading, &reading) == Verified::Yes {
            Entry::StepVerified { step: id, already: true }
        } else if let Some(detail) = action.conflict(&reading) {
            Entry::StepRefused { step: id, refusal: Refusal::Conflict { detail } }
        } else {
            slot.before.get_or_insert_with(|| reading.clone());
            slot.starts += 1;
            Entry::StepStarted { step: id, before: Some(reading) }
        };
        vec![self.record(id, entry)]
    }

    fn first_look_failed(&mut self, id: StepId, trouble: Trouble, now: Timestamp) -> Vec<Command> {
        let Some(slot) = self.slots.get_mut(&id) else { return vec![] };
        let since = *slot.looking_since.get_or_insert(now);
        let refusal = match trouble {
            Trouble::Refused(refusal) => refusal,
            Trouble::Unread(Gap::Denied { missing }) => Refusal::Denied { missing },
            Trouble::Unread(Gap::Throttled | Gap::Unreachable { .. }) | Trouble::Lost(_) | Trouble::Gone
                if now.duration_since(since) < FIRST_LOOK =>
            {
                return vec![pause(slot, Look::Before, now)];
            }
            other => Refusal::Unavailable { detail: describe(&other) },
        };
        vec![self.record(id, Entry::StepRefused { step: id, refusal })]
    }

    fn after(&mut self, id: StepId, reading: &Reading, now: Timestamp) -> Vec<Command> {
        let Some(slot) = self.slots.get_mut(&id) else { return vec![] };
        let before = slot.before.clone().unwrap_or_else(|| reading.clone());
        if slot.step.action.shows(&before, reading) == Verified::Yes {
            return vec![self.record(id, Entry::StepVerified { step: id, already: false })];
        }
        // The service's dates are whole seconds: a reset or revocation a moment ago leaves the same one.
        let since = *slot.looking_since.get_or_insert(now);
        let is_revocation = matches!(slot.step.action, Action::Sessions(_));
        if is_revocation && slot.starts < REVOCATIONS_MAX && now.duration_since(since) > SAME_SECOND {
            let why = "the date did not move: an earlier change may have fallen into the same second".to_owned();
            return vec![self.record(id, Entry::StepUnanswered { step: id, why })];
        }
        self.not_yet(id, Look::After, now)
    }

    fn after_loss(&mut self, id: StepId, reading: &Reading, now: Timestamp) -> Vec<Command> {
        let Some(slot) = self.slots.get_mut(&id) else { return vec![] };
        let before = slot.before.clone().unwrap_or_else(|| reading.clone());
        let shown = slot.step.action.shows(&before, reading) == Verified::Yes;
        let proves = match &slot.step.action {
            // An earlier revocation moves the same date, so the date proves nothing here: revoke again.
            // And only a password that was answered for is handed over: the date may be an earlier try's.
            Action::Sessions(_) | Action::Password(password::Change::ReplaceAndHandOver) => false,
            _ => true,
        };
        if shown && proves {
            return vec![self.record(id, Entry::StepVerified { step: id, already: false })];
        }
        let since = *slot.looking_since.get_or_insert(now);
        // What an ended process sent may be carried out only now. To lock twice harms nobody, to wait with it might.
        let may_still_come = slot.was_left_running && self.kind != PlanKind::Lock;
        let lag = if may_still_come { LAG_OF_CREATIONS } else { lag_of(&slot.step.action) };
        if proves && now.duration_since(since) < lag {
            return vec![pause(slot, Look::AfterLoss, now)];
        }
        if slot.starts >= STARTS_MAX {
            let why = format!("begun {STARTS_MAX} times without an answer");
            return vec![self.record(id, Entry::StepContradicted { step: id, why })];
        }
        slot.starts += 1;
        slot.looking_since = None;
        slot.was_left_running = false;
        let before = slot.before.clone().or_else(|| Some(reading.clone()));
        vec![self.record(id, Entry::StepStarted { step: id, before })]
    }

    fn look_failed(&mut self, id: StepId, why: Look, trouble: &Trouble, now: Timestamp) -> Vec<Command> {
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.last_trouble = Some(describe(trouble));
        }
        self.not_yet(id, why, now)
    }

    /// Looks again until the deadline; one look begins after it.
    fn not_yet(&mut self, id: StepId, why: Look, now: Timestamp) -> Vec<Command> {
        let Some(slot) = self.slots.get_mut(&id) else { return vec![] };
        let since = *slot.looking_since.get_or_insert(now);
        if now.duration_since(since) <= SignedDuration::from_secs(slot.step.action.deadline_s()) {
            return vec![pause(slot, why, now)];
        }
        let why = slot.last_trouble.take().unwrap_or_else(|| "no reading shows it".to_owned());
        vec![self.record(id, Entry::StepContradicted { step: id, why })]
    }

    fn applied(&mut self, id: StepId, result: Result<Vec<String>, Trouble>) -> Vec<Command> {
        let Some(slot) = self.slots.get_mut(&id) else { return vec![] };
        slot.looking_since = None;
        slot.looks = 0;
        let entry = match result {
            Ok(notes) => Entry::StepApplied { step: id, notes },
            Err(Trouble::Refused(refusal)) => {
                slot.again_after_roles = false;
                if matches!(refusal, Refusal::Denied { .. })
                    && self.may_repeat_without_roles(id)
                    && let Some(slot) = self.slots.get_mut(&id)
                {
                    slot.again_after_roles = true;
                }
                Entry::StepRefused { step: id, refusal }
            }
            Err(trouble) => Entry::StepUnanswered { step: id, why: describe(&trouble) },
        };
        vec![self.record(id, entry)]
    }

    /// A durable entry moves its step.
    fn recorded(&mut self, entry: &Entry) -> Vec<Command> {
        let Some(slot) = entry.step().and_then(|id| self.slots.get_mut(&id)) else { return vec![] };
        let id = slot.step.id;
        let Some(state) = slot.state.next(entry) else { return vec![] };
        slot.state = state;
        match entry {
            Entry::StepStarted { .. } => vec![Command::Apply(id)],
            Entry::StepApplied { .. } => {
                slot.doing = Doing::Due;
                vec![]
            }
            Entry::StepUnanswered { .. } => vec![look(slot, Look::AfterLoss)],
            _ => {
                slot.doing = Doing::Over;
                vec![]
            }
        }
    }

    fn woke(&mut self, id: StepId) -> Vec<Command> {
        let Some(slot) = self.slots.get_mut(&id) else { return vec![] };
        match slot.doing {
            Doing::Pausing(why) => vec![look(slot, why)],
            _ => vec![],
        }
    }

    fn record(&mut self, id: StepId, entry: Entry) -> Command {
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.doing = Doing::Busy;
        }
        Command::Record(entry)
    }

    /// Whether a refused block or reset is worth one repeat once the account holds no roles
    /// (docs/wire.md, 3 and 4).
    fn may_repeat_without_roles(&self, id: StepId) -> bool {
        let Some(slot) = self.slots.get(&id) else { return false };
        let has_withdrawals = self.withdrawals_of(&slot.step.account).next().is_some();
        self.kind == PlanKind::Lock && closes(&slot.step.action) && !slot.repeated && has_withdrawals
    }

    fn withdrawals_of<'a>(&'a self, account: &'a AccountId) -> impl Iterator<Item = &'a Slot> {
        let withdraws = |slot: &&Slot| matches!(slot.step.action, Action::Role(RoleChange::Withdraw(_)));
        let own = self.by_account.get(account).into_iter().flatten();
        own.filter_map(|id| self.slots.get(id)).filter(withdraws)
    }

    /// Brings a refused step back to its start when every role of the account is gone.
    fn repeat_if_roles_are_gone(&mut self, id: StepId) {
        let Some(slot) = self.slots.get(&id).filter(|slot| slot.again_after_roles && slot.doing == Doing::Over) else { return };
        let account = slot.step.account.clone();
        let ended = self.withdrawals_of(&account).all(|slot| slot.doing == Doing::Over);
        let all_gone = self.withdrawals_of(&account).all(|slot| slot.state == StepState::Done);
        if let Some(slot) = self.slots.get_mut(&id).filter(|_| ended) {
            slot.again_after_roles = false;
            slot.repeated = true;
            if all_gone {
                slot.doing = Doing::Idle;
                slot.looking_since = None;
                slot.starts = 0;
            }
        }
    }
}

/// Whether a step closes the account, so that a role of the account can forbid it.
fn closes(action: &Action) -> bool {
    matches!(action, Action::SignIn(identity::Change::Block) | Action::Password(_))
}

/// Whether the record shows a step of a lock that was refused for want of a right before the roles
/// of its account were gone, and that nobody has repeated since: neither a crash nor a role that
/// another plan takes must make us forget it.
pub fn is_to_be_repeated(case: &Case, plan: &Plan, step: &PlannedStep) -> bool {
    let Some(refused) = case.steps.get(&step.id).filter(|_| plan.kind() == PlanKind::Lock && closes(&step.action)) else {
        return false;
    };
    let is_denied = refused.state == StepState::Failed && matches!(refused.refusal, Some(Refusal::Denied { .. }));
    if !is_denied || refused.started_at.is_none() {
        return false;
    }
    let withdrawals: Vec<_> = case
        .steps_of(&step.account)
        .filter(|(_, other, _)| matches!(other.action, Action::Role(RoleChange::Withdraw(_))))
        .map(|(of, _, record)| (of.plan.id() == plan.id() && !record.state.has_ended(), record))
        .collect();
    let may_go = withdrawals.iter().all(|(is_coming, record)| *is_coming || record.state == StepState::Done);
    let goes_later = withdrawals.iter().any(|(is_coming, record)| *is_coming || record.verified_at > refused.started_at);
    may_go && goes_later
}

fn look(slot: &mut Slot, why: Look) -> Command {
    slot.doing = Doing::Looking(why);
    Command::Observe(slot.step.id)
}

/// Looks again in a quarter of a second, then ever more rarely, up to a quarter of a minute; at the
/// list of blocked senders every two minutes and not faster.
fn pause(slot: &mut Slot, why: Look, now: Timestamp) -> Command {
    let wait = match slot.step.action {
        Action::SendingBlock(_) => SignedDuration::from_mins(2),
        _ => SignedDuration::from_millis(250_i64 << slot.looks.min(6)),
    };
    slot.looks += 1;
    slot.doing = Doing::Pausing(why);
    Command::Wake(slot.step.id, now.checked_add(wait).unwrap_or(now))
}

fn lag_of(action: &Action) -> SignedDuration {
    match action {
        Action::InboxRule(inbox_rules::Change::Restore(_)) | Action::Role(RoleChange::GiveBack(_)) => LAG_OF_CREATIONS,
        Action::Setting(change) if change.makes_an_object() => LAG_OF_CREATIONS,
        _ => LAG,
    }
}

fn describe(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Refused(refusal) => refusal.detail().to_owned(),
        Trouble::Lost(why) => why.clone(),
        Trouble::Gone => "the service does not know the object".to_owned(),
        Trouble::Unread(gap) => format!("it could not be read: {}", gap_text(gap)),
    }
}

fn gap_text(gap: &Gap) -> String {
    match gap {
        Gap::Denied { missing } => format!("grant {missing}"),
        Gap::Unlicensed { detail } | Gap::Unreachable { detail } | Gap::Incomplete { detail } | Gap::NotUnderstood { detail } => {
            detail.clone()
        }
        Gap::Throttled => "the service asks to wait".to_owned(),
        Gap::NotInThisVersion => "this version does not read it".to_owned(),
        Gap::LeftOut => "it was not to be asked".to_owned(),
        Gap::NotSwept { .. } => "no sweep has read every mailbox".to_owned(),
    }
}
