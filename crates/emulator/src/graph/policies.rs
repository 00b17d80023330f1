//! Policies of the whole tenant, Conditional Access, and the reports about both.
//!
//! Invariant: a change is checked whole before any of it is made. While security defaults are on no policy of Conditional
//! Access can be, and the other way round.

use serde_json::{Map, Value, json};

use super::odata::{Query, bad, project};
use super::operations::Row;
use super::page::{CEILING, list};
use super::{Call, Outcome, authority, denied, entity, not_found, time};
use crate::directory::Directory;
use crate::message::Answer;
use crate::policies::{conditional, merge};
use crate::world::World;

const SECURITY_DEFAULTS: &str = "identitySecurityDefaultsEnforcementPolicy";
const METHODS: &str = "authenticationMethodsPolicy";
const CONDITIONAL: &str = "conditionalAccessPolicies";

/// Who may change them, besides an app with the permission.
const CONDITIONAL_ACCESS: &[&str] = &["Conditional Access Administrator", "Security Administrator", "Global Administrator"];
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
        ("GET", "/identity/conditionalAccess/policies") => conditional_policies(world, call),
        ("GET", "/identity/conditionalAccess/policies/{}") => conditional_policy(world, call),
        ("POST", "/identity/conditionalAccess/policies") => create(world, call),
        ("PATCH", "/identity/conditionalAccess/policies/{}") => update(world, call),
        ("PATCH", "/policies/identitySecurityDefaultsEnforcementPolicy") => switch_security_defaults(world, call),
        ("PATCH", "/policies/authorizationPolicy") => {
            patch(world, call, "authorizationPolicy", AUTHORIZATION)?;
            Ok(Answer::empty(204))
        }
        ("PATCH", "/policies/authenticationMethodsPolicy") => update_methods(world, call),
        ("GET", path) if path.starts_with("/reports/") => registration(world, call, row),
        ("GET", "/directory/onPremisesSynchronization") => synchronisation(world, call),
        ("GET", "/security/secureScoreControlProfiles/{}") => control_profile(world, call),
        ("GET", path) if path.ends_with("/federationConfiguration") => federation(world, call),
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

