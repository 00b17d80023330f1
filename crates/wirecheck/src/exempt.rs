//! Where the traffic is right and the description is silent or wrong: a row each, with its reason.
//!
//! Invariant: a row names one operation or cmdlet and one complaint. A row that nothing needs is a failure.

use crate::report::Finding;

/// One exemption.
pub struct Exempt {
    /// The whole name of the operation or cmdlet.
    pub place: &'static str,
    /// How the complaint begins.
    pub what: &'static str,
    /// Why it is right all the same, and whence that is known.
    pub reason: &'static str,
}

/// All of them.
pub const EXEMPT: &[Exempt] = &[];

/// The row that a finding falls under.
pub fn row_for(finding: &Finding) -> Option<usize> {
    EXEMPT.iter().position(|row| row.place == finding.place && finding.what.starts_with(row.what))
}
