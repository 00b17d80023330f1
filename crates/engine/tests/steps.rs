//! What every action must stand: one row for each, one test for each way in which it can go wrong.
//!
//! A new action is one more row in [`rows`]; [`every_action_has_a_row`] does not compile until it
//! is known there.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the harness")]
mod harness;

use std::collections::BTreeSet;

use harness::journal::Die;
use harness::people::{self, Person, id, person};
use harness::tenant::{Blind, Fault};
use harness::{Stage, run};
use regain_incident::case::StepState;
use regain_incident::facet::FacetName;
use regain_incident::facets::roles::GrantKind;
use regain_incident::facets::{forwarding, identity, inbox_rules, password, roles, sending_block, sessions};
use regain_incident::ids::StepId;
use regain_incident::journal::Refusal;
use regain_incident::plan::Action;
use regain_incident::posture::access::policy::Id;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::access_block::{Block, BlockedWay};
use regain_incident::tenant::audit_settings::AuditSettings;
use regain_incident::tenant::conditional_access::ConditionalAccess;
use regain_incident::tenant::setting::{self, SettingName};
use regain_ports::Clock;

/// How often a change may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    Once,
    /// A password, a revocation: at least once, and the last is the one in force.
    AtLeastOnce,
}

/// One action and all that the columns need to know of it.
struct Row {
    name: String,
    /// What the account has before.
    given: Person,
    action: Action,
    /// The port's verb.
    verb: &'static str,
    times: Times,
    /// Whether the tenant shows the effect, exactly once.
    is_there: fn(&Row, &Person) -> bool,
    /// What somebody else does between plan and apply so that the step no longer fits.
    conflict: Option<fn(&mut Person)>,
}

fn row(action: Action, verb: &'static str, given: Person, is_there: fn(&Row, &Person) -> bool) -> Row {
    Row { name: action.code().to_owned(), given, action, verb, times: Times::Once, is_there, conflict: None }
}

fn repeatable(row: Row) -> Row {
    Row { times: Times::AtLeastOnce, ..row }
}

fn with_conflict(row: Row, conflict: fn(&mut Person)) -> Row {
    Row { conflict: Some(conflict), ..row }
}

fn holds(row: &Row, person: &Person) -> usize {
    let Action::Role(change) = &row.action else { return 0 };
    person.roles.iter().filter(|held| held.is_same(change.grant())).count()
}

/// The table.
fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(Action::SignIn(identity::Change::Block), "set-sign-in", person(1), |_, person| !person.identity.enabled),
        row(
            Action::SignIn(identity::Change::Allow),
            "set-sign-in",
            with(|person| person.identity.enabled = false),
            |_, person| person.identity.enabled,
        ),
        repeatable(row(Action::Password(password::Change::ReplaceAndForget), "replace-password", person(1), |_, person| {
            person.password.starts_with("forgotten")
        })),
        repeatable(row(Action::Password(password::Change::ReplaceAndHandOver), "replace-password", person(1), |_, person| {
            person.password.starts_with("handed")
        })),
        repeatable(row(Action::Sessions(sessions::Change::Revoke), "revoke-sessions", person(1), |_, person| {
            person.identity.sessions_valid_from > people::person(1).identity.sessions_valid_from
        })),
        with_conflict(
            row(
                Action::Forwarding(forwarding::Change::Remove(people::forwarded())),
                "set-forwarding",
                with(|person| person.forwarding = people::forwarded()),
                |_, person| person.forwarding == forwarding::Forwarding::default(),
            ),
            |person| person.forwarding.smtp = Some("other@evil.example".to_owned()),
        ),
        with_conflict(
            row(
                Action::Forwarding(forwarding::Change::Restore(people::forwarded())),
                "set-forwarding",
                person(1),
                |_, person| person.forwarding == people::forwarded(),
            ),
            |person| person.forwarding.smtp = Some("other@evil.example".to_owned()),
        ),
        row(
            Action::SendingBlock(sending_block::Change::Lift(people::blocked("person1@contoso.com"))),
            "lift-sending-block",
            with(|person| person.block = Some(people::blocked("person1@contoso.com"))),
            |_, person| person.block.is_none(),
        ),
    ];
    rows.extend(rule_rows());
    rows.push(setting_row());
    rows.push(block_row());
    rows.extend(people::KINDS.iter().flat_map(|kind| [withdraw_row(*kind), give_back_row(*kind)]));
    rows
}

