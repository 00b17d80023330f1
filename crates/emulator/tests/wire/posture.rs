//! Policies of the whole tenant, Conditional Access, and what both do to whoever signs in.

use regain_emulator::message::{Answer, Request, Service};
use regain_emulator::normal::normal_form;
use serde_json::{Value, json};

use crate::common::{ADA, ADMIN, AZURE_CLI, GLOBAL_ADMINISTRATOR, GROUP, PASSWORD, Run, code, number};

/// Everything that posture reads and changes.
const PERMISSIONS: &[&str] = &[
    "User.Read.All",
    "Directory.Read.All",
    "Application.Read.All",
    "AuditLog.Read.All",
    "Domain.Read.All",
    "Domain-InternalFederation.Read.All",
    "DirectoryRecommendations.Read.All",
    "SecurityEvents.Read.All",
    "RoleManagement.Read.Directory",
    "Policy.Read.All",
    "Policy.Read.PermissionGrant",
    "Policy.ReadWrite.Authorization",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.ReadWrite.ConditionalAccess",
    "Policy.ReadWrite.SecurityDefaults",
    "Exchange.ManageAsApp",
];

const POLICIES: &str = "/v1.0/identity/conditionalAccess/policies";
const DEFAULTS: &str = "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy";
const OFFICE: &str = "ca000000-0000-4000-8000-00000000000a";

/// A tenant whose limits are out of the way, with policies of the scenario's.
fn run_with(policies: Value) -> Run {
    Run::with(|scenario| {
        scenario["callers"][0]["permissions"] = json!(PERMISSIONS);
        scenario["tenant"]["behaviour"] = json!({"graphLimits": false});
        scenario["graph"]["policies"] = policies;
    })
}

fn run() -> Run {
    run_with(json!({}))
}

