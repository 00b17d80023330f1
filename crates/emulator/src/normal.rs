//! A tenant in normal form: what two states must share to be called equal.
//!
//! Ids that the service gives anew, dates of change, ETags and requests are left out; rules keep their order and
//! every condition and action. Two tenants with the same normal form do the same to the same mail and the same people.

use serde_json::{Map, Value, json};

use crate::directory::{Directory, scope_of, text, window};
use crate::exchange::{Exchange, Mailbox, Row, Rule, RuleKind, escapes_audit, names_people, protocols_of};
use crate::policies::conditional;
use crate::world::Tenant;

/// The whole tenant.
pub fn normal_form(tenant: &Tenant) -> Value {
    let (directory, exchange) = (&tenant.directory, &tenant.exchange);
    let accounts: Map<String, Value> = directory.users.keys().map(|id| (id.clone(), account(directory, id))).collect();
    let groups: Map<String, Value> = directory.groups.keys().map(|id| (id.clone(), group(directory, id))).collect();
    let mailboxes: Map<String, Value> = exchange.mailboxes().map(|one| (one.who.id.clone(), mailbox(exchange, one))).collect();
    let role_groups: Map<String, Value> =
        exchange.role_groups().iter().map(|group| (group.name.clone(), sorted(group.members.clone()))).collect();
    let assigned =
        exchange.assignments().iter().map(|row| json!({"role": row.get("Role"), "assignee": row.get("RoleAssigneeName")}));
    json!({
        "accounts": accounts,
        "groups": groups,
        "apps": apps(directory),
        "consents": consents(directory),
        "roles": roles(directory),
        "roleGroups": role_groups,
        "managementRoles": ordered(assigned.collect()),
        "mailboxes": mailboxes,
        "policies": policies(directory),
        "organisation": organisation(exchange),
        "blockedSenders": sorted(exchange.blocked().map(|block| block.address.to_ascii_lowercase()).collect()),
    })
}

/// One account: whether it may sign in.
pub fn account(directory: &Directory, id: &str) -> Value {
    let user = directory.users.get(id).unwrap_or(&Value::Null);
    json!({
        "userPrincipalName": user["userPrincipalName"],
        "accountEnabled": user["accountEnabled"],
        "groups": sorted(directory.groups_of(id).into_iter().collect()),
    })
}

/// One mailbox: where it forwards, what its rules do, who may send for it.
pub fn mailbox(exchange: &Exchange, mailbox: &Mailbox) -> Value {
    json!({
        "forwardingAddress": mailbox.forwarding_address,
        "forwardingSmtpAddress": mailbox.forwarding_smtp_address.as_ref().map(|address| address.to_ascii_lowercase()),
        "deliverToMailboxAndForward": mailbox.deliver_to_mailbox_and_forward,
        "grantSendOnBehalfTo": sorted(mailbox.grant_send_on_behalf_to.clone()),
        "accountDisabled": mailbox.account_disabled,
        "protocols": protocols(mailbox),
        "escapesAudit": escapes_audit(mailbox),
        "rules": mailbox.rules.iter().map(|one| rule(exchange, one)).collect::<Vec<_>>(),
        "clientRules": sorted(mailbox.client_rules.clone()),
    })
}

/// The ways of reading and sending, without whose they are.
fn protocols(mailbox: &Mailbox) -> Value {
    let whose = ["PrimarySmtpAddress", "DisplayName", "ExternalDirectoryObjectId", "Guid", "Identity"];
    protocols_of(mailbox).into_iter().filter(|(name, _)| !whose.contains(&name.as_str())).collect::<Map<_, _>>().into()
}

/// Policies of the whole tenant. One of Conditional Access that is off is as good as none.
fn policies(directory: &Directory) -> Value {
    let mut all = directory.policies.all().clone();
    let on = directory.policies.list("conditionalAccessPolicies").iter().filter(|policy| policy["state"] != "disabled");
    all["conditionalAccessPolicies"] = ordered(on.map(conditional::plain).collect());
    // Rights to consent have no order.
    let consent = &mut all["authorizationPolicy"]["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"];
    if let Some(rights) = consent.as_array() {
        *consent = ordered(rights.clone());
    }
    if let Some(members) = all["authenticationMethodsPolicy"].as_object_mut() {
        members.remove("lastModifiedDateTime");
    }
    all
}

/// Settings of the Exchange organisation, without their dates and numbers.
fn organisation(exchange: &Exchange) -> Value {
    let plain = |row: &Row| -> Value {
        let kept = row.iter().filter(|(name, _)| !name.starts_with("When") && *name != "Guid");
        kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
    };
    let all = exchange.organisation().map(|(noun, rows)| (noun.to_owned(), rows.iter().map(plain).collect::<Value>()));
    all.collect::<Map<_, _>>().into()
}

