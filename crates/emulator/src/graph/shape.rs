//! What users and groups look like.
//!
//! Invariant: a property that is not listed here does not exist, neither to read nor to write.

use serde_json::{Value, json};

/// Properties of a user.
#[rustfmt::skip]
const USER_PROPERTIES: &[&str] = &[
    "aboutMe", "accountEnabled", "ageGroup", "assignedLicenses", "assignedPlans", "authorizationInfo", "birthday", "businessPhones",
    "city", "companyName", "consentProvidedForMinor", "country", "createdDateTime", "creationType", "customSecurityAttributes",
    "deletedDateTime", "department", "deviceEnrollmentLimit", "displayName", "employeeHireDate", "employeeId", "employeeLeaveDateTime",
    "employeeOrgData", "employeeType", "externalUserState", "externalUserStateChangeDateTime", "faxNumber", "givenName", "hireDate", "id",
    "identities", "identityParentId", "imAddresses", "interests", "isManagementRestricted", "isResourceAccount", "jobTitle",
    "lastPasswordChangeDateTime", "legalAgeGroupClassification", "licenseAssignmentStates", "mail", "mailNickname", "mobilePhone",
    "mySite", "officeLocation", "onPremisesDistinguishedName", "onPremisesDomainName", "onPremisesExtensionAttributes",
    "onPremisesImmutableId", "onPremisesLastSyncDateTime", "onPremisesProvisioningErrors", "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "onPremisesUserPrincipalName", "otherMails", "passwordPolicies",
    "passwordProfile", "pastProjects", "postalCode", "preferredDataLocation", "preferredLanguage", "preferredName", "print",
    "provisionedPlans", "proxyAddresses", "responsibilities", "schools", "securityIdentifier", "serviceProvisioningErrors",
    "showInAddressList", "signInActivity", "signInSessionsValidFromDateTime", "skills", "state", "streetAddress", "surname",
    "usageLocation", "userPrincipalName", "userType",
];

/// What a user shows when nothing is selected.
pub const USER_DEFAULT: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];

/// Properties of a user that nobody writes.
const USER_READ_ONLY: &[&str] = &[
    "id",
    "createdDateTime",
    "deletedDateTime",
    "lastPasswordChangeDateTime",
    "signInSessionsValidFromDateTime",
    "proxyAddresses",
    "assignedPlans",
    "provisionedPlans",
    "isManagementRestricted",
    "onPremisesSyncEnabled",
    "onPremisesLastSyncDateTime",
    "onPremisesSamAccountName",
    "onPremisesDomainName",
    "onPremisesDistinguishedName",
    "onPremisesSecurityIdentifier",
    "securityIdentifier",
    "signInActivity",
    "assignedLicenses",
];

/// Properties of a group.
const GROUP_PROPERTIES: &[&str] = &[
    "id",
    "displayName",
    "description",
    "mail",
    "mailEnabled",
    "mailNickname",
    "securityEnabled",
    "groupTypes",
    "isAssignableToRole",
    "visibility",
    "createdDateTime",
    "membershipRule",
    "membershipRuleProcessingState",
    "onPremisesSyncEnabled",
    "proxyAddresses",
    "securityIdentifier",
    "isManagementRestricted",
    "renewedDateTime",
    "deletedDateTime",
];

/// Whether a user has a property of this name, in any case.
pub fn is_user_property(name: &str) -> bool {
    USER_PROPERTIES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a group has a property of this name, in any case.
pub fn is_group_property(name: &str) -> bool {
    GROUP_PROPERTIES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a client may write the property.
pub fn is_writable(name: &str) -> bool {
    is_user_property(name) && !USER_READ_ONLY.contains(&name)
}

/// A cloud account nobody said anything about.
pub fn blank_user() -> Value {
    json!({
        "displayName": null, "givenName": null, "surname": null, "jobTitle": null, "mail": null, "mobilePhone": null, "officeLocation": null,
        "preferredLanguage": null, "businessPhones": [], "userType": "Member", "accountEnabled": true, "proxyAddresses": [], "otherMails": [],
        "createdDateTime": "2024-01-01T00:00:00Z", "lastPasswordChangeDateTime": "2024-01-01T00:00:00Z",
        "signInSessionsValidFromDateTime": "2024-01-01T00:00:00Z", "passwordPolicies": null, "onPremisesSyncEnabled": null,
        "onPremisesImmutableId": null, "onPremisesDomainName": null, "onPremisesSamAccountName": null, "onPremisesDistinguishedName": null,
        "onPremisesSecurityIdentifier": null, "onPremisesLastSyncDateTime": null, "usageLocation": null, "assignedLicenses": [], "assignedPlans": [],
        "authorizationInfo": {"certificateUserIds": []}, "identities": [], "isManagementRestricted": null,
    })
}

/// A cloud security group nobody said anything about.
pub fn blank_group() -> Value {
    json!({
        "displayName": null, "description": null, "mail": null, "mailEnabled": false, "mailNickname": "group", "securityEnabled": true, "groupTypes": [],
        "isAssignableToRole": null, "visibility": null, "createdDateTime": "2024-01-01T00:00:00Z", "membershipRule": null, "onPremisesSyncEnabled": null,
        "proxyAddresses": [],
    })
}
