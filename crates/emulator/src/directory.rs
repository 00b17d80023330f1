//! The directory: accounts, groups, roles and what ties them together.
//!
//! Invariant: objects are kept in the wire's own shapes; references (members, owners, assignments) are
//! kept apart from them, so one fact is stored once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::objects::Objects;
use crate::roles;

/// A role that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveRole {
    /// Template id, or the definition's id for a custom role.
    pub template: String,
    /// `/` or `/administrativeUnits/{id}` or an object.
    pub scope: String,
    /// The group that holds it, if not the principal itself.
    pub via: Option<String>,
}

/// Everything Entra knows.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// By object id.
    pub users: Objects,
    /// By object id.
    pub groups: BTreeMap<String, Value>,
    /// Direct members, by group id.
    pub members: BTreeMap<String, Vec<String>>,
    /// Owners, by the id of the group, application or service principal.
    pub owners: BTreeMap<String, Vec<String>>,
    /// By definition id.
    pub role_definitions: BTreeMap<String, Value>,
    /// Assignments made without PIM.
    pub role_assignments: Vec<Value>,
    /// PIM: eligible roles.
    pub role_eligibility_schedules: Vec<Value>,
    /// PIM: active roles, `Assigned` or `Activated`.
    pub role_assignment_schedules: Vec<Value>,
    /// PIM for groups: eligible membership and ownership.
    pub group_eligibility_schedules: Vec<Value>,
    /// PIM for groups: active membership and ownership.
    pub group_assignment_schedules: Vec<Value>,
    /// PIM: the log of requests, by the collection they were posted to.
    pub schedule_requests: BTreeMap<String, Vec<Value>>,
    /// By object id.
    pub administrative_units: BTreeMap<String, Value>,
    /// Sign-ins of before the start, as beta shows them. They never change: copies of a directory share them.
    pub sign_ins: std::sync::Arc<Vec<Value>>,
    /// Members, by administrative unit.
    pub unit_members: BTreeMap<String, Vec<String>>,
    /// Domains.
    pub domains: Vec<Value>,
    /// What is known of the federation of a domain, by its name in lower case.
    pub federations: BTreeMap<String, Value>,
    /// Policies of the whole tenant, and what is reported of them.
    pub policies: crate::policies::Policies,
    /// By object id.
    pub service_principals: BTreeMap<String, Value>,
    /// Registered applications, by object id.
    pub applications: BTreeMap<String, Value>,
    /// Federated identity credentials, by the object id of the application.
    pub federated: BTreeMap<String, Vec<Value>>,
    /// The secrets behind `passwordCredentials`, by `keyId`. No answer shows one.
    pub secrets: BTreeMap<String, String>,
    /// Delegated permissions that were consented to.
    pub grants: Vec<Value>,
    /// App roles that were assigned, of users and of apps.
    pub app_role_assignments: Vec<Value>,
    /// Subscribed SKUs.
    pub skus: Vec<Value>,
    /// Mailbox settings that Graph keeps, by account.
    pub mailbox_settings: BTreeMap<String, Value>,
    /// What Active Directory says of `accountEnabled`, by synchronised account.
    pub on_premises_enabled: BTreeMap<String, bool>,
    /// The moment the schedules are read at.
    pub as_of: Timestamp,
}

/// A text member of an object, or nothing.
pub fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a text member equals, without regard to case.
pub fn is(object: &Value, member: &str, wanted: &str) -> bool {
    text(object, member).eq_ignore_ascii_case(wanted)
}

impl Directory {
    /// An account by object id, user principal name or any of its addresses.
    pub fn user(&self, id_upn_or_address: &str) -> Option<&Value> {
        let id = self.user_id(id_upn_or_address)?;
        self.users.get(&id)
    }

    /// The object id of an account, as in [`Directory::user`].
    pub fn user_id(&self, id_upn_or_address: &str) -> Option<String> {
        let key = id_upn_or_address.to_ascii_lowercase();
        if self.users.contains_key(&key) {
            return Some(key);
        }
        self.users
            .iter()
            .find(|(_, user)| is(user, "userPrincipalName", &key) || has_address(user, &key))
            .map(|(id, _)| id.clone())
    }

    /// The object id of an account by id or user principal name only, as Graph's key takes it.
    pub fn user_key(&self, id_or_upn: &str) -> Option<String> {
        let key = id_or_upn.to_ascii_lowercase();
        if self.users.contains_key(&key) {
            return Some(key);
        }
        self.users.iter().find(|(_, user)| is(user, "userPrincipalName", &key)).map(|(id, _)| id.clone())
    }

