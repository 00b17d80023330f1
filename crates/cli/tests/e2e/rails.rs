//! Each safety rail, and an attempt to break it. Those with a room of their own are elsewhere:
//! passwords in `secrets`, the last administrators in `scenarios`, hostile text in `bad_input`.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{ANNA, ANNA_ID, CASE, Desk, NOT_READ, REGAIN, files_below, reader, shipped, steps, text};

const BREAK_GLASS: &str = "emergency.access@contoso.onmicrosoft.com";
const BREAK_GLASS_ID: &str = "a1000000-0000-4000-8000-000000000004";
const SARA: &str = "sara.holm@contoso.com";

fn policy(desk: &Desk, text: &str) {
    fs::write(desk.config().join("policy.toml"), text).unwrap();
}

#[test]
fn an_account_for_emergencies_is_never_touched() {
    for named in [BREAK_GLASS, "EMERGENCY.ACCESS@CONTOSO.ONMICROSOFT.COM", BREAK_GLASS_ID] {
        let desk = Desk::at("bec-classic");
        policy(&desk, &format!("break-glass = [{named:?}]\n"));
        for arguments in [
            &["contain", BREAK_GLASS][..],
            &["contain", BREAK_GLASS_ID, "--kind", "person", "--privileged", BREAK_GLASS],
            &["contain", ANNA, BREAK_GLASS, "--privileged", ANNA, "--privileged", BREAK_GLASS, "--yes"],
        ] {
            desk.run(arguments).refused(2, "never touched").hinted("policy.toml");
        }
        assert_eq!(desk.tenant.writes(), Vec::<String>::new());
        assert_eq!(desk.json(&["case", "list"], 0), json!([]), "a case was opened");
    }
}

#[test]
fn an_account_for_emergencies_is_not_added_to_a_case() {
    let desk = Desk::fast("clean-account");
    policy(&desk, &format!("break-glass = [{BREAK_GLASS:?}]\n"));
    desk.run(&["contain", ANNA]).ended(0);
    let before = desk.tenant.writes().len();
    desk.run(&["case", "add-account", CASE, BREAK_GLASS, "--privileged", BREAK_GLASS]).refused(2, "never touched");
    assert_eq!(desk.tenant.writes().len(), before);
    // A refusal does not keep the case busy.
    desk.run(&["verify", CASE]).ended(0);
}

/// It counts as an administrator that works.
#[test]
fn an_account_for_emergencies_counts_as_working() {
    let mut scenario = shipped("only-global-admin");
    scenario["graph"]["users"].as_array_mut().unwrap().push(json!({
        "id": BREAK_GLASS_ID, "userPrincipalName": BREAK_GLASS, "displayName": "Emergency Access", "accountEnabled": true, "@password": "Sommar-004-regn", "mail": null, "proxyAddresses": [],
    }));
    scenario["graph"]["roleAssignments"]
        .as_array_mut()
        .unwrap()
        .push(json!({"principalId": BREAK_GLASS_ID, "roleDefinitionId": "Global Administrator"}));
    let desk = Desk::of_with(&scenario, &[], "60");
    policy(&desk, &format!("break-glass = [{BREAK_GLASS:?}]\n"));
    desk.contain(&[], 1);
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false);
}

