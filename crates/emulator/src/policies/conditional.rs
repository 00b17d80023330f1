//! Conditional Access policies as the service keeps them: filled in, and refused when they cannot be meant.
//!
//! Invariant: a member that the description does not have is refused, and so is a reference to nobody.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::merge;
use crate::directory::Directory;

/// A policy that says nothing.
static BLANK: LazyLock<Value> = LazyLock::new(|| super::read(include_str!("../../defaults/conditional-access.json")));

/// Members of the objects that a policy may leave out, by their path.
#[rustfmt::skip]
const BELOW: &[(&str, &[&str])] = &[
    ("conditions.platforms", &["includePlatforms", "excludePlatforms"]),
    ("conditions.locations", &["includeLocations", "excludeLocations"]),
    ("conditions.devices", &["deviceFilter"]),
    ("conditions.devices.deviceFilter", &["mode", "rule"]),
    ("conditions.clientApplications", &["includeServicePrincipals", "excludeServicePrincipals", "servicePrincipalFilter"]),
    ("conditions.authenticationFlows", &["transferMethods"]),
    ("conditions.applications.applicationFilter", &["mode", "rule"]),
    ("conditions.users.includeGuestsOrExternalUsers", &["guestOrExternalUserTypes", "externalTenants"]),
    ("conditions.users.excludeGuestsOrExternalUsers", &["guestOrExternalUserTypes", "externalTenants"]),
    ("grantControls", &["operator", "builtInControls", "customAuthenticationFactors", "termsOfUse", "authenticationStrength"]),
    ("sessionControls", &["applicationEnforcedRestrictions", "cloudAppSecurity", "disableResilienceDefaults", "persistentBrowser", "secureSignInSession", "signInFrequency"]),
];

/// The values that some members may have.
#[rustfmt::skip]
const VALUES: &[(&str, &[&str])] = &[
    ("state", &["enabled", "disabled", "enabledForReportingButNotEnforced"]),
    ("conditions.clientAppTypes", &["all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"]),
    ("conditions.userRiskLevels", &["low", "medium", "high", "hidden", "none"]),
    ("conditions.signInRiskLevels", &["low", "medium", "high", "hidden", "none"]),
    ("grantControls.operator", &["AND", "OR"]),
    ("grantControls.builtInControls", &["block", "mfa", "compliantDevice", "domainJoinedDevice", "approvedApplication", "compliantApplication", "passwordChange", "riskRemediation"]),
];

/// A policy with everything that it has on the wire.
pub fn complete(given: &Value) -> Value {
    let mut policy = BLANK.clone();
    merge(&mut policy, given);
    fill(&mut policy);
    if policy["createdDateTime"].is_null() {
        policy["createdDateTime"] = json!("2025-01-10T08:00:00Z");
    }
    if policy["state"].is_null() {
        policy["state"] = json!("enabled");
    }
    policy
}

/// Changes a policy: objects member by member, everything else whole.
pub fn change(policy: &mut Value, given: &Value) {
    merge(policy, given);
    fill(policy);
}

/// Adds the members that grant controls always have.
fn fill(policy: &mut Value) {
    let grant = &mut policy["grantControls"];
    if !grant.is_object() {
        return;
    }
    let mut whole = json!({"operator": "OR", "builtInControls": [], "customAuthenticationFactors": [], "termsOfUse": [], "authenticationStrength": null});
    merge(&mut whole, grant);
    *grant = whole;
}

/// What is wrong with the members that a client sends.
pub fn check_members(given: &Value) -> Result<(), String> {
    known(given, &BLANK, "")?;
    for (path, values) in VALUES {
        let value = at(given, path);
        let texts: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
        if let Some(wrong) =
            texts.into_iter().find(|text| !text.is_null() && !text.as_str().is_some_and(|text| values.contains(&text)))
        {
            return Err(format!("Invalid value {wrong} for '{path}'."));
        }
    }
    match ["id", "createdDateTime", "modifiedDateTime"].iter().find(|name| !given[**name].is_null()) {
        Some(name) => Err(format!("Property '{name}' is read-only and cannot be set.")),
        None => Ok(()),
    }
}

fn known(given: &Value, shape: &Value, path: &str) -> Result<(), String> {
    let Some(members) = given.as_object() else { return Ok(()) };
    for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let listed = BELOW.iter().find(|(known, _)| *known == path);
        match (shape.get(name), listed) {
            (Some(shape), _) if shape.is_array() && !value.is_array() => return Err(format!("A list is wanted for '{below}'.")),
            (Some(shape), _) => known(value, shape, &below)?,
            (None, Some((_, names))) if names.contains(&name.as_str()) => known(value, &Value::Null, &below)?,
            // What is below these is another resource, or a list of its own.
            (None, None)
                if path.starts_with("sessionControls.")
                    || path.contains("uthenticationStrength")
                    || path.contains("externalTenants") => {}
            _ => return Err(format!("Invalid property '{name}'.")),
        }
    }
    Ok(())
}

