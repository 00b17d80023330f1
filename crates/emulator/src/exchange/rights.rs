//! Who may run which cmdlet.
//!
//! An app needs the service's permission and a role, both; a user needs the delegated permission and either a
//! role or the own mailbox. Directory roles are those of the token, role groups those of this moment.

use super::call::Reach;
use super::catalogue::{Area, Cmdlet};
use super::reply::Failure;
use crate::caller::Caller;
use crate::world::Tenant;

/// What a role allows: areas to read, areas to write.
struct Grant {
    read: &'static [Area],
    write: &'static [Area],
}

const ALL: &[Area] =
    &[Area::Recipients, Area::Rules, Area::Roles, Area::RestrictedEntities, Area::Configuration, Area::Protection];

const EVERYTHING: Grant = Grant { read: ALL, write: ALL };
const NOT_RULES: &[Area] = &[Area::Recipients, Area::Roles, Area::RestrictedEntities, Area::Configuration, Area::Protection];

/// Role groups of Purview are its own: of the directory's roles these reach into it, and Exchange's do not.
const MANAGE_ALERTS: &[&str] = &["Global Administrator", "Security Administrator", "Compliance Administrator"];
const VIEW_ALERTS: &[&str] =
    &["Global Administrator", "Security Administrator", "Compliance Administrator", "Global Reader", "Security Reader"];

/// Cmdlets that a user may run on the own mailbox without any role.
const OWN: &[&str] = &[
    "Get-Mailbox",
    "Set-Mailbox",
    "Get-InboxRule",
    "New-InboxRule",
    "Set-InboxRule",
    "Enable-InboxRule",
    "Disable-InboxRule",
    "Remove-InboxRule",
    "Get-SweepRule",
    "Get-MailboxFolderStatistics",
    "Get-MailboxAutoReplyConfiguration",
    "Get-CASMailbox",
];

/// How far the caller reaches with this cmdlet.
pub fn reach(tenant: &Tenant, caller: &Caller, cmdlet: &Cmdlet) -> Result<Reach, Failure> {
    check_permission(tenant, caller)?;
    if cmdlet.area == Area::Alerts {
        let names = if cmdlet.writes() { MANAGE_ALERTS } else { VIEW_ALERTS };
        let held = names.iter().filter_map(|name| crate::roles::template(name)).any(|role| caller.has_role(&[role]));
        return if held { Ok(Reach::Everybody) } else { Err(Failure::NotAvailable) };
    }
    let allowed = grants(tenant, caller).iter().any(|grant| {
        let areas = if cmdlet.writes() { grant.write } else { grant.read };
        areas.contains(&cmdlet.area)
    });
    let refused = cmdlet.name == "Get-OrganizationConfig" && only_security_reader(tenant, caller);
    if allowed && !refused {
        return Ok(Reach::Everybody);
    }
    let has_mailbox = caller.account().is_some_and(|account| tenant.exchange.mailbox_of(account).is_some());
    if has_mailbox && OWN.contains(&cmdlet.name) {
        return Ok(Reach::Own);
    }
    Err(Failure::NotAvailable)
}

/// Whether the caller may speak to the service at all.
pub fn check_permission(tenant: &Tenant, caller: &Caller) -> Result<(), Failure> {
    if !caller.is_app() {
        let scoped = caller.permissions().iter().any(|scope| scope.starts_with("Exchange.Manage"));
        return if scoped { Ok(()) } else { Err(Failure::NoPermission) };
    }
    let role = !grants(tenant, caller).is_empty();
    let also = tenant.behaviour.manage_as_app_v2 && caller.has("Exchange.ManageAsAppV2");
    match (also || caller.has("Exchange.ManageAsApp"), role) {
        (true, true) => Ok(()),
        (false, false) => Err(Failure::NoPermission),
        _ => Err(Failure::NoRole),
    }
}

