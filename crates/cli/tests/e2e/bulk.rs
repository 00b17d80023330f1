//! Many accounts from a list, and who else signed in like them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{ANNA, ANNA_ID, CASE, Desk, many, person_id, shipped, steps_of, text};

fn with_list(desk: &Desk, list: &str) {
    fs::write(desk.path("accounts.csv"), list).unwrap();
}

fn account<'a>(case: &'a Value, upn: &str) -> &'a Value {
    case["accounts"].as_array().unwrap().iter().find(|account| account["upn"] == upn).unwrap()
}

#[test]
fn a_list_is_one_case_with_a_result_for_each() {
    let (scenario, names) = many(30);
    let desk = Desk::of(&scenario);
    let mut list = "Name;Account;Level\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        let level = if number < 10 { "revoke-and-reset" } else { "full" };
        list = format!("{list}Person {number};{name};{level}\n");
    }
    list = format!("{list}again;{};full\n", names[0].to_uppercase());
    with_list(&desk, &list);
    let refused = desk.run(&["contain", "--from", "accounts.csv"]).refused(2, "--expect 30");
    assert!(desk.tenant.writes().is_empty() && refused.err.contains("Line 32 names PERSON0001"), "{}", refused.err);

    let ran = desk.run(&["contain", "--from", "accounts.csv", "--expect", "30", "--yes", "--json"]).ended(0);
    assert!(ran.err.contains("30 accounts asked for. 30 will be locked: 21 in full, 9 without the block"), "{}", ran.err);
    let case = ran.json();
    assert_eq!(case["accounts"].as_array().unwrap().len(), 30);
    for (number, name) in names.iter().enumerate() {
        let one = account(&case, name);
        let level = if (1..10).contains(&number) { "revoke-and-reset" } else { "full" };
        assert_eq!((&one["level"], &one["locked"]), (&json!(level), &json!(true)), "{one:#}");
        let enabled = desk.tenant.account(&person_id(number + 1))["accountEnabled"].clone();
        assert_eq!(enabled, json!(level != "full"), "{name}");
        let steps = steps_of(one);
        assert!(steps.iter().any(|step| step.starts_with("replace-password") && step.ends_with("verified")), "{steps:?}");
        assert_eq!(steps.iter().filter(|step| step.starts_with("revoke-sessions")).count(), 2, "{steps:?}");
    }
    let screen = desk.run(&["case", "show", CASE]).ended(0).out;
    assert!(screen.contains("30 accounts: 30 locked") && screen.contains("revoke-and-reset"), "{screen}");
}

#[test]
fn a_list_comes_from_standard_input_too() {
    let (scenario, names) = many(2);
    let desk = Desk::of(&scenario);
    let mut child = desk.command(&["contain", "--from", "-", "--json"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("upn\n{}\n{}\n", names[0], names[1]).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let case: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(case["accounts"].as_array().unwrap().len(), 2, "{case:#}");
    assert!(case["accounts"].as_array().unwrap().iter().all(|account| account["locked"] == true));
}

#[test]
fn every_wrong_line_is_said_and_nothing_is_asked() {
    let desk = Desk::at("clean-account");
    with_list(&desk, "account,level\nanna,half\n,full\n");
    let ran = desk.run(&["contain", "--from", "accounts.csv"]).refused(2, "line 2: the level half");
    assert!(ran.err.contains("line 3: no account is named"), "{}", ran.err);
    with_list(&desk, "anna.berg@contoso.com\n");
    desk.run(&["contain", "--from", "accounts.csv"]).refused(2, "no column named account");
    desk.run(&["contain", "--from", "nowhere.csv"]).refused(2, "could not be read");
    assert!(desk.tenant.writes().is_empty());
}

#[test]
fn who_cannot_be_locked_is_named_and_the_rest_waits_for_a_word() {
    let (scenario, names) = many(2);
    let desk = Desk::of(&scenario);
    with_list(
        &desk,
        &format!(
            "account,level,privileged\n{},,\nnobody@contoso.com,,\n{ANNA},revoke-and-reset,{ANNA}\n{},,\n",
            names[0], names[1]
        ),
    );
    let ran = desk.run(&["contain", "--from", "accounts.csv"]).refused(2, "2 accounts of the list cannot be locked");
    assert!(ran.err.contains("line 3: nobody@contoso.com: no account"), "{}", ran.err);
    assert!(ran.err.contains("line 4") && ran.err.contains("revoke-and-reset would leave them in use"), "{}", ran.err);
    assert!(desk.tenant.writes().is_empty());
    let case = desk.json(&["contain", "--from", "accounts.csv", "--skip"], 1);
    assert_eq!(case["accounts"].as_array().unwrap().len(), 2);
    let left: Vec<_> =
        case["left_out"].as_array().unwrap().iter().map(|left| (left["line"].clone(), text(&left["code"]))).collect();
    assert_eq!(left, [(json!(3), "not-found".to_owned()), (json!(4), "level-too-low".to_owned())]);
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], true);
}

