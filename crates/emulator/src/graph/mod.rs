//! Microsoft Graph: v1.0, and beta where a client needs it.
//!
//! Invariant: nothing is answered that the token does not permit and the table of operations does not
//! name. Every error carries the ids that support would ask for.

pub(crate) mod app_shape;
pub(crate) mod apps;
mod authority;
mod batch;
mod conditional_access;
pub(crate) mod consents;
pub(crate) mod credentials;
mod filter;
mod groups;
mod membership;
mod odata;
mod operations;
mod organisation;
mod page;
mod password;
mod path;
pub mod pim;
mod policies;
mod policy_shape;
pub(crate) mod reports;
mod role_lists;
pub mod shape;
pub(crate) mod sign_ins;
pub mod throttle;
mod users;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::entra::token::{self, Refusal};
use crate::message::{Answer, Request, Service};
use crate::world::World;
use operations::Row;

/// One request that matched an operation.
pub(crate) struct Call<'a> {
    /// As it came.
    pub request: &'a Request,
    /// Who is asking.
    pub caller: &'a Caller,
    /// `v1.0` or `beta`.
    pub version: &'static str,
    /// The keys in the path, decoded.
    pub keys: Vec<String>,
    /// The path after the version, decoded, for next links and contexts.
    pub path: String,
}

impl Call<'_> {
    /// A key by its place; every handler asks only for keys that its path has.
    pub fn key(&self, index: usize) -> &str {
        self.keys.get(index).map(String::as_str).unwrap_or_default()
    }
}

/// Done, or refused: both are answers.
pub(crate) type Outcome = Result<Answer, Answer>;

/// A time as the directory writes it.
pub fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Answers for the Graph host.
pub fn answer(world: &mut World, request: &Request) -> Answer {
    let caller = match token::verify(&world.tenant, request.bearer(), Service::Graph, world.now) {
        Ok(caller) => caller,
        Err(refusal) => {
            let answer = unauthenticated(refusal, world.now);
            return finish(world, request, answer);
        }
    };
    if request.path.to_ascii_lowercase().trim_end_matches('/').ends_with("/$batch") && request.method == "POST" {
        let answer = batch::answer(world, request, &caller);
        return finish(world, request, answer);
    }
    limited(world, request, &caller)
}

/// Answers one request within the documented limits.
fn limited(world: &mut World, request: &Request, caller: &Caller) -> Answer {
    match throttle::check(world, request, caller) {
        Some(answer) => finish(world, request, answer),
        None => route(world, request, caller),
    }
}

/// Answers one authenticated request, past all limits.
pub(crate) fn route(world: &mut World, request: &Request, caller: &Caller) -> Answer {
    let answer = dispatch(world, request, caller).unwrap_or_else(|refused| refused);
    finish(world, request, answer)
}

/// The operation of a request, as the list below has it.
pub fn operation_of(request: &Request) -> Option<String> {
    let (version, mut segments) = path::parse(&request.path)?;
    if segments.first().is_some_and(|first| first.eq_ignore_ascii_case("me")) {
        segments.splice(0..1, ["users".to_owned(), "me".to_owned()]);
    }
    if segments.len() == 1 && segments.first().is_some_and(|first| first == "$batch") {
        return Some(format!("{} /$batch", request.method));
    }
    path::find(&request.method, version, &segments).map(|(row, _)| format!("{} {}", row.method, row.path))
}

/// The operations that exist here, for the control endpoint.
pub fn operations_served() -> Value {
    // What is not in the table by itself: the batch, and the other key of a row.
    let others = [("POST", "/$batch"), ("GET", "/applications(appId='{}')"), ("GET", "/servicePrincipals(appId='{}')")];
    let others = others.into_iter().map(|(method, path)| json!({"method": method, "path": path}));
    operations::ROWS.iter().map(|row| json!({"method": row.method, "path": row.path})).chain(others).collect()
}

