//! Privileged Identity Management: schedules, their instances, and requests to change them.
//!
//! Invariant: a request changes nothing by itself. It is logged, answered, and carried out a moment later.

use serde_json::{Value, json};

use super::odata::{Query, bad};
use super::operations::Row;
use super::page::{CEILING, list, list_with};
use super::{Call, Outcome, authority, denied, entity, not_found};
use crate::directory::{Directory, is, scope_of, text, window};
use crate::message::Answer;
use crate::pending::{Change, Schedules};
use crate::scenario::assignment_id;
use crate::world::{Pending, Tenant, WithoutLicence, World};

/// 400 of a tenant without the licence.
pub fn no_licence() -> Answer {
    let message = "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.";
    Answer::graph_error(400, "AadPremiumLicenseRequired", message)
}

/// What this tenant says without the licence; nothing where an empty list is the answer.
pub fn unlicensed(tenant: &Tenant, method: &str) -> Option<Answer> {
    match tenant.behaviour.pim_without_licence {
        WithoutLicence::Empty if method == "GET" => None,
        WithoutLicence::Forbidden => Some(denied()),
        WithoutLicence::NotFound => Some(not_found("the schedule")),
        _ => Some(no_licence()),
    }
}

/// All of PIM, for roles and for groups.
pub(super) fn handle(world: &mut World, call: &Call, row: &Row) -> Outcome {
    if !world.tenant.has_pim() {
        return unlicensed(&world.tenant, row.method).map_or_else(|| list(world, call, Vec::new(), &[]), Err);
    }
    let collection = row.path.trim_end_matches("/{}");
    let schedules = schedules_of(collection);
    match (row.method, row.path) {
        ("POST", _) => request(world, call, schedules, collection),
        ("GET", path) if path.ends_with("Requests/{}") => logged(world, call, collection),
        ("GET", path) if path.ends_with("Requests") => {
            let rows = world.tenant.directory.schedule_requests.get(collection).cloned().unwrap_or_default();
            list(world, call, rows, &[])
        }
        ("GET", path) => read(world, call, schedules, path.ends_with("Instances")),
        _ => Err(crate::unimplemented(world, call.request)),
    }
}

fn schedules_of(collection: &str) -> Schedules {
    match (collection.contains("privilegedAccess"), collection.to_ascii_lowercase().contains("eligibility")) {
        (true, true) => Schedules::GroupEligibility,
        (true, false) => Schedules::GroupAssignment,
        (false, true) => Schedules::RoleEligibility,
        (false, false) => Schedules::RoleAssignment,
    }
}

fn read(world: &World, call: &Call, schedules: Schedules, instances: bool) -> Outcome {
    let query = Query::read(call.request, CEILING)?;
    if schedules.is_group() && !names_principal_or_group(&query) {
        return Err(Answer::graph_error(400, "InvalidFilter", "A filter on principalId or groupId is required."));
    }
    let directory = &world.tenant.directory;
    let mut rows = rows(directory, schedules);
    if instances {
        rows.retain(|row| directory.in_force(row));
        rows = rows.iter().map(|row| instance(schedules, row)).collect();
    }
    let rows = super::role_lists::expanded(directory, rows, &query)?;
    list_with(world, call, &query, rows, &[])
}

fn names_principal_or_group(query: &Query) -> bool {
    let names = |filter: &super::filter::Expression| {
        filter.properties().iter().any(|name| name.eq_ignore_ascii_case("principalId") || name.eq_ignore_ascii_case("groupId"))
    };
    query.filter.as_ref().is_some_and(names)
}

/// Schedules as PIM lists them: its own, plain assignments, and what comes through groups.
fn rows(directory: &Directory, schedules: Schedules) -> Vec<Value> {
    let mut rows = schedules.read(directory).clone();
    if schedules == Schedules::RoleAssignment {
        rows.extend(directory.role_assignments.iter().map(of_plain));
    }
    if !schedules.is_group() {
        let through: Vec<Value> = rows.iter().flat_map(|row| through_group(directory, row)).collect();
        rows.extend(through);
    }
    rows
}

/// An assignment made without PIM, as PIM sees it.
fn of_plain(assignment: &Value) -> Value {
    let id = text(assignment, "id");
    json!({
        "id": crate::seed::named_uuid(&format!("schedule/{id}")), "principalId": assignment["principalId"], "roleDefinitionId": assignment["roleDefinitionId"],
        "directoryScopeId": scope_of(assignment), "appScopeId": null, "createdUsing": null, "createdDateTime": null, "modifiedDateTime": null,
        "status": "Provisioned", "assignmentType": "Assigned", "memberType": "Direct",
        "scheduleInfo": {"startDateTime": null, "recurrence": null, "expiration": {"type": "noExpiration", "endDateTime": null, "duration": null}},
    })
}

