//! What people get wrong, and what happens at a bad moment: each ends with a clear message, the
//! next step and the right code, and nothing is lost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{ANNA, ANNA_ID, CASE, Desk, NOT_READ, TENANT, reader, shipped, steps, text};

/// Nothing was changed in the tenant, and no case was opened.
#[track_caller]
fn untouched(desk: &Desk) {
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
    assert!(!desk.data().exists(), "something was written to the data folder");
}

#[test]
fn a_wrong_tenant_is_told_before_anything_is_written() {
    let desk = Desk::at("clean-account");
    let mut line = desk.tenant.line.clone();
    line["tenant_id"] = "0f1e2d3c-4b5a-4678-9a0b-c0de00000009".into();
    desk.endpoints(&line);
    let ran = desk.run(&["contain", ANNA]).refused(2, "0f1e2d3c-4b5a-4678-9a0b-c0de00000009");
    assert!(ran.err.contains("nothing was done") && ran.err.contains("next: "), "{}", ran.err);
    untouched(&desk);
}

#[test]
fn a_wrong_secret_is_told_before_anything_is_written() {
    let desk = Desk::at("clean-account");
    let mut line = desk.tenant.line.clone();
    line["client_secret"] = "another".into();
    desk.endpoints(&line);
    desk.run(&["contain", ANNA]).refused(2, "no sign-in to tenant").hinted("secret");
    untouched(&desk);
}

#[test]
fn an_unknown_app_is_told() {
    let desk = Desk::at("clean-account");
    let mut line = desk.tenant.line.clone();
    line["client_id"] = "c3000000-0000-4000-8000-0000000000ff".into();
    desk.endpoints(&line);
    desk.run(&["contain", ANNA]).refused(2, "no sign-in to tenant").hinted("");
    untouched(&desk);
}

/// Without the permission to find accounts nothing begins; the grant is named.
#[test]
fn a_missing_permission_to_read_is_named() {
    let desk = without_permissions(&["User.Read.All", "Directory.Read.All"]);
    let ran = desk.run(&["contain", ANNA]).ended(2).hinted("regain doctor");
    assert!(ran.err.contains("User.Read.All"), "{}", ran.err);
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
    let doctor = desk.json(&["doctor"], 1);
    let missing = features(&doctor, "missing");
    assert!(missing.contains("find-account") && missing.contains("User.Read.All"), "{missing}");
}

/// Without the permission to block the rest of the lock is done, and the grant is named.
#[test]
fn a_missing_permission_to_block_is_named_and_the_rest_is_done() {
    let desk = without_permissions(&["User.EnableDisableAccount.All"]);
    let case = desk.json(&["contain", ANNA], 1);
    let steps = case["accounts"][0]["steps"].as_array().unwrap();
    let block = steps.iter().find(|step| step["action"] == "block-sign-in").unwrap();
    assert_eq!(block["state"], "failed");
    assert!(text(&block["why"]).contains("User.EnableDisableAccount.All"), "{block}");
    assert!(steps.iter().filter(|step| step["action"] != "block-sign-in").all(|step| step["state"] == "verified"), "{steps:?}");
    assert_eq!(case["accounts"][0]["locked"], false);
    let shown = desk.run(&["case", "show", CASE]).ended(1);
    assert!(shown.out.contains("NOT LOCKED") && shown.out.contains("User.EnableDisableAccount.All"), "{}", shown.out);
}

#[test]
fn a_missing_permission_to_revoke_is_named() {
    let desk = without_permissions(&["User.RevokeSessions.All"]);
    let case = desk.json(&["contain", ANNA], 1);
    let steps = case["accounts"][0]["steps"].as_array().unwrap();
    for step in steps.iter().filter(|step| step["action"] == "revoke-sessions") {
        assert!(step["state"] == "failed" && text(&step["why"]).contains("User.RevokeSessions.All"), "{step}");
    }
}

/// What may not be read is a gap with the grant that is missing, never clean.
#[test]
fn exchange_without_permission_is_a_gap() {
    let desk = without_permissions(&["Exchange.ManageAsApp"]);
    let case = desk.json(&["check", ANNA], 1);
    let gaps = case["accounts"][0]["gaps"].as_array().unwrap();
    let rules = gaps.iter().find(|gap| gap["facet"] == "inbox-rules").unwrap_or_else(|| panic!("{gaps:?}"));
    assert_eq!(rules["why"]["reason"], "denied", "{rules}");
    assert!(!text(&rules["why"]["missing"]).is_empty(), "{rules}");
    assert!(features(&desk.json(&["doctor"], 1), "missing").contains("Exchange.ManageAsApp"));
}

