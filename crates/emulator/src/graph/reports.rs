//! What is reported of accounts and domains: methods registered, federation, synchronisation.

use serde_json::{Value, json};

use super::odata::{Query, project};
use super::operations::Row;
use super::page::{CEILING, list};
use super::{Call, Outcome, authority, denied, entity, not_found};
use crate::directory::Directory;
use crate::message::Answer;
use crate::policies::merge;
use crate::world::World;

/// Who has registered which sign-in methods; needs a licence like the sign-in log.
pub fn registration(world: &World, call: &Call, row: &Row) -> Outcome {
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
pub fn synchronisation(world: &World, call: &Call) -> Outcome {
    if !authority::app_or_role(call.caller, &["Hybrid Identity Administrator", "Global Reader", "Global Administrator"]) {
        return Err(denied());
    }
    let directory = &world.tenant.directory;
    let mut row = directory.policies.get("onPremisesSynchronization").clone();
    row["id"] = Value::from(world.tenant.id.clone());
    let synced = directory.users.values().any(Directory::is_synchronised);
    list(world, call, if synced { vec![row] } else { Vec::new() }, &[])
}

/// How a domain is federated; a managed one is not.
pub fn federation(world: &World, call: &Call) -> Outcome {
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
