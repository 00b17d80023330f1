//! Roles: each alone, used for something that only it allows.
//!
//! On the fork the account may sign in and holds nothing but the role in question; then an act of that role is
//! tried over the wire. Roles without such an act here are judged by the token a sign-in would give.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Finding, unblocked};
use crate::attacker::{CLIENT, Role, RoleKind, scopes};
use crate::directory::{is, scope_of, text};
use crate::entra::token;
use crate::message::{Answer, Request, Service};
use crate::world::World;

/// Whether the role can be used.
pub fn held(world: &World, account: &str, role: &Role) -> Finding {
    let mut fork = unblocked(world, account);
    match role.kind {
        RoleKind::Exchange => exchange_group(&mut fork, account, &role.role),
        RoleKind::Eligible => eligible(&mut fork, account, role),
        _ => {
            only(&mut fork, account, role);
            used(&mut fork, account, role)
        }
    }
}

/// Leaves the account nothing but the role in question.
fn only(fork: &mut World, account: &str, role: &Role) {
    let scope = role
        .through
        .as_deref()
        .filter(|_| role.kind == RoleKind::AdministrativeUnit)
        .map(|unit| format!("/administrativeUnits/{unit}"));
    let direct = matches!(role.kind, RoleKind::Direct | RoleKind::Eligible | RoleKind::AdministrativeUnit);
    let directory = &mut fork.tenant.directory;
    let wanted = scope.unwrap_or_else(|| "/".to_owned());
    let keeps = |row: &Value| {
        let mine = is(row, "principalId", account);
        !mine || (direct && is(row, "roleDefinitionId", &role.role) && scope_of(row).eq_ignore_ascii_case(&wanted))
    };
    directory.role_assignments.retain(keeps);
    directory.role_assignment_schedules.retain(keeps);
    let through = role.through.as_deref().filter(|_| role.kind == RoleKind::Group);
    let leaves = |group: &str| {
        Some(group) != through
            && directory.groups.get(group).is_some_and(|group| group["isAssignableToRole"] == Value::Bool(true))
    };
    let left: Vec<String> = directory.groups.keys().filter(|group| leaves(group)).cloned().collect();
    for (group, members) in &mut directory.members {
        if left.contains(group) {
            members.retain(|member| member != account);
        }
    }
    directory.group_assignment_schedules.retain(|row| !is(row, "principalId", account) || Some(text(row, "groupId")) == through);
    fork.tenant.exchange.leave_role_groups(account);
}

fn used(fork: &mut World, account: &str, role: &Role) -> Finding {
    let through = role.through.as_deref().filter(|_| role.kind == RoleKind::Group);
    let scope = role
        .through
        .as_deref()
        .filter(|_| role.kind == RoleKind::AdministrativeUnit)
        .map(|unit| format!("/administrativeUnits/{unit}"));
    let scope = scope.as_deref().unwrap_or("/");
    let active = fork.tenant.directory.active_roles(account);
    let held = active
        .iter()
        .any(|own| own.template == role.role && own.via.as_deref() == through && own.scope.eq_ignore_ascii_case(scope));
    let name = crate::roles::name(&role.role).unwrap_or(&role.role);
    if !held {
        return Finding::closed(format!("the account does not hold {name} this way"));
    }
    let proof = match name {
        "Exchange Administrator" | "Global Administrator" if scope == "/" => admin_cmdlet(fork, account),
        "User Administrator" | "Privileged Authentication Administrator" | "Authentication Administrator" => {
            change_somebody(fork, account, scope)
        }
        _ => None,
    };
    match proof {
        Some(answer) => Finding::open(format!("an act of {name} as the account: {}", answer.status)),
        None => Finding::open(format!("a token of the account carries {name}")),
    }
}

fn eligible(fork: &mut World, account: &str, role: &Role) -> Finding {
    let mine = |row: &&Value| is(row, "principalId", account) && is(row, "roleDefinitionId", &role.role);
    let Some(schedule) = fork.tenant.directory.role_eligibility_schedules.iter().find(mine).cloned() else {
        return Finding::closed("the account is not eligible for the role");
    };
    let token = user_token(fork, account, Service::Graph);
    let body = json!({
        "action": "selfActivate", "principalId": account, "roleDefinitionId": role.role, "directoryScopeId": scope_of(&schedule),
        "justification": "verdict", "scheduleInfo": {"startDateTime": fork.now.to_string(), "expiration": {"type": "afterDuration", "duration": "PT1H"}},
    });
    let request = Request::new(Service::Graph, "POST", "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests")
        .with_token(&token)
        .with_json(&body);
    let answer = crate::answer(fork, &request);
    let later = fork.now.saturating_add(SignedDuration::from_mins(1)).unwrap_or(fork.now);
    fork.clock.advance_to(later);
    fork.now = later;
    crate::pending::settle(fork);
    let active = fork.tenant.directory.roles_of(account).contains(&role.role);
    Finding::open(format!("eligible; activation: {}, in force afterwards: {active}", answer.status))
}

fn exchange_group(fork: &mut World, account: &str, group: &str) -> Finding {
    let is_in = |members: &[String]| members.iter().any(|member| member == account);
    let held = fork.tenant.exchange.role_groups().iter().any(|own| own.name.eq_ignore_ascii_case(group) && is_in(&own.members));
    if !held {
        return Finding::closed(format!("the account is not in {group}"));
    }
    let nothing = Role { kind: RoleKind::Exchange, role: String::new(), through: None };
    let groups = fork.tenant.exchange.clone();
    only(fork, account, &nothing);
    fork.tenant.exchange = groups;
    match admin_cmdlet(fork, account) {
        Some(answer) => Finding::open(format!("an admin cmdlet as a member of {group}: {}", answer.status)),
        None => Finding::open(format!("a member of {group}")),
    }
}

/// A cmdlet that no user may run without a role.
fn admin_cmdlet(fork: &mut World, account: &str) -> Option<Answer> {
    let token = user_token(fork, account, Service::Exchange);
    let body = json!({"CmdletInput": {"CmdletName": "Get-RoleGroup", "Parameters": {}}});
    let target = format!("/adminapi/beta/{}/InvokeCommand", fork.tenant.id);
    let anchor = format!("UPN:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{}", fork.tenant.initial_domain);
    let request = Request::new(Service::Exchange, "POST", &target).with_token(&token).with_json(&body);
    let answer = crate::answer(fork, &request.with_header("X-AnchorMailbox", &anchor));
    answer.is_success().then_some(answer)
}

/// A change to somebody who holds no role, inside the scope.
fn change_somebody(fork: &mut World, account: &str, scope: &str) -> Option<Answer> {
    let directory = &fork.tenant.directory;
    let unit = scope.strip_prefix("/administrativeUnits/");
    let inside =
        |id: &&String| unit.is_none_or(|unit| directory.unit_members.get(unit).is_some_and(|members| members.contains(*id)));
    let plain = |id: &&String| {
        id.as_str() != account && directory.roles_of(id).is_empty() && !directory.touches_role_assignable_group(id)
    };
    let somebody = directory.users.keys().filter(inside).find(plain)?.clone();
    let token = user_token(fork, account, Service::Graph);
    let request = Request::new(Service::Graph, "PATCH", &format!("/v1.0/users/{somebody}")).with_token(&token);
    let answer = crate::answer(fork, &request.with_json(&json!({"accountEnabled": false})));
    answer.is_success().then_some(answer)
}

fn user_token(fork: &mut World, account: &str, service: Service) -> String {
    let now = fork.now;
    token::for_user(&mut fork.tenant, account, CLIENT, &scopes(), service, now)
}
