//! What can be wrong with the settings, and the next thing to do about it.
//!
//! Invariant: no error repeats a value that may be a secret.

use std::path::PathBuf;

use regain_microsoft::CertificateError;

use super::SecretReference;

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No variable says where the home folder is.
    #[error("there is no home folder (HOME is not set), so it is not known where {what} is")]
    NoHome {
        /// What was looked for.
        what: &'static str,
    },
    /// A file could not be read.
    #[error("{path:?} could not be read")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("{path:?} could not be written")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line of a file is wrong.
    #[error("{path:?}, line {line}: {why}")]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Which line, from one.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The tenant that was named is not configured.
    #[error("there is no tenant {name:?}; {}", told(known))]
    UnknownTenant {
        /// What was named.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A tenant of that name is configured already.
    #[error("there is a tenant {name:?} already")]
    KnownTenant {
        /// The name.
        name: String,
    },
    /// The name cannot be one.
    #[error("{name:?} cannot be a tenant's name: use letters, digits, hyphens, dots and underscores")]
    NotAName {
        /// The name.
        name: String,
    },
    /// Several are configured and none is named.
    #[error("which tenant is meant? {}", told(known))]
    Unchosen {
        /// What there is.
        known: Vec<String>,
    },
    /// None is configured.
    #[error("no tenant is configured")]
    NoTenant,
    /// A tenant of `config.toml` or the environment is not described rightly.
    #[error("{of}: {why}")]
    Entry {
        /// Which, as in `tenant contoso` or `AZURE_TENANT_ID`.
        of: String,
        /// What is wrong.
        why: String,
        /// What to do.
        hint: String,
    },
    /// The environment names a tenant, but not all of it.
    #[error("{set} is set, but {missing} is not")]
    Half {
        /// What is set.
        set: &'static str,
        /// What is missing.
        missing: &'static str,
    },
    /// A certificate that cannot be signed in with.
    #[error("the certificate ({reference}) cannot be used: {why}")]
    Certificate {
        /// Where it is.
        reference: SecretReference,
        /// What is wrong.
        why: CertificateError,
    },
    /// A secret that is not where it should be.
    #[error("the secret ({reference}) {why}")]
    Secret {
        /// Where it should be.
        reference: SecretReference,
        /// What is wrong.
        why: String,
        /// What to do.
        hint: String,
    },
    /// The endpoints of an emulated tenant were not understood.
    #[error("{path:?} (REGAIN_ENDPOINTS) {why}")]
    Endpoints {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// An emulated tenant and a real one at once.
    #[error("REGAIN_ENDPOINTS names an emulated tenant and --tenant {name} a real one")]
    TwoTenants {
        /// The flag's value.
        name: String,
    },
    /// The scale is no scale.
    #[error("REGAIN_CLOCK_SCALE is not a number above zero")]
    Scale,
}

/// The known tenants, as a sentence's end.
fn told(known: &[String]) -> String {
    if known.is_empty() { "none is configured".to_owned() } else { format!("configured: {}", known.join(", ")) }
}

impl SettingsError {
    /// The next thing to do.
    pub fn hint(&self) -> String {
        const ADD: &str = "regain tenant add NAME --tenant-id ID --client-id ID --secret env:VARIABLE";
        match self {
            Self::NoHome { .. } => "set HOME, or name the folder with --data-dir and XDG_CONFIG_HOME".to_owned(),
            Self::Unreadable { path, .. } => format!("see that you may read {}", path.display()),
            Self::Unwritable { path, .. } => format!("see that you may write in {}", path.parent().unwrap_or(path).display()),
            Self::Syntax { path, .. } => format!("correct {}; nothing was done", path.display()),
            Self::UnknownTenant { .. } => format!("regain tenant list, or {ADD}"),
            Self::KnownTenant { name } => format!("regain tenant remove {name}, then add it anew"),
            Self::NotAName { .. } => "choose another name".to_owned(),
            Self::Unchosen { .. } => "name it with --tenant NAME, or set default-tenant in config.toml".to_owned(),
            Self::NoTenant => {
                format!(
                    "{ADD}; or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or \
                     AZURE_FEDERATED_TOKEN_FILE; or try `regain demo`"
                )
            }
            Self::Entry { hint, .. } | Self::Secret { hint, .. } => hint.clone(),
            Self::Half { missing, .. } => format!("set {missing} too, or name a configured tenant with --tenant NAME"),
            Self::Certificate { .. } => {
                "give one file with the certificate and its RSA key, PEM or PFX, and for a PFX its password".to_owned()
            }
            Self::Endpoints { .. } => "write what `regain emulate` prints into that file, or unset REGAIN_ENDPOINTS".to_owned(),
            Self::TwoTenants { .. } => {
                "leave --tenant out for the emulated tenant, or unset REGAIN_ENDPOINTS for the real one".to_owned()
            }
            Self::Scale => "set REGAIN_CLOCK_SCALE to a number such as 60, or unset it".to_owned(),
        }
    }
}