/// What the members of a role-assignable group get from its assignment.
fn through_group(directory: &Directory, row: &Value) -> Vec<Value> {
    let group = text(row, "principalId");
    if !directory.is_role_assignable(group) {
        return Vec::new();
    }
    let of_member = |member: String| {
        let mut row = row.clone();
        row["principalId"] = Value::from(member);
        row["memberType"] = json!("Group");
        row
    };
    directory.members_of(group).into_iter().map(of_member).collect()
}

fn instance(schedules: Schedules, row: &Value) -> Value {
    let end = window(row).1.map(super::time);
    let start = row["scheduleInfo"]["startDateTime"].clone();
    let mut found =
        json!({"principalId": row["principalId"], "memberType": row["memberType"], "startDateTime": start, "endDateTime": end});
    let schedule = match schedules {
        Schedules::RoleAssignment => "roleAssignmentScheduleId",
        Schedules::RoleEligibility => "roleEligibilityScheduleId",
        Schedules::GroupAssignment => "assignmentScheduleId",
        Schedules::GroupEligibility => "eligibilityScheduleId",
    };
    found[schedule] = row["id"].clone();
    if schedules.is_group() {
        found["id"] = Value::from(format!("{}_{}_{}", text(row, "groupId"), text(row, "accessId"), text(row, "id")));
        found["groupId"] = row["groupId"].clone();
        found["accessId"] = row["accessId"].clone();
    } else {
        let id = assignment_id(text(row, "roleDefinitionId"), text(row, "principalId"), &scope_of(row));
        found["id"] = Value::from(id.clone());
        found["roleDefinitionId"] = row["roleDefinitionId"].clone();
        found["directoryScopeId"] = Value::from(scope_of(row));
        found["appScopeId"] = row["appScopeId"].clone();
        if schedules == Schedules::RoleAssignment {
            found["roleAssignmentOriginId"] = Value::from(id);
        }
    }
    if matches!(schedules, Schedules::RoleAssignment | Schedules::GroupAssignment) {
        found["assignmentType"] = row["assignmentType"].clone();
    }
    found
}

fn logged(world: &World, call: &Call, collection: &str) -> Outcome {
    let log = world.tenant.directory.schedule_requests.get(collection);
    let found =
        log.and_then(|log| log.iter().find(|row| text(row, "id") == call.key(0))).ok_or_else(|| not_found(call.key(0)))?;
    Ok(entity(world, call, 200, &format!("{}/$entity", collection.trim_start_matches('/')), found))
}

fn request(world: &mut World, call: &Call, schedules: Schedules, collection: &str) -> Outcome {
    let body = call.request.json().filter(Value::is_object).ok_or_else(|| bad("A value is required in the request body."))?;
    check_target(&world.tenant.directory, schedules, &body)?;
    let action = text(&body, "action");
    may_ask(world, call, schedules, &body, action)?;
    let (change, status) = match action {
        "adminRemove" | "selfDeactivate" => (removal(world, schedules, &body)?, "Revoked"),
        "adminAssign" => (assignment(world, schedules, &body, "Assigned")?, "Provisioned"),
        "selfActivate" => (activation(world, schedules, &body)?, "Provisioned"),
        other => return Err(bad(&format!("The action '{other}' is not supported."))),
    };
    let is_validation = body["isValidationOnly"] == Value::Bool(true);
    let answer = log_request(world, &body, collection, status, &change);
    if !is_validation {
        let due = world.now.saturating_add(world.tenant.behaviour.pim_delay).unwrap_or(world.now);
        world.pending.push(Pending { due, change });
        crate::pending::settle(world);
    }
    if status == "Revoked" && world.tenant.behaviour.pim_says_missing {
        return Err(missing());
    }
    Ok(entity(world, call, 201, &format!("{}/$entity", collection.trim_start_matches('/')), &answer))
}

