//! What the services promised to do a moment later, and what time does by itself.
//!
//! Invariant: promises are kept in the order of their due times, before anything else is answered.

use jiff::SignedDuration;
use serde_json::Value;

use crate::directory::{Directory, is, scope_of, text};
use crate::world::World;

/// Which list of PIM schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedules {
    /// Active roles.
    RoleAssignment,
    /// Eligible roles.
    RoleEligibility,
    /// Active membership of groups.
    GroupAssignment,
    /// Eligible membership of groups.
    GroupEligibility,
}

impl Schedules {
    /// The list itself.
    pub fn of(self, directory: &mut Directory) -> &mut Vec<Value> {
        match self {
            Self::RoleAssignment => &mut directory.role_assignment_schedules,
            Self::RoleEligibility => &mut directory.role_eligibility_schedules,
            Self::GroupAssignment => &mut directory.group_assignment_schedules,
            Self::GroupEligibility => &mut directory.group_eligibility_schedules,
        }
    }

    /// The list, to read.
    pub fn read(self, directory: &Directory) -> &Vec<Value> {
        match self {
            Self::RoleAssignment => &directory.role_assignment_schedules,
            Self::RoleEligibility => &directory.role_eligibility_schedules,
            Self::GroupAssignment => &directory.group_assignment_schedules,
            Self::GroupEligibility => &directory.group_eligibility_schedules,
        }
    }

    /// Whether it is about groups.
    pub fn is_group(self) -> bool {
        matches!(self, Self::GroupAssignment | Self::GroupEligibility)
    }

    /// Whether two rows speak of the same principal, role or group, and scope.
    pub fn same(self, left: &Value, right: &Value) -> bool {
        if !is(left, "principalId", text(right, "principalId")) {
            return false;
        }
        if self.is_group() {
            return is(left, "groupId", text(right, "groupId")) && is(left, "accessId", text(right, "accessId"));
        }
        is(left, "roleDefinitionId", text(right, "roleDefinitionId")) && scope_of(left).eq_ignore_ascii_case(&scope_of(right))
    }
}

/// A change to come.
#[derive(Clone, Debug)]
pub enum Change {
    /// A schedule appears.
    Add(Schedules, Value),
    /// Schedules like this one go, and with them plain assignments or stored membership.
    Remove(Schedules, Value),
}

/// Brings the world up to its `now`.
pub fn settle(world: &mut World) {
    keep_promises(world);
    synchronise(world);
    world.tenant.directory.as_of = world.now;
    world.tenant.directory.expire();
}

fn keep_promises(world: &mut World) {
    world.pending.sort_by_key(|pending| pending.due);
    while world.pending.first().is_some_and(|pending| pending.due <= world.now) {
        let pending = world.pending.remove(0);
        world.history.keep(pending.due, world.tenant.directory.clone());
        apply(&mut world.tenant.directory, pending.change);
    }
}

fn apply(directory: &mut Directory, change: Change) {
    match change {
        Change::Add(schedules, row) => schedules.of(directory).push(row),
        Change::Remove(schedules, like) => {
            schedules.of(directory).retain(|row| !schedules.same(row, &like));
            if schedules == Schedules::RoleAssignment {
                directory.role_assignments.retain(|row| !schedules.same(row, &like));
            }
            if schedules == Schedules::GroupAssignment {
                leave(directory, &like);
            }
        }
    }
}

fn leave(directory: &mut Directory, like: &Value) {
    let references = if is(like, "accessId", "owner") { &mut directory.owners } else { &mut directory.members };
    if let Some(ids) = references.get_mut(text(like, "groupId")) {
        ids.retain(|id| !id.eq_ignore_ascii_case(text(like, "principalId")));
    }
}

/// Active Directory has the last word on the accounts it owns.
fn synchronise(world: &mut World) {
    if world.now < world.next_sync {
        return;
    }
    let every = world.tenant.behaviour.sync_every.max(SignedDuration::from_secs(1));
    while world.next_sync <= world.now {
        world.next_sync = world.next_sync.saturating_add(every).unwrap_or(world.now);
        if world.next_sync == world.now {
            break;
        }
    }
    let directory = &mut world.tenant.directory;
    for (id, enabled) in directory.on_premises_enabled.clone() {
        if let Some(user) = directory.users.get_mut(&id) {
            user["accountEnabled"] = Value::Bool(enabled);
            user["onPremisesLastSyncDateTime"] = Value::String(crate::graph::time(world.now));
        }
    }
}
