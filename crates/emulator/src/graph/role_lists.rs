//! Role assignments and definitions, and the older `directoryRoles`.
//!
//! Invariant: what PIM has made active shows in the assignments too, but is not taken away here.

use serde_json::{Value, json};

use super::membership::{directory_role, role_object_id, typed};
use super::odata::{Query, bad, nested_select, project};
use super::operations::Row;
use super::page::{CEILING, list, list_with};
use super::{Call, Outcome, authority, denied, entity, not_found};
use crate::directory::{Directory, is, scope_of, text};
use crate::message::Answer;
use crate::pending::Schedules;
use crate::roles;
use crate::scenario::assignment_id;
use crate::world::World;

/// All of it.
pub fn handle(world: &mut World, call: &Call, row: &Row) -> Outcome {
    match (row.method, row.path) {
        ("GET", "/roleManagement/directory/roleAssignments") => assignments(world, call, all(&world.tenant.directory)),
        ("POST", "/roleManagement/directory/roleAssignments") => assign(world, call),
        ("GET", "/roleManagement/directory/roleAssignments/{}") => get(world, call),
        ("DELETE", "/roleManagement/directory/roleAssignments/{}") => remove(world, call),
        ("GET", "/roleManagement/directory/transitiveRoleAssignments") => transitive(world, call),
        ("GET", "/roleManagement/directory/roleDefinitions") => {
            list(world, call, world.tenant.directory.role_definitions.values().cloned().collect(), &[])
        }
        ("GET", "/roleManagement/directory/roleDefinitions/{}") => definition(world, call),
        ("GET", "/directoryRoles") => {
            list(world, call, roles::ROLES.iter().filter_map(|(id, _)| directory_role(id)).collect(), &[])
        }
        ("GET", "/directoryRoles/{}") => directory_role(&template(call)?)
            .map(|role| entity(world, call, 200, "directoryRoles/$entity", &role))
            .ok_or_else(|| not_found(call.key(0))),
        ("GET", "/directoryRoles/{}/members") => members(world, call),
        ("POST", "/directoryRoles/{}/members/$ref") => join(world, call),
        ("DELETE", "/directoryRoles/{}/members/{}/$ref") => leave(world, call),
        _ => Err(crate::unimplemented(world, call.request)),
    }
}

/// Every active assignment: plain ones, and those that PIM schedules have in force.
pub fn all(directory: &Directory) -> Vec<Value> {
    let by_pim = directory.role_assignment_schedules.iter().filter(|row| directory.in_force(row)).map(of_schedule);
    let mut found = directory.role_assignments.clone();
    for row in by_pim {
        if !found.iter().any(|known| text(known, "id") == text(&row, "id")) {
            found.push(row);
        }
    }
    found
}

fn of_schedule(schedule: &Value) -> Value {
    let (role, principal, scope) = (text(schedule, "roleDefinitionId"), text(schedule, "principalId"), scope_of(schedule));
    json!({"id": assignment_id(role, principal, &scope), "principalId": principal, "directoryScopeId": scope, "roleDefinitionId": role})
}

fn assignments(world: &World, call: &Call, rows: Vec<Value>) -> Outcome {
    let query = Query::read(call.request, CEILING)?;
    if query.filter.is_none() && call.path.ends_with("transitiveRoleAssignments") {
        return Err(bad("A filter on principalId is required."));
    }
    let rows = expanded(&world.tenant.directory, rows, &query)?;
    list_with(world, call, &query, rows, &[])
}

/// Adds the definitions and principals that the client wants to see inside.
pub fn expanded(directory: &Directory, rows: Vec<Value>, query: &Query) -> Result<Vec<Value>, Answer> {
    let mut rows = rows;
    for (name, options) in &query.expand {
        let names = nested_select(options);
        for row in &mut rows {
            let found = match name.as_str() {
                "roleDefinition" => {
                    directory.role_definitions.get(&directory.template_of(text(row, "roleDefinitionId"))).cloned()
                }
                "principal" => typed(directory, text(row, "principalId")),
                "group" => directory.groups.get(text(row, "groupId")).cloned(),
                "directoryScope" | "appScope" => None,
                _ => return Err(bad(&format!("Could not find a property named '{name}' to expand."))),
            };
            row[name.as_str()] = found.map_or(Value::Null, |object| project(&object, &names));
        }
    }
    Ok(rows)
}

fn transitive(world: &World, call: &Call) -> Outcome {
    if call.request.header("consistencylevel").is_none() {
        return Err(super::odata::unsupported(
            "This query needs the header ConsistencyLevel: eventual and the query parameter $count=true.",
        ));
    }
    let query = Query::read(call.request, CEILING)?;
    let directory = &world.tenant.directory;
    // The rows of a group count for each of its members: evaluate the filter against the member.
    let rows: Vec<Value> = directory
        .users
        .keys()
        .filter(|id| query.filter.as_ref().is_some_and(|filter| filter.matches(&json!({"principalId": id}))))
        .flat_map(|id| {
            let groups = directory.all_groups_of(id);
            all(directory).into_iter().filter(move |row| is(row, "principalId", id) || groups.contains(text(row, "principalId")))
        })
        .collect();
    let unfiltered = Query { filter: None, ..query };
    list_with(world, call, &unfiltered, rows, &[])
}

fn get(world: &World, call: &Call) -> Outcome {
    let found = all(&world.tenant.directory)
        .into_iter()
        .find(|row| text(row, "id") == call.key(0))
        .ok_or_else(|| not_found(call.key(0)))?;
    Ok(entity(world, call, 200, "roleManagement/directory/roleAssignments/$entity", &found))
}

