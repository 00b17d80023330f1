//! When two exchanges are alike: the same operation, parameters, status and structure.
//!
//! Names and short words are kept, since an enumeration's member or the name of a property may be what is wrong;
//! ids, times, numbers and long texts are told apart only by their kind. Elements of a list that are alike count once.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use crate::exchange::{Body, Exchange};

/// Texts longer than this are all alike.
const LONG: usize = 80;

/// Headers of an answer that something is asked of.
const TOLD: [&str; 3] = ["request-id", "client-request-id", "retry-after"];

/// A number that exchanges which are alike share.
pub fn of(exchange: &Exchange) -> u64 {
    let mut hash = DefaultHasher::new();
    (exchange.service, &exchange.method, exchange.status, exchange.hung_up).hash(&mut hash);
    exchange.path.split('/').for_each(|part| kind(part, &mut hash));
    for (name, value) in exchange.parameters() {
        name.hash(&mut hash);
        kind(&value, &mut hash);
    }
    (&exchange.test, &exchange.request_type, &exchange.answer_type, exchange.anchor.is_some(), exchange.signed_in)
        .hash(&mut hash);
    let names = exchange.answer_headers.iter().flatten().map(|(name, _)| name.to_ascii_lowercase());
    names.filter(|name| TOLD.contains(&name.as_str())).collect::<BTreeSet<_>>().hash(&mut hash);
    exchange.client_request_id.is_some().hash(&mut hash);
    exchange.struck.iter().for_each(|struck| struck.kind.hash(&mut hash));
    body(exchange.request.as_ref(), &mut hash);
    body(exchange.answer.as_ref(), &mut hash);
    hash.finish()
}

fn body(body: Option<&Body>, hash: &mut DefaultHasher) {
    match body {
        None => 0.hash(hash),
        Some(Body::Text(text)) => (1, text.len() > LONG, text).hash(hash),
        Some(Body::Json(json)) => value(json, hash),
    }
}

fn value(of: &Value, hash: &mut DefaultHasher) {
    match of {
        Value::Null => 2.hash(hash),
        Value::Bool(_) => 3.hash(hash),
        Value::Number(number) => (4, number.is_f64(), number.is_i64()).hash(hash),
        Value::String(text) => kind(text, hash),
        Value::Array(items) => {
            let alike: BTreeSet<u64> = items.iter().map(alone).collect();
            (5, alike).hash(hash);
        }
        Value::Object(members) => {
            6.hash(hash);
            for (name, member) in members {
                name.hash(hash);
                value(member, hash);
            }
        }
    }
}

fn alone(of: &Value) -> u64 {
    let mut hash = DefaultHasher::new();
    value(of, &mut hash);
    hash.finish()
}

/// A text by its kind: digits are all alike, and so are the letters of an id.
fn kind(text: &str, hash: &mut DefaultHasher) {
    if text.len() > LONG {
        return 7.hash(hash);
    }
    if is_uuid(text) {
        return 8.hash(hash);
    }
    for byte in text.bytes() {
        if byte.is_ascii_digit() { b'0' } else { byte }.hash(hash);
    }
    9.hash(hash);
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
