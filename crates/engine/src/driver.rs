//! The driver obeys the machine: reads, writes, waits and records, and reports back. A wave of
//! entries that are ready together is one append.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use regain_incident::Timestamp;
use regain_incident::account::Account;
use regain_incident::case::{AccountState, Case, StepState};
use regain_incident::facet::FacetName;
use regain_incident::facets::{Reading, password};
use regain_incident::ids::{AccountId, PlanId, StepId};
use regain_incident::journal::{Entry, ReadFor, Recorded, Refusal};
use regain_incident::lint::lint;
use regain_incident::plan::{Action, ApprovedPlan, PlanKind, PlannedStep};
use regain_incident::posture::estate::Estate;
use regain_incident::posture::fix;
use regain_incident::secret::Secret;
use regain_incident::tenant::setting::{Change, Value};
use regain_ports::{HandoffRefused, Intent, Urgency};

use crate::collect::collect;
use crate::machine::{Command, Event, Machine};
use crate::step::{self, Trouble};
use crate::{EngineError, Scribe, World};

/// Readings from just now, by account and facet.
pub type Known = BTreeMap<(AccountId, FacetName), Reading>;

/// Carries the approved plan `plan` of the case out, from wherever it stands, until nothing more
/// can be done in this run.
pub async fn drive(world: &World, scribe: &Scribe, plan: PlanId, known: Known) -> Result<(), EngineError> {
    look_whom_to_spare(world, scribe, plan).await?;
    let case = scribe.case().await;
    let state = case.plans.get(&plan).ok_or(EngineError::NoPlan(case.id))?;
    let approval = state.approval.clone().ok_or(EngineError::NotApproved(plan))?;
    let begun = state.plan.steps().iter().any(|step| case.steps.get(&step.id).is_some_and(|record| record.attempts > 0));
    if approval.has_expired(world.clock.now()) && !begun {
        return Err(EngineError::ApprovalExpired(plan));
    }
    let approved = state.plan.clone().approve(approval)?;
    let accounts: BTreeMap<AccountId, Account> =
        case.accounts.values().map(|state| (state.account.id.clone(), state.account.clone())).collect();
    let lints = lint(approved.plan(), &accounts.values().collect::<Vec<_>>());
    if !lints.is_empty() && world.leave_out.is_empty() {
        return Err(EngineError::Lints { plan, lints });
    }
    let machine = Machine::new(&approved, &case, known);
    let no_way_out = no_way_out(world, &approved);
    let locks_out = locks_out(world, &case, &approved);
    let urgency = urgency_of(&approved);
    let locks = urgency == Urgency::Lock && approved.plan().steps().iter().any(|step| is_of_the_lock(&step.action));
    let fresh = BTreeMap::new();
    let done = Run { world, scribe, accounts, machine, urgency, locks, fresh, no_way_out, locks_out }.run_to_the_end().await;
    if locks {
        scribe.lock_is_pressing(false);
    }
    done?;
    crate::watch::come_right(world, scribe, approved.plan()).await
}

/// What shuts an account, apart from what follows off its clock.
fn is_of_the_lock(action: &Action) -> bool {
    matches!(action, Action::SignIn(_) | Action::Password(_) | Action::Sessions(_))
}

fn urgency_of(plan: &ApprovedPlan) -> Urgency {
    if plan.plan().kind() == PlanKind::Lock { Urgency::Lock } else { Urgency::Normal }
}

/// Why the fresh passwords of this plan could not be handed over, if so: a password that nobody
/// would get is not set. Where it is the only administrator's, that would lock the tenant.
fn no_way_out(world: &World, plan: &ApprovedPlan) -> Option<HandoffRefused> {
    let steps = plan.plan().steps().iter();
    let count = steps.filter(|step| step.action == Action::Password(password::Change::ReplaceAndHandOver)).count();
    if count > 0 { world.handoff.check(count).err() } else { None }
}

/// What tells whom a block has to spare.
const WHOM_TO_SPARE: &[FacetName] =
    &[FacetName::People, FacetName::Administrators, FacetName::ConditionalAccess, FacetName::SecurityDefaults];

/// The change of a step that switches a block on, or keeps one on.
fn enforced(step: &PlannedStep) -> Option<&Change> {
    match &step.action {
        Action::Setting(change) if matches!(&change.to, Value::Block(block) if block.enforced) => Some(change),
        _ => None,
    }
}

