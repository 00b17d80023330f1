//! *So that it does not happen again*: what a case's report says of the posture, with and without a measurement.

use serde_json::{Value, json};

use crate::schema::follows;
use crate::support::{CASE, Desk, shipped, text};

/// The classic case, contained, at a desk without the limits of a day.
fn contained(prepare: impl FnOnce(&mut Value)) -> Desk {
    let mut scenario = shipped("bec-classic");
    scenario["tenant"]["behaviour"]["graphLimits"] = json!(false);
    prepare(&mut scenario);
    let desk = Desk::of(&scenario);
    desk.contain(&[], 1);
    desk
}

fn stop<'a>(report: &'a Value, id: &str) -> &'a Value {
    let stops = report["prevention"]["stops"].as_array().unwrap();
    stops.iter().find(|stop| stop["id"] == id).unwrap_or_else(|| panic!("no {id} in {stops:#?}"))
}

#[test]
fn a_report_says_what_would_have_stopped_it_before_and_after_the_tenant_is_measured() {
    let desk = contained(|_| {});
    let report = desk.json(&["report", CASE], 0);
    follows("report", &report);
    let used = report["prevention"]["used"].as_array().unwrap();
    assert!(used.contains(&json!("forwarding")) && used.contains(&json!("inbox-rules")), "{used:?}");
    assert_eq!((&report["prevention"]["posture"], &report["prevention"]["unread"]), (&Value::Null, &Value::Null));
    assert!(report["prevention"]["stops"].as_array().unwrap().iter().all(|stop| stop["answer"] == "not-measured"));
    let told = desk.run(&["report", CASE]).ended(0).out;
    assert!(told.contains("## So that it does not happen again"), "{told}");
    assert!(told.contains("never measured") && told.contains("`regain posture`"), "{told}");
    assert!(told.contains("**NOT MEASURED**") && !told.contains("**met**"), "{told}");
    let shown = desk.run(&["case", "show", CASE]).out;
    assert!(shown.contains("PREVENT") && shown.contains("was never measured"), "{shown}");

    let measured = desk.json(&["posture"], 0);
    let record = text(&measured["case"]);
    desk.json(&["posture", "--answer", "attacks-simulated=yes"], 0);
    let report = desk.json(&["report", CASE], 0);
    follows("report", &report);
    let forwarding = stop(&report, "external-forwarding-off");
    let item = measured["items"].as_array().unwrap().iter().find(|item| item["id"] == "external-forwarding-off").unwrap();
    assert_eq!((&forwarding["answer"], &forwarding["remarks"]), (&item["answer"], &item["remarks"]));
    assert_eq!(forwarding["command"], "regain posture --fix external-forwarding-off");
    let stops = report["prevention"]["stops"].as_array().unwrap();
    let is_met = |stop: &&Value| ["met", "stated-met", "not-applicable"].contains(&stop["answer"].as_str().unwrap());
    let met: Vec<&Value> = stops.iter().filter(is_met).collect();
    assert!(!met.is_empty() && met.iter().all(|stop| stop["command"].is_null()), "nothing is left to run: {met:#?}");
    let posture = &report["prevention"]["posture"];
    assert_eq!((text(&posture["record"]), text(&posture["known_as"])), (record.clone(), "contoso.com".to_owned()));
    assert_eq!(forwarding["measured_at"], posture["measured_at"]);
    assert_eq!(posture["runs"].as_array().map(Vec::len), Some(2));
    assert_eq!(posture["changed"][0]["item"], "attacks-simulated");
    let counted = |phase: &str, state: &str| {
        let items = measured["items"].as_array().unwrap().iter();
        items.filter(|item| item["phase"] == phase && item["answer"] == state).count()
    };
    for phase in posture["phases"].as_array().unwrap() {
        let name = text(&phase["phase"]);
        for state in ["met", "partly", "not-met", "not-measurable", "accepted"] {
            assert_eq!(phase[state], counted(&name, state), "{name} {state}");
        }
    }
    let told = desk.run(&["report", CASE]).ended(0).out;
    let day = &text(&posture["measured_at"])[..10];
    assert!(told.contains(&format!("({day})")) && told.contains("`regain posture --fix external-forwarding-off`"), "{told}");
    assert!(told.contains("attacks\\-simulated: a question, now said to be so"), "{told}");
    let shown = desk.run(&["case", "show", CASE]).out;
    assert!(shown.contains("PREVENT") && shown.contains("not known to be met"), "{shown}");

    // The record of the posture has a report of its own, under the domain and without a lock.
    let own = desk.run(&["report", &record]).ended(0).out;
    assert!(own.contains("## contoso\\.com") && !own.contains("The lock is") && !own.contains("entry-"), "{own}");
    follows("report", &desk.json(&["report", &record], 0));
}

