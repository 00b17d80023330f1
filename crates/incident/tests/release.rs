//! The gates, the watch and the report: what stands in the way, what came back, what is told first.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the fixture")]
mod fixture;

use std::collections::BTreeMap;

use fixture::{Story, account, finding, global_administrator, grant, id, identity, plan, rule, step};
use regain_incident::account::Kind;
use regain_incident::case::{Case, returned};
use regain_incident::digest::Digest;
use regain_incident::facet::{FacetName, Gap};
use regain_incident::facets::inbox_rules::{Change as RuleChange, InboxRule};
use regain_incident::facets::roles::{Change as RoleChange, GrantKind, RoleGrant};
use regain_incident::facets::{Reading, identity as sign_in, sessions};
use regain_incident::finding::Verdict;
use regain_incident::journal::{Entry, ReadFor, Refusal};
use regain_incident::plan::{Action, Phase, Plan, PlanKind, PlannedStep};
use regain_incident::policy::Policy;
use regain_incident::release::{CRITERIA, Criterion, CriterionState, Gate, Said, barred, criteria};
use regain_incident::report::Report;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::access_block::{Block, BlockedWay};
use regain_incident::tenant::conditional_access::ConditionalAccess;
use regain_incident::tenant::setting::{Change, Value};

fn read(story: &Story, gate: Gate, said: &Said) -> BTreeMap<String, CriterionState> {
    let case = story.case();
    let all = criteria(&case, &case.accounts[&id(1)], gate, said, &Policy::default(), story.at);
    for criterion in &all {
        assert!(CRITERIA.contains(&criterion.code.as_str()), "{} has no text", criterion.code);
    }
    all.into_iter().map(|criterion| (criterion.code, criterion.state)).collect()
}

fn lock() -> Plan {
    let block = step(1, 1, Action::SignIn(sign_in::Change::Block));
    let revoke = PlannedStep { after: vec![block.id], ..step(1, 2, Action::Sessions(sessions::Change::Revoke)) };
    plan(1, PlanKind::Lock, vec![block, revoke])
}

/// An account that was locked, read, found clean, and read again when the last token had died.
fn settled() -> Story {
    let mut story = Story::of(&[account(1, Kind::Person)]);
    story.identity(1, true).the_rest(1, ReadFor::Snapshot).approved(&lock());
    for step in lock().steps() {
        story.done(step.id, Reading::Identity(Box::new(identity(1, true))));
    }
    story.judged(1, vec![]).wait_minutes(95).the_rest(1, ReadFor::Watch);
    story
}

fn answered() -> Said {
    Said { proof: Some("in-person".to_owned()), cause: Some("link".to_owned()) }
}

#[test]
fn sign_in_wants_everything_read_and_answered() {
    let seen = read(&settled(), Gate::SignIn, &answered());
    for code in ["settled", "nothing-open", "cause-answered", "owner-proven"] {
        assert_eq!(seen[code], CriterionState::Met, "{code}");
    }
    // Purview is not read by this version: never met, never clean.
    for code in ["no-gaps", "sign-in-methods", "app-consents", "devices", "no-sign-in-since-lock"] {
        assert_eq!(seen[code], CriterionState::NotChecked, "{code}");
    }
    let seen = read(&settled(), Gate::SignIn, &Said::default());
    assert_eq!((seen["cause-answered"], seen["owner-proven"]), (CriterionState::NotMet, CriterionState::NotMet));
}

/// What happens to a settled account, the criterion that must see it, and how it then stands.
type Happening = (&'static str, fn(&mut Story), &'static str);

