//! Encryption with a case's key (AES-256-GCM): a nonce of twelve random bytes, the ciphertext, the tag.
//!
//! Invariant: what is sealed opens only in its place, for the place is authenticated with it; a row
//! that was swapped with another does not open.

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use regain_incident::Timestamp;
use regain_incident::ids::{CaseId, Seq};
use regain_incident::journal::{Entry, Recorded};
use regain_ports::NewEntry;
use serde::{Deserialize, Serialize};

use crate::chain;
use crate::keys::CaseKey;
use crate::record::{BlobRow, EntryRow};

const SALT_BYTES: usize = 32;

/// What is encrypted of an entry. Time and kind stand in clear beside it.
#[derive(Serialize)]
struct PayloadOut<'a> {
    actor: &'a str,
    entry: &'a Entry,
}

#[derive(Deserialize)]
struct PayloadIn {
    actor: String,
    entry: Entry,
}

/// Why a sealed thing could not be made.
#[derive(Debug)]
pub(crate) enum SealError {
    Json(serde_json::Error),
    Crypto(Unspecified),
}

impl From<SealError> for regain_ports::BoxError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Json(error) => error.into(),
            SealError::Crypto(error) => error.into(),
        }
    }
}

/// Salt and payload of an entry, encrypted, and their digest.
pub(crate) struct Sealed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Vec<u8>,
}

/// Encrypts an entry for its place.
pub(crate) fn seal_entry(key: &CaseKey, case: CaseId, seq: i64, new: &NewEntry) -> Result<Sealed, SealError> {
    let mut salted = vec![0; SALT_BYTES];
    rand::fill(&mut salted).map_err(SealError::Crypto)?;
    serde_json::to_writer(&mut salted, &PayloadOut { actor: &new.actor, entry: &new.entry }).map_err(SealError::Json)?;
    let digest = chain::payload_digest(&salted);
    let bytes = seal(key, &entry_place(case, seq), salted).map_err(SealError::Crypto)?;
    Ok(Sealed { bytes, digest })
}

/// The entry of a row, or what is wrong with it.
pub(crate) fn open_entry(key: &CaseKey, case: CaseId, row: &EntryRow) -> Result<Recorded, &'static str> {
    let salted = open(key, &entry_place(case, row.seq), &row.sealed).ok_or("its content was changed or is another's")?;
    if chain::payload_digest(&salted) != row.digest {
        return Err("its content is not what its digest says");
    }
    let payload = salted.get(SALT_BYTES..).ok_or("its content is cut short")?;
    let PayloadIn { actor, entry } =
        serde_json::from_slice(payload).map_err(|_| "its content is of a kind that this version does not know")?;
    if entry.name() != row.kind {
        return Err("its kind is not its content's");
    }
    let at = Timestamp::from_microsecond(row.at).map_err(|_| "its time is no time")?;
    let seq = Seq(u64::try_from(row.seq).map_err(|_| "its place is no place")?);
    Ok(Recorded { case, seq, at, actor, entry })
}

/// Encrypts evidence for its address.
pub(crate) fn seal_blob(key: &CaseKey, case: CaseId, address: &[u8], bytes: &[u8]) -> Result<Vec<u8>, SealError> {
    seal(key, &blob_place(case, address), bytes.to_vec()).map_err(SealError::Crypto)
}

/// The evidence of a row, or what is wrong with it.
pub(crate) fn open_blob(key: &CaseKey, case: CaseId, row: &BlobRow) -> Result<Vec<u8>, &'static str> {
    let bytes = open(key, &blob_place(case, &row.address), &row.sealed).ok_or("evidence was changed or is another's")?;
    let stands_there = key.address(&chain::sha256(&bytes)) == row.address;
    if stands_there { Ok(bytes) } else { Err("evidence is not what its address says") }
}

pub(crate) fn entry_place(case: CaseId, seq: i64) -> Vec<u8> {
    format!("regain entry 1 {case} {seq}").into_bytes()
}

fn blob_place(case: CaseId, address: &[u8]) -> Vec<u8> {
    format!("regain blob 1 {case} {}", hex::encode(address)).into_bytes()
}

pub(crate) fn seal(key: &CaseKey, place: &[u8], mut plain: Vec<u8>) -> Result<Vec<u8>, Unspecified> {
    let nonce = key.sealing.seal_in_place_append_tag(Aad::from(place), &mut plain)?;
    let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len());
    sealed.extend(nonce.as_ref());
    sealed.append(&mut plain);
    Ok(sealed)
}

fn open(key: &CaseKey, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut rest = rest.to_vec();
    let length = key.sealing.open_in_place(nonce, Aad::from(place), &mut rest).ok()?.len();
    rest.truncate(length);
    Some(rest)
}
