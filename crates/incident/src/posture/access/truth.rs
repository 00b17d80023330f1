//! Three-valued answers: yes, no, or not to be told, with the reasons for that.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::policy::PolicyRef;

/// Something that was stated or read, or was not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known<T> {
    /// It is this.
    Known(T),
    /// Nobody said, or it could not be read.
    #[default]
    Unknown,
}

impl<T> Known<T> {
    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }
}

/// The parts of a policy, in the order in which the first that fails is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Whether it is switched on.
    State,
    /// Whether it is about people, or about applications that sign in by themselves.
    ServicePrincipals,
    /// The people.
    Who,
    /// Resources, actions and authentication contexts.
    What,
    /// The kind of client.
    ClientApp,
    /// The device's platform.
    Platform,
    /// Where the sign-in comes from.
    Location,
    /// The filter for devices.
    Device,
    /// The account's risk.
    UserRisk,
    /// The sign-in's risk.
    SignInRisk,
    /// The risk that comes from inside.
    InsiderRisk,
    /// How the sign-in is carried out.
    Flow,
    /// A condition that this version does not know.
    Other,
    /// What it demands.
    Grant,
    /// What it limits afterwards.
    Session,
    /// Security defaults, where no policy is enabled.
    Defaults,
}

/// Behaviour that is not published, or published as changing. Each has a row in `docs/unverified.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Open {
    /// Does "all users" reach people who have no object in the tenant?
    AllUsersWithoutObject,
    /// A policy for one kind of partner reaches the other kind in Teams and SharePoint, if eligible.
    DirectConnectOverlap,
    /// Does a choice of tenants mean anything for guests whose account is local?
    TenantsOfLocalGuests,
    /// Is this application part of the suite? The published list has names and no ids.
    SuiteContents,
    /// The policy names a part of the suite, or of what overlaps with it.
    SuitePart,
    /// Sign-ins for basic directory data, where a policy for all resources has exclusions: being changed by Microsoft.
    BaselineScopes,
    /// No kind of client is named: does that reach legacy clients?
    ClientAppsEmpty,
    /// Exchange ActiveSync "on supported platforms": which are they today?
    ActiveSyncSupported,
    /// Something is excluded and nothing included.
    ExclusionOnly,
    /// Trusted addresses of the older multi-factor settings, which no interface shows.
    MfaTrustedAddresses,
    /// The place comes from a telephone's own position.
    PositionByTelephone,
    /// Extension attributes of a device that is neither managed, compliant nor hybrid joined.
    ExtensionAttributes,
    /// `-not` around a rule, for a device that is not registered.
    NegatedRule,
    /// "Block" as one alternative of several.
    BlockAmongAlternatives,
    /// A control other than the documented ones, for a legacy client.
    LegacyClientControl,
    /// A device's state in the device-code flow.
    DeviceCodeDevice,
    /// Which factors a risk remediation asks for.
    RiskRemediation,
    /// A certificate of one factor, together with something one has.
    CertificateAndSecondFactor,
    /// Exchange ActiveSync with modern authentication under security defaults.
    DefaultsActiveSync,
    /// A state of security defaults that was not read, or policies whose own state is not known.
    DefaultsState,
}

/// Why something cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It was not stated of the sign-in, or not read of the account.
    NotStated,
    /// The policy has a value that this version does not know.
    UnknownValue(String),
    /// The policy names an object that was not among what was read.
    NotRead(String),
    /// A rule that this version cannot read, or cannot answer for this device.
    Rule(String),
    /// The published behaviour leaves it open.
    Open(Open),
    /// Microsoft decides sign-in by sign-in, and does not publish how.
    ServiceDecides,
}

/// One reason for "cannot be told": of which policy, in which part, why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Doubt {
    /// The policy, or none for security defaults.
    pub policy: Option<PolicyRef>,
    /// The part of it.
    pub condition: Condition,
    /// Why.
    pub why: Why,
}

/// An answer of three values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Truth {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// It cannot be told, for these reasons.
    CannotBeTold(BTreeSet<Doubt>),
}

impl Truth {
    /// Of something that is known.
    pub fn of(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }

    /// Whether it is certain.
    pub fn is_yes(&self) -> bool {
        *self == Self::Yes
    }

    /// Whether the contrary is certain.
    pub fn is_no(&self) -> bool {
        *self == Self::No
    }

    /// The contrary. What cannot be told stays so.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unclear @ Self::CannotBeTold(_) => unclear,
        }
    }

    /// One is enough. A certain "yes" leaves no doubt standing.
    pub(super) fn any(all: impl IntoIterator<Item = Self>) -> Self {
        let mut doubts = BTreeSet::new();
        for one in all {
            match one {
                Self::Yes => return Self::Yes,
                Self::No => {}
                Self::CannotBeTold(more) => doubts.extend(more),
            }
        }
        if doubts.is_empty() { Self::No } else { Self::CannotBeTold(doubts) }
    }

    /// All are needed. A certain "no" leaves no doubt standing.
    pub(super) fn all(all: impl IntoIterator<Item = Self>) -> Self {
        Self::any(all.into_iter().map(Self::negated)).negated()
    }
}