fn only_security_reader(tenant: &Tenant, caller: &Caller) -> bool {
    let reader = crate::roles::template("Security Reader");
    grants(tenant, caller).len() == 1 && caller.roles().iter().any(|role| Some(role.as_str()) == reader)
}

fn grants(tenant: &Tenant, caller: &Caller) -> Vec<Grant> {
    let reads_rules = tenant.exchange.behaviour.global_reader_reads_rules;
    let by_directory =
        caller.roles().iter().filter_map(|role| crate::roles::name(role)).filter_map(|name| directory_role(name, reads_rules));
    let mut grants: Vec<Grant> = by_directory.collect();
    let principal = caller.principal();
    let groups = tenant.directory.all_groups_of(principal);
    let is_caller = |id: &String| id == principal || groups.contains(id);
    for group in tenant.exchange.role_groups.now().iter().filter(|group| group.members.iter().any(is_caller)) {
        grants.extend(role_group(&group.name));
        grants.extend(group.roles.iter().filter_map(|role| management_role(role)));
    }
    for row in tenant.exchange.assignments.now() {
        let text = |name: &str| row.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        if text("RoleAssigneeName") == principal {
            grants.extend(management_role(text("Role")));
        }
    }
    grants
}

fn directory_role(name: &str, global_reader_reads_rules: bool) -> Option<Grant> {
    Some(match name {
        "Exchange Administrator" | "Global Administrator" => EVERYTHING,
        "Exchange Recipient Administrator" => Grant {
            read: &[Area::Recipients, Area::Rules, Area::Configuration, Area::Protection],
            write: &[Area::Recipients, Area::Rules],
        },
        "Security Administrator" => Grant {
            read: &[Area::RestrictedEntities, Area::Configuration, Area::Protection, Area::Roles],
            write: &[Area::RestrictedEntities, Area::Protection],
        },
        "Security Reader" => Grant { read: &[Area::RestrictedEntities, Area::Configuration, Area::Protection], write: &[] },
        "Global Reader" if global_reader_reads_rules => Grant { read: ALL, write: &[] },
        "Global Reader" => Grant { read: NOT_RULES, write: &[] },
        "Compliance Administrator" => Grant { read: &[Area::Recipients, Area::Configuration, Area::Protection], write: &[] },
        "Helpdesk Administrator" => Grant { read: &[Area::Recipients], write: &[] },
        _ => return None,
    })
}

fn role_group(name: &str) -> Option<Grant> {
    Some(match name {
        "Organization Management" => EVERYTHING,
        "Recipient Management" => Grant {
            read: &[Area::Recipients, Area::Rules, Area::Configuration, Area::Protection],
            write: &[Area::Recipients, Area::Rules],
        },
        "View-Only Organization Management" => Grant { read: ALL, write: &[] },
        "Hygiene Management" => Grant {
            read: &[Area::RestrictedEntities, Area::Configuration, Area::Protection],
            write: &[Area::RestrictedEntities, Area::Protection],
        },
        _ => return None,
    })
}

fn management_role(name: &str) -> Option<Grant> {
    Some(match name {
        "Mail Recipients" => Grant { read: &[Area::Recipients, Area::Rules], write: &[Area::Recipients, Area::Rules] },
        "User Options" => Grant { read: &[Area::Rules], write: &[Area::Rules] },
        "Role Management" => Grant { read: &[Area::Roles], write: &[Area::Roles] },
        "Security Admin" | "Transport Hygiene" => Grant {
            read: &[Area::RestrictedEntities, Area::Configuration, Area::Protection],
            write: &[Area::RestrictedEntities, Area::Protection],
        },
        "View-Only Configuration" => Grant { read: &[Area::Configuration, Area::Protection, Area::Roles], write: &[] },
        "View-Only Recipients" => Grant { read: &[Area::Recipients, Area::Rules], write: &[] },
        "Transport Rules" | "Remote and Accepted Domains" => {
            Grant { read: &[Area::Configuration, Area::Protection], write: &[Area::Configuration] }
        }
        _ => return None,
    })
}
