//! Whether a sign-in meets what the tenant demands: Conditional Access, or security defaults.
//!
//! A small evaluator, so that a policy which locks somebody out is seen to lock him out. Invariant: a policy that reports
//! only, or is off, keeps nobody out, and an exclusion wins over every inclusion. What an emulated sign-in never has (a
//! managed device, an approved app, a known platform, a risk) is never taken for granted.

use std::net::IpAddr;

use serde_json::Value;

use super::failure::Failure;
use crate::directory::{Directory, is};
use crate::message::Service;
use crate::policies::conditional::texts;
use crate::sessions::{Proof, Strength};
use crate::world::World;

/// Roles that security defaults always ask for a second factor.
#[rustfmt::skip]
const PRIVILEGED: &[&str] = &[
    "Global Administrator", "Application Administrator", "Authentication Administrator", "Authentication Policy Administrator",
    "Billing Administrator", "Cloud Application Administrator", "Conditional Access Administrator", "Exchange Administrator",
    "Helpdesk Administrator", "Identity Governance Administrator", "Password Administrator",
    "Privileged Authentication Administrator", "Privileged Role Administrator", "Security Administrator", "SharePoint Administrator",
    "User Administrator",
];

/// Combinations that nobody can be talked out of.
const RESISTANT: &[&str] = &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"];

/// One sign-in, or one token more of an old one.
pub struct SignIn<'a> {
    /// Object id.
    pub account: &'a str,
    /// For which resource.
    pub service: Service,
    /// What the person has shown, and on which way.
    pub proof: Proof,
    /// As policies name it: `browser` or `mobileAppsAndDesktopClients` on this wire.
    pub client: &'static str,
    /// Where it comes from.
    pub address: &'a str,
}

/// What a person can show at a page: everything that is registered.
pub fn at_a_page(world: &World, account: &str) -> Proof {
    let row = crate::graph::reports::registration_of(&world.tenant.directory, account);
    let has = |known: &[&str]| texts(&row, "methodsRegistered").any(|own| known.contains(&own));
    let strength =
        if has(&["fido2SecurityKey", "windowsHelloForBusiness", "passKeyDeviceBound", "passKeyDeviceBoundAuthenticator"]) {
            Strength::Resistant
        } else if has(&["microsoftAuthenticatorPasswordless"]) {
            Strength::Passwordless
        } else if row["isMfaRegistered"] == Value::Bool(true) {
            Strength::Mfa
        } else {
            Strength::Password
        };
    Proof { strength, device_code: false }
}

/// The kind of a client, as policies name it.
pub fn client_kind(world: &World, client_id: &str) -> &'static str {
    let is_web = world.tenant.app(client_id).is_some_and(|app| !app.is_public && app.client_secret.is_some());
    if is_web { "browser" } else { "mobileAppsAndDesktopClients" }
}

/// Whether clients of this kind know no second factor.
pub fn is_legacy(client: &str) -> bool {
    matches!(client, "exchangeActiveSync" | "other")
}

/// Refuses what the tenant does not let in.
pub fn check(world: &World, sign_in: &SignIn) -> Result<(), Failure> {
    let directory = &world.tenant.directory;
    if directory.policies.security_defaults() && is_legacy(sign_in.client) {
        return Err(blocked());
    }
    if directory.policies.security_defaults()
        && is_privileged(directory, sign_in.account)
        && sign_in.proof.strength < Strength::Mfa
    {
        return Err(more_wanted(world, sign_in));
    }
    let enabled = directory.policies.list("conditionalAccessPolicies").iter().filter(|policy| policy["state"] == "enabled");
    let applying: Vec<&Value> = enabled.filter(|policy| applies(directory, &policy["conditions"], sign_in)).collect();
    let blocks = |policy: &&Value| texts(&policy["grantControls"], "builtInControls").any(|control| control == "block");
    if applying.iter().any(blocks) {
        return Err(blocked());
    }
    applying.into_iter().try_for_each(|policy| grant(world, &policy["grantControls"], sign_in))
}

fn blocked() -> Failure {
    let text = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
    Failure::new(400, "access_denied", 53_003, text)
}

