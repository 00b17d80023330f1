//! Each lint is caught by a plan that does what no plan may, and no other.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the fixture")]
mod fixture;

use fixture::{account, grant, id, plan, rule, step};
use regain_incident::account::{Account, Kind};
use regain_incident::facets::inbox_rules::Change as RuleChange;
use regain_incident::facets::roles::{Change as RoleChange, GrantKind};
use regain_incident::facets::{identity, password, sessions};
use regain_incident::lint::{Lint, lint};
use regain_incident::plan::{Action, PlanKind, PlannedStep};

fn check(kind: PlanKind, steps: Vec<PlannedStep>, account: &Account, expected: &[Lint]) {
    assert_eq!(lint(&plan(1, kind, steps), &[account]), expected);
}

fn person() -> Account {
    account(1, Kind::Person)
}

fn block() -> Action {
    Action::SignIn(identity::Change::Block)
}

fn reset() -> Action {
    Action::Password(password::Change::ReplaceAndForget)
}

fn revoke() -> Action {
    Action::Sessions(sessions::Change::Revoke)
}

fn after(step: PlannedStep, earlier: &[&PlannedStep]) -> PlannedStep {
    PlannedStep { after: earlier.iter().map(|step| step.id).collect(), ..step }
}

#[test]
fn a_sound_lock_has_none() {
    let (block, reset) = (step(1, 1, block()), step(1, 2, reset()));
    let revoke = after(step(1, 3, revoke()), &[&block, &reset]);
    check(PlanKind::Lock, vec![block, reset, revoke], &person(), &[]);
}

#[test]
fn a_revocation_counts_however_far_it_comes_after() {
    let block = step(1, 1, block());
    let between = after(step(1, 2, Action::Role(RoleChange::Withdraw(grant(GrantKind::Direct)))), &[&block]);
    let revoke = after(step(1, 3, revoke()), &[&between]);
    check(PlanKind::Lock, vec![block, between, revoke], &person(), &[]);
}

#[test]
fn protected_accounts_are_never_touched() {
    for kind in [Kind::BreakGlass, Kind::DirectorySync, Kind::Operator] {
        let one = step(1, 1, revoke());
        let expected = Lint::Protected { step: one.id, account: id(1) };
        check(PlanKind::Lock, vec![one], &account(1, kind), &[expected]);
    }
}

#[test]
fn strangers_are_never_touched() {
    let one = step(1, 1, revoke());
    let expected = Lint::Stranger { step: one.id, account: id(1) };
    check(PlanKind::Lock, vec![one], &account(2, Kind::Person), &[expected]);
}

#[test]
fn a_block_or_reset_wants_a_revocation_after_it() {
    for closing in [block(), reset()] {
        for kind in [PlanKind::Lock, PlanKind::Release] {
            let one = step(1, 1, closing.clone());
            let expected = [Lint::NoRevocationAfter { step: one.id }];
            check(kind, vec![one.clone()], &person(), &expected);
            // One beside it proves nothing, nor does one before it, nor another account's.
            check(kind, vec![one.clone(), step(1, 2, revoke())], &person(), &expected);
            let before = step(1, 1, revoke());
            let late = after(step(1, 2, closing.clone()), &[&before]);
            check(kind, vec![before, late.clone()], &person(), &[Lint::NoRevocationAfter { step: late.id }]);
            let other = PlannedStep { account: id(2), ..after(step(1, 2, revoke()), &[&one]) };
            let found = lint(&plan(1, kind, vec![one, other]), &[&person(), &account(2, Kind::Person)]);
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn nothing_holds_a_revocation_back() {
    let reset = step(1, 1, reset());
    let held = PlannedStep { needs: vec![reset.id], ..step(1, 2, revoke()) };
    let expected = Lint::RevocationHeldBack { step: held.id, needed: reset.id };
    check(PlanKind::Lock, vec![reset, held], &person(), &[expected]);
}

#[test]
fn one_thing_is_changed_once() {
    let disable = || Action::InboxRule(RuleChange::Disable(Box::new(rule(1))));
    let (one, two) = (step(1, 1, disable()), step(1, 2, disable()));
    check(PlanKind::Clean, vec![one.clone(), two.clone()], &person(), &[Lint::Twice(one.id, two.id)]);
    let elsewhere = PlannedStep { account: id(2), ..two };
    assert_eq!(lint(&plan(1, PlanKind::Clean, vec![one, elsewhere]), &[&person(), &account(2, Kind::Person)]), vec![]);
    // Revoking twice is what a lock does.
    check(PlanKind::Lock, vec![step(1, 1, revoke()), step(1, 2, revoke())], &person(), &[]);
}

/// [`Lint::Unverified`] guards actions to come: today each has a facet that shows it, or is a person's.
#[test]
fn every_action_is_verified_by_a_reading() {
    let actions = [block(), reset(), revoke(), Action::Role(RoleChange::Withdraw(grant(GrantKind::Direct)))];
    assert!(actions.iter().all(|action| action.facet().is_some()));
}
