//! The short name of one thing in one account, the same on every run, that a person can type.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::facet::FacetName;
use crate::ids::AccountId;

/// `<facet>:<8 hex>`: eight digits of the SHA-256 over account id and object id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Item(String);

impl Item {
    /// The item of the object `object` (the service's own id of it) in `account`.
    pub fn of(facet: FacetName, account: &AccountId, object: &str) -> Self {
        let digest = Digest::of(format!("{account}\n{object}").as_bytes());
        Self(format!("{facet}:{}", &digest.as_str()[..8]))
    }
}

impl fmt::Display for Item {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

/// Why a text is not an item.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an item (as in inbox-rules:1a2b3c4d; `regain check` prints them)")]
pub struct NotAnItem(String);

impl FromStr for Item {
    type Err = NotAnItem;
    fn from_str(text: &str) -> Result<Self, NotAnItem> {
        let fits = text.split_once(':').is_some_and(|(facet, hex)| {
            facet.parse::<FacetName>().is_ok() && hex.len() == 8 && hex.bytes().all(|b| b.is_ascii_hexdigit())
        });
        if fits { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotAnItem(text.to_owned())) }
    }
}

impl TryFrom<String> for Item {
    type Error = NotAnItem;
    fn try_from(text: String) -> Result<Self, NotAnItem> {
        text.parse()
    }
}

impl From<Item> for String {
    fn from(item: Item) -> Self {
        item.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_the_same_on_every_run() {
        let account: AccountId = "a1000000-0000-4000-8000-000000000001".parse().unwrap();
        let item = Item::of(FacetName::InboxRules, &account, "15394007230974001153");
        assert_eq!(item, Item::of(FacetName::InboxRules, &account, "15394007230974001153"));
        assert_eq!(item.to_string().parse::<Item>().unwrap(), item);
        assert!("rules:12345678".parse::<Item>().is_err());
    }
}
