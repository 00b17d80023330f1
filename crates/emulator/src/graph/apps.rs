//! Registered applications and service principals: what they are, who owns them, what they can be signed in to with.
//!
//! Invariant: a credential's secret is never in an answer. Whoever may add a way in to an app owns all that it may do,
//! so every change asks for the permission on all apps, or for ownership beside the permission on one's own.

use serde_json::{Map, Value};

use super::membership::typed;
use super::odata::{Query, bad, project};
use super::operations::Row;
use super::page::{CEILING, list_with};
use super::{Call, Outcome, app_shape, authority, credentials, denied, entity, groups, not_found};
use crate::caller::Kind as CallerKind;
use crate::directory::{Directory, is};
use crate::message::Answer;
use crate::world::World;

/// Permission to change the apps that one owns.
const OWNED: &str = "Application.ReadWrite.OwnedBy";

/// The two sorts of object that stand for an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The registration, in the tenant where the app is at home.
    Application,
    /// The app as this tenant knows it.
    Principal,
}

impl Sort {
    /// The name of the collection.
    pub fn collection(self) -> &'static str {
        match self {
            Self::Application => "applications",
            Self::Principal => "servicePrincipals",
        }
    }

    /// All objects of the sort.
    pub fn all(self, directory: &Directory) -> &std::collections::BTreeMap<String, Value> {
        match self {
            Self::Application => &directory.applications,
            Self::Principal => &directory.service_principals,
        }
    }

    /// All objects of the sort, to be changed.
    pub fn all_mut(self, directory: &mut Directory) -> &mut std::collections::BTreeMap<String, Value> {
        match self {
            Self::Application => &mut directory.applications,
            Self::Principal => &mut directory.service_principals,
        }
    }

    /// The object id behind a key: an object id, or `appId='…'`.
    pub fn id(self, directory: &Directory, key: &str) -> Option<String> {
        let all = self.all(directory);
        match key.strip_prefix("appId=") {
            Some(app) => all.iter().find(|(_, object)| is(object, "appId", app.trim_matches('\''))).map(|(id, _)| id.clone()),
            None => Some(key.to_ascii_lowercase()).filter(|id| all.contains_key(id)),
        }
    }
}

/// All of `/applications` and `/servicePrincipals` but grants and assignments.
pub fn handle(world: &mut World, call: &Call, row: &Row) -> Outcome {
    let sort = if row.path.starts_with("/applications") { Sort::Application } else { Sort::Principal };
    let last = row.path.rsplit('/').find(|part| !matches!(*part, "{}" | "$ref")).unwrap_or_default();
    match (row.method, last) {
        ("GET", "applications" | "servicePrincipals") if call.keys.is_empty() => everything(world, call, sort),
        ("GET", "applications" | "servicePrincipals") => get(world, call, sort),
        ("GET", "owners") => owners(world, call, sort),
        ("GET", "federatedIdentityCredentials") => federated(world, call),
        ("PATCH", _) => update(world, call, row, sort),
        ("DELETE", "applications" | "servicePrincipals") => delete(world, call, row, sort),
        ("POST", "owners") => add_owner(world, call, row, sort),
        ("DELETE", "owners") => remove_owner(world, call, row, sort),
        ("DELETE", "federatedIdentityCredentials") => remove_federated(world, call, row),
        ("POST", "removePassword") => credentials::remove_password(world, &changeable(world, call, row, sort)?, sort, call),
        ("POST", "removeKey") => credentials::remove_key(world, &changeable(world, call, row, sort)?, sort, call),
        _ => Err(crate::unimplemented(world, call.request)),
    }
}

/// The object that the path names.
pub fn target(world: &World, call: &Call, sort: Sort) -> Result<String, Answer> {
    sort.id(&world.tenant.directory, call.key(0)).ok_or_else(|| not_found(call.key(0)))
}

/// The same, if the caller may change it.
fn changeable(world: &World, call: &Call, row: &Row, sort: Sort) -> Result<String, Answer> {
    let id = target(world, call, sort)?;
    let owners = world.tenant.directory.owners.get(&id);
    let owns = owners.is_some_and(|owners| owners.iter().any(|owner| owner == call.caller.principal()));
    let may = match &call.caller.kind {
        CallerKind::App { .. } => owns || row.application.iter().any(|name| *name != OWNED && call.caller.has(name)),
        CallerKind::User { .. } => owns || authority::manages_apps(call.caller),
    };
    if may { Ok(id) } else { Err(denied()) }
}

fn everything(world: &World, call: &Call, sort: Sort) -> Outcome {
    let query = checked(call, sort)?;
    let rows = sort.all(&world.tenant.directory).values().map(|object| credentials::shown(object, false)).collect();
    list_with(world, call, &query, rows, &[])
}

fn get(world: &World, call: &Call, sort: Sort) -> Outcome {
    let id = target(world, call, sort)?;
    let query = checked(call, sort)?;
    let object = sort.all(&world.tenant.directory).get(&id).unwrap_or(&Value::Null);
    // The key itself comes only to who asks for the credentials of one object by name.
    let by_name = query.select.iter().any(|name| name.eq_ignore_ascii_case("keyCredentials"));
    let shown = project(&credentials::shown(object, by_name), &query.select);
    Ok(entity(world, call, 200, &format!("{}/$entity", sort.collection()), &shown))
}

