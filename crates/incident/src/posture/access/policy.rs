//! A policy as it is written: people, resources, conditions, what it demands and what it limits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::session::Session;
use super::situation::{ClientApp, Flow, InsiderRisk, Platform, Risk, UserAction};
use super::subject::GuestKind;

/// The id of an object that a policy names: compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Id(String);

impl Id {
    /// As compared: in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(text.to_ascii_lowercase())
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

/// A policy, named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PolicyRef {
    /// Its id.
    pub id: Id,
    /// Its display name, as the tenant wrote it.
    pub name: String,
}

/// A Conditional Access policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPolicy {
    /// Its id.
    pub id: Id,
    /// Its display name.
    pub name: String,
    /// Whether it is switched on.
    pub state: State,
    /// The people.
    pub who: Who,
    /// Applications that sign in by themselves; a policy that names any is not about people.
    pub service_principals: ServicePrincipals,
    /// Resources, actions and authentication contexts.
    pub what: What,
    /// Kinds of client.
    pub client_apps: BTreeSet<ClientApps>,
    /// Platforms; nothing on either side is not limited.
    pub platforms: Sides<PlatformName>,
    /// Places; nothing on either side is not limited.
    pub locations: Sides<LocationName>,
    /// The filter for devices.
    pub devices: Option<Filter>,
    /// Levels of the account's risk; none is not limited.
    pub user_risk: BTreeSet<Risk>,
    /// Levels of the sign-in's risk; none is not limited.
    pub sign_in_risk: BTreeSet<Risk>,
    /// Levels of the risk from inside; none is not limited.
    pub insider_risk: BTreeSet<InsiderRisk>,
    /// Flows; none is not limited. The flow `none`, written out, is a value that nobody knows.
    pub flows: BTreeSet<Flow>,
    /// Conditions that this version does not know, by name, as they were read.
    pub other_conditions: BTreeMap<String, String>,
    /// What it demands before it lets somebody in.
    pub grant: Option<Grant>,
    /// What it limits afterwards.
    pub session: Session,
}

impl AccessPolicy {
    /// An enabled policy that names nobody and nothing, limits nothing and demands nothing.
    pub fn new(id: impl Into<Id>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            state: State::Enabled,
            who: Who::default(),
            service_principals: ServicePrincipals::default(),
            what: What::default(),
            client_apps: BTreeSet::from([ClientApps::All]),
            platforms: Sides::default(),
            locations: Sides::default(),
            devices: None,
            user_risk: BTreeSet::new(),
            sign_in_risk: BTreeSet::new(),
            insider_risk: BTreeSet::new(),
            flows: BTreeSet::new(),
            other_conditions: BTreeMap::new(),
            grant: None,
            session: Session::default(),
        }
    }

    /// Its id and name.
    pub fn named(&self) -> PolicyRef {
        PolicyRef { id: self.id.clone(), name: self.name.clone() }
    }
}

/// Whether a policy is switched on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Enforced.
    Enabled,
    /// Evaluated and logged, never enforced.
    ReportOnly,
    /// Off.
    Disabled,
    /// A state that this version does not know.
    Other(String),
}

/// What is included and what is excluded. The exclusion wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides<T: Ord> {
    /// Included.
    pub include: BTreeSet<T>,
    /// Excluded, whatever includes it.
    pub exclude: BTreeSet<T>,
}

impl<T: Ord> Default for Sides<T> {
    fn default() -> Self {
        Self { include: BTreeSet::new(), exclude: BTreeSet::new() }
    }
}

/// The people of a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Included, by any of these.
    pub include: People,
    /// Excluded, by any of these.
    pub exclude: People,
}

/// Ways to name people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Accounts, and the words that stand for many.
    pub users: BTreeSet<Person>,
    /// Groups; members of groups within them count.
    pub groups: BTreeSet<Id>,
    /// Directory roles, by template id.
    pub roles: BTreeSet<Id>,
    /// Guests and other external users.
    pub guests: Option<Guests>,
}

