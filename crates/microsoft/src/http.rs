//! The only place that sends. One call here is one request: no repeats, no redirects.
//!
//! Invariant: a request is counted when it begins and when its answer is there, so that requests
//! that had to wait for one another are known (the round trips of a budget). No error and no log
//! holds a request's body, path or headers.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use regain_incident::secret::Secret;
use regain_ports::BoxError;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;

use crate::guard::{Carries, Guard, Refused};
use crate::token::Token;

/// How many requests were made, and how many of them had to follow one another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RoundTrips {
    /// Requests to Graph and Exchange; a batch is one.
    pub requests: u64,
    /// The longest chain of requests of which each began after the answer to the one before it.
    pub depth: u64,
    /// Requests for tokens, counted apart: warm tokens need none.
    pub tokens: u64,
}

/// What a request is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    Work,
    Token,
}

/// What a request carries. Bytes are made when it is sent and not before.
#[derive(Clone)]
pub(crate) enum Content {
    Nothing,
    /// An empty body with its length, for a POST without arguments.
    Empty,
    Json(Vec<u8>),
    /// `PATCH passwordProfile`; the password leaves its `Secret` only here.
    Password {
        password: Secret,
        must_change: bool,
    },
    /// Form fields, the secret ones apart.
    Form {
        open: Vec<(&'static str, String)>,
        secret: Vec<(&'static str, Secret)>,
    },
}

/// One request.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content: Content,
    pub(crate) count: Count,
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Nothing came back.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Not sent: certainly not carried out.
    NotSent(BoxError),
    /// Refused by the guard: not sent, and never will be.
    Refused(BoxError),
    /// Sent, at least in part: perhaps carried out.
    NoAnswer(BoxError),
}

pub(crate) struct Http {
    client: reqwest::Client,
    guard: Guard,
    ledger: Mutex<Ledger>,
}

#[derive(Default)]
struct Ledger {
    sum: RoundTrips,
    /// The longest chain that has been answered.
    answered: u64,
}

impl Http {
    pub(crate) fn new(client: reqwest::Client, guard: Guard) -> Self {
        Self { client, guard, ledger: Mutex::default() }
    }

    pub(crate) fn round_trips(&self) -> RoundTrips {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).sum
    }

    /// Sends once; with a token, or without one to a sign-in host.
    pub(crate) async fn send(&self, request: &Request, token: Option<&Token>) -> Result<Answer, Failure> {
        let carries = token.map_or(Carries::SignIn, |token| token.resource.carries());
        self.guard.check(&request.url, carries).map_err(|refused| Failure::Refused(refused.into()))?;
        let built = build(&self.client, request, token.map(|token| &token.secret))?;
        let place = self.begin(request.count);
        let answer = self.client.execute(built).await;
        let read = match answer {
            Ok(response) => read(response).await,
            // The address is left out: its query may hold names.
            Err(error) if error.is_connect() || error.is_builder() => Err(Failure::NotSent(error.without_url().into())),
            Err(error) => Err(Failure::NoAnswer(error.without_url().into())),
        };
        self.end(place);
        read
    }

    /// Whether a sign-in may go there.
    pub(crate) fn may_sign_in_at(&self, url: &Url) -> Result<(), Refused> {
        self.guard.check(url, Carries::SignIn)
    }

    /// Counts a request that begins; gives its place in the longest chain.
    fn begin(&self, count: Count) -> u64 {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        if count == Count::Token {
            ledger.sum.tokens += 1;
            return 0;
        }
        let place = ledger.answered + 1;
        ledger.sum.requests += 1;
        ledger.sum.depth = ledger.sum.depth.max(place);
        place
    }

    fn end(&self, place: u64) {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.answered = ledger.answered.max(place);
    }
}

/// A body that breaks off leaves a refusal a refusal (Exchange's 403 has none, or NUL bytes that
/// claim to be gzip), but a success without its body is an answer that was lost.
async fn read(response: reqwest::Response) -> Result<Answer, Failure> {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    match response.bytes().await {
        Ok(body) => Ok(Answer { status, headers, body: body.to_vec() }),
        Err(_) if (400..500).contains(&status) => Ok(Answer { status, headers, body: Vec::new() }),
        Err(error) => Err(Failure::NoAnswer(error.without_url().into())),
    }
}

fn build(client: &reqwest::Client, request: &Request, token: Option<&Secret>) -> Result<reqwest::Request, Failure> {
    let not_sent = |error: reqwest::Error| Failure::NotSent(error.without_url().into());
    let mut builder = client.request(request.method.clone(), request.url.clone());
    builder = builder.header("client-request-id", request_id());
    for (name, value) in &request.headers {
        // A sign-in name may hold letters that a header allows only as bytes.
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|error| Failure::NotSent(error.into()))?;
        builder = builder.header(HeaderName::from_static(name), value);
    }
    if let Some(token) = token {
        let mut value =
            HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|error| Failure::NotSent(error.into()))?;
        value.set_sensitive(true);
        builder = builder.header(AUTHORIZATION, value);
    }
    with_content(builder, &request.content)?.build().map_err(not_sent)
}

fn with_content(builder: reqwest::RequestBuilder, content: &Content) -> Result<reqwest::RequestBuilder, Failure> {
    let json = |bytes: Vec<u8>| builder_json(bytes);
    Ok(match content {
        Content::Nothing => builder,
        Content::Empty => builder.header(CONTENT_LENGTH, "0").body(Vec::new()),
        Content::Json(bytes) => json(bytes.clone())(builder),
        Content::Password { password, must_change } => {
            let profile = Profile { force: *must_change, password: password.expose() };
            let bytes = serde_json::to_vec(&NewPassword { profile }).map_err(|error| Failure::NotSent(error.into()))?;
            json(bytes)(builder)
        }
        Content::Form { open, secret } => {
            let fields: Vec<(&str, &str)> = open
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .chain(secret.iter().map(|(name, value)| (*name, value.expose())))
                .collect();
            builder.form(&fields)
        }
    })
}

fn builder_json(bytes: Vec<u8>) -> impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    move |builder| builder.header(CONTENT_TYPE, "application/json; charset=utf-8").body(bytes)
}

#[derive(Serialize)]
struct NewPassword<'a> {
    #[serde(rename = "passwordProfile")]
    profile: Profile<'a>,
}

#[derive(Serialize)]
struct Profile<'a> {
    #[serde(rename = "forceChangePasswordNextSignIn")]
    force: bool,
    password: &'a str,
}

/// What Microsoft's support asks for; means nothing to us.
#[expect(clippy::disallowed_methods, reason = "this is the adapter's own place for random ids")]
pub(crate) fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// How long to wait, if the service says so: in seconds, or until a date by its own clock.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let text = self.header("retry-after")?;
        let text = text.trim();
        if let Ok(seconds) = text.parse::<f64>() {
            return Duration::try_from_secs_f64(seconds.max(0.0)).ok();
        }
        let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        let now = jiff::fmt::rfc2822::parse(self.header("date")?.trim()).ok()?.timestamp();
        Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
    }

    /// The body as JSON. Nothing may require one of an error.
    pub(crate) fn json(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}