fn without_permissions(missing: &[&str]) -> Desk {
    let mut scenario = shipped("clean-account");
    let permissions = scenario["callers"][0]["permissions"].as_array_mut().unwrap();
    permissions.retain(|name| !missing.contains(&name.as_str().unwrap()));
    Desk::of(&scenario)
}

fn features(doctor: &Value, state: &str) -> String {
    let features = doctor["features"].as_array().unwrap().iter().filter(|feature| feature["state"] == state);
    features.map(Value::to_string).collect()
}

#[test]
fn no_network_is_told() {
    let desk = Desk::at("clean-account");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut line = desk.tenant.line.clone();
    for name in ["login", "graph", "exchange", "purview"] {
        line[name] = format!("http://{closed}").into();
    }
    desk.endpoints(&line);
    desk.run(&["contain", ANNA]).ended(2).hinted("network");
    untouched(&desk);
    line["control"] = format!("http://{closed}").into();
    desk.endpoints(&line);
    desk.run(&["contain", ANNA]).ended(2).hinted("regain emulate");
}

/// The network goes away when the lock has begun: what happened is in the record, and going on ends it.
#[test]
fn a_network_that_breaks_in_the_middle_is_gone_on_from() {
    let mut scenario = shipped("clean-account");
    scenario["faults"] = json!([{"match": {"service": "graph", "method": "PATCH"}, "when": {}, "kind": "drop"}]);
    let desk = Desk::of_with(&scenario, &[], "60");
    let ran = desk.run(&["contain", ANNA]);
    assert!(ran.code == 1 && !ran.err.contains("panicked"), "{}: {}", ran.code, ran.all());
    desk.tenant.faults(&json!([]));
    desk.run(&["resume", CASE]);
    let again = desk.json(&["contain", ANNA], 0);
    assert_eq!(again["accounts"][0]["locked"], true, "{:?}", steps(&again));
}

#[test]
fn a_newer_database_is_left_alone() {
    let desk = Desk::at("clean-account");
    desk.run(&["check", ANNA]).ended(0);
    let (path, before) = desk.files().into_iter().find(|(_, bytes)| bytes.starts_with(b"SQLite format 3")).expect("a database");
    // `user_version` stands in bytes 60 to 63 of the file, and the write counter makes it count.
    let mut bytes = before.clone();
    bytes[60..64].copy_from_slice(&999_u32.to_be_bytes());
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{beside}", path.display()));
    }
    fs::write(&path, &bytes).unwrap();
    let writes = desk.tenant.writes().len();
    for arguments in [&["contain", ANNA][..], &["case", "list"], &["evidence", "verify"]] {
        let ran = desk.run(arguments).ended(2);
        assert!(ran.err.contains("newer"), "{}", ran.err);
    }
    desk.run(&["case", "list"]).hinted("newer regain");
    assert_eq!(desk.tenant.writes().len(), writes, "a tenant was changed without a record");
    assert_eq!(fs::read(&path).unwrap()[60..64], 999_u32.to_be_bytes(), "the newer database was changed");
}

#[test]
fn two_processes_on_one_case_do_not_mix() {
    let mut desk = Desk::with(&["bec-classic", "--latency", "60", "--log"], "1");
    let mut first = desk.command(&["contain", ANNA, "--privileged", ANNA]).spawn().unwrap();
    desk.tenant.wait_for("PATCH");
    let second = desk.run(&["verify", CASE]).refused(2, "is being worked on").hinted("wait");
    assert!(!second.err.contains("panicked"));
    desk.run(&["plan", "make", CASE]).refused(2, "is being worked on");
    // Looking is allowed.
    assert!(desk.run(&["case", "show", CASE]).code <= 1);
    assert_eq!(first.wait().unwrap().code(), Some(1), "the first was disturbed");
    desk.run(&["verify", CASE]).ended(1);
    assert_eq!(desk.json(&["evidence", "verify"], 0)["whole"], true);
}

