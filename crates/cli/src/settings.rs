//! What a run is to work with: where cases are kept, what the organisation decided, which tenant,
//! and where its credential is. Layers: defaults, then `config.toml`, the environment, flags.
//!
//! Invariants: the endpoints of an emulated tenant bring their own credential and exclude every
//! other. Sources are never mixed: tenant, application and secret come from one place. No error
//! repeats a value that may be a secret.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regain_incident::ids::TenantId;
use regain_incident::policy::Policy;
use regain_incident::secret::Secret;
use regain_microsoft::Cloud;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::environment::Environment;

/// Flags that every command takes.
#[derive(Debug, Clone, Default)]
pub struct GlobalFlags {
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--tenant`.
    pub tenant: Option<String>,
}

/// What a run is to work with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where cases are kept.
    pub data_dir: PathBuf,
    /// What the organisation decided.
    pub policy: Policy,
    /// How long waits pass, where the tenant is an emulated one.
    pub waits: Waits,
    target: Option<Target>,
    /// The configured tenants, for messages.
    known: Vec<String>,
}

/// How a wait passes in an emulated tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Waits {
    /// At the tenant's own scale.
    #[default]
    AsTheTenant,
    /// At a scale of our own (`REGAIN_CLOCK_SCALE`).
    Scaled(f64),
    /// By moving the tenant's clock: the demonstration.
    Jumping,
}

/// Which tenant.
#[derive(Debug, Clone)]
pub enum Target {
    /// A real one.
    Real(RealTenant),
    /// An emulated one.
    Emulated(EmulatedLine),
}

/// A real tenant, and where the secret of its application is.
#[derive(Debug, Clone)]
pub struct RealTenant {
    /// Its name in `config.toml`; none if it came from the environment.
    pub name: Option<String>,
    /// Its id.
    pub id: TenantId,
    /// The application to sign in as.
    pub client_id: String,
    /// Its cloud.
    pub cloud: CloudName,
    /// Where the secret is.
    pub secret: SecretReference,
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
}

impl std::fmt::Debug for EmulatedLine {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "EmulatedLine({})", self.tenant)
    }
}

/// The clouds, as `config.toml` and the command line name them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum CloudName {
    /// Worldwide, GCC too.
    #[default]
    Global,
    /// GCC High.
    UsGov,
    /// The US Department of Defense.
    Dod,
    /// China, run by 21Vianet.
    China,
}

impl CloudName {
    /// The adapter's word for it.
    pub fn cloud(self) -> Cloud {
        match self {
            Self::Global => Cloud::Global,
            Self::UsGov => Cloud::UsGov,
            Self::Dod => Cloud::Dod,
            Self::China => Cloud::China,
        }
    }

    /// The cloud whose sign-in address `AZURE_AUTHORITY_HOST` names.
    fn of_authority(given: &str) -> Option<Self> {
        let host = given.trim_start_matches("https://").trim_end_matches('/');
        match host {
            "login.microsoftonline.com" => Some(Self::Global),
            "login.microsoftonline.us" => Some(Self::UsGov),
            "login.chinacloudapi.cn" | "login.partner.microsoftonline.cn" => Some(Self::China),
            _ => None,
        }
    }
}

/// Where a secret is; never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretReference {
    /// In an environment variable.
    Variable(String),
    /// In a file that only its owner can read.
    File(PathBuf),
}

impl std::fmt::Display for SecretReference {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => write!(to, "env:{name}"),
            Self::File(path) => write!(to, "file:{}", path.display()),
        }
    }
}

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

/// One tenant in `config.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TenantEntry {
    /// Its id.
    pub tenant_id: String,
    /// The application to sign in as.
    pub client_id: String,
    /// Its cloud.
    #[serde(default)]
    pub cloud: CloudName,
    /// A reference to the secret.
    pub secret: String,
}

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
    /// A kind of credential that this version does not take.
    #[error("{what} is not in this version, use a client secret")]
    NotYet {
        /// Which.
        what: String,
    },
    /// A secret that is not where it should be.
    #[error("the client secret ({reference}) {why}")]
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
                format!("{ADD}; or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; or try `regain demo`")
            }
            Self::Entry { hint, .. } | Self::Secret { hint, .. } => hint.clone(),
            Self::Half { missing, .. } => format!("set {missing} too, or name a configured tenant with --tenant NAME"),
            Self::NotYet { .. } => "make a client secret in the app's registration, and set AZURE_CLIENT_SECRET".to_owned(),
            Self::Endpoints { .. } => "write what `regain emulate` prints into that file, or unset REGAIN_ENDPOINTS".to_owned(),
            Self::TwoTenants { .. } => {
                "leave --tenant out for the emulated tenant, or unset REGAIN_ENDPOINTS for the real one".to_owned()
            }
            Self::Scale => "set REGAIN_CLOCK_SCALE to a number such as 60, or unset it".to_owned(),
        }
    }
}

