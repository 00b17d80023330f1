//! The keyring of the operating system. On Linux that is the kernel's: nothing of it reaches a disk,
//! and it is empty after the machine was started anew.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

/// A keyring.
#[derive(Clone)]
pub struct Keyring(Arc<CredentialStore>);

/// The one of this system, or why there is none.
#[cfg(target_os = "linux")]
pub fn system() -> Result<Keyring, String> {
    linux_keyutils_keyring_store::Store::new().map(|store| Keyring(store)).map_err(|error| told(&error))
}

/// The one of this system, or why there is none.
#[cfg(not(target_os = "linux"))]
pub fn system() -> Result<Keyring, String> {
    Err("cannot be read: this version knows no keyring of this operating system".to_owned())
}

impl Keyring {
    /// One of a test's own.
    #[cfg(test)]
    pub fn mock() -> Self {
        Self(keyring_core::mock::Store::new().unwrap())
    }

    fn entry(&self, service: &str, name: &str) -> Result<Entry, String> {
        Entry::new_in_store(&self.0, service, name).map_err(|error| told(&error))
    }

    /// What is kept, or why not as the end of a sentence.
    pub fn get(&self, service: &str, name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        self.entry(service, name)?.get_secret().map(Zeroizing::new).map_err(|error| told(&error))
    }

    /// Keeps it.
    pub fn set(&self, service: &str, name: &str, secret: &[u8]) -> Result<(), String> {
        self.entry(service, name)?.set_secret(secret).map_err(|error| told(&error))
    }
}

/// The end of a sentence that begins with what was looked for. The error may hold what was read.
fn told(error: &Error) -> String {
    match error {
        Error::NoEntry => "is not in the keyring".to_owned(),
        Error::NoStorageAccess(_) => "cannot be read: the keyring is locked or not allowed here".to_owned(),
        Error::PlatformFailure(why) => format!("cannot be read: the keyring says {why}"),
        _ => "cannot be read from the keyring".to_owned(),
    }
}
