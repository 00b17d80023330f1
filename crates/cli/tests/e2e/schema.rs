//! What is printed as JSON is what `docs/schema/` says, on every command and several scenarios.

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{ANNA, CASE, Desk, NOT_READ, reader, shipped, text};

/// The schema of that name.
fn schema(name: &str) -> Validator {
    let path = format!("{}/../../docs/schema/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{path}");
    jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The document follows the schema.
#[track_caller]
pub fn follows(name: &str, document: &Value) {
    let errors: Vec<String> =
        schema(name).iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new(), "{name}: {document:#}");
}

/// A run that prints one document, whose schema is `name`; the code is not the question here.
#[track_caller]
fn printed(desk: &Desk, name: &str, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.push("--json");
    let ran = desk.run(&all);
    assert!(ran.code == 0 || ran.code == 1, "{arguments:?}: {} {}", ran.code, ran.err);
    let document = ran.json();
    follows(name, &document);
    document
}

/// Every command on one case.
fn whole(scenario: &str, accounts: &[&str], more: &[&str]) {
    let desk = Desk::fast(scenario);
    follows("emulate", &desk.tenant.line);
    let (_, recipient) = reader();
    let mut check = vec!["check"];
    check.extend(accounts);
    let looked = printed(&desk, "check", &check);
    assert_eq!(looked["accounts"][0]["steps"], json!([]));
    let mut contain = vec!["contain"];
    contain.extend(accounts);
    contain.extend(more);
    for account in accounts {
        contain.extend(["--privileged", account]);
    }
    contain.extend(["--seal-to", &recipient]);
    let case = printed(&desk, "contain", &contain);
    let id = text(&case["case"]);
    let id = id.as_str();
    printed(&desk, "contain", &["case", "show", id]);
    printed(&desk, "plan", &["plan", "show", id]);
    printed(&desk, "plan", &["plan", "show", id, "p1"]);
    if case["awaiting"] != Value::Null {
        printed(&desk, "plan", &["plan", "make", id]);
        let case = printed(&desk, "contain", &["case", "show", id]);
        desk.approve(&case);
        printed(&desk, "contain", &["apply", id]);
        printed(&desk, "contain", &["undo", id]);
        printed(&desk, "plan", &["plan", "show", id]);
    }
    printed(&desk, "contain", &["verify", id]);
    printed(&desk, "contain", &["resume", id]);
    printed(&desk, "contain", &["watch", id, "--once"]);
    let mut release = vec!["release", id, "--to", "sign-in", "--cause", "link", "--proof", "in-person", "--seal-to", &recipient];
    release.extend(NOT_READ);
    release.extend(["--override", "settled=a test", "--override", "nothing-open=a test"]);
    printed(&desk, "contain", &release);
    printed(&desk, "timeline", &["case", "timeline", id]);
    printed(&desk, "report", &["report", id]);
    printed(&desk, "report", &["report", id, "--format", "json"]);
    printed(&desk, "evidence", &["evidence", "verify"]);
    printed(&desk, "evidence", &["evidence", "verify", id]);
    let list = printed(&desk, "case-list", &["case", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 2);
    desk.run(&["case", "forget", CASE, "--confirm", CASE]).ended(0);
    printed(&desk, "case-list", &["case", "list"]);
    let evidence = printed(&desk, "evidence", &["evidence", "verify"]);
    assert_eq!(evidence["forgotten"], json!([CASE]));
}

#[test]
fn of_the_classic_case() {
    whole("bec-classic", &[ANNA], &[]);
}

#[test]
fn of_the_only_administrator() {
    whole("only-global-admin", &[ANNA], &[]);
}

#[test]
fn of_two_administrators() {
    whole("two-admins", &["erik.lindqvist@contoso.com", "sara.holm@contoso.com"], &[]);
}

#[test]
fn of_a_clean_account() {
    whole("clean-account", &[ANNA], &["--yes"]);
}

#[test]
fn of_a_broken_tenant() {
    whole("broken", &[ANNA], &["--yes"]);
}

#[test]
fn of_a_shared_mailbox() {
    whole("kinds", &["ekonomi@contoso.com"], &["--kind", "shared-mailbox", "--yes"]);
}

#[test]
fn of_every_kind_of_power() {
    whole("admin-everywhere", &[ANNA], &["--yes"]);
}

#[test]
fn of_a_damaged_record() {
    let desk = Desk::at("clean-account");
    desk.run(&["check", ANNA]).ended(0);
    let head = "0".repeat(64);
    let evidence = printed(&desk, "evidence", &["evidence", "verify", CASE, "--head", &head]);
    assert_eq!(evidence["whole"], false);
    assert_ne!(evidence["damage"], json!([]));
}

#[test]
fn of_the_doctor_and_the_tenants() {
    for scenario in ["bec-classic", "broken"] {
        // Everything is tried twice, which is more than the limits of a day let anybody have at once.
        let mut scenario = shipped(scenario);
        scenario["tenant"]["behaviour"]["graphLimits"] = json!(false);
        let desk = Desk::of_with(&scenario, &[], "60");
        printed(&desk, "doctor", &["doctor"]);
        let setup = printed(&desk, "doctor", &["doctor", "--setup"]);
        assert!(setup["setup"].is_object());
    }
    let desk = Desk::at("clean-account");
    printed(&desk, "tenant-list", &["tenant", "list"]);
    let id = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";
    desk.run(&["tenant", "add", "contoso", "--tenant-id", id, "--client-id", id, "--secret", "env:CONTOSO_SECRET", "--default"])
        .ended(0);
    desk.run(&[
        "tenant",
        "add",
        "fabrikam",
        "--tenant-id",
        id,
        "--client-id",
        id,
        "--secret",
        "env:FABRIKAM_SECRET",
        "--cloud",
        "us-gov",
    ])
    .ended(0);
    let list = printed(&desk, "tenant-list", &["tenant", "list"]);
    assert_eq!(list["tenants"].as_array().unwrap().len(), 2);
    desk.run(&["tenant", "remove", "fabrikam"]).ended(0);
    assert_eq!(printed(&desk, "tenant-list", &["tenant", "list"])["tenants"].as_array().unwrap().len(), 1);
}

/// The schemas refuse what they are meant to refuse.
#[test]
fn the_schemas_can_fail() {
    let desk = Desk::at("clean-account");
    let good = printed(&desk, "check", &["check", ANNA]);
    let wrong: &[(&str, Value)] = &[
        ("/head", json!("abc")),
        ("/case", json!(1)),
        ("/accounts", json!([])),
        ("/accounts/0/kind", json!("human")),
        ("/accounts/0/findings/0/verdict", json!("bad")),
        ("/accounts/0/findings/0/name", json!("a\u{202e}b")),
        ("/accounts/0/gaps/0/why", json!({"reason": "no idea"})),
        ("/accounts/0/more", json!(true)),
    ];
    for (pointer, value) in wrong {
        let mut bad = good.clone();
        match bad.pointer_mut(pointer) {
            Some(place) => *place = value.clone(),
            None => bad["accounts"][0]["more"] = value.clone(),
        }
        assert!(!schema("check").is_valid(&bad), "{pointer} may be {value}");
    }
}
