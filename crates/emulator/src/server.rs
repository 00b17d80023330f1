//! The listeners: five ports on loopback around one world.
//!
//! Invariant: the world is locked only while an answer is made. Latency, the attacker and slow clients wait
//! outside the lock.

use std::net::{Ipv4Addr, SocketAddr};
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

use crate::clock::{Clock, wait};
use crate::message::{Answer, Request, Service};
use crate::scenario::{Scenario, ScenarioError};
use crate::world::{Bases, Shared, World};
use crate::{attacker, control};

/// How the attacker's pace is looked at while nobody moves the clock.
const PACE: Duration = Duration::from_millis(50);

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
    /// First of five addresses on consecutive ports; any free ports when missing.
    pub listen: Option<SocketAddr>,
    /// One line per request on standard error.
    pub log: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { latency: Duration::ZERO, seed: 1, scale: 1.0, listen: None, log: false }
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
    /// Certificate authority of the listeners; none while they speak plain HTTP.
    pub ca_file: Option<String>,
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
    service: Service,
    shared: Shared,
    latency: Duration,
    log: bool,
    /// Held by whoever moves the clock, so that the attacker's acts stay in order.
    driver: Arc<AsyncMutex<()>>,
}

/// Starts the emulator.
pub async fn start(scenario: Scenario, options: Options) -> Result<Running, Error> {
    let services = [Service::Login, Service::Graph, Service::Exchange, Service::Purview, Service::Control];
    let mut listeners = Vec::new();
    for (offset, service) in (0_u16..).zip(services) {
        listeners.push((service, listen(options.listen, offset).await?));
    }
    let bases = bases(&listeners);
    let clock = Clock::running(scenario.clock, options.scale);
    let shared = Shared::new(scenario.world(options.seed, bases.clone(), clock)?);
    let (stop, stopped) = watch::channel(false);
    let driver = Arc::new(AsyncMutex::new(()));
    let mut tasks = JoinSet::new();
    for (service, listener) in listeners {
        let front =
            Front { service, shared: shared.clone(), latency: options.latency, log: options.log, driver: Arc::clone(&driver) };
        tasks.spawn(serve(listener, front, stopped.clone()));
    }
    tasks.spawn(pace(shared.clone(), driver));
    Ok(Running { endpoints: endpoints(&scenario, &bases), shared, stop, tasks })
}

async fn listen(first: Option<SocketAddr>, offset: u16) -> Result<TcpListener, Error> {
    let address = match first {
        Some(first) if !first.ip().is_loopback() => return Err(Error::NotLoopback(first)),
        Some(first) if first.port() != 0 => SocketAddr::new(first.ip(), first.port().saturating_add(offset)),
        Some(first) => first,
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    };
    TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })
}

fn bases(listeners: &[(Service, TcpListener)]) -> Bases {
    let mut bases = Bases::default();
    for (service, listener) in listeners {
        let address = listener.local_addr().map_or_else(|_| String::new(), |address| format!("http://{address}"));
        let slot = match service {
            Service::Login => &mut bases.login,
            Service::Graph => &mut bases.graph,
            Service::Exchange => &mut bases.exchange,
            Service::Purview => &mut bases.purview,
            Service::Control => &mut bases.control,
        };
        *slot = address;
    }
    bases
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
        ca_file: None,
    }
}

async fn serve(listener: TcpListener, front: Front, mut stopped: watch::Receiver<bool>) {
    let app = Router::new().fallback(handle).with_state(front);
    let until = async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    // The accept loop ends only when told to; there is nobody to report to.
    let _ = axum::serve(listener, app).with_graceful_shutdown(until).await;
}

async fn handle(State(front): State<Front>, request: HttpRequest<Body>) -> Response<Body> {
    let Some(request) = read(front.service, request).await else {
        return respond(Answer::empty(413));
    };
    if front.service == Service::Control {
        return respond(at_control(&front, &request).await);
    }
    let began = front.shared.lock().next_ordinal();
    if !front.latency.is_zero() {
        wait(front.latency).await;
    }
    let answer = {
        let mut world = front.shared.lock();
        world.tick();
        crate::answer_begun(&mut world, &request, began)
    };
    if front.log {
        log(&request, &answer);
    }
    respond(answer)
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
    let mut world = front.shared.lock();
    world.tick();
    crate::answer(&mut world, request)
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
