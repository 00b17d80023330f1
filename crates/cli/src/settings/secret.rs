//! References to secrets: where one is, never the secret itself.

use std::path::{Path, PathBuf};

use regain_incident::secret::Secret;
use zeroize::Zeroizing;

use super::SettingsError;
use crate::environment::Environment;
use crate::keyring;

/// Where a secret is; never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretReference {
    /// In an environment variable.
    Variable(String),
    /// In a file that only its owner can read.
    File(PathBuf),
    /// In the keyring of the operating system.
    Keyring {
        /// The service that it is kept for.
        service: String,
        /// Its name there.
        name: String,
    },
}

impl std::fmt::Display for SecretReference {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => write!(to, "env:{name}"),
            Self::File(path) => write!(to, "file:{}", path.display()),
            Self::Keyring { service, name } => write!(to, "keyring:{service}/{name}"),
        }
    }
}

/// Reads a reference. What is no reference may be the secret itself, so it is not repeated.
pub fn reference(text: &str, of: &str, folder: Option<&Path>) -> Result<SecretReference, SettingsError> {
    let wrong = |why: &str| SettingsError::Entry {
        of: of.to_owned(),
        why: why.to_owned(),
        hint: "say env:VARIABLE, file:PATH of a file with mode 0600, or keyring:SERVICE/NAME; if that was the secret itself, \
               make a new one"
            .to_owned(),
    };
    match text.split_once(':') {
        Some(("env", name)) if is_variable(name) => Ok(SecretReference::Variable(name.to_owned())),
        Some(("env", _)) => Err(wrong("what follows env: is not a variable's name")),
        Some(("file", path)) if !path.trim().is_empty() => {
            let path = Path::new(path.trim());
            Ok(SecretReference::File(folder.map_or_else(|| path.to_owned(), |folder| folder.join(path))))
        }
        Some(("keyring", place)) => match place.split_once('/') {
            Some((service, name)) if !service.trim().is_empty() && !name.trim().is_empty() => {
                Ok(SecretReference::Keyring { service: service.trim().to_owned(), name: name.trim().to_owned() })
            }
            _ => Err(wrong("what follows keyring: is not SERVICE/NAME")),
        },
        _ => Err(wrong("the secret is not a reference")),
    }
}

fn is_variable(name: &str) -> bool {
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// More than any secret, certificate or chain has.
const LONGEST: u64 = 256 * 1024;

impl SecretReference {
    /// The secret, a line of text.
    pub fn read(&self, environment: &Environment) -> Result<Secret, SettingsError> {
        let bytes = self.read_bytes(environment)?;
        let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
        if text.is_empty() || text.lines().count() > 1 {
            return Err(self.wrong("is not one line of text", format!("put the secret's value alone into {self}")));
        }
        Ok(Secret::new(text.to_owned()))
    }

    /// What stands there, as it is: a certificate has many lines, or none.
    pub fn read_bytes(&self, environment: &Environment) -> Result<Zeroizing<Vec<u8>>, SettingsError> {
        match self {
            Self::Variable(name) => {
                let value = environment.secret(name).ok_or_else(|| self.wrong("is not set", format!("set {name}")))?;
                Ok(Zeroizing::new(value.expose().as_bytes().to_vec()))
            }
            Self::File(path) => self.read_file(path),
            Self::Keyring { service, name } => {
                let kept = keyring::system().and_then(|ring| ring.get(service, name));
                kept.map_err(|why| self.wrong(&why, format!("keep it there under service {service} and name {name}")))
            }
        }
    }

    fn wrong(&self, why: &str, hint: String) -> SettingsError {
        SettingsError::Secret { reference: self.clone(), why: why.to_owned(), hint }
    }

    /// Mode and content are of the same open file.
    fn read_file(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, SettingsError> {
        use std::io::Read;
        let failed = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => self.wrong("is not there", format!("put it into {}, mode 0600", path.display())),
            _ => SettingsError::Unreadable { path: path.to_owned(), source },
        };
        let file = std::fs::File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if let Some(mode) = open_to_others(&metadata) {
            let hint = format!("chmod 600 {}, and make a new secret if others may have seen this one", path.display());
            return Err(self.wrong(&format!("may be read by others (mode {mode:04o}, not 0600)"), hint));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(metadata.len().min(LONGEST)).unwrap_or_default()));
        file.take(LONGEST).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    /// A path as it is meant here and now stays meant when another folder is the current one.
    pub fn absolute(self) -> Result<Self, SettingsError> {
        match self {
            Self::File(path) => match std::path::absolute(&path) {
                Ok(path) => Ok(Self::File(path)),
                Err(source) => Err(SettingsError::Unreadable { path, source }),
            },
            other => Ok(other),
        }
    }
}

/// The mode, if it gives anything to others than the owner.
#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let mode = metadata.mode() & 0o7777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Elsewhere the profile's own access lists keep others out.
#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> Option<u32> {
    None
}
