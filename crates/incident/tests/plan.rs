//! A plan and its approval: what cannot be made, cannot be read back, and cannot be approved.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the fixture")]
mod fixture;

use fixture::{CASE, approval, id, plan, rule, start, step};
use jiff::SignedDuration;
use regain_incident::digest::Digest;
use regain_incident::facet::FacetName;
use regain_incident::facets::inbox_rules::Change as RuleChange;
use regain_incident::facets::{identity, sessions};
use regain_incident::ids::{CaseId, PlanId, StepId};
use regain_incident::item::Item;
use regain_incident::plan::{Action, Approval, Phase, Plan, PlanError, PlanKind, PlannedStep, Undoable};

fn steps() -> Vec<PlannedStep> {
    let block = step(1, 1, Action::SignIn(identity::Change::Block));
    let rule = step(1, 2, Action::InboxRule(RuleChange::Disable(Box::new(rule(1)))));
    let mut revoke = step(1, 3, Action::Sessions(sessions::Change::Revoke));
    revoke.after = vec![block.id];
    revoke.needs = vec![rule.id];
    vec![block, rule, revoke]
}

fn refused(change: impl FnOnce(&mut Vec<PlannedStep>)) -> PlanError {
    let mut changed = steps();
    change(&mut changed);
    Plan::new(CASE, PlanId(1), PlanKind::Lock, start(), changed).expect_err("no such plan")
}

#[test]
fn a_cycle_or_a_stray_step_cannot_be_made() {
    let third = StepId { plan: PlanId(1), step: 3 };
    let stranger = StepId { plan: PlanId(2), step: 1 };
    assert!(
        matches!(refused(|steps| steps[0].after = vec![third]), PlanError::NotYetPlanned { missing, .. } if missing == third)
    );
    assert!(matches!(refused(|steps| steps[0].needs = vec![third]), PlanError::NotYetPlanned { .. }));
    assert!(matches!(refused(|steps| steps[0].after = vec![steps[0].id]), PlanError::NotYetPlanned { .. }), "itself");
    assert!(matches!(refused(|steps| steps[2].after = vec![stranger]), PlanError::NotYetPlanned { .. }));
    assert_eq!(refused(|steps| steps[1].id = steps[0].id), PlanError::StrayStep(StepId { plan: PlanId(1), step: 1 }));
    assert_eq!(refused(|steps| steps[0].id = stranger), PlanError::StrayStep(stranger));
}

#[test]
fn a_plan_is_read_back_as_it_was_and_a_cyclic_one_not_at_all() {
    let made = plan(1, PlanKind::Lock, steps());
    let text = serde_json::to_string(&made).expect("JSON");
    assert_eq!(serde_json::from_str::<Plan>(&text).expect("a plan"), made);
    let mut json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    json["steps"][0]["after"] = serde_json::json!(["p1.3"]);
    let error = serde_json::from_value::<Plan>(json).expect_err("a cycle");
    assert!(error.to_string().contains("not planned before it"), "{error}");
    let mut json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    json["steps"][1]["id"] = serde_json::json!("p1.1");
    assert!(serde_json::from_value::<Plan>(json).is_err(), "one id twice");
}

#[test]
fn the_digest_changes_with_any_change() {
    let of = |kind, at, steps| Plan::new(CASE, PlanId(1), kind, at, steps).expect("a plan").digest();
    let shown = of(PlanKind::Lock, start(), steps());
    let changes: [fn(&mut Vec<PlannedStep>); 11] = [
        |steps| {
            steps.pop();
        },
        |steps| steps[0].account = id(2),
        |steps| steps[0].phase = Phase::Recover,
        |steps| steps[0].action = Action::SignIn(identity::Change::Allow),
        |steps| steps[0].because = vec![Item::of(FacetName::Identity, &id(1), "x")],
        |steps| steps[0].undo = Undoable::No,
        |steps| steps[2].after.clear(),
        |steps| steps[2].needs.clear(),
        |steps| steps[0].reverses = Some(StepId { plan: PlanId(7), step: 1 }),
        |steps| steps.swap(0, 1),
        |steps| {
            let mut other = rule(1);
            other.name = "..".to_owned();
            steps[1].action = Action::InboxRule(RuleChange::Disable(Box::new(other)));
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut changed = steps();
        change(&mut changed);
        assert_ne!(of(PlanKind::Lock, start(), changed), shown, "change {number}");
    }
    assert_ne!(of(PlanKind::Clean, start(), steps()), shown);
    assert_ne!(of(PlanKind::Lock, start() + SignedDuration::from_secs(1), steps()), shown);
    let elsewhere = CaseId { year: 2026, number: 2 };
    assert_ne!(Plan::new(elsewhere, PlanId(1), PlanKind::Lock, start(), steps()).expect("a plan").digest(), shown);
    assert_eq!(of(PlanKind::Lock, start(), steps()), shown, "and with nothing else");
}

#[test]
fn an_approval_is_bound_to_what_was_shown() {
    let made = plan(1, PlanKind::Lock, steps());
    let other = Approval { digest: Digest::of(b"another plan"), ..approval(&made) };
    let now = made.digest();
    assert_eq!(made.clone().approve(other).expect_err("another plan"), PlanError::ChangedSinceShown { now });
    let approved = made.clone().approve(approval(&made)).expect("approved");
    assert_eq!(approved.plan(), &made);
}

#[test]
fn an_approval_expires_after_a_day() {
    let given = approval(&plan(1, PlanKind::Lock, steps()));
    for (seconds, expired) in [(0, false), (24 * 3600, false), (24 * 3600 + 1, true)] {
        assert_eq!(given.has_expired(start() + SignedDuration::from_secs(seconds)), expired, "{seconds} s");
    }
}

/// What scripts and people wrote down still names the same thing.
#[test]
fn items_are_the_same_for_ever() {
    let item = Item::of(FacetName::InboxRules, &id(1), "15394007230974001153");
    assert_eq!(item.to_string(), "inbox-rules:8ab064f5");
    assert_ne!(item, Item::of(FacetName::InboxRules, &id(2), "15394007230974001153"));
    assert_ne!(item, Item::of(FacetName::InboxRules, &id(1), "15394007230974001154"));
}
