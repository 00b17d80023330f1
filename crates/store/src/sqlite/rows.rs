//! The statements that read and write rows. PostgreSQL would run them as they stand, but for the
//! two that ask the database's clock.

use futures_util::stream::BoxStream;
use regain_incident::ids::CaseId;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::record::{BlobRow, CaseRow, EntryRow};

type Rows<'a> = BoxStream<'a, Result<SqliteRow, sqlx::Error>>;

/// Microseconds, by the database's clock.
pub(crate) async fn now(db: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT unixepoch() * 1000000").fetch_one(db).await
}

pub(crate) async fn case(db: &mut SqliteConnection, case: CaseId) -> Result<Option<CaseRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT c.year, c.number, c.created, c.public, c.entries, c.head, c.blobs, c.evidence, c.signature, \
                t.at AS forgotten_at, t.signature AS tombstone \
         FROM cases c LEFT JOIN tombstones t ON t.year = c.year AND t.number = c.number \
         WHERE c.year = $1 AND c.number = $2",
    )
    .bind(i64::from(case.year))
    .bind(i64::from(case.number))
    .fetch_optional(db)
    .await
}

pub(crate) async fn last_number(db: &mut SqliteConnection, year: u16) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) FROM cases WHERE year = $1").bind(i64::from(year)).fetch_one(db).await
}

pub(crate) async fn insert_case(db: &mut SqliteConnection, row: &CaseRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO cases (year, number, created, public, entries, head, blobs, evidence, signature) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.year)
    .bind(row.number)
    .bind(row.created)
    .bind(&row.public)
    .bind(row.entries)
    .bind(&row.head)
    .bind(row.blobs)
    .bind(&row.evidence)
    .bind(&row.signature)
    .execute(db)
    .await?;
    Ok(())
}

/// Writes how long the chains are now, and the signature of that.
pub(crate) async fn update_case(db: &mut SqliteConnection, row: &CaseRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE cases SET entries = $3, head = $4, blobs = $5, evidence = $6, signature = $7 WHERE year = $1 AND number = $2",
    )
    .bind(row.year)
    .bind(row.number)
    .bind(row.entries)
    .bind(&row.head)
    .bind(row.blobs)
    .bind(&row.evidence)
    .bind(&row.signature)
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert_tombstone(
    db: &mut SqliteConnection,
    row: &CaseRow,
    at: i64,
    signature: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO tombstones (year, number, at, signature) VALUES ($1, $2, $3, $4)")
        .bind(row.year)
        .bind(row.number)
        .bind(at)
        .bind(signature)
        .execute(db)
        .await?;
    Ok(())
}

pub(crate) async fn insert_entry(db: &mut SqliteConnection, case: CaseId, row: &EntryRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO events (year, number, seq, at, kind, sealed, digest, evidence, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(i64::from(case.year))
    .bind(i64::from(case.number))
    .bind(row.seq)
    .bind(row.at)
    .bind(&row.kind)
    .bind(&row.sealed)
    .bind(&row.digest)
    .bind(&row.evidence)
    .bind(&row.previous)
    .bind(&row.hash)
    .execute(db)
    .await?;
    Ok(())
}

/// Entries with a place greater than `after`, in their order.
pub(crate) fn entries(db: &mut SqliteConnection, case: CaseId, after: i64) -> Rows<'_> {
    sqlx::query(
        "SELECT seq, at, kind, sealed, digest, evidence, previous, hash FROM events \
         WHERE year = $1 AND number = $2 AND seq > $3 ORDER BY seq",
    )
    .bind(i64::from(case.year))
    .bind(i64::from(case.number))
    .bind(after)
    .fetch(db)
}

/// The hash that stands at `seq`, if an entry does.
pub(crate) async fn entry_hash(db: &mut SqliteConnection, case: CaseId, seq: i64) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar("SELECT hash FROM events WHERE year = $1 AND number = $2 AND seq = $3")
        .bind(i64::from(case.year))
        .bind(i64::from(case.number))
        .bind(seq)
        .fetch_optional(db)
        .await
}

