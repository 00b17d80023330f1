//! What Microsoft's own clients were seen to send, one habit a test: each is a client that would not work.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use regain_emulator::message::{Answer, Request, Service};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::{ADA, ADMIN, APP, APP_PRINCIPAL, GROUP, Run, SECRET, TENANT, code};

const GRAPH: &str = "https://graph.microsoft.com/.default";

/// A call with a body as it is, and nothing that says what it is.
fn bare(run: &mut Run, method: &str, target: &str, body: &str) -> Answer {
    let mut request = Request::new(Service::Graph, method, target).with_token(&run.token);
    request.body = body.as_bytes().to_vec();
    run.send(&request)
}

#[test]
fn habit_01_slashes_are_doubled_and_option_names_encoded() {
    let mut run = Run::new();
    let answer = run.get("/v1.0//users?%24top=2&%24select=id");
    assert_eq!(answer.value()["value"].as_array().unwrap().len(), 2, "{}", answer.value());
    assert_eq!(run.get(&format!("/v1.0//users//{ADA}")).value()["id"], ADA);
}

#[test]
fn habit_02_keys_come_as_segments_or_in_parentheses_by_name_or_id() {
    let mut run = Run::new();
    for key in [
        "/ada@contoso.com",
        "/ada%40contoso.com",
        "('ada@contoso.com')",
        "('ada%40contoso.com')",
        "(%27ada%40contoso.com%27)",
        &format!("/{ADA}"),
        &format!("('{ADA}')"),
    ] {
        assert_eq!(run.get(&format!("/v1.0/users{key}")).value()["id"], ADA, "{key}");
        assert_eq!(bare(&mut run, "POST", &format!("/v1.0/users{key}/revokeSignInSessions"), "").status, 200, "{key}");
    }
}

#[test]
fn habit_03_properties_are_named_in_any_case() {
    let mut run = Run::new();
    let user = run.get(&format!("/v1.0/users/{ADA}?$select=Id,DISPLAYNAME,accountenabled")).value();
    assert_eq!(
        (user["id"].as_str(), user["displayName"].as_str(), user["accountEnabled"].as_bool()),
        (Some(ADA), Some("Ada"), Some(true))
    );
    let found = run.get("/v1.0/users?$filter=userPrincipalName%20eq%20%27ada%40contoso.com%27&$select=Id").value();
    assert_eq!(found["value"][0]["id"], ADA);
}

#[test]
fn habit_04_ids_are_checked_before_they_are_sent() {
    let mut run = Run::new();
    for list in [
        "/v1.0/users",
        "/v1.0/groups",
        "/v1.0/servicePrincipals",
        "/v1.0/roleManagement/directory/roleDefinitions",
        "/v1.0/subscribedSkus",
    ] {
        let rows = run.get(list).value()["value"].as_array().cloned().unwrap_or_default();
        assert!(!rows.is_empty(), "{list}");
        for row in rows {
            for member in ["id", "appId", "templateId", "skuId"] {
                let Some(id) = row[member].as_str().filter(|id| id.len() == 36) else { continue };
                let fixed = ["00000002-0000-0ff1-ce00-000000000000", "00000003-0000-0000-c000-000000000000"];
                assert!(fixed.contains(&id) || is_uuid(id), "{list}: {member} {id}");
            }
        }
    }
    let made = run.world.tenant.mint.uuid();
    assert!(is_uuid(&made), "{made}");
}

/// Version and variant, as the stricter clients look for them.
fn is_uuid(id: &str) -> bool {
    let version = id.as_bytes()[14];
    let variant = id.as_bytes()[19];
    (b'1'..=b'8').contains(&version) && b"89abAB".contains(&variant)
}

#[test]
fn habit_05_actions_come_with_no_body_or_null_or_an_empty_object() {
    let mut run = Run::new();
    for body in ["", "null", "{}"] {
        let answer = bare(&mut run, "POST", &format!("/v1.0/users/{ADA}/revokeSignInSessions"), body);
        assert_eq!((answer.status, answer.value()["value"].as_bool()), (200, Some(true)), "{body:?}");
    }
    let assignment = run.get(&format!("/v1.0/roleManagement/directory/roleAssignments?$filter=principalId%20eq%20'{GROUP}'"));
    let id = assignment.value()["value"][0]["id"].as_str().unwrap().to_owned();
    let request = Request::new(Service::Graph, "DELETE", &format!("/v1.0/roleManagement/directory/roleAssignments/{id}"))
        .with_token(&run.token)
        .with_header("Content-Length", "0")
        .with_header("Content-Type", "application/json");
    assert_eq!(run.send(&request).status, 204);
}

#[test]
fn habit_06_changes_name_their_type_and_every_member_of_a_password() {
    let mut run = Run::new();
    let typed = json!({"@odata.type": "#microsoft.graph.user", "accountEnabled": false});
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{ADA}"), &typed).status, 204);
    let whole = json!({"@odata.type": "#microsoft.graph.user", "passwordProfile": {
        "@odata.type": "#microsoft.graph.passwordProfile", "forceChangePasswordNextSignIn": true,
        "forceChangePasswordNextSignInWithMfa": false, "password": "Zx9-Silver-Lantern-77"
    }});
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{ADA}"), &whole).status, 204);
    assert!(run.world.tenant.sessions.is_password(ADA, "Zx9-Silver-Lantern-77"));
    let user = &run.world.tenant.directory.users[ADA];
    assert!(user.get("@odata.type").is_none(), "a type is no property: {user}");
}

