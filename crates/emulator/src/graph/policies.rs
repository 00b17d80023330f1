//! Policies of the whole tenant, Conditional Access, and the reports about both.
//!
//! Invariant: a change is checked whole before any of it is made. While security defaults are on no policy of Conditional
//! Access can be, and the other way round.

use serde_json::{Map, Value};

use super::odata::{Query, bad, project};
use super::operations::Row;
use super::page::{CEILING, list};
use super::{Call, Outcome, authority, conditional_access, denied, entity, not_found, policy_shape, reports, time};
use crate::message::Answer;
use crate::policies::merge;
use crate::world::World;

const SECURITY_DEFAULTS: &str = "identitySecurityDefaultsEnforcementPolicy";
const METHODS: &str = "authenticationMethodsPolicy";
pub const CONDITIONAL: &str = "conditionalAccessPolicies";

/// Who may change them, besides an app with the permission.
pub const CONDITIONAL_ACCESS: &[&str] = &["Conditional Access Administrator", "Security Administrator", "Global Administrator"];
const AUTHORIZATION: &[&str] = &["Privileged Role Administrator", "Global Administrator"];
const AUTHENTICATION_POLICY: &[&str] = &["Authentication Policy Administrator", "Global Administrator"];

/// Lists and single objects that are only read, by their path.
#[rustfmt::skip]
const READ: &[(&str, &str)] = &[
    ("/directory/recommendations", "recommendations"),
    ("/identity/conditionalAccess/authenticationStrength/policies", "authenticationStrengthPolicies"),
    ("/identity/conditionalAccess/namedLocations", "namedLocations"),
    ("/policies/adminConsentRequestPolicy", "adminConsentRequestPolicy"),
    ("/policies/authenticationMethodsPolicy", METHODS),
    ("/policies/authorizationPolicy", "authorizationPolicy"),
    ("/policies/crossTenantAccessPolicy/default", "crossTenantAccessPolicyDefault"),
    ("/policies/identitySecurityDefaultsEnforcementPolicy", SECURITY_DEFAULTS),
    ("/policies/permissionGrantPolicies", "permissionGrantPolicies"),
    ("/security/secureScoreControlProfiles", "secureScoreControlProfiles"),
    ("/security/secureScores", "secureScores"),
];

/// Whether an operation is served here.
pub fn serves(path: &str) -> bool {
    let more = ["/identity/conditionalAccess/", "/reports/", "/directory/onPremisesSynchronization", "/security/secureScore"];
    READ.iter().any(|(known, _)| *known == path)
        || more.iter().any(|start| path.starts_with(start))
        || path.ends_with("/federationConfiguration")
}

/// All of it.
pub fn handle(world: &mut World, call: &Call, row: &Row) -> Outcome {
    match (row.method, row.path) {
        (_, "/identity/conditionalAccess/policies" | "/identity/conditionalAccess/policies/{}") => {
            conditional_access::handle(world, call, row)
        }
        ("PATCH", "/policies/identitySecurityDefaultsEnforcementPolicy") => switch_security_defaults(world, call),
        ("PATCH", "/policies/authorizationPolicy") => {
            patch(world, call, "authorizationPolicy", AUTHORIZATION)?;
            Ok(Answer::empty(204))
        }
        ("PATCH", "/policies/authenticationMethodsPolicy") => update_methods(world, call),
        ("GET", path) if path.starts_with("/reports/") => reports::registration(world, call, row),
        ("GET", "/directory/onPremisesSynchronization") => reports::synchronisation(world, call),
        ("GET", "/security/secureScoreControlProfiles/{}") => control_profile(world, call),
        ("GET", path) if path.ends_with("/federationConfiguration") => reports::federation(world, call),
        ("GET", path) => read(world, call, path),
        _ => Err(crate::unimplemented(world, call.request)),
    }
}

fn read(world: &mut World, call: &Call, path: &str) -> Outcome {
    let Some((_, name)) = READ.iter().find(|(known, _)| *known == path) else {
        return Err(crate::unimplemented(world, call.request));
    };
    let policies = &world.tenant.directory.policies;
    if policies.get(name).is_array() {
        return list(world, call, policies.list(name).to_vec(), &[]);
    }
    let query = Query::read(call.request, CEILING)?;
    let object = of_version(call, name, policies.get(name));
    Ok(entity(world, call, 200, &format!("{}/$entity", path.trim_start_matches('/')), &project(&object, &query.select)))
}

/// Beta shows more of one of them.
fn of_version(call: &Call, name: &str, object: &Value) -> Value {
    let mut object = object.clone();
    let only_beta = ["systemCredentialPreferences", "reportSuspiciousActivitySettings"];
    if name == METHODS
        && call.version == "v1.0"
        && let Some(members) = object.as_object_mut()
    {
        members.retain(|name, _| !only_beta.contains(&name.as_str()));
    }
    object
}

fn switch_security_defaults(world: &mut World, call: &Call) -> Outcome {
    let has = |names: &[&str]| names.iter().any(|name| call.caller.has(name)) || call.caller.has("Directory.AccessAsUser.All");
    if !(has(&["Policy.ReadWrite.SecurityDefaults", "Policy.ReadWrite.ConditionalAccess"]) && has(&["Policy.Read.All"])) {
        return Err(denied());
    }
    let on = world.tenant.directory.policies.list(CONDITIONAL).iter().any(|policy| policy["state"] == "enabled");
    if body(call)?["isEnabled"] == Value::Bool(true) && on {
        return Err(Answer::graph_error(
            400,
            "BadRequest",
            "A Conditional Access policy is enabled in the tenant. You must disable it before enabling Security defaults.",
        ));
    }
    patch(world, call, SECURITY_DEFAULTS, CONDITIONAL_ACCESS)?;
    Ok(Answer::empty(204))
}

/// Beta answers with the whole policy.
fn update_methods(world: &mut World, call: &Call) -> Outcome {
    patch(world, call, METHODS, AUTHENTICATION_POLICY)?;
    let now = Value::from(time(world.now));
    let policy = world.tenant.directory.policies.get_mut(METHODS);
    policy["lastModifiedDateTime"] = now;
    let policy = of_version(call, METHODS, policy);
    Ok(entity(world, call, 200, "authenticationMethodsPolicy", &policy))
}

/// What is sent, if it is anything.
pub fn body(call: &Call) -> Result<Value, Answer> {
    call.request
        .json()
        .filter(|body| body.as_object().is_some_and(|members| !members.is_empty()))
        .ok_or_else(|| bad("A value is required in the request body."))
}

/// Merges the body into an object that has all its members already: one that it lacks is not known.
fn patch(world: &mut World, call: &Call, name: &str, roles: &[&str]) -> Result<(), Answer> {
    if !authority::app_or_role(call.caller, roles) {
        return Err(denied());
    }
    let given = body(call)?;
    let own = world.tenant.directory.policies.get_mut(name);
    policy_shape::check(own, &given).map_err(|problem| bad(&problem))?;
    let given: Map<String, Value> = given
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !name.starts_with("@odata"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    merge(own, &Value::Object(given));
    Ok(())
}

fn control_profile(world: &World, call: &Call) -> Outcome {
    let found = world.tenant.directory.policies.list("secureScoreControlProfiles").iter().find(|own| own["id"] == call.key(0));
    let query = Query::read(call.request, CEILING)?;
    let shown = project(found.ok_or_else(|| not_found(call.key(0)))?, &query.select);
    Ok(entity(world, call, 200, "security/secureScoreControlProfiles/$entity", &shown))
}