fn audited(unified: bool) -> TenantReading {
    let bypassed = vec!["svc-backup".to_owned()];
    TenantReading::AuditSettings(AuditSettings { unified_log: Some(unified), mailbox_audit_off: Some(false), bypassed })
}

/// A setting of the tenant; whoever stands for it is a person like any other here.
fn setting_row() -> Row {
    let given = with(|person| {
        person.settings.insert(FacetName::AuditSettings, audited(false));
    });
    let (from, to) = (setting::Value::Flag(false), setting::Value::Flag(true));
    let change = setting::Change { name: SettingName::UnifiedAuditLog, of: None, from, to };
    let is_there = |_: &Row, person: &Person| person.settings.get(&FacetName::AuditSettings) == Some(&audited(true));
    row(Action::Setting(change), "change-setting", given, is_there)
}

/// A policy that is made: whatever is lost, there is one in the end.
fn block_row() -> Row {
    fn block(accounts: &[&str]) -> Block {
        let accounts = accounts.iter().map(|id| Id::from(*id)).collect();
        Block { enforced: false, accounts, groups: BTreeSet::new() }
    }
    const WAY: BlockedWay = BlockedWay::DeviceCode;
    let given = with(|person| {
        person.settings.insert(FacetName::ConditionalAccess, TenantReading::ConditionalAccess(ConditionalAccess::default()));
    });
    let to = setting::Value::Block(block(&["a1"]));
    let change = setting::Change { name: WAY.setting(), of: None, from: setting::Value::Unset, to };
    let is_there = |_: &Row, person: &Person| match person.settings.get(&FacetName::ConditionalAccess) {
        Some(TenantReading::ConditionalAccess(read)) => {
            read.policies.len() == 1 && WAY.value_in(read) == setting::Value::Block(block(&["a1"]))
        }
        _ => false,
    };
    let somebody: fn(&mut Person) = |person| {
        if let Some(TenantReading::ConditionalAccess(read)) = person.settings.get_mut(&FacetName::ConditionalAccess) {
            read.policies.push(WAY.policy(&block(&["a2"])));
        }
    };
    with_conflict(row(Action::Setting(change), "change-setting", given, is_there), somebody)
}

fn rule_rows() -> Vec<Row> {
    use inbox_rules::Change;
    let bad = || Box::new(people::bad_rule(2, 2));
    let changed: fn(&mut Person) = |person| {
        person.rules[1].copy.insert("From".to_owned(), serde_json::json!(["boss@contoso.com"]));
    };
    let other = |row: Row| with_conflict(row, changed);
    vec![
        other(row(Action::InboxRule(Change::Disable(bad())), "change-rule", with_rules(|_| {}), |_, person| {
            person.rules.len() == 3 && !person.rules[1].enabled && person.rules[0].enabled && person.rules[2].enabled
        })),
        with_conflict(
            row(
                Action::InboxRule(Change::Enable(bad())),
                "change-rule",
                with_rules(|person| person.rules[1].enabled = false),
                |_, person| person.rules.len() == 3 && person.rules[1].enabled,
            ),
            |person| {
                person.rules.remove(1);
            },
        ),
        other(row(Action::InboxRule(Change::Remove(bad())), "change-rule", with_rules(|_| {}), |_, person| {
            person.rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>() == ["Kunder", "Projekt X"]
        })),
        with_conflict(
            row(
                Action::InboxRule(Change::Restore(bad())),
                "change-rule",
                with_rules(|person| {
                    person.rules.remove(1);
                    person.rules[1].priority = 2;
                }),
                |_, person| {
                    person.rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>() == ["Kunder", ".", "Projekt X"]
                        && person.rules[1].equals_but_for_id(&people::bad_rule(2, 2))
                },
            ),
            |person| {
                let mut again = people::bad_rule(2, 3);
                again.name.push_str(" made again");
                person.rules.push(again);
            },
        ),
    ]
}

fn withdraw_row(kind: GrantKind) -> Row {
    let action = Action::Role(roles::Change::Withdraw(people::grant(kind)));
    let given = with(|person| person.roles = vec![people::grant(kind), people::grant(other_than(kind))]);
    let is_there = |row: &Row, person: &Person| holds(row, person) == 0 && person.roles.len() == 1;
    Row { name: format!("withdraw-role {kind:?}"), ..row(action, "withdraw", given, is_there) }
}