/// Reads anew whom the blocks of this plan have to spare, if it has some that are still to be switched on.
async fn look_whom_to_spare(world: &World, scribe: &Scribe, plan: PlanId) -> Result<(), EngineError> {
    let organisation = scribe
        .ask(|case| {
            let steps = case.plans.get(&plan).filter(|state| state.approval.is_some())?.plan.steps();
            let is_open = |step: &PlannedStep| enforced(step).is_some() && case.state(step.id) != StepState::Done;
            steps.iter().any(is_open).then(|| case.organisation().map(|state| state.account.clone()))?
        })
        .await;
    let Some(organisation) = organisation else { return Ok(()) };
    collect(world, scribe, &[organisation], WHOM_TO_SPARE, ReadFor::Verify, Urgency::Normal).await?;
    Ok(())
}

/// Steps that would lock somebody out who must never be, as was read right before, with who it is. The plan was made for
/// those who were at the keyboard then.
fn locks_out(world: &World, case: &Case, plan: &ApprovedPlan) -> BTreeMap<StepId, String> {
    let snapshot = case.organisation().map(AccountState::as_last_read);
    let why = |change: &Change| match &snapshot {
        Some(snapshot) => {
            let estate = Estate::of(snapshot, world.clock.now()).under(&world.policy).operated_by(world.operators.as_deref());
            fix::locks_out(change, &estate)
        }
        None => Some("whom it has to spare is not known, since this record is not a tenant's: measure and plan again".to_owned()),
    };
    plan.plan().steps().iter().filter_map(|step| Some((step.id, why(enforced(step)?)?))).collect()
}

struct Run<'a> {
    world: &'a World,
    scribe: &'a Scribe,
    accounts: BTreeMap<AccountId, Account>,
    machine: Machine,
    urgency: Urgency,
    /// Whether this is the lock, for which everything else waits.
    locks: bool,
    /// Passwords of the steps of this run; they live nowhere else, and die with it.
    fresh: BTreeMap<StepId, Secret>,
    no_way_out: Option<HandoffRefused>,
    /// Steps that are refused, since they would lock somebody out.
    locks_out: BTreeMap<StepId, String>,
}

/// What a finished piece of work reports: one read may answer several steps.
type Done = Vec<Event>;

