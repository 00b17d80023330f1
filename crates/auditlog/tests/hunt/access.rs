//! How somebody came in, and what the whole account is judged to be.

use regain_incident::finding::Verdict;

use crate::scene::{ANNA, AWAY, BROWSER, DAY, HOME, SERVICE, STRANGE, Scene, record, says, sign_in};

const RULE: &[(&str, &str)] =
    &[("Name", ".."), ("From", "it@contoso.com"), ("DeleteMessage", "True"), ("StopProcessingRules", "True")];
/// A quarter past ten on the eleventh day.
const THEN: i64 = (10 * DAY + 615) * 60;

#[test]
fn a_rule_minutes_after_a_new_place_is_a_takeover_and_leads_on() {
    let mut scene = Scene::of(&[ANNA, "bo@contoso.com"]);
    let came = scene.add(sign_in(THEN, ANNA, AWAY, STRANGE));
    let made = scene.add(record(THEN + 120, ANNA, "New-InboxRule").from(AWAY).set(RULE));
    let sent = scene.add(record(THEN + 600, ANNA, "Send").from(AWAY).by(STRANGE));
    let other = scene.add(sign_in(THEN + 900, "bo@contoso.com", AWAY, STRANGE));
    let found = scene.alone();
    for id in [&came, &made, &sent, &other] {
        assert!(found.reasons(id).contains(&"address"), "{id}");
    }
    assert_eq!(found.0.selected.len(), 4, "the owner's records are left alone");
    let rule = found.finding("inbox-rule");
    assert_eq!(rule.verdict, Verdict::Malicious);
    assert!(says(rule, "rule-soon-after-new-place") && says(rule, "name-only-signs") && says(rule, "deletes"));
    let both = found.findings("account-takeover");
    assert_eq!(both.len(), 2, "the other victim too: {both:?}");
    assert!(both.iter().all(|finding| finding.verdict == Verdict::Malicious && finding.score >= 80));
    assert!(both.iter().any(|finding| finding.account == ANNA && says(finding, "mail-sent")));
}

#[test]
fn the_same_rule_from_the_owners_own_place_weighs_less_and_leads_nowhere() {
    let mut scene = Scene::of(&[ANNA]);
    scene.add(sign_in(THEN, ANNA, HOME, BROWSER));
    scene.add(record(THEN + 120, ANNA, "New-InboxRule").from(HOME).set(RULE));
    let found = scene.alone();
    let rule = found.finding("inbox-rule");
    assert!(says(rule, "place-is-known"));
    assert_eq!((rule.verdict, rule.confidence.as_str()), (Verdict::Suspicious, "medium"));
    assert!(found.0.selected.is_empty() && found.0.infrastructure.is_empty());
    assert!(found.findings("account-takeover").is_empty());
}

#[test]
fn an_address_that_others_here_know_leads_nowhere_by_itself() {
    let mut scene = Scene::of(&[ANNA]);
    for day in 0..10 {
        scene.add(sign_in(day * DAY * 60, "bo@contoso.com", AWAY, BROWSER));
    }
    scene.add(record(THEN, ANNA, "New-InboxRule").from(AWAY).set(RULE));
    let found = scene.alone();
    assert_eq!(found.finding("inbox-rule").verdict, Verdict::Malicious);
    assert!(found.0.selected.is_empty(), "it may be an office that is new to her");
    assert_eq!(scene.from(AWAY).0.selected.len(), 11, "unless somebody says so");
}

#[test]
fn a_harmless_rule_and_a_new_place_are_no_takeover() {
    let mut scene = Scene::of(&[ANNA]);
    scene.add(sign_in(THEN, ANNA, AWAY, STRANGE));
    let tidy = [("Name", "Newsletters"), ("From", "news@shop.example"), ("MoveToFolder", "News")];
    scene.add(record(THEN + 120, ANNA, "New-InboxRule").from(AWAY).set(&tidy));
    let found = scene.alone();
    assert_eq!(found.finding("inbox-rule").verdict, Verdict::Benign);
    assert!(found.findings("account-takeover").is_empty() && found.0.selected.is_empty());
}

#[test]
fn a_rule_removed_again_is_told() {
    let mut scene = Scene::of(&[ANNA]);
    scene.add(record(THEN, ANNA, "New-InboxRule").from(AWAY).set(RULE));
    scene.add(record(THEN + 3600, ANNA, "Remove-InboxRule").from(AWAY).set(&[("Identity", "anna\\..")]));
    assert!(says(scene.alone().finding("inbox-rule"), "removed-again"));
}

