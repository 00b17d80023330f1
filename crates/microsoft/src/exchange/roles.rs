//! Exchange's own roles: role groups, and management roles assigned directly.

use std::collections::BTreeSet;

use regain_incident::account::Account;
use regain_incident::facets::roles::{GrantKind, Named, RoleGrant};
use regain_ports::{Age, Notes, ProviderError, ProviderErrorKind, Seen};
use serde_json::{Map, Value, json};

use super::wire::{text, texts, time};
use super::{Cmdlet, Exchange, error};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the roles in Exchange", needs: "a role that may run Get-RoleGroup" };
const TAKE: Doing = Doing { what: "withdraw the role in Exchange", needs: "the role Role Management in Exchange" };
const GIVE: Doing = Doing { what: "give the role in Exchange back", needs: TAKE.needs };
const GROUP: &str = "Name,DisplayName,Guid,Members,Roles,Capabilities,RoleGroupType";

/// Members that stand for roles of the directory: taken there, not here.
const STAND_INS: &[&str] =
    &["TenantAdmins_", "ExchangeServiceAdmins_", "HelpdeskAdmins_", "ViewOnlyAdmins_", "ComplianceAdmins_"];
/// Scopes that a direct assignment can have, by the parameter that gives them back.
const SCOPES: &[&str] = &[
    "CustomRecipientWriteScope",
    "ExclusiveRecipientWriteScope",
    "RecipientOrganizationalUnitScope",
    "RecipientAdministrativeUnitScope",
    "RecipientGroupScope",
];
/// In `app_scope`: the holder may hand the role on.
const DELEGATING: &str = "delegating";

impl Exchange {
    /// One round trip, and a second for role groups whose list of names is not certain.
    pub(crate) async fn roles(&self, account: &Account, age: Age) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        let id = account.id.as_str();
        let groups = Cmdlet::new(READ, "Get-RoleGroup", json!({"ResultSize": "Unlimited"})).select(GROUP);
        let direct = Cmdlet::new(READ, "Get-ManagementRoleAssignment", json!({"RoleAssignee": id}));
        let clock = &*self.caller.clock;
        let groups = Box::pin(self.lists.role_groups.get(clock, age, self.run(&groups)));
        let (groups, direct, own) = futures_util::future::join3(groups, self.run(&direct), Box::pin(self.own(id, age))).await;
        let (groups, (own, own_raw)) = (groups?, own?);
        // Whoever is no recipient can hold no role directly: there is nobody to look up.
        let direct = match direct {
            Err(error) if error::is_gone(&error) => super::Output::default(),
            other => other?,
        };
        let me = names(account, own.as_ref());
        let mut raw = [groups.raw.clone(), direct.raw, own_raw].concat();
        let through: BTreeSet<&str> = direct.rows.iter().filter_map(|row| text(row, "RoleAssigneeName")).collect();
        let mut grants: Vec<RoleGrant> = direct.rows.iter().filter(|row| is_direct(row, &me)).filter_map(direct_grant).collect();
        let (sure, unsure): (Vec<&Value>, Vec<&Value>) = groups
            .rows
            .iter()
            .filter(|row| may_hold(row, &me, &through))
            .partition(|row| texts(row, "Members").iter().any(|member| member.eq_ignore_ascii_case(id)));
        grants.extend(sure.into_iter().filter_map(group_grant));
        let checks = futures_util::future::try_join_all(unsure.iter().map(|row| self.members(row))).await?;
        for (row, (members, pages)) in unsure.into_iter().zip(checks) {
            raw.extend(pages);
            if members.iter().any(|member| is_me(member, id)) {
                grants.extend(group_grant(row));
            }
        }
        grants.sort();
        Ok(Seen::new(grants, raw))
    }

    async fn members(&self, group: &Value) -> Result<(Vec<Value>, Vec<String>), ProviderError> {
        let parameters = json!({"Identity": text(group, "Name"), "ResultSize": "Unlimited"});
        let output = self.run(&Cmdlet::new(READ, "Get-RoleGroupMember", parameters)).await?;
        Ok((output.rows, output.raw))
    }

    /// One round trip. That it is gone already is success: the next read decides.
    pub(crate) async fn withdraw(&self, account: &Account, grant: &RoleGrant) -> Result<Notes, ProviderError> {
        let cmdlet = match grant.kind {
            GrantKind::ExchangeGroup => Cmdlet::new(TAKE, "Remove-RoleGroupMember", member(account, grant)),
            GrantKind::ExchangeDirect => {
                let parameters = json!({"Identity": grant.assignment, "Force": true, "Confirm": false});
                Cmdlet::new(TAKE, "Remove-ManagementRoleAssignment", parameters)
            }
            _ => return Err(stray(TAKE)),
        };
        match self.change(&cmdlet).await {
            // Unverified: how the absence of a member is said.
            Err(error) if error::is_gone(&error) || error::is_of(&error, "MemberNotFound") => {
                Ok(vec!["it was gone already".to_owned()])
            }
            other => other,
        }
    }

    /// One round trip.
    pub(crate) async fn give_back(&self, account: &Account, grant: &RoleGrant) -> Result<Notes, ProviderError> {
        let cmdlet = match grant.kind {
            GrantKind::ExchangeGroup => Cmdlet::new(GIVE, "Add-RoleGroupMember", member(account, grant)),
            GrantKind::ExchangeDirect => Cmdlet::new(GIVE, "New-ManagementRoleAssignment", assignment(account, grant)),
            _ => return Err(stray(GIVE)),
        };
        match self.change(&cmdlet).await {
            Err(error) if error::is_of(&error, "AlreadyExists") => Ok(vec!["it was there already".to_owned()]),
            other => other,
        }
    }
}

