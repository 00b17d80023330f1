//! Whole cases in tenants at random, in bad weather, killed at random: the lock, the clean plan with
//! its approval, and new processes until nothing changes any more. A failure prints its seed, which
//! [`one`] takes as its argument.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the harness")]
mod harness;

use std::collections::BTreeMap;

use harness::journal::Die;
use harness::people::{self, Person, id, person};
use harness::tenant::{Weather, dice};
use harness::{Stage, run};
use regain_engine::contain::Orders;
use regain_engine::contain::{approve, lock, make_clean_plan, resume};
use regain_engine::watch::pass;
use regain_engine::{Scribe, World};
use regain_incident::case::{Case, StepState};
use regain_incident::facet::FacetName;
use regain_incident::ids::{AccountId, StepId};
use regain_incident::journal::ReadFor;
use regain_incident::plan::{Action, ApprovedHow};

const SEEDS: u64 = 200;

/// An account that one seed gives.
fn somebody(n: u32, seed: &mut u64) -> Person {
    let mut one = person(n);
    for kind in people::KINDS {
        if dice(seed).is_multiple_of(6) {
            one.roles.push(people::grant(*kind));
        }
    }
    if dice(seed).is_multiple_of(4) {
        one.roles.push(people::global_administrator());
    }
    one.outranks_us = dice(seed).is_multiple_of(4);
    one.identity.enabled = !dice(seed).is_multiple_of(8);
    let rules = u32::try_from(dice(seed) % 6).expect("few");
    for place in 1..=rules {
        let number = n * 100 + place;
        let bad = dice(seed).is_multiple_of(3);
        one.rules.push(if bad { people::bad_rule(number, place) } else { people::rule(number, "Kunder", place) });
    }
    match dice(seed) % 4 {
        0 => one.forwarding.smtp = Some("person.contoso@evil.example".to_owned()),
        1 => one.forwarding.smtp = Some("colleague@contoso.com".to_owned()),
        _ => {}
    }
    one.forwarding.keeps_copy = one.forwarding.is_set() && dice(seed).is_multiple_of(2);
    one
}

fn weather(seed: &mut u64) -> Weather {
    let calm = dice(seed).is_multiple_of(4);
    let of = |percent: u64| if calm { 0 } else { percent };
    Weather { seed: dice(seed), lost: 5, throttled: of(2), blind: of(3), rejected: of(2) }
}

fn maybe_kill(stage: &Stage, seed: &mut u64) {
    let n = u32::try_from(dice(seed) % 25).expect("few") + 1;
    match dice(seed) % 3 {
        0 => stage.journal.die(Die::Before(n)),
        1 => stage.journal.die(Die::After(n)),
        _ => stage.journal.disarm(),
    }
}

/// One process after another, each of which may be killed, until one ends well. The last has no
/// switch, so that there is an end.
async fn until_done<T>(
    stage: &Stage,
    seed: &mut u64,
    work: impl AsyncFn(&World, &Scribe) -> Result<T, regain_engine::EngineError>,
) -> T {
    for attempt in 0..8 {
        let (world, scribe) = stage.reopen().await;
        if attempt < 6 {
            maybe_kill(stage, seed);
        } else {
            stage.journal.disarm();
        }
        if let Ok(done) = work(&world, &scribe).await {
            stage.journal.disarm();
            return done;
        }
    }
    unreachable!("eight processes did not come to an end")
}

/// The whole story of one seed.
async fn one(first: u64) {
    let mut seed = first;
    let stage = Stage::new();
    let count = u32::try_from(dice(&mut seed) % 3).expect("few") + 2;
    for n in 1..=count {
        stage.tenant.add(somebody(n, &mut seed));
    }
    let mut admin = person(9);
    admin.roles = vec![people::global_administrator()];
    if !dice(&mut seed).is_multiple_of(3) {
        stage.tenant.add(admin);
    }
    let former: BTreeMap<AccountId, Person> =
        stage.tenant.people().into_iter().map(|person| (person.identity.account.clone(), person)).collect();
    let could_work = has_a_working_administrator(former.values());
    let targets = u32::try_from(dice(&mut seed) % 2).expect("few") + 1;
    let names: Vec<String> = (1..=targets).map(|n| former[&id(n)].identity.upn.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();

    let (world, scribe, found) = stage.open(&names).await;
    stage.tenant.weather(Some(weather(&mut seed)));
    stage.tenant.lag(i64::try_from(dice(&mut seed) % 5).expect("few"));
    maybe_kill(&stage, &mut seed);
    let _ = lock(&world, &scribe, &found, Orders::default()).await;
    if stage.case().plans.is_empty() {
        assert_eq!(stage.tenant.writes(), vec![], "nothing is changed before a plan is recorded");
        return;
    }
    until_done(&stage, &mut seed, async |world, scribe| resume(world, scribe).await).await;
    until_done(&stage, &mut seed, async |world, scribe| {
        let Some((plan, _)) = make_clean_plan(world, scribe, &|_| true).await? else { return Ok(()) };
        approve(world, scribe, plan.id(), plan.digest().as_str(), ApprovedHow::ByDigest).await
    })
    .await;
    until_done(&stage, &mut seed, async |world, scribe| resume(world, scribe).await).await;
    stage.tenant.weather(None);
    stage.tenant.lag(0);
    until_done(&stage, &mut seed, async |world, scribe| pass(world, scribe, ReadFor::Verify).await).await;

    let quiet = stage.tenant.writes().len();
    let (world, scribe) = stage.reopen().await;
    assert_eq!(resume(&world, &scribe).await.expect("the engine goes on"), 0, "nothing is left to do");
    assert_eq!(stage.tenant.writes().len(), quiet, "nothing more is written");
    stage.assert_honest();

    let case = stage.case();
    nothing_is_in_the_air(&case);
    nothing_is_done_twice(&stage, &case);
    for n in 1..=targets {
        nothing_is_left_out(&case, &id(n), &stage.tenant.person(&id(n)));
    }
    for (account, before) in &former {
        honest_rules_are_untouched(before, &stage.tenant.person(account));
        if !case.accounts.contains_key(account) {
            assert_eq!(stage.tenant.person(account), *before, "no target, not touched");
        }
    }
    if could_work {
        assert!(has_a_working_administrator(stage.tenant.people().iter()), "somebody still administers the tenant");
    }
}

fn has_a_working_administrator<'a>(mut people: impl Iterator<Item = &'a Person>) -> bool {
    people.any(|person| {
        person.identity.enabled && person.roles.iter().any(regain_incident::facets::roles::RoleGrant::makes_global_administrator)
    })
}

