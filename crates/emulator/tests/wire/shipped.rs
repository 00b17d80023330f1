//! The three tenants of known posture that are shipped: each answers everything, and they differ where they are meant to.

use regain_emulator::message::Service;
use serde_json::{Value, json};

use crate::common::{Run, SECRET};
use crate::protection::{at, exchange, rows};

/// Cmdlets that posture asks at the Exchange host.
const CMDLETS: &[&str] = &[
    "Get-AdminAuditLogConfig",
    "Get-OrganizationConfig",
    "Get-TransportConfig",
    "Get-HostedOutboundSpamFilterPolicy",
    "Get-HostedOutboundSpamFilterRule",
    "Get-RemoteDomain",
    "Get-ExternalInOutlook",
    "Get-CASMailbox",
    "Get-Mailbox",
    "Get-MailboxAuditBypassAssociation",
    "Get-AntiPhishPolicy",
    "Get-HostedContentFilterPolicy",
    "Get-MalwareFilterPolicy",
    "Get-SafeLinksPolicy",
    "Get-SafeAttachmentPolicy",
    "Get-AtpPolicyForO365",
    "Get-EOPProtectionPolicyRule",
    "Get-ATPProtectionPolicyRule",
    "Get-DkimSigningConfig",
    "Get-InboundConnector",
    "Get-OutboundConnector",
    "Get-TransportRule",
    "Get-JournalRule",
    "Get-AuthenticationPolicy",
    "Get-SharingPolicy",
];

/// What Graph says, and where: for the bare, the typical and the hardened tenant.
#[rustfmt::skip]
fn of_graph() -> Vec<(&'static str, &'static str, [Value; 3])> {
    vec![
        ("/policies/identitySecurityDefaultsEnforcementPolicy", "/isEnabled", [json!(false), json!(false), json!(false)]),
        ("/identity/conditionalAccess/policies", "/value/0/displayName", [Value::Null, json!("MFA for all"), json!("MFA for all")]),
        ("/identity/conditionalAccess/policies", "/value/1/state", [Value::Null, json!("enabledForReportingButNotEnforced"), json!("enabled")]),
        ("/identity/conditionalAccess/policies", "/value/3/conditions/authenticationFlows/transferMethods", [Value::Null, Value::Null, json!("deviceCodeFlow,authenticationTransfer")]),
        ("/identity/conditionalAccess/namedLocations", "/value/0/isTrusted", [Value::Null, Value::Null, json!(true)]),
        ("/identity/conditionalAccess/authenticationStrength/policies", "/value/0/policyType", [json!("builtIn"), json!("builtIn"), json!("builtIn")]),
        ("/policies/authorizationPolicy", "/defaultUserRolePermissions/allowedToCreateApps", [json!(true), json!(true), json!(false)]),
        ("/policies/authorizationPolicy", "/allowUserConsentForRiskyApps", [json!(true), Value::Null, json!(false)]),
        ("/policies/authorizationPolicy", "/allowInvitesFrom", [json!("everyone"), json!("everyone"), json!("adminsAndGuestInviters")]),
        ("/policies/adminConsentRequestPolicy", "/isEnabled", [json!(false), json!(false), json!(true)]),
        ("/policies/authenticationMethodsPolicy", "/authenticationMethodConfigurations/2/state", [json!("enabled"), json!("enabled"), json!("disabled")]),
        ("/policies/permissionGrantPolicies", "/value/1/id", [json!("microsoft-user-default-low"), json!("microsoft-user-default-low"), json!("microsoft-user-default-low")]),
        ("/policies/crossTenantAccessPolicy/default", "/isServiceDefault", [json!(true), json!(true), json!(true)]),
        ("/reports/authenticationMethods/userRegistrationDetails", "/value/0/isMfaRegistered", [json!(false), json!(true), json!(true)]),
        ("/domains", "/value/2/authenticationType", [json!("Federated"), Value::Null, Value::Null]),
        ("/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '62e90394-69f5-4237-9190-012177145e10'", "/value/4/directoryScopeId", [json!("/"), Value::Null, Value::Null]),
        ("/directory/administrativeUnits", "/value/0/isMemberManagementRestricted", [Value::Null, Value::Null, json!(true)]),
        ("/security/secureScores?$top=1", "/value/0/currentScore", [json!(6.0), json!(22.0), json!(44.0)]),
        ("/security/secureScoreControlProfiles", "/value/0/id", [json!("AdminMFAV2"), json!("AdminMFAV2"), json!("AdminMFAV2")]),
        ("/subscribedSkus", "/value/0/skuPartNumber", [json!("SPE_E5"), json!("SPB"), json!("SPE_E5")]),
        ("/organization", "/value/0/onPremisesSyncEnabled", [json!(true), Value::Null, Value::Null]),
        ("/users?$select=id,assignedLicenses,userType,onPremisesSyncEnabled,signInActivity,createdDateTime,accountEnabled&$top=999", "/value/8/userType", [json!("Guest"), json!("Guest"), json!("Member")]),
    ]
}