#[test]
fn what_bars_sign_in() {
    let table: &[Happening] = &[
        (
            "a facet goes dark",
            |story| {
                story.unread(1, FacetName::InboxRules, ReadFor::Watch, Gap::Throttled);
            },
            "no-gaps",
        ),
        (
            "a facet goes dark, so that it is not settled",
            |story| {
                story.unread(1, FacetName::InboxRules, ReadFor::Watch, Gap::Throttled);
            },
            "settled",
        ),
        (
            "another revocation starts the time anew",
            |story| {
                let again = plan(2, PlanKind::Lock, vec![step(2, 1, Action::Sessions(sessions::Change::Revoke))]);
                story.approved(&again).done(again.steps()[0].id, Reading::Identity(Box::new(identity(1, false))));
            },
            "settled",
        ),
        (
            "a finding nobody answered",
            |story| {
                story.judged(1, vec![finding(1, FacetName::InboxRules, &rule(1).id, Verdict::Suspicious)]);
            },
            "nothing-open",
        ),
        (
            "a step came undone",
            |story| {
                story.tell(Entry::StepReturned { step: lock().steps()[0].id, seen: "block-sign-in".to_owned() });
            },
            "nothing-open",
        ),
        (
            "an approved step waits",
            |story| {
                story.approved(&plan(
                    2,
                    PlanKind::Clean,
                    vec![step(2, 1, Action::InboxRule(RuleChange::Disable(Box::new(rule(1)))))],
                ));
            },
            "nothing-open",
        ),
        (
            "a finding was answered, and the answer undone",
            |story| {
                let because = finding(1, FacetName::InboxRules, &rule(1).id, Verdict::Malicious);
                story.judged(1, vec![because.clone()]);
                let disable = Action::InboxRule(RuleChange::Disable(Box::new(rule(1))));
                let clean =
                    plan(2, PlanKind::Clean, vec![PlannedStep { because: vec![because.item.clone()], ..step(2, 1, disable) }]);
                let enable = Action::InboxRule(RuleChange::Enable(Box::new(rule(1))));
                let reverses = Some(clean.steps()[0].id);
                let undo =
                    plan(3, PlanKind::Undo, vec![PlannedStep { because: vec![because.item], reverses, ..step(3, 1, enable) }]);
                for made in [&clean, &undo] {
                    story.approved(made).done(made.steps()[0].id, Reading::InboxRules(vec![rule(1)]));
                }
            },
            "nothing-open",
        ),
    ];
    for (what, happens, code) in table {
        let mut story = settled();
        happens(&mut story);
        assert_eq!(read(&story, Gate::SignIn, &answered())[*code], CriterionState::NotMet, "{what}");
    }
}

#[test]
fn it_is_not_settled_a_moment_too_early() {
    let mut story = Story::of(&[account(1, Kind::Person)]);
    story.identity(1, true).the_rest(1, ReadFor::Snapshot).approved(&lock());
    for step in lock().steps() {
        story.done(step.id, Reading::Identity(Box::new(identity(1, true))));
    }
    story.wait_minutes(94).the_rest(1, ReadFor::Watch);
    assert_eq!(read(&story, Gate::SignIn, &answered())["settled"], CriterionState::NotMet);
    story.wait_minutes(1).the_rest(1, ReadFor::Watch);
    assert_eq!(read(&story, Gate::SignIn, &answered())["settled"], CriterionState::Met);
    // A policy of the tenant by which tokens live for a day makes it wait for longer.
    let case = story.case();
    let policy = Policy { access_token_minutes: Some(24 * 60), ..Policy::default() };
    assert!(!case.accounts[&id(1)].is_settled(&policy));
}

fn holding(grant: RoleGrant) -> Story {
    let mut story = settled();
    let taken = plan(2, PlanKind::Lock, vec![step(2, 1, Action::Role(RoleChange::Withdraw(grant.clone())))]);
    story.approved(&taken).done(taken.steps()[0].id, Reading::Roles(vec![grant]));
    story
}

fn released(story: &mut Story) {
    let (criteria, overrides) = (vec![], BTreeMap::new());
    story.tell(Entry::Released { account: id(1), gate: Gate::SignIn, criteria, overrides, false_alarm: None });
}

