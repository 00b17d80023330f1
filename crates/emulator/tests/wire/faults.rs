//! What goes wrong on purpose, and whether it was done all the same.

use regain_emulator::message::{Request, Service};
use serde_json::{Value, json};

use crate::common::{ADA, Run, code};

fn with(fault: &Value) -> Run {
    let fault = fault.clone();
    Run::with(move |scenario| scenario["faults"] = json!([fault]))
}

fn block(run: &mut Run) -> regain_emulator::message::Answer {
    run.call("PATCH", &format!("/v1.0/users/{ADA}"), &json!({"accountEnabled": false}))
}

fn is_blocked(run: &Run) -> bool {
    run.world.tenant.directory.users[ADA]["accountEnabled"] == false
}

#[test]
fn each_kind_says_what_it_says_and_does_what_it_does() {
    for (kind, status, done) in [
        ("throttle", 429, false),
        ("throttle-no-retry-after", 429, false),
        ("unavailable", 503, false),
        ("timeout", 504, false),
        ("timeout-after-write", 504, true),
        ("refuse", 403, false),
        ("html-403", 403, false),
        ("licence", 403, false),
        ("malformed", 204, true),
    ] {
        let mut run = with(&json!({"match": {"method": "patch", "path": "/users/"}, "when": {"times": 1}, "kind": kind}));
        let answer = block(&mut run);
        assert_eq!((answer.status, is_blocked(&run)), (status, done), "{kind}");
        assert_eq!(answer.header("retry-after").is_some(), kind == "throttle", "{kind}");
        assert_eq!(block(&mut run).status, 204, "{kind} wears off");
    }
}

#[test]
fn a_connection_breaks_before_or_after_the_deed() {
    for (kind, done) in [("lose-answer", true), ("drop", false)] {
        let mut run = with(&json!({"match": {"method": "PATCH"}, "kind": kind}));
        assert!(block(&mut run).hang_up, "{kind}");
        assert_eq!(is_blocked(&run), done, "{kind}");
    }
}

#[test]
fn a_lagging_replica_shows_what_was() {
    let mut run = with(&json!({"match": {"method": "GET"}, "kind": "lag", "seconds": 30}));
    run.pass(60);
    let enabled = |run: &mut Run| run.get(&format!("/v1.0/users/{ADA}?$select=accountEnabled")).value()["accountEnabled"].clone();
    assert_eq!(block(&mut run).status, 204);
    assert_eq!(enabled(&mut run), true);
    run.pass(29);
    assert_eq!(enabled(&mut run), true);
    run.pass(2);
    assert_eq!(enabled(&mut run), false);
}

#[test]
fn half_a_body_is_no_json() {
    let mut run = with(&json!({"match": {"path": "/domains"}, "kind": "malformed"}));
    let answer = run.get("/v1.0/domains");
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
}

#[test]
fn a_next_link_can_expire() {
    let mut run = Run::with(|scenario| {
        scenario["tenant"]["behaviour"] = json!({"pageSize": 1});
        scenario["faults"] = json!([{"kind": "next-link-expires"}]);
    });
    let next = run.get("/v1.0/users?$select=id").value()["@odata.nextLink"].as_str().unwrap().to_owned();
    let answer = run.get(next.strip_prefix("http://127.0.0.1:2").unwrap());
    assert_eq!((answer.status, code(&answer).as_str()), (400, "Directory_ExpiredPageToken"));
}

#[test]
fn a_skewed_clock_is_everybody_s_and_strikes_no_request() {
    let mut run = with(&json!({"kind": "clock-skew", "seconds": 7200, "when": {"from": "2026-11-02T09:01:00Z"}}));
    let theirs = |run: &mut Run| run.send(&Request::new(Service::Control, "GET", "/clock")).value()["now"].clone();
    assert_eq!(theirs(&mut run), "2026-11-02T09:00:00Z");
    run.world.clock.advance_to("2026-11-02T09:01:00Z".parse().unwrap());
    run.pass(60);
    assert_eq!(theirs(&mut run), "2026-11-02T07:01:00Z");
    assert_eq!(block(&mut run).status, 204);
}

#[test]
fn faults_that_make_no_sense_are_refused_with_their_place() {
    for (fault, said) in [
        (json!({"kind": "clock-skew"}), "wants seconds"),
        (json!({"kind": "clock-skew", "seconds": 5, "match": {"service": "graph"}}), "the whole tenant's"),
        (json!({"kind": "lag", "seconds": -5}), "may be negative"),
        (json!({"kind": "slow"}), "unknown variant"),
    ] {
        let mut scenario = crate::common::scenario();
        scenario["faults"] = json!([fault]);
        let error = regain_emulator::Scenario::from_value(&scenario).unwrap_err();
        assert!(error.place == "faults[0]" && error.problem.contains(said), "{error}");
    }
}

#[test]
fn faults_strike_in_their_time_only() {
    let mut run = with(
        &json!({"match": {"path": "/domains"}, "when": {"from": "2026-11-02T09:01:00Z", "to": "2026-11-02T09:02:00Z"}, "kind": "unavailable"}),
    );
    let statuses: Vec<u16> = (0..3)
        .map(|_| {
            let status = run.get("/v1.0/domains").status;
            run.pass(60);
            status
        })
        .collect();
    assert_eq!(statuses, [200, 503, 200]);
}

#[test]
fn a_fork_meets_no_faults_and_shares_nothing() {
    let mut run = with(&json!({"match": {"method": "PATCH"}, "kind": "drop"}));
    let mut fork = Run { world: run.world.fork(), token: run.token.clone() };
    assert_eq!(block(&mut fork).status, 204);
    assert!(is_blocked(&fork) && !is_blocked(&run));
    assert!(block(&mut run).hang_up);
}
