//! The directory's half of the posture, facet by facet: what the wire says and what the core is told.

use regain_incident::facet::{FacetName, Gap};
use regain_incident::facets::identity::MailboxPurpose;
use regain_incident::posture::access::place::Extent;
use regain_incident::posture::access::policy::Id;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::access_block::{Block, BlockedWay};
use regain_incident::tenant::administrators::{Held, HolderKind};
use regain_incident::tenant::applications::Owner;
use regain_incident::tenant::authorization_policy::{ConsentRight, GuestAccess, Invites};
use regain_incident::tenant::federation::{SecondFactorTrust, SignInAt};
use regain_incident::tenant::licences::Plan;
use regain_incident::tenant::methods_policy::{Migration, PolicyMethod, Switch};
use regain_incident::tenant::people::PersonHome;
use regain_incident::tenant::registration::RegisteredMethod;
use regain_incident::tenant::setting::{Change, SettingName, Value as Wanted};
use regain_ports::{Directory as _, ProviderError};
use wiremock::matchers::query_param_contains;

use super::*;
use crate::testing::intent;

/// A page, and where the next one is.
fn page(rows: Value, next: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"value": rows, "@odata.nextLink": next}))
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

async fn get(tenant: &Tenant, path: &str, body: Value) {
    answers(&tenant.graph, "GET", &format!("^/v1.0/{path}$"), vec![ok(body)]).await;
}

async fn read(tenant: &Tenant, facet: FacetName) -> Result<TenantReading, ProviderError> {
    tenant.ours.tenant(facet).await.map(|seen| seen.value.expect("a reading"))
}

macro_rules! reading {
    ($tenant:expr, $kind:ident) => {{
        let reading = read(&$tenant, FacetName::$kind).await.expect("a whole reading");
        let TenantReading::$kind(value) = reading else { panic!("another facet: {reading:?}") };
        value
    }};
}

#[tokio::test]
async fn methods_and_what_they_are_set_to() {
    let tenant = Tenant::new().await;
    let body = json!({
        "id": "authenticationMethodsPolicy", "policyMigrationState": "migrationInProgress",
        "registrationEnforcement": {"authenticationMethodsRegistrationCampaign": {"state": "default"}},
        "authenticationMethodConfigurations": [
            {"id": "Sms", "state": "enabled", "includeTargets": [{"targetType": "group", "id": "all_users", "isUsableForSignIn": false}]},
            {"id": "MicrosoftAuthenticator", "state": "enabled", "featureSettings": {
                "displayAppInformationRequiredState": {"state": "enabled"}, "displayLocationInformationRequiredState": {"state": "default"}}},
            {"id": "TemporaryAccessPass", "state": "disabled", "isUsableOnce": true, "maximumLifetimeInMinutes": 480},
            {"id": "b2b00000-0000-4000-8000-000000000001", "state": "someday"},
        ],
    });
    get(&tenant, "policies/authenticationMethodsPolicy", body).await;
    let policy = reading!(tenant, MethodsPolicy);
    assert_eq!((policy.migration.clone(), policy.campaign.clone()), (Some(Migration::Begun), Some(Switch::LeftToService)));
    let of = |method| policy.of(&method).unwrap();
    assert_eq!(
        (of(PolicyMethod::Sms).enabled, of(PolicyMethod::Sms).targets.clone()),
        (Some(true), vec!["all_users".to_owned()])
    );
    let authenticator = of(PolicyMethod::Authenticator);
    assert_eq!(authenticator.shows_application, Some(Switch::On));
    assert_eq!(authenticator.shows_place, Some(Switch::LeftToService));
    for (target, id) in
        [("includeTarget", "b2b00000-0000-4000-8000-000000000001"), ("excludeTarget", "b2b00000-0000-4000-8000-000000000001")]
    {
        let body = json!({"authenticationMethodConfigurations": [{"id": "MicrosoftAuthenticator", "state": "enabled", "featureSettings": {
            "displayAppInformationRequiredState": {"state": "enabled", target: {"targetType": "group", "id": id}}}}]});
        let tenant = Tenant::new().await;
        get(&tenant, "policies/authenticationMethodsPolicy", body).await;
        let policy = reading!(tenant, MethodsPolicy);
        let shows = policy.of(&PolicyMethod::Authenticator).unwrap().shows_application.clone();
        assert_ne!(shows, Some(Switch::On), "{target}: what is on for some is not on for all");
    }
    let pass = of(PolicyMethod::TemporaryPass);
    assert_eq!((pass.enabled, pass.once, pass.longest_minutes), (Some(false), Some(true), Some(480)));
    assert_eq!(policy.methods[3].enabled, None, "a state that is not known is not off");
    assert_eq!(policy.of(&PolicyMethod::Voice), None);
}

