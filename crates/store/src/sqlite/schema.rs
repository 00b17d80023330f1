//! The schema and its migrations: numbered scripts, each of which ends with its number.
//!
//! Invariant: a script that was released is never changed; a database is brought up to date in one
//! transaction, or not at all.

use regain_ports::JournalError;
use sqlx::SqliteConnection;

use crate::fault::storage;

/// In their order; the first makes version 1 of an empty database.
pub(crate) const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_journal.sql")];

/// The newest version, which is the one that this program reads and writes.
pub(crate) const fn known() -> i64 {
    // A handful of scripts: no wrap.
    #[expect(clippy::cast_possible_wrap, reason = "the length of a table in this file")]
    let known = MIGRATIONS.len() as i64;
    known
}

/// The version that the database says it is of; a newer one than ours is an error.
pub(crate) async fn version(connection: &mut SqliteConnection) -> Result<i64, JournalError> {
    let found = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(connection)
        .await
        .map_err(storage("read the version of the database"))?;
    if found > known() { Err(JournalError::Newer { found, known: known() }) } else { Ok(found) }
}

/// Runs the scripts that the database has not seen, inside the caller's transaction.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    let found = version(connection).await?;
    let seen = usize::try_from(found).map_err(storage("read the version of the database"))?;
    for &script in MIGRATIONS.iter().skip(seen) {
        sqlx::raw_sql(script).execute(&mut *connection).await.map_err(storage("bring the database up to date"))?;
    }
    Ok(())
}
