//! The hurried path: lock at once, read everything else meanwhile, judge, follow up, and leave a
//! clean plan that waits for an approval.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;
use regain_incident::account::Account;
use regain_incident::case::{AccountState, Case, StepState, incident_since};
use regain_incident::facet::{Facet, FacetName};
use regain_incident::facets::Reading;
use regain_incident::finding::Finding;
use regain_incident::ids::{AccountId, CaseId, PlanId, TenantId};
use regain_incident::item::Item;
use regain_incident::journal::{Entry, Purpose, ReadFor};
use regain_incident::judge::judge;
use regain_incident::plan::{Action, Approval, ApprovedHow, Plan, PlanError, PlanKind, PlannedStep};
use regain_incident::planner::{Level, LockTarget, PlanningReport, plan_clean, plan_follow_up, plan_last_revocation, plan_lock};
use regain_incident::policy::Policy;
use regain_incident::rail::left_working;
use regain_ports::{Found, ProviderError, Urgency};

use crate::collect::{assess, collect};
use crate::driver::{Known, drive};
use crate::intake::{Administrators, Target};
use crate::machine::is_to_be_repeated;
use crate::scribe::Audience;
use crate::{EngineError, Scribe, World};

/// The roles that the lock's clock waits for: one read each, side by side. Groups take two, and
/// follow.
const ROLES_FIRST: &[FacetName] = &[FacetName::EntraRoles, FacetName::PimRoles];

/// The command that opens a case.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// Its name.
    pub command: &'a str,
    /// Whether it locks the accounts, also if it is resumed.
    pub locks: bool,
}

/// Opens a case for `targets`, with the first read of each recorded as its identity.
pub async fn open(
    world: &World,
    tenant: &TenantId,
    holder: &str,
    audience: Arc<dyn Audience>,
    typed: Typed<'_>,
    targets: &[Target],
) -> Result<Scribe, EngineError> {
    let now = world.clock.now();
    let year = u16::try_from(now.to_zoned(jiff::tz::TimeZone::UTC).year()).unwrap_or_default();
    let id = world.journal.new_case(year).await?;
    let scribe = Scribe::open(world, id, holder, audience).await?;
    let since = incident_since(now, &world.policy);
    let mut entries = vec![
        Entry::CaseOpened { tenant: tenant.clone(), incident_since: since, purpose: Purpose::Incident },
        Entry::Commanded { command: typed.command.to_owned() },
    ];
    entries.extend(added(world, id, targets, typed.locks).await?);
    scribe.write(world, entries).await?;
    Ok(scribe)
}

/// Adds accounts to an open case.
pub async fn add(world: &World, scribe: &Scribe, targets: &[Target], locks: bool) -> Result<(), EngineError> {
    let entries = added(world, scribe.id(), targets, locks).await?;
    scribe.write(world, entries).await?;
    Ok(())
}

/// What is recorded of each account that is new to a case. The evidence of all is one durable write,
/// for the lock waits for it.
async fn added(world: &World, case: CaseId, targets: &[Target], locks: bool) -> Result<Vec<Entry>, EngineError> {
    let at = world.clock.now();
    let raw: Vec<String> = targets.iter().flat_map(|target| target.found.raw.iter().cloned()).collect();
    let mut kept = world.journal.keep_all(case, &raw).await?.into_iter();
    let mut entries = Vec::new();
    for target in targets {
        let account = target.account.id.clone();
        let evidence = kept.by_ref().take(target.found.raw.len()).collect();
        let reading = Facet::Read { value: Reading::Identity(Box::new(target.found.identity.clone())), at };
        entries.push(Entry::AccountAdded { account: target.account.clone(), lock: locks.then_some(target.level) });
        entries.push(Entry::FacetRead { account, facet: FacetName::Identity, purpose: ReadFor::Snapshot, reading, evidence });
    }
    Ok(entries)
}