#[tokio::test]
async fn an_answer_without_its_list_is_no_empty_policy() {
    let tenant = Tenant::new().await;
    get(&tenant, "policies/authenticationMethodsPolicy", json!({"id": "authenticationMethodsPolicy"})).await;
    let error = read(&tenant, FacetName::MethodsPolicy).await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Surprise(_)), "{error:?}");
}

#[tokio::test]
async fn what_users_may_do_by_default() {
    let tenant = Tenant::new().await;
    let body = json!({
        "id": "authorizationPolicy", "allowInvitesFrom": "everyone", "allowEmailVerifiedUsersToJoinOrganization": false,
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3", "allowUserConsentForRiskyApps": null,
        "defaultUserRolePermissions": {"allowedToCreateApps": true, "permissionGrantPoliciesAssigned": [
            "ManagePermissionGrantsForSelf.microsoft-user-default-legacy",
            "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team",
            "ManagePermissionGrantsForSelf.our-own"]},
    });
    get(&tenant, "policies/authorizationPolicy", body).await;
    get(&tenant, "policies/adminConsentRequestPolicy", json!({"isEnabled": true, "reviewers": [{"query": "/users/x"}]})).await;
    let policy = reading!(tenant, AuthorizationPolicy);
    let rights = policy.consent.unwrap();
    assert_eq!(rights[0], ConsentRight::Anything);
    assert!(matches!(rights[1], ConsentRight::ForOwnedGroups(_)));
    assert_eq!(rights[2], ConsentRight::Own("our-own".to_owned()));
    assert_eq!((policy.invites, policy.guests_read), (Some(Invites::Everybody), Some(GuestAccess::Limited)));
    assert_eq!((policy.users_register_apps, policy.users_create_tenants), (Some(true), None));
    assert_eq!(policy.risky_consent, Some(false), "said to be nothing, which is the documented no");
    assert_eq!((policy.requests_taken, policy.request_reviewers), (Some(true), Some(1)));
}

#[tokio::test]
async fn domains_and_how_they_are_federated() {
    let tenant = Tenant::new().await;
    let domains = json!([
        {"id": "contoso.com", "authenticationType": "Managed", "isVerified": true},
        {"id": "fabrikam.com", "authenticationType": "Federated", "isVerified": true},
        {"id": "odd.com"},
    ]);
    get(&tenant, "domains", list(domains)).await;
    let settings = json!([{"issuerUri": "http://sts.fabrikam.com", "federatedIdpMfaBehavior": "rejectMfaByFederatedIdp"}]);
    get(&tenant, "domains/fabrikam.com/federationConfiguration", list(settings)).await;
    let domains = reading!(tenant, Federation).domains;
    assert_eq!(domains[0].sign_in, SignInAt::Here);
    let SignInAt::Elsewhere(trusts) = &domains[1].sign_in else { panic!("{:?}", domains[1]) };
    assert_eq!(
        (trusts[0].issuer.as_str(), trusts[0].second_factor.clone()),
        ("http://sts.fabrikam.com", Some(SecondFactorTrust::Refused))
    );
    assert_eq!(domains[2].sign_in, SignInAt::Other(String::new()));
}

#[tokio::test]
async fn a_plan_counts_while_it_is_paid_for_and_works() {
    let tenant = Tenant::new().await;
    let sku = |status: &str, provisioned: &str, plan: &str| {
        json!({"skuPartNumber": "X", "capabilityStatus": status,
            "servicePlans": [{"servicePlanId": plan, "provisioningStatus": provisioned}]})
    };
    let rows = json!([
        sku("Warning", "Success", "41781FB2-BC02-4B7C-BD55-B576C07BB09D"),
        sku("Suspended", "Success", "eec0eb4f-6444-4f95-aba0-50c24d67f998"),
        sku("Enabled", "PendingActivation", "2f442157-a11c-46b9-ae5b-6e39ff4e5849"),
    ]);
    get(&tenant, "subscribedSkus", list(rows)).await;
    let licences = reading!(tenant, Licences);
    assert_eq!(licences.plans.into_iter().collect::<Vec<_>>(), [Plan::EntraP1]);
}

