//! Turning what failed into the port's error.

use regain_incident::ids::{CaseId, Seq};
use regain_ports::{BoxError, JournalError};

/// The error of storage that failed while it tried to `doing`.
pub(crate) fn storage<E: Into<BoxError>>(doing: &'static str) -> impl FnOnce(E) -> JournalError {
    move |source| JournalError::Storage { doing, source: source.into() }
}

/// The error of a case that is damaged as a whole: no entry of it is to blame.
pub(crate) fn damaged(case: CaseId, why: &'static str) -> JournalError {
    JournalError::Damaged { case, seq: Seq::START, why }
}
