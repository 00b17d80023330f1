//! The fold: any record at all folds or says why not, and whatever folds can be asked anything.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the fixture")]
mod fixture;

use fixture::{CASE, Story, account, finding, forwarded, grant, id, identity, plan, rule, start, step};
use proptest::prelude::*;
use regain_incident::account::Kind;
use regain_incident::case::{Case, StepState, returned};
use regain_incident::digest::Digest;
use regain_incident::facet::{Facet, FacetName, Gap};
use regain_incident::facets::inbox_rules::Change as RuleChange;
use regain_incident::facets::roles::{Change as RoleChange, GrantKind};
use regain_incident::facets::{Reading, forwarding, identity as sign_in, password, sessions};
use regain_incident::finding::{Assessment, Verdict};
use regain_incident::ids::{PlanId, Seq, StepId};
use regain_incident::item::Item;
use regain_incident::journal::{Entry, Purpose, ReadFor, Recorded, Refusal};
use regain_incident::plan::{Action, Manual, PlanKind, PlannedStep};
use regain_incident::planner::{ReleaseChoice, plan_clean, plan_follow_up, plan_release_roles, plan_release_sign_in, plan_undo};
use regain_incident::policy::Policy;
use regain_incident::release::{Gate, Said, criteria};
use regain_incident::report::Report;

fn actions() -> Vec<Action> {
    vec![
        Action::SignIn(sign_in::Change::Block),
        Action::SignIn(sign_in::Change::Allow),
        Action::Password(password::Change::ReplaceAndForget),
        Action::Sessions(sessions::Change::Revoke),
        Action::Role(RoleChange::Withdraw(grant(GrantKind::Direct))),
        Action::Role(RoleChange::GiveBack(grant(GrantKind::Direct))),
        Action::Forwarding(forwarding::Change::Remove(forwarded())),
        Action::InboxRule(RuleChange::Disable(Box::new(rule(1)))),
        Action::InboxRule(RuleChange::Remove(Box::new(rule(2)))),
        Action::InboxRule(RuleChange::Restore(Box::new(rule(2)))),
        Action::Manual(Manual { code: "tell-home-tenant".to_owned(), names: [].into() }),
    ]
}

fn steps(number: u32) -> Vec<PlannedStep> {
    let one = |(place, action)| PlannedStep {
        reverses: (number > 1).then_some(StepId { plan: PlanId(1), step: place }),
        ..step(number, place, action)
    };
    (1..).zip(actions()).map(one).collect()
}

fn readings() -> Vec<Reading> {
    vec![
        Reading::Identity(Box::new(identity(1, true))),
        Reading::Identity(Box::new(identity(1, false))),
        Reading::Roles(vec![grant(GrantKind::Direct)]),
        Reading::Roles(vec![]),
        Reading::Forwarding(forwarded()),
        Reading::InboxRules(vec![rule(1), rule(2)]),
        Reading::InboxRules(vec![]),
        Reading::Domains(vec!["contoso.com".to_owned()]),
    ]
}

