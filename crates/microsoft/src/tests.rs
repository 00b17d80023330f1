//! The clients against servers that answer as the contract says. No test sleeps: waiting moves a clock.

mod graph;
mod identities;
mod mail;
mod posture;
mod posture_mail;
mod sign_in;
mod transport;

use std::sync::Arc;

use regain_ports::{Clock as _, ProviderErrorKind};
use serde_json::{Value, json};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::emulated::tests::line;
use crate::testing::{FakeClock, nobody};
use crate::{Access, Human, Microsoft, Patience, Settings};

pub(crate) const ID: &str = "a1000000-0000-4000-8000-000000000001";

/// A tenant of three servers, and our handle on it.
pub(crate) struct Tenant {
    pub(crate) login: MockServer,
    pub(crate) graph: MockServer,
    pub(crate) exchange: MockServer,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) ours: Microsoft,
}

impl Tenant {
    pub(crate) async fn new() -> Self {
        let (login, graph, exchange) = (MockServer::start().await, MockServer::start().await, MockServer::start().await);
        let tokens = Mock::given(method("POST")).and(path_regex("/oauth2/v2.0/token$"));
        let token = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "a-token"});
        tokens.respond_with(ResponseTemplate::new(200).set_body_json(token)).mount(&login).await;
        let clock = FakeClock::new();
        let ours = handle(&line(&login.uri(), &graph.uri(), &exchange.uri()), clock.clone());
        Self { login, graph, exchange, clock, ours }
    }

    pub(crate) fn waited(&self) -> i64 {
        self.clock.now().duration_since("2026-11-02T02:00:00Z".parse().unwrap()).as_secs()
    }
}

pub(crate) fn handle(line: &str, clock: Arc<FakeClock>) -> Microsoft {
    handle_with(line, clock, nobody())
}

pub(crate) fn handle_with(line: &str, clock: Arc<FakeClock>, human: Human) -> Microsoft {
    let access = Access::emulated(line).unwrap();
    Microsoft::new(Settings { access, human, clock, patience: Patience::default() }).unwrap()
}

/// Answers of a server, one after the other; the last for ever.
pub(crate) async fn answers(server: &MockServer, verb: &str, path: &str, answers: Vec<ResponseTemplate>) {
    let last = answers.len() - 1;
    for (at, answer) in answers.into_iter().enumerate() {
        let mock = Mock::given(method(verb)).and(path_regex(path)).respond_with(answer);
        if at < last { mock.up_to_n_times(1).mount(server).await } else { mock.mount(server).await }
    }
}

/// Answers batches: `answer` gives status and body for each inner address. In reverse order.
pub(crate) async fn batches(server: &MockServer, answer: impl Fn(&str) -> (u16, Value) + Send + Sync + 'static) {
    let respond = move |request: &Request| {
        let body: Value = request.body_json().unwrap();
        let asked = body["requests"].as_array().unwrap();
        let told = |one: &Value| {
            let (status, body) = answer(one["url"].as_str().unwrap());
            json!({"id": one["id"], "status": status, "headers": {"Retry-After": "7"}, "body": body})
        };
        let responses: Vec<Value> = asked.iter().rev().map(told).collect();
        ResponseTemplate::new(200).set_body_json(json!({"responses": responses}))
    };
    Mock::given(method("POST")).and(path_regex("^/v1.0/\\$batch$")).respond_with(respond).mount(server).await;
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"error": {"code": code, "message": message}}))
}

pub(crate) fn user() -> Value {
    json!({
        "id": ID, "userPrincipalName": "alex.berg@contoso.com", "displayName": "Alex Berg", "accountEnabled": true,
        "userType": "Member", "mail": "alex.berg@contoso.com", "proxyAddresses": ["SMTP:alex.berg@contoso.com"],
        "signInSessionsValidFromDateTime": "2026-01-07T06:12:44Z",
    })
}

pub(crate) fn list(rows: Value) -> Value {
    json!({"value": rows})
}

pub(crate) async fn sent(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

pub(crate) fn is_unanswered<T>(answer: Result<T, regain_ports::ProviderError>) -> bool {
    matches!(answer.map_err(|error| error.kind), Err(ProviderErrorKind::Unanswered(_)))
}
