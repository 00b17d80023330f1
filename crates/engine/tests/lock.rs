//! The whole lock, from the named account to the follow-up: what is done, in which order, and what
//! is not done although it could be.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the harness")]
mod harness;

use harness::journal::Die;
use harness::people::{self, Person, id, person};
use harness::tenant::{Blind, Fault};
use harness::{Stage, run};
use regain_engine::contain::Orders;
use regain_engine::contain::{add, lock, make_clean_plan, resume};
use regain_engine::watch::pass;
use regain_incident::account::Kind;
use regain_incident::case::{Case, StepState};
use regain_incident::facet::FacetName;
use regain_incident::facets::identity::UserType;
use regain_incident::facets::roles::GrantKind;
use regain_incident::ids::AccountId;
use regain_incident::journal::{Entry, ReadFor, Refusal};
use regain_incident::plan::{Action, PlanKind};

/// Locks `names` of `people` in one process.
async fn locked(people: Vec<Person>, names: &[&str]) -> Stage {
    let stage = Stage::new();
    for person in people {
        stage.tenant.add(person);
    }
    lock_on(&stage, names).await;
    stage
}

async fn lock_on(stage: &Stage, names: &[&str]) {
    stage.tenant.slow("withdraw", 20);
    let (world, scribe, targets) = stage.open(names).await;
    lock(&world, &scribe, &targets, Orders::default()).await.expect("the engine goes on");
    stage.assert_honest();
}

fn with(n: u32, change: impl FnOnce(&mut Person)) -> Person {
    let mut one = person(n);
    change(&mut one);
    one
}

fn global(n: u32) -> Person {
    with(n, |person| person.roles = vec![people::global_administrator()])
}

/// Code and state of every step of an account.
fn steps_of(case: &Case, account: &AccountId) -> Vec<(String, StepState)> {
    let told = |action: &Action| match action {
        Action::Manual(manual) => manual.code.clone(),
        Action::Role(change) => format!("{} {:?}", action.code(), change.grant().kind),
        other => other.code().to_owned(),
    };
    case.steps_of(account).map(|(_, step, record)| (told(&step.action), record.state)).collect()
}

fn codes(case: &Case, account: &AccountId) -> Vec<String> {
    steps_of(case, account).into_iter().map(|(code, _)| code).collect()
}

fn all_done(case: &Case, account: &AccountId) {
    let open: Vec<_> = steps_of(case, account).into_iter().filter(|(_, state)| *state != StepState::Done).collect();
    assert_eq!(open, vec![], "every step is verified");
}

/// Whether somebody who is no target could still administer the tenant.
fn has_a_working_administrator(stage: &Stage) -> bool {
    let works = |person: &Person| {
        person.identity.enabled && person.roles.iter().any(regain_incident::facets::roles::RoleGrant::makes_global_administrator)
    };
    stage.tenant.people().iter().any(works)
}

#[test]
fn a_person_is_blocked_reset_and_revoked_twice() {
    run(async {
        let stage = locked(vec![person(1)], &["person1@contoso.com"]).await;
        let case = stage.case();
        assert_eq!(codes(&case, &id(1)), ["block-sign-in", "revoke-sessions", "replace-password", "revoke-sessions"]);
        all_done(&case, &id(1));
        assert!(case.is_locked(&id(1)));
        let now = stage.tenant.person(&id(1));
        assert!(!now.identity.enabled && now.password.starts_with("forgotten"));
        assert_eq!(stage.handoff.last(&id(1)), None, "nobody has it");
        let verbs = stage.tenant.verbs_of(&id(1));
        assert_eq!(verbs.last(), Some(&"revoke-sessions"), "{verbs:?}");
    });
}

#[test]
fn the_first_three_do_not_wait_for_one_another() {
    run(async {
        let stage = locked(vec![person(1)], &["person1@contoso.com"]).await;
        let entries = stage.entries();
        let of = |name: &str| -> Vec<u64> {
            entries.iter().filter(|recorded| recorded.entry.name() == name).map(|recorded| recorded.seq.0).collect()
        };
        let (third_start, first_answer) = (of("step-started")[2], of("step-applied")[0]);
        assert!(third_start < first_answer, "block, revoke and reset are sent together");
    });
}

