//! A sign-in as far as it is known: what is opened, with what, from where, how.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::place::Place;
use super::policy::Id;
use super::truth::Known;

/// A sign-in. Whatever was not stated is unknown, and stays so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Situation {
    /// What is opened or done.
    pub target: Known<Target>,
    /// The kind of client.
    pub client: Known<ClientApp>,
    /// The device's platform.
    pub platform: Known<Platform>,
    /// Where it comes from.
    pub place: Place,
    /// The device.
    pub device: Known<Device>,
    /// How it is carried out, also earlier in the same session.
    pub flow: Known<Flow>,
    /// The account's risk.
    pub user_risk: Known<Risk>,
    /// The sign-in's risk.
    pub sign_in_risk: Known<Risk>,
    /// The risk from inside.
    pub insider_risk: Known<InsiderRisk>,
}

impl Situation {
    /// Somebody who has a password: an ordinary sign-in in a browser to an application that no policy names, from a
    /// place that nobody trusts and a device that nobody knows, with no risk detected.
    pub fn stranger() -> Self {
        Self {
            target: Known::Known(Target::Unnamed),
            client: Known::Known(ClientApp::Browser),
            platform: Known::Known(Platform::Windows),
            place: Place::untrusted(),
            device: Known::Known(Device::Unregistered),
            flow: Known::Known(Flow::Ordinary),
            user_risk: Known::Known(Risk::None),
            sign_in_risk: Known::Known(Risk::None),
            insider_risk: Known::Known(InsiderRisk::None),
        }
    }

    /// The same, opening one application.
    pub fn opening(self, application: impl Into<Id>) -> Self {
        self.doing(Target::Application(application.into()))
    }

    /// The same, with another target.
    pub fn doing(self, target: Target) -> Self {
        Self { target: Known::Known(target), ..self }
    }

    /// The same, with another kind of client.
    pub fn with(self, client: ClientApp) -> Self {
        Self { client: Known::Known(client), ..self }
    }
}

/// What is opened or done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// One application, by its application id.
    Application(Id),
    /// Anything of the suite Office 365.
    Office365,
    /// Any portal for administration.
    AdminPortals,
    /// An application that no policy names and that belongs to no suite.
    Unnamed,
    /// An action.
    Action(UserAction),
    /// A resource's request for an authentication context.
    Context(Id),
}

/// Actions that a policy can be about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserAction {
    /// Registering sign-in methods.
    RegisterSecurityInformation,
    /// Registering or joining a device.
    RegisterOrJoinDevice,
    /// An action that this version does not know.
    Other(String),
}

/// Kinds of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientApp {
    /// A browser.
    Browser,
    /// Modern applications on telephones and computers.
    MobileAppsAndDesktopClients,
    /// Exchange ActiveSync.
    ExchangeActiveSync,
    /// Clients of legacy protocols: IMAP, POP, authenticated SMTP and older Office.
    Other,
}

impl ClientApp {
    /// Whether it can show a second factor at all.
    pub(super) fn is_legacy(self) -> bool {
        matches!(self, Self::ExchangeActiveSync | Self::Other)
    }

    /// The name in reasons.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::MobileAppsAndDesktopClients => "mobile-apps-and-desktop-clients",
            Self::ExchangeActiveSync => "exchange-active-sync",
            Self::Other => "other",
        }
    }
}

/// Platforms of devices. They are told from what the client says of itself, which anybody can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// Android.
    Android,
    /// iOS and iPadOS.
    Ios,
    /// Windows.
    Windows,
    /// Windows Phone.
    WindowsPhone,
    /// macOS.
    MacOs,
    /// Linux.
    Linux,
    /// One that the service does not support, such as ChromeOS.
    Unsupported,
}

impl Platform {
    /// The name in reasons.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Android => "android",
            Self::Ios => "ios",
            Self::Windows => "windows",
            Self::WindowsPhone => "windows-phone",
            Self::MacOs => "mac-os",
            Self::Linux => "linux",
            Self::Unsupported => "unsupported",
        }
    }
}

/// A device, as the directory knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// Not in the directory: it has no properties at all.
    Unregistered,
    /// In the directory.
    Registered(Registered),
}

/// What is known of a registered device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Marked as compliant.
    pub compliant: Known<bool>,
    /// How it is tied to the directory.
    pub trust: Known<Trust>,
    /// Managed by Intune.
    pub managed: Known<bool>,
    /// Its other properties, by name in lower case; an empty one is known to have no value, a missing one is unknown.
    pub properties: BTreeMap<String, Option<String>>,
}

/// How a device is tied to the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Registered by its owner.
    Registered,
    /// Joined to the cloud directory.
    Joined,
    /// Joined to both directories.
    HybridJoined,
}

/// How a sign-in is carried out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// None of the special ones, also not earlier in the session.
    Ordinary,
    /// By a code typed on another device.
    DeviceCode,
    /// Carried over from another device.
    AuthenticationTransfer,
    /// A flow that this version does not know.
    Other(String),
}

/// Levels of risk of an account or a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// None detected.
    None,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// There may be one, and the licence does not show it.
    Hidden,
    /// A level that this version does not know.
    Other(String),
}

/// Levels of the risk from inside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InsiderRisk {
    /// None detected.
    None,
    /// Minor.
    Minor,
    /// Moderate.
    Moderate,
    /// Elevated.
    Elevated,
    /// A level that this version does not know.
    Other(String),
}
