//! Who is covered, who is not, by name and through what.

use std::collections::BTreeSet;

use regain_incident::posture::access::coverage::{Cover, Coverage, Escape, coverage};
use regain_incident::posture::access::demand::{Question, Requirement};
use regain_incident::posture::access::family::{self, Named};
use regain_incident::posture::access::policy::{AccessPolicy, Control, PolicyRef, State};
use regain_incident::posture::access::situation::{ClientApp, Device, Flow};
use regain_incident::posture::access::subject::Subject;
use regain_incident::posture::access::truth::Condition;
use regain_incident::posture::access::{By, Known, Miss};

use crate::builder::*;

fn named_policy(name: &str) -> PolicyRef {
    PolicyRef { id: name.into(), name: name.to_owned() }
}

fn ask(policies: Vec<AccessPolicy>, question: Question, population: &[Subject], family: &[Named]) -> Coverage {
    coverage(Tenant::of(policies).rules(), question, population, family)
}

fn browser() -> Vec<Named> {
    vec![Named::new("browser", stranger())]
}

#[test]
fn gaps_are_told_by_name_and_by_what_opens_them() {
    let traveller = Subject { groups: Known::Known(BTreeSet::from(["travel".into()])), ..person(2) };
    let glass = person(9);
    let gone = Subject { enabled: Known::Known(false), ..person(3) };
    let population = [anna(), traveller.clone(), glass.clone(), gone.clone()];
    let all = ask(vec![mfa().but_group("travel").but_user(&glass)], Question::Mfa, &population, &browser());

    assert_eq!(all.covered.iter().map(|one| one.spot.name.as_str()).collect::<Vec<_>>(), ["person1@contoso.com"]);
    assert_eq!(all.covered.first().map(|one| one.by.clone()), Some(vec![Cover::Policy(named_policy("mfa"))]));
    let missed = |by| Escape::Missed { policy: named_policy("mfa"), condition: Condition::Who, miss: Miss::Excluded(by) };
    let gaps: Vec<_> = all.gaps.iter().map(|gap| (gap.spot.name.clone(), gap.through.clone())).collect();
    let expected = [(traveller.name, vec![missed(By::Group("travel".into()))]), (glass.name, vec![missed(By::Account)])];
    assert_eq!(gaps, expected);
    assert_eq!(all.disabled, [gone.account]);
    assert!(!all.is_complete());
    assert!(all.uncovered.is_empty());
}

#[test]
fn legacy_clients_are_a_gap_of_everybody() {
    let modern = || mfa().clients([ClientApp::Browser, ClientApp::MobileAppsAndDesktopClients]);
    let population = [anna(), person(2)];
    let all = ask(vec![modern()], Question::Blocked, &population, &family::legacy());
    assert_eq!(all.uncovered, ["legacy-clients", "exchange-active-sync"]);
    let through = Escape::Missed { policy: named_policy("mfa"), condition: Condition::ClientApp, miss: Miss::NotIncluded };
    assert!(all.gaps.iter().all(|gap| gap.through == std::slice::from_ref(&through)), "{:?}", all.gaps);
    assert_eq!(all.gaps.len(), 4);

    let legacy = block().clients([ClientApp::Other, ClientApp::ExchangeActiveSync]);
    assert!(ask(vec![modern(), legacy], Question::Blocked, &population, &family::legacy()).is_complete());
}

#[test]
fn the_nearest_escape_comes_first() {
    let policies = vec![
        policy("off").grants([Control::Mfa]).state(State::Disabled),
        policy("reported").grants([Control::Mfa]).state(State::ReportOnly),
        nobody("others").user(&person(2)).apps([]).grants([Control::Mfa]),
        policy("either").one_of([Control::Mfa, Control::CompliantDevice]),
        policy("but").grants([Control::Mfa]).but_user(&anna()),
    ];
    let on_managed = family::on(&Device::Registered(compliant()), browser());
    let all = ask(policies, Question::Mfa, &[anna()], &on_managed);
    let expected = vec![
        Escape::Missed { policy: named_policy("but"), condition: Condition::Who, miss: Miss::Excluded(By::Account) },
        Escape::Alternative {
            policy: named_policy("either"),
            instead: BTreeSet::from([Requirement::Control(Control::CompliantDevice)]),
        },
        Escape::Missed { policy: named_policy("others"), condition: Condition::Who, miss: Miss::NotIncluded },
        Escape::OnlyReported(named_policy("reported")),
        Escape::Off(named_policy("off")),
    ];
    assert_eq!(all.gaps.first().map(|gap| gap.through.clone()), Some(expected));
}

#[test]
fn where_nothing_is_written_down_that_is_said() {
    let all = ask(vec![], Question::PhishingResistant, &[anna()], &browser());
    assert_eq!(all.gaps.first().map(|gap| gap.through.clone()), Some(vec![Escape::NoPolicy]));
}

#[test]
fn security_defaults_cover_administrators_and_leave_the_others_open() {
    let tenant = Tenant::of(vec![]).defaults(Known::Known(true));
    let administrator = Subject { account: person(2).account, ..with_role(GLOBAL_ADMINISTRATOR) };
    let all = coverage(tenant.rules(), Question::Mfa, &[anna(), administrator.clone()], &browser());
    assert_eq!(all.covered.iter().map(|one| &one.spot.account).collect::<Vec<_>>(), [&administrator.account]);
    assert_eq!(all.covered.first().map(|one| one.by.clone()), Some(vec![Cover::Defaults]));
    assert_eq!(all.open.iter().map(|one| &one.spot.account).collect::<Vec<_>>(), [&anna().account]);
    assert!(!all.is_complete());
}

#[test]
fn of_nobody_nothing_is_said() {
    let all = ask(vec![mfa()], Question::Mfa, &[], &browser());
    assert!(!all.is_complete(), "nobody is covered where nobody is");
    assert!(all.gaps.is_empty() && all.uncovered.is_empty());
}

#[test]
fn families_reach_what_they_are_named_for() {
    let population = [anna()];
    let ask = |policy: AccessPolicy, question, family: &[Named]| ask(vec![policy], question, &population, family);

    assert!(ask(mfa(), Question::Mfa, &family::modern()).is_complete());
    assert_eq!(family::modern().len(), 12);
    let flows = block().flows([Flow::DeviceCode]);
    assert_eq!(ask(flows, Question::Blocked, &family::flows()).uncovered, ["authentication-transfer"]);
    let registering = ask(mfa(), Question::Mfa, &family::registration());
    assert_eq!(registering.uncovered, ["register-security-information", "register-or-join-device"]);
    assert!(ask(mfa(), Question::Mfa, &family::administration()).is_complete());

    let exception = mfa().but_app(PAYROLL);
    let applications = family::applications(std::slice::from_ref(&exception));
    let all = ask(exception, Question::Mfa, &applications);
    assert_eq!(all.uncovered, [PAYROLL], "the exception is found by itself");
    assert_eq!(all.covered.len(), 1, "the suite may hold the exception: {:?}", all.open);
}
