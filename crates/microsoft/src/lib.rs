//! Microsoft Entra ID through Graph, mailboxes through the Exchange admin endpoint.
//!
//! The path of a request, module by module: where it may go ([`endpoints`], `guard`), as whom
//! ([`credential`]), with which token (`token`), through which lane (`lanes`), on the wire (`http`), and again if that is safe
//! (`retry`, all of it put together in `call`). What is asked, and what the answers mean, stands in
//! `graph` and `exchange`, one file a facet. Raw answers pass `redact` before they leave.
//!
//! Invariant: text from a tenant is data, secrets are `Secret`, and nothing here prints.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::indexing_slicing))]

mod call;
pub mod credential;
mod emulated;
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

use regain_incident::ids::AccountId;
use regain_ports::Clock;

pub use credential::{Certificate, CertificateError, Credential, Duty, Identities, Identity};
pub use emulated::EmulatedTenant;
pub use endpoints::{Cloud, Endpoints, SetupError};
pub use graph::{AppWay, OwnApp, WayKind};
pub use guard::Refused;
pub use http::RoundTrips;
pub use passwords::RandomPasswords;
pub use ports::Seat;
pub use retry::Patience;
pub use token::{Human, Prompt, TokenCache};

use call::Caller;
use exchange::Exchange;
use graph::Graph;
use guard::Guard;
use http::Http;
use lanes::Lanes;
use token::{SignIn, Tokens};

/// How long a log is waited for.
const LOGS: std::time::Duration = std::time::Duration::from_secs(30);

/// Who signs in, and where: of one cloud, or of one emulated tenant. The two do not mix.
pub struct Access {
    tenant: String,
    identities: Identities,
    endpoints: Endpoints,
}

impl Access {
    /// To a tenant (an id, or one of its verified domains) of a cloud.
    pub fn real(cloud: Cloud, tenant: String, identities: Identities) -> Result<Self, SetupError> {
        // It becomes a part of addresses: nothing but a GUID or a domain may stand there.
        if tenant.is_empty() || !tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
            return Err(SetupError::NotATenant(tenant));
        }
        Ok(Self { tenant, identities, endpoints: Endpoints::cloud(cloud)? })
    }

    /// To an emulated tenant, by the line that it prints.
    pub fn emulated(line: &str) -> Result<Self, SetupError> {
        let EmulatedTenant { endpoints, tenant, identities } = EmulatedTenant::parse(line)?;
        Ok(Self { identities, endpoints, ..Self::real(Cloud::Global, tenant, Identities::default())? })
    }

    /// For reading alone.
    #[must_use]
    pub fn reading(self) -> Self {
        Self { identities: self.identities.reading(), ..self }
    }
}

/// All that a tenant's handle is made of.
pub struct Settings {
    /// Who signs in, and where.
    pub access: Access,
    /// The person at the keyboard, if an identity is one.
    pub human: Human,
    /// The clock that waiting is done by.
    pub clock: Arc<dyn Clock>,
    /// How long to go on.
    pub patience: Patience,
}

/// One identity at work.
struct Hands {
    tokens: Arc<Tokens>,
    graph: Graph,
    exchange: Exchange,
}

/// One tenant: implements [`Directory`](regain_ports::Directory) and [`Mail`](regain_ports::Mail).
/// Each verb is done by the least identity that may do it: see [`Duty`].
pub struct Microsoft {
    http: Arc<Http>,
    see: Arc<Hands>,
    lock: Option<Arc<Hands>>,
    clean: Option<Arc<Hands>>,
    /// As the settings name it.
    tenant: String,
}

/// What all identities share.
struct Shared {
    http: Arc<Http>,
    sign_in: Arc<SignIn>,
    lanes: Arc<Lanes>,
    clock: Arc<dyn Clock>,
    patience: Patience,
    human: Human,
    endpoints: Endpoints,
    graph_base: reqwest::Url,
    connection: String,
}

impl Shared {
    fn hands(&self, identity: &Arc<Identity>) -> Hands {
        let scopes = [self.endpoints.graph_scope(), self.endpoints.exchange_scope(), self.endpoints.purview_scope()];
        let tokens = Arc::new(Tokens::new(self.sign_in.clone(), identity.clone(), self.human.clone(), scopes));
        let caller = |patience| {
            Arc::new(Caller {
                http: self.http.clone(),
                tokens: tokens.clone(),
                lanes: self.lanes.clone(),
                clock: self.clock.clone(),
                patience,
            })
        };
        let reports = caller(Patience { attempts: 3, total: self.patience.total.min(LOGS), ..self.patience });
        let caller = caller(self.patience);
        let graph = Graph {
            caller: caller.clone(),
            reports,
            base: self.graph_base.clone(),
            federated: crate::graph::Federated::default(),
        };
        let (base, tenant) = (self.endpoints.exchange.clone(), self.sign_in.tenant.parse().ok());
        let lists = exchange::Lists::default();
        let purview = exchange::Purview::new(self.endpoints.purview.clone());
        let exchange = Exchange { caller, base, purview, tenant, connection: self.connection.clone(), lists };
        Hands { tokens, graph, exchange }
    }
}

impl Microsoft {
    /// Makes the handle; signs in only when something is asked.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let Settings { access: Access { tenant, identities, endpoints }, human, clock, patience } = settings;
        let graph_base = endpoints.graph.join("v1.0/").map_err(|_| SetupError::NotATenant(tenant.clone()))?;
        let login = endpoints.login.first().cloned().ok_or(SetupError::NoIdentity)?;
        let http = Arc::new(Http::new(guard::client(&endpoints, patience.answer)?, Guard::new(&endpoints)));
        let sign_in = Arc::new(SignIn::new(http.clone(), clock.clone(), patience, login, tenant.clone()));
        let lanes = Arc::new(Lanes::new(clock.clone()));
        let connection = http::request_id();
        let shared = Shared { http: http.clone(), sign_in, lanes, clock, patience, human, endpoints, graph_base, connection };
        let mut made: Vec<(&Arc<Identity>, Arc<Hands>)> = Vec::new();
        let mut hands = |duty| {
            let identity = identities.of(duty)?;
            if let Some((_, hands)) = made.iter().find(|(known, _)| Arc::ptr_eq(known, identity)) {
                return Some(hands.clone());
            }
            let hands = Arc::new(shared.hands(identity));
            made.push((identity, hands.clone()));
            Some(hands)
        };
        let (see, lock, clean) = (hands(Duty::See), hands(Duty::Lock), hands(Duty::Clean));
        Ok(Self { http, see: see.ok_or(SetupError::NoIdentity)?, lock, clean, tenant })
    }

    /// What an app of ours can be signed in to with, as the identity that sees reads it.
    pub async fn own_app(&self, client: &str) -> Result<OwnApp, regain_ports::ProviderError> {
        self.see.graph.own_app(client).await
    }

    /// Whether the identity that sees may read which protocols mailboxes may use, tried on this one. The posture reads
    /// them of every mailbox, which is too much for a trial.
    pub async fn may_read_protocols(&self, mailbox: &AccountId) -> Result<(), regain_ports::ProviderError> {
        self.see.exchange.may_read_protocols(mailbox.as_str()).await
    }

    /// Requests so far, and how many of them had to follow one another. What one command took is
    /// the difference of two readings.
    pub fn round_trips(&self) -> RoundTrips {
        self.http.round_trips()
    }
}
