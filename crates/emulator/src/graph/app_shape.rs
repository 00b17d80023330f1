//! What applications and service principals look like, and what of it a client may write.
//!
//! Invariant: a property that is not listed here does not exist. What is listed as fixed can be read and is refused,
//! loudly, when somebody writes it: the emulated tenant gives it no effect.

use serde_json::{Value, json};

use super::apps::Sort;

/// What may be written into a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing.
    Fixed,
    /// A text or null.
    Text,
    /// A text.
    Name,
    /// True, false or null.
    Flag,
    /// Texts.
    Texts,
    /// Certificates, which are checked one by one.
    Keys,
}

use Kind::{Fixed, Flag, Keys, Name, Text, Texts};

#[rustfmt::skip]
const APPLICATION: &[(&str, Kind)] = &[
    ("addIns", Fixed), ("api", Fixed), ("appId", Fixed), ("applicationTemplateId", Fixed), ("appRoles", Fixed),
    ("authenticationBehaviors", Fixed), ("certification", Fixed), ("createdByAppId", Fixed), ("createdDateTime", Fixed), ("defaultRedirectUri", Text),
    ("deletedDateTime", Fixed), ("description", Text), ("disabledByMicrosoftStatus", Fixed), ("displayName", Name), ("groupMembershipClaims", Text),
    ("id", Fixed), ("identifierUris", Texts), ("info", Fixed), ("isDeviceOnlyAuthSupported", Flag), ("isDisabled", Flag),
    ("isFallbackPublicClient", Flag), ("keyCredentials", Keys), ("logo", Fixed), ("nativeAuthenticationApisEnabled", Fixed), ("notes", Text),
    ("oauth2RequirePostResponse", Fixed), ("optionalClaims", Fixed), ("parentalControlSettings", Fixed), ("passwordCredentials", Fixed),
    ("publicClient", Fixed), ("publisherDomain", Fixed), ("requestSignatureVerification", Fixed), ("requiredResourceAccess", Fixed), ("samlMetadataUrl", Text),
    ("serviceManagementReference", Text), ("servicePrincipalLockConfiguration", Fixed), ("signInAudience", Fixed), ("spa", Fixed), ("tags", Texts),
    ("tokenEncryptionKeyId", Fixed), ("uniqueName", Fixed), ("verifiedPublisher", Fixed), ("web", Fixed),
];

#[rustfmt::skip]
const PRINCIPAL: &[(&str, Kind)] = &[
    ("accountEnabled", Flag), ("addIns", Fixed), ("alternativeNames", Texts), ("appDescription", Fixed), ("appDisplayName", Fixed),
    ("appId", Fixed), ("applicationTemplateId", Fixed), ("appOwnerOrganizationId", Fixed), ("appRoleAssignmentRequired", Fixed), ("appRoles", Fixed),
    ("createdByAppId", Fixed), ("customSecurityAttributes", Fixed), ("deletedDateTime", Fixed), ("description", Text), ("disabledByMicrosoftStatus", Fixed),
    ("displayName", Name), ("homepage", Text), ("id", Fixed), ("info", Fixed), ("isDisabled", Fixed), ("keyCredentials", Keys), ("loginUrl", Text),
    ("logoutUrl", Text), ("notes", Text), ("notificationEmailAddresses", Texts), ("oauth2PermissionScopes", Fixed), ("passwordCredentials", Fixed),
    ("preferredSingleSignOnMode", Text), ("preferredTokenSigningKeyThumbprint", Fixed), ("replyUrls", Texts), ("resourceSpecificApplicationPermissions", Fixed),
    ("samlSingleSignOnSettings", Fixed), ("servicePrincipalNames", Fixed), ("servicePrincipalType", Fixed), ("signInAudience", Fixed), ("tags", Texts),
    ("tokenEncryptionKeyId", Fixed), ("verifiedPublisher", Fixed),
];

fn properties(sort: Sort) -> &'static [(&'static str, Kind)] {
    match sort {
        Sort::Application => APPLICATION,
        Sort::Principal => PRINCIPAL,
    }
}

/// Whether there is a property of this name, in any case.
pub fn has(sort: Sort, name: &str) -> bool {
    properties(sort).iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// Whether a client may write this value.
pub fn check(sort: Sort, name: &str, value: &Value) -> Result<(), String> {
    let Some((_, kind)) = properties(sort).iter().find(|(known, _)| *known == name) else {
        return Err(format!("Invalid property '{name}'."));
    };
    let fits = match kind {
        Fixed => return Err(format!("Property '{name}' is read-only and cannot be set.")),
        Text => value.is_string() || value.is_null(),
        Name => value.as_str().is_some_and(|text| (1..=256).contains(&text.chars().count())),
        Flag => value.is_boolean() || value.is_null(),
        Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        Keys => value.is_array(),
    };
    if fits { Ok(()) } else { Err(format!("Invalid value specified for property '{name}'.")) }
}

/// A registration nobody said anything about.
pub fn blank_application(id: &str, app_id: &str, name: &str) -> Value {
    json!({
        "id": id, "appId": app_id, "displayName": name, "createdDateTime": "2024-01-01T00:00:00Z", "deletedDateTime": null, "description": null, "notes": null,
        "signInAudience": "AzureADMyOrg", "identifierUris": [], "tags": [], "isFallbackPublicClient": null, "publisherDomain": null,
        "passwordCredentials": [], "keyCredentials": [],
    })
}
