//! Where the services of each cloud are, and the one other place: an emulated tenant on loopback.
//!
//! Invariant: endpoints that are not a cloud's own are loopback literals, and the secret that
//! belongs to them came in the same line. So a real credential has no way to a made-up host.

use std::net::IpAddr;
use std::path::PathBuf;

use regain_incident::secret::Secret;
use reqwest::Url;
use serde::Deserialize;

/// A national cloud: its hosts, tokens and tenants are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    /// The worldwide cloud, GCC too.
    Global,
    /// GCC High.
    UsGov,
    /// The US Department of Defense.
    Dod,
    /// China, run by 21Vianet.
    China,
}

/// Hosts of one cloud: sign-in, Graph, Exchange.
struct Hosts {
    login: &'static str,
    graph: &'static str,
    exchange: &'static str,
}

impl Cloud {
    /// Unverified: that the Exchange endpoint of China is this one, and that DoD's is
    /// reached under beta (docs/unverified.md).
    fn hosts(self) -> Hosts {
        let (login, graph, exchange) = match self {
            Self::Global => ("login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com"),
            Self::UsGov => ("login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us"),
            Self::Dod => ("login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us"),
            Self::China => ("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "outlook.office365.cn"),
        };
        Hosts { login, graph, exchange }
    }
}

/// The three bases that this crate talks to, and what a token for them is asked as.
#[derive(Debug, Clone)]
pub struct Endpoints {
    pub(crate) login: Url,
    pub(crate) graph: Url,
    pub(crate) exchange: Url,
    pub(crate) cloud: Cloud,
    pub(crate) emulated: bool,
    /// Certificates (PEM) that an emulated tenant's HTTPS is checked against.
    pub(crate) authority: Option<Vec<u8>>,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Not an address.
    #[error("{what} is not an address: {given:?}")]
    NotAnAddress {
        /// Which of them.
        what: &'static str,
        /// What was given.
        given: String,
    },
    /// A base that is neither a cloud's nor on loopback.
    #[error("{what} must be a loopback address (127.0.0.1 or [::1]), not {host:?}")]
    NotLoopback {
        /// Which of them.
        what: &'static str,
        /// The host that was given.
        host: String,
    },
    /// The secret of a real tenant was to go to an emulated one, or the other way.
    #[error("an emulated tenant takes only the credential that came with its endpoints, and no cloud takes that one")]
    StrayCredential,
    /// The line that describes an emulated tenant was not understood.
    #[error("the emulated tenant's endpoints were not understood")]
    NotUnderstood(#[source] serde_json::Error),
    /// Its certificate could not be read.
    #[error("the emulated tenant's certificate {path:?} could not be read")]
    Certificate {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The tenant's name has characters that no tenant's has.
    #[error("{0:?} is neither a tenant id nor a domain")]
    NotATenant(String),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

impl Endpoints {
    /// The hosts of a cloud.
    pub fn cloud(cloud: Cloud) -> Result<Self, SetupError> {
        let hosts = cloud.hosts();
        let base = |what, host: &str| address(what, &format!("https://{host}/"));
        Ok(Self {
            login: base("sign-in", hosts.login)?,
            graph: base("Graph", hosts.graph)?,
            exchange: base("Exchange", hosts.exchange)?,
            cloud,
            emulated: false,
            authority: None,
        })
    }

    /// What a token for Graph is asked as. An emulated tenant knows the names of the global cloud.
    pub(crate) fn graph_scope(&self) -> String {
        format!("https://{}/.default", self.cloud.hosts().graph)
    }

    /// What a token for Exchange is asked as. Unverified outside the global cloud: that the
    /// resource is named like the host.
    pub(crate) fn exchange_scope(&self) -> String {
        format!("https://{}/.default", self.cloud.hosts().exchange)
    }
}

/// The line that an emulated tenant prints: its endpoints, and the credential for exactly those.
pub struct EmulatedTenant {
    /// Its bases.
    pub endpoints: Endpoints,
    /// Its id.
    pub tenant: String,
    /// The application to sign in as.
    pub client_id: String,
    /// The application's secret, good for nothing else.
    pub credential: EmulatedSecret,
}

/// A secret that came with an emulated tenant's endpoints: it has no other constructor.
#[derive(Debug, Clone)]
pub struct EmulatedSecret(pub(crate) Secret);

/// The members of the line that matter here; others are tolerated.
#[derive(Deserialize)]
struct Line {
    login: String,
    graph: String,
    exchange: String,
    tenant_id: String,
    client_id: String,
    client_secret: String,
    #[serde(default)]
    ca_file: Option<PathBuf>,
}

impl EmulatedTenant {
    /// Reads the line, and the certificate that it names.
    pub fn parse(line: &str) -> Result<Self, SetupError> {
        let line: Line = serde_json::from_str(line.trim()).map_err(SetupError::NotUnderstood)?;
        let authority = match line.ca_file.filter(|path| !path.as_os_str().is_empty()) {
            Some(path) => Some(std::fs::read(&path).map_err(|source| SetupError::Certificate { path, source })?),
            None => None,
        };
        let endpoints = Endpoints {
            login: loopback("sign-in", &line.login)?,
            graph: loopback("Graph", &line.graph)?,
            exchange: loopback("Exchange", &line.exchange)?,
            cloud: Cloud::Global,
            emulated: true,
            authority,
        };
        let credential = EmulatedSecret(Secret::new(line.client_secret));
        Ok(Self { endpoints, tenant: line.tenant_id, client_id: line.client_id, credential })
    }
}

/// An address whose host is a loopback literal: a name would depend on somebody's resolver.
fn loopback(what: &'static str, given: &str) -> Result<Url, SetupError> {
    let url = address(what, given)?;
    if is_loopback(&url) {
        return Ok(url);
    }
    Err(SetupError::NotLoopback { what, host: url.host_str().unwrap_or_default().to_owned() })
}

/// Whether the host is an IP literal of this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A base address: HTTP or HTTPS, ending in a slash.
fn address(what: &'static str, given: &str) -> Result<Url, SetupError> {
    let refuse = || SetupError::NotAnAddress { what, given: given.to_owned() };
    let mut url = Url::parse(given).map_err(|_| refuse())?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !plain {
        return Err(refuse());
    }
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn line(login: &str, graph: &str, exchange: &str) -> String {
        serde_json::json!({
            "login": login, "graph": graph, "exchange": exchange, "purview": "", "control": "",
            "tenant_id": "0f1e2d3c-4b5a-4678-9a0b-c0de00000001", "client_id": "c3000000-0000-4000-8000-000000000001",
            "client_secret": "emulated", "ca_file": null,
        })
        .to_string()
    }

    #[test]
    fn every_cloud_has_hosts_of_its_own() {
        for cloud in [Cloud::Global, Cloud::UsGov, Cloud::Dod, Cloud::China] {
            let endpoints = Endpoints::cloud(cloud).unwrap();
            assert_eq!(endpoints.graph.scheme(), "https");
            assert!(endpoints.graph_scope().ends_with("/.default"));
        }
    }

    #[test]
    fn an_emulated_tenant_lives_on_a_loopback_literal_only() {
        let here = "http://127.0.0.1:9";
        assert!(EmulatedTenant::parse(&line(here, here, "http://[::1]:9")).is_ok());
        for elsewhere in ["http://localhost:9", "https://graph.microsoft.com", "http://10.0.0.1", "http://127.0.0.1.evil.example"]
        {
            let parsed = EmulatedTenant::parse(&line(here, elsewhere, here));
            assert!(matches!(parsed, Err(SetupError::NotLoopback { .. })), "{elsewhere}");
        }
    }
}
