//! Who may be spoken to. Every request passes here before a token or secret is put on it.
//!
//! Invariant: each credential has hosts of its own. What signs in goes to the sign-in hosts of the
//! tenant's cloud, a token for Graph to that cloud's Graph and nowhere else, one for Exchange to its
//! Exchange, one for Purview to Purview and its regions. Scheme, host and port must agree; plain HTTP therefore only on loopback, where an
//! emulated tenant is. A next link must keep the origin of the request that gave it. Redirects are
//! not followed by the client: it has no policy for them. Purview's to a region is followed by hand, through here.

use reqwest::Url;

use crate::endpoints::{Cloud, Endpoints, SetupError, is_loopback};

/// Why a request was not made.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The address is not one that this credential may go to.
    #[error("refused to send a credential to {origin}")]
    ForeignHost {
        /// Scheme, host and port that were asked for.
        origin: String,
    },
    /// A list went on at another place.
    #[error("refused a next link that leads to {origin}")]
    StrayLink {
        /// Where it leads.
        origin: String,
    },
    /// Not an address at all.
    #[error("not an address")]
    NotAnAddress,
}

/// What a request carries, and so where it may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    /// A secret, an assertion, a code or a refresh token; discovery too.
    SignIn,
    /// A token for Graph.
    GraphToken,
    /// A token for Exchange.
    ExchangeToken,
    /// A token for Purview.
    PurviewToken,
}

/// The origins that may be spoken to, by what is carried there.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    login: Vec<Url>,
    graph: Url,
    exchange: Url,
    purview: Option<Url>,
}

impl Guard {
    pub(crate) fn new(endpoints: &Endpoints) -> Self {
        let Endpoints { login, graph, exchange, purview, .. } = endpoints.clone();
        Self { login, graph, exchange, purview }
    }

    /// Whether a request that carries this may go to `url`.
    pub(crate) fn check(&self, url: &Url, carries: Carries) -> Result<(), Refused> {
        let its_own = match carries {
            Carries::SignIn => self.login.as_slice(),
            Carries::GraphToken => std::slice::from_ref(&self.graph),
            Carries::ExchangeToken => std::slice::from_ref(&self.exchange),
            Carries::PurviewToken => self.purview.as_slice(),
        };
        let known = its_own
            .iter()
            .any(|base| base.origin() == url.origin() || (carries == Carries::PurviewToken && is_region_of(base, url)));
        let sealed = url.scheme() == "https" || is_loopback(url);
        let plain = url.username().is_empty() && url.password().is_none();
        if known && sealed && plain { Ok(()) } else { Err(Refused::ForeignHost { origin: origin(url) }) }
    }

    /// The address of a next link, if it stays where the list began.
    pub(crate) fn next(base: &Url, link: &str) -> Result<Url, Refused> {
        let url = base.join(link).map_err(|_| Refused::NotAnAddress)?;
        if url.origin() == base.origin() { Ok(url) } else { Err(Refused::StrayLink { origin: origin(&url) }) }
    }
}

/// Purview answers from hosts of regions, one label below its own name. The DoD's own host is such a label below GCC
/// High's, and no region of it.
fn is_region_of(base: &Url, url: &Url) -> bool {
    let (Some(base_host), Some(host)) = (base.domain(), url.domain()) else { return false };
    let region = host.strip_suffix(base_host).and_then(|region| region.strip_suffix('.'));
    region.is_some_and(|region| !region.is_empty() && !region.contains('.'))
        && !Cloud::is_purview(host)
        && url.scheme() == base.scheme()
        && url.port_or_known_default() == base.port_or_known_default()
}

