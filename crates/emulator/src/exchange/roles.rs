//! Exchange role groups and management roles held without one.
//!
//! Names such as `TenantAdmins_…` inside a role group stand for Entra roles; they are nobody's recipient, and
//! the people behind them are not members here.

use serde_json::{Value, json};

use super::call::Call;
use super::load::guid;
use super::reply::{Failure, Output, Row};
use super::state::{Exchange, RoleGroup};

/// `Get-RoleGroup`.
pub fn groups(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let groups = exchange.role_groups.seen(call.fresh);
    let rows = match call.parameters.text("Identity") {
        Some(identity) => vec![group_row(find(groups, identity)?)],
        None => groups.iter().map(group_row).collect(),
    };
    Ok(Output::rows(rows))
}

/// `Get-RoleGroupMember`.
pub fn members(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let group = find(exchange.role_groups.seen(call.fresh), call.parameters.text("Identity").unwrap_or_default())?;
    Ok(Output::rows(group.members.iter().map(|member| member_row(exchange, member)).collect()))
}

/// `Add-RoleGroupMember`.
pub fn add(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let (identity, member) = named(exchange, call)?;
    let mut groups = exchange.role_groups.now().clone();
    let group = find_mut(&mut groups, &identity)?;
    if group.members.contains(&member) {
        let who = exchange.name_of(&member);
        return exchange.behaviour.membership.instead_of(Failure::refused(
            "Microsoft.Exchange.Management.Tasks.MemberAlreadyExistsException",
            format!("The recipient \"{who}\" is already a member of the group \"{}\".", group.name),
        ));
    }
    group.members.push(member);
    Ok(save(exchange, call, groups))
}

/// `Remove-RoleGroupMember`.
pub fn remove(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let (identity, member) = named(exchange, call)?;
    let mut groups = exchange.role_groups.now().clone();
    let group = find_mut(&mut groups, &identity)?;
    let before = group.members.len();
    group.members.retain(|own| *own != member);
    if group.members.len() == before {
        let who = exchange.name_of(&member);
        return exchange.behaviour.membership.instead_of(Failure::refused(
            "Microsoft.Exchange.Management.Tasks.MemberNotFoundException",
            format!("The recipient \"{who}\" isn't a member of the group \"{}\".", group.name),
        ));
    }
    Ok(save(exchange, call, groups))
}

fn save(exchange: &mut Exchange, call: &Call, groups: Vec<RoleGroup>) -> Output {
    if !call.parameters.on("WhatIf") {
        exchange.role_groups.put(groups);
    }
    Output::default()
}

/// `Get-ManagementRoleAssignment`: direct ones as stored, and those that follow from role groups.
pub fn assignments(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let assignee = call.parameters.text("RoleAssignee").map(|identity| assignee(exchange, identity)).transpose()?;
    let mut rows: Vec<Row> = exchange.assignments.seen(call.fresh).iter().map(|row| direct_row(exchange, row)).collect();
    for group in exchange.role_groups.seen(call.fresh) {
        rows.extend(group.roles.iter().map(|role| group_assignment(group, role, assignee.as_deref())));
    }
    if let Some(assignee) = &assignee {
        rows.retain(|row| holds(exchange, call, row, assignee));
    }
    if let Some(wanted) = call.parameters.given("AssignmentMethod").map(super::parameters::texts) {
        rows.retain(|row| wanted.iter().any(|wanted| text(row, "AssignmentMethod").eq_ignore_ascii_case(wanted)));
    }
    for (parameter, member) in [("Role", "Role"), ("Identity", "Identity")] {
        if let Some(wanted) = call.parameters.text(parameter) {
            rows.retain(|row| text(row, member).eq_ignore_ascii_case(wanted));
        }
    }
    if call.parameters.given("Delegating") == Some(&Value::Bool(false)) {
        rows.retain(|row| text(row, "RoleAssignmentDelegationType") == "Regular");
    }
    if !exchange.behaviour.assignment_method_told {
        for row in &mut rows {
            row.remove("AssignmentMethod");
        }
    }
    if rows.is_empty()
        && let Some(identity) = call.parameters.text("Identity")
    {
        return Err(Failure::object_missing(identity));
    }
    Ok(Output::rows(rows))
}

/// `New-ManagementRoleAssignment`.
pub fn assign(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let role = call.parameters.text("Role").unwrap_or_default();
    let Some(user) = call.parameters.text("User") else { return Err(Failure::ambiguous()) };
    let recipient = exchange.recipient(user)?;
    let (id, alias) = (recipient.id.clone(), recipient.alias.clone());
    let name = call.parameters.text("Name").map_or_else(|| format!("{role}-{alias}"), str::to_owned);
    let mut assignments = exchange.assignments.now().clone();
    if assignments.iter().any(|row| text(row, "Name").eq_ignore_ascii_case(&name)) {
        return Err(Failure::refused(
            "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
            format!("The management role assignment \"{name}\" already exists."),
        ));
    }
    let row = json!({
        "Name": name, "Role": role, "RoleAssigneeName": id,
        "CustomRecipientWriteScope": call.parameters.text("CustomRecipientWriteScope"),
        "RoleAssignmentDelegationType": if call.parameters.on("Delegating") { "DelegatingOrgWide" } else { "Regular" },
    });
    let row = row.as_object().cloned().unwrap_or_default();
    let shown = direct_row(exchange, &row);
    assignments.push(row);
    if !call.parameters.on("WhatIf") {
        exchange.assignments.put(assignments);
    }
    Ok(Output::rows(vec![shown]))
}

