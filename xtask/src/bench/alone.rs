//! The same work, one call at a time: what a script does that waits for each answer before it asks
//! the next question.
//!
//! The requests of a run are sent again, batches taken apart, to a fresh tenant of the same scenario
//! and seed. Only their number and their time count, so an answer is not looked at.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use super::emulated::Tenant;

/// A request as it stood in the record, or in a batch of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `graph`, `exchange`: the service that it went to.
    service: String,
    method: String,
    /// With its query.
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    /// When it was answered in the run, in the order of the record.
    ended: u64,
}

/// How long the calls took.
#[derive(Debug, Clone, Copy)]
pub struct Alone {
    /// How many there were.
    pub calls: usize,
    /// From the first to the answer of the last; sign-in aside.
    pub took: Duration,
}

/// Headers that belong to a connection, or to the run that was recorded.
const OF_THE_RUN: &[&str] = &["authorization", "host", "content-length", "connection", "accept-encoding", "transfer-encoding"];

/// Every call of a record but those to sign in.
pub fn calls(record: &Value) -> Vec<Call> {
    record.as_array().into_iter().flatten().flat_map(of).filter(|call| call.service != "login").collect()
}

/// Those calls that the lock needed: to the directory, until its last look was answered.
pub fn of_the_lock(record: &Value, verified: Option<u64>) -> Vec<Call> {
    let until = verified.unwrap_or(u64::MAX);
    calls(record).into_iter().filter(|call| call.service == "graph" && call.ended <= until).collect()
}

fn of(line: &Value) -> Vec<Call> {
    let text = |of: &Value, member: &str| of[member].as_str().unwrap_or_default().to_owned();
    let path = text(line, "path");
    let query = text(line, "query");
    let target = if query.is_empty() { path } else { format!("{path}?{query}") };
    let whole = Call {
        service: text(line, "service").to_ascii_lowercase(),
        method: text(line, "method"),
        target,
        headers: headers(&line["request_headers"]),
        body: text(line, "request_body"),
        ended: line["ended"].as_u64().unwrap_or_default(),
    };
    let Some(version) = whole.target.strip_suffix("/$batch") else { return vec![whole] };
    let body: Value = serde_json::from_str(&whole.body).unwrap_or_default();
    let part = |inner: &Value| Call {
        method: text(inner, "method"),
        target: format!("{version}{}", text(inner, "url")),
        headers: headers(&inner["headers"]),
        body: inner.get("body").map(Value::to_string).unwrap_or_default(),
        ..whole.clone()
    };
    body["requests"].as_array().into_iter().flatten().map(part).collect()
}

fn headers(value: &Value) -> Vec<(String, String)> {
    let all =
        value.as_object().into_iter().flatten().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    all.filter(|(name, _)| !OF_THE_RUN.contains(&name.to_ascii_lowercase().as_str())).collect()
}

/// Sends the calls one after the other.
pub fn replay(tenant: &Tenant, calls: &[Call]) -> Result<Alone> {
    let endpoints: Value = serde_json::from_str(tenant.line())?;
    let mut tokens = BTreeMap::new();
    for call in calls {
        if !tokens.contains_key(&call.service) {
            tokens.insert(call.service.clone(), token(&endpoints, &call.service)?);
        }
    }
    let begin = Instant::now();
    for call in calls {
        let bearer = tokens.get(&call.service).map(|token| ("Authorization".to_owned(), format!("Bearer {token}")));
        let headers: Vec<(String, String)> = call.headers.iter().cloned().chain(bearer).collect();
        send(host(&endpoints, &call.service)?, &call.method, &call.target, &headers, &call.body)?;
    }
    Ok(Alone { calls: calls.len(), took: begin.elapsed() })
}

fn token(endpoints: &Value, service: &str) -> Result<String> {
    let resource = if service == "graph" { "https://graph.microsoft.com" } else { "https://outlook.office365.com" };
    let text = |member: &str| endpoints[member].as_str().unwrap_or_default();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={resource}/.default",
        text("client_id"),
        text("client_secret").replace('~', "%7E"),
    );
    let headers = [("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let target = format!("/{}/oauth2/v2.0/token", text("tenant_id"));
    let answer = send(host(endpoints, "login")?, "POST", &target, &headers, &form)?;
    let answer: Value = serde_json::from_slice(&answer).context("sign-in was not answered with JSON")?;
    answer["access_token"].as_str().map(str::to_owned).context("sign-in gave no token")
}

fn host<'a>(endpoints: &'a Value, service: &str) -> Result<&'a str> {
    let base = endpoints[service].as_str().with_context(|| format!("there is no endpoint {service}"))?;
    let host = base.trim_start_matches("http://");
    Ok(host.split_once('/').map_or(host, |(host, _)| host))
}

/// One request over a connection of its own; the body of the answer.
fn send(host: &str, method: &str, target: &str, headers: &[(String, String)], body: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(host).with_context(|| format!("{host} does not answer"))?;
    let mut head =
        format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    write!(stream, "{head}\r\n{body}")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").with_context(|| format!("{method} {target}: no answer"))?;
    Ok(answer.split_off(end + 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_batch_is_taken_apart_and_signing_in_is_left_out() {
        let batch = json!({"requests": [
            {"id": "1", "method": "GET", "url": "/users/a?$select=id", "headers": {"ConsistencyLevel": "eventual"}},
            {"id": "2", "method": "PATCH", "url": "/users/a", "body": {"accountEnabled": false}},
        ]});
        let record = json!([
            {"service": "Login", "method": "POST", "path": "/t/oauth2/v2.0/token", "ended": 1},
            {"service": "Graph", "method": "POST", "path": "/v1.0/$batch", "request_body": batch.to_string(), "ended": 2},
            {"service": "Exchange", "method": "POST", "path": "/adminapi/beta/t/InvokeCommand", "query": "a=b",
             "request_headers": {"x-cmdletname": "Get-Mailbox", "authorization": "Bearer x"}, "request_body": "{}", "ended": 3},
        ]);
        let calls = calls(&record);
        let targets: Vec<&str> = calls.iter().map(|call| call.target.as_str()).collect();
        assert_eq!(targets, ["/v1.0/users/a?$select=id", "/v1.0/users/a", "/adminapi/beta/t/InvokeCommand?a=b"]);
        assert_eq!(calls[2].headers, [("x-cmdletname".to_owned(), "Get-Mailbox".to_owned())]);
        assert_eq!(calls[1].body, "{\"accountEnabled\":false}");
        assert_eq!(of_the_lock(&record, Some(1)), []);
    }
}
