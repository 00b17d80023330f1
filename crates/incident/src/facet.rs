//! Facets: the parts of an account that are read, each one read, not applicable, or a gap.
//!
//! Invariant: "there is none" and "it could not be read" never share a value.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::account::Kind;

macro_rules! facet_names {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// The facets that this version knows, in the order in which they are told.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FacetName { $($(#[$doc])* #[serde(rename = $text)] $name),* }

        impl FacetName {
            /// Every facet.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// The name as it stands in JSON and in items.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $text),* } }
        }
        impl FromStr for FacetName {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> { match text { $($text => Ok(Self::$name),)* _ => Err(()) } }
        }
    };
}

facet_names! {
    /// Who it is; enabled or not; when password and sessions changed. Sign-in is blocked here.
    Identity = "identity",
    /// The password: read as a date only.
    Password = "password",
    /// Refresh tokens: read as the date from which they are valid.
    Sessions = "sessions",
    /// Entra directory roles assigned directly, tenant-wide or scoped.
    EntraRoles = "entra-roles",
    /// Entra roles under Privileged Identity Management: eligible and active schedules.
    PimRoles = "pim-roles",
    /// Role-assignable groups that the account is a member or an owner of, or may become.
    GroupRoles = "group-roles",
    /// Exchange role groups and direct management roles.
    ExchangeRoles = "exchange-roles",
    /// Purview role groups: not read by this version.
    PurviewRoles = "purview-roles",
    /// Forwarding set on the mailbox.
    Forwarding = "forwarding",
    /// Inbox rules, hidden and broken ones too.
    InboxRules = "inbox-rules",
    /// Whether the account is a restricted entity that may not send.
    SendingBlock = "sending-block",
    /// The tenant's own domains: what "inside" means.
    Domains = "domains",
    /// Of the tenant: security defaults.
    SecurityDefaults = "security-defaults",
    /// Of the tenant: Conditional Access: policies, named places, strengths.
    ConditionalAccess = "conditional-access",
    /// Of the tenant: which methods people may sign in with.
    MethodsPolicy = "methods-policy",
    /// Of the tenant: what everybody may do by default; consent and requests.
    AuthorizationPolicy = "authorization-policy",
    /// Of the tenant: who holds directory roles.
    Administrators = "administrators",
    /// Of the tenant: who has registered which sign-in methods.
    Registration = "registration",
    /// Of the tenant: applications, their credentials and rights.
    Applications = "applications",
    /// Of the tenant: domains, and where their people sign in.
    Federation = "federation",
    /// Of the tenant: service plans.
    Licences = "licences",
    /// Of the tenant: every account.
    People = "people",
    /// Of the tenant: Microsoft's score.
    SecureScore = "secure-score",
    /// Of the tenant: parts of the directory with administrators of their own.
    AdministrativeUnits = "administrative-units",
    /// Of the tenant: whether what happens is recorded.
    AuditSettings = "audit-settings",
    /// Of the tenant: switches of the mail organisation.
    MailSettings = "mail-settings",
    /// Of the tenant: old protocols, mailbox by mailbox.
    MailboxProtocols = "mailbox-protocols",
    /// Of the tenant: mailboxes that forward by their own setting.
    MailboxForwarding = "mailbox-forwarding",
    /// Of the tenant: what may leave by itself.
    OutboundPolicies = "outbound-policy",
    /// Of the tenant: what is looked for in mail that comes in.
    MailProtection = "mail-protection",
    /// Of the tenant: links and attachments that are looked into.
    AdvancedProtection = "advanced-protection",
    /// Of the tenant: rules, connectors and journals.
    MailFlow = "mail-flow",
    /// Of the tenant: accepted domains and their signing.
    Dkim = "dkim",
    /// Of the tenant: what is reported, and to whom.
    AlertPolicies = "alert-policies",
    /// Of the tenant: what may be shared of calendars and contacts.
    SharingPolicies = "sharing-policies",
    /// Of the tenant: records about mail from the domains.
    DnsRecords = "dns-records",
}

/// Whose a facet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// An account's.
    Account,
    /// The tenant's, kept by its directory.
    Directory,
    /// The tenant's, kept by Exchange.
    Exchange,
    /// The tenant's, published to everybody in the domain name system.
    Names,
}