/// A watch outlives whoever cleans meanwhile.
#[test]
fn a_watch_waits_for_whoever_works_on_the_case() {
    let mut desk = Desk::with(&["bec-classic", "--latency", "60", "--log"], "20");
    let mut first = desk.command(&["contain", ANNA, "--privileged", ANNA]).spawn().unwrap();
    desk.tenant.wait_for("PATCH");
    let mut watch = desk.command(&["watch", CASE]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(watch.stderr.take().unwrap()).lines().map(Result::unwrap);
    let busy = said.find(|line| line.contains("Somebody works on this case") || line.contains("Next pass")).unwrap();
    assert!(busy.contains("Somebody works"), "it did not find the case busy: {busy}");
    assert!(said.any(|line| line.contains("Next pass")), "the watch did not go on");
    assert_eq!(first.wait().unwrap().code(), Some(1), "the first was disturbed");
    watch.kill().unwrap();
    watch.wait().unwrap();
}

/// Nobody at the keyboard and no `--yes`: the account is locked, the plan is shown with its digest,
/// and everything goes on from there.
#[test]
fn without_a_terminal_the_plan_waits_for_its_digest() {
    let desk = Desk::fast("bec-classic");
    let ran = desk.run(&["contain", ANNA, "--privileged", ANNA]).ended(1);
    assert!(ran.out.contains("LOCKED") && ran.out.contains("STILL OPEN"), "{}", ran.out);
    assert!(
        ran.err.contains(&format!("regain apply {CASE}")) && ran.err.contains(&format!("regain watch {CASE}")),
        "{}",
        ran.err
    );
    let plan = desk.json(&["plan", "show", CASE], 0);
    let digest = text(&plan["digest"]);
    assert!(ran.err.contains(&digest), "the digest is not printed: {}", ran.err);
    assert!(!desk.tenant.writes().iter().any(|write| write.starts_with("Disable-InboxRule")), "cleaned without an approval");
    desk.run(&["apply", CASE]).ended(1);
    assert!(!desk.tenant.writes().iter().any(|write| write.starts_with("Disable-InboxRule")), "cleaned without an approval");
    desk.run(&["plan", "approve", CASE, "--digest", &digest[..8]]).ended(0);
    desk.run(&["apply", CASE]).ended(0);
    let open = desk.tenant.open_ways();
    assert!(!open.iter().any(|way| way.starts_with("rule")), "{open:?}");
    desk.run(&["verify", CASE]).ended(0);
    desk.run(&["watch", CASE, "--once"]).ended(0);
    for format in ["md", "json"] {
        desk.run(&["report", CASE, "--format", format]).ended(0);
    }
    assert_eq!(desk.json(&["evidence", "verify", CASE], 0)["whole"], true);
    assert_eq!(desk.json(&["case", "list"], 0)[0]["roles_held"], 4);
    let before = desk.tenant.state();
    let undo = desk.json(&["undo", CASE], 1);
    assert_eq!(undo["awaiting"]["kind"], "undo");
    assert_eq!(desk.tenant.state(), before, "undone without an approval");
    desk.approve(&undo);
    desk.run(&["apply", CASE]).ended(0);
    let rules = desk.tenant.state()["mailboxes"][ANNA_ID]["rules"].clone();
    assert!(rules.as_array().unwrap().iter().all(|rule| rule["enabled"] == true), "{rules}");
}

#[test]
fn a_plan_that_changed_needs_its_new_digest() {
    let desk = Desk::fast("bec-classic");
    let case = desk.contain(&[], 1);
    let old = text(&case["awaiting"]["digest"]);
    let findings = case["accounts"][0]["findings"].as_array().unwrap();
    let rule = findings.iter().find(|finding| finding["name"] == ".").unwrap();
    let made = desk.json(&["plan", "make", CASE, "--keep", &text(&rule["item"])], 1);
    assert_eq!(made["steps"].as_array().unwrap().len(), 1, "{made}");
    desk.run(&["plan", "approve", CASE, "--digest", &old]).ended(2).hinted("regain plan");
    desk.run(&["plan", "approve", CASE, "--digest", "deadbeef"]).ended(2).hinted("regain plan show");
    desk.run(&["plan", "approve", CASE, "--digest", "a"]).ended(2);
    assert!(!desk.tenant.writes().iter().any(|write| write.starts_with("Disable-InboxRule")));
    let digest = text(&made["digest"]);
    desk.run(&["plan", "approve", CASE, "--digest", &digest]).ended(0);
    desk.run(&["plan", "approve", CASE, "--digest", &digest]).refused(2, "").hinted("regain apply");
    desk.run(&["apply", CASE]).ended(0);
    let off: Vec<String> = desk.tenant.writes().into_iter().filter(|write| write.starts_with("Disable-InboxRule")).collect();
    assert!(off.len() == 1 && off[0].contains("sync") || off.len() == 1, "{off:?}");
    assert!(desk.tenant.open_ways().contains(&"rule:.".to_owned()), "what was to be kept was cleaned");
}

#[test]
fn an_approval_expires() {
    let desk = Desk::at("bec-classic");
    let case = desk.contain(&[], 1);
    desk.approve(&case);
    desk.tenant.advance("PT25H");
    desk.run(&["apply", CASE]).ended(2).hinted("regain plan make");
    assert!(!desk.tenant.writes().iter().any(|write| write.starts_with("Disable-InboxRule")), "carried out after a day");
    let again = desk.json(&["plan", "make", CASE], 1);
    desk.run(&["plan", "approve", CASE, "--digest", &text(&again["digest"])]).ended(0);
    desk.run(&["apply", CASE]).ended(0);
}

/// Somebody removed the forwarding between plan and undo, and set another: it is not overwritten.
#[test]
fn what_somebody_changed_meanwhile_is_not_overwritten() {
    let desk = Desk::fast("bec-classic");
    let case = desk.contain(&["--yes"], 0);
    assert_eq!(case["awaiting"], Value::Null);
    // The owner makes a rule of the same name as the one that was switched off, and changes it.
    let rules = desk.tenant.change("GET", &format!("/users/{ANNA_ID}/mailFolders/inbox/messageRules"), &Value::Null);
    let dot = rules["value"].as_array().unwrap().iter().find(|rule| rule["displayName"] == ".").unwrap().clone();
    let path = format!("/users/{ANNA_ID}/mailFolders/inbox/messageRules/{}", text(&dot["id"]));
    desk.tenant.change(
        "PATCH",
        &path,
        &json!({"displayName": ".", "conditions": {"subjectContains": ["the owner's own"]}, "isEnabled": false}),
    );
    let undo = desk.run(&["undo", CASE]).ended(1);
    assert!(undo.err.contains("changed by somebody since"), "{}", undo.err);
    let plan = desk.json(&["plan", "show", CASE], 0);
    assert!(plan["steps"].as_array().unwrap().iter().all(|step| step["target"] != "."), "{plan}");
}

/// Somebody removed the rule between plan and approval: the step says so, and nothing else suffers.
#[test]
fn what_is_gone_before_the_approval_is_no_failure_of_the_rest() {
    let desk = Desk::fast("bec-classic");
    let case = desk.contain(&[], 1);
    let rules = desk.tenant.change("GET", &format!("/users/{ANNA_ID}/mailFolders/inbox/messageRules"), &Value::Null);
    let dot = rules["value"].as_array().unwrap().iter().find(|rule| rule["displayName"] == ".").unwrap().clone();
    desk.tenant.change("DELETE", &format!("/users/{ANNA_ID}/mailFolders/inbox/messageRules/{}", text(&dot["id"])), &Value::Null);
    desk.approve(&case);
    let ran = desk.run(&["apply", CASE, "--json"]);
    assert!(ran.code <= 1, "{}", ran.err);
    let after = ran.json();
    let steps = steps(&after);
    assert!(steps.contains(&"disable-inbox-rule sync verified".to_owned()), "{steps:?}");
    assert!(!desk.tenant.open_ways().iter().any(|way| way.starts_with("rule")));
    assert_eq!(desk.tenant.get("/verdict")["honest"]["kept"], true);
}

/// Interrupted at `moment`, with 130 and a way on; gone on from, it ends like any other.
fn interrupted(moment: &str, yes: bool) {
    let mut desk = Desk::with(&["bec-classic", "--latency", "50", "--log"], "1");
    let mut arguments = vec!["contain", ANNA, "--privileged", ANNA];
    if yes {
        arguments.push("--yes");
    }
    let ran = desk.interrupted_at(&arguments, moment);
    let ran = ran.refused(130, "regain resume");
    assert!(!ran.err.contains("panicked"));
    assert_eq!(desk.json(&["evidence", "verify"], 0)["whole"], true);
    desk.run(&["case", "show", CASE]);
    let resumed = desk.run(&["resume", CASE, "--json"]);
    assert!(resumed.code <= 1, "{moment}: {} {}", resumed.code, resumed.err);
    let case = resumed.json();
    assert_eq!(case["accounts"][0]["locked"], true, "{moment}: {:?}", steps(&case));
    let open = desk.tenant.open_ways();
    for way in ["password", "refresh-token", "sign-in", "forwarding"] {
        assert!(!open.iter().any(|one| one == way), "{moment}: {way} is open after resume; {:?}", steps(&case));
    }
    assert!(!open.iter().any(|way| way.starts_with("role:")), "{moment}: {open:?}");
    let blocks = desk.tenant.writes().iter().filter(|write| write.contains("\"accountEnabled\":false")).count();
    assert!(blocks <= 2, "{blocks} blocks");
    assert_eq!(desk.tenant.get("/verdict")["honest"]["kept"], true);
    assert_eq!(desk.json(&["evidence", "verify"], 0)["whole"], true);
}

#[test]
fn interrupted_when_the_block_was_answered() {
    interrupted("PATCH", false);
}

#[test]
fn interrupted_when_sessions_were_revoked() {
    interrupted("revokeSignInSessions", false);
}

#[test]
fn interrupted_when_a_role_was_taken() {
    interrupted("DELETE", false);
}

#[test]
fn interrupted_while_the_mailbox_is_read() {
    interrupted("InvokeCommand", false);
}

#[test]
fn interrupted_with_yes_when_the_block_was_answered() {
    interrupted("PATCH", true);
}

/// Killed without a chance to say anything: the same.
#[test]
fn killed_in_the_middle_is_gone_on_from() {
    let mut desk = Desk::with(&["bec-classic", "--latency", "50", "--log"], "1");
    let mut child = desk.command(&["contain", ANNA, "--privileged", ANNA]).spawn().unwrap();
    desk.tenant.wait_for("PATCH");
    child.kill().unwrap();
    child.wait().unwrap();
    let resumed = desk.json(&["resume", CASE], 0);
    assert_eq!(resumed["accounts"][0]["locked"], true, "{:?}", steps(&resumed));
}

/// A rule's name that would take over a terminal or a page.
#[test]
fn a_hostile_name_is_harmless_everywhere() {
    let name = format!(
        "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}<script>alert(1)</script>[x](http://evil.example)|`#\u{200b}\r\n{}",
        "y".repeat(180)
    );
    assert_eq!(name.chars().count(), 250);
    let mut scenario = shipped("bec-classic");
    let mailboxes = scenario["exchange"]["mailboxes"].as_array_mut().unwrap();
    let rules = mailboxes[0]["rules"].as_array_mut().unwrap();
    for rule in rules.iter_mut().filter(|rule| rule["Name"] == "sync") {
        rule["Name"] = name.clone().into();
    }
    for user in scenario["graph"]["users"].as_array_mut().unwrap() {
        if user["id"] == ANNA_ID {
            user["displayName"] = "Anna\u{1b}[31m\u{202e} Berg".into();
        }
    }
    for way in scenario["attacker"]["holds"].as_array_mut().unwrap() {
        if way["rule"] == "sync" {
            way["rule"] = name.clone().into();
        }
    }
    let desk = Desk::of_with(&scenario, &[], "60");
    let mut said =
        vec![desk.run(&["check", ANNA, "--verbose"]).ended(1), desk.run(&["contain", ANNA, "--privileged", ANNA]).ended(1)];
    let id = "2026-0002";
    for arguments in [
        &["plan", "show", id][..],
        &["case", "show", id],
        &["case", "list"],
        &["case", "timeline", id],
        &["plan", "make", id],
        &["report", id],
        &["report", id, "--lang", "sv"],
        &["undo", id],
        &["case", "show", id, "--json"],
        &["plan", "show", id, "--json"],
        &["report", id, "--json"],
        &["case", "timeline", id, "--json"],
    ] {
        said.push(desk.run(arguments));
    }
    for ran in said {
        let all = ran.all();
        let bad: Vec<char> = all
            .chars()
            .filter(|c| {
                c.is_control() && *c != '\n'
                    || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            })
            .collect();
        assert!(bad.is_empty(), "{bad:?} in {all}");
        assert!(ran.code <= 1, "{all}");
    }
    let report = desk.run(&["report", id]).out;
    assert!(!report.contains("<script>") && !report.contains("[x](http"), "{report}");
    assert!(report.contains("yyyy"), "the name is not in the report: {report}");
}

#[test]
fn many_accounts_need_their_number() {
    let desk = Desk::at("clean-account");
    let names: Vec<String> = (0..26).map(|number| format!("user{number}@contoso.com")).collect();
    let mut arguments = vec!["contain"];
    arguments.extend(names.iter().map(String::as_str));
    desk.run(&arguments).refused(2, "--expect 26");
    let mut wrong = arguments.clone();
    wrong.extend(["--expect", "25"]);
    desk.run(&wrong).refused(2, "--expect 26");
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
    arguments.extend(["--expect", "26"]);
    desk.run(&arguments).refused(2, "user0@contoso.com");
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
}

#[test]
fn files_of_settings_name_the_line_that_is_wrong() {
    let desk = Desk::at("clean-account");
    for (file, text, line, what) in [
        ("policy.toml", "incident-hours = 24\nbreak-glas = [\"x@contoso.com\"]\n", "line 2", "break-glas"),
        ("policy.toml", "break-glass = [\n", "line", "policy.toml"),
        ("config.toml", "data-dir = \"x\"\n\ndefault-tennant = \"y\"\n", "line 3", "default-tennant"),
        ("config.toml", "data-dir = 3\n", "line 1", "config.toml"),
    ] {
        let path = desk.config().join(file);
        fs::write(&path, text).unwrap();
        for arguments in [&["contain", ANNA][..], &["case", "list"]] {
            let ran = desk.run(arguments).refused(2, line).hinted(file);
            assert!(ran.err.contains(what), "{}", ran.err);
        }
        fs::remove_file(&path).unwrap();
    }
    untouched(&desk);
}

#[test]
fn what_is_typed_wrong_is_told_with_what_would_be_right() {
    let desk = Desk::at("clean-account");
    let release = ["release", CASE, "--to", "sign-in"];
    for (more, told) in [
        (&["--override", "setled=because"][..], "settled"),
        (&["--override", "settled="], "CRITERION=REASON"),
        (&["--override", "settled"], "CRITERION=REASON"),
        (&["--proof", "telepathy"], "callback:SOURCE"),
        (&["--proof", "callback:"], "callback:SOURCE"),
        (&["--cause", "magic"], "malware"),
        (&["--give-back", "nonsense"], "give-back"),
    ] {
        let mut arguments = release.to_vec();
        arguments.extend(more);
        desk.run(&arguments).refused(2, told);
    }
    for arguments in [
        &["contain"][..],
        &["case", "show", "12"],
        &["contain", ANNA, "--keep", "x"],
        &["emulate", "nothing-of-the-kind"],
        &["demo", "--scenario", "nothing"],
        &["report", CASE, "--format", "docx"],
    ] {
        let ran = desk.run(arguments).ended(2);
        assert!(!ran.err.is_empty());
    }
    desk.run(&["case", "show", "2026-0099"]).ended(2).hinted("regain case list");
    desk.run(&["verify", "2026-0099"]).ended(2).hinted("regain case list");
    desk.run(&["report", "2026-0099"]).ended(2).hinted("regain case list");
    desk.run(&["plan", "show", "2026-0099"]).ended(2);
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
}

#[test]
fn settings_that_contradict_each_other_are_told() {
    let desk = Desk::at("clean-account");
    desk.run(&["contain", ANNA, "--tenant", "contoso"]).refused(2, "REGAIN_ENDPOINTS").hinted("--tenant");
    fs::write(desk.path("endpoints.json"), "not json").unwrap();
    desk.run(&["contain", ANNA]).refused(2, "REGAIN_ENDPOINTS").hinted("regain emulate");
    fs::remove_file(desk.path("endpoints.json")).unwrap();
    desk.run(&["contain", ANNA]).ended(2).hinted("");
    let mut none = desk.command(&["contain", ANNA]);
    let output = none.env_remove("REGAIN_ENDPOINTS").output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && err.contains("no tenant is configured") && err.contains("regain demo"), "{err}");
    let mut half = desk.command(&["contain", ANNA]);
    let output = half.env_remove("REGAIN_ENDPOINTS").env("AZURE_TENANT_ID", TENANT).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && err.contains("AZURE_CLIENT_ID"), "{err}");
    untouched(&desk);
}

