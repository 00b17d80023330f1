//! The tenant's own objects: domains, licences, units, role settings.
//!
//! Invariant: all of it is read-only here.

use serde_json::{Value, json};

use super::membership::typed;
use super::odata::{Query, bad, project};
use super::operations::Row;
use super::page::{CEILING, list, list_with};
use super::{Call, Outcome, entity, not_found};
use crate::directory::{Directory, is, scope_of, text};
use crate::message::Answer;
use crate::scenario::assignment_id;
use crate::world::World;

/// Everything that is not an account, a group or a role.
pub fn handle(world: &mut World, call: &Call, row: &Row) -> Outcome {
    let directory = &world.tenant.directory;
    match (row.method, row.path) {
        ("GET", "/domains") => list(world, call, directory.domains.clone(), &[]),
        ("GET", "/domains/{}") => {
            one(world, call, "domains", directory.domains.iter().find(|domain| is(domain, "id", call.key(0))))
        }
        ("GET", "/organization") => list(world, call, vec![organization(world)], &[]),
        ("GET", "/organization/{}") if call.key(0).eq_ignore_ascii_case(&world.tenant.id) => {
            one(world, call, "organization", Some(&organization(world)))
        }
        ("GET", "/organization/{}") => Err(not_found(call.key(0))),
        ("GET", "/subscribedSkus") => list(world, call, directory.skus.clone(), &[]),
        ("GET", "/directory/administrativeUnits") => {
            list(world, call, directory.administrative_units.values().cloned().collect(), &[])
        }
        ("GET", "/directory/administrativeUnits/{}") => one(
            world,
            call,
            "directory/administrativeUnits",
            directory.administrative_units.get(&call.key(0).to_ascii_lowercase()),
        ),
        ("GET", "/directory/administrativeUnits/{}/scopedRoleMembers") => scoped_members(world, call),
        ("POST", "/directoryObjects/getByIds") => by_ids(world, call),
        ("GET", "/directoryObjects/{}") => one(world, call, "directoryObjects", typed(directory, call.key(0)).as_ref()),
        ("GET", "/policies/roleManagementPolicyAssignments") => role_settings(world, call),
        _ => Err(crate::unimplemented(world, call.request)),
    }
}

fn one(world: &World, call: &Call, collection: &str, found: Option<&Value>) -> Outcome {
    let object = found.ok_or_else(|| not_found(call.key(0)))?;
    let query = Query::read(call.request, CEILING)?;
    Ok(entity(world, call, 200, &format!("{collection}/$entity"), &project(object, &query.select)))
}

fn organization(world: &World) -> Value {
    let tenant = &world.tenant;
    let verified = |domain: &Value| json!({"name": domain["id"], "isDefault": domain["isDefault"], "isInitial": domain["isInitial"], "type": "Managed", "capabilities": "Email, OfficeCommunicationsOnline"});
    let plans: Vec<Value> = tenant
        .directory
        .skus
        .iter()
        .flat_map(|sku| sku["servicePlans"].as_array().cloned().unwrap_or_default())
        .map(|plan| assigned(&plan))
        .collect();
    json!({
        "id": tenant.id, "displayName": tenant.name, "tenantType": "AAD", "countryLetterCode": "SE", "createdDateTime": "2020-01-01T00:00:00Z",
        "onPremisesSyncEnabled": if tenant.directory.users.values().any(Directory::is_synchronised) { json!(true) } else { Value::Null },
        "verifiedDomains": tenant.directory.domains.iter().filter(|domain| domain["isVerified"] == json!(true)).map(verified).collect::<Vec<_>>(),
        "assignedPlans": plans, "businessPhones": [], "technicalNotificationMails": [],
    })
}

fn assigned(plan: &Value) -> Value {
    json!({"assignedDateTime": "2024-01-01T00:00:00Z", "capabilityStatus": "Enabled", "service": plan["servicePlanName"], "servicePlanId": plan["servicePlanId"]})
}

