//! Entra sign-in: client credentials, the password grant, refresh tokens, discovery.
//!
//! Invariant: whoever gets a token could get one at this moment of the tenant. Failures carry the codes of
//! the real service, since clients branch on them.

pub mod token;

mod failure;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::encoding;
use crate::message::{Answer, Request, Service};
use crate::world::{Refresh, World};
use failure::Failure;

/// Microsoft's own public clients, which hold consent for everything in every tenant.
const FIRST_PARTY: &[&str] = &[
    "1b730954-1685-4b74-9bfd-dac224a7b894",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "14d82eec-204b-4c2f-b7e8-296a70dab67e",
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",
    "fb78d390-0c51-40cd-8e17-fdbfab77341b",
];

/// What `.default` means for a client of Microsoft's own: the person's roles are the limit.
const FIRST_PARTY_SCOPES: &[&str] = &[
    "Directory.AccessAsUser.All",
    "Exchange.Manage",
    "Mail.ReadWrite",
    "Mail.Send",
    "MailboxSettings.ReadWrite",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "RoleManagement.ReadWrite.Directory",
    "User.ReadWrite.All",
];

type Form = BTreeMap<String, String>;

/// Answers for the sign-in host.
pub fn answer(world: &mut World, request: &Request) -> Answer {
    let path = encoding::decode(&request.path);
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", [tenant, "v2.0", ".well-known", "openid-configuration"] | [tenant, ".well-known", "openid-configuration"]) => {
            discovery(world, tenant)
        }
        ("GET", ["common", "discovery", "instance"]) => instance_discovery(world),
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => {
            let form: Form = encoding::pairs(&String::from_utf8_lossy(&request.body)).into_iter().collect();
            grant(world, tenant, &form).unwrap_or_else(|failure| failure.answer(world))
        }
        _ => crate::unimplemented(world, request),
    }
}

fn discovery(world: &mut World, tenant: &str) -> Answer {
    if !is_tenant(world, tenant) {
        return Failure::no_tenant(tenant).answer(world);
    }
    let (base, id) = (&world.tenant.bases.login, &world.tenant.id);
    let body = json!({
        "token_endpoint": format!("{base}/{id}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{id}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": format!("{base}/{id}/v2.0"),
        "authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/devicecode"),
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": "graph.microsoft.com",
    });
    Answer::json(200, &body)
}

fn instance_discovery(world: &World) -> Answer {
    let endpoint = format!("{}/{}/v2.0/.well-known/openid-configuration", world.tenant.bases.login, world.tenant.id);
    Answer::json(200, &json!({"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": []}))
}

fn is_tenant(world: &World, tenant: &str) -> bool {
    world.tenant.is_named(tenant)
}

fn grant(world: &mut World, tenant: &str, form: &Form) -> Result<Answer, Failure> {
    if !is_tenant(world, tenant) {
        return Err(Failure::no_tenant(tenant));
    }
    let client_id = form.get("client_id").map(String::as_str).unwrap_or_default();
    match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => for_app(world, client_id, form),
        Some("password") => for_password(world, client_id, form),
        Some("refresh_token") => for_refresh(world, client_id, form),
        Some(_) => Err(Failure::new(400, "unsupported_grant_type", 70_003, "The app requested an unsupported grant type.")),
        None => Err(Failure::new(
            400,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'grant_type'.",
        )),
    }
}

fn for_app(world: &mut World, client_id: &str, form: &Form) -> Result<Answer, Failure> {
    let app = world.tenant.app(client_id).cloned().ok_or_else(|| Failure::no_app(client_id, &world.tenant.name))?;
    check_secret(world, &app.client_id, form)?;
    let asked = Asked::parse(world, form)?;
    if !asked.is_default {
        return Err(Failure::new(
            400,
            "invalid_scope",
            1_002_012,
            "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
        ));
    }
    let disabled = world
        .tenant
        .directory
        .service_principals
        .get(&app.service_principal_id)
        .is_some_and(|principal| principal["accountEnabled"] == Value::Bool(false));
    if disabled {
        return Err(Failure::new(
            401,
            "unauthorized_client",
            7_000_112,
            &format!("Application '{client_id}'({}) is disabled.", app.name),
        ));
    }
    let now = world.now;
    let token = token::for_app(&mut world.tenant, &app, asked.service, now);
    let seconds = world.tenant.behaviour.token_seconds;
    Ok(Answer::json(
        200,
        &json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}),
    ))
}

fn check_secret(world: &World, client_id: &str, form: &Form) -> Result<(), Failure> {
    let Some(app) = world.tenant.app(client_id) else { return Ok(()) };
    let Some(secret) = form.get("client_secret") else {
        return Err(Failure::new(
            401,
            "invalid_client",
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ));
    };
    if *secret != app.client_secret {
        return Err(Failure::wrong_secret(client_id));
    }
    if app.secret_expires.is_some_and(|end| end <= world.now) {
        return Err(Failure::new(
            401,
            "invalid_client",
            7_000_222,
            &format!("The provided client secret keys for app '{client_id}' are expired."),
        ));
    }
    Ok(())
}

