//! `regain posture`: measured, asked, accepted, and what changed.

use serde_json::Value;

use crate::schema::follows;
use crate::support::Desk;

/// The item of that name.
fn item<'a>(told: &'a Value, id: &str) -> &'a Value {
    told["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("no item {id}"))
}

#[test]
fn questions_are_kept_with_name_and_date_and_nothing_unmeasured_is_met() {
    let desk = Desk::at("clean-account");
    let first = desk.json(&["posture", "--json"], 0);
    follows("posture", &first);
    assert_eq!(first["before"], Value::Null);
    assert_eq!(item(&first, "administration-device")["answer"], "open");
    for item in first["items"].as_array().unwrap() {
        assert!(item["answer"] != "met" || item["unread"].is_null(), "{item}");
    }
    let told = desk.json(&["posture", "--answer", "administration-device=yes", "--note", "two laptops", "--json"], 0);
    let device = item(&told, "administration-device");
    assert_eq!(device["answer"], "stated-met");
    assert!(device["by"].as_str().is_some_and(|by| !by.is_empty()), "{device}");
    assert_eq!(told["changed"][0]["item"], "administration-device");
    assert_eq!(told["case"], first["case"], "one record for each tenant");
    let worse = desk.json(&["posture", "--answer", "administration-device=no", "--json"], 1);
    assert_eq!(worse["changed"][0]["worse"], true);
}

#[test]
fn what_is_answered_for_counts_again_when_its_time_has_come() {
    let desk = Desk::at("clean-account");
    let accept = ["posture", "--accept", "insider-threats", "--until", "2027-01-31", "--because", "no budget", "--json"];
    let told = desk.json(&accept, 0);
    let threats = item(&told, "insider-threats");
    assert_eq!(threats["answer"], "accepted");
    assert!(!told["first"].as_array().unwrap().contains(&Value::from("insider-threats")));
    desk.tenant.advance("P120D");
    let later = desk.json(&["posture", "--json"], 0);
    assert_eq!(item(&later, "insider-threats")["answer"], "open");
}

#[test]
fn a_wrong_name_is_told_before_anything_is_asked() {
    let desk = Desk::at("clean-account");
    let told = desk.run(&["posture", "--answer", "insider=yes"]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("insider-threats"), "{}", told.err);
    assert!(desk.tenant.requests().is_empty());
}
