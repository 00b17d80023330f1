//! The demonstration: every way in is closed, and each step is what closes it.

use crate::support::{Desk, REGAIN, Ran, recording};

fn demo(arguments: &[&str]) -> Ran {
    let desk = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(REGAIN);
    command
        .arg("demo")
        .args(arguments)
        .env_clear()
        .current_dir(desk.path())
        .env("TMPDIR", desk.path())
        .env("LANG", "C.UTF-8")
        .envs(recording());
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let ran = Ran { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) };
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    assert_eq!(std::fs::read_dir(desk.path()).unwrap().count(), 0, "the demonstration left something behind");
    ran
}

/// The lines about ways between two headings.
fn ways<'a>(out: &'a str, from: &str, to: &str) -> Vec<(&'a str, &'a str)> {
    let chapter = out.split(from).nth(1).unwrap_or_else(|| panic!("no {from:?} in {out}")).split(to).next().unwrap();
    let lines = chapter.lines().filter(|line| line.starts_with("  ") && !line.starts_with("      "));
    lines.filter_map(|line| line.trim().rsplit_once("  ").map(|(way, state)| (way.trim(), state.trim()))).collect()
}

const SETTLED: (&str, &str) = ("== Settled", "== Release: sign-in");
const LAST: (&str, &str) = ("== The last word", "Record checked");

/// Labels of what the demonstration calls open once everything is settled, and at the end.
fn open(out: &str, chapter: (&str, &str)) -> Vec<String> {
    let found = ways(out, chapter.0, chapter.1);
    assert_eq!(found.len(), 12, "{found:?}");
    found.into_iter().filter(|(_, state)| *state == "OPEN").map(|(way, _)| way.to_owned()).collect()
}

const PASSWORD: &str = "signing in with the stolen password";
const REFRESH: &str = "a new access token from the stolen refresh token";
const SIGN_IN: &str = "signing in at all";
const FORWARDING: &str = "forwarding on the mailbox";
const SYNC: &str = "inbox rule \"sync\"";
const DOT: &str = "inbox rule \".\"";
const SENDING: &str = "the owner cannot send";

#[test]
fn every_way_ends_closed() {
    let ran = demo(&[]).ended(0);
    let before = ways(&ran.out, "== What the attacker holds", "== Contain");
    assert!(before.len() == 12 && before.iter().all(|(_, state)| *state == "OPEN"), "{before:?}");
    let settled = ways(&ran.out, SETTLED.0, SETTLED.1);
    for (way, state) in &settled {
        let expected = if *way == SENDING { "OPEN" } else { "closed" };
        assert_eq!(*state, expected, "{way} once settled");
    }
    assert_eq!(settled.len(), 12);
    let last = ways(&ran.out, LAST.0, LAST.1);
    let given_back = last.iter().filter(|(_, state)| *state == "given back").count();
    let closed = last.iter().filter(|(_, state)| *state == "closed").count();
    assert_eq!((given_back, closed), (5, 7), "{last:?}");
    assert!(ran.out.contains("Record checked"), "{}", ran.out);
}

#[test]
fn every_way_ends_closed_in_swedish() {
    let ran = demo(&["--lang", "sv"]).ended(0);
    let headings: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("== ")).collect();
    assert_eq!(headings.len(), 8, "{headings:?}");
    let settled = ways(&ran.out, headings[4], headings[5]);
    assert_eq!(settled.len(), 12, "{settled:?}");
    let (open, closed): (Vec<_>, Vec<_>) = settled.into_iter().partition(|(_, state)| state.chars().all(char::is_uppercase));
    assert_eq!(open.len(), 1, "only sending: {open:?}");
    assert_eq!(closed.len(), 11);
    for english in ["closed", "OPEN", "given back", "LOCKED", "TARGET"] {
        assert!(!ran.out.contains(english), "{english:?} in the Swedish demonstration");
    }
}

#[test]
fn the_environment_and_the_configuration_are_ignored() {
    let desk = Desk::at("clean-account");
    std::fs::write(desk.config().join("config.toml"), "this is no configuration").unwrap();
    let mut command = desk.command(&["demo"]);
    command.env("AZURE_TENANT_ID", "not a tenant").env("AZURE_CLIENT_SECRET", "canary").env("REGAIN_CLOCK_SCALE", "zero");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(desk.tenant.requests().is_empty(), "the other tenant was asked something");
    assert!(!desk.data().exists(), "cases were written to the configured place");
}

/// Without the step, exactly these ways stay open when everything else is settled; sending always
/// does until the release.
fn without(step: &str, stays_open: &[&str]) {
    let ran = demo(&["--leave-out", step]).ended(1);
    let mut expected: Vec<&str> = stays_open.to_vec();
    if !expected.contains(&SENDING) {
        expected.push(SENDING);
    }
    let mut found = open(&ran.out, SETTLED);
    found.sort();
    expected.sort_unstable();
    assert_eq!(found, expected, "{}", ran.out);
}

#[test]
fn without_the_block_anybody_signs_in() {
    without("block-sign-in", &[SIGN_IN]);
}

#[test]
fn without_the_reset_the_stolen_password_signs_in() {
    without("replace-password", &[PASSWORD]);
}

#[test]
fn without_the_revocation_the_stolen_refresh_token_is_good() {
    without("revoke-sessions", &[REFRESH]);
}

#[test]
fn without_its_removal_mail_is_forwarded() {
    without("remove-forwarding", &[FORWARDING]);
}

#[test]
fn without_its_switching_off_the_hidden_rule_redirects() {
    without("disable-inbox-rule=sync", &[SYNC]);
}

#[test]
fn without_its_switching_off_the_rule_hides_mail() {
    without("disable-inbox-rule=.", &[DOT]);
}

#[test]
fn without_its_withdrawal_a_direct_role_is_good() {
    without("withdraw-role=User Administrator", &["admin power: direct:User Administrator"]);
}

#[test]
fn without_its_withdrawal_an_eligible_role_is_good() {
    without("withdraw-role=Exchange Administrator", &["admin power: eligible:Exchange Administrator"]);
}

#[test]
fn without_its_withdrawal_a_role_through_a_group_is_good() {
    without("withdraw-role=Service Desk Operators", &["admin power: group:Helpdesk Administrator:Service Desk Op…"]);
}

#[test]
fn without_its_withdrawal_a_role_in_exchange_is_good() {
    without("withdraw-role=Organization Management", &["admin power: exchange:Organization Management"]);
}

#[test]
fn without_the_lifting_the_owner_cannot_send() {
    let ran = demo(&["--leave-out", "lift-sending-block"]).ended(1);
    assert_eq!(open(&ran.out, SETTLED), [SENDING]);
    assert_eq!(open(&ran.out, LAST), [SENDING], "{}", ran.out);
}

#[test]
fn what_goes_over_the_wire_is_recorded_for_whoever_asks() {
    let (desk, traffic) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = std::process::Command::new(REGAIN);
    command
        .arg("demo")
        .env_clear()
        .current_dir(desk.path())
        .env("TMPDIR", desk.path())
        .env("REGAIN_RECORD_TRAFFIC", traffic.path());
    assert!(command.stdin(std::process::Stdio::null()).output().unwrap().status.success());
    let files: Vec<_> = std::fs::read_dir(traffic.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let text = std::fs::read_to_string(&files[0]).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let has = |service: &str| lines.iter().any(|line| line["service"] == service && line["answer"]["json"].is_object());
    assert!(files.len() == 1 && has("login") && has("graph") && has("exchange"), "{} lines", lines.len());
    assert!(!lines.iter().any(|line| line["service"] == "control"), "the test's own door is no part of a tenant");
}