fn give_back_row(kind: GrantKind) -> Row {
    let action = Action::Role(roles::Change::GiveBack(people::grant(kind)));
    let given = with(|person| person.roles = vec![people::grant(other_than(kind))]);
    let is_there = |row: &Row, person: &Person| holds(row, person) == 1 && person.roles.len() == 2;
    Row { name: format!("give-back-role {kind:?}"), ..row(action, "give-back", given, is_there) }
}

fn other_than(kind: GrantKind) -> GrantKind {
    if kind == GrantKind::Direct { GrantKind::PimEligible } else { GrantKind::Direct }
}

fn with(change: impl FnOnce(&mut Person)) -> Person {
    let mut one = person(1);
    change(&mut one);
    one
}

fn with_rules(change: impl FnOnce(&mut Person)) -> Person {
    with(|person| {
        person.rules = vec![people::rule(1, "Kunder", 1), people::bad_rule(2, 2), people::rule(3, "Projekt X", 3)];
        change(person);
    })
}

/// How a cell must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// Verified, and in the tenant as often as it may be.
    Done,
    /// In the tenant as often as it may be, but no reading showed it: a person looks.
    DoneUnseen,
    /// Not in the tenant, and a person is told why.
    Refused,
}

/// One cell: a stage with the row's account, and its one step.
struct Cell {
    stage: Stage,
    step: StepId,
}

impl Cell {
    async fn new(row: &Row) -> Self {
        let stage = Stage::new();
        stage.tenant.add(row.given.clone());
        let step = stage.with_one_step(&id(1), row.action.clone()).await;
        Self { stage, step }
    }

    /// One process, from beginning to end.
    async fn goes(&self) {
        self.stage.drive(self.step.plan).await.expect("the engine goes on");
    }

    fn ends(&self, row: &Row, column: &str, ends: Ends) {
        let (name, record) = (&row.name, self.stage.record(self.step));
        let person = self.stage.tenant.person(&id(1));
        let changes = self.stage.tenant.changes_of(self.step);
        let told = format!("{name}, {column}: {record:?}, changed {changes} times");
        match ends {
            Ends::Done => assert_eq!(record.state, StepState::Done, "{told}"),
            Ends::DoneUnseen | Ends::Refused => {
                assert!(record.state.needs_a_person(), "{told}");
                assert!(record.why.as_ref().is_some_and(|why| !why.is_empty()), "no reason: {told}");
            }
        }
        match (ends, row.times) {
            (Ends::Refused, _) => assert_eq!(changes, 0, "{told}"),
            (_, Times::Once) => assert_eq!(changes, 1, "{told}"),
            (_, Times::AtLeastOnce) => assert!(changes >= 1, "{told}"),
        }
        match ends {
            Ends::Refused => assert_eq!(person, row.given, "{told}"),
            Ends::Done | Ends::DoneUnseen => assert!((row.is_there)(row, &person), "{told}: {person:?}"),
        }
        let hands_over = row.action == Action::Password(password::Change::ReplaceAndHandOver);
        let handed = self.stage.handoff.last(&id(1));
        if ends == Ends::Done && hands_over {
            assert_eq!(handed.as_deref(), Some(person.password.as_str()), "the owner holds another password: {told}");
            let case = self.stage.case();
            assert!(!case.accounts[&id(1)].handed_over.is_empty(), "the record says nothing of the hand-off: {told}");
        } else if !hands_over {
            assert_eq!(handed, None, "{told}");
        }
        self.stage.assert_honest();
    }
}

/// The compiler names this place when an action is added.
#[test]
fn every_action_has_a_row() {
    let mut missing = vec![
        "block-sign-in",
        "allow-sign-in",
        "replace-password",
        "hand-over-password",
        "revoke-sessions",
        "withdraw-role",
        "give-back-role",
        "remove-forwarding",
        "restore-forwarding",
        "disable-inbox-rule",
        "enable-inbox-rule",
        "remove-inbox-rule",
        "restore-inbox-rule",
        "lift-sending-block",
        "change-setting",
    ];
    for row in rows() {
        match &row.action {
            Action::SignIn(identity::Change::Block | identity::Change::Allow)
            | Action::Password(password::Change::ReplaceAndForget | password::Change::ReplaceAndHandOver)
            | Action::Sessions(sessions::Change::Revoke)
            | Action::Role(roles::Change::Withdraw(_) | roles::Change::GiveBack(_))
            | Action::Forwarding(forwarding::Change::Remove(_) | forwarding::Change::Restore(_))
            | Action::InboxRule(
                inbox_rules::Change::Disable(_)
                | inbox_rules::Change::Enable(_)
                | inbox_rules::Change::Remove(_)
                | inbox_rules::Change::Restore(_),
            )
            | Action::SendingBlock(sending_block::Change::Lift(_))
            | Action::Setting(_)
            | Action::Manual(_) => missing.retain(|code| *code != row.action.code()),
        }
    }
    assert!(missing.is_empty(), "no row for {missing:?}");
}