fn policy(more: &Value) -> Value {
    let mut policy = json!({
        "displayName": "a policy", "state": "enabled",
        "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    });
    merge(&mut policy, more);
    policy
}

fn merge(own: &mut Value, more: &Value) {
    match (own.as_object_mut(), more.as_object()) {
        (Some(own), Some(more)) => {
            for (name, value) in more {
                merge(own.entry(name).or_insert(Value::Null), value);
            }
        }
        _ => own.clone_from(more),
    }
}

fn change(run: &mut Run, body: &Value) -> Answer {
    run.send(&Request::new(Service::Control, "POST", "/change").with_json(body))
}

fn set(run: &mut Run, path: &str, value: &Value) {
    let answer = change(run, &json!({"set": {"path": path, "value": value}}));
    assert_eq!(answer.status, 204, "{path}: {}", answer.value());
}

#[test]
fn everything_that_posture_reads_is_there() {
    let mut run = Run::with(|scenario| {
        scenario["callers"][0]["permissions"] = json!(PERMISSIONS);
        scenario["tenant"]["behaviour"] = json!({"graphLimits": false});
        scenario["graph"]["domains"] = json!([{"id": "contoso.com", "authenticationType": "Federated", "@federation": {"federatedIdpMfaBehavior": "enforceMfaByFederatedIdp"}}]);
        scenario["graph"]["policies"] = json!({
            "conditionalAccessPolicies": [{"id": OFFICE, "displayName": "MFA for all", "state": "enabledForReportingButNotEnforced",
                "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
                "grantControls": {"authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004"}}}],
            "namedLocations": [{"@odata.type": "#microsoft.graph.countryNamedLocation", "id": "1c000000-0000-4000-8000-000000000001", "displayName": "Home",
                "countriesAndRegions": ["SE"], "countryLookupMethod": "clientIpAddress", "includeUnknownCountriesAndRegions": false}],
        });
    });
    for (path, expected) in [
        ("/v1.0/policies/identitySecurityDefaultsEnforcementPolicy", ("/isEnabled", json!(false))),
        ("/v1.0/policies/authorizationPolicy", ("/allowInvitesFrom", json!("everyone"))),
        ("/v1.0/policies/authorizationPolicy?$select=allowInvitesFrom", ("/guestUserRoleId", Value::Null)),
        ("/v1.0/policies/adminConsentRequestPolicy", ("/isEnabled", json!(false))),
        ("/v1.0/policies/authenticationMethodsPolicy", ("/authenticationMethodConfigurations/2/id", json!("Sms"))),
        ("/beta/policies/authenticationMethodsPolicy", ("/policyMigrationState", json!("migrationComplete"))),
        ("/v1.0/policies/permissionGrantPolicies", ("/value/0/id", json!("microsoft-user-default-legacy"))),
        ("/v1.0/policies/crossTenantAccessPolicy/default", ("/inboundTrust/isMfaAccepted", json!(false))),
        (
            "/v1.0/policies/roleManagementPolicyAssignments?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'&$expand=policy($expand=rules)",
            ("/value/0/scopeType", json!("DirectoryRole")),
        ),
        (
            "/v1.0/identity/conditionalAccess/policies",
            ("/value/0/grantControls/authenticationStrength/displayName", json!("Phishing-resistant MFA")),
        ),
        (
            "/v1.0/identity/conditionalAccess/policies/ca000000-0000-4000-8000-00000000000a?$select=id,state",
            ("/state", json!("enabledForReportingButNotEnforced")),
        ),
        ("/v1.0/identity/conditionalAccess/namedLocations", ("/value/0/countriesAndRegions/0", json!("SE"))),
        (
            "/v1.0/identity/conditionalAccess/authenticationStrength/policies",
            ("/value/2/id", json!("00000000-0000-0000-0000-000000000004")),
        ),
        ("/v1.0/reports/authenticationMethods/userRegistrationDetails", ("/value/0/isMfaRegistered", json!(false))),
        (
            "/v1.0/reports/authenticationMethods/userRegistrationDetails/a1000000-0000-4000-8000-000000000002",
            ("/isAdmin", json!(true)),
        ),
        ("/v1.0/domains", ("/value/1/authenticationType", json!("Federated"))),
        (
            "/v1.0/domains/contoso.com/federationConfiguration",
            ("/value/0/federatedIdpMfaBehavior", json!("enforceMfaByFederatedIdp")),
        ),
        ("/v1.0/domains/contoso.onmicrosoft.com/federationConfiguration", ("/value/0", Value::Null)),
        ("/v1.0/subscribedSkus", ("/value/0/skuPartNumber", json!("SPE_E5"))),
        ("/v1.0/organization", ("/value/0/onPremisesSyncEnabled", json!(true))),
        ("/v1.0/security/secureScores?$top=1", ("/value/0/maxScore", json!(46.0))),
        ("/v1.0/security/secureScoreControlProfiles", ("/value/2/id", json!("BlockLegacyAuthentication"))),
        ("/v1.0/security/secureScoreControlProfiles/OneAdmin", ("/service", json!("AAD"))),
        ("/v1.0/directory/administrativeUnits", ("/value/0", Value::Null)),
        ("/beta/directory/recommendations", ("/value/0/recommendationType", json!("turnOffPerUserMFA"))),
        (
            "/v1.0/users?$select=id,assignedLicenses,userType,onPremisesSyncEnabled,signInActivity,createdDateTime,accountEnabled",
            ("/value/0/userType", json!("Member")),
        ),
        ("/v1.0/groups/9a000000-0000-4000-8000-000000000001/members", ("/value/0/id", json!(ADA))),
    ] {
        let answer = run.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.value());
        let (place, value) = expected;
        assert_eq!(answer.value().pointer(place).cloned().unwrap_or(Value::Null), value, "{path}: {}", answer.value());
    }
}