/// One entry in a policy's list of users.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Person {
    /// All users.
    All,
    /// Nobody.
    Nobody,
    /// All guests and external users, as older policies say it.
    GuestsOrExternalUsers,
    /// One account.
    Account(Id),
    /// A word that this version does not know.
    Other(String),
}

/// Kinds of guests, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guests {
    /// Kinds.
    pub kinds: BTreeSet<GuestKind>,
    /// Their home tenants.
    pub tenants: Tenants,
}

/// Home tenants of guests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tenants {
    /// Any.
    All,
    /// These.
    These(BTreeSet<Id>),
    /// A choice that this version does not know.
    Other(String),
}

/// Applications that sign in by themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePrincipals {
    /// Included ones, as written.
    pub include: BTreeSet<String>,
    /// Excluded ones, as written.
    pub exclude: BTreeSet<String>,
    /// A filter on them, as written.
    pub filter: Option<String>,
    /// Levels of their risk.
    pub risk: BTreeSet<Risk>,
}

impl ServicePrincipals {
    /// Whether the policy is about them, and so not about people.
    pub(super) fn are_meant(&self) -> bool {
        !self.include.is_empty() || self.filter.is_some() || !self.risk.is_empty()
    }
}

/// What a policy is about: resources, or actions, or authentication contexts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct What {
    /// Applications, and the words that stand for many.
    pub applications: Sides<Resource>,
    /// A filter on applications by attributes that this version does not read.
    pub filter: Option<Filter>,
    /// Actions.
    pub actions: BTreeSet<UserAction>,
    /// Authentication contexts.
    pub contexts: BTreeSet<Id>,
}

/// One entry in a policy's list of applications.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// All resources.
    All,
    /// Nothing.
    Nothing,
    /// The suite Office 365.
    Office365,
    /// The portals for administration.
    AdminPortals,
    /// One application, by its application id.
    Application(Id),
    /// A word that this version does not know.
    Other(String),
}

/// One entry in a policy's list of clients.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientApps {
    /// All clients, legacy ones too.
    All,
    /// One kind.
    One(ClientApp),
    /// Exchange ActiveSync on supported platforms only.
    ActiveSyncSupported,
    /// A kind that this version does not know.
    Other(String),
}

/// One entry in a policy's list of platforms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlatformName {
    /// Any device, supported or not.
    All,
    /// One platform.
    One(Platform),
    /// A platform that this version does not know.
    Other(String),
}

/// One entry in a policy's list of places.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocationName {
    /// Any place.
    All,
    /// All places marked as trusted.
    AllTrusted,
    /// A named location.
    Named(Id),
    /// A word that this version does not know.
    Other(String),
}

/// A filter: a rule, and whether what matches is included or excluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// What happens to those that match.
    pub mode: FilterMode,
    /// The rule, as written.
    pub rule: String,
}

/// What happens to what a filter matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FilterMode {
    /// The policy is about those that match.
    Include,
    /// The policy is about the others.
    Exclude,
    /// A mode that this version does not know.
    Other(String),
}

/// What a policy demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// All of it, or one of it.
    pub operator: Operator,
    /// Built-in controls.
    pub controls: BTreeSet<Control>,
    /// An authentication strength.
    pub strength: Option<Id>,
    /// Terms of use to accept.
    pub terms_of_use: BTreeSet<Id>,
    /// Controls of other makers.
    pub custom: BTreeSet<String>,
}

/// How the controls of one policy are joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operator {
    /// All are required.
    All,
    /// One is enough.
    One,
    /// A word that this version does not know.
    Other(String),
}

/// A built-in control.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// Nobody gets in.
    Block,
    /// Multi-factor authentication.
    Mfa,
    /// A device marked as compliant.
    CompliantDevice,
    /// A device joined to both directories.
    HybridJoinedDevice,
    /// An approved client application.
    ApprovedApplication,
    /// An application under an app protection policy.
    ProtectedApplication,
    /// A new password.
    PasswordChange,
    /// Whatever lowers the account's risk.
    RiskRemediation,
    /// A control that this version does not know.
    Other(String),
}
