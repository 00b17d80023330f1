//! Scenario files: what is wrong is named, what is shipped is right.

use regain_emulator::Scenario;
use serde_json::{Value, json};

use crate::common::scenario;

fn problem(change: impl FnOnce(&mut Value)) -> String {
    let mut value = scenario();
    change(&mut value);
    Scenario::from_value(&value).unwrap_err().to_string()
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    assert_eq!(problem(|value| value["format"] = json!(2)), "scenario: format: only format 1 is known");
    assert_eq!(problem(|value| value["colour"] = json!("red")), "scenario: colour: unknown member");
    assert_eq!(problem(|value| value["clock"] = json!("soon")), "scenario: clock: an RFC 3339 time is wanted");
    assert_eq!(
        problem(|value| value["graph"]["users"][1]["shoeSize"] = json!(43)),
        "scenario: graph.users[1].shoeSize: no property of a user"
    );
    assert_eq!(
        problem(|value| value["graph"]["users"][0]["id"] = json!("a1000000-0000-0000-0000-000000000001")),
        "scenario: graph.users[0].id: a UUID with valid version and variant is wanted, such as …-4000-8000-…"
    );
    assert_eq!(
        problem(|value| value["callers"][0]["roles"] = json!(["King"])),
        "scenario: callers[0].roles[0]: no built-in role has this name or template id"
    );
    assert_eq!(
        problem(|value| value["callers"][0]["permissions"] = json!(["All.All"])),
        "scenario: callers[0].permissions[0]: no application permission of this name"
    );
    assert!(
        problem(|value| value["faults"] = json!([{"kind": "plague"}]))
            .starts_with("scenario: faults[0]: unknown variant `plague`")
    );
    assert!(
        problem(|value| value["graph"]["groups"][0]["members"] = json!(["a1000000-0000-4000-8000-0000000000ff"]))
            .contains("which is nobody")
    );
    assert_eq!(
        problem(|value| value["graph"]["groups"][0]["shoeSize"] = json!(43)),
        "scenario: graph.groups[0].shoeSize: no property of a group"
    );
    assert_eq!(
        problem(|value| value["graph"]["roleAssignments"][0]["principalId"] = json!("a1000000-0000-4000-8000-0000000000ff")),
        "scenario: graph.roleAssignments: a1000000-0000-4000-8000-0000000000ff is nobody"
    );
}

fn schema() -> jsonschema::Validator {
    let text = include_str!("../../../../docs/schema/scenario.schema.json");
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
}

#[test]
fn the_schema_agrees_with_the_reader() {
    let schema = schema();
    assert!(
        schema.is_valid(&scenario()),
        "{:?}",
        schema.iter_errors(&scenario()).map(|error| format!("{}: {error}", error.instance_path())).collect::<Vec<_>>()
    );
    let mut wrong = scenario();
    wrong["colour"] = json!("red");
    assert!(!schema.is_valid(&wrong));
}

#[test]
fn every_shipped_scenario_is_one() {
    let schema = schema();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/scenarios");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        let scenario = Scenario::from_text(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let clock = regain_emulator::clock::Clock::frozen(scenario.clock);
        scenario
            .world(1, regain_emulator::world::Bases::default(), clock)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// A switch that has names says which there are; every switch of the schema is known to the reader.
#[test]
fn switches_of_behaviour_are_those_of_the_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../../../docs/schema/scenario.schema.json")).unwrap();
    let parts = [
        ("tenant", &schema["$defs"]["behaviour"]["properties"]),
        ("exchange", &schema["$defs"]["exchange"]["properties"]["behaviour"]["properties"]),
    ];
    for (part, switches) in parts {
        for (name, switch) in switches.as_object().unwrap() {
            for choice in switch["enum"].as_array().into_iter().flatten() {
                let mut chosen = scenario();
                chosen[part]["behaviour"] = json!({name: choice});
                let read = Scenario::from_value(&chosen).map(|read| {
                    read.world(1, regain_emulator::world::Bases::default(), regain_emulator::clock::Clock::frozen(read.clock))
                        .map(|_| ())
                });
                assert!(matches!(read, Ok(Ok(()))), "{part}.behaviour.{name}: {choice}: {read:?}");
            }
        }
    }
    let mut wrong = scenario();
    wrong["tenant"]["behaviour"] = json!({"federatedPassword": "maybe"});
    let error = Scenario::from_value(&wrong).unwrap_err();
    assert!(error.problem.contains("one of refused, forbidden, taken is wanted"), "{error}");
}
