//! The policies of Conditional Access: read, made, changed. The description has no way to remove one.
//!
//! Invariant: a policy is checked whole before anything of it is kept, and none can be on while security defaults are.

use serde_json::Value;

use super::odata::{Query, bad, project};
use super::operations::Row;
use super::page::{CEILING, list};
use super::policies::{CONDITIONAL, CONDITIONAL_ACCESS, body};
use super::{Call, Outcome, authority, denied, entity, not_found, time};
use crate::message::Answer;
use crate::policies::conditional;
use crate::world::World;

/// All of it.
pub fn handle(world: &mut World, call: &Call, row: &Row) -> Outcome {
    match (row.method, row.path.ends_with("/{}")) {
        ("GET", false) => conditional_policies(world, call),
        ("GET", true) => conditional_policy(world, call),
        ("POST", _) => create(world, call),
        _ => update(world, call),
    }
}

/// Without the licence there is nothing to see, or nothing is shown: nobody has confirmed which.
fn licensed(world: &World) -> Result<bool, Answer> {
    let has = world.tenant.has_plan("AAD_PREMIUM") || world.tenant.has_plan("AAD_PREMIUM_P2");
    if has || !world.tenant.behaviour.conditional_access_refused { Ok(has) } else { Err(no_licence()) }
}

fn no_licence() -> Answer {
    Answer::graph_error(403, "AccessDenied", "The tenant is not licensed for this feature.")
}

fn conditional_policies(world: &World, call: &Call) -> Outcome {
    let directory = &world.tenant.directory;
    let rows = if licensed(world)? { directory.policies.list(CONDITIONAL) } else { &[] };
    list(world, call, rows.iter().map(|policy| conditional::shown(directory, policy)).collect(), &[])
}

fn conditional_policy(world: &World, call: &Call) -> Outcome {
    licensed(world)?;
    let directory = &world.tenant.directory;
    let found = directory.policies.list(CONDITIONAL).iter().find(|policy| policy["id"] == call.key(0));
    let policy = conditional::shown(directory, found.ok_or_else(|| not_found(call.key(0)))?);
    let query = Query::read(call.request, CEILING)?;
    Ok(entity(world, call, 200, "identity/conditionalAccess/policies/$entity", &project(&policy, &query.select)))
}

fn create(world: &mut World, call: &Call) -> Outcome {
    may_write_conditional(call)?;
    let given = body(call)?;
    conditional::check_members(&given).map_err(|problem| bad(&problem))?;
    if given["state"].is_null() {
        return Err(bad("The policy needs a state."));
    }
    let mut policy = conditional::complete(&given);
    check(world, &policy)?;
    policy["id"] = Value::from(world.tenant.mint.uuid());
    policy["createdDateTime"] = Value::from(time(world.now));
    let answer = entity(
        world,
        call,
        201,
        "identity/conditionalAccess/policies/$entity",
        &conditional::shown(&world.tenant.directory, &policy),
    );
    if let Some(list) = world.tenant.directory.policies.get_mut(CONDITIONAL).as_array_mut() {
        list.push(policy);
    }
    Ok(answer)
}

fn update(world: &mut World, call: &Call) -> Outcome {
    may_write_conditional(call)?;
    let given = body(call)?;
    conditional::check_members(&given).map_err(|problem| bad(&problem))?;
    let list = world.tenant.directory.policies.list(CONDITIONAL);
    let at = list.iter().position(|policy| policy["id"] == call.key(0)).ok_or_else(|| not_found(call.key(0)))?;
    let mut policy = list.get(at).cloned().unwrap_or_default();
    conditional::change(&mut policy, &given);
    check(world, &policy)?;
    policy["modifiedDateTime"] = Value::from(time(world.now));
    if let Some(own) = world.tenant.directory.policies.get_mut(CONDITIONAL).get_mut(at) {
        *own = policy;
    }
    Ok(Answer::empty(204))
}

/// The permission to write needs those to read the policies and the applications that they name.
fn may_write_conditional(call: &Call) -> Result<(), Answer> {
    let has = |names: &[&str]| names.iter().any(|name| call.caller.has(name)) || call.caller.has("Directory.AccessAsUser.All");
    let all = has(&["Policy.ReadWrite.ConditionalAccess"])
        && has(&["Policy.Read.All"])
        && has(&["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]);
    if all && authority::app_or_role(call.caller, CONDITIONAL_ACCESS) { Ok(()) } else { Err(denied()) }
}

fn check(world: &World, policy: &Value) -> Result<(), Answer> {
    let refused = |text: &str| Err(Answer::graph_error(400, "BadRequest", text));
    if !licensed(world)? {
        return Err(no_licence());
    }
    let by_risk = ["userRiskLevels", "signInRiskLevels"]
        .iter()
        .any(|name| conditional::texts(&policy["conditions"], name).next().is_some());
    if by_risk && !world.tenant.has_plan("AAD_PREMIUM_P2") {
        return refused(
            "1039: Cannot create or update policies with premium P2 features. Upgrade to a premium P2 license and try again.",
        );
    }
    if policy["state"] == "enabled" && world.tenant.directory.policies.security_defaults() {
        return refused(
            "Security Defaults is enabled in the tenant. You must disable Security defaults before enabling a Conditional Access policy.",
        );
    }
    conditional::check_whole(&world.tenant.directory, policy).or_else(|problem| refused(&problem))
}