    /// Any object that can be a member or an owner, with its `@odata.type`.
    pub fn object(&self, id: &str) -> Option<(&'static str, &Value)> {
        let id = id.to_ascii_lowercase();
        let found = |kind, map: &'_ BTreeMap<String, Value>| map.contains_key(&id).then_some(kind);
        let kind = self
            .users
            .contains_key(&id)
            .then_some("#microsoft.graph.user")
            .or_else(|| found("#microsoft.graph.group", &self.groups))
            .or_else(|| found("#microsoft.graph.servicePrincipal", &self.service_principals))
            .or_else(|| found("#microsoft.graph.application", &self.applications))
            .or_else(|| found("#microsoft.graph.administrativeUnit", &self.administrative_units))?;
        let object = self
            .users
            .get(&id)
            .or_else(|| self.groups.get(&id))
            .or_else(|| self.service_principals.get(&id))
            .or_else(|| self.applications.get(&id))
            .or_else(|| self.administrative_units.get(&id))?;
        Some((kind, object))
    }

    /// Whether Active Directory owns the object.
    pub fn is_synchronised(object: &Value) -> bool {
        object["onPremisesSyncEnabled"] == Value::Bool(true)
    }

    /// Groups a principal is in directly: stored members and active PIM membership.
    pub fn groups_of(&self, principal: &str) -> BTreeSet<String> {
        let stored =
            self.members.iter().filter(|(_, members)| members.iter().any(|id| id == principal)).map(|(group, _)| group.clone());
        let by_pim = self
            .group_assignment_schedules
            .iter()
            .filter(|row| is(row, "principalId", principal) && is(row, "accessId", "member") && self.in_force(row))
            .map(|row| text(row, "groupId").to_owned());
        stored.chain(by_pim).collect()
    }

    /// Groups a principal is in, through others too.
    pub fn all_groups_of(&self, principal: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![principal.to_owned()];
        while let Some(next) = open.pop() {
            for group in self.groups_of(&next) {
                if found.insert(group.clone()) {
                    open.push(group);
                }
            }
        }
        found
    }

    /// All direct members of a group.
    pub fn members_of(&self, group: &str) -> Vec<String> {
        let mut members = self.members.get(group).cloned().unwrap_or_default();
        self.add_by_pim(group, "member", &mut members);
        members
    }

    /// All owners of a group.
    pub fn owners_of(&self, group: &str) -> Vec<String> {
        let mut owners = self.owners.get(group).cloned().unwrap_or_default();
        self.add_by_pim(group, "owner", &mut owners);
        owners
    }

    fn add_by_pim(&self, group: &str, access: &str, found: &mut Vec<String>) {
        for row in &self.group_assignment_schedules {
            let principal = text(row, "principalId").to_owned();
            if is(row, "groupId", group) && is(row, "accessId", access) && self.in_force(row) && !found.contains(&principal) {
                found.push(principal);
            }
        }
    }

    /// Groups that a principal owns.
    pub fn owned_groups(&self, principal: &str) -> Vec<String> {
        self.groups.keys().filter(|group| self.owners_of(group).iter().any(|id| id == principal)).cloned().collect()
    }

    /// Applications and service principals that a principal owns.
    pub fn owned_apps(&self, principal: &str) -> Vec<String> {
        let is_app = |id: &&String| self.applications.contains_key(*id) || self.service_principals.contains_key(*id);
        let owned = self.owners.iter().filter(|(_, owners)| owners.iter().any(|id| id == principal)).map(|(id, _)| id);
        owned.filter(is_app).cloned().collect()
    }

    /// Both objects of an app, with what each can be signed in to with: its registration and its service principal.
    pub fn objects_of_app(&self, app_id: &str) -> impl Iterator<Item = &Value> {
        self.applications.values().chain(self.service_principals.values()).filter(move |object| is(object, "appId", app_id))
    }

    /// Names of the app roles that a service principal was given, in the order they were given in.
    pub fn app_roles_of(&self, principal: &str) -> Vec<String> {
        let name = |row: &Value| {
            let offered = self.service_principals.get(text(row, "resourceId"))?["appRoles"].as_array()?;
            Some(text(offered.iter().find(|role| is(role, "id", text(row, "appRoleId")))?, "value").to_owned())
        };
        self.app_role_assignments.iter().filter(|row| is(row, "principalId", principal)).filter_map(name).collect()
    }

    /// Delegated permissions that an app was given for everybody.
    pub fn scopes_for_all(&self, principal: &str) -> Vec<String> {
        let of_all =
            self.grants.iter().filter(|grant| is(grant, "clientId", principal) && is(grant, "consentType", "AllPrincipals"));
        of_all.flat_map(|grant| text(grant, "scope").split_whitespace()).map(str::to_owned).collect()
    }

    /// Drops what a service principal that is gone had and gave.
    pub fn forget_principal(&mut self, principal: &str) {
        self.owners.remove(principal);
        self.grants.retain(|grant| !is(grant, "clientId", principal) && !is(grant, "resourceId", principal));
        self.app_role_assignments.retain(|row| !is(row, "principalId", principal) && !is(row, "resourceId", principal));
    }

    /// Whether a group can carry roles.
    pub fn is_role_assignable(&self, group: &str) -> bool {
        self.groups.get(group).is_some_and(|group| group["isAssignableToRole"] == Value::Bool(true))
    }

    /// Whether the principal is in, or owns, a role-assignable group.
    pub fn touches_role_assignable_group(&self, principal: &str) -> bool {
        let groups = self.all_groups_of(principal);
        groups.iter().chain(&self.owned_groups(principal)).any(|group| self.is_role_assignable(group))
    }

