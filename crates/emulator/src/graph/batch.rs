//! `$batch`: up to twenty requests in one, in the order that their dependencies ask for.
//!
//! Invariant: each inner request meets the faults and limits that it would have met alone; the answers come
//! back in an order that nobody may rely on.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::odata::bad;
use crate::caller::Caller;
use crate::directory::text;
use crate::faults::Kind;
use crate::message::{Answer, Request, Service};
use crate::traffic::Struck;
use crate::world::World;

/// Requests in one batch, at most.
const REQUESTS_MAX: usize = 20;

/// Answers a batch.
pub fn answer(world: &mut World, request: &Request, caller: &Caller) -> Answer {
    match run(world, request, caller) {
        Ok(responses) => Answer::json(200, &json!({"responses": responses})),
        Err(refused) => refused,
    }
}

fn run(world: &mut World, request: &Request, caller: &Caller) -> Result<Vec<Value>, Answer> {
    let body = request.json().unwrap_or(Value::Null);
    let items = body["requests"].as_array().ok_or_else(|| bad("Invalid batch payload format."))?;
    check(items)?;
    let mut done: BTreeMap<String, bool> = BTreeMap::new();
    let mut responses = Vec::new();
    let mut open: Vec<&Value> = items.iter().collect();
    while !open.is_empty() {
        let ready = open.iter().position(|item| dependencies(item).iter().all(|id| done.contains_key(id)));
        let Some(at) = ready else { return Err(bad("Batch requests depend on one another in a circle.")) };
        let item = open.remove(at);
        let failed = dependencies(item).iter().any(|id| done.get(id) == Some(&false));
        let answer = if failed {
            Answer::graph_error(424, "FailedDependency", "Failed dependency")
        } else {
            inner(world, request, caller, item)?
        };
        done.insert(text(item, "id").to_ascii_lowercase(), (200..400).contains(&answer.status));
        responses.push(response(text(item, "id"), &answer));
    }
    Ok(shuffled(world, responses))
}

fn check(items: &[Value]) -> Result<(), Answer> {
    if items.is_empty() || items.len() > REQUESTS_MAX {
        return Err(bad(&format!("The number of batch requests must be between 1 and {REQUESTS_MAX}.")));
    }
    let mut ids = BTreeSet::new();
    for item in items {
        let id = text(item, "id").to_ascii_lowercase();
        if id.is_empty() || text(item, "method").is_empty() || text(item, "url").is_empty() {
            return Err(bad("Each batch request needs id, method and url."));
        }
        if !ids.insert(id.clone()) {
            return Err(bad(&format!("Request Id '{id}' has to be unique in a batch.")));
        }
        if item.get("body").is_some_and(|body| !body.is_null()) && content_type(item).is_none() {
            return Err(bad(&format!("Write request id '{id}' must have a Content-Type header.")));
        }
    }
    match items.iter().flat_map(dependencies).find(|id| !ids.contains(id)) {
        Some(id) => Err(bad(&format!("The request depends on '{id}', which is not in the batch."))),
        None => Ok(()),
    }
}

/// Ids that the item waits for; one client library spells the member its own way.
fn dependencies(item: &Value) -> Vec<String> {
    let list = item["dependsOn"].as_array().or_else(|| item["depends_on"].as_array());
    list.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_ascii_lowercase)).collect()
}

fn content_type(item: &Value) -> Option<&str> {
    let headers = item["headers"].as_object()?;
    headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).and_then(|(_, value)| value.as_str())
}

fn inner(world: &mut World, outer: &Request, caller: &Caller, item: &Value) -> Result<Answer, Answer> {
    let request = inner_request(world, outer, item)?;
    let mut answer = if let Some(fault) = world.faults.strike(world.now, &request) {
        world.struck.push(Struck { id: Some(text(item, "id").to_owned()), kind: fault.kind });
        match crate::faults::before(fault, &request) {
            Some(answer) => answer,
            None if fault.kind == Kind::Lag => {
                crate::behind(world, &request, fault.seconds, |world, request| super::limited(world, request, caller))
            }
            None => crate::faults::after(fault, super::limited(world, &request, caller)),
        }
    } else {
        super::limited(world, &request, caller)
    };
    crate::withheld::withhold(&world.withheld, &request, &mut answer);
    // One connection carries them all: when it breaks for one, it breaks for all.
    if answer.hang_up { Err(answer) } else { Ok(answer) }
}

fn inner_request(world: &World, outer: &Request, item: &Value) -> Result<Request, Answer> {
    let mut request = Request::new(Service::Graph, text(item, "method"), &target(world, outer, text(item, "url")));
    if request.path.to_ascii_lowercase().contains("$batch") {
        return Err(bad("A batch cannot hold a batch."));
    }
    for (name, value) in item["headers"].as_object().into_iter().flatten() {
        request = request.with_header(name, value.as_str().unwrap_or_default());
    }
    request.body = match (&item["body"], content_type(item)) {
        (Value::Null, _) => Vec::new(),
        (Value::String(encoded), Some(kind)) if !kind.contains("json") => STANDARD.decode(encoded).unwrap_or_default(),
        (body, _) => body.to_string().into_bytes(),
    };
    Ok(request)
}

/// The path with its version, from a relative address, one with the version, or an absolute one.
fn target(world: &World, outer: &Request, url: &str) -> String {
    let hosts = [world.tenant.bases.graph.as_str(), "https://graph.microsoft.com"];
    let rest = hosts.iter().find_map(|host| url.strip_prefix(host)).unwrap_or(url);
    let rest = format!("/{}", rest.trim_start_matches('/'));
    if rest.starts_with("/v1.0/") || rest.starts_with("/beta/") {
        return rest;
    }
    let version = if outer.path.to_ascii_lowercase().contains("beta") { "beta" } else { "v1.0" };
    format!("/{version}{rest}")
}

fn response(id: &str, answer: &Answer) -> Value {
    let hidden = ["request-id", "client-request-id"];
    let headers: Map<String, Value> = answer
        .headers
        .iter()
        .filter(|(name, _)| !hidden.contains(&name.as_str()))
        .map(|(name, value)| {
            if name == "content-type" {
                ("Content-Type".to_owned(), json!("application/json"))
            } else {
                (name.clone(), json!(value))
            }
        })
        .collect();
    let mut response = json!({"id": id, "status": answer.status, "body": body(answer)});
    if !headers.is_empty() {
        response["headers"] = Value::Object(headers);
    }
    response
}

/// JSON stays JSON; a text comes encoded.
fn body(answer: &Answer) -> Value {
    if answer.body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| Value::from(STANDARD.encode(&answer.body)))
}

fn shuffled(world: &mut World, mut responses: Vec<Value>) -> Vec<Value> {
    for last in (1..responses.len()).rev() {
        let other = world.tenant.mint.below(last + 1);
        responses.swap(last, other);
    }
    responses
}