#[test]
fn habit_07_metadata_is_declined() {
    let mut run = Run::new();
    for target in [format!("/v1.0/users/{ADA}"), "/v1.0/users?$top=1".to_owned()] {
        for accept in ["application/json;odata.metadata=none", "application/json; odata.metadata=none"] {
            let request = Request::new(Service::Graph, "GET", &target).with_token(&run.token).with_header("Accept", accept);
            let body = run.send(&request).value();
            assert!(body.is_object() && body.get("@odata.context").is_none(), "{body}");
        }
        assert!(run.get(&target).value()["@odata.context"].is_string());
    }
}

#[test]
fn habit_08_batches_mix_addresses_and_spell_dependencies_twice() {
    let mut run = Run::new();
    let body = json!({"requests": [
        {"id": "a", "method": "GET", "url": format!("/users/{ADA}")},
        {"id": "b", "method": "GET", "url": format!("/v1.0/users/{ADA}"), "dependsOn": ["a"]},
        {"id": "c", "method": "GET", "url": "https://graph.microsoft.com/v1.0/users/ghost@contoso.com", "depends_on": ["b"]},
        {"id": "d", "method": "GET", "url": format!("{}/v1.0/users/{ADA}", run.world.tenant.bases.graph), "dependsOn": ["c"]}
    ]});
    let answer = run.call("POST", "/v1.0/$batch", &body).value();
    let mut statuses: Vec<(&str, i64)> = answer["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["status"].as_i64().unwrap()))
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [("a", 200), ("b", 200), ("c", 404), ("d", 424)]);
    let free = json!({"requests": (0..8).map(|id| json!({"id": id.to_string(), "method": "GET", "url": "/domains"})).collect::<Vec<_>>()});
    let orders: BTreeSet<String> = (0..4).map(|_| ids(&run.call("POST", "/v1.0/$batch", &free).value())).collect();
    assert!(orders.len() > 1, "answers always came in one order: {orders:?}");
}

