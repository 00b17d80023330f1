//! Sessions: refresh tokens die, access tokens live on for up to an hour or a little more.

use serde::{Deserialize, Serialize};

use super::{Reading, Verified, of};

/// What can be done to sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Revoke every refresh token issued so far.
    Revoke,
}

/// How long after a revocation an access token may still live, in minutes: an hour and a half
/// is the longest that Entra issues by default, and five minutes of clock skew.
pub const OLD_TOKENS_LIVE_MINUTES: i64 = 95;

/// Whether the date moved past the one observed before; our own clock plays no part.
pub(crate) fn shows(before: &Reading, now: &Reading) -> Verified {
    Verified::when(match (of!(before, Identity), of!(now, Identity)) {
        (Some(before), Some(now)) => now.sessions_valid_from > before.sessions_valid_from,
        _ => false,
    })
}