/// What a person may see of an address: never its path or query, which can hold a token.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The client of a tenant. Certificates are always checked; an emulated tenant's against its own.
pub(crate) fn client(endpoints: &Endpoints, within: std::time::Duration) -> Result<reqwest::Client, SetupError> {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        // A repeat is decided in `retry`, where it is known whether the request writes.
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(std::time::Duration::from_secs(10))
        .timeout(within)
        .user_agent(concat!("regain/", env!("CARGO_PKG_VERSION")));
    let builder = match (endpoints.emulated, &endpoints.authority) {
        // Loopback is never reached through somebody's proxy.
        (true, None) => builder.no_proxy(),
        (true, Some(pem)) => {
            let only = reqwest::Certificate::from_pem_bundle(pem).map_err(SetupError::Client)?;
            builder.no_proxy().tls_certs_only(only)
        }
        (false, _) => builder.https_only(true),
    };
    builder.build().map_err(SetupError::Client)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulated::EmulatedTenant;
    use crate::emulated::tests::line;

    const CLOUDS: [Cloud; 4] = [Cloud::Global, Cloud::UsGov, Cloud::Dod, Cloud::China];
    const KINDS: [Carries; 4] = [Carries::SignIn, Carries::GraphToken, Carries::ExchangeToken, Carries::PurviewToken];

    fn allowed(endpoints: &Endpoints, url: &str, carries: Carries) -> bool {
        Guard::new(endpoints).check(&url.parse().unwrap(), carries).is_ok()
    }

    #[test]
    fn a_real_credential_goes_to_its_cloud_and_nowhere_else() {
        let global = Endpoints::cloud(Cloud::Global).unwrap();
        assert!(allowed(&global, "https://graph.microsoft.com/v1.0/users", Carries::GraphToken));
        for elsewhere in [
            "http://graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com:8443/v1.0/users",
            "https://graph.microsoft.us/v1.0/users",
            "https://graph.microsoft.com.evil.example/",
            "https://user:pass@graph.microsoft.com/",
            "https://login.microsoftonline.com/",
            "https://outlook.office365.com/",
            "https://127.0.0.1/",
            "http://127.0.0.1:9/",
        ] {
            assert!(!allowed(&global, elsewhere, Carries::GraphToken), "{elsewhere}");
        }
    }

    /// Every host of every cloud, against every cloud: allowed only where cloud and kind are its own.
    /// The two US government clouds share their sign-in.
    #[test]
    fn nothing_goes_from_one_cloud_to_another() {
        let places = |endpoints: &Endpoints, carries| match carries {
            Carries::SignIn => endpoints.login.clone(),
            Carries::GraphToken => vec![endpoints.graph.clone()],
            Carries::ExchangeToken => vec![endpoints.exchange.clone()],
            Carries::PurviewToken => endpoints.purview.clone().into_iter().collect(),
        };
        let mut asked = 0;
        for (ours, theirs) in CLOUDS.into_iter().flat_map(|ours| CLOUDS.map(|theirs| (ours, theirs))) {
            let (mine, other) = (Endpoints::cloud(ours).unwrap(), Endpoints::cloud(theirs).unwrap());
            for (carried, place) in KINDS.into_iter().flat_map(|carried| KINDS.map(|place| (carried, place))) {
                let shared =
                    place == Carries::SignIn && matches!((ours, theirs), (Cloud::UsGov, Cloud::Dod) | (Cloud::Dod, Cloud::UsGov));
                for url in places(&other, place) {
                    let expected = carried == place && (ours == theirs || shared);
                    assert_eq!(allowed(&mine, url.as_str(), carried), expected, "{ours:?} {carried:?} to {url}");
                    asked += 1;
                }
            }
        }
        assert_eq!(asked, 4 * 4 * (4 * 4 + 1), "China has one host more");
    }

    #[test]
    fn purview_answers_from_its_regions_and_from_nowhere_else() {
        let global = Endpoints::cloud(Cloud::Global).unwrap();
        for (url, may) in [
            ("https://ps.compliance.protection.outlook.com/adminapi", true),
            ("https://eur01b.ps.compliance.protection.outlook.com/adminapi", true),
            ("http://eur01b.ps.compliance.protection.outlook.com/adminapi", false),
            ("https://eur01b.ps.compliance.protection.outlook.com:8443/adminapi", false),
            ("https://evil-ps.compliance.protection.outlook.com/adminapi", false),
            ("https://ps.compliance.protection.outlook.com.evil.example/adminapi", false),
            ("https://a.eur01b.ps.compliance.protection.outlook.com/adminapi", false),
            ("https://outlook.office365.com/adminapi", false),
        ] {
            assert_eq!(allowed(&global, url, Carries::PurviewToken), may, "{url}");
        }
        assert!(!allowed(&global, "https://eur01b.ps.compliance.protection.outlook.com/adminapi", Carries::ExchangeToken));
    }

    #[test]
    fn an_emulated_tenant_is_its_ports_and_no_more() {
        let here = "http://127.0.0.1:9";
        let endpoints = EmulatedTenant::parse(&line(here, here, here)).unwrap().endpoints;
        for carries in KINDS {
            // The line names no Purview: then there is none.
            let is_there = carries != Carries::PurviewToken;
            assert_eq!(allowed(&endpoints, "http://127.0.0.1:9/v1.0/users", carries), is_there);
            assert!(!allowed(&endpoints, "http://127.0.0.1:10/v1.0/users", carries));
            assert!(!allowed(&endpoints, "https://graph.microsoft.com/v1.0/users", carries));
        }
    }

    #[test]
    fn a_next_link_keeps_its_host() {
        let base: Url = "https://graph.microsoft.com/v1.0/users".parse().unwrap();
        assert!(Guard::next(&base, "https://graph.microsoft.com/v1.0/users?$skiptoken=x").is_ok());
        assert!(Guard::next(&base, "https://evil.example/v1.0/users?$skiptoken=x").is_err());
        assert!(Guard::next(&base, "//evil.example/users").is_err());
        assert!(Guard::next(&base, "http://graph.microsoft.com/v1.0/users").is_err());
    }
}