/// Reads everything and decides. A tenant that is missing is an error only where one is needed:
/// see [`Settings::target`].
pub fn load(flags: &GlobalFlags, environment: &Environment) -> Result<Settings, SettingsError> {
    let folder = environment.config_home().map(|home| home.join("regain"));
    let config = match &folder {
        Some(folder) => read_config(&folder.join("config.toml"))?,
        None => Config::default(),
    };
    let policy = match &folder {
        Some(folder) => read_policy(&folder.join("policy.toml"))?,
        None => Policy::default(),
    };
    let target = choose(flags, environment, &config, folder.as_deref())?;
    let waits = match (&target, environment.clock_scale()) {
        // Honoured only where every endpoint is on loopback, which those of an emulated tenant are.
        (Some(Target::Emulated(_)), Some(scale)) => Waits::Scaled(scale_of(&scale)?),
        _ => Waits::AsTheTenant,
    };
    let data_dir = data_dir(flags, environment, &config)?;
    Ok(Settings { data_dir, policy, waits, target, known: config.tenants.into_keys().collect() })
}

fn data_dir(flags: &GlobalFlags, environment: &Environment, config: &Config) -> Result<PathBuf, SettingsError> {
    let named = flags.data_dir.clone().or_else(|| environment.data_dir()).or_else(|| config.data_dir.clone());
    let usual = || environment.data_home().map(|home| home.join("regain"));
    named.or_else(usual).ok_or(SettingsError::NoHome { what: "the data folder" })
}

fn scale_of(text: &str) -> Result<f64, SettingsError> {
    text.parse().ok().filter(|scale: &f64| scale.is_finite() && *scale > 0.0).ok_or(SettingsError::Scale)
}

impl Settings {
    /// The settings of a run against an emulated tenant of its own, as the demonstration has:
    /// nothing is read from the environment or from files.
    pub fn emulated(line: &str, data_dir: PathBuf, policy: Policy, waits: Waits) -> Result<Self, SettingsError> {
        let target = Some(Target::Emulated(emulated(Path::new("the emulated tenant"), line)?));
        Ok(Self { data_dir, policy, waits, target, known: Vec::new() })
    }

    /// The tenant of this run.
    pub fn target(&self) -> Result<&Target, SettingsError> {
        match &self.target {
            Some(target) => Ok(target),
            None if self.known.is_empty() => Err(SettingsError::NoTenant),
            None => Err(SettingsError::Unchosen { known: self.known.clone() }),
        }
    }
}

/// The emulated tenant excludes every other; then the flag, the environment, the file.
fn choose(
    flags: &GlobalFlags,
    environment: &Environment,
    config: &Config,
    folder: Option<&Path>,
) -> Result<Option<Target>, SettingsError> {
    if let Some(path) = environment.endpoints() {
        if let Some(name) = &flags.tenant {
            return Err(SettingsError::TwoTenants { name: name.clone() });
        }
        return Ok(Some(Target::Emulated(read_endpoints(&path)?)));
    }
    if let Some(name) = &flags.tenant {
        return Ok(Some(Target::Real(configured(config, name, folder)?)));
    }
    if let Some(tenant) = of_environment(environment)? {
        return Ok(Some(Target::Real(tenant)));
    }
    let only = || config.tenants.keys().next().filter(|_| config.tenants.len() == 1);
    let name = config.default_tenant.as_ref().or_else(only);
    name.map(|name| configured(config, name, folder).map(Target::Real)).transpose()
}

