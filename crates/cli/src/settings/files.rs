//! `config.toml`, `policy.toml`, and the line of an emulated tenant.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use regain_incident::ids::TenantId;
use regain_incident::policy::Policy;
use regain_incident::secret::Secret;
use reqwest::Url;
use serde::Deserialize;

use super::{CloudName, SettingsError};
use crate::environment::Environment;

/// `config.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// Where cases are kept.
    pub data_dir: Option<PathBuf>,
    /// The tenant that is meant where none is named.
    pub default_tenant: Option<String>,
    /// The tenants.
    pub tenants: BTreeMap<String, TenantEntry>,
}

/// One tenant in `config.toml`. An identity that stands here, outside the three sections, has the
/// strongest duty that no section is for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TenantEntry {
    /// Its id.
    pub tenant_id: String,
    /// Its cloud.
    #[serde(default)]
    pub cloud: CloudName,
    /// The application to sign in as; a section may name another.
    pub client_id: Option<String>,
    /// As in [`IdentityEntry`], and the following too.
    pub secret: Option<String>,
    /// See there.
    pub certificate: Option<String>,
    /// See there.
    pub certificate_password: Option<String>,
    /// See there.
    #[serde(default)]
    pub send_certificate_chain: bool,
    /// See there.
    pub federated_token_file: Option<PathBuf>,
    /// See there.
    #[serde(default)]
    pub person: bool,
    /// Who reads.
    pub see: Option<IdentityEntry>,
    /// Who blocks, revokes, resets and withdraws roles.
    pub lock: Option<IdentityEntry>,
    /// Who changes everything else.
    pub clean: Option<IdentityEntry>,
}

/// An identity: an application, and exactly one way to sign in as it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct IdentityEntry {
    /// The application; none for the tenant's.
    pub client_id: Option<String>,
    /// A reference to its client secret.
    pub secret: Option<String>,
    /// A reference to its certificate with the private key, PEM or PFX.
    pub certificate: Option<String>,
    /// A reference to the password of a PFX.
    pub certificate_password: Option<String>,
    /// Whether assertions carry the whole chain.
    pub send_certificate_chain: bool,
    /// A file with another issuer's token.
    pub federated_token_file: Option<PathBuf>,
    /// A person signs in.
    pub person: bool,
}

impl TenantEntry {
    /// The identity that stands in the tenant's own table, if any way to sign in does.
    pub fn own(&self) -> Option<IdentityEntry> {
        let own = IdentityEntry {
            client_id: self.client_id.clone(),
            secret: self.secret.clone(),
            certificate: self.certificate.clone(),
            certificate_password: self.certificate_password.clone(),
            send_certificate_chain: self.send_certificate_chain,
            federated_token_file: self.federated_token_file.clone(),
            person: self.person,
        };
        let alone = self.see.is_none() && self.lock.is_none() && self.clean.is_none();
        (alone || own.ways() > 0).then_some(own)
    }
}

impl IdentityEntry {
    /// How many ways to sign in it names.
    pub fn ways(&self) -> usize {
        [self.secret.is_some(), self.certificate.is_some(), self.federated_token_file.is_some(), self.person]
            .into_iter()
            .filter(|named| *named)
            .count()
    }
}

/// The line that an emulated tenant prints.
#[derive(Clone)]
pub struct EmulatedLine {
    /// The whole line: it holds a secret, which is good for nothing else.
    pub line: Secret,
    /// The tenant's id.
    pub tenant: TenantId,
    /// Its control endpoint, if it has one.
    pub control: Option<Url>,
    /// Its name server, if it has one.
    pub dns: Option<SocketAddr>,
}

impl std::fmt::Debug for EmulatedLine {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "EmulatedLine({})", self.tenant)
    }
}

/// `$XDG_CONFIG_HOME/regain/config.toml`.
pub fn config_path(environment: &Environment) -> Result<PathBuf, SettingsError> {
    let home = environment.config_home().ok_or(SettingsError::NoHome { what: "config.toml" })?;
    Ok(home.join("regain").join("config.toml"))
}

/// The text of a file that may be missing.
pub fn read_text(path: &Path) -> Result<Option<String>, SettingsError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SettingsError::Unreadable { path: path.to_owned(), source }),
    }
}

/// Reads `config.toml`; a missing one is empty.
pub fn read_config(path: &Path) -> Result<Config, SettingsError> {
    parse(path, &read_text(path)?.unwrap_or_default())
}

/// Reads `policy.toml`; a missing one decides nothing.
pub fn read_policy(path: &Path) -> Result<Policy, SettingsError> {
    parse(path, &read_text(path)?.unwrap_or_default())
}

/// The line is named, not shown: somebody may have written a secret there.
pub fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, SettingsError> {
    toml::from_str(text).map_err(|error| SettingsError::Syntax {
        path: path.to_owned(),
        line: line_of(text, error.span()),
        why: error.message().to_owned(),
    })
}

/// The line of a place in a text, from one.
pub fn line_of(text: &str, span: Option<std::ops::Range<usize>>) -> usize {
    let before = text.as_bytes().get(..span.map_or(0, |span| span.start)).unwrap_or(text.as_bytes());
    before.split(|byte| *byte == b'\n').count()
}

/// The first line of the file: `emulate --log` writes more below it.
pub fn read_endpoints(path: &Path) -> Result<EmulatedLine, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
    emulated(path, text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default())
}

/// The members of the line that matter here; the adapter reads and checks the others.
#[derive(Deserialize)]
struct Line {
    tenant_id: String,
    #[serde(default)]
    control: Option<String>,
    #[serde(default)]
    dns: Option<SocketAddr>,
}

/// Reads the line; `path` says where it came from.
pub fn emulated(path: &Path, line: &str) -> Result<EmulatedLine, SettingsError> {
    let wrong = |why: String| SettingsError::Endpoints { path: path.to_owned(), why };
    let read: Line =
        serde_json::from_str(line).map_err(|error| wrong(format!("is not the line of an emulated tenant: {error}")))?;
    let tenant = read.tenant_id.parse().map_err(|_| wrong("names no tenant id".to_owned()))?;
    let control = read.control.filter(|control| !control.is_empty());
    let control: Option<Url> = control
        .map(|control| control.parse())
        .transpose()
        .map_err(|_| wrong("has a control endpoint that is no address".to_owned()))?;
    if control.as_ref().is_some_and(|control| !crate::clock::is_loopback(control)) {
        return Err(wrong("has a control endpoint that is not on loopback (127.0.0.1 or [::1])".to_owned()));
    }
    if read.dns.is_some_and(|dns| !dns.ip().is_loopback()) {
        return Err(wrong("has a name server that is not on loopback (127.0.0.1 or [::1])".to_owned()));
    }
    // Every address and file in it, before anything is asked.
    regain_microsoft::Access::emulated(line).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        wrong(format!("cannot be used: {error}{cause}"))
    })?;
    Ok(EmulatedLine { line: Secret::new(line.to_owned()), tenant, control, dns: read.dns })
}
