//!

use crate::{finding::Finding, policy::Policy, snapshot::Snapshot};

pub(super) fn judge(_: &Snapshot, _: &Policy) -> Vec<Finding> {
    Vec::new()
}