/// Administrators that do not work do not count: made within the incident, or eligible only.
#[test]
fn an_administrator_from_the_incident_does_not_count() {
    let id = "a1000000-0000-4000-8000-000000000044";
    let new = |created: &str| json!({"id": id, "userPrincipalName": "helper@contoso.com", "displayName": "Helper", "createdDateTime": created, "accountEnabled": true, "@password": "Sommar-044-regn", "mail": null, "proxyAddresses": []});
    let with = |user: Value, list: &str| {
        let mut scenario = shipped("only-global-admin");
        scenario["graph"]["users"].as_array_mut().unwrap().push(user);
        let row = json!({"principalId": id, "roleDefinitionId": "Global Administrator"});
        match scenario["graph"][list].as_array_mut() {
            Some(rows) => rows.push(row),
            None => scenario["graph"][list] = json!([row]),
        }
        Desk::of_with(&scenario, &[], "60")
    };
    let (_, recipient) = reader();
    for (what, desk, blocked) in [
        ("made yesterday", with(new("2026-11-01T22:00:00Z"), "roleAssignments"), false),
        ("eligible only", with(new("2024-01-01T00:00:00Z"), "roleEligibilitySchedules"), false),
        ("of long standing", with(new("2024-01-01T00:00:00Z"), "roleAssignments"), true),
    ] {
        desk.contain(&["--seal-to", &recipient], 1);
        assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], !blocked, "the other one is {what}");
    }
}

/// Administrators through a group count like any other: who is in it is asked.
#[test]
fn an_administrator_through_a_group_counts_if_he_works() {
    let group = "b2000000-0000-4000-8000-000000000077";
    let with = |members: Value, sara: Value| {
        let mut scenario = shipped("only-global-admin");
        let graph = &mut scenario["graph"];
        graph["groups"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": group, "displayName": "Tier 0", "isAssignableToRole": true, "members": members, "owners": []}));
        graph["roleAssignments"]
            .as_array_mut()
            .unwrap()
            .push(json!({"principalId": group, "roleDefinitionId": "Global Administrator"}));
        let user = graph["users"].as_array_mut().unwrap().iter_mut().find(|user| user["userPrincipalName"] == SARA).unwrap();
        user.as_object_mut().unwrap().extend(sara.as_object().unwrap().clone());
        Desk::of_with(&scenario, &[], "60")
    };
    let sara = json!(["a1000000-0000-4000-8000-000000000003"]);
    let (_, recipient) = reader();
    for (what, desk, blocked) in [
        ("one who works", with(sara.clone(), json!({})), true),
        ("nobody", with(json!([]), json!({})), false),
        ("Anna herself", with(json!([ANNA_ID]), json!({})), false),
        ("one who is blocked", with(sara.clone(), json!({"accountEnabled": false})), false),
        ("a guest", with(sara, json!({"userType": "Guest"})), false),
    ] {
        desk.contain(&["--seal-to", &recipient], 1);
        assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], !blocked, "in the group there is {what}");
        let asked = format!("/groups/{group}/members");
        let read = desk.tenant.requests().iter().any(|one| text(&one["request_body"]).contains(&asked));
        assert!(read, "the group's members were not asked for");
    }
}

/// The rail holds where administrators cannot be counted: fail safe.
#[test]
fn where_administrators_cannot_be_counted_the_rail_holds() {
    let mut scenario = shipped("bec-classic");
    scenario["graph"]["roleAssignments"]
        .as_array_mut()
        .unwrap()
        .push(json!({"principalId": ANNA_ID, "roleDefinitionId": "Global Administrator"}));
    let desk = Desk::of_with(&scenario, &[], "60");
    desk.tenant.faults(&json!([{"match": {"service": "graph", "path": "roleManagement"}, "when": {}, "kind": "refuse"}]));
    let (_, recipient) = reader();
    let case = desk.contain(&["--seal-to", &recipient], 1);
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], true, "{:?}", steps(&case));
    assert!(steps(&case).iter().any(|step| step.starts_with("manual last-global-administrator")), "{:?}", steps(&case));
}

#[test]
fn a_privileged_name_is_typed_twice() {
    let desk = Desk::at("bec-classic");
    for arguments in [
        &["contain", ANNA][..],
        &["contain", ANNA, "--privileged", SARA],
        &["contain", ANNA_ID, "--privileged", ANNA_ID],
        &["contain", ANNA, "--yes"],
    ] {
        desk.run(arguments).refused(2, "--privileged anna.berg@contoso.com");
    }
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
    assert_eq!(desk.json(&["case", "list"], 0), json!([]));
}