#[tokio::test]
async fn the_score_and_what_would_raise_it() {
    let tenant = Tenant::new().await;
    let score = json!([{"createdDateTime": "2026-11-01T00:00:00Z", "currentScore": 51.25, "maxScore": 100.0, "controlScores": [
        {"controlName": "small", "score": 0.5}, {"controlName": "big", "score": 0.0}, {"controlName": "done", "score": 5.0},
        {"controlName": "aside", "score": 0.0}, {"controlName": "old", "score": 0.0}]}]);
    get(&tenant, "security/secureScores", list(score)).await;
    let profile = |id: &str, max: f64| json!({"id": id, "title": id, "maxScore": max, "rank": 1, "controlStateUpdates": []});
    let mut profiles = [
        profile("small", 1.0),
        profile("big", 9.0),
        profile("done", 5.0),
        profile("aside", 9.0),
        profile("old", 9.0),
        profile("never counted", 9.0),
    ];
    profiles[3]["controlStateUpdates"] = json!([{"state": "Default"}, {"state": "ThirdParty"}]);
    profiles[4]["deprecated"] = json!(true);
    get(&tenant, "security/secureScoreControlProfiles", list(json!(profiles))).await;
    let read = reading!(tenant, SecureScore);
    let latest = read.latest.unwrap();
    assert_eq!((latest.reached, latest.most), (5_125, 10_000));
    let open: Vec<_> = read.open.iter().map(|control| (control.id.as_str(), control.missing)).collect();
    assert_eq!(open, [("big", 900), ("small", 50)]);
}

#[tokio::test]
async fn units_and_whether_they_are_restricted() {
    let tenant = Tenant::new().await;
    let rows =
        json!([{"id": "u1", "displayName": "Board", "isMemberManagementRestricted": true}, {"id": "u2", "displayName": "Old"}]);
    get(&tenant, "directory/administrativeUnits", list(rows)).await;
    let units: Vec<_> =
        reading!(tenant, AdministrativeUnits).units.into_iter().map(|unit| (unit.name, unit.restricted)).collect();
    assert_eq!(units, [("Board".to_owned(), true), ("Old".to_owned(), false)]);
}

#[tokio::test]
async fn registration_is_read_to_its_last_page_and_takes_a_licence() {
    let tenant = Tenant::new().await;
    let row = |id: &str, methods: Value| json!({"id": id, "userPrincipalName": format!("{id}@contoso.com"), "isAdmin": false, "isMfaCapable": true, "userType": "member", "methodsRegistered": methods});
    let path = "^/v1.0/reports/authenticationMethods/userRegistrationDetails$";
    let next = format!("{}/v1.0/reports/authenticationMethods/userRegistrationDetails?$skiptoken=2", tenant.graph.uri());
    let pages = vec![
        page(json!([row("a", json!(["mobilePhone", "passKeyDeviceBoundAuthenticator"]))]), &next),
        ok(list(json!([row("b", json!(["somethingNew"]))]))),
    ];
    answers(&tenant.graph, "GET", path, pages).await;
    let people = reading!(tenant, Registration).people;
    assert_eq!(people[0].methods, [RegisteredMethod::Telephone, RegisteredMethod::Passkey]);
    assert_eq!(people[1].methods, [RegisteredMethod::Other("somethingNew".to_owned())]);

    let small = Tenant::new().await;
    let refused = refusal(
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license",
    );
    answers(&small.graph, "GET", path, vec![refused]).await;
    let error = read(&small, FacetName::Registration).await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Unlicensed { .. }), "{error:?}");
}

#[tokio::test]
async fn a_later_page_that_is_refused_is_a_gap_and_no_shorter_list() {
    let tenant = Tenant::new().await;
    let next = format!("{}/v1.0/directory/administrativeUnits?$skiptoken=2", tenant.graph.uri());
    let pages = vec![page(json!([{"id": "u1"}]), &next), refusal(403, "Authorization_RequestDenied", "no")];
    answers(&tenant.graph, "GET", "^/v1.0/directory/administrativeUnits$", pages).await;
    let error = read(&tenant, FacetName::AdministrativeUnits).await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Incomplete { .. }), "{error:?}");
}