/// What is wrong with a whole policy: what it lacks, and whom it names that is nobody.
pub fn check_whole(directory: &Directory, policy: &Value) -> Result<(), String> {
    if policy["displayName"].as_str().is_none_or(str::is_empty) {
        return Err("The policy needs a displayName.".to_owned());
    }
    let conditions = &policy["conditions"];
    let said = |of: &Value, names: &[&str]| {
        names.iter().any(|name| !of[*name].is_null() && of[*name].as_array().is_none_or(|list| !list.is_empty()))
    };
    let users = &conditions["users"];
    let about_apps = conditions["clientApplications"].is_object();
    if !about_apps && !said(users, &["includeUsers", "includeGroups", "includeRoles", "includeGuestsOrExternalUsers"]) {
        return Err("The policy includes no users.".to_owned());
    }
    let targets =
        ["includeApplications", "includeUserActions", "includeAuthenticationContextClassReferences", "applicationFilter"];
    if !said(&conditions["applications"], &targets) {
        return Err("The policy includes no applications and no user actions.".to_owned());
    }
    let grant = &policy["grantControls"];
    if !said(grant, &["builtInControls", "customAuthenticationFactors", "termsOfUse", "authenticationStrength"])
        && !policy["sessionControls"].is_object()
    {
        return Err("The policy has no controls.".to_owned());
    }
    let blocks = texts(grant, "builtInControls").any(|control| control == "block");
    if blocks && texts(grant, "builtInControls").count() > 1 {
        return Err("The control 'block' stands alone.".to_owned());
    }
    check_references(directory, policy)
}

fn check_references(directory: &Directory, policy: &Value) -> Result<(), String> {
    let users = &policy["conditions"]["users"];
    let locations = &policy["conditions"]["locations"];
    let policies = &directory.policies;
    let known_location =
        |id: &str| ["All", "AllTrusted"].contains(&id) || policies.list("namedLocations").iter().any(|own| own["id"] == id);
    let known_user = |id: &str| {
        ["All", "None", "GuestsOrExternalUsers"].contains(&id) || directory.users.contains_key(&id.to_ascii_lowercase())
    };
    let known_group = |id: &str| directory.groups.contains_key(&id.to_ascii_lowercase());
    let known_role = |id: &str| directory.role_definitions.contains_key(&id.to_ascii_lowercase());
    let stranger = stranger(users, "Users", known_user)
        .or_else(|| stranger(users, "Groups", known_group))
        .or_else(|| stranger(users, "Roles", known_role))
        .or_else(|| stranger(locations, "Locations", known_location));
    if let Some(stranger) = stranger {
        return Err(stranger);
    }
    let strength = &policy["grantControls"]["authenticationStrength"]["id"];
    if strength.is_string() && !policies.list("authenticationStrengthPolicies").iter().any(|own| own["id"] == *strength) {
        return Err(format!("authenticationStrength: there is no policy {strength}."));
    }
    Ok(())
}

/// Whom a policy includes or excludes that is nobody.
fn stranger(of: &Value, kind: &str, is_known: impl Fn(&str) -> bool) -> Option<String> {
    let names = [format!("include{kind}"), format!("exclude{kind}")];
    let unknown = |name: &String| texts(of, name).find(|id| !is_known(id)).map(|id| format!("{name}: there is no object {id}."));
    names.iter().find_map(unknown)
}

/// The policy as it is read: the strength that it asks for is shown whole.
pub fn shown(directory: &Directory, policy: &Value) -> Value {
    let mut policy = policy.clone();
    let id = policy["grantControls"]["authenticationStrength"]["id"].clone();
    if let Some(strength) = directory.policies.list("authenticationStrengthPolicies").iter().find(|own| own["id"] == id) {
        policy["grantControls"]["authenticationStrength"] = strength.clone();
    }
    policy
}

/// The texts of a list member.
pub fn texts<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    of[name].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, name| &value[name])
}

/// The policy without what the service says of it by itself: its id and its dates.
pub fn plain(policy: &Value) -> Value {
    let own = |name: &String| {
        !matches!(name.as_str(), "id" | "createdDateTime" | "modifiedDateTime" | "deletedDateTime" | "templateId")
    };
    let members: Map<String, Value> = policy
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| own(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(members)
}
