//! Where the services of each cloud are, and the one other place: an emulated tenant on loopback.
//!
//! Invariant: endpoints that are not a cloud's own are loopback literals. What an emulated tenant is
//! signed in to with stands in the same line (`emulated`), so a real credential has no way to a
//! made-up host.

use std::net::IpAddr;
use std::path::PathBuf;

use reqwest::Url;

use crate::credential::CertificateError;

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

/// Hosts of one cloud: sign-in (the first is used, the others may be named by its discovery
/// document), Graph, Exchange, Purview.
struct Hosts {
    login: &'static [&'static str],
    graph: &'static str,
    exchange: &'static str,
    purview: &'static str,
}

impl Cloud {
    const ALL: [Self; 4] = [Self::Global, Self::UsGov, Self::Dod, Self::China];

    /// Whether this is the host that some cloud's Purview begins at.
    pub(crate) fn is_purview(host: &str) -> bool {
        Self::ALL.iter().any(|cloud| cloud.hosts().purview == host)
    }

    /// Microsoft's list of national deployments. Unverified: that the Exchange endpoint of China is
    /// this one, that DoD's is reached under beta, and that Purview's outside the global cloud are those of
    /// `Connect-IPPSSession` (docs/unverified.md).
    fn hosts(self) -> Hosts {
        let (login, graph, exchange, purview): (&[&str], _, _, _) = match self {
            Self::Global => (
                &["login.microsoftonline.com"],
                "graph.microsoft.com",
                "outlook.office365.com",
                "ps.compliance.protection.outlook.com",
            ),
            Self::UsGov => (
                &["login.microsoftonline.us"],
                "graph.microsoft.us",
                "outlook.office365.us",
                "ps.compliance.protection.office365.us",
            ),
            Self::Dod => (
                &["login.microsoftonline.us"],
                "dod-graph.microsoft.us",
                "outlook-dod.office365.us",
                "l5.ps.compliance.protection.office365.us",
            ),
            Self::China => (
                &["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
                "microsoftgraph.chinacloudapi.cn",
                "outlook.office365.cn",
                "ps.compliance.protection.partner.outlook.cn",
            ),
        };
        Hosts { login, graph, exchange, purview }
    }
}

/// The bases that this crate talks to, and what a token for them is asked as.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The first is used; a discovery document may name the others.
    pub(crate) login: Vec<Url>,
    pub(crate) graph: Url,
    pub(crate) exchange: Url,
    /// None where an emulated tenant has none.
    pub(crate) purview: Option<Url>,
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
    /// The line that describes an emulated tenant was not understood.
    #[error("the emulated tenant's endpoints were not understood")]
    NotUnderstood(#[source] serde_json::Error),
    /// A file that it names could not be read.
    #[error("a file that the emulated tenant names, {path:?}, could not be read")]
    EmulatedFile {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The tenant's name has characters that no tenant's has.
    #[error("{0:?} is neither a tenant id nor a domain")]
    NotATenant(String),
    /// Nobody to sign in as.
    #[error("no identity is configured to sign in as")]
    NoIdentity,
    /// A certificate that cannot be signed in with.
    #[error("the certificate cannot be used")]
    Certificate(#[source] CertificateError),
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
            login: hosts.login.iter().map(|host| base("sign-in", host)).collect::<Result<_, _>>()?,
            graph: base("Graph", hosts.graph)?,
            exchange: base("Exchange", hosts.exchange)?,
            purview: Some(base("Purview", hosts.purview)?),
            cloud,
            emulated: false,
            authority: None,
        })
    }

    /// What a token for Graph is asked as. An emulated tenant knows the names of its cloud.
    pub(crate) fn graph_scope(&self) -> String {
        format!("https://{}/.default", self.cloud.hosts().graph)
    }

    /// What a token for Exchange is asked as. Unverified outside the global cloud: that the
    /// resource is named like the host.
    pub(crate) fn exchange_scope(&self) -> String {
        format!("https://{}/.default", self.cloud.hosts().exchange)
    }

    /// What a token for Purview is asked as. Unverified likewise.
    pub(crate) fn purview_scope(&self) -> String {
        format!("https://{}/.default", self.cloud.hosts().purview)
    }
}

/// An address whose host is a loopback literal: a name would depend on somebody's resolver.
pub(crate) fn loopback(what: &'static str, given: &str) -> Result<Url, SetupError> {
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
mod tests {
    use super::*;

    /// The published hosts, written a second time so that a slip in one place is seen.
    #[test]
    fn every_cloud_has_exactly_its_own_hosts() {
        let hosts = |cloud| {
            let endpoints = Endpoints::cloud(cloud).unwrap();
            let all = endpoints.login.iter().chain([&endpoints.graph, &endpoints.exchange]);
            all.map(|url| url.as_str().trim_start_matches("https://").trim_end_matches('/').to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(hosts(Cloud::Global), ["login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com"]);
        assert_eq!(hosts(Cloud::UsGov), ["login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us"]);
        assert_eq!(hosts(Cloud::Dod), ["login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us"]);
        let china = [
            "login.chinacloudapi.cn",
            "login.partner.microsoftonline.cn",
            "microsoftgraph.chinacloudapi.cn",
            "outlook.office365.cn",
        ];
        assert_eq!(hosts(Cloud::China), china);
    }

    #[test]
    fn a_token_is_asked_for_the_cloud_s_own_resources() {
        for cloud in [Cloud::Global, Cloud::UsGov, Cloud::Dod, Cloud::China] {
            let endpoints = Endpoints::cloud(cloud).unwrap();
            assert_eq!(endpoints.graph_scope(), format!("{}.default", endpoints.graph));
            assert_eq!(endpoints.exchange_scope(), format!("{}.default", endpoints.exchange));
        }
    }
}
