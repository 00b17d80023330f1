//! `regain posture --sweep`: what it finds is what `check` finds, nothing is touched, and the posture answers from it.

use serde_json::{Value, json};

use crate::schema::follows;
use crate::support::{ANNA, Desk, text};

/// What a sweep prints.
fn swept(desk: &Desk, more: &[&str], code: i32) -> Value {
    let mut all = vec!["posture", "--sweep"];
    all.extend(more);
    let told = desk.json(&all, code);
    follows("sweep", &told);
    told
}

fn answer(desk: &Desk, id: &str, code: i32) -> Value {
    let told = desk.json(&["posture"], code);
    follows("posture", &told);
    told["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone()
}

/// What is more than benign of forwarding and rules, as a case told it.
fn more_than_benign(account: &Value) -> Vec<Value> {
    let own = |finding: &&Value| {
        finding["verdict"] != "benign" && ["forwarding", "inbox-rules"].contains(&finding["facet"].as_str().unwrap())
    };
    account["findings"].as_array().unwrap().iter().filter(own).cloned().collect()
}

#[test]
fn it_finds_what_a_check_finds_under_the_same_names_and_touches_nothing() {
    let desk = Desk::at("bec-classic");
    let checked = desk.json(&["check", ANNA], 1);
    let told = swept(&desk, &[], 1);
    let names: Vec<String> = told["found"].as_array().unwrap().iter().map(|one| text(&one["upn"])).collect();
    assert_eq!(names, [ANNA]);
    let expected = more_than_benign(&checked["accounts"][0]);
    assert!(expected.len() >= 3, "{expected:?}");
    assert_eq!(told["found"][0]["findings"], Value::from(expected));
    assert_eq!(told["mailboxes"], json!({"all": 13, "read": 13, "unread": 0, "absent": 0}));
    assert!(desk.tenant.writes().is_empty());
    assert_ne!(told["case"], checked["case"], "it stands in the tenant's own record");
}

#[test]
fn a_clean_tenant_is_clean_and_the_posture_says_from_how_many_mailboxes() {
    let desk = Desk::at("clean-account");
    let before = answer(&desk, "no-rule-bears-the-marks", 0);
    assert_eq!(before["answer"], "not-measurable");
    assert!(before["unread"].as_str().unwrap().contains("regain posture --sweep"), "{before}");
    let told = swept(&desk, &[], 0);
    assert_eq!((&told["found"], &told["undecided"], &told["unread"]), (&json!([]), &json!([]), &json!([])));
    let after = answer(&desk, "no-rule-bears-the-marks", 0);
    assert_eq!((&after["answer"], &after["remarks"][0]["code"]), (&json!("met"), &json!("swept")));
    desk.tenant.advance("P31D");
    let old = answer(&desk, "no-rule-bears-the-marks", 1);
    assert_eq!((&old["answer"], &old["remarks"][0]["code"]), (&json!("partly"), &json!("sweep-is-old")));
}

#[test]
fn what_was_found_is_not_met_and_opens_a_case_only_when_told_to() {
    let desk = Desk::at("bec-classic");
    let told = swept(&desk, &["--open-cases"], 1);
    let case = text(&told["opened"]);
    let opened = desk.json(&["case", "show", &case], 0);
    follows("contain", &opened);
    assert_eq!((&opened["closed"], opened["accounts"].as_array().unwrap().len()), (&json!(false), 1));
    assert_eq!((&opened["accounts"][0]["locked"], &opened["accounts"][0]["steps"]), (&json!(false), &json!([])));
    assert!(desk.tenant.writes().is_empty(), "nothing is locked");
    let rules = answer(&desk, "no-rule-bears-the-marks", 0);
    assert_eq!((&rules["answer"], &rules["remarks"][0]["code"]), (&json!("not-met"), &json!("rule-found")));
    // The second time the account is in a case already.
    let again = swept(&desk, &["--open-cases"], 1);
    assert_eq!((&again["opened"], &again["held"]), (&Value::Null, &json!([{"upn": ANNA, "case": case}])));
    // From there it is locked like any other.
    desk.run(&["case", "add-account", &case, ANNA, "--privileged", ANNA]).ended(1);
    assert!(!desk.tenant.writes().is_empty());
}

#[test]
fn a_list_that_is_cut_is_filled_from_the_directory() {
    let desk = Desk::at("broken");
    let told = swept(&desk, &[], 1);
    // Every list ends after four: that of the mailboxes is filled, and one person's rules cannot be; who has no mailbox
    // counts for nothing.
    assert_eq!(told["mailboxes"], json!({"all": 13, "read": 12, "unread": 1, "absent": 1}), "{told:#}");
    assert_eq!((&told["list_gap"], &told["unread"][0]["why"]["reason"]), (&Value::Null, &json!("incomplete")));
    let names: Vec<String> = told["found"].as_array().unwrap().iter().map(|one| text(&one["upn"])).collect();
    assert_eq!(names, [ANNA]);
}

#[test]
fn a_missing_role_is_told_with_what_to_grant() {
    let mut scenario = crate::support::shipped("bec-classic");
    for caller in scenario["callers"].as_array_mut().unwrap() {
        caller["roles"] = json!(["Security Administrator"]);
    }
    let desk = Desk::of(&scenario);
    let ran = desk.run(&["posture", "--sweep"]);
    assert!(ran.code == 2 || ran.code == 1, "{}", ran.err);
    assert!(ran.all().contains("Get-Mailbox"), "{}", ran.all());
}

#[test]
fn who_may_not_read_rules_learns_it_after_one_batch_and_what_forwards_is_found_all_the_same() {
    let mut scenario = crate::support::shipped("bec-classic");
    scenario["exchange"]["behaviour"] = json!({"globalReaderReadsRules": false});
    for caller in scenario["callers"].as_array_mut().unwrap() {
        caller["roles"] = json!(["Global Reader"]);
    }
    let desk = Desk::of(&scenario);
    let told = swept(&desk, &[], 1);
    assert_eq!(told["rest"]["reason"], "denied");
    assert!(text(&told["rest"]["missing"]).contains("Get-InboxRule"), "{}", told["rest"]);
    assert_eq!((&told["mailboxes"]["read"], &told["mailboxes"]["unread"]), (&json!(0), &json!(13)));
    let findings = told["found"][0]["findings"].as_array().unwrap();
    assert_eq!(findings.iter().map(|finding| text(&finding["facet"])).collect::<Vec<_>>(), ["forwarding"]);
    let rules = answer(&desk, "no-rule-bears-the-marks", 0);
    assert!(rules["answer"] == "not-measurable" && text(&rules["unread"]).contains("Get-InboxRule"), "{rules}");
}

#[test]
fn people_are_told_what_was_found_and_what_they_can_do_in_their_language() {
    let desk = Desk::at("bec-classic");
    let ran = desk.run(&["posture", "--sweep"]).ended(1);
    for part in ["13 mailboxes: 13 read, 0 not read", "FOUND", ANNA, "inbox-rules:", "malicious", "Record: "] {
        assert!(ran.out.contains(part), "{part:?}: {}", ran.out);
    }
    assert!(ran.err.contains(&format!("Nothing was touched. To lock an account: regain contain {ANNA}")), "{}", ran.err);
    assert!(ran.err.contains("13 of 13 mailboxes looked into"), "{}", ran.err);
    let ran = desk.run(&["posture", "--sweep", "--all", "--lang", "sv"]).ended(1);
    assert!(ran.out.contains("13 postlådor") && ran.out.contains("T1564.008"), "{}", ran.out);
    assert!(ran.err.contains("Inget har rörts."), "{}", ran.err);
}

/// Ends the program while it looks into the first mailboxes, and what it said then.
fn interrupted(desk: &mut Desk, arguments: &[&str]) -> String {
    let child = desk.command(arguments).spawn().unwrap();
    // The domains, the list, and the first of the mailboxes.
    for _ in 0..3 {
        desk.tenant.wait_for("InvokeCommand");
    }
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{said}");
    said
}

#[test]
fn a_sweep_that_is_interrupted_says_how_it_goes_on() {
    let mut desk = Desk::with(&["bec-classic", "--log", "--latency", "200"], "1");
    let said = interrupted(&mut desk, &["posture", "--sweep"]);
    assert!(said.contains("regain posture --sweep") && !said.contains("regain case list"), "{said}");
    let told = swept(&desk, &[], 1);
    assert_eq!((&told["resumed"], &told["mailboxes"]["read"]), (&json!(true), &json!(13)));
}

#[test]
fn one_that_was_to_open_cases_says_where_a_case_would_be() {
    let mut desk = Desk::with(&["bec-classic", "--log", "--latency", "200"], "1");
    let said = interrupted(&mut desk, &["posture", "--sweep", "--open-cases"]);
    assert!(said.contains("regain case list") && said.contains("regain verify CASE"), "{said}");
}

/// How often rules were asked for.
fn looks(desk: &Desk) -> usize {
    desk.tenant.requests().iter().filter(|request| request.to_string().contains("Get-InboxRule")).count()
}

#[test]
fn cases_are_opened_by_a_sweep_of_the_same_day_and_nobody_is_asked_again() {
    let desk = Desk::at("bec-classic");
    let first = desk.run(&["posture", "--sweep"]).ended(1);
    assert!(first.err.contains("regain posture --sweep --open-cases"), "{}", first.err);
    let asked = looks(&desk);
    let opened = desk.run(&["posture", "--sweep", "--open-cases"]).ended(1);
    assert!(opened.out.contains("Nothing was looked into again") && opened.out.contains(ANNA), "{}", opened.out);
    // Its number is said first, and then that it was read.
    let (said, read) = (opened.err.find("Case 2026-0002."), opened.err.find("Case 2026-0002 opened and read."));
    assert!(said.is_some() && said < read, "{}", opened.err);
    // Only the case read rules: those of one account.
    let of_the_case = looks(&desk) - asked;
    assert!((1..=2).contains(&of_the_case), "{of_the_case} and {asked}");
    desk.tenant.advance("P2D");
    let later = desk.run(&["posture", "--sweep", "--open-cases"]).ended(1);
    assert!(!later.out.contains("Nothing was looked into again"), "{}", later.out);
    assert!(looks(&desk) > asked + of_the_case, "a sweep that is a day old is made anew");
}

#[test]
fn a_case_that_cannot_be_opened_keeps_nothing_from_being_told() {
    let desk = Desk::at("bec-classic");
    desk.run(&["posture", "--no-dns"]).ended(0);
    // Where the key of the next case is to be written stands something else.
    let in_the_way = desk.data().join("keys/2026-0002.new");
    std::fs::create_dir(&in_the_way).unwrap();
    let told = swept(&desk, &["--open-cases"], 1);
    assert_eq!((&told["found"][0]["upn"], &told["opened"]), (&json!(ANNA), &Value::Null));
    let ran = desk.run(&["posture", "--sweep", "--open-cases"]).ended(1);
    assert!(ran.out.contains(ANNA) && ran.err.contains("error: "), "{}", ran.all());
    std::fs::remove_dir(&in_the_way).unwrap();
    assert_eq!(swept(&desk, &["--open-cases"], 1)["opened"], "2026-0002");
}

#[test]
fn a_sweep_asks_no_name_server_and_says_so() {
    let desk = Desk::at("clean-account");
    for flags in [&["--no-dns"][..], &["--dns", "127.0.0.1:1"]] {
        let ran = desk.run(&[&["posture", "--sweep"], flags].concat()).ended(2);
        assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
    }
}
