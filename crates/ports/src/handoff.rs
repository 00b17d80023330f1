//! The hand-off: how a fresh password reaches its owner. There is no variant for e-mail or chat.

use async_trait::async_trait;
use regain_incident::account::Account;
use regain_incident::secret::Secret;

/// Why a hand-off is not possible here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct HandoffRefused {
    /// The reason, for a person.
    pub why: String,
}

/// A way for a fresh password to leave.
#[async_trait]
pub trait Handoff: Send + Sync {
    /// Whether a hand-off for this many accounts can succeed, asked before anything is changed.
    fn check(&self, accounts: usize) -> Result<(), HandoffRefused>;

    /// Hands the password of `account` over and returns the way, as the journal names it.
    async fn hand_over(&self, account: &Account, password: &Secret) -> Result<String, HandoffRefused>;
}