/// What came with the order to lock.
#[derive(Default)]
pub struct Orders<'a> {
    /// What is cleaned in the same breath.
    pub unseen: Option<Unseen<'a>>,
    /// The Global Administrators, where they were asked for beforehand.
    pub administrators: Option<Administrators>,
}

/// What is cleaned without being looked at (`--yes`), and what people said beforehand.
pub struct Unseen<'a> {
    /// Which findings.
    pub wanted: Wanted<'a>,
    /// Keep these.
    pub keep: &'a [Item],
    /// Clean these too.
    pub also: &'a [Item],
}

/// What the lock of one account may not do.
pub type Rail = BTreeMap<AccountId, bool>;

/// Locks every target, reads everything else beside it, judges, and follows up with what the lock
/// did not wait for. Afterwards a clean plan can be made.
pub async fn lock(world: &World, scribe: &Scribe, targets: &[Target], orders: Orders<'_>) -> Result<Rail, EngineError> {
    let mut known = identities(targets);
    let with_roles: Vec<Account> =
        targets.iter().filter(|target| target.has_roles()).map(|target| target.account.clone()).collect();
    let (roles, administrators) = tokio::join!(
        collect(world, scribe, &with_roles, ROLES_FIRST, ReadFor::Snapshot, Urgency::Lock),
        administrators_left(world, scribe, targets, orders.administrators),
    );
    known.extend(roles?);
    let rail = administrators?;

    let (plan, _) = scribe.ask(|case| plan_lock(case, &lock_targets(case, targets, &rail), world.clock.now())).await?;
    let plan = approve_by_command(world, scribe, plan).await?;
    let rest_of = |target: &Target| rest(target.has_roles());
    let lock = drive(world, scribe, plan, known.clone());
    let (locked, asked, followed) = tokio::join!(lock, crate::who_else::ask(world, scribe), async {
        let mut read = known;
        for (accounts, facets) in grouped(targets, rest_of) {
            read.extend(collect(world, scribe, &accounts, &facets, ReadFor::Snapshot, Urgency::Normal).await?);
        }
        let ids: Vec<AccountId> = targets.iter().map(|target| target.account.id.clone()).collect();
        assess(world, scribe, &ids).await?;
        // One plan is recorded after the other, so that each has its own number; both are then
        // carried out side by side.
        let follow = make_follow_up(world, scribe, &crate::intake::ids(targets), &rail).await?;
        let clean = make_unseen(world, scribe, orders.unseen.as_ref()).await?;
        let (followed, cleaned) =
            tokio::join!(drive_any(world, scribe, follow, read.clone()), drive_any(world, scribe, clean, read.clone()));
        followed.and(cleaned)
    });
    locked?;
    followed?;
    asked?;
    repeat_without_roles(world, scribe).await?;
    Ok(rail)
}

/// Blocks and resets that a role forbade, once more when every role is gone, whichever plan took
/// it; and a revocation after them.
async fn repeat_without_roles(world: &World, scribe: &Scribe) -> Result<(), EngineError> {
    let plans: Vec<PlanId> = scribe
        .ask(|case| {
            let repeats = |state: &&regain_incident::case::PlanState| {
                let mut steps = state.plan.steps().iter();
                state.approval.is_some() && steps.any(|step| is_to_be_repeated(case, &state.plan, step))
            };
            case.plans.values().filter(repeats).map(|state| state.plan.id()).collect()
        })
        .await;
    for id in plans {
        drive(world, scribe, id, Known::new()).await?;
    }
    let now = world.clock.now();
    let (plan, _) = scribe.ask(|case| plan_last_revocation(case, now)).await?;
    if plan.is_empty() {
        return Ok(());
    }
    let plan = approve_by_command(world, scribe, plan).await?;
    drive(world, scribe, plan, Known::new()).await
}

/// Makes and approves the plan for what was approved beforehand.
async fn make_unseen(world: &World, scribe: &Scribe, unseen: Option<&Unseen<'_>>) -> Result<Option<PlanId>, EngineError> {
    let Some(unseen) = unseen else { return Ok(None) };
    overrule(world, scribe, unseen.keep, unseen.also).await?;
    let Some((plan, _)) = make_clean_plan(world, scribe, unseen.wanted).await? else { return Ok(None) };
    approve(world, scribe, plan.id(), plan.digest().as_str(), ApprovedHow::Unseen).await?;
    Ok(Some(plan.id()))
}

