//! Writing. Each function is one transaction; what it answers is on the disk.
//!
//! Invariant: files of keys and rows of cases go together across a crash. A key is written before
//! its row, and destroyed after its tombstone.

use regain_incident::Timestamp;
use regain_incident::digest::Digest;
use regain_incident::ids::{CaseId, Seq};
use regain_incident::journal::Recorded;
use regain_ports::{AppendError, BoxError, Held, JournalError, NewEntry};
use sqlx::{Sqlite, Transaction};

use super::{Store, rows};
use crate::chain;
use crate::fault::{damaged, storage};
use crate::keys::CaseKey;
use crate::record::{BlobRow, CaseRow, EntryRow, Standing};
use crate::seal::{seal_blob, seal_entry};

/// How long a lease lasts that is not renewed.
const LEASE_MICROS: i64 = 30_000_000;

impl Store {
    pub(super) async fn make_case(&self, year: u16) -> Result<CaseId, JournalError> {
        let _turn = self.turn.lock().await;
        let mut db = self.writing().await?;
        let case = self.free_number(&mut db, year).await?;
        let key = self.keys.create(case).map_err(storage("write the key of a new case"))?;
        let created = rows::now(&mut db).await.map_err(storage("read the database's clock"))?;
        let mut row = CaseRow::new(case, created, key.public().to_vec());
        row.signature = key.sign(&chain::state(&row));
        rows::insert_case(&mut db, &row).await.map_err(storage("write a new case"))?;
        db.commit().await.map_err(storage("write a new case"))?;
        self.keys.settle(case).map_err(storage("write the key of a new case"))?;
        Ok(case)
    }

    /// One more than the last. A number whose key is still there was a case once, whatever the
    /// table says: it is not given out again.
    async fn free_number(&self, db: &mut Transaction<'static, Sqlite>, year: u16) -> Result<CaseId, JournalError> {
        let last = rows::last_number(&mut *db, year).await.map_err(storage("count the cases of a year"))?;
        let mut number = u32::try_from(last).map_err(storage("count the cases of a year"))?;
        loop {
            number = number.checked_add(1).ok_or("no number is left").map_err(storage("count the cases of a year"))?;
            let case = CaseId { year, number };
            if !self.keys.path(case).exists() {
                return Ok(case);
            }
        }
    }

    pub(super) async fn append_wave(&self, case: CaseId, seen: Seq, entries: &[NewEntry]) -> Result<Vec<Recorded>, AppendError> {
        let _turn = self.turn.lock().await;
        let mut db = self.writing().await.map_err(AppendError::Failed)?;
        let row = self.living(&mut db, case).await.map_err(AppendError::Failed)?;
        let at = Seq(row.entries.unsigned_abs());
        if seen != at {
            return Err(AppendError::Stale { at });
        }
        let recorded = self.extend(&mut db, case, row, entries).await.map_err(AppendError::Failed)?;
        db.commit().await.map_err(storage("write entries")).map_err(AppendError::Failed)?;
        Ok(recorded)
    }

    /// Adds the entries to the chain and signs where it ends.
    async fn extend(
        &self,
        db: &mut Transaction<'static, Sqlite>,
        case: CaseId,
        mut row: CaseRow,
        entries: &[NewEntry],
    ) -> Result<Vec<Recorded>, JournalError> {
        check_end(db, case, &row).await?;
        let key = self.keys.load(case, &row.public).map_err(|no_key| no_key.of(case))?;
        let mut recorded = Vec::with_capacity(entries.len());
        for new in entries {
            let entry = chained(&key, case, &row, new)?;
            rows::insert_entry(&mut *db, case, &entry).await.map_err(storage("write entries"))?;
            recorded.push(as_recorded(case, &entry, new)?);
            (row.entries, row.head) = (entry.seq, entry.hash);
        }
        sign(db, &key, row).await?;
        Ok(recorded)
    }

    /// Keeps blobs that are not there yet, all in one durable write.
    pub(super) async fn keep_blobs(&self, case: CaseId, blobs: &[&[u8]]) -> Result<Vec<Digest>, JournalError> {
        if blobs.is_empty() {
            return Ok(Vec::new());
        }
        let _turn = self.turn.lock().await;
        let mut db = self.writing().await?;
        let mut row = self.living(&mut db, case).await?;
        let key = self.keys.load(case, &row.public).map_err(|no_key| no_key.of(case))?;
        let before = row.blobs;
        for bytes in blobs {
            let address = key.address(&chain::sha256(bytes));
            if rows::blob(&mut db, case, &address).await.map_err(storage("read evidence"))?.is_some() {
                continue;
            }
            let sealed = seal_blob(&key, case, &address, bytes).map_err(storage("encrypt evidence"))?;
            let mut blob = BlobRow { ordinal: row.blobs + 1, address, sealed, previous: row.evidence, hash: Vec::new() };
            blob.hash = chain::blob(&blob);
            rows::insert_blob(&mut db, case, &blob).await.map_err(storage("write evidence"))?;
            (row.blobs, row.evidence) = (blob.ordinal, blob.hash);
        }
        if row.blobs > before {
            sign(&mut db, &key, row).await?;
            db.commit().await.map_err(storage("write evidence"))?;
        }
        Ok(blobs.iter().map(|bytes| Digest::of(bytes)).collect())
    }

