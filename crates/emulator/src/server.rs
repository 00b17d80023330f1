//! The listeners: five ports on loopback around one world, or one port under the real names.
//!
//! Invariant: the world is locked only while an answer is made. Latency, the attacker and slow clients wait
//! outside the lock.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Request as HttpRequest, Response, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::clock::{Clock, wait};
use crate::cloud::Host;
use crate::faults::Rule;
use crate::message::{Answer, Request, Service};
use crate::scenario::{Scenario, ScenarioError};
use crate::tls::TlsListener;
use crate::trust::{Trust, TrustError, host_names};
use crate::withheld::Withheld;
use crate::world::{Bases, Shared, World};
use crate::{attacker, control, dns};

/// How the attacker's pace is looked at while nobody moves the clock.
const PACE: Duration = Duration::from_millis(50);

/// The port of the real names.
const HTTPS: u16 = 443;

/// Longest body that is read.
const BODY_MAX: usize = 8 * 1024 * 1024;

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Waiting time before each answer.
    pub latency: Duration,
    /// Where all that looks random comes from.
    pub seed: u64,
    /// Emulated seconds per real one.
    pub scale: f64,
    /// First of five addresses on consecutive ports, and a sixth for a name server; any free ports when missing.
    pub listen: Option<SocketAddr>,
    /// One line per request on standard error.
    pub log: bool,
    /// Speak TLS, and write the certificate of this run's authority to this file. The control endpoint, which
    /// no tenant has, stays plain.
    pub ca_file: Option<PathBuf>,
    /// Answer on port 443 under the real host names, for clients that cannot be sent elsewhere. Only where
    /// those names lead to loopback: a network namespace with a hosts file of its own.
    pub real_names: bool,
    /// Members to take out of answers.
    pub withheld: Vec<Withheld>,
    /// What goes wrong beside the scenario's own faults.
    pub faults: Vec<Rule>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            seed: 1,
            scale: 1.0,
            listen: None,
            log: false,
            ca_file: None,
            real_names: false,
            withheld: Vec::new(),
            faults: Vec::new(),
        }
    }
}