fn for_password(world: &mut World, client_id: &str, form: &Form) -> Result<Answer, Failure> {
    check_client(world, client_id)?;
    let asked = Asked::parse(world, form)?;
    let name = form.get("username").map(String::as_str).unwrap_or_default();
    let password = form.get("password").map(String::as_str).unwrap_or_default();
    let account = world.tenant.directory.user_key(name).ok_or_else(|| Failure::grant(50_034, "The user account does not exist in this directory. To sign into this application, the account must be added to the directory."))?;
    if !world.tenant.sessions.is_password(&account, password) {
        return Err(Failure::grant(50_126, "Error validating credentials due to invalid username or password."));
    }
    check_enabled(world, &account)?;
    if world.tenant.sessions.must_change(&account) {
        return Err(Failure::grant(50_055, "The password is expired."));
    }
    let scopes = asked.scopes(client_id);
    Ok(user_answer(world, &account, client_id, &scopes, asked.service))
}

fn for_refresh(world: &mut World, client_id: &str, form: &Form) -> Result<Answer, Failure> {
    check_client(world, client_id)?;
    if world.tenant.app(client_id).is_some() && form.contains_key("client_secret") {
        check_secret(world, client_id, form)?;
    }
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
    check_refresh(world, &refresh)?;
    let asked = Asked::parse(world, form)?;
    let scopes = if asked.named.is_empty() { refresh.scopes.clone() } else { asked.scopes(client_id) };
    Ok(user_answer(world, &refresh.account, client_id, &scopes, asked.service))
}

/// Whether a refresh token still works: the account enabled, and nothing that ends it came after it.
fn check_refresh(world: &World, refresh: &Refresh) -> Result<(), Failure> {
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

fn check_enabled(world: &World, account: &str) -> Result<(), Failure> {
    match world.tenant.directory.users.get(account) {
        None => Err(Failure::grant(50_034, "The user account does not exist in this directory.")),
        Some(user) if user["accountEnabled"] == Value::Bool(false) => {
            Err(Failure::grant(50_057, "The user account is disabled."))
        }
        Some(_) => Ok(()),
    }
}

fn check_client(world: &World, client_id: &str) -> Result<(), Failure> {
    if FIRST_PARTY.contains(&client_id) || world.tenant.app(client_id).is_some() {
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

fn user_answer(world: &mut World, account: &str, client_id: &str, scopes: &[String], service: Service) -> Answer {
    let now = world.now;
    let access = token::for_user(&mut world.tenant, account, client_id, scopes, service, now);
    let refresh = refresh_token(world, account, client_id, scopes);
    let seconds = world.tenant.behaviour.token_seconds;
    let body = json!({
        "token_type": "Bearer", "scope": scopes.join(" "), "expires_in": seconds, "ext_expires_in": seconds,
        "access_token": access, "refresh_token": refresh,
    });
    Answer::json(200, &body)
}

/// Issues a refresh token, as a sign-in would.
pub fn refresh_token(world: &mut World, account: &str, client_id: &str, scopes: &[String]) -> String {
    let token = format!("0.AX{}", world.tenant.mint.opaque());
    world.tenant.sessions.issue(token.clone(), Refresh::new(account, client_id, scopes, world.now));
    token
}

/// The client id that a token request names, for the record.
pub fn client_of(request: &Request) -> Option<String> {
    encoding::pairs(&String::from_utf8_lossy(&request.body))
        .into_iter()
        .find(|(name, _)| name == "client_id")
        .map(|(_, value)| value)
}

/// What the `scope` parameter asks for.
struct Asked {
    service: Service,
    is_default: bool,
    named: Vec<String>,
}

impl Asked {
    fn parse(world: &World, form: &Form) -> Result<Self, Failure> {
        let mut asked = Self { service: Service::Graph, is_default: false, named: Vec::new() };
        let scope = form.get("scope").map(String::as_str).unwrap_or_default();
        for item in scope.split_whitespace() {
            if matches!(item, "openid" | "profile" | "email" | "offline_access") {
                continue;
            }
            let (resource, name) = split_scope(item);
            if let Some(resource) = resource {
                asked.service = service_of(world, resource).ok_or_else(|| Failure::no_resource(resource, &world.tenant.name))?;
            }
            match name {
                ".default" => asked.is_default = true,
                name => asked.named.push(name.to_owned()),
            }
        }
        Ok(asked)
    }

    fn scopes(&self, client_id: &str) -> Vec<String> {
        if self.named.is_empty() && FIRST_PARTY.contains(&client_id) {
            return FIRST_PARTY_SCOPES.iter().map(|scope| (*scope).to_owned()).collect();
        }
        self.named.clone()
    }
}

/// Splits `https://resource/Name`; a bare name has no resource.
fn split_scope(item: &str) -> (Option<&str>, &str) {
    let is_resource = item.contains("://") || item.len() > 36 && item.as_bytes().get(36) == Some(&b'/');
    match item.rsplit_once('/') {
        Some((resource, name)) if is_resource => (Some(resource.trim_end_matches('/')), name),
        _ => (None, item),
    }
}

fn service_of(world: &World, resource: &str) -> Option<Service> {
    let bases = &world.tenant.bases;
    let is = |known: &[&str]| known.iter().any(|known| resource.eq_ignore_ascii_case(known));
    if is(&["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000", &bases.graph]) {
        Some(Service::Graph)
    } else if is(&[
        "https://outlook.office365.com",
        "https://outlook.office.com",
        "00000002-0000-0ff1-ce00-000000000000",
        &bases.exchange,
    ]) {
        Some(Service::Exchange)
    } else if is(&["https://ps.compliance.protection.outlook.com", &bases.purview]) {
        Some(Service::Purview)
    } else {
        None
    }
}