    pub(super) async fn take_lease(&self, case: CaseId, holder: &str) -> Result<Held, JournalError> {
        let _turn = self.turn.lock().await;
        let mut db = self.writing().await?;
        self.row(&mut db, case).await?;
        let held = if rows::take_lease(&mut db, case, holder, LEASE_MICROS).await.map_err(storage("take a lease"))? {
            Held::Ours
        } else {
            Held::Others { holder: rows::lease_holder(&mut db, case).await.map_err(storage("read a lease"))? }
        };
        db.commit().await.map_err(storage("take a lease"))?;
        Ok(held)
    }

    pub(super) async fn drop_lease(&self, case: CaseId, holder: &str) -> Result<(), JournalError> {
        let _turn = self.turn.lock().await;
        let mut db = self.writing().await?;
        rows::drop_lease(&mut db, case, Some(holder)).await.map_err(storage("give up a lease"))?;
        db.commit().await.map_err(storage("give up a lease"))
    }

    /// First the tombstone, which only the key can sign, then the key. Whatever interrupts that,
    /// nothing is read any more once the tombstone stands, and doing it again destroys the key.
    pub(super) async fn forget_case(&self, case: CaseId) -> Result<(), JournalError> {
        let _turn = self.turn.lock().await;
        self.bury(case).await?;
        self.keys.destroy(case).map_err(storage("destroy the key of a case"))
    }

    /// Writes the tombstone, if it is not there.
    pub(crate) async fn bury(&self, case: CaseId) -> Result<(), JournalError> {
        let mut db = self.writing().await?;
        let row = self.row(&mut db, case).await?;
        match row.standing() {
            Standing::Forgotten => return Ok(()),
            Standing::Forged => return Err(damaged(case, "a tombstone stands there that its key has not signed")),
            Standing::Alive => {}
        }
        let key = self.keys.load(case, &row.public).map_err(|no_key| no_key.of(case))?;
        let at = rows::now(&mut db).await.map_err(storage("read the database's clock"))?;
        let signature = key.sign(&chain::tombstone(&row, at));
        rows::insert_tombstone(&mut db, &row, at, &signature).await.map_err(storage("write a tombstone"))?;
        rows::drop_lease(&mut db, case, None).await.map_err(storage("give up a lease"))?;
        db.commit().await.map_err(storage("write a tombstone"))
    }
}

/// Whether the chain ends where the case's row says: nothing is added to one that was cut short.
async fn check_end(db: &mut Transaction<'static, Sqlite>, case: CaseId, row: &CaseRow) -> Result<(), JournalError> {
    let last = rows::last_seq(&mut *db, case).await.map_err(storage("read entries"))?;
    let hash = rows::entry_hash(&mut *db, case, last).await.map_err(storage("read entries"))?;
    let hash = if last == 0 { chain::genesis(row) } else { hash.unwrap_or_default() };
    if (last, &hash) == (row.entries, &row.head) {
        return Ok(());
    }
    let seq = Seq(row.entries.unsigned_abs());
    Err(JournalError::Damaged { case, seq, why: "it was the last one, and is not what it was, or gone" })
}

/// The row of the entry that follows.
fn chained(key: &CaseKey, case: CaseId, row: &CaseRow, new: &NewEntry) -> Result<EntryRow, JournalError> {
    let seq = row.entries + 1;
    let sealed = seal_entry(key, case, seq, new).map_err(storage("encrypt an entry"))?;
    let mut entry = EntryRow {
        seq,
        at: new.at.as_microsecond(),
        kind: new.entry.name().to_owned(),
        sealed: sealed.bytes,
        digest: sealed.digest,
        evidence: row.evidence.clone(),
        previous: row.head.clone(),
        hash: Vec::new(),
    };
    entry.hash = chain::entry(&entry);
    Ok(entry)
}

/// The entry as it will be read: its time in whole microseconds.
fn as_recorded(case: CaseId, row: &EntryRow, new: &NewEntry) -> Result<Recorded, JournalError> {
    let at = Timestamp::from_microsecond(row.at).map_err(|error| storage("write entries")(BoxError::from(error)))?;
    Ok(Recorded { case, seq: Seq(row.seq.unsigned_abs()), at, actor: new.actor.clone(), entry: new.entry.clone() })
}

async fn sign(db: &mut Transaction<'static, Sqlite>, key: &CaseKey, mut row: CaseRow) -> Result<(), JournalError> {
    row.signature = key.sign(&chain::state(&row));
    rows::update_case(&mut *db, &row).await.map_err(storage("sign where a case ends"))
}
