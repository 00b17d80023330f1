//! Races, interruptions, full disks, other versions: what was acknowledged is there, the rest is not.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use regain_incident::ids::{CaseId, Seq};
use regain_ports::{AppendError, BoxError, Journal, JournalError, Scope};
use sqlx::Connection;
use tempfile::TempDir;

use super::{Home, commanded, quick, raw, wave};
use crate::Store;
use crate::sqlite::{FILE, MIGRATIONS, Tuning, known};

/// What the store was doing when it failed, and that its cause is told.
fn doing(error: JournalError) -> &'static str {
    match error {
        JournalError::Storage { doing, source } => {
            let source: BoxError = source;
            assert!(!source.to_string().is_empty());
            doing
        }
        other => panic!("no failure of storage: {other}"),
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_copy_without_goodbye() {
    let (home, case) = Home::with_case(4).await;
    let head = home.store.head(case).await.unwrap();
    let copy = copied(&home);
    let store = quick(copy.path()).await;
    assert_eq!(store.read(case, Seq::START).await.unwrap().len(), 4);
    assert_eq!(store.head(case).await.unwrap(), head);
    assert_eq!(store.verify(&Scope::default()).await.unwrap().damage, vec![]);
}

/// The files as they are at this moment, as after a power cut.
fn copied(home: &Home) -> TempDir {
    let copy = TempDir::new().unwrap();
    for file in super::secrecy::files(home.path()) {
        let to = copy.path().join(file.strip_prefix(home.path()).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&file, to).unwrap();
    }
    copy
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_one_is_told_that_it_came_late() {
    let home = Home::new().await;
    let case = home.store.new_case(2026).await.unwrap();
    let patient = async || Arc::new(Store::open(home.path()).await.unwrap());
    let writers = [patient().await, patient().await];
    for round in 0..10 {
        let race =
            writers.clone().map(|store| tokio::spawn(async move { store.append(case, Seq(round), &[commanded("race")]).await }));
        let mut won = 0;
        for writer in race {
            match writer.await.unwrap() {
                Ok(recorded) => won += u32::from(recorded[0].seq == Seq(round + 1)),
                Err(error) => assert!(matches!(error, AppendError::Stale { at } if at == Seq(round + 1)), "{error:?}"),
            }
        }
        assert_eq!(won, 1);
    }
    assert_eq!(home.verify().await.damage, vec![]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_open_a_new_folder_at_once_and_number_their_cases_apart() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_owned();
    let open = || {
        let path = path.clone();
        tokio::spawn(async move { Store::open(&path).await.unwrap().new_case(2026).await.unwrap().number })
    };
    let (one, two) = (open(), open());
    let mut numbers = [one.await.unwrap(), two.await.unwrap()];
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_leaves_nothing() {
    let (home, case) = Home::with_case(2).await;
    let mut db = raw(home.path()).await;
    let half = "BEGIN IMMEDIATE; UPDATE cases SET entries = 9; \
                INSERT INTO events SELECT year, number, 9, at, kind, sealed, digest, evidence, previous, hash FROM events WHERE seq = 1";
    sqlx::raw_sql(half).execute(&mut db).await.unwrap();
    let copy = copied(&home);
    db.close_hard().await.unwrap();
    // The lost connection ends in a thread of its own: whoever gets the lock after it knows that it has ended.
    let mut next = raw(home.path()).await;
    sqlx::raw_sql("PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE; ROLLBACK").execute(&mut next).await.unwrap();
    assert_eq!(home.verify().await.damage, vec![]);
    home.store.append(case, Seq(2), &wave()).await.unwrap();
    let crashed = quick(copy.path()).await;
    assert_eq!(crashed.verify(&Scope::default()).await.unwrap().entries, 2, "also for who died in it");
}

#[tokio::test]
async fn an_append_that_was_given_up_is_whole_or_nothing() {
    let (home, case) = Home::with_case(1).await;
    let entries = wave();
    let mut at = 1;
    // The more often it is polled, the further it has come when it is dropped.
    for polls in [1, 2, 4, 16, 64, 256, 1024] {
        let mut append = Box::pin(home.store.append(case, Seq(at), &entries));
        for _ in 0..polls {
            if (&mut append).now_or_never().is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(append);
        home.store.keep(case, b"behind whatever was still under way").await.unwrap();
        let stands = home.store.read(case, Seq::START).await.unwrap().len() as u64;
        assert!(stands == at || stands == at + 4, "all or nothing: {stands}");
        at = stands;
    }
    home.store.append(case, Seq(at), &entries).await.unwrap();
    assert_eq!(home.verify().await.damage, vec![]);
}

#[tokio::test]
async fn a_crash_while_a_case_is_made_costs_nothing() {
    let (home, case) = Home::with_case(1).await;
    let next = CaseId { number: case.number + 1, ..case };
    let keys = home.path().join("keys");
    std::fs::write(keys.join(format!("{next}.new")), [1; 32]).unwrap();
    assert_eq!(home.verify().await.damage, vec![], "before its row was written: it never was");
    assert_eq!(home.store.new_case(2026).await.unwrap(), next);
    std::fs::rename(keys.join(format!("{next}.key")), keys.join(format!("{next}.new"))).unwrap();
    assert_eq!(home.verify().await.damage, vec![], "before the key had its name");
    home.store.append(next, Seq::START, &wave()).await.unwrap();
    home.store.forget(next).await.unwrap();
    assert!(!keys.join(format!("{next}.new")).exists());
}

#[tokio::test]
async fn a_full_disk_fails_whole() {
    let folder = TempDir::new().unwrap();
    let tuning = Tuning { busy: Duration::ZERO, readers: 1, pages_max: Some(40) };
    let store = Store::open_tuned(folder.path(), tuning).await.unwrap();
    let case = store.new_case(2026).await.unwrap();
    store.append(case, Seq::START, &wave()).await.unwrap();
    let large = vec![commanded("small"), commanded(&"x".repeat(300_000))];
    match store.append(case, Seq(4), &large).await.unwrap_err() {
        AppendError::Failed(error) => assert_eq!(doing(error), "write entries"),
        stale @ AppendError::Stale { .. } => panic!("{stale}"),
    }
    assert_eq!(doing(store.keep(case, &vec![0; 300_000]).await.unwrap_err()), "write evidence");
    assert_eq!(store.append(case, Seq(4), &wave()).await.unwrap()[0].seq, Seq(5), "and what fits is taken");
    assert_eq!(store.verify(&Scope::default()).await.unwrap().damage, vec![]);
}

#[tokio::test]
async fn a_locked_database_fails_whole() {
    let (home, case) = Home::with_case(1).await;
    let mut db = raw(home.path()).await;
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut db).await.unwrap();
    assert_eq!(doing(home.store.new_case(2026).await.unwrap_err()), "open the journal for writing");
    assert_eq!(doing(home.store.forget(case).await.unwrap_err()), "open the journal for writing");
    assert_eq!(home.store.read(case, Seq::START).await.unwrap().len(), 1, "who reads does not wait");
    db.close().await.unwrap();
    assert_eq!(super::secrecy::files(&home.path().join("keys")).len(), 1, "no key without a case");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_says_so() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for wrong in [file.join("below"), file.clone()] {
        assert_eq!(doing(Store::open(&wrong).await.unwrap_err()), "make the data folder");
    }
    std::fs::write(folder.path().join(FILE), "no database, but a text that is longer than nothing").unwrap();
    assert_eq!(doing(Store::open(folder.path()).await.unwrap_err()), "open the database");
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    let (home, _) = Home::with_case(1).await;
    home.edit(&format!("PRAGMA user_version = {}", known() + 2)).await;
    let before = std::fs::read(home.path().join(FILE)).unwrap();
    for opened in [Store::open(home.path()).await, Store::open_read_only(home.path()).await] {
        let error = opened.unwrap_err();
        assert!(
            matches!(error, JournalError::Newer { found, known: ours } if found == known() + 2 && ours == known()),
            "{error}"
        );
    }
    assert_eq!(std::fs::read(home.path().join(FILE)).unwrap(), before);
}

#[tokio::test]
async fn every_migration_starts_from_the_schema_before_it() {
    for before in 0..MIGRATIONS.len() {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join(FILE), "").unwrap();
        let mut db = raw(folder.path()).await;
        for script in &MIGRATIONS[..before] {
            sqlx::raw_sql(*script).execute(&mut db).await.unwrap();
        }
        for (number, script) in MIGRATIONS.iter().enumerate().skip(before) {
            let numbered = format!("PRAGMA user_version = {};", number + 1);
            assert!(script.trim_end().ends_with(&numbered), "script {} ends with its number", number + 1);
        }
        db.close().await.unwrap();
        let store = quick(folder.path()).await;
        regain_ports::contract(&store, &super::wave_in_microseconds()).await;
    }
}

#[tokio::test]
async fn a_half_run_migration_leaves_the_version_before() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join(FILE), "").unwrap();
    let mut db = raw(folder.path()).await;
    // The first script fails half way: a table of that name is there.
    sqlx::raw_sql("CREATE TABLE leases (x)").execute(&mut db).await.unwrap();
    assert_eq!(doing(Store::open(folder.path()).await.unwrap_err()), "bring the database up to date");
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema").fetch_one(&mut db).await.unwrap();
    assert_eq!(tables, 1, "nothing of it stands");
}

#[tokio::test]
async fn a_copy_is_read_without_a_trace() {
    let (home, case) = Home::with_case(3).await;
    let path = home.path().to_owned();
    let Home { folder, store } = home;
    store.close().await;
    let names = || {
        let mut files = super::secrecy::files(&path);
        files.sort();
        files.into_iter().map(|file| (std::fs::read(&file).unwrap(), file)).collect::<Vec<_>>()
    };
    let before = names();
    let copy = Store::open_read_only(&path).await.unwrap();
    let found = copy.verify(&Scope::default()).await.unwrap();
    assert_eq!((found.entries, found.blobs, found.damage), (3, 2, vec![]));
    assert_eq!(copy.read(case, Seq(2)).await.unwrap().len(), 1);
    assert_eq!(doing(copy.new_case(2026).await.unwrap_err()), "open the journal for writing");
    assert_eq!(doing(copy.forget(case).await.unwrap_err()), "open the journal for writing");
    copy.close().await;
    assert!(names() == before, "no file was made, changed or removed");
    drop(folder);
}

#[tokio::test]
async fn a_copy_taken_while_it_was_open_is_read_with_its_log() {
    let (home, _) = Home::with_case(3).await;
    let copy = copied(&home);
    assert!(copy.path().join("journal.db-wal").exists());
    let store = Store::open_read_only(copy.path()).await.unwrap();
    assert_eq!(store.verify(&Scope::default()).await.unwrap().entries, 3);
}