/// Anna with a mailbox, a shared mailbox, a guest.
fn accounts() -> Value {
    let row = |id: &str, name: &str, kind: &str| json!({"id": id, "userPrincipalName": name, "mail": name, "accountEnabled": true, "userType": kind, "assignedLicenses": []});
    let mut anna = row("a1", "anna@contoso.com", "Member");
    anna["assignedLicenses"] = json!([{"skuId": "x"}]);
    anna["signInActivity"] =
        json!({"lastSignInDateTime": "2026-10-01T00:00:00Z", "lastNonInteractiveSignInDateTime": "2026-11-01T00:00:00Z"});
    json!([anna, row("a2", "info@contoso.com", "Member"), row("a3", "bo_fabrikam.com#EXT#@contoso.com", "Guest")])
}

#[tokio::test]
async fn accounts_their_last_sign_in_and_their_mailboxes() {
    let tenant = Tenant::new().await;
    get(&tenant, "users", list(accounts())).await;
    batches(&tenant.graph, |url| match url {
        url if url.contains("/a1/") => (200, json!({"userPurpose": "user"})),
        url if url.contains("/a2/") => (200, json!({"userPurpose": "shared"})),
        _ => (403, json!({"error": {"code": "ErrorAccessDenied"}})),
    })
    .await;
    let people = reading!(tenant, People);
    assert_eq!(people.sign_ins_unread, None);
    let anna = &people.people[0];
    assert_eq!((anna.licensed, anna.signed_in), (Some(true), Some("2026-11-01T00:00:00Z".parse().unwrap())));
    let told: Vec<_> = people.people.iter().map(|one| (one.home, one.mailbox)).collect();
    assert_eq!(
        told,
        [
            (PersonHome::Member, Some(MailboxPurpose::User)),
            (PersonHome::Member, Some(MailboxPurpose::Shared)),
            (PersonHome::Guest, None),
        ]
    );
}

#[tokio::test]
async fn without_a_licence_accounts_are_read_and_their_sign_ins_are_a_gap() {
    let tenant = Tenant::new().await;
    let refused = refusal(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "no premium license");
    let with_sign_ins =
        Mock::given(method("GET")).and(path_regex("^/v1.0/users$")).and(query_param_contains("$select", "signInActivity"));
    with_sign_ins.respond_with(refused).with_priority(1).mount(&tenant.graph).await;
    get(&tenant, "users", list(accounts())).await;
    batches(&tenant.graph, |_| (403, json!({"error": {"code": "ErrorAccessDenied"}}))).await;
    let people = reading!(tenant, People);
    assert!(matches!(people.sign_ins_unread, Some(Gap::Unlicensed { .. })), "{:?}", people.sign_ins_unread);
    assert_eq!((people.people.len(), people.people[0].mailbox), (3, Some(MailboxPurpose::Unknown)));
}

const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";