fn checked(call: &Call, sort: Sort) -> Result<Query, Answer> {
    let query = Query::read(call.request, CEILING)?;
    let filtered = query.filter.iter().flat_map(|filter| filter.properties());
    match query.select.iter().map(String::as_str).chain(filtered).find(|name| *name != "*" && !app_shape::has(sort, name)) {
        Some(name) => {
            Err(bad(&format!("Could not find a property named '{name}' on type 'Microsoft.DirectoryServices.{sort:?}'.")))
        }
        None => Ok(query),
    }
}

fn owners(world: &World, call: &Call, sort: Sort) -> Outcome {
    let directory = &world.tenant.directory;
    let owners = directory.owners.get(&target(world, call, sort)?);
    let rows = owners.into_iter().flatten().filter_map(|id| typed(directory, id)).collect();
    list_with(world, call, &Query::read(call.request, CEILING)?, rows, &[])
}

fn federated(world: &World, call: &Call) -> Outcome {
    let rows = world.tenant.directory.federated.get(&target(world, call, Sort::Application)?);
    list_with(world, call, &Query::read(call.request, CEILING)?, rows.cloned().unwrap_or_default(), &[])
}

/// Everything is checked before anything is changed.
fn update(world: &mut World, call: &Call, row: &Row, sort: Sort) -> Outcome {
    let id = changeable(world, call, row, sort)?;
    let body = call.request.json().unwrap_or(Value::Null);
    let members =
        body.as_object().filter(|members| !members.is_empty()).ok_or_else(|| bad("A value is required in the request body."))?;
    let mut changes = Map::new();
    for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
        app_shape::check(sort, name, value).map_err(|problem| bad(&problem))?;
        changes.insert(name.clone(), value.clone());
    }
    if let Some(given) = changes.get("keyCredentials") {
        let crate::world::Tenant { directory, mint, .. } = &mut world.tenant;
        let object = sort.all(directory).get(&id).unwrap_or(&Value::Null);
        let kept = credentials::merged(object, given, mint).map_err(|problem| bad(&problem))?;
        changes.insert("keyCredentials".to_owned(), kept);
    }
    if let Some(object) = sort.all_mut(&mut world.tenant.directory).get_mut(&id).and_then(Value::as_object_mut) {
        object.extend(changes);
    }
    Ok(Answer::empty(204))
}

/// The registration takes its service principal here along, and whatever goes takes its grants with it.
fn delete(world: &mut World, call: &Call, row: &Row, sort: Sort) -> Outcome {
    let id = changeable(world, call, row, sort)?;
    let directory = &mut world.tenant.directory;
    let gone = sort.all_mut(directory).remove(&id).unwrap_or(Value::Null);
    directory.owners.remove(&id);
    directory.federated.remove(&id);
    let principal = match sort {
        Sort::Application => Sort::Principal.id(directory, &format!("appId={}", crate::directory::text(&gone, "appId"))),
        Sort::Principal => Some(id),
    };
    if let Some(principal) = principal {
        directory.service_principals.remove(&principal);
        directory.forget_principal(&principal);
    }
    Ok(Answer::empty(204))
}

/// Beside the right to change the app, the caller must be able to read whom it makes an owner.
fn add_owner(world: &mut World, call: &Call, row: &Row, sort: Sort) -> Outcome {
    let reads = call.caller.has("Directory.Read.All") || call.caller.has("Directory.ReadWrite.All");
    let writes = ["Application.ReadWrite.All", OWNED, "Directory.ReadWrite.All"].iter().any(|name| call.caller.has(name));
    if call.caller.is_app() && !(reads && writes) {
        return Err(denied());
    }
    let narrow =
        call.caller.is_app() && !call.caller.has("Application.ReadWrite.All") && !call.caller.has("Directory.ReadWrite.All");
    let own = Row { application: &[OWNED], ..*row };
    let id = changeable(world, call, if narrow { &own } else { row }, sort)?;
    let owner = groups::referenced(call)?;
    let directory = &mut world.tenant.directory;
    if !directory.users.contains_key(&owner) && !directory.service_principals.contains_key(&owner) {
        return Err(not_found(&owner));
    }
    let owners = directory.owners.entry(id).or_default();
    if owners.contains(&owner) {
        return Err(bad("One or more added object references already exist for the following modified properties: 'owners'."));
    }
    owners.push(owner);
    Ok(Answer::empty(204))
}

fn remove_owner(world: &mut World, call: &Call, row: &Row, sort: Sort) -> Outcome {
    let id = changeable(world, call, row, sort)?;
    let leaving = call.key(1).to_ascii_lowercase();
    let owners = world.tenant.directory.owners.entry(id).or_default();
    if !owners.contains(&leaving) {
        return Err(not_found(call.key(1)));
    }
    owners.retain(|owner| *owner != leaving);
    Ok(Answer::empty(204))
}

fn remove_federated(world: &mut World, call: &Call, row: &Row) -> Outcome {
    let id = changeable(world, call, row, Sort::Application)?;
    let rows = world.tenant.directory.federated.entry(id).or_default();
    let before = rows.len();
    rows.retain(|known| !is(known, "id", call.key(1)) && !is(known, "name", call.key(1)));
    if rows.len() == before { Err(not_found(call.key(1))) } else { Ok(Answer::empty(204)) }
}
