//! One setting of an emulated tenant is turned at a time, over the wire, and exactly the items that name it change.
//!
//! What is expected stands in the table and comes from what an item says that it measures. Where the hardened tenant
//! protects something twice, turning one of the two changes nothing, and a row with both turned shows the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regain_emulator::message::{Request, Service};
use regain_emulator::seed::named_uuid;
use regain_emulator::{Options, Running, Scenario, start};
use regain_engine::{Scribe, posture};
use regain_incident::policy::Policy;
use regain_incident::posture::answer::Answer;
use regain_incident::posture::roadmap;
use serde_json::{Value, json};

use crate::session::Session;
use crate::session::tests::open;
use crate::settings::{Settings, Waits};

const ANNA: &str = "a1000000-0000-4000-8000-000000000001";
const SARA: &str = "a1000000-0000-4000-8000-000000000003";
/// A member without a role.
const KARIN: &str = "a1000000-0000-4000-8000-000000000004";
/// Eligible for Global Administrator and Security Administrator.
const ADM_ERIK: &str = "a1000000-0000-4000-8000-000000000011";
/// Eligible for Exchange Administrator and User Administrator.
const ADM_SARA: &str = "a1000000-0000-4000-8000-000000000012";
const BREAK_GLASS: [&str; 2] = ["a1000000-0000-4000-8000-000000000021", "a1000000-0000-4000-8000-000000000022"];
const GUEST: &str = "a1000000-0000-4000-8000-000000000041";
/// A group that Karin is in.
const GROUP: &str = "9a000000-0000-4000-8000-000000000001";
const UNIT: &str = "ad000000-0000-4000-8000-000000000001";
const OFFICE: &str = "1c000000-0000-4000-8000-000000000001";
/// Our own service principal, and one of a maker whom nobody has verified.
const OURS: &str = "d4000000-0000-4000-8000-000000000001";
const STRANGE: &str = "9e000000-0000-4000-8000-000000000009";
const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
const EXCHANGE: &str = "29232cdf-9323-42fd-ade2-1d097af3e4de";
/// A powerful role that the policies for administrators do not name.
const TEAMS: &str = "69091246-20e8-4a56-aa4d-066075b2a7a8";
/// No power at all.
const REPORTS: &str = "4a5d8f65-41da-4de4-8968-e035b65339cf";
const SECOND_FACTOR: &str = "00000000-0000-0000-0000-000000000002";

/// Policies of the hardened tenant, by number.
const MFA: u8 = 1;
const RESISTANT: u8 = 2;
const LEGACY: u8 = 3;
const FLOWS: u8 = 4;
const SIGN_IN_RISK: u8 = 5;
const USER_RISK: u8 = 6;
const REGISTRATION: u8 = 7;
const DEVICE: u8 = 8;
const GUESTS: u8 = 9;
const WORKSTATIONS: u8 = 10;
const OFTEN: u8 = 11;
const TOKENS: u8 = 12;

/// What is turned, and how the items that notice then stand. Every other item stands as before, to the letter.
struct Flip {
    what: &'static str,
    turns: Vec<Value>,
    expected: &'static [(&'static str, &'static str)],
}

fn flip<const N: usize>(what: &'static str, turns: [Value; N], expected: &'static [(&'static str, &'static str)]) -> Flip {
    Flip { what, turns: turns.into(), expected }
}

fn set(path: &str, value: impl Into<Value>) -> Value {
    json!({"set": {"path": path, "value": value.into()}})
}

fn gone(path: &str) -> Value {
    json!({"set": {"path": path}})
}

/// A member of a Conditional Access policy.
fn ca(number: u8, member: &str, value: impl Into<Value>) -> Value {
    set(&format!("graph/policies/conditionalAccessPolicies/ca000000-0000-4000-8000-0000000000{number:02}/{member}"), value)
}

fn off(number: u8) -> Value {
    ca(number, "state", "disabled")
}

/// The policy no longer looks at old clients.
fn modern_only(number: u8) -> Value {
    ca(number, "conditions/clientAppTypes", json!(["browser", "mobileAppsAndDesktopClients"]))
}

/// The policy leaves out these beside the accounts for emergencies.
fn sparing(number: u8, who: &str) -> Value {
    ca(number, "conditions/users/excludeUsers", json!([BREAK_GLASS[0], BREAK_GLASS[1], who]))
}

fn user(id: &str, member: &str, value: impl Into<Value>) -> Value {
    set(&format!("graph/users/{id}/{member}"), value)
}

fn given(role: &str, principal: &str) -> Value {
    let row =
        json!({"id": format!("{role}-{principal}"), "principalId": principal, "directoryScopeId": "/", "roleDefinitionId": role});
    set("graph/roleAssignments/new", row)
}