fn configured(config: &Config, name: &str, folder: Option<&Path>) -> Result<RealTenant, SettingsError> {
    let known = || config.tenants.keys().cloned().collect();
    let unknown = || SettingsError::UnknownTenant { name: name.to_owned(), known: known() };
    let entry = config.tenants.get(name).ok_or_else(unknown)?;
    let of = format!("tenant {name} in config.toml");
    Ok(RealTenant {
        name: Some(name.to_owned()),
        id: tenant_id(&entry.tenant_id, &of)?,
        client_id: client_id(&entry.client_id, &of)?,
        cloud: entry.cloud,
        secret: reference(&entry.secret, &of, folder)?,
    })
}

/// The tenant that the environment names, wholly or not at all.
fn of_environment(environment: &Environment) -> Result<Option<RealTenant>, SettingsError> {
    const TENANT: &str = "AZURE_TENANT_ID";
    const CLIENT: &str = "AZURE_CLIENT_ID";
    const SECRET: &str = "AZURE_CLIENT_SECRET";
    let (tenant, client) = (environment.azure_tenant(), environment.azure_client());
    let has_secret = environment.azure_secret().is_some();
    let (tenant, client) = match (tenant, client, has_secret) {
        (None, None, false) => return Ok(None),
        (Some(tenant), Some(client), true) => (tenant, client),
        (Some(_), Some(_), false) => {
            let other = environment.azure_other_credential();
            return Err(other.map_or(SettingsError::Half { set: TENANT, missing: SECRET }, |what| SettingsError::NotYet {
                what: what.to_owned(),
            }));
        }
        (Some(_), None, _) => return Err(SettingsError::Half { set: TENANT, missing: CLIENT }),
        (None, Some(_), _) => return Err(SettingsError::Half { set: CLIENT, missing: TENANT }),
        (None, None, true) => return Err(SettingsError::Half { set: SECRET, missing: TENANT }),
    };
    let cloud = match environment.azure_authority() {
        None => CloudName::Global,
        Some(host) => CloudName::of_authority(&host).ok_or_else(|| SettingsError::Entry {
            of: "AZURE_AUTHORITY_HOST".to_owned(),
            why: "this is no cloud's sign-in address that is known here".to_owned(),
            hint: "unset it for the global cloud, or add the tenant with `regain tenant add --cloud`".to_owned(),
        })?,
    };
    let secret = SecretReference::Variable(SECRET.to_owned());
    Ok(Some(RealTenant { name: None, id: tenant_id(&tenant, TENANT)?, client_id: client_id(&client, CLIENT)?, cloud, secret }))
}

/// A tenant is known by its id: a domain can move from one tenant to another.
pub fn tenant_id(text: &str, of: &str) -> Result<TenantId, SettingsError> {
    text.trim().parse().map_err(|_| SettingsError::Entry {
        of: of.to_owned(),
        why: format!("{text:?} is not a tenant id (8-4-4-4-12 hexadecimal digits)"),
        hint: "the id stands in the Entra admin center under Overview; a domain is not taken, for it can move".to_owned(),
    })
}

/// An application's id has the form of a tenant's. A secret pasted here is not repeated.
pub fn client_id(text: &str, of: &str) -> Result<String, SettingsError> {
    let wrong = |_| SettingsError::Entry {
        of: of.to_owned(),
        why: "the client id is not one (8-4-4-4-12 hexadecimal digits)".to_owned(),
        hint: "take the Application (client) ID from the app's registration".to_owned(),
    };
    text.trim().parse::<TenantId>().map(String::from).map_err(wrong)
}

