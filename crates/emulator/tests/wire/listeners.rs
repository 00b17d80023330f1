//! The real thing: sockets, broken connections, the control endpoint, the clock.

use std::time::Duration;

use regain_emulator::{Options, Running, Scenario, start};
use serde_json::{Value, json};

use crate::common::{ADA, APP, SECRET, TENANT, scenario};

#[expect(clippy::disallowed_methods, reason = "this is a client of the emulator, not of the product")]
async fn send(request: reqwest::RequestBuilder) -> Result<reqwest::Response, reqwest::Error> {
    request.send().await
}

async fn run(change: impl FnOnce(&mut Value), latency: Duration) -> Running {
    let mut value = scenario();
    change(&mut value);
    start(Scenario::from_value(&value).unwrap(), Options { latency, scale: 0.0, ..Options::default() }).await.unwrap()
}

async fn token(running: &Running, client: &reqwest::Client) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", APP),
        ("client_secret", SECRET),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let answer = send(client.post(format!("{}/{TENANT}/oauth2/v2.0/token", running.endpoints.login)).form(&form)).await.unwrap();
    answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
}

async fn control(running: &Running, client: &reqwest::Client, path: &str) -> Value {
    send(client.get(format!("{}{path}", running.endpoints.control))).await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn endpoints_are_printed_in_their_order() {
    let running = run(|_| {}, Duration::ZERO).await;
    let text = serde_json::to_string(&running.endpoints).unwrap();
    let names: Vec<&str> = text
        .split('"')
        .filter(|part| {
            ["login", "graph", "exchange", "purview", "control", "tenant_id", "client_id", "client_secret", "ca_file"]
                .contains(part)
        })
        .collect();
    assert_eq!(names, ["login", "graph", "exchange", "purview", "control", "tenant_id", "client_id", "client_secret", "ca_file"]);
    running.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_a_broken_connection() {
    let running = run(
        |scenario| scenario["faults"] = json!([{"match": {"method": "PATCH", "nth": 1}, "kind": "lose-answer"}]),
        Duration::ZERO,
    )
    .await;
    let client = reqwest::Client::new();
    let token = token(&running, &client).await;
    let user = format!("{}/v1.0/users/{ADA}", running.endpoints.graph);
    let lost = send(client.patch(&user).bearer_auth(&token).json(&json!({"accountEnabled": false}))).await;
    assert!(lost.is_err(), "no status line may reach the client");
    let read: Value =
        send(client.get(format!("{user}?$select=accountEnabled")).bearer_auth(&token)).await.unwrap().json().await.unwrap();
    assert_eq!(read["accountEnabled"], false);
    running.stop().await;
}

#[tokio::test]
async fn the_record_tells_what_ran_side_by_side() {
    let running = run(|_| {}, Duration::from_millis(30)).await;
    let client = reqwest::Client::new();
    let token = token(&running, &client).await;
    let get = || send(client.get(format!("{}/v1.0/domains", running.endpoints.graph)).bearer_auth(&token));
    let (first, second, third) = tokio::join!(get(), get(), get());
    assert!([first, second, third].into_iter().all(|answer| answer.unwrap().status() == 200));
    assert_eq!(control(&running, &client, "/round-trips").await, json!({"total": 4, "depth": 2}));
    let requests = control(&running, &client, "/requests").await;
    assert_eq!(requests.as_array().unwrap().len(), 4);
    assert_eq!(
        (requests[0]["service"].as_str(), requests[0]["status"].as_i64(), requests[0]["caller"].as_str()),
        (Some("login"), Some(200), Some(APP))
    );
    running.stop().await;
}

#[tokio::test]
async fn the_clock_jumps_when_told() {
    let running = run(|_| {}, Duration::ZERO).await;
    let client = reqwest::Client::new();
    let token = token(&running, &client).await;
    let clock = format!("{}/clock", running.endpoints.control);
    assert_eq!(control(&running, &client, "/clock").await["now"], "2026-11-02T09:00:00Z");
    let moved: Value = send(client.post(&clock).json(&json!({"advance": "PT95M"}))).await.unwrap().json().await.unwrap();
    assert_eq!(moved["now"], "2026-11-02T10:35:00Z");
    assert_eq!(send(client.post(&clock).json(&json!({"advance": "later"}))).await.unwrap().status(), 400);
    let late = send(client.get(format!("{}/v1.0/domains", running.endpoints.graph)).bearer_auth(&token)).await.unwrap();
    assert_eq!(late.status(), 401, "the token has ended meanwhile");
    running.stop().await;
}

#[tokio::test]
async fn tests_change_faults_and_tenant_from_outside() {
    let running = run(|_| {}, Duration::ZERO).await;
    let client = reqwest::Client::new();
    let token = token(&running, &client).await;
    let base = running.endpoints.control.clone();
    let faults = json!([{"match": {"path": "/domains"}, "when": {"times": 1}, "kind": "unavailable"}]);
    assert_eq!(send(client.post(format!("{base}/faults")).json(&faults)).await.unwrap().status(), 204);
    assert_eq!(send(client.post(format!("{base}/faults")).json(&json!([{"kind": "plague"}]))).await.unwrap().status(), 400);
    let get = || send(client.get(format!("{}/v1.0/domains", running.endpoints.graph)).bearer_auth(&token));
    assert_eq!(
        (get().await.unwrap().status(), get().await.unwrap().status()),
        (reqwest::StatusCode::SERVICE_UNAVAILABLE, reqwest::StatusCode::OK)
    );
    let change = json!({"graph": {"method": "PATCH", "path": format!("/users/{ADA}"), "body": {"jobTitle": "Buyer"}}});
    assert_eq!(send(client.post(format!("{base}/change")).json(&change)).await.unwrap().status(), 204);
    assert_eq!(running.world().lock().unwrap().tenant.directory.users[ADA]["jobTitle"], "Buyer");
    for path in ["/verdict", "/state", "/operations", "/unimplemented"] {
        assert_eq!(send(client.get(format!("{base}{path}"))).await.unwrap().status(), 200, "{path}");
    }
    running.stop().await;
}
