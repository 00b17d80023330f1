//! The directory part of a scenario.
//!
//! Invariant: objects keep the members they were given; what Entra always has and the file left out is
//! filled in with what a plain cloud tenant shows.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::{Place, ScenarioError};
use crate::directory::{Directory, text};
use crate::graph::shape;
use crate::policies::{Policies, conditional};

const MEMBERS: &[&str] = &[
    "users",
    "groups",
    "roleDefinitions",
    "roleAssignments",
    "roleEligibilitySchedules",
    "roleAssignmentSchedules",
    "groupEligibilitySchedules",
    "groupAssignmentSchedules",
    "administrativeUnits",
    "domains",
    "servicePrincipals",
    "applications",
    "oauth2PermissionGrants",
    "appRoleAssignments",
    "signIns",
    "policies",
];

/// Reads all of it.
pub fn read(place: &Place, directory: &mut Directory, passwords: &mut BTreeMap<String, String>) -> Result<(), ScenarioError> {
    place.only(MEMBERS)?;
    for user in place.list("users")? {
        read_user(&user, directory, passwords)?;
    }
    super::apps::read(place, directory)?;
    let mut sign_ins = Vec::new();
    for sign_in in place.list("signIns")? {
        sign_in.get("id")?.id()?;
        sign_in.get("userId")?.id()?;
        sign_in.get("createdDateTime")?.text()?;
        sign_ins.push(crate::graph::sign_ins::complete(sign_in.value));
    }
    directory.sign_ins = std::sync::Arc::new(sign_ins);
    for group in place.list("groups")? {
        read_group(&group, directory)?;
    }
    for unit in place.list("administrativeUnits")? {
        let id = unit.get("id")?.id()?;
        directory.unit_members.insert(id.clone(), ids(&unit, "members")?);
        directory.administrative_units.insert(id, without(unit.value, &["members"]));
    }
    for domain in place.list("domains")? {
        let name = domain.get("id")?.text()?;
        let mut object = self::domain(&name, false);
        overlay(&mut object, &without(domain.value, &["@federation"]));
        if let Some(federation) = domain.optional("@federation") {
            directory.federations.insert(name.to_ascii_lowercase(), federation.value.clone());
        }
        directory.domains.retain(|known| text(known, "id") != name);
        directory.domains.push(object);
    }
    for definition in place.list("roleDefinitions")? {
        let id = definition.get("id")?.any_id()?;
        let mut object = json!({"id": id, "templateId": id, "isBuiltIn": false, "isEnabled": true, "resourceScopes": ["/"], "rolePermissions": []});
        overlay(&mut object, definition.value);
        directory.role_definitions.insert(id, object);
    }
    read_roles(place, directory)?;
    if let Some(policies) = place.optional("policies") {
        read_policies(&policies, directory)?;
    }
    check_references(place, directory)
}

/// Policies, each over what a tenant has that nobody configured.
fn read_policies(place: &Place, directory: &mut Directory) -> Result<(), ScenarioError> {
    let names = Policies::names();
    place.only(&names)?;
    for name in names {
        let Some(given) = place.optional(name) else { continue };
        if given.value.is_array() != directory.policies.get(name).is_array() {
            return Err(given.wrong(if given.value.is_array() { "an object is wanted" } else { "an array is wanted" }));
        }
        if name == "conditionalAccessPolicies" {
            given.items()?.iter().try_for_each(check_conditional)?;
        }
        directory.policies.overlay(name, given.value);
    }
    Ok(())
}

fn check_conditional(policy: &Place) -> Result<(), ScenarioError> {
    policy.get("id")?.id()?;
    policy.get("displayName")?.text()?;
    let own = without(policy.value, &["id", "createdDateTime", "modifiedDateTime"]);
    conditional::check_members(&own).map_err(|problem| policy.wrong(&problem))
}

fn read_user(place: &Place, directory: &mut Directory, passwords: &mut BTreeMap<String, String>) -> Result<(), ScenarioError> {
    let id = place.get("id")?.id()?;
    place.get("userPrincipalName")?.text()?;
    let members = place.value.as_object().ok_or_else(|| place.wrong("an object is wanted"))?;
    if let Some(name) = members.keys().find(|name| !name.starts_with('@') && !shape::is_user_property(name)) {
        return Err(ScenarioError { place: format!("{}.{name}", place.path), problem: "no property of a user".to_owned() });
    }
    if let Some(password) = place.optional("@password") {
        passwords.insert(id.clone(), password.text()?);
    }
    let mut user = shape::blank_user();
    overlay(&mut user, &without(place.value, &["@password", "@odata.type", "mailboxSettings"]));
    user["id"] = Value::from(id.clone());
    if Directory::is_synchronised(&user) {
        directory.on_premises_enabled.insert(id.clone(), user["accountEnabled"] != Value::Bool(false));
    }
    if let Some(settings) = place.optional("mailboxSettings") {
        directory.mailbox_settings.insert(id.clone(), settings.value.clone());
    }
    match directory.users.insert(id, user) {
        Some(_) => Err(place.wrong("a second object with this id")),
        None => Ok(()),
    }
}

