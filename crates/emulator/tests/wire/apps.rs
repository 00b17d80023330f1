//! Applications, service principals, what they can be signed in to with, and what they may do.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::RSA_PSS_SHA256;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use regain_emulator::encoding::encode;
use serde_json::{Value, json};

use crate::common::{ADA, ADMIN, APP, APP_PRINCIPAL, PASSWORD, Run, SECRET, code, number};

const OTHER: &str = "c4000000-0000-4000-8000-000000000001";
const OTHER_APP: &str = "c4000000-0000-4000-8000-000000000002";
const OTHER_PRINCIPAL: &str = "c4000000-0000-4000-8000-000000000003";
const OTHER_KEY: &str = "c4000000-0000-4000-8000-000000000004";
const GRAPH: &str = "https://graph.microsoft.com/.default";

/// A tenant with a second app that Ada owns, and a responder with these permissions.
fn with(permissions: &[&str]) -> Run {
    Run::with(|scenario| {
        scenario["callers"][0]["permissions"] = json!(permissions);
        scenario["graph"]["applications"] = json!([{
            "id": OTHER, "appId": OTHER_APP, "displayName": "Mail helper", "owners": [ADA],
            "passwordCredentials": [{"keyId": OTHER_KEY, "displayName": "old", "secretText": "never shown"}],
            "federatedIdentityCredentials": [{"name": "build", "issuer": "https://token.actions.example", "subject": "repo:contoso/x:ref:main"}],
        }]);
        scenario["graph"]["servicePrincipals"] =
            json!([{"id": OTHER_PRINCIPAL, "appId": OTHER_APP, "displayName": "Mail helper", "owners": [ADA]}]);
        scenario["graph"]["oauth2PermissionGrants"] = json!([{
            "clientId": OTHER_PRINCIPAL, "consentType": "Principal", "principalId": ADA, "resourceId": APP_PRINCIPAL, "scope": " Mail.Read offline_access",
        }]);
    })
}

fn secret_of(run: &mut Run) -> i64 {
    number(&run.app_token(&[("client_secret", SECRET), ("scope", GRAPH)]))
}

#[test]
fn an_app_is_found_by_either_key_and_shows_no_secret() {
    let mut run = with(&["Application.Read.All"]);
    let by_id = run.get(&format!("/v1.0/applications/{OTHER}")).value();
    assert_eq!(run.get(&format!("/v1.0/applications(appId='{OTHER_APP}')")).value(), by_id);
    assert_eq!(by_id["passwordCredentials"][0]["keyId"], OTHER_KEY);
    assert_eq!(by_id["passwordCredentials"][0]["hint"], "nev");
    for target in [
        "/v1.0/applications".to_owned(),
        format!("/v1.0/applications/{OTHER}?$select=passwordCredentials"),
        format!("/v1.0/applications(appId='{APP}')"),
    ] {
        let text = run.get(&target).value().to_string();
        assert!(text.contains("keyId") && !text.contains("never shown") && !text.contains(SECRET), "{target}: {text}");
    }
    let found = run.get(&format!("/v1.0/applications?$filter={}&$select=id", encode(&format!("appId eq '{OTHER_APP}'")))).value();
    assert_eq!(found["value"], json!([{"id": OTHER}]));
    assert_eq!(run.get(&format!("/v1.0/applications/{APP}")).status, 404, "a client id is no object id");
}

#[test]
fn the_callers_appear_as_applications_with_what_they_sign_in_with() {
    let mut run = with(&["Application.Read.All"]);
    let own = run.get(&format!("/v1.0/applications(appId='{APP}')?$select=id,displayName,passwordCredentials")).value();
    assert_eq!((own["displayName"].as_str(), own["passwordCredentials"].as_array().map(Vec::len)), (Some("responder"), Some(1)));
    let listed = run.get("/v1.0/applications?$top=1").value();
    assert_eq!(listed["value"].as_array().unwrap().len(), 1);
    let next = listed["@odata.nextLink"].as_str().unwrap().split_once("/v1.0").unwrap().1.to_owned();
    assert_eq!(run.get(&format!("/v1.0{next}")).value()["value"].as_array().unwrap().len(), 1);
}

