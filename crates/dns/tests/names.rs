//! The resolver against a real server on loopback, honest and otherwise.

use std::net::{SocketAddr, UdpSocket};

use regain_dns::Resolver;
use regain_emulator::{Options, Running, Scenario, start};
use regain_ports::{Names, ProviderError, ProviderErrorKind};
use serde_json::{Value, json};

async fn server(names: Value) -> (Running, Resolver) {
    let scenario = json!({
        "format": 1, "name": "names", "clock": "2026-11-02T02:00:00Z", "names": names,
        "tenant": {"id": "0f1e2d3c-4b5a-4678-9a0b-c0de00000001", "name": "Contoso", "initialDomain": "contoso.onmicrosoft.com"},
        "callers": [{
            "client_id": "c1000000-0000-4000-8000-000000000001", "client_secret": "secret", "name": "regain",
            "service_principal_id": "d4000000-0000-4000-8000-0000000000a1", "permissions": [],
        }],
    });
    let running = start(Scenario::from_value(&scenario).expect("a scenario"), Options::default()).await.expect("started");
    let address = running.endpoints.dns.expect("a name server");
    (running, Resolver::at(address).expect("a resolver"))
}

/// What was asked, and by which transport.
fn asked(running: &Running) -> Vec<String> {
    running.shared().lock().names_asked.clone()
}

fn dead(name: &str, trouble: &str) -> Value {
    json!({"name": name, "texts": ["v=DMARC1; p=none"], "trouble": trouble})
}

fn detail(error: &ProviderError) -> String {
    format!("{:?}", error.kind)
}

#[tokio::test]
async fn texts_are_joined_and_several_are_told_apart() {
    let long = "x".repeat(700);
    let (running, resolver) = server(json!([
        {"name": "contoso.com", "texts": [["v=spf1 include:a.example ", "-all"], "MS=ms1"]},
        {"name": "long.example", "texts": [long]},
    ]))
    .await;
    let mut texts = resolver.text_records("Contoso.com.").await.expect("asked");
    texts.sort();
    assert_eq!(texts, ["MS=ms1", "v=spf1 include:a.example -all"]);
    assert_eq!(resolver.text_records("long.example").await.expect("asked"), [long]);
    running.stop().await;
}

#[tokio::test]
async fn there_is_none_only_where_a_server_says_so() {
    let (running, resolver) = server(json!([
        {"name": "contoso.com"},
        {"name": "_dmarc.below.example", "texts": ["v=DMARC1; p=none"]},
        {"name": "alias.example", "alias": "gone.example"},
        dead("fails.example", "servfail"),
        dead("refuses.example", "refused"),
        dead("leads.example", "referral"),
    ]))
    .await;
    for none in ["contoso.com", "nowhere.example", "below.example", "alias.example"] {
        assert_eq!(resolver.text_records(none).await.expect(none), Vec::<String>::new(), "{none}");
    }
    for (name, word) in [("fails.example", "Server Failure"), ("refuses.example", "Refused"), ("leads.example", "others")] {
        let error = resolver.text_records(name).await.expect_err(name);
        assert!(matches!(error.kind, ProviderErrorKind::Incomplete { .. }), "{error:?}");
        assert!(detail(&error).contains(word), "{error:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn aliases_are_followed_to_the_key() {
    let (running, resolver) = server(json!([
        {"name": "selector1._domainkey.contoso.com", "alias": "one.example"},
        {"name": "one.example", "alias": "two.example"},
        {"name": "two.example", "texts": ["v=DKIM1; p=MIGf"]},
        {"name": "round.example", "alias": "round.example"},
    ]))
    .await;
    assert_eq!(resolver.text_records("selector1._domainkey.contoso.com").await.expect("asked"), ["v=DKIM1; p=MIGf"]);
    let round = resolver.text_records("round.example").await;
    assert!(round.as_ref().map_or(true, Vec::is_empty), "an alias of itself leads to no text: {round:?}");
    running.stop().await;
}

#[tokio::test]
async fn a_cut_answer_is_asked_for_again_by_tcp() {
    let many: Vec<String> = (0..40).map(|number| format!("{number} {}", "y".repeat(200))).collect();
    let (running, resolver) = server(json!([
        {"name": "cut.example", "texts": ["v=spf1 -all"], "trouble": "truncated"},
        {"name": "many.example", "texts": many},
    ]))
    .await;
    assert_eq!(resolver.text_records("cut.example").await.expect("asked"), ["v=spf1 -all"]);
    assert_eq!(resolver.text_records("many.example").await.expect("asked").len(), many.len());
    let asked = asked(&running);
    assert!(asked.contains(&"tcp cut.example".to_owned()) && asked.contains(&"tcp many.example".to_owned()), "{asked:?}");
    running.stop().await;
}

#[tokio::test]
async fn what_a_forger_says_is_not_believed() {
    let (running, resolver) = server(json!([
        dead("id.example", "wrong-id"),
        dead("name.example", "wrong-name"),
        {"name": "additional.example", "trouble": "additional"},
        {"name": "other.example", "trouble": "other-name"},
    ]))
    .await;
    for name in ["id.example", "name.example"] {
        assert_eq!(resolver.text_records(name).await.expect(name), ["v=DMARC1; p=none"], "{name}");
    }
    for name in ["additional.example", "other.example"] {
        let told = resolver.text_records(name).await;
        assert!(!format!("{told:?}").contains("forged"), "{name}: {told:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn silence_and_nonsense_are_errors_and_end() {
    let (running, resolver) = server(json!([dead("silent.example", "silent"), dead("garbage.example", "garbage")])).await;
    for name in ["silent.example", "garbage.example"] {
        let error = resolver.text_records(name).await.expect_err(name);
        let kind = &error.kind;
        assert!(matches!(kind, ProviderErrorKind::Unreachable(_) | ProviderErrorKind::Surprise(_)), "{name}: {kind:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    let closed = UdpSocket::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port").local_addr().expect("its address");
    let error = Resolver::at(closed).expect("a resolver").text_records("contoso.com").await.expect_err("nobody is there");
    assert!(matches!(error.kind, ProviderErrorKind::Unreachable(_)), "{error:?}");
}
