//! Undo of apply is the former mailbox: rules with place, conditions, actions and state, forwarding
//! with its three members. What somebody changed since is left to a person.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the harness")]
mod harness;

use harness::people::{self, Person, id, person};
use harness::tenant::dice;
use harness::{Stage, run};
use regain_engine::contain::{approve, look, make_clean_plan, overrule, resume};
use regain_engine::undo::make_undo_plan;
use regain_engine::{Scribe, World};
use regain_incident::case::StepState;
use regain_incident::facets::forwarding::Forwarding;
use regain_incident::facets::inbox_rules::InboxRule;
use regain_incident::item::Item;
use regain_incident::journal::Refusal;
use regain_incident::plan::{ApprovedHow, Plan};
use regain_incident::planner::PlanningReport;

/// A mailbox without what the server gives: the normal form.
fn normal(person: &Person) -> (Forwarding, Vec<InboxRule>) {
    let bare = |rule: &InboxRule| InboxRule { id: String::new(), ..rule.clone() };
    (person.forwarding.clone(), person.rules.iter().map(bare).collect())
}

/// A mailbox that one seed gives: rules of the owner and of intruders in any order, some off, some
/// hidden, and forwarding in every combination of its members.
fn mailbox(seed: &mut u64) -> Person {
    let mut one = person(1);
    let rules = u32::try_from(dice(seed) % 7).expect("few");
    for place in 1..=rules {
        let mut rule =
            if dice(seed).is_multiple_of(2) { people::bad_rule(place, place) } else { people::rule(place, "Kunder", place) };
        rule.enabled = !dice(seed).is_multiple_of(5);
        rule.hidden = dice(seed).is_multiple_of(4);
        if dice(seed).is_multiple_of(3) {
            rule.has_exceptions = true;
            rule.copy.insert("ExceptIfFrom".to_owned(), serde_json::json!([format!("boss{place}@contoso.com")]));
        }
        one.rules.push(rule);
    }
    let way = dice(seed) % 8;
    one.forwarding = Forwarding {
        recipient: people::forwarded().recipient.filter(|_| way & 1 != 0),
        smtp: people::forwarded().smtp.filter(|_| way & 2 != 0),
        keeps_copy: way & 4 != 0 && way & 3 != 0,
    };
    one
}

/// A case on `person`, read and judged, in which everything found is to be cleaned.
async fn looked_at(stage: &Stage, person: Person) -> (World, Scribe) {
    stage.tenant.add(person);
    let (world, scribe, targets) = stage.open(&["person1@contoso.com"]).await;
    look(&world, &scribe, &targets).await.expect("read");
    let all: Vec<Item> =
        scribe.ask(|case| case.accounts[&id(1)].assessment.findings.iter().map(|finding| finding.item.clone()).collect()).await;
    assert_eq!(overrule(&world, &scribe, &[], &all).await.expect("recorded"), vec![]);
    (world, scribe)
}

async fn carry_out(world: &World, scribe: &Scribe, plan: &Plan) {
    approve(world, scribe, plan.id(), plan.digest().as_str(), ApprovedHow::ByDigest).await.expect("approved");
    resume(world, scribe).await.expect("the engine goes on");
}

async fn clean(world: &World, scribe: &Scribe) -> Option<Plan> {
    let (plan, _) = make_clean_plan(world, scribe, &|_| true).await.expect("planned")?;
    carry_out(world, scribe, &plan).await;
    Some(plan)
}

async fn undo(world: &World, scribe: &Scribe) -> (Option<Plan>, PlanningReport) {
    let (plan, report) = make_undo_plan(world, scribe, &[]).await.expect("planned");
    if let Some(plan) = &plan {
        carry_out(world, scribe, plan).await;
    }
    (plan, report)
}

#[test]
fn undo_of_apply_is_before() {
    for removes in [false, true] {
        for first in 0..150 {
            run(async {
                let mut seed = first;
                let mut stage = Stage::new();
                stage.policy.remove_rules = removes;
                let former = mailbox(&mut seed);
                let (world, scribe) = looked_at(&stage, former.clone()).await;
                let cleaned = clean(&world, &scribe).await;
                let between = stage.tenant.person(&id(1));
                if cleaned.is_some() {
                    assert_ne!(normal(&between), normal(&former), "seed {first}: something was cleaned");
                }
                assert!(!between.forwarding.is_set(), "seed {first}: {:?}", between.forwarding);
                undo(&world, &scribe).await;
                let after = stage.tenant.person(&id(1));
                assert_eq!(normal(&after), normal(&former), "seed {first}, removal {removes}");
                let states: Vec<_> = stage.case().steps.values().map(|record| record.state).collect();
                assert!(states.iter().all(|state| *state == StepState::Done), "seed {first}: {states:?}");
                stage.assert_honest();
            });
        }
    }
}

#[test]
fn undo_twice_does_nothing_the_second_time() {
    for first in 0..30 {
        run(async {
            let mut seed = first;
            let stage = Stage::new();
            let (world, scribe) = looked_at(&stage, mailbox(&mut seed)).await;
            clean(&world, &scribe).await;
            undo(&world, &scribe).await;
            let writes = stage.tenant.writes().len();
            let (again, _) = undo(&world, &scribe).await;
            assert_eq!(again, None, "seed {first}");
            assert_eq!(stage.tenant.writes().len(), writes, "seed {first}");
        });
    }
}

