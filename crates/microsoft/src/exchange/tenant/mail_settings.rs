//! `Get-TransportConfig`, `Get-OrganizationConfig`, `Get-ExternalInOutlook`.

use regain_incident::tenant::mail_settings::MailSettings;
use regain_ports::{ProviderError, Seen};
use serde_json::json;

use super::super::wire::texts;
use super::{Cmdlet, Exchange, flag, raw};
use crate::call::Doing;

const TRANSPORT: Doing = Doing { what: "read whether SMTP AUTH is on", needs: "a role that may run Get-TransportConfig" };
const ORGANISATION: Doing =
    Doing { what: "read the organisation's mail settings", needs: "a role that may run Get-OrganizationConfig" };
const EXTERNAL: Doing =
    Doing { what: "read whether mail from outside is marked", needs: "a role that may run Get-ExternalInOutlook" };
pub(super) const CHANGE: Doing =
    Doing { what: "change the organisation's mail settings", needs: "Organization Management in Exchange" };

impl Exchange {
    pub(super) async fn mail_settings(&self) -> Result<Seen<MailSettings>, ProviderError> {
        let outputs = self
            .all([
                Cmdlet::new(TRANSPORT, "Get-TransportConfig", json!({})).select("SmtpClientAuthenticationDisabled"),
                Cmdlet::new(ORGANISATION, "Get-OrganizationConfig", json!({}))
                    .select("OAuth2ClientProfileEnabled,RejectDirectSend"),
                Cmdlet::new(EXTERNAL, "Get-ExternalInOutlook", json!({})).select("Enabled,AllowList"),
            ])
            .await?;
        let [transport, organisation, external] = &outputs;
        let settings = MailSettings {
            smtp_auth_off: flag(transport.rows.first(), "SmtpClientAuthenticationDisabled"),
            modern_authentication: flag(organisation.rows.first(), "OAuth2ClientProfileEnabled"),
            direct_send_rejected: flag(organisation.rows.first(), "RejectDirectSend"),
            external_tag: flag(external.rows.first(), "Enabled"),
            external_tag_spares: external.rows.first().map(|row| texts(row, "AllowList")).unwrap_or_default(),
        };
        Ok(Seen::new(settings, raw(outputs)))
    }
}