/// Every approved step has ended, or waits for a person who is told why.
fn nothing_is_in_the_air(case: &Case) {
    for (plan, step, record) in case.all_steps().filter(|(plan, _, _)| plan.approval.is_some()) {
        let told = format!("{} {} is {:?}: {:?}", step.id, step.action.code(), record.state, record.why);
        if matches!(step.action, Action::Manual(_)) {
            continue;
        }
        assert!(record.state.has_ended(), "{told} ({:?})", plan.plan.kind());
        assert!(!record.state.needs_a_person() || record.why.is_some(), "{told}");
    }
}

fn nothing_is_done_twice(stage: &Stage, case: &Case) {
    let mut changes: BTreeMap<StepId, usize> = BTreeMap::new();
    for write in stage.tenant.writes().into_iter().filter(|write| write.changed) {
        *changes.entry(write.step).or_default() += 1;
    }
    for (_, step, _) in case.all_steps().filter(|(_, step, _)| step.action.is_a_state()) {
        let times = changes.get(&step.id).copied().unwrap_or_default();
        assert!(times <= 1, "{} {} happened {times} times", step.id, step.action.code());
    }
}

/// What was found is gone, or a step says that it could not be done, or a gap says that it was not seen.
fn nothing_is_left_out(case: &Case, account: &AccountId, now: &Person) {
    let state = &case.accounts[account];
    let failed = |code: &str| {
        case.steps_of(account).any(|(_, step, record)| step.action.code() == code && record.state != StepState::Done)
    };
    let unread = |facet: FacetName| state.snapshot.facets.get(&facet).is_none_or(|read| read.value().is_none());
    let kept = case
        .steps_of(account)
        .any(|(_, step, _)| matches!(&step.action, Action::Manual(manual) if manual.code == "last-global-administrator"));
    assert!(!now.identity.enabled || kept || failed("block-sign-in"), "{account} may still sign in: {:?}", steps(case, account));
    for grant in &now.roles {
        let stays = kept && grant.makes_global_administrator();
        assert!(
            stays || failed("withdraw-role") || unread(grant.kind.facet()),
            "{account} holds {grant:?}: {:?}",
            steps(case, account)
        );
    }
    for rule in now.rules.iter().filter(|rule| rule.name == "." && rule.enabled) {
        let told = failed("disable-inbox-rule") || unread(FacetName::InboxRules) || unread(FacetName::Domains);
        assert!(told, "{account}: {:?} acts: {:?}", rule.copy, steps(case, account));
    }
    if now.forwarding.smtp.as_deref().is_some_and(|to| to.ends_with("evil.example")) {
        let told = failed("remove-forwarding") || unread(FacetName::Forwarding) || unread(FacetName::Domains);
        assert!(told, "{account} forwards: {:?}", steps(case, account));
    }
    if !case.steps_of(account).any(|(_, step, _)| matches!(step.action, Action::Password(_))) || failed("replace-password") {
        return;
    }
    assert!(failed("hand-over-password") || now.password != "its-own", "{account} has its password");
}

fn steps(case: &Case, account: &AccountId) -> Vec<String> {
    case.steps_of(account)
        .map(|(_, step, record)| format!("{} {} {}: {:?}", step.id, step.action.code(), step.action.target(), record.state))
        .collect()
}

fn honest_rules_are_untouched(before: &Person, now: &Person) {
    let honest = |person: &Person| -> Vec<_> { person.rules.iter().filter(|rule| rule.name == "Kunder").cloned().collect() };
    assert_eq!(honest(before), honest(now), "honest rules stay as they are");
}

#[test]
fn cases_come_to_their_end_in_any_weather() {
    for seed in 0..SEEDS {
        let outcome = std::panic::catch_unwind(|| run(one(seed)));
        assert!(outcome.is_ok(), "seed {seed} failed; its reason stands above");
    }
}

/// The same seed tells the same story.
#[test]
fn a_seed_repeats() {
    let story = |seed: u64| {
        run(async {
            let stage = Stage::new();
            let mut dice_seed = seed;
            stage.tenant.add(somebody(1, &mut dice_seed));
            stage.tenant.weather(Some(weather(&mut dice_seed)));
            let (world, scribe, found) = stage.open(&["person1@contoso.com"]).await;
            lock(&world, &scribe, &found, Orders::default()).await.expect("the engine goes on");
            stage.journal.text(people::CASE)
        })
    };
    for seed in 0..10 {
        assert_eq!(story(seed), story(seed), "seed {seed}");
    }
}