#[test]
fn plain() {
    for row in rows() {
        run(async {
            let cell = Cell::new(&row).await;
            cell.goes().await;
            cell.ends(&row, "plain", Ends::Done);
            assert_eq!(cell.stage.tenant.writes().len(), 1, "{}", row.name);
        });
    }
}

#[test]
fn carried_out_again_changes_nothing_more() {
    for row in rows() {
        run(async {
            let cell = Cell::new(&row).await;
            cell.goes().await;
            let before = cell.stage.entries().len();
            cell.goes().await;
            cell.stage.resume().await;
            cell.ends(&row, "twice", Ends::Done);
            assert_eq!(cell.stage.tenant.writes().len(), 1, "{}", row.name);
            assert_eq!(cell.stage.entries().len(), before, "{}: nothing to record", row.name);
        });
    }
}

#[test]
fn what_is_so_already_is_left_alone() {
    for row in rows().into_iter().filter(|row| row.action.is_a_state()) {
        run(async {
            let cell = Cell::new(&row).await;
            cell.goes().await;
            let again = cell.stage.with_one_step(&id(1), row.action.clone()).await;
            cell.stage.drive(again.plan).await.expect("the engine goes on");
            let record = cell.stage.record(again);
            assert_eq!((record.state, record.already), (StepState::Done, true), "{}", row.name);
            assert_eq!(cell.stage.tenant.writes().len(), 1, "{}", row.name);
        });
    }
}

/// Kills the first process at `first` and the second at `second`, and lets the third go on.
async fn killed(row: &Row, first: Die, second: Option<Die>) -> (Cell, bool) {
    let cell = Cell::new(row).await;
    cell.stage.journal.die(first);
    let died = cell.stage.drive(cell.step.plan).await.is_err();
    let reached = !cell.stage.journal.is_armed();
    assert_eq!(died, reached, "{}: killed by nothing but the switch", row.name);
    if let Some(second) = second {
        let (world, scribe) = cell.stage.reopen().await;
        cell.stage.journal.die(second);
        let _ = regain_engine::contain::resume(&world, &scribe).await;
        cell.stage.journal.disarm();
    }
    cell.stage.journal.disarm();
    cell.stage.resume().await;
    (cell, reached)
}

#[test]
fn killed_before_and_after_each_record() {
    for row in rows() {
        run(async {
            for die in [Die::Before as fn(u32) -> Die, Die::After] {
                for n in 1.. {
                    let (cell, reached) = killed(&row, die(n), None).await;
                    cell.ends(&row, &format!("{:?}", die(n)), Ends::Done);
                    if !reached {
                        assert!(n > 3, "{}: started, applied and verified are three records", row.name);
                        break;
                    }
                }
            }
        });
    }
}

#[test]
fn killed_and_killed_again() {
    for row in rows() {
        run(async {
            for first in [Die::Before(1), Die::After(1), Die::Before(2), Die::After(2), Die::Before(3), Die::After(3)] {
                for n in 1..=5 {
                    for second in [Die::Before(n), Die::After(n)] {
                        let (cell, _) = killed(&row, first, Some(second)).await;
                        cell.ends(&row, &format!("{first:?}, then {second:?}"), Ends::Done);
                    }
                }
            }
        });
    }
}

#[test]
fn an_answer_that_was_lost_is_looked_for() {
    for row in rows() {
        run(async {
            for fault in [Fault::LostAfter, Fault::LostBefore, Fault::NotFound] {
                let cell = Cell::new(&row).await;
                cell.stage.tenant.fail(row.verb, fault, 1);
                cell.goes().await;
                cell.ends(&row, &format!("{fault:?}"), Ends::Done);
            }
        });
    }
}

#[test]
fn answers_that_are_always_lost_end_with_a_person() {
    for row in rows() {
        run(async {
            let cell = Cell::new(&row).await;
            cell.stage.tenant.fail(row.verb, Fault::LostBefore, 1000);
            cell.goes().await;
            cell.ends(&row, "always lost", Ends::Refused);
            assert!(cell.stage.tenant.writes().len() <= 5, "{}: tries have a bound", row.name);
        });
    }
}

