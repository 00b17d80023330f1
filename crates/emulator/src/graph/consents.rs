//! What apps may do: delegated permissions that somebody consented to, and app roles that somebody assigned.
//!
//! Invariant: these lists are the only place that holds it; a token's permissions are read from here when it is made.

use serde_json::{Value, json};

use super::apps::{self, Sort};
use super::odata::{Query, bad, project};
use super::operations::Row;
use super::page::{CEILING, list};
use super::{Call, Outcome, authority, denied, entity, not_found, users};
use crate::directory::{Directory, is, text};
use crate::message::Answer;
use crate::scenario::assignment_id;
use crate::world::World;

/// The longest text of scopes that a grant takes.
const SCOPE_MAX: usize = 3_850;

/// Everything about grants and assignments.
pub fn handle(world: &mut World, call: &Call, row: &Row) -> Outcome {
    if row.method != "GET" && !authority::manages_consents(call.caller) {
        return Err(denied());
    }
    match (row.method, row.path) {
        ("GET", "/oauth2PermissionGrants") => list(world, call, world.tenant.directory.grants.clone(), &[]),
        ("GET", "/oauth2PermissionGrants/{}") => get_grant(world, call),
        ("POST", "/oauth2PermissionGrants") => add_grant(world, call),
        ("PATCH", _) => narrow(world, call),
        ("DELETE", "/oauth2PermissionGrants/{}") => remove_grant(world, call),
        ("GET", "/users/{}/oauth2PermissionGrants") => grants_of(world, call, "principalId", &users::target(world, call)?),
        ("GET", "/servicePrincipals/{}/oauth2PermissionGrants") => grants_of(world, call, "clientId", &principal(world, call)?),
        ("POST", "/users/{}/appRoleAssignments") => assign(world, call),
        ("GET", "/users/{}/appRoleAssignments/{}") => get_assignment(world, call),
        ("GET", _) => list(world, call, side(world, call, row)?.rows(&world.tenant.directory), &[]),
        _ => unassign(world, call, row),
    }
}

fn principal(world: &World, call: &Call) -> Result<String, Answer> {
    apps::target(world, call, Sort::Principal)
}

fn grants_of(world: &World, call: &Call, member: &str, id: &str) -> Outcome {
    let rows = world.tenant.directory.grants.iter().filter(|grant| is(grant, member, id)).cloned().collect();
    list(world, call, rows, &[])
}

fn get_grant(world: &World, call: &Call) -> Outcome {
    let grant = world.tenant.directory.grants.iter().find(|grant| text(grant, "id") == call.key(0));
    let query = Query::read(call.request, CEILING)?;
    let grant = project(grant.ok_or_else(|| not_found(call.key(0)))?, &query.select);
    Ok(entity(world, call, 200, "oauth2PermissionGrants/$entity", &grant))
}