fn read_group(place: &Place, directory: &mut Directory) -> Result<(), ScenarioError> {
    let id = place.get("id")?.id()?;
    place.get("displayName")?.text()?;
    let members = place.value.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    if let Some(name) =
        members.into_iter().find(|name| !matches!(*name, "members" | "owners" | "@odata.type") && !shape::is_group_property(name))
    {
        return Err(ScenarioError { place: format!("{}.{name}", place.path), problem: "no property of a group".to_owned() });
    }
    directory.members.insert(id.clone(), ids(place, "members")?);
    directory.owners.insert(id.clone(), ids(place, "owners")?);
    let mut group = shape::blank_group();
    overlay(&mut group, &without(place.value, &["members", "owners", "@odata.type"]));
    group["id"] = Value::from(id.clone());
    directory.groups.insert(id, group);
    Ok(())
}

fn read_roles(place: &Place, directory: &mut Directory) -> Result<(), ScenarioError> {
    for assignment in place.list("roleAssignments")? {
        let (role, principal, scope) = role_of(&assignment, directory)?;
        let mut object = role_assignment(&role, &principal, &scope);
        overlay(&mut object, &without(assignment.value, &["roleDefinitionId", "principalId", "directoryScopeId"]));
        directory.role_assignments.push(object);
    }
    for schedule in place.list("roleEligibilitySchedules")? {
        let object = role_schedule(&schedule, directory)?;
        directory.role_eligibility_schedules.push(object);
    }
    for schedule in place.list("roleAssignmentSchedules")? {
        let mut object = role_schedule(&schedule, directory)?;
        if object["assignmentType"].is_null() {
            object["assignmentType"] = json!("Assigned");
        }
        directory.role_assignment_schedules.push(object);
    }
    for schedule in place.list("groupEligibilitySchedules")? {
        directory.group_eligibility_schedules.push(group_schedule(&schedule)?);
    }
    for schedule in place.list("groupAssignmentSchedules")? {
        directory.group_assignment_schedules.push(group_schedule(&schedule)?);
    }
    Ok(())
}

/// Members of a role assignment or of a schedule.
const ROLE: &[&str] = &[
    "id",
    "principalId",
    "roleDefinitionId",
    "directoryScopeId",
    "appScopeId",
    "condition",
    "assignmentType",
    "memberType",
    "status",
    "scheduleInfo",
    "createdDateTime",
    "modifiedDateTime",
    "createdUsing",
];

/// Members of a schedule of PIM for groups.
const GROUP: &[&str] = &[
    "id",
    "principalId",
    "groupId",
    "accessId",
    "assignmentType",
    "memberType",
    "status",
    "scheduleInfo",
    "createdDateTime",
    "modifiedDateTime",
    "createdUsing",
];

fn role_of(place: &Place, directory: &Directory) -> Result<(String, String, String), ScenarioError> {
    place.only(ROLE)?;
    let named = place.get("roleDefinitionId")?;
    let given = named.text()?;
    let role = crate::roles::template(&given).map_or_else(|| given.to_ascii_lowercase(), str::to_owned);
    if !directory.role_definitions.contains_key(&role) {
        return Err(named.wrong("no such role"));
    }
    let scope = place.optional("directoryScopeId").map(|scope| scope.text()).transpose()?.unwrap_or_else(|| "/".to_owned());
    Ok((role, place.get("principalId")?.id()?, scope))
}

fn role_schedule(place: &Place, directory: &Directory) -> Result<Value, ScenarioError> {
    let (role, principal, scope) = role_of(place, directory)?;
    let mut object = json!({
        "id": crate::seed::named_uuid(&format!("schedule/{}/{role}/{principal}", place.path)), "appScopeId": null, "createdDateTime": "2025-02-01T08:00:00Z",
        "modifiedDateTime": null, "status": "Provisioned", "memberType": "Direct",
        "scheduleInfo": {"startDateTime": "2025-02-01T08:00:00Z", "recurrence": null, "expiration": {"type": "noExpiration", "endDateTime": null, "duration": null}},
    });
    overlay(&mut object, place.value);
    object["roleDefinitionId"] = Value::from(role);
    object["principalId"] = Value::from(principal);
    object["directoryScopeId"] = Value::from(scope);
    Ok(object)
}

