use super::*;
use crate::SetupError;
use crate::testing::{account, intent};
use regain_ports::{Directory as _, Mail as _, Urgency};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn ok_batch(url: &str) -> (u16, Value) {
    if url.contains("mailboxSettings") { (200, json!({"userPurpose": "user"})) } else { (200, user()) }
}

#[tokio::test]
async fn a_throttled_read_waits_as_long_as_it_is_told() {
    let tenant = Tenant::new().await;
    let throttled = ResponseTemplate::new(429).insert_header("Retry-After", "17");
    let domains = ResponseTemplate::new(200)
        .set_body_json(list(json!([{"id": "Contoso.com", "isVerified": true}, {"id": "x", "isVerified": false}])));
    answers(&tenant.graph, "GET", "^/v1.0/domains$", vec![throttled, domains]).await;
    assert_eq!(tenant.ours.domains().await.unwrap().value.unwrap(), ["contoso.com"]);
    assert_eq!(tenant.waited(), 17);
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_not_repeated() {
    let tenant = Tenant::new().await;
    answers(&tenant.graph, "PATCH", "^/v1.0/users/", vec![refusal(504, "UnknownError", "")]).await;
    assert!(is_unanswered(tenant.ours.set_sign_in(&account(), false, &intent()).await));
    assert_eq!(sent(&tenant.graph).await.len(), 1);
}

#[tokio::test]
async fn a_write_that_was_turned_away_is_repeated() {
    let tenant = Tenant::new().await;
    let busy = refusal(503, "ServiceUnavailable", "").insert_header("Retry-After", "5");
    answers(&tenant.graph, "PATCH", "^/v1.0/users/", vec![busy, ResponseTemplate::new(204)]).await;
    tenant.ours.set_sign_in(&account(), false, &intent()).await.unwrap();
    assert_eq!((sent(&tenant.graph).await.len(), tenant.waited()), (2, 5));
}

/// A server that reads a request and hangs up, or says `answer` and hangs up.
async fn hangs_up(answer: &'static [u8]) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0_u8; 8192];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answer).await;
        }
    });
    address
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_unanswered() {
    let tenant = Tenant::new().await;
    for answer in [&b""[..], &b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"[..]] {
        let server = hangs_up(answer).await;
        let ours = handle(&line(&tenant.login.uri(), &server, &server), FakeClock::new());
        assert!(is_unanswered(ours.revoke_sessions(&account(), &intent()).await));
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unreachable() {
    let tenant = Tenant::new().await;
    let nobody = "http://127.0.0.1:1";
    let ours = handle(&line(&tenant.login.uri(), nobody, nobody), FakeClock::new());
    let error = ours.set_sign_in(&account(), false, &intent()).await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Unreachable(_)), "{error:?}");
    assert_eq!(error.attempts, Patience::default().attempts);
}

#[tokio::test]
async fn the_token_never_follows_a_link_or_a_redirect_to_another_host() {
    let (tenant, foreign) = (Tenant::new().await, MockServer::start().await);
    let link = format!("{}/v1.0/domains?$skiptoken=x", foreign.uri());
    let page = ResponseTemplate::new(200).set_body_json(json!({"value": [], "@odata.nextLink": link}));
    let moved = ResponseTemplate::new(302).insert_header("Location", foreign.uri());
    answers(&tenant.graph, "GET", "^/v1.0/domains$", vec![page, moved]).await;
    assert!(tenant.ours.domains().await.is_err());
    assert!(tenant.ours.domains().await.is_err());
    assert!(sent(&foreign).await.is_empty());
}

#[tokio::test]
async fn a_list_is_read_to_its_end_or_not_at_all() {
    let tenant = Tenant::new().await;
    let link = |at: &str| format!("{}/v1.0/domains?$skiptoken={at}", tenant.graph.uri());
    let page =
        |rows: Value, at: &str| ResponseTemplate::new(200).set_body_json(json!({"value": rows, "@odata.nextLink": link(at)}));
    let last = ResponseTemplate::new(200).set_body_json(list(json!([{"id": "b.se", "isVerified": true}])));
    let first = page(json!([{"id": "a.se", "isVerified": true}]), "1");
    answers(
        &tenant.graph,
        "GET",
        "^/v1.0/domains$",
        vec![first.clone(), page(json!([]), "2"), last, first, refusal(400, "BadRequest", "expired")],
    )
    .await;
    assert_eq!(tenant.ours.domains().await.unwrap().value.unwrap(), ["a.se", "b.se"]);
    let error = tenant.ours.domains().await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Incomplete { .. }), "{error:?}");
}

/// A real tenant has a cloud's endpoints and an emulated one its line's: there is no way to mix them.
#[test]
fn nothing_but_a_tenant_becomes_a_part_of_an_address() {
    let real = |tenant: &str| Access::real(crate::Cloud::Global, tenant.to_owned(), crate::Identities::default());
    assert!(real("contoso.com").is_ok());
    for odd in ["", "a/../b", "a?b", "a#b", "a b", "a%2fb"] {
        assert!(matches!(real(odd).err(), Some(SetupError::NotATenant(_))), "{odd:?}");
    }
    let settings = Settings {
        access: real("contoso.com").unwrap(),
        human: nobody(),
        clock: FakeClock::new(),
        patience: Patience::default(),
    };
    assert!(matches!(Microsoft::new(settings).err(), Some(SetupError::NoIdentity)));
}

