//! The check of the whole record, in one moment of the database: which cases there are, whether
//! each has the key that it should have, then [`Audit`] over its rows.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use regain_incident::ids::CaseId;
use regain_ports::{Damage, JournalError, Scope, Verification};
use sqlx::{FromRow, Row, Sqlite, Transaction};

use super::read::case_id;
use super::{Store, rows};
use crate::audit::Audit;
use crate::fault::storage;
use crate::keys::{CaseKey, NoKey};
use crate::record::{BlobRow, CaseRow, EntryRow, Standing};

impl Store {
    pub(super) async fn verify_cases(&self, scope: &Scope) -> Result<Verification, JournalError> {
        let mut db = self.reading().await?;
        let mut found = Verification::default();
        for case in self.in_scope(&mut db, scope, &mut found).await? {
            let kept_head = scope.head.as_ref().filter(|(of, _)| *of == case).map(|(_, head)| head.as_str());
            self.verify_case(&mut db, case, kept_head, &mut found).await?;
        }
        Ok(found)
    }

    /// The cases to look at: those that have a row, and those that left a trace and should have one.
    async fn in_scope(
        &self,
        db: &mut Transaction<'static, Sqlite>,
        scope: &Scope,
        found: &mut Verification,
    ) -> Result<BTreeSet<CaseId>, JournalError> {
        let mut known = rows::cases(&mut *db).await.map_err(storage("list the cases"))?;
        known.extend(rows::orphans(&mut *db).await.map_err(storage("list the cases"))?);
        let mut cases: BTreeSet<CaseId> = self.keys.cases().map_err(storage("list the keys"))?.into_iter().collect();
        for place in known {
            match case_id(place) {
                Some(case) => drop(cases.insert(case)),
                None => found.damage.push(impossible(place)),
            }
        }
        // A case that somebody kept the head of existed, whatever is left of it.
        let kept = scope.head.as_ref().map(|(case, _)| *case);
        cases.extend(kept);
        match scope.case {
            Some(case) if !cases.contains(&case) => return Err(JournalError::NoSuchCase(case)),
            Some(case) => cases.retain(|other| *other == case || Some(*other) == kept),
            None => {}
        }
        Ok(cases)
    }

    async fn verify_case(
        &self,
        db: &mut Transaction<'static, Sqlite>,
        case: CaseId,
        kept_head: Option<&str>,
        found: &mut Verification,
    ) -> Result<(), JournalError> {
        let Some(row) = rows::case(&mut *db, case).await.map_err(storage("read a case"))? else {
            found.damage.push(Damage { case, seq: None, what: "its row is gone from the list of cases".to_owned() });
            return Ok(());
        };
        let (key, why) = self.key_of(case, &row)?;
        let mut audit = Audit::new(case, &row, key.as_ref(), kept_head);
        if let Some(what) = why {
            audit.found(None, what);
        }
        audit_blobs(db, case, &mut audit).await?;
        audit_entries(db, case, &mut audit).await?;
        audit.finish();
        found.entries += audit.entries;
        found.blobs += audit.blobs;
        found.damage.append(&mut audit.damage);
        if row.standing() == Standing::Forgotten {
            found.forgotten.push(case);
        }
        Ok(())
    }

    /// The key to check content with, and what is wrong about it.
    fn key_of(&self, case: CaseId, row: &CaseRow) -> Result<(Option<CaseKey>, Option<&'static str>), JournalError> {
        match (row.standing(), self.keys.load(case, &row.public)) {
            (_, Err(no_key @ NoKey::Unreadable(_))) => Err(no_key.of(case)),
            (Standing::Forgotten, _) if self.keys.is_present(case) => {
                Ok((None, Some("it was forgotten, but its key file is still there: forget it again")))
            }
            (Standing::Forgotten, _) => Ok((None, None)),
            (Standing::Forged, key) => Ok((key.ok(), Some("a tombstone stands there that its key has not signed"))),
            (Standing::Alive, Ok(key)) => Ok((Some(key), None)),
            (Standing::Alive, Err(no_key)) => Ok((None, Some(no_key.why()))),
        }
    }
}

async fn audit_blobs(db: &mut Transaction<'static, Sqlite>, case: CaseId, audit: &mut Audit<'_>) -> Result<(), JournalError> {
    let mut blobs = rows::blobs(&mut *db, case);
    while let Some(row) = blobs.try_next().await.map_err(storage("read evidence"))? {
        match BlobRow::from_row(&row) {
            Ok(blob) => audit.blob(blob),
            Err(_) => audit.illegible_blob(),
        }
    }
    Ok(())
}

async fn audit_entries(db: &mut Transaction<'static, Sqlite>, case: CaseId, audit: &mut Audit<'_>) -> Result<(), JournalError> {
    let mut entries = rows::entries(&mut *db, case, i64::MIN);
    while let Some(row) = entries.try_next().await.map_err(storage("read entries"))? {
        match EntryRow::from_row(&row) {
            Ok(entry) => audit.entry(entry),
            Err(_) => audit.illegible_entry(row.try_get("seq").ok()),
        }
    }
    Ok(())
}

/// Rows under a year and number that no case can have.
fn impossible((year, number): (i64, i64)) -> Damage {
    let case = CaseId { year: 0, number: 0 };
    Damage { case, seq: None, what: format!("there are rows of a case that cannot be: year {year}, number {number}") }
}
