//! The store's own story, and what happens to it in other people's hands. Every test has a folder
//! to itself and its own connection for edits, as somebody with `sqlite3` would have.

mod durability;
mod forgetting;
mod secrecy;
mod tampering;

use std::path::Path;
use std::time::Duration;

use regain_incident::Timestamp;
use regain_incident::ids::{CaseId, PlanId, Seq, StepId};
use regain_incident::journal::Entry;
use regain_ports::{Journal, NewEntry, Scope, Verification, contract};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

use crate::Store;
use crate::sqlite::{FILE, Tuning};

/// A store in a folder of its own.
struct Home {
    folder: TempDir,
    store: Store,
}

impl Home {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = quick(folder.path()).await;
        Self { folder, store }
    }

    /// With a case of `entries` entries, every other one upon a new blob.
    async fn with_case(entries: u64) -> (Self, CaseId) {
        let home = Self::new().await;
        let case = home.fill(entries).await;
        (home, case)
    }

    async fn fill(&self, entries: u64) -> CaseId {
        let case = self.store.new_case(2026).await.unwrap();
        for seq in 0..entries {
            if seq % 2 == 0 {
                self.store.keep(case, format!("evidence {seq}").as_bytes()).await.unwrap();
            }
            self.store.append(case, Seq(seq), &[commanded(&format!("command {seq}"))]).await.unwrap();
        }
        case
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn key(&self, case: CaseId) -> std::path::PathBuf {
        self.path().join("keys").join(format!("{case}.key"))
    }

    /// What somebody does with `sqlite3`, the guards dropped first.
    async fn edit(&self, sql: &str) {
        let mut db = raw(self.path()).await;
        for guard in ["events_stay", "events_remain", "evidence_stays", "evidence_remains"] {
            sqlx::raw_sql(AssertSqlSafe(format!("DROP TRIGGER IF EXISTS {guard}"))).execute(&mut db).await.unwrap();
        }
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    }

    async fn verify(&self) -> Verification {
        self.store.verify(&Scope::default()).await.unwrap()
    }
}

/// A store that does not wait for others.
async fn quick(path: &Path) -> Store {
    Store::open_tuned(path, Tuning { busy: Duration::ZERO, ..Tuning::default() }).await.unwrap()
}

/// A connection without our care: references and checks are not held to.
async fn raw(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path.join(FILE)).foreign_keys(false);
    SqliteConnection::connect_with(&options).await.unwrap()
}

fn new_entry(entry: Entry) -> NewEntry {
    NewEntry { at: Timestamp::from_nanosecond(1_780_000_000_123_456_789).unwrap(), actor: "ada@desk".to_owned(), entry }
}

fn commanded(command: &str) -> NewEntry {
    new_entry(Entry::Commanded { command: command.to_owned() })
}

fn wave() -> Vec<NewEntry> {
    let step = StepId { plan: PlanId(1), step: 1 };
    vec![
        commanded("contain"),
        new_entry(Entry::StepStarted { step, before: None }),
        new_entry(Entry::StepApplied { step, notes: vec!["slow".to_owned()] }),
        new_entry(Entry::Closed),
    ]
}

#[tokio::test]
async fn tells_the_contract() {
    let home = Home::new().await;
    contract(&home.store, &wave_in_microseconds()).await;
}

/// The contract compares times, and ours are kept in microseconds.
fn wave_in_microseconds() -> Vec<NewEntry> {
    let at = Timestamp::from_microsecond(1_780_000_000_123_456).unwrap();
    wave().into_iter().map(|entry| NewEntry { at, ..entry }).collect()
}

#[tokio::test]
async fn answers_with_what_will_be_read() {
    let home = Home::new().await;
    let case = home.store.new_case(2026).await.unwrap();
    let recorded = home.store.append(case, Seq::START, &wave()).await.unwrap();
    assert_eq!(home.store.read(case, Seq::START).await.unwrap(), recorded, "nanoseconds are cut before they are answered");
    assert_eq!(home.store.read(case, Seq(2)).await.unwrap(), recorded[2..]);
    assert_eq!(home.store.read(case, Seq(u64::MAX)).await.unwrap(), vec![]);
}

#[tokio::test]
async fn numbers_begin_at_one_in_each_year_and_are_never_used_again() {
    let home = Home::new().await;
    let number = async |year| home.store.new_case(year).await.unwrap().number;
    assert_eq!((number(2026).await, number(2027).await, number(2026).await), (1, 1, 2));
    home.store.forget(CaseId { year: 2026, number: 2 }).await.unwrap();
    assert_eq!(number(2026).await, 3);
    home.edit("DELETE FROM cases WHERE number = 3").await;
    assert_eq!(number(2026).await, 4, "its key is still there, so it was a case");
}

#[tokio::test]
async fn an_expired_lease_is_free_and_a_renewed_one_is_not() {
    use regain_ports::Held;
    let (home, case) = Home::with_case(0).await;
    let take = async |holder| home.store.lease(case, holder).await.unwrap();
    assert_eq!(take("one").await, Held::Ours);
    assert_eq!(take("one").await, Held::Ours, "renewed");
    assert_eq!(take("two").await, Held::Others { holder: "one".to_owned() });
    home.store.unlease(case, "two").await.unwrap();
    assert_eq!(take("two").await, Held::Others { holder: "one".to_owned() }, "not two's to give up");
    home.edit("UPDATE leases SET expires = unixepoch() * 1000000").await;
    assert_eq!(take("two").await, Held::Ours);
}

#[tokio::test]
async fn an_unknown_case_is_none() {
    use regain_ports::JournalError;
    let home = Home::new().await;
    let case: CaseId = "2026-0007".parse().unwrap();
    let none = |error| assert!(matches!(error, JournalError::NoSuchCase(id) if id == case), "{error}");
    none(home.store.read(case, Seq::START).await.unwrap_err());
    none(home.store.head(case).await.unwrap_err());
    none(home.store.keep(case, b"").await.unwrap_err());
    none(home.store.lease(case, "one").await.unwrap_err());
    none(home.store.forget(case).await.unwrap_err());
    none(home.store.verify(&Scope { case: Some(case), head: None }).await.unwrap_err());
}

#[tokio::test]
async fn the_head_of_an_empty_case_is_its_genesis_and_moves_with_each_wave() {
    let (home, case) = Home::with_case(0).await;
    let genesis = home.store.head(case).await.unwrap();
    home.store.append(case, Seq::START, &wave()).await.unwrap();
    let later = home.store.head(case).await.unwrap();
    assert_ne!(genesis, later);
    for kept in [genesis, later] {
        let scope = Scope { case: Some(case), head: Some((case, kept.short().to_uppercase())) };
        assert_eq!(home.store.verify(&scope).await.unwrap().damage, vec![], "an older head is in the chain too");
    }
}
