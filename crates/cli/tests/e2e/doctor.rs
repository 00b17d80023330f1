//! What `doctor` says of our own app when somebody has added a way in to it.

use serde_json::{Value, json};

use crate::support::{ANNA_ID, Desk, shipped, text};

const APP: &str = "c3000000-0000-4000-8000-000000000001";
const CLEAN: &str = "clean-account";

/// Everything known, and nothing missing.
fn known() -> Desk {
    // Seven times in a row is more than the sign-in log lets itself be asked.
    let mut scenario = shipped(CLEAN);
    scenario["tenant"]["behaviour"]["graphLimits"] = json!(false);
    let desk = Desk::of(&scenario);
    let first = desk.run(&["doctor"]).ended(0);
    assert!(first.out.contains("1 credential or owner seen for the first time, and remembered"), "{}", first.out);
    let again = desk.run(&["doctor"]).ended(0);
    assert!(again.out.contains("1 credential or owner known") && !again.out.contains("NEW"), "{}", again.out);
    desk
}

fn add(desk: &Desk, ways: &Value) {
    let (status, why) = desk.tenant.ask("POST", "/change", Some(&json!({"ways": ways})));
    assert_eq!(status, 204, "{why}");
}

/// It is said, with what to do, until it is accepted.
fn is_said(desk: &Desk, line: &str, kind: &str) {
    for _ in 0..2 {
        let ran = desk.run(&["doctor"]).ended(1);
        assert!(ran.out.contains(line), "{line:?} is not said: {}", ran.out);
        assert!(ran.out.contains("did you add this? then: regain doctor --accept"), "{}", ran.out);
    }
    let told = desk.json(&["doctor"], 1);
    let new = told["apps"][0]["new"].as_array().unwrap();
    assert_eq!((new.len(), text(&new[0]["kind"]).as_str(), &told["ok"]), (1, kind, &json!(false)), "{told}");
    let accepted = desk.run(&["doctor", "--accept"]).ended(0);
    assert!(!accepted.out.contains("NEW"), "{}", accepted.out);
    let after = desk.run(&["doctor"]).ended(0);
    assert!(after.out.contains("2 credentials and owners known"), "{}", after.out);
}

#[test]
fn a_secret_that_somebody_added_is_said_until_it_is_accepted() {
    let desk = known();
    let secret = json!([{"keyId": "d5000000-0000-4000-8000-000000000001", "displayName": "backup", "secretText": "his own", "endDateTime": "2027-11-01T00:00:00Z"}]);
    add(&desk, &json!({"appId": APP, "passwordCredentials": secret}));
    let line = "NEW  secret backup (d5000000-0000-4000-8000-000000000001), good until 2027-11-01T00:00:00Z";
    is_said(&desk, line, "secret");
    assert!(!desk.run(&["doctor", "--json"]).all().contains("his own"));
}

#[test]
fn an_owner_that_somebody_added_is_said_until_it_is_accepted() {
    let desk = known();
    let id = text(&desk.tenant.change("GET", &format!("/applications(appId='{APP}')?$select=id"), &Value::Null)["id"]);
    let anna = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{ANNA_ID}")});
    desk.tenant.change("POST", &format!("/applications/{id}/owners/$ref"), &anna);
    is_said(&desk, &format!("NEW  owner Anna Berg ({ANNA_ID})"), "owner");
}

#[test]
fn a_federated_credential_that_somebody_added_is_said_until_it_is_accepted() {
    let desk = known();
    let row =
        json!({"name": "build", "issuer": "https://token.actions.example", "subject": "repo:stranger/x:ref:refs/heads/main"});
    add(&desk, &json!({"appId": APP, "federatedIdentityCredentials": [row]}));
    let line = "NEW  federated credential https://token.actions.example repo:stranger/x:";
    is_said(&desk, line, "federated-credential");
}

#[test]
fn it_is_said_in_swedish_as_well() {
    let desk = known();
    let secret = json!([{"keyId": "d5000000-0000-4000-8000-000000000001", "displayName": "backup", "secretText": "his own"}]);
    add(&desk, &json!({"appId": APP, "passwordCredentials": secret}));
    let ran = desk.run(&["doctor", "--lang", "sv"]).ended(1);
    for line in ["VÅR APP", "NYTT  hemlighet backup", "lade ni till det?", "I ORDNING", "allt som ska beviljas"] {
        assert!(ran.out.contains(line), "{line:?} is not said: {}", ran.out);
    }
    assert!(!ran.out.contains("doctor-"), "{}", ran.out);
    let listed = desk.run(&["tenant", "list", "--lang", "sv"]).ended(0);
    assert!(listed.out.starts_with("ingen organisation är känd"), "{}", listed.out);
}
