//! Records that other people collected. The files are not part of the repository: `REGAIN_DATA` names
//! their folder. Without it these tests say that they were skipped.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regain_auditlog::{Event, Log, Options};
use serde_json::Value;

/// The folder, or nothing and a word about it.
fn data(what: &str) -> Option<PathBuf> {
    let named = std::env::var_os("REGAIN_DATA").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let found = named.unwrap_or(beside).join(what);
    if found.exists() {
        return Some(found);
    }
    println!("skipped: {what} is not there; name its folder in REGAIN_DATA");
    None
}

fn events(path: &Path) -> Vec<Event> {
    let log = Log::read(&[path.to_owned()], &Options::default()).unwrap();
    assert_eq!(log.tally.bad, 0, "{:?}", log.bad);
    let mut places = BTreeSet::new();
    log.rows(|row| {
        places.insert(row.place);
    })
    .unwrap();
    let mut all = Vec::new();
    log.events(&places, |_, event| all.push(event)).unwrap();
    all
}

/// Fixtures of a file, each as the text of its event, and what we read of it. The ids that were made
/// anonymous are all the same, so each is read alone.
fn fixtures(file: &Path) -> Vec<(String, Value, Event)> {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let read = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let path = folder.path().join("event.json");
        std::fs::write(&path, line["event"].to_string()).unwrap();
        let mut read = events(&path);
        assert_eq!(read.len(), 1, "{}", line["fixture"]);
        (line["fixture"].as_str().unwrap_or_default().to_owned(), line["event"].clone(), read.remove(0))
    };
    text.lines().map(read).collect()
}

/// The first of these members that is a text and says something.
fn first(event: &Value, pointers: &[&str]) -> Option<String> {
    let texts = pointers.iter().filter_map(|pointer| event.pointer(pointer).and_then(Value::as_str));
    texts.map(str::to_owned).find(|text| !text.is_empty() && text != "<null>" && text != "0.0.0.0")
}

fn named(event: &Value, list: &str, name: &str) -> Option<String> {
    let all = event[list].as_array()?;
    all.iter().find(|pair| pair["Name"] == name)?["Value"].as_str().map(str::to_owned)
}

/// The address as a person reads it: without port and brackets.
fn address(text: &str) -> Option<String> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if text.matches(':').count() == 1 => text.split(':').next().unwrap_or_default(),
        None => text,
    };
    bare.parse::<std::net::IpAddr>().ok().map(|address| address.to_string())
}

#[test]
fn audit_fixtures_give_what_a_person_reads() {
    let Some(file) = data("sekoia-parser-fixtures/o365_ual.jsonl") else { return };
    for (name, raw, event) in fixtures(&file) {
        let user = first(&raw, &["/UserId"]).unwrap_or_default();
        assert_eq!(event.account, user.to_lowercase(), "{name}");
        assert_eq!(event.operation, raw["Operation"].as_str().unwrap().trim(), "{name}");
        let seen = ["/ClientIP", "/ClientIPAddress", "/ActorIpAddress"]
            .map(|pointer| first(&raw, &[pointer]).and_then(|text| address(&text)));
        let shown = event.address.map(|address| address.to_string());
        assert!(seen.contains(&shown) || (shown.is_none() && seen.iter().all(Option::is_none)), "{name}: {shown:?} of {seen:?}");
        assert_eq!(shown.is_none(), seen.iter().all(Option::is_none), "{name}");
        let app = first(&raw, &["/ClientAppId", "/AppAccessContext/ClientAppId", "/ApplicationId", "/AppId"]);
        assert_eq!(event.app, app, "{name}");
        let agent = first(&raw, &["/UserAgent"]).or_else(|| named(&raw, "ExtendedProperties", "UserAgent"));
        if let Some(agent) = agent.filter(|agent| !agent.is_empty()) {
            assert_eq!(event.agent.as_deref(), Some(agent.trim_end_matches([';', ' '])), "{name}");
        }
        assert!(event.at.is_some(), "{name}");
    }
}