fn dispatch(world: &mut World, request: &Request, caller: &Caller) -> Outcome {
    let Some((version, mut segments)) = path::parse(&request.path) else { return Err(crate::unimplemented(world, request)) };
    if segments.first().is_some_and(|first| first.eq_ignore_ascii_case("me")) {
        let account = caller.account().ok_or_else(|| {
            Answer::graph_error(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
        })?;
        segments.splice(0..1, ["users".to_owned(), account.to_owned()]);
    }
    let Some((row, keys)) = path::find(&request.method, version, &segments) else {
        return Err(crate::unimplemented(world, request));
    };
    let call = Call { request, caller, version, keys, path: segments.join("/") };
    authority::permit(world, &call, row)?;
    handle(world, &call, row)
}

fn handle(world: &mut World, call: &Call, row: &Row) -> Outcome {
    match (row.method, row.path) {
        ("GET", "/users") => users::list(world, call),
        ("GET", "/auditLogs/signIns") => sign_ins::handle(world, call),
        ("GET", "/users/$count") => users::count(world, call),
        ("GET", "/users/{}") => users::get(world, call),
        ("PATCH", "/users/{}") => users::update(world, call),
        ("POST", "/users/{}/revokeSignInSessions" | "/users/{}/invalidateAllRefreshTokens") => users::revoke(world, call),
        ("GET", "/users/{}/mailboxSettings") => users::mailbox_settings(world, call),
        ("PATCH", "/users/{}/mailboxSettings") => users::set_mailbox_settings(world, call),
        ("POST", "/users/{}/sendMail") => users::send_mail(world, call),
        (_, "/users/{}/mailFolders/{}/messageRules" | "/users/{}/mailFolders/{}/messageRules/{}") => users::rules(world, call),
        ("GET", "/users/{}/scopedRoleMemberOf") => membership::scoped_roles(world, call),
        ("GET", path) if path.starts_with("/users/{}/ownedObjects") => membership::owned(world, call),
        ("GET", path) if path.starts_with("/users/{}/memberOf") => membership::member_of(world, call, false),
        ("GET", path) if path.starts_with("/users/{}/transitiveMemberOf") => membership::member_of(world, call, true),
        (_, path) if path.contains("/oauth2PermissionGrants") || path.contains("/appRoleAssign") => {
            consents::handle(world, call, row)
        }
        (_, path) if path.starts_with("/applications") || path.starts_with("/servicePrincipals") => {
            apps::handle(world, call, row)
        }
        (_, path) if path.starts_with("/groups") => groups::handle(world, call, row),
        (_, path) if policies::serves(path) => policies::handle(world, call, row),
        (_, path) if path.contains("Schedule") => pim::handle(world, call, row),
        (_, path) if path.starts_with("/roleManagement") || path.starts_with("/directoryRoles") => {
            role_lists::handle(world, call, row)
        }
        _ => organisation::handle(world, call, row),
    }
}

fn unauthenticated(refusal: Refusal, now: Timestamp) -> Answer {
    let message = match refusal {
        Refusal::Challenged => {
            let message = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp";
            return Answer::graph_error(401, "InvalidAuthenticationToken", message)
                .with_header("WWW-Authenticate", &token::challenge("00000003-0000-0000-c000-000000000000", now));
        }
        Refusal::Missing => "Access token is empty.",
        Refusal::Invalid => "CompactToken parsing failed with error code: 80049217",
        Refusal::Expired => "Lifetime validation failed, the token is expired.",
        Refusal::Audience => "Access token validation failure. Invalid audience.",
    };
    Answer::graph_error(401, "InvalidAuthenticationToken", message).with_header(
        "WWW-Authenticate",
        "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"",
    )
}

/// Adds what every answer carries, and drops what the client did not want.
fn finish(world: &mut World, request: &Request, mut answer: Answer) -> Answer {
    if answer.header("request-id").is_some() {
        return answer;
    }
    let id = world.tenant.mint.uuid();
    let client = request.header("client-request-id").map_or_else(|| id.clone(), str::to_owned);
    let mut body = answer.value();
    if answer.status >= 400 && body["error"].is_object() && body["error"]["innerError"].is_null() {
        let date = world.now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        body["error"]["innerError"] = json!({"date": date, "request-id": id, "client-request-id": client});
        answer.body = body.to_string().into_bytes();
    }
    let without_metadata = request
        .header("accept")
        .is_some_and(|accept| accept.replace(' ', "").to_ascii_lowercase().contains("odata.metadata=none"));
    if without_metadata
        && let Some(members) = body.as_object_mut()
        && members.remove("@odata.context").is_some()
    {
        answer.body = body.to_string().into_bytes();
    }
    answer.with_header("request-id", &id).with_header("client-request-id", &client)
}

/// 404 for an object that is not there.
pub(crate) fn not_found(key: &str) -> Answer {
    let message = format!("Resource '{key}' does not exist or one of its queried reference-property objects are not present.");
    Answer::graph_error(404, "Request_ResourceNotFound", &message)
}

/// 403 of the directory.
pub(crate) fn denied() -> Answer {
    Answer::graph_error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

/// 400 for what Active Directory owns.
pub(crate) fn owned_on_premises() -> Answer {
    let message = "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.";
    Answer::graph_error(400, "Request_BadRequest", message)
}

/// An answer with one object and its context.
pub(crate) fn entity(world: &World, call: &Call, status: u16, context: &str, object: &Value) -> Answer {
    let mut body = json!({"@odata.context": format!("{}/{}/$metadata#{context}", world.tenant.bases.graph, call.version)});
    if let (Some(body), Some(object)) = (body.as_object_mut(), object.as_object()) {
        body.extend(object.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    Answer::json(status, &body)
}
