//! `regain posture --fix`: every fix there and back, and tests that try to lock somebody out.

use serde_json::{Value, json};

use crate::schema::follows;
use crate::support::{Desk, Ran, text, unlimited};

const BREAK_GLASS: &str = "breakglass@contoso.onmicrosoft.com";
const BREAK_GLASS_ID: &str = "a1000000-0000-4000-8000-000000000007";
const ANNA: &str = "anna.berg@contoso.com";
/// No policy reaches him, so that nothing but a block keeps him out.
const JOHAN: &str = "johan.nystrom@contoso.com";
/// Two Global Administrators.
const ERIK: &str = "erik.lindqvist@contoso.com";
const ERIK_ID: &str = "a1000000-0000-4000-8000-000000000002";
const SARA: &str = "sara.holm@contoso.com";
const PASSWORD_OF_ERIK: &str = "Sommar-002-regn";
const PASSWORD_OF_SARA: &str = "Sommar-003-regn";

const DEVICE_CODE: &str = "Block device code flow (made by regain)";
const LEGACY: &str = "Block legacy authentication (made by regain)";
const BOTH: &[&str] = &["posture", "--fix", "device-code-blocked", "--fix", "legacy-authentication-blocked"];
const ONE: &[&str] = &["posture", "--fix", "device-code-blocked"];
const POLICIES: &str = "/identity/conditionalAccess/policies";

/// A desk at a scenario, with a policy that names these accounts as kept for emergencies.
fn desk_of(scenario: &Value, emergency: &[&str]) -> Desk {
    let desk = Desk::of(scenario);
    names(&desk, emergency);
    desk
}

fn names(desk: &Desk, emergency: &[&str]) {
    std::fs::write(desk.config().join("policy.toml"), format!("break-glass = {emergency:?}\n")).unwrap();
}

/// The usual tenant; regain signs in as an app.
fn typical() -> Desk {
    desk_of(&unlimited("posture-typical"), &[BREAK_GLASS])
}

/// The same; people sign in to regain in their browsers.
fn typical_with_people() -> Desk {
    let mut scenario = unlimited("posture-typical");
    let app = &mut scenario["callers"][0];
    let mut delegated = app["permissions"].as_array().unwrap().clone();
    delegated.retain(|permission| permission != "Exchange.ManageAsApp");
    delegated.push(json!("Exchange.Manage"));
    app["delegated"] = delegated.into();
    app["public"] = json!(true);
    app["redirect_uris"] = json!(["http://localhost"]);
    let desk = desk_of(&scenario, &[BREAK_GLASS]);
    let mut line = desk.tenant.line.clone();
    line["person"] = json!(true);
    desk.endpoints(&line);
    desk
}

