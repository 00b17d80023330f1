//! Authentication strengths: which combinations of methods are allowed, and what they are worth.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::policy::Id;
use super::truth::{Open, Why};

/// An authentication strength.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    /// Its id.
    pub id: Id,
    /// Its display name.
    pub name: String,
    /// Each is enough; within one, all methods are needed.
    pub allowed: BTreeSet<BTreeSet<Method>>,
}

/// A way to show who one is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// A password.
    Password,
    /// A call.
    Voice,
    /// A text message.
    Sms,
    /// Codes of a token.
    HardwareOath,
    /// Codes of an application.
    SoftwareOath,
    /// The authenticator's question.
    AuthenticatorPush,
    /// The authenticator in place of a password.
    AuthenticatorSignIn,
    /// A key or passkey (FIDO2).
    Fido2,
    /// Windows Hello for Business.
    WindowsHello,
    /// A certificate of one factor.
    CertificateSingleFactor,
    /// A certificate of several factors.
    CertificateMultiFactor,
    /// A temporary pass, once.
    TemporaryPassOnce,
    /// A temporary pass, many times.
    TemporaryPass,
    /// A code by mail, for guests.
    Email,
    /// One factor shown to another identity provider.
    FederatedSingleFactor,
    /// Several factors shown to another identity provider.
    FederatedMultiFactor,
    /// A QR code with a PIN.
    QrCodePin,
    /// A method that this version does not know.
    Other(String),
}

/// What a strength, or one of its combinations, is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// More than one factor.
    MultiFactor,
    /// No password, and more than one factor.
    Passwordless,
    /// Bound to the place where one signs in, so that nobody in between can use it.
    PhishingResistant,
}

/// What is said of a strength: yes, no, or why not.
pub(super) type Said = Result<bool, BTreeSet<Why>>;

impl Method {
    fn resists_phishing(&self) -> bool {
        matches!(self, Self::Fido2 | Self::WindowsHello | Self::CertificateMultiFactor)
    }

    fn is_passwordless(&self) -> bool {
        self.resists_phishing() || *self == Self::AuthenticatorSignIn
    }

    /// More than one factor by itself.
    fn is_enough(&self) -> bool {
        self.is_passwordless() || matches!(self, Self::TemporaryPassOnce | Self::TemporaryPass | Self::FederatedMultiFactor)
    }

    fn is_had(&self) -> bool {
        matches!(self, Self::Voice | Self::Sms | Self::HardwareOath | Self::SoftwareOath | Self::AuthenticatorPush)
    }

    fn is_known(&self) -> bool {
        matches!(self, Self::Password | Self::FederatedSingleFactor)
    }
}

impl Strength {
    /// The three that every tenant has and none can change, with the combinations published in 2024.
    pub fn built_in() -> [Self; 3] {
        use Method as M;
        let alone = |methods: &[M]| methods.iter().map(|one| BTreeSet::from([one.clone()])).collect::<BTreeSet<_>>();
        let resistant = alone(&[M::Fido2, M::WindowsHello, M::CertificateMultiFactor]);
        let mut passwordless = alone(&[M::AuthenticatorSignIn]);
        passwordless.extend(resistant.iter().cloned());
        let mut mfa = alone(&[M::TemporaryPassOnce, M::TemporaryPass, M::FederatedMultiFactor]);
        mfa.extend(passwordless.iter().cloned());
        for first in [M::Password, M::FederatedSingleFactor] {
            for second in [M::Voice, M::Sms, M::HardwareOath, M::SoftwareOath, M::AuthenticatorPush] {
                mfa.insert(BTreeSet::from([first.clone(), second]));
            }
        }
        let named = |number: u8, name: &str, allowed| Self {
            id: Id::from(format!("00000000-0000-0000-0000-00000000000{number}")),
            name: name.to_owned(),
            allowed,
        };
        [
            named(2, "Multifactor authentication", mfa),
            named(3, "Passwordless MFA", passwordless),
            named(4, "Phishing-resistant MFA", resistant),
        ]
    }

    /// The strength `id`: as it was read, or the built-in one.
    pub(super) fn find<'a>(id: &Id, read: &'a [Self]) -> Option<&'a Self> {
        /// Made once: a population asks for them many thousand times.
        static BUILT_IN: LazyLock<[Strength; 3]> = LazyLock::new(Strength::built_in);
        read.iter().chain(BUILT_IN.iter()).find(|one| one.id == *id)
    }

    /// Whether every allowed combination resists phishing. None allowed is no answer.
    pub fn is_phishing_resistant(&self) -> Option<bool> {
        self.is(Worth::PhishingResistant).ok()
    }

    /// Whether every allowed combination is more than one factor.
    pub fn is_multi_factor(&self) -> Option<bool> {
        self.is(Worth::MultiFactor).ok()
    }

    /// Whether every allowed combination does without a password and is more than one factor.
    pub fn is_passwordless(&self) -> Option<bool> {
        self.is(Worth::Passwordless).ok()
    }

    /// Whether every allowed combination has this worth: the weakest decides.
    pub(super) fn is(&self, worth: Worth) -> Said {
        if self.allowed.is_empty() {
            return Err(BTreeSet::from([Why::NotRead(self.id.to_string())]));
        }
        let mut doubts = BTreeSet::new();
        for combination in &self.allowed {
            match combined(combination, worth) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) => {
                    doubts.insert(why);
                }
            }
        }
        if doubts.is_empty() { Ok(true) } else { Err(doubts) }
    }
}

/// What one combination is worth. A method more never makes it weaker.
fn combined(methods: &BTreeSet<Method>, worth: Worth) -> Result<bool, Why> {
    let alone: fn(&Method) -> bool = match worth {
        Worth::MultiFactor => Method::is_enough,
        Worth::Passwordless => Method::is_passwordless,
        Worth::PhishingResistant => Method::resists_phishing,
    };
    if methods.iter().any(alone) {
        return Ok(true);
    }
    let has = |which: fn(&Method) -> bool| methods.iter().any(which);
    if worth == Worth::MultiFactor && has(Method::is_known) && has(Method::is_had) {
        return Ok(true);
    }
    if let Some(Method::Other(text)) = methods.iter().find(|one| matches!(one, Method::Other(_))) {
        return Err(Why::UnknownValue(text.clone()));
    }
    let certificate = methods.contains(&Method::CertificateSingleFactor) && methods.len() > 1;
    if worth == Worth::MultiFactor && certificate {
        return Err(Why::Open(Open::CertificateAndSecondFactor));
    }
    Ok(false)
}