/// One rule, without its number.
pub fn rule(exchange: &Exchange, rule: &Rule) -> Value {
    json!({"name": rule.name, "enabled": rule.enabled, "hidden": rule.kind == RuleKind::Hidden, "does": rule_does(exchange, rule)})
}

/// What a rule does, whatever it is called and whether it is on.
pub fn rule_does(exchange: &Exchange, rule: &Rule) -> Value {
    let mut does = Map::new();
    for (field, value) in &rule.fields {
        let value = if names_people(field) { people(exchange, value) } else { value.clone() };
        does.insert(field.clone(), value);
    }
    does.into()
}

fn people(exchange: &Exchange, value: &Value) -> Value {
    let stored = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    let address = |person: &str| exchange.address_of(person).unwrap_or_else(|| person.to_owned()).to_ascii_lowercase();
    sorted(stored.map(address).collect())
}

/// What each app can be signed in to with, and who may add to that; of apps that have any of it.
fn apps(directory: &Directory) -> Value {
    let ids = |object: &Value| {
        let all = ["passwordCredentials", "keyCredentials"]
            .into_iter()
            .flat_map(|member| object[member].as_array().into_iter().flatten());
        sorted(all.map(|one| text(one, "keyId").to_owned()).collect())
    };
    let of = |(id, object): (&String, &Value)| {
        let federated = directory.federated.get(id).into_iter().flatten();
        let federated = federated.map(|row| format!("{} {}", text(row, "issuer"), text(row, "subject"))).collect();
        let owners = directory.owners.get(id).cloned().unwrap_or_default();
        let shown = json!({
            "credentials": ids(object), "federated": sorted(federated), "owners": sorted(owners), "enabled": object["accountEnabled"] != json!(false),
        });
        (id.clone(), shown)
    };
    directory.applications.iter().chain(&directory.service_principals).map(of).collect::<Map<String, Value>>().into()
}

fn consents(directory: &Directory) -> Value {
    let scopes = |grant: &Value| sorted(text(grant, "scope").split_whitespace().map(str::to_owned).collect());
    let grants = directory.grants.iter().map(|grant| {
        json!({"client": grant["clientId"], "for": grant["principalId"], "resource": grant["resourceId"], "scopes": scopes(grant)})
    });
    let roles = directory
        .app_role_assignments
        .iter()
        .map(|row| json!({"principal": row["principalId"], "resource": row["resourceId"], "role": row["appRoleId"]}));
    ordered(grants.chain(roles).collect())
}

fn group(directory: &Directory, id: &str) -> Value {
    let schedules = |list: &[Value]| {
        let rows = list.iter().filter(|row| text(row, "groupId").eq_ignore_ascii_case(id));
        ordered(rows.map(|row| json!({"principal": row["principalId"], "access": row["accessId"], "end": end(row)})).collect())
    };
    json!({
        "members": sorted(directory.members.get(id).cloned().unwrap_or_default()),
        "owners": sorted(directory.owners.get(id).cloned().unwrap_or_default()),
        "active": schedules(&directory.group_assignment_schedules),
        "eligible": schedules(&directory.group_eligibility_schedules),
    })
}

fn roles(directory: &Directory) -> Value {
    let lists = [
        ("plain", &directory.role_assignments),
        ("active", &directory.role_assignment_schedules),
        ("eligible", &directory.role_eligibility_schedules),
    ];
    let mut rows = Vec::new();
    for (kind, list) in lists {
        rows.extend(list.iter().map(|row| role(directory, kind, row)));
    }
    ordered(rows)
}

fn role(directory: &Directory, kind: &str, row: &Value) -> Value {
    let template = directory.template_of(text(row, "roleDefinitionId"));
    let kind = if text(row, "assignmentType").eq_ignore_ascii_case("Activated") { "activated" } else { kind };
    json!({
        "principal": row["principalId"],
        "role": crate::roles::name(&template).unwrap_or(&template),
        "scope": scope_of(row),
        // A role given back through PIM is the same as one that was there without.
        "kind": if kind == "plain" { "active" } else { kind },
        "end": end(row),
    })
}

fn end(row: &Value) -> Option<String> {
    window(row).1.map(|end| end.to_string())
}

fn sorted(mut texts: Vec<String>) -> Value {
    texts.sort();
    texts.into()
}

fn ordered(mut rows: Vec<Value>) -> Value {
    rows.sort_by_key(Value::to_string);
    rows.dedup();
    rows.into()
}
