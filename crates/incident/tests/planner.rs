//! The planner's tables: what is planned for whom, in which order, and what is left out.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the fixture")]
mod fixture;

use fixture::{Story, account, finding, forwarded, global_administrator, grant, id, identity, plan, rule, start, step, time};
use regain_incident::account::{Account, Kind};
use regain_incident::case::Case;
use regain_incident::facet::FacetName;
use regain_incident::facets::inbox_rules::Change as RuleChange;
use regain_incident::facets::roles::{Change as RoleChange, GrantKind, RoleGrant};
use regain_incident::facets::sending_block::{Block, SendingBlock};
use regain_incident::facets::{Reading, forwarding, identity as sign_in, sessions};
use regain_incident::finding::{Finding, Verdict};
use regain_incident::item::Item;
use regain_incident::journal::{Entry, ReadFor, Refusal};
use regain_incident::lint::lint;
use regain_incident::plan::{Action, Phase, Plan, PlanKind, PlannedStep};
use regain_incident::planner::{
    LEFT_OUT_CODES, Level, LockTarget, MANUAL_CODES, PlanningReport, ReleaseChoice, plan_clean, plan_follow_up, plan_lock,
    plan_release_roles, plan_release_sign_in, plan_undo,
};
use regain_incident::policy::Policy;

/// The codes of a plan's steps, in their order; every manual step and everything left out is one
/// that the catalogues know, and no plan of the planner has a lint.
fn told(case: &Case, made: &(Plan, PlanningReport)) -> (Vec<String>, Vec<String>) {
    let code = |step: &PlannedStep| match &step.action {
        Action::Manual(manual) => {
            assert!(MANUAL_CODES.contains(&manual.code.as_str()), "{} has no text", manual.code);
            manual.code.clone()
        }
        other => other.code().to_owned(),
    };
    for left in &made.1.left_out {
        assert!(LEFT_OUT_CODES.contains(&left.code.as_str()), "{} has no text", left.code);
    }
    let accounts: Vec<&Account> = case.accounts.values().map(|state| &state.account).collect();
    assert_eq!(lint(&made.0, &accounts), vec![]);
    let left = made.1.left_out.iter().map(|left| left.code.clone()).collect();
    (made.0.steps().iter().map(code).collect(), left)
}

/// A target with its grants, whether it is the last administrator, its steps, and what is left out.
type LockRow<'a> = (&'a Account, Vec<&'a RoleGrant>, bool, Vec<&'a str>, Vec<&'a str>);

#[test]
fn the_lock_of_each_kind_of_target() {
    let direct = grant(GrantKind::Direct);
    let late = grant(GrantKind::PimEligible);
    let global = global_administrator();
    let activated = grant(GrantKind::PimActivated);
    let person = account(1, Kind::Person);
    let synchronised = Account { synchronised: true, ..person.clone() };
    let guest = account(1, Kind::Guest);
    let shared = account(1, Kind::SharedMailbox);
    let (block, reset, revoke) = ("block-sign-in", "replace-password", "revoke-sessions");
    let table: Vec<LockRow<'_>> = vec![
        (&person, vec![], false, vec![block, revoke, reset, revoke], vec![]),
        (&shared, vec![], false, vec![block, revoke, reset, revoke], vec![]),
        (&guest, vec![], false, vec![block, revoke, revoke, "tell-home-tenant"], vec![]),
        (&synchronised, vec![], false, vec![block, revoke, revoke, "reset-in-active-directory"], vec![]),
        (
            &person,
            vec![&late, &direct, &activated],
            false,
            vec![block, revoke, reset, "withdraw-role", revoke, "withdraw-role", "withdraw-role"],
            vec![],
        ),
        (
            &person,
            vec![&global, &direct],
            true,
            vec![revoke, "hand-over-password", "withdraw-role", revoke, "last-global-administrator"],
            vec!["rail-keeps-sign-in", "rail-keeps-role"],
        ),
        (
            &synchronised,
            vec![&global],
            true,
            vec![revoke, revoke, "last-global-administrator", "reset-in-active-directory"],
            vec!["rail-keeps-sign-in", "rail-keeps-role"],
        ),
    ];
    for (account, grants, is_last_administrator, steps, left) in table {
        let case = Story::of(std::slice::from_ref(account)).case();
        let target = LockTarget { account, grants, is_last_administrator, level: Level::Full };
        let made = plan_lock(&case, &[target], start()).expect("a plan");
        let (codes, out) = told(&case, &made);
        assert_eq!(codes, steps, "{account:?}");
        assert_eq!(out, left, "{account:?}");
        let last = made.0.steps().iter().rfind(|step| matches!(step.action, Action::Sessions(_))).expect("revoked");
        assert!(last.needs.is_empty(), "nothing holds the revocation back");
        for closing in made.0.steps().iter().filter(|step| matches!(step.action, Action::SignIn(_) | Action::Password(_))) {
            assert!(last.after.contains(&closing.id), "the revocation comes after {}", closing.action.code());
        }
    }
}

