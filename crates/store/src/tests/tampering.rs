//! Edits by somebody with `sqlite3`: every one is found, and where it is.

use proptest::prelude::*;
use regain_incident::ids::{CaseId, Seq};
use regain_ports::{AppendError, Journal, JournalError, Scope};

use super::{Home, commanded, raw};

/// Places (zero: the case as a whole) and texts of what is found.
async fn damage(home: &Home) -> Vec<(u64, String)> {
    let found = home.verify().await.damage;
    found.into_iter().map(|damage| (damage.seq.map_or(0, |seq| seq.0), damage.what)).collect()
}

async fn finds(edit: &str, at: u64, words: &str) {
    let (home, _) = Home::with_case(4).await;
    assert_eq!(damage(&home).await, vec![], "whole before the edit");
    home.edit(edit).await;
    let found = damage(&home).await;
    let there = found.iter().any(|(seq, what)| *seq == at && what.contains(words));
    assert!(there, "{edit}: wanted {words:?} at {at}, found {found:#?}");
}

#[tokio::test]
async fn every_column_of_an_entry() {
    for (edit, words) in [
        ("seq = 30", "what stood before it is missing"),
        ("at = at + 1", "it was changed"),
        ("kind = 'closed'", "its kind is not its content's"),
        ("sealed = zeroblob(60)", "its content was changed"),
        ("sealed = X''", "its content was changed"),
        ("digest = zeroblob(32)", "its content is not what its digest says"),
        ("evidence = zeroblob(32)", "the evidence that was kept before it"),
        ("previous = zeroblob(32)", "does not follow"),
        ("hash = zeroblob(32)", "it was changed"),
    ] {
        let at = if edit.starts_with("seq") { 30 } else { 3 };
        finds(&format!("UPDATE events SET {edit} WHERE seq = 3"), at, words).await;
    }
    finds("UPDATE events SET number = 9 WHERE seq = 3", 0, "its row is gone").await;
    finds("UPDATE events SET year = -1 WHERE seq = 3", 0, "cannot be: year -1").await;
    finds("UPDATE events SET number = 9 WHERE seq = 3", 4, "missing").await;
}

#[tokio::test]
async fn every_column_of_a_blob() {
    for (edit, words) in [
        ("ordinal = 20", "blob 20: what stood before it is missing"),
        ("address = zeroblob(32)", "blob 1: evidence was changed"),
        ("sealed = zeroblob(60)", "blob 1: evidence was changed"),
        ("previous = zeroblob(32)", "blob 1: it does not follow"),
        ("hash = zeroblob(32)", "blob 1: evidence was changed"),
        ("number = 9", "blob 2: what stood before it is missing"),
    ] {
        finds(&format!("UPDATE evidence SET {edit} WHERE ordinal = 1"), 0, words).await;
    }
    finds("UPDATE evidence SET hash = zeroblob(32) WHERE ordinal = 1", 1, "the evidence that was kept before it").await;
}

#[tokio::test]
async fn every_column_of_a_case() {
    let unsigned = "the case's key has not signed";
    for (edit, words) in [
        ("created = created + 1", unsigned),
        ("public = zeroblob(32)", "its key file does not hold the key"),
        ("entries = 3", unsigned),
        ("head = zeroblob(32)", unsigned),
        ("blobs = 1", unsigned),
        ("evidence = zeroblob(32)", unsigned),
        ("signature = zeroblob(64)", unsigned),
        ("number = 2", "its row is gone"),
    ] {
        finds(&format!("UPDATE cases SET {edit}"), 0, words).await;
    }
    finds("DELETE FROM cases", 0, "its row is gone").await;
    finds("DELETE FROM cases; DELETE FROM events; DELETE FROM evidence", 0, "its row is gone").await;
    let tombstone = "INSERT INTO tombstones VALUES (2026, 1, 5, zeroblob(64))";
    finds(tombstone, 0, "a tombstone stands there").await;
}

