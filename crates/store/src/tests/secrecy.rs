//! What is written down is nowhere in clear, and no file is open to others.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regain_incident::ids::Seq;
use regain_ports::{Journal, NewEntry};

use super::{Home, commanded};

const CANARY: &str = "canary-5b1f-Tr0mb0ne";

/// Every file under a folder.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The canary in every spelling that a program may give it. In Base64 it can begin at three places
/// of a group, so what surrounds it is cut off.
fn spellings() -> Vec<Vec<u8>> {
    let mut spellings = vec![CANARY.as_bytes().to_vec(), hex::encode(CANARY).into_bytes()];
    spellings.push(CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect());
    spellings.push(CANARY.encode_utf16().flat_map(u16::to_be_bytes).collect());
    for before in 0..3 {
        let text = STANDARD.encode(format!("{}{CANARY}", "x".repeat(before)));
        spellings.push(text.as_bytes()[4..text.len() - 4].to_vec());
    }
    spellings
}

fn holds_canary(folder: &Path) -> Vec<PathBuf> {
    let spellings = spellings();
    let holds = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        spellings.iter().any(|spelling| bytes.windows(spelling.len()).any(|window| window == spelling))
    };
    files(folder).into_iter().filter(holds).collect()
}

#[tokio::test]
async fn a_canary_is_nowhere_in_clear() {
    let (home, case) = Home::with_case(0).await;
    let entry = NewEntry { actor: format!("{CANARY}@desk"), ..commanded(CANARY) };
    home.store.append(case, Seq::START, &[entry]).await.unwrap();
    for bytes in spellings() {
        home.store.keep(case, &bytes).await.unwrap();
    }
    assert!(files(home.path()).iter().any(|path| path.ends_with("journal.db-wal")), "the log is searched too");
    assert_eq!(holds_canary(home.path()), Vec::<PathBuf>::new());
    let Home { folder, store } = home;
    store.close().await;
    assert_eq!(holds_canary(folder.path()), Vec::<PathBuf>::new(), "and not once the log was folded in");

    for (number, spelling) in spellings().into_iter().enumerate() {
        let planted = folder.path().join("keys").join(format!("planted-{number}"));
        std::fs::write(&planted, [b"before ", &spelling[..], b" after"].concat()).unwrap();
        assert_eq!(holds_canary(folder.path()), vec![planted.clone()], "the search finds what is there");
        std::fs::remove_file(planted).unwrap();
    }
}

#[tokio::test]
async fn evidence_of_two_cases_does_not_show_that_it_is_the_same() {
    let (home, case) = Home::with_case(0).await;
    let other = home.fill(0).await;
    home.store.keep(case, b"enabled").await.unwrap();
    home.store.keep(other, b"enabled").await.unwrap();
    let mut db = super::raw(home.path()).await;
    let addresses: Vec<Vec<u8>> = sqlx::query_scalar("SELECT address FROM evidence").fetch_all(&mut db).await.unwrap();
    assert_ne!(addresses[0], addresses[1]);
    assert!(!addresses.contains(&crate::chain::sha256(b"enabled")), "nor is it the digest, which could be guessed");
}

#[cfg(unix)]
mod modes {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;
    use crate::tests::quick;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o7777
    }

    fn check(folder: &Path) {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
        assert_eq!(mode(&folder.join("keys")), 0o700);
        let files = files(folder);
        assert!(files.len() >= 3, "{files:?}");
        for file in files {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }

    #[tokio::test]
    async fn are_for_the_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("new").join("regain");
        let store = quick(&folder).await;
        store.new_case(2026).await.unwrap();
        check(&folder);
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::set_permissions(folder.join("journal.db"), std::fs::Permissions::from_mode(0o644)).unwrap();
        drop(quick(&folder).await);
        check(&folder);
    }

    #[tokio::test]
    async fn of_a_folder_with_other_things_in_it_stay() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(folder.path().join("somebody's"), "").unwrap();
        drop(quick(folder.path()).await);
        assert_eq!(mode(folder.path()), 0o755, "not ours to close");
        assert_eq!(mode(&folder.path().join("journal.db")), 0o600);
    }

    /// The next test's child, for the umask is the process's; by itself it does nothing.
    #[tokio::test]
    async fn child() {
        let Some(folder) = std::env::var_os("REGAIN_TEST_FOLDER") else { return };
        let store = quick(Path::new(&folder)).await;
        store.new_case(2026).await.unwrap();
        check(Path::new(&folder));
    }

    #[test]
    fn withstand_any_umask() {
        for umask in ["000", "777"] {
            let home = tempfile::tempdir().unwrap();
            let child = Command::new("sh")
                .args(["-c", &format!("umask {umask}; exec \"$0\" --exact tests::secrecy::modes::child")])
                .arg(std::env::current_exe().unwrap())
                .env("REGAIN_TEST_FOLDER", home.path().join("regain"))
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&child.stdout);
            assert!(child.status.success() && said.contains("1 passed"), "umask {umask}: {said}");
            check(&home.path().join("regain"));
        }
    }
}