impl Run<'_> {
    async fn run_to_the_end(mut self) -> Result<(), EngineError> {
        let mut working = FuturesUnordered::new();
        self.lock_goes_first().await;
        let mut commands = self.machine.begin(self.world.clock.now());
        loop {
            let mut entries = Vec::new();
            let mut looks = Vec::new();
            for command in commands.drain(..) {
                match command {
                    Command::Record(entry) => entries.push(entry),
                    Command::Observe(id) => looks.push(id),
                    Command::Apply(_) => {} // only through `recorded`, where the intent is
                    Command::Wake(id, at) => working.push(self.wake(id, at)),
                }
            }
            for (step, ids) in self.by_reading(looks) {
                working.push(self.observe(step, ids));
            }
            self.tell_whether_pressing();
            let arrived = if entries.is_empty() {
                let Some(first) = working.next().await else { break };
                first
            } else {
                let entries = self.hand_over_first(entries).await;
                if entries.iter().any(|entry| matches!(entry, Entry::StepStarted { .. })) {
                    self.lock_goes_first().await;
                }
                let (recorded, arrived) = self.write_beside(entries, &mut working).await?;
                for recorded in recorded {
                    commands.extend(self.recorded(&recorded, &working));
                }
                arrived
            };
            let more = std::iter::from_fn(|| working.next().now_or_never().flatten()).flatten().collect::<Done>();
            for event in arrived.into_iter().chain(more) {
                commands.extend(self.machine.handle(event, self.world.clock.now()));
            }
        }
        Ok(())
    }

    /// Makes a wave durable. What is under way goes on meanwhile, and what it reports is the next wave:
    /// hundreds of accounts then cost as many writes as the disk allows, not one each.
    async fn write_beside(
        &self,
        entries: Vec<Entry>,
        working: &mut FuturesUnordered<Work<'_>>,
    ) -> Result<(Vec<Recorded>, Done), EngineError> {
        let mut writing = std::pin::pin!(self.scribe.write(self.world, entries));
        let mut arrived = Done::new();
        loop {
            tokio::select! {
                biased;
                written = &mut writing => return Ok((written?, arrived)),
                Some(events) = working.next() => arrived.extend(events),
            }
        }
    }

    /// No step of another plan begins while a step of the lock is ready or on its way.
    async fn lock_goes_first(&self) {
        if self.urgency != Urgency::Lock {
            self.scribe.until_lock_rests().await;
        }
    }

    fn tell_whether_pressing(&self) {
        if self.locks {
            self.scribe.lock_is_pressing(self.machine.is_pressing());
        }
    }

    /// Feeds a durable entry to the machine and begins the change that it allows.
    fn recorded<'a>(&mut self, recorded: &Recorded, working: &FuturesUnordered<Work<'a>>) -> Vec<Command>
    where
        Self: 'a,
    {
        let commands = self.machine.handle(Event::Recorded(recorded.entry.clone()), self.world.clock.now());
        if let Some(intent) = Intent::of(recorded)
            && let Some(step) = self.machine.step(intent.step()).cloned()
        {
            self.make_password(&step);
            working.push(self.apply(step, intent));
        }
        commands
    }

    fn make_password(&mut self, step: &PlannedStep) {
        let made = match step.action {
            Action::Password(password::Change::ReplaceAndForget) => self.world.passwords.to_forget(),
            Action::Password(password::Change::ReplaceAndHandOver) => self.world.passwords.to_hand_over(),
            _ => return,
        };
        self.fresh.insert(step.id, made);
    }

    /// A verified fresh password leaves before the record says that it is done: a crash between the
    /// two then makes the step begin anew, with another password, and nobody is left without one.
    async fn hand_over_first(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut all = Vec::new();
        for entry in entries {
            match entry {
                Entry::StepVerified { step, .. } => match self.hand_over(step).await {
                    Ok(handed) => all.extend(handed.into_iter().chain([entry])),
                    Err(refused) => {
                        all.push(Entry::StepContradicted { step, why: not_handed_over(&refused) });
                    }
                },
                other => all.push(other),
            }
        }
        all
    }

    /// A fresh password leaves by its hand-off, and then is nowhere here.
    async fn hand_over(&mut self, id: StepId) -> Result<Option<Entry>, HandoffRefused> {
        let Some(secret) = self.fresh.remove(&id) else { return Ok(None) };
        let Some(step) = self.machine.step(id) else { return Ok(None) };
        let Some(account) = self.accounts.get(&step.account) else { return Ok(None) };
        if step.action != Action::Password(password::Change::ReplaceAndHandOver) {
            return Ok(None);
        }
        let way = self.world.handoff.hand_over(account, &secret).await?;
        Ok(Some(Entry::HandedOver { account: account.id.clone(), way }))
    }

    /// Steps of one account that look at one facet share one reading.
    fn by_reading(&self, looks: Vec<StepId>) -> Vec<(PlannedStep, Vec<StepId>)> {
        let mut shared: BTreeMap<(AccountId, Option<FacetName>), (PlannedStep, Vec<StepId>)> = BTreeMap::new();
        for id in looks.into_iter().collect::<BTreeSet<_>>() {
            let Some(step) = self.machine.step(id) else { continue };
            let key = (step.account.clone(), step.action.facet().map(FacetName::read_as));
            shared.entry(key).or_insert_with(|| (step.clone(), Vec::new())).1.push(id);
        }
        shared.into_values().collect()
    }

    fn observe<'a>(&self, step: PlannedStep, ids: Vec<StepId>) -> Work<'a>
    where
        Self: 'a,
    {
        let (world, account, urgency) = (self.world.clone(), self.accounts.get(&step.account).cloned(), self.urgency);
        Box::pin(async move {
            let reading = match account {
                Some(account) => step::observe(&world, &account, &step.action, urgency).await,
                None => Err(Trouble::Gone),
            };
            ids.into_iter().map(|id| Event::Observed(id, reading.clone())).collect()
        })
    }

    fn apply<'a>(&self, step: PlannedStep, intent: Intent) -> Work<'a>
    where
        Self: 'a,
    {
        let (world, account) = (self.world.clone(), self.accounts.get(&step.account).cloned());
        let fresh = self.fresh.get(&step.id).cloned();
        let hands_over = step.action == Action::Password(password::Change::ReplaceAndHandOver);
        let no_way_out = self.no_way_out.as_ref().filter(|_| hands_over).map(not_handed_over);
        let refused = no_way_out.or_else(|| self.locks_out.get(&step.id).cloned());
        Box::pin(async move {
            let result = match account {
                Some(_) if refused.is_some() => Err(Trouble::Refused(Refusal::Rejected { detail: refused.unwrap_or_default() })),
                Some(account) => step::apply(&world, &account, &step.action, &intent, fresh.as_ref()).await,
                None => Err(Trouble::Gone),
            };
            vec![Event::Applied(step.id, result)]
        })
    }

    fn wake<'a>(&self, id: StepId, at: Timestamp) -> Work<'a>
    where
        Self: 'a,
    {
        let clock = self.world.clock.clone();
        Box::pin(async move {
            clock.sleep_until(at).await;
            vec![Event::Woke(id)]
        })
    }
}

fn not_handed_over(refused: &HandoffRefused) -> String {
    format!("the fresh password could not be handed over: {refused}")
}

type Work<'a> = std::pin::Pin<Box<dyn Future<Output = Done> + Send + 'a>>;
