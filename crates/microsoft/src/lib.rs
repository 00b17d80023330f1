//! Microsoft Entra ID through Graph, mailboxes through the Exchange admin endpoint.
//!
//! The path of a request, module by module: where it may go ([`endpoints`], `guard`), with which
//! token (`token`), through which lane (`lanes`), on the wire (`http`), and again if that is safe
//! (`retry`, all of it put together in `call`). What is asked, and what the answers mean, stands in
//! `graph` and `exchange`, one file a facet. Raw answers pass `redact` before they leave.
//!
//! Invariant: text from a tenant is data, secrets are `Secret`, and nothing here prints.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::indexing_slicing))]

mod call;
pub mod endpoints;
mod exchange;
mod graph;
mod guard;
mod http;
mod lanes;
mod passwords;
mod ports;
mod redact;
mod retry;
#[cfg(test)]
mod testing;
#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over what `json!` makes")]
mod tests;
mod token;

use std::sync::Arc;

use regain_incident::secret::Secret;
use regain_ports::Clock;

pub use endpoints::{Cloud, EmulatedSecret, EmulatedTenant, Endpoints, SetupError};
pub use guard::Refused;
pub use http::RoundTrips;
pub use passwords::RandomPasswords;
pub use retry::Patience;

use call::Caller;
use exchange::Exchange;
use graph::Graph;
use guard::Guard;
use http::Http;
use lanes::Lanes;
use token::Tokens;

/// What the app proves itself with.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A client secret of a real tenant's app.
    ClientSecret(Secret),
    /// The one that came with an emulated tenant's endpoints.
    Emulated(EmulatedSecret),
}

/// All that a tenant's handle is made of.
pub struct Settings {
    /// The tenant's id, or one of its verified domains.
    pub tenant: String,
    /// The app to sign in as.
    pub client_id: String,
    /// What it proves itself with.
    pub credential: Credential,
    /// Where the services are.
    pub endpoints: Endpoints,
    /// The clock that waiting is done by.
    pub clock: Arc<dyn Clock>,
    /// How long to go on.
    pub patience: Patience,
}

impl Settings {
    /// Of the line that an emulated tenant prints.
    pub fn emulated(line: &str, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let EmulatedTenant { endpoints, tenant, client_id, credential } = EmulatedTenant::parse(line)?;
        let credential = Credential::Emulated(credential);
        Ok(Self { tenant, client_id, credential, endpoints, clock, patience: Patience::default() })
    }
}

/// One tenant: implements [`Directory`](regain_ports::Directory) and [`Mail`](regain_ports::Mail).
pub struct Microsoft {
    http: Arc<Http>,
    tokens: Arc<Tokens>,
    graph: Graph,
    exchange: Exchange,
    /// As the settings name it.
    tenant: String,
    client_id: String,
}

impl Microsoft {
    /// Makes the handle; signs in only when something is asked.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let Settings { tenant, client_id, credential, endpoints, clock, patience } = settings;
        let ((Credential::ClientSecret(secret), false) | (Credential::Emulated(EmulatedSecret(secret)), true)) =
            (credential, endpoints.emulated)
        else {
            return Err(SetupError::StrayCredential);
        };
        // It becomes a part of addresses: nothing but a GUID or a domain may stand there.
        if tenant.is_empty() || !tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
            return Err(SetupError::NotATenant(tenant));
        }
        let below = |base: &reqwest::Url, path: &str| base.join(path).map_err(|_| SetupError::NotATenant(tenant.clone()));
        let sign_in = below(&endpoints.login, &format!("{tenant}/oauth2/v2.0/token"))?;
        let graph_base = below(&endpoints.graph, "v1.0/")?;
        let http = Arc::new(Http::new(guard::client(&endpoints, patience.answer)?, Guard::new(&endpoints)));
        let scopes = [endpoints.graph_scope(), endpoints.exchange_scope()];
        let tokens = Arc::new(Tokens::new(http.clone(), clock.clone(), patience, sign_in, client_id.clone(), secret, scopes));
        let lanes = Lanes::new(clock.clone());
        let caller = Arc::new(Caller { http: http.clone(), tokens: tokens.clone(), lanes, clock, patience });
        let graph = Graph { caller: caller.clone(), base: graph_base };
        let exchange = Exchange { caller, base: endpoints.exchange, tenant: tenant.parse().ok(), connection: http::request_id() };
        Ok(Self { http, tokens, graph, exchange, tenant, client_id })
    }

    /// Requests so far, and how many of them had to follow one another. What one command took is
    /// the difference of two readings.
    pub fn round_trips(&self) -> RoundTrips {
        self.http.round_trips()
    }
}
