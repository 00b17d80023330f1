//! What nobody has confirmed about the real services: the emulated tenant answers either way, and the client
//! copes with both. A row is a question of the contract, the switch that plays the answer, and what a person
//! sees: the right result, or a failure or gap that is stated. `docs/unverified.md` lists the switches.

use serde_json::{Value, json};

use crate::support::{ANNA, ANNA_ID, CASE, Desk, NOT_READ, reader, shipped, steps, text};

const EKONOMI: &str = "ekonomi@contoso.com";

/// The classic tenant with a change, without its attacker; the case of a `contain` on it.
fn contained(change: impl FnOnce(&mut Value)) -> (Desk, Value) {
    case_of("bec-classic", &["contain", ANNA, "--privileged", ANNA, "--yes"], change)
}

fn case_of(name: &str, arguments: &[&str], change: impl FnOnce(&mut Value)) -> (Desk, Value) {
    let mut scenario = shipped(name);
    scenario["attacker"] = json!({});
    change(&mut scenario);
    let desk = Desk::of_with(&scenario, &[], "60");
    let mut all = arguments.to_vec();
    all.push("--json");
    let ran = desk.run(&all);
    assert!(matches!(ran.code, 0 | 1) && !ran.err.contains("panicked"), "{}", ran.all());
    let case = ran.json();
    (desk, case)
}

/// Merges members into `tenant.behaviour`.
fn tenant(scenario: &mut Value, switch: &Value) {
    merge(&mut scenario["tenant"]["behaviour"], switch);
}

/// Merges members into `exchange.behaviour`.
fn exchange(scenario: &mut Value, switch: &Value) {
    merge(&mut scenario["exchange"]["behaviour"], switch);
}

fn merge(into: &mut Value, members: &Value) {
    if into.is_null() {
        *into = json!({});
    }
    into.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
}

/// Why a facet was not read; empty where it was.
fn gap(case: &Value, facet: &str) -> String {
    let gaps = case["accounts"][0]["gaps"].as_array().unwrap();
    gaps.iter().find(|gap| gap["facet"] == facet).map(|gap| text(&gap["why"]["reason"])).unwrap_or_default()
}

/// How the first step ended whose line begins so.
fn state(case: &Value, begins: &str) -> String {
    let all = steps(case);
    let step = all.iter().find(|step| step.starts_with(begins));
    step.and_then(|step| step.rsplit(' ').next()).unwrap_or("no such step").to_owned()
}

fn is_blocked(desk: &Desk) -> bool {
    desk.tenant.account(ANNA_ID)["accountEnabled"] == false
}

/// A question, a switch of the scenario's `exchange` or `tenant` behaviour, and what is seen.
struct Row {
    question: &'static str,
    switch: Value,
    sees: Value,
}

fn row(question: &'static str, switch: Value, sees: Value) -> Row {
    Row { question, switch, sees }
}

/// What a person sees of a case: gaps and states by name, told as the row tells them.
fn seen(desk: &Desk, case: &Value, wanted: &Value) -> Value {
    let one = |name: &str| match name.split_once(' ') {
        Some(("gap", facet)) => gap(case, facet).into(),
        Some(("step", begins)) => state(case, begins).into(),
        _ => match name {
            "locked" => case["accounts"][0]["locked"].clone(),
            "blocked" => is_blocked(desk).into(),
            "roles" => json!(desk.tenant.roles_of(ANNA_ID)),
            "in role group" => desk.tenant.state()["roleGroups"]["Organization Management"].to_string().contains(ANNA_ID).into(),
            "forwards" => desk.tenant.open_ways().contains(&"forwarding".to_owned()).into(),
            "undecided" => {
                let findings = case["accounts"][0]["findings"].as_array().unwrap();
                findings.iter().filter(|one| one["verdict"] == "undecided").map(|one| one["name"].clone()).collect()
            }
            "who else" => case["who_else"]["gaps"].as_array().map_or(0, Vec::len).into(),
            _ => panic!("{name}"),
        },
    };
    wanted.as_object().unwrap().keys().map(|name| (name.clone(), one(name))).collect::<serde_json::Map<_, _>>().into()
}

fn hold(rows: &[Row], run: impl Fn(&Value) -> (Desk, Value)) {
    for Row { question, switch, sees } in rows {
        let (desk, case) = run(switch);
        assert_eq!(
            &seen(&desk, &case, sees),
            sees,
            "question {question}, {switch}: {:#?} {:#}",
            steps(&case),
            case["accounts"][0]["gaps"]
        );
    }
}

