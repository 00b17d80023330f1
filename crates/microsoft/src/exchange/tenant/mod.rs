//! What the tenant is set to, as far as Exchange keeps it: one file a facet.

mod audit_settings;

use regain_incident::facet::FacetName;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::setting::{self, SettingName, Value as Wanted};
use regain_ports::{Notes, ProviderError, ProviderErrorKind, Seen};
use serde_json::{Value, json};

use super::{Cmdlet, Exchange, error};
use crate::call::Doing;

const UNKNOWN: Doing = Doing { what: "read what the organisation is set to", needs: "" };

impl Exchange {
    /// A facet of the tenant.
    pub(crate) async fn tenant_facet(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError> {
        match facet {
            FacetName::AuditSettings => self.audit_settings().await.map(|seen| seen.map(TenantReading::AuditSettings)),
            other => Err(not_ours(other)),
        }
    }

    /// Changes a setting, once.
    pub(crate) async fn change_setting(&self, change: &setting::Change) -> Result<Notes, ProviderError> {
        let (doing, name, parameters) = match (change.name, &change.to) {
            (SettingName::UnifiedAuditLog, Wanted::Flag(on)) => {
                (audit_settings::CHANGE, "Set-AdminAuditLogConfig", json!({"UnifiedAuditLogIngestionEnabled": on}))
            }
            (SettingName::MailboxAuditOff, Wanted::Flag(off)) => {
                (audit_settings::CHANGE, "Set-OrganizationConfig", json!({"AuditDisabled": off}))
            }
            _ => return Err(not_ours(change.facet())),
        };
        self.change(&Cmdlet::new(doing, name, parameters)).await
    }
}

fn not_ours(facet: FacetName) -> ProviderError {
    error::of(UNKNOWN, 0, ProviderErrorKind::Surprise(format!("{facet} is not kept by Exchange").into()))
}

/// A member that is yes or no; none where it was not sent.
fn flag(row: Option<&Value>, member: &str) -> Option<bool> {
    row?.get(member)?.as_bool()
}