fn eligible(role: &str, principal: &str) -> Value {
    let id = named_uuid(&format!("{role} {principal}"));
    let always = json!({"type": "noExpiration", "endDateTime": null, "duration": null});
    let row = json!({
        "id": id, "principalId": principal, "directoryScopeId": "/", "roleDefinitionId": role, "appScopeId": null,
        "createdDateTime": "2025-02-01T08:00:00Z", "modifiedDateTime": null, "status": "Provisioned", "memberType": "Direct",
        "scheduleInfo": {"startDateTime": "2025-02-01T08:00:00Z", "recurrence": null, "expiration": always},
    });
    set("graph/roleEligibilitySchedules/new", row)
}

fn registered(id: &str, methods: Value) -> Value {
    set(&format!("graph/policies/userRegistrationDetails/{id}/methodsRegistered"), methods)
}

fn method(name: &str, member: &str, value: impl Into<Value>) -> Value {
    set(&format!("graph/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{name}/{member}"), value)
}

fn authorization(member: &str, value: impl Into<Value>) -> Value {
    set(&format!("graph/policies/authorizationPolicy/{member}"), value)
}

/// The dates of the secret that we sign in with.
fn own_secret(since: &str, until: Value) -> [Value; 2] {
    let id = named_uuid("application/c3000000-0000-4000-8000-000000000001");
    let at = |member: &str| format!("graph/applications/{id}/passwordCredentials/0/{member}");
    [set(&at("startDateTime"), since), set(&at("endDateTime"), until)]
}

/// A secret that was added to an application of somebody else's.
fn foreign_secret() -> Value {
    let secret = json!({"keyId": named_uuid("a secret of a stranger"), "displayName": "one", "hint": "abc", "customKeyIdentifier": null,
        "secretText": null, "startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"});
    set(&format!("graph/servicePrincipals/{STRANGE}/passwordCredentials"), json!([secret]))
}

/// A permission of ours on Microsoft Graph.
fn right(role: &str, id: &str) -> Value {
    let row = json!({
        "id": format!("right-{role}"), "appRoleId": id, "principalId": OURS, "principalDisplayName": "regain",
        "principalType": "ServicePrincipal", "resourceId": named_uuid("graph"), "resourceDisplayName": "Microsoft Graph",
        "createdDateTime": "2026-10-01T00:00:00Z", "deletedDateTime": null,
    });
    set("graph/appRoleAssignments/new", row)
}

fn consent(app: &str, by: Option<&str>) -> Value {
    let kind = if by.is_none() { "AllPrincipals" } else { "Principal" };
    let row = json!({"id": format!("consent-{app}"), "clientId": app, "consentType": kind, "principalId": by,
        "resourceId": named_uuid("graph"), "scope": "Mail.Read offline_access"});
    set("graph/oauth2PermissionGrants/new", row)
}

fn federated(second_factor: &str) -> [Value; 2] {
    let trust = json!({"id": "6601d14b-d113-8f64-fda2-9b5ddda18ecc", "displayName": "Contoso", "issuerUri": "https://sts.contoso.com",
        "federatedIdpMfaBehavior": second_factor});
    [set("graph/domains/contoso.com/authenticationType", "Federated"), set("graph/domains/contoso.com/@federation", trust)]
}

fn exchange(path: &str, value: impl Into<Value>) -> Value {
    set(&format!("exchange/organisation/{path}"), value)
}

/// What users may do by default, and what becomes of requests.
fn defaults_of_users() -> Vec<Flip> {
    let consent = |policies: Value| authorization("defaultUserRolePermissions/permissionGrantPoliciesAssigned", policies);
    vec![
        flip("everybody invites", [authorization("allowInvitesFrom", "everyone")], &[("guests-restricted", "partly")]),
        flip(
            "members invite",
            [authorization("allowInvitesFrom", "adminsGuestInvitersAndAllMembers")],
            &[("guests-restricted", "partly")],
        ),
        flip("nobody invites", [authorization("allowInvitesFrom", "none")], &[]),
        flip(
            "guests read like members",
            [authorization("guestUserRoleId", "a0b1b346-4d3e-4e8b-98f8-753987be4970")],
            &[("guests-restricted", "partly")],
        ),
        flip("guests read a little", [authorization("guestUserRoleId", "10dae51f-b6af-4016-8d66-8c2a99b929b3")], &[]),
        flip(
            "anybody joins by mail",
            [authorization("allowEmailVerifiedUsersToJoinOrganization", true)],
            &[("guests-restricted", "partly")],
        ),
        flip(
            "users register applications",
            [authorization("defaultUserRolePermissions/allowedToCreateApps", true)],
            &[("users-register-no-apps", "not-met")],
        ),
        // No item is about either.
        flip("users create tenants", [authorization("defaultUserRolePermissions/allowedToCreateTenants", true)], &[]),
        flip("users create groups", [authorization("defaultUserRolePermissions/allowedToCreateSecurityGroups", true)], &[]),
        flip(
            "consent to anything",
            [consent(json!(["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"]))],
            &[("consent-restricted", "not-met")],
        ),
        flip("consent to little", [consent(json!(["ManagePermissionGrantsForSelf.microsoft-user-default-low"]))], &[]),
        // What a policy of the tenant's own allows is not read.
        flip(
            "consent by a policy of one's own",
            [consent(json!(["ManagePermissionGrantsForSelf.contoso"]))],
            &[("consent-restricted", "not-measurable")],
        ),
        flip("consent to risky apps", [authorization("allowUserConsentForRiskyApps", true)], &[("consent-restricted", "partly")]),
        flip(
            "no requests",
            [set("graph/policies/adminConsentRequestPolicy/isEnabled", false)],
            &[("consent-restricted", "partly")],
        ),
        flip(
            "requests to nobody",
            [set("graph/policies/adminConsentRequestPolicy/reviewers", json!([]))],
            &[("consent-restricted", "partly")],
        ),
    ]
}

