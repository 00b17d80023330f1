//! `Get-AdminAuditLogConfig`, `Get-OrganizationConfig`, `Get-MailboxAuditBypassAssociation`.

use regain_incident::tenant::audit_settings::AuditSettings;
use regain_ports::{ProviderError, Seen};
use serde_json::json;

use super::super::wire::{text, yes};
use super::{Cmdlet, Exchange, flag, raw};
use crate::call::Doing;

const UNIFIED: Doing = Doing { what: "read whether the audit log is on", needs: "a role that may run Get-AdminAuditLogConfig" };
const ORGANISATION: Doing =
    Doing { what: "read whether mailbox auditing is on", needs: "a role that may run Get-OrganizationConfig" };
const BYPASSED: Doing =
    Doing { what: "read who is left out of auditing", needs: "a role that may run Get-MailboxAuditBypassAssociation" };
pub(super) const CHANGE: Doing = Doing {
    what: "switch auditing",
    needs: "a role that may run Set-AdminAuditLogConfig and Set-OrganizationConfig (Organization Management)",
};

impl Exchange {
    pub(super) async fn audit_settings(&self) -> Result<Seen<AuditSettings>, ProviderError> {
        let everybody = json!({"ResultSize": "Unlimited"});
        let outputs = self
            .all([
                Cmdlet::new(UNIFIED, "Get-AdminAuditLogConfig", json!({})).select("UnifiedAuditLogIngestionEnabled"),
                Cmdlet::new(ORGANISATION, "Get-OrganizationConfig", json!({})).select("AuditDisabled"),
                Cmdlet::new(BYPASSED, "Get-MailboxAuditBypassAssociation", everybody).select("Name,AuditBypassEnabled"),
            ])
            .await?;
        let [unified, organisation, bypassed] = &outputs;
        let left_out = bypassed.rows.iter().filter(|row| yes(row, "AuditBypassEnabled"));
        let settings = AuditSettings {
            unified_log: flag(unified.rows.first(), "UnifiedAuditLogIngestionEnabled"),
            mailbox_audit_off: flag(organisation.rows.first(), "AuditDisabled"),
            bypassed: left_out.filter_map(|row| text(row, "Name")).map(str::to_owned).collect(),
        };
        Ok(Seen::new(settings, raw(outputs)))
    }
}
