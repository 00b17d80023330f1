//! Access tokens: signed, readable, and good until they end.
//!
//! Invariant: nothing but its own expiry ends an access token. Revocation, a block and a new password act
//! on what gives new ones. The exception is a client that said it copes with claims challenges: its tokens
//! are watched, and the services ask for a new one at once (continuous access evaluation).

use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::caller::{Caller, Kind};
use crate::directory::text;
use crate::message::Service;
use crate::world::{App, Tenant};

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// None came.
    Missing,
    /// Not one of this run's.
    Invalid,
    /// Its life is over.
    Expired,
    /// It is for another resource.
    Audience,
    /// Something happened since: a new one is wanted, with the claims that go with this moment.
    Challenged,
}

/// An application's token for a service.
pub fn for_app(tenant: &mut Tenant, app: &App, service: Service, now: Timestamp) -> String {
    let all = tenant.directory.app_roles_of(&app.service_principal_id);
    let roles: Vec<&String> = all.iter().filter(|name| belongs(name, service)).collect();
    let wids = tenant.directory.tenant_roles_of(&app.service_principal_id);
    let mut claims = common(tenant, &app.client_id, &app.name, service, now);
    merge(
        &mut claims,
        json!({"idtyp": "app", "oid": app.service_principal_id, "sub": app.service_principal_id, "roles": roles, "wids": wids}),
    );
    sign(tenant, &claims)
}

/// A user's token for a service, through an app.
pub fn for_user(
    tenant: &mut Tenant,
    account: &str,
    client_id: &str,
    scopes: &[String],
    service: Service,
    now: Timestamp,
) -> String {
    let user = tenant.directory.users.get(account).cloned().unwrap_or(Value::Null);
    let wids = tenant.directory.tenant_roles_of(account);
    let name = tenant.app(client_id).map_or_else(|| "Microsoft Office".to_owned(), |app| app.name.clone());
    let mut claims = common(tenant, client_id, &name, service, now);
    merge(
        &mut claims,
        json!({
            "idtyp": "user", "oid": account, "sub": account, "upn": text(&user, "userPrincipalName"),
            "name": text(&user, "displayName"), "scp": scopes.join(" "), "wids": wids,
        }),
    );
    sign(tenant, &claims)
}

/// Whether a permission is one of this service's.
fn belongs(permission: &str, service: Service) -> bool {
    permission.starts_with("Exchange.") == matches!(service, Service::Exchange | Service::Purview)
}

fn common(tenant: &mut Tenant, client_id: &str, name: &str, service: Service, now: Timestamp) -> Value {
    let issued = now.as_second();
    json!({
        "aud": tenant.cloud.audience(service),
        "iss": format!("https://sts.windows.net/{}/", tenant.id),
        "iat": issued, "nbf": issued, "exp": issued + tenant.behaviour.token_seconds,
        "appid": client_id, "app_displayname": name, "tid": tenant.id, "ver": "1.0",
        "uti": tenant.mint.opaque().chars().take(22).collect::<String>(),
    })
}

fn merge(claims: &mut Value, more: Value) {
    if let (Some(claims), Value::Object(more)) = (claims.as_object_mut(), more) {
        claims.extend(more);
    }
}

fn sign(tenant: &Tenant, claims: &Value) -> String {
    let header = json!({"typ": "JWT", "alg": "HS256", "kid": "emulated"});
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let tag = hmac::sign(&tenant.mint.signing_key(), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
}

/// The claims of one of this run's tokens, whatever its age.
pub fn claims(tenant: &Tenant, token: &str) -> Option<Value> {
    let (signed, tag) = token.rsplit_once('.')?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    hmac::verify(&tenant.mint.signing_key(), signed.as_bytes(), &tag).ok()?;
    let (_, payload) = signed.split_once('.')?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Verifies a bearer token for a service.
pub fn verify(tenant: &Tenant, token: Option<&str>, service: Service, now: Timestamp) -> Result<Caller, Refusal> {
    let token = token.ok_or(Refusal::Missing)?;
    let claims = claims(tenant, token).ok_or(Refusal::Invalid)?;
    if text(&claims, "aud") != tenant.cloud.audience(service) {
        return Err(Refusal::Audience);
    }
    if claims["exp"].as_i64().is_none_or(|end| end <= now.as_second()) {
        return Err(Refusal::Expired);
    }
    if tenant.sessions.is_challenged(token) || is_blocked(tenant, &claims, token) {
        return Err(Refusal::Challenged);
    }
    Ok(caller(&claims))
}

/// Whether a watched token's account has been blocked meanwhile.
fn is_blocked(tenant: &Tenant, claims: &Value, token: &str) -> bool {
    let user = tenant.directory.users.get(text(claims, "oid"));
    tenant.sessions.is_watched(token) && user.is_some_and(|user| user["accountEnabled"] == Value::Bool(false))
}

/// The value of `WWW-Authenticate` with which a resource asks for a new token.
///
/// From "Claims challenges, claims requests, and client capabilities".
pub fn challenge(resource: &str, now: Timestamp) -> String {
    let claims = json!({"access_token": {"nbf": {"essential": true, "value": now.as_second().to_string()}}});
    format!(
        "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", client_id=\"{resource}\", \
         error=\"insufficient_claims\", claims=\"{}\"",
        STANDARD.encode(claims.to_string())
    )
}

fn caller(claims: &Value) -> Caller {
    let list = |member: &str| -> BTreeSet<String> {
        claims[member].as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    let (principal, app_id) = (text(claims, "oid").to_owned(), text(claims, "appid").to_owned());
    let kind = if text(claims, "idtyp") == "app" {
        Kind::App { app_id, service_principal: principal, permissions: list("roles"), roles: list("wids") }
    } else {
        let scopes = text(claims, "scp").split_whitespace().map(str::to_owned).collect();
        Kind::User { account: principal, app_id, scopes, roles: list("wids") }
    };
    Caller { kind, aud: text(claims, "aud").to_owned() }
}