#[tokio::test]
async fn removal_insertion_and_reordering() {
    finds("DELETE FROM events WHERE seq = 1", 2, "what stood before it is missing").await;
    finds("DELETE FROM events WHERE seq = 2", 3, "what stood before it is missing").await;
    finds("DELETE FROM events WHERE seq = 4", 4, "4 entries were written").await;
    finds("DELETE FROM events", 4, "4 entries were written").await;
    finds("DELETE FROM evidence WHERE ordinal = 1", 0, "blob 2: what stood before").await;
    finds("DELETE FROM evidence WHERE ordinal = 2", 3, "the evidence that was kept before it").await;
    finds("DELETE FROM evidence", 0, "2 blobs were kept").await;
    let again =
        "INSERT INTO events SELECT year, number, 5, at, kind, sealed, digest, evidence, hash, hash FROM events WHERE seq = 4";
    finds(again, 5, "its content was changed or is another's").await;
    let swap = "UPDATE events SET seq = -1 WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 3; \
                UPDATE events SET seq = 3 WHERE seq = -1";
    finds(swap, 2, "it does not follow").await;
    let swap_content = "CREATE TABLE x AS SELECT sealed, digest, seq FROM events; \
                        UPDATE events SET (sealed, digest) = (SELECT sealed, digest FROM x WHERE x.seq = 5 - events.seq) WHERE seq IN (2, 3); \
                        DROP TABLE x";
    finds(swap_content, 2, "its content was changed or is another's").await;
}

#[tokio::test]
async fn an_old_state_put_back_whole_is_found_by_a_kept_head_only() {
    let (home, case) = Home::with_case(3).await;
    home.edit("CREATE TABLE old AS SELECT * FROM cases").await;
    home.store.append(case, Seq(3), &[commanded("late")]).await.unwrap();
    let head = home.store.head(case).await.unwrap().to_string();
    home.edit("DELETE FROM events WHERE seq = 4; UPDATE cases SET (entries, head, signature) = (SELECT entries, head, signature FROM old)")
        .await;
    assert_eq!(home.verify().await.damage, vec![], "nothing inside tells");
    let kept = Scope { case: None, head: Some((case, head)) };
    let found = home.store.verify(&kept).await.unwrap().damage;
    assert!(found.len() == 1 && found[0].what.contains("kept elsewhere"), "{found:?}");
}

#[tokio::test]
async fn a_head_of_a_case_that_is_gone_is_damage() {
    let (home, case) = Home::with_case(1).await;
    let head = home.store.head(case).await.unwrap().to_string();
    home.edit("DELETE FROM cases; DELETE FROM events; DELETE FROM evidence").await;
    std::fs::remove_file(home.key(case)).unwrap();
    assert_eq!(home.verify().await.damage, vec![], "no trace is left");
    let found = home.store.verify(&Scope { case: Some(case), head: Some((case, head)) }).await.unwrap().damage;
    assert!(found[0].what.contains("its row is gone"), "{found:?}");
}

#[tokio::test]
async fn key_files() {
    let (home, case) = Home::with_case(2).await;
    let other = home.fill(1).await;
    let key = std::fs::read(home.key(case)).unwrap();
    for (bytes, words) in
        [(Vec::new(), "does not hold the key"), (std::fs::read(home.key(other)).unwrap(), "does not hold the key")]
    {
        std::fs::write(home.key(case), bytes).unwrap();
        let found = home.verify().await;
        assert!(found.damage.len() == 1 && found.damage[0].what.contains(words), "{found:?}");
    }
    std::fs::remove_file(home.key(case)).unwrap();
    let found = home.verify().await;
    assert_eq!(found.forgotten, vec![], "nobody forgot it");
    assert!(found.damage.len() == 1 && found.damage[0].what.contains("its key is missing"), "{found:?}");
    assert!(matches!(home.store.read(case, Seq::START).await, Err(JournalError::Damaged { .. })));
    assert!(matches!(home.store.forget(case).await, Err(JournalError::Damaged { .. })), "no key, no tombstone");
    std::fs::write(home.key(case), key).unwrap();
    assert_eq!(home.verify().await.damage, vec![]);
}

