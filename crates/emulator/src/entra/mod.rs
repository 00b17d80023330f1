//! Entra sign-in: an app by its secret, certificate or federated token; a person by password, code, device
//! code or refresh token; and what clients ask before.
//!
//! Invariant: whoever gets a token could get one at this moment of the tenant. Failures carry the codes of
//! the real service, since clients branch on them.

pub(crate) mod access;
mod asked;
mod assertion;
mod authorize;
pub mod certificate;
mod der;
pub mod device;
mod discovery;
mod failure;
pub mod grants;
pub(crate) mod jwt;
mod keys;
mod page;
pub mod token;
pub(crate) mod user;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::encoding;
use crate::message::{Answer, Request};
use crate::sessions::Proof;
use crate::world::{App, Refresh, World};
use asked::Asked;
pub use assertion::EXCHANGE_AUDIENCE;
use failure::Failure;
use user::Granted;

pub(crate) type Form = BTreeMap<String, String>;

/// The field under which a form keeps where it came from; what a client sends under this name is lost.
pub(crate) const ADDRESS: &str = "@address";

/// Where whoever signs in here comes from, if the request does not say.
const LOOPBACK: &str = "127.0.0.1";

/// Where a token was asked for.
pub(crate) struct Place<'a> {
    /// The tenant as the path names it.
    tenant: &'a str,
}

/// What the sign-in host of another cloud says of this tenant.
pub fn in_another_cloud(world: &mut World) -> Answer {
    let tenant = world.tenant.id.clone();
    Failure::no_tenant(&tenant).answer(world)
}

/// Answers for the sign-in host.
pub fn answer(world: &mut World, request: &Request) -> Answer {
    let path = encoding::decode(&request.path);
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", [tenant, "v2.0", ".well-known", "openid-configuration"] | [tenant, ".well-known", "openid-configuration"]) => {
            discovery::configuration(world, tenant)
        }
        ("GET", ["common", "discovery", "instance"]) => discovery::instance(world, request),
        ("GET", ["common", "userrealm", name]) => discovery::user_realm(world, name),
        ("GET", [tenant, "discovery", "v2.0", "keys"]) => discovery::keys(world, tenant),
        ("GET", [tenant, "oauth2", "v2.0", "authorize"]) => authorize::begin(world, tenant, request),
        ("POST", [tenant, "login"]) => authorize::signed_in(world, tenant, &form_of(request)),
        ("GET", ["device" | "devicelogin"] | ["common", "oauth2", "deviceauth"]) => device::form_page(None),
        ("POST", ["device"]) => device::typed(world, &form_of(request)),
        ("POST", [tenant, "oauth2", "v2.0", "devicecode"]) => {
            let form = form_of(request);
            begin_device(world, tenant, &form).unwrap_or_else(|failure| failure.answer(world))
        }
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => {
            let form = form_of(request);
            grant(world, &Place { tenant }, &form).unwrap_or_else(|failure| failure.answer(world))
        }
        _ => crate::unimplemented(world, request),
    }
}

/// The fields of a form, with those that a client put into the query or the header instead.
fn form_of(request: &Request) -> Form {
    let mut form: Form = encoding::pairs(&String::from_utf8_lossy(&request.body)).into_iter().collect();
    let basic = request.header("authorization").and_then(|value| value.strip_prefix("Basic "));
    let decoded = basic.and_then(|text| String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok());
    if let Some((id, secret)) = decoded.as_deref().and_then(|text| text.split_once(':')) {
        form.entry("client_id".to_owned()).or_insert_with(|| encoding::decode(id));
        form.entry("client_secret".to_owned()).or_insert_with(|| encoding::decode(secret));
    }
    let address = request.header("x-forwarded-for").unwrap_or(LOOPBACK).split(',').next().unwrap_or_default().trim().to_owned();
    form.insert(ADDRESS.to_owned(), address);
    form
}

fn is_tenant(world: &World, tenant: &str) -> bool {
    world.tenant.is_named(tenant)
}

/// Where a person signs in, the tenant may be left open.
fn is_tenant_or_shared(world: &World, tenant: &str) -> bool {
    ["common", "organizations"].contains(&tenant) || is_tenant(world, tenant)
}

fn begin_device(world: &mut World, tenant: &str, form: &Form) -> Result<Answer, Failure> {
    if !is_tenant_or_shared(world, tenant) {
        return Err(Failure::no_tenant(tenant));
    }
    device::begin(world, form.get("client_id").map(String::as_str).unwrap_or_default(), form)
}