async fn drive_any(world: &World, scribe: &Scribe, plan: Option<PlanId>, known: Known) -> Result<(), EngineError> {
    match plan {
        Some(plan) => drive(world, scribe, plan, known).await,
        None => Ok(()),
    }
}

/// Facets that the lock did not read.
fn rest(roles_were_read: bool) -> Vec<FacetName> {
    FacetName::to_read()
        .filter(|facet| *facet != FacetName::Identity && !(roles_were_read && ROLES_FIRST.contains(facet)))
        .collect()
}

/// Targets grouped by the facets that are still to be read.
fn grouped(targets: &[Target], facets: impl Fn(&Target) -> Vec<FacetName>) -> Vec<(Vec<Account>, Vec<FacetName>)> {
    let mut groups: BTreeMap<Vec<FacetName>, Vec<Account>> = BTreeMap::new();
    for target in targets {
        groups.entry(facets(target)).or_default().push(target.account.clone());
    }
    groups.into_iter().map(|(facets, accounts)| (accounts, facets)).collect()
}

fn identities(targets: &[Target]) -> Known {
    let reading = |target: &Target| Reading::Identity(Box::new(target.found.identity.clone()));
    targets.iter().map(|target| ((target.account.id.clone(), FacetName::Identity), reading(target))).collect()
}

fn lock_targets<'a>(case: &'a Case, targets: &'a [Target], rail: &Rail) -> Vec<LockTarget<'a>> {
    targets
        .iter()
        .map(|target| LockTarget {
            account: &target.account,
            grants: case.accounts.get(&target.account.id).map(|state| state.snapshot.grants().collect()).unwrap_or_default(),
            is_last_administrator: rail.get(&target.account.id).copied().unwrap_or_default(),
            level: target.level,
        })
        .collect()
}

/// Whether without all targets of the case, taken together, no Global Administrator would work.
/// Where that cannot be read, the rail holds: fail safe.
async fn administrators_left(
    world: &World,
    scribe: &Scribe,
    targets: &[Target],
    asked: Option<Administrators>,
) -> Result<Rail, EngineError> {
    let may_be: Vec<&Target> = targets.iter().filter(|target| target.may_be_global_administrator()).collect();
    if may_be.is_empty() {
        return Ok(Rail::new());
    }
    let (all, since) = scribe.ask(|case| (case.accounts.keys().cloned().collect(), case.incident_since)).await;
    let Ok(candidates) = Administrators::answer(asked, world).await else {
        let seems_one = |target: &Target| !target.found.roles_read || target.is_global_administrator();
        return Ok(may_be.into_iter().map(|target| (target.account.id.clone(), seems_one(target))).collect());
    };
    let none_left = left_working(&candidates, &all, since).is_empty();
    let is_one = |target: &Target| candidates.iter().any(|candidate| candidate.account == target.account.id);
    Ok(may_be.into_iter().map(|target| (target.account.id.clone(), none_left && is_one(target))).collect())
}

/// Records a plan and its approval by the command that was typed, in one wave.
async fn approve_by_command(world: &World, scribe: &Scribe, plan: Plan) -> Result<PlanId, EngineError> {
    let id = plan.id();
    let plan = filtered(world, plan)?;
    let approval =
        Approval { digest: plan.digest(), by: world.actor.clone(), how: ApprovedHow::ByCommand, at: world.clock.now() };
    scribe.write(world, vec![Entry::PlanMade { plan }, Entry::PlanApproved { plan: id, approval }]).await?;
    Ok(id)
}

