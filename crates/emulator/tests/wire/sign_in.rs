//! Signing in: what lets in, what ends it, and what does not.

use crate::common::{ADA, APP, AZURE_CLI, PASSWORD, Run, SECRET, number};
use regain_emulator::message::{Request, Service};
use serde_json::json;

#[test]
fn an_app_gets_a_token_for_one_resource() {
    let mut run = Run::new();
    let exchange = run.app_token(&[("client_secret", SECRET), ("scope", "https://outlook.office365.com/.default")]);
    assert_eq!(exchange.status, 200);
    run.token = exchange.value()["access_token"].as_str().unwrap().to_owned();
    let answer = run.get(&format!("/v1.0/users/{ADA}"));
    assert_eq!((answer.status, crate::common::code(&answer)), (401, "InvalidAuthenticationToken".to_owned()));
    assert!(answer.header("www-authenticate").is_some());
}

#[test]
fn failures_carry_their_codes() {
    let mut run = Run::with(|scenario| scenario["callers"][0]["secret_expires"] = json!("2026-11-02T10:00:00Z"));
    let scope = ("scope", "https://graph.microsoft.com/.default");
    assert_eq!(number(&run.app_token(&[("client_secret", "wrong"), scope])), 7_000_215);
    assert_eq!(number(&run.app_token(&[("client_secret", SECRET), ("scope", "https://manage.office.com/.default")])), 500_011);
    let stranger = run.grant(&[
        ("grant_type", "client_credentials"),
        ("client_id", "c3000000-0000-4000-8000-0000000000ff"),
        ("client_secret", SECRET),
        scope,
    ]);
    assert_eq!(number(&stranger), 700_016);
    let elsewhere = run.send(
        &Request::new(Service::Login, "POST", "/fabrikam.com/oauth2/v2.0/token")
            .with_form(&[("grant_type", "client_credentials")]),
    );
    assert_eq!(number(&elsewhere), 90_002);
    run.pass(3_600);
    let expired = run.app_token(&[("client_secret", SECRET), scope]);
    assert_eq!((expired.status, number(&expired)), (401, 7_000_222));
    assert!(expired.value()["error_description"].as_str().unwrap().starts_with("AADSTS7000222: "));
}

#[test]
fn the_tenant_goes_by_id_or_verified_domain() {
    let mut run = Run::new();
    for tenant in [crate::common::TENANT, "contoso.com", "contoso.onmicrosoft.com"] {
        let answer = run.send(&Request::new(Service::Login, "GET", &format!("/{tenant}/v2.0/.well-known/openid-configuration")));
        assert!(answer.value()["token_endpoint"].as_str().unwrap().ends_with("/oauth2/v2.0/token"), "{tenant}");
    }
}

#[test]
fn a_password_is_compared_for_real() {
    let mut run = Run::new();
    assert_eq!(run.password("ada@contoso.com", PASSWORD).status, 200);
    assert_eq!(number(&run.password("ada@contoso.com", "guess")), 50_126);
    assert_eq!(number(&run.password("nobody@contoso.com", "guess")), 50_034);
    let profile = json!({"passwordProfile": {"password": "New-Silver-Lantern-9", "forceChangePasswordNextSignIn": false}});
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{ADA}"), &profile).status, 204);
    assert_eq!(number(&run.password("ada@contoso.com", PASSWORD)), 50_126);
    assert_eq!(run.password("ada@contoso.com", "New-Silver-Lantern-9").status, 200);
}

#[test]
fn a_blocked_account_cannot_sign_in() {
    let mut run = Run::new();
    let refresh = run.password("ada@contoso.com", PASSWORD).value()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{ADA}"), &json!({"accountEnabled": false})).status, 204);
    assert_eq!(number(&run.password("ada@contoso.com", PASSWORD)), 50_057);
    assert_eq!(number(&run.refresh(&refresh)), 50_057);
}

#[test]
fn revocation_ends_refresh_tokens_and_no_access_token() {
    let mut run = Run::new();
    let session = run.password("ada@contoso.com", PASSWORD).value();
    let refresh = session["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(run.refresh(&refresh).status, 200);
    run.pass(60);
    assert_eq!(run.call("POST", &format!("/v1.0/users/{ADA}/revokeSignInSessions"), &json!({})).value()["value"], true);
    assert_eq!(number(&run.refresh(&refresh)), 50_173);
    let read = run.get(&format!("/v1.0/users/{ADA}?$select=signInSessionsValidFromDateTime")).value();
    assert_eq!(read["signInSessionsValidFromDateTime"], "2026-11-02T09:01:00Z");
    run.token = session["access_token"].as_str().unwrap().to_owned();
    assert_eq!(run.get("/v1.0/me").status, 200, "the access token lives on");
    run.pass(3_600);
    assert_eq!(run.get("/v1.0/me").status, 401, "until it ends");
}

#[test]
fn a_new_password_ends_refresh_tokens() {
    let mut run = Run::new();
    let refresh = run.password("ada@contoso.com", PASSWORD).value()["refresh_token"].as_str().unwrap().to_owned();
    let profile = json!({"passwordProfile": {"password": "New-Silver-Lantern-9", "forceChangePasswordNextSignIn": true}});
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{ADA}"), &profile).status, 204);
    let dead = run.refresh(&refresh);
    assert_eq!((dead.status, number(&dead)), (400, 50_173));
    assert_eq!(dead.value()["suberror"], "bad_token");
    assert_eq!(number(&run.password("ada@contoso.com", "New-Silver-Lantern-9")), 50_055, "it has to be changed first");
}

#[test]
fn tokens_can_be_read_for_display() {
    let mut run = Run::new();
    let claims = regain_emulator::entra::token::claims(&run.world.tenant, &run.token).unwrap();
    assert_eq!(
        (claims["idtyp"].as_str(), claims["appid"].as_str(), claims["app_displayname"].as_str()),
        (Some("app"), Some(APP), Some("responder"))
    );
    assert!(claims["roles"].as_array().unwrap().iter().any(|role| role == "User.Read.All"));
    assert!(!claims["roles"].as_array().unwrap().iter().any(|role| role == "Exchange.ManageAsApp"));
    let token = run.password("ada@contoso.com", PASSWORD).value()["access_token"].as_str().unwrap().to_owned();
    let claims = regain_emulator::entra::token::claims(&run.world.tenant, &token).unwrap();
    assert_eq!((claims["upn"].as_str(), claims["appid"].as_str()), (Some("ada@contoso.com"), Some(AZURE_CLI)));
}