#[test]
fn an_administrator_of_a_list_is_named_twice_there() {
    let desk = Desk::fast("bec-classic");
    with_list(&desk, &format!("account\n{ANNA}\n"));
    desk.run(&["contain", "--from", "accounts.csv"]).refused(2, "holds admin roles and was not locked");
    with_list(&desk, &format!("account,privileged\n{ANNA},{ANNA}\n"));
    let case = desk.json(&["contain", "--from", "accounts.csv"], 1);
    assert_eq!(case["accounts"][0]["locked"], true);
}

#[test]
fn a_lock_that_fails_holds_only_its_own_account() {
    let (mut scenario, names) = many(20);
    scenario["faults"] = json!([{"match": {"method": "PATCH", "path": person_id(7)}, "kind": "refuse"}]);
    let desk = Desk::of(&scenario);
    with_list(&desk, &format!("account\n{}\n", names.join("\n")));
    let case = desk.json(&["contain", "--from", "accounts.csv", "--yes"], 1);
    for (number, name) in names.iter().enumerate() {
        let one = account(&case, name);
        assert_eq!(one["locked"], json!(number != 6), "{one:#}");
        let steps = steps_of(one);
        let cleaned = steps.iter().any(|step| step.starts_with("disable-inbox-rule") && step.ends_with("verified"));
        assert!(cleaned, "{name}: {steps:?}");
    }
}

/// The program ended before there was a plan, and one of two is not found when it goes on.
#[test]
fn a_lock_that_was_ordered_and_cannot_begin_is_said() {
    const HANNAH: &str = "hannah.price@contoso.com";
    let mut scenario = shipped("bec-classic");
    scenario["attacker"] = json!({});
    scenario["faults"] = json!([{"match": {"path": "/roleManagement/directory/"}, "kind": "unavailable"}]);
    let desk = Desk::of_with(&scenario, &[], "4");
    let mut child = desk.command(&["contain", ANNA, HANNAH, "--privileged", ANNA, "--privileged", HANNAH]).spawn().unwrap();
    // The case is open, and the roles, which the plan waits for, are asked for again and again.
    let said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok).any(|line| line.contains(CASE));
    assert!(said, "the case was never opened");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(desk.tenant.writes().is_empty());

    desk.tenant.faults(&json!([{"match": {"method": "GET", "path": format!("/users/{ANNA_ID}")}, "kind": "refuse"}]));
    let ran = desk.run(&["resume", CASE]).ended(1);
    let line = ran.out.lines().find(|line| line.contains("NOT LOCKED"));
    assert!(line.is_some_and(|line| line.contains(&format!("regain resume {CASE}"))), "{}", ran.out);
    let state = desk.tenant.state();
    let enabled = |id: &str| state["accounts"][id]["accountEnabled"].clone();
    assert_eq!((enabled(ANNA_ID), enabled("a1000000-0000-4000-8000-000000000011")), (json!(true), json!(false)));

    desk.tenant.faults(&json!([]));
    let ran = desk.run(&["resume", CASE]);
    assert!(ran.code <= 1 && !ran.out.contains("NOT LOCKED"), "{}", ran.all());
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false);
}