fn grant(world: &mut World, place: &Place, form: &Form) -> Result<Answer, Failure> {
    let kind = form.get("grant_type").map(String::as_str);
    let is_app = kind == Some("client_credentials");
    if !(is_tenant(world, place.tenant) || !is_app && is_tenant_or_shared(world, place.tenant)) {
        return Err(Failure::no_tenant(place.tenant));
    }
    let client_id = form.get("client_id").map(String::as_str).unwrap_or_default();
    match kind {
        Some("client_credentials") => for_app(world, place, client_id, form),
        Some("password") => for_password(world, place, client_id, form),
        Some("refresh_token") => for_refresh(world, place, client_id, form),
        Some("authorization_code") => authorize::redeem(world, place, client_id, form),
        Some("device_code" | "urn:ietf:params:oauth:grant-type:device_code") => device::redeem(world, place, client_id, form),
        Some(_) => Err(Failure::new(400, "unsupported_grant_type", 70_003, "The app requested an unsupported grant type.")),
        None => Err(Failure::new(
            400,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'grant_type'.",
        )),
    }
}

fn for_app(world: &mut World, place: &Place, client_id: &str, form: &Form) -> Result<Answer, Failure> {
    let app = world.tenant.app(client_id).cloned().ok_or_else(|| Failure::no_app(client_id, &world.tenant.name))?;
    assertion::check_app(world, &app, place, form)?;
    let asked = Asked::parse(world, form)?;
    if !asked.is_default {
        return Err(Failure::new(
            400,
            "invalid_scope",
            1_002_012,
            "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
        ));
    }
    check_principal_enabled(world, &app)?;
    let now = world.now;
    let token = token::for_app(&mut world.tenant, &app, asked.service, now);
    if asked.copes_with_challenges {
        world.tenant.sessions.watch_access(&token, &app.service_principal_id);
    }
    let seconds = world.tenant.behaviour.token_seconds;
    Ok(Answer::json(
        200,
        &json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}),
    ))
}

/// Whether the app's service principal is there and may sign in.
fn check_principal_enabled(world: &World, app: &App) -> Result<(), Failure> {
    let principal = world.tenant.directory.service_principals.get(&app.service_principal_id);
    let Some(principal) = principal else { return Err(Failure::no_app(&app.client_id, &world.tenant.name)) };
    if principal["accountEnabled"] == Value::Bool(false) {
        let text = format!("Application '{}'({}) is disabled.", app.client_id, app.name);
        return Err(Failure::new(401, "unauthorized_client", 7_000_112, &text));
    }
    Ok(())
}

fn for_password(world: &mut World, place: &Place, client_id: &str, form: &Form) -> Result<Answer, Failure> {
    user::check_client(world, client_id)?;
    assertion::check_app_of_user(world, client_id, place, form)?;
    let asked = Asked::parse(world, form)?;
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let account = user::by_password(world, field("username"), field("password"))?;
    let scopes = asked.scopes(world, client_id)?;
    user_answer(world, (&account, Proof::PASSWORD), client_id, &scopes, &asked, form)
}

fn for_refresh(world: &mut World, place: &Place, client_id: &str, form: &Form) -> Result<Answer, Failure> {
    user::check_client(world, client_id)?;
    assertion::check_app_of_user(world, client_id, place, form)?;
    let presented = form.get("refresh_token").map(String::as_str).unwrap_or_default();
    let refresh = world
        .tenant
        .sessions
        .refresh(presented)
        .cloned()
        .ok_or_else(|| Failure::grant(9_002_313, "Invalid request. Request is malformed or invalid."))?;
    if !refresh.client_id.eq_ignore_ascii_case(client_id) {
        return Err(Failure::grant(700_003, "The refresh token was issued to another application."));
    }
    user::check_refresh(world, &refresh)?;
    let asked = Asked::parse(world, form)?;
    let is_callers = world.tenant.app(client_id).is_some();
    let keeps = asked.named.is_empty() && !(is_callers && asked.is_default);
    let scopes = if keeps { refresh.scopes.clone() } else { asked.scopes(world, client_id)? };
    user_answer(world, (&refresh.account, refresh.proof), client_id, &scopes, &asked, form)
}

fn user_answer(
    world: &mut World,
    (account, proof): (&str, Proof),
    client_id: &str,
    scopes: &[String],
    asked: &Asked,
    form: &Form,
) -> Result<Answer, Failure> {
    let granted = Granted {
        account,
        proof,
        client_id,
        scopes,
        service: asked.service,
        copes_with_challenges: asked.copes_with_challenges,
        wants_identity: asked.wants_identity,
        nonce: None,
    };
    user::answer(world, &granted, form)
}

/// Issues a refresh token, as a sign-in would.
pub fn refresh_token(world: &mut World, account: &str, client_id: &str, scopes: &[String], proof: Proof) -> String {
    let token = format!("0.AX{}", world.tenant.mint.opaque());
    world.tenant.sessions.issue(token.clone(), Refresh::new(account, client_id, scopes, world.now).with_proof(proof));
    token
}

/// The client id that a token request names, for the record.
pub fn client_of(request: &Request) -> Option<String> {
    form_of(request).remove("client_id")
}
