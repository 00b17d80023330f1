//! Who may be spoken to. Every request passes here before a token or secret is put on it.
//!
//! Invariant: an address is allowed only if scheme, host and port are those of one of the three
//! bases of this tenant; plain HTTP therefore only on loopback, where an emulated tenant is. A next
//! link must keep the origin of the request that gave it. Redirects are not followed at all: the
//! client has no policy for them, and an answer that redirects is an answer not understood.

use reqwest::Url;

use crate::endpoints::{Endpoints, SetupError, is_loopback};

/// Why a request was not made.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The address is none of the tenant's own.
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

/// The three origins that may be spoken to.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    bases: [Url; 3],
}

impl Guard {
    pub(crate) fn new(endpoints: &Endpoints) -> Self {
        Self { bases: [endpoints.login.clone(), endpoints.graph.clone(), endpoints.exchange.clone()] }
    }

    /// Whether a request may go to `url`.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Refused> {
        let known = self.bases.iter().any(|base| base.origin() == url.origin());
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
    use crate::endpoints::{Cloud, EmulatedTenant, tests::line};

    fn allowed(endpoints: &Endpoints, url: &str) -> bool {
        Guard::new(endpoints).check(&url.parse().unwrap()).is_ok()
    }

    #[test]
    fn a_real_credential_goes_to_its_cloud_and_nowhere_else() {
        let global = Endpoints::cloud(Cloud::Global).unwrap();
        assert!(allowed(&global, "https://graph.microsoft.com/v1.0/users"));
        for elsewhere in [
            "http://graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com:8443/v1.0/users",
            "https://graph.microsoft.us/v1.0/users",
            "https://graph.microsoft.com.evil.example/",
            "https://user:pass@graph.microsoft.com/",
            "https://127.0.0.1/",
            "http://127.0.0.1:9/",
        ] {
            assert!(!allowed(&global, elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn an_emulated_tenant_is_three_ports_and_no_more() {
        let here = "http://127.0.0.1:9";
        let endpoints = EmulatedTenant::parse(&line(here, here, here)).unwrap().endpoints;
        assert!(allowed(&endpoints, "http://127.0.0.1:9/v1.0/users"));
        assert!(!allowed(&endpoints, "http://127.0.0.1:10/v1.0/users"));
        assert!(!allowed(&endpoints, "https://graph.microsoft.com/v1.0/users"));
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
