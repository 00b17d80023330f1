//! What the tenant is set to, as far as Exchange keeps it: one file a facet.
//!
//! Invariant: a member that was not sent is none, and never its default; a list is whole, or the read fails.

mod advanced_protection;
mod alert_policies;
mod audit_settings;
mod dkim;
mod mail_flow;
mod mail_protection;
mod mail_settings;
mod mailboxes;
mod outbound_policy;
mod sharing_policies;

use regain_incident::facet::FacetName;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::setting::{self, Object, SettingName, Value as Wanted};
use regain_ports::{Notes, ProviderError, ProviderErrorKind, Seen};
use serde_json::{Value, json};

use super::wire::text;
use super::{Cmdlet, Exchange, Output, error};
use crate::call::Doing;

const UNKNOWN: Doing = Doing { what: "read what the organisation is set to", needs: "" };

impl Exchange {
    /// A facet of the tenant.
    pub(crate) async fn tenant_facet(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError> {
        match facet {
            FacetName::AuditSettings => read(self.audit_settings()).await,
            FacetName::MailSettings => read(self.mail_settings()).await,
            FacetName::MailboxProtocols => read(self.mailbox_protocols()).await,
            FacetName::MailboxForwarding => read(self.mailbox_forwarding()).await,
            FacetName::OutboundPolicies => read(self.outbound_policies()).await,
            FacetName::MailProtection => read(self.mail_protection()).await,
            FacetName::AdvancedProtection => read(self.advanced_protection()).await,
            FacetName::MailFlow => read(self.mail_flow()).await,
            FacetName::Dkim => read(self.dkim()).await,
            FacetName::AlertPolicies => read(self.alert_policies()).await,
            FacetName::SharingPolicies => read(self.sharing_policies()).await,
            other => Err(not_ours(other)),
        }
    }

    /// Changes a setting, once.
    pub(crate) async fn change_setting(&self, change: &setting::Change) -> Result<Notes, ProviderError> {
        let of = change.of.as_ref().map(|object| object.id.as_str());
        let (doing, name, parameters) = match (change.name, &change.to, of) {
            (SettingName::UnifiedAuditLog, Wanted::Flag(on), None) => {
                (audit_settings::CHANGE, "Set-AdminAuditLogConfig", json!({"UnifiedAuditLogIngestionEnabled": on}))
            }
            (SettingName::MailboxAuditOff, Wanted::Flag(off), None) => {
                (audit_settings::CHANGE, "Set-OrganizationConfig", json!({"AuditDisabled": off}))
            }
            (SettingName::SmtpAuthOff, Wanted::Flag(off), None) => {
                (mail_settings::CHANGE, "Set-TransportConfig", json!({"SmtpClientAuthenticationDisabled": off}))
            }
            (SettingName::DirectSendRejected, Wanted::Flag(on), None) => {
                (mail_settings::CHANGE, "Set-OrganizationConfig", json!({"RejectDirectSend": on}))
            }
            (SettingName::ExternalTag, Wanted::Flag(on), None) => {
                (mail_settings::CHANGE, "Set-ExternalInOutlook", json!({"Enabled": on}))
            }
            (SettingName::OutboundForwarding, Wanted::Text(mode), Some(id)) => {
                let parameters = json!({"Identity": id, "AutoForwardingMode": mode});
                (outbound_policy::CHANGE, "Set-HostedOutboundSpamFilterPolicy", parameters)
            }
            (SettingName::RemoteForwarding, Wanted::Flag(on), Some(id)) => {
                (outbound_policy::CHANGE, "Set-RemoteDomain", json!({"Identity": id, "AutoForwardEnabled": on}))
            }
            (SettingName::AlertRecipients, Wanted::Texts(to), Some(id)) => {
                let parameters = json!({"Identity": id, "NotifyUser": to});
                let cmdlet = Cmdlet::new(alert_policies::CHANGE, "Set-ProtectionAlert", parameters);
                return self.change(&cmdlet.at_purview(&self.initial_domain().await?)).await;
            }
            _ => return Err(not_ours(change.facet())),
        };
        self.change(&Cmdlet::new(doing, name, parameters)).await
    }

    /// Runs these side by side, and gives what each gave, in their order; the first that fails fails all.
    async fn all<const N: usize>(&self, cmdlets: [Cmdlet<'_>; N]) -> Result<[Output; N], ProviderError> {
        let outputs = futures_util::future::try_join_all(cmdlets.iter().map(|cmdlet| self.run(cmdlet))).await?;
        outputs.try_into().map_err(|_| not_ours(FacetName::Domains))
    }
}

async fn read<T: Into<TenantReading>>(
    reading: impl Future<Output = Result<Seen<T>, ProviderError>>,
) -> Result<Seen<TenantReading>, ProviderError> {
    Ok(reading.await?.map(Into::into))
}

fn not_ours(facet: FacetName) -> ProviderError {
    error::of(UNKNOWN, 0, ProviderErrorKind::Surprise(format!("{facet} is not kept by Exchange").into()))
}

/// A member that is yes or no; none where it was not sent.
fn flag(row: Option<&Value>, member: &str) -> Option<bool> {
    row?.get(member)?.as_bool()
}

/// A member that says `Enabled` or `Disabled`.
fn state(row: &Value, member: &str) -> Option<bool> {
    match text(row, member)? {
        "Enabled" => Some(true),
        "Disabled" => Some(false),
        _ => None,
    }
}

/// What people call a row; without a name it is an answer not understood.
fn name(doing: Doing, row: &Value) -> Result<String, ProviderError> {
    let name = text(row, "Name").or_else(|| text(row, "Identity")).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| error::of(doing, 1, ProviderErrorKind::Surprise("a row without a name".into())))
}

/// The object that a row is: its id is what a change names it by.
fn object(doing: Doing, row: &Value) -> Result<Object, ProviderError> {
    let name = name(doing, row)?;
    let id = ["Guid", "Identity"].iter().find_map(|member| text(row, member)).filter(|id| !id.is_empty()).unwrap_or(&name);
    Ok(Object { id: id.to_owned(), name: name.clone() })
}

/// Each row, understood; the first that is not fails all.
fn each<T>(output: &Output, take: impl Fn(&Value) -> Result<T, ProviderError>) -> Result<Vec<T>, ProviderError> {
    output.rows.iter().map(take).collect()
}

/// The raw answers of several.
fn raw<const N: usize>(outputs: [Output; N]) -> Vec<String> {
    outputs.into_iter().flat_map(|output| output.raw).collect()
}