#[test]
fn roles_wait_a_day_and_the_highest_three() {
    for (grant, hours) in [(grant(GrantKind::Direct), 24), (global_administrator(), 72)] {
        let mut story = holding(grant);
        let said = answered();
        assert_eq!(read(&story, Gate::Roles, &said)["sign-in-released"], CriterionState::NotMet);
        released(&mut story);
        story.wait_minutes(hours * 60 - 1);
        assert_eq!(read(&story, Gate::Roles, &said)["waited"], CriterionState::NotMet, "{hours} h");
        story.wait_minutes(1);
        let seen = read(&story, Gate::Roles, &said);
        assert_eq!((seen["waited"], seen["sign-in-released"]), (CriterionState::Met, CriterionState::Met), "{hours} h");
        assert_eq!((seen["audit-complete"], seen["strong-method"]), (CriterionState::NotChecked, CriterionState::NotChecked));
        let unknown = Said { cause: Some("unknown".to_owned()), ..said };
        assert_eq!(read(&story, Gate::Roles, &unknown)["cause-answered"], CriterionState::NotMet, "answered is not known");
    }
}

#[test]
fn roles_wait_for_the_other_accounts() {
    let mut story = settled();
    story.tell(Entry::AccountAdded { account: account(2, Kind::Person), lock: None });
    assert_eq!(read(&story, Gate::Roles, &answered())["other-accounts"], CriterionState::NotMet);
}

#[test]
fn only_met_or_overridden_opens() {
    let one = |code: &str, state| Criterion { code: code.to_owned(), state, detail: String::new() };
    let all =
        [one("settled", CriterionState::Met), one("no-gaps", CriterionState::NotMet), one("devices", CriterionState::NotChecked)];
    let codes = |overrides: &[&str]| -> Vec<String> {
        let overrides = overrides.iter().map(|code| ((*code).to_owned(), "because".to_owned())).collect();
        barred(&all, &overrides).into_iter().map(|criterion| criterion.code.clone()).collect()
    };
    assert_eq!(codes(&[]), ["no-gaps", "devices"]);
    assert_eq!(codes(&["no-gaps"]), ["devices"]);
    assert_eq!(codes(&["no-gaps", "devices"]), Vec::<String>::new());
}

/// A case in which one rule was switched off.
fn cleaned(phase: Phase) -> (Story, PlannedStep) {
    let mut story = settled();
    let one = PlannedStep { phase, ..step(2, 1, Action::InboxRule(RuleChange::Disable(Box::new(rule(1))))) };
    story.approved(&plan(2, PlanKind::Clean, vec![one.clone()])).done(one.id, Reading::InboxRules(vec![rule(1)]));
    (story, one)
}

fn seen(case: &Case, rules: Vec<InboxRule>) -> Vec<String> {
    returned(case, &id(1), FacetName::InboxRules, &Reading::InboxRules(rules)).into_iter().map(|(_, seen)| seen).collect()
}

#[test]
fn what_comes_back_is_known_under_any_name() {
    let (story, _) = cleaned(Phase::Eradicate);
    let case = story.case();
    let off = InboxRule { enabled: false, ..rule(1) };
    let renamed = InboxRule { id: "99".to_owned(), name: "Kunder".to_owned(), priority: 7, ..rule(1) };
    assert_eq!(seen(&case, vec![off.clone()]), Vec::<String>::new());
    assert_eq!(seen(&case, vec![]), Vec::<String>::new(), "gone is not back");
    assert_eq!(seen(&case, vec![rule(1)]), ["inbox rule \".\""]);
    assert_eq!(seen(&case, vec![off, renamed]), ["inbox rule \"Kunder\""]);
    assert_eq!(seen(&case, vec![InboxRule { id: "99".to_owned(), ..rule(2) }]), Vec::<String>::new(), "another rule");
}

#[test]
fn what_we_gave_back_ourselves_is_no_return() {
    let (story, _) = cleaned(Phase::Recover);
    assert_eq!(seen(&story.case(), vec![rule(1)]), Vec::<String>::new());
}

#[test]
fn sign_in_that_was_released_is_no_return() {
    let mut story = settled();
    let now = Reading::Identity(Box::new(identity(1, true)));
    let back = |story: &Story| returned(&story.case(), &id(1), FacetName::Identity, &now).len();
    assert_eq!(back(&story), 1, "somebody switched it on");
    released(&mut story);
    assert_eq!(back(&story), 0);
}

