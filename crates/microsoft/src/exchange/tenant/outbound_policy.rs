//! `Get-HostedOutboundSpamFilterPolicy` with its rules, `Get-RemoteDomain`.

use std::collections::BTreeMap;

use regain_incident::tenant::outbound_policy::{Applies, OutboundPolicies, OutboundPolicy, RemoteDomain, WhenReached};
use regain_ports::{ProviderError, Seen};
use serde_json::{Value, json};

use super::super::wire::{text, yes};
use super::{Cmdlet, Exchange, each, flag, object, raw, state};
use crate::call::Doing;

const POLICIES: Doing = Doing {
    what: "read the outbound policies",
    needs: "a role that may run Get-HostedOutboundSpamFilterPolicy and Get-HostedOutboundSpamFilterRule",
};
const REMOTE: Doing = Doing { what: "read the remote domains", needs: "a role that may run Get-RemoteDomain" };
pub(super) const CHANGE: Doing = Doing {
    what: "block forwarding outside",
    needs: "a role that may run Set-HostedOutboundSpamFilterPolicy and Set-RemoteDomain",
};

impl Exchange {
    pub(super) async fn outbound_policies(&self) -> Result<Seen<OutboundPolicies>, ProviderError> {
        let outputs = self
            .all([
                Cmdlet::new(POLICIES, "Get-HostedOutboundSpamFilterPolicy", json!({})),
                Cmdlet::new(POLICIES, "Get-HostedOutboundSpamFilterRule", json!({})),
                Cmdlet::new(REMOTE, "Get-RemoteDomain", json!({"ResultSize": "Unlimited"})),
            ])
            .await?;
        let [policies, rules, remote] = &outputs;
        // A policy has at most one rule, which names it.
        let rules: BTreeMap<&str, Option<bool>> = rules
            .rows
            .iter()
            .filter_map(|rule| Some((text(rule, "HostedOutboundSpamFilterPolicy")?, state(rule, "State"))))
            .collect();
        let read = OutboundPolicies {
            policies: each(policies, |row| policy(row, &rules))?,
            remote_domains: each(remote, |row| {
                let object = object(REMOTE, row)?;
                let domain = text(row, "DomainName").unwrap_or(&object.name).to_owned();
                Ok(RemoteDomain { object, domain, forwards: flag(Some(row), "AutoForwardEnabled") })
            })?,
        };
        Ok(Seen::new(read, raw(outputs)))
    }
}

fn policy(row: &Value, rules: &BTreeMap<&str, Option<bool>>) -> Result<OutboundPolicy, ProviderError> {
    let object = object(POLICIES, row)?;
    let applies = match rules.get(object.name.as_str()) {
        _ if yes(row, "IsDefault") => Applies::ToTheRest,
        // A rule whose state was not understood may be on.
        Some(Some(true) | None) => Applies::ByRule,
        Some(Some(false)) | None => Applies::ToNobody,
    };
    let when_reached = text(row, "ActionWhenThresholdReached").map(|word| match word {
        "Alert" => WhenReached::Alert,
        "BlockUserForToday" => WhenReached::BlockForToday,
        "BlockUser" => WhenReached::Block,
        other => WhenReached::Other(other.to_owned()),
    });
    Ok(OutboundPolicy { object, applies, forwarding: text(row, "AutoForwardingMode").map(Into::into), when_reached })
}