fn group_schedule(place: &Place) -> Result<Value, ScenarioError> {
    place.only(GROUP)?;
    let (group, principal) = (place.get("groupId")?.id()?, place.get("principalId")?.id()?);
    let mut object = json!({
        "id": crate::seed::named_uuid(&format!("schedule/{}/{group}/{principal}", place.path)), "accessId": "member", "createdDateTime": "2025-02-01T08:00:00Z",
        "modifiedDateTime": null, "status": "Provisioned", "memberType": "direct", "assignmentType": "assigned",
        "scheduleInfo": {"startDateTime": "2025-02-01T08:00:00Z", "recurrence": null, "expiration": {"type": "noExpiration", "endDateTime": null, "duration": null}},
    });
    overlay(&mut object, place.value);
    object["groupId"] = Value::from(group);
    object["principalId"] = Value::from(principal);
    Ok(object)
}

/// Every member and owner must exist. Assignments may point to callers, which are read later.
fn check_references(place: &Place, directory: &Directory) -> Result<(), ScenarioError> {
    let of_groups = directory.owners.iter().filter(|(id, _)| directory.groups.contains_key(*id));
    for (group, ids) in directory.members.iter().chain(of_groups) {
        if let Some(id) = ids.iter().find(|id| directory.object(id).is_none()) {
            return Err(place.wrong(&format!("group {group} names {id}, which is nobody")));
        }
    }
    Ok(())
}

/// Every assignment must be somebody's. Callers count, so they must have been read.
pub fn check_principals(directory: &Directory) -> Result<(), ScenarioError> {
    let lists = [
        ("graph.roleAssignments", &directory.role_assignments),
        ("graph.roleEligibilitySchedules", &directory.role_eligibility_schedules),
        ("graph.roleAssignmentSchedules", &directory.role_assignment_schedules),
        ("graph.groupEligibilitySchedules", &directory.group_eligibility_schedules),
        ("graph.groupAssignmentSchedules", &directory.group_assignment_schedules),
    ];
    for (place, rows) in lists {
        if let Some(row) = rows.iter().find(|row| directory.object(text(row, "principalId")).is_none()) {
            return Err(ScenarioError { place: place.to_owned(), problem: format!("{} is nobody", text(row, "principalId")) });
        }
    }
    Ok(())
}

pub(super) fn ids(place: &Place, member: &str) -> Result<Vec<String>, ScenarioError> {
    place.list(member)?.iter().map(Place::id).collect()
}

pub(super) fn overlay(target: &mut Value, given: &Value) {
    if let (Some(target), Some(given)) = (target.as_object_mut(), given.as_object()) {
        target.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

pub(super) fn without(value: &Value, members: &[&str]) -> Value {
    let kept: Map<String, Value> = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !members.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(kept)
}

/// A domain as a plain cloud tenant shows it.
pub fn domain(name: &str, is_initial: bool) -> Value {
    json!({
        "id": name, "authenticationType": "Managed", "availabilityStatus": null, "isAdminManaged": true, "isDefault": !is_initial, "isInitial": is_initial,
        "isRoot": true, "isVerified": true, "supportedServices": ["Email", "OfficeCommunicationsOnline"], "passwordValidityPeriodInDays": 2_147_483_647_u32,
        "passwordNotificationWindowInDays": 14, "state": null,
    })
}

/// A service principal with the members that a list shows.
pub fn service_principal(id: &str, app_id: &str, name: &str) -> Value {
    json!({
        "id": id, "appId": app_id, "displayName": name, "appDisplayName": name, "accountEnabled": true, "servicePrincipalType": "Application",
        "appOwnerOrganizationId": null, "appRoles": [], "oauth2PermissionScopes": [], "servicePrincipalNames": [app_id], "tags": [],
        "passwordCredentials": [], "keyCredentials": [],
    })
}

/// A role assignment made without PIM.
pub fn role_assignment(role: &str, principal: &str, scope: &str) -> Value {
    json!({"id": assignment_id(role, principal, scope), "principalId": principal, "directoryScopeId": scope, "roleDefinitionId": role})
}

/// The opaque id that an assignment of this role to this principal always has.
pub fn assignment_id(role: &str, principal: &str, scope: &str) -> String {
    let bytes = |id: &str| uuid::Uuid::parse_str(id).map_or_else(|_| id.as_bytes().to_vec(), |id| id.to_bytes_le().to_vec());
    let mut all = [bytes(role), bytes(principal)].concat();
    if scope != "/" {
        all.extend(bytes(scope.rsplit('/').next().unwrap_or_default()));
    }
    format!("{}-1", URL_SAFE_NO_PAD.encode(all))
}