/// How an item stands.
fn answer_of(told: &Value, id: &str) -> String {
    text(&told["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap()["answer"])
}

/// Approves the plan that waits and carries it out.
#[track_caller]
fn carry_out(desk: &Desk, case: &str, code: i32) -> Ran {
    let plan = desk.json(&["plan", "show", case], 0);
    follows("plan", &plan);
    desk.run(&["plan", "approve", case, "--digest", &text(&plan["digest"])]).ended(0);
    desk.run(&["apply", case]).ended(code)
}

/// Plans and carries out.
#[track_caller]
fn fix(desk: &Desk, arguments: &[&str]) -> (String, Ran) {
    fix_after(desk, arguments, 0)
}

/// The same, where an earlier step that failed may still be told: then with exit code 1.
#[track_caller]
fn fix_after(desk: &Desk, arguments: &[&str], code: i32) -> (String, Ran) {
    let planned = desk.run(arguments).ended(1);
    assert!(planned.err.contains("--digest"), "{}", planned.all());
    let case = case_of(desk);
    carry_out(desk, &case, code);
    (case, planned)
}

fn case_of(desk: &Desk) -> String {
    text(&desk.json(&["case", "list"], 0)[0]["case"])
}

/// The state and the excluded accounts of each policy of that name.
fn policies(desk: &Desk, name: &str) -> Vec<(String, Vec<String>)> {
    let all = desk.tenant.change("GET", POLICIES, &Value::Null);
    let of_name = all["value"].as_array().unwrap().iter().filter(|policy| policy["displayName"] == name);
    let excluded = |policy: &Value| {
        policy["conditions"]["users"]["excludeUsers"].as_array().unwrap().iter().map(text).collect::<Vec<String>>()
    };
    of_name.map(|policy| (text(&policy["state"]), excluded(policy))).collect()
}

/// Somebody else changes the only policy of that name.
fn somebody_changes(desk: &Desk, name: &str, body: &Value) {
    let all = desk.tenant.change("GET", POLICIES, &Value::Null);
    let policy = all["value"].as_array().unwrap().iter().find(|policy| policy["displayName"] == name).unwrap();
    desk.tenant.change("PATCH", &format!("{POLICIES}/{}", text(&policy["id"])), body);
}

/// By each client, and by device code: whether somebody gets in.
fn ways_in(desk: &Desk, who: &str) -> Vec<(&'static str, bool, bool)> {
    let clients = ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];
    let ways =
        clients.map(|client| (client, false)).into_iter().chain([("browser", true), ("mobileAppsAndDesktopClients", true)]);
    ways.map(|(client, by_code)| (client, by_code, desk.tenant.lets_in(who, client, by_code))).collect()
}

/// The emergency account gets in whichever way it comes.
#[track_caller]
fn the_emergency_account_gets_in(desk: &Desk) {
    let shut: Vec<_> = ways_in(desk, BREAK_GLASS).into_iter().filter(|(_, _, open)| !open).collect();
    assert!(shut.is_empty(), "{shut:?}");
}

/// Alert policies that the tenant made itself, under the names of Microsoft's own, told to somebody who has left.
fn own_alerts() -> Value {
    let names = [
        "Creation of forwarding/redirect rule",
        "User restricted from sending email",
        "Suspicious email sending patterns detected",
        "Elevation of Exchange admin privilege",
    ];
    let alert = |name: &str| {
        json!({
            "Name": name, "Identity": name, "Disabled": false, "IsSystemRule": false, "Severity": "High", "Category": "ThreatManagement",
            "NotificationEnabled": true, "NotifyUser": ["gone@contoso.com"],
        })
    };
    names.map(alert).to_vec().into()
}

#[test]
fn every_fix_of_one_plan_is_carried_out_seen_and_undone_to_the_former_state() {
    const ITEMS: &[(&str, &str)] = &[
        ("external-forwarding-off", "met"),
        // A mailbox with a setting of its own keeps it: somebody decided so.
        ("smtp-auth-off", "partly"),
        ("direct-send-rejected", "met"),
        ("audit-log-on", "met"),
        ("users-register-no-apps", "met"),
        ("guests-restricted", "met"),
        ("consent-restricted", "met"),
        ("external-tag-on", "met"),
        ("alerts-reach-somebody", "met"),
    ];
    let mut scenario = unlimited("posture-bare");
    scenario["exchange"]["organisation"]["ProtectionAlert"] = own_alerts();
    scenario["graph"]["policies"]["adminConsentRequestPolicy"] = json!({
        "isEnabled": true, "reviewers": [{"query": "/users/a1000000-0000-4000-8000-000000000002", "queryType": "MicrosoftGraph", "queryRoot": null}],
    });
    let desk = desk_of(&scenario, &[]);
    let before = desk.tenant.state();
    let mut arguments = vec!["posture"];
    for (item, _) in ITEMS {
        arguments.extend(["--fix", item]);
    }
    let planned = desk.run(&arguments).ended(1);
    assert!(planned.err.contains("--digest"), "{}", planned.all());
    assert!(desk.tenant.writes().is_empty(), "nothing is changed before an approval");
    let case = case_of(&desk);
    carry_out(&desk, &case, 0);
    let told = desk.json(&["posture"], 0);
    for (item, answer) in ITEMS {
        assert_eq!(answer_of(&told, item), *answer, "{item}");
    }
    assert_ne!(desk.tenant.state(), before);

    desk.run(&["undo", &case]).ended(1);
    carry_out(&desk, &case, 0);
    assert_eq!(desk.tenant.state(), before, "as it was");
    let worse = desk.json(&["posture"], 1);
    for (item, _) in ITEMS {
        assert_eq!(answer_of(&worse, item), "not-met", "{item}");
    }
}

#[test]
fn microsofts_own_alert_policies_are_left_to_a_person_by_name() {
    let desk = desk_of(&unlimited("posture-bare"), &[]);
    let planned = desk.run(&["posture", "--fix", "alerts-reach-somebody"]);
    assert!(planned.all().contains("User restricted from sending email"), "{}", planned.all());
    assert!(planned.err.contains("left to a person"), "{}", planned.all());
    assert!(desk.tenant.writes().is_empty(), "the service would refuse it, so it is not asked");
}

#[test]
fn a_block_is_reported_first_switched_on_by_a_second_plan_and_undone_whole() {
    let desk = typical();
    let before = desk.tenant.state();
    let (case, planned) = fix(&desk, BOTH);
    let shown = desk.run(&["plan", "show", &case]).ended(0);
    assert!(shown.out.contains(&format!("left out: {BREAK_GLASS}")), "whoever approves it sees that: {}", shown.out);
    for said in ["nobody is refused yet", BREAK_GLASS, "would be refused", "signs in here as an app"] {
        assert!(planned.err.contains(said), "{said:?} is not said: {}", planned.err);
    }
    for name in [DEVICE_CODE, LEGACY] {
        let reports = ("enabledForReportingButNotEnforced".to_owned(), vec![BREAK_GLASS_ID.to_owned()]);
        assert_eq!(policies(&desk, name), [reports]);
    }
    assert!(desk.tenant.lets_in(JOHAN, "browser", true) && desk.tenant.lets_in(JOHAN, "other", false), "nobody is refused yet");

    let (_, planned) = fix(&desk, BOTH);
    assert!(planned.err.contains("switched on"), "{}", planned.err);
    for (client, by_code) in
        [("browser", true), ("mobileAppsAndDesktopClients", true), ("other", false), ("exchangeActiveSync", false)]
    {
        assert!(!desk.tenant.lets_in(JOHAN, client, by_code), "{client}, by code {by_code}");
    }
    assert!(desk.tenant.lets_in(JOHAN, "browser", false) && desk.tenant.lets_in(ANNA, "browser", false), "the ordinary way");
    the_emergency_account_gets_in(&desk);
    let told = desk.json(&["posture"], 0);
    for item in ["device-code-blocked", "legacy-authentication-blocked"] {
        assert_eq!(answer_of(&told, item), "met");
    }
    let nothing = desk.run(BOTH).ended(0);
    assert!(nothing.err.contains("nothing to change"), "{}", nothing.err);

    desk.run(&["undo", &case]).ended(1);
    carry_out(&desk, &case, 0);
    assert_eq!(desk.tenant.state(), before, "as it was: a policy that is off does nothing");
    assert!(desk.tenant.lets_in(JOHAN, "browser", true) && desk.tenant.lets_in(JOHAN, "other", false));
    fix(&desk, BOTH);
    for name in [DEVICE_CODE, LEGACY] {
        assert_eq!(policies(&desk, name).len(), 1, "the one that is off is used again");
    }
}

#[test]
fn whoever_is_at_the_keyboard_is_left_out_and_nobody_else_carries_the_plan_out() {
    let desk = typical_with_people();
    let as_erik = |arguments: &[&str]| desk.run_as(ERIK, PASSWORD_OF_ERIK, arguments);
    let approve_and_apply = |who: &str, password: &str| {
        let case = case_of(&desk);
        let plan = desk.json(&["plan", "show", &case], 0);
        desk.run_as(who, password, &["plan", "approve", &case, "--digest", &text(&plan["digest"])]).ended(0);
        desk.run_as(who, password, &["apply", &case])
    };
    let before = [ERIK, BREAK_GLASS].map(|who| ways_in(&desk, who));
    let planned = as_erik(BOTH).ended(1);
    assert!(planned.err.contains(&format!("{ERIK} is left out: that is you")), "{}", planned.err);
    approve_and_apply(ERIK, PASSWORD_OF_ERIK);
    let excluded = vec![ERIK_ID.to_owned(), BREAK_GLASS_ID.to_owned()];
    assert_eq!(policies(&desk, DEVICE_CODE), [("enabledForReportingButNotEnforced".to_owned(), excluded.clone())]);

    // Erik plans to switch it on; by the time it is carried out, Sara is at the keyboard.
    as_erik(BOTH).ended(1);
    let refused = approve_and_apply(SARA, PASSWORD_OF_SARA).ended(1);
    assert!(refused.all().contains("lock out"), "{}", refused.all());
    assert_eq!(policies(&desk, DEVICE_CODE)[0].0, "enabledForReportingButNotEnforced", "it was not switched on");

    as_erik(BOTH).ended(1);
    approve_and_apply(ERIK, PASSWORD_OF_ERIK);
    for name in [DEVICE_CODE, LEGACY] {
        assert_eq!(policies(&desk, name), [("enabled".to_owned(), excluded.clone())]);
    }
    assert_eq!([ERIK, BREAK_GLASS].map(|who| ways_in(&desk, who)), before, "every way is as open as it was");
    assert!(desk.tenant.lets_in(ERIK, "browser", false) && desk.tenant.lets_in(ERIK, "browser", true));
    assert!(!desk.tenant.lets_in(SARA, "browser", true), "another administrator is one of all");
    the_emergency_account_gets_in(&desk);
    let told = as_erik(&["posture"]);
    assert!(told.out.contains("THE FIRST 30 DAYS"), "he still gets in, and reads all: {}", told.all());
}

#[test]
fn an_exclusion_that_somebody_takes_away_between_the_plans_is_noticed_and_put_back_first() {
    let desk = typical();
    let (case, _) = fix(&desk, ONE);
    let taken_away = json!({"conditions": {"users": {"excludeUsers": []}}});
    // After the second plan was made: it no longer fits.
    desk.run(ONE).ended(1);
    somebody_changes(&desk, DEVICE_CODE, &taken_away);
    let refused = carry_out(&desk, &case, 1);
    assert!(refused.all().contains("by now"), "{}", refused.all());
    assert_eq!(policies(&desk, DEVICE_CODE), [("enabledForReportingButNotEnforced".to_owned(), vec![])], "not switched on");
    // Before it: it is mended, and only then switched on.
    let (_, planned) = fix_after(&desk, ONE, 1);
    assert!(planned.err.contains("taken out of the policy's exclusions"), "{}", planned.err);
    let mended = ("enabledForReportingButNotEnforced".to_owned(), vec![BREAK_GLASS_ID.to_owned()]);
    assert_eq!(policies(&desk, DEVICE_CODE), [mended]);
    fix_after(&desk, ONE, 1);
    assert_eq!(policies(&desk, DEVICE_CODE), [("enabled".to_owned(), vec![BREAK_GLASS_ID.to_owned()])]);
    the_emergency_account_gets_in(&desk);
    // What somebody makes another thing of is left alone.
    somebody_changes(&desk, DEVICE_CODE, &json!({"grantControls": {"operator": "OR", "builtInControls": ["mfa"]}}));
    let left = desk.run(ONE).ended(1);
    assert!(left.err.contains("somebody changed or copied"), "{}", left.err);
}

#[test]
fn an_emergency_account_that_is_only_in_an_excluded_group_is_left_out_too() {
    const SECOND: &str = "a1000000-0000-4000-8000-000000000003";
    let mut scenario = unlimited("posture-typical");
    scenario["graph"]["groups"][0]["members"] = json!([SECOND]);
    let desk = desk_of(&scenario, &[BREAK_GLASS]);
    let planned = desk.run(ONE).ended(1);
    assert!(planned.err.contains(&format!("{SARA} is left out: every policy for all")), "{}", planned.err);
    fix(&desk, ONE);
    fix(&desk, ONE);
    assert!(desk.tenant.lets_in(SARA, "browser", true) && !desk.tenant.lets_in(ANNA, "browser", true));
    the_emergency_account_gets_in(&desk);
}

#[test]
fn without_a_known_emergency_account_nothing_is_planned_and_the_next_step_is_said() {
    let desk = desk_of(&unlimited("posture-typical"), &[]);
    let told = |said: &[&str]| {
        let refused = desk.run(BOTH).ended(1);
        for text in said {
            assert!(refused.err.contains(text), "{text:?} is not said: {}", refused.err);
        }
        assert!(!refused.err.contains("--digest"), "{}", refused.err);
    };
    told(&["no emergency account is known", "policy.toml: break-glass"]);
    names(&desk, &["breakglas@contoso.onmicrosoft.com"]);
    told(&["breakglas@contoso.onmicrosoft.com", "no account of the tenant is called that"]);
    // A group is no account: who is in it tomorrow is not known today.
    names(&desk, &["b2000000-0000-4000-8000-000000000001"]);
    told(&["Name each account itself"]);
    assert!(desk.tenant.writes().is_empty());
}

#[test]
fn under_security_defaults_no_block_is_planned() {
    let mut scenario = unlimited("posture-bare");
    scenario["graph"]["policies"]["identitySecurityDefaultsEnforcementPolicy"] = json!({"isEnabled": true});
    let desk = desk_of(&scenario, &["erik.lindqvist@contoso.com"]);
    let refused = desk.run(BOTH).ended(1);
    assert!(refused.err.contains("security defaults are on"), "{}", refused.err);
    assert!(desk.tenant.writes().is_empty());
    assert!(!desk.tenant.lets_in(ANNA, "other", false), "they block it themselves");
}

#[test]
fn a_policy_whose_answer_was_lost_is_found_and_not_made_twice() {
    for kind in ["lose-answer", "timeout-after-write", "drop"] {
        let desk = Desk::of_with(&unlimited("posture-typical"), &[], "60");
        names(&desk, &[BREAK_GLASS]);
        desk.run(ONE).ended(1);
        let case = case_of(&desk);
        desk.tenant.faults(&json!([{"when": {"times": 1}, "match": {"method": "POST", "service": "graph"}, "kind": kind}]));
        carry_out(&desk, &case, 0);
        assert_eq!(policies(&desk, DEVICE_CODE).len(), 1, "{kind}");
    }
}

#[test]
fn what_the_app_may_not_change_fails_with_the_permission_that_is_missing() {
    let mut scenario = unlimited("posture-typical");
    let lacking = ["Policy.ReadWrite.Authorization", "Policy.ReadWrite.ConditionalAccess"];
    let app = &mut scenario["callers"][0]["permissions"];
    let kept: Vec<Value> =
        app.as_array().unwrap().iter().filter(|known| !lacking.contains(&known.as_str().unwrap())).cloned().collect();
    *app = kept.into();
    let desk = desk_of(&scenario, &[BREAK_GLASS]);
    let before = desk.tenant.state();
    desk.run(&["posture", "--fix", "device-code-blocked", "--fix", "users-register-no-apps"]).ended(1);
    let ran = carry_out(&desk, &case_of(&desk), 1);
    let case = desk.run(&["case", "show", &case_of(&desk), "--json"]).json();
    for permission in lacking {
        assert!(ran.all().contains(permission) || case.to_string().contains(permission), "{permission}: {}", ran.all());
    }
    assert_eq!(desk.tenant.state(), before);
}
