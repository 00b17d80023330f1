//! What is hashed and what is signed, so that anybody can check a record without this program.
//!
//! A field is its length (eight bytes, big-endian) and its bytes, so no edit can move a byte from
//! one field to its neighbour; a number is eight bytes, big-endian. `H` is SHA-256 over a tag and
//! fields:
//!
//! - `genesis   = H("regain case 1", case, created, public)`
//! - `digest    = SHA-256(salt ‖ payload)`, the salt being 32 random bytes
//! - `entry_n   = H("regain entry 1", entry_(n-1), n, at, kind, evidence, digest)`, `entry_0 = genesis`
//! - `blob_n    = H("regain blob 1", blob_(n-1), n, address, SHA-256(sealed))`, `blob_0 = genesis`
//! - `state     = "regain state 1", genesis, entries, entry_last, blobs, blob_last`, signed
//! - `tombstone = "regain tombstone 1"`, then as `state`, then the time; signed
//!
//! `evidence` in an entry is the newest `blob_n` when it was written: one head speaks for both
//! chains. `public` is the case's Ed25519 key, so the chain begins with who may extend it.

use regain_incident::digest::Digest;

use crate::record::{BlobRow, CaseRow, EntryRow};

/// The bytes of SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().to_vec()
}

/// A hash in the core's words.
pub(crate) fn digest(hash: &[u8]) -> Result<Digest, serde_json::Error> {
    serde_json::from_value(hex::encode(hash).into())
}

/// What every entry's payload is bound by: the salt keeps it from being guessed after `forget`.
pub(crate) fn payload_digest(salted: &[u8]) -> Vec<u8> {
    sha256(salted)
}

/// Where both chains of a case begin.
pub(crate) fn genesis(row: &CaseRow) -> Vec<u8> {
    let case = format!("{:04}-{:04}", row.year, row.number);
    Message::new("regain case 1").text(&case).number(row.created).bytes(&row.public).hash()
}

/// The hash of an entry, from what its row says and the hash before it.
pub(crate) fn entry(row: &EntryRow) -> Vec<u8> {
    Message::new("regain entry 1")
        .bytes(&row.previous)
        .number(row.seq)
        .number(row.at)
        .text(&row.kind)
        .bytes(&row.evidence)
        .bytes(&row.digest)
        .hash()
}

/// The hash of a blob, from what its row says and the hash before it.
pub(crate) fn blob(row: &BlobRow) -> Vec<u8> {
    Message::new("regain blob 1").bytes(&row.previous).number(row.ordinal).bytes(&row.address).bytes(&sha256(&row.sealed)).hash()
}

/// What the case's key signs after every write: how long both chains are, and where they end.
pub(crate) fn state(row: &CaseRow) -> Vec<u8> {
    Message::new("regain state 1").state(row).0
}

/// What the case's key signs last of all, before it is destroyed.
pub(crate) fn tombstone(row: &CaseRow, at: i64) -> Vec<u8> {
    Message::new("regain tombstone 1").state(row).number(at).0
}

/// Bytes to hash or to sign; no two sequences of fields give the same.
struct Message(Vec<u8>);

impl Message {
    fn new(tag: &str) -> Self {
        Self(Vec::with_capacity(256)).text(tag)
    }

    fn bytes(mut self, field: &[u8]) -> Self {
        self.0.extend((field.len() as u64).to_be_bytes());
        self.0.extend(field);
        self
    }

    fn text(self, field: &str) -> Self {
        self.bytes(field.as_bytes())
    }

    fn number(mut self, field: i64) -> Self {
        self.0.extend(field.to_be_bytes());
        self
    }

    fn state(self, row: &CaseRow) -> Self {
        self.bytes(&genesis(row)).number(row.entries).bytes(&row.head).number(row.blobs).bytes(&row.evidence)
    }

    fn hash(self) -> Vec<u8> {
        sha256(&self.0)
    }
}
