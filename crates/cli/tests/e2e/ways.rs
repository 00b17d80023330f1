//! Each way to sign in, with our own client at the emulated sign-in: certificate, federated token, three apps
//! with the least that each needs, claims challenges, national clouds.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{ANNA, ANNA_ID, Desk, shipped, steps, text};

const SEE: &str = "c3000000-0000-4000-8000-0000000000a1";
const LOCK: &str = "c3000000-0000-4000-8000-0000000000a2";
const CLEAN: &str = "c3000000-0000-4000-8000-0000000000a3";
const ISSUER: &str = "https://token.actions.example";
const SUBJECT: &str = "repo:contoso/ops:ref:refs/heads/main";

/// The classic tenant, without its attacker.
fn classic() -> Value {
    let mut scenario = shipped("bec-classic");
    scenario["attacker"] = json!({});
    scenario
}

/// A whole case, and what it must come to whoever signed in, and how.
#[track_caller]
fn is_contained(desk: &Desk) -> Value {
    let case = desk.contain(&["--yes"], 0);
    let all = steps(&case);
    assert!(all.len() > 5 && all.iter().all(|step| step.ends_with("verified")), "{all:?}");
    assert_eq!((&case["accounts"][0]["locked"], &case["accounts"][0]["gaps"]), (&json!(true), &only_unread(&case)));
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false);
    assert!(!desk.tenant.open_ways().contains(&"forwarding".to_owned()));
    case
}

/// The gaps that this version always has.
fn only_unread(case: &Value) -> Value {
    let gaps = case["accounts"][0]["gaps"].as_array().unwrap();
    gaps.iter().filter(|gap| gap["why"]["reason"] == "not-in-this-version").cloned().collect()
}

fn caller(number: u8, client: &str, permissions: &[&str], roles: &[&str]) -> Value {
    json!({
        "client_id": client, "client_secret": format!("secret-of-{number}"), "name": format!("regain {number}"),
        "service_principal_id": format!("d4000000-0000-4000-8000-0000000000a{number}"), "permissions": permissions, "roles": roles,
    })
}

const SEES: &[&str] = &[
    "User.Read.All",
    "Directory.Read.All",
    "Domain.Read.All",
    "MailboxSettings.Read",
    "AuditLog.Read.All",
    "RoleManagement.Read.Directory",
    "RoleAssignmentSchedule.Read.Directory",
    "RoleEligibilitySchedule.Read.Directory",
    "PrivilegedAssignmentSchedule.Read.AzureADGroup",
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "Application.Read.All",
    "Policy.Read.All",
    "SecurityEvents.Read.All",
    "Domain-InternalFederation.Read.All",
    "LicenseAssignment.Read.All",
    "Exchange.ManageAsApp",
];
const LOCKS: &[&str] = &[
    "User.Read.All",
    "User.EnableDisableAccount.All",
    "User-PasswordProfile.ReadWrite.All",
    "User.RevokeSessions.All",
    "RoleManagement.ReadWrite.Directory",
    "GroupMember.ReadWrite.All",
    "Group.ReadWrite.All",
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
];
const CLEANS: &[&str] = &[
    "RoleManagement.ReadWrite.Directory",
    "GroupMember.ReadWrite.All",
    "Group.ReadWrite.All",
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    "Exchange.ManageAsApp",
    "Policy.ReadWrite.Authorization",
    "Policy.ReadWrite.ConditionalAccess",
    "Policy.Read.All",
    "Application.Read.All",
];

/// Three apps, each with no more than its duty needs; `without` is taken from the one that locks.
fn three(without: &str) -> Desk {
    let mut scenario = classic();
    let locks: Vec<&str> = LOCKS.iter().copied().filter(|permission| *permission != without).collect();
    scenario["callers"] = json!([
        caller(1, SEE, SEES, &["Global Reader"]),
        caller(2, LOCK, &locks, &["Privileged Authentication Administrator"]),
        caller(3, CLEAN, CLEANS, &["Exchange Administrator"]),
    ]);
    let desk = Desk::of_with(&scenario, &[], "60");
    let mut line = desk.tenant.line.clone();
    for member in ["client_id", "client_secret"] {
        line.as_object_mut().unwrap().remove(member);
    }
    line["identities"] = json!({
        "see": {"client_id": SEE, "client_secret": "secret-of-1"},
        "lock": {"client_id": LOCK, "client_secret": "secret-of-2"},
        "clean": {"client_id": CLEAN, "client_secret": "secret-of-3"},
    });
    desk.endpoints(&line);
    desk
}

