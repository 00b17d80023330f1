//! What a tenant is set to: one file a facet. Read for the posture alone, completely or with a gap, and recorded like
//! the facets of an account, under the organisation as the target.
//!
//! Invariant: a member that the service did not send is `None`, and never its default.

pub mod access_block;
pub mod administrative_units;
pub mod administrators;
pub mod advanced_protection;
pub mod alert_policies;
pub mod applications;
pub mod audit_settings;
pub mod authorization_policy;
pub mod conditional_access;
pub mod dkim;
pub mod dns_records;
pub mod federation;
pub mod licences;
pub mod mail_flow;
pub mod mail_protection;
pub mod mail_settings;
pub mod mailbox_forwarding;
pub mod mailbox_protocols;
pub mod methods_policy;
pub mod outbound_policy;
pub mod people;
pub mod registration;
pub mod secure_score;
pub mod security_defaults;
pub mod setting;
pub mod sharing_policies;
pub mod spf;

use serde::{Deserialize, Serialize};

use administrative_units::AdministrativeUnits;
use administrators::Administrators;
use advanced_protection::AdvancedProtection;
use alert_policies::AlertPolicies;
use applications::Applications;
use audit_settings::AuditSettings;
use authorization_policy::AuthorizationPolicy;
use conditional_access::ConditionalAccess;
use dkim::Dkim;
use dns_records::DnsRecords;
use federation::Federation;
use licences::Licences;
use mail_flow::MailFlow;
use mail_protection::MailProtection;
use mail_settings::MailSettings;
use mailbox_forwarding::MailboxForwarding;
use mailbox_protocols::MailboxProtocols;
use methods_policy::MethodsPolicy;
use outbound_policy::OutboundPolicies;
use people::People;
use registration::Registration;
use secure_score::SecureScore;
use security_defaults::SecurityDefaults;
use sharing_policies::SharingPolicies;

use crate::facet::FacetName;
use crate::facets::Reading;
use setting::{SettingName, Value};

/// What one read of one facet of the tenant gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TenantReading {
    /// Security defaults.
    SecurityDefaults(SecurityDefaults),
    /// Conditional Access: policies, named places, strengths.
    ConditionalAccess(ConditionalAccess),
    /// Which methods people may sign in with.
    MethodsPolicy(MethodsPolicy),
    /// What everybody may do by default; consent and requests.
    AuthorizationPolicy(AuthorizationPolicy),
    /// Who holds directory roles.
    Administrators(Administrators),
    /// Who has registered which sign-in methods.
    Registration(Registration),
    /// Applications, their credentials and rights.
    Applications(Applications),
    /// Domains, and where their people sign in.
    Federation(Federation),
    /// Service plans.
    Licences(Licences),
    /// Every account.
    People(People),
    /// Microsoft's score.
    SecureScore(SecureScore),
    /// Parts of the directory with administrators of their own.
    AdministrativeUnits(AdministrativeUnits),
    /// Whether what happens is recorded.
    AuditSettings(AuditSettings),
    /// Switches of the mail organisation.
    MailSettings(MailSettings),
    /// Old protocols, mailbox by mailbox.
    MailboxProtocols(MailboxProtocols),
    /// Mailboxes that forward by their own setting.
    MailboxForwarding(MailboxForwarding),
    /// What may leave by itself.
    OutboundPolicies(OutboundPolicies),
    /// What is looked for in mail that comes in.
    MailProtection(MailProtection),
    /// Links and attachments that are looked into.
    AdvancedProtection(AdvancedProtection),
    /// What mail passes through.
    MailFlow(MailFlow),
    /// Accepted domains and their signing.
    Dkim(Dkim),
    /// What is reported, and to whom.
    AlertPolicies(AlertPolicies),
    /// What may be shared of calendars and contacts.
    SharingPolicies(SharingPolicies),
    /// Records about mail from the domains.
    DnsRecords(DnsRecords),
}

impl TenantReading {
    /// The facet that it is of.
    pub fn facet(&self) -> FacetName {
        match self {
            Self::SecurityDefaults(_) => FacetName::SecurityDefaults,
            Self::ConditionalAccess(_) => FacetName::ConditionalAccess,
            Self::MethodsPolicy(_) => FacetName::MethodsPolicy,
            Self::AuthorizationPolicy(_) => FacetName::AuthorizationPolicy,
            Self::Administrators(_) => FacetName::Administrators,
            Self::Registration(_) => FacetName::Registration,
            Self::Applications(_) => FacetName::Applications,
            Self::Federation(_) => FacetName::Federation,
            Self::Licences(_) => FacetName::Licences,
            Self::People(_) => FacetName::People,
            Self::SecureScore(_) => FacetName::SecureScore,
            Self::AdministrativeUnits(_) => FacetName::AdministrativeUnits,
            Self::AuditSettings(_) => FacetName::AuditSettings,
            Self::MailSettings(_) => FacetName::MailSettings,
            Self::MailboxProtocols(_) => FacetName::MailboxProtocols,
            Self::MailboxForwarding(_) => FacetName::MailboxForwarding,
            Self::OutboundPolicies(_) => FacetName::OutboundPolicies,
            Self::MailProtection(_) => FacetName::MailProtection,
            Self::AdvancedProtection(_) => FacetName::AdvancedProtection,
            Self::MailFlow(_) => FacetName::MailFlow,
            Self::Dkim(_) => FacetName::Dkim,
            Self::AlertPolicies(_) => FacetName::AlertPolicies,
            Self::SharingPolicies(_) => FacetName::SharingPolicies,
            Self::DnsRecords(_) => FacetName::DnsRecords,
        }
    }

    /// The value of a setting that can be changed, of the object `of` where there are several.
    pub fn value_of(&self, name: SettingName, of: Option<&str>) -> Option<Value> {
        match self {
            Self::SecurityDefaults(read) => read.value_of(name),
            Self::AuditSettings(read) => read.value_of(name),
            Self::MailSettings(read) => read.value_of(name),
            Self::OutboundPolicies(read) => read.value_of(name, of),
            Self::AlertPolicies(read) => read.value_of(name, of),
            Self::AuthorizationPolicy(read) => read.value_of(name),
            Self::ConditionalAccess(read) => read.value_of(name),
            Self::MethodsPolicy(_)
            | Self::Administrators(_)
            | Self::Registration(_)
            | Self::Applications(_)
            | Self::Federation(_)
            | Self::Licences(_)
            | Self::People(_)
            | Self::SecureScore(_)
            | Self::AdministrativeUnits(_)
            | Self::MailboxProtocols(_)
            | Self::MailboxForwarding(_)
            | Self::MailProtection(_)
            | Self::AdvancedProtection(_)
            | Self::MailFlow(_)
            | Self::Dkim(_)
            | Self::SharingPolicies(_)
            | Self::DnsRecords(_) => None,
        }
    }
}

/// A reading of the tenant as the engine carries it.
impl From<TenantReading> for Reading {
    fn from(reading: TenantReading) -> Self {
        Self::Tenant(Box::new(reading))
    }
}

macro_rules! readings {
    ($($kind:ident),* $(,)?) => {$(
        impl From<$kind> for TenantReading {
            fn from(read: $kind) -> Self {
                Self::$kind(read)
            }
        }
    )*};
}

readings! {
    SecurityDefaults,
    AuthorizationPolicy,
    AuditSettings,
    MailSettings,
    MailboxProtocols,
    MailboxForwarding,
    OutboundPolicies,
    MailProtection,
    AdvancedProtection,
    MailFlow,
    Dkim,
    AlertPolicies,
    SharingPolicies,
    DnsRecords,
}
