//! Every scenario that is shipped loads, means what it says, and starts with every way open.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use regain_emulator::Scenario;
use regain_emulator::clock::Clock;
use regain_emulator::verdict::{unknown_honest, verdict};
use regain_emulator::world::{Bases, World};
use serde_json::Value;

fn files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn world(text: &str) -> World {
    let scenario = Scenario::from_text(text).unwrap();
    scenario.world(7, Bases::default(), Clock::frozen(scenario.clock)).unwrap()
}

#[test]
fn all_load_under_their_own_name() {
    let files = files();
    assert!(files.len() >= 7, "{} scenarios", files.len());
    for (name, text) in files {
        let scenario = Scenario::from_text(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(scenario.name, name);
        world(&text);
    }
}

#[test]
fn honest_ids_mean_something_and_are_untouched_at_the_start() {
    for (name, text) in files() {
        let world = world(&text);
        assert_eq!(unknown_honest(&world.tenant, &world.honest), Vec::<String>::new(), "{name}");
        assert_eq!(verdict(&world)["honest"]["kept"], true, "{name}");
    }
}

#[test]
fn every_way_is_open_at_the_start() {
    for (name, text) in files() {
        let world = world(&text);
        let verdict = verdict(&world);
        let closed: Vec<&Value> = verdict["ways"].as_array().unwrap().iter().filter(|way| way["open"] == false).collect();
        assert!(closed.is_empty(), "{name}: {closed:#?}");
        assert_eq!(verdict["ways"].as_array().unwrap().len(), world.attacker.holds.len(), "{name}");
    }
}

#[test]
fn all_follow_the_schema() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/scenario.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, text) in files() {
        let scenario: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&scenario).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}