#[test]
fn a_setting_that_comes_undone_is_told_of_the_last_step_that_set_it_alone() {
    let way = BlockedWay::DeviceCode;
    let block = |enforced| Value::Block(Block { enforced, accounts: [].into(), groups: [].into() });
    let mut story = settled();
    let mut last = None;
    for (number, from, to) in [(2, Value::Unset, block(false)), (3, block(false), block(true))] {
        let one = step(number, 1, Action::Setting(Change { name: way.setting(), of: None, from, to }));
        story.approved(&plan(number, PlanKind::Harden, vec![one.clone()])).done(one.id, no_policies());
        last = Some(one.id);
    }
    let back = |story: &Story| -> Vec<_> {
        let all = returned(&story.case(), &id(1), FacetName::ConditionalAccess, &no_policies());
        all.into_iter().map(|(step, _)| step).collect()
    };
    let last = last.expect("two steps");
    assert_eq!(back(&story), [last], "somebody switched it off");
    story.tell(Entry::StepReturned { step: last, seen: "setting".to_owned() });
    assert_eq!(back(&story), [], "the one before it was followed, and did not come undone");
}

fn no_policies() -> Reading {
    Reading::from(TenantReading::ConditionalAccess(ConditionalAccess::default()))
}

#[test]
fn a_return_opens_a_closed_case() {
    let mut story = settled();
    story.tell(Entry::Closed);
    assert!(story.case().closed);
    story.tell(Entry::WatchPassed { account: id(1), returned: 0, unread: vec![] });
    assert!(story.case().closed);
    story.tell(Entry::WatchPassed { account: id(1), returned: 1, unread: vec![] });
    assert!(!story.case().closed);
}

fn report(story: &Story) -> Report {
    Report::of(&story.case(), &story.entries, Digest::of(b"head"), &Policy::default())
}

#[test]
fn a_report_tells_what_failed_what_is_dark_and_what_stays() {
    let mut story = settled();
    let refused = plan(2, PlanKind::Clean, vec![step(2, 1, Action::InboxRule(RuleChange::Disable(Box::new(rule(1)))))]);
    let refusal = Refusal::Denied { missing: "Mail.ReadWrite".to_owned() };
    story.approved(&refused).tell(Entry::StepRefused { step: refused.steps()[0].id, refusal });
    story.unread(1, FacetName::Forwarding, ReadFor::Watch, Gap::Throttled);
    let told = report(&story);
    let one = &told.accounts[0];
    assert_eq!(one.open.len(), 1);
    assert_eq!((one.open[0].state.as_str(), one.open[0].why.as_deref()), ("failed", Some("Mail.ReadWrite")));
    assert!(one.gaps.contains(&(FacetName::Forwarding, Gap::Throttled)));
    assert_eq!(one.final_steps.iter().map(|line| line.action.as_str()).collect::<Vec<_>>(), ["revoke-sessions"]);
    assert!(one.locked && !one.settled, "a facet in the dark is not settled");
    assert_eq!(told.as_of, story.at, "the report has the date of its record");
}

#[test]
fn the_same_record_gives_the_same_report() {
    let text = |story: &Story| serde_json::to_string(&report(story)).expect("JSON");
    assert_eq!(text(&settled()), text(&settled()));
    let back: Report = serde_json::from_str(&text(&settled())).expect("a report");
    assert_eq!(back, report(&settled()));
}

#[test]
fn what_is_held_is_told_until_it_is_given_back() {
    let mut story = holding(grant(GrantKind::Direct));
    assert_eq!(report(&story).accounts[0].held, ["Exchange Administrator"]);
    let taken = story.case().held(&id(1))[0].0;
    let back = Action::Role(RoleChange::GiveBack(grant(GrantKind::Direct)));
    let given = plan(3, PlanKind::Release, vec![PlannedStep { reverses: Some(taken), ..step(3, 1, back) }]);
    story.approved(&given).done(given.steps()[0].id, Reading::Roles(vec![]));
    assert_eq!(report(&story).accounts[0].held, Vec::<String>::new());
}
