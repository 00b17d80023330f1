//! What a tenant is set to: one file a facet. Read for the posture alone, completely or with a gap, and recorded like
//! the facets of an account, under the organisation as the target.
//!
//! Invariant: a member that the service did not send is `None`, and never its default.

pub mod audit_settings;
pub mod security_defaults;
pub mod setting;

use serde::{Deserialize, Serialize};

use audit_settings::AuditSettings;
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
    /// Whether what happens is recorded.
    AuditSettings(AuditSettings),
}

impl TenantReading {
    /// The facet that it is of.
    pub fn facet(&self) -> FacetName {
        match self {
            Self::SecurityDefaults(_) => FacetName::SecurityDefaults,
            Self::AuditSettings(_) => FacetName::AuditSettings,
        }
    }

    /// The value of a setting that can be changed, of the object `of` where there are several.
    pub fn value_of(&self, name: SettingName, of: Option<&str>) -> Option<Value> {
        let _ = of;
        match self {
            Self::SecurityDefaults(read) => read.value_of(name),
            Self::AuditSettings(read) => read.value_of(name),
        }
    }
}

/// A reading of the tenant as the engine carries it.
impl From<TenantReading> for Reading {
    fn from(reading: TenantReading) -> Self {
        Self::Tenant(Box::new(reading))
    }
}