#[tokio::test]
async fn a_claims_challenge_gets_a_new_token_and_one_more_try() {
    let tenant = Tenant::new().await;
    let challenge = "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==\"";
    let refused = refusal(401, "InvalidAuthenticationToken", "x").insert_header("WWW-Authenticate", challenge);
    answers(&tenant.graph, "PATCH", "^/v1.0/users/", vec![refused.clone(), ResponseTemplate::new(204), refused]).await;
    tenant.ours.set_sign_in(&account(), false, &intent()).await.unwrap();
    let forms: Vec<String> =
        sent(&tenant.login).await.iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect();
    assert_eq!(forms.len(), 2);
    assert!(forms.iter().all(|form| form.contains("cp1")), "each says that a challenge is understood: {forms:?}");
    assert!(!forms[0].contains("nbf") && forms[1].contains("nbf"), "{forms:?}");
    let error = tenant.ours.set_sign_in(&account(), false, &intent()).await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Denied { .. }));
    assert_eq!(sent(&tenant.graph).await.len(), 4, "one more try, and no third");
}

/// What waited for its turn as long as patience lasts is still asked again where it alone failed.
#[tokio::test]
async fn waiting_for_ones_turn_uses_no_patience_up() {
    let tenant = Tenant::new().await;
    let batch = |status: u16, body: Value| {
        let settings = json!({"id": "1", "status": 200, "body": {"userPurpose": "user"}});
        ResponseTemplate::new(200).set_body_json(
            json!({"responses": [{"id": "0", "status": status, "headers": {"Retry-After": "7"}, "body": body}, settings]}),
        )
    };
    let throttled = ResponseTemplate::new(429).insert_header("Retry-After", "119");
    let busy = batch(503, json!({"error": {"code": "ServiceUnavailable", "message": ""}}));
    answers(&tenant.graph, "POST", "batch$", vec![throttled, busy, batch(200, user())]).await;
    tenant.ours.identity(&account().id, Urgency::Lock).await.unwrap();
    assert_eq!(tenant.waited(), 119 + 7);
}

/// Among hundreds of accounts a request waits for its turn for longer than a token lives.
#[tokio::test]
async fn a_token_that_expired_while_its_request_waited_is_not_sent() {
    let tenant = Tenant::new().await;
    let short = json!({"token_type": "Bearer", "expires_in": 40, "access_token": "the first"});
    let long = json!({"token_type": "Bearer", "expires_in": 3_599, "access_token": "the second"});
    tenant.login.reset().await;
    let issued = |body| ResponseTemplate::new(200).set_body_json(body);
    answers(&tenant.login, "POST", "token$", vec![issued(short), issued(long)]).await;
    let throttled = ResponseTemplate::new(429).insert_header("Retry-After", "60");
    answers(&tenant.graph, "PATCH", "^/v1.0/users/", vec![throttled, ResponseTemplate::new(204)]).await;
    tenant.ours.set_sign_in(&account(), false, &intent()).await.unwrap();
    let used: Vec<String> =
        sent(&tenant.graph).await.iter().map(|one| one.headers["authorization"].to_str().unwrap().to_owned()).collect();
    assert_eq!(used, ["Bearer the first", "Bearer the second"]);
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_counted_apart() {
    let tenant = Tenant::new().await;
    batches(&tenant.graph, ok_batch).await;
    let id = account().id;
    let both =
        futures_util::future::join(tenant.ours.identity(&id, Urgency::Lock), tenant.ours.identity(&id, Urgency::Normal)).await;
    both.0.unwrap();
    both.1.unwrap();
    let side_by_side = tenant.ours.round_trips();
    assert_eq!((side_by_side.requests, side_by_side.depth, side_by_side.tokens), (2, 1, 1));
    tenant.ours.identity(&id, Urgency::Lock).await.unwrap();
    assert_eq!(tenant.ours.round_trips().depth, 2, "it began after an answer");
}

#[tokio::test]
async fn a_refused_secret_says_what_to_do_and_never_the_secret() {
    let tenant = Tenant::new().await;
    tenant.login.reset().await;
    let body =
        json!({"error": "invalid_client", "error_description": "AADSTS7000215 secret emulated", "error_codes": [7_000_215]});
    answers(&tenant.login, "POST", "token$", vec![ResponseTemplate::new(401).set_body_json(body)]).await;
    let error = tenant.ours.accepted_domains().await.unwrap_err();
    assert_eq!(error.provider, regain_ports::Provider::Entra);
    assert!(matches!(&error.kind, ProviderErrorKind::Credential { hint, .. } if hint.contains("value")));
    assert!(!format!("{error:?}").contains("emulated"));
}
