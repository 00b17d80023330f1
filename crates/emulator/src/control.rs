//! The test's own door: what happened, what is the case, and what time it is.
//!
//! Invariant: nothing here is visible to the services of the tenant, and reading changes nothing.

mod setting;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::caller::{Caller, Kind};
use crate::cloud::Cloud;
use crate::entra::access::{self, SignIn};
use crate::entra::grants::DeviceState;
use crate::entra::{device, user};
use crate::message::{Answer, Request, Service};
use crate::sessions::Proof;
use crate::withheld::Withheld;
use crate::world::World;
use crate::{clock, graph, normal, permissions, record, scenario, verdict};

/// Answers what needs nothing but the world. Moving the clock is the server's, since the attacker acts on the way.
pub fn answer(world: &mut World, request: &Request) -> Answer {
    match (request.method.as_str(), request.path.trim_end_matches('/')) {
        ("GET", "/verdict") => Answer::json(200, &verdict::verdict(world)),
        ("GET", "/requests") => Answer::json(200, &record::requests(world)),
        ("GET", "/round-trips") => Answer::json(200, &record::round_trips(world)),
        ("GET", "/state") => Answer::json(200, &normal::normal_form(&world.tenant)),
        ("GET", "/operations") => Answer::json(200, &graph::operations_served()),
        ("GET", "/unimplemented") => Answer::json(200, &json!(world.unimplemented)),
        ("GET", "/names") => Answer::json(200, &json!(world.names_asked)),
        ("GET", "/clock") => now(world),
        ("POST", "/faults") => replace_faults(world, request),
        ("POST", "/change") => change(world, request),
        ("POST", "/withhold") => withhold(world, request),
        ("POST", "/device") => settle_device(world, request),
        ("POST", "/sign-in") => try_sign_in(world, request),
        _ => wrong(404, "no such control operation"),
    }
}

/// The span that a `POST /clock` asks for.
pub fn asked_advance(request: &Request) -> Result<SignedDuration, Answer> {
    let body = request.json().unwrap_or(Value::Null);
    let span = body["advance"].as_str().and_then(clock::parse_span).filter(|span| !span.is_negative());
    span.ok_or_else(|| wrong(400, "advance: an ISO 8601 duration such as PT95M is wanted"))
}

/// What the clock shows.
pub fn now(world: &World) -> Answer {
    // Everybody else's clock: the tenant's own may be ahead of it, or behind.
    let now = world.clock.now();
    let ahead = world.tenant.behaviour.clock_ahead.saturating_add(world.faults.clock_ahead(now));
    let theirs = now.checked_sub(ahead).unwrap_or(now);
    Answer::json(200, &json!({"now": theirs, "scale": world.clock.scale()}))
}

fn wrong(status: u16, problem: &str) -> Answer {
    Answer::json(status, &json!({"problem": problem}))
}

fn replace_faults(world: &mut World, request: &Request) -> Answer {
    match scenario::faults(&request.json().unwrap_or(Value::Null)) {
        Ok(faults) => {
            world.faults = faults;
            Answer::empty(204)
        }
        Err(error) => wrong(400, &error.to_string()),
    }
}

/// Replaces what is withheld: `["OPERATION:MEMBER"]`, or nothing.
fn withhold(world: &mut World, request: &Request) -> Answer {
    let body = request.json().unwrap_or(Value::Null);
    let texts = body.as_array().into_iter().flatten().map(|item| item.as_str().unwrap_or_default());
    match texts.map(str::parse).collect::<Result<Vec<Withheld>, _>>() {
        Ok(withheld) => {
            world.withheld = withheld;
            Answer::empty(204)
        }
        Err(problem) => wrong(400, problem),
    }
}

/// Confirms a device code as an account would, or declines it.
fn settle_device(world: &mut World, request: &Request) -> Answer {
    let body = request.json().unwrap_or(Value::Null);
    let state = match body["user"].as_str().map(|name| world.tenant.directory.user_key(name)) {
        Some(Some(account)) => DeviceState::Approved(account),
        Some(None) => return wrong(400, "user: no such account"),
        None => DeviceState::Declined,
    };
    match device::decide(world, body["user_code"].as_str().unwrap_or_default(), state) {
        Ok(()) => Answer::empty(204),
        Err(problem) => wrong(400, problem),
    }
}

/// Kinds of clients, as policies name them; the last two are protocols that know no second factor.
const CLIENTS: [&str; 4] = ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];

/// Whether an account with its right password gets in by a client of this kind, by device code or not. Old protocols have
/// no wire here, and the contract none.
fn try_sign_in(world: &mut World, request: &Request) -> Answer {
    let body = request.json().unwrap_or(Value::Null);
    let Some(account) = body["user"].as_str().and_then(|name| world.tenant.directory.user_key(name)) else {
        return wrong(400, "user: no such account");
    };
    let Some(client) = CLIENTS.into_iter().find(|known| body["client"] == **known) else {
        return wrong(400, "client: one that policies know is wanted");
    };
    let old = access::is_legacy(client);
    let shown = Proof { device_code: body["device_code"] == true, ..access::at_a_page(world, &account) };
    let sign_in = SignIn {
        account: &account,
        service: if old { Service::Exchange } else { Service::Graph },
        proof: if old { Proof::PASSWORD } else { shown },
        client,
        address: "203.0.113.10",
    };
    match user::check_enabled(world, &account).and_then(|()| access::check(world, &sign_in)) {
        Ok(()) => Answer::json(200, &json!({"allowed": true, "code": null})),
        Err(failure) => Answer::json(200, &json!({"allowed": false, "code": failure.number()})),
    }
}

/// Performs a call as somebody else who may do everything, past faults, limits and record; or sets one setting.
fn change(world: &mut World, request: &Request) -> Answer {
    let body = request.json().unwrap_or(Value::Null);
    if body["set"].is_object() {
        return match setting::set(world, &body["set"]) {
            Ok(()) => Answer::empty(204),
            Err(problem) => wrong(400, &problem),
        };
    }
    if body["ways"].is_object() {
        return add_ways(world, &body["ways"]);
    }
    let call = &body["graph"];
    let (Some(method), Some(path)) = (call["method"].as_str(), call["path"].as_str()) else {
        return wrong(400, "graph: method and path are wanted");
    };
    let target = if path.starts_with("/v1.0") || path.starts_with("/beta") { path.to_owned() } else { format!("/v1.0{path}") };
    let mut inner = Request::new(Service::Graph, method, &target);
    if !call["body"].is_null() {
        inner = inner.with_json(&call["body"]);
    }
    if world.faults.furthest_lag().is_some() {
        world.history.keep(world.now, world.tenant.directory.clone());
    }
    let somebody = somebody_else(world.tenant.cloud);
    graph::route(world, &inner, &somebody)
}

/// Somebody adds ways in to an app: what Graph's description, as we have it, has no operation for.
fn add_ways(world: &mut World, ways: &Value) -> Answer {
    match scenario::add_ways(ways, &mut world.tenant.directory) {
        Ok(()) => Answer::empty(204),
        Err(error) => wrong(400, &error.to_string()),
    }
}

fn somebody_else(cloud: Cloud) -> Caller {
    let permissions = permissions::APP_ROLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let roles = crate::roles::template("Global Administrator").map(str::to_owned).into_iter().collect();
    let id = crate::seed::named_uuid("somebody else");
    Caller {
        kind: Kind::App { app_id: id.clone(), service_principal: id, permissions, roles },
        aud: cloud.audience(Service::Graph),
    }
}
