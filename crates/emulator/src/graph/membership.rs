//! What an account belongs to and owns.
//!
//! Invariant: direct and transitive views are computed from the same references.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::credentials::shown;
use super::odata::{Query, unsupported};
use super::page::{CEILING, list, list_with};
use super::users::target;
use super::{Call, Outcome};
use crate::directory::{Directory, text};
use crate::roles;
use crate::world::World;

/// `memberOf` and `transitiveMemberOf`, with and without a cast.
pub fn member_of(world: &World, call: &Call, transitive: bool) -> Outcome {
    let id = target(world, call)?;
    let directory = &world.tenant.directory;
    let groups = if transitive { directory.all_groups_of(&id) } else { directory.groups_of(&id) };
    let cast = call.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let mut rows = Vec::new();
    if !matches!(cast.as_str(), "graph.directoryrole" | "graph.administrativeunit") {
        rows.extend(groups.iter().filter_map(|id| typed(directory, id)));
    }
    if !matches!(cast.as_str(), "graph.group" | "graph.administrativeunit") {
        rows.extend(directory_roles(directory, &id, transitive));
    }
    if !matches!(cast.as_str(), "graph.group" | "graph.directoryrole") {
        rows.extend(units(directory, &id));
    }
    let query = Query::read(call.request, CEILING)?;
    if cast.starts_with("graph.") && query.filter.is_some() && !(query.eventual && query.count) {
        return Err(unsupported(
            "A filter on a cast needs the header ConsistencyLevel: eventual and the query parameter $count=true.",
        ));
    }
    if cast.starts_with("graph.") {
        rows.iter_mut().for_each(untyped);
    }
    if cast == "$count" {
        return Ok(crate::message::Answer::text(200, "text/plain", &rows.len().to_string()));
    }
    list_with(world, call, &query, rows, &[])
}

/// An object with its type.
pub fn typed(directory: &Directory, id: &str) -> Option<Value> {
    let (kind, object) = directory.object(id)?;
    let mut object = object.clone();
    object["@odata.type"] = Value::from(kind);
    Some(object)
}

fn untyped(row: &mut Value) {
    if let Some(members) = row.as_object_mut() {
        members.remove("@odata.type");
    }
}

fn directory_roles(directory: &Directory, id: &str, transitive: bool) -> Vec<Value> {
    let active = directory.active_roles(id);
    let templates: BTreeSet<&str> = active
        .iter()
        .filter(|role| role.scope == "/" && (transitive || role.via.is_none()))
        .map(|role| role.template.as_str())
        .collect();
    templates.into_iter().filter_map(directory_role).collect()
}

/// A built-in role as the older `directoryRoles` show it.
pub fn directory_role(template: &str) -> Option<Value> {
    let name = roles::name(template)?;
    Some(json!({
        "@odata.type": "#microsoft.graph.directoryRole", "id": role_object_id(template), "displayName": name, "description": name,
        "roleTemplateId": template, "deletedDateTime": null,
    }))
}

/// The object id of an activated built-in role in this tenant.
pub fn role_object_id(template: &str) -> String {
    crate::seed::named_uuid(&format!("directoryRole/{template}"))
}

fn units(directory: &Directory, id: &str) -> Vec<Value> {
    directory
        .unit_members
        .iter()
        .filter(|(_, members)| members.iter().any(|member| member == id))
        .filter_map(|(unit, _)| typed(directory, unit))
        .collect()
}

/// `scopedRoleMemberOf`.
pub fn scoped_roles(world: &World, call: &Call) -> Outcome {
    let id = target(world, call)?;
    let directory = &world.tenant.directory;
    let name = directory.users.get(&id).map(|user| text(user, "displayName").to_owned()).unwrap_or_default();
    let rows = directory
        .active_roles(&id)
        .into_iter()
        .filter_map(|role| Some((role.scope.strip_prefix("/administrativeUnits/")?.to_owned(), role.template)))
        .map(|(unit, template)| {
            let role = role_object_id(&template);
            json!({
                "id": crate::scenario::assignment_id(&role, &id, &format!("/administrativeUnits/{unit}")), "roleId": role, "administrativeUnitId": unit,
                "roleMemberInfo": {"id": id, "displayName": name},
            })
        })
        .collect();
    list(world, call, rows, &[])
}

/// `ownedObjects`, with and without a cast: groups, applications and service principals.
pub fn owned(world: &World, call: &Call) -> Outcome {
    let id = target(world, call)?;
    let directory = &world.tenant.directory;
    let owned = directory.owned_groups(&id).into_iter().chain(directory.owned_apps(&id));
    let mut rows: Vec<Value> = owned.filter_map(|one| typed(directory, &one)).map(|one| shown(&one, false)).collect();
    if let Some((_, cast)) = call.path.rsplit_once("/graph.") {
        rows.retain(|row| text(row, "@odata.type").eq_ignore_ascii_case(&format!("#microsoft.graph.{cast}")));
        rows.iter_mut().for_each(untyped);
    }
    list(world, call, rows, &[])
}
