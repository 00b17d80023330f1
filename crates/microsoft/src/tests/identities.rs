//! Three identities: each verb in the hands of the least one that may do it.

use regain_incident::facets::forwarding::Forwarding;
use regain_ports::{Directory as _, Mail as _};

use super::*;
use crate::testing::{account, intent};

/// A tenant of one server that gives each app a token of its own.
async fn tenant(identities: Value, all: bool) -> (MockServer, Microsoft) {
    let server = MockServer::start().await;
    for client in ["see", "lock", "clean", "c3000000-0000-4000-8000-000000000001"] {
        let token = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": format!("token-of-{client}")});
        let asked = Mock::given(method("POST")).and(path_regex("/oauth2/v2.0/token$"));
        let asked = asked.and(wiremock::matchers::body_string_contains(format!("client_id={client}")));
        asked.respond_with(ResponseTemplate::new(200).set_body_json(token)).mount(&server).await;
    }
    let empty = ResponseTemplate::new(200).set_body_json(list(json!([])));
    answers(&server, "GET", "^/v1.0/domains$", vec![empty.clone()]).await;
    answers(&server, "PATCH", "^/v1.0/users/", vec![ResponseTemplate::new(204)]).await;
    answers(&server, "POST", "InvokeCommand$", vec![empty]).await;
    let here = server.uri();
    let mut told: Value = serde_json::from_str(&line(&here, &here, &here)).unwrap();
    told["identities"] = identities;
    if !all {
        told.as_object_mut().unwrap().remove("client_id");
    }
    let ours = handle(&told.to_string(), FakeClock::new());
    (server, ours)
}

fn three() -> Value {
    let one = |name: &str| json!({"client_id": name, "client_secret": "x"});
    json!({"see": one("see"), "lock": one("lock"), "clean": one("clean")})
}

async fn bearer(server: &MockServer) -> String {
    let last = sent(server).await.into_iter().rfind(|request| request.headers.contains_key("authorization")).unwrap();
    last.headers["authorization"].to_str().unwrap().trim_start_matches("Bearer token-of-").to_owned()
}

#[tokio::test]
async fn each_verb_is_done_by_the_least_identity_that_may_do_it() {
    let (server, ours) = tenant(three(), false).await;
    ours.domains().await.unwrap();
    assert_eq!(bearer(&server).await, "see");
    ours.accepted_domains().await.unwrap();
    assert_eq!(bearer(&server).await, "see");
    ours.set_sign_in(&account(), false, &intent()).await.unwrap();
    assert_eq!(bearer(&server).await, "lock");
    ours.set_forwarding(&account(), &Forwarding::default(), &intent()).await.unwrap();
    assert_eq!(bearer(&server).await, "clean");
}

#[tokio::test]
async fn a_weaker_identity_never_stands_in() {
    let (server, ours) = tenant(json!({"see": three()["see"], "lock": three()["lock"]}), false).await;
    ours.set_sign_in(&account(), false, &intent()).await.unwrap();
    let before = sent(&server).await.len();
    let error = ours.set_forwarding(&account(), &Forwarding::default(), &intent()).await.unwrap_err();
    assert!(matches!(&error.kind, ProviderErrorKind::Denied { missing } if missing.contains("`clean`")), "{error:?}");
    assert_eq!(sent(&server).await.len(), before, "nothing was asked");
}

#[tokio::test]
async fn for_reading_alone_nothing_can_be_changed() {
    let server = MockServer::start().await;
    let here = server.uri();
    let access = Access::emulated(&line(&here, &here, &here)).unwrap().reading();
    let settings = Settings { access, human: nobody(), clock: FakeClock::new(), patience: Patience::default() };
    let ours = Microsoft::new(settings).unwrap();
    let error = ours.set_sign_in(&account(), false, &intent()).await.unwrap_err();
    assert!(matches!(&error.kind, ProviderErrorKind::Denied { missing } if missing.contains("`lock`")), "{error:?}");
    assert!(sent(&server).await.is_empty());
}

#[tokio::test]
async fn who_does_what_is_told_and_a_shared_app_signs_in_once() {
    let (_, ours) = tenant(three(), false).await;
    let told: Vec<(String, usize)> =
        ours.seats().await.unwrap().into_iter().map(|seat| (seat.client, seat.duties.len())).collect();
    assert_eq!(told, [("see".to_owned(), 1), ("lock".to_owned(), 1), ("clean".to_owned(), 1)]);
    assert_eq!(ours.round_trips().tokens, 5, "locking alone asks Exchange nothing");
    let (_, ours) = tenant(json!({"see": three()["see"]}), true).await;
    let told: Vec<usize> = ours.seats().await.unwrap().into_iter().map(|seat| seat.duties.len()).collect();
    assert_eq!(told, [1, 2]);
    assert_eq!(ours.round_trips().tokens, 4);
}

#[tokio::test]
async fn without_the_permission_on_exchange_the_permission_is_named_and_not_the_role() {
    use base64::Engine as _;
    let server = MockServer::start().await;
    let claims =
        json!({"tid": "0f1e2d3c-4b5a-4678-9a0b-c0de00000001", "roles": [], "wids": ["29232cdf-9323-42fd-ade2-1d097af3e4de"]});
    let jwt = format!("x.{}.y", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims.to_string()));
    let token = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": jwt});
    answers(&server, "POST", "/oauth2/v2.0/token$", vec![ResponseTemplate::new(200).set_body_json(token)]).await;
    answers(&server, "POST", "InvokeCommand$", vec![ResponseTemplate::new(403)]).await;
    let here = server.uri();
    let error = handle(&line(&here, &here, &here), FakeClock::new()).accepted_domains().await.unwrap_err();
    let ProviderErrorKind::Denied { missing } = &error.kind else { panic!("{error:?}") };
    assert!(missing.contains("Exchange.ManageAsApp") && !missing.contains("Administrator"), "{missing}");
}

#[tokio::test]
async fn our_own_app_is_looked_at_from_all_sides_and_what_is_refused_is_named() {
    let tenant = Tenant::new().await;
    batches(&tenant.graph, |url| {
        let credential = |id: &str| json!([{"keyId": id, "displayName": id, "startDateTime": "2026-01-01T00:00:00Z"}]);
        match url.split('?').next().unwrap() {
            "/applications(appId='c1')" => (200, json!({
                "id": "app", "displayName": "regain", "passwordCredentials": credential("k1"), "keyCredentials": credential("k2"),
            })),
            "/servicePrincipals(appId='c1')" => (200, json!({"id": "sp", "passwordCredentials": credential("k3")})),
            "/applications/app/owners" => (200, list(json!([{"id": "o1", "displayName": "Anna"}]))),
            "/servicePrincipals/sp/owners" => (200, list(json!([]))),
            "/applications/app/federatedIdentityCredentials" => (403, json!({"error": {"code": "Authorization_RequestDenied"}})),
            other => panic!("{other}"),
        }
    })
    .await;
    let app = tenant.ours.own_app("c1").await.unwrap();
    assert_eq!(app.name.as_deref(), Some("regain"));
    let told: Vec<(&str, &str)> = app.ways.iter().map(|way| (way.kind.name(), way.id.as_str())).collect();
    assert_eq!(told, [("secret", "k1"), ("certificate", "k2"), ("owner", "o1"), ("service-principal-secret", "k3")]);
    let [("federated credentials", ProviderErrorKind::Denied { missing })] = app.unread.as_slice() else {
        panic!("{:?}", app.unread)
    };
    assert_eq!(missing, "Application.Read.All");
}