fn body(call: &Call) -> Result<Value, Answer> {
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
    check_like(own, &given)?;
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

/// Members that a policy may have and need not show.
const SILENT: &[&str] = &["systemCredentialPreferences", "reportSuspiciousActivitySettings", "numberMatchingRequiredState"];

fn check_like(own: &Value, given: &Value) -> Result<(), Answer> {
    let Some(members) = given.as_object() else { return Ok(()) };
    for (name, value) in members.iter().filter(|(name, _)| !name.contains('@') && !SILENT.contains(&name.as_str())) {
        match own.get(name) {
            None => return Err(bad(&format!("Invalid property '{name}'."))),
            Some(_) if name == "id" => {}
            Some(known) => {
                let same = known.is_null() || value.is_null() || std::mem::discriminant(known) == std::mem::discriminant(value);
                if !same {
                    return Err(bad(&format!("Invalid value specified for property '{name}'.")));
                }
                check_like(known, value)?;
            }
        }
    }
    Ok(())
}

/// Who has registered which sign-in methods; needs a licence like the sign-in log.
fn registration(world: &World, call: &Call, row: &Row) -> Outcome {
    if !(world.tenant.has_plan("AAD_PREMIUM") || world.tenant.has_plan("AAD_PREMIUM_P2")) {
        return Err(Answer::graph_error(
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have premium license",
        ));
    }
    let directory = &world.tenant.directory;
    if row.path.ends_with("/{}") {
        let id = directory.user_key(call.key(0)).ok_or_else(|| not_found(call.key(0)))?;
        let query = Query::read(call.request, CEILING)?;
        let shown = project(&registration_of(directory, &id), &query.select);
        return Ok(entity(world, call, 200, "reports/authenticationMethods/userRegistrationDetails/$entity", &shown));
    }
    list(world, call, directory.users.keys().map(|id| registration_of(directory, id)).collect(), &[])
}

/// Methods of which each is a second factor.
const STRONG: &[&str] = &[
    "mobilePhone",
    "alternateMobilePhone",
    "officePhone",
    "microsoftAuthenticatorPush",
    "microsoftAuthenticatorPasswordless",
    "softwareOneTimePasscode",
    "hardwareOneTimePasscode",
    "windowsHelloForBusiness",
    "fido2SecurityKey",
    "passKeyDeviceBound",
    "passKeyDeviceBoundAuthenticator",
];

/// What the report says of an account: what the scenario says, and what follows from the methods in it.
pub fn registration_of(directory: &Directory, id: &str) -> Value {
    let user = directory.users.get(id).unwrap_or(&Value::Null);
    let said = directory.policies.list("userRegistrationDetails").iter().find(|row| row["id"] == id);
    let methods = said.map(|row| row["methodsRegistered"].clone()).filter(Value::is_array).unwrap_or_else(|| json!([]));
    let has = |known: &[&str]| methods.as_array().into_iter().flatten().filter_map(Value::as_str).any(|own| known.contains(&own));
    let strong = has(STRONG);
    let passwordless = has(&[
        "windowsHelloForBusiness",
        "fido2SecurityKey",
        "passKeyDeviceBound",
        "passKeyDeviceBoundAuthenticator",
        "microsoftAuthenticatorPasswordless",
    ]);
    let guest = user["userType"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("guest"));
    let mut row = json!({
        "id": id, "userPrincipalName": user["userPrincipalName"], "userDisplayName": user["displayName"].as_str().unwrap_or_default(),
        "userType": if guest { "guest" } else { "member" }, "isAdmin": !directory.roles_of(id).is_empty(),
        "isMfaCapable": strong, "isMfaRegistered": strong, "isPasswordlessCapable": passwordless,
        "isSsprCapable": false, "isSsprEnabled": false, "isSsprRegistered": strong,
        "isSystemPreferredAuthenticationMethodEnabled": true, "systemPreferredAuthenticationMethods": [],
        "userPreferredMethodForSecondaryAuthentication": if has(&["microsoftAuthenticatorPush"]) { "push" } else if has(&["mobilePhone"]) { "sms" } else { "none" },
        "methodsRegistered": methods, "lastUpdatedDateTime": "2026-11-01T00:00:00Z",
    });
    if let Some(said) = said {
        merge(&mut row, said);
    }
    row
}

/// The synchronisation with Active Directory, where there is one.
fn synchronisation(world: &World, call: &Call) -> Outcome {
    if !authority::app_or_role(call.caller, &["Hybrid Identity Administrator", "Global Reader", "Global Administrator"]) {
        return Err(denied());
    }
    let directory = &world.tenant.directory;
    let mut row = directory.policies.get("onPremisesSynchronization").clone();
    row["id"] = Value::from(world.tenant.id.clone());
    let synced = directory.users.values().any(Directory::is_synchronised);
    list(world, call, if synced { vec![row] } else { Vec::new() }, &[])
}

fn control_profile(world: &World, call: &Call) -> Outcome {
    let found = world.tenant.directory.policies.list("secureScoreControlProfiles").iter().find(|own| own["id"] == call.key(0));
    let query = Query::read(call.request, CEILING)?;
    let shown = project(found.ok_or_else(|| not_found(call.key(0)))?, &query.select);
    Ok(entity(world, call, 200, "security/secureScoreControlProfiles/$entity", &shown))
}

/// How a domain is federated; a managed one is not.
fn federation(world: &World, call: &Call) -> Outcome {
    let directory = &world.tenant.directory;
    let domain = directory.domains.iter().find(|domain| crate::directory::is(domain, "id", call.key(0)));
    let domain = domain.ok_or_else(|| not_found(call.key(0)))?;
    let told = directory.federations.get(&call.key(0).to_ascii_lowercase());
    let federated = domain["authenticationType"] == "Federated";
    list(world, call, if federated { vec![federation_of(call.key(0), told)] } else { Vec::new() }, &[])
}

fn federation_of(domain: &str, told: Option<&Value>) -> Value {
    let mut row = json!({
        "id": crate::seed::named_uuid(&format!("federation/{domain}")), "displayName": domain, "issuerUri": format!("http://sts.{domain}/adfs/services/trust"),
        "metadataExchangeUri": format!("https://sts.{domain}/adfs/services/trust/mex"), "passiveSignInUri": format!("https://sts.{domain}/adfs/ls/"),
        "activeSignInUri": format!("https://sts.{domain}/adfs/services/trust/2005/usernamemixed"), "signOutUri": format!("https://sts.{domain}/adfs/ls/"),
        "preferredAuthenticationProtocol": "wsFed", "promptLoginBehavior": "nativeSupport", "isSignedAuthenticationRequestRequired": null,
        "federatedIdpMfaBehavior": "acceptIfMfaDoneByFederatedIdp", "nextSigningCertificate": null, "passwordResetUri": null,
    });
    if let Some(told) = told {
        merge(&mut row, told);
    }
    row
}