fn is_privileged(directory: &Directory, account: &str) -> bool {
    directory.roles_of(account).iter().filter_map(|role| crate::roles::name(role)).any(|name| PRIVILEGED.contains(&name))
}

/// A stronger proof is wanted: the person has none yet, or did not show it.
fn more_wanted(world: &World, sign_in: &SignIn) -> Failure {
    if at_a_page(world, sign_in.account).strength < Strength::Mfa {
        let text = "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication.";
        return Failure::interaction(50_079, text);
    }
    let text = "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication.";
    Failure::interaction(50_076, text)
}

fn applies(directory: &Directory, conditions: &Value, sign_in: &SignIn) -> bool {
    let none = |name: &str| texts(conditions, name).next().is_none() || texts(conditions, name).any(|level| level == "none");
    let kinds = || texts(conditions, "clientAppTypes");
    conditions["clientApplications"].is_null()
        && conditions["insiderRiskLevels"].is_null()
        && none("userRiskLevels")
        && none("signInRiskLevels")
        && kinds().any(|kind| kind == "all" || kind == sign_in.client)
        && conditions["devices"]["deviceFilter"]["mode"] != "include"
        && (conditions["platforms"].is_null() || texts(&conditions["platforms"], "includePlatforms").any(|name| name == "all"))
        && by_flow(&conditions["authenticationFlows"], sign_in)
        && concerns(directory, &conditions["users"], sign_in.account)
        && targets(&conditions["applications"], sign_in.service)
        && located(directory, &conditions["locations"], sign_in.address)
}

fn by_flow(flows: &Value, sign_in: &SignIn) -> bool {
    match flows["transferMethods"].as_str() {
        None | Some("none") => true,
        Some(methods) => sign_in.proof.device_code && methods.split(',').any(|method| method.trim() == "deviceCodeFlow"),
    }
}

fn concerns(directory: &Directory, users: &Value, account: &str) -> bool {
    among(directory, users, "include", account) && !among(directory, users, "exclude", account)
}

fn among(directory: &Directory, users: &Value, side: &str, account: &str) -> bool {
    let user = directory.users.get(account).unwrap_or(&Value::Null);
    let kind = kind_of(user);
    let groups = directory.all_groups_of(account);
    let roles = directory.tenant_roles_of(account);
    let kinds = &users[format!("{side}GuestsOrExternalUsers")]["guestOrExternalUserTypes"];
    texts(users, &format!("{side}Users"))
        .any(|name| name == "All" || name.eq_ignore_ascii_case(account) || name == "GuestsOrExternalUsers" && kind.is_some())
        || texts(users, &format!("{side}Groups")).any(|group| groups.contains(&group.to_ascii_lowercase()))
        || texts(users, &format!("{side}Roles")).any(|role| roles.contains(&role.to_ascii_lowercase()))
        || kind.is_some_and(|kind| kinds.as_str().is_some_and(|kinds| kinds.split(',').any(|own| own.trim() == kind)))
}

/// Which kind of guest, if any.
fn kind_of(user: &Value) -> Option<&'static str> {
    let comes_from_outside = user["userPrincipalName"].as_str().is_some_and(|name| name.contains("#EXT#"));
    match (is(user, "userType", "Guest"), comes_from_outside) {
        (true, true) => Some("b2bCollaborationGuest"),
        (true, false) => Some("internalGuest"),
        (false, true) => Some("b2bCollaborationMember"),
        (false, false) => None,
    }
}

fn targets(applications: &Value, service: Service) -> bool {
    let resource = match service {
        Service::Exchange => "00000002-0000-0ff1-ce00-000000000000",
        Service::Purview => "00000007-0000-0ff1-ce00-000000000000",
        _ => "00000003-0000-0000-c000-000000000000",
    };
    let is_it = |name: &str| name == "Office365" || name.eq_ignore_ascii_case(resource);
    texts(applications, "includeApplications").any(|name| name == "All" || is_it(name))
        && !texts(applications, "excludeApplications").any(is_it)
        && applications["applicationFilter"].is_null()
}

