//! Rows as they stand in the tables, believed by nobody until [`crate::audit`] has looked at them:
//! numbers may be negative and hashes of any length, for somebody may have edited them.

use regain_incident::ids::CaseId;
use sqlx::FromRow;

use crate::chain;
use crate::keys::signed;

/// A case: where its chains begin and, signed, where they end.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct CaseRow {
    pub year: i64,
    pub number: i64,
    /// Microseconds, by the database's clock.
    pub created: i64,
    /// The Ed25519 key that signs.
    pub public: Vec<u8>,
    pub entries: i64,
    pub head: Vec<u8>,
    pub blobs: i64,
    pub evidence: Vec<u8>,
    /// Over [`chain::state`].
    pub signature: Vec<u8>,
    pub forgotten_at: Option<i64>,
    /// Over [`chain::tombstone`].
    pub tombstone: Option<Vec<u8>>,
}

/// Whether a case's key was destroyed by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No tombstone: the key must be there.
    Alive,
    /// A tombstone that the case's key has signed.
    Forgotten,
    /// A tombstone that it has not.
    Forged,
}

impl CaseRow {
    /// The row of a new case; its state is still to be signed.
    pub(crate) fn new(case: CaseId, created: i64, public: Vec<u8>) -> Self {
        let mut row = Self {
            year: case.year.into(),
            number: case.number.into(),
            created,
            public,
            entries: 0,
            head: Vec::new(),
            blobs: 0,
            evidence: Vec::new(),
            signature: Vec::new(),
            forgotten_at: None,
            tombstone: None,
        };
        row.head = chain::genesis(&row);
        row.evidence.clone_from(&row.head);
        row
    }

    /// Whether the lengths and heads are what the case's key has signed.
    pub(crate) fn is_signed(&self) -> bool {
        signed(&self.public, &chain::state(self), &self.signature)
    }

    pub(crate) fn standing(&self) -> Standing {
        match (self.forgotten_at, &self.tombstone) {
            (None, None) => Standing::Alive,
            (Some(at), Some(by)) if signed(&self.public, &chain::tombstone(self, at), by) => Standing::Forgotten,
            _ => Standing::Forged,
        }
    }
}

/// An entry.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct EntryRow {
    pub seq: i64,
    /// Microseconds, by the writer's clock.
    pub at: i64,
    pub kind: String,
    /// Salt and payload, encrypted.
    pub sealed: Vec<u8>,
    /// Of salt and payload.
    pub digest: Vec<u8>,
    /// The newest blob's hash when it was written.
    pub evidence: Vec<u8>,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// A blob of evidence.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct BlobRow {
    /// Counted from one within the case.
    pub ordinal: i64,
    /// The keyed digest of its SHA-256: it tells nothing to whoever lacks the key.
    pub address: Vec<u8>,
    pub sealed: Vec<u8>,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}
