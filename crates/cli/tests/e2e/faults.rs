//! Each kind of fault, and what a person sees of it.

use serde_json::{Value, json};

use crate::support::{ANNA, ANNA_ID, CASE, Desk, shipped, steps_of, text};

/// A case on the classic tenant with these faults and choices, cleaned unseen.
fn contained(faults: &Value, behaviour: &Value) -> (Desk, Value) {
    let mut scenario = shipped("bec-classic");
    scenario["attacker"] = json!({});
    scenario["faults"] = faults.clone();
    scenario["tenant"]["behaviour"] = behaviour.clone();
    let desk = Desk::of_with(&scenario, &[], "60");
    let ran = desk.run(&["contain", ANNA, "--privileged", ANNA, "--yes", "--json"]);
    assert!(matches!(ran.code, 0 | 1) && !ran.err.contains("panicked"), "{}", ran.all());
    let case = ran.json();
    (desk, case)
}

fn is_locked_and_cleaned(desk: &Desk, case: &Value) {
    let account = &case["accounts"][0];
    assert_eq!(account["locked"], true, "{:?}", steps_of(account));
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false);
    let failed: Vec<String> = steps_of(account).into_iter().filter(|step| step.ends_with("failed")).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn what_passes_is_waited_out() {
    for (name, faults) in [
        (
            "throttled with and without a time",
            json!([
                {"when": {"every": 5}, "match": {"service": "graph"}, "kind": "throttle", "seconds": 3},
                {"when": {"every": 7}, "match": {"service": "exchange"}, "kind": "throttle-no-retry-after"},
            ]),
        ),
        ("errors", json!([{"when": {"every": 6}, "kind": "unavailable"}])),
        (
            "answers lost after the change",
            json!([{"when": {"every": 6}, "match": {"method": "PATCH"}, "kind": "lose-answer"}, {"when": {"every": 9}, "kind": "timeout-after-write"}]),
        ),
        ("connections that break", json!([{"when": {"every": 8}, "kind": "drop"}])),
        ("replicas that are behind", json!([{"match": {"method": "GET"}, "kind": "lag", "seconds": 20}])),
        (
            "bodies cut in half",
            json!([{"when": {"every": 11}, "match": {"method": "POST", "service": "exchange"}, "kind": "malformed"}]),
        ),
    ] {
        let (desk, case) = contained(&faults, &json!({}));
        let account = &case["accounts"][0];
        assert_eq!(account["locked"], true, "{name}: {:?}", steps_of(account));
        assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false, "{name}");
    }
}

#[test]
fn a_clock_that_is_wrong_by_hours_changes_nothing() {
    for ahead in [7_200, -7_200] {
        let (desk, case) = contained(&json!([]), &json!({"clockAheadSeconds": ahead}));
        is_locked_and_cleaned(&desk, &case);
    }
}

#[test]
fn a_list_that_changes_while_it_is_read_is_read_once_each() {
    let (desk, case) = contained(&json!([{"kind": "page-moves"}]), &json!({"pageSize": 2}));
    is_locked_and_cleaned(&desk, &case);
    let steps = steps_of(&case["accounts"][0]);
    let mut once = steps.clone();
    once.retain(|step| !step.starts_with("revoke-sessions"));
    let all = once.len();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), all, "{steps:?}");
}

#[test]
fn links_that_die_are_a_gap_and_never_a_short_list() {
    let (_, case) = contained(&json!([{"kind": "next-link-expires"}]), &json!({"pageSize": 1}));
    let gaps = case["accounts"][0]["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["why"]["reason"] == "incomplete"), "{gaps:?}");
}

#[test]
fn rights_and_licences_that_are_missing_are_named() {
    let (desk, case) = contained(
        &json!([
            {"match": {"cmdlet": "Get-RoleGroup"}, "kind": "html-403"},
            {"match": {"cmdlet": "Get-BlockedSenderAddress"}, "kind": "refuse"},
            {"match": {"path": "roleEligibilitySchedules"}, "kind": "licence"},
        ]),
        &json!({}),
    );
    let gaps: Vec<(String, String)> = case["accounts"][0]["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| (text(&gap["facet"]), text(&gap["why"]["reason"])))
        .collect();
    for facet in ["exchange-roles", "sending-block"] {
        assert!(gaps.contains(&(facet.to_owned(), "denied".to_owned())), "{gaps:?}");
    }
    let screen = desk.run(&["case", "show", CASE]).out;
    assert!(screen.contains("GAPS") && screen.contains("Get-RoleGroup"), "{screen}");
}

#[test]
fn limits_of_the_mail_service_that_nobody_knows_are_kept_whatever_they_are() {
    for says_when in [true, false] {
        let limit = json!({"exchangeLimit": {"cmdlets": 4, "seconds": 5, "saysWhen": says_when}});
        let (desk, case) = contained(&json!([]), &limit);
        assert_eq!(case["accounts"][0]["locked"], true);
        let told = desk.tenant.requests().iter().filter(|request| request["status"] == 429).count();
        assert!(told > 0, "the limit was never met");
    }
}

/// Nobody knows how many cmdlets the service runs at once: whatever it is, all are run in the end.
#[test]
fn cmdlets_that_are_one_too_many_at_once_are_run_later() {
    for (at_once, says_when) in [(2, true), (1, false)] {
        let limit = json!({"exchangeLimit": {"atOnce": at_once, "atOnceForOneMailbox": 1, "saysWhen": says_when}});
        let mut scenario = shipped("bec-classic");
        scenario["attacker"] = json!({});
        scenario["tenant"]["behaviour"] = limit;
        let desk = Desk::of_with(&scenario, &["--latency", "20"], "20");
        let case = desk.run(&["contain", ANNA, "--privileged", ANNA, "--yes", "--json"]).json();
        is_locked_and_cleaned(&desk, &case);
        let requests = desk.tenant.requests();
        let cmdlets = || requests.iter().filter(|request| request["service"] == "exchange");
        assert!(cmdlets().any(|request| request["status"] == 429), "the limit was never met");
        let gaps = case["accounts"][0]["gaps"].as_array().unwrap();
        let throttled: Vec<_> = gaps.iter().filter(|gap| gap["why"]["reason"] == "throttled").collect();
        assert!(throttled.is_empty(), "{throttled:?}");
    }
}
