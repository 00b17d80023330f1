//! Collections: filtered, projected and cut into pages.
//!
//! Invariant: following the next links from the first page gives every row, with every option of the first
//! request still in force; and once, unless the list changes under way.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::odata::{Query, bad, project};
use super::{Call, Outcome};
use crate::encoding;
use crate::message::Answer;
use crate::world::World;

/// The biggest `$top` that most directory collections take.
pub const CEILING: usize = 999;

/// Answers with a collection of full objects; `default` is what shows when nothing is selected.
pub fn list(world: &World, call: &Call, rows: Vec<Value>, default: &[&str]) -> Outcome {
    let query = Query::read(call.request, CEILING)?;
    list_with(world, call, &query, rows, default)
}

/// The same with options already read.
pub fn list_with(world: &World, call: &Call, query: &Query, rows: Vec<Value>, default: &[&str]) -> Outcome {
    let mut rows: Vec<Value> =
        rows.into_iter().filter(|row| query.filter.as_ref().is_none_or(|filter| filter.matches(row))).collect();
    if let Some((name, descending)) = &query.order {
        rows.sort_by_key(|row| row[name.as_str()].as_str().unwrap_or_default().to_ascii_lowercase());
        if *descending {
            rows.reverse();
        }
    }
    let names =
        if query.select.is_empty() { default.iter().map(|name| (*name).to_owned()).collect() } else { with_expanded(query) };
    let Cut { from, to, next } = cut(world, query, rows.len())?;
    let shown: Vec<Value> = rows.get(from..to).unwrap_or_default().iter().map(|row| project(row, &names)).collect();
    let mut body = json!({"@odata.context": context(world, call, query), "value": shown});
    if query.count {
        body["@odata.count"] = json!(rows.len());
    }
    if let Some(token) = next {
        body["@odata.nextLink"] = Value::from(next_link(world, call, &token));
    }
    Ok(Answer::json(200, &body))
}

fn with_expanded(query: &Query) -> Vec<String> {
    query.select.iter().cloned().chain(query.expand.iter().map(|(name, _)| name.clone())).collect()
}

fn context(world: &World, call: &Call, query: &Query) -> String {
    let selected = if query.select.is_empty() { String::new() } else { format!("({})", query.select.join(",")) };
    format!("{}/{}/$metadata#{}{selected}", world.tenant.bases.graph, call.version, call.path)
}

struct Cut {
    from: usize,
    to: usize,
    next: Option<String>,
}

fn cut(world: &World, query: &Query, total: usize) -> Result<Cut, Answer> {
    let size = query.top.unwrap_or(world.tenant.behaviour.page_size).min(world.tenant.behaviour.page_size).max(1);
    let (from, was_empty) = match &query.skip_token {
        Some(token) => read_token(world, token)?,
        None => (0, false),
    };
    if world.tenant.behaviour.empty_pages && !was_empty && from > 0 {
        return Ok(Cut { from, to: from, next: Some(token(world, from, true)) });
    }
    let from = from.min(total).saturating_sub(usize::from(world.tenant.behaviour.page_moves && from > 0));
    let to = (from + size).min(total);
    Ok(Cut { from, to, next: (to < total).then(|| token(world, to, false)) })
}

/// An opaque place: only this run can make one.
fn token(world: &World, from: usize, was_empty: bool) -> String {
    let place = format!("{from}.{}", u8::from(was_empty));
    let tag = hmac::sign(&world.tenant.mint.signing_key(), place.as_bytes());
    let mut bytes = tag.as_ref().iter().take(12).copied().collect::<Vec<u8>>();
    bytes.extend(place.as_bytes());
    format!("RFNwdAIAAQ{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn read_token(world: &World, text: &str) -> Result<(usize, bool), Answer> {
    let wrong = || bad("The specified page token value is invalid.");
    let bytes = text.strip_prefix("RFNwdAIAAQ").and_then(|rest| URL_SAFE_NO_PAD.decode(rest).ok()).ok_or_else(wrong)?;
    let place = String::from_utf8(bytes.get(12..).unwrap_or_default().to_vec()).map_err(|_| wrong())?;
    let (from, was_empty) = place.split_once('.').ok_or_else(wrong)?;
    let found = (from.parse().map_err(|_| wrong())?, was_empty == "1");
    if token(world, found.0, found.1) == text { Ok(found) } else { Err(wrong()) }
}

/// The same address with every option but the place, which is new.
fn next_link(world: &World, call: &Call, token: &str) -> String {
    let is_place = |part: &&str| encoding::decode(part).to_ascii_lowercase().trim_start_matches('$').starts_with("skiptoken=");
    let mut options: Vec<&str> = call.request.query.split('&').filter(|part| !part.is_empty() && !is_place(part)).collect();
    let place = format!("$skiptoken={token}");
    options.push(&place);
    let path: Vec<String> = call.path.split('/').map(encode_segment).collect();
    let path = path.join("/");
    format!("{}/{}/{path}?{}", world.tenant.bases.graph, call.version, options.join("&"))
}

fn encode_segment(part: &str) -> String {
    encoding::encode(part).replace("%24", "$").replace("%40", "@")
}