/// Reads a reference. What is no reference may be the secret itself, so it is not repeated.
pub fn reference(text: &str, of: &str, folder: Option<&Path>) -> Result<SecretReference, SettingsError> {
    let wrong = |why: &str| SettingsError::Entry {
        of: of.to_owned(),
        why: why.to_owned(),
        hint: "say env:VARIABLE, or file:PATH of a file with mode 0600; if that was the secret itself, make a new one".to_owned(),
    };
    match text.split_once(':') {
        Some(("env", name)) if is_variable(name) => Ok(SecretReference::Variable(name.to_owned())),
        Some(("env", _)) => Err(wrong("what follows env: is not a variable's name")),
        Some(("file", path)) if !path.trim().is_empty() => {
            let path = Path::new(path.trim());
            Ok(SecretReference::File(folder.map_or_else(|| path.to_owned(), |folder| folder.join(path))))
        }
        Some(("keyring", _)) => Err(SettingsError::NotYet { what: format!("{of}: a secret in a keyring") }),
        _ => Err(wrong("the secret is not a reference")),
    }
}

fn is_variable(name: &str) -> bool {
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl SecretReference {
    /// The secret.
    pub fn read(&self, environment: &Environment) -> Result<Secret, SettingsError> {
        match self {
            Self::Variable(name) => environment.secret(name).ok_or_else(|| self.wrong("is not set", format!("set {name}"))),
            Self::File(path) => self.read_file(path),
        }
    }

    fn wrong(&self, why: &str, hint: String) -> SettingsError {
        SettingsError::Secret { reference: self.clone(), why: why.to_owned(), hint }
    }

    /// Mode and content are of the same open file.
    fn read_file(&self, path: &Path) -> Result<Secret, SettingsError> {
        use std::io::Read;
        const LONGEST: u64 = 64 * 1024;
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
        let mut text = zeroize::Zeroizing::new(String::new());
        file.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
        let secret = text.trim();
        if secret.is_empty() || secret.lines().count() > 1 {
            return Err(self.wrong("is not one line of text", format!("put the secret's value alone into {}", path.display())));
        }
        Ok(Secret::new(secret.to_owned()))
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
fn read_endpoints(path: &Path) -> Result<EmulatedLine, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
    emulated(path, text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default())
}

/// The members of the line that matter here; the adapter reads and checks the others.
#[derive(Deserialize)]
struct Line {
    tenant_id: String,
    #[serde(default)]
    control: Option<String>,
}

fn emulated(path: &Path, line: &str) -> Result<EmulatedLine, SettingsError> {
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
    Ok(EmulatedLine { line: Secret::new(line.to_owned()), tenant, control })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";
    const CLIENT: &str = "c3000000-0000-4000-8000-000000000001";

    struct Home {
        folder: tempfile::TempDir,
        variables: Vec<(String, String)>,
    }

    impl Home {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let variables = vec![("HOME".to_owned(), folder.path().display().to_string())];
            Self { folder, variables }
        }

        fn set(mut self, name: &str, value: &str) -> Self {
            self.variables.push((name.to_owned(), value.to_owned()));
            self
        }

        fn file(self, name: &str, text: &str) -> Self {
            let path = self.folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
            self
        }

        fn config(self, text: &str) -> Self {
            self.file(".config/regain/config.toml", text)
        }

        fn environment(&self) -> Environment {
            Environment::of(self.variables.clone())
        }

        fn load(&self) -> Result<Settings, SettingsError> {
            load(&GlobalFlags::default(), &self.environment())
        }

        fn load_named(&self, tenant: &str) -> Result<Settings, SettingsError> {
            load(&GlobalFlags { tenant: Some(tenant.to_owned()), data_dir: None }, &self.environment())
        }
    }

    fn entry(name: &str, secret: &str) -> String {
        format!("[tenants.{name}]\ntenant-id = \"{TENANT}\"\nclient-id = \"{CLIENT}\"\nsecret = \"{secret}\"\n")
    }

    fn azure(home: Home) -> Home {
        home.set("AZURE_TENANT_ID", TENANT).set("AZURE_CLIENT_ID", CLIENT).set("AZURE_CLIENT_SECRET", "hunter2")
    }

    fn real(settings: &Settings) -> &RealTenant {
        match settings.target().unwrap() {
            Target::Real(tenant) => tenant,
            Target::Emulated(_) => panic!("a real tenant is expected"),
        }
    }

    /// An error says what and why, and what to do next, and repeats no secret.
    fn told(error: &SettingsError, what: &str) {
        let text = error.to_string();
        assert!(text.contains(what), "{text:?} should name {what:?}");
        assert!(!error.hint().is_empty() && !text.contains("hunter2") && !error.hint().contains("hunter2"), "{text}");
    }

    #[test]
    fn with_nothing_there_is_no_tenant_and_a_place_for_cases() {
        let home = Home::new();
        let settings = home.load().unwrap();
        assert_eq!(settings.data_dir, home.folder.path().join(".local/share/regain"));
        assert_eq!(settings.policy, Policy::default());
        told(&settings.target().unwrap_err(), "no tenant");
        told(&load(&GlobalFlags::default(), &Environment::empty()).unwrap_err(), "home folder");
    }

    #[test]
    fn a_later_layer_wins() {
        let home = Home::new().config("data-dir = \"/from/file\"\n");
        assert_eq!(home.load().unwrap().data_dir, Path::new("/from/file"));
        let home = home.set("REGAIN_DATA_DIR", "/from/environment");
        assert_eq!(home.load().unwrap().data_dir, Path::new("/from/environment"));
        let flags = GlobalFlags { data_dir: Some("/from/flag".into()), tenant: None };
        assert_eq!(load(&flags, &home.environment()).unwrap().data_dir, Path::new("/from/flag"));
    }

    #[test]
    fn the_tenant_is_the_one_named_else_the_environment_s_else_the_only_or_default_one() {
        let home = Home::new().config(&entry("contoso", "env:CONTOSO"));
        assert_eq!(real(&home.load().unwrap()).name.as_deref(), Some("contoso"));
        let home = azure(home);
        assert_eq!(real(&home.load().unwrap()).name, None);
        assert_eq!(real(&home.load_named("contoso").unwrap()).secret, SecretReference::Variable("CONTOSO".to_owned()));
        told(&home.load_named("fabrikam").unwrap_err(), "contoso");

        let two = entry("contoso", "env:A") + &entry("fabrikam", "env:B");
        let home = Home::new().config(&two);
        told(&home.load().unwrap().target().unwrap_err(), "contoso, fabrikam");
        let home = home.config(&format!("default-tenant = \"fabrikam\"\n{two}"));
        assert_eq!(real(&home.load().unwrap()).name.as_deref(), Some("fabrikam"));
    }

    #[test]
    fn half_an_environment_is_never_mixed_with_the_file() {
        let home = Home::new().config(&entry("contoso", "env:A")).set("AZURE_TENANT_ID", TENANT);
        told(&home.load().unwrap_err(), "AZURE_CLIENT_ID");
        assert!(home.load_named("contoso").is_ok());
        let home = home.set("AZURE_CLIENT_ID", CLIENT);
        told(&home.load().unwrap_err(), "AZURE_CLIENT_SECRET");
        let error = home.set("AZURE_FEDERATED_TOKEN_FILE", "/token").load().unwrap_err();
        told(&error, "use a client secret");
    }

    #[test]
    fn a_national_cloud_is_known_by_its_sign_in_address() {
        let home = azure(Home::new()).set("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/");
        assert_eq!(real(&home.load().unwrap()).cloud, CloudName::UsGov);
        told(&azure(Home::new()).set("AZURE_AUTHORITY_HOST", "https://evil.example").load().unwrap_err(), "AZURE_AUTHORITY_HOST");
    }

    #[test]
    fn ids_are_ids() {
        let home =
            Home::new().set("AZURE_TENANT_ID", "contoso.com").set("AZURE_CLIENT_ID", CLIENT).set("AZURE_CLIENT_SECRET", "x");
        told(&home.load().unwrap_err(), "contoso.com");
        let home = Home::new().set("AZURE_TENANT_ID", TENANT).set("AZURE_CLIENT_ID", "hunter2").set("AZURE_CLIENT_SECRET", "x");
        told(&home.load().unwrap_err(), "client id");
    }

    #[test]
    fn a_wrong_line_is_named_and_a_secret_in_it_is_not() {
        told(&Home::new().config("\n[tenants.contoso]\nsecret = hunter2\n").load().unwrap_err(), "line 3");
        told(&Home::new().config(&entry("contoso", "hunter2")).load().unwrap_err(), "not a reference");
        told(&Home::new().config(&entry("contoso", "keyring:x")).load().unwrap_err(), "not in this version");
        told(&Home::new().config("tennants = 1\n").load().unwrap_err(), "tennants");
    }

    #[test]
    fn a_policy_s_typing_error_is_seen() {
        let home = Home::new().file(".config/regain/policy.toml", "remove-rules = true\nbreakglass = []\n");
        told(&home.load().unwrap_err(), "line 2: unknown field `breakglass`");
        let home = Home::new().file(".config/regain/policy.toml", "break-glass = [\"bg@contoso.com\"]\n");
        assert_eq!(home.load().unwrap().policy.break_glass, ["bg@contoso.com"]);
    }

    #[test]
    fn a_secret_in_a_file_is_for_its_owner_alone() {
        let home = Home::new().file("secret", "hunter2\n");
        let path = home.folder.path().join("secret");
        let reference = SecretReference::File(path.clone());
        set_mode(&path, 0o644);
        told(&reference.read(&home.environment()).unwrap_err(), "mode 0644");
        set_mode(&path, 0o600);
        assert_eq!(reference.read(&home.environment()).unwrap().expose(), "hunter2");
        std::fs::write(&path, "two\nlines\n").unwrap();
        told(&reference.read(&home.environment()).unwrap_err(), "one line");
        told(&SecretReference::File("/nowhere/at/all".into()).read(&home.environment()).unwrap_err(), "not there");
        told(&SecretReference::Variable("UNSET".to_owned()).read(&home.environment()).unwrap_err(), "env:UNSET");
    }

    fn set_mode(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn line(control: &str) -> String {
        let here = "http://127.0.0.1:9";
        serde_json::json!({
            "login": here, "graph": here, "exchange": here, "purview": here, "control": control,
            "tenant_id": TENANT, "client_id": CLIENT, "client_secret": "hunter2", "ca_file": null,
        })
        .to_string()
    }

    #[test]
    fn an_emulated_tenant_excludes_every_other() {
        let home =
            azure(Home::new()).config(&entry("contoso", "env:A")).file("line", &(line("http://127.0.0.1:9") + "\nGET /x\n"));
        let path = home.folder.path().join("line").display().to_string();
        let home = home.set("REGAIN_ENDPOINTS", &path).set("REGAIN_CLOCK_SCALE", "60");
        let settings = home.load().unwrap();
        assert!(matches!(settings.target(), Ok(Target::Emulated(_))));
        assert_eq!(settings.waits, Waits::Scaled(60.0));
        assert!(!format!("{settings:?}").contains("hunter2"));
        told(&home.load_named("contoso").unwrap_err(), "--tenant contoso");
    }

    #[test]
    fn a_scale_is_for_emulated_tenants_only() {
        assert_eq!(azure(Home::new()).set("REGAIN_CLOCK_SCALE", "60").load().unwrap().waits, Waits::AsTheTenant);
    }

    #[test]
    fn a_line_that_leads_elsewhere_is_refused() {
        let settings = |line: &str| Settings::emulated(line, "/tmp".into(), Policy::default(), Waits::Jumping);
        assert!(settings(&line("")).is_ok());
        told(&settings(&line("http://control.example")).unwrap_err(), "loopback");
        told(&settings("not json").unwrap_err(), "not the line");
    }
}