fn assign(world: &mut World, call: &Call) -> Outcome {
    if !authority::manages_roles(call.caller) {
        return Err(denied());
    }
    let body = call.request.json().unwrap_or(Value::Null);
    let (role, principal) =
        (text(&body, "roleDefinitionId").to_ascii_lowercase(), text(&body, "principalId").to_ascii_lowercase());
    let directory = &mut world.tenant.directory;
    if !directory.role_definitions.contains_key(&role) {
        return Err(bad("The role definition does not exist."));
    }
    if directory.object(&principal).is_none() {
        return Err(not_found(&principal));
    }
    if directory.groups.contains_key(&principal) && !directory.is_role_assignable(&principal) {
        return Err(bad("The group is not assignable to a role."));
    }
    let scope = scope_of(&body);
    let id = assignment_id(&role, &principal, &scope);
    if all(directory).iter().any(|row| text(row, "id") == id) {
        return Err(bad("A conflicting object with one or more of the specified property values is present in the directory."));
    }
    let made = json!({"id": id, "principalId": principal, "directoryScopeId": scope, "roleDefinitionId": role});
    directory.role_assignments.push(made.clone());
    Ok(entity(world, call, 201, "roleManagement/directory/roleAssignments/$entity", &made))
}

fn remove(world: &mut World, call: &Call) -> Outcome {
    if !authority::manages_roles(call.caller) {
        return Err(denied());
    }
    let behaviour = world.tenant.behaviour.clone();
    let directory = &mut world.tenant.directory;
    if !behaviour.last_administrator_may_go && is_last_administrator(directory, call.key(0)) {
        return Err(bad("The last member of the role Global Administrator cannot be removed."));
    }
    if let Some(at) = directory.role_assignments.iter().position(|row| text(row, "id") == call.key(0)) {
        directory.role_assignments.remove(at);
        return Ok(Answer::empty(204));
    }
    let Some(row) = all(directory).into_iter().find(|row| text(row, "id") == call.key(0)) else {
        return Err(not_found(call.key(0)));
    };
    match behaviour.pim_refuses_plain_delete {
        _ if behaviour.pim_takes_plain_delete => {
            let same = |schedule: &Value| text(&of_schedule(schedule), "id") == text(&row, "id");
            directory.role_assignment_schedules.retain(|schedule| !same(schedule));
            Ok(Answer::empty(204))
        }
        true => Err(bad("The assignment is managed by Privileged Identity Management.")),
        // Accepted, and PIM has put it back before anybody can look.
        false => Ok(Answer::empty(204)),
    }
}

/// Whether this assignment is the only one of its role for the whole tenant, and the role is the highest.
fn is_last_administrator(directory: &Directory, id: &str) -> bool {
    let highest = roles::template("Global Administrator").unwrap_or_default();
    let rows = all(directory);
    let mut holders = rows.iter().filter(|row| is(row, "roleDefinitionId", highest) && scope_of(row) == "/");
    holders.next().is_some_and(|row| text(row, "id") == id) && holders.next().is_none()
}

fn definition(world: &World, call: &Call) -> Outcome {
    let found =
        world.tenant.directory.role_definitions.get(&call.key(0).to_ascii_lowercase()).ok_or_else(|| not_found(call.key(0)))?;
    let query = Query::read(call.request, CEILING)?;
    Ok(entity(world, call, 200, "roleManagement/directory/roleDefinitions/$entity", &project(found, &query.select)))
}

/// The template behind a key of `directoryRoles`, an object id or `roleTemplateId='…'`.
fn template(call: &Call) -> Result<String, Answer> {
    let key = call.key(0);
    let by_template = key.strip_prefix("roleTemplateId=").map(|rest| rest.trim_matches('\''));
    let found = match by_template {
        Some(id) => roles::ROLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)),
        None => roles::ROLES.iter().find(|(known, _)| role_object_id(known).eq_ignore_ascii_case(key)),
    };
    found.map(|(id, _)| (*id).to_owned()).ok_or_else(|| not_found(key))
}

fn members(world: &World, call: &Call) -> Outcome {
    let template = template(call)?;
    let directory = &world.tenant.directory;
    let holds = |row: &Value| is(row, "roleDefinitionId", &template) && scope_of(row) == "/";
    let rows =
        all(directory).iter().filter(|row| holds(row)).filter_map(|row| typed(directory, text(row, "principalId"))).collect();
    list(world, call, rows, &[])
}

fn join(world: &mut World, call: &Call) -> Outcome {
    let template = template(call)?;
    if !authority::manages_roles(call.caller) {
        return Err(denied());
    }
    let body = call.request.json().unwrap_or(Value::Null);
    let id = text(&body, "@odata.id").rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if world.tenant.directory.object(&id).is_none() {
        return Err(not_found(&id));
    }
    if world.tenant.directory.roles_of(&id).contains(&template) {
        return Err(bad("One or more added object references already exist for the following modified properties: 'members'."));
    }
    let made = json!({"id": assignment_id(&template, &id, "/"), "principalId": id, "directoryScopeId": "/", "roleDefinitionId": template});
    world.tenant.directory.role_assignments.push(made);
    Ok(Answer::empty(204))
}

fn leave(world: &mut World, call: &Call) -> Outcome {
    let template = template(call)?;
    if !authority::manages_roles(call.caller) {
        return Err(denied());
    }
    let like = json!({"principalId": call.key(1), "roleDefinitionId": template, "directoryScopeId": "/"});
    let list = &mut world.tenant.directory.role_assignments;
    let before = list.len();
    list.retain(|row| !Schedules::RoleAssignment.same(row, &like));
    if list.len() == before { Err(not_found(call.key(1))) } else { Ok(Answer::empty(204)) }
}