fn add_grant(world: &mut World, call: &Call) -> Outcome {
    let grant = grant(&world.tenant.directory, &call.request.json().unwrap_or(Value::Null)).map_err(|problem| bad(&problem))?;
    if world.tenant.directory.grants.iter().any(|known| known["id"] == grant["id"]) {
        return Err(Answer::graph_error(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists."));
    }
    let answer = entity(world, call, 201, "oauth2PermissionGrants/$entity", &grant);
    let location = format!("{}/{}/oauth2PermissionGrants/{}", world.tenant.bases.graph, call.version, text(&grant, "id"));
    world.tenant.directory.grants.push(grant);
    Ok(answer.with_header("Location", &location))
}

/// A grant in the wire's shape, with the id that it always has.
pub fn grant(directory: &Directory, given: &Value) -> Result<Value, String> {
    const MEMBERS: &[&str] =
        &["id", "clientId", "consentType", "principalId", "resourceId", "scope", "startTime", "expiryTime", "@odata.type"];
    let members = given.as_object().ok_or("A value is required in the request body.")?;
    if let Some(name) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(format!("Invalid property '{name}'."));
    }
    let one_of = |member: &str| {
        let id = text(given, member).to_ascii_lowercase();
        let known = directory.service_principals.contains_key(&id);
        if known {
            Ok(id)
        } else {
            Err(format!("Invalid value specified for property '{member}' of resource 'OAuth2PermissionGrant'."))
        }
    };
    let (client, resource) = (one_of("clientId")?, one_of("resourceId")?);
    let principal = match (text(given, "consentType"), text(given, "principalId").to_ascii_lowercase()) {
        ("AllPrincipals", principal) if principal.is_empty() => Value::Null,
        ("Principal", principal) if directory.users.contains_key(&principal) => json!(principal),
        _ => {
            return Err(
                "Invalid value specified for property 'consentType' or 'principalId' of resource 'OAuth2PermissionGrant'."
                    .to_owned(),
            );
        }
    };
    let scope = scope(&given["scope"])?;
    let id = assignment_id(&client, &resource, principal.as_str().unwrap_or("/"));
    let id = id.trim_end_matches("-1").to_owned();
    Ok(json!({
        "id": id, "clientId": client, "consentType": given["consentType"], "principalId": principal, "resourceId": resource, "scope": scope,
    }))
}

fn scope(given: &Value) -> Result<&str, String> {
    let fits = given.as_str().filter(|scope| scope.len() <= SCOPE_MAX);
    fits.ok_or_else(|| "Invalid value specified for property 'scope' of resource 'OAuth2PermissionGrant'.".to_owned())
}

/// `PATCH`: only the scopes of a grant change.
fn narrow(world: &mut World, call: &Call) -> Outcome {
    let body = call.request.json().unwrap_or(Value::Null);
    let members = body.as_object().ok_or_else(|| bad("A value is required in the request body."))?;
    if let Some(name) = members.keys().find(|name| !matches!(name.as_str(), "scope" | "@odata.type")) {
        return Err(bad(&format!("Property '{name}' is read-only and cannot be set.")));
    }
    let scope = scope(&body["scope"]).map_err(|problem| bad(&problem))?.to_owned();
    let grant = world.tenant.directory.grants.iter_mut().find(|grant| text(grant, "id") == call.key(0));
    grant.ok_or_else(|| not_found(call.key(0)))?["scope"] = Value::from(scope);
    Ok(Answer::empty(204))
}

fn remove_grant(world: &mut World, call: &Call) -> Outcome {
    let grants = &mut world.tenant.directory.grants;
    let before = grants.len();
    grants.retain(|grant| text(grant, "id") != call.key(0));
    if grants.len() == before { Err(not_found(call.key(0))) } else { Ok(Answer::empty(204)) }
}

/// Which end of an assignment a list is about, and whose.
struct Side {
    member: &'static str,
    id: String,
}

impl Side {
    fn has(&self, row: &Value) -> bool {
        is(row, self.member, &self.id)
    }

    fn rows(&self, directory: &Directory) -> Vec<Value> {
        directory.app_role_assignments.iter().filter(|row| self.has(row)).cloned().collect()
    }
}

fn side(world: &World, call: &Call, row: &Row) -> Result<Side, Answer> {
    let by_user = row.path.starts_with("/users");
    let id = if by_user { users::target(world, call)? } else { principal(world, call)? };
    let member = if row.path.contains("/appRoleAssignedTo") { "resourceId" } else { "principalId" };
    Ok(Side { member, id })
}

fn get_assignment(world: &World, call: &Call) -> Outcome {
    let side = Side { member: "principalId", id: users::target(world, call)? };
    let found = side.rows(&world.tenant.directory).into_iter().find(|row| text(row, "id") == call.key(1));
    let query = Query::read(call.request, CEILING)?;
    let row = project(&found.ok_or_else(|| not_found(call.key(1)))?, &query.select);
    Ok(entity(world, call, 200, "appRoleAssignments/$entity", &row))
}

fn assign(world: &mut World, call: &Call) -> Outcome {
    let user = users::target(world, call)?;
    let mut body = call.request.json().unwrap_or(Value::Null);
    if body["principalId"].is_null() {
        return Err(bad("The request body must contain the required property 'principalId'."));
    }
    if !is(&body, "principalId", &user) {
        return Err(bad("The principalId of the body is not the principal of the path."));
    }
    body["createdDateTime"] = Value::from(super::time(world.now));
    let row = assignment(&world.tenant.directory, &body).map_err(|problem| bad(&problem))?;
    if world.tenant.directory.app_role_assignments.iter().any(|known| known["id"] == row["id"]) {
        return Err(bad("Permission being assigned already exists on the object"));
    }
    let answer = entity(world, call, 201, "appRoleAssignments/$entity", &row);
    world.tenant.directory.app_role_assignments.push(row);
    Ok(answer)
}

/// An assignment in the wire's shape, with the id that it always has.
pub fn assignment(directory: &Directory, given: &Value) -> Result<Value, String> {
    let no = |member: &str| format!("Invalid value specified for property '{member}' of resource 'AppRoleAssignment'.");
    let (kind, principal) = directory.object(text(given, "principalId")).ok_or_else(|| no("principalId"))?;
    let kind = match kind {
        "#microsoft.graph.user" => "User",
        "#microsoft.graph.group" => "Group",
        "#microsoft.graph.servicePrincipal" => "ServicePrincipal",
        _ => return Err(no("principalId")),
    };
    let resource =
        directory.service_principals.get(&text(given, "resourceId").to_ascii_lowercase()).ok_or_else(|| no("resourceId"))?;
    let role = text(given, "appRoleId").to_ascii_lowercase();
    let offered = resource["appRoles"].as_array().map_or(&[][..], Vec::as_slice);
    let is_default = offered.is_empty() && role == uuid::Uuid::nil().to_string();
    if !is_default && !offered.iter().any(|one| is(one, "id", &role)) {
        return Err(no("appRoleId"));
    }
    let created = given["createdDateTime"].as_str().unwrap_or("2024-01-01T00:00:00Z");
    Ok(json!({
        "id": assignment_id(&role, text(principal, "id"), text(resource, "id")), "appRoleId": role, "principalId": principal["id"],
        "principalDisplayName": principal["displayName"], "principalType": kind, "resourceId": resource["id"],
        "resourceDisplayName": resource["displayName"], "createdDateTime": created, "deletedDateTime": null,
    }))
}

/// What is gone already is a 400 here, not a 404.
fn unassign(world: &mut World, call: &Call, row: &Row) -> Outcome {
    let side = side(world, call, row)?;
    let rows = &mut world.tenant.directory.app_role_assignments;
    let before = rows.len();
    rows.retain(|row| text(row, "id") != call.key(1) || !side.has(row));
    if rows.len() == before {
        Err(bad("EntitlementGrant being updated or deleted is not found."))
    } else {
        Ok(Answer::empty(204))
    }
}