/// Where everything is, as one JSON object that tools read.
#[derive(Clone, Debug, Serialize)]
pub struct Endpoints {
    /// Entra sign-in.
    pub login: String,
    /// Graph.
    pub graph: String,
    /// Exchange admin.
    pub exchange: String,
    /// Security & Compliance.
    pub purview: String,
    /// The control endpoint.
    pub control: String,
    /// The tenant's id.
    pub tenant_id: String,
    /// The first caller's client id.
    pub client_id: String,
    /// The first caller's secret; empty when it has none.
    pub client_secret: String,
    /// The national cloud that the tenant lives in.
    pub cloud: &'static str,
    /// Certificate authority of the listeners; none while they speak plain HTTP.
    pub ca_file: Option<String>,
    /// A name server, by UDP and TCP; none where the scenario has no names.
    pub dns: Option<SocketAddr>,
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scenario cannot be made into a tenant.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// No port to listen on.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Not on loopback.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// No TLS.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The authority's certificate could not be written.
    #[error("the certificate of the authority could not be written to {}", path.display())]
    CaFile {
        /// Where to.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Real names without TLS.
    #[error("the real names are answered under TLS only: name a file for the authority's certificate")]
    NamesWithoutTls,
    /// The attacker's client could not be made.
    #[error("no HTTP client")]
    Client(#[from] reqwest::Error),
}

/// A running emulator.
pub struct Running {
    /// Where it listens.
    pub endpoints: Endpoints,
    shared: Shared,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Running {
    /// The world itself, for tests in the same process.
    pub fn world(&self) -> Arc<std::sync::Mutex<World>> {
        self.shared.world()
    }

    /// The world as the listeners share it.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Stops listening and waits until everything has ended.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        self.tasks.abort_all();
        while self.tasks.join_next().await.is_some() {}
    }
}

#[derive(Clone)]
struct Front {
    door: Door,
    shared: Shared,
    latency: Duration,
    log: bool,
    /// Held by whoever moves the clock, so that the attacker's acts stay in order.
    driver: Arc<AsyncMutex<()>>,
    /// What to begin again with.
    origin: Arc<(Scenario, u64)>,
}

/// How a listener knows which service a request is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    /// It has one service only.
    Of(Service),
    /// By the host name in the request.
    ByName,
}

/// Starts the emulator.
pub async fn start(mut scenario: Scenario, options: Options) -> Result<Running, Error> {
    scenario.add_faults(options.faults);
    let trust = options.ca_file.is_some().then(Trust::new).transpose()?;
    if options.real_names && trust.is_none() {
        return Err(Error::NamesWithoutTls);
    }
    let listeners = if options.real_names { by_name(options.listen).await? } else { five(options.listen).await? };
    let bases = bases(&scenario, &listeners, trust.is_some());
    let clock = Clock::running(scenario.clock, options.scale);
    let mut world = scenario.world(options.seed, bases.clone(), clock)?;
    world.withheld.clone_from(&options.withheld);
    let shared = Shared::new(world, attackers_client(trust.as_ref())?);
    if let (Some(path), Some(trust)) = (&options.ca_file, &trust) {
        std::fs::write(path, &trust.authority).map_err(|source| Error::CaFile { path: path.clone(), source })?;
    }
    let (stop, stopped) = watch::channel(false);
    let driver = Arc::new(AsyncMutex::new(()));
    let mut endpoints = endpoints(&scenario, &bases);
    endpoints.ca_file = options.ca_file.as_ref().map(|path| path.display().to_string());
    let names = match scenario.names() {
        Some(zone) => Some((name_server(options.listen).await?, Arc::new(zone.clone()))),
        None => None,
    };
    endpoints.dns = names.as_ref().map(|(listening, _)| listening.address);
    let origin = Arc::new((scenario, options.seed));
    let mut tasks = JoinSet::new();
    if let Some((listening, zone)) = names {
        tasks.spawn(dns::server::serve(listening, zone, shared.clone()));
    }
    for (door, listener) in listeners {
        let front = Front {
            door,
            shared: shared.clone(),
            latency: options.latency,
            log: options.log,
            driver: Arc::clone(&driver),
            origin: Arc::clone(&origin),
        };
        match trust.as_ref().filter(|_| door != Door::Of(Service::Control)) {
            Some(trust) => {
                let address = listener.local_addr().unwrap_or_else(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
                let listener = TlsListener::new(listener, TlsAcceptor::from(Arc::clone(&trust.server)))
                    .map_err(|source| Error::Listen { address, source })?;
                tasks.spawn(serve(listener, front, stopped.clone()));
            }
            None => {
                tasks.spawn(serve(listener, front, stopped.clone()));
            }
        }
    }
    tasks.spawn(pace(shared.clone(), driver));
    Ok(Running { endpoints, shared, stop, tasks })
}

type Listeners = Vec<(Door, TcpListener)>;

/// A port for each service.
async fn five(first: Option<SocketAddr>) -> Result<Listeners, Error> {
    let services = [Service::Login, Service::Graph, Service::Exchange, Service::Purview, Service::Control];
    let mut listeners = Vec::new();
    for (offset, service) in (0_u16..).zip(services) {
        listeners.push((Door::Of(service), listen(first, offset).await?));
    }
    Ok(listeners)
}

/// The port of the real names, and one for the control endpoint.
async fn by_name(control: Option<SocketAddr>) -> Result<Listeners, Error> {
    let https = listen(Some(SocketAddr::from((Ipv4Addr::LOCALHOST, HTTPS))), 0).await?;
    Ok(vec![(Door::ByName, https), (Door::Of(Service::Control), listen(control, 0).await?)])
}

async fn listen(first: Option<SocketAddr>, offset: u16) -> Result<TcpListener, Error> {
    let address = address(first, offset)?;
    TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })
}