/// An alias leads to the same account and to the same questions.
#[test]
fn an_alias_is_asked_about_as_well() {
    let desk = Desk::at("bec-classic");
    desk.run(&["contain", "a.berg@contoso.com"]).refused(2, "--privileged anna.berg@contoso.com");
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
}

#[test]
fn nothing_is_changed_but_the_account_that_was_named() {
    let desk = Desk::fast("bec-classic");
    let before = desk.tenant.state();
    desk.contain(&["--yes"], 0);
    for write in desk.tenant.writes() {
        assert!(
            write.contains(ANNA_ID)
                || write.contains("anna.berg")
                || write.starts_with("DELETE /v1.0/roleManagement/directory/roleAssignments/"),
            "{write}"
        );
    }
    let after = desk.tenant.state();
    for part in ["accounts", "mailboxes"] {
        for (id, value) in before[part].as_object().unwrap().iter().filter(|(id, _)| *id != ANNA_ID) {
            assert_eq!(&after[part][id], value, "{part} {id}");
        }
    }
    let others = |state: &Value| {
        state["roles"].as_array().unwrap().iter().filter(|row| row["principal"] != ANNA_ID).cloned().collect::<Vec<_>>()
    };
    assert_eq!(others(&before), others(&after));
    assert_eq!(desk.tenant.get("/verdict")["honest"]["kept"], true);
}

/// The account in the case gets no notice of it, and nobody else either.
#[test]
fn nobody_is_written_to() {
    let desk = Desk::fast("bec-classic");
    desk.contain(&["--yes"], 0);
    desk.run(&["verify", CASE]).ended(0);
    for request in desk.tenant.requests() {
        let line = format!("{} {}", text(&request["path"]), text(&request["request_body"])).to_lowercase();
        for way in ["sendmail", "/messages", "/chats", "set-mailboxautoreply", "automaticreplies"] {
            assert!(!line.contains(way), "{line}");
        }
    }
}

/// Tokens and secrets go nowhere but to loopback literals, and an emulated tenant's credential to nowhere else.
#[test]
fn endpoints_elsewhere_are_refused() {
    let desk = Desk::at("clean-account");
    for elsewhere in [
        "http://192.0.2.1:80",
        "https://graph.microsoft.com",
        "http://localhost:9",
        "http://127.0.0.1.example.com:9",
        "http://[::ffff:192.0.2.1]:9",
        "http://user:pass@192.0.2.1:9",
        "file:///etc/passwd",
    ] {
        // Purview's is not here: this version never speaks to it.
        for name in ["login", "graph", "exchange", "control"] {
            let mut line = desk.tenant.line.clone();
            line[name] = elsewhere.into();
            desk.endpoints(&line);
            let ran = desk.run(&["contain", ANNA]).ended(2).hinted("");
            assert!(!ran.err.contains("emulated-secret"), "{}", ran.err);
        }
    }
    assert!(desk.tenant.requests().iter().all(|request| request["service"] == "login"), "something was asked");
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
}

/// No record, no change: a data folder that cannot be.
#[test]
fn without_a_record_nothing_is_changed() {
    let desk = Desk::at("clean-account");
    fs::write(desk.path("data"), "a file where a folder should be").unwrap();
    desk.run(&["contain", ANNA]).ended(2).hinted("");
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
    fs::remove_file(desk.path("data")).unwrap();
    desk.run(&["contain", ANNA, "--data-dir", "/proc/regain"]).ended(2).hinted("");
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
}

