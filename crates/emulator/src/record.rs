//! What was asked and answered, and what can be told from the order of it.
//!
//! Invariant: every request to a service of the tenant is kept whole, in the order of the answers.

use serde_json::{Value, json};

use crate::message::{Answer, Request, Service};
use crate::world::{Recorded, World};

/// Keeps a request with its answer.
pub fn keep(world: &mut World, request: &Request, answer: &Answer, began: u64) {
    if request.service == Service::Control {
        return;
    }
    let ended = world.next_ordinal();
    let caller = caller_of(world, request);
    world.record.push(Recorded { request: request.clone(), answer: answer.clone(), began, ended, at: world.now, caller });
}

/// Who asks, as far as the token or form tells.
pub fn caller_of(world: &World, request: &Request) -> Option<String> {
    if request.service == Service::Login {
        return crate::entra::client_of(request);
    }
    let claims = crate::entra::token::claims(&world.tenant, request.bearer()?)?;
    if claims["idtyp"] == "app" {
        claims["appid"].as_str().map(str::to_owned)
    } else {
        Some(format!("user:{}", claims["oid"].as_str()?))
    }
}

/// The whole record, for the control endpoint.
pub fn requests(world: &World) -> Value {
    world.record.iter().map(line).collect()
}

fn line(recorded: &Recorded) -> Value {
    let request = &recorded.request;
    json!({
        "service": request.service,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "status": recorded.answer.status,
        "hung_up": recorded.answer.hang_up,
        "request_headers": request.headers,
        "request_body": String::from_utf8_lossy(&request.body),
        "answer_headers": recorded.answer.headers,
        "answer_body": String::from_utf8_lossy(&recorded.answer.body),
        "began": recorded.began,
        "ended": recorded.ended,
        "at": recorded.at,
        "caller": recorded.caller,
    })
}

/// How many requests the scenario's callers made, and how many of them had to wait for one another.
pub fn round_trips(world: &World) -> Value {
    let spans: Vec<(u64, u64)> = world
        .record
        .iter()
        .filter(|recorded| is_callers(world, recorded))
        .map(|recorded| (recorded.began, recorded.ended))
        .collect();
    json!({"total": spans.len(), "depth": depth(&spans)})
}

fn is_callers(world: &World, recorded: &Recorded) -> bool {
    recorded.caller.as_deref().is_none_or(|caller| world.tenant.app(caller).is_some())
}

/// The longest chain in which each began after the one before had ended.
fn depth(spans: &[(u64, u64)]) -> usize {
    let mut by_end = spans.to_vec();
    by_end.sort_by_key(|(_, ended)| *ended);
    let mut longest = 0;
    let mut last_end = 0;
    for (began, ended) in by_end {
        if longest == 0 || began > last_end {
            longest += 1;
            last_end = ended;
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn what_overlaps_counts_once() {
        assert_eq!(depth(&[]), 0);
        assert_eq!(depth(&[(1, 2), (3, 4), (5, 6)]), 3);
        assert_eq!(depth(&[(1, 4), (2, 5), (3, 6), (7, 8)]), 2);
    }
}