    /// Whether a schedule is in force at this moment.
    pub fn in_force(&self, schedule: &Value) -> bool {
        let (start, end) = window(schedule);
        start.is_none_or(|start| start <= self.as_of) && end.is_none_or(|end| self.as_of < end)
    }

    /// Every role in force for a principal: direct, through PIM, and through role-assignable groups.
    pub fn active_roles(&self, principal: &str) -> Vec<ActiveRole> {
        let mut found = self.direct_roles(principal, None);
        for group in self.all_groups_of(principal) {
            if self.is_role_assignable(&group) {
                found.extend(self.direct_roles(&group, Some(&group)));
            }
        }
        found
    }

    fn direct_roles(&self, principal: &str, via: Option<&str>) -> Vec<ActiveRole> {
        let plain = self.role_assignments.iter();
        let by_pim = self.role_assignment_schedules.iter().filter(|row| self.in_force(row));
        plain
            .chain(by_pim)
            .filter(|row| is(row, "principalId", principal))
            .map(|row| ActiveRole {
                template: self.template_of(text(row, "roleDefinitionId")),
                scope: scope_of(row),
                via: via.map(str::to_owned),
            })
            .collect()
    }

    /// Template ids of the active roles of a principal, whatever their scope.
    pub fn roles_of(&self, principal: &str) -> BTreeSet<String> {
        self.active_roles(principal).into_iter().map(|role| role.template).collect()
    }

    /// Template ids of the active roles that reach the whole tenant.
    pub fn tenant_roles_of(&self, principal: &str) -> BTreeSet<String> {
        self.active_roles(principal).into_iter().filter(|role| role.scope == "/").map(|role| role.template).collect()
    }

    /// The template id behind a definition id; a custom role is its own template.
    pub fn template_of(&self, definition: &str) -> String {
        roles::template(definition).map_or_else(|| definition.to_ascii_lowercase(), str::to_owned)
    }

    /// Restricted administrative units that the object is in.
    pub fn restricted_units_of(&self, object: &str) -> Vec<String> {
        let is_restricted = |unit: &str| {
            self.administrative_units.get(unit).is_some_and(|unit| unit["isMemberManagementRestricted"] == Value::Bool(true))
        };
        self.unit_members
            .iter()
            .filter(|(unit, members)| is_restricted(unit) && members.iter().any(|id| id == object))
            .map(|(unit, _)| unit.clone())
            .collect()
    }

    /// Whether only roles scoped to a restricted unit may change the account.
    pub fn is_management_restricted(&self, user: &str) -> bool {
        let told = self.users.get(user).is_some_and(|user| user["isManagementRestricted"] == Value::Bool(true));
        told || !self.restricted_units_of(user).is_empty()
    }

    /// Drops schedules that have ended.
    pub fn expire(&mut self) {
        let now = self.as_of;
        let lives = |row: &Value| window(row).1.is_none_or(|end| now < end);
        self.role_assignment_schedules.retain(lives);
        self.role_eligibility_schedules.retain(lives);
        self.group_assignment_schedules.retain(lives);
        self.group_eligibility_schedules.retain(lives);
    }
}

/// Start and end of a schedule.
pub fn window(schedule: &Value) -> (Option<Timestamp>, Option<Timestamp>) {
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let start = time(&schedule["scheduleInfo"]["startDateTime"]);
    let expiration = &schedule["scheduleInfo"]["expiration"];
    let after = expiration["duration"].as_str().and_then(|text| text.parse::<jiff::Span>().ok());
    let by_duration = start.zip(after).and_then(|(start, span)| start.checked_add(crate::clock::exact(span)?).ok());
    (start, time(&expiration["endDateTime"]).or(by_duration))
}

/// The directory scope of an assignment; none means the whole tenant.
pub fn scope_of(assignment: &Value) -> String {
    match text(assignment, "directoryScopeId") {
        "" => "/".to_owned(),
        scope => scope.to_owned(),
    }
}

/// The built-in role definitions, by id.
pub fn built_in_definitions() -> BTreeMap<String, Value> {
    roles::ROLES
        .iter()
        .map(|(id, name)| {
            let definition = json!({
                "id": id, "displayName": name, "description": name, "isBuiltIn": true, "isEnabled": true,
                "templateId": id, "version": "1", "resourceScopes": ["/"],
                "rolePermissions": [{"allowedResourceActions": [], "condition": null}],
            });
            ((*id).to_owned(), definition)
        })
        .collect()
}

fn has_address(user: &Value, address: &str) -> bool {
    let listed = user["proxyAddresses"].as_array().is_some_and(|addresses| {
        addresses.iter().filter_map(Value::as_str).any(|entry| {
            entry
                .split_once(':')
                .is_some_and(|(kind, rest)| kind.eq_ignore_ascii_case("smtp") && rest.eq_ignore_ascii_case(address))
        })
    });
    listed || is(user, "mail", address)
}
