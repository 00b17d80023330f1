//! Microsoft's own score of the tenant, and what would raise it.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The score as it was last counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecureScore {
    /// The last count. A young tenant has none.
    pub latest: Option<Score>,
    /// What would raise it, most points first.
    pub open: Vec<OpenControl>,
}

/// A count, in hundredths of a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// When.
    pub at: Timestamp,
    /// Reached.
    pub reached: u64,
    /// To be reached at most.
    pub most: u64,
}

impl Score {
    /// The part that was reached, in per cent.
    pub fn per_cent(&self) -> u64 {
        self.reached.saturating_mul(100).checked_div(self.most).unwrap_or_default()
    }
}

/// Something that would raise the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenControl {
    /// The service's id of it.
    pub id: String,
    /// What it is, in the service's words. Hostile.
    pub title: String,
    /// Points to be had, in hundredths.
    pub missing: u64,
}
