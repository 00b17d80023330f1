//! Five hundred accounts while everything goes wrong that can: limits, lost answers, errors, replicas that are
//! behind, and a program that is killed again and again. In the end every account is locked and cleaned, and
//! nothing was done twice. Beside it, a sweep of five thousand mailboxes.

#[cfg(test)]
#[path = "e2e/support.rs"]
#[expect(dead_code, reason = "made for many tests, of which this is one")]
mod support;
#[cfg(test)]
#[path = "soak/sweep.rs"]
mod sweep;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use support::{CASE, Desk, many, person_id, text};

const ACCOUNTS: usize = 500;
/// How often the program is killed while it locks, and while it cleans.
const KILLS: [usize; 2] = [7, 3];
/// Requests between two kills.
const BETWEEN: [usize; 2] = [400, 250];
/// What the program may take at most, in kB, however often it goes on.
const MEMORY_KB: u64 = 250_000;

#[test]
fn soak() {
    let (mut scenario, names) = many(ACCOUNTS);
    scenario["tenant"]["behaviour"] = json!({"exchangeLimit": {"cmdlets": 600, "seconds": 10}});
    scenario["faults"] = json!([
        {"match": {"service": "graph", "method": "PATCH"}, "when": {"every": 100}, "kind": "lose-answer"},
        {"match": {"service": "graph", "path": "revokeSignInSessions"}, "when": {"every": 100}, "kind": "lose-answer"},
        {"match": {"service": "exchange"}, "when": {"every": 100}, "kind": "lose-answer"},
        {"match": {"service": "graph"}, "when": {"every": 97}, "kind": "unavailable"},
        {"match": {"service": "exchange"}, "when": {"every": 103}, "kind": "unavailable"},
        {"match": {"service": "graph", "method": "GET"}, "when": {"every": 3}, "kind": "lag", "seconds": 5},
        {"match": {"service": "graph", "method": "GET"}, "when": {"every": 4}, "kind": "lag", "seconds": 2},
    ]);
    let desk = Desk::of_with(&scenario, &["--log"], "10");
    let list = names.iter().fold("account,level\n".to_owned(), |list, name| format!("{list}{name},full\n"));
    fs::write(desk.path("accounts.csv"), list).unwrap();

    let mut memory = 0;
    let mut most = |peak: u64| memory = memory.max(peak);
    let contain = ["contain", "--from", "accounts.csv", "--expect", "500", "--json"];
    for round in 0..KILLS[0] {
        let arguments: &[&str] = if round == 0 { &contain } else { &["resume", CASE, "--json"] };
        most(killed_after(&desk, arguments, BETWEEN[0]));
    }
    most(to_the_end(&desk, &["resume", CASE, "--json"]).1);
    let (made, peak) = to_the_end(&desk, &["plan", "make", CASE, "--json"]);
    most(peak);
    let digest = text(&made["digest"]);
    most(to_the_end(&desk, &["plan", "approve", CASE, "--digest", &digest, "--json"]).1);
    for _ in 0..KILLS[1] {
        most(killed_after(&desk, &["apply", CASE, "--json"], BETWEEN[1]));
    }
    most(to_the_end(&desk, &["apply", CASE, "--json"]).1);

    let (case, peak) = to_the_end(&desk, &["case", "show", CASE, "--json"]);
    most(peak);
    everything_is_done(&case, &desk.tenant.state());
    nothing_was_done_twice(&desk.tenant.requests());
    assert!(memory > 0 && memory < MEMORY_KB, "{memory} kB");
}

fn spawn(desk: &Desk, arguments: &[&str], out: Stdio) -> Child {
    let errors = fs::File::create(desk.path("errors.txt")).unwrap();
    desk.command(arguments).stdout(out).stderr(errors).spawn().unwrap()
}