#[test]
fn a_spray_is_told_apart_and_who_it_got_into() {
    let accounts = ["anna@contoso.com", "bo@contoso.com", "cia@contoso.com", "dan@contoso.com", "eva@contoso.com"];
    let mut scene = Scene::of(&accounts);
    let mut tries = Vec::new();
    for (number, account) in (0..).zip(accounts) {
        tries.push(scene.add(sign_in(THEN + number, account, AWAY, STRANGE).refused(50126)));
    }
    assert_eq!(scene.alone().finding("password-spray").verdict, Verdict::Suspicious);
    let into = scene.add(sign_in(THEN + 60, "cia@contoso.com", AWAY, STRANGE));
    let found = scene.alone();
    assert_eq!(found.finding("password-spray").verdict, Verdict::Malicious);
    let success = found.finding("spray-success");
    assert_eq!((success.account.as_str(), success.records.as_slice()), ("cia@contoso.com", &[into.clone()][..]));
    assert!(found.0.selected.is_empty(), "a spray is no takeover");
    let seeded = scene.from(AWAY);
    assert!(tries.iter().all(|id| seeded.reasons(id).is_empty()), "not even from its own address");
    assert_eq!(seeded.reasons(&into), ["address", "agent"]);
}

#[test]
fn an_office_where_people_mistype_is_no_spray() {
    let accounts: Vec<String> = (0..12).map(|number| format!("user{number}@contoso.com")).collect();
    let names: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let mut scene = Scene::of(&names);
    for (number, account) in (0..).zip(&names) {
        scene.add(sign_in(THEN + number * 60, account, HOME, BROWSER).refused(50126));
        scene.add(sign_in(THEN + number * 60 + 20, account, HOME, BROWSER));
    }
    assert!(scene.alone().findings("password-spray").is_empty());
    let mut three = Scene::of(&names);
    for (number, account) in (0..).zip(&names[..3]) {
        three.add(sign_in(THEN + number, account, AWAY, STRANGE).refused(50126));
    }
    assert!(three.alone().findings("password-spray").is_empty(), "three accounts are too few");
}

#[test]
fn a_spray_from_many_addresses_is_known_by_its_program() {
    let accounts: Vec<String> = (0..6).map(|number| format!("user{number}@contoso.com")).collect();
    let names: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let mut scene = Scene::of(&names);
    for (number, account) in (0..).zip(&names) {
        scene.add(sign_in(THEN + number * 30, account, &format!("203.0.113.{}", number + 1), "fasthttp").refused(50126));
    }
    assert_eq!(scene.alone().finding("password-spray").records.len(), 6);
}

#[test]
fn a_session_that_moves_to_another_machine() {
    let moved = |address: &str, agent: &str, later: i64| {
        let mut scene = Scene::of(&[ANNA]);
        scene.add(sign_in(THEN, ANNA, HOME, BROWSER).session("s1"));
        scene.add(record(THEN + later, ANNA, "MailItemsAccessed").from(address).by(agent).session("s1"));
        scene
    };
    let seen = |address: &str, agent: &str, later: i64| moved(address, agent, later).alone();
    let found = seen(AWAY, STRANGE, 600);
    assert!(says(found.finding("account-takeover"), "session-moved"));
    assert_eq!(found.finding("account-takeover").confidence, "medium");
    assert!(found.0.selected.is_empty(), "by itself it leads nowhere");
    let mut more = moved(AWAY, STRANGE, 600);
    more.add(record(THEN + 700, ANNA, "Set-Mailbox").set(&[("ForwardingSmtpAddress", "copy@outside.example")]));
    assert!(more.alone().0.infrastructure.iter().any(|one| one.value == AWAY), "with something set up it leads on");
    assert!(seen(AWAY, BROWSER, 600).0.findings.is_empty(), "the same machine, somewhere else");
    assert!(seen(SERVICE, STRANGE, 600).0.findings.is_empty(), "a service acts for the account");
    assert!(seen(AWAY, STRANGE, 7200).0.findings.is_empty(), "two hours later one may have travelled");
    assert!(seen(HOME, STRANGE, 600).0.findings.is_empty());
}

#[test]
fn programs_for_scripts_and_phishing_kits() {
    let with = |agent: &str, app: &str| {
        let mut scene = Scene::of(&[ANNA]);
        scene.add(sign_in(THEN, ANNA, AWAY, agent).app(app));
        scene.alone()
    };
    let kit = with("axios/1.7.9", "4765445b-32c6-49b0-83e6-1d93765276ca");
    assert!(says(kit.finding("account-takeover"), "kit-sign-in"));
    assert_eq!(kit.finding("account-takeover").verdict, Verdict::Malicious);
    let script = with("python-requests/2.31", "11111111-1111-4111-8111-111111111111");
    assert_eq!(script.finding("account-takeover").confidence, "low");
    assert!(with("okhttp/4.9", "11111111-1111-4111-8111-111111111111").0.findings.is_empty());
    assert!(with(STRANGE, "4765445b-32c6-49b0-83e6-1d93765276ca").0.findings.is_empty());
    let mut scene = Scene::of(&[ANNA]);
    scene.add(sign_in(THEN, ANNA, AWAY, "axios/1.7.9").refused(50126));
    assert!(scene.alone().0.findings.is_empty(), "it did not get in");
}

