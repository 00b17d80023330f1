//! The way back: sign-in with a fresh password that the owner holds, then the held roles exactly as
//! they were; killed anywhere, too.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the harness")]
mod harness;

use std::collections::BTreeMap;

use harness::journal::Die;
use harness::people::{self, Person, id, person};
use harness::tenant::Fault;
use harness::{Stage, run};
use regain_engine::contain::{Orders, lock};
use regain_engine::release::{Asked, make_release_plan, open_gate, read_criteria};
use regain_engine::watch::pass;
use regain_engine::{EngineError, Scribe, World};
use regain_incident::case::StepState;
use regain_incident::facets::roles::RoleGrant;
use regain_incident::journal::ReadFor;
use regain_incident::planner::ReleaseChoice;
use regain_incident::release::{CriterionState, Gate, Said};

fn asked(gate: Gate) -> Asked {
    let said = Said { proof: Some("in-person".to_owned()), cause: Some("link".to_owned()) };
    Asked { gate, said, choice: ReleaseChoice::default(), overrides: BTreeMap::new(), false_alarm: None }
}

/// Somebody with roles of every lasting kind, who may not send.
fn former() -> Person {
    let mut one = person(1);
    one.roles = people::KINDS.iter().filter(|kind| !kind.is_an_activation()).map(|kind| people::grant(*kind)).collect();
    one.block = Some(people::blocked(&one.identity.upn));
    one
}

/// Locked, waited for, and read again.
async fn locked() -> (Stage, World, Scribe) {
    let stage = Stage::new();
    stage.tenant.add(former());
    let mut other = person(9);
    other.roles = vec![people::global_administrator()];
    stage.tenant.add(other);
    let (world, scribe, targets) = stage.open(&["person1@contoso.com"]).await;
    lock(&world, &scribe, &targets, Orders::default()).await.expect("the engine goes on");
    stage.clock.advance_s(96 * 60);
    pass(&world, &scribe, ReadFor::Watch).await.expect("read");
    (stage, world, scribe)
}

async fn release(world: &World, scribe: &Scribe, gate: Gate) -> Result<(), EngineError> {
    let asked = asked(gate);
    let (plan, _) = make_release_plan(world, scribe, &asked).await?;
    let criteria = read_criteria(world, scribe, &asked).await;
    open_gate(world, scribe, &asked, plan.as_ref(), criteria).await
}

fn powers(person: &Person) -> Vec<String> {
    let mut powers: Vec<String> = person.roles.iter().map(RoleGrant::object).collect();
    powers.sort();
    powers
}

fn is_back(stage: &Stage) {
    let now = stage.tenant.person(&id(1));
    assert!(now.identity.enabled, "signs in again");
    assert_eq!(stage.handoff.last(&id(1)), Some(now.password.clone()), "with the password in his hand");
    assert_eq!(now.block, None, "and sends");
    stage.assert_honest();
}

#[test]
fn sign_in_then_roles() {
    run(async {
        let (stage, world, scribe) = locked().await;
        let settled = |criteria: &BTreeMap<_, Vec<regain_incident::release::Criterion>>| {
            criteria[&id(1)].iter().find(|criterion| criterion.code == "settled").map(|criterion| criterion.state)
        };
        let criteria = read_criteria(&world, &scribe, &asked(Gate::SignIn)).await;
        assert_eq!(settled(&criteria), Some(CriterionState::Met));
        release(&world, &scribe, Gate::SignIn).await.expect("the engine goes on");
        is_back(&stage);
        assert_eq!(powers(&stage.tenant.person(&id(1))), Vec::<String>::new(), "roles wait");
        stage.clock.advance_s(24 * 3600);
        release(&world, &scribe, Gate::Roles).await.expect("the engine goes on");
        assert_eq!(powers(&stage.tenant.person(&id(1))), powers(&former()));
        let case = stage.case();
        let open: Vec<_> = case.steps.iter().filter(|(_, record)| record.state != StepState::Done).collect();
        assert_eq!(open, vec![]);
        assert_eq!((case.held(&id(1)), case.holds_sign_in(&id(1))), (vec![], false));
        let seen = pass(&world, &scribe, ReadFor::Watch).await.expect("read");
        assert_eq!(seen.returned, 0, "what was given back is no return");
    });
}

#[test]
fn sign_in_stays_off_until_the_owner_holds_a_password() {
    run(async {
        let (stage, world, scribe) = locked().await;
        stage.tenant.fail("replace-password", Fault::Rejected, 1);
        release(&world, &scribe, Gate::SignIn).await.expect("the engine goes on");
        let now = stage.tenant.person(&id(1));
        assert!(!now.identity.enabled && now.block.is_some());
        assert_eq!(stage.handoff.last(&id(1)), None);
    });
}

#[test]
fn sign_in_stays_off_when_nothing_can_be_handed_over() {
    run(async {
        let (stage, world, scribe) = locked().await;
        stage.handoff.refuse();
        release(&world, &scribe, Gate::SignIn).await.expect("the engine goes on");
        assert!(!stage.tenant.person(&id(1)).identity.enabled);
    });
}

#[test]
fn a_release_is_killed_anywhere_and_goes_on() {
    for die in [Die::Before as fn(u32) -> Die, Die::After] {
        for n in 1..40 {
            let whole = run(async {
                let (stage, world, scribe) = locked().await;
                stage.journal.die(die(n));
                let whole = release(&world, &scribe, Gate::SignIn).await.is_ok();
                stage.journal.disarm();
                stage.resume().await;
                let approved = |case: &regain_incident::case::Case| {
                    case.plans
                        .values()
                        .any(|plan| plan.plan.kind() == regain_incident::plan::PlanKind::Release && plan.approval.is_some())
                };
                if approved(&stage.case()) {
                    is_back(&stage);
                } else {
                    assert!(!stage.tenant.person(&id(1)).identity.enabled, "no approval, no change");
                }
                whole
            });
            if whole {
                assert!(n > 8, "the release is more than {n} records long");
                return;
            }
        }
    }
}
