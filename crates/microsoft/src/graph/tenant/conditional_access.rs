//! `/identity/conditionalAccess`: policies, named locations, authentication strengths; and who is in the groups that
//! policies name.
//!
//! A word that is not known is carried as it was read, and makes an answer "cannot be told"; it is never dropped.

use std::collections::{BTreeMap, BTreeSet};

use regain_incident::posture::access::place::{Extent, FoundBy};
use regain_incident::posture::access::policy::{
    ClientApps, Control, Filter, FilterMode, Grant, Guests, Id, LocationName, Operator, People, Person, PlatformName, Resource,
    ServicePrincipals, Sides, State, Tenants, What, Who,
};
use regain_incident::posture::access::session::{ContinuousAccess, Every, Persistence, Session};
use regain_incident::posture::access::situation::{ClientApp, Flow, InsiderRisk, Platform, Risk, UserAction};
use regain_incident::posture::access::strength::Method;
use regain_incident::posture::access::subject::GuestKind;
use regain_incident::posture::access::{AccessPolicy, NamedLocation, Strength};
use regain_incident::tenant::conditional_access::{ConditionalAccess, GroupMembers};
use regain_ports::{ProviderError, Seen};
use serde_json::Value;

use super::super::wire::path;
use super::super::{error, text};
use super::{Graph, flag, needed, rows_of, words};
use crate::call::Doing;

const READ: Doing = Doing { what: "read Conditional Access", needs: "Policy.Read.All" };
const GROUPS: Doing = Doing { what: "read the groups that policies name", needs: "GroupMember.Read.All" };

/// Conditions that are read; any other is carried as it is.
const CONDITIONS: &[&str] = &[
    "applications",
    "authenticationFlows",
    "clientApplications",
    "clientAppTypes",
    "devices",
    "insiderRiskLevels",
    "locations",
    "platforms",
    "servicePrincipalRiskLevels",
    "signInRiskLevels",
    "userRiskLevels",
    "users",
];

/// Session controls that are read.
const CONTROLS: &[&str] = &[
    "applicationEnforcedRestrictions",
    "cloudAppSecurity",
    "continuousAccessEvaluation",
    "disableResilienceDefaults",
    "persistentBrowser",
    "secureSignInSession",
    "signInFrequency",
];

impl Graph {
    pub(super) async fn conditional_access(&self) -> Result<Seen<ConditionalAccess>, ProviderError> {
        let policies = self.rows(READ, "identity/conditionalAccess/policies").await?;
        let locations = self.rows(READ, "identity/conditionalAccess/namedLocations").await?;
        let strengths = self.rows(READ, "identity/conditionalAccess/authenticationStrength/policies").await?;
        let mut raw = [policies.raw, locations.raw, strengths.raw].concat();
        let policies = policies.rows.iter().map(policy).collect::<Result<Vec<_>, _>>()?;
        let (groups, more) = self.groups_of(&policies).await?;
        raw.extend(more);
        let read = ConditionalAccess {
            policies,
            locations: locations.rows.iter().map(location).collect::<Result<_, _>>()?,
            strengths: strengths.rows.iter().map(strength).collect::<Result<_, _>>()?,
            groups,
        };
        Ok(Seen::new(read, raw))
    }

    /// Who is in each group that a policy names, and in the groups within, however deep. Each is read once.
    async fn groups_of(&self, policies: &[AccessPolicy]) -> Result<(Vec<GroupMembers>, Vec<String>), ProviderError> {
        let named = policies.iter().flat_map(|policy| policy.who.include.groups.iter().chain(&policy.who.exclude.groups));
        let mut open: BTreeSet<Id> = named.cloned().collect();
        let (mut done, mut raw) = (BTreeMap::new(), Vec::new());
        while let Some(group) = open.pop_first() {
            let members = match self.rows(GROUPS, &format!("groups/{}/members?$select=id", path(group.as_str()))).await {
                Err(gone) if error::is_gone(&gone) => None,
                Err(broken) => return Err(broken),
                Ok(list) => {
                    raw.extend(list.raw);
                    let mut members = Vec::new();
                    for row in &list.rows {
                        let id = Id::from(needed(GROUPS, "id", text(row, "id"))?);
                        if text(row, "@odata.type") == Some("#microsoft.graph.group") && id != group && !done.contains_key(&id) {
                            open.insert(id.clone());
                        }
                        members.push(id);
                    }
                    Some(members)
                }
            };
            done.insert(group, members);
        }
        Ok((done.into_iter().map(|(group, members)| GroupMembers { group, members }).collect(), raw))
    }
}