/// The same of Exchange.
#[rustfmt::skip]
fn of_exchange() -> Vec<(&'static str, &'static str, [Value; 3])> {
    vec![
        ("Get-AdminAuditLogConfig", "/0/UnifiedAuditLogIngestionEnabled", [json!(false), json!(true), json!(true)]),
        ("Get-OrganizationConfig", "/0/AuditDisabled", [json!(true), json!(false), json!(false)]),
        ("Get-OrganizationConfig", "/0/RejectDirectSend", [json!(false), json!(false), json!(true)]),
        ("Get-TransportConfig", "/0/SmtpClientAuthenticationDisabled", [json!(false), json!(false), json!(true)]),
        ("Get-HostedOutboundSpamFilterPolicy", "/0/AutoForwardingMode", [json!("On"), json!("Automatic"), json!("Off")]),
        ("Get-RemoteDomain", "/0/AutoForwardEnabled", [json!(true), json!(true), json!(false)]),
        ("Get-ExternalInOutlook", "/0/Enabled", [json!(false), json!(true), json!(true)]),
        ("Get-AntiPhishPolicy", "/0/EnableTargetedUserProtection", [json!(false), json!(false), json!(true)]),
        ("Get-HostedContentFilterPolicy", "/0/SpamZapEnabled", [json!(false), json!(true), json!(true)]),
        ("Get-MalwareFilterPolicy", "/0/ZapEnabled", [json!(false), json!(true), json!(true)]),
        ("Get-SafeLinksPolicy", "/0/AllowClickThrough", [Value::Null, json!(true), json!(false)]),
        ("Get-SafeAttachmentPolicy", "/0/Enable", [Value::Null, json!(true), json!(true)]),
        ("Get-AtpPolicyForO365", "/0/EnableATPForSPOTeamsODB", [json!(false), json!(true), json!(true)]),
        ("Get-EOPProtectionPolicyRule", "/0/State", [Value::Null, Value::Null, json!("Enabled")]),
        ("Get-ATPProtectionPolicyRule", "/0/State", [Value::Null, Value::Null, json!("Enabled")]),
        ("Get-DkimSigningConfig", "/0/Enabled", [json!(false), json!(true), json!(true)]),
        ("Get-InboundConnector", "/0/RequireTls", [json!(false), Value::Null, json!(true)]),
        ("Get-TransportRule", "/0/SetSCL", [json!(-1), Value::Null, Value::Null]),
        ("Get-AuthenticationPolicy", "/0/AllowBasicAuthSmtp", [Value::Null, Value::Null, json!(false)]),
        ("Get-CASMailbox", "/0/SmtpClientAuthenticationDisabled", [json!(false), Value::Null, json!(true)]),
        ("Get-MailboxAuditBypassAssociation", "/3/AuditBypassEnabled", [json!(true), json!(false), json!(false)]),
        ("Get-Mailbox", "/1/ForwardingSmtpAddress", [json!("smtp:erik.private@example.net"), Value::Null, Value::Null]),
    ]
}

fn tenant(name: &str) -> Run {
    let path = format!("{}/../../examples/scenarios/posture-{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut scenario: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    scenario["callers"][0]["client_secret"] = json!(SECRET);
    Run::of(&scenario)
}

#[test]
fn they_differ_where_they_are_meant_to() {
    for (place, name) in ["bare", "typical", "hardened"].into_iter().enumerate() {
        let mut run = tenant(name);
        for (path, pointer, expected) in of_graph() {
            run.pass(11);
            let answer = run.get(&format!("/v1.0{path}"));
            assert_eq!(answer.status, 200, "{name}: {path}: {}", answer.value());
            let found = answer.value().pointer(pointer).cloned().unwrap_or_default();
            assert_eq!(found, expected[place], "{name}: {path} {pointer}: {}", answer.value());
        }
        for (cmdlet, pointer, expected) in of_exchange() {
            let rows = Value::from(rows(&exchange(&mut run, cmdlet, &json!({}))));
            let found = rows.pointer(pointer).cloned().unwrap_or_default();
            assert_eq!(found, expected[place], "{name}: {cmdlet} {pointer}: {rows}");
        }
    }
}

#[test]
fn they_answer_everything() {
    for name in ["bare", "typical", "hardened"] {
        let mut run = tenant(name);
        for cmdlet in CMDLETS {
            let answer = exchange(&mut run, cmdlet, &json!({}));
            assert_eq!(answer.status, 200, "{name}: {cmdlet}: {}", answer.value());
        }
        let alerts = rows(&at(&mut run, Service::Purview, "Get-ProtectionAlert", &json!({}), false));
        assert!(alerts.len() >= 3, "{name}");
        assert_eq!(run.get("/beta/directory/recommendations").status, 200, "{name}");
    }
}