#[test]
fn without_the_permission_nothing_is_read_or_changed() {
    let mut run = Run::with(|scenario| {
        scenario["callers"][0]["permissions"] = json!(["User.Read.All"]);
        scenario["tenant"]["behaviour"] = json!({"graphLimits": false});
    });
    for path in [
        DEFAULTS,
        POLICIES,
        "/v1.0/policies/authorizationPolicy",
        "/v1.0/policies/permissionGrantPolicies",
        "/v1.0/security/secureScores",
    ] {
        assert_eq!(run.get(path).status, 403, "{path}");
    }
    assert_eq!(run.call("PATCH", DEFAULTS, &json!({"isEnabled": true})).status, 403);
    assert_eq!(run.call("POST", POLICIES, &policy(&json!({}))).status, 403);
}

#[test]
fn writing_a_policy_takes_three_permissions() {
    for missing in ["Policy.ReadWrite.ConditionalAccess", "Policy.Read.All"] {
        let mut run = Run::with(|scenario| {
            let kept: Vec<&&str> = PERMISSIONS.iter().filter(|name| **name != missing).collect();
            scenario["callers"][0]["permissions"] = json!(kept);
        });
        assert_eq!(run.call("POST", POLICIES, &policy(&json!({}))).status, 403, "{missing}");
    }
    let mut run = Run::with(|scenario| {
        scenario["callers"][0]["permissions"] = json!(["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"]);
    });
    assert_eq!(run.call("POST", POLICIES, &policy(&json!({}))).status, 403, "the applications that it names cannot be read");
}

/// A value of another kind is refused, also where null came in between, and null where the description has none.
#[test]
fn members_of_a_policy_keep_their_kind() {
    let mut run = run();
    let authorization = "/v1.0/policies/authorizationPolicy";
    for (path, wrong) in [
        (DEFAULTS, json!({"isEnabled": null})),
        (DEFAULTS, json!({"isEnabled": 0})),
        (authorization, json!({"defaultUserRolePermissions": false})),
        (authorization, json!({"allowUserConsentForRiskyApps": 1})),
    ] {
        assert_eq!(run.wrong("PATCH", path, &wrong).status, 400, "{path} {wrong}");
    }
    // The description leaves open whether an object may be null.
    assert_eq!(run.call("PATCH", authorization, &json!({"defaultUserRolePermissions": null})).status, 400);
    assert_eq!(run.call("PATCH", authorization, &json!({"blockMsolPowerShell": null})).status, 204);
    assert_eq!(run.wrong("PATCH", authorization, &json!({"blockMsolPowerShell": "yes"})).status, 400);
    assert_eq!(run.call("PATCH", authorization, &json!({"displayName": null})).status, 204);
    assert_eq!(run.wrong("PATCH", authorization, &json!({"displayName": {}})).status, 400);
    assert_eq!(run.call("PATCH", authorization, &json!({"blockMsolPowerShell": true})).status, 204);
}

#[test]
fn synchronisation_is_told_to_people_only() {
    let mut run = run();
    assert_eq!(run.get("/v1.0/directory/onPremisesSynchronization").status, 403);
    let signed = run.password("admin@contoso.com", "Other-Copper-Lantern-8").value();
    run.token = signed["access_token"].as_str().unwrap().to_owned();
    let told = run.get("/v1.0/directory/onPremisesSynchronization");
    assert_eq!(told.status, 200, "{}", told.value());
    assert_eq!(told.value()["value"][0]["features"]["passwordWritebackEnabled"], false);
}