/// What a step changes was read and stored before, whichever plan it stands in.
#[test]
fn the_snapshot_is_stored_before_the_change() {
    run(async {
        let one = with(1, |person| {
            person.roles = people::KINDS.iter().map(|kind| people::grant(*kind)).collect();
            person.forwarding.smtp = Some("person1.contoso@evil.example".to_owned());
        });
        let stage = locked(vec![one, global(9)], &["person1@contoso.com"]).await;
        let case = stage.case();
        let mut stored = std::collections::BTreeSet::new();
        for recorded in stage.entries() {
            match recorded.entry {
                Entry::FacetRead { account, facet, reading, .. } if reading.value().is_some() => {
                    stored.insert((account, facet));
                }
                Entry::StepStarted { step, .. } => {
                    let planned = case.planned(step).expect("planned");
                    let facet = planned.action.facet().expect("one").read_as();
                    assert!(stored.contains(&(planned.account.clone(), facet)), "{facet} is read before {step}");
                }
                _ => {}
            }
        }
    });
}

#[test]
fn an_administrator_loses_every_role_and_the_case_holds_them() {
    run(async {
        let roles: Vec<_> = people::KINDS.iter().map(|kind| people::grant(*kind)).collect();
        let one = with(1, |person| person.roles.clone_from(&roles));
        let stage = locked(vec![one, global(9)], &["person1@contoso.com"]).await;
        let case = stage.case();
        all_done(&case, &id(1));
        assert_eq!(stage.tenant.person(&id(1)).roles, vec![]);
        assert_eq!(case.held(&id(1)).len(), roles.len(), "the case holds each");
        let writes = stage.tenant.writes();
        for grant in &roles {
            let taken = writes.iter().filter(|write| write.verb == "withdraw" && write.object == grant.object()).count();
            assert_eq!(taken, 1, "{:?} is taken once", grant.kind);
        }
    });
}

#[test]
fn the_last_revocation_follows_block_reset_and_direct_roles() {
    run(async {
        let roles = vec![people::grant(GrantKind::Direct), people::grant(GrantKind::PimActive)];
        let one = with(1, |person| person.roles = roles);
        let stage = locked(vec![one, global(9)], &["person1@contoso.com"]).await;
        let case = stage.case();
        let plan = case.plans.values().find(|state| state.plan.kind() == PlanKind::Lock).expect("a lock");
        let revocations: Vec<_> =
            plan.plan.steps().iter().filter(|step| matches!(step.action, Action::Sessions(_))).map(|step| step.id).collect();
        let writes = stage.tenant.writes();
        let at = |wanted: &dyn Fn(&harness::tenant::Write) -> bool| writes.iter().position(wanted).expect("written");
        let last = at(&|write| write.step == revocations[1]);
        assert!(at(&|write| write.verb == "set-sign-in") < last);
        assert!(at(&|write| write.verb == "replace-password") < last);
        assert!(at(&|write| write.object == people::grant(GrantKind::Direct).object()) < last);
        assert!(at(&|write| write.step == revocations[0]) < last);
    });
}

#[test]
fn a_refused_reset_does_not_hold_the_revocation_back() {
    for fault in [Fault::Rejected, Fault::Throttled, Fault::Denied] {
        run(async {
            let stage = Stage::new();
            stage.tenant.add(person(1));
            stage.tenant.fail("replace-password", fault, 9);
            lock_on(&stage, &["person1@contoso.com"]).await;
            let case = stage.case();
            let states = steps_of(&case, &id(1));
            assert!(states.contains(&("replace-password".to_owned(), StepState::Failed)), "{states:?}");
            let revoked = states.iter().filter(|(code, state)| code == "revoke-sessions" && *state == StepState::Done).count();
            assert_eq!(revoked, 2, "{fault:?}: {states:?}");
            assert!(!stage.tenant.person(&id(1)).identity.enabled);
            assert!(!case.is_locked(&id(1)), "what failed is not told as locked");
        });
    }
}