#[tokio::test]
async fn applications_with_what_opens_them_and_what_they_may_do() {
    let tenant = Tenant::new().await;
    let secret = json!([{"keyId": "k1", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2028-01-01T00:00:00Z"}]);
    let registered = json!([
        {"id": "o1", "appId": "app-1", "displayName": "Ours", "passwordCredentials": secret, "keyCredentials": []},
        {"id": "o2", "appId": "app-2", "displayName": "Only registered"},
    ]);
    get(&tenant, "applications", list(registered)).await;
    let used = json!([
        {"id": "s1", "appId": "APP-1", "displayName": "Ours", "accountEnabled": true, "keyCredentials": [{"keyId": "k2"}]},
        {"id": "s3", "appId": GRAPH_APP, "displayName": "Microsoft Graph", "appOwnerOrganizationId": "f8cdef31-a31e-4b4a-93e4-5f571e91255a"},
        {"id": "s4", "appId": "app-4", "displayName": "Theirs", "appOwnerOrganizationId": "fa000000-0000-4000-8000-000000000001",
            "verifiedPublisher": {"verifiedPublisherId": null}},
    ]);
    get(&tenant, "servicePrincipals", list(used)).await;
    get(&tenant, "servicePrincipals/s3", json!({"id": "s3", "appRoles": [{"id": "r1", "value": "Mail.Read"}]})).await;
    let held = json!([
        {"principalId": "s1", "principalType": "ServicePrincipal", "principalDisplayName": "Ours", "appRoleId": "r1"},
        {"principalId": "s4", "principalType": "ServicePrincipal", "appRoleId": "r9"},
    ]);
    get(&tenant, "servicePrincipals/s3/appRoleAssignedTo", list(held)).await;
    let consents = json!([
        {"clientId": "s4", "consentType": "Principal", "principalId": "a1", "scope": " Mail.Read  offline_access"},
        {"clientId": "s1", "consentType": "AllPrincipals", "principalId": null, "scope": "User.Read"},
    ]);
    get(&tenant, "oauth2PermissionGrants", list(consents)).await;
    let read = reading!(tenant, Applications);
    let told: Vec<_> = read.apps.iter().map(|app| (app.id.as_str(), app.owner, app.credentials.len())).collect();
    assert_eq!(told, [("s1", Owner::Us, 2), ("s3", Owner::Microsoft, 0), ("s4", Owner::Others, 0), ("o2", Owner::Us, 0)]);
    assert!(!read.apps[2].verified);
    let rights: Vec<_> = read.rights.iter().map(|right| (right.holder.as_str(), right.right.as_str())).collect();
    assert_eq!(rights, [("s1", "Mail.Read"), ("s4", "r9")]);
    let consents: Vec<_> = read.consents.iter().map(|one| (one.by.as_deref(), one.rights.len())).collect();
    assert_eq!(consents, [(Some("a1"), 2), (None, 1)]);
}

const GA: &str = "62e90394-69f5-4237-9190-012177145e10";

#[tokio::test]
async fn administrators_directly_through_groups_and_on_demand() {
    let tenant = Tenant::new().await;
    let assigned = |principal: &str, kind: &str| {
        json!({"id": principal, "principalId": principal, "roleDefinitionId": GA, "directoryScopeId": "/",
            "principal": {"@odata.type": format!("#microsoft.graph.{kind}"), "id": principal}})
    };
    let rows = json!([assigned("a1", "user"), assigned("g1", "group"), assigned("s1", "servicePrincipal")]);
    get(&tenant, "roleManagement/directory/roleAssignments", list(rows)).await;
    get(&tenant, "roleManagement/directory/roleDefinitions", list(json!([{"id": GA, "displayName": "Global Administrator"}])))
        .await;
    get(&tenant, "roleManagement/directory/roleAssignmentScheduleInstances", list(json!([]))).await;
    let eligible = json!([{"principalId": "a2", "roleDefinitionId": GA, "directoryScopeId": "/", "memberType": "Direct"}]);
    get(&tenant, "roleManagement/directory/roleEligibilityScheduleInstances", list(eligible)).await;
    batches(&tenant.graph, |url| match url {
        "/groups/g1?$select=id,displayName" => (200, json!({"id": "g1", "displayName": "Admins"})),
        url if url.starts_with("/groups/g1/members") => (200, list(json!([{"@odata.type": "#microsoft.graph.user", "id": "a3"}]))),
        url if url.starts_with("/groups/") => (404, json!({"error": {"code": "Request_ResourceNotFound"}})),
        url if url.contains("privilegedAccess") => (400, json!({"error": {"code": "AadPremiumLicenseRequired", "message": "P2"}})),
        url if url.starts_with("/users/a3") => (404, json!({"error": {"code": "Request_ResourceNotFound"}})),
        _ => (200, json!({"id": "x", "userPrincipalName": "admin@contoso.com", "accountEnabled": true, "assignedLicenses": [], "assignedPlans": []})),
    })
    .await;
    let read = reading!(tenant, Administrators);
    assert!(read.has_pim);
    let told: Vec<_> = read
        .holders
        .iter()
        .map(|holder| {
            let kind = match &holder.kind {
                HolderKind::Person(account) => format!("person with mailbox {:?}", account.mailbox),
                HolderKind::Application => "application".to_owned(),
                HolderKind::Other(_) => "gone".to_owned(),
            };
            let one = &holder.holdings[0];
            (holder.id.as_str(), kind, one.how, one.through.as_ref().map(|group| group.name.as_str()))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("a1", "person with mailbox Some(false)".to_owned(), Held::Permanent, None),
            ("a2", "person with mailbox Some(false)".to_owned(), Held::Eligible, None),
            ("a3", "gone".to_owned(), Held::Permanent, Some("Admins")),
            ("s1", "application".to_owned(), Held::Permanent, None),
        ]
    );
}

#[tokio::test]
async fn without_a_licence_for_pim_nobody_is_eligible() {
    let tenant = Tenant::new().await;
    let row = json!({"id": "x", "principalId": "a1", "roleDefinitionId": GA, "directoryScopeId": "/", "principal": {"@odata.type": "#microsoft.graph.user"}});
    get(&tenant, "roleManagement/directory/roleAssignments", list(json!([row]))).await;
    get(&tenant, "roleManagement/directory/roleDefinitions", list(json!([]))).await;
    let refused = || refusal(400, "AadPremiumLicenseRequired", "The tenant needs P2");
    answers(&tenant.graph, "GET", "ScheduleInstances$", vec![refused()]).await;
    batches(&tenant.graph, |_| (200, json!({"id": "a1", "userPrincipalName": "admin@contoso.com", "accountEnabled": true})))
        .await;
    let read = reading!(tenant, Administrators);
    assert!(!read.has_pim);
    assert_eq!((read.holders[0].holdings[0].role.name.as_str(), read.holders[0].holdings[0].how), (GA, Held::Permanent));
}

#[tokio::test]
async fn conditional_access_with_the_groups_that_it_names() {
    let tenant = Tenant::new().await;
    let policy = json!({"id": "ca1", "displayName": "MFA", "state": "enabled", "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]},
            "users": {"includeUsers": ["All"], "excludeGroups": ["g1", "g9"]}}});
    get(&tenant, "identity/conditionalAccess/policies", list(json!([policy]))).await;
    let places = json!([
        {"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "l1", "displayName": "Office", "isTrusted": true,
            "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}]},
        {"@odata.type": "#microsoft.graph.newLocation", "id": "l2"},
    ]);
    get(&tenant, "identity/conditionalAccess/namedLocations", list(places)).await;
    let strengths = json!([{"id": "s1", "displayName": "Keys", "allowedCombinations": ["fido2", "password,sms"]}]);
    get(&tenant, "identity/conditionalAccess/authenticationStrength/policies", list(strengths)).await;
    let members =
        json!([{"@odata.type": "#microsoft.graph.user", "id": "a1"}, {"@odata.type": "#microsoft.graph.group", "id": "g2"}]);
    get(&tenant, "groups/g1/members", list(members)).await;
    // Groups that contain each other end.
    let inner =
        json!([{"@odata.type": "#microsoft.graph.user", "id": "a2"}, {"@odata.type": "#microsoft.graph.group", "id": "g1"}]);
    get(&tenant, "groups/g2/members", list(inner)).await;
    answers(&tenant.graph, "GET", "^/v1.0/groups/g9/members$", vec![refusal(404, "Request_ResourceNotFound", "gone")]).await;
    let read = reading!(tenant, ConditionalAccess);
    assert!(matches!(&read.locations[0].extent, Extent::Ranges { trusted: true, ranges } if ranges.contains("192.0.2.0/24")));
    assert!(matches!(&read.locations[1].extent, Extent::Other(kind) if kind == "#microsoft.graph.newLocation"));
    assert_eq!(read.strengths[0].allowed.iter().map(std::collections::BTreeSet::len).sum::<usize>(), 3);
    let groups: Vec<_> = read.groups.iter().map(|one| (one.group.as_str(), one.members.as_ref().map(Vec::len))).collect();
    assert_eq!(groups, [("g1", Some(2)), ("g2", Some(2)), ("g9", None)]);
}

/// What a change sends.
async fn writes(tenant: &Tenant, name: SettingName, to: Wanted) -> Vec<(String, String, Value)> {
    let before = sent(&tenant.graph).await.len();
    let change = Change { name, of: None, from: Wanted::Unset, to };
    tenant.ours.change_setting(&change, &intent()).await.unwrap();
    let all = sent(&tenant.graph).await;
    let writes = all.iter().skip(before).filter(|request| request.method.as_str() != "GET");
    let told = |request: &wiremock::Request| {
        let path = request.url.path().trim_start_matches("/v1.0/").to_owned();
        (request.method.to_string(), path, serde_json::from_slice(&request.body).unwrap())
    };
    writes.map(told).collect()
}

#[tokio::test]
async fn what_users_may_do_by_default_is_changed_member_by_member() {
    let tenant = Tenant::new().await;
    answers(&tenant.graph, "PATCH", "policies/authorizationPolicy$", vec![ResponseTemplate::new(204)]).await;
    let texts = |all: &[&str]| Wanted::Texts(all.iter().map(|text| (*text).to_owned()).collect());
    let text = |text: &str| Wanted::Text(text.to_owned());
    for (name, to, body) in [
        (
            SettingName::UserConsent,
            texts(&["for-owned-groups:team", "low-impact", "other:x.y", "own:ours"]),
            json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": [
                "ManagePermissionGrantsForOwnedResource.team", "ManagePermissionGrantsForSelf.microsoft-user-default-low", "x.y",
                "ManagePermissionGrantsForSelf.ours"]}}),
        ),
        (SettingName::UserConsent, texts(&[]), json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": []}})),
        (
            SettingName::UsersRegisterApps,
            Wanted::Flag(false),
            json!({"defaultUserRolePermissions": {"allowedToCreateApps": false}}),
        ),
        (SettingName::RiskyConsent, Wanted::Flag(false), json!({"allowUserConsentForRiskyApps": false})),
        (SettingName::JoinsByMail, Wanted::Flag(true), json!({"allowEmailVerifiedUsersToJoinOrganization": true})),
        (SettingName::GuestInvites, text("administrators-and-inviters"), json!({"allowInvitesFrom": "adminsAndGuestInviters"})),
        (SettingName::GuestsRead, text("limited"), json!({"guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3"})),
    ] {
        let expected = ("PATCH".to_owned(), "policies/authorizationPolicy".to_owned(), body);
        assert_eq!(writes(&tenant, name, to).await, [expected]);
    }
    let odd = Change { name: SettingName::UserConsent, of: None, from: Wanted::Unset, to: texts(&["everything"]) };
    assert!(tenant.ours.change_setting(&odd, &intent()).await.is_err(), "a right that nobody wrote is not guessed");
}