#[test]
fn power_that_is_not_for_the_whole_tenant_is_not_kept_by_the_rail() {
    let scoped = RoleGrant { scope: "/administrativeUnits/1".to_owned(), ..global_administrator() };
    let eligible = RoleGrant { kind: GrantKind::PimEligible, ..global_administrator() };
    for (grant, kept) in [(global_administrator(), true), (scoped, false), (eligible, false)] {
        let person = account(1, Kind::Person);
        let case = Story::of(std::slice::from_ref(&person)).case();
        let target = LockTarget { account: &person, grants: vec![&grant], is_last_administrator: true, level: Level::Full };
        let (codes, _) = told(&case, &plan_lock(&case, &[target], start()).expect("a plan"));
        assert_eq!(!codes.contains(&"withdraw-role".to_owned()), kept, "{grant:?}");
    }
}

fn follow_up(story: &Story, keeps: bool) -> (Vec<String>, Vec<String>) {
    let case = story.case();
    let states: Vec<_> = case.accounts.values().map(|state| (state, keeps)).collect();
    told(&case, &plan_follow_up(&case, &states, start()).expect("a plan"))
}

#[test]
fn the_follow_up_takes_what_the_lock_did_not_know() {
    let known = grant(GrantKind::Direct);
    let late = grant(GrantKind::ExchangeGroup);
    let mut story = Story::of(&[account(1, Kind::Person)]);
    story.read(1, FacetName::EntraRoles, ReadFor::Snapshot, Reading::Roles(vec![known.clone()]));
    story.approved(&plan(1, PlanKind::Lock, vec![step(1, 1, Action::Role(RoleChange::Withdraw(known)))]));
    assert_eq!(follow_up(&story, false).0, Vec::<String>::new());
    story.read(1, FacetName::ExchangeRoles, ReadFor::Snapshot, Reading::Roles(vec![late, global_administrator()]));
    assert_eq!(follow_up(&story, false).0, ["withdraw-role", "withdraw-role"]);
    assert_eq!(follow_up(&story, true), (vec!["withdraw-role".to_owned()], vec!["rail-keeps-role".to_owned()]));
}

#[test]
fn only_malicious_forwarding_stops_with_the_lock() {
    for (verdict, stops) in [(Verdict::Malicious, true), (Verdict::Suspicious, false), (Verdict::Benign, false)] {
        let mut story = Story::of(&[account(1, Kind::Person)]);
        story.read(1, FacetName::Forwarding, ReadFor::Snapshot, Reading::Forwarding(forwarded()));
        story.judged(1, vec![finding(1, FacetName::Forwarding, "forwarding", verdict)]);
        assert_eq!(!follow_up(&story, false).0.is_empty(), stops, "{verdict:?}");
    }
}

/// A mailbox with one malicious rule, and forwarding that looks benign.
fn judged_story() -> Story {
    let mut story = Story::of(&[account(1, Kind::Person)]);
    story.identity(1, true);
    story.read(1, FacetName::InboxRules, ReadFor::Snapshot, Reading::InboxRules(vec![rule(1)]));
    story.read(1, FacetName::Forwarding, ReadFor::Snapshot, Reading::Forwarding(forwarded()));
    story.judged(
        1,
        vec![
            finding(1, FacetName::InboxRules, &rule(1).id, Verdict::Malicious),
            finding(1, FacetName::Forwarding, "forwarding", Verdict::Benign),
        ],
    );
    story
}

fn clean(story: &Story, policy: &Policy) -> Vec<String> {
    let case = story.case();
    told(&case, &plan_clean(&case, policy, &|_| true, start()).expect("a plan")).0
}

fn disable(number: u32) -> PlannedStep {
    let because = vec![Item::of(FacetName::InboxRules, &id(1), &rule(1).id)];
    let action = Action::InboxRule(RuleChange::Disable(Box::new(rule(1))));
    PlannedStep { because, phase: Phase::Eradicate, ..step(number, 1, action) }
}

