//! Every mailbox of the tenant in one listing, for a look into each.
//!
//! A listing that was cut is given as far as it goes, and says so: public reports disagree on whether a link to the next
//! thousand ever works (unverified).

use regain_incident::account::{Account, Kind};
use regain_ports::{Mailbox, Mailboxes, ProviderError, Urgency};
use serde_json::{Value, json};

use super::wire::text;
use super::{Cmdlet, Exchange};
use crate::call::Doing;

const LIST: Doing = Doing { what: "list the mailboxes", needs: "a role that may run Get-Mailbox" };
const MEMBERS: &str = "ExternalDirectoryObjectId,UserPrincipalName,DisplayName,RecipientTypeDetails,ForwardingAddress,\
ForwardingSmtpAddress";

/// The service's own: what a discovery search finds is put there. Nobody owns it, and no mail comes in.
const OF_THE_SERVICE: &str = "DiscoveryMailbox";

impl Exchange {
    /// A round trip for each thousand.
    pub(crate) async fn mailboxes(&self, urgency: Urgency) -> Result<Mailboxes, ProviderError> {
        let cmdlet = Cmdlet::new(LIST, "Get-Mailbox", json!({"ResultSize": "Unlimited"})).select(MEMBERS).urgency(urgency);
        let output = self.run_as_far(&cmdlet).await?;
        let mut mailboxes = Mailboxes { cut: output.cut, ..Mailboxes::default() };
        for row in output.rows.iter().filter(|row| text(row, "RecipientTypeDetails") != Some(OF_THE_SERVICE)) {
            match account(row) {
                Some(account) => mailboxes.all.push(Mailbox { account, forwards: Some(forwards(row)) }),
                None => mailboxes.unnamed += 1,
            }
        }
        Ok(mailboxes)
    }
}

fn account(row: &Value) -> Option<Account> {
    let id = text(row, "ExternalDirectoryObjectId")?.parse().ok()?;
    let upn = text(row, "UserPrincipalName").unwrap_or_default().to_owned();
    let kind = match text(row, "RecipientTypeDetails") {
        Some("SharedMailbox") => Kind::SharedMailbox,
        Some("RoomMailbox" | "EquipmentMailbox") => Kind::Resource,
        _ => Kind::Person,
    };
    Some(Account { id, upn, name: text(row, "DisplayName").unwrap_or_default().to_owned(), kind, synchronised: false })
}

fn forwards(row: &Value) -> bool {
    let is_set = |member| text(row, member).is_some_and(|value| !value.is_empty());
    is_set("ForwardingAddress") || is_set("ForwardingSmtpAddress")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_account_and_says_whether_it_forwards() {
        let row = json!({
            "ExternalDirectoryObjectId": "A1000000-0000-4000-8000-000000000001", "UserPrincipalName": "a@contoso.com",
            "DisplayName": "A", "RecipientTypeDetails": "SharedMailbox", "ForwardingSmtpAddress": "smtp:b@example.net",
        });
        let known = account(&row).unwrap();
        assert_eq!((known.kind, known.upn.as_str(), forwards(&row)), (Kind::SharedMailbox, "a@contoso.com", true));
        assert!(account(&json!({"UserPrincipalName": "x@contoso.com", "ExternalDirectoryObjectId": ""})).is_none());
        assert!(!forwards(&json!({"ForwardingAddress": null, "ForwardingSmtpAddress": ""})));
    }
}