/// The plan without the steps that the demonstration leaves out.
pub(crate) fn filtered(world: &World, plan: Plan) -> Result<Plan, PlanError> {
    if world.leave_out.is_empty() {
        return Ok(plan);
    }
    let gone: Vec<_> = plan.steps().iter().filter(|step| world.leaves_out(step)).map(|step| step.id).collect();
    let mut steps: Vec<_> = plan.steps().iter().filter(|step| !gone.contains(&step.id)).cloned().collect();
    for step in &mut steps {
        step.after.retain(|id| !gone.contains(id));
        step.needs.retain(|id| !gone.contains(id));
    }
    Plan::new(plan.case(), plan.id(), plan.kind(), plan.made_at(), steps)
}

/// Roles of the targets that were read after the lock began, and forwarding judged malicious. Other
/// accounts of the case are left alone: their rail is not known here.
async fn make_follow_up(
    world: &World,
    scribe: &Scribe,
    targets: &BTreeSet<AccountId>,
    rail: &Rail,
) -> Result<Option<PlanId>, EngineError> {
    let now = world.clock.now();
    let plan = scribe
        .ask(|case| {
            let states: Vec<_> = targets
                .iter()
                .filter_map(|id| Some((case.accounts.get(id)?, rail.get(id).copied().unwrap_or_default())))
                .collect();
            plan_follow_up(case, &states, now)
        })
        .await?
        .0;
    if plan.is_empty() {
        return Ok(None);
    }
    approve_by_command(world, scribe, plan).await.map(Some)
}

/// Reads everything, judges, and changes nothing.
pub async fn look(world: &World, scribe: &Scribe, targets: &[Target]) -> Result<(), EngineError> {
    for (accounts, facets) in grouped(targets, |_| rest(false)) {
        collect(world, scribe, &accounts, &facets, ReadFor::Snapshot, Urgency::Normal).await?;
    }
    let ids: Vec<AccountId> = targets.iter().map(|target| target.account.id.clone()).collect();
    assess(world, scribe, &ids).await
}

/// Records what a person said against the judgement.
pub async fn overrule(world: &World, scribe: &Scribe, keep: &[Item], also: &[Item]) -> Result<Vec<Item>, EngineError> {
    let (entries, strangers) = scribe
        .ask(|case| {
            let said = keep.iter().map(|item| (item, false)).chain(also.iter().map(|item| (item, true)));
            let mut entries = Vec::new();
            let mut strangers = Vec::new();
            for (item, clean) in said {
                match case.accounts.values().find(|state| state.assessment.of(item).is_some()) {
                    Some(state) => {
                        entries.push(Entry::Overruled { account: state.account.id.clone(), item: item.clone(), clean });
                    }
                    None => strangers.push(item.clone()),
                }
            }
            (entries, strangers)
        })
        .await;
    scribe.write(world, entries).await?;
    Ok(strangers)
}

/// Makes the clean plan and records it; none if there is nothing to clean. A clean plan that still
/// waits is replaced: its steps are dropped.
///
/// `wanted` lets findings through; `--yes` lets only the surest.
pub async fn make_clean_plan(
    world: &World,
    scribe: &Scribe,
    wanted: Wanted<'_>,
) -> Result<Option<(Plan, PlanningReport)>, EngineError> {
    let now = world.clock.now();
    let (plan, report) = scribe.ask(|case| plan_clean(case, &world.policy, wanted, now)).await?;
    let plan = filtered(world, plan)?;
    record_plan(world, scribe, plan, report).await
}

/// Which findings a clean plan is to answer.
pub type Wanted<'a> = &'a (dyn Fn(&Finding) -> bool + Send + Sync);

/// Records a plan that waits for its approval, in place of any other that waits.
pub async fn record_plan(
    world: &World,
    scribe: &Scribe,
    plan: Plan,
    report: PlanningReport,
) -> Result<Option<(Plan, PlanningReport)>, EngineError> {
    let mut entries = replaced(scribe, &plan, world.clock.now()).await;
    if plan.is_empty() {
        scribe.write(world, entries).await?;
        return Ok(None);
    }
    entries.push(Entry::PlanMade { plan: plan.clone() });
    scribe.write(world, entries).await?;
    Ok(Some((plan, report)))
}

