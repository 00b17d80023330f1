//! `Get-CASMailbox` and `Get-Mailbox`, of everybody.

use regain_incident::tenant::mailbox_forwarding::{Forwards, MailboxForwarding};
use regain_incident::tenant::mailbox_protocols::MailboxProtocols;
use regain_ports::{ProviderError, Seen};
use serde_json::{Value, json};

use super::super::error::is_gone;
use super::super::wire::text;
use super::{Cmdlet, Exchange, flag, name};
use crate::call::Doing;

const PROTOCOLS: Doing = Doing { what: "read which protocols mailboxes may use", needs: "a role that may run Get-CASMailbox" };
const FORWARDING: Doing = Doing { what: "read which mailboxes forward", needs: "a role that may run Get-Mailbox" };

impl Exchange {
    pub(super) async fn mailbox_protocols(&self) -> Result<Seen<MailboxProtocols>, ProviderError> {
        let cmdlet = Cmdlet::new(PROTOCOLS, "Get-CASMailbox", json!({"ResultSize": "Unlimited"}))
            .select("Name,PrimarySmtpAddress,SmtpClientAuthenticationDisabled,PopEnabled,ImapEnabled");
        let output = self.run(&cmdlet).await?;
        let mut all = MailboxProtocols { read: output.rows.len(), ..MailboxProtocols::default() };
        for row in &output.rows {
            take(row, called(PROTOCOLS, row, "PrimarySmtpAddress")?, &mut all);
        }
        Ok(Seen::new(all, output.raw))
    }

    /// Whether protocols may be read, tried on one mailbox. An account without one answers that as well.
    pub(crate) async fn may_read_protocols(&self, mailbox: &str) -> Result<(), ProviderError> {
        let cmdlet = Cmdlet::new(PROTOCOLS, "Get-CASMailbox", json!({"Identity": mailbox})).select("Name");
        match self.run(&cmdlet).await {
            Err(error) if !is_gone(&error) => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    pub(super) async fn mailbox_forwarding(&self) -> Result<Seen<MailboxForwarding>, ProviderError> {
        let cmdlet = Cmdlet::new(FORWARDING, "Get-Mailbox", json!({"ResultSize": "Unlimited"}))
            .select("Name,UserPrincipalName,ForwardingAddress,ForwardingSmtpAddress");
        let output = self.run(&cmdlet).await?;
        let mut forwarding = Vec::new();
        for row in &output.rows {
            let said = |member| text(row, member).filter(|text| !text.is_empty());
            let bare = |address: &str| address.split_once(':').map_or(address, |(_, bare)| bare).to_owned();
            let (address, recipient) = (said("ForwardingSmtpAddress").map(bare), said("ForwardingAddress").map(str::to_owned));
            if address.is_some() || recipient.is_some() {
                forwarding.push(Forwards { who: called(FORWARDING, row, "UserPrincipalName")?, address, recipient });
            }
        }
        Ok(Seen::new(MailboxForwarding { read: output.rows.len(), forwarding }, output.raw))
    }
}

/// An address, or the name where there is none.
fn called(doing: Doing, row: &Value, member: &str) -> Result<String, ProviderError> {
    text(row, member).filter(|text| !text.is_empty()).map_or_else(|| name(doing, row), |text| Ok(text.to_owned()))
}

/// Null is as the organisation says; what was not sent is neither.
fn take(row: &Value, who: String, all: &mut MailboxProtocols) {
    let (pop, imap) = (flag(Some(row), "PopEnabled"), flag(Some(row), "ImapEnabled"));
    let smtp = row.get("SmtpClientAuthenticationDisabled");
    let is_told = smtp.is_some_and(|value| value.is_null() || value.is_boolean());
    if !is_told || pop.is_none() || imap.is_none() {
        all.untold.push(who.clone());
    }
    match smtp {
        Some(Value::Null) => all.smtp_auth_inherited += 1,
        Some(Value::Bool(false)) => all.smtp_auth_on.push(who.clone()),
        _ => {}
    }
    if pop == Some(true) {
        all.pop.push(who.clone());
    }
    if imap == Some(true) {
        all.imap.push(who);
    }
}
