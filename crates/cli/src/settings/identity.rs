//! Who signs in, and by which way: as it is configured, or as the environment has it.
//!
//! Invariant: an identity has exactly one way to sign in. Secrets are read when it is used, not before.

use std::path::{Path, PathBuf};

use regain_microsoft::{Certificate, Credential, Duty, Identity};

use super::files::{IdentityEntry, TenantEntry};
use super::secret::reference;
use super::target::client_id;
use super::{SecretReference, SettingsError};
use crate::environment::Environment;

/// An identity, without its secrets.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// The application to sign in as.
    pub client_id: String,
    /// How.
    pub way: Way,
}

/// A way to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A client secret.
    Secret(SecretReference),
    /// A certificate.
    Certificate {
        /// Certificate and private key.
        file: SecretReference,
        /// The password of a PFX.
        password: Option<SecretReference>,
        /// Whether assertions carry the whole chain.
        send_chain: bool,
    },
    /// A file with another issuer's token.
    Federated(PathBuf),
    /// A person.
    Person,
}

impl std::fmt::Display for Way {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Secret(reference) => write!(to, "{reference}"),
            Self::Certificate { file, .. } => write!(to, "certificate {file}"),
            Self::Federated(path) => write!(to, "federated file:{}", path.display()),
            Self::Person => to.write_str("person"),
        }
    }
}

impl IdentitySettings {
    /// With its secrets.
    pub fn identity(&self, environment: &Environment) -> Result<Identity, SettingsError> {
        Ok(Identity { client_id: self.client_id.clone(), credential: self.way.credential(environment)? })
    }
}

impl Way {
    /// Whether a person signs in.
    pub fn is_person(&self) -> bool {
        matches!(self, Self::Person)
    }

    fn credential(&self, environment: &Environment) -> Result<Credential, SettingsError> {
        Ok(match self {
            Self::Secret(reference) => Credential::ClientSecret(reference.read(environment)?),
            Self::Certificate { file, password, send_chain } => {
                let password = password.as_ref().map(|reference| reference.read(environment)).transpose()?;
                let bytes = file.read_bytes(environment)?;
                let certificate = Certificate::read(&bytes, password.as_ref())
                    .map_err(|why| SettingsError::Certificate { reference: file.clone(), why })?;
                Credential::Certificate(Box::new(if *send_chain { certificate.sending_chain() } else { certificate }))
            }
            Self::Federated(path) => Credential::FederatedToken(path.clone()),
            Self::Person => Credential::Person,
        })
    }
}

/// The identities of a tenant in `config.toml`, the tenant's own among them.
pub fn all(entry: &TenantEntry, of: &str, folder: Option<&Path>) -> Result<Vec<(Duty, IdentitySettings)>, SettingsError> {
    let mut identities = Vec::new();
    if let Some(own) = entry.own() {
        // At the strongest duty that no section is for; what is left falls back upwards.
        let duty = match (&entry.clean, &entry.lock) {
            (None, _) => Duty::Clean,
            (_, None) => Duty::Lock,
            _ => Duty::See,
        };
        identities.push((duty, one(&own, entry, of, folder)?));
    }
    for (duty, section) in [(Duty::See, &entry.see), (Duty::Lock, &entry.lock), (Duty::Clean, &entry.clean)] {
        if let Some(section) = section {
            identities.push((duty, one(section, entry, &format!("{of}, section {}", duty.name()), folder)?));
        }
    }
    Ok(identities)
}

/// An identity, if it is described rightly.
pub fn one(
    entry: &IdentityEntry,
    tenant: &TenantEntry,
    of: &str,
    folder: Option<&Path>,
) -> Result<IdentitySettings, SettingsError> {
    let wrong = |why: &str, hint: &str| SettingsError::Entry { of: of.to_owned(), why: why.to_owned(), hint: hint.to_owned() };
    let ways = "name one of secret, certificate, federated-token-file, or person = true";
    match entry.ways() {
        1 => {}
        0 => return Err(wrong("there is no way to sign in", ways)),
        _ => return Err(wrong("there are several ways to sign in", ways)),
    }
    let client = entry.client_id.as_ref().or(tenant.client_id.as_ref());
    let client = client.ok_or_else(|| wrong("there is no client id", "add client-id"))?;
    let refer = |text: &String| reference(text, of, folder);
    let way = if let Some(secret) = &entry.secret {
        Way::Secret(refer(secret)?)
    } else if let Some(certificate) = &entry.certificate {
        let password = entry.certificate_password.as_ref().map(refer).transpose()?;
        Way::Certificate { file: refer(certificate)?, password, send_chain: entry.send_certificate_chain }
    } else if let Some(path) = &entry.federated_token_file {
        Way::Federated(folder.map_or_else(|| path.clone(), |folder| folder.join(path)))
    } else {
        Way::Person
    };
    Ok(IdentitySettings { client_id: client_id(client, of)?, way })
}

/// The way that the environment names first, in the order of every Azure tool, and its variable.
pub fn of_environment(environment: &Environment) -> Option<(&'static str, Way)> {
    const SECRET: &str = "AZURE_CLIENT_SECRET";
    const PASSWORD: &str = "AZURE_CLIENT_CERTIFICATE_PASSWORD";
    let variable = |name: &str| SecretReference::Variable(name.to_owned());
    if environment.azure_secret().is_some() {
        return Some((SECRET, Way::Secret(variable(SECRET))));
    }
    if let Some(path) = environment.azure_certificate() {
        let password = environment.secret(PASSWORD).map(|_| variable(PASSWORD));
        let (file, send_chain) = (SecretReference::File(path), environment.azure_sends_chain());
        return Some(("AZURE_CLIENT_CERTIFICATE_PATH", Way::Certificate { file, password, send_chain }));
    }
    environment.azure_federated().map(|path| ("AZURE_FEDERATED_TOKEN_FILE", Way::Federated(path)))
}