/// The name server stands behind the five.
async fn name_server(first: Option<SocketAddr>) -> Result<dns::server::Listening, Error> {
    let address = address(first, 5)?;
    dns::server::listen(address).await.map_err(|source| Error::Listen { address, source })
}

fn address(first: Option<SocketAddr>, offset: u16) -> Result<SocketAddr, Error> {
    Ok(match first {
        Some(first) if !first.ip().is_loopback() => return Err(Error::NotLoopback(first)),
        Some(first) if first.port() != 0 => SocketAddr::new(first.ip(), first.port().saturating_add(offset)),
        Some(first) => first,
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    })
}

fn bases(scenario: &Scenario, listeners: &Listeners, with_tls: bool) -> Bases {
    let base = |service: Service| {
        let own = listeners.iter().find(|(door, _)| *door == Door::Of(service));
        let Some((_, listener)) = own else { return scenario.cloud().base(service) };
        let scheme = if with_tls && service != Service::Control { "https" } else { "http" };
        listener.local_addr().map_or_else(|_| String::new(), |address| format!("{scheme}://{address}"))
    };
    Bases {
        login: base(Service::Login),
        graph: base(Service::Graph),
        exchange: base(Service::Exchange),
        purview: base(Service::Purview),
        control: base(Service::Control),
    }
}

/// A client that trusts this run's authority, and to which every real name is loopback.
fn attackers_client(trust: Option<&Trust>) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder().no_proxy().user_agent("axios/1.7.9").default_headers(attacker::headers());
    if let Some(trust) = trust {
        builder = builder.tls_certs_only([reqwest::Certificate::from_pem(trust.authority.as_bytes())?]);
        for name in host_names() {
            builder = builder.resolve(name, SocketAddr::from((Ipv4Addr::LOCALHOST, HTTPS)));
        }
    }
    Ok(builder.build()?)
}

fn endpoints(scenario: &Scenario, bases: &Bases) -> Endpoints {
    let (client_id, client_secret) = scenario
        .first_caller()
        .map(|app| (app.client_id.clone(), app.client_secret.clone().unwrap_or_default()))
        .unwrap_or_default();
    let Bases { login, graph, exchange, purview, control } = bases.clone();
    Endpoints {
        login,
        graph,
        exchange,
        purview,
        control,
        tenant_id: scenario.tenant_id().to_owned(),
        client_id,
        client_secret,
        cloud: scenario.cloud().name(),
        ca_file: None,
        dns: None,
    }
}

async fn serve<L>(listener: L, front: Front, mut stopped: watch::Receiver<bool>)
where
    L: axum::serve::Listener<Addr = SocketAddr>,
{
    let app = Router::new().fallback(handle).with_state(front);
    let until = async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    // The accept loop ends only when told to; there is nobody to report to.
    let _ = axum::serve(listener, app).with_graceful_shutdown(until).await;
}

async fn handle(State(front): State<Front>, request: HttpRequest<Body>) -> Response<Body> {
    let service = match front.door {
        Door::Of(service) => service,
        Door::ByName => match by_host(&front, &request) {
            Ok(service) => service,
            Err(answer) => return respond(answer),
        },
    };
    let Some(request) = read(service, request).await else {
        return respond(Answer::empty(413));
    };
    if service == Service::Control {
        return respond(at_control(&front, &request).await);
    }
    let visit = Visit::of(&front.shared, &request);
    if !front.latency.is_zero() {
        wait(front.latency).await;
    }
    let answer = {
        let mut world = front.shared.lock();
        world.tick();
        crate::answer_begun(&mut world, &request, &visit.begun)
    };
    drop(visit);
    if front.log {
        log(&request, &answer);
    }
    respond(answer)
}

/// A request under way, which ends with this: also where the client hangs up and nobody is answered.
struct Visit {
    shared: Shared,
    begun: crate::Begun,
}

