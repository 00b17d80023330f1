//! The verdict: a way is closed only when it fails alone, and honest things are noticed when touched.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use regain_emulator::Scenario;
use regain_emulator::clock::Clock;
use regain_emulator::verdict::verdict;
use regain_emulator::world::{Bases, World};
use serde_json::{Value, json};

const ANNA: &str = "a1000000-0000-4000-8000-000000000001";

fn scenario(name: &str) -> World {
    let file = format!("{}/../../examples/scenarios/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let scenario = Scenario::from_text(&std::fs::read_to_string(file).unwrap()).unwrap();
    scenario.world(7, Bases::default(), Clock::frozen(scenario.clock)).unwrap()
}

fn is_open(world: &World, way: &str) -> bool {
    let verdict = verdict(world);
    let found = verdict["ways"].as_array().unwrap().iter().find(|found| found["way"] == way);
    found.unwrap_or_else(|| panic!("no way {way} in {verdict:#}"))["open"].as_bool().unwrap()
}

fn change_mailbox(world: &mut World, change: impl FnOnce(&mut regain_emulator::exchange::Mailbox)) {
    let mut mailbox = world.tenant.exchange.mailbox_of(ANNA).unwrap().clone();
    change(&mut mailbox);
    world.tenant.exchange.put_mailbox(mailbox);
}

fn set_enabled(world: &mut World, enabled: bool) {
    world.tenant.directory.users.get_mut(ANNA).unwrap()["accountEnabled"] = json!(enabled);
}

#[test]
fn a_block_closes_new_sign_ins_and_nothing_else() {
    let mut world = scenario("bec-classic");
    set_enabled(&mut world, false);
    assert!(!is_open(&world, "sign-in"));
    for way in ["password", "refresh-token", "access-token:graph", "forwarding", "rule:.", "rule:sync"] {
        assert!(is_open(&world, way), "{way}");
    }
}

#[test]
fn a_new_password_closes_the_password() {
    let mut world = scenario("bec-classic");
    world.tenant.sessions.set_password(ANNA, "something else", true);
    assert!(!is_open(&world, "password"));
    assert!(is_open(&world, "sign-in"));
}

#[test]
fn revocation_closes_the_refresh_token_and_not_the_access_token() {
    let mut world = scenario("bec-classic");
    world.tenant.sessions.end_refresh(ANNA);
    assert!(!is_open(&world, "refresh-token"));
    assert!(is_open(&world, "access-token:graph"));
    let later = "2026-11-02T09:51:00Z".parse().unwrap();
    world.clock.advance_to(later);
    world.tick();
    assert!(!is_open(&world, "access-token:graph"));
}

#[test]
fn forwarding_is_closed_when_both_addresses_are_gone() {
    let mut world = scenario("bec-classic");
    change_mailbox(&mut world, |mailbox| mailbox.forwarding_smtp_address = None);
    assert!(!is_open(&world, "forwarding"));
}

#[test]
fn a_rule_is_closed_when_off_and_open_again_under_another_name() {
    let mut world = scenario("bec-classic");
    let at = |mailbox: &regain_emulator::exchange::Mailbox| mailbox.rules.iter().position(|rule| rule.name == ".").unwrap();
    change_mailbox(&mut world, |mailbox| {
        let at = at(mailbox);
        mailbox.rules[at].enabled = false;
    });
    assert!(!is_open(&world, "rule:."));
    assert!(is_open(&world, "rule:sync"));
    change_mailbox(&mut world, |mailbox| {
        let mut twin = mailbox.rules[at(mailbox)].clone();
        (twin.id, twin.name, twin.enabled) = (twin.id + 100, "Arkiv".to_owned(), true);
        mailbox.rules.push(twin);
    });
    assert!(is_open(&world, "rule:."));
}

#[test]
fn a_rule_made_since_the_start_is_a_way_of_its_own() {
    let mut world = scenario("bec-classic");
    change_mailbox(&mut world, |mailbox| {
        let mut new = mailbox.rules[2].clone();
        (new.id, new.name) = (new.id + 100, "new".to_owned());
        new.fields.insert("SubjectOrBodyContainsWords".to_owned(), json!(["password"]));
        mailbox.rules.push(new);
    });
    assert!(is_open(&world, "rule:new"));
}

#[test]
fn roles_close_one_by_one() {
    let mut world = scenario("admin-everywhere");
    let unit = "role:administrative-unit:User Administrator:Logistics";
    let group = "role:group:Groups Administrator:Tier 1 Operators";
    let direct = "role:direct:Exchange Administrator";
    let exchange = "role:exchange:Organization Management";
    for way in [unit, group, direct, exchange] {
        assert!(is_open(&world, way), "{way}");
    }
    world.tenant.directory.role_assignments.retain(|row| row["principalId"] != ANNA);
    assert!(!is_open(&world, unit));
    for members in world.tenant.directory.members.values_mut() {
        members.retain(|member| member != ANNA);
    }
    assert!(!is_open(&world, group));
    assert!(is_open(&world, direct));
    world.tenant.directory.role_assignment_schedules.clear();
    assert!(!is_open(&world, direct));
    assert!(is_open(&world, "role:eligible:Authentication Administrator"));
    world.tenant.directory.role_eligibility_schedules.clear();
    assert!(!is_open(&world, "role:eligible:Authentication Administrator"));
    assert!(is_open(&world, exchange));
    world.tenant.exchange.leave_role_groups(ANNA);
    assert!(!is_open(&world, exchange));
}

#[test]
fn sending_is_judged_by_a_message_that_arrives() {
    let mut world = scenario("bec-classic");
    assert!(is_open(&world, "sending"));
    world.tenant.exchange.lift_all_blocks();
    assert!(!is_open(&world, "sending"));
}

#[test]
fn honest_things_are_noticed_when_touched() {
    let mut world = scenario("bec-classic");
    change_mailbox(&mut world, |mailbox| mailbox.rules.retain(|rule| rule.name != "Kunder"));
    let other = "a1000000-0000-4000-8000-000000000005";
    world.tenant.directory.users.get_mut(other).unwrap()["accountEnabled"] = json!(false);
    let honest = verdict(&world)["honest"].clone();
    assert_eq!(honest["kept"], false);
    assert_eq!(honest["touched"], json!([other, "anna.berg@contoso.com/Kunder"]));
}

#[test]
fn looking_changes_nothing() {
    let world = scenario("admin-everywhere");
    let before = regain_emulator::normal::normal_form(&world.tenant);
    let first: Value = verdict(&world);
    assert_eq!(first, verdict(&world));
    assert_eq!(before, regain_emulator::normal::normal_form(&world.tenant));
    assert!(world.record.is_empty());
}

#[test]
fn every_role_is_proved_by_using_it() {
    let verdict = verdict(&scenario("bec-classic"));
    let proof = |way: &str| {
        let found = verdict["ways"].as_array().unwrap().iter().find(|found| found["way"] == way).unwrap();
        found["proof"].as_str().unwrap().to_owned()
    };
    assert_eq!(proof("role:direct:User Administrator"), "an act of User Administrator as the account: 204");
    assert_eq!(proof("role:exchange:Organization Management"), "an admin cmdlet as a member of Organization Management: 200");
    assert_eq!(proof("role:eligible:Exchange Administrator"), "eligible; activation: 201, in force afterwards: true");
}