/// `Remove-ManagementRoleAssignment`.
pub fn unassign(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let identity = call.parameters.text("Identity").unwrap_or_default();
    let mut assignments = exchange.assignments.now().clone();
    let before = assignments.len();
    assignments.retain(|row| !text(row, "Name").eq_ignore_ascii_case(identity));
    if assignments.len() == before {
        return Err(Failure::object_missing(identity));
    }
    if !call.parameters.on("WhatIf") {
        exchange.assignments.put(assignments);
    }
    Ok(Output::default())
}

impl Exchange {
    /// Takes an account out of every role group and direct role, for trying something else alone.
    pub fn leave_role_groups(&mut self, account: &str) {
        let mut groups = self.role_groups.now().clone();
        for group in &mut groups {
            group.members.retain(|member| member != account);
        }
        self.role_groups.put(groups);
        let mut assignments = self.assignments.now().clone();
        assignments.retain(|row| text(row, "RoleAssigneeName") != account);
        self.assignments.put(assignments);
    }
}

fn named(exchange: &Exchange, call: &Call) -> Result<(String, String), Failure> {
    let identity = call.parameters.text("Identity").unwrap_or_default().to_owned();
    let member = call.parameters.text("Member").unwrap_or_default();
    let placeholder = exchange.role_groups.now().iter().flat_map(|group| &group.members).any(|own| own == member);
    let member = if placeholder { member.to_owned() } else { exchange.recipient(member)?.id.clone() };
    Ok((identity, member))
}

fn find<'a>(groups: &'a [RoleGroup], identity: &str) -> Result<&'a RoleGroup, Failure> {
    groups.iter().find(|group| is_named(group, identity)).ok_or_else(|| Failure::object_missing(identity))
}

fn find_mut<'a>(groups: &'a mut [RoleGroup], identity: &str) -> Result<&'a mut RoleGroup, Failure> {
    groups.iter_mut().find(|group| is_named(group, identity)).ok_or_else(|| Failure::object_missing(identity))
}

fn is_named(group: &RoleGroup, identity: &str) -> bool {
    group.name.eq_ignore_ascii_case(identity) || group_guid(group).eq_ignore_ascii_case(identity)
}

fn group_guid(group: &RoleGroup) -> String {
    group.more.get("Guid").and_then(Value::as_str).map_or_else(|| guid(&group.name), str::to_owned)
}

fn group_row(group: &RoleGroup) -> Row {
    let row = json!({
        "Name": group.name, "DisplayName": group.name, "Guid": group_guid(group), "Identity": group.name,
        "Members": group.members, "Roles": group.roles, "RoleGroupType": "Standard", "Capabilities": [],
    });
    let mut row = row.as_object().cloned().unwrap_or_default();
    row.extend(group.more.iter().map(|(name, value)| (name.clone(), value.clone())));
    row
}

fn member_row(exchange: &Exchange, member: &str) -> Row {
    let row = match exchange.recipients().find(|one| one.id == member) {
        Some(who) => json!({
            "Name": who.id, "DisplayName": who.display_name, "Alias": who.alias, "RecipientType": who.recipient_type,
            "RecipientTypeDetails": who.details, "PrimarySmtpAddress": who.address,
            "ExternalDirectoryObjectId": who.id, "Guid": who.guid, "Identity": who.id,
        }),
        None => json!({
            "Name": member, "DisplayName": member, "Alias": "", "RecipientType": "Group", "RecipientTypeDetails": "RoleGroup",
            "PrimarySmtpAddress": "", "ExternalDirectoryObjectId": "", "Guid": guid(member), "Identity": member,
        }),
    };
    row.as_object().cloned().unwrap_or_default()
}

fn direct_row(exchange: &Exchange, stored: &Row) -> Row {
    let mut row = stored.clone();
    let assignee = text(stored, "RoleAssigneeName");
    let known = exchange.recipients().any(|one| one.id == assignee);
    let standard: [(&str, Value); 6] = [
        ("RoleAssigneeType", if known { "User" } else { "RoleGroup" }.into()),
        ("AssignmentMethod", "Direct".into()),
        ("RoleAssignmentDelegationType", "Regular".into()),
        ("Enabled", true.into()),
        ("CustomRecipientWriteScope", Value::Null),
        ("Identity", text(stored, "Name").into()),
    ];
    for (name, value) in standard {
        row.entry(name).or_insert(value);
    }
    row
}

fn group_assignment(group: &RoleGroup, role: &str, assignee: Option<&str>) -> Row {
    let through = assignee.is_some_and(|assignee| group.members.iter().any(|member| member == assignee));
    let name = format!("{role}-{}", group.name);
    let row = json!({
        "Name": name, "Identity": name, "Role": role, "RoleAssigneeName": group.name, "RoleAssigneeType": "RoleGroup",
        "AssignmentMethod": if through { "RoleGroup" } else { "Direct" }, "RoleAssignmentDelegationType": "Regular",
        "Enabled": true, "CustomRecipientWriteScope": null,
    });
    row.as_object().cloned().unwrap_or_default()
}

fn assignee(exchange: &Exchange, identity: &str) -> Result<String, Failure> {
    match find(exchange.role_groups.now(), identity) {
        Ok(group) => Ok(group.name.clone()),
        Err(_) => exchange.recipient(identity).map(|one| one.id.clone()),
    }
}

fn holds(exchange: &Exchange, call: &Call, row: &Row, assignee: &str) -> bool {
    let holder = text(row, "RoleAssigneeName");
    let group = exchange.role_groups.seen(call.fresh).iter().find(|group| group.name == holder);
    holder == assignee || group.is_some_and(|group| group.members.iter().any(|member| member == assignee))
}

fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}
