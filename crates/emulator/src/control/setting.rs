//! One setting of the tenant, put in place by a test: `{"set": {"path": "graph/policies/…", "value": …}}`.
//!
//! A path is the one of the scenario file, with slashes; an item of a list is named by its id, its name or its number;
//! a slash inside a name is `%2F`.
//! Without a value the thing is taken away. Nobody's permission is asked and no rule of the service checked.

use serde_json::Value;

use crate::encoding::decode;
use crate::policies::{Place, conditional, set_at};
use crate::scenario::skus_of;
use crate::world::World;

/// Sets it.
pub fn set(world: &mut World, asked: &Value) -> Result<(), String> {
    let path = asked["path"].as_str().ok_or("set: a path is wanted")?;
    let decoded: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decode).collect();
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let value = asked.get("value");
    match segments.as_slice() {
        ["tenant", "licences"] => licences(world, value),
        ["graph", rest @ ..] => graph(world, &Place { path: rest, value }),
        ["exchange", "organisation", noun, rest @ ..] => {
            world.tenant.exchange.set_organisation(noun, &Place { path: rest, value })
        }
        ["exchange", "mailboxes", mailbox, rest @ ..] => world.tenant.exchange.set_mailbox(mailbox, rest, value),
        _ => Err(format!("set: there is no {path}")),
    }
}

fn graph(world: &mut World, place: &Place) -> Result<(), String> {
    let directory = &mut world.tenant.directory;
    let key = |name: &str| name.to_ascii_lowercase();
    match place.path {
        ["policies", rest @ ..] if !rest.is_empty() => {
            set_at(directory.policies.all_mut(), &Place { path: rest, value: place.value })?;
            for policy in directory.policies.get_mut("conditionalAccessPolicies").as_array_mut().into_iter().flatten() {
                *policy = conditional::complete(policy);
            }
            Ok(())
        }
        ["domains", domain, "@federation"] => {
            match place.value {
                Some(value) => drop(directory.federations.insert(key(domain), value.clone())),
                None => drop(directory.federations.remove(&key(domain))),
            }
            Ok(())
        }
        ["domains", rest @ ..] => in_list(&mut directory.domains, rest, place.value),
        ["roleAssignments", rest @ ..] => in_list(&mut directory.role_assignments, rest, place.value),
        ["roleEligibilitySchedules", rest @ ..] => in_list(&mut directory.role_eligibility_schedules, rest, place.value),
        ["oauth2PermissionGrants", rest @ ..] => in_list(&mut directory.grants, rest, place.value),
        ["appRoleAssignments", rest @ ..] => in_list(&mut directory.app_role_assignments, rest, place.value),
        ["users", user, rest @ ..] => {
            let id = directory.user_key(user).ok_or_else(|| format!("no account {user}"))?;
            object(directory.users.get_mut(&id), rest, place.value)
        }
        ["groups", group, side @ ("members" | "owners")] => {
            let references = if *side == "members" { &mut directory.members } else { &mut directory.owners };
            references.insert(key(group), ids(place.value)?);
            Ok(())
        }
        ["groups", group, rest @ ..] => object(directory.groups.get_mut(&key(group)), rest, place.value),
        ["applications", id, rest @ ..] => object(directory.applications.get_mut(&key(id)), rest, place.value),
        ["administrativeUnits", id, "members"] => {
            directory.unit_members.insert(key(id), ids(place.value)?);
            Ok(())
        }
        ["servicePrincipals", id, rest @ ..] => object(directory.service_principals.get_mut(&key(id)), rest, place.value),
        ["administrativeUnits", id] => {
            match place.value {
                Some(value) => drop(directory.administrative_units.insert(key(id), value.clone())),
                None => drop(directory.administrative_units.remove(&key(id))),
            }
            Ok(())
        }
        ["administrativeUnits", id, rest @ ..] => object(directory.administrative_units.get_mut(&key(id)), rest, place.value),
        path => Err(format!("set: there is no graph/{}", path.join("/"))),
    }
}

fn ids(value: Option<&Value>) -> Result<Vec<String>, String> {
    let ids = value.and_then(Value::as_array).ok_or("a list of ids is wanted")?;
    Ok(ids.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect())
}

/// A row of a list, found by its id or its number; a row that is not there yet is added whole, in the wire's shape.
fn in_list(own: &mut Vec<Value>, path: &[&str], value: Option<&Value>) -> Result<(), String> {
    let mut all = Value::from(std::mem::take(own));
    let outcome = set_at(&mut all, &Place { path, value });
    *own = all.as_array().cloned().unwrap_or_default();
    outcome
}

fn object(own: Option<&mut Value>, path: &[&str], value: Option<&Value>) -> Result<(), String> {
    set_at(own.ok_or("there is no such object")?, &Place { path, value })
}

fn licences(world: &mut World, value: Option<&Value>) -> Result<(), String> {
    let names = value.and_then(Value::as_array).ok_or("a list of SKU part numbers is wanted")?;
    let names: Vec<String> = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let tenant = &mut world.tenant;
    tenant.directory.skus = skus_of(&tenant.id, &tenant.name, &names);
    tenant.licences = names;
    Ok(())
}