fn ids(answer: &Value) -> String {
    answer["responses"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[test]
fn habit_09_a_throttled_call_is_repeated_as_it_was() {
    let mut run = Run::with(|scenario| {
        scenario["faults"] = json!([
            {"match": {"service": "graph", "nth": 1}, "kind": "throttle"},
            {"match": {"service": "graph", "nth": 2}, "kind": "unavailable"}
        ]);
    });
    let request = Request::new(Service::Graph, "GET", &format!("/v1.0/users/{ADA}"))
        .with_token(&run.token)
        .with_header("client-request-id", "7b3afbd2-62c5-4864-b5d5-e27a49cf1d1b");
    let throttled = run.send(&request);
    assert_eq!((throttled.status, throttled.header("retry-after")), (429, Some("2")));
    let busy = run.send(&request.clone().with_header("Retry-Attempt", "1"));
    assert_eq!((busy.status, busy.header("retry-after")), (503, None));
    let answered = run.send(&request.clone().with_header("Retry-Attempt", "2"));
    assert_eq!((answered.status, answered.header("client-request-id")), (200, request.header("client-request-id")));
    assert_ne!(answered.header("request-id"), throttled.header("request-id"));
}

#[test]
fn habit_10_a_claims_challenge_is_answered_with_a_new_token() {
    let mut run = Run::new();
    let signed_in = |run: &mut Run, claims: &str| {
        let more = [("client_secret", SECRET), ("scope", GRAPH), ("claims", claims)];
        run.app_token(&more).value()["access_token"].as_str().unwrap().to_owned()
    };
    run.token = signed_in(&mut run, r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);
    let fault = json!([{"match": {"path": "/domains"}, "when": {"times": 1}, "kind": "insufficient-claims"}]);
    run.send(&Request::new(Service::Control, "POST", "/faults").with_json(&fault));
    let challenged = run.get("/v1.0/domains");
    let header = challenged.header("www-authenticate").unwrap().to_owned();
    assert_eq!(challenged.status, 401);
    assert!(header.starts_with("Bearer ") && header.contains("error=\"insufficient_claims\""), "{header}");
    let encoded = header.split("claims=\"").nth(1).unwrap().trim_end_matches('"');
    assert_eq!(encoded.len() % 4, 0, "padded");
    let claims: Value = serde_json::from_slice(&STANDARD.decode(encoded).unwrap()).unwrap();
    assert_eq!(run.get("/v1.0/domains").status, 401, "the same token stays refused");
    let mut merged = claims;
    merged["access_token"]["xms_cc"] = json!({"values": ["cp1"]});
    run.token = signed_in(&mut run, &merged.to_string());
    assert_eq!(run.get("/v1.0/domains").status, 200);
}

#[test]
fn habit_11_next_links_are_followed_as_they_are() {
    let mut run = Run::with(|scenario| scenario["tenant"]["behaviour"] = json!({"pageSize": 1}));
    let asked = "$select=id,userPrincipalName&$top=1&$filter=startswith(userPrincipalName,'a')&$orderby=userPrincipalName&$count=true&x=kept";
    let (mut target, mut found) = (format!("/v1.0/users?{asked}"), Vec::new());
    loop {
        let page = run.eventual(&target).value();
        for user in page["value"].as_array().unwrap() {
            assert_eq!(user.as_object().unwrap().len(), 2, "only what was selected: {user}");
            found.push(user["id"].as_str().unwrap().to_owned());
        }
        let Some(link) = page["@odata.nextLink"].as_str() else { break };
        for option in asked.split('&') {
            assert!(link.contains(option), "{link} has lost {option}");
        }
        link.strip_prefix(&run.world.tenant.bases.graph).unwrap().clone_into(&mut target);
    }
    assert_eq!(found, [ADA, ADMIN]);
}

#[test]
fn habit_12_sign_in_begins_with_discovery_and_ends_with_what_was_asked_for() {
    let mut run = Run::new();
    let found =
        run.send(&Request::new(Service::Login, "GET", &format!("/{TENANT}/v2.0/.well-known/openid-configuration"))).value();
    let endpoint = found["token_endpoint"].as_str().unwrap();
    let path = endpoint.strip_prefix(&run.world.tenant.bases.login).unwrap().to_owned();
    for member in ["authorization_endpoint", "device_authorization_endpoint", "jwks_uri", "issuer"] {
        assert!(found[member].as_str().unwrap().contains(TENANT), "{member}");
    }
    let form = [("grant_type", "client_credentials"), ("client_id", APP), ("client_secret", SECRET), ("scope", GRAPH)];
    // A client may put its own id into the query.
    let target = format!("{path}?client-request-id=7b3afbd2-62c5-4864-b5d5-e27a49cf1d1b");
    assert_eq!(run.send(&Request::new(Service::Login, "POST", &target).with_form(&form)).status, 200);
    let header = format!("Basic {}", STANDARD.encode(format!("{APP}:{}", SECRET.replace(' ', "%20"))));
    let form = [("grant_type", "client_credentials"), ("scope", GRAPH)];
    let basic = Request::new(Service::Login, "POST", &path).with_form(&form).with_header("Authorization", &header);
    assert_eq!(run.send(&basic).status, 200);
    let refused = run.app_token(&[("client_secret", "wrong"), ("scope", GRAPH)]).value();
    for member in ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id"] {
        assert!(!refused[member].is_null(), "{member} of {refused}");
    }
    assert!(refused["error_description"].as_str().unwrap().starts_with("AADSTS7000215: "));
    let realm = run.send(&Request::new(Service::Login, "GET", "/common/userrealm/ada@contoso.com?api-version=1.0")).value();
    assert_eq!(realm["account_type"], "Managed");
    let instance = "/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.microsoftonline.com%2Fcontoso.com%2Foauth2%2Fv2.0%2Fauthorize";
    let instance = run.send(&Request::new(Service::Login, "GET", instance)).value();
    assert!(
        instance["tenant_discovery_endpoint"].as_str().unwrap().ends_with("/contoso.com/v2.0/.well-known/openid-configuration")
    );
}

#[test]
fn habit_13_tokens_are_read_for_display() {
    let mut run = Run::new();
    let token = run.sign_in();
    let parts: Vec<&str> = token.split('.').collect();
    let decoded = |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    assert_eq!((parts.len(), decoded(parts[0])["typ"].as_str()), (3, Some("JWT")));
    let claims = decoded(parts[1]);
    let wanted = [("idtyp", "app"), ("appid", APP), ("tid", TENANT), ("oid", APP_PRINCIPAL), ("app_displayname", "responder")];
    for (claim, value) in wanted {
        assert_eq!(claims[claim], value, "{claim}");
    }
    assert!(claims["roles"].as_array().unwrap().contains(&json!("User.Read.All")));
    assert!(claims["roles"].as_array().unwrap().iter().all(|role| role != "Exchange.ManageAsApp"), "that is another resource's");
}

#[tokio::test]
async fn habit_14_header_names_come_in_any_case_and_go_in_lower_case() {
    let running = crate::listeners::run(|_| {}, Duration::ZERO).await;
    let client = reqwest::Client::new();
    let token = crate::listeners::token(&running, &client).await;
    let address = running.endpoints.graph.trim_start_matches("http://").to_owned();
    for name in ["authorization", "Authorization", "AUTHORIZATION"] {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let request =
            format!("GET /v1.0/domains HTTP/1.1\r\nhost: {address}\r\n{name}: Bearer {token}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{name}: {answer}");
        let head = answer.split("\r\n\r\n").next().unwrap();
        let names: Vec<&str> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
        assert!(names.contains(&"request-id") && names.iter().all(|name| *name == name.to_lowercase()), "{names:?}");
    }
    let missing = code(&Run::new().send(&Request::new(Service::Graph, "GET", "/v1.0/domains")));
    assert_eq!(missing, "InvalidAuthenticationToken");
    running.stop().await;
}
