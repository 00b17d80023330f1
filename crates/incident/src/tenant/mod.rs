//! What a tenant is set to: one file a facet. Read for the posture alone, completely or with a gap, and recorded like
//! the facets of an account, under the organisation as the target.
//!
//! Invariant: a member that the service did not send is `None`, and never its default.

pub mod administrative_units;
pub mod administrators;
pub mod applications;
pub mod audit_settings;
pub mod authorization_policy;
pub mod conditional_access;
pub mod federation;
pub mod licences;
pub mod methods_policy;
pub mod people;
pub mod registration;
pub mod secure_score;
pub mod security_defaults;
pub mod setting;

use serde::{Deserialize, Serialize};

use administrative_units::AdministrativeUnits;
use administrators::Administrators;
use applications::Applications;
use audit_settings::AuditSettings;
use authorization_policy::AuthorizationPolicy;
use conditional_access::ConditionalAccess;
use federation::Federation;
use licences::Licences;
use methods_policy::MethodsPolicy;
use people::People;
use registration::Registration;
use secure_score::SecureScore;
use security_defaults::SecurityDefaults;

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
        }
    }

    /// The value of a setting that can be changed, of the object `of` where there are several.
    pub fn value_of(&self, name: SettingName, of: Option<&str>) -> Option<Value> {
        let _ = of;
        match self {
            Self::SecurityDefaults(read) => read.value_of(name),
            Self::AuditSettings(read) => read.value_of(name),
            _ => None,
        }
    }
}

/// A reading of the tenant as the engine carries it.
impl From<TenantReading> for Reading {
    fn from(reading: TenantReading) -> Self {
        Self::Tenant(Box::new(reading))
    }
}