#[test]
fn what_is_undone_can_be_cleaned_and_undone_again() {
    for removes in [false, true] {
        for first in 0..30 {
            run(async {
                let mut seed = first;
                let mut stage = Stage::new();
                stage.policy.remove_rules = removes;
                let former = mailbox(&mut seed);
                let (world, scribe) = looked_at(&stage, former.clone()).await;
                clean(&world, &scribe).await;
                undo(&world, &scribe).await;
                let all: Vec<Item> = scribe
                    .ask(|case| case.accounts[&id(1)].assessment.findings.iter().map(|finding| finding.item.clone()).collect())
                    .await;
                overrule(&world, &scribe, &[], &all).await.expect("recorded");
                clean(&world, &scribe).await;
                undo(&world, &scribe).await;
                assert_eq!(normal(&stage.tenant.person(&id(1))), normal(&former), "seed {first}, removal {removes}");
            });
        }
    }
}

/// One mailbox with forwarding and one rule to clean.
fn one_of_each() -> Person {
    let mut one = person(1);
    one.forwarding = people::forwarded();
    one.rules = vec![people::rule(1, "Kunder", 1), people::bad_rule(2, 2), people::rule(3, "Projekt X", 3)];
    one
}

/// What somebody does to the mailbox after it was cleaned.
type Meddling = (&'static str, fn(&mut Person));

const MEDDLINGS: &[Meddling] = &[
    ("forwards anew", |person| person.forwarding.smtp = Some("new@elsewhere.example".to_owned())),
    ("edits the rule", |person| {
        let found = person.rules.iter_mut().find(|rule| rule.name == ".");
        found.expect("it is there, switched off").copy.insert("From".to_owned(), serde_json::json!(["boss@contoso.com"]));
    }),
    ("removes the rule", |person| person.rules.retain(|rule| rule.name != ".")),
];

#[test]
fn what_somebody_changed_since_is_never_overwritten() {
    for (what, meddle) in MEDDLINGS {
        for before_the_plan in [true, false] {
            run(async {
                let stage = Stage::new();
                let (world, scribe) = looked_at(&stage, one_of_each()).await;
                clean(&world, &scribe).await;
                let mut expected = stage.tenant.person(&id(1));
                meddle(&mut expected);
                let theirs = (expected.forwarding.clone(), expected.rules.iter().find(|rule| rule.name == ".").cloned());
                if before_the_plan {
                    stage.tenant.meddle(&id(1), meddle);
                    let (_, report) = undo(&world, &scribe).await;
                    assert!(report.left_out.iter().any(|left| left.code == "conflict"), "{what}: {report:?}");
                } else {
                    let (plan, _) = make_undo_plan(&world, &scribe, &[]).await.expect("planned");
                    stage.tenant.meddle(&id(1), meddle);
                    carry_out(&world, &scribe, &plan.expect("something to undo")).await;
                    let refused =
                        |record: &regain_incident::case::StepRecord| matches!(record.refusal, Some(Refusal::Conflict { .. }));
                    assert!(stage.case().steps.values().any(refused), "{what}: nobody was told");
                }
                let now = stage.tenant.person(&id(1));
                if *what == "forwards anew" {
                    assert_eq!(now.forwarding, theirs.0, "{what}, before the plan: {before_the_plan}");
                    assert!(now.rules[1].enabled, "the rule is undone all the same");
                } else {
                    let rule = now.rules.iter().find(|rule| rule.name == ".").cloned();
                    assert_eq!(rule, theirs.1, "{what}, before the plan: {before_the_plan}");
                    assert_eq!(now.forwarding, people::forwarded(), "forwarding is undone all the same");
                }
            });
        }
    }
}

#[test]
fn what_is_back_already_is_left_alone() {
    run(async {
        let stage = Stage::new();
        let (world, scribe) = looked_at(&stage, one_of_each()).await;
        clean(&world, &scribe).await;
        stage.tenant.meddle(&id(1), |person| {
            person.forwarding = people::forwarded();
            person.rules.iter_mut().for_each(|rule| rule.enabled = true);
        });
        let writes = stage.tenant.writes().len();
        undo(&world, &scribe).await;
        assert_eq!(stage.tenant.writes().len(), writes, "nothing to write");
    });
}

/// Two removed rules that do the same: the second is not made again unseen, for it might be a
/// repeat of the first. A person is told.
#[test]
fn removed_twins_are_settled_by_a_person() {
    run(async {
        let mut stage = Stage::new();
        stage.policy.remove_rules = true;
        let mut former = person(1);
        let twin = InboxRule { id: "77".to_owned(), name: "..".to_owned(), priority: 2, ..people::bad_rule(1, 1) };
        former.rules = vec![people::bad_rule(1, 1), twin];
        let (world, scribe) = looked_at(&stage, former).await;
        clean(&world, &scribe).await;
        assert_eq!(stage.tenant.person(&id(1)).rules, vec![]);
        undo(&world, &scribe).await;
        assert_eq!(stage.tenant.person(&id(1)).rules.len(), 1);
        let conflict = |record: &regain_incident::case::StepRecord| {
            record.state == StepState::Failed && matches!(record.refusal, Some(Refusal::Conflict { .. }))
        };
        assert_eq!(stage.case().steps.values().filter(|record| conflict(record)).count(), 1);
    });
}

#[test]
fn block_and_roles_come_back_by_release_only() {
    run(async {
        let stage = Stage::new();
        let mut one = person(1);
        one.roles = vec![people::grant(regain_incident::facets::roles::GrantKind::Direct)];
        stage.tenant.add(one);
        let mut other = person(9);
        other.roles = vec![people::global_administrator()];
        stage.tenant.add(other);
        let (world, scribe, targets) = stage.open(&["person1@contoso.com"]).await;
        regain_engine::contain::lock(&world, &scribe, &targets, regain_engine::contain::Orders::default())
            .await
            .expect("the engine goes on");
        let (plan, report) = undo(&world, &scribe).await;
        assert_eq!(plan, None);
        let by_release = report.left_out.iter().filter(|left| left.code == "comes-back-by-release").count();
        assert_eq!(by_release, 2, "{report:?}");
    });
}