fn part<'a>(row: &'a Value, member: &str) -> &'a Value {
    row.get(member).unwrap_or(&Value::Null)
}

fn set<T: Ord>(row: &Value, member: &str, of: impl Fn(&str) -> T) -> BTreeSet<T> {
    words(row, member).iter().map(|word| of(word)).collect()
}

/// Several flags in one text, with commas between.
fn flags<T: Ord>(row: &Value, member: &str, of: impl Fn(&str) -> T) -> BTreeSet<T> {
    let all = text(row, member).unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
    all.map(of).collect()
}

fn ids(row: &Value, member: &str) -> BTreeSet<Id> {
    set(row, member, |word| Id::from(word))
}

pub(super) fn policy(row: &Value) -> Result<AccessPolicy, ProviderError> {
    let id = needed(READ, "id", text(row, "id"))?;
    let conditions = needed(READ, "conditions", row.get("conditions").filter(|conditions| conditions.is_object()))?;
    let state = match needed(READ, "state", text(row, "state"))? {
        "enabled" => State::Enabled,
        "disabled" => State::Disabled,
        "enabledForReportingButNotEnforced" => State::ReportOnly,
        other => State::Other(other.to_owned()),
    };
    let locations = part(conditions, "locations");
    let platforms = part(conditions, "platforms");
    Ok(AccessPolicy {
        id: Id::from(id),
        name: text(row, "displayName").unwrap_or(id).to_owned(),
        state,
        who: who(part(conditions, "users")),
        service_principals: service_principals(conditions),
        what: what(part(conditions, "applications")),
        client_apps: set(conditions, "clientAppTypes", client_apps),
        platforms: Sides {
            include: set(platforms, "includePlatforms", platform),
            exclude: set(platforms, "excludePlatforms", platform),
        },
        locations: Sides {
            include: set(locations, "includeLocations", location_name),
            exclude: set(locations, "excludeLocations", location_name),
        },
        devices: filter(part(part(conditions, "devices"), "deviceFilter")),
        user_risk: set(conditions, "userRiskLevels", risk),
        sign_in_risk: set(conditions, "signInRiskLevels", risk),
        insider_risk: flags(conditions, "insiderRiskLevels", insider_risk),
        flows: flags(part(conditions, "authenticationFlows"), "transferMethods", flow),
        other_conditions: others(conditions, CONDITIONS),
        grant: grant(part(row, "grantControls")),
        session: session(part(row, "sessionControls")),
    })
}

/// Members that are set and not known by this version.
fn others(row: &Value, known: &[&str]) -> BTreeMap<String, String> {
    let all = row.as_object().into_iter().flatten();
    let set = all.filter(|(name, value)| !name.contains('@') && !known.contains(&name.as_str()) && !is_nothing(value));
    set.map(|(name, value)| (name.clone(), value.to_string())).collect()
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
        _ => false,
    }
}

fn who(users: &Value) -> Who {
    let side = |side: &str| People {
        users: set(users, &format!("{side}Users"), person),
        groups: ids(users, &format!("{side}Groups")),
        roles: ids(users, &format!("{side}Roles")),
        guests: users.get(format!("{side}GuestsOrExternalUsers")).filter(|guests| guests.is_object()).map(guests),
    };
    Who { include: side("include"), exclude: side("exclude") }
}

