//! Reading. Every entry is checked as it is read: a case is resumed from these, so what was
//! tampered with must not pass for what happened.

use futures_util::TryStreamExt;
use regain_incident::digest::Digest;
use regain_incident::ids::{CaseId, Seq};
use regain_incident::journal::Recorded;
use regain_ports::{Evidence, JournalError};
use sqlx::{FromRow, Sqlite, Transaction};

use super::{Store, rows};
use crate::audit::{Audit, Link};
use crate::chain;
use crate::fault::{damaged, storage};
use crate::record::{CaseRow, EntryRow};
use crate::seal::open_blob;

/// Year and number as they stand in a row, if they are a case's.
pub(super) fn case_id((year, number): (i64, i64)) -> Option<CaseId> {
    Some(CaseId { year: u16::try_from(year).ok()?, number: u32::try_from(number).ok()? })
}

impl Store {
    pub(super) async fn read_entries(&self, case: CaseId, from: Seq) -> Result<Vec<Recorded>, JournalError> {
        let answer = self.entries_of(case, from).await;
        self.or_forgotten(case, answer).await
    }

    pub(super) async fn read_blob(&self, case: CaseId, digest: &Digest) -> Result<Option<Evidence>, JournalError> {
        let answer = self.blob_of(case, digest).await;
        self.or_forgotten(case, answer).await
    }

    /// Without its key a case looks damaged to whoever read its row just before another process
    /// forgot it: look again.
    async fn or_forgotten<T>(&self, case: CaseId, answer: Result<T, JournalError>) -> Result<T, JournalError> {
        if let Err(JournalError::Damaged { .. }) = answer {
            let mut db = self.reading().await?;
            self.living(&mut db, case).await?;
        }
        answer
    }

    async fn entries_of(&self, case: CaseId, from: Seq) -> Result<Vec<Recorded>, JournalError> {
        let mut db = self.reading().await?;
        let row = self.living(&mut db, case).await?;
        let key = self.keys.load(case, &row.public).map_err(|no_key| no_key.of(case))?;
        let from = i64::try_from(from.0).unwrap_or(i64::MAX);
        if from >= row.entries {
            return Ok(Vec::new());
        }
        let mut before = link(&mut db, case, &row, from).await?;
        let mut recorded = Vec::new();
        let mut entries = rows::entries(&mut db, case, from);
        while let Some(found) = entries.try_next().await.map_err(storage("read entries"))? {
            let damaged = |why| JournalError::Damaged { case, seq: next(&before), why };
            let found = EntryRow::from_row(&found).map_err(|_| damaged("its row is illegible"))?;
            recorded.push(Audit::check_and_open(&before, &key, case, &found).map_err(damaged)?);
            before = Link { place: found.seq, hash: found.hash };
        }
        let whole = (before.place, &before.hash) == (row.entries, &row.head);
        if whole { Ok(recorded) } else { Err(JournalError::Damaged { case, seq: next(&before), why: "it is missing" }) }
    }

    pub(super) async fn list_cases(&self) -> Result<Vec<CaseId>, JournalError> {
        let mut db = self.reading().await?;
        let found = rows::cases(&mut db).await.map_err(storage("list the cases"))?;
        // A row that is no case's is for `verify` to name.
        Ok(found.into_iter().filter_map(case_id).collect())
    }

    pub(super) async fn read_head(&self, case: CaseId) -> Result<Digest, JournalError> {
        let mut db = self.reading().await?;
        let row = self.row(&mut db, case).await?;
        if !row.is_signed() {
            return Err(damaged(case, "its row is not what its key has signed"));
        }
        chain::digest(&row.head).map_err(storage("write down a head"))
    }

    async fn blob_of(&self, case: CaseId, digest: &Digest) -> Result<Option<Evidence>, JournalError> {
        let mut db = self.reading().await?;
        let row = self.living(&mut db, case).await?;
        let key = self.keys.load(case, &row.public).map_err(|no_key| no_key.of(case))?;
        let Ok(sha256) = hex::decode(digest.as_str()) else { return Ok(None) };
        let found = rows::blob(&mut db, case, &key.address(&sha256)).await.map_err(storage("read evidence"))?;
        let Some(found) = found else { return Ok(None) };
        let bytes = open_blob(&key, case, &found).map_err(|why| damaged(case, why))?;
        Ok(Some(Evidence { digest: digest.clone(), bytes }))
    }
}

/// The link at `seq`, to hold the next entry against.
async fn link(db: &mut Transaction<'static, Sqlite>, case: CaseId, row: &CaseRow, seq: i64) -> Result<Link, JournalError> {
    if seq == 0 {
        return Ok(Link::genesis(row));
    }
    let hash = rows::entry_hash(&mut *db, case, seq).await.map_err(storage("read entries"))?;
    let missing = || JournalError::Damaged { case, seq: Seq(seq.unsigned_abs()), why: "it is missing" };
    Ok(Link { place: seq, hash: hash.ok_or_else(missing)? })
}

/// The place after a link.
fn next(link: &Link) -> Seq {
    Seq(link.place.unsigned_abs().saturating_add(1))
}