#[test]
fn the_clean_plan_answers_the_judgement_as_people_overruled_it() {
    let story = judged_story();
    assert_eq!(clean(&story, &Policy::default()), ["disable-inbox-rule"]);
    assert_eq!(clean(&story, &Policy { remove_rules: true, ..Policy::default() }), ["remove-inbox-rule"]);
    let case = story.case();
    let none: &dyn Fn(&Finding) -> bool = &|_| false;
    assert!(plan_clean(&case, &Policy::default(), none, start()).expect("a plan").0.is_empty(), "nothing is let through");
    let overrule = |facet, object: &str, clean| Entry::Overruled { account: id(1), item: Item::of(facet, &id(1), object), clean };
    let mut kept = judged_story();
    kept.tell(overrule(FacetName::InboxRules, &rule(1).id, false));
    assert_eq!(clean(&kept, &Policy::default()), Vec::<String>::new());
    let mut also = judged_story();
    also.tell(overrule(FacetName::Forwarding, "forwarding", true));
    assert_eq!(clean(&also, &Policy::default()), ["disable-inbox-rule", "remove-forwarding"]);
}

#[test]
fn what_is_answered_is_not_planned_again_until_it_comes_undone() {
    let made = plan(1, PlanKind::Clean, vec![disable(1)]);
    let step = made.steps()[0].id;
    let before = Reading::InboxRules(vec![rule(1)]);
    let wanted = ["disable-inbox-rule"];
    let mut waiting = judged_story();
    waiting.tell(Entry::PlanMade { plan: made.clone() });
    assert_eq!(clean(&waiting, &Policy::default()), wanted, "nobody approved the other plan");
    let mut running = judged_story();
    running.approved(&made);
    assert_eq!(clean(&running, &Policy::default()), Vec::<String>::new());
    let mut refused = judged_story();
    refused.approved(&made).tell(Entry::StepRefused { step, refusal: Refusal::Rejected { detail: "no".to_owned() } });
    assert_eq!(clean(&refused, &Policy::default()), wanted);
    let mut done = judged_story();
    done.approved(&made).done(step, before.clone());
    assert_eq!(clean(&done, &Policy::default()), Vec::<String>::new());
    done.tell(Entry::StepReturned { step, seen: ".".to_owned() });
    assert_eq!(clean(&done, &Policy::default()), wanted);
    let mut undone = judged_story();
    undone.approved(&made).done(step, before.clone());
    let enable = Action::InboxRule(RuleChange::Enable(Box::new(rule(1))));
    let reverse = PlannedStep { reverses: Some(step), because: disable(1).because, ..fixture::step(2, 1, enable) };
    let undo = plan(2, PlanKind::Undo, vec![reverse]);
    undone.approved(&undo).done(undo.steps()[0].id, before);
    assert_eq!(clean(&undone, &Policy::default()), wanted, "an undo answers nothing: it opens the finding again");
}

#[test]
fn sign_in_comes_back_as_it_was() {
    let (hand_over, revoke, allow, lift) = ("hand-over-password", "revoke-sessions", "allow-sign-in", "lift-sending-block");
    let synchronised = Account { synchronised: true, ..account(1, Kind::Person) };
    let table = vec![
        (account(1, Kind::Person), true, false, vec![hand_over, revoke, allow]),
        (account(1, Kind::Person), true, true, vec![hand_over, revoke, allow, lift]),
        (account(1, Kind::Person), false, false, vec![revoke]),
        (account(1, Kind::SharedMailbox), false, false, vec![revoke]),
        (account(1, Kind::Guest), true, false, vec![revoke, allow]),
        (synchronised, true, false, vec![revoke, allow]),
    ];
    for (account, was_enabled, may_not_send, expected) in table {
        let mut story = Story::of(std::slice::from_ref(&account));
        story.identity(1, was_enabled);
        let block = Action::SignIn(sign_in::Change::Block);
        let mut revoked = step(1, 2, Action::Sessions(sessions::Change::Revoke));
        revoked.after = vec![step(1, 1, block.clone()).id];
        let lock = plan(1, PlanKind::Lock, vec![step(1, 1, block), revoked]);
        story.approved(&lock);
        if was_enabled {
            story.done(lock.steps()[0].id, Reading::Identity(Box::new(identity(1, true))));
        } else {
            story.tell(Entry::StepVerified { step: lock.steps()[0].id, already: true });
        }
        if may_not_send {
            let block = Block { address: account.upn.clone(), reason: [].into(), since: None, temporary: false };
            let reading = Reading::SendingBlock(SendingBlock { block: Some(block) });
            story.read(1, FacetName::SendingBlock, ReadFor::Snapshot, reading);
        }
        let case = story.case();
        let made = plan_release_sign_in(&case, &ReleaseChoice::default(), start()).expect("a plan");
        assert_eq!(told(&case, &made).0, expected, "{account:?}, enabled {was_enabled}");
        for step in made.0.steps() {
            match step.action.code() {
                "revoke-sessions" => assert!(step.needs.is_empty()),
                "allow-sign-in" | "lift-sending-block" => {
                    assert!(!step.needs.is_empty(), "{} needs the rest", step.action.code());
                }
                _ => {}
            }
        }
    }
}