#[test]
fn owners_come_and_go() {
    let mut run = with(&["Application.ReadWrite.All", "Directory.Read.All"]);
    for (collection, id) in [("applications", OTHER), ("servicePrincipals", OTHER_PRINCIPAL)] {
        let owners = format!("/v1.0/{collection}/{id}/owners");
        let ids = |run: &mut Run| {
            let rows = run.get(&format!("{owners}?$select=id")).value()["value"].clone();
            rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&mut run), [ADA]);
        let admin = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{ADMIN}")});
        assert_eq!(run.call("POST", &format!("{owners}/$ref"), &admin).status, 204);
        assert_eq!(run.call("POST", &format!("{owners}/$ref"), &admin).status, 400);
        assert_eq!(run.delete(&format!("{owners}/{ADA}/$ref")).status, 204);
        assert_eq!(run.delete(&format!("{owners}/{ADA}/$ref")).status, 404);
        assert_eq!(ids(&mut run), [ADMIN]);
    }
}

#[test]
fn what_somebody_owns_is_in_one_list() {
    let mut run = with(&["User.Read.All"]);
    let kinds = |run: &mut Run, cast: &str| {
        let rows = run.get(&format!("/v1.0/users/{ADA}/ownedObjects{cast}")).value()["value"].clone();
        rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&mut run, "").len(), 3, "a group and both objects of the app");
    let rows = run.get(&format!("/v1.0/users/{ADA}/ownedObjects")).value()["value"].as_array().unwrap().clone();
    let group = rows.iter().find(|row| row["@odata.type"] == "#microsoft.graph.group").unwrap();
    assert!(group.get("keyCredentials").is_none(), "{group}");
    assert_eq!(kinds(&mut run, "/graph.application"), [OTHER]);
    assert_eq!(kinds(&mut run, "/graph.servicePrincipal"), [OTHER_PRINCIPAL]);
}

#[test]
fn a_secret_that_is_removed_signs_nobody_in() {
    let mut run = with(&["Application.ReadWrite.All"]);
    let own = run.get(&format!("/v1.0/applications(appId='{APP}')")).value();
    let target = format!("/v1.0/applications/{}/removePassword", own["id"].as_str().unwrap());
    let key = json!({"keyId": own["passwordCredentials"][0]["keyId"]});
    assert_eq!(secret_of(&mut run), 0);
    assert_eq!(run.call("POST", &target, &key).status, 204);
    assert_eq!(secret_of(&mut run), 7_000_215);
    assert_eq!(run.call("POST", &target, &key).status, 400, "no credential is left to remove");
}

#[test]
fn a_certificate_that_somebody_adds_signs_in_and_can_be_taken_away_with_a_proof() {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let mut parameters = rcgen::CertificateParams::new(vec!["app.example".to_owned()]).unwrap();
    parameters.not_before = rcgen::date_time_ymd(2026, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2028, 1, 1);
    let der = parameters.self_signed(&pair).unwrap().der().to_vec();
    let key = RsaKeyPair::from_pkcs8(&pair.serialize_der()).unwrap();
    let sign = |claims: &Value| {
        let header = json!({"alg": "PS256", "typ": "JWT", "x5c": [STANDARD.encode(&der)]});
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let mut run = with(&["Application.ReadWrite.All"]);
    let id = run.get(&format!("/v1.0/applications(appId='{APP}')?$select=id")).value()["id"].as_str().unwrap().to_owned();
    let target = format!("/v1.0/applications/{id}");
    let added = json!({"keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": STANDARD.encode(&der), "displayName": "new"}]});
    assert_eq!(run.call("PATCH", &target, &added).status, 204);
    let now = run.world.now.as_second();
    let aud = format!("http://127.0.0.1:1/{}/oauth2/v2.0/token", crate::common::TENANT);
    let assertion = sign(&json!({"aud": aud, "iss": APP, "sub": APP, "jti": "1", "nbf": now, "exp": now + 300}));
    let present = |run: &mut Run| {
        let bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        number(&run.app_token(&[("client_assertion_type", bearer), ("client_assertion", &assertion), ("scope", GRAPH)]))
    };
    assert_eq!(present(&mut run), 0);
    let plain = run.get(&target).value();
    let shown = run.get(&format!("{target}?$select=keyCredentials")).value();
    assert_eq!(
        (&plain["keyCredentials"][0]["key"], shown["keyCredentials"][0]["key"].as_str()),
        (&Value::Null, Some(STANDARD.encode(&der).as_str()))
    );
    let key_id = &shown["keyCredentials"][0]["keyId"];
    assert_eq!(run.call("POST", &format!("{target}/removeKey"), &json!({"keyId": key_id, "proof": "a.b.c"})).status, 403);
    let proof = sign(&json!({"aud": "00000002-0000-0000-c000-000000000000", "iss": id, "nbf": now, "exp": now + 300}));
    assert_eq!(run.call("POST", &format!("{target}/removeKey"), &json!({"keyId": key_id, "proof": proof})).status, 204);
    assert_eq!(present(&mut run), 700_027);
    assert_eq!(code(&run.call("PATCH", &target, &json!({"keyCredentials": [{"key": "bm90aGluZw=="}]}))), "Request_BadRequest");
}

