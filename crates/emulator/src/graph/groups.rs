//! Groups, their members and owners.
//!
//! Invariant: membership of a role-assignable group changes only for those who may manage roles, and
//! groups that Active Directory or a rule owns do not change here.

use serde_json::Value;

use super::membership::typed;
use super::odata::{Query, bad, project};
use super::operations::Row;
use super::page::{CEILING, list};
use super::{Call, Outcome, authority, denied, entity, not_found, owned_on_premises};
use crate::directory::Directory;
use crate::message::Answer;
use crate::world::World;

/// Members or owners.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Members,
    Owners,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Owners => "owners",
        }
    }

    fn of(self, directory: &Directory, group: &str) -> Vec<String> {
        match self {
            Self::Members => directory.members_of(group),
            Self::Owners => directory.owners_of(group),
        }
    }

    fn stored<'a>(self, directory: &'a mut Directory, group: &str) -> &'a mut Vec<String> {
        let references = match self {
            Self::Members => &mut directory.members,
            Self::Owners => &mut directory.owners,
        };
        references.entry(group.to_owned()).or_default()
    }
}

/// All of `/groups`.
pub fn handle(world: &mut World, call: &Call, row: &Row) -> Outcome {
    let side = if row.path.contains("/owners") { Side::Owners } else { Side::Members };
    match (row.method, row.path) {
        ("GET", "/groups") => list(world, call, world.tenant.directory.groups.values().cloned().collect(), &[]),
        ("GET", "/groups/{}") => get(world, call),
        ("GET", _) => references(world, call, side),
        ("POST", _) => add(world, call, side),
        _ => remove(world, call, side),
    }
}

fn target(world: &World, call: &Call) -> Result<String, Answer> {
    let id = call.key(0).to_ascii_lowercase();
    if world.tenant.directory.groups.contains_key(&id) { Ok(id) } else { Err(not_found(call.key(0))) }
}

fn get(world: &World, call: &Call) -> Outcome {
    let id = target(world, call)?;
    let query = Query::read(call.request, CEILING)?;
    if let Some(name) = query.select.iter().find(|name| !super::shape::is_group_property(name)) {
        return Err(bad(&format!("Could not find a property named '{name}' on type 'Microsoft.DirectoryServices.Group'.")));
    }
    let group = world.tenant.directory.groups.get(&id).unwrap_or(&Value::Null);
    Ok(entity(world, call, 200, "groups/$entity", &project(group, &query.select)))
}

fn references(world: &World, call: &Call, side: Side) -> Outcome {
    let directory = &world.tenant.directory;
    let rows = side.of(directory, &target(world, call)?).iter().filter_map(|id| typed(directory, id)).collect();
    list(world, call, rows, &[])
}

/// The object that the body of a `$ref` names.
pub(super) fn referenced(call: &Call) -> Result<String, Answer> {
    let body = call.request.json().unwrap_or(Value::Null);
    let reference =
        body["@odata.id"].as_str().ok_or_else(|| bad("The request body must contain the required property '@odata.id'."))?;
    Ok(reference
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches("')")
        .rsplit('\'')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase())
}

fn add(world: &mut World, call: &Call, side: Side) -> Outcome {
    let group = target(world, call)?;
    let id = referenced(call)?;
    may_change(world, call, &group, side)?;
    if world.tenant.directory.object(&id).is_none() {
        return Err(not_found(&id));
    }
    if side.of(&world.tenant.directory, &group).contains(&id) {
        return Err(bad(&format!(
            "One or more added object references already exist for the following modified properties: '{}'.",
            side.name()
        )));
    }
    side.stored(&mut world.tenant.directory, &group).push(id);
    Ok(Answer::empty(204))
}

fn remove(world: &mut World, call: &Call, side: Side) -> Outcome {
    let group = target(world, call)?;
    let id = call.key(1).to_ascii_lowercase();
    may_change(world, call, &group, side)?;
    let present = side.of(&world.tenant.directory, &group);
    if !present.contains(&id) {
        return Err(not_found(call.key(1)));
    }
    if side == Side::Owners && is_last_owner(&world.tenant.directory, &present, &id) {
        return Err(bad("The group must have at least one owner, hence this owner cannot be removed."));
    }
    side.stored(&mut world.tenant.directory, &group).retain(|known| *known != id);
    Ok(Answer::empty(204))
}

/// A service principal does not count as an owner here, wrongly, as in the real service.
fn is_last_owner(directory: &Directory, owners: &[String], leaving: &str) -> bool {
    !owners.iter().any(|owner| owner != leaving && directory.users.contains_key(owner))
}

fn may_change(world: &World, call: &Call, group: &str, side: Side) -> Result<(), Answer> {
    let directory = &world.tenant.directory;
    let object = directory.groups.get(group).unwrap_or(&Value::Null);
    let owns = directory.owners_of(group).iter().any(|owner| owner == call.caller.principal());
    if directory.is_role_assignable(group) {
        let permitted = call.caller.has("RoleManagement.ReadWrite.Directory") || call.caller.has("Directory.AccessAsUser.All");
        if !permitted || !(owns || authority::manages_roles(call.caller)) {
            return Err(denied());
        }
    } else if !(owns || authority::manages_groups(call.caller)) {
        return Err(denied());
    }
    if Directory::is_synchronised(object) && side == Side::Members {
        return Err(owned_on_premises());
    }
    let is_dynamic = object["groupTypes"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "DynamicMembership"));
    if is_dynamic && side == Side::Members {
        return Err(bad("Cannot update the membership of a dynamic group."));
    }
    Ok(())
}