#[test]
fn a_reset_that_nobody_answers_does_not_hold_the_revocation_back() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(person(1));
        stage.tenant.fail("replace-password", Fault::LostBefore, 99);
        lock_on(&stage, &["person1@contoso.com"]).await;
        let states = steps_of(&stage.case(), &id(1));
        let revoked = states.iter().filter(|(code, state)| code == "revoke-sessions" && *state == StepState::Done).count();
        assert_eq!(revoked, 2, "{states:?}");
    });
}

fn outranking(n: u32) -> Person {
    with(n, |person| {
        person.outranks_us = true;
        person.roles = vec![people::grant(GrantKind::Direct), people::grant(GrantKind::PimActive)];
    })
}

#[test]
fn what_roles_forbid_is_repeated_once_when_they_are_gone() {
    run(async {
        let stage = locked(vec![outranking(1), global(9)], &["person1@contoso.com"]).await;
        all_done(&stage.case(), &id(1));
        let verbs = stage.tenant.verbs_of(&id(1));
        let count = |verb: &str| verbs.iter().filter(|of| **of == verb).count();
        assert_eq!((count("set-sign-in"), count("replace-password")), (2, 2), "once more, and no more: {verbs:?}");
        assert_eq!(verbs.last(), Some(&"revoke-sessions"), "the revocation follows the repeat: {verbs:?}");
        let now = stage.tenant.person(&id(1));
        assert!(!now.identity.enabled && now.password.starts_with("forgotten"));
    });
}

#[test]
fn what_is_still_forbidden_without_roles_is_left_to_a_person() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(with(1, |person| person.roles = vec![people::grant(GrantKind::Direct)]));
        stage.tenant.add(global(9));
        stage.tenant.fail("set-sign-in", Fault::Denied, 99);
        lock_on(&stage, &["person1@contoso.com"]).await;
        let case = stage.case();
        let verbs = stage.tenant.verbs_of(&id(1));
        assert_eq!(verbs.iter().filter(|verb| **verb == "set-sign-in").count(), 2, "{verbs:?}");
        let block = case.steps.values().next().expect("the block");
        assert_eq!(block.state, StepState::Failed);
        assert!(matches!(block.refusal, Some(Refusal::Denied { .. })));
    });
}

#[test]
fn a_block_that_is_forbidden_is_not_repeated_while_a_role_stays() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(outranking(1));
        stage.tenant.add(global(9));
        stage.tenant.fail("withdraw", Fault::Rejected, 1);
        lock_on(&stage, &["person1@contoso.com"]).await;
        let verbs = stage.tenant.verbs_of(&id(1));
        assert_eq!(verbs.iter().filter(|verb| **verb == "set-sign-in").count(), 1, "{verbs:?}");
        let states = steps_of(&stage.case(), &id(1));
        let revoked = states.iter().filter(|(code, state)| code == "revoke-sessions" && *state == StepState::Done).count();
        assert_eq!(revoked, 2, "{states:?}");
    });
}

/// Groups are read beside the lock and taken in a plan of their own: the repeat waits for them too.
#[test]
fn what_a_group_forbids_is_repeated_when_the_group_is_gone() {
    let tables = [
        vec![people::grant(GrantKind::GroupMember)],
        vec![people::grant(GrantKind::Direct), people::grant(GrantKind::GroupMember)],
        vec![people::grant(GrantKind::Direct), people::grant(GrantKind::ExchangeGroup)],
    ];
    for roles in tables {
        run(async {
            let one = with(1, |person| {
                person.outranks_us = true;
                person.roles.clone_from(&roles);
            });
            let stage = locked(vec![one, global(9)], &["person1@contoso.com"]).await;
            let (case, now) = (stage.case(), stage.tenant.person(&id(1)));
            let told = format!("{roles:?}: {:?}", steps_of(&case, &id(1)));
            assert_eq!(now.roles, vec![], "{told}");
            assert!(!now.identity.enabled && now.password.starts_with("forgotten"), "{told}");
            let verbs = stage.tenant.verbs_of(&id(1));
            let last = |verb: &str| verbs.iter().rposition(|of| *of == verb);
            assert!(last("revoke-sessions") > last("set-sign-in"), "{verbs:?}");
            assert!(last("revoke-sessions") > last("replace-password"), "{verbs:?}");
        });
    }
}

