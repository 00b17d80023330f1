//! The real thing: sockets, broken connections, the control endpoint, the clock.

use std::time::Duration;

use regain_emulator::{Options, Running, Scenario, start};
use serde_json::{Value, json};

use crate::common::{ADA, APP, SECRET, TENANT, scenario};

#[expect(clippy::disallowed_methods, reason = "this is a client of the emulator, not of the product")]
async fn send(request: reqwest::RequestBuilder) -> Result<reqwest::Response, reqwest::Error> {
    request.send().await
}

pub async fn run(change: impl FnOnce(&mut Value), latency: Duration) -> Running {
    let mut value = scenario();
    change(&mut value);
    start(Scenario::from_value(&value).unwrap(), Options { latency, scale: 0.0, ..Options::default() }).await.unwrap()
}

pub async fn token(running: &Running, client: &reqwest::Client) -> String {
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

/// A running tenant under TLS, and a client that trusts this run.
async fn under_tls() -> (Running, tempfile::TempDir, reqwest::ClientBuilder) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    let options = Options { ca_file: Some(file.clone()), scale: 0.0, ..Options::default() };
    let running = start(Scenario::from_value(&scenario()).unwrap(), options).await.unwrap();
    assert_eq!(running.endpoints.ca_file.as_deref(), file.to_str());
    let authority = reqwest::Certificate::from_pem(&std::fs::read(&file).unwrap()).unwrap();
    (running, folder, reqwest::Client::builder().tls_certs_only([authority]))
}

#[tokio::test]
async fn clients_choose_between_both_versions_of_http() {
    let (running, _folder, builder) = under_tls().await;
    let client = builder.build().unwrap();
    let token = token(&running, &client).await;
    let domains = format!("{}/v1.0/domains", running.endpoints.graph);
    assert!(domains.starts_with("https://127.0.0.1:"), "{domains}");
    let answer = send(client.get(&domains).bearer_auth(&token)).await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    let (running, _folder, builder) = under_tls().await;
    let client = builder.http1_only().build().unwrap();
    let answer = send(client.get(format!("{}/v1.0/domains", running.endpoints.graph)).bearer_auth(&token)).await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_11, 200));
    running.stop().await;
}

#[tokio::test]
async fn the_certificate_is_for_every_real_name_and_nobody_else_trusts_it() {
    let (running, _folder, builder) = under_tls().await;
    let address: std::net::SocketAddr = running.endpoints.login.trim_start_matches("https://").parse().unwrap();
    let names: Vec<&str> = regain_emulator::trust::host_names().collect();
    let client = names.iter().fold(builder, |builder, name| builder.resolve(name, address)).build().unwrap();
    for name in &names {
        let url = format!("https://{name}:{}/{TENANT}/v2.0/.well-known/openid-configuration", address.port());
        assert_eq!(send(client.get(url)).await.unwrap().status(), 200, "{name}");
    }
    let stranger = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    assert!(send(stranger.get(format!("{}/device", running.endpoints.login))).await.is_err());
    running.stop().await;
}

#[tokio::test]
async fn a_test_withholds_members_and_begins_again() {
    let running = run(|_| {}, Duration::ZERO).await;
    let client = reqwest::Client::new();
    let token = token(&running, &client).await;
    let base = running.endpoints.control.clone();
    let user = format!("{}/v1.0/users/{ADA}", running.endpoints.graph);
    let read = || async { send(client.get(&user).bearer_auth(&token)).await.unwrap().json::<Value>().await.unwrap() };
    let post = |path: &str, body: Value| send(client.post(format!("{base}{path}")).json(&body));
    let change = json!({"graph": {"method": "PATCH", "path": format!("/users/{ADA}"), "body": {"jobTitle": "Buyer"}}});
    assert_eq!(post("/change", change).await.unwrap().status(), 204);
    assert_eq!(post("/withhold", json!(["GET /users/{}:displayName"])).await.unwrap().status(), 204);
    assert_eq!(post("/withhold", json!(["nonsense"])).await.unwrap().status(), 400);
    let seen = read().await;
    assert_eq!((seen.get("displayName"), seen["jobTitle"].as_str()), (None, Some("Buyer")));
    assert_eq!(post("/reset", json!(null)).await.unwrap().status(), 204);
    let seen = read().await;
    assert_eq!((seen["displayName"].as_str(), seen["jobTitle"].as_str()), (Some("Ada"), None));
    running.stop().await;
}