fn person(word: &str) -> Person {
    match word {
        "All" => Person::All,
        "None" => Person::Nobody,
        "GuestsOrExternalUsers" => Person::GuestsOrExternalUsers,
        id if is_id(id) => Person::Account(Id::from(id)),
        other => Person::Other(other.to_owned()),
    }
}

/// 32 hexadecimal digits with hyphens.
fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn guests(row: &Value) -> Guests {
    let tenants = part(row, "externalTenants");
    let these = || Tenants::These(ids(tenants, "members"));
    let tenants = match text(tenants, "membershipKind") {
        None | Some("all") => Tenants::All,
        Some("enumerated") => these(),
        Some(other) => Tenants::Other(other.to_owned()),
    };
    Guests { kinds: flags(row, "guestOrExternalUserTypes", guest), tenants }
}

fn guest(word: &str) -> GuestKind {
    match word {
        "internalGuest" => GuestKind::LocalGuest,
        "b2bCollaborationGuest" => GuestKind::CollaborationGuest,
        "b2bCollaborationMember" => GuestKind::CollaborationMember,
        "b2bDirectConnectUser" => GuestKind::DirectConnect,
        "serviceProvider" => GuestKind::ServiceProvider,
        "otherExternalUser" => GuestKind::OtherExternal,
        other => GuestKind::Other(other.to_owned()),
    }
}

fn service_principals(conditions: &Value) -> ServicePrincipals {
    let apps = part(conditions, "clientApplications");
    ServicePrincipals {
        include: set(apps, "includeServicePrincipals", str::to_owned),
        exclude: set(apps, "excludeServicePrincipals", str::to_owned),
        filter: filter(part(apps, "servicePrincipalFilter")).map(|filter| filter.rule),
        risk: set(conditions, "servicePrincipalRiskLevels", risk),
    }
}

fn what(applications: &Value) -> What {
    What {
        applications: Sides {
            include: set(applications, "includeApplications", resource),
            exclude: set(applications, "excludeApplications", resource),
        },
        filter: filter(part(applications, "applicationFilter")),
        actions: set(applications, "includeUserActions", action),
        contexts: ids(applications, "includeAuthenticationContextClassReferences"),
    }
}

fn resource(word: &str) -> Resource {
    match word {
        "All" => Resource::All,
        "None" => Resource::Nothing,
        "Office365" => Resource::Office365,
        "MicrosoftAdminPortals" => Resource::AdminPortals,
        id if is_id(id) => Resource::Application(Id::from(id)),
        other => Resource::Other(other.to_owned()),
    }
}

fn action(word: &str) -> UserAction {
    match word {
        "urn:user:registersecurityinfo" => UserAction::RegisterSecurityInformation,
        "urn:user:registerdevice" => UserAction::RegisterOrJoinDevice,
        other => UserAction::Other(other.to_owned()),
    }
}

fn client_apps(word: &str) -> ClientApps {
    match word {
        "all" => ClientApps::All,
        "browser" => ClientApps::One(ClientApp::Browser),
        "mobileAppsAndDesktopClients" => ClientApps::One(ClientApp::MobileAppsAndDesktopClients),
        "exchangeActiveSync" => ClientApps::One(ClientApp::ExchangeActiveSync),
        "easSupported" => ClientApps::ActiveSyncSupported,
        "other" => ClientApps::One(ClientApp::Other),
        other => ClientApps::Other(other.to_owned()),
    }
}

fn platform(word: &str) -> PlatformName {
    PlatformName::One(match word {
        "all" => return PlatformName::All,
        "android" => Platform::Android,
        "iOS" => Platform::Ios,
        "windows" => Platform::Windows,
        "windowsPhone" => Platform::WindowsPhone,
        "macOS" => Platform::MacOs,
        "linux" => Platform::Linux,
        other => return PlatformName::Other(other.to_owned()),
    })
}

fn location_name(word: &str) -> LocationName {
    match word {
        "All" => LocationName::All,
        "AllTrusted" => LocationName::AllTrusted,
        id if is_id(id) => LocationName::Named(Id::from(id)),
        other => LocationName::Other(other.to_owned()),
    }
}

