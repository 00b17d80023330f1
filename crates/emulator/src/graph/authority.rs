//! Who may do what: permissions of the token first, then directory roles, then restricted units.
//!
//! Invariant: a user with several roles can be acted on only by an actor allowed for each of them.

use std::collections::BTreeSet;

use super::operations::Row;
use super::{Call, denied};
use crate::caller::{Caller, Kind};
use crate::directory::Directory;
use crate::message::Answer;
use crate::roles;
use crate::world::World;

/// What is done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A new password, or the end of tokens.
    Password,
    /// `accountEnabled` and its like.
    Sensitive,
}

const PASSWORD: &str = "Password Administrator";
const HELPDESK: &str = "Helpdesk Administrator";
const AUTHENTICATION: &str = "Authentication Administrator";
const USER: &str = "User Administrator";
const PRIVILEGED_AUTHENTICATION: &str = "Privileged Authentication Administrator";
const GLOBAL: &str = "Global Administrator";
const PRIVILEGED_ROLE: &str = "Privileged Role Administrator";

/// Checks the permissions of the token for an operation.
pub fn permit(world: &World, call: &Call, row: &Row) -> Result<(), Answer> {
    let is_mailbox = row.path.contains("mail") || row.path.contains("sendMail");
    let allowed = match &call.caller.kind {
        Kind::App { permissions, .. } => row.application.iter().any(|name| permissions.contains(*name)),
        Kind::User { account, scopes, .. } => {
            let named = row.delegated.iter().any(|name| scopes.contains(*name));
            let is_own = world.tenant.directory.user_key(call.key(0)).is_some_and(|id| id == *account);
            if is_mailbox { named && is_own } else { named || scopes.contains("Directory.AccessAsUser.All") }
        }
    };
    match allowed {
        true => Ok(()),
        false if is_mailbox => {
            Err(Answer::graph_error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."))
        }
        false => Err(denied()),
    }
}

/// Whether the caller is an app, or a user with one of these roles.
pub fn app_or_role(caller: &Caller, names: &[&str]) -> bool {
    caller.is_app() || has_role(caller, names)
}

/// Whether the caller may manage role assignments: for an app its permission is enough.
pub fn manages_roles(caller: &Caller) -> bool {
    app_or_role(caller, &[PRIVILEGED_ROLE, GLOBAL])
}

/// Whether the caller's roles allow changes of apps that it does not own.
pub fn manages_apps(caller: &Caller) -> bool {
    app_or_role(caller, &["Application Administrator", "Cloud Application Administrator", GLOBAL])
}

/// Whether the caller's roles allow it to give and take what apps may do.
pub fn manages_consents(caller: &Caller) -> bool {
    manages_apps(caller) || has_role(caller, &[PRIVILEGED_ROLE])
}

/// Whether the caller's roles allow changes of ordinary groups.
pub fn manages_groups(caller: &Caller) -> bool {
    app_or_role(caller, &["Groups Administrator", USER, GLOBAL])
}

fn has_role(caller: &Caller, names: &[&str]) -> bool {
    names.iter().filter_map(|name| roles::template(name)).any(|template| caller.has_role(&[template]))
}

/// Checks the directory roles of the caller against those of the target.
pub fn outranks(world: &World, caller: &Caller, target: &str, act: Act) -> Result<(), Answer> {
    let directory = &world.tenant.directory;
    check_restricted(directory, caller, target)?;
    let allowed = match &caller.kind {
        Kind::App { .. } => app_outranks(directory, caller, target, act),
        Kind::User { .. } => user_outranks(directory, caller, target, act),
    };
    if allowed { Ok(()) } else { Err(denied()) }
}

/// Only a role scoped to the unit reaches into a restricted management administrative unit.
pub fn check_restricted(directory: &Directory, caller: &Caller, target: &str) -> Result<(), Answer> {
    if !directory.is_management_restricted(target) {
        return Ok(());
    }
    let units: Vec<String> =
        directory.restricted_units_of(target).iter().map(|unit| format!("/administrativeUnits/{unit}")).collect();
    let scoped = directory.active_roles(caller.principal()).iter().any(|role| units.contains(&role.scope));
    if scoped { Ok(()) } else { Err(denied()) }
}

/// An app needs a role for a password always, and for an administrator's block.
fn app_outranks(directory: &Directory, caller: &Caller, target: &str, act: Act) -> bool {
    let is_administrator = !directory.roles_of(target).is_empty() || directory.touches_role_assignable_group(target);
    match (is_administrator, act) {
        (true, _) => has_role(caller, &[PRIVILEGED_AUTHENTICATION, GLOBAL]),
        (false, Act::Password) => has_role(caller, &[USER, PRIVILEGED_AUTHENTICATION, GLOBAL]),
        (false, Act::Sensitive) => true,
    }
}

fn user_outranks(directory: &Directory, caller: &Caller, target: &str, act: Act) -> bool {
    let held: BTreeSet<String> = directory.roles_of(target);
    let by_group = directory.touches_role_assignable_group(target);
    let by_roles = held.iter().all(|template| has_role(caller, actors(act, roles::name(template))));
    let by_none = !held.is_empty() || has_role(caller, ordinary(act));
    by_roles && by_none && (!by_group || has_role(caller, &[PRIVILEGED_AUTHENTICATION, GLOBAL]))
}

/// Who may act on somebody without any role.
fn ordinary(act: Act) -> &'static [&'static str] {
    match act {
        Act::Password => &[PASSWORD, HELPDESK, AUTHENTICATION, USER, PRIVILEGED_AUTHENTICATION, GLOBAL],
        Act::Sensitive => &[AUTHENTICATION, USER, PRIVILEGED_AUTHENTICATION, GLOBAL],
    }
}

/// Who may act on the holder of a role.
fn actors(act: Act, role: Option<&str>) -> &'static [&'static str] {
    match (role.unwrap_or_default(), act) {
        ("Directory Readers" | "Guest Inviter" | PASSWORD, act) => ordinary(act),
        (
            "Message Center Reader" | "Reports Reader" | "User Experience Success Manager" | "Usage Summary Reports Reader",
            Act::Password,
        ) => &[HELPDESK, AUTHENTICATION, USER, PRIVILEGED_AUTHENTICATION, GLOBAL],
        (
            "Message Center Reader" | "Reports Reader" | "User Experience Success Manager" | "Usage Summary Reports Reader",
            Act::Sensitive,
        ) => ordinary(act),
        (AUTHENTICATION, _) => &[AUTHENTICATION, PRIVILEGED_AUTHENTICATION, GLOBAL],
        (HELPDESK, Act::Password) => &[HELPDESK, USER, PRIVILEGED_AUTHENTICATION, GLOBAL],
        ("Groups Administrator" | USER | HELPDESK, _) => &[USER, PRIVILEGED_AUTHENTICATION, GLOBAL],
        _ => &[PRIVILEGED_AUTHENTICATION, GLOBAL],
    }
}