/// The disk fills up in the middle, at several moments: each change that was made stands in the
/// record as begun, and no error becomes a panic.
#[test]
fn when_the_disk_is_full_no_change_goes_unrecorded() {
    let mut in_the_middle = 0;
    for blocks in ["120", "320", "480", "700"] {
        let desk = Desk::fast("bec-classic");
        let inner = desk.command(&[]);
        let mut shell = Command::new("/bin/sh");
        shell.args([
            "-c",
            &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""),
            REGAIN,
            "contain",
            ANNA,
            "--privileged",
            ANNA,
            "--yes",
        ]);
        shell.env_clear().current_dir(desk.folder.path());
        for (name, value) in inner.get_envs() {
            shell.env(name, value.unwrap());
        }
        let output = shell.output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!err.contains("panicked"), "{err}");
        let writes = desk.tenant.writes();
        let begun = if writes.is_empty() { 0 } else { begun(&desk) };
        assert!(begun >= writes.len(), "{blocks}: {} changes, {begun} of them recorded: {writes:#?}\n{err}", writes.len());
        if output.status.code() == Some(0) {
            continue;
        }
        assert!(matches!(output.status.code(), Some(1 | 2)), "{blocks}: {:?} {err}", output.status);
        assert!(err.contains("next: "), "{blocks}: {err}");
        // Room again: going on ends the lock.
        if !writes.is_empty() {
            in_the_middle += 1;
            let resumed = desk.run(&["resume", CASE, "--json"]);
            assert!(resumed.code <= 1, "{blocks}: {}", resumed.err);
            assert_eq!(resumed.json()["accounts"][0]["locked"], true, "{blocks}: {:?}", steps(&resumed.json()));
        }
    }
    assert!(in_the_middle > 0, "no run was stopped between two changes: other limits are needed");
}

/// Steps that the record knows to have begun.
fn begun(desk: &Desk) -> usize {
    let timeline = desk.json(&["case", "timeline", CASE], 0);
    let report = desk.json(&["report", CASE, "--format", "json"], 0);
    let of_timeline = timeline.as_array().unwrap().iter().filter(|line| line["what"] == "step-started").count();
    let of_report = report["accounts"][0]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["state"] != "waiting" && step["state"] != "dropped")
        .count();
    of_timeline.max(of_report)
}

/// Nothing comes back because time has passed.
#[test]
fn nothing_is_given_back_by_itself() {
    let desk = Desk::at("bec-classic");
    desk.contain(&["--yes"], 0);
    for span in ["PT95M", "P2D", "P40D"] {
        desk.tenant.advance(span);
        let ran = desk.run(&["watch", CASE, "--once"]);
        assert!(ran.code <= 1, "{}", ran.err);
        let ran = desk.run(&["verify", CASE]);
        assert!(ran.code <= 1, "{}", ran.err);
        assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false);
        assert_eq!(desk.tenant.roles_of(ANNA_ID), Vec::<String>::new());
    }
    assert!(!desk.tenant.writes().iter().any(|write| write.contains("\"accountEnabled\":true") || write.starts_with("Enable-")));
}

/// Before the last old token must have died nothing is called settled; afterwards, once it was read again, it is.
#[test]
fn settled_is_not_said_too_soon() {
    let desk = Desk::at("clean-account");
    let case = desk.json(&["contain", ANNA], 0);
    assert_eq!(case["accounts"][0]["settled"], false);
    desk.tenant.advance("PT94M");
    let early = desk.json(&["verify", CASE], 0);
    assert_eq!(early["accounts"][0]["settled"], false, "settled after 94 minutes");
    desk.tenant.advance("PT2M");
    let unread = desk.json(&["case", "show", CASE], 0);
    assert_eq!(unread["accounts"][0]["settled"], false, "settled because time passed, without a reading");
    let late = desk.json(&["verify", CASE], 0);
    assert_eq!(late["accounts"][0]["settled"], true);
}

