//! `Get-EOPProtectionPolicyRule`, `Get-AntiPhishPolicy`, `Get-HostedContentFilterPolicy`, `Get-MalwareFilterPolicy`,
//! `Get-HostedConnectionFilterPolicy`.

use regain_incident::tenant::mail_protection::{
    AntiPhishing, ConnectionFilter, ContentFilter, Level, MailProtection, MalwareFilter, Preset,
};
use regain_ports::{ProviderError, Seen};
use serde_json::{Value, json};

use super::super::wire::texts;
use super::{Cmdlet, Exchange, each, flag, name, raw, state};
use crate::call::Doing;

const READ: Doing = Doing {
    what: "read the policies against phishing, spam and malware",
    needs: "a role that may run Get-AntiPhishPolicy and the like (Security Reader)",
};

impl Exchange {
    pub(super) async fn mail_protection(&self) -> Result<Seen<MailProtection>, ProviderError> {
        let get = |name| Cmdlet::new(READ, name, json!({}));
        let outputs = self
            .all([
                get("Get-EOPProtectionPolicyRule"),
                get("Get-AntiPhishPolicy"),
                get("Get-HostedContentFilterPolicy"),
                get("Get-MalwareFilterPolicy"),
                get("Get-HostedConnectionFilterPolicy"),
            ])
            .await?;
        let [presets, phishing, content, malware, connection] = &outputs;
        let read = MailProtection {
            presets: each(presets, |row| preset(READ, row))?,
            anti_phishing: each(phishing, anti_phishing)?,
            content: each(content, |row| {
                let allowed = [texts(row, "AllowedSenders"), texts(row, "AllowedSenderDomains")].concat();
                let takes_back_phishing = flag(Some(row), "PhishZapEnabled");
                Ok(ContentFilter { name: name(READ, row)?, allowed, takes_back_phishing })
            })?,
            malware: each(malware, |row| {
                let (refuses_files, takes_back) = (flag(Some(row), "EnableFileFilter"), flag(Some(row), "ZapEnabled"));
                Ok(MalwareFilter { name: name(READ, row)?, refuses_files, takes_back })
            })?,
            connection: each(connection, |row| {
                let (allowed, safe_list) = (texts(row, "IPAllowList"), flag(Some(row), "EnableSafeList"));
                Ok(ConnectionFilter { name: name(READ, row)?, allowed, safe_list })
            })?,
        };
        Ok(Seen::new(read, raw(outputs)))
    }
}

/// The rule of a preset. Without conditions it is for everybody; several kinds of condition must all be true.
pub(super) fn preset(doing: Doing, row: &Value) -> Result<Preset, ProviderError> {
    let name = name(doing, row)?;
    let level = match name.split_whitespace().next() {
        Some("Standard") => Level::Standard,
        Some("Strict") => Level::Strict,
        _ => Level::Other,
    };
    let listed = |members: &[&str]| members.iter().flat_map(|member| texts(row, member)).collect::<Vec<_>>();
    let (people, domains) = (listed(&["SentTo", "SentToMemberOf"]), listed(&["RecipientDomainIs"]));
    let spares = listed(&["ExceptIfSentTo", "ExceptIfSentToMemberOf", "ExceptIfRecipientDomainIs"]);
    let for_everybody = people.is_empty() && domains.is_empty();
    let domains = if people.is_empty() { domains } else { Vec::new() };
    Ok(Preset { level, on: state(row, "State"), for_everybody, domains, spares, name })
}

fn anti_phishing(row: &Value) -> Result<AntiPhishing, ProviderError> {
    let said = |member| flag(Some(row), member);
    Ok(AntiPhishing {
        name: name(READ, row)?,
        is_default: said("IsDefault"),
        on: said("Enabled"),
        spoof: said("EnableSpoofIntelligence"),
        users: said("EnableTargetedUserProtection"),
        own_domains: said("EnableOrganizationDomainsProtection"),
        mailbox_intelligence: said("EnableMailboxIntelligenceProtection"),
        honours_dmarc: said("HonorDmarcPolicy"),
    })
}