const BLOCKS: &str = "identity/conditionalAccess/policies";

/// A policy of ours, as the service shows it.
fn shown(way: BlockedWay, id: &str, state: &str) -> Value {
    let (clients, flows) = match way {
        BlockedWay::DeviceCode => (json!(["all"]), json!({"transferMethods": "deviceCodeFlow"})),
        BlockedWay::LegacyAuthentication => (json!(["exchangeActiveSync", "other"]), Value::Null),
    };
    json!({
        "id": id, "displayName": way.policy_name(), "state": state, "sessionControls": null,
        "conditions": {
            "clientAppTypes": clients, "authenticationFlows": flows, "userRiskLevels": [], "platforms": null,
            "applications": {"includeApplications": ["All"], "excludeApplications": []},
            "users": {"includeUsers": ["All"], "excludeUsers": ["a1000000-0000-4000-8000-000000000008"], "excludeGroups": []},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["block"], "authenticationStrength": null},
    })
}

fn block(enforced: bool) -> Block {
    Block { enforced, accounts: [Id::from("a1000000-0000-4000-8000-000000000008")].into(), groups: [].into() }
}

async fn with_policies(policies: Value) -> Tenant {
    let tenant = Tenant::new().await;
    get(&tenant, BLOCKS, json!({"value": policies})).await;
    answers(&tenant.graph, "POST", &format!("{BLOCKS}$"), vec![ResponseTemplate::new(201).set_body_json(json!({"id": "new"}))])
        .await;
    answers(&tenant.graph, "PATCH", &format!("{BLOCKS}/"), vec![ResponseTemplate::new(204)]).await;
    tenant
}

