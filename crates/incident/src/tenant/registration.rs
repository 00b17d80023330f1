//! Who has registered which methods, as the service reports it. Some hours old, and only with a licence.

use serde::{Deserialize, Serialize};

/// The report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// One for each account.
    pub people: Vec<Registered>,
}

/// What one account has registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Its object id.
    pub id: String,
    /// Its sign-in name. Hostile.
    pub name: String,
    /// The report holds it to be an administrator's.
    pub administrator: Option<bool>,
    /// It is a guest's.
    pub guest: Option<bool>,
    /// It has a second factor that it may use.
    pub second_factor: Option<bool>,
    /// The methods.
    pub methods: Vec<RegisteredMethod>,
}

/// A registered method.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegisteredMethod {
    /// A telephone: text messages or calls.
    Telephone,
    /// An address, for password reset only.
    Email,
    /// The authenticator.
    Authenticator,
    /// Codes of an application or a token.
    Code,
    /// A key or a passkey.
    Passkey,
    /// Windows Hello, or its like on another system.
    PlatformCredential,
    /// A certificate.
    Certificate,
    /// A pass for a while.
    TemporaryPass,
    /// Questions for password reset.
    Questions,
    /// One that this version does not know.
    Other(String),
}

impl RegisteredMethod {
    /// Whether nobody in between can use it.
    pub fn resists_phishing(&self) -> bool {
        matches!(self, Self::Passkey | Self::PlatformCredential | Self::Certificate)
    }
}

impl Registration {
    /// What the account with this id has registered.
    pub fn of(&self, id: &str) -> Option<&Registered> {
        self.people.iter().find(|one| one.id.eq_ignore_ascii_case(id))
    }
}