#[test]
fn a_lost_answer_and_readings_that_lag_double_nothing() {
    for row in rows() {
        run(async {
            let cell = Cell::new(&row).await;
            cell.stage.tenant.fail(row.verb, Fault::LostAfter, 1);
            cell.stage.tenant.lag(4);
            cell.goes().await;
            cell.ends(&row, "lost, and lagging", Ends::Done);
        });
    }
}

#[test]
fn a_crash_and_readings_that_lag_double_nothing() {
    for row in rows() {
        run(async {
            let cell = Cell::new(&row).await;
            cell.stage.tenant.lag(4);
            cell.stage.journal.die(Die::Before(2));
            cell.stage.drive(cell.step.plan).await.expect_err("killed");
            cell.stage.resume().await;
            cell.ends(&row, "killed, and lagging", Ends::Done);
        });
    }
}

/// A creation that is repeated is there twice: it waits longer.
#[test]
fn a_lost_creation_waits_for_slow_readings() {
    let creates = |row: &Row| {
        matches!(row.action, Action::InboxRule(inbox_rules::Change::Restore(_)) | Action::Role(roles::Change::GiveBack(_)))
    };
    for row in rows().into_iter().filter(creates) {
        run(async {
            let cell = Cell::new(&row).await;
            cell.stage.tenant.fail(row.verb, Fault::LostAfter, 1);
            cell.stage.tenant.lag(25);
            cell.goes().await;
            cell.ends(&row, "lost, and lagging long", Ends::Done);
        });
    }
}

#[test]
fn refused() {
    for row in rows() {
        run(async {
            for fault in [Fault::Denied, Fault::Rejected, Fault::Throttled] {
                let cell = Cell::new(&row).await;
                cell.stage.tenant.fail(row.verb, fault, 1);
                cell.goes().await;
                cell.ends(&row, &format!("{fault:?}"), Ends::Refused);
                let refusal = cell.stage.record(cell.step).refusal.expect("a reason");
                let fits = match fault {
                    Fault::Denied => matches!(refusal, Refusal::Denied { .. }),
                    Fault::Throttled => matches!(refusal, Refusal::Unavailable { .. }),
                    _ => matches!(refusal, Refusal::Rejected { .. }),
                };
                assert!(fits, "{}, {fault:?}: {refusal:?}", row.name);
            }
        });
    }
}

/// A revocation whose date does not move is sent once more; nothing else is.
fn writes_in_vain(row: &Row) -> usize {
    if row.verb == "revoke-sessions" { 2 } else { 1 }
}

#[test]
fn readings_that_lag_are_waited_for() {
    for row in rows() {
        run(async {
            let cell = Cell::new(&row).await;
            cell.stage.tenant.lag(row.action.deadline_s() - 20);
            cell.goes().await;
            cell.ends(&row, "lag within the deadline", Ends::Done);
            assert_eq!(cell.stage.tenant.writes().len(), writes_in_vain(&row), "{}: waiting is not trying again", row.name);
        });
    }
}

#[test]
fn readings_that_lag_past_the_deadline_need_a_person() {
    for row in rows() {
        run(async {
            let cell = Cell::new(&row).await;
            cell.stage.tenant.lag(row.action.deadline_s() + 300);
            cell.goes().await;
            cell.ends(&row, "lag beyond the deadline", Ends::DoneUnseen);
            assert_eq!(cell.stage.tenant.writes().len(), writes_in_vain(&row), "{}", row.name);
        });
    }
}

#[test]
fn somebody_else_changed_it() {
    for row in rows().into_iter().filter(|row| row.conflict.is_some()) {
        run(async {
            let cell = Cell::new(&row).await;
            cell.stage.tenant.meddle(&id(1), row.conflict.expect("filtered"));
            let theirs = cell.stage.tenant.person(&id(1));
            cell.goes().await;
            let record = cell.stage.record(cell.step);
            assert!(matches!(record.refusal, Some(Refusal::Conflict { .. })), "{}: {record:?}", row.name);
            assert_eq!(cell.stage.tenant.person(&id(1)), theirs, "{}: theirs stays", row.name);
            assert_eq!(cell.stage.tenant.writes(), vec![], "{}", row.name);
        });
    }
}