/// The gate is barred: what bars it is named, and nothing is given back.
#[test]
fn a_release_without_its_criteria_gives_nothing_back() {
    let desk = Desk::fast("bec-classic");
    desk.contain(&["--yes"], 0);
    let before = desk.tenant.state();
    let (_, recipient) = reader();
    let ran = desk.run(&["release", CASE, "--to", "sign-in", "--seal-to", &recipient]).refused(1, "Not released");
    for criterion in ["settled", "cause-answered", "owner-proven", "sign-in-methods", "no-sign-in-since-lock"] {
        assert!(ran.err.contains(criterion), "{criterion} is not named: {}", ran.err);
    }
    let ran = desk.run(&["release", CASE, "--to", "roles"]).refused(1, "sign-in-released");
    assert!(ran.err.contains("waited"), "{}", ran.err);
    // One override too few.
    let mut almost = vec!["release", CASE, "--to", "sign-in", "--cause", "link", "--proof", "video", "--seal-to", &recipient];
    almost.extend(NOT_READ);
    desk.run(&almost).refused(1, "settled");
    assert_eq!(desk.tenant.state(), before, "something was given back");
    // The unproven owner cannot be given anything by an unknown cause alone.
    desk.run(&["case", "close", CASE]).refused(2, "still holds");
    assert_eq!(desk.json(&["case", "list"], 0)[0]["closed"], false);
}