#[tokio::test]
async fn a_block_is_made_once_found_again_by_its_name_and_switched_off_instead_of_removed() {
    for way in BlockedWay::ALL {
        let name = way.setting();
        let nobodys = json!([{"id": "c1", "displayName": "MFA for all", "state": "enabled", "conditions": {}}]);
        let none = with_policies(nobodys).await;
        let made = writes(&none, name, Wanted::Block(block(false))).await;
        let [(method, path, body)] = made.as_slice() else { panic!("{made:?}") };
        assert_eq!((method.as_str(), path.as_str()), ("POST", BLOCKS));
        let mut expected = shown(*way, "new", "enabledForReportingButNotEnforced");
        assert_eq!((&body["displayName"], &body["state"]), (&expected["displayName"], &expected["state"]));
        for member in ["clientAppTypes", "applications/includeApplications", "users/excludeUsers", "users/includeUsers"] {
            let place = format!("/conditions/{member}");
            assert_eq!(body.pointer(&place), expected.pointer_mut(&place).map(|value| &*value), "{place}");
        }
        assert_eq!(body["conditions"]["authenticationFlows"], expected["conditions"]["authenticationFlows"]);
        assert!(writes(&none, name, Wanted::Unset).await.is_empty(), "there is nothing to switch off");

        let there =
            with_policies(json!([shown(*way, "c0", "disabled"), shown(*way, "c2", "enabledForReportingButNotEnforced")])).await;
        let changed = writes(&there, name, Wanted::Block(block(true))).await;
        assert_eq!((changed[0].0.as_str(), changed[0].1.as_str()), ("PATCH", "identity/conditionalAccess/policies/c2"));
        assert_eq!(changed[0].2["state"], "enabled");
        assert_eq!(changed[0].2["conditions"]["users"], body["conditions"]["users"], "whole, each time");
        let off = writes(&there, name, Wanted::Unset).await;
        assert_eq!(
            (off.len(), off[0].1.as_str(), &off[0].2),
            (1, "identity/conditionalAccess/policies/c2", &json!({"state": "disabled"}))
        );

        let again = writes(&with_policies(json!([shown(*way, "c0", "disabled")])).await, name, Wanted::Block(block(false))).await;
        assert_eq!((again[0].0.as_str(), again[0].1.as_str()), ("PATCH", "identity/conditionalAccess/policies/c0"), "used again");
        let mut theirs = shown(*way, "c0", "disabled");
        theirs["conditions"]["users"]["includeUsers"] = json!(["None"]);
        let beside = writes(&with_policies(json!([theirs])).await, name, Wanted::Block(block(false))).await;
        assert_eq!(beside[0].0, "POST", "what somebody remade and switched off is theirs");
    }
}