#[tokio::test]
async fn nothing_is_read_from_or_added_to_what_was_tampered_with() {
    let (home, case) = Home::with_case(4).await;
    home.edit("UPDATE events SET at = at + 1 WHERE seq = 3").await;
    let read = home.store.read(case, Seq::START).await;
    assert!(matches!(read, Err(JournalError::Damaged { seq: Seq(3), .. })), "{read:?}");
    home.edit("DELETE FROM events WHERE seq = 4").await;
    let read = home.store.read(case, Seq(3)).await;
    assert!(matches!(read, Err(JournalError::Damaged { seq: Seq(4), .. })), "{read:?}");
    let append = home.store.append(case, Seq(4), &[commanded("more")]).await;
    assert!(matches!(append, Err(AppendError::Failed(JournalError::Damaged { seq: Seq(4), .. }))), "{append:?}");
}

#[tokio::test]
async fn an_entry_of_a_kind_that_is_not_known_is_damage_and_no_panic() {
    use crate::keys::Keys;
    use crate::{chain, seal};
    let (home, case) = Home::with_case(1).await;
    let mut db = raw(home.path()).await;
    let row = crate::sqlite::case_row(&mut db, case).await.unwrap().unwrap();
    let key = Keys::at(home.path()).load(case, &row.public).unwrap();
    let mut salted = vec![7; 32];
    salted.extend(br#"{"actor":"x","entry":{"what":"abolished"}}"#);
    let digest = chain::payload_digest(&salted);
    let sealed = seal::seal(&key, &seal::entry_place(case, 1), salted).unwrap();
    home.edit(&format!("UPDATE events SET sealed = X'{}', digest = X'{}'", hex::encode(sealed), hex::encode(digest))).await;
    let found = damage(&home).await;
    assert!(found.iter().any(|(seq, what)| *seq == 1 && what.contains("does not know")), "{found:?}");
    assert!(matches!(home.store.read(case, Seq::START).await, Err(JournalError::Damaged { seq: Seq(1), .. })));
}

/// Ways to flip one bit of a column of one row; `{bit}` is which.
const COLUMNS: [(&str, bool); 10] = [
    ("year", true),
    ("number", true),
    ("seq", true),
    ("at", true),
    ("kind", false),
    ("sealed", false),
    ("digest", false),
    ("evidence", false),
    ("previous", false),
    ("hash", false),
];

/// The statement that flips a bit of what stands in `column`.
async fn flip(home: &Home, seq: u64, (column, is_number): (&str, bool), at: usize, bit: u8) {
    use sqlx::AssertSqlSafe;
    let mut db = raw(home.path()).await;
    let read = |cast| AssertSqlSafe(format!("SELECT CAST({column} AS {cast}) FROM events WHERE seq = {seq}"));
    let value = if is_number {
        let number: i64 = sqlx::query_scalar(read("INTEGER")).fetch_one(&mut db).await.unwrap();
        format!("{}", number ^ 1_i64.rotate_left(u32::try_from(at % 8).unwrap() * 8 + u32::from(bit)))
    } else {
        let mut bytes: Vec<u8> = sqlx::query_scalar(read("BLOB")).fetch_one(&mut db).await.unwrap();
        let place = at % bytes.len();
        bytes[place] ^= 1 << bit;
        let blob = format!("X'{}'", hex::encode(bytes));
        if column == "kind" { format!("CAST({blob} AS TEXT)") } else { blob }
    };
    home.edit(&format!("UPDATE OR REPLACE events SET {column} = {value} WHERE seq = {seq}")).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bit_of_any_entry(seq in 1_u64..=4, column in prop::sample::select(&COLUMNS[..]), at in 0_usize..400, bit in 0_u8..8) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let found = runtime.block_on(async {
            let (home, case) = Home::with_case(4).await;
            assert_eq!(case, CaseId { year: 2026, number: 1 });
            flip(&home, seq, column, at, bit).await;
            home.verify().await.damage
        });
        prop_assert!(!found.is_empty(), "{column:?} of {seq}, byte {at}, bit {bit}");
    }
}
