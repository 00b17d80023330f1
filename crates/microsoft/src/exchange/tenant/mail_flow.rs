//! `Get-TransportRule`, `Get-InboundConnector`, `Get-OutboundConnector`, `Get-JournalRule`.

use regain_incident::tenant::mail_flow::{InboundConnector, Journal, MailFlow, OutboundConnector, TransportRule};
use regain_ports::{ProviderError, Seen};
use serde_json::{Value, json};

use super::super::wire::{text, texts, time, yes};
use super::{Cmdlet, Exchange, each, flag, object, raw, state};
use crate::call::Doing;

const RULES: Doing = Doing { what: "read the rules of the mail flow", needs: "a role that may run Get-TransportRule" };
const CONNECTORS: Doing =
    Doing { what: "read the connectors", needs: "a role that may run Get-InboundConnector and Get-OutboundConnector" };
const JOURNALS: Doing = Doing { what: "read the journal rules", needs: "a role that may run Get-JournalRule" };

/// Headers by which a rule keeps the service from looking into links and attachments.
const SKIPS: &[&str] =
    &["X-MS-Exchange-Organization-SkipSafeLinksProcessing", "X-MS-Exchange-Organization-SkipSafeAttachmentProcessing"];

impl Exchange {
    pub(super) async fn mail_flow(&self) -> Result<Seen<MailFlow>, ProviderError> {
        let unlimited = || json!({"ResultSize": "Unlimited"});
        let outputs = self
            .all([
                Cmdlet::new(RULES, "Get-TransportRule", unlimited()),
                Cmdlet::new(CONNECTORS, "Get-InboundConnector", unlimited()),
                Cmdlet::new(
                    CONNECTORS,
                    "Get-OutboundConnector",
                    json!({"ResultSize": "Unlimited", "IncludeTestModeConnectors": true}),
                ),
                Cmdlet::new(JOURNALS, "Get-JournalRule", json!({})),
            ])
            .await?;
        let [rules, inbound, outbound, journals] = &outputs;
        let flow = MailFlow {
            rules: each(rules, rule)?,
            inbound: each(inbound, connector_in)?,
            outbound: each(outbound, connector_out)?,
            journals: each(journals, |row| {
                let to = text(row, "JournalEmailAddress").map(str::to_owned);
                Ok(Journal { object: object(JOURNALS, row)?, on: flag(Some(row), "Enabled"), to })
            })?,
        };
        Ok(Seen::new(flow, raw(outputs)))
    }
}

fn rule(row: &Value) -> Result<TransportRule, ProviderError> {
    // A rule that is on acts, unless it is a trial (`Audit`, `AuditAndNotify`).
    let acts = match (state(row, "State"), text(row, "Mode")) {
        (Some(true), Some(mode)) => Some(mode == "Enforce"),
        (Some(false), _) => Some(false),
        _ => None,
    };
    // The number comes as text or as a number; a list of one as a list.
    let score = row.get("SetSCL").map(|score| score.as_str().map_or_else(|| score.to_string(), str::to_owned));
    let header = text(row, "SetHeaderName").unwrap_or_default();
    let listed = |members: &[&str]| members.iter().flat_map(|member| texts(row, member)).collect::<Vec<_>>();
    Ok(TransportRule {
        object: object(RULES, row)?,
        acts,
        marks_as_clean: score.as_deref() == Some("-1"),
        skips_checks: SKIPS.iter().any(|skips| skips.eq_ignore_ascii_case(header)),
        redirects: listed(&["RedirectMessageTo"]),
        copies: listed(&["BlindCopyTo", "CopyTo", "AddToRecipients"]),
        deletes: yes(row, "DeleteMessage"),
        by: text(row, "CreatedBy").map(str::to_owned),
        changed: time(row, "WhenChanged"),
    })
}

fn connector_in(row: &Value) -> Result<InboundConnector, ProviderError> {
    let said = |member| flag(Some(row), member);
    Ok(InboundConnector {
        object: object(CONNECTORS, row)?,
        on: said("Enabled"),
        own_servers: text(row, "ConnectorType").map(|kind| kind == "OnPremises"),
        addresses: texts(row, "SenderIPAddresses"),
        certificate: text(row, "TlsSenderCertificateName").filter(|name| !name.is_empty()).map(str::to_owned),
        sealed: said("RequireTls"),
        only_addresses: said("RestrictDomainsToIPAddresses"),
        only_certificate: said("RestrictDomainsToCertificate"),
        as_internal: said("TreatMessagesAsInternal"),
    })
}

fn connector_out(row: &Value) -> Result<OutboundConnector, ProviderError> {
    Ok(OutboundConnector {
        object: object(CONNECTORS, row)?,
        on: flag(Some(row), "Enabled"),
        domains: texts(row, "RecipientDomains"),
        servers: texts(row, "SmartHosts"),
        by_rule_only: flag(Some(row), "IsTransportRuleScoped"),
    })
}