/// A crash between the refusal and the repeat loses neither.
#[test]
fn a_crash_does_not_forget_the_repeat() {
    let dice = [Die::Before as fn(u32) -> Die, Die::After].into_iter().flat_map(|die| [(die, false), (die, true)]);
    for (die, by_group) in dice {
        for n in 1..50 {
            run(async {
                let stage = Stage::new();
                let mut one = outranking(1);
                if by_group {
                    one.roles.push(people::grant(GrantKind::GroupMember));
                }
                stage.tenant.add(one);
                stage.tenant.add(global(9));
                stage.tenant.slow("withdraw", 20);
                let (world, scribe, targets) = stage.open(&["person1@contoso.com"]).await;
                stage.journal.die(die(n));
                let _ = lock(&world, &scribe, &targets, Orders::default()).await;
                stage.journal.disarm();
                stage.resume().await;
                let case = stage.case();
                if case.plans.is_empty() {
                    return; // nothing was promised yet
                }
                let now = stage.tenant.person(&id(1));
                let told = format!("{:?}: {:?}", die(n), steps_of(&case, &id(1)));
                assert!(!now.identity.enabled && now.password.starts_with("forgotten"), "{told}");
                assert_eq!(now.roles, vec![], "{told}");
                let verbs = stage.tenant.verbs_of(&id(1));
                assert_eq!(verbs.last(), Some(&"revoke-sessions"), "{told} {verbs:?}");
                stage.assert_honest();
            });
        }
    }
}

#[test]
fn the_only_global_administrator_keeps_sign_in_and_that_role() {
    run(async {
        let one = with(1, |person| person.roles = vec![people::global_administrator(), people::grant(GrantKind::PimEligible)]);
        let stage = locked(vec![one, person(2)], &["person1@contoso.com"]).await;
        let case = stage.case();
        let mut codes = codes(&case, &id(1));
        codes.sort();
        let expected = [
            "hand-over-password",
            "last-global-administrator",
            "revoke-sessions",
            "revoke-sessions",
            "withdraw-role PimEligible",
        ];
        assert_eq!(codes, expected);
        let now = stage.tenant.person(&id(1));
        assert!(now.identity.enabled);
        assert_eq!(now.roles, vec![people::global_administrator()]);
        assert_eq!(stage.handoff.last(&id(1)), Some(now.password));
        assert!(!case.holds_sign_in(&id(1)));
    });
}

#[test]
fn the_only_one_through_a_group_keeps_that_group() {
    run(async {
        let one = with(1, |person| person.roles = vec![people::global_by_group(), people::grant(GrantKind::Direct)]);
        let stage = locked(vec![one], &["person1@contoso.com"]).await;
        assert_eq!(stage.tenant.person(&id(1)).roles, vec![people::global_by_group()]);
        assert!(has_a_working_administrator(&stage));
    });
}

#[test]
fn two_global_administrators_together_do_not_lock_the_tenant() {
    run(async {
        let stage = locked(vec![global(1), global(2)], &["person1@contoso.com", "person2@contoso.com"]).await;
        assert!(has_a_working_administrator(&stage));
        for account in [id(1), id(2)] {
            assert_eq!(stage.handoff.last(&account), Some(stage.tenant.person(&account).password));
        }
    });
}

#[test]
fn with_a_third_who_works_both_are_locked() {
    run(async {
        let stage = locked(vec![global(1), global(2), global(3)], &["person1@contoso.com", "person2@contoso.com"]).await;
        for account in [id(1), id(2)] {
            let now = stage.tenant.person(&account);
            assert!(!now.identity.enabled && now.roles.is_empty());
        }
        assert!(has_a_working_administrator(&stage));
    });
}

