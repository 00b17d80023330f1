//! One key for each case, in a file beside the database and never in it.
//!
//! Invariants: a key is on the disk before the row of its case, and is never overwritten but by
//! `destroy`. It is written as `<case>.new` and renamed once the row is durable, so a leftover of a
//! crash (`.new` without a row) is told from the key of a case that somebody deleted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use aws_lc_rs::{hkdf, hmac, rand};
use regain_incident::ids::CaseId;
use regain_ports::JournalError;
use zeroize::Zeroizing;

use crate::fault::{damaged, storage};
use crate::files;

const KEY_BYTES: usize = 32;

/// What a case's key is used for: each use has its own, derived from the one in the file.
pub(crate) struct CaseKey {
    pub(crate) sealing: RandomizedNonceKey,
    addressing: hmac::Key,
    signing: Ed25519KeyPair,
}

impl CaseKey {
    fn derive(master: &[u8]) -> Result<Self, Unspecified> {
        Ok(Self {
            sealing: RandomizedNonceKey::new(&AES_256_GCM, &*expand(master, b"regain seal 1")?)?,
            addressing: hmac::Key::new(hmac::HMAC_SHA256, &*expand(master, b"regain address 1")?),
            signing: Ed25519KeyPair::from_seed_unchecked(&*expand(master, b"regain sign 1")?).map_err(|_| Unspecified)?,
        })
    }

    /// The key that checks what this one signs.
    pub(crate) fn public(&self) -> &[u8] {
        self.signing.public_key().as_ref()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signing.sign(message).as_ref().to_vec()
    }

    /// Where bytes with this SHA-256 are kept.
    pub(crate) fn address(&self, sha256: &[u8]) -> Vec<u8> {
        hmac::sign(&self.addressing, sha256).as_ref().to_vec()
    }
}

fn expand(master: &[u8], purpose: &[u8]) -> Result<Zeroizing<[u8; KEY_BYTES]>, Unspecified> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, master).expand(&[purpose], hkdf::HKDF_SHA256)?.fill(&mut *key)?;
    Ok(key)
}

/// Whether `signature` over `message` is by the owner of `public`.
pub(crate) fn signed(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

/// Why there is no key to use.
#[derive(Debug)]
pub(crate) enum NoKey {
    /// No file.
    Missing,
    /// A file, but not with the key that the case began with.
    Wrong,
    /// The file could not be read.
    Unreadable(io::Error),
}

impl NoKey {
    /// What is wrong with a case whose key should be there.
    pub(crate) const fn why(&self) -> &'static str {
        match self {
            Self::Missing => "its key is missing, and was not destroyed by `case forget`",
            Self::Wrong => "its key file does not hold the key that it began with",
            Self::Unreadable(_) => "its key file could not be read",
        }
    }

    pub(crate) fn of(self, case: CaseId) -> JournalError {
        match self {
            Self::Unreadable(source) => storage("read the key of a case")(source),
            Self::Missing | Self::Wrong => damaged(case, self.why()),
        }
    }
}

/// The folder of keys.
#[derive(Debug)]
pub(crate) struct Keys {
    folder: PathBuf,
}

impl Keys {
    pub(crate) fn at(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("keys") }
    }

    pub(crate) fn prepare(&self) -> io::Result<()> {
        files::private_folder(&self.folder)
    }

    pub(crate) fn path(&self, case: CaseId) -> PathBuf {
        self.folder.join(format!("{case}.key"))
    }

    fn unsettled(&self, case: CaseId) -> PathBuf {
        self.folder.join(format!("{case}.new"))
    }

    /// A key for a case whose row is not durable yet. A leftover of a crash gives way; the key of
    /// a case that once was does not.
    pub(crate) fn create(&self, case: CaseId) -> io::Result<CaseKey> {
        let mut master = Zeroizing::new([0; KEY_BYTES]);
        rand::fill(&mut *master).map_err(io::Error::other)?;
        let key = CaseKey::derive(&*master).map_err(io::Error::other)?;
        remove(&self.unsettled(case))?;
        files::write_private(&self.unsettled(case), &*master)?;
        files::sync_folder(&self.folder)?;
        Ok(key)
    }

    /// Gives the key its name: the row is durable. If this does not happen, `load` finds it all the same.
    pub(crate) fn settle(&self, case: CaseId) -> io::Result<()> {
        fs::rename(self.unsettled(case), self.path(case))?;
        files::sync_folder(&self.folder)
    }

    /// The key of a case that began with `public`.
    pub(crate) fn load(&self, case: CaseId, public: &[u8]) -> Result<CaseKey, NoKey> {
        let master = match read(&self.path(case))? {
            Some(master) => master,
            None => read(&self.unsettled(case))?.ok_or(NoKey::Missing)?,
        };
        if master.len() != KEY_BYTES {
            return Err(NoKey::Wrong);
        }
        let key = CaseKey::derive(&master).map_err(|_| NoKey::Wrong)?;
        if key.public() == public { Ok(key) } else { Err(NoKey::Wrong) }
    }

    /// Whether any file of the case's key is there.
    pub(crate) fn is_present(&self, case: CaseId) -> bool {
        self.path(case).exists() || self.unsettled(case).exists()
    }

    /// Overwrites and removes; doing it again finishes what was interrupted.
    pub(crate) fn destroy(&self, case: CaseId) -> io::Result<()> {
        for path in [self.path(case), self.unsettled(case)] {
            if path.exists() {
                files::overwrite(&path)?;
                remove(&path)?;
            }
        }
        files::sync_folder(&self.folder)
    }

    /// The cases that have a settled key, and so must have a row.
    pub(crate) fn cases(&self) -> io::Result<Vec<CaseId>> {
        let mut cases = Vec::new();
        if !self.folder.exists() {
            return Ok(cases); // a copy without its keys; every case will say that its own is missing
        }
        for file in fs::read_dir(&self.folder)? {
            let name = file?.file_name();
            let case = name.to_str().and_then(|name| name.strip_suffix(".key"));
            cases.extend(case.and_then(|case| case.parse::<CaseId>().ok()));
        }
        cases.sort_unstable();
        Ok(cases)
    }
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, NoKey> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(NoKey::Unreadable(error)),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
