//! `regain posture`: measured, asked, accepted, and what changed.

use serde_json::Value;

use crate::schema::follows;
use crate::support::{Desk, text, unlimited};

/// The item of that name.
fn item<'a>(told: &'a Value, id: &str) -> &'a Value {
    told["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("no item {id}"))
}

#[test]
fn questions_are_kept_with_name_and_date_and_nothing_unmeasured_is_met() {
    let desk = at("clean-account");
    let first = desk.json(&["posture"], 0);
    follows("posture", &first);
    assert_eq!(first["before"], Value::Null);
    assert_eq!(item(&first, "administration-device")["answer"], "open");
    for item in first["items"].as_array().unwrap() {
        assert!(item["answer"] != "met" || item["unread"].is_null(), "{item}");
    }
    let told = desk.json(&["posture", "--answer", "administration-device=yes", "--note", "two laptops"], 0);
    let device = item(&told, "administration-device");
    assert_eq!(device["answer"], "stated-met");
    assert!(device["by"].as_str().is_some_and(|by| !by.is_empty()), "{device}");
    assert_eq!(told["changed"][0]["item"], "administration-device");
    assert_eq!(told["case"], first["case"], "one record for each tenant");
    let worse = desk.json(&["posture", "--answer", "administration-device=no"], 1);
    assert_eq!(worse["changed"][0]["worse"], true);
}

#[test]
fn what_is_answered_for_counts_again_when_its_time_has_come() {
    let desk = at("clean-account");
    let accept = ["posture", "--accept", "insider-threats", "--until", "2027-01-31", "--because", "no budget"];
    let told = desk.json(&accept, 0);
    let threats = item(&told, "insider-threats");
    assert_eq!(threats["answer"], "accepted");
    assert!(!told["first"].as_array().unwrap().contains(&Value::from("insider-threats")));
    desk.tenant.advance("P120D");
    let later = desk.json(&["posture"], 0);
    assert_eq!(item(&later, "insider-threats")["answer"], "open");
}

#[test]
fn a_wrong_name_is_told_before_anything_is_asked() {
    let desk = at("clean-account");
    let told = desk.run(&["posture", "--answer", "insider=yes"]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("insider-threats"), "{}", told.err);
    assert!(desk.tenant.requests().is_empty());
}

/// A desk at a scenario that ships. The limits of a day would make it wait.
fn at(name: &str) -> Desk {
    Desk::of(&unlimited(name))
}

/// How each item stands in the three tenants of known posture: bare, typical, hardened.
const KNOWN: &str = include_str!("posture.answers");

/// A desk at a tenant of known posture, whose emergency accounts are named.
fn known(name: &str) -> Desk {
    let desk = at(name);
    std::fs::create_dir_all(desk.config()).unwrap();
    let policy = "break-glass = [\"breakglass1@contoso.onmicrosoft.com\", \"breakglass2@contoso.onmicrosoft.com\"]\n";
    std::fs::write(desk.config().join("policy.toml"), policy).unwrap();
    desk
}

