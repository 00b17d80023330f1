//! The documented limits of the directory, counted per app.
//!
//! Invariant: windows are of emulated time, so a clock that stands still never lets a window pass.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::caller::Caller;
use crate::message::{Answer, Request};
use crate::world::{ExchangeLimit, World};

/// Writes per app and tenant.
const WRITES: Limit = Limit { units: 3_000, window: SignedDuration::from_secs(150), information: "WriteLimitExceeded" };

/// The sign-in log and other reports, per app and tenant. They do not say how long to wait.
const REPORTS: Limit = Limit { units: 5, window: SignedDuration::from_secs(10), information: "ReportsLimitExceeded" };

/// Conditional Access: of the tenant, whoever asks, and without a word of how long to wait.
const CONDITIONAL_ACCESS: Limit =
    Limit { units: 1, window: SignedDuration::from_secs(1), information: "ConditionalAccessLimitExceeded" };

/// Alerts and scores.
const SECURITY: Limit = Limit { units: 150, window: SignedDuration::from_mins(1), information: "SecurityLimitExceeded" };

/// Usage of the limits so far.
#[derive(Clone, Debug, Default)]
pub struct Meters {
    used: BTreeMap<(String, &'static str), VecDeque<(Timestamp, u32)>>,
}

#[derive(Clone, Copy)]
struct Limit {
    units: u32,
    window: SignedDuration,
    information: &'static str,
}

/// Counts a request, and refuses it when a limit is reached.
pub fn check(world: &mut World, request: &Request, caller: &Caller) -> Option<Answer> {
    if is_outlook(request) || !world.tenant.behaviour.graph_limits {
        return None;
    }
    let (now, app) = (world.now, caller.app_id().to_owned());
    if let Some((whose, limit)) = silent(request, &app) {
        world.meters.take(whose, limit, now, 1)?;
        return Some(Answer::graph_error(429, "TooManyRequests", "Too many requests. Please retry again later."));
    }
    let reads = Limit {
        units: read_units(world.tenant.directory.users.len()),
        window: SignedDuration::from_secs(10),
        information: "ResourceUnitLimitExceeded",
    };
    let limits = if request.method == "GET" { vec![(reads, cost(request))] } else { vec![(reads, cost(request)), (WRITES, 1)] };
    for (limit, units) in limits {
        if let Some(wait) = world.meters.take(&app, limit, now, units) {
            return Some(refusal(limit, wait, &app, &world.tenant.id, units));
        }
    }
    None
}

/// Counts a cmdlet against what the scenario says of the Exchange endpoint.
pub fn check_exchange(world: &mut World, caller: &Caller) -> Option<Answer> {
    let chosen = world.tenant.behaviour.exchange_limit?;
    let (units, window) = chosen.rate?;
    let limit = Limit { units, window, information: "Exchange" };
    let (now, app) = (world.now, caller.app_id().to_owned());
    let wait = world.meters.take(&app, limit, now, 1)?;
    Some(exchange_refusal(chosen, wait))
}

/// How the Exchange endpoint says that it was asked too much.
pub fn exchange_refusal(limit: ExchangeLimit, wait: i64) -> Answer {
    let with_body = || Answer::graph_error(429, "TooManyRequests", "Please retry again later.");
    let answer = if limit.has_body { with_body() } else { Answer::empty(429) };
    if limit.says_when { answer.with_header("Retry-After", &wait.to_string()) } else { answer }
}

/// Limits whose refusal does not say how long to wait, and by whom each is counted.
fn silent<'a>(request: &Request, app: &'a str) -> Option<(&'a str, Limit)> {
    let path = request.path.to_ascii_lowercase();
    if path.contains("/auditlogs/") || path.contains("/reports/") {
        Some((app, REPORTS))
    } else if path.contains("/conditionalaccess/") {
        Some(("tenant", CONDITIONAL_ACCESS))
    } else if path.contains("/security/") {
        Some((app, SECURITY))
    } else {
        None
    }
}

/// Mailboxes have limits of their own.
fn is_outlook(request: &Request) -> bool {
    let path = request.path.to_ascii_lowercase();
    ["/mailfolders", "/mailboxsettings", "/sendmail"].iter().any(|part| path.contains(part))
}

fn read_units(users: usize) -> u32 {
    match users {
        0..50 => 3_500,
        50..=500 => 5_000,
        _ => 8_000,
    }
}

/// Resource units of a request, never below one.
fn cost(request: &Request) -> u32 {
    let (path, query) = (request.path.to_ascii_lowercase(), request.query.to_ascii_lowercase().replace("%24", "$"));
    let base: i32 = match path.as_str() {
        path if path.contains("transitivemember") || path.contains("getbyids") => 5,
        path if path.contains("/members") => 3,
        path if path.trim_end_matches('/').ends_with("/users") => 2,
        _ => 1,
    };
    let units = base - i32::from(query.contains("$select=")) + i32::from(query.contains("$expand="));
    u32::try_from(units.max(1)).unwrap_or(1)
}

impl Meters {
    /// Takes units, or tells how many seconds to wait.
    fn take(&mut self, app: &str, limit: Limit, now: Timestamp, units: u32) -> Option<i64> {
        let used = self.used.entry((app.to_owned(), limit.information)).or_default();
        while used.front().is_some_and(|(at, _)| now.duration_since(*at) >= limit.window) {
            used.pop_front();
        }
        let sum: u32 = used.iter().map(|(_, units)| units).sum();
        if sum + units <= limit.units {
            used.push_back((now, units));
            return None;
        }
        let oldest = used.front().map_or(now, |(at, _)| *at);
        Some((limit.window - now.duration_since(oldest)).as_secs().max(1))
    }
}

fn refusal(limit: Limit, wait: i64, app: &str, tenant: &str, units: u32) -> Answer {
    Answer::graph_error(429, "TooManyRequests", "Please retry again later.")
        .with_header("Retry-After", &wait.to_string())
        .with_header("x-ms-throttle-limit-percentage", "1.1")
        .with_header("x-ms-throttle-scope", &format!("Tenant_Application/ReadWrite/{app}/{tenant}"))
        .with_header("x-ms-throttle-information", limit.information)
        .with_header("x-ms-resource-unit", &units.to_string())
}