#[tokio::test]
async fn a_policy_of_which_somebody_made_another_and_two_of_one_name_are_left_alone() {
    for way in BlockedWay::ALL {
        let on = |id| shown(*way, id, "enabled");
        let mut remade = on("c0");
        remade["conditions"]["users"]["includeUsers"] = json!(["None"]);
        for policies in [json!([remade]), json!([on("c0"), on("c1")]), json!([on("c0"), remade])] {
            let tenant = with_policies(policies).await;
            for to in [Wanted::Block(block(true)), Wanted::Unset] {
                let change = Change { name: way.setting(), of: None, from: Wanted::Unset, to };
                let error = tenant.ours.change_setting(&change, &intent()).await.expect_err("left alone");
                assert!(matches!(error.kind, ProviderErrorKind::Conflict), "{error:?}");
            }
            let asked = tenant.graph.received_requests().await.expect("recorded");
            assert!(asked.iter().all(|request| request.method.as_str() == "GET"), "nothing was written");
        }
    }
}

#[tokio::test]
async fn a_block_reads_back_as_it_was_written() {
    let tenant = Tenant::new().await;
    let policies: Vec<Value> = BlockedWay::ALL.iter().map(|way| shown(*way, way.policy_name(), "enabled")).collect();
    get(&tenant, BLOCKS, json!({"value": policies})).await;
    get(&tenant, "identity/conditionalAccess/namedLocations", json!({"value": []})).await;
    get(&tenant, "identity/conditionalAccess/authenticationStrength/policies", json!({"value": []})).await;
    let read = reading!(tenant, ConditionalAccess);
    for way in BlockedWay::ALL {
        assert_eq!(way.value_in(&read), Wanted::Block(block(true)));
    }
}