#[test]
fn what_cannot_be_read_is_not_written() {
    for row in rows() {
        run(async {
            let facet = row.action.facet().expect("one").read_as();
            for blind in [Blind::Denied, Blind::Throttled, Blind::Unreachable] {
                let cell = Cell::new(&row).await;
                cell.stage.tenant.blind(facet, blind, None);
                cell.goes().await;
                cell.ends(&row, &format!("{facet} is {blind:?}"), Ends::Refused);
                assert_eq!(cell.stage.tenant.writes(), vec![], "{}", row.name);
            }
        });
    }
}

#[test]
fn a_reading_that_comes_late_is_waited_for() {
    for row in rows() {
        run(async {
            let facet = row.action.facet().expect("one").read_as();
            let cell = Cell::new(&row).await;
            let later = cell.stage.clock.now() + jiff::SignedDuration::from_secs(20);
            cell.stage.tenant.blind(facet, Blind::Throttled, Some(later));
            cell.goes().await;
            cell.ends(&row, "throttled at first", Ends::Done);
        });
    }
}

#[test]
fn a_facet_that_goes_dark_after_the_change_needs_a_person() {
    for row in rows() {
        run(async {
            let facet = row.action.facet().expect("one").read_as();
            let cell = Cell::new(&row).await;
            // Killed once the change is answered for, so that the next process reads nothing.
            cell.stage.journal.die(Die::After(2));
            cell.stage.drive(cell.step.plan).await.expect_err("killed");
            cell.stage.tenant.blind(facet, Blind::Denied, None);
            cell.stage.resume().await;
            cell.ends(&row, "dark afterwards", Ends::DoneUnseen);
        });
    }
}

/// Only a change that was answered is handed over: after two lost answers nobody knows which
/// password is in force.
#[test]
fn the_owner_holds_the_password_in_force() {
    let action = Action::Password(password::Change::ReplaceAndHandOver);
    let faults = [Fault::LostAfter, Fault::LostBefore];
    for first in faults {
        for second in faults {
            for lag in [0, 3, 8, 10, 12, 20] {
                run(async {
                    let stage = Stage::new();
                    stage.tenant.add(person(1));
                    let step = stage.with_one_step(&id(1), action.clone()).await;
                    stage.tenant.lag(lag);
                    stage.tenant.fail("replace-password", first, 1);
                    stage.tenant.fail("replace-password", second, 1);
                    stage.drive(step.plan).await.expect("the engine goes on");
                    assert_eq!(stage.record(step).state, StepState::Done, "{first:?} {second:?} {lag}");
                    let in_force = stage.tenant.person(&id(1)).password;
                    assert_eq!(stage.handoff.last(&id(1)), Some(in_force), "{first:?} {second:?} {lag}");
                });
            }
        }
    }
}

/// A hand-off that fails is a step for a person, and holds nobody else up.
#[test]
fn a_refused_hand_off_needs_a_person() {
    run(async {
        let stage = Stage::new();
        stage.tenant.add(person(1));
        stage.tenant.add(person(2));
        stage.handoff.refuse();
        let hand_over = Action::Password(password::Change::ReplaceAndHandOver);
        let block = Action::SignIn(identity::Change::Block);
        let steps = stage.with_plan(regain_incident::plan::PlanKind::Clean, vec![(id(1), hand_over), (id(2), block)]).await;
        stage.drive(steps[0].plan).await.expect("the engine goes on");
        let record = stage.record(steps[0]);
        assert!(record.state.needs_a_person() && record.why.is_some(), "{record:?}");
        assert_eq!(stage.record(steps[1]).state, StepState::Done);
        assert!(stage.case().accounts[&id(1)].handed_over.is_empty());
        stage.assert_honest();
    });
}

/// The journal of the harness tells the story that every backend tells.
#[test]
fn the_journal_keeps_the_contract() {
    use regain_incident::journal::Entry;
    let journal = harness::journal::MemoryJournal::default();
    let at = harness::clock::TestClock::default().now();
    let entry = Entry::Commanded { command: "contain".to_owned() };
    let entries = vec![regain_ports::NewEntry { at, actor: "tester".to_owned(), entry }; 3];
    run(regain_ports::contract(&journal, &entries));
}

/// Facets by which steps are shown, each once: a new one wants a fault of its own.
#[test]
fn every_facet_that_a_step_reads_is_covered() {
    let mut read: Vec<FacetName> = rows().iter().filter_map(|row| row.action.facet()).map(FacetName::read_as).collect();
    read.sort_unstable();
    read.dedup();
    assert_eq!(read.len(), 10, "{read:?}");
}