fn check_target(directory: &Directory, schedules: Schedules, body: &Value) -> Result<(), Answer> {
    let principal = text(body, "principalId").to_ascii_lowercase();
    if directory.object(&principal).is_none() {
        return Err(Answer::graph_error(400, "SubjectNotFound", "The subject is not found."));
    }
    let is_known = if schedules.is_group() {
        directory.groups.contains_key(&text(body, "groupId").to_ascii_lowercase())
            && matches!(text(body, "accessId"), "member" | "owner")
    } else {
        directory.role_definitions.contains_key(&text(body, "roleDefinitionId").to_ascii_lowercase())
    };
    if !is_known {
        return Err(Answer::graph_error(400, "RoleNotFound", "The role is not found."));
    }
    if !schedules.is_group() && text(body, "directoryScopeId").is_empty() && text(body, "appScopeId").is_empty() {
        return Err(bad("directoryScopeId or appScopeId is required."));
    }
    Ok(())
}

/// Permission to strip is not permission to grant; a person needs the role, or acts on itself.
fn may_ask(world: &World, call: &Call, schedules: Schedules, body: &Value, action: &str) -> Result<(), Answer> {
    let is_own = call.caller.account().is_some_and(|account| is(body, "principalId", account));
    if action.starts_with("self") {
        return if is_own { Ok(()) } else { Err(denied()) };
    }
    let writes = match schedules {
        Schedules::RoleAssignment => "RoleAssignmentSchedule.ReadWrite.Directory",
        Schedules::RoleEligibility => "RoleEligibilitySchedule.ReadWrite.Directory",
        Schedules::GroupAssignment => "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
        Schedules::GroupEligibility => "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    };
    let permitted =
        [writes, "RoleManagement.ReadWrite.Directory", "Directory.AccessAsUser.All"].iter().any(|name| call.caller.has(name));
    let only_strips = action == "adminRemove" && call.caller.permissions().iter().any(|name| name.contains(".Remove."));
    let owns = schedules.is_group()
        && world.tenant.directory.owners_of(text(body, "groupId")).iter().any(|owner| owner == call.caller.principal());
    if (permitted || only_strips) && (owns || authority::manages_roles(call.caller)) { Ok(()) } else { Err(denied()) }
}

fn missing() -> Answer {
    Answer::graph_error(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.")
}

fn exists(world: &World, schedules: Schedules, like: &Value) -> bool {
    let directory = &world.tenant.directory;
    let going = world
        .pending
        .iter()
        .any(|pending| matches!(&pending.change, Change::Remove(list, row) if *list == schedules && schedules.same(row, like)));
    let plain = schedules == Schedules::RoleAssignment && directory.role_assignments.iter().any(|row| schedules.same(row, like));
    let member = schedules == Schedules::GroupAssignment && stored_member(directory, like);
    !going && (plain || member || schedules.read(directory).iter().any(|row| schedules.same(row, like)))
}

fn stored_member(directory: &Directory, like: &Value) -> bool {
    let references = if is(like, "accessId", "owner") { &directory.owners } else { &directory.members };
    references
        .get(&text(like, "groupId").to_ascii_lowercase())
        .is_some_and(|ids| ids.iter().any(|id| is(like, "principalId", id)))
}

fn coming(world: &World, schedules: Schedules, like: &Value) -> bool {
    world
        .pending
        .iter()
        .any(|pending| matches!(&pending.change, Change::Add(list, row) if *list == schedules && schedules.same(row, like)))
}

fn removal(world: &World, schedules: Schedules, body: &Value) -> Result<Change, Answer> {
    if !exists(world, schedules, body) {
        return Err(missing());
    }
    if schedules == Schedules::RoleAssignment && is_last(world, body) {
        return Err(Answer::graph_error(
            400,
            "RoleAssignmentRequestPolicyValidationFailed",
            "The last active assignment of this role cannot be removed.",
        ));
    }
    Ok(Change::Remove(schedules, lowered(body)))
}

/// PIM keeps the last active Global Administrator and the last Privileged Role Administrator.
fn is_last(world: &World, body: &Value) -> bool {
    let directory = &world.tenant.directory;
    let template = directory.template_of(text(body, "roleDefinitionId"));
    let is_kept = ["Global Administrator", "Privileged Role Administrator"]
        .iter()
        .any(|name| crate::roles::template(name) == Some(template.as_str()));
    let holders = directory
        .users
        .keys()
        .filter(|id| !is(body, "principalId", id) && directory.tenant_roles_of(id).contains(&template))
        .count();
    is_kept
        && scope_of(body) == "/"
        && holders == 0
        && directory.tenant_roles_of(&text(body, "principalId").to_ascii_lowercase()).contains(&template)
}

fn assignment(world: &mut World, schedules: Schedules, body: &Value, kind: &str) -> Result<Change, Answer> {
    if exists(world, schedules, body) || coming(world, schedules, body) {
        return Err(Answer::graph_error(400, "RoleAssignmentExists", "The Role assignment already exists."));
    }
    let expiration = text(&body["scheduleInfo"]["expiration"], "type");
    if world.tenant.behaviour.pim_wants_expiry && matches!(expiration, "" | "noExpiration") {
        return Err(Answer::graph_error(
            400,
            "RoleAssignmentRequestPolicyValidationFailed",
            "The following policy rules failed: [\"ExpirationRule\"]",
        ));
    }
    Ok(Change::Add(schedules, schedule(world, schedules, body, kind)))
}

/// An eligible principal takes what it is eligible for, for a while.
fn activation(world: &mut World, schedules: Schedules, body: &Value) -> Result<Change, Answer> {
    let eligible = if schedules.is_group() { Schedules::GroupEligibility } else { Schedules::RoleEligibility };
    let directory = &world.tenant.directory;
    let may = rows(directory, eligible).iter().any(|row| eligible.same(row, body) && directory.in_force(row));
    if !may || !matches!(schedules, Schedules::RoleAssignment | Schedules::GroupAssignment) {
        return Err(missing());
    }
    let mut body = body.clone();
    if body["scheduleInfo"]["expiration"].is_null() {
        body["scheduleInfo"] =
            json!({"startDateTime": super::time(world.now), "expiration": {"type": "afterDuration", "duration": "PT8H"}});
    }
    assignment(world, schedules, &body, "Activated")
}

fn schedule(world: &mut World, schedules: Schedules, body: &Value, kind: &str) -> Value {
    let now = super::time(world.now);
    let id = world.tenant.mint.uuid();
    let given = &body["scheduleInfo"];
    let start = given["startDateTime"].as_str().map_or_else(|| now.clone(), str::to_owned);
    let expiration = json!({
        "type": given["expiration"]["type"].as_str().unwrap_or("noExpiration"), "endDateTime": given["expiration"]["endDateTime"],
        "duration": given["expiration"]["duration"],
    });
    let mut row = lowered(body);
    if let Some(members) = row.as_object_mut() {
        members.retain(|name, _| {
            matches!(
                name.as_str(),
                "principalId" | "roleDefinitionId" | "directoryScopeId" | "appScopeId" | "groupId" | "accessId"
            )
        });
    }
    let kind = if schedules.is_group() { kind.to_ascii_lowercase() } else { kind.to_owned() };
    row["id"] = Value::from(id.clone());
    row["createdUsing"] = Value::from(id);
    row["createdDateTime"] = Value::from(now);
    row["modifiedDateTime"] = Value::Null;
    row["status"] = json!("Provisioned");
    // A text for roles, an enumeration in lower case for groups.
    row["memberType"] = json!(if schedules.is_group() { "direct" } else { "Direct" });
    row["scheduleInfo"] = json!({"startDateTime": start, "recurrence": null, "expiration": expiration});
    if matches!(schedules, Schedules::RoleAssignment | Schedules::GroupAssignment) {
        row["assignmentType"] = Value::from(kind);
    }
    row
}

/// Ids in lower case, as the directory keeps them.
fn lowered(body: &Value) -> Value {
    let mut row = body.clone();
    for name in ["principalId", "roleDefinitionId", "groupId"] {
        if let Some(id) = body[name].as_str() {
            row[name] = Value::from(id.to_ascii_lowercase());
        }
    }
    row
}

fn log_request(world: &mut World, body: &Value, collection: &str, status: &str, change: &Change) -> Value {
    let stamp = world.now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let target = match change {
        Change::Add(_, row) => row["id"].clone(),
        Change::Remove(..) => Value::Null,
    };
    let mut row = body.clone();
    row["id"] = Value::from(world.tenant.mint.uuid());
    row["status"] = Value::from(status);
    row["createdDateTime"] = Value::from(stamp.clone());
    row["completedDateTime"] = Value::from(stamp);
    row["targetScheduleId"] = target;
    for (name, default) in [
        ("approvalId", Value::Null),
        ("customData", Value::Null),
        ("isValidationOnly", json!(false)),
        ("justification", Value::Null),
        ("scheduleInfo", Value::Null),
    ] {
        if row.get(name).is_none() {
            row[name] = default;
        }
    }
    world.tenant.directory.schedule_requests.entry(collection.to_owned()).or_default().push(row.clone());
    row
}
