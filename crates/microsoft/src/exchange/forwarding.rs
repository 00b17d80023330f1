//! Forwarding on the mailbox: read and written as one, for clearing one member can wake another.

use std::collections::BTreeSet;

use regain_incident::account::Account;
use regain_incident::facets::forwarding::{Forwarding, Recipient};
use regain_ports::{Notes, ProviderError, ProviderErrorKind, Seen, Urgency};
use serde_json::{Value, json};

use super::wire::{text, yes};
use super::{Cmdlet, Exchange, error, or_no_mailbox};
use crate::call::Doing;

const READ: Doing = Doing { what: "read forwarding", needs: "a role that may run Get-Mailbox" };
const SET: Doing = Doing { what: "set forwarding", needs: "a role that may run Set-Mailbox" };
const MEMBERS: &str =
    "ExternalDirectoryObjectId,UserPrincipalName,ForwardingAddress,ForwardingSmtpAddress,DeliverToMailboxAndForward";

impl Exchange {
    /// One round trip, and a second where a recipient of the tenant has to be resolved.
    pub(crate) async fn forwarding(&self, account: &Account, urgency: Urgency) -> Result<Seen<Forwarding>, ProviderError> {
        or_no_mailbox(self.read_forwarding(account, urgency).await)
    }

    async fn read_forwarding(&self, account: &Account, urgency: Urgency) -> Result<Seen<Forwarding>, ProviderError> {
        let cmdlet = Cmdlet::new(READ, "Get-Mailbox", json!({"Identity": account.id.as_str()})).of(account).select(MEMBERS);
        let output = self.run(&cmdlet.urgency(urgency)).await?;
        let Some(row) = output.rows.first() else { return Err(error::of(READ, 1, ProviderErrorKind::NotFound)) };
        let name = text(row, "ForwardingAddress").map(str::to_owned);
        let (mut known, raw) = self.resolve(&name.iter().cloned().collect::<BTreeSet<_>>(), urgency).await?;
        let recipient = name.map(|name| match known.remove(&name) {
            // The name stays as shown, so that the same mailbox always reads the same.
            Some(found) => Recipient { name, ..found },
            None => Recipient { name, address: None, id: None },
        });
        Ok(Seen::new(read(row, recipient), [output.raw, raw].concat()))
    }

    /// All three members, always. One round trip.
    pub(crate) async fn set_forwarding(&self, account: &Account, wanted: &Forwarding) -> Result<Notes, ProviderError> {
        let cmdlet = Cmdlet::new(SET, "Set-Mailbox", parameters(account, wanted)).of(account);
        let mut notes = self.change(&cmdlet).await?;
        if wanted.recipient.as_ref().is_some_and(|to| to.id.is_none() && to.address.is_none()) {
            notes.push("the recipient is known by name only, which need not be unique".to_owned());
        }
        Ok(notes)
    }
}

fn read(row: &Value, recipient: Option<Recipient>) -> Forwarding {
    let smtp = text(row, "ForwardingSmtpAddress").map(|address| bare(address).to_owned());
    Forwarding { recipient, smtp, keeps_copy: yes(row, "DeliverToMailboxAndForward") }
}

/// Without the `smtp:` before it, in whatever case.
fn bare(address: &str) -> &str {
    match address.split_once(':') {
        Some((kind, rest)) if kind.eq_ignore_ascii_case("smtp") => rest,
        _ => address,
    }
}

fn parameters(account: &Account, wanted: &Forwarding) -> Value {
    let recipient = wanted.recipient.as_ref().map(|to| to.id.as_ref().or(to.address.as_ref()).unwrap_or(&to.name));
    json!({
        "Identity": account.id.as_str(),
        "ForwardingAddress": recipient,
        "ForwardingSmtpAddress": wanted.smtp.as_ref().map(|address| format!("smtp:{address}")),
        "DeliverToMailboxAndForward": wanted.keeps_copy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::account;

    #[test]
    fn surprise_11_all_three_members_are_cleared_together() {
        assert_eq!(
            parameters(&account(), &Forwarding::default()),
            json!({"Identity": account().id.as_str(), "ForwardingAddress": null, "ForwardingSmtpAddress": null, "DeliverToMailboxAndForward": false})
        );
    }

    #[test]
    fn what_was_read_can_be_set_again() {
        let row = json!({"ForwardingSmtpAddress": "smtp:drop@example.net", "DeliverToMailboxAndForward": true});
        let to = Recipient { name: "Sam".to_owned(), address: Some("sam@contoso.com".to_owned()), id: Some("b1".to_owned()) };
        let forwarding = read(&row, Some(to));
        let sent = parameters(&account(), &forwarding);
        assert_eq!((&sent["ForwardingAddress"], &sent["ForwardingSmtpAddress"]), (&json!("b1"), &json!("smtp:drop@example.net")));
        assert!(forwarding.keeps_copy);
    }
}
