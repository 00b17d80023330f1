//! Refresh tokens between two runs: a file for each, sealed (AES-256-GCM) with a key that is in the
//! keyring of the operating system and nowhere else.
//!
//! Invariant: a token is never written in clear. Without a keyring nothing is kept, and what cannot be
//! opened is as if it were not there: the person signs in again. A sealed token opens only under the
//! name that it was kept under.

use std::path::PathBuf;
use std::sync::Mutex;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest::{SHA256, digest};
use regain_incident::secret::Secret;
use regain_microsoft::TokenCache;
use zeroize::Zeroizing;

use crate::keyring::Keyring;
use crate::private;

const SERVICE: &str = "regain";
const NAME: &str = "sign-in";
const KEY_BYTES: usize = 32;

/// The cache.
pub struct SealedTokens {
    folder: PathBuf,
    keyring: Keyring,
    /// Two that make a key at once would each make their own.
    making: Mutex<()>,
}

impl SealedTokens {
    /// Files go into `folder`, which is made when the first is kept.
    pub fn new(folder: PathBuf, keyring: Keyring) -> Self {
        Self { folder, keyring, making: Mutex::new(()) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}.sealed", hex::encode(digest(&SHA256, name.as_bytes()))))
    }

    fn key(&self) -> Option<RandomizedNonceKey> {
        let bytes = self.keyring.get(SERVICE, NAME).ok()?;
        RandomizedNonceKey::new(&AES_256_GCM, &bytes).ok()
    }

    /// The key, made if there is none. It counts only once it can be read again.
    fn key_made(&self) -> Option<RandomizedNonceKey> {
        let _one = self.making.lock().ok()?;
        if let Some(key) = self.key() {
            return Some(key);
        }
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        aws_lc_rs::rand::fill(bytes.as_mut_slice()).ok()?;
        self.keyring.set(SERVICE, NAME, bytes.as_slice()).ok()?;
        self.key()
    }

    fn sealed(&self, name: &str, token: &Secret) -> Option<Vec<u8>> {
        let mut bytes = Zeroizing::new(token.expose().as_bytes().to_vec());
        let nonce = self.key_made()?.seal_in_place_append_tag(Aad::from(name.as_bytes()), &mut *bytes).ok()?;
        Some([nonce.as_ref(), bytes.as_slice()].concat())
    }
}

impl TokenCache for SealedTokens {
    fn load(&self, name: &str) -> Option<Secret> {
        let sealed = std::fs::read(self.path(name)).ok()?;
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = Zeroizing::new(rest.to_vec());
        let plain = self.key()?.open_in_place(nonce, Aad::from(name.as_bytes()), &mut rest).ok()?;
        std::str::from_utf8(plain).ok().map(|text| Secret::new(text.to_owned()))
    }

    fn keep(&self, name: &str, token: &Secret) {
        let kept = self.sealed(name, token).is_some_and(|sealed| private::replace(&self.path(name), &sealed).is_ok());
        if !kept {
            // An older one would only be refused.
            self.forget(name);
        }
    }

    fn forget(&self, name: &str) {
        // It may not be there.
        let _ = std::fs::remove_file(self.path(name));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;

    const TOKEN: &str = "0.AXsecret-refresh-token";

    fn files(folder: &Path) -> Vec<PathBuf> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    #[test]
    fn what_is_kept_is_sealed_and_comes_back_under_its_name_only() {
        let (home, keyring) = (tempfile::tempdir().unwrap(), Keyring::mock());
        let folder = home.path().join("sign-in");
        let cache = SealedTokens::new(folder.clone(), keyring.clone());
        assert!(cache.load("a").is_none() && !folder.exists());
        cache.keep("a", &Secret::new(TOKEN.to_owned()));
        let [file] = files(&folder).try_into().unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        let bytes = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("secret"));
        assert_eq!(SealedTokens::new(folder.clone(), keyring.clone()).load("a").unwrap().expose(), TOKEN);
        std::fs::rename(&file, cache.path("b")).unwrap();
        assert!(cache.load("b").is_none(), "it was sealed under another name");
        assert!(SealedTokens::new(folder.clone(), Keyring::mock()).load("b").is_none(), "another keyring has another key");
        cache.keep("a", &Secret::new(TOKEN.to_owned()));
        cache.forget("a");
        assert!(cache.load("a").is_none());
    }

    #[test]
    fn a_changed_file_is_as_if_it_were_not_there() {
        let (home, keyring) = (tempfile::tempdir().unwrap(), Keyring::mock());
        let cache = SealedTokens::new(home.path().to_owned(), keyring);
        cache.keep("a", &Secret::new(TOKEN.to_owned()));
        let path = cache.path("a");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[NONCE_LEN] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(cache.load("a").is_none());
        std::fs::write(&path, b"short").unwrap();
        assert!(cache.load("a").is_none());
    }
}