#[test]
fn what_the_exchange_endpoint_may_answer() {
    let done = |more: Value| {
        let mut sees = json!({"locked": true, "forwards": false, "gap inbox-rules": "", "gap sending-block": ""});
        merge(&mut sees, &more);
        sees
    };
    let rows = [
        row("1", json!({"nextLink": "works", "pageSize": 2}), done(json!({"gap exchange-roles": "", "in role group": false}))),
        row(
            "1",
            json!({"nextLink": "dead", "pageSize": 2}),
            json!({"locked": true, "gap exchange-roles": "incomplete", "in role group": true}),
        ),
        row("3", json!({"unknownSender": "empty"}), done(json!({}))),
        row("3", json!({"unknownSender": "error"}), done(json!({}))),
        row("7", json!({"unreadableRule": "inError"}), done(json!({"undecided": ["Broken"]}))),
        row(
            "7",
            json!({"unreadableRule": "failsListing"}),
            done(json!({"gap inbox-rules": "not-understood", "undecided": ["inbox-rules"]})),
        ),
        row("11", json!({"assignmentMethod": "told"}), done(json!({"gap exchange-roles": "", "in role group": false}))),
        row("11", json!({"assignmentMethod": "missing"}), done(json!({"gap exchange-roles": "", "in role group": false}))),
        row("12", json!({"anchorById": true}), done(json!({}))),
        row("12", json!({"anchorById": false}), done(json!({}))),
    ];
    hold(&rows, |switch| {
        contained(|scenario| {
            exchange(scenario, switch);
            if switch["unknownSender"].is_string() {
                scenario["exchange"]["blockedSenders"] = json!([]);
            }
            if switch["unreadableRule"].is_string() {
                let broken = json!({"Name": "Broken", "kind": "unreadable"});
                scenario["exchange"]["mailboxes"][0]["rules"].as_array_mut().unwrap().push(broken);
            }
        })
    });
}

#[test]
fn what_the_directory_may_answer() {
    let lock = |more: Value| {
        let mut sees = json!({"locked": true, "blocked": true, "forwards": false});
        merge(&mut sees, &more);
        sees
    };
    let refused = json!({"blocked": true, "locked": false, "step block-sign-in": "verified", "step revoke-sessions": "verified", "step replace-password": "failed"});
    let limit = |says_when: bool, has_body: bool| json!({"exchangeLimit": {"cmdlets": 4, "seconds": 5, "saysWhen": says_when, "hasBody": has_body}});
    let rows = [
        row("2", limit(true, true), lock(json!({}))),
        row("2", limit(true, false), lock(json!({}))),
        row("2", limit(false, true), lock(json!({}))),
        row("2", limit(false, false), lock(json!({}))),
        row("13", json!({"federatedPassword": "refused"}), refused.clone()),
        row("13", json!({"federatedPassword": "forbidden"}), refused.clone()),
        row("13", json!({"federatedPassword": "taken"}), refused),
        row("15", json!({"accountDisabledFollows": true}), lock(json!({}))),
        row("15", json!({"accountDisabledFollows": false}), lock(json!({}))),
        row("16", json!({"manageAsAppV2": true}), lock(json!({"gap inbox-rules": "", "gap exchange-roles": ""}))),
        row(
            "16",
            json!({"manageAsAppV2": false}),
            json!({"locked": true, "gap inbox-rules": "denied", "gap exchange-roles": "denied", "gap forwarding": "denied", "gap sending-block": "denied"}),
        ),
        row("19", json!({"pimWithoutLicence": "code"}), lock(json!({"gap pim-roles": "", "roles": []}))),
        row("19", json!({"pimWithoutLicence": "empty"}), lock(json!({"gap pim-roles": "", "roles": []}))),
        row(
            "19",
            json!({"pimWithoutLicence": "forbidden"}),
            lock(json!({"gap pim-roles": "denied", "gap entra-roles": "", "roles": []})),
        ),
        row(
            "19",
            json!({"pimWithoutLicence": "notFound"}),
            lock(json!({"gap pim-roles": "unreachable", "gap entra-roles": "", "roles": []})),
        ),
        row("19", json!({"signInsWithoutLicence": "code"}), lock(json!({"who else": 1}))),
        row("19", json!({"signInsWithoutLicence": "forbidden"}), lock(json!({"who else": 1}))),
        row("19", json!({"signInsWithoutLicence": "notFound"}), lock(json!({"who else": 1}))),
        row("19", json!({"signInsWithoutLicence": "empty"}), lock(json!({"who else": 1}))),
    ];
    hold(&rows, |switch| {
        contained(|scenario| {
            tenant(scenario, switch);
            if switch["federatedPassword"].is_string() {
                scenario["graph"]["domains"][0]["authenticationType"] = json!("Federated");
            }
            if switch["manageAsAppV2"].is_boolean() {
                let permissions = scenario["callers"][0]["permissions"].as_array_mut().unwrap();
                permissions.retain(|name| name != "Exchange.ManageAsApp");
                permissions.push(json!("Exchange.ManageAsAppV2"));
            }
            if switch["pimWithoutLicence"].is_string() || switch["signInsWithoutLicence"].is_string() {
                scenario["tenant"]["licences"] = json!(["STANDARDPACK"]);
                scenario["graph"].as_object_mut().unwrap().remove("roleEligibilitySchedules");
            }
        })
    });
}

