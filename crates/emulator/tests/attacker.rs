//! The attacker: over HTTP, on time, and with nothing but what is left to him.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::{SignedDuration, Timestamp};
use regain_emulator::Scenario;
use regain_emulator::attacker::{self, Attempt};
use regain_emulator::server::{Options, Running};
use serde_json::{Value, json};

const ANNA: &str = "a1000000-0000-4000-8000-000000000001";

async fn start(name: &str, change: impl FnOnce(&mut Value)) -> Running {
    let file = format!("{}/../../examples/scenarios/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut scenario: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    change(&mut scenario);
    let scenario = Scenario::from_value(&scenario).unwrap();
    regain_emulator::server::start(scenario, Options { scale: 0.0, ..Options::default() }).await.unwrap()
}

async fn go_on(running: &Running, minutes: i64) {
    let shared = running.shared().clone();
    let goal = shared.lock().now + SignedDuration::from_mins(minutes);
    while let Some(next) = next_act(running, goal) {
        advance(running, next);
        attacker::act(&shared, next).await;
    }
    advance(running, goal);
}

fn next_act(running: &Running, goal: Timestamp) -> Option<Timestamp> {
    let world = running.shared().lock();
    world.attacker.next_act(world.now).filter(|next| *next <= goal)
}

fn advance(running: &Running, moment: Timestamp) {
    let mut world = running.shared().lock();
    world.clock.advance_to(moment);
    world.tick();
}

fn attempts(running: &Running) -> Vec<Attempt> {
    running.shared().lock().attacker.attempts.clone()
}

fn disable_rules(running: &Running) {
    let mut world = running.shared().lock();
    let mut mailbox = world.tenant.exchange.mailbox_of(ANNA).unwrap().clone();
    mailbox.rules.retain(|rule| rule.name != ".");
    world.tenant.exchange.put_mailbox(mailbox);
}

fn has_rule(running: &Running) -> bool {
    let world = running.shared().lock();
    world.tenant.exchange.mailbox_of(ANNA).unwrap().rules.iter().any(|rule| rule.name == ".")
}

#[tokio::test]
async fn a_living_access_token_makes_the_rule_again() {
    let running = start("bec-classic", |_| {}).await;
    disable_rules(&running);
    go_on(&running, 19).await;
    assert!(!has_rule(&running));
    go_on(&running, 2).await;
    assert!(has_rule(&running), "{:?}", attempts(&running));
    running.stop().await;
}

#[tokio::test]
async fn a_rule_that_is_still_there_is_left_alone() {
    let running = start("bec-classic", |_| {}).await;
    go_on(&running, 21).await;
    assert_eq!(attempts(&running)[0].outcome, "the rule is still there");
    running.stop().await;
}

#[tokio::test]
async fn a_token_that_has_ended_is_no_help() {
    let running = start("bec-classic", |scenario| scenario["attacker"]["does"][0]["at"] = json!("PT55M")).await;
    disable_rules(&running);
    go_on(&running, 60).await;
    assert!(!has_rule(&running));
    running.stop().await;
}

#[tokio::test]
async fn revocation_and_a_new_password_end_his_sign_ins() {
    let running = start("bec-classic", |_| {}).await;
    {
        let mut world = running.shared().lock();
        world.tenant.sessions.end_refresh(ANNA);
        world.tenant.sessions.set_password(ANNA, "something else", true);
    }
    go_on(&running, 30).await;
    let attempts = attempts(&running);
    assert_eq!(attempts.len(), 3);
    assert!(attempts[1..].iter().all(|attempt| !attempt.worked()), "{attempts:?}");
    running.stop().await;
}

#[tokio::test]
async fn on_every_tick_he_forwards_again_while_a_way_in_remains() {
    let running = start("two-admins", |_| {}).await;
    go_on(&running, 16).await;
    let attempts = attempts(&running);
    assert_eq!(attempts.len(), 6, "{attempts:?}");
    assert!(attempts.iter().all(Attempt::worked), "{attempts:?}");
    running.stop().await;
}

#[tokio::test]
async fn spam_brings_the_block_and_a_blocked_owner_sends_nothing() {
    let body = json!({"message": {"subject": "Invoice", "body": {"content": "x"}, "toRecipients": [{"emailAddress": {"address": "victim@example.org"}}]}});
    let running = start("bec-classic", |scenario| {
        scenario["exchange"]["blockedSenders"] = json!([]);
        scenario["exchange"]["behaviour"] = json!({"outboundLimit": 5});
        scenario["attacker"]["does"] =
            json!([{"at": "PT1M", "act": "send-mail", "with": "access-token", "body": body, "count": 9}]);
    })
    .await;
    go_on(&running, 2).await;
    let world = running.shared().lock().clone();
    assert!(world.tenant.exchange.sending_blocked("anna.berg@contoso.com", world.now));
    assert_eq!((world.tenant.mail.arrivals.len(), world.tenant.mail.bounces.len()), (6, 3));
    running.stop().await;
}

#[tokio::test]
async fn the_same_seed_gives_the_same_attack() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let running = start("bec-classic", |_| {}).await;
        go_on(&running, 30).await;
        runs.push(attempts(&running));
        running.stop().await;
    }
    assert_eq!(runs[0], runs[1]);
}