impl FacetName {
    /// Whose it is.
    pub fn of(self) -> Of {
        match self {
            Self::Identity
            | Self::Password
            | Self::Sessions
            | Self::EntraRoles
            | Self::PimRoles
            | Self::GroupRoles
            | Self::ExchangeRoles
            | Self::PurviewRoles
            | Self::Forwarding
            | Self::InboxRules
            | Self::SendingBlock
            | Self::Domains => Of::Account,
            Self::SecurityDefaults
            | Self::ConditionalAccess
            | Self::MethodsPolicy
            | Self::AuthorizationPolicy
            | Self::Administrators
            | Self::Registration
            | Self::Applications
            | Self::Federation
            | Self::Licences
            | Self::People
            | Self::SecureScore
            | Self::AdministrativeUnits => Of::Directory,
            Self::AuditSettings
            | Self::MailSettings
            | Self::MailboxProtocols
            | Self::MailboxForwarding
            | Self::OutboundPolicies
            | Self::MailProtection
            | Self::AdvancedProtection
            | Self::MailFlow
            | Self::Dkim
            | Self::AlertPolicies
            | Self::SharingPolicies => Of::Exchange,
            Self::DnsRecords => Of::Names,
        }
    }

    /// Whether it belongs to the tenant and to no account: read for its posture alone.
    pub fn is_of_tenant(self) -> bool {
        self.of() != Of::Account
    }

    /// The facets that a look at a target of this kind reads, each once: of the organisation its settings, of anybody
    /// else what an intruder could have touched.
    pub fn of_kind(kind: Kind) -> impl Iterator<Item = Self> {
        let organisation = kind == Kind::Organisation;
        Self::ALL.iter().copied().filter(move |facet| facet.is_of_tenant() == organisation && facet.read_as() == *facet)
    }
}

impl fmt::Display for FacetName {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.as_str())
    }
}

impl FacetName {
    /// The facet whose reading shows this one: password and sessions are dates on the identity.
    pub fn read_as(self) -> Self {
        match self {
            Self::Password | Self::Sessions => Self::Identity,
            other => other,
        }
    }

    /// The facets that a whole snapshot of an account reads, each once.
    pub fn to_read() -> impl Iterator<Item = Self> {
        Self::of_kind(Kind::Person)
    }
}

/// Why a facet was not read. Never shown as clean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub enum Gap {
    /// The app lacks a permission or role, named as the tenant's administrator knows it.
    Denied {
        /// What to grant.
        missing: String,
    },
    /// The tenant has no licence for it, so that there may be nothing to read.
    Unlicensed {
        /// What the service said.
        detail: String,
    },
    /// The service kept asking to wait.
    Throttled,
    /// The service did not answer, or not in time.
    Unreachable {
        /// What happened.
        detail: String,
    },
    /// Only a part was read, and the rest could not be had.
    Incomplete {
        /// What is missing.
        detail: String,
    },
    /// The answer was not understood.
    NotUnderstood {
        /// What was odd about it.
        detail: String,
    },
    /// This version does not read it.
    NotInThisVersion,
    /// It was not to be asked.
    LeftOut,
    /// Every mailbox has to be read for it, which is done only when it is asked for.
    NotSwept {
        /// How many a sweep has read that was begun and is not at its end.
        read: usize,
        /// Of how many; none if there was no sweep.
        of: usize,
    },
}

impl Gap {
    /// Whether it may go away by itself, so that asking again is worth while.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Throttled | Self::Unreachable { .. } => true,
            Self::Denied { .. }
            | Self::Unlicensed { .. }
            | Self::Incomplete { .. }
            | Self::NotUnderstood { .. }
            | Self::NotInThisVersion
            | Self::LeftOut
            | Self::NotSwept { .. } => false,
        }
    }
}

/// One part of an account: what it was, or that it does not apply, or why we do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Facet<T> {
    /// Read completely.
    Read {
        /// What it was.
        value: T,
        /// When the read began.
        at: Timestamp,
    },
    /// There is no such part of this account (a guest has no mailbox here).
    NotApplicable {
        /// When that was seen.
        at: Timestamp,
    },
    /// Not read.
    Unread {
        /// Why.
        gap: Gap,
        /// When that was tried.
        at: Timestamp,
    },
}

impl<T> Facet<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Read { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The gap, if it is one.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Unread { gap, .. } => Some(gap),
            _ => None,
        }
    }

    /// When it was read, or tried.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Read { at, .. } | Self::NotApplicable { at } | Self::Unread { at, .. } => *at,
        }
    }

    /// The same facet with its value turned into another.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Facet<U> {
        match self {
            Self::Read { value, at } => Facet::Read { value: turn(value), at },
            Self::NotApplicable { at } => Facet::NotApplicable { at },
            Self::Unread { gap, at } => Facet::Unread { gap, at },
        }
    }
}