#[test]
fn federated_credentials_are_listed_and_removed() {
    let mut run = with(&["Application.ReadWrite.All"]);
    let target = format!("/v1.0/applications/{OTHER}/federatedIdentityCredentials");
    let rows = run.get(&target).value()["value"].clone();
    assert_eq!((rows[0]["name"].as_str(), &rows[0]["audiences"]), (Some("build"), &json!(["api://AzureADTokenExchange"])));
    assert_eq!(run.delete(&format!("{target}/{}", rows[0]["id"].as_str().unwrap())).status, 204);
    assert_eq!(run.get(&target).value()["value"], json!([]));
}

#[test]
fn a_permission_on_ones_own_apps_is_for_no_other() {
    let mut run = with(&["Application.ReadWrite.OwnedBy", "Directory.Read.All"]);
    let rename = json!({"displayName": "Mail helper 2"});
    assert_eq!(run.get(&format!("/v1.0/applications/{OTHER}")).status, 200, "reading is for all");
    assert_eq!(run.call("PATCH", &format!("/v1.0/applications/{OTHER}"), &rename).status, 403);
    run.world.tenant.directory.owners.insert(OTHER.to_owned(), vec![APP_PRINCIPAL.to_owned()]);
    assert_eq!(run.call("PATCH", &format!("/v1.0/applications/{OTHER}"), &rename).status, 204);
    let mut reader = with(&["Application.Read.All"]);
    assert_eq!(reader.call("PATCH", &format!("/v1.0/applications/{OTHER}"), &rename).status, 403);
    let mut blind = with(&["Application.ReadWrite.All"]);
    let admin = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{ADMIN}")});
    assert_eq!(
        blind.call("POST", &format!("/v1.0/applications/{OTHER}/owners/$ref"), &admin).status,
        403,
        "it also requires Directory.Read.All"
    );
}

#[test]
fn a_person_needs_the_role_or_owns_the_app() {
    let mut run = with(&["Application.Read.All"]);
    let rename = json!({"displayName": "Mail helper 2"});
    let target = format!("/v1.0/applications/{OTHER}");
    for (name, password, status) in [("ada@contoso.com", PASSWORD, 204), ("admin@contoso.com", "Other-Copper-Lantern-8", 204)] {
        run.token = run.password(name, password).value()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(run.call("PATCH", &target, &rename).status, status, "{name}");
    }
    run.world.tenant.directory.owners.remove(OTHER);
    run.token = run.password("ada@contoso.com", PASSWORD).value()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(run.call("PATCH", &target, &rename).status, 403, "neither role nor ownership");
}

#[test]
fn what_is_unknown_or_read_only_is_refused_and_nothing_is_changed() {
    let mut run = with(&["Application.ReadWrite.All"]);
    let target = format!("/v1.0/servicePrincipals/{OTHER_PRINCIPAL}");
    assert_eq!(run.wrong("PATCH", &target, &json!({"displayName": 5})).status, 400);
    assert_eq!(run.call("PATCH", &target, &json!({"accountEnabled": false, "appId": OTHER})).status, 400);
    assert_eq!(run.get(&target).value()["accountEnabled"], true);
    assert_eq!(run.wrong("PATCH", &target, &json!({"colour": "red"})).status, 400);
}

#[test]
fn an_app_that_is_switched_off_or_deleted_gets_no_token() {
    let mut run = with(&["Application.ReadWrite.All"]);
    let target = format!("/v1.0/servicePrincipals/{APP_PRINCIPAL}");
    assert_eq!(run.call("PATCH", &target, &json!({"accountEnabled": false})).status, 204);
    assert_eq!(secret_of(&mut run), 7_000_112);
    assert_eq!(run.call("PATCH", &target, &json!({"accountEnabled": true})).status, 204);
    assert_eq!(secret_of(&mut run), 0);
    assert_eq!(run.delete(&target).status, 204);
    assert_eq!(secret_of(&mut run), 700_016);
}