fn located(directory: &Directory, locations: &Value, address: &str) -> bool {
    let lies_in = |name: &str| {
        name == "All"
            || directory.policies.list("namedLocations").iter().any(|location| {
                (location["id"] == name || name == "AllTrusted" && location["isTrusted"] == Value::Bool(true))
                    && holds(location, address)
            })
    };
    locations.is_null() || texts(locations, "includeLocations").any(lies_in) && !texts(locations, "excludeLocations").any(lies_in)
}

/// Whether a named location has the address in it. Nobody knows here in which country an address lies.
fn holds(location: &Value, address: &str) -> bool {
    let Some(ranges) = location["ipRanges"].as_array() else {
        return location["includeUnknownCountriesAndRegions"] == Value::Bool(true);
    };
    ranges.iter().filter_map(|range| range["cidrAddress"].as_str()).any(|range| within(range, address))
}

fn within(range: &str, address: &str) -> bool {
    let (network, length) = range.split_once('/').unwrap_or((range, "128"));
    let (Ok(network), Ok(address), Ok(length)) = (network.parse(), address.parse(), length.parse::<u32>()) else { return false };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => same_head(u32::from(network).into(), u32::from(address).into(), length, 32),
        (IpAddr::V6(network), IpAddr::V6(address)) => same_head(u128::from(network), u128::from(address), length, 128),
        _ => false,
    }
}

fn same_head(network: u128, address: u128, length: u32, bits: u32) -> bool {
    let rest = bits.saturating_sub(length);
    network.checked_shr(rest).unwrap_or(0) == address.checked_shr(rest).unwrap_or(0)
}

fn grant(world: &World, controls: &Value, sign_in: &SignIn) -> Result<(), Failure> {
    let strength = sign_in.proof.strength;
    let wanted = controls["authenticationStrength"]
        .is_object()
        .then(|| wanted(&world.tenant.directory, &controls["authenticationStrength"]));
    let built_in = |control: &str| match control {
        "mfa" => strength >= Strength::Mfa,
        // Only a risk asks for these, and there is none.
        "passwordChange" | "riskRemediation" => true,
        _ => false,
    };
    let custom = texts(controls, "customAuthenticationFactors").map(|_| false);
    let all: Vec<bool> =
        texts(controls, "builtInControls").map(built_in).chain(custom).chain(wanted.map(|wanted| strength >= wanted)).collect();
    let met = if controls["operator"] == "AND" { all.iter().all(|met| *met) } else { all.is_empty() || all.contains(&true) };
    let by_proof = wanted.is_some() || texts(controls, "builtInControls").any(|control| control == "mfa");
    match (met, by_proof) {
        (true, _) => Ok(()),
        (false, true) => Err(more_wanted(world, sign_in)),
        (false, false) => {
            let text = "Device is not in required device state: unknown. Conditional Access policy requires a compliant device, and the device is not compliant.";
            Err(Failure::new(400, "access_denied", 53_000, text))
        }
    }
}

/// What an authentication strength comes to.
fn wanted(directory: &Directory, strength: &Value) -> Strength {
    let known = directory.policies.list("authenticationStrengthPolicies").iter().find(|own| own["id"] == strength["id"]);
    let combinations = || known.into_iter().flat_map(|own| texts(own, "allowedCombinations"));
    if combinations().all(|one| RESISTANT.contains(&one)) {
        Strength::Resistant
    } else if combinations().all(|one| RESISTANT.contains(&one) || one == "deviceBasedPush") {
        Strength::Passwordless
    } else {
        Strength::Mfa
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn an_address_lies_in_its_network_only() {
        for (range, address, inside) in [
            ("203.0.113.0/24", "203.0.113.77", true),
            ("203.0.113.0/24", "203.0.114.1", false),
            ("0.0.0.0/0", "198.51.100.1", true),
            ("198.51.100.7", "198.51.100.7", true),
            ("2001:db8::/32", "2001:db8:1::9", true),
            ("2001:db8::/32", "203.0.113.1", false),
            ("nonsense", "203.0.113.1", false),
        ] {
            assert_eq!(within(range, address), inside, "{range} {address}");
        }
    }
}