/// Steps of plans that wait and that `plan` takes the place of.
async fn replaced(scribe: &Scribe, plan: &Plan, now: jiff::Timestamp) -> Vec<Entry> {
    let why = format!("replaced by plan {}", plan.id());
    scribe
        .ask(|case| {
            let waiting = case.plans.values().filter(|state| state.approval.is_none() || case.has_lapsed(state, now));
            let steps = waiting.flat_map(|state| state.plan.steps()).filter(|step| case.state(step.id) == StepState::Waiting);
            steps.map(|step| Entry::StepDropped { step: step.id, why: why.clone() }).collect()
        })
        .await
}

/// Approves the plan `id`, if its digest is `digest`, and carries it out.
pub async fn approve(world: &World, scribe: &Scribe, id: PlanId, digest: &str, how: ApprovedHow) -> Result<(), EngineError> {
    let (plan, approved) = scribe
        .ask(|case| case.plans.get(&id).map(|state| (state.plan.clone(), state.approval.is_some())))
        .await
        .ok_or(EngineError::NoPlan(scribe.id()))?;
    if approved {
        return Err(EngineError::ApprovedBefore(id));
    }
    let now = plan.digest();
    if !now.matches(digest) {
        return Err(EngineError::Plan(PlanError::ChangedSinceShown { now }));
    }
    let approval = Approval { digest: now, by: world.actor.clone(), how, at: world.clock.now() };
    scribe.write(world, vec![Entry::PlanApproved { plan: id, approval }]).await?;
    Ok(())
}

/// Carries out every approved plan that has not ended, oldest first: also after a crash.
pub async fn resume(world: &World, scribe: &Scribe) -> Result<u32, EngineError> {
    let begun = lock_the_rest(world, scribe).await?;
    let open: Vec<PlanId> = scribe
        .ask(|case| {
            let unfinished = |state: &&regain_incident::case::PlanState| {
                let is_open = |step: &PlannedStep| !case.state(step.id).has_ended() && step.action.facet().is_some();
                let mut steps = state.plan.steps().iter();
                state.approval.is_some() && steps.any(|step| is_open(step) || is_to_be_repeated(case, &state.plan, step))
            };
            case.plans.values().filter(unfinished).map(|state| state.plan.id()).collect()
        })
        .await;
    let mut expired = None;
    for id in &open {
        match drive(world, scribe, *id, Known::new()).await {
            // It waits for a new approval; the others go on.
            Err(EngineError::ApprovalExpired(plan)) => expired = Some(EngineError::ApprovalExpired(plan)),
            other => other?,
        }
    }
    catch_up(world, scribe).await?;
    if let Some(expired) = expired {
        return Err(expired);
    }
    repeat_without_roles(world, scribe).await?;
    Ok(u32::try_from(open.len()).unwrap_or(u32::MAX).saturating_add(u32::from(begun)))
}

/// Locks what was ordered to be locked by a program that ended before it had made the plan. Whether there
/// was any. An account that cannot be found again still waits for its lock, and the case says so.
async fn lock_the_rest(world: &World, scribe: &Scribe) -> Result<bool, EngineError> {
    let rest: Vec<(Account, Level)> = scribe
        .ask(|case| {
            let waiting = case.accounts.values().filter(|state| case.waits_for_its_lock(&state.account.id));
            waiting.filter_map(|state| Some((state.account.clone(), state.ordered?))).collect()
        })
        .await;
    let names: Vec<String> = rest.iter().map(|(account, _)| account.id.to_string()).collect();
    if names.is_empty() {
        return Ok(false);
    }
    let found = world.directory.find_all(&names).await;
    let target = |((account, level), found): ((Account, Level), Result<Vec<Found>, ProviderError>)| {
        let found = found.ok()?.into_iter().find(|one| one.identity.account == account.id)?;
        Some(Target { account, found, level })
    };
    let targets: Vec<Target> = rest.into_iter().zip(found).filter_map(target).collect();
    if !targets.is_empty() {
        lock(world, scribe, &targets, Orders::default()).await?;
    }
    Ok(!targets.is_empty())
}