#[test]
fn a_script_that_runs_every_day_is_no_news() {
    let mut scene = Scene::of(&[ANNA]);
    for day in 0..11 {
        scene.add(sign_in((day * DAY + 60) * 60, ANNA, HOME, "python-requests/2.31"));
    }
    let found = scene.alone();
    // The first sight has no days before it; that alone is low.
    assert!(found.0.findings.iter().all(|finding| finding.confidence == "low"), "{:?}", found.0.findings);
}

#[test]
fn bursts_of_mail() {
    let burst = |scene: &mut Scene, operation: &str, begin: i64| {
        for number in 0..60 {
            scene.add(record(begin + number * 5, ANNA, operation).from(HOME).by(BROWSER));
        }
    };
    let mut sent = Scene::of(&[ANNA]);
    burst(&mut sent, "Send", THEN);
    assert_eq!(sent.alone().finding("account-takeover").confidence, "low");
    let mut hidden = sent.clone();
    burst(&mut hidden, "HardDelete", THEN + 3600);
    assert_eq!(hidden.alone().finding("account-takeover").score, 40);
    let mut tidied = Scene::of(&[ANNA]);
    burst(&mut tidied, "HardDelete", THEN);
    assert!(tidied.alone().0.findings.is_empty(), "tidying up");
    let mut work = sent;
    burst(&mut work, "Send", THEN + DAY * 60);
    burst(&mut work, "Send", THEN + 2 * DAY * 60);
    assert!(work.alone().0.findings.is_empty(), "on three days it is work");
}

#[test]
fn a_device_that_joins_after_a_device_code_convicts() {
    let joined = |after: i64, who: &str| {
        let mut scene = Scene::of(&[ANNA]);
        let mut code = sign_in(THEN, ANNA, AWAY, STRANGE);
        code.0["ExtendedProperties"] = serde_json::json!([{"Name": "RequestType", "Value": "Cmsi:Cmsi"}]);
        scene.add(code);
        scene.add(record(THEN + after, who, "Add registered owner to device.").on(ANNA));
        scene.alone()
    };
    for who in [ANNA, "Device Registration Service"] {
        let found = joined(600, who);
        let finding = found.finding("device-after-code");
        assert_eq!((finding.account.as_str(), finding.verdict), (ANNA, Verdict::Malicious), "{who}");
        assert_eq!(finding.reasons[0].evidence["minutes"], "10");
    }
    assert!(joined(3_700, ANNA).findings("device-after-code").is_empty(), "the next day's telephone");
    assert!(joined(-60, ANNA).findings("device-after-code").is_empty());
}

#[test]
fn a_stranger_who_reads_and_deletes_is_told_and_leads_nowhere() {
    let visit = |agent: &str, address: &str, deletes: bool| {
        let mut scene = Scene::of(&[ANNA, "bo@contoso.com"]);
        scene.add(sign_in(THEN, ANNA, address, agent));
        scene.add(record(THEN + 60, ANNA, "MailItemsAccessed").from(address).by(agent));
        if deletes {
            scene.add(record(THEN + 120, ANNA, "MoveToDeletedItems").from(address).by(agent));
        }
        scene.alone()
    };
    let found = visit(STRANGE, AWAY, true);
    let finding = found.finding("account-takeover");
    assert!(says(finding, "stranger-acts"), "{finding:?}");
    assert_eq!((finding.confidence.as_str(), finding.records.len()), ("low", 3));
    assert!(found.0.selected.is_empty(), "a journey looks the same");
    assert!(visit(STRANGE, AWAY, false).0.findings.is_empty(), "reading is what mail is for");
    assert!(visit(STRANGE, "198.51.7.7", true).0.findings.is_empty(), "the network is known here");
    assert!(visit(&BROWSER.replace("120", "121"), AWAY, true).0.findings.is_empty(), "the browser was updated");
}

#[test]
fn two_countries_within_minutes_are_context() {
    let from = |seconds: i64, country: &str, address: &str| {
        let mut record = record(0, ANNA, "x");
        let at = regain_incident::Timestamp::from_second(1_767_600_000 + seconds).unwrap().to_string();
        record.0 = serde_json::json!({
            "id": format!("{seconds:036}"), "createdDateTime": at, "userPrincipalName": ANNA, "appId": "a", "ipAddress": address,
            "userAgent": "axios/1.7", "status": {"errorCode": 0}, "location": {"countryOrRegion": country},
        });
        record
    };
    let scene = |later: i64, country: &str| {
        let mut scene = Scene::default();
        scene.records.push(from(THEN, "SE", HOME));
        scene.records.push(from(THEN + later, country, AWAY));
        scene.alone()
    };
    let found = scene(600, "NG");
    let finding = found.finding("account-takeover");
    let why = finding.reasons.iter().find(|why| why.code == "two-countries").unwrap();
    assert_eq!(
        (why.evidence["country"].as_str(), why.evidence["other"].as_str(), why.evidence["minutes"].as_str()),
        ("SE", "NG", "10")
    );
    for found in [scene(600, "SE"), scene(3 * 3600, "NG")] {
        assert!(!says(found.finding("account-takeover"), "two-countries"));
    }
}
