//! Restricted entities: addresses that may not send, and the lifting of that.

use std::collections::{BTreeMap, BTreeSet};

use regain_incident::account::Account;
use regain_incident::facets::sending_block::{Block, SendingBlock};
use regain_ports::{Age, Notes, ProviderError, Seen};
use serde_json::{Value, json};

use super::wire::{text, texts, time, yes};
use super::{Cmdlet, Exchange, Output, error};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the restricted entities", needs: "a role that may run Get-BlockedSenderAddress" };
const LIFT: Doing = Doing { what: "lift the sending block", needs: "a role that may run Remove-BlockedSenderAddress" };

impl Exchange {
    /// One round trip: the whole list, and beside it the account's addresses.
    pub(crate) async fn sending_block(&self, account: &Account, age: Age) -> Result<Seen<SendingBlock>, ProviderError> {
        let cmdlet = Cmdlet::new(READ, "Get-BlockedSenderAddress", json!({}));
        // Unverified: whether nobody being blocked is an empty list or an error. Both are taken.
        let read = async {
            match self.run(&cmdlet).await {
                Err(error) if error::is_gone(&error) => Ok(Output::default()),
                other => other,
            }
        };
        let list = self.lists.blocked_senders.get(&*self.caller.clock, age, read);
        let (list, own) = futures_util::future::join(list, self.own(account.id.as_str(), age)).await;
        let list = list?;
        // A block listed under an address that we could not learn of must not read as "not blocked".
        let (own, raw) = match own {
            Err(_) if list.rows.is_empty() => (None, Vec::new()),
            other => other?,
        };
        let addresses = addresses(account, own.as_ref());
        let row = list
            .rows
            .iter()
            .find(|row| text(row, "SenderAddress").is_some_and(|address| addresses.contains(&address.to_lowercase())));
        Ok(Seen::new(SendingBlock { block: row.and_then(block) }, [list.raw.clone(), raw].concat()))
    }

    /// An answer means accepted. Never repeated by itself: lifts are rationed.
    pub(crate) async fn lift(&self, block: &Block) -> Result<Notes, ProviderError> {
        let cmdlet = Cmdlet::new(LIFT, "Remove-BlockedSenderAddress", json!({"SenderAddress": block.address}));
        match self.change(&cmdlet).await {
            Err(error) if error::is_gone(&error) => Ok(vec!["it was lifted already".to_owned()]),
            other => other,
        }
    }
}

fn addresses(account: &Account, own: Option<&Value>) -> BTreeSet<String> {
    let listed = own.map(|row| texts(row, "EmailAddresses")).unwrap_or_default();
    let primary = own.and_then(|row| text(row, "PrimarySmtpAddress")).map(str::to_owned);
    let all = listed.iter().map(|address| address.rsplit_once(':').map_or(address.as_str(), |(_, bare)| bare).to_lowercase());
    all.chain(primary.map(|address| address.to_lowercase())).chain([account.upn.to_lowercase()]).collect()
}

fn block(row: &Value) -> Option<Block> {
    let reason = reason(text(row, "Reason").unwrap_or_default());
    Some(Block {
        address: text(row, "SenderAddress")?.to_owned(),
        // Unverified: that the recipient rate's block ends by itself; the flag says so where it is set.
        temporary: yes(row, "TemporaryBlock") || reason.contains_key("EmailSendingLimitExceeded"),
        since: time(row, "CreatedDatetime").or_else(|| time(row, "ChangedDatetime")),
        reason,
    })
}

/// `key=value;key=value`; a part without `=` may have `:`, or be a key alone.
fn reason(text: &str) -> BTreeMap<String, String> {
    let pair = |part: &str| {
        let (key, value) = part.split_once('=').or_else(|| part.split_once(':')).unwrap_or((part, ""));
        (key.trim().to_owned(), value.trim().to_owned())
    };
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::account;

    #[test]
    fn every_key_of_a_reason_is_kept() {
        let kept = reason("OutboundSpamLast24Hours=412;Last Spam Message MessagetraceId:e5;EmailSendingLimitExceeded;");
        assert_eq!(kept.len(), 3);
        assert_eq!(kept["Last Spam Message MessagetraceId"], "e5");
    }

    #[test]
    fn any_address_of_the_account_counts() {
        let own = json!({"EmailAddresses": ["SMTP:alex.berg@contoso.com", "smtp:A.Berg@contoso.com"]});
        let known = addresses(&account(), Some(&own));
        assert!(known.contains("a.berg@contoso.com") && known.contains(&account().upn));
    }

    #[test]
    fn a_row_becomes_a_block() {
        let row = json!({"SenderAddress": "a@b.se", "Reason": "x=1", "CreatedDatetime": "2026-11-02T02:55:31.0000000Z", "TemporaryBlock": false});
        let block = block(&row).unwrap();
        assert!(block.since.is_some() && !block.temporary);
    }
}
