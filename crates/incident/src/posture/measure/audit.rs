//! Whether what happens is recorded.

use super::Measure;
use crate::facet::FacetName;
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[Measure {
    name: "audit-log-on",
    remarks: &["unified-audit-log-off", "mailbox-audit-off", "audit-bypassed"],
    take: audit_log_on,
}];

/// Unified log on, mailbox auditing not off, nobody left out.
fn audit_log_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let audit = estate.audit_settings()?;
    let unified = Estate::said(FacetName::AuditSettings, "UnifiedAuditLogIngestionEnabled", audit.unified_log)?;
    let off = Estate::said(FacetName::AuditSettings, "AuditDisabled", audit.mailbox_audit_off)?;
    let mut lacking = Vec::new();
    if !unified {
        lacking.push(Remark::new("unified-audit-log-off"));
    }
    if off {
        lacking.push(Remark::new("mailbox-audit-off"));
    }
    lacking.extend(audit.bypassed.iter().map(|who| Remark::new("audit-bypassed").with("who", who)));
    Ok(Answer::lacking(lacking, unified))
}
