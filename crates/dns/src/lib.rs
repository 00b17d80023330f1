//! The domain name system, asked through the resolver of this machine or through a server that somebody named.
//!
//! Invariant: "there is none" is answered only where a server said so. Silence, a failure, an answer about something else and a
//! referral are errors: who took them for nothing would call a domain unprotected, or worse, pass over what could not be read.

use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError, NoRecords};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::rdata::{CNAME, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record};
use hickory_resolver::{ResolverBuilder, TokioResolver};
use regain_ports::{Names, Provider, ProviderError, ProviderErrorKind};

/// So long a server is waited for, each time.
const PATIENCE: Duration = Duration::from_secs(2);
/// So often it is asked again where nothing came.
const AGAIN: usize = 1;
/// So long a name takes at most, whatever leads on to whatever.
const WHOLE: Duration = Duration::from_secs(10);

/// Why nobody can be asked.
#[derive(Debug, thiserror::Error)]
pub enum NoResolver {
    /// This machine has no resolver, or its settings cannot be read.
    #[error("the name servers of this machine are not known")]
    OfTheSystem(#[source] NetError),
    /// No resolver could be made.
    #[error("no resolver could be made")]
    Resolver(#[source] NetError),
}

/// A resolver: it asks for texts, and remembers what it heard until it is dropped.
pub struct Resolver(TokioResolver);

impl Resolver {
    /// By the settings of this machine (`/etc/resolv.conf`, or what Windows and macOS have in its place).
    pub fn of_the_system() -> Result<Self, NoResolver> {
        let builder = TokioResolver::builder_tokio().map_err(NoResolver::OfTheSystem)?;
        made(builder)
    }

    /// By one server, over UDP, and over TCP where an answer is too long.
    pub fn at(server: SocketAddr) -> Result<Self, NoResolver> {
        let at_port = |mut connection: ConnectionConfig| {
            connection.port = server.port();
            connection
        };
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(at_port).to_vec();
        let config = ResolverConfig::from_name_servers(vec![NameServerConfig::new(server.ip(), true, connections)]);
        made(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()))
    }
}

/// A file of hosts has no texts, and a domain is asked for as it is written: no other is tried in its place.
fn made(mut builder: ResolverBuilder<TokioRuntimeProvider>) -> Result<Resolver, NoResolver> {
    let options: &mut ResolverOpts = builder.options_mut();
    options.timeout = PATIENCE;
    options.attempts = AGAIN;
    options.use_hosts_file = ResolveHosts::Never;
    builder.build().map(Resolver).map_err(NoResolver::Resolver)
}

#[async_trait]
impl Names for Resolver {
    async fn text_records(&self, name: &str) -> Result<Vec<String>, ProviderError> {
        let absolute = format!("{}.", name.trim_end_matches('.'));
        let wanted = Name::from_utf8(&absolute).map_err(|error| failed(ProviderErrorKind::Surprise(Box::new(error))))?;
        let asked = tokio::time::timeout(WHOLE, self.0.txt_lookup(wanted.clone())).await;
        match asked.unwrap_or(Err(NetError::Timeout)) {
            Ok(lookup) => texts(&wanted, lookup.answers()).map_err(failed),
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) if is_certain(&none) => Ok(Vec::new()),
            Err(error) => Err(failed(kind_of(error))),
        }
    }
}

/// Whether a server that speaks for the zone, or asked one that does, said that there is nothing. One that names others who
/// may know has not.
fn is_certain(none: &NoRecords) -> bool {
    none.response_code == ResponseCode::NXDomain || none.soa.is_some() || none.ns.is_none()
}

/// The texts at the end of the aliases that begin at `name`. Records of other names in the same answer are nobody's business.
fn texts(name: &Name, answers: &[Record]) -> Result<Vec<String>, ProviderErrorKind> {
    let leads_to = |from: &Name| {
        answers.iter().find_map(|record| match &record.data {
            RData::CNAME(CNAME(to)) if record.name == *from => Some(to.clone()),
            _ => None,
        })
    };
    let mut at = name.clone();
    for _ in answers {
        match leads_to(&at) {
            Some(next) => at = next,
            None => break,
        }
    }
    let here = answers.iter().filter(|record| record.name == at);
    let texts: Vec<String> = here
        .filter_map(|record| match &record.data {
            RData::TXT(text) => Some(joined(text)),
            _ => None,
        })
        .collect();
    if texts.is_empty() {
        let detail = "an answer without a text of the name that was asked for".to_owned();
        return Err(ProviderErrorKind::Surprise(detail.into()));
    }
    Ok(texts)
}

/// A text is published in parts of at most 255 bytes.
fn joined(text: &TXT) -> String {
    String::from_utf8_lossy(&text.txt_data.concat()).into_owned()
}

fn failed(kind: ProviderErrorKind) -> ProviderError {
    let attempts = u32::try_from(AGAIN + 1).unwrap_or(1);
    ProviderError { provider: Provider::Names, doing: "find the records of a domain", attempts, kind }
}

fn kind_of(error: NetError) -> ProviderErrorKind {
    match error {
        NetError::Timeout | NetError::NoConnections | NetError::Busy | NetError::Io(_) => {
            ProviderErrorKind::Unreachable(Box::new(error))
        }
        NetError::Dns(DnsError::ResponseCode(code)) => {
            ProviderErrorKind::Incomplete { detail: format!("the name server answered: {code}") }
        }
        NetError::Dns(DnsError::NoRecordsFound(_)) => {
            ProviderErrorKind::Incomplete { detail: "the name server only named others that may know".to_owned() }
        }
        other => ProviderErrorKind::Surprise(Box::new(other)),
    }
}