/// One entry that three numbers give; most are of things that are there, some of strangers.
fn entry(what: u8, one: u8, two: u8) -> Entry {
    let step = StepId { plan: PlanId(u32::from(one % 3) + 1), step: u32::from(two % 13) };
    let account_id = id(u32::from(one % 3) + 1);
    let facet = FacetName::ALL[usize::from(two) % FacetName::ALL.len()];
    let value = readings()[usize::from(one) % readings().len()].clone();
    let kinds = [PlanKind::Lock, PlanKind::Clean, PlanKind::Undo, PlanKind::Release];
    let number = u32::from(one % 3) + 1;
    let made = plan(number, kinds[usize::from(two) % kinds.len()], steps(number));
    match what % 24 {
        0 | 1 => Entry::StepStarted { step, before: (two.is_multiple_of(2)).then_some(value) },
        2 => Entry::StepApplied { step, notes: vec!["slow".to_owned()] },
        3 | 4 => Entry::StepVerified { step, already: one.is_multiple_of(2) },
        5 => Entry::StepUnanswered { step, why: "lost".to_owned() },
        6 => Entry::StepRefused { step, refusal: Refusal::Denied { missing: "a right".to_owned() } },
        7 => Entry::StepContradicted { step, why: "no".to_owned() },
        8 => Entry::StepReturned { step, seen: ".".to_owned() },
        9 => Entry::StepDropped { step, why: "replaced".to_owned() },
        10 => Entry::ManualDone { step, by: "somebody".to_owned() },
        11 | 12 => Entry::PlanMade { plan: made },
        13 => Entry::PlanApproved { plan: PlanId(number), approval: fixture::approval(&made) },
        14 => {
            let reading = match two % 3 {
                0 => Facet::Read { value, at: start() },
                1 => Facet::NotApplicable { at: start() },
                _ => Facet::Unread { gap: Gap::Throttled, at: start() },
            };
            let purpose = if one.is_multiple_of(2) { ReadFor::Snapshot } else { ReadFor::Watch };
            Entry::FacetRead { account: account_id, facet, purpose, reading, evidence: vec![] }
        }
        15 => {
            let findings = vec![
                finding(1, FacetName::InboxRules, &rule(1).id, Verdict::Malicious),
                finding(1, FacetName::Forwarding, "forwarding", Verdict::Malicious),
            ];
            Entry::Judged { account: account_id, assessment: Assessment { findings } }
        }
        16 => Entry::Overruled {
            account: account_id,
            item: Item::of(FacetName::InboxRules, &id(1), &rule(1).id),
            clean: one.is_multiple_of(2),
        },
        17 => Entry::WatchPassed { account: account_id, returned: u32::from(two), unread: vec![facet] },
        18 => Entry::HandedOver { account: account_id, way: "terminal".to_owned() },
        19 => Entry::Released {
            account: account_id,
            gate: if one.is_multiple_of(2) { Gate::SignIn } else { Gate::Roles },
            criteria: vec![],
            overrides: [].into(),
            false_alarm: None,
        },
        20 => Entry::AccountAdded { account: account(number, Kind::Person), lock: None },
        21 => Entry::Commanded { command: "contain".to_owned() },
        22 => Entry::Closed,
        _ => Entry::CaseOpened {
            tenant: "b0000000-0000-4000-8000-000000000000".parse().expect("an id"),
            incident_since: fixture::incident_since(),
            purpose: Purpose::Incident,
        },
    }
}