fn filter(row: &Value) -> Option<Filter> {
    let rule = text(row, "rule")?.to_owned();
    let mode = match text(row, "mode").unwrap_or_default() {
        "include" => FilterMode::Include,
        "exclude" => FilterMode::Exclude,
        other => FilterMode::Other(other.to_owned()),
    };
    Some(Filter { mode, rule })
}

fn risk(word: &str) -> Risk {
    match word {
        "none" => Risk::None,
        "low" => Risk::Low,
        "medium" => Risk::Medium,
        "high" => Risk::High,
        "hidden" => Risk::Hidden,
        other => Risk::Other(other.to_owned()),
    }
}

fn insider_risk(word: &str) -> InsiderRisk {
    match word {
        "minor" => InsiderRisk::Minor,
        "moderate" => InsiderRisk::Moderate,
        "elevated" => InsiderRisk::Elevated,
        other => InsiderRisk::Other(other.to_owned()),
    }
}

fn flow(word: &str) -> Flow {
    match word {
        "deviceCodeFlow" => Flow::DeviceCode,
        "authenticationTransfer" => Flow::AuthenticationTransfer,
        other => Flow::Other(other.to_owned()),
    }
}

fn grant(row: &Value) -> Option<Grant> {
    row.is_object().then(|| Grant {
        operator: match text(row, "operator").unwrap_or_default() {
            "AND" => Operator::All,
            "OR" => Operator::One,
            other => Operator::Other(other.to_owned()),
        },
        controls: set(row, "builtInControls", control),
        strength: row.get("authenticationStrength").and_then(|strength| text(strength, "id")).map(Id::from),
        terms_of_use: ids(row, "termsOfUse"),
        custom: set(row, "customAuthenticationFactors", str::to_owned),
    })
}

fn control(word: &str) -> Control {
    match word {
        "block" => Control::Block,
        "mfa" => Control::Mfa,
        "compliantDevice" => Control::CompliantDevice,
        "domainJoinedDevice" => Control::HybridJoinedDevice,
        "approvedApplication" => Control::ApprovedApplication,
        "compliantApplication" => Control::ProtectedApplication,
        "passwordChange" => Control::PasswordChange,
        "riskRemediation" => Control::RiskRemediation,
        other => Control::Other(other.to_owned()),
    }
}

/// A control that is there and not switched off.
fn on<'a>(row: &'a Value, member: &str) -> Option<&'a Value> {
    row.get(member).filter(|control| control.is_object() && flag(control, "isEnabled") != Some(false))
}

fn session(row: &Value) -> Session {
    let mut session = Session { other: others(row, CONTROLS), ..Session::default() };
    if let Some(frequency) = on(row, "signInFrequency") {
        let second_only = text(frequency, "authenticationType") == Some("secondaryAuthentication");
        match every(frequency) {
            Some(every) if second_only => session.second_factor_again = Some(every),
            Some(every) => session.sign_in_again = Some(every),
            None => {
                session.other.insert("signInFrequency".to_owned(), frequency.to_string());
            }
        }
    }
    if let Some(browser) = on(row, "persistentBrowser") {
        match text(browser, "mode") {
            Some("never") => session.persistent_browser = Some(Persistence::Never),
            Some("always") => session.persistent_browser = Some(Persistence::Always),
            _ => {
                session.other.insert("persistentBrowser".to_owned(), browser.to_string());
            }
        }
    }
    session.resilience_defaults_off = flag(row, "disableResilienceDefaults") == Some(true);
    session.continuous_access =
        row.get("continuousAccessEvaluation").and_then(|access| text(access, "mode")).map(|mode| match mode {
            "disabled" => ContinuousAccess::Disabled,
            "strictLocation" | "strictEnforcement" => ContinuousAccess::Strict,
            other => ContinuousAccess::Other(other.to_owned()),
        });
    session.token_protection = on(row, "secureSignInSession").is_some();
    session.application_restrictions = on(row, "applicationEnforcedRestrictions").is_some();
    session.cloud_app_security =
        on(row, "cloudAppSecurity").and_then(|apps| text(apps, "cloudAppSecurityType")).map(str::to_owned).into_iter().collect();
    session
}