/// Starts the program, and kills it when the tenant has seen so many requests more. Gives the most memory
/// that it had, in kB.
fn killed_after(desk: &Desk, arguments: &[&str], requests: usize) -> u64 {
    let mut child = spawn(desk, arguments, Stdio::null());
    let _before = desk.tenant.log.try_iter().count();
    for _ in 0..requests {
        desk.tenant.log.recv().expect("the tenant goes on");
    }
    let peak = peak_of(&child);
    let ended = child.try_wait().unwrap();
    assert!(ended.is_none(), "{arguments:?} ended by itself: {}", fs::read_to_string(desk.path("errors.txt")).unwrap());
    child.kill().unwrap();
    child.wait().unwrap();
    peak
}

/// The most memory that a process had so far, in kB; none where it has ended.
fn peak_of(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or_default()
}

/// Runs the program to its end. The most memory that it had is asked for when it begins to print, which is the
/// last thing that it does: a document of five hundred accounts does not fit into a pipe, so it still stands there.
fn to_the_end(desk: &Desk, arguments: &[&str]) -> (Value, u64) {
    let mut child = spawn(desk, arguments, Stdio::piped());
    let mut first = [0_u8; 1];
    let begins = child.stdout.as_mut().unwrap().read(&mut first).unwrap();
    let peak = peak_of(&child);
    let output = child.wait_with_output().unwrap();
    let printed = [&first[..begins], &output.stdout].concat();
    let errors = fs::read_to_string(desk.path("errors.txt")).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?} ended with {:?}: {errors}", output.status.code());
    (serde_json::from_slice(&printed).unwrap_or(Value::Null), peak)
}

fn everything_is_done(case: &Value, state: &Value) {
    let accounts = case["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), ACCOUNTS, "some were left out when the list was looked up");
    for account in accounts {
        assert_eq!(account["locked"], true, "{account:#}");
        for step in account["steps"].as_array().unwrap() {
            let state = text(&step["state"]);
            // A plan that was replaced drops its steps: nothing else may.
            assert_eq!(state, "verified", "{}: {step}", account["upn"]);
        }
    }
    for number in 1..=ACCOUNTS {
        let account = &state["accounts"][person_id(number)];
        assert_eq!(account["accountEnabled"], false, "person {number}");
        let mailbox = &state["mailboxes"][person_id(number)];
        assert!(mailbox["forwardingSmtpAddress"].is_null(), "person {number}: {mailbox}");
        let rules = mailbox["rules"].as_array().unwrap();
        let enabled = |name: &str| rules.iter().find(|rule| rule["name"] == name).map(|rule| rule["enabled"].clone());
        assert_eq!((enabled("."), enabled("Newsletter")), (Some(json!(false)), Some(json!(true))), "person {number}");
    }
}

/// The change that a request asks for, if it is one that is made once.
fn change_of(request: &Value) -> Option<String> {
    let (path, body) = (text(&request["path"]), text(&request["request_body"]));
    if request["method"] == "PATCH" && body.contains("accountEnabled") {
        return Some(format!("block {path}"));
    }
    let call: Value = serde_json::from_str(&body).ok()?;
    let of = &call["CmdletInput"]["Parameters"];
    match call["CmdletInput"]["CmdletName"].as_str()? {
        "Set-Mailbox" => Some(format!("Set-Mailbox {}", of["Identity"])),
        "Disable-InboxRule" => Some(format!("Disable-InboxRule {}", of["Mailbox"])),
        _ => None,
    }
}

/// Each block, forwarding and rule was changed once. A change counts if it was made, whether or not its answer
/// arrived; a refusal for want of room that was lost on its way is none.
fn nothing_was_done_twice(requests: &[Value]) {
    let mut times: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for request in requests {
        let was_made = request["status"].as_u64().is_some_and(|status| (200..300).contains(&status));
        if let Some(what) = change_of(request).filter(|_| was_made) {
            // When a change was made twice, the order of its requests tells why.
            let order = format!("{} to {} at {}", request["began"], request["ended"], request["at"]);
            times.entry(what).or_default().push(format!("{order}, hung up: {}", request["hung_up"]));
        }
    }
    let twice: Vec<_> = times.iter().filter(|(_, made)| made.len() != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert_eq!(times.len(), 3 * ACCOUNTS, "every change was made");
}