/// Question 3: over the limit of lifts a release says that the sending block stays, and does not try again.
#[test]
fn question_3_a_lift_over_the_limit_is_asked_once_and_said() {
    for said in ["constructed", "otherwise", "forbidden", "silent"] {
        let mut scenario = shipped("bec-classic");
        scenario["attacker"] = json!({});
        scenario["exchange"]["blockedSenders"][0]["liftsLeft"] = json!(0);
        exchange(&mut scenario, &json!({"liftLimit": said}));
        let desk = Desk::of_with(&scenario, &[], "3600");
        desk.contain(&["--yes"], 0);
        let (_, recipient) = reader();
        let mut release =
            vec!["release", CASE, "--to", "sign-in", "--cause", "link", "--proof", "in-person", "--seal-to", &recipient];
        release.extend(NOT_READ);
        release.extend(["--override", "settled=a test", "--override", "nothing-open=a test"]);
        let case = desk.json(&release, 1);
        let lifts = desk.tenant.writes().iter().filter(|write| write.starts_with("Remove-BlockedSenderAddress")).count();
        assert_eq!(lifts, 1, "{said}");
        // Where nothing was said, the list that still shows it contradicts.
        assert_eq!(state(&case, "lift-sending-block"), "failed", "{said}: {:?}", steps(&case));
    }
}

/// Question 3: a block for the recipient rate is shown while it is there, and not once it went by itself.
#[test]
fn question_3_a_temporary_block_may_end_by_itself() {
    for (said, there) in [("stays", true), ("ends", false)] {
        let mut scenario = shipped("bec-classic");
        scenario["attacker"] = json!({});
        scenario["exchange"]["blockedSenders"][0]["TemporaryBlock"] = json!(true);
        exchange(&mut scenario, &json!({"temporaryBlock": said}));
        let desk = Desk::of_with(&scenario, &[], "60");
        let is_shown = || {
            let looked = desk.json(&["check", ANNA], 1);

            assert_eq!(gap(&looked, "sending-block"), "");
            desk.run(&["check", ANNA]).ended(1).out.contains("SENDING")
        };
        assert!(is_shown(), "{said}");
        desk.tenant.advance("PT25H");
        assert_eq!(is_shown(), there, "{said}");
    }
}

/// Question 7: whether Global Reader may run Get-InboxRule.
#[test]
fn question_7_rules_that_a_reader_may_not_read_are_a_gap() {
    for (reads, why) in [(true, ""), (false, "denied")] {
        let (_, case) = case_of("bec-classic", &["check", ANNA], |scenario| {
            scenario["callers"][0]["roles"] = json!(["Global Reader"]);
            exchange(scenario, &json!({"globalReaderReadsRules": reads}));
        });
        assert_eq!(gap(&case, "inbox-rules"), why);
        let findings = case["accounts"][0]["findings"].as_array().unwrap();
        let verdicts: Vec<String> =
            findings.iter().filter(|one| one["facet"] == "inbox-rules").map(|one| text(&one["verdict"])).collect();
        assert_eq!(verdicts == ["undecided"], !reads, "{verdicts:?}");
    }
}