/// Asks a case everything that it can be asked.
fn ask(case: &Case, entries: &[Recorded]) {
    let policy = Policy::default();
    let states: Vec<_> = case.accounts.values().map(|state| (state, false)).collect();
    let choice = ReleaseChoice { give_back: vec![], false_alarm: true };
    let plans = [
        plan_clean(case, &policy, &|_| true, start()),
        plan_follow_up(case, &states, start()),
        plan_undo(case, &[], start()),
        plan_release_sign_in(case, &choice, start()),
        plan_release_roles(case, &choice, start()),
    ];
    for made in plans {
        let (plan, _) = made.expect("the planner makes plans that can be made");
        assert_eq!(plan.id(), case.next_plan());
    }
    for (state, _) in &states {
        let id = &state.account.id;
        let _ = (case.held(id), case.is_locked(id), case.holds_sign_in(id), state.is_settled(&policy), state.gaps());
        for gate in [Gate::SignIn, Gate::Roles] {
            let _ = criteria(case, state, gate, &Said::default(), &policy, start());
        }
        for facet in FacetName::ALL {
            for reading in readings() {
                let _ = returned(case, id, *facet, &reading);
            }
        }
    }
    let _ = case.awaiting();
    let report = Report::of(case, entries, Digest::of(b"head"), &policy);
    let again = Report::of(case, entries, Digest::of(b"head"), &policy);
    assert_eq!(serde_json::to_string(&report).expect("JSON"), serde_json::to_string(&again).expect("JSON"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Entries that do not fit are refused, and the next is tried: what remains is a whole record.
    #[test]
    fn a_fold_never_panics(throws in proptest::collection::vec(any::<(u8, u8, u8)>(), 0..60)) {
        let mut story = Story::of(&[account(1, Kind::Person), account(2, Kind::Guest)]);
        story.approved(&plan(1, PlanKind::Lock, steps(1)));
        for (what, one, two) in throws {
            let before = story.entries.len();
            let next = entry(what, one, two);
            let beforehand = story.case().would_take(std::slice::from_ref(&next));
            let of_a_step = next.step().is_some();
            story.tell(next);
            let folds = Case::of(CASE, &story.entries);
            if of_a_step {
                // What is asked before writing is what the fold says afterwards.
                prop_assert_eq!(beforehand.is_err(), folds.is_err());
            }
            if folds.is_err() {
                story.entries.truncate(before);
            }
        }
        let case = story.case();
        prop_assert_eq!(case.last, Seq(story.entries.len() as u64));
        // One entry at a time gives the same as all at once.
        let mut grown = Case::of(CASE, &story.entries[..1]).expect("whole");
        for recorded in &story.entries[1..] {
            grown.fold(recorded).expect("whole");
        }
        prop_assert_eq!(&grown, &case);
        ask(&case, &story.entries);
    }

    /// Nor does it on a record with holes and repeats.
    #[test]
    fn a_damaged_record_is_refused(throws in proptest::collection::vec(any::<(u8, u8, u8)>(), 1..30), hole in any::<usize>()) {
        let mut story = Story::of(&[account(1, Kind::Person)]);
        for (what, one, two) in throws {
            story.tell(entry(what, one, two));
        }
        let _ = Case::of(CASE, &story.entries);
        let hole = hole % (story.entries.len() - 1);
        story.entries.remove(hole);
        prop_assert!(Case::of(CASE, &story.entries).is_err());
    }

    /// No entry moves a step that is done or dropped back to its start unseen.
    #[test]
    fn a_step_that_ended_moves_by_a_few_entries_only(what in any::<u8>(), one in any::<u8>(), two in any::<u8>()) {
        let entry = entry(what, one, two);
        prop_assert_eq!(StepState::Dropped.next(&entry), None);
        if let Some(state) = StepState::Done.next(&entry) {
            prop_assert_eq!(state, StepState::Returned);
        }
    }

    /// What is written is what is read.
    #[test]
    fn entries_pass_through_json(what in any::<u8>(), one in any::<u8>(), two in any::<u8>()) {
        let entry = entry(what, one, two);
        let text = serde_json::to_string(&entry).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Entry>(&text).expect("an entry"), entry);
    }
}

#[test]
fn an_entry_that_does_not_fit_says_which() {
    let mut story = Story::of(&[account(1, Kind::Person)]);
    story.tell(Entry::StepApplied { step: StepId { plan: PlanId(9), step: 1 }, notes: vec![] });
    let error = Case::of(CASE, &story.entries).expect_err("no such step");
    assert_eq!(error.to_string(), "entry 3 (step-applied) does not fit: there is no step p9.1");
}

/// A second plan of the same number would set steps that are done back to their start.
#[test]
fn a_plan_is_made_once_and_in_its_own_case() {
    let mut story = Story::of(&[account(1, Kind::Person)]);
    story.approved(&plan(1, PlanKind::Lock, steps(1)));
    story.tell(Entry::PlanMade { plan: plan(1, PlanKind::Clean, steps(1)) });
    assert!(Case::of(CASE, &story.entries).is_err());
    let elsewhere = regain_incident::ids::CaseId { number: 2, ..CASE };
    assert!(Case::of(elsewhere, &story.entries[..4]).is_err(), "another case's plan");
}

#[test]
fn the_first_observation_is_the_former_state() {
    let made = plan(1, PlanKind::Lock, steps(1));
    let step = made.steps()[0].id;
    let mut story = Story::of(&[account(1, Kind::Person)]);
    let (first, second) = (Reading::Identity(Box::new(identity(1, true))), Reading::Identity(Box::new(identity(1, false))));
    story.approved(&made);
    story.tell(Entry::StepStarted { step, before: Some(first.clone()) });
    story.tell(Entry::StepUnanswered { step, why: "lost".to_owned() });
    story.tell(Entry::StepStarted { step, before: Some(second) });
    let record = story.case().steps[&step].clone();
    assert_eq!((record.before, record.attempts), (Some(first), 2));
}

#[test]
fn the_first_reading_is_the_snapshot() {
    let mut story = Story::of(&[account(1, Kind::Person)]);
    story.unread(1, FacetName::InboxRules, ReadFor::Snapshot, Gap::Throttled);
    story.read(1, FacetName::InboxRules, ReadFor::Snapshot, Reading::InboxRules(vec![rule(1)]));
    story.read(1, FacetName::InboxRules, ReadFor::Snapshot, Reading::InboxRules(vec![]));
    let state = &story.case().accounts[&id(1)];
    assert_eq!(state.snapshot.inbox_rules().value(), Some(&&vec![rule(1)]), "a gap gives way, a reading does not");
    assert_eq!(state.as_last_read().inbox_rules().value(), Some(&&vec![]));
}
