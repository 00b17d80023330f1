//! Password: replaced, never read. Nobody needs the one of the lock, so nobody gets it.

use serde::{Deserialize, Serialize};

use super::{Reading, Verified, of};

/// What can be done to a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Replace it by a random one that is forgotten at once.
    ReplaceAndForget,
    /// Replace it by one that is handed to the owner, who must change it at the next sign-in.
    ReplaceAndHandOver,
}

/// Whether the date moved past the one observed before; our own clock plays no part.
pub(crate) fn shows(before: &Reading, now: &Reading) -> Verified {
    Verified::when(match (of!(before, Identity), of!(now, Identity)) {
        (Some(before), Some(now)) => now.password_changed > before.password_changed,
        _ => false,
    })
}