/// Conditional Access: a second factor, for whom and where.
fn second_factor() -> Vec<Flip> {
    const FOR_ALL: &str = "second-factor-for-all";
    const STOLEN: (&str, &str) = ("stolen-session-useless", "not-met");
    const ANYWHERE: (&str, &str) = ("administrators-on-own-devices", "not-met");
    vec![
        // Who comes from a strange device is asked for a method that cannot be phished, and that is a second factor.
        flip("a second factor by the policy about devices", [off(MFA)], &[]),
        flip("a second factor for nobody", [off(DEVICE), off(MFA)], &[(FOR_ALL, "not-met"), STOLEN]),
        flip(
            "a second factor only reported",
            [off(DEVICE), ca(MFA, "state", "enabledForReportingButNotEnforced")],
            &[(FOR_ALL, "not-met"), STOLEN],
        ),
        flip("all but one", [off(DEVICE), sparing(MFA, ANNA)], &[(FOR_ALL, "partly"), STOLEN]),
        flip(
            "all but a group",
            [off(DEVICE), ca(MFA, "conditions/users/excludeGroups", json!([GROUP]))],
            &[(FOR_ALL, "partly"), STOLEN],
        ),
        flip(
            "in the browser only",
            [off(DEVICE), ca(MFA, "conditions/clientAppTypes", json!(["browser"]))],
            &[(FOR_ALL, "not-met"), STOLEN],
        ),
        flip(
            "for Office only",
            [off(DEVICE), ca(MFA, "conditions/applications/includeApplications", json!(["Office365"]))],
            &[(FOR_ALL, "not-met"), STOLEN],
        ),
        // Who comes from a strange device then does not get in at all.
        flip(
            "a device in place of a second factor",
            [off(DEVICE), ca(MFA, "grantControls", json!({"operator": "OR", "builtInControls": ["compliantDevice"]}))],
            &[],
        ),
        // Who administers is kept to devices of their own all the same.
        flip("administrators may be phished", [off(RESISTANT)], &[]),
        flip("administrators from any device", [off(WORKSTATIONS)], &[ANYWHERE]),
        flip("administrators from any device, by the policy about devices", [off(WORKSTATIONS), off(RESISTANT)], &[ANYWHERE]),
        flip(
            "administrators from any device may be phished",
            [off(WORKSTATIONS), off(RESISTANT), off(DEVICE)],
            &[ANYWHERE, ("administrators-resist-phishing", "partly"), STOLEN],
        ),
        flip(
            "one administrator from any device may be phished",
            [sparing(WORKSTATIONS, ADM_SARA), sparing(RESISTANT, ADM_SARA), off(DEVICE)],
            &[("administrators-on-own-devices", "partly"), ("administrators-resist-phishing", "partly"), STOLEN],
        ),
        // Without the filter nobody who administers gets in at all: no device of theirs is named.
        flip(
            "no device is named",
            [ca(WORKSTATIONS, "conditions/devices", Value::Null)],
            &[("administrators-on-own-devices", "partly")],
        ),
    ]
}

