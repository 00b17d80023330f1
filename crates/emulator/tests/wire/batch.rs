//! `$batch`: order, failures, addresses, limits.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::{ADA, ADMIN, Run};

fn by_id(answer: &Value) -> BTreeMap<String, Value> {
    answer["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|response| (response["id"].as_str().unwrap().to_owned(), response.clone()))
        .collect()
}

fn patch(id: &str, who: &str, body: &Value) -> Value {
    json!({"id": id, "method": "PATCH", "url": format!("/users/{who}"), "headers": {"Content-Type": "application/json"}, "body": body})
}

#[test]
fn dependencies_make_order_and_failures_spread() {
    let mut run = Run::new();
    let requests = json!({"requests": [
        {"id": "3", "method": "GET", "url": format!("/users/{ADA}?$select=accountEnabled"), "dependsOn": ["1"]},
        patch("1", ADA, &json!({"accountEnabled": false})),
        patch("2", ADMIN, &json!({"jobTitle": "x"})),
        {"id": "4", "method": "POST", "url": format!("/users/{ADMIN}/revokeSignInSessions"), "depends_on": ["2"]},
    ]});
    let answer = run.call("POST", "/v1.0/$batch", &requests);
    let responses = by_id(&answer.value());
    assert_eq!(answer.status, 200);
    assert_eq!(
        (responses["1"]["status"].as_i64(), responses["2"]["status"].as_i64(), responses["4"]["status"].as_i64()),
        (Some(204), Some(403), Some(424))
    );
    assert_eq!(responses["3"]["body"]["accountEnabled"], false);
}

#[test]
fn answers_come_in_any_order_and_the_same_for_a_seed() {
    let order = || {
        let requests: Vec<Value> = (0..10).map(|id| json!({"id": id.to_string(), "method": "GET", "url": "/domains"})).collect();
        let answer = Run::new().call("POST", "/v1.0/$batch", &json!({"requests": requests})).value();
        answer["responses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|response| response["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = order();
    assert_ne!(first, (0..10).map(|id| id.to_string()).collect::<Vec<_>>());
    assert_eq!(first, order());
}

#[test]
fn addresses_may_be_relative_versioned_or_absolute() {
    let mut run = Run::new();
    let urls =
        ["domains", "/domains", "/v1.0/domains", "https://graph.microsoft.com/v1.0/domains", "http://127.0.0.1:2/v1.0/domains"];
    let requests: Vec<Value> =
        urls.iter().enumerate().map(|(id, url)| json!({"id": id.to_string(), "method": "GET", "url": url})).collect();
    let responses = by_id(&run.call("POST", "/v1.0/$batch", &json!({"requests": requests})).value());
    assert!(responses.values().all(|response| response["status"] == 200), "{responses:?}");
}

#[test]
fn a_batch_out_of_bounds_is_refused_whole() {
    let mut run = Run::new();
    let many: Vec<Value> = (0..21).map(|id| json!({"id": id.to_string(), "method": "GET", "url": "/domains"})).collect();
    assert_eq!(run.call("POST", "/v1.0/$batch", &json!({"requests": many})).status, 400);
    let twice = json!([{"id": "a", "method": "GET", "url": "/domains"}, {"id": "A", "method": "GET", "url": "/domains"}]);
    assert_eq!(run.call("POST", "/v1.0/$batch", &json!({"requests": twice})).status, 400);
    let circle = json!([{"id": "a", "method": "GET", "url": "/domains", "dependsOn": ["b"]}, {"id": "b", "method": "GET", "url": "/domains", "dependsOn": ["a"]}]);
    assert_eq!(run.call("POST", "/v1.0/$batch", &json!({"requests": circle})).status, 400);
    let untyped = json!([{"id": "a", "method": "PATCH", "url": format!("/users/{ADA}"), "body": {"accountEnabled": false}}]);
    assert_eq!(run.call("POST", "/v1.0/$batch", &json!({"requests": untyped})).status, 400);
}

#[test]
fn one_can_be_throttled_inside() {
    let mut run = Run::with(|scenario| {
        scenario["faults"] =
            json!([{"match": {"service": "graph", "path": "/domains", "nth": 1}, "kind": "throttle", "seconds": 7}]);
    });
    let requests = json!([{"id": "1", "method": "GET", "url": "/domains"}, {"id": "2", "method": "GET", "url": "/domains"}]);
    let responses = by_id(&run.call("POST", "/v1.0/$batch", &json!({"requests": requests})).value());
    assert_eq!((responses["1"]["status"].as_i64(), responses["1"]["headers"]["Retry-After"].as_str()), (Some(429), Some("7")));
    assert_eq!(responses["2"]["status"], 200);
}
