//! From what is known to what is his, and no further.

use regain_auditlog::analysis::Seeds;

use crate::scene::{ANNA, AWAY, BROWSER, DAY, HOME, SERVICE, STRANGE, Scene, record, sign_in};

const THEN: i64 = (10 * DAY + 615) * 60;
const APP: &str = "11111111-1111-4111-8111-111111111111";

#[test]
fn sessions_and_programs_lead_on() {
    let mut scene = Scene::of(&[ANNA, "bo@contoso.com"]);
    scene.add(sign_in(THEN, ANNA, AWAY, STRANGE).session("his"));
    let session = scene.add(record(THEN + 300, ANNA, "MailItemsAccessed").from("192.0.2.7").session("his"));
    let there = scene.add(record(THEN + 400, ANNA, "Send").from("192.0.2.7"));
    let program = scene.add(sign_in(THEN + 900, "bo@contoso.com", "192.0.2.99", STRANGE));
    let found = scene.from(AWAY);
    assert_eq!(found.reasons(&session), ["address", "session"]);
    assert_eq!(found.reasons(&there), ["address"], "the session's other address is his as well");
    assert_eq!(found.reasons(&program), ["agent"]);
    let kinds: Vec<(&str, &str)> = found.0.infrastructure.iter().map(|one| (one.kind.as_str(), one.value.as_str())).collect();
    assert!(kinds.contains(&("session", "his")) && kinds.contains(&("address", "192.0.2.7")), "{kinds:?}");
}

#[test]
fn a_program_that_others_use_leads_only_where_it_is_new() {
    let others: Vec<String> = (0..8).map(|number| format!("user{number}@contoso.com")).collect();
    let names: Vec<&str> = others.iter().map(String::as_str).collect();
    let mut scene = Scene::of(&names);
    for day in 0..10 {
        scene.add(sign_in((day * DAY + 30) * 60, ANNA, HOME, "Outlook-iOS/2.0"));
    }
    scene.add(sign_in(THEN, ANNA, AWAY, BROWSER));
    let hers = scene.add(record(THEN + 3600, ANNA, "Send").from("192.0.2.99").by(BROWSER));
    let others = scene.add(sign_in(THEN + 3600, names[0], "192.0.2.98", BROWSER));
    let found = scene.from(AWAY);
    assert_eq!(found.reasons(&hers), ["agent"], "she never used it before");
    assert!(found.reasons(&others).is_empty(), "he always did");
}

#[test]
fn the_owners_own_program_leads_nowhere() {
    let mut scene = Scene::of(&[ANNA]);
    let his = scene.add(sign_in(THEN, ANNA, AWAY, BROWSER));
    let hers = scene.add(record(THEN + 900, ANNA, "Send").from(HOME).by(BROWSER));
    let found = scene.from(AWAY);
    assert_eq!(found.reasons(&his), ["address"]);
    assert!(found.reasons(&hers).is_empty());
}

#[test]
fn an_address_that_both_use_does_not_make_her_records_his() {
    let mut scene = Scene::of(&[ANNA]);
    let hers = scene.add(record(THEN, ANNA, "Send").from(HOME).by(BROWSER));
    let his = scene.add(record(THEN + 60, ANNA, "Send").from(HOME).by(STRANGE));
    let since = "2026-01-15T00:00:00Z".parse().unwrap();
    let found = scene.found(&Seeds { addresses: vec![HOME.parse().unwrap()], since: Some(since), ..Seeds::default() });
    assert!(found.reasons(&hers).is_empty());
    assert_eq!(found.reasons(&his), ["address", "agent"]);
    assert_eq!(found.0.selected.len(), 1);
    let address = found.0.infrastructure.iter().find(|one| one.kind == "address").unwrap();
    assert!(address.reasons.iter().any(|why| why.code == "shared-with-owner"));
    assert!(found.0.selected[0].marks.contains(&"shared-with-owner".to_owned()));
}

#[test]
fn nothing_before_the_given_moment() {
    let mut scene = Scene::of(&[ANNA]);
    scene.add(sign_in(THEN, ANNA, AWAY, STRANGE));
    let late = scene.add(sign_in(THEN + 3600, ANNA, AWAY, STRANGE));
    let since = regain_incident::Timestamp::from_second(1_767_600_000 + THEN + 1800).unwrap();
    let found = scene.found(&Seeds { addresses: vec![AWAY.parse().unwrap()], since: Some(since), ..Seeds::default() });
    assert_eq!(found.0.selected.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [late]);
}

#[test]
fn near_in_time_and_without_a_telling_address() {
    let mut scene = Scene::of(&[ANNA]);
    scene.add(sign_in(THEN, ANNA, AWAY, STRANGE));
    let without = scene.add(record(THEN + 180, ANNA, "Add member to role."));
    let service = scene.add(record(THEN - 100, ANNA, "Add-MailboxPermission").from(SERVICE));
    let late = scene.add(record(THEN + 181, ANNA, "Add member to role."));
    let others = scene.add(record(THEN + 5, "bo@contoso.com", "Add member to role."));
    let elsewhere = scene.add(record(THEN + 5, ANNA, "Send").from(HOME).by(BROWSER));
    let noise = scene.add(record(THEN + 5, ANNA, "MailItemsAccessed").from(SERVICE).client("Client=REST;Client=RESTSystem;;"));
    let found = scene.from(AWAY);
    assert_eq!(found.reasons(&without), ["near"]);
    assert_eq!(found.reasons(&service), ["near"]);
    let marks = &found.0.selected.iter().find(|one| one.id == service).unwrap().marks;
    assert_eq!(marks.as_slice(), ["microsoft"]);
    for id in [late, others, elsewhere, noise] {
        assert!(found.reasons(&id).is_empty(), "{id}");
    }
}

