//! The sending block: whether the account stands among the restricted entities.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Reading, Verified, of};
use crate::Timestamp;

/// Whether, why and since when the account may not send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendingBlock {
    /// The block, if there is one.
    pub block: Option<Block>,
}

/// One row of the list of restricted entities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The address that is listed.
    pub address: String,
    /// `key=value` pairs of the reason, all kept: new keys appear.
    pub reason: BTreeMap<String, String>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Lets go by itself within a day (recipient rate limit).
    pub temporary: bool,
}

/// What can be done to the block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Lift it. Lifts are rationed, so only at release.
    Lift(Block),
}

/// Whether the row is gone.
pub(crate) fn shows(now: &Reading) -> Verified {
    Verified::when(of!(now, SendingBlock).is_some_and(|state| state.block.is_none()))
}