/// What the attacker does again while a token lives is noticed, planned, and not cleaned unasked.
#[test]
fn what_comes_back_is_noticed_and_waits_for_a_person() {
    let desk = Desk::at("bec-classic");
    desk.contain(&["--yes"], 0);
    desk.tenant.advance("PT21M");
    assert!(desk.tenant.open_ways().iter().any(|way| way.starts_with("rule:")), "{:?}", desk.tenant.open_ways());
    let seen = desk.json(&["watch", CASE, "--once"], 1);
    assert_eq!(seen["awaiting"]["kind"], "clean");
    assert!(desk.tenant.open_ways().iter().any(|way| way.starts_with("rule:")), "cleaned unasked");
    desk.approve(&seen);
    assert!(desk.run(&["apply", CASE]).code <= 1);
    desk.run(&["verify", CASE]).ended(0);
    assert!(!desk.tenant.open_ways().iter().any(|way| way.starts_with("rule:")), "{:?}", desk.tenant.open_ways());
}

/// Roles from the incident, or from nobody knows when, come back only when they are named.
#[test]
fn a_role_of_unknown_date_comes_back_only_when_named() {
    let mut scenario = shipped("bec-classic");
    scenario["attacker"]["does"] = json!([]);
    let desk = Desk::of_with(&scenario, &[], "60");
    let case = desk.contain(&["--yes"], 0);
    let (_, recipient) = reader();
    let mut sign_in =
        vec!["release", CASE, "--to", "sign-in", "--cause", "link", "--proof", "in-person", "--seal-to", &recipient];
    sign_in.extend(NOT_READ);
    sign_in.extend(["--override", "settled=a test", "--override", "nothing-open=a test"]);
    desk.run(&sign_in).ended(0);
    assert_eq!(desk.tenant.roles_of(ANNA_ID), Vec::<String>::new(), "roles came with the sign-in");
    let mut roles = vec!["release", CASE, "--to", "roles", "--cause", "link"];
    roles.extend(NOT_READ);
    desk.run(&roles).refused(1, "waited");
    desk.tenant.advance("PT25H");
    let ran = desk.run(&roles).ended(0);
    let now = desk.tenant.roles_of(ANNA_ID);
    for held in case["accounts"][0]["held"].as_array().unwrap() {
        let (name, unknown) = (text(&held["name"]), held["since"].is_null());
        if unknown {
            assert!(ran.err.contains(&name) && !now.contains(&name), "{name}: {now:?} {}", ran.err);
        }
    }
    assert_eq!(now, ["Exchange Administrator"], "{}", ran.err);
    let unnamed: Vec<String> = case["accounts"][0]["held"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|held| held["since"].is_null())
        .map(|held| text(&held["item"]))
        .collect();
    for item in &unnamed {
        roles.extend(["--give-back", item]);
    }
    desk.run(&roles).ended(0);
    assert!(desk.tenant.roles_of(ANNA_ID).contains(&"User Administrator".to_owned()));
    assert_eq!(desk.json(&["case", "list"], 0)[0]["roles_held"], 0);
    desk.run(&["case", "close", CASE]).ended(0);
}

/// A record that was put back to an older state is found out against a head kept elsewhere.
#[test]
fn a_record_that_was_rolled_back_is_found_out() {
    let desk = Desk::fast("clean-account");
    let case = desk.json(&["contain", ANNA], 0);
    let old = files_below(&desk.data());
    let checked = desk.json(&["evidence", "verify", CASE, "--head", &text(&case["head"])], 0);
    assert_eq!(checked["whole"], true);
    let newer = desk.json(&["verify", CASE], 0);
    for (path, _) in files_below(&desk.data()) {
        fs::remove_file(path).unwrap();
    }
    for (path, bytes) in old {
        fs::write(path, bytes).unwrap();
    }
    let found = desk.json(&["evidence", "verify", CASE, "--head", &text(&newer["head"])], 1);
    assert_eq!(found["whole"], false);
}

/// The journal names who did it: user, host and the app's identity.
#[test]
fn the_record_names_who_acted() {
    let desk = Desk::fast("clean-account");
    desk.run(&["contain", ANNA]).ended(0);
    let client = text(&desk.tenant.line["client_id"]);
    for line in desk.json(&["case", "timeline", CASE], 0).as_array().unwrap() {
        let by = text(&line["by"]);
        assert!(by.contains('@') && by.contains(&client), "{line}");
    }
}

