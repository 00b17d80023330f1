//! Restricted entities: who may not send, and the rationed way out.
//!
//! A lift is accepted at once, leaves the list some minutes later and lets mail through later still. Every
//! accepted lift is spent, needed or not.

use jiff::Timestamp;
use serde_json::json;

use super::call::Call;
use super::reply::{Failure, Output, Row};
use super::state::{Block, Exchange};

/// `Get-BlockedSenderAddress`.
pub fn get(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let listed = |block: &&Block| block.is_listed(call.now, &exchange.behaviour);
    let rows = exchange.blocked.iter().filter(listed);
    let address = call.parameters.text("SenderAddress");
    let rows: Vec<Row> =
        rows.filter(|block| address.is_none_or(|address| block.address.eq_ignore_ascii_case(address))).map(row).collect();
    if rows.is_empty() && exchange.behaviour.unknown_sender_is_error {
        return Err(Failure::object_missing(address.unwrap_or("*")));
    }
    Ok(Output::rows(rows))
}

/// `Remove-BlockedSenderAddress`.
pub fn remove(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let address = call.parameters.text("SenderAddress").unwrap_or_default();
    let behaviour = exchange.behaviour.clone();
    let listed = |block: &&mut Block| block.address.eq_ignore_ascii_case(address) && block.is_listed(call.now, &behaviour);
    let Some(block) = exchange.blocked.iter_mut().find(listed) else {
        return Err(Failure::object_missing(address));
    };
    let Some(left) = block.lifts_left.checked_sub(1) else {
        return behaviour.lift_limit.instead_of(Failure::refused(
            "Microsoft.Exchange.Management.Transport.ValidationException",
            "The account cannot be unblocked. Contact Microsoft Support.",
        ));
    };
    block.lifts_left = left;
    block.lifted.get_or_insert(call.now);
    Ok(Output::default())
}

impl Exchange {
    /// Takes every block away, for trying something else alone.
    pub fn lift_all_blocks(&mut self) {
        self.blocked.clear();
    }

    /// Blocks a sender, again if need be. Lifts that were spent stay spent.
    pub fn block_sender(&mut self, address: &str, reason: String, now: Timestamp) {
        let time = format!("{}.0000000Z", now.strftime("%Y-%m-%dT%H:%M:%S"));
        match self.blocked.iter_mut().find(|block| block.address.eq_ignore_ascii_case(address)) {
            Some(block) => {
                block.lifted = None;
                block.reason = reason;
                block.changed = time;
            }
            None => self.blocked.push(Block {
                address: address.to_owned(),
                reason,
                created: time.clone(),
                changed: time,
                temporary: true,
                lifts_left: 3,
                lifted: None,
            }),
        }
    }
}

fn row(block: &Block) -> Row {
    let row = json!({
        "SenderAddress": block.address, "Reason": block.reason, "CreatedDatetime": block.created,
        "ChangedDatetime": block.changed, "TemporaryBlock": block.temporary,
    });
    row.as_object().cloned().unwrap_or_default()
}