/// Conditional Access: old clients, codes, risk, registration, sessions, places.
fn other_ways() -> Vec<Flip> {
    const SET: (&str, &str) = ("access-policy-set", "partly");
    let modern = [MFA, RESISTANT, DEVICE, WORKSTATIONS].map(modern_only);
    let and = |more: Value| {
        let [one, two, three, four] = modern.clone();
        [one, two, three, four, more]
    };
    let but_guests = |number: u8| {
        ca(number, "conditions/users/excludeUsers", json!(["GuestsOrExternalUsers", BREAK_GLASS[0], BREAK_GLASS[1]]))
    };
    vec![
        // An old client cannot show the second factor that is asked of it, and stays out. So do guests with one below, by
        // the policy of their own.
        flip("old clients are not blocked", [off(LEGACY)], &[]),
        flip("a second factor of new clients only", modern.clone(), &[]),
        flip("old clients get in", and(off(LEGACY)), &[("legacy-authentication-blocked", "partly"), SET]),
        flip(
            "old ActiveSync gets in",
            and(ca(LEGACY, "conditions/clientAppTypes", json!(["other"]))),
            &[("legacy-authentication-blocked", "partly"), SET],
        ),
        flip("old clients of one get in", and(sparing(LEGACY, ANNA)), &[("legacy-authentication-blocked", "partly"), SET]),
        // A role that is only eligible is not active, so that policies for roles stop nobody here.
        flip("device codes", [off(FLOWS)], &[("device-code-blocked", "not-met"), SET]),
        flip(
            "transfer only",
            [ca(FLOWS, "conditions/authenticationFlows/transferMethods", "authenticationTransfer")],
            &[("device-code-blocked", "not-met"), SET],
        ),
        flip("device codes only", [ca(FLOWS, "conditions/authenticationFlows/transferMethods", "deviceCodeFlow")], &[]),
        flip("device codes of one", [sparing(FLOWS, KARIN)], &[("device-code-blocked", "partly"), SET]),
        flip("risk of sign-ins", [off(SIGN_IN_RISK)], &[("risk-answered", "partly"), SET]),
        flip("high risk of sign-ins only", [ca(SIGN_IN_RISK, "conditions/signInRiskLevels", json!(["high"]))], &[]),
        flip(
            "all but high risk of sign-ins",
            [ca(SIGN_IN_RISK, "conditions/signInRiskLevels", json!(["medium"]))],
            &[("risk-answered", "partly"), SET],
        ),
        flip("risk of accounts", [off(USER_RISK)], &[("risk-answered", "partly"), SET]),
        flip("risk of one account", [sparing(USER_RISK, SARA)], &[("risk-answered", "partly"), SET]),
        flip("no risk at all", [off(SIGN_IN_RISK), off(USER_RISK)], &[("risk-answered", "not-met"), SET]),
        flip("registration from anywhere", [off(REGISTRATION)], &[("registration-protected", "not-met"), SET]),
        flip("registration of one", [sparing(REGISTRATION, ANNA)], &[("registration-protected", "partly"), SET]),
        // Without a trusted place the second factor is asked for everywhere.
        flip("no place is trusted", [set(&format!("graph/policies/namedLocations/{OFFICE}/isTrusted"), false)], &[]),
        flip(
            "registration is guarded in trusted places only",
            [ca(REGISTRATION, "conditions/locations", json!({"includeLocations": ["AllTrusted"], "excludeLocations": []}))],
            &[("registration-protected", "not-met"), SET],
        ),
        flip(
            "registration is guarded in one place only",
            [ca(REGISTRATION, "conditions/locations", json!({"includeLocations": [OFFICE], "excludeLocations": []}))],
            &[("registration-protected", "not-met"), SET],
        ),
        flip("sessions of people", [off(DEVICE)], &[("stolen-session-useless", "not-met")]),
        flip("the session of one", [sparing(DEVICE, KARIN)], &[("stolen-session-useless", "partly")]),
        flip(
            "a session by any second factor",
            [ca(DEVICE, "grantControls/authenticationStrength/id", SECOND_FACTOR)],
            &[("stolen-session-useless", "not-met")],
        ),
        // Guests are members of "everybody" too.
        flip("guests", [off(GUESTS)], &[]),
        flip("everybody but guests", [but_guests(MFA), but_guests(DEVICE)], &[]),
        flip("guests without a second factor", [off(GUESTS), but_guests(MFA), but_guests(DEVICE)], &[SET]),
        // Who administers does not get in from a strange device, and so does not stay there either.
        flip("administrators stay signed in", [off(OFTEN)], &[]),
        flip(
            "administrators stay signed in anywhere",
            [off(WORKSTATIONS), off(OFTEN)],
            &[("administrators-on-own-devices", "not-met"), ("sessions-limited", "partly")],
        ),
        flip("tokens are not bound", [off(TOKENS)], &[("sessions-limited", "partly")]),
        // That running sessions are not looked at is said in beta only (docs/unverified.md).
        flip("one emergency account is reached", [ca(MFA, "conditions/users/excludeUsers", json!([BREAK_GLASS[0]]))], &[]),
        flip(
            "both emergency accounts are reached",
            [ca(MFA, "conditions/users/excludeUsers", json!([]))],
            &[("emergency-accounts", "partly")],
        ),
        flip(
            "both emergency accounts are kept out",
            [ca(WORKSTATIONS, "conditions/users/excludeUsers", json!([]))],
            &[("emergency-accounts", "partly")],
        ),
    ]
}