fn stray(doing: Doing) -> ProviderError {
    error::of(doing, 0, ProviderErrorKind::Surprise("this kind of grant is not Exchange's".into()))
}

/// Whatever a list of members may call the account, in lower case.
fn names(account: &Account, own: Option<&Value>) -> BTreeSet<String> {
    let members = ["Name", "DisplayName", "Alias", "Guid", "PrimarySmtpAddress", "ExternalDirectoryObjectId"];
    let listed = own.into_iter().flat_map(|row| members.iter().filter_map(|member| text(row, member)));
    listed.chain([account.upn.as_str(), account.id.as_str(), account.name.as_str()]).map(str::to_lowercase).collect()
}

/// Whether it is worth asking who is in the group. A list of members that did not come is no list.
fn may_hold(row: &Value, me: &BTreeSet<String>, through: &BTreeSet<&str>) -> bool {
    let Some(Value::Array(members)) = row.get("Members") else { return true };
    let named = |member: &str| {
        let last = member.rsplit(['/', '\\']).next().unwrap_or(member);
        me.contains(&member.to_lowercase()) || me.contains(&last.to_lowercase())
    };
    let real = |member: &&str| !STAND_INS.iter().any(|start| member.starts_with(start));
    let mut people = members.iter().filter_map(Value::as_str).filter(real).peekable();
    // A role that reaches the account through this group, whatever its members are called.
    let reaches = text(row, "Name").is_some_and(|name| through.contains(name));
    people.peek().is_some() && (reaches || people.any(named))
}

fn is_me(member: &Value, id: &str) -> bool {
    ["ExternalDirectoryObjectId", "Name", "Identity"]
        .iter()
        .any(|field| text(member, field).is_some_and(|value| value.eq_ignore_ascii_case(id)))
}

/// Assigned to the account itself. Unverified: that the method is always told.
fn is_direct(row: &Value, me: &BTreeSet<String>) -> bool {
    match text(row, "AssignmentMethod") {
        Some(method) => method.eq_ignore_ascii_case("Direct") && !is_group(row),
        None => text(row, "RoleAssigneeName").is_some_and(|name| me.contains(&name.to_lowercase())),
    }
}

fn is_group(row: &Value) -> bool {
    text(row, "RoleAssigneeType").is_some_and(|kind| !kind.eq_ignore_ascii_case("User"))
}