/// What a lock that was cut off has left undone: facets never read, roles and forwarding never
/// followed up. Once another plan was made, or the watch has begun, a person has seen the case, and
/// nothing more follows from the command that was typed.
async fn catch_up(world: &World, scribe: &Scribe) -> Result<(), EngineError> {
    let (accounts, rail) = scribe.ask(|case| (cut_off(case, &world.policy), rails(case))).await;
    if accounts.is_empty() {
        return Ok(());
    }
    let ids: BTreeSet<AccountId> = accounts.iter().map(|(account, _)| account.id.clone()).collect();
    // Those that lack the same are read together: hundreds of accounts one after the other would take hours.
    let mut groups: BTreeMap<Vec<FacetName>, Vec<Account>> = BTreeMap::new();
    for (account, facets) in accounts {
        groups.entry(facets).or_default().push(account);
    }
    let mut read = Known::new();
    for (facets, accounts) in groups {
        read.extend(collect(world, scribe, &accounts, &facets, ReadFor::Snapshot, Urgency::Normal).await?);
    }
    assess(world, scribe, &ids.iter().cloned().collect::<Vec<_>>()).await?;
    if scribe.ask(|case| case.who_else.is_none()).await {
        crate::who_else::ask(world, scribe).await?;
    }
    let follow = make_follow_up(world, scribe, &ids, &rail).await?;
    drive_any(world, scribe, follow, read).await
}

/// Accounts whose lock may have been cut off, with the facets that it never asked for.
fn cut_off(case: &Case, policy: &Policy) -> Vec<(Account, Vec<FacetName>)> {
    if case.plans.values().any(|state| state.plan.kind() != PlanKind::Lock) {
        return Vec::new();
    }
    let locked =
        case.accounts.values().filter(|state| state.watched.is_empty() && case.steps_of(&state.account.id).next().is_some());
    let unread = |state: &AccountState| {
        FacetName::to_read().filter(|facet| !state.snapshot.facets.contains_key(facet)).collect::<Vec<_>>()
    };
    let is_judged = |state: &AccountState| state.assessment == judge(&state.as_last_read(), policy);
    let rails = rails(case);
    locked
        .filter(|state| !unread(state).is_empty() || !is_judged(state) || !follows_up_nothing(case, state, &rails))
        .map(|state| (state.account.clone(), unread(state)))
        .collect()
}

/// Whether the follow-up of one account would be empty.
fn follows_up_nothing(case: &Case, state: &AccountState, rails: &Rail) -> bool {
    let rail = rails.get(&state.account.id).copied().unwrap_or_default();
    plan_follow_up(case, &[(state, rail)], case.opened_at).is_ok_and(|(plan, _)| plan.is_empty())
}

/// The rail as the lock plans show it: who was kept, and told so.
fn rails(case: &Case) -> Rail {
    let keeps = |step: &PlannedStep| matches!(&step.action, Action::Manual(manual) if manual.code == "last-global-administrator");
    case.accounts.keys().map(|id| (id.clone(), case.steps_of(id).any(|(_, step, _)| keeps(step)))).collect()
}

/// Readings so fresh that they stand for a first look: a plan that is approved at once need not
/// read again what was read a moment ago.
pub async fn read_just_now(world: &World, scribe: &Scribe) -> Known {
    const FRESH: SignedDuration = SignedDuration::from_secs(10);
    let now = world.clock.now();
    scribe
        .ask(|case| {
            let all = case
                .accounts
                .values()
                .flat_map(|state| state.latest.iter().map(|(facet, reading)| (&state.account.id, *facet, reading)));
            let fresh = all.filter(|(_, _, reading)| now.duration_since(reading.at()) < FRESH);
            fresh.filter_map(|(account, facet, reading)| Some(((account.clone(), facet), reading.value()?.clone()))).collect()
        })
        .await
}