#[test]
fn it_is_said_in_swedish_as_well() {
    let desk = contained(|_| {});
    let before = desk.run(&["report", CASE, "--lang", "sv"]).ended(0).out;
    assert!(before.contains("## Så att det inte händer igen") && before.contains("aldrig mätts"), "{before}");
    desk.run(&["posture"]).ended(0);
    let after = desk.run(&["report", CASE, "--lang", "sv"]).ended(0).out;
    for line in
        ["Användes här: vidarebefordran", "Vad som hade stoppat det", "de första 30 dagarna", "EJ UPPFYLLT", "klientorganisation"]
    {
        assert!(after.contains(line), "{line:?} is not said: {after}");
    }
    assert!(!after.contains("prevent-") && !after.contains("{ $"), "{after}");
    let shown = desk.run(&["case", "show", CASE, "--lang", "sv"]).out;
    assert!(shown.contains("FÖREBYGG") && !shown.contains("prevent-"), "{shown}");
}

/// Names of the tenant's and words of people reach the report as text, and never as markup or escapes.
#[test]
fn hostile_names_stay_text() {
    const EVIL: &str = "[x](http://evil)|<b>`\u{1b}[31m\u{202e}";
    let desk = contained(|scenario| {
        scenario["exchange"]["organisation"]["TransportRule"] = json!([{
            "Name": EVIL, "Identity": "evil", "Guid": "e7000000-0000-4000-8000-000000000001", "State": "Enabled", "Mode": "Enforce",
            "Priority": 0, "BlindCopyTo": ["drop@example.net"],
        }]);
    });
    let why = format!("no budget {EVIL}");
    let accept = ["posture", "--accept", "external-forwarding-off", "--until", "2027-01-31", "--because", &why];
    desk.run(&accept).ended(0);
    let told = desk.run(&["report", CASE]).ended(0).out;
    assert!(told.contains("answers for it until 2027\\-01\\-31") && told.contains("\\[x\\]\\(http"), "{told}");
    assert!(told.contains("no\\-mail\\-led\\-outside") || told.contains("leads mail outside"), "{told}");
    for bad in ["[x](http", "<b>", "\u{1b}", "\u{202e}"] {
        assert!(!told.contains(bad), "{bad:?} is in {told}");
    }
    let printed = desk.run(&["report", CASE, "--json"]).ended(0).out;
    assert!(!printed.contains('\u{1b}') && !printed.contains('\u{202e}'), "{printed}");
    let shown = desk.run(&["case", "show", CASE]).out;
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
}

/// Another case that cannot be read keeps nothing from being told, and what is not known is not met.
#[test]
fn a_record_that_is_gone_is_no_measurement() {
    let desk = contained(|_| {});
    let record = text(&desk.json(&["posture"], 0)["case"]);
    desk.run(&["case", "forget", &record, "--confirm", &record]).ended(0);
    let report = desk.json(&["report", CASE], 0);
    assert_eq!(report["prevention"]["posture"], Value::Null);
    assert!(report["prevention"]["stops"].as_array().unwrap().iter().all(|stop| stop["answer"] == "not-measured"));
}

/// Any record that cannot be read may be that of the posture: nothing is said of which it was.
#[test]
fn a_record_that_cannot_be_read_is_told_for_what_it_is() {
    let desk = contained(|_| {});
    let record = text(&desk.json(&["posture"], 0)["case"]);
    std::fs::write(desk.data().join(format!("keys/{record}.key")), [7; 32]).unwrap();
    let told = desk.run(&["report", CASE]).ended(0).out;
    assert!(told.contains("The records could not all be read, so nothing counts as met: "), "{told}");
    assert!(told.contains("`regain evidence verify`") && !told.contains("never measured"), "{told}");
}

#[test]
fn the_tenant_is_named_by_its_domain() {
    let desk = contained(|_| {});
    let told = desk.run(&["posture", "--fix", "external-forwarding-off"]).ended(1);
    let id = text(&desk.tenant.line["tenant_id"]);
    assert!(told.err.contains("contoso.com: ") && !told.err.contains(&id), "{}", told.err);
    let record = text(&desk.json(&["posture"], 0)["case"]);
    for command in [&["plan", "show", &record][..], &["case", "show", &record], &["case", "list"]] {
        let shown = desk.run(command).out;
        assert!(shown.contains("contoso.com") && !shown.contains(&id), "{command:?}: {shown}");
    }
}