#[test]
fn tenants_of_known_posture_give_exactly_the_known_answers() {
    let told = ["posture-bare", "posture-typical", "posture-hardened"].map(|name| {
        let told = known(name).json(&["posture"], 0);
        follows("posture", &told);
        told
    });
    let line = |item: &Value| {
        let id = text(&item["id"]);
        let answers: Vec<String> = told.iter().map(|told| text(&self::item(told, &id)["answer"])).collect();
        format!("{id:<34}{:<16}{:<16}{}\n", answers[0], answers[1], answers[2])
    };
    let all: String = told[0]["items"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(all, KNOWN);
}

#[test]
fn name_servers_are_asked_about_the_tenants_own_domains_and_nobody_where_nobody_is_to_be() {
    let desk = known("posture-hardened");
    let told = desk.json(&["posture", "--no-dns"], 0);
    follows("posture", &told);
    for id in ["dmarc-enforced", "spf-hard"] {
        assert_eq!(item(&told, id)["answer"], "not-measurable", "{id}");
    }
    assert_eq!(desk.tenant.get("/names"), Value::Array(Vec::new()));
    let told = desk.json(&["posture"], 0);
    assert_eq!(item(&told, "spf-hard")["answer"], "met");
    let asked = desk.tenant.get("/names");
    let of = |name: &Value| text(name).split_once(' ').unwrap().1.to_owned();
    let mut names: Vec<String> = asked.as_array().unwrap().iter().map(of).collect();
    names.sort();
    names.dedup();
    // The tenant's own, where an alias of theirs leads that was not answered at once, and what its SPF refers to.
    let known = [
        "_dmarc.contoso.com",
        "contoso.com",
        "selector1._domainkey.contoso.com",
        "selector2-contoso-com._domainkey.contoso.onmicrosoft.com",
        "selector2._domainkey.contoso.com",
        "spf.protection.outlook.com",
    ];
    assert_eq!(names, known);
    desk.run(&["posture", "--dns", "127.0.0.1:1", "--no-dns"]).ended(2);
}

#[test]
fn a_name_server_that_fails_is_no_record_that_is_missing() {
    let mut scenario = crate::support::shipped("posture-hardened");
    for row in scenario["names"].as_array_mut().unwrap() {
        if row["name"] == "_dmarc.contoso.com" {
            row["trouble"] = "servfail".into();
        }
    }
    let desk = Desk::of(&scenario);
    let told = desk.json(&["posture"], 0);
    assert_eq!(item(&told, "dmarc-enforced")["answer"], "not-measurable");
    assert!(text(&item(&told, "dmarc-enforced")["unread"]).contains("_dmarc.contoso.com"));
    assert_eq!(item(&told, "spf-hard")["answer"], "met", "the other names are known");
}

#[test]
fn a_fix_waits_for_its_digest_is_carried_out_read_again_and_undone_whole() {
    let desk = known("posture-typical");
    let before = desk.tenant.state();
    let fixed = desk.run(&["posture", "--fix", "external-forwarding-off"]).ended(1);
    assert!(fixed.err.contains("--digest"), "{}", fixed.err);
    assert!(desk.tenant.writes().is_empty(), "nothing is changed before an approval");
    let case = text(&desk.json(&["posture"], 0)["case"]);
    let plan = desk.json(&["plan", "show", &case], 0);
    follows("plan", &plan);
    desk.run(&["plan", "approve", &case, "--digest", &text(&plan["digest"])]).ended(0);
    desk.run(&["apply", &case]).ended(0);
    let writes = desk.tenant.writes();
    assert!(!writes.is_empty() && writes.iter().all(|write| write.starts_with("Set-")), "{writes:?}");
    follows("contain", &desk.json(&["case", "show", &case], 0));
    let list = desk.json(&["case", "list"], 0);
    follows("case-list", &list);
    assert_eq!((list[0]["posture"].as_bool(), list.as_array().map(Vec::len)), (Some(true), Some(1)));
    let told = desk.json(&["posture"], 0);
    assert_eq!(item(&told, "external-forwarding-off")["answer"], "met");
    assert!(
        told["changed"].as_array().unwrap().iter().any(|one| one["item"] == "external-forwarding-off" && one["worse"] == false)
    );

    desk.run(&["undo", &case]).ended(1);
    let plan = desk.json(&["plan", "show", &case], 0);
    desk.run(&["plan", "approve", &case, "--digest", &text(&plan["digest"])]).ended(0);
    desk.run(&["apply", &case]).ended(0);
    assert_eq!(desk.tenant.state(), before, "as it was");
    let worse = desk.json(&["posture"], 1);
    assert!(worse["changed"].as_array().unwrap().iter().any(|one| one["worse"] == true), "{}", worse["changed"]);
}

#[test]
fn what_an_intruder_used_here_comes_first() {
    let desk = at("bec-classic");
    desk.contain(&[], 1);
    let told = desk.json(&["posture"], 0);
    let used = told["used"].as_array().unwrap();
    assert!(used.contains(&Value::from("forwarding")) && used.contains(&Value::from("inbox-rules")), "{used:?}");
    let first = item(&told, told["first"][0].as_str().unwrap()).clone();
    assert!(first["closes"].as_array().unwrap().iter().any(|way| used.contains(way)), "{first}");
}