#[test]
fn lists_of_the_tenant_are_read_once_and_no_clean_step_begins_before_the_lock_rests() {
    let (scenario, names) = many(20);
    let desk = Desk::of(&scenario);
    with_list(&desk, &format!("account\n{}\n", names.join("\n")));
    desk.json(&["contain", "--from", "accounts.csv", "--yes"], 0);
    let requests = desk.tenant.requests();
    let cmdlet = |request: &Value| {
        let body: Value = serde_json::from_str(&text(&request["request_body"])).unwrap_or(Value::Null);
        text(&body["CmdletInput"]["CmdletName"])
    };
    let count = |name: &str| requests.iter().filter(|request| cmdlet(request) == name).count();
    for (name, most) in [("Get-AcceptedDomain", 1), ("Get-RoleGroup", 1), ("Get-BlockedSenderAddress", 1), ("Get-Recipient", 20)]
    {
        assert!(count(name) <= most, "{name}: {} times", count(name));
    }
    let of_the_lock = |request: &&Value| request["method"] == "PATCH" || text(&request["path"]).ends_with("revokeSignInSessions");
    let last = requests.iter().filter(of_the_lock).filter_map(|request| request["ended"].as_u64()).max().unwrap();
    let cleaned = requests.iter().filter(|request| cmdlet(request) == "Disable-InboxRule");
    let first = cleaned.filter_map(|request| request["began"].as_u64()).min().unwrap();
    assert!(last < first, "a rule was switched off at {first}, before the lock rested at {last}");
}

#[test]
fn who_else_signed_in_from_there_is_listed_and_left_alone() {
    let desk = Desk::fast("bec-classic");
    let case = desk.contain(&["--yes"], 0);
    let found = &case["who_else"];
    let others: Vec<_> =
        found["others"].as_array().unwrap().iter().map(|other| (text(&other["upn"]), other["succeeded"].clone())).collect();
    assert_eq!(
        others,
        [("hannah.price@contoso.com".to_owned(), json!(true)), ("lars.ahlgren@contoso.com".to_owned(), json!(false))],
        "{found:#}"
    );
    assert_eq!(found["gaps"], json!([]));
    assert_eq!(found["others"][0]["shares"], json!([{"kind": "address", "value": "203.0.113.77"}]));
    let command = text(&found["command"]);
    assert_eq!(command, format!("regain case add-account {CASE} hannah.price@contoso.com lars.ahlgren@contoso.com"));
    let hannah = "a1000000-0000-4000-8000-000000000011";
    assert!(!desk.tenant.writes().iter().any(|write| write.contains(hannah)), "nobody asked for it");
    assert_eq!(desk.tenant.account(hannah)["accountEnabled"], true);
    let screen = desk.run(&["case", "show", CASE]).ended(0).out;
    assert!(screen.contains("WHO ELSE") && screen.contains("hannah.price@contoso.com") && !screen.contains("erik"), "{screen}");
    let report = desk.run(&["report", CASE, "--format", "md"]).ended(0).out;
    assert!(report.contains("Who else") && report.contains("hannah"), "{report}");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    desk.run(&words).ended(0);
    assert_eq!(desk.tenant.account(hannah)["accountEnabled"], false);
}

#[test]
fn sign_ins_that_cannot_be_asked_for_are_a_gap_and_hold_nothing_up() {
    let mut scenario = shipped("bec-classic");
    scenario["tenant"]["licences"] = json!(["O365_BUSINESS_ESSENTIALS"]);
    let unlicensed = Desk::of_with(&scenario, &[], "60").contain(&[], 1);
    assert_eq!(unlicensed["who_else"]["gaps"][0]["why"]["reason"], "unlicensed", "{:#}", unlicensed["who_else"]);

    let mut scenario = shipped("bec-classic");
    let permissions = scenario["callers"][0]["permissions"].as_array_mut().unwrap();
    permissions.retain(|permission| permission != "AuditLog.Read.All");
    let desk = Desk::of_with(&scenario, &[], "60");
    let denied = desk.contain(&[], 1);
    let gap = &denied["who_else"]["gaps"][0];
    assert_eq!((text(&gap["what"]), text(&gap["why"]["reason"])), ("sign-ins".to_owned(), "denied".to_owned()), "{gap}");
    assert!(text(&gap["why"]["missing"]).contains("AuditLog.Read.All"), "{gap}");
    assert_eq!(denied["accounts"][0]["locked"], true);
    let screen = desk.run(&["case", "show", CASE]).ended(1).out;
    assert!(screen.contains("WHO ELSE") && screen.contains("AuditLog.Read.All"), "{screen}");

    let mut scenario = shipped("bec-classic");
    scenario["faults"] = json!([{"match": {"path": "/auditLogs/"}, "kind": "throttle-no-retry-after"}]);
    let throttled = Desk::of_with(&scenario, &[], "60").contain(&[], 1);
    assert_eq!(throttled["who_else"]["gaps"][0]["why"]["reason"], "throttled", "{:#}", throttled["who_else"]);
    assert_eq!(throttled["accounts"][0]["locked"], true);
}