fn group_grant(row: &Value) -> Option<RoleGrant> {
    let name = text(row, "Name")?.to_owned();
    let id = text(row, "Guid").unwrap_or(&name).to_owned();
    let gives = texts(row, "Roles").into_iter().map(|role| Named { id: role.clone(), name: role }).collect();
    Some(grant(GrantKind::ExchangeGroup, id.clone(), Named { id, name }, gives))
}

fn direct_grant(row: &Value) -> Option<RoleGrant> {
    let role = text(row, "Role")?.to_owned();
    let assignment = text(row, "Identity").or_else(|| text(row, "Name"))?.to_owned();
    let mut grant = grant(GrantKind::ExchangeDirect, assignment, Named { id: role.clone(), name: role }, Vec::new());
    let scope = SCOPES.iter().find_map(|name| Some(format!("/{name}/{}", text(row, name)?)));
    grant.scope = scope.unwrap_or(grant.scope);
    let delegating = text(row, "RoleAssignmentDelegationType").is_some_and(|kind| kind.starts_with("Delegating"));
    grant.app_scope = delegating.then(|| DELEGATING.to_owned());
    grant.since = time(row, "WhenCreatedUTC").or_else(|| time(row, "WhenCreated"));
    Some(grant)
}

fn grant(kind: GrantKind, assignment: String, of: Named, gives: Vec<Named>) -> RoleGrant {
    RoleGrant { kind, assignment, of, scope: "/".to_owned(), app_scope: None, since: None, until: None, gives }
}

/// By name, as the service's own examples do; the id where a group has no other.
fn member(account: &Account, grant: &RoleGrant) -> Value {
    json!({
        "Identity": grant.of.name,
        "Member": account.id.as_str(),
        "BypassSecurityGroupManagerCheck": true,
        "Confirm": false,
    })
}

fn assignment(account: &Account, grant: &RoleGrant) -> Value {
    let mut parameters = Map::new();
    let mut put = |name: &str, value: Value| {
        parameters.insert(name.to_owned(), value);
    };
    put("Name", Value::from(grant.assignment.as_str()));
    put("Role", Value::from(grant.of.id.as_str()));
    put("User", Value::from(account.id.as_str()));
    put("Confirm", Value::from(false));
    if let Some((name, value)) = grant.scope.trim_start_matches('/').split_once('/') {
        put(name, Value::from(value));
    }
    if grant.app_scope.as_deref() == Some(DELEGATING) {
        put("Delegating", Value::from(true));
    }
    Value::Object(parameters)
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over what `json!` makes")]
mod tests {
    use super::*;
    use crate::testing::account;

    fn group(members: Value) -> Value {
        json!({"Name": "Organization Management", "Guid": "f6", "Members": members, "Roles": ["Role Management"]})
    }

    #[test]
    fn only_groups_that_may_hold_the_account_are_asked() {
        let me = names(&account(), Some(&json!({"DisplayName": "Alex Berg", "Alias": "alex.berg"})));
        let asked = |row: &Value, through: &[&str]| may_hold(row, &me, &through.iter().copied().collect());
        assert!(asked(&group(json!(["Alex Berg"])), &[]));
        assert!(asked(&group(Value::Null), &[]));
        assert!(!asked(&group(json!(["TenantAdmins_-1", "Sam Lind"])), &[]));
        assert!(asked(&group(json!(["Some Group"])), &["Organization Management"]));
        assert!(!asked(&group(json!(["TenantAdmins_-1"])), &["Organization Management"]), "the directory's, not ours");
    }

    #[test]
    fn a_direct_role_comes_back_as_it_was() {
        let row = json!({
            "Identity": "Mailbox Import Export-alex", "Role": "Mailbox Import Export", "AssignmentMethod": "Direct",
            "RoleAssigneeType": "User", "CustomRecipientWriteScope": "Sweden", "RoleAssignmentDelegationType": "DelegatingOrgWide",
        });
        assert!(is_direct(&row, &BTreeSet::new()));
        let sent = assignment(&account(), &direct_grant(&row).unwrap());
        assert_eq!(sent["CustomRecipientWriteScope"], "Sweden");
        assert_eq!((&sent["Delegating"], &sent["Name"]), (&json!(true), &json!("Mailbox Import Export-alex")));
    }
}