#[test]
fn an_application_that_was_let_in_is_followed() {
    let mut scene = Scene::of(&[ANNA, "bo@contoso.com"]);
    scene.add(sign_in(THEN, ANNA, AWAY, STRANGE).app(APP));
    let consent = scene.add(record(THEN + 5000, "bo@contoso.com", "Consent to application.").on(APP));
    let read = scene.add(record(THEN + 9000, ANNA, "MailItemsAccessed").from(SERVICE).client("Client=REST;;").app(APP));
    let found = scene.from(AWAY);
    assert_eq!(found.reasons(&read), ["app"]);
    assert_eq!(found.reasons(&consent), ["app"], "who else let it in");
    let mut without = Scene::of(&[ANNA]);
    without.add(sign_in(THEN, ANNA, AWAY, STRANGE).app(APP));
    let read = without.add(record(THEN + 9000, ANNA, "MailItemsAccessed").from(SERVICE).client("Client=REST;;").app(APP));
    assert!(without.from(AWAY).reasons(&read).is_empty(), "nobody let it in: it is Microsoft's");
}

#[test]
fn an_application_in_use_before_is_not_his() {
    let mut scene = Scene::of(&[ANNA]);
    scene.add(record(3600, ANNA, "Consent to application.").on(APP));
    scene.add(record(7200, ANNA, "MailItemsAccessed").from(SERVICE).client("Client=REST;;").app(APP));
    scene.add(sign_in(THEN, ANNA, AWAY, STRANGE).app(APP));
    let read = scene.add(record(THEN + 9000, ANNA, "MailItemsAccessed").from(SERVICE).client("Client=REST;;").app(APP));
    assert!(scene.from(AWAY).reasons(&read).is_empty());
    let seeds = Seeds { apps: vec![APP.to_uppercase()], ..Seeds::default() };
    assert_eq!(scene.found(&seeds).reasons(&read), ["app"], "unless somebody says so");
}

#[test]
fn a_session_may_be_the_seed() {
    let mut scene = Scene::of(&[ANNA]);
    let his = scene.add(sign_in(THEN, ANNA, AWAY, STRANGE).session("stolen \"é\""));
    let found = scene.found(&Seeds { sessions: vec!["stolen \"é\"".to_owned()], ..Seeds::default() });
    assert!(found.reasons(&his).contains(&"session"));
    assert!(found.0.infrastructure.iter().any(|one| one.kind == "session" && one.value == "stolen \"é\""));
}

#[test]
fn an_address_that_never_was_here_finds_nothing() {
    let mut scene = Scene::of(&[ANNA]);
    scene.add(sign_in(-60 * 365 * DAY * 60, ANNA, HOME, BROWSER)); // before 1970
    let found = scene.from("192.0.2.250");
    assert!(found.0.selected.is_empty() && found.0.infrastructure.is_empty() && found.0.findings.is_empty());
}

#[test]
fn intruders_that_nothing_joins_are_told_apart() {
    const OTHER: &str = "192.0.2.200";
    let mut scene = Scene::of(&[ANNA, "bo@contoso.com"]);
    let first = scene.add(sign_in(THEN, ANNA, AWAY, STRANGE).session("his"));
    let moved = scene.add(record(THEN + 300, ANNA, "MailItemsAccessed").from("192.0.2.7").session("his"));
    let near = scene.add(record(THEN + 100, ANNA, "Add member to role."));
    let second = scene.add(sign_in(THEN + 900, ANNA, OTHER, "Outlook-iOS/2.0"));
    let beside = scene.add(record(THEN + 950, ANNA, "Add member to role."));
    let seeds = |addresses: &[&str]| Seeds {
        addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
        ..Seeds::default()
    };
    let found = scene.found(&seeds(&[AWAY, OTHER]));
    let of = |id: &String| found.0.selected.iter().find(|one| one.id == *id).unwrap().intruder;
    assert_eq!([&first, &moved, &near, &second, &beside].map(of), [1, 1, 1, 2, 2], "one account, two of them");
    let whose = |value: &str| found.0.infrastructure.iter().find(|one| one.value == value).unwrap().intruders.clone();
    assert_eq!([AWAY, "his", "192.0.2.7", STRANGE, OTHER].map(whose), [vec![1], vec![1], vec![1], vec![1], vec![2]]);
    assert_eq!(found.finding("account-takeover").intruders, [1, 2], "her account was both's");
    scene.add(sign_in(THEN + 1200, "bo@contoso.com", OTHER, STRANGE));
    let found = scene.found(&seeds(&[AWAY, OTHER]));
    assert!(found.0.selected.iter().all(|one| one.intruder == 1), "the program joins them");
}