/// Without a terminal and without a recipient there is no way for a fresh password: none is made.
#[test]
fn a_release_without_a_way_for_the_password_changes_nothing() {
    let desk = Desk::fast("bec-classic");
    desk.contain(&["--yes"], 0);
    let before = desk.tenant.state();
    let ran =
        desk.run_without_terminal(&["release", CASE, "--to", "sign-in", "--false-alarm", "a test"]).ended(1).hinted("--seal-to");
    assert!(ran.err.contains("terminal"), "{}", ran.err);
    assert_eq!(desk.tenant.state(), before, "half of it was given back");
    let ran = desk.run(&["release", CASE, "--to", "sign-in", "--false-alarm", "a test", "--seal-to", "age1nonsense"]).ended(2);
    assert!(ran.err.contains("age1nonsense"), "{}", ran.err);
    assert_eq!(desk.tenant.state(), before);
}

/// The block and the roles come back by release only.
#[test]
fn undo_gives_no_sign_in_and_no_role_back() {
    let desk = Desk::fast("bec-classic");
    let case = desk.contain(&["--yes"], 0);
    let accounts = case["accounts"][0]["steps"].as_array().unwrap();
    let of = |action: &str| accounts.iter().find(|step| step["action"] == action).map(|step| text(&step["id"])).unwrap();
    for action in ["block-sign-in", "withdraw-role"] {
        let ran = desk.run(&["undo", CASE, &of(action)]).refused(1, "by release only");
        assert!(ran.err.contains("Nothing can be undone"), "{}", ran.err);
    }
    for action in ["replace-password", "revoke-sessions"] {
        desk.run(&["undo", CASE, &of(action)]).refused(1, "cannot be undone");
    }
    desk.run(&["undo", CASE]).ended(1);
    let plan = desk.json(&["plan", "show", CASE], 0);
    let actions: Vec<String> = plan["steps"].as_array().unwrap().iter().map(|step| text(&step["action"])).collect();
    assert!(actions.iter().all(|action| action.starts_with("restore-") || action.starts_with("enable-")), "{actions:?}");
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false);
    desk.run(&["undo", CASE, "p99.1"]).ended(1);
}