impl Visit {
    fn of(shared: &Shared, request: &Request) -> Self {
        let begun = crate::Begun::arrived(&mut shared.lock(), request);
        Self { shared: shared.clone(), begun }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.begun.ended(&mut self.shared.lock());
    }
}

/// The service whose name the client used.
fn by_host(front: &Front, request: &HttpRequest<Body>) -> Result<Service, Answer> {
    let header = request.headers().get("host").and_then(|value| value.to_str().ok());
    let host = request.uri().host().or(header).unwrap_or_default();
    match front.origin.0.cloud().host(host) {
        Host::Here(service) => Ok(service),
        Host::InAnotherCloud(Service::Login) => Err(crate::entra::in_another_cloud(&mut front.shared.lock())),
        Host::InAnotherCloud(_) => {
            Err(Answer::graph_error(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience."))
        }
        Host::Unknown => Err(Answer::empty(421)),
    }
}

async fn at_control(front: &Front, request: &Request) -> Answer {
    if request.method == "POST" && request.path == "/clock" {
        return match control::asked_advance(request) {
            Ok(span) => {
                advance(front, span).await;
                control::now(&front.shared.lock())
            }
            Err(answer) => answer,
        };
    }
    if request.method == "POST" && request.path == "/reset" {
        let _driving = front.driver.lock().await;
        return reset(front);
    }
    let mut world = front.shared.lock();
    world.tick();
    crate::answer(&mut world, request)
}

/// Begins again with the scenario, at the time that it is.
fn reset(front: &Front) -> Answer {
    let mut world = front.shared.lock();
    let (scenario, seed) = &*front.origin;
    match scenario.world(*seed, world.tenant.bases.clone(), world.clock.clone()) {
        Ok(fresh) => {
            *world = World { now: world.now, ..fresh };
            Answer::empty(204)
        }
        Err(error) => Answer::json(500, &serde_json::json!({"problem": error.to_string()})),
    }
}

/// Moves the clock, stopping at each moment the attacker wants to act.
async fn advance(front: &Front, span: jiff::SignedDuration) {
    let _driving = front.driver.lock().await;
    let goal = {
        let mut world = front.shared.lock();
        world.tick();
        world.now.saturating_add(span).unwrap_or(Timestamp::MAX)
    };
    while let Some(next) = next_act(&front.shared, goal) {
        front.shared.lock().clock.advance_to(next);
        attacker::act(&front.shared, next).await;
    }
    let mut world = front.shared.lock();
    world.clock.advance_to(goal);
    world.tick();
    crate::pending::settle(&mut world);
}

fn next_act(shared: &Shared, goal: Timestamp) -> Option<Timestamp> {
    let world = shared.lock();
    world.attacker.next_act(world.now).filter(|next| *next <= goal)
}

/// Lets the attacker act while the clock runs by itself.
async fn pace(shared: Shared, driver: Arc<AsyncMutex<()>>) {
    loop {
        wait(PACE).await;
        let _driving = driver.lock().await;
        let now = {
            let mut world = shared.lock();
            world.tick();
            world.now
        };
        while let Some(next) = next_act(&shared, now) {
            attacker::act(&shared, next).await;
        }
    }
}

async fn read(service: Service, request: HttpRequest<Body>) -> Option<Request> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_MAX).await.ok()?;
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    Some(Request {
        service,
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body: body.to_vec(),
    })
}

fn respond(answer: Answer) -> Response<Body> {
    if answer.hang_up {
        return broken();
    }
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A body that fails at once: the connection closes before even the head of the answer is flushed.
fn broken() -> Response<Body> {
    let failing =
        futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset)) });
    let mut response = Response::new(Body::from_stream(failing));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

fn log(request: &Request, answer: &Answer) {
    use std::io::Write;
    let status = if answer.hang_up { "hung up".to_owned() } else { answer.status.to_string() };
    // Nothing is lost when standard error is gone.
    let _ = writeln!(std::io::stderr(), "{:?} {} {} {status}", request.service, request.method, request.path);
}
