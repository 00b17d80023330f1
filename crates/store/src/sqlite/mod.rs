//! The SQLite backend: a folder with `journal.db` and `keys/`.
//!
//! Invariants: every change is one `BEGIN IMMEDIATE` transaction, and synchronous, so it is on the
//! disk when it was acknowledged and gone when it was not; whoever reads sees one moment.

mod open;
mod read;
mod rows;
mod schema;
mod verify;
mod write;

use std::path::PathBuf;

use async_trait::async_trait;
use regain_incident::digest::Digest;
use regain_incident::ids::{CaseId, Seq};
use regain_incident::journal::Recorded;
use regain_ports::{AppendError, Evidence, Held, Journal, JournalError, NewEntry, Scope, Verification};
use sqlx::{Sqlite, SqlitePool, Transaction};
use tokio::sync::Mutex;

use crate::fault::{damaged, storage};
use crate::keys::Keys;
use crate::record::{CaseRow, Standing};

#[cfg(test)]
pub(crate) use open::Tuning;
#[cfg(test)]
pub(crate) use rows::case as case_row;
#[cfg(test)]
pub(crate) use schema::{MIGRATIONS, known};

/// The database's name in the data folder.
pub(crate) const FILE: &str = "journal.db";

/// The journal and the evidence of every case, in a folder.
#[derive(Debug)]
pub struct Store {
    readers: SqlitePool,
    /// One connection: what a writer that was given up left to roll back comes before the next one.
    writer: SqlitePool,
    /// Writers of this process wait here in turn, for as long as it takes.
    turn: Mutex<()>,
    keys: Keys,
    database: PathBuf,
    read_only: bool,
}

impl Store {
    /// Closes the database; the write-ahead log is folded into it.
    pub async fn close(self) {
        self.readers.close().await;
        self.writer.close().await; // the last one folds the log
    }

    /// Where the database is, for messages.
    pub fn database(&self) -> &std::path::Path {
        &self.database
    }

    /// A transaction that sees one moment and changes nothing.
    async fn reading(&self) -> Result<Transaction<'static, Sqlite>, JournalError> {
        self.readers.begin().await.map_err(storage("open the journal for reading"))
    }

    /// A transaction that no other writer can come between.
    async fn writing(&self) -> Result<Transaction<'static, Sqlite>, JournalError> {
        if self.read_only {
            return Err(storage("open the journal for writing")("it was opened to be read only"));
        }
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(storage("open the journal for writing"))
    }

    /// The row of a case, dead or alive.
    async fn row(&self, db: &mut Transaction<'static, Sqlite>, case: CaseId) -> Result<CaseRow, JournalError> {
        let row = rows::case(&mut *db, case).await.map_err(storage("read a case"))?;
        row.ok_or(JournalError::NoSuchCase(case))
    }

    /// The row of a case that was not forgotten, whose lengths are those that its key signed.
    async fn living(&self, db: &mut Transaction<'static, Sqlite>, case: CaseId) -> Result<CaseRow, JournalError> {
        let row = self.row(db, case).await?;
        match row.standing() {
            Standing::Forgotten => Err(JournalError::Forgotten(case)),
            Standing::Forged => Err(damaged(case, "a tombstone stands there that its key has not signed")),
            Standing::Alive if !row.is_signed() => Err(damaged(case, "its row is not what its key has signed")),
            Standing::Alive => Ok(row),
        }
    }
}

#[async_trait]
impl Journal for Store {
    async fn new_case(&self, year: u16) -> Result<CaseId, JournalError> {
        self.make_case(year).await
    }

    async fn append(&self, case: CaseId, seen: Seq, entries: &[NewEntry]) -> Result<Vec<Recorded>, AppendError> {
        self.append_wave(case, seen, entries).await
    }

    async fn read(&self, case: CaseId, from: Seq) -> Result<Vec<Recorded>, JournalError> {
        self.read_entries(case, from).await
    }

    async fn cases(&self) -> Result<Vec<CaseId>, JournalError> {
        self.list_cases().await
    }

    async fn head(&self, case: CaseId) -> Result<Digest, JournalError> {
        self.read_head(case).await
    }

    async fn keep(&self, case: CaseId, bytes: &[u8]) -> Result<Digest, JournalError> {
        self.keep_blobs(case, &[bytes]).await.map(|_| Digest::of(bytes))
    }

    async fn keep_all(&self, case: CaseId, blobs: &[String]) -> Result<Vec<Digest>, JournalError> {
        self.keep_blobs(case, &blobs.iter().map(String::as_bytes).collect::<Vec<_>>()).await
    }

    async fn evidence(&self, case: CaseId, digest: &Digest) -> Result<Option<Evidence>, JournalError> {
        self.read_blob(case, digest).await
    }

    async fn lease(&self, case: CaseId, holder: &str) -> Result<Held, JournalError> {
        self.take_lease(case, holder).await
    }

    async fn unlease(&self, case: CaseId, holder: &str) -> Result<(), JournalError> {
        self.drop_lease(case, holder).await
    }

    async fn verify(&self, scope: &Scope) -> Result<Verification, JournalError> {
        self.verify_cases(scope).await
    }

    async fn forget(&self, case: CaseId) -> Result<(), JournalError> {
        self.forget_case(case).await
    }
}