/// The place of the last entry, zero if there is none.
pub(crate) async fn last_seq(db: &mut SqliteConnection, case: CaseId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM events WHERE year = $1 AND number = $2")
        .bind(i64::from(case.year))
        .bind(i64::from(case.number))
        .fetch_one(db)
        .await
}

pub(crate) async fn insert_blob(db: &mut SqliteConnection, case: CaseId, row: &BlobRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO evidence (year, number, ordinal, address, sealed, previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(i64::from(case.year))
    .bind(i64::from(case.number))
    .bind(row.ordinal)
    .bind(&row.address)
    .bind(&row.sealed)
    .bind(&row.previous)
    .bind(&row.hash)
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn blob(db: &mut SqliteConnection, case: CaseId, address: &[u8]) -> Result<Option<BlobRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT ordinal, address, sealed, previous, hash FROM evidence WHERE year = $1 AND number = $2 AND address = $3",
    )
    .bind(i64::from(case.year))
    .bind(i64::from(case.number))
    .bind(address)
    .fetch_optional(db)
    .await
}

/// Every blob, in the order they were kept in.
pub(crate) fn blobs(db: &mut SqliteConnection, case: CaseId) -> Rows<'_> {
    sqlx::query("SELECT ordinal, address, sealed, previous, hash FROM evidence WHERE year = $1 AND number = $2 ORDER BY ordinal")
        .bind(i64::from(case.year))
        .bind(i64::from(case.number))
        .fetch(db)
}

/// Year and number of every case, oldest first.
pub(crate) async fn cases(db: &mut SqliteConnection) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    sqlx::query_as("SELECT year, number FROM cases ORDER BY year, number").fetch_all(db).await
}

/// Year and number of everything that belongs to no case: references are not held to by every tool.
pub(crate) async fn orphans(db: &mut SqliteConnection) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT o.year, o.number \
         FROM (SELECT year, number FROM events UNION SELECT year, number FROM evidence UNION SELECT year, number FROM tombstones) o \
         LEFT JOIN cases c ON c.year = o.year AND c.number = o.number \
         WHERE c.year IS NULL ORDER BY o.year, o.number",
    )
    .fetch_all(db)
    .await
}

/// Takes or renews the lease; the holder's name if that was done, nothing if it is somebody else's.
pub(crate) async fn take_lease(db: &mut SqliteConnection, case: CaseId, holder: &str, micros: i64) -> Result<bool, sqlx::Error> {
    let taken: Option<String> = sqlx::query_scalar(
        "INSERT INTO leases (year, number, holder, expires) VALUES ($1, $2, $3, unixepoch() * 1000000 + $4) \
         ON CONFLICT (year, number) DO UPDATE SET holder = excluded.holder, expires = excluded.expires \
         WHERE leases.holder = excluded.holder OR leases.expires <= unixepoch() * 1000000 \
         RETURNING holder",
    )
    .bind(i64::from(case.year))
    .bind(i64::from(case.number))
    .bind(holder)
    .bind(micros)
    .fetch_optional(db)
    .await?;
    Ok(taken.is_some())
}

pub(crate) async fn lease_holder(db: &mut SqliteConnection, case: CaseId) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("SELECT holder FROM leases WHERE year = $1 AND number = $2")
        .bind(i64::from(case.year))
        .bind(i64::from(case.number))
        .fetch_one(db)
        .await
}

pub(crate) async fn drop_lease(db: &mut SqliteConnection, case: CaseId, holder: Option<&str>) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM leases WHERE year = $1 AND number = $2 AND holder = COALESCE($3, holder)")
        .bind(i64::from(case.year))
        .bind(i64::from(case.number))
        .bind(holder)
        .execute(db)
        .await?;
    Ok(())
}