fn scoped_members(world: &World, call: &Call) -> Outcome {
    let directory = &world.tenant.directory;
    let unit = call.key(0).to_ascii_lowercase();
    if !directory.administrative_units.contains_key(&unit) {
        return Err(not_found(call.key(0)));
    }
    let scope = format!("/administrativeUnits/{unit}");
    let member = |row: &Value| {
        let (role, principal) = (super::membership::role_object_id(text(row, "roleDefinitionId")), text(row, "principalId"));
        let name = directory.object(principal).map_or(Value::Null, |(_, object)| object["displayName"].clone());
        json!({"id": assignment_id(&role, principal, &scope), "roleId": role, "administrativeUnitId": unit, "roleMemberInfo": {"id": principal, "displayName": name}})
    };
    let rows =
        super::role_lists::all(directory).iter().filter(|row| scope_of(row).eq_ignore_ascii_case(&scope)).map(member).collect();
    list(world, call, rows, &[])
}

fn by_ids(world: &World, call: &Call) -> Outcome {
    let body = call.request.json().unwrap_or(Value::Null);
    let ids = body["ids"].as_array().ok_or_else(|| bad("The 'ids' collection is required."))?;
    if ids.len() > 1_000 {
        return Err(bad("The number of ids exceeds the maximum of 1000."));
    }
    let kinds: Option<Vec<&str>> = body["types"].as_array().map(|kinds| kinds.iter().filter_map(Value::as_str).collect());
    let wanted = |row: &Value| {
        kinds.as_ref().is_none_or(|kinds| {
            kinds.iter().any(|kind| {
                *kind == "directoryObject" || text(row, "@odata.type").eq_ignore_ascii_case(&format!("#microsoft.graph.{kind}"))
            })
        })
    };
    let rows: Vec<Value> =
        ids.iter().filter_map(Value::as_str).filter_map(|id| typed(&world.tenant.directory, id)).filter(wanted).collect();
    let query = Query::read(call.request, CEILING)?;
    let shown: Vec<Value> = rows.iter().map(|row| project(row, &query.select)).collect();
    let context = format!("{}/{}/$metadata#directoryObjects", world.tenant.bases.graph, call.version);
    Ok(Answer::json(200, &json!({"@odata.context": context, "value": shown})))
}

/// What PIM's settings ask of an assignment.
fn role_settings(world: &World, call: &Call) -> Outcome {
    if !world.tenant.has_pim() {
        return super::pim::unlicensed(&world.tenant, "GET").map_or_else(|| list(world, call, Vec::new(), &[]), Err);
    }
    let query = Query::read(call.request, CEILING)?;
    let shows_policy = query.expand.iter().any(|(name, _)| name == "policy");
    let rows = world.tenant.directory.role_definitions.keys().map(|role| role_setting(world, role, shows_policy)).collect();
    list_with(world, call, &query, rows, &[])
}

fn role_setting(world: &World, role: &str, shows_policy: bool) -> Value {
    let policy = format!("DirectoryRole_{}_{}", world.tenant.id, crate::seed::named_uuid(&format!("policy/{role}")));
    let mut row = json!({"id": format!("{policy}_{role}"), "policyId": policy, "scopeId": "/", "scopeType": "DirectoryRole", "roleDefinitionId": role});
    if shows_policy {
        let rules = [("Expiration_Admin_Eligibility", "Eligibility"), ("Expiration_Admin_Assignment", "Assignment")]
            .map(|(id, level)| expiry_rule(world, id, level));
        row["policy"] =
            json!({"id": policy, "displayName": "DirectoryRole", "scopeId": "/", "scopeType": "DirectoryRole", "rules": rules});
    }
    row
}

fn expiry_rule(world: &World, id: &str, level: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyExpirationRule", "id": id,
        "isExpirationRequired": world.tenant.behaviour.pim_wants_expiry, "maximumDuration": "P365D",
        "target": {"caller": "Admin", "operations": ["all"], "level": level, "inheritableSettings": [], "enforcedSettings": []},
    })
}