#[test]
fn deleting_a_registration_takes_its_principal_and_its_grants_along() {
    let mut run = with(&["Application.ReadWrite.All", "Directory.Read.All"]);
    assert_eq!(run.get("/v1.0/oauth2PermissionGrants").value()["value"].as_array().unwrap().len(), 1);
    assert_eq!(run.delete(&format!("/v1.0/applications/{OTHER}")).status, 204);
    assert_eq!(run.get(&format!("/v1.0/servicePrincipals/{OTHER_PRINCIPAL}")).status, 404);
    assert_eq!(run.get("/v1.0/oauth2PermissionGrants").value()["value"], json!([]));
}

#[test]
fn a_consent_is_read_narrowed_removed_and_given_back() {
    let mut run = with(&["DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All"]);
    let of_ada = run.get(&format!("/v1.0/users/{ADA}/oauth2PermissionGrants")).value()["value"].clone();
    assert_eq!(of_ada[0]["scope"], " Mail.Read offline_access", "with the space that the service keeps");
    assert_eq!(run.get(&format!("/v1.0/servicePrincipals/{OTHER_PRINCIPAL}/oauth2PermissionGrants")).value()["value"], of_ada);
    let filter = encode(&format!("principalId eq '{ADA}'"));
    assert_eq!(run.get(&format!("/v1.0/oauth2PermissionGrants?$filter={filter}")).value()["value"], of_ada);
    let target = format!("/v1.0/oauth2PermissionGrants/{}", of_ada[0]["id"].as_str().unwrap());
    assert_eq!(run.call("PATCH", &target, &json!({"scope": "offline_access"})).status, 204);
    assert_eq!(run.get(&target).value()["scope"], "offline_access");
    assert_eq!(run.delete(&target).status, 204);
    assert_eq!(run.delete(&target).status, 404);
    let mut again = of_ada[0].clone();
    again.as_object_mut().unwrap().remove("id");
    let made = run.call("POST", "/v1.0/oauth2PermissionGrants", &again);
    assert_eq!((made.status, &made.value()["id"]), (201, &of_ada[0]["id"]), "the same consent has the same id");
    assert_eq!(run.call("POST", "/v1.0/oauth2PermissionGrants", &again).status, 409);
}

#[test]
fn an_assignment_that_is_gone_is_a_400() {
    let mut run = with(&["AppRoleAssignment.ReadWrite.All", "Directory.Read.All"]);
    let target = format!("/v1.0/users/{ADA}/appRoleAssignments");
    let nil = uuid::Uuid::nil().to_string();
    let body = json!({"principalId": ADA, "resourceId": OTHER_PRINCIPAL, "appRoleId": nil});
    let made = run.call("POST", &target, &body);
    assert_eq!((made.status, made.value()["principalType"].as_str()), (201, Some("User")));
    let one = format!("{target}/{}", made.value()["id"].as_str().unwrap());
    assert_eq!(run.get(&one).value()["resourceDisplayName"], "Mail helper");
    let to = run.get(&format!("/v1.0/servicePrincipals/{OTHER_PRINCIPAL}/appRoleAssignedTo")).value();
    assert_eq!(to["value"][0]["principalId"], ADA);
    assert_eq!(run.delete(&one).status, 204);
    let gone = run.delete(&one);
    assert_eq!(
        (gone.status, gone.value()["error"]["message"].as_str()),
        (400, Some("EntitlementGrant being updated or deleted is not found."))
    );
}

#[test]
fn an_app_role_that_is_taken_is_in_no_new_token() {
    let mut run = with(&["AppRoleAssignment.ReadWrite.All", "Application.Read.All"]);
    let target = format!("/v1.0/servicePrincipals/{APP_PRINCIPAL}/appRoleAssignments");
    let rows = run.get(&target).value()["value"].as_array().unwrap().clone();
    let reads = rows.iter().find(|row| row["appRoleId"] == "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30").unwrap();
    assert_eq!(run.delete(&format!("{target}/{}", reads["id"].as_str().unwrap())).status, 204);
    assert_eq!(run.get(&target).status, 200, "the token that is out still has it");
    run.token = run.sign_in();
    assert_eq!(run.get(&target).status, 403);
}
