//! Which tenant a run is to work on.
//!
//! Invariants: an emulated tenant excludes every other. Sources are never mixed: tenant, application
//! and secret come from one place.

use std::path::Path;

use regain_incident::ids::TenantId;
use regain_microsoft::{Cloud, Duty};
use serde::{Deserialize, Serialize};

use super::files::{self, Config, EmulatedLine};
use super::identity::{self, IdentitySettings};
use super::{GlobalFlags, SettingsError};
use crate::environment::Environment;

/// Which tenant.
#[derive(Debug, Clone)]
pub enum Target {
    /// A real one.
    Real(RealTenant),
    /// An emulated one.
    Emulated(EmulatedLine),
}

/// A real tenant, and who signs in there.
#[derive(Debug, Clone)]
pub struct RealTenant {
    /// Its name in `config.toml`; none if it came from the environment.
    pub name: Option<String>,
    /// Its id.
    pub id: TenantId,
    /// Its cloud.
    pub cloud: CloudName,
    /// Each identity with its duty, at least one. What is absent falls back upwards.
    pub identities: Vec<(Duty, IdentitySettings)>,
}

/// The clouds, as `config.toml` and the command line name them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum CloudName {
    /// Worldwide, GCC too.
    #[default]
    Global,
    /// GCC High.
    #[serde(rename = "usgov", alias = "us-gov")]
    #[value(name = "usgov", alias = "us-gov")]
    UsGov,
    /// The US Department of Defense.
    #[serde(rename = "usgov-dod", alias = "dod")]
    #[value(name = "usgov-dod", alias = "dod")]
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

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGov => "usgov",
            Self::Dod => "usgov-dod",
            Self::China => "china",
        }
    }

    /// The cloud whose sign-in address `AZURE_AUTHORITY_HOST` names. The two of the US government share
    /// theirs: the DoD's is said by `tenant add --cloud usgov-dod`.
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

/// The emulated tenant excludes every other; then the flag, the environment, the file.
pub fn choose(
    flags: &GlobalFlags,
    environment: &Environment,
    config: &Config,
    folder: Option<&Path>,
) -> Result<Option<Target>, SettingsError> {
    if let Some(path) = environment.endpoints() {
        if let Some(name) = &flags.tenant {
            return Err(SettingsError::TwoTenants { name: name.clone() });
        }
        return Ok(Some(Target::Emulated(files::read_endpoints(&path)?)));
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
        cloud: entry.cloud,
        identities: identity::all(entry, &of, folder)?,
    })
}

/// The tenant that the environment names, wholly or not at all. Of several ways to sign in the first
/// counts, in the order of every Azure tool.
fn of_environment(environment: &Environment) -> Result<Option<RealTenant>, SettingsError> {
    const TENANT: &str = "AZURE_TENANT_ID";
    const CLIENT: &str = "AZURE_CLIENT_ID";
    let way = identity::of_environment(environment);
    let (tenant, client, way) = match (environment.azure_tenant(), environment.azure_client(), way) {
        (None, None, None) => return Ok(None),
        (Some(tenant), Some(client), Some((_, way))) => (tenant, client, way),
        (Some(_), Some(_), None) => return Err(SettingsError::Half { set: TENANT, missing: "AZURE_CLIENT_SECRET" }),
        (Some(_), None, _) => return Err(SettingsError::Half { set: TENANT, missing: CLIENT }),
        (None, Some(_), _) => return Err(SettingsError::Half { set: CLIENT, missing: TENANT }),
        (None, None, Some((set, _))) => return Err(SettingsError::Half { set, missing: TENANT }),
    };
    let cloud = match environment.azure_authority() {
        None => CloudName::Global,
        Some(host) => CloudName::of_authority(&host).ok_or_else(|| SettingsError::Entry {
            of: "AZURE_AUTHORITY_HOST".to_owned(),
            why: "this is no cloud's sign-in address that is known here".to_owned(),
            hint: "unset it for the global cloud, or add the tenant with `regain tenant add --cloud`".to_owned(),
        })?,
    };
    let identity = IdentitySettings { client_id: client_id(&client, CLIENT)?, way };
    Ok(Some(RealTenant { name: None, id: tenant_id(&tenant, TENANT)?, cloud, identities: vec![(Duty::Clean, identity)] }))
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
