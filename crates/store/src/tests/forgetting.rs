//! A case that was forgotten: its key is gone, its content unreadable, its chain whole; and what an
//! interruption leaves, doing it again finishes.

use regain_incident::digest::Digest;
use regain_incident::ids::Seq;
use regain_ports::{AppendError, Journal, JournalError, Scope};

use super::{Home, commanded, quick};

#[tokio::test]
async fn the_bytes_of_the_key_are_gone() {
    let (home, case) = Home::with_case(3).await;
    let key = std::fs::read(home.key(case)).unwrap();
    let second_name = home.path().join("hard-link");
    std::fs::hard_link(home.key(case), &second_name).unwrap();
    home.store.forget(case).await.unwrap();
    assert!(!home.key(case).exists());
    assert_eq!(std::fs::read(second_name).unwrap(), vec![0; key.len()], "overwritten, not only unlinked");
    for file in super::secrecy::files(home.path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(key.len()).any(|window| window == key), "the key stands in {}", file.display());
    }
}

#[tokio::test]
async fn nothing_is_readable_and_the_chain_is_whole() {
    let (home, case) = Home::with_case(3).await;
    let head = home.store.head(case).await.unwrap();
    home.store.lease(case, "ada").await.unwrap();
    home.store.forget(case).await.unwrap();
    let forgotten = |error| assert!(matches!(error, JournalError::Forgotten(id) if id == case), "{error}");
    forgotten(home.store.read(case, Seq::START).await.unwrap_err());
    forgotten(home.store.evidence(case, &Digest::of(b"evidence 0")).await.unwrap_err());
    forgotten(home.store.keep(case, b"more").await.unwrap_err());
    let append = home.store.append(case, Seq(3), &[commanded("more")]).await;
    assert!(matches!(append, Err(AppendError::Failed(JournalError::Forgotten(id))) if id == case));
    assert_eq!(home.store.head(case).await.unwrap(), head);
    let found = home.store.verify(&Scope { case: Some(case), head: Some((case, head.to_string())) }).await.unwrap();
    assert_eq!((found.entries, found.blobs, found.forgotten, found.damage), (3, 2, vec![case], vec![]));
    assert_eq!(home.store.cases().await.unwrap(), vec![case], "it stays in the list");
}

#[tokio::test]
async fn an_interruption_after_the_tombstone_is_named_and_finished() {
    let (home, case) = Home::with_case(2).await;
    home.store.bury(case).await.unwrap();
    assert!(matches!(home.store.read(case, Seq::START).await, Err(JournalError::Forgotten(_))), "the tombstone is enough");
    let found = home.verify().await;
    assert!(found.damage.len() == 1 && found.damage[0].what.contains("forget it again"), "{found:?}");

    let again = quick(home.path()).await;
    again.forget(case).await.unwrap();
    assert!(!home.key(case).exists());
    assert_eq!(again.verify(&Scope::default()).await.unwrap().damage, vec![]);
    again.forget(case).await.unwrap();
}

#[tokio::test]
async fn an_interruption_between_overwriting_and_unlinking_is_finished() {
    let (home, case) = Home::with_case(1).await;
    home.store.bury(case).await.unwrap();
    std::fs::write(home.key(case), [0; 32]).unwrap();
    home.store.forget(case).await.unwrap();
    assert_eq!(home.verify().await.damage, vec![]);
}

#[tokio::test]
async fn edits_after_it_are_found_without_the_key() {
    for edit in [
        "UPDATE events SET at = at + 1 WHERE seq = 2",
        "UPDATE events SET digest = zeroblob(32) WHERE seq = 2",
        "DELETE FROM events WHERE seq = 3",
        "DELETE FROM evidence WHERE ordinal = 2",
        "UPDATE evidence SET sealed = zeroblob(40) WHERE ordinal = 1",
        "UPDATE tombstones SET at = at + 1",
        "DELETE FROM tombstones",
        "UPDATE cases SET entries = 2",
    ] {
        let (home, case) = Home::with_case(3).await;
        home.store.forget(case).await.unwrap();
        home.edit(edit).await;
        assert_ne!(home.verify().await.damage, vec![], "{edit}");
    }
}

#[tokio::test]
async fn other_cases_stay() {
    let (home, case) = Home::with_case(2).await;
    let other = home.fill(2).await;
    home.store.forget(case).await.unwrap();
    assert_eq!(home.store.read(other, Seq::START).await.unwrap().len(), 2);
}
