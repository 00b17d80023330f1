//! What a run is to work with: where cases are kept, what the organisation decided, which tenant,
//! and where its credential is. Layers: defaults, then `config.toml`, the environment, flags.
//!
//! Invariants: the endpoints of an emulated tenant bring their own credential and exclude every
//! other. Sources are never mixed: tenant, application and secret come from one place. No error
//! repeats a value that may be a secret.

mod error;
mod files;
mod identity;
mod secret;
mod target;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use regain_incident::policy::Policy;

use crate::environment::Environment;

pub use error::SettingsError;
pub use files::{Config, EmulatedLine, TenantEntry, config_path, line_of, parse, read_config, read_policy, read_text};
pub use identity::IdentitySettings;
#[cfg(test)]
pub use identity::Way;
pub use secret::{SecretReference, reference};
pub use target::{CloudName, RealTenant, Target, client_id, tenant_id};

/// The identities of a tenant in `config.toml`, or what is wrong with them.
pub use identity::all as identities;

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
    let target = target::choose(flags, environment, &config, folder.as_deref())?;
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
        let target = Some(Target::Emulated(files::emulated(Path::new("the emulated tenant"), line)?));
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