/// A sealed file is its owner's alone, never overwritten, and its name tells nothing; where it
/// cannot be made, no password is.
#[test]
fn a_sealed_file_is_never_overwritten() {
    let (_, recipient) = reader();
    let desk = Desk::fast("clean-account");
    desk.run(&["contain", ANNA]).ended(0);
    let before = desk.tenant.state();
    let passwords = || desk.tenant.writes().iter().filter(|write| write.contains("passwordProfile")).count();
    let set = passwords();
    let release = |folder: &str| {
        desk.run(&["release", CASE, "--to", "sign-in", "--false-alarm", "a test", "--seal-to", &recipient, "--seal-dir", folder])
    };
    release("/no/such/folder").ended(1).hinted("--seal-to");
    assert_eq!(passwords(), set, "a password was set that nobody can get");
    assert_eq!(desk.tenant.state(), before);
    fs::create_dir(desk.path("sealed")).unwrap();
    release("sealed").ended(0);
    let first = files_below(&desk.path("sealed"));
    assert_eq!(first.len(), 1);
    desk.run(&["contain", ANNA]).ended(0);
    desk.run(&[
        "release",
        "2026-0002",
        "--to",
        "sign-in",
        "--false-alarm",
        "a test",
        "--seal-to",
        &recipient,
        "--seal-dir",
        "sealed",
    ])
    .ended(0);
    let second = files_below(&desk.path("sealed"));
    assert_eq!(second.len(), 2);
    assert!(second.contains(&first[0]), "the first was overwritten");
}

/// There is no flag that turns a check of certificates off, and none that sends a password by mail.
#[test]
fn there_is_no_flag_that_breaks_a_rail() {
    for command in ["contain", "release", "check", "doctor", "case", "plan", "watch", "undo", "report", "evidence", "tenant"] {
        let output = Command::new(REGAIN).args([command, "--help"]).env_clear().output().unwrap();
        assert!(output.status.success());
        let help = String::from_utf8(output.stdout).unwrap().to_lowercase();
        for word in ["insecure", "no-verify", "skip-", "no-check", "danger", "--force", "e-mail", "--mail", "smtp", "--password"]
        {
            assert!(!help.contains(word), "{command} has {word:?}: {help}");
        }
    }
}

/// One account, a person at the terminal: the password stands on the alternate screen until a key is
/// pressed, every line of it is wiped, and nothing else ever holds it.
#[test]
fn a_password_is_shown_once_on_the_terminal_and_wiped() {
    let desk = Desk::fast("clean-account");
    desk.run(&["contain", ANNA]).ended(0);
    let release = ["release", CASE, "--to", "sign-in", "--false-alarm", "a test"];
    let shown = desk.at_terminal(&release, "Press a key", "x");
    let (before, rest) = shown.split_once("\x1b[?1049h").expect("no alternate screen");
    let (within, after) = rest.split_once("\x1b[?1049l").expect("it was never left");
    let password = within.lines().find_map(|line| line.strip_prefix("Password")).expect("no password").trim().to_owned();
    assert!(password.len() >= 16, "{password:?}");
    let set = desk.tenant.writes().into_iter().rfind(|write| write.contains("passwordProfile")).unwrap();
    assert!(set.contains(&password), "it is not the one that was set");
    let (text, wiped) = within.split_once("\x1b[1;1H").expect("it was not wiped");
    for row in 1..=text.lines().count() {
        assert!(row == 1 || wiped.contains(&format!("\x1b[{row};1H\x1b[2K")), "row {row} still stands there");
    }
    assert!(!before.contains(&password) && !after.contains(&password));
    assert!(after.contains("RELEASED") && !after.contains("LOCKED"), "{after}");
    let held: Vec<_> = desk
        .files()
        .into_iter()
        .filter(|(_, bytes)| bytes.windows(password.len()).any(|part| part == password.as_bytes()))
        .collect();
    assert_eq!(held, vec![]);
}
