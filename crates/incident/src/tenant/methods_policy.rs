//! Which methods people may sign in with, and for whom.

use serde::{Deserialize, Serialize};

/// The policy for sign-in methods.
///
/// Number matching has no member: the service enforces it for everybody since 2023, and no setting turns it off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodsPolicy {
    /// Each method that the policy has a word on.
    pub methods: Vec<MethodSetting>,
    /// Whether the two older policies still count beside this one.
    pub migration: Option<Migration>,
    /// Whether people are led to register a better method.
    pub campaign: Option<Switch>,
}

/// What is set for one method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodSetting {
    /// Which.
    pub method: PolicyMethod,
    /// Whether anybody may use it.
    pub enabled: Option<bool>,
    /// Who may: everybody, or members of these groups, by id.
    pub targets: Vec<String>,
    /// Who may not, by id of groups.
    pub excluded: Vec<String>,
    /// Of the authenticator: it shows which application asks.
    pub shows_application: Option<Switch>,
    /// Of the authenticator: it shows where the sign-in comes from.
    pub shows_place: Option<Switch>,
    /// Of the temporary pass: it is good for one sign-in only.
    pub once: Option<bool>,
    /// Of the temporary pass: the longest time that it is good for, in minutes.
    pub longest_minutes: Option<u32>,
}

impl MethodSetting {
    /// A method about which nothing more is known.
    pub fn of(method: PolicyMethod, enabled: Option<bool>) -> Self {
        Self {
            method,
            enabled,
            targets: Vec::new(),
            excluded: Vec::new(),
            shows_application: None,
            shows_place: None,
            once: None,
            longest_minutes: None,
        }
    }
}

/// A method, as policies name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyMethod {
    /// Keys and passkeys.
    Fido2,
    /// Microsoft's authenticator.
    Authenticator,
    /// Text messages.
    Sms,
    /// Calls.
    Voice,
    /// A code by mail.
    Email,
    /// A pass for a while.
    TemporaryPass,
    /// Codes of an application.
    SoftwareCode,
    /// Codes of a token.
    HardwareCode,
    /// Certificates.
    Certificate,
    /// A QR code with a PIN.
    QrCode,
    /// One that this version does not know, or another maker's.
    Other(String),
}

/// Whether the older policies for second factors and for password reset still count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Migration {
    /// They count.
    NotBegun,
    /// They count still.
    Begun,
    /// They count no more.
    Done,
    /// A state that this version does not know.
    Other(String),
}

/// A switch that may be left to the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
    /// As the service likes, today and tomorrow.
    LeftToService,
    /// A state that this version does not know.
    Other(String),
}

impl MethodsPolicy {
    /// What is set for `method`.
    pub fn of(&self, method: &PolicyMethod) -> Option<&MethodSetting> {
        self.methods.iter().find(|one| one.method == *method)
    }
}