/// What one app asked of a service, as method and target, or cmdlet; what a batch holds is told one by one.
fn asked(desk: &Desk, app: &str) -> Vec<String> {
    let requests = desk.tenant.requests();
    let own = requests.iter().filter(|one| one["caller"] == app && one["service"] != "login");
    own.flat_map(|one| {
        let body: Value = serde_json::from_str(&text(&one["request_body"])).unwrap_or_default();
        match (one["service"].as_str(), body["requests"].as_array()) {
            (Some("graph"), Some(inner)) => {
                inner.iter().map(|one| format!("{} {}", text(&one["method"]), text(&one["url"]))).collect::<Vec<_>>()
            }
            (Some("graph"), None) => vec![format!("{} {}", text(&one["method"]), text(&one["path"]))],
            _ => vec![format!("cmdlet {}", text(&body["CmdletInput"]["CmdletName"]))],
        }
    })
    .collect()
}

#[test]
fn three_apps_contain_an_account_and_each_does_its_own_part() {
    let desk = three("");
    is_contained(&desk);
    let (seen, locked, cleaned) = (asked(&desk, SEE), asked(&desk, LOCK), asked(&desk, CLEAN));
    assert!(seen.iter().all(|what| what.starts_with("GET ") || what.starts_with("cmdlet Get-")), "{seen:?}");
    assert!(seen.iter().any(|what| what.contains("Get-InboxRule")) && seen.iter().any(|what| what.contains("/users/")));
    // The one that locks never reads a mailbox: it asks for no token of Exchange, and of Graph for nothing of a mailbox.
    assert!(locked.iter().any(|what| what.starts_with("PATCH ")), "{locked:?}");
    for what in &locked {
        assert!(!what.starts_with("cmdlet") && !what.to_lowercase().contains("mail"), "{what}");
    }
    let scopes = |app: &str| -> Vec<String> {
        let requests = desk.tenant.requests();
        let own = requests.iter().filter(|one| one["caller"] == app && one["service"] == "login");
        own.map(|one| text(&one["request_body"])).collect()
    };
    assert!(scopes(LOCK).iter().all(|body| !body.contains("outlook")) && !scopes(LOCK).is_empty());
    assert!(scopes(CLEAN).iter().any(|body| body.contains("outlook")));
    assert!(cleaned.iter().all(|what| what.starts_with("cmdlet ")), "{cleaned:?}");
    let changes = ["Set-Mailbox", "Disable-InboxRule", "Remove-RoleGroupMember"];
    assert!(changes.iter().all(|name| cleaned.iter().any(|what| what.ends_with(name))), "{cleaned:?}");
}

#[test]
fn looking_signs_in_as_the_one_that_sees_alone() {
    let desk = three("");
    desk.json(&["check", ANNA], 1);
    let callers: std::collections::BTreeSet<String> = desk.tenant.requests().iter().map(|one| text(&one["caller"])).collect();
    assert_eq!(callers.into_iter().filter(|caller| caller != "null").collect::<Vec<_>>(), [SEE]);
}

#[test]
fn doctor_names_the_missing_grant_of_the_right_app() {
    let whole = three("").json(&["doctor"], 0);
    assert_eq!(whole["ok"], true, "{whole:#}");
    let desk = three("User.RevokeSessions.All");
    let told = desk.json(&["doctor"], 1);
    let missing: Vec<&Value> = told["features"].as_array().unwrap().iter().filter(|one| one["state"] == "missing").collect();
    assert_eq!(missing.len(), 1, "{missing:#?}");
    assert_eq!((&missing[0]["feature"], &missing[0]["identities"]), (&json!("revoke-sessions"), &json!(["lock"])));
    let grant = text(&missing[0]["grant"]);
    assert!(grant.contains("User.RevokeSessions.All"), "{grant}");
    let screen = desk.run(&["doctor"]).ended(1).out;
    let line = screen.lines().position(|line| line.contains("User.RevokeSessions.All"));
    assert!(line.is_some(), "{screen}");
    // And the case says so in the same words, while the rest goes on.
    let case = desk.contain(&["--yes"], 1);
    let revocation = steps(&case).into_iter().find(|step| step.starts_with("revoke-sessions")).unwrap();
    assert!(revocation.ends_with("failed"), "{:?}", steps(&case));
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false);
}