/// Whom the rail keeps is kept when the case grows: a later lock plans nothing against him.
#[test]
fn an_account_added_later_does_not_take_the_last_administrator_away() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(global(1));
        stage.tenant.add(with(2, |person| person.roles = vec![people::grant(GrantKind::ExchangeGroup)]));
        let (world, scribe, targets) = stage.open(&["person1@contoso.com"]).await;
        lock(&world, &scribe, &targets, Orders::default()).await.expect("the engine goes on");
        let more = stage.targets(&["person2@contoso.com"]).await;
        add(&world, &scribe, &more, true).await.expect("added");
        lock(&world, &scribe, &more, Orders::default()).await.expect("the engine goes on");
        let now = stage.tenant.person(&id(1));
        assert!(now.identity.enabled);
        assert_eq!(now.roles, vec![people::global_administrator()]);
        assert_eq!(stage.tenant.person(&id(2)).roles, vec![]);
    });
}

#[test]
fn two_administrators_one_after_the_other_do_not_lock_the_tenant() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(global(1));
        stage.tenant.add(global(2));
        let (world, scribe, targets) = stage.open(&["person1@contoso.com"]).await;
        lock(&world, &scribe, &targets, Orders::default()).await.expect("the engine goes on");
        let more = stage.targets(&["person2@contoso.com"]).await;
        add(&world, &scribe, &more, true).await.expect("added");
        lock(&world, &scribe, &more, Orders::default()).await.expect("the engine goes on");
        assert!(!stage.tenant.person(&id(1)).identity.enabled);
        assert!(has_a_working_administrator(&stage));
    });
}

#[test]
fn an_intruders_own_administrator_does_not_count() {
    run(async {
        let mut theirs = global(2);
        theirs.identity.created = Some(people::time("2026-11-23T00:00:00Z"));
        let stage = locked(vec![global(1), theirs], &["person1@contoso.com"]).await;
        assert!(stage.tenant.person(&id(1)).identity.enabled, "nobody else counts");
    });
}

#[test]
fn a_rail_that_cannot_be_read_holds() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(global(1));
        stage.tenant.add(global(2));
        stage.tenant.hide_administrators();
        lock_on(&stage, &["person1@contoso.com"]).await;
        let now = stage.tenant.person(&id(1));
        assert!(now.identity.enabled);
        assert_eq!(now.roles, vec![people::global_administrator()]);
        assert_eq!(stage.handoff.last(&id(1)), Some(now.password));
        assert!(codes(&stage.case(), &id(1)).contains(&"last-global-administrator".to_owned()));
    });
}

#[test]
fn roles_that_cannot_be_read_hold_the_rail_too() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(global(1));
        stage.tenant.blind(FacetName::EntraRoles, Blind::Denied, None);
        lock_on(&stage, &["person1@contoso.com"]).await;
        assert!(stage.tenant.person(&id(1)).identity.enabled);
        let gaps = stage.case().accounts[&id(1)].gaps();
        assert!(gaps.iter().any(|(facet, _)| *facet == FacetName::EntraRoles), "{gaps:?}");
    });
}

#[test]
fn a_guest_is_not_reset() {
    run(async {
        let guest = with(1, |person| {
            person.identity.user_type = UserType::Guest;
            person.has_mailbox = false;
            person.roles = vec![people::grant(GrantKind::Direct)];
        });
        let stage = locked(vec![guest, global(9)], &["person1@contoso.com"]).await;
        let case = stage.case();
        assert_eq!(case.accounts[&id(1)].account.kind, Kind::Guest);
        let codes = codes(&case, &id(1));
        assert!(!codes.contains(&"replace-password".to_owned()) && codes.contains(&"tell-home-tenant".to_owned()), "{codes:?}");
        let now = stage.tenant.person(&id(1));
        assert!(!now.identity.enabled && now.roles.is_empty());
        assert_eq!(now.password, "its-own");
    });
}

#[test]
fn a_synchronised_account_is_not_reset_here() {
    run(async {
        let stage = locked(vec![with(1, |person| person.identity.synchronised = true)], &["person1@contoso.com"]).await;
        let codes = codes(&stage.case(), &id(1));
        assert!(!codes.contains(&"replace-password".to_owned()), "{codes:?}");
        assert!(codes.contains(&"reset-in-active-directory".to_owned()), "{codes:?}");
        let now = stage.tenant.person(&id(1));
        assert!(!now.identity.enabled);
        assert_eq!(now.password, "its-own");
    });
}