/// Who administers, and with what account.
fn administrators() -> Vec<Flip> {
    const DEDICATED: (&str, &str) = ("dedicated-administrators", "partly");
    const STANDING: (&str, &str) = ("roles-on-demand", "partly");
    vec![
        flip("a standing role of an administrator", [given(GLOBAL, ADM_ERIK)], &[STANDING]),
        flip("an everyday account administers", [given(EXCHANGE, KARIN)], &[DEDICATED, STANDING]),
        flip("an everyday account may administer", [eligible(EXCHANGE, KARIN)], &[DEDICATED]),
        flip(
            "an everyday account has the highest role",
            [given(GLOBAL, KARIN)],
            &[DEDICATED, STANDING, ("restricted-management", "partly")],
        ),
        flip(
            "a role that no policy names",
            [given(TEAMS, KARIN)],
            &[
                DEDICATED,
                STANDING,
                // By a managed device, but any; what cannot be phished is asked for by the policy about devices.
                ("administrators-on-own-devices", "partly"),
                ("sessions-limited", "partly"),
            ],
        ),
        flip("a role without power", [given(REPORTS, KARIN)], &[]),
        flip(
            "five with the highest role",
            [eligible(GLOBAL, ADM_SARA), eligible(GLOBAL, SARA)],
            &[DEDICATED, ("few-global-administrators", "not-met"), ("restricted-management", "partly")],
        ),
        flip("an application with the highest role", [given(GLOBAL, OURS)], &[("few-global-administrators", "partly")]),
        flip("an emergency account without its role", [gone("graph/roleAssignments/0")], &[("emergency-accounts", "partly")]),
        flip(
            "one with the highest role",
            [gone("graph/roleAssignments/0"), gone("graph/roleEligibilitySchedules/0")],
            &[("emergency-accounts", "partly"), ("few-global-administrators", "not-met")],
        ),
        flip("an administrator from the network", [user(ADM_ERIK, "onPremisesSyncEnabled", true)], &[DEDICATED]),
        flip("an emergency account is off", [user(BREAK_GLASS[0], "accountEnabled", false)], &[("emergency-accounts", "partly")]),
        flip(
            "an emergency account from the network",
            [user(BREAK_GLASS[0], "onPremisesSyncEnabled", true)],
            &[DEDICATED, ("emergency-accounts", "partly")],
        ),
        flip(
            "an emergency account without a key",
            [registered(BREAK_GLASS[0], json!(["microsoftAuthenticatorPush"]))],
            &[("emergency-accounts", "partly")],
        ),
        flip(
            "nobody under restricted management",
            [set(&format!("graph/administrativeUnits/{UNIT}/isMemberManagementRestricted"), false)],
            &[("restricted-management", "not-met")],
        ),
        flip(
            "one not under restricted management",
            [set(&format!("graph/administrativeUnits/{UNIT}/members"), json!([ANNA, BREAK_GLASS[0], BREAK_GLASS[1]]))],
            &[("restricted-management", "partly")],
        ),
    ]
}

/// Accounts, and the methods that they sign in with.
fn people() -> Vec<Flip> {
    let long_ago =
        json!({"lastSignInDateTime": "2026-03-01T08:00:00Z", "lastNonInteractiveSignInDateTime": "2026-03-01T08:00:00Z"});
    vec![
        flip("an account is off", [user(KARIN, "accountEnabled", false)], &[]),
        flip(
            "an account that nobody uses",
            [user(KARIN, "signInActivity", long_ago.clone())],
            &[("no-stale-accounts", "partly")],
        ),
        flip("a guest who does not come any more", [user(GUEST, "signInActivity", long_ago)], &[("no-stale-accounts", "partly")]),
        flip(
            "a shared mailbox signs in",
            [user("a1000000-0000-4000-8000-000000000031", "accountEnabled", true)],
            // It has registered nothing, and nobody has signed in to it since it was made.
            &[("no-stale-accounts", "partly"), ("second-factor-registered", "partly"), ("shared-mailboxes-closed", "not-met")],
        ),
        flip("nothing registered", [registered(KARIN, json!([]))], &[("second-factor-registered", "partly")]),
        flip(
            "a question is no second factor",
            [registered(KARIN, json!(["securityQuestion"]))],
            &[("second-factor-registered", "partly")],
        ),
        flip("text messages", [method("Sms", "state", "enabled")], &[("weak-methods-off", "partly")]),
        flip("calls", [method("Voice", "state", "enabled")], &[("weak-methods-off", "partly")]),
        flip("codes by mail", [method("Email", "state", "enabled")], &[("weak-methods-off", "partly")]),
        flip(
            "older policies count",
            [set("graph/policies/authenticationMethodsPolicy/policyMigrationState", "migrationInProgress")],
            &[("weak-methods-off", "partly")],
        ),
        flip(
            "the application is hidden",
            [method("MicrosoftAuthenticator", "featureSettings/displayAppInformationRequiredState/state", "disabled")],
            &[("authenticator-shows-context", "partly")],
        ),
        flip(
            "the place is left to the service",
            [method("MicrosoftAuthenticator", "featureSettings/displayLocationInformationRequiredState/state", "default")],
            &[("authenticator-shows-context", "partly")],
        ),
        flip(
            "no authenticator",
            [method("MicrosoftAuthenticator", "state", "disabled")],
            &[("authenticator-shows-context", "not-applicable")],
        ),
        flip("no pass", [method("TemporaryAccessPass", "state", "disabled")], &[("temporary-pass-ready", "not-met")]),
        flip(
            "a pass for a month",
            [method("TemporaryAccessPass", "maximumLifetimeInMinutes", 43_200)],
            &[("temporary-pass-ready", "partly")],
        ),
        // No item asks for a method.
        flip("no keys", [method("Fido2", "state", "disabled")], &[]),
    ]
}

