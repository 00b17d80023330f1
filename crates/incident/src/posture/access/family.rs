//! Families of situations: the sign-ins that a question is asked of, each with the name that a gap is told by.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::policy::{AccessPolicy, Id, Resource};
use super::situation::{ClientApp, Device, Flow, Platform, Situation, Target, UserAction};
use super::truth::Known;

/// A situation and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// A code in kebab-case, or the id of an application.
    pub name: String,
    /// The situation.
    pub situation: Situation,
}

impl Named {
    /// `situation` under a name.
    pub fn new(name: impl Into<String>, situation: Situation) -> Self {
        Self { name: name.into(), situation }
    }
}

/// Modern clients on every platform, from a device that nobody knows and a place that nobody trusts.
pub fn modern() -> Vec<Named> {
    const PLATFORMS: &[(&str, Platform)] = &[
        ("windows", Platform::Windows),
        ("mac-os", Platform::MacOs),
        ("ios", Platform::Ios),
        ("android", Platform::Android),
        ("linux", Platform::Linux),
        ("unsupported-platform", Platform::Unsupported),
    ];
    const CLIENTS: &[(&str, ClientApp)] = &[("browser", ClientApp::Browser), ("app", ClientApp::MobileAppsAndDesktopClients)];
    let mut all = Vec::new();
    for (client_name, client) in CLIENTS {
        for (platform_name, platform) in PLATFORMS {
            let situation = Situation { platform: Known::Known(*platform), ..Situation::stranger().with(*client) };
            all.push(Named::new(format!("{client_name}-on-{platform_name}"), situation));
        }
    }
    all
}

/// Legacy clients, opening the mailbox. They say nothing of their device and little of their platform.
pub fn legacy() -> Vec<Named> {
    let opening = || Situation {
        device: Known::Unknown,
        platform: Known::Unknown,
        ..Situation::stranger().opening(super::resource::EXCHANGE)
    };
    vec![
        Named::new("legacy-clients", opening().with(ClientApp::Other)),
        Named::new("exchange-active-sync", opening().with(ClientApp::ExchangeActiveSync)),
    ]
}

/// The flows by which a sign-in is carried to another device.
pub fn flows() -> Vec<Named> {
    let by = |flow| Situation { flow: Known::Known(flow), ..Situation::stranger().with(ClientApp::MobileAppsAndDesktopClients) };
    vec![Named::new("device-code", by(Flow::DeviceCode)), Named::new("authentication-transfer", by(Flow::AuthenticationTransfer))]
}

/// Registering sign-in methods and devices.
pub fn registration() -> Vec<Named> {
    let doing = |action| Situation::stranger().doing(Target::Action(action));
    vec![
        Named::new("register-security-information", doing(UserAction::RegisterSecurityInformation)),
        Named::new("register-or-join-device", doing(UserAction::RegisterOrJoinDevice)),
    ]
}

/// The portals for administration, and Azure's management interface.
pub fn administration() -> Vec<Named> {
    vec![
        Named::new("admin-portals", Situation::stranger().doing(Target::AdminPortals)),
        Named::new("azure-management", Situation::stranger().opening(super::resource::AZURE_MANAGEMENT)),
    ]
}

/// Every application that a policy names, the suite, and one that none names: where "all resources" has its exceptions.
pub fn applications(policies: &[AccessPolicy]) -> Vec<Named> {
    let named = |policy: &AccessPolicy| -> Vec<Id> {
        let sides = &policy.what.applications;
        let both = sides.include.iter().chain(&sides.exclude);
        both.filter_map(|one| match one {
            Resource::Application(id) => Some(id.clone()),
            _ => None,
        })
        .collect()
    };
    let ids: BTreeSet<Id> = policies.iter().flat_map(named).collect();
    let mut all = vec![
        Named::new("any-other-application", Situation::stranger()),
        Named::new("office-365", Situation::stranger().doing(Target::Office365)),
    ];
    all.extend(ids.into_iter().map(|id| Named::new(id.to_string(), Situation::stranger().opening(id))));
    all
}

/// The same situations with another device.
pub fn on(device: &Device, family: Vec<Named>) -> Vec<Named> {
    let other = |one: Named| Named { situation: Situation { device: Known::Known(device.clone()), ..one.situation }, ..one };
    family.into_iter().map(other).collect()
}