/// `--yes` covers what is malicious by two kinds of evidence; what is only suspicious waits.
#[test]
fn yes_covers_only_what_it_may() {
    let mut scenario = shipped("bec-classic");
    let rules = scenario["exchange"]["mailboxes"][0]["rules"].as_array_mut().unwrap();
    rules.push(json!({"Name": "Arkiv", "SubjectContainsWords": ["faktura"], "MoveToFolder": "RSS Feeds"}));
    let desk = Desk::of_with(&scenario, &[], "60");
    let case = desk.contain(&["--yes"], 1);
    let findings = case["accounts"][0]["findings"].as_array().unwrap();
    let of = |name: &str| findings.iter().find(|finding| finding["name"] == name).unwrap_or_else(|| panic!("{findings:?}"));
    assert_eq!(of(".")["verdict"], "malicious");
    assert_eq!(of("Arkiv")["verdict"], "suspicious", "{}", of("Arkiv"));
    let state = desk.tenant.state();
    let enabled = |name: &str| {
        state["mailboxes"][ANNA_ID]["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == name).unwrap()["enabled"]
            .clone()
    };
    assert_eq!(enabled("."), false);
    assert_eq!(enabled("sync"), false);
    assert_eq!(enabled("Arkiv"), true, "--yes cleaned what was only suspicious");
    assert_eq!(enabled("Kunder"), true);
    let timeline = desk.run(&["case", "timeline", CASE]).ended(0);
    assert!(timeline.out.contains("plan-approved"), "{}", timeline.out);
    desk.approve(&case);
    desk.run(&["apply", CASE]).ended(0);
    let rules = desk.tenant.state()["mailboxes"][ANNA_ID]["rules"].clone();
    assert!(rules.as_array().unwrap().iter().any(|rule| rule["name"] == "Arkiv" && rule["enabled"] == false), "{rules}");
}

/// `--keep` and `--also` count under `--yes` too; an item that is none is told.
#[test]
fn keep_and_also_are_heard() {
    let desk = Desk::fast("bec-classic");
    let looked = desk.json(&["check", ANNA], 1);
    let findings = looked["accounts"][0]["findings"].as_array().unwrap();
    let item = |name: &str| text(&findings.iter().find(|finding| finding["name"] == name).unwrap()["item"]);
    let ran = desk.run(&[
        "contain",
        ANNA,
        "--privileged",
        ANNA,
        "--yes",
        "--keep",
        &item("."),
        "--also",
        &item("Newsletter"),
        "--keep",
        "inbox-rules:00000000",
    ]);
    assert!(ran.code <= 1 && ran.err.contains("inbox-rules:00000000"), "{}", ran.all());
    let state = desk.tenant.state();
    let enabled = |name: &str| {
        state["mailboxes"][ANNA_ID]["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == name).unwrap()["enabled"]
            .clone()
    };
    assert_eq!(enabled("."), true, "cleaned although it was to be kept");
    assert_eq!(enabled("sync"), false);
}

#[test]
fn plan_first_changes_nothing_without_a_terminal() {
    let desk = Desk::at("bec-classic");
    let ran = desk.run(&["contain", ANNA, "--privileged", ANNA, "--plan-first"]).refused(1, "Nothing was changed");
    assert!(ran.out.contains("SUSPICIOUS"), "{}", ran.out);
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
}

#[test]
fn a_case_is_forgotten_only_when_it_is_named_again() {
    let desk = Desk::at("clean-account");
    desk.run(&["check", ANNA]).ended(0);
    desk.run(&["case", "forget", CASE]).refused(2, "--confirm");
    desk.run(&["case", "forget", CASE, "--confirm", "2026-0002"]).refused(2, "--confirm");
    desk.run(&["case", "show", CASE]).ended(0);
    desk.run(&["case", "forget", CASE, "--confirm", CASE]).ended(0);
    desk.run(&["case", "show", CASE]).ended(2).hinted("evidence verify");
    let evidence = desk.json(&["evidence", "verify"], 0);
    assert_eq!((&evidence["whole"], &evidence["forgotten"]), (&true.into(), &json!([CASE])));
}

/// stdout is closed by whoever reads it: no panic, and the lock is not left half done.
#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let desk = Desk::fast("bec-classic");
    let mut child = desk.command(&["contain", ANNA, "--privileged", ANNA, "--yes"]).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!err.contains("panicked"), "{err}");
    assert_eq!(desk.json(&["case", "show", CASE], 0)["accounts"][0]["locked"], true);
}
