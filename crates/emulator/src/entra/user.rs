//! A person's sign-in: who may, and the tokens that come of it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::asked::FIRST_PARTY;
use super::failure::Failure;
use super::{Form, access, keys, token};
use crate::directory::text;
use crate::message::{Answer, Service};
use crate::sessions::Proof;
use crate::world::{Refresh, World};

/// What a person gets.
pub struct Granted<'a> {
    /// Object id of the account.
    pub account: &'a str,
    /// What the person has shown.
    pub proof: Proof,
    /// Through which client.
    pub client_id: &'a str,
    /// Delegated permissions.
    pub scopes: &'a [String],
    /// For which resource.
    pub service: Service,
    /// The client copes with claims challenges.
    pub copes_with_challenges: bool,
    /// An identity token as well.
    pub wants_identity: bool,
    /// From the authorization request.
    pub nonce: Option<&'a str>,
}

/// The account of a name and its password.
pub fn by_password(world: &World, name: &str, password: &str) -> Result<String, Failure> {
    let account = world.tenant.directory.user_key(name).ok_or_else(|| Failure::grant(50_034, "The user account does not exist in this directory. To sign into this application, the account must be added to the directory."))?;
    if !world.tenant.sessions.is_password(&account, password) {
        return Err(Failure::grant(50_126, "Error validating credentials due to invalid username or password."));
    }
    check_enabled(world, &account)?;
    if world.tenant.sessions.must_change(&account) {
        return Err(Failure::grant(50_055, "The password is expired."));
    }
    Ok(account)
}

/// Whether a refresh token still works: the account enabled, and nothing that ends it came after it.
pub fn check_refresh(world: &World, refresh: &Refresh) -> Result<(), Failure> {
    check_enabled(world, &refresh.account)?;
    let valid_from = world
        .tenant
        .directory
        .users
        .get(&refresh.account)
        .and_then(|user| user["signInSessionsValidFromDateTime"].as_str())
        .and_then(|text| text.parse().ok());
    let too_early = valid_from.is_some_and(|valid_from: jiff::Timestamp| refresh.issued < valid_from);
    if too_early || world.tenant.sessions.has_ended(refresh) {
        return Err(Failure::revoked());
    }
    Ok(())
}

/// Whether the account may sign in at all.
pub fn check_enabled(world: &World, account: &str) -> Result<(), Failure> {
    match world.tenant.directory.users.get(account) {
        None => Err(Failure::grant(50_034, "The user account does not exist in this directory.")),
        Some(user) if user["accountEnabled"] == Value::Bool(false) => {
            Err(Failure::grant(50_057, "The user account is disabled."))
        }
        Some(_) => Ok(()),
    }
}

/// Whether the client is one through which a person may sign in.
pub fn check_client(world: &World, client_id: &str) -> Result<(), Failure> {
    if let Some(app) = world.tenant.app(client_id) {
        return super::check_principal_enabled(world, app);
    }
    if FIRST_PARTY.contains(&client_id) {
        return Ok(());
    }
    let known = world
        .tenant
        .directory
        .service_principals
        .values()
        .any(|principal| principal["appId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(client_id)));
    Err(if known { Failure::no_consent(client_id) } else { Failure::no_app(client_id, &world.tenant.name) })
}

/// The answer of the token endpoint, unless the tenant demands more than the person has shown.
pub fn answer(world: &mut World, granted: &Granted, form: &Form) -> Result<Answer, Failure> {
    let &Granted { account, proof, client_id, scopes, service, copes_with_challenges, wants_identity, nonce } = granted;
    check_access(world, (account, proof), client_id, service, form)?;
    let now = world.now;
    let access = token::for_user(&mut world.tenant, account, client_id, scopes, service, now);
    if copes_with_challenges {
        world.tenant.sessions.watch_access(&access, account);
    }
    let refresh = super::refresh_token(world, account, client_id, scopes, proof);
    let seconds = world.tenant.behaviour.token_seconds;
    let mut body = json!({
        "token_type": "Bearer", "scope": scopes.join(" "), "expires_in": seconds, "ext_expires_in": seconds,
        "access_token": access, "refresh_token": refresh,
    });
    if wants_identity && let Some(identity) = identity(world, account, client_id, nonce) {
        body["id_token"] = Value::from(identity);
    }
    if form.get("client_info").is_some_and(|wanted| wanted == "1") {
        let info = json!({"uid": account, "utid": world.tenant.id});
        body["client_info"] = Value::from(URL_SAFE_NO_PAD.encode(info.to_string()));
    }
    Ok(Answer::json(200, &body))
}

/// Whether the tenant lets this sign-in in.
pub fn check_access(
    world: &World,
    (account, proof): (&str, Proof),
    client_id: &str,
    service: Service,
    form: &Form,
) -> Result<(), Failure> {
    let address = form.get(super::ADDRESS).map(String::as_str).unwrap_or_default();
    let client = access::client_kind(world, client_id);
    access::check(world, &access::SignIn { account, service, proof, client, address })
}

/// The identity token, for the client to read.
fn identity(world: &World, account: &str, client_id: &str, nonce: Option<&str>) -> Option<String> {
    let (tenant, now) = (&world.tenant, world.now.as_second());
    let user = tenant.directory.users.get(account)?;
    let mut claims = json!({
        "aud": client_id, "iss": format!("{}/{}/v2.0", tenant.bases.login, tenant.id),
        "iat": now, "nbf": now, "exp": now + tenant.behaviour.token_seconds,
        "name": text(user, "displayName"), "preferred_username": text(user, "userPrincipalName"),
        "oid": account, "sub": account, "tid": tenant.id, "ver": "2.0",
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = Value::from(nonce);
    }
    keys::sign(&claims)
}