fn every(frequency: &Value) -> Option<Every> {
    if text(frequency, "frequencyInterval") == Some("everyTime") {
        return Some(Every::Time);
    }
    let value = frequency.get("value").and_then(Value::as_u64).and_then(|value| u32::try_from(value).ok())?;
    match text(frequency, "type") {
        Some("hours") => Some(Every::Hours(value)),
        Some("days") => Some(Every::days(value)),
        _ => None,
    }
}

fn location(row: &Value) -> Result<NamedLocation, ProviderError> {
    let id = needed(READ, "id", text(row, "id"))?;
    let extent = match text(row, "@odata.type").unwrap_or_default() {
        "#microsoft.graph.ipNamedLocation" => Extent::Ranges {
            ranges: rows_of(row, "ipRanges").iter().filter_map(|range| text(range, "cidrAddress")).map(str::to_owned).collect(),
            trusted: flag(row, "isTrusted") == Some(true),
        },
        "#microsoft.graph.countryNamedLocation" => Extent::Countries {
            countries: set(row, "countriesAndRegions", str::to_owned),
            unknown_too: flag(row, "includeUnknownCountriesAndRegions") == Some(true),
            found_by: match text(row, "countryLookupMethod").unwrap_or("clientIpAddress") {
                "clientIpAddress" => FoundBy::Address,
                "authenticatorAppGps" => FoundBy::Telephone,
                other => FoundBy::Other(other.to_owned()),
            },
        },
        other => Extent::Other(other.to_owned()),
    };
    Ok(NamedLocation { id: Id::from(id), name: text(row, "displayName").unwrap_or(id).to_owned(), extent })
}

fn strength(row: &Value) -> Result<Strength, ProviderError> {
    let id = needed(READ, "id", text(row, "id"))?;
    let combination = |word: &str| word.split(',').map(str::trim).map(method).collect::<BTreeSet<_>>();
    let allowed = set(row, "allowedCombinations", combination);
    Ok(Strength { id: Id::from(id), name: text(row, "displayName").unwrap_or(id).to_owned(), allowed })
}