/// Question 10: a plain removal of what PIM gave is refused, comes to nothing, or takes.
#[test]
fn question_10_a_plain_removal_of_an_assignment_by_pim_is_never_believed() {
    for (switch, gone) in [
        (json!({"pimRefusesPlainDelete": true}), true),
        (json!({"pimRefusesPlainDelete": false}), false),
        (json!({"pimTakesPlainDelete": true}), true),
    ] {
        let (desk, case) = contained(|scenario| {
            tenant(scenario, &switch);
            let assignments = scenario["graph"]["roleAssignments"].as_array_mut().unwrap();
            assignments.retain(|row| row["principalId"] != ANNA_ID);
            scenario["graph"]["roleAssignmentSchedules"] =
                json!([{"principalId": ANNA_ID, "roleDefinitionId": "User Administrator"}]);
        });
        let held = desk.tenant.roles_of(ANNA_ID).contains(&"User Administrator".to_owned());
        assert_eq!(held, !gone, "{switch}: {:?}", steps(&case));
        let step = state(&case, "withdraw-role User Administrator");
        assert_eq!(step == "verified", gone, "{switch}: {:?}", steps(&case));
        assert!(is_blocked(&desk), "{switch}");
    }
}

/// Question 10: the last Global Administrator is never asked to be removed, whatever would be said.
#[test]
fn question_10_the_last_administrator_is_never_asked_to_go() {
    for may in [true, false] {
        let (_, recipient) = reader();
        let arguments = ["contain", ANNA, "--privileged", ANNA, "--seal-to", &recipient];
        let (desk, case) =
            case_of("only-global-admin", &arguments, |scenario| tenant(scenario, &json!({"lastAdministratorMayGo": may})));
        assert_eq!(state(&case, "manual last-global-administrator"), "waiting");
        assert!(desk.tenant.roles_of(ANNA_ID).contains(&"Global Administrator".to_owned()));
        assert!(!is_blocked(&desk));
    }
}

/// Question 10: the block of a synchronised account is refused, or taken and set back.
#[test]
fn question_10_a_block_that_the_directory_refuses_or_sets_back_is_said() {
    let per = "per.aberg@contoso.com";
    let (_, case) = case_of("kinds", &["contain", per], |scenario| tenant(scenario, &json!({"syncRefusesAccountEnabled": true})));
    assert_eq!((state(&case, "block-sign-in").as_str(), &case["accounts"][0]["locked"]), ("failed", &json!(false)));
    let taken = json!({"syncRefusesAccountEnabled": false, "syncEvery": "PT30M"});
    let (desk, case) = case_of("kinds", &["contain", per], |scenario| tenant(scenario, &taken));
    assert_eq!(state(&case, "block-sign-in"), "verified");
    assert_eq!(state(&case, "manual reset-in-active-directory"), "waiting");
    desk.tenant.advance("PT31M");
    let later = desk.json(&["verify", CASE], 1);
    assert_eq!(state(&later, "block-sign-in"), "returned", "{:?}", steps(&later));
}

/// Question 12: a shared mailbox that is reached by another anchor answers from an old state: not believed.
#[test]
fn question_12_a_shared_mailbox_read_by_the_wrong_anchor_is_never_called_clean() {
    for (anchor, sure) in [("own", true), ("organisation", false)] {
        let arguments = ["contain", EKONOMI, "--kind", "shared-mailbox", "--yes"];
        let (_, case) = case_of("kinds", &arguments, |scenario| exchange(scenario, &json!({"sharedMailboxAnchor": anchor})));
        let step = state(&case, "remove-forwarding");
        assert_eq!(step == "verified", sure, "{anchor}: {:?}", steps(&case));
    }
}

/// Question 14: what a token for Exchange is asked as outside the global cloud.
#[test]
fn question_14_without_a_token_for_exchange_the_lock_is_done_and_the_rest_is_a_gap() {
    for (global, why) in [(false, ""), (true, "denied")] {
        let (desk, case) = contained(|scenario| {
            scenario["tenant"]["cloud"] = json!("us-government");
            tenant(scenario, &json!({"exchangeIsGlobal": global}));
        });
        assert_eq!(case["accounts"][0]["locked"], true);
        assert!(is_blocked(&desk));
        for facet in ["inbox-rules", "forwarding", "sending-block", "exchange-roles"] {
            assert_eq!(gap(&case, facet).is_empty(), why.is_empty(), "{facet}: {:#}", case["accounts"][0]["gaps"]);
        }
    }
}

/// Question 14: a host that is not the right one does not answer.
#[test]
fn question_14_a_host_that_does_not_answer_is_a_gap_and_holds_no_lock_back() {
    let (desk, case) = contained(|scenario| scenario["faults"] = json!([{"match": {"service": "exchange"}, "kind": "drop"}]));
    assert_eq!(case["accounts"][0]["locked"], true, "{:?}", steps(&case));
    assert!(is_blocked(&desk));
    for facet in ["inbox-rules", "forwarding", "sending-block", "exchange-roles"] {
        assert_eq!(gap(&case, facet), "unreachable", "{:#}", case["accounts"][0]["gaps"]);
    }
}