#[test]
fn a_facet_that_cannot_be_read_is_a_gap_and_the_rest_goes_on() {
    let facets = FacetName::to_read().filter(|facet| *facet != FacetName::Identity && *facet != FacetName::Domains);
    for facet in facets {
        run(async {
            let stage = Stage::new();
            stage.tenant.add(with(1, |person| person.rules = vec![people::bad_rule(1, 1)]));
            stage.tenant.add(global(9));
            stage.tenant.blind(facet, Blind::Denied, None);
            lock_on(&stage, &["person1@contoso.com"]).await;
            let case = stage.case();
            assert!(case.accounts[&id(1)].gaps().iter().any(|(name, _)| *name == facet), "{facet} is a gap");
            if facet != FacetName::EntraRoles {
                assert!(case.is_locked(&id(1)), "{facet}: {:?}", steps_of(&case, &id(1)));
            }
        });
    }
}

#[test]
fn roles_that_are_read_late_follow_in_a_plan_of_their_own() {
    run(async {
        // Nothing in the first read says that it is anybody: the lock does not wait for more.
        let roles = vec![people::grant(GrantKind::PimEligible), people::grant(GrantKind::ExchangeGroup)];
        let one = with(1, |person| person.roles = roles);
        let stage = locked(vec![one], &["person1@contoso.com"]).await;
        let case = stage.case();
        all_done(&case, &id(1));
        assert_eq!(stage.tenant.person(&id(1)).roles, vec![]);
        let locks = case.plans.values().filter(|state| state.plan.kind() == PlanKind::Lock).count();
        assert_eq!(locks, 2);
    });
}

#[test]
fn forwarding_that_is_malicious_stops_with_the_lock() {
    run(async {
        let one = with(1, |person| {
            person.forwarding.smtp = Some("person1.contoso@evil.example".to_owned());
            person.forwarding.keeps_copy = false;
        });
        let stage = locked(vec![one], &["person1@contoso.com"]).await;
        let case = stage.case();
        let judged = case.accounts[&id(1)].assessment.findings.iter().any(|finding| {
            finding.facet == FacetName::Forwarding && finding.verdict == regain_incident::finding::Verdict::Malicious
        });
        let stopped = !stage.tenant.person(&id(1)).forwarding.is_set();
        assert_eq!(judged, stopped, "stopped with the lock if and only if it is malicious");
        all_done(&case, &id(1));
    });
}

#[test]
fn an_account_that_is_off_already_is_not_held_by_us() {
    run(async {
        let stage = locked(vec![with(1, |person| person.identity.enabled = false)], &["person1@contoso.com"]).await;
        let case = stage.case();
        all_done(&case, &id(1));
        assert!(!case.holds_sign_in(&id(1)), "it was off before: release leaves it off");
        assert!(!stage.tenant.verbs_of(&id(1)).contains(&"set-sign-in"));
    });
}

/// A role that somebody else took first is not ours to give back.
#[test]
fn a_role_that_was_gone_already_is_not_held() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(person(1));
        let gone = Action::Role(regain_incident::facets::roles::Change::Withdraw(people::grant(GrantKind::Direct)));
        let step = stage.with_one_step(&id(1), gone).await;
        stage.drive(step.plan).await.expect("the engine goes on");
        assert!(stage.record(step).already);
        assert_eq!(stage.case().held(&id(1)), vec![]);
    });
}

#[test]
fn the_lock_is_killed_anywhere_and_goes_on() {
    for die in [Die::Before as fn(u32) -> Die, Die::After] {
        for n in 1..60 {
            let done = run(async {
                let stage = Stage::new();
                stage.tenant.add(with(1, |person| {
                    person.roles = vec![people::grant(GrantKind::Direct), people::grant(GrantKind::GroupMember)];
                    person.rules = vec![people::rule(1, "Kunder", 1), people::bad_rule(2, 2)];
                }));
                stage.tenant.add(global(9));
                let (world, scribe, targets) = stage.open(&["person1@contoso.com"]).await;
                stage.journal.die(die(n));
                let whole = lock(&world, &scribe, &targets, Orders::default()).await.is_ok();
                stage.journal.disarm();
                stage.resume().await;
                let case = stage.case();
                if case.plans.is_empty() {
                    assert_eq!(stage.tenant.writes(), vec![], "nothing is changed before the plan is recorded");
                    return whole;
                }
                all_done(&case, &id(1));
                let once: Vec<_> = stage.tenant.writes().into_iter().filter(|write| write.verb == "withdraw").collect();
                assert_eq!(once.iter().filter(|write| write.changed).count(), 2, "{:?}", die(n));
                stage.assert_honest();
                whole
            });
            if done {
                assert!(n > 5, "the lock is more than {n} records long");
                return;
            }
        }
    }
}