#[test]
fn entra_fixtures_give_what_a_person_reads() {
    for file in ["sekoia-parser-fixtures/entra_graph.jsonl", "sekoia-parser-fixtures/entra_eventhub.jsonl"] {
        let Some(file) = data(file) else { return };
        for (name, raw, event) in fixtures(&file) {
            let inner = raw.get("properties").unwrap_or(&raw);
            let user = first(
                inner,
                &[
                    "/userPrincipalName",
                    "/initiatedBy/user/userPrincipalName",
                    "/initiatedBy/user/displayName",
                    "/initiatedBy/user/id",
                ],
            );
            if let Some(user) = user {
                assert_eq!(event.account, user.to_lowercase(), "{name}");
            }
            let from =
                first(inner, &["/ipAddress", "/initiatedBy/user/ipAddress"]).or_else(|| first(&raw, &["/callerIpAddress"]));
            let from = from.and_then(|text| address(&text));
            assert_eq!(event.address.map(|address| address.to_string()), from, "{name}");
            if let Some(app) = first(inner, &["/appId", "/initiatedBy/app/appId"]) {
                assert_eq!(event.app, Some(app), "{name}");
            }
            if let Some(agent) = first(inner, &["/userAgent"]) {
                assert_eq!(event.agent.as_deref(), Some(agent.trim_end_matches([';', ' '])), "{name}");
            }
            assert!(event.at.is_some() && !event.operation.is_empty(), "{name}");
        }
    }
}

#[test]
fn the_message_trace_fixture_is_read() {
    let Some(file) = data("sekoia-parser-fixtures/message_trace.jsonl") else { return };
    let (_, _, event) = fixtures(&file).remove(0);
    assert_eq!(event.at.unwrap().to_string(), "2022-07-25T12:26:13.24Z");
    assert_eq!((event.account.as_str(), event.target.as_deref()), ("azure-noreply@microsoft.com", Some("foo.bar@example.corp")));
}

#[test]
fn the_labelled_log_is_read_whole() {
    let Some(file) = data("invictus-o365-2021/ual_2021-03_2021-05.csv") else { return };
    let log = Log::read(&[file], &Options::default()).unwrap();
    assert_eq!((log.tally.read, log.tally.distinct, log.tally.bad), (4769, 3114, 3));
    assert!(log.names.accounts.find("a.thulile@dutchmasterz.onmicrosoft.com").is_some());
    assert!(log.names.accounts.find("A.Thulile@dutchmasterz.onmicrosoft.com").is_none(), "accounts are in lower case");
}

#[test]
fn the_training_lab_is_read() {
    let Some(folder) = data("sentinel-training-lab") else { return };
    let sign_ins = events(&folder.join("sign-in_adelete.csv"));
    assert_eq!(sign_ins.len(), 56);
    let from = sign_ins.iter().filter_map(|event| event.address).map(|address| address.to_string()).collect::<BTreeSet<String>>();
    assert_eq!(from.into_iter().collect::<Vec<String>>(), ["175.45.176.99"]);
    let rules = events(&folder.join("office_activity_inbox_rule.csv"));
    let names: BTreeSet<&str> = rules.iter().filter_map(|event| event.parameter("Name")).collect();
    assert_eq!(names.into_iter().collect::<Vec<&str>>(), ["my_rule1", "rule2"]);
    for rule in &rules {
        assert_eq!(rule.address.map(|address| address.to_string()).as_deref(), Some("2a01:110:8068:7:9bf8:aa87:e00a:5f1f"));
        assert_eq!(rule.account, "adelev@contoso.onmicrosoft.com");
    }
}

#[test]
fn rule_test_events_are_read() {
    let Some(file) = data("panther-labelled-events/events.jsonl") else { return };
    let text = std::fs::read_to_string(&file).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.jsonl");
    let all: Vec<String> = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].to_string()).collect();
    std::fs::write(&path, all.join("\n")).unwrap();
    assert_eq!(events(&path).len(), 33);
}
