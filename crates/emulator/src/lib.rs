//! A Microsoft 365 tenant on loopback, with its attacker.
//!
//! It answers as Microsoft's published description says, and shares no code with the clients that are tried
//! on it. The heart is [`answer`]: a world, a request, an answer, and nothing else. Listeners, clock and
//! attacker are built around it.

pub mod scenario;

pub mod clock;
pub mod cloud;
pub mod seed;

pub mod directory;
pub mod licences;
pub mod objects;
pub mod permissions;
pub mod policies;
pub mod roles;
pub mod sessions;
pub mod world;

pub mod encoding;
pub mod message;

pub mod dns;

pub mod faults;
pub mod history;
pub mod pending;

pub mod caller;
pub mod entra;
pub mod exchange;
pub mod graph;
pub mod mail;

pub mod attacker;
pub mod normal;
pub mod verdict;

pub mod control;
pub mod record;
pub mod withheld;

pub mod server;
pub mod tls;
pub mod traffic;
pub mod trust;

pub use scenario::{Scenario, ScenarioError};
pub use server::{Endpoints, Options, Running, start};

use faults::{Fault, Kind};
use message::{Answer, Request, Service};
use world::World;

/// Answers one request, and records both.
pub fn answer(world: &mut World, request: &Request) -> Answer {
    let begun = Begun::arrived(world, request);
    let answer = answer_begun(world, request, &begun);
    begun.ended(world);
    answer
}

/// A request that has arrived and is not answered.
#[derive(Debug)]
pub struct Begun {
    ordinal: u64,
    arrival: exchange::Arrival,
}

impl Begun {
    /// Counts a request as it arrives.
    pub fn arrived(world: &mut World, request: &Request) -> Self {
        Self { ordinal: world.next_ordinal(), arrival: exchange::at_once::arrive(world, request) }
    }

    /// No longer under way: answered, or nobody waits for it.
    pub fn ended(&self, world: &mut World) {
        exchange::at_once::leave(world, &self.arrival);
    }
}

/// Answers a request that arrived earlier.
pub fn answer_begun(world: &mut World, request: &Request, begun: &Begun) -> Answer {
    pending::settle(world);
    let is_one_too_many = begun.arrival == exchange::Arrival::Refused;
    let mut answer = with_faults(world, request, if is_one_too_many { exchange::at_once::refused } else { route });
    let struck = std::mem::take(&mut world.struck);
    if request.service != Service::Control {
        traffic::keep(request, &answer, &struck, !world.withheld.is_empty());
    }
    withheld::withhold(&world.withheld, request, &mut answer);
    record::keep(world, request, &answer, begun.ordinal);
    answer
}

/// Lets the faults of the scenario have their say around the real answer.
pub(crate) fn with_faults(world: &mut World, request: &Request, route: fn(&mut World, &Request) -> Answer) -> Answer {
    let Some(fault) = world.faults.strike(world.now, request) else {
        return keeping_history(world, request, route);
    };
    world.struck.push(traffic::Struck { id: None, kind: fault.kind });
    if let Some(answer) = faults::before(fault, request) {
        return answer;
    }
    match fault {
        Fault { kind: Kind::InsufficientClaims, .. } => {
            world.tenant.sessions.challenge(request.bearer().unwrap_or_default());
            keeping_history(world, request, route)
        }
        Fault { kind: Kind::Lag, seconds } => behind(world, request, seconds, route),
        Fault { kind: Kind::PageMoves, .. } => {
            world.tenant.behaviour.page_moves = true;
            let answer = keeping_history(world, request, route);
            world.tenant.behaviour.page_moves = false;
            answer
        }
        fault => faults::after(fault, keeping_history(world, request, route)),
    }
}

/// Answers, and keeps the directory as it was before a write when replicas may be behind.
fn keeping_history(world: &mut World, request: &Request, route: fn(&mut World, &Request) -> Answer) -> Answer {
    let lag = world.faults.furthest_lag().filter(|_| request.method != "GET");
    let before = lag.filter(|lag| world.history.wants(world.now, *lag)).map(|_| world.tenant.directory.clone());
    let answer = route(world, request);
    if let Some(before) = before {
        world.history.keep(world.now, before);
    }
    answer
}

/// Answers a read from a replica that is behind.
pub(crate) fn behind(
    world: &mut World,
    request: &Request,
    seconds: Option<i64>,
    route: impl FnOnce(&mut World, &Request) -> Answer,
) -> Answer {
    let behind = jiff::SignedDuration::from_secs(seconds.unwrap_or(faults::LAG_SECONDS));
    let Some(past) = world.history.at(world.now, behind) else {
        return route(world, request);
    };
    // A read keeps no state, so the one that was taken is still where it was.
    world.history.swap(past, &mut world.tenant.directory);
    let answer = route(world, request);
    world.history.swap(past, &mut world.tenant.directory);
    answer
}

fn route(world: &mut World, request: &Request) -> Answer {
    match request.service {
        Service::Login => entra::answer(world, request),
        Service::Graph => graph::answer(world, request),
        Service::Exchange | Service::Purview => cmdlets(world, request),
        Service::Control => control::answer(world, request),
    }
}

/// The cmdlet hosts: the token is checked here, the rest is theirs.
fn cmdlets(world: &mut World, request: &Request) -> Answer {
    match entra::token::verify(&world.tenant, request.bearer(), request.service, world.now) {
        Ok(caller) => exchange::answer(world, request, &caller),
        Err(entra::token::Refusal::Challenged) => Answer::empty(401)
            .with_header("WWW-Authenticate", &entra::token::challenge("00000002-0000-0ff1-ce00-000000000000", world.now)),
        Err(_) => Answer::empty(401).with_header(
            "WWW-Authenticate",
            "Bearer client_id=\"00000002-0000-0ff1-ce00-000000000000\", error=\"invalid_token\"",
        ),
    }
}

/// Refuses what does not exist here, and counts it.
pub(crate) fn unimplemented(world: &mut World, request: &Request) -> Answer {
    let what = format!("{} {:?}{}", request.method, request.service, request.path);
    *world.unimplemented.entry(what).or_default() += 1;
    Answer::graph_error(404, "UnknownError", &format!("No operation {} {} in the emulated tenant.", request.method, request.path))
}