/// Applications, domains, licences, the score.
fn apps_and_service() -> Vec<Flip> {
    const EXPIRE: &str = "app-credentials-expire";
    vec![
        flip("a secret without an end", own_secret("2026-06-01T00:00:00Z", Value::Null), &[(EXPIRE, "not-met")]),
        flip("a secret for ten years", own_secret("2026-06-01T00:00:00Z", json!("2036-06-01T00:00:00Z")), &[(EXPIRE, "not-met")]),
        flip("a secret that has ended", own_secret("2024-06-01T00:00:00Z", json!("2025-06-01T00:00:00Z")), &[]),
        flip("a secret on another's application", [foreign_secret()], &[(EXPIRE, "partly")]),
        flip(
            "an application reads all mail",
            [right("Mail.Read", "810c84a8-4a9e-49e6-bf7d-12d183f40d01")],
            &[("no-tenant-wide-mail", "not-met")],
        ),
        flip("an application reads groups", [right("Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b")], &[]),
        flip("somebody let an unknown app in", [consent(STRANGE, Some(ANNA))], &[("no-unknown-apps", "not-met")]),
        flip("an administrator let an app in", [consent(STRANGE, None)], &[]),
        flip("somebody let an app of ours in", [consent(OURS, Some(ANNA))], &[]),
        flip("elsewhere, second factor taken", federated("acceptIfMfaDoneByFederatedIdp"), &[("federation-guarded", "partly")]),
        flip("elsewhere, second factor asked there", federated("enforceMfaByFederatedIdp"), &[("federation-guarded", "partly")]),
        // How the place itself is kept, a person has to say.
        flip("elsewhere, second factor asked here", federated("rejectMfaByFederatedIdp"), &[("federation-guarded", "open")]),
        flip(
            "no score",
            [set("graph/policies/secureScores", json!([]))],
            &[("secure-score-noted", "not-met"), ("score-recommendations", "not-measurable")],
        ),
        flip("another score", [set("graph/policies/secureScores/0/currentScore", 20.0)], &[("secure-score-noted", "met")]),
        flip(
            "one recommendation done",
            [set("graph/policies/secureScores/0/controlScores/0/score", 10.0)],
            &[("score-recommendations", "partly")],
        ),
        // E3 with the premium directory: no premium audit, no Defender for Cloud Apps. What Exchange has of Defender for
        // Office 365 the emulated tenant settles when it starts.
        flip(
            "other licences",
            [set("tenant/licences", json!(["SPE_E3", "AAD_PREMIUM_P2"]))],
            &[("cloud-apps-watched", "not-met"), ("records-for-a-year", "not-met")],
        ),
    ]
}