#[test]
fn roles_come_back_by_their_date_or_their_name() {
    let now = start();
    let dated = |since: Option<&str>| RoleGrant { since: since.map(time), ..grant(GrantKind::Direct) };
    let ended = RoleGrant { until: Some(time("2026-11-23T00:00:00Z")), ..grant(GrantKind::Direct) };
    let lasting = RoleGrant { until: Some(time("2027-11-23T00:00:00Z")), ..grant(GrantKind::Direct) };
    let item = |grant: &RoleGrant| Item::of(grant.kind.facet(), &id(1), &grant.object());
    let old = dated(Some("2024-03-01T00:00:00Z"));
    let named = ReleaseChoice { give_back: vec![item(&old)], false_alarm: false };
    let alarm = ReleaseChoice { give_back: vec![], false_alarm: true };
    let nothing = ReleaseChoice::default();
    let table = [
        (&old, &nothing, Ok(())),
        (&lasting, &nothing, Ok(())),
        (&dated(Some("2026-11-23T00:00:00Z")), &nothing, Err("role-needs-naming")),
        (&dated(Some("2026-11-21T02:00:00Z")), &nothing, Err("role-needs-naming")),
        (&dated(None), &nothing, Err("role-needs-naming")),
        (&dated(None), &named, Ok(())),
        (&dated(Some("2026-11-23T00:00:00Z")), &alarm, Ok(())),
        (&ended, &named, Err("role-has-ended")),
        (&grant(GrantKind::PimActivated), &alarm, Err("role-is-an-activation")),
    ];
    for (grant, choice, expected) in table {
        let mut story = Story::of(&[account(1, Kind::Person)]);
        let lock = plan(1, PlanKind::Lock, vec![step(1, 1, Action::Role(RoleChange::Withdraw(grant.clone())))]);
        story.approved(&lock).done(lock.steps()[0].id, Reading::Roles(vec![grant.clone()]));
        let case = story.case();
        let (codes, left) = told(&case, &plan_release_roles(&case, choice, now).expect("a plan"));
        match expected {
            Ok(()) => assert_eq!((codes.len(), left.len()), (1, 0), "{grant:?} {left:?}"),
            Err(code) => assert_eq!((codes, left), (vec![], vec![code.to_owned()]), "{grant:?}"),
        }
    }
}

#[test]
fn a_role_that_we_did_not_take_is_not_given_back() {
    let mut story = Story::of(&[account(1, Kind::Person)]);
    let lock = plan(1, PlanKind::Lock, vec![step(1, 1, Action::Role(RoleChange::Withdraw(grant(GrantKind::Direct))))]);
    story.approved(&lock).tell(Entry::StepVerified { step: lock.steps()[0].id, already: true });
    let case = story.case();
    assert!(plan_release_roles(&case, &ReleaseChoice::default(), start()).expect("a plan").0.is_empty());
}

#[test]
fn undo_tells_everything_that_it_leaves_out() {
    let mut story = judged_story();
    let actions = vec![
        Action::SignIn(sign_in::Change::Block),
        Action::Sessions(sessions::Change::Revoke),
        Action::Forwarding(forwarding::Change::Remove(forwarded())),
        Action::InboxRule(RuleChange::Disable(Box::new(rule(1)))),
    ];
    let steps: Vec<_> = (1..).zip(actions).map(|(number, action)| step(1, number, action)).collect();
    let made = plan(1, PlanKind::Clean, steps);
    story.approved(&made);
    let before = |action: &Action| match action {
        Action::Forwarding(_) => Reading::Forwarding(forwarded()),
        Action::InboxRule(_) => Reading::InboxRules(vec![rule(1)]),
        _ => Reading::Identity(Box::new(identity(1, true))),
    };
    for step in made.steps() {
        story.done(step.id, before(&step.action));
    }
    // Somebody set another forwarding since; the rule is as we left it.
    let theirs = forwarding::Forwarding { smtp: Some("third@elsewhere.example".to_owned()), ..forwarded() };
    let off = Reading::InboxRules(vec![regain_incident::facets::inbox_rules::InboxRule { enabled: false, ..rule(1) }]);
    story.read(1, FacetName::Forwarding, ReadFor::Verify, Reading::Forwarding(theirs));
    story.read(1, FacetName::InboxRules, ReadFor::Verify, off);
    let case = story.case();
    let (codes, mut left) = told(&case, &plan_undo(&case, &[], start()).expect("a plan"));
    left.sort();
    assert_eq!(codes, ["enable-inbox-rule"]);
    assert_eq!(left, ["cannot-be-undone", "comes-back-by-release", "conflict"]);
    let one = plan_undo(&case, &[made.steps()[0].id], start()).expect("a plan");
    assert_eq!(told(&case, &one), (vec![], vec!["comes-back-by-release".to_owned()]));
}