/// What we give back or switch on again is not "back" when it is taken again.
#[test]
fn what_was_given_and_taken_again_is_no_return() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(with(1, |person| person.rules = vec![people::bad_rule(1, 1)]));
        let (world, scribe, targets) = stage.open(&["person1@contoso.com"]).await;
        lock(&world, &scribe, &targets, Orders::default()).await.expect("the engine goes on");
        clean(&world, &scribe).await;
        let (undo, _) = regain_engine::undo::make_undo_plan(&world, &scribe, &[]).await.expect("planned");
        approve_and_resume(&world, &scribe, &undo.expect("something to undo")).await;
        assert!(stage.tenant.person(&id(1)).rules[0].enabled);
        // The rule is judged as before, so it is open again, and another clean plan answers it.
        pass(&world, &scribe, ReadFor::Verify).await.expect("read");
        clean(&world, &scribe).await;
        assert!(!stage.tenant.person(&id(1)).rules[0].enabled);
        let seen = pass(&world, &scribe, ReadFor::Watch).await.expect("read");
        assert_eq!(seen.returned, 0, "{:?}", steps_of(&stage.case(), &id(1)));
    });
}

/// What came back and was cleaned is done, without waiting for the next look.
#[test]
fn what_came_back_and_was_cleaned_asks_for_nobody() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(with(1, |person| person.rules = vec![people::bad_rule(1, 1)]));
        let (world, scribe, targets) = stage.open(&["person1@contoso.com"]).await;
        lock(&world, &scribe, &targets, Orders::default()).await.expect("the engine goes on");
        clean(&world, &scribe).await;
        stage.tenant.meddle(&id(1), |person| person.rules[0].enabled = true);
        assert_eq!(pass(&world, &scribe, ReadFor::Watch).await.expect("read").returned, 1);
        assert!(steps_of(&stage.case(), &id(1)).iter().any(|(_, state)| *state == StepState::Returned), "it came back");
        clean(&world, &scribe).await;
        let steps = steps_of(&stage.case(), &id(1));
        assert!(steps.iter().all(|(_, state)| *state == StepState::Done), "{steps:?}");
    });
}

/// The program ended before there was a plan: the case says so, and resuming locks.
#[test]
fn a_lock_that_was_ordered_is_made_up_for() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(with(1, |_| {}));
        drop(stage.open(&["person1@contoso.com"]).await);
        let (world, scribe) = stage.reopen().await;
        assert!(stage.case().waits_for_its_lock(&id(1)));
        resume(&world, &scribe).await.expect("the engine goes on");
        let case = stage.case();
        assert!(!case.waits_for_its_lock(&id(1)) && case.is_locked(&id(1)), "{:?}", steps_of(&case, &id(1)));
        assert!(!stage.tenant.person(&id(1)).identity.enabled);
    });
}

async fn clean(world: &regain_engine::World, scribe: &regain_engine::Scribe) {
    let (plan, _) = make_clean_plan(world, scribe, &|_| true).await.expect("planned").expect("something to clean");
    approve_and_resume(world, scribe, &plan).await;
}

async fn approve_and_resume(world: &regain_engine::World, scribe: &regain_engine::Scribe, plan: &regain_incident::plan::Plan) {
    let how = regain_incident::plan::ApprovedHow::ByDigest;
    regain_engine::contain::approve(world, scribe, plan.id(), plan.digest().as_str(), how).await.expect("approved");
    resume(world, scribe).await.expect("the engine goes on");
}