#[test]
fn reports_need_a_licence_and_conditional_access_too() {
    let without = |refused: bool| {
        Run::with(|scenario| {
            scenario["callers"][0]["permissions"] = json!(PERMISSIONS);
            scenario["tenant"]["licences"] = json!(["O365_BUSINESS_PREMIUM"]);
            scenario["tenant"]["behaviour"] = json!({"graphLimits": false, "conditionalAccessRefused": refused});
        })
    };
    let report = without(false).get("/v1.0/reports/authenticationMethods/userRegistrationDetails");
    assert_eq!((report.status, code(&report).as_str()), (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"));
    assert_eq!(without(false).get(POLICIES).value()["value"], json!([]));
    assert_eq!(without(true).get(POLICIES).status, 403);
    assert_eq!(without(false).call("POST", POLICIES, &policy(&json!({}))).status, 403);
}

#[test]
fn conditional_access_is_asked_once_in_a_second() {
    let mut run = Run::with(|scenario| scenario["callers"][0]["permissions"] = json!(PERMISSIONS));
    assert_eq!(run.get(POLICIES).status, 200);
    let second = run.get("/v1.0/identity/conditionalAccess/namedLocations");
    assert_eq!((second.status, second.header("retry-after")), (429, None));
    run.pass(1);
    assert_eq!(run.get("/v1.0/identity/conditionalAccess/namedLocations").status, 200);
}

#[test]
fn a_policy_is_made_changed_and_read_back() {
    let mut run = run();
    let made = run.call("POST", POLICIES, &policy(&json!({"state": "enabledForReportingButNotEnforced", "conditions": {"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}})));
    assert_eq!(made.status, 201, "{}", made.value());
    let id = made.value()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.value()["createdDateTime"], "2026-11-02T09:00:00Z");
    assert_eq!(made.value()["modifiedDateTime"], Value::Null);
    let one = format!("{POLICIES}/{id}");
    let answer = run.call("PATCH", &one, &json!({"state": "enabled", "conditions": {"users": {"excludeUsers": [ADMIN]}}}));
    assert_eq!(answer.status, 204, "{}", answer.value());
    let read = run.get(&one).value();
    assert_eq!(read["state"], "enabled");
    assert_eq!(read["conditions"]["users"]["excludeUsers"], json!([ADMIN]));
    assert_eq!(read["conditions"]["users"]["includeUsers"], json!(["All"]));
    assert_eq!(read["modifiedDateTime"], "2026-11-02T09:00:00Z");
    assert_eq!(run.get(&format!("{POLICIES}/{OFFICE}")).status, 404);
    assert_eq!(run.wrong("DELETE", &one, &Value::Null).status, 404, "the description has no such operation");
}

#[test]
fn a_policy_that_is_off_is_as_good_as_none() {
    let mut run = run();
    let before = normal_form(&run.world.tenant);
    let made = run.call("POST", POLICIES, &policy(&json!({"state": "enabledForReportingButNotEnforced"}))).value();
    assert_ne!(normal_form(&run.world.tenant), before);
    run.call("PATCH", &format!("{POLICIES}/{}", made["id"].as_str().unwrap()), &json!({"state": "disabled"}));
    assert_eq!(normal_form(&run.world.tenant), before);
}

#[test]
fn what_cannot_be_a_policy_is_refused() {
    let mut run = run();
    for body in [
        json!({"colour": "red"}),
        json!({"conditions": {"colour": "red"}}),
        json!({"conditions": {"users": {"colour": []}}}),
        json!({"state": "on"}),
        json!({"conditions": {"clientAppTypes": ["carrier pigeon"]}}),
    ] {
        let answer = run.wrong("POST", POLICIES, &policy(&body));
        assert_eq!(answer.status, 400, "{body}: {}", answer.value());
    }
    for body in [
        json!({"displayName": ""}),
        json!({"grantControls": null}),
        json!({"grantControls": {"builtInControls": ["block", "mfa"]}}),
        json!({"conditions": {"users": {"includeUsers": []}}}),
        json!({"conditions": {"applications": {"includeApplications": []}}}),
        json!({"conditions": {"users": {"includeUsers": ["a1000000-0000-4000-8000-0000000000ff"]}}}),
        json!({"conditions": {"users": {"excludeGroups": ["a1000000-0000-4000-8000-0000000000ff"]}}}),
        json!({"conditions": {"locations": {"includeLocations": ["a1000000-0000-4000-8000-0000000000ff"]}}}),
    ] {
        let answer = run.call("POST", POLICIES, &policy(&body));
        assert_eq!(answer.status, 400, "{body}: {}", answer.value());
    }
    assert_eq!(run.get(POLICIES).value()["value"], json!([]));
}

#[test]
fn security_defaults_and_an_enabled_policy_exclude_each_other() {
    let mut run = run();
    assert_eq!(run.call("PATCH", DEFAULTS, &json!({"isEnabled": true})).status, 204);
    assert_eq!(run.get(DEFAULTS).value()["isEnabled"], true);
    let refused = run.call("POST", POLICIES, &policy(&json!({})));
    assert_eq!((refused.status, code(&refused).as_str()), (400, "BadRequest"));
    assert!(refused.value().to_string().contains("Security Defaults is enabled"), "{}", refused.value());
    let reporting = run.call("POST", POLICIES, &policy(&json!({"state": "enabledForReportingButNotEnforced"})));
    assert_eq!(reporting.status, 201, "{}", reporting.value());
    assert_eq!(run.call("PATCH", DEFAULTS, &json!({"isEnabled": false})).status, 204);
    let one = format!("{POLICIES}/{}", reporting.value()["id"].as_str().unwrap());
    assert_eq!(run.call("PATCH", &one, &json!({"state": "enabled"})).status, 204);
    assert_eq!(run.call("PATCH", DEFAULTS, &json!({"isEnabled": true})).status, 400);
}

#[test]
fn a_policy_by_risk_needs_the_higher_licence() {
    let mut run = Run::with(|scenario| {
        scenario["callers"][0]["permissions"] = json!(PERMISSIONS);
        scenario["tenant"]["licences"] = json!(["SPE_E3"]);
    });
    let refused = run.call("POST", POLICIES, &policy(&json!({"conditions": {"userRiskLevels": ["high"]}})));
    assert_eq!(refused.status, 400);
    assert!(refused.value().to_string().contains("1039"), "{}", refused.value());
}

#[test]
fn other_policies_change_member_by_member() {
    let mut run = run();
    let authorization = "/v1.0/policies/authorizationPolicy";
    let given = json!({"allowInvitesFrom": "adminsAndGuestInviters", "defaultUserRolePermissions": {"allowedToCreateApps": false, "permissionGrantPoliciesAssigned": []}});
    assert_eq!(run.call("PATCH", authorization, &given).status, 204);
    let read = run.get(authorization).value();
    assert_eq!(read["defaultUserRolePermissions"]["allowedToCreateApps"], false);
    assert_eq!(read["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"], json!([]));
    assert_eq!(read["defaultUserRolePermissions"]["allowedToReadOtherUsers"], true);
    assert_eq!(run.wrong("PATCH", authorization, &json!({"colour": "red"})).status, 400);
    assert_eq!(run.wrong("PATCH", authorization, &json!({"allowedToUseSSPR": "yes"})).status, 400);
    let methods = json!({"authenticationMethodConfigurations": [{"@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration", "id": "Sms", "state": "disabled"}]});
    assert_eq!(run.wrong("PATCH", "/v1.0/policies/authenticationMethodsPolicy", &methods).status, 404, "only beta changes it");
    let changed = run.call("PATCH", "/beta/policies/authenticationMethodsPolicy", &methods);
    assert_eq!(changed.status, 200, "{}", changed.value());
    let read = run.get("/v1.0/policies/authenticationMethodsPolicy").value();
    assert_eq!(read["authenticationMethodConfigurations"][2]["state"], "disabled");
    assert_eq!(read["authenticationMethodConfigurations"][5]["state"], "enabled", "voice is left alone");
}

/// Signs in by a password.
fn ada(run: &mut Run) -> i64 {
    number(&run.password("ada@contoso.com", PASSWORD))
}

#[test]
fn who_is_meant_is_kept_out_and_nobody_else() {
    for (users, out) in [
        (json!({"includeUsers": ["All"]}), true),
        (json!({"includeUsers": ["All"], "excludeUsers": [ADA]}), false),
        (json!({"includeUsers": [ADMIN]}), false),
        (json!({"includeUsers": [], "includeGroups": [GROUP]}), true),
        (json!({"includeUsers": ["All"], "excludeGroups": [GROUP]}), false),
        (json!({"includeUsers": [], "includeRoles": ["29232cdf-9323-42fd-ade2-1d097af3e4de"]}), true),
        (json!({"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR]}), false),
        (json!({"includeUsers": ["GuestsOrExternalUsers"]}), false),
    ] {
        let mut run = run();
        let made = run.call("POST", POLICIES, &policy(&json!({"conditions": {"users": users}})));
        assert_eq!(made.status, 201, "{users}: {}", made.value());
        assert_eq!(ada(&mut run), if out { 53_003 } else { 0 }, "{users}");
    }
}

#[test]
fn only_what_a_policy_says_it_is_about_is_blocked() {
    for (more, out) in [
        (json!({"state": "enabledForReportingButNotEnforced"}), false),
        (json!({"state": "disabled"}), false),
        (json!({"conditions": {"clientAppTypes": ["other", "exchangeActiveSync"]}}), false),
        (json!({"conditions": {"clientAppTypes": ["mobileAppsAndDesktopClients"]}}), true),
        (json!({"conditions": {"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}}), false),
        (json!({"conditions": {"signInRiskLevels": ["high"]}}), false),
        (json!({"conditions": {"applications": {"includeApplications": ["00000002-0000-0ff1-ce00-000000000000"]}}}), false),
        (json!({"conditions": {"applications": {"excludeApplications": ["00000003-0000-0000-c000-000000000000"]}}}), false),
        (json!({"conditions": {"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}}}), true),
        (json!({"conditions": {"platforms": {"includePlatforms": ["android"]}}}), false),
        (
            json!({"grantControls": {"builtInControls": [], "authenticationStrength": {"id": "00000000-0000-0000-0000-000000000002"}}}),
            true,
        ),
        (json!({"grantControls": {"builtInControls": ["compliantDevice"]}}), true),
        (json!({"grantControls": {"builtInControls": ["compliantDevice", "mfa"]}}), true),
    ] {
        let mut run = run();
        let made = run.call("POST", POLICIES, &policy(&more));
        assert_eq!(made.status, 201, "{more}: {}", made.value());
        assert_eq!(ada(&mut run) != 0, out, "{more}");
    }
}

#[test]
fn a_trusted_place_lets_in() {
    let mut run = run_with(
        json!({"namedLocations": [{"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "1c000000-0000-4000-8000-000000000002", "displayName": "Office", "isTrusted": true,
        "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "127.0.0.0/8"}]}]}),
    );
    run.call(
        "POST",
        POLICIES,
        &policy(&json!({"conditions": {"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}}})),
    );
    assert_eq!(ada(&mut run), 0);
    assert_eq!(run.get("/v1.0/identity/conditionalAccess/namedLocations").value()["value"][0]["isTrusted"], true);
}

#[test]
fn a_second_factor_is_asked_of_those_who_have_one_and_enrolled_by_those_who_have_none() {
    let mut run = run();
    run.call("POST", POLICIES, &policy(&json!({"grantControls": {"builtInControls": ["mfa"]}})));
    let answer = run.password("ada@contoso.com", PASSWORD);
    assert_eq!((answer.status, number(&answer)), (400, 50_079));
    set(
        &mut run,
        "graph/policies/userRegistrationDetails",
        &json!([{"id": ADA, "methodsRegistered": ["microsoftAuthenticatorPush"]}]),
    );
    let answer = run.password("ada@contoso.com", PASSWORD);
    assert_eq!((answer.value()["error"].clone(), number(&answer)), (json!("interaction_required"), 50_076));
    assert_eq!(by_device_code(&mut run, "ada@contoso.com"), 0, "at a page she shows it");
    let mut policies = run.get(POLICIES).value();
    let id = policies["value"][0]["id"].take();
    let strong = json!({"grantControls": {"builtInControls": [], "authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004"}}});
    assert_eq!(run.call("PATCH", &format!("{POLICIES}/{}", id.as_str().unwrap()), &strong).status, 204);
    assert_eq!(by_device_code(&mut run, "ada@contoso.com"), 50_076, "a push can be phished");
    set(&mut run, "graph/policies/userRegistrationDetails", &json!([{"id": ADA, "methodsRegistered": ["fido2SecurityKey"]}]));
    assert_eq!(by_device_code(&mut run, "ada@contoso.com"), 0);
}

/// Signs in by a device code that somebody else has typed in; gives the number of the failure.
fn by_device_code(run: &mut Run, user: &str) -> i64 {
    let target = format!("/{}/oauth2/v2.0/devicecode", crate::common::TENANT);
    let form = [("client_id", AZURE_CLI), ("scope", "https://graph.microsoft.com/.default offline_access")];
    let begun = run.send(&Request::new(Service::Login, "POST", &target).with_form(&form)).value();
    let body = json!({"user_code": begun["user_code"], "user": user});
    assert_eq!(run.send(&Request::new(Service::Control, "POST", "/device").with_json(&body)).status, 204);
    let answer = run.grant(&[
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", AZURE_CLI),
        ("device_code", begun["device_code"].as_str().unwrap()),
    ]);
    number(&answer)
}

#[test]
fn the_device_code_flow_is_blocked_and_so_are_the_tokens_that_came_of_it() {
    let mut run = run();
    let target = format!("/{}/oauth2/v2.0/devicecode", crate::common::TENANT);
    let form = [("client_id", AZURE_CLI), ("scope", "https://graph.microsoft.com/.default offline_access")];
    let begun = run.send(&Request::new(Service::Login, "POST", &target).with_form(&form)).value();
    let body = json!({"user_code": begun["user_code"], "user": "ada@contoso.com"});
    run.send(&Request::new(Service::Control, "POST", "/device").with_json(&body));
    let tokens = run
        .grant(&[
            ("grant_type", "device_code"),
            ("client_id", AZURE_CLI),
            ("device_code", begun["device_code"].as_str().unwrap()),
        ])
        .value();
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    run.call("POST", POLICIES, &policy(&json!({"conditions": {"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}})));
    assert_eq!(number(&run.refresh(&refresh)), 53_003);
    assert_eq!(by_device_code(&mut run, "ada@contoso.com"), 53_003);
    assert_eq!(ada(&mut run), 0, "a password alone is another way");
}

/// Whether somebody would get in, by the control endpoint.
fn lets_in(run: &mut Run, body: &Value) -> (bool, Value) {
    let answer = run.send(&Request::new(Service::Control, "POST", "/sign-in").with_json(body));
    assert_eq!(answer.status, 200, "{}", answer.value());
    (answer.value()["allowed"] == true, answer.value()["code"].clone())
}

#[test]
fn whether_somebody_would_get_in_is_told_for_old_protocols_too() {
    let mut run = run();
    let by = |client: &str, device_code: bool| json!({"user": "ada@contoso.com", "client": client, "device_code": device_code});
    let blocked = (false, json!(53_003));
    for client in ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"] {
        assert_eq!(lets_in(&mut run, &by(client, false)), (true, Value::Null), "{client}");
    }
    run.call("POST", POLICIES, &policy(&json!({"conditions": {"clientAppTypes": ["exchangeActiveSync", "other"]}})));
    for (client, refused) in [("browser", false), ("exchangeActiveSync", true), ("other", true)] {
        assert_eq!(lets_in(&mut run, &by(client, false)) == blocked, refused, "{client}");
    }
    run.call("POST", POLICIES, &policy(&json!({"conditions": {"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}})));
    assert_eq!(lets_in(&mut run, &by("browser", true)), blocked);
    assert_eq!(lets_in(&mut run, &by("browser", false)), (true, Value::Null));
    for wrong in [json!({"user": "nobody@contoso.com", "client": "browser"}), json!({"user": "ada@contoso.com", "client": "fax"})]
    {
        assert_eq!(run.send(&Request::new(Service::Control, "POST", "/sign-in").with_json(&wrong)).status, 400);
    }
    let mut defaults = run_with(json!({"identitySecurityDefaultsEnforcementPolicy": {"isEnabled": true}}));
    assert_eq!(lets_in(&mut defaults, &by("other", false)), blocked, "security defaults block old protocols");
}

#[test]
fn security_defaults_ask_administrators() {
    let mut run = run_with(json!({"identitySecurityDefaultsEnforcementPolicy": {"isEnabled": true}}));
    let admin = run.password("admin@contoso.com", "Other-Copper-Lantern-8");
    assert_eq!(number(&admin), 50_079);
    set(&mut run, &format!("graph/groups/{GROUP}/members"), &json!([]));
    assert_eq!(ada(&mut run), 0, "she is no administrator now");
}

#[test]
fn an_operator_who_locks_himself_out_is_out() {
    let mut run = run();
    let signed = run.password("admin@contoso.com", "Other-Copper-Lantern-8").value();
    let refresh = signed["refresh_token"].as_str().unwrap().to_owned();
    run.call(
        "POST",
        POLICIES,
        &policy(&json!({"conditions": {"users": {"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR]}}})),
    );
    assert_eq!(number(&run.password("admin@contoso.com", "Other-Copper-Lantern-8")), 53_003);
    assert_eq!(number(&run.refresh(&refresh)), 53_003, "also the session that he has");
}

#[test]
fn any_one_setting_can_be_flipped_from_outside() {
    let mut run = run();
    for (path, value) in [
        ("graph/policies/identitySecurityDefaultsEnforcementPolicy/isEnabled", json!(true)),
        ("graph/policies/authorizationPolicy/defaultUserRolePermissions/allowedToCreateApps", json!(false)),
        ("graph/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Voice/state", json!("disabled")),
        ("graph/policies/adminConsentRequestPolicy/isEnabled", json!(true)),
        ("graph/policies/conditionalAccessPolicies/new", json!({"id": OFFICE, "displayName": "x", "state": "enabled"})),
        (
            "graph/policies/conditionalAccessPolicies/ca000000-0000-4000-8000-00000000000a/state",
            json!("enabledForReportingButNotEnforced"),
        ),
        ("exchange/organisation/TransportConfig/SmtpClientAuthenticationDisabled", json!(false)),
        ("exchange/organisation/HostedOutboundSpamFilterPolicy/Default/AutoForwardingMode", json!("On")),
        ("exchange/organisation/ProtectionAlert/Creation of forwarding%2Fredirect rule/Disabled", json!(true)),
        ("exchange/organisation/InboundConnector", json!([{"Name": "relay", "Enabled": true}])),
    ] {
        let before = normal_form(&run.world.tenant);
        set(&mut run, path, &value);
        assert_ne!(normal_form(&run.world.tenant), before, "{path}");
    }
    // Rows of lists are put there and taken away again.
    let before = run.get("/v1.0/roleManagement/directory/roleAssignments").value();
    let row = json!({"id": "new", "principalId": ADA, "directoryScopeId": "/", "roleDefinitionId": GLOBAL_ADMINISTRATOR});
    set(&mut run, "graph/roleAssignments/new", &row);
    assert_ne!(run.get("/v1.0/roleManagement/directory/roleAssignments").value(), before);
    let gone = change(&mut run, &json!({"set": {"path": "graph/roleAssignments/new"}}));
    assert_eq!(gone.status, 204, "{}", gone.value());
    assert_eq!(run.get("/v1.0/roleManagement/directory/roleAssignments").value(), before);
    for path in ["graph/policies/nothing/here", "graph/users/nobody/userType", "exchange/organisation/Nothing/x", "elsewhere/x"] {
        assert_eq!(change(&mut run, &json!({"set": {"path": path, "value": 1}})).status, 400, "{path}");
    }
    set(&mut run, "graph/domains/contoso.com/authenticationType", &json!("Federated"));
    set(&mut run, "graph/users/ada@contoso.com/userType", &json!("Guest"));
    set(&mut run, "tenant/licences", &json!(["SPE_E3"]));
    assert_eq!(run.get("/v1.0/subscribedSkus").value()["value"][0]["skuPartNumber"], "SPE_E3");
    assert_eq!(run.get("/v1.0/domains/contoso.com").value()["authenticationType"], "Federated");
}