/// Alerts, which Purview keeps, and mail: what Exchange keeps is turned one by one in the core's own table.
fn mail() -> Vec<Flip> {
    let alert =
        |member: &str, value: Value| exchange(&format!("ProtectionAlert/User restricted from sending email/{member}"), value);
    vec![
        flip("an alert is off", [alert("Disabled", json!(true))], &[("alerts-reach-somebody", "partly")]),
        flip("an alert is silent", [alert("NotificationEnabled", json!(false))], &[("alerts-reach-somebody", "partly")]),
        flip("an alert goes to nobody", [alert("NotifyUser", json!([]))], &[("alerts-reach-somebody", "partly")]),
        flip(
            "an alert goes to somebody who left",
            [alert("NotifyUser", json!(["left@contoso.com"]))],
            &[("alerts-reach-somebody", "partly")],
        ),
        flip("an alert goes to all who administer", [alert("NotifyUser", json!(["TenantAdmins"]))], &[]),
        flip("no log", [exchange("AdminAuditLogConfig/UnifiedAuditLogIngestionEnabled", false)], &[("audit-log-on", "not-met")]),
        flip("SMTP AUTH", [exchange("TransportConfig/SmtpClientAuthenticationDisabled", false)], &[("smtp-auth-off", "not-met")]),
        flip(
            "old authentication of Outlook",
            [exchange("OrganizationConfig/OAuth2ClientProfileEnabled", false)],
            &[("modern-authentication-on", "not-met")],
        ),
        flip("direct send", [exchange("OrganizationConfig/RejectDirectSend", false)], &[("direct-send-rejected", "not-met")]),
        flip("no mark", [exchange("ExternalInOutlook/Enabled", false)], &[("external-tag-on", "not-met")]),
        flip(
            "forwarding",
            [exchange("HostedOutboundSpamFilterPolicy/Default/AutoForwardingMode", "On")],
            &[("external-forwarding-off", "partly")],
        ),
        // The policies below the presets are as good, but a preset for increased security is what the item asks for.
        flip(
            "no preset for mail",
            [exchange("EOPProtectionPolicyRule/0/State", "Disabled")],
            &[("preset-policies-on", "partly")],
        ),
        flip(
            "a preset for one domain of two",
            [exchange("EOPProtectionPolicyRule/0/RecipientDomainIs", json!(["contoso.com"]))],
            &[("preset-policies-on", "partly")],
        ),
    ]
}

/// The bare tenant, where nothing else hides what a switch does.
fn bare() -> Vec<Flip> {
    vec![
        // Security defaults ask everybody to register, decide themselves when to ask whom, and always ask those who
        // administer; they block old clients. They know nothing of codes, risk, registration, devices and sessions.
        flip(
            "security defaults",
            [set("graph/policies/identitySecurityDefaultsEnforcementPolicy/isEnabled", true)],
            &[
                ("access-policy-set", "partly"),
                ("administrators-resist-phishing", "partly"),
                ("legacy-authentication-blocked", "met"),
                ("second-factor-for-all", "partly"),
            ],
        ),
    ]
}