/// A key with its certificate.
struct Signer {
    pair: rcgen::KeyPair,
    certificate: rcgen::Certificate,
}

impl Signer {
    fn new() -> Self {
        let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["regain.example".to_owned()]).unwrap().self_signed(&pair).unwrap();
        Self { pair, certificate }
    }

    fn pem(&self) -> Vec<u8> {
        format!("{}{}", self.certificate.pem(), self.pair.serialize_pem()).into_bytes()
    }

    fn pfx(&self, password: &str) -> Vec<u8> {
        let key = p12_keystore::PrivateKey::from_der(self.pair.serialized_der()).unwrap();
        let certificate = p12_keystore::Certificate::from_der(self.certificate.der()).unwrap();
        let chain = p12_keystore::PrivateKeyChain::new("1", key, [certificate]);
        let mut store = p12_keystore::KeyStore::new();
        store.add_entry("regain", p12_keystore::KeyStoreEntry::PrivateKeyChain(chain));
        store.writer(password).write().unwrap()
    }

    /// A token as another issuer gives it.
    fn token(&self, claims: &Value) -> String {
        let key = RsaKeyPair::from_pkcs8(self.pair.serialized_der()).unwrap();
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": "1"});
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The public key as an issuer publishes it (RFC 8017, A.1.1: two numbers of 256 and three bytes).
    fn key_set(&self) -> Value {
        let key = RsaKeyPair::from_pkcs8(self.pair.serialized_der()).unwrap();
        let key = key.public_key().as_ref();
        let (modulus, exponent) = (&key[9..9 + 256], &key[key.len() - 3..]);
        json!({"keys": [{"kty": "RSA", "kid": "1", "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent)}]})
    }
}

/// At the classic tenant with `registered` at its app, signed in to with the members of `way` alone.
fn with_way(registered: &Value, files: &[(&str, Vec<u8>)], way: &Value) -> Desk {
    let mut scenario = classic();
    let app = scenario["callers"][0].as_object_mut().unwrap();
    app.remove("client_secret");
    app.extend(registered.as_object().unwrap().clone());
    let desk = Desk::of_with(&scenario, &[], "60");
    for (name, bytes) in files {
        std::fs::write(desk.path(name), bytes).unwrap();
    }
    let mut line = desk.tenant.line.clone();
    line.as_object_mut().unwrap().remove("client_secret");
    line.as_object_mut().unwrap().extend(way.as_object().unwrap().clone());
    desk.endpoints(&line);
    desk
}

fn sign_ins(desk: &Desk) -> Vec<String> {
    let requests = desk.tenant.requests();
    requests.iter().filter(|one| text(&one["path"]).ends_with("/token")).map(|one| text(&one["request_body"])).collect()
}

#[test]
fn a_certificate_in_pem_and_in_pfx_signs_in_for_a_whole_case() {
    let signer = Signer::new();
    let registered = json!({"certificates": [signer.certificate.pem()]});
    for (file, bytes, way) in [
        ("app.pem", signer.pem(), json!({"certificate_file": "app.pem"})),
        ("app.pfx", signer.pfx("Lamp-4711"), json!({"certificate_file": "app.pfx", "certificate_password": "Lamp-4711"})),
    ] {
        let desk = with_way(&registered, &[(file, bytes)], &way);
        is_contained(&desk);
        let forms = sign_ins(&desk);
        assert!(!forms.is_empty() && forms.iter().all(|form| form.contains("client_assertion=") && !form.contains("secret")));
    }
    // One that the app does not know is refused before anything is asked.
    let desk = with_way(&registered, &[("app.pem", Signer::new().pem())], &json!({"certificate_file": "app.pem"}));
    desk.run(&["contain", ANNA, "--privileged", ANNA]).refused(2, "700027");
    assert_eq!(desk.tenant.writes(), Vec::<String>::new());
    let pfx = json!({"certificate_file": "app.pfx", "certificate_password": "wrong"});
    let desk = with_way(&registered, &[("app.pfx", signer.pfx("Lamp-4711"))], &pfx);
    desk.run(&["contain", ANNA, "--privileged", ANNA]).refused(2, "wrong password");
}

#[test]
fn a_federated_token_signs_in_and_is_read_again_each_time() {
    let issuer = Signer::new();
    let trusted = json!({"federated": [{"issuer": ISSUER, "subject": SUBJECT, "keys": issuer.key_set()}]});
    let start: jiff::Timestamp = "2026-11-02T00:00:00Z".parse().unwrap();
    let claims = |subject: &str| {
        json!({
            "iss": ISSUER, "sub": subject, "aud": "api://AzureADTokenExchange",
            "nbf": start.as_second(), "exp": start.as_second() + 30 * 86_400,
        })
    };
    let way = json!({"federated_token_file": "token"});
    let desk = with_way(&trusted, &[("token", issuer.token(&claims(SUBJECT)).into_bytes())], &way);
    is_contained(&desk);
    assert!(sign_ins(&desk).iter().all(|form| form.contains("client_assertion=")));
    // The platform has renewed it meanwhile, for somebody who is not trusted: the file is read each time.
    std::fs::write(desk.path("token"), issuer.token(&claims("repo:contoso/ops:ref:refs/heads/x"))).unwrap();
    let before = desk.tenant.writes().len();
    desk.run(&["verify", "2026-0001"]).refused(2, "700213");
    std::fs::write(desk.path("token"), Signer::new().token(&claims(SUBJECT))).unwrap();
    desk.run(&["verify", "2026-0001"]).refused(2, "50027");
    std::fs::remove_file(desk.path("token")).unwrap();
    desk.run(&["verify", "2026-0001"]).ended(2);
    assert_eq!(desk.tenant.writes().len(), before);
}

/// Continuous access evaluation: the service wants a new token in the middle, with the claims it names.
#[test]
fn a_claims_challenge_is_answered_with_a_new_token_and_nothing_is_done_twice() {
    for matches in [
        json!({"service": "graph", "path": "$batch", "nth": 2}),
        json!({"service": "graph", "method": "PATCH"}),
        json!({"service": "exchange"}),
        json!({"service": "exchange", "cmdlet": "Set-Mailbox"}),
    ] {
        let mut scenario = classic();
        scenario["faults"] = json!([{"match": matches, "kind": "insufficient-claims", "when": {"times": 1}}]);
        let desk = Desk::of_with(&scenario, &[], "60");
        is_contained(&desk);
        let requests = desk.tenant.requests();
        let refused = requests.iter().filter(|one| one["status"] == 401).count();
        assert!(refused > 0, "{matches}: never challenged");
        let answers: Vec<String> = sign_ins(&desk).into_iter().filter(|form| form.contains("nbf")).collect();
        assert!(!answers.is_empty() && answers.len() <= refused, "{matches}: {answers:?}");
        let passwords = desk.tenant.done().iter().filter(|write| write.contains("passwordProfile")).count();
        assert_eq!(passwords, 1, "{matches}");
    }
}

/// A tenant of a national cloud, by the name of the cloud: tokens are asked for by that cloud's names.
#[test]
fn a_national_cloud_is_asked_by_its_own_names() {
    for (cloud, graph, exchange) in [
        ("us-government", "graph.microsoft.us", "outlook.office365.us"),
        ("us-defense", "dod-graph.microsoft.us", "outlook-dod.office365.us"),
        ("china", "microsoftgraph.chinacloudapi.cn", "outlook.office365.cn"),
    ] {
        let mut scenario = classic();
        scenario["tenant"]["cloud"] = json!(cloud);
        let desk = Desk::of_with(&scenario, &[], "60");
        assert_eq!(desk.tenant.line["cloud"], cloud);
        is_contained(&desk);
        let forms = sign_ins(&desk);
        for form in &forms {
            assert!(form.contains(graph) || form.contains(exchange), "{cloud}: {form}");
        }
        // The wrong cloud gets no token, and nothing is asked or written.
        let mut line = desk.tenant.line.clone();
        line["cloud"] = json!("global");
        desk.endpoints(&line);
        let before = desk.tenant.writes().len();
        desk.run(&["verify", "2026-0001"]).refused(2, "500011");
        assert_eq!(desk.tenant.writes().len(), before);
    }
}