fn method(word: &str) -> Method {
    use Method as M;
    match word {
        "password" => M::Password,
        "voice" => M::Voice,
        "sms" => M::Sms,
        "hardwareOath" => M::HardwareOath,
        "softwareOath" => M::SoftwareOath,
        "microsoftAuthenticatorPush" => M::AuthenticatorPush,
        "deviceBasedPush" => M::AuthenticatorSignIn,
        "fido2" => M::Fido2,
        "windowsHelloForBusiness" => M::WindowsHello,
        "x509CertificateSingleFactor" => M::CertificateSingleFactor,
        "x509CertificateMultiFactor" => M::CertificateMultiFactor,
        "temporaryAccessPassOneTime" => M::TemporaryPassOnce,
        "temporaryAccessPassMultiUse" => M::TemporaryPass,
        "email" => M::Email,
        "federatedSingleFactor" => M::FederatedSingleFactor,
        "federatedMultiFactor" => M::FederatedMultiFactor,
        "qrCodePin" => M::QrCodePin,
        other => M::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(conditions: &Value, grant: &Value, session: &Value) -> AccessPolicy {
        let row = json!({"id": "CA1", "displayName": "One", "state": "enabled", "conditions": conditions,
            "grantControls": grant, "sessionControls": session});
        policy(&row).unwrap()
    }

    #[test]
    fn a_policy_as_collected_is_understood_whole() {
        let one = read(
            &json!({
                "clientAppTypes": ["exchangeActiveSync", "other"], "userRiskLevels": [], "signInRiskLevels": ["high"],
                "platforms": null, "insiderRiskLevels": null, "authenticationFlows": {"transferMethods": "deviceCodeFlow,authenticationTransfer"},
                "applications": {"includeApplications": ["All"], "excludeApplications": ["MicrosoftAdminPortals"], "includeUserActions": []},
                "users": {"includeUsers": ["All"], "excludeUsers": ["A1000000-0000-4000-8000-000000000009"], "excludeGroups": ["G1"],
                    "excludeGuestsOrExternalUsers": {"guestOrExternalUserTypes": "internalGuest,serviceProvider",
                        "externalTenants": {"membershipKind": "enumerated", "members": ["T1"]}}},
                "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
                "devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}},
            }),
            &json!({"operator": "OR", "builtInControls": ["block"], "authenticationStrength": null}),
            &Value::Null,
        );
        assert_eq!(
            one.client_apps,
            BTreeSet::from([ClientApps::One(ClientApp::ExchangeActiveSync), ClientApps::One(ClientApp::Other)])
        );
        assert_eq!(one.flows, BTreeSet::from([Flow::DeviceCode, Flow::AuthenticationTransfer]));
        assert_eq!(one.who.exclude.users, BTreeSet::from([Person::Account(Id::from("a1000000-0000-4000-8000-000000000009"))]));
        let guests = one.who.exclude.guests.unwrap();
        assert_eq!(guests.kinds, BTreeSet::from([GuestKind::LocalGuest, GuestKind::ServiceProvider]));
        assert_eq!(guests.tenants, Tenants::These(BTreeSet::from([Id::from("t1")])));
        assert_eq!(one.devices.unwrap().mode, FilterMode::Exclude);
        assert!(one.other_conditions.is_empty());
        assert_eq!(one.grant.unwrap().controls, BTreeSet::from([Control::Block]));
        assert_eq!(one.session, Session::default());
    }

    #[test]
    fn what_is_not_known_is_carried_and_never_dropped() {
        let one = read(
            &json!({"clientAppTypes": ["all", "toaster"], "agentIdRiskLevels": "high", "clients": null, "users": {"includeUsers": ["Everybody"]}}),
            &json!({"operator": "XOR", "builtInControls": ["song"]}),
            &json!({"signInFrequency": {"isEnabled": true, "type": "moons", "value": 2}, "newControl": {"isEnabled": true}}),
        );
        assert!(one.client_apps.contains(&ClientApps::Other("toaster".to_owned())));
        assert_eq!(one.other_conditions.keys().collect::<Vec<_>>(), ["agentIdRiskLevels"]);
        assert_eq!(one.who.include.users, BTreeSet::from([Person::Other("Everybody".to_owned())]));
        let grant = one.grant.unwrap();
        assert_eq!(
            (grant.operator, grant.controls),
            (Operator::Other("XOR".to_owned()), BTreeSet::from([Control::Other("song".to_owned())]))
        );
        assert_eq!(one.session.other.keys().collect::<Vec<_>>(), ["newControl", "signInFrequency"]);
    }

    #[test]
    fn session_controls_are_read_and_those_switched_off_are_not_there() {
        let one = |session: Value| read(&json!({}), &Value::Null, &session).session;
        let all = one(json!({
            "signInFrequency": {"isEnabled": true, "type": "days", "value": 2, "frequencyInterval": "timeBased"},
            "persistentBrowser": {"isEnabled": true, "mode": "never"},
            "continuousAccessEvaluation": {"mode": "disabled"},
            "secureSignInSession": {"isEnabled": true},
        }));
        assert_eq!((all.sign_in_again, all.persistent_browser), (Some(Every::Hours(48)), Some(Persistence::Never)));
        assert_eq!((all.continuous_access, all.token_protection), (Some(ContinuousAccess::Disabled), true));
        let off = one(
            json!({"signInFrequency": {"isEnabled": false, "type": "days", "value": 2}, "secureSignInSession": {"isEnabled": false}}),
        );
        assert_eq!(off, Session::default());
    }
}
