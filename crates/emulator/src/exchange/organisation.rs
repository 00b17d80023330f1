//! Settings of the whole organisation, which are only read here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::Call;
use super::load::text;
use super::reply::{Failure, Output, Row};
use super::state::Exchange;
use crate::world::Directory;

/// What an organisation says that changed nothing. A scenario replaces lists by their cmdlet.
pub fn defaults(directory: &Directory) -> BTreeMap<String, Vec<Row>> {
    let domains: Vec<Value> =
        directory.domains.iter().filter(|domain| domain["isVerified"] != Value::Bool(false)).map(accepted).collect();
    let lists = [
        ("Get-AcceptedDomain", domains),
        ("Get-RemoteDomain", vec![remote_domain()]),
        ("Get-HostedOutboundSpamFilterPolicy", vec![outbound_policy()]),
        (
            "Get-TransportConfig",
            vec![json!({"SmtpClientAuthenticationDisabled": true, "MaxSendSize": "35 MB (36,700,160 bytes)"})],
        ),
        (
            "Get-OrganizationConfig",
            vec![
                json!({"AuditDisabled": false, "OAuth2ClientProfileEnabled": true, "RejectDirectSend": false, "IsDehydrated": false}),
            ],
        ),
        ("Get-AdminAuditLogConfig", vec![json!({"UnifiedAuditLogIngestionEnabled": true})]),
    ];
    let rows = |list: Vec<Value>| list.into_iter().filter_map(|row| row.as_object().cloned()).collect();
    lists.into_iter().map(|(name, list)| (name.to_owned(), rows(list))).collect()
}

/// Any of these listings, all of it or one by `Identity`.
pub fn get(exchange: &Exchange, cmdlet: &str, call: &Call) -> Result<Output, Failure> {
    let rows = exchange.lists.get(cmdlet).cloned().unwrap_or_default();
    let Some(identity) = call.parameters.text("Identity") else { return Ok(Output::rows(rows)) };
    let named = |row: &Row| {
        ["Identity", "Name", "DomainName", "Guid"]
            .iter()
            .any(|member| row.get(*member).and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(identity)))
    };
    let rows: Vec<Row> = rows.into_iter().filter(named).collect();
    if rows.is_empty() { Err(Failure::object_missing(identity)) } else { Ok(Output::rows(rows)) }
}

impl Exchange {
    /// Whether mail may be forwarded outside by itself. `Automatic` acts as `Off`.
    pub fn forwards_outside(&self, domain: &str) -> bool {
        let policies = self.lists.get("Get-HostedOutboundSpamFilterPolicy");
        let policy = policies.into_iter().flatten().find(|row| row.get("IsDefault") == Some(&Value::Bool(true)));
        let on = policy.and_then(|row| row.get("AutoForwardingMode")).and_then(Value::as_str) == Some("On");
        on && self.remote_domain_forwards(domain)
    }

    fn remote_domain_forwards(&self, domain: &str) -> bool {
        let rows: Vec<&Row> = self.lists.get("Get-RemoteDomain").into_iter().flatten().collect();
        let name = |row: &&&Row| row.get("DomainName").and_then(Value::as_str).unwrap_or_default().to_owned();
        let exact = rows.iter().find(|row| name(row).eq_ignore_ascii_case(domain));
        let row = exact.or_else(|| rows.iter().find(|row| name(row) == "*"));
        row.is_none_or(|row| row.get("AutoForwardEnabled") != Some(&Value::Bool(false)))
    }
}

fn accepted(domain: &Value) -> Value {
    let name = text(domain, "id");
    json!({
        "DomainName": name, "Name": name, "Identity": name, "DomainType": "Authoritative",
        "Default": domain["isDefault"] == Value::Bool(true), "InitialDomain": domain["isInitial"] == Value::Bool(true),
        "MatchSubDomains": false,
    })
}

fn remote_domain() -> Value {
    json!({
        "Name": "Default", "Identity": "Default", "DomainName": "*", "AutoForwardEnabled": true, "AutoReplyEnabled": true,
        "AllowedOOFType": "External", "DeliveryReportEnabled": true,
    })
}

fn outbound_policy() -> Value {
    json!({
        "Name": "Default", "Identity": "Default", "IsDefault": true, "AutoForwardingMode": "Automatic",
        "ActionWhenThresholdReached": "BlockUserForToday", "RecipientLimitExternalPerHour": 0,
        "RecipientLimitInternalPerHour": 0, "RecipientLimitPerDay": 0, "NotifyOutboundSpam": false,
        "NotifyOutboundSpamRecipients": [], "BccSuspiciousOutboundMail": false,
        "BccSuspiciousOutboundAdditionalRecipients": [],
    })
}