/// An emulated tenant, and a record of its posture in it.
struct Place {
    running: Running,
    session: Session,
    scribe: Scribe,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn at(scenario: &str, prepare: impl FnOnce(&mut Value)) -> Self {
        let path = format!("{}/../../examples/scenarios/{scenario}.json", env!("CARGO_MANIFEST_DIR"));
        let mut scenario: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        // Some dozens of measurements in a row are more than the limits of a day let anybody have.
        scenario["tenant"]["behaviour"]["graphLimits"] = json!(false);
        prepare(&mut scenario);
        let running = start(Scenario::from_value(&scenario).unwrap(), Options::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let line = serde_json::to_string(&running.endpoints).unwrap();
        let names = ["breakglass1@contoso.onmicrosoft.com", "breakglass2@contoso.onmicrosoft.com"];
        let policy = Policy { break_glass: names.map(str::to_owned).into(), ..Policy::default() };
        let settings = Settings::emulated(&line, folder.path().to_owned(), policy, Waits::Jumping).unwrap();
        let session = open(&settings).await.unwrap();
        let scribe = posture::begin(&session.world, &session.operator.tenant, &session.holder, Arc::new(())).await.unwrap();
        Self { running, session, scribe, _folder: folder }
    }

    fn turn(&self, turn: &Value) {
        let request = Request::new(Service::Control, "POST", "/change").with_json(turn);
        let world = self.running.world();
        let answer = regain_emulator::answer(&mut world.lock().unwrap(), &request);
        assert!((200..300).contains(&answer.status), "{turn}: {} {}", answer.status, answer.value());
    }

    async fn answers(&self) -> BTreeMap<String, Answer> {
        let told = posture::measure(&self.session.world, &self.scribe, roadmap::items().unwrap()).await.unwrap();
        told.answers.into_iter().map(|(item, answer)| (item.id, answer)).collect()
    }

    /// Turns each in its turn, and the tenant back between them. What was wrong, one line each.
    async fn flipped(self, flips: &[Flip]) -> Vec<String> {
        let before = self.answers().await;
        let unread: Vec<_> = before.iter().filter(|(_, answer)| matches!(answer, Answer::NotMeasurable { .. })).collect();
        // No name server is asked here, and into the mailboxes nobody looked.
        let left_out = |item: &str| matches!(item, "dmarc-enforced" | "spf-hard" | "no-rule-bears-the-marks");
        assert!(unread.iter().all(|(item, _)| left_out(item)), "{unread:?}");
        let tenant = self.running.world().lock().unwrap().tenant.clone();
        let mut wrong = Vec::new();
        for Flip { what, turns, expected } in flips {
            for turn in turns {
                self.turn(turn);
            }
            let after = self.answers().await;
            self.running.world().lock().unwrap().tenant = tenant.clone();
            let changed: BTreeMap<&str, &str> = after
                .iter()
                .filter(|(item, answer)| before.get(*item) != Some(answer))
                .map(|(item, answer)| (item.as_str(), answer.as_str()))
                .collect();
            if changed != expected.iter().copied().collect() {
                let seen: Vec<&Answer> = changed.keys().filter_map(|item| after.get(*item)).collect();
                wrong.push(format!("{what}: {changed:?}, and not {expected:?}: {seen:?}"));
            }
        }
        assert_eq!(self.answers().await, before, "the tenant is as it was");
        self.running.stop().await;
        wrong
    }
}

/// The hardened tenant with a guest, a group, a stranger's application, and a secret of ours that ends.
fn hardened(scenario: &mut Value) {
    let graph = &mut scenario["graph"];
    let recently =
        json!({"lastSignInDateTime": "2026-10-30T08:00:00Z", "lastNonInteractiveSignInDateTime": "2026-10-30T08:00:00Z"});
    graph["users"].as_array_mut().unwrap().push(json!({
        "id": GUEST, "userPrincipalName": "guest_fabrikam.com#EXT#@contoso.onmicrosoft.com", "displayName": "A guest",
        "userType": "Guest", "accountEnabled": true, "createdDateTime": "2024-02-01T08:00:00Z", "signInActivity": recently,
        "@password": "Sommar-041-regn",
    }));
    // What a licence with a mailbox brings; the emulated tenant does not derive it.
    let mailbox = json!([{"assignedDateTime": "2024-02-01T08:00:00Z", "capabilityStatus": "Enabled", "service": "exchange",
        "servicePlanId": "efb87545-963c-4e0d-99df-69c6916d9eb0"}]);
    for user in graph["users"].as_array_mut().unwrap().iter_mut().filter(|user| user["assignedLicenses"].is_array()) {
        user["assignedPlans"] = mailbox.clone();
    }
    graph["groups"] = json!([{"id": GROUP, "displayName": "Exceptions", "members": [KARIN]}]);
    graph["servicePrincipals"] = json!([{
        "id": STRANGE, "appId": "9d000000-0000-4000-8000-000000000009", "displayName": "Mail Merge Pro",
        "appOwnerOrganizationId": "0f1e2d3c-4b5a-4678-9a0b-c0de00000099",
    }]);
}

fn of_the_hardened_tenant() -> Vec<Flip> {
    [defaults_of_users(), second_factor(), other_ways(), administrators(), people(), apps_and_service(), mail()]
        .into_iter()
        .flatten()
        .collect()
}

/// Turned in parts, which run side by side.
async fn in_the_hardened_tenant(flips: Vec<Flip>) {
    let place = Place::at("posture-hardened", hardened).await;
    for turn in own_secret("2026-06-01T00:00:00Z", json!("2027-06-01T00:00:00Z")) {
        place.turn(&turn);
    }
    let wrong = place.flipped(&flips).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn one_setting_of_conditional_access_changes_exactly_the_items_that_name_it() {
    in_the_hardened_tenant([second_factor(), other_ways()].into_iter().flatten().collect()).await;
}

#[tokio::test]
async fn one_setting_of_accounts_and_roles_changes_exactly_the_items_that_name_it() {
    in_the_hardened_tenant([administrators(), people()].into_iter().flatten().collect()).await;
}

#[tokio::test]
async fn one_setting_of_policies_apps_and_mail_changes_exactly_the_items_that_name_it() {
    in_the_hardened_tenant([defaults_of_users(), apps_and_service(), mail()].into_iter().flatten().collect()).await;
}

#[tokio::test]
async fn a_switch_of_a_bare_tenant_changes_exactly_the_items_that_name_it() {
    let wrong = Place::at("posture-bare", |_| {}).await.flipped(&bare()).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// No item that the directory's settings answer is left out of the table.
#[test]
fn every_item_of_the_directory_is_flipped() {
    let flipped: BTreeSet<&str> =
        of_the_hardened_tenant().iter().chain(&bare()).flat_map(|flip| flip.expected.iter().map(|(item, _)| *item)).collect();
    let items = roadmap::items().unwrap();
    let of_directory =
        items.iter().filter(|item| item.measure.is_some() && item.takes.iter().any(|takes| takes.contains("Graph:")));
    let missing: Vec<&str> = of_directory.map(|item| item.id.as_str()).filter(|id| !flipped.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
