//! Many accounts in one case: none is held up by another, and the lock goes before everything else.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the harness")]
mod harness;

use std::collections::BTreeSet;

use harness::people::{self, id, person};
use harness::tenant::Ailing;
use harness::{Stage, run};
use regain_engine::contain::{Orders, Unseen, lock};
use regain_incident::case::{Case, StepState};
use regain_incident::ids::{AccountId, StepId};
use regain_incident::journal::{Entry, Recorded};
use regain_incident::plan::PlanKind;

const ACCOUNTS: u32 = 40;
/// The one that ails.
const ODD: u32 = 7;

/// Locks and cleans all of them in one case, of whom one ails.
async fn contained(how: Ailing) -> Stage {
    let stage = Stage::new();
    for n in 1..=ACCOUNTS {
        let mut one = person(n);
        one.rules = vec![people::rule(n, "Newsletter", 1), people::bad_rule(1_000 + n, 2)];
        stage.tenant.add(one);
    }
    let names: Vec<String> = (1..=ACCOUNTS).map(|n| format!("person{n}@contoso.com")).collect();
    let (world, scribe, targets) = stage.open(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    stage.tenant.ails(&id(ODD), how);
    let unseen = Unseen { wanted: &|_| true, keep: &[], also: &[] };
    lock(&world, &scribe, &targets, Orders { unseen: Some(unseen), administrators: None }).await.expect("the engine goes on");
    stage.assert_honest();
    stage
}

fn others() -> impl Iterator<Item = AccountId> {
    (1..=ACCOUNTS).filter(|n| *n != ODD).map(id)
}

fn kind_of(case: &Case, step: StepId) -> PlanKind {
    case.plans.get(&step.plan).expect("planned").plan.kind()
}

/// What is not as it should be: locked, every step verified, the rule of the intruder off and no other.
fn amiss(stage: &Stage, case: &Case, account: &AccountId) -> Option<String> {
    let rules: Vec<_> = stage.tenant.person(account).rules.into_iter().map(|rule| (rule.name, rule.enabled)).collect();
    let steps: Vec<_> = case.steps_of(account).map(|(_, step, record)| (step.action.code(), record.state)).collect();
    let is_off = rules.iter().all(|(name, enabled)| name != "." || !enabled);
    let all_done = steps.iter().all(|(_, state)| *state == StepState::Done);
    let is_cleaned = steps.iter().any(|(code, _)| *code == "disable-inbox-rule");
    let is_well = case.is_locked(account) && is_off && all_done && is_cleaned;
    (!is_well).then(|| format!("{account}: {rules:?} {steps:?}"))
}

/// Where the entries stand that are of this kind for the lock of these accounts.
fn of_the_lock(stage: &Stage, case: &Case, accounts: &BTreeSet<AccountId>, is: fn(&Entry) -> bool) -> Vec<u64> {
    let of = |recorded: &&Recorded| {
        let step = recorded.entry.step().filter(|step| kind_of(case, *step) == PlanKind::Lock && is(&recorded.entry));
        step.is_some_and(|step| accounts.contains(&case.planned(step).expect("planned").account))
    };
    stage.entries().iter().filter(of).map(|recorded| recorded.seq.0).collect()
}

#[test]
fn one_whose_every_call_is_slow_holds_nobody_up() {
    run(async {
        let stage = contained(Ailing::Slow(300)).await;
        let case = stage.case();
        let amiss: Vec<_> = (1..=ACCOUNTS).filter_map(|n| amiss(&stage, &case, &id(n))).collect();
        assert!(amiss.is_empty(), "slow or not, each is locked and cleaned: {}", amiss[0]);
        let is_verified = |entry: &Entry| matches!(entry, Entry::StepVerified { .. });
        let verified = of_the_lock(&stage, &case, &others().collect(), is_verified);
        assert_eq!(verified.len(), 4 * (ACCOUNTS as usize - 1), "four steps each");
        let is_answered = |entry: &Entry| matches!(entry, Entry::StepApplied { .. });
        let slow = of_the_lock(&stage, &case, &BTreeSet::from([id(ODD)]), is_answered);
        assert!(verified.iter().max() < slow.iter().min(), "{verified:?} {slow:?}");
    });
}

#[test]
fn one_whose_every_call_fails_holds_only_itself() {
    run(async {
        let stage = contained(Ailing::Fails).await;
        let case = stage.case();
        let amiss: Vec<_> = others().filter_map(|account| amiss(&stage, &case, &account)).collect();
        assert!(amiss.is_empty(), "what fails is another's: {}", amiss[0]);
        let odd: Vec<_> = case.steps_of(&id(ODD)).map(|(_, _, record)| record.state).collect();
        assert!(!odd.is_empty() && odd.iter().all(|state| *state == StepState::Failed), "{odd:?}");
        assert!(!case.is_locked(&id(ODD)) && stage.tenant.person(&id(ODD)).identity.enabled);
    });
}

/// Whether a step of the lock could be begun, or is on its way.
fn lock_is_pressing(case: &Case) -> bool {
    let answered = |id: &StepId| case.state(*id).has_ended() || case.state(*id) == StepState::Applied;
    let presses = |(plan, step, record): (&regain_incident::case::PlanState, &regain_incident::plan::PlannedStep, &_)| {
        let record: &regain_incident::case::StepRecord = record;
        plan.plan.kind() == PlanKind::Lock
            && match record.state {
                StepState::Running => true,
                StepState::Waiting => {
                    step.after.iter().all(answered) && step.needs.iter().all(|id| case.state(*id) == StepState::Done)
                }
                _ => false,
            }
    };
    case.all_steps().any(presses)
}

#[test]
fn no_step_of_the_cleaning_begins_while_one_of_the_lock_is_ready() {
    run(async {
        for how in [Ailing::Slow(300), Ailing::Fails] {
            let stage = contained(how).await;
            let mut case = Case::of(people::CASE, &[]).expect("empty");
            let mut begun = 0;
            for recorded in stage.entries() {
                if let Entry::StepStarted { step, .. } = &recorded.entry
                    && kind_of(&case, *step) == PlanKind::Clean
                {
                    begun += 1;
                    assert!(!lock_is_pressing(&case), "{step} began at {} before the lock rested", recorded.seq.0);
                }
                case.fold(&recorded).expect("whole");
            }
            assert!(begun >= ACCOUNTS - 1, "{begun} steps of the cleaning began");
        }
    });
}
