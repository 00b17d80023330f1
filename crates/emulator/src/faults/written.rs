//! A fault in one line, as a person types it: `KIND`, or `KIND:key=value,key=value`.
//!
//! Invariant: what can be typed is what a scenario can say, and is read by the same rules.

use std::fmt::Write as _;
use std::str::FromStr;

use serde_json::{Map, Value, json};

use super::Rule;

/// Each kind, and what it does.
const KINDS: &[(&str, &str)] = &[
    ("throttle", "429 with Retry-After (of `seconds`, or 2); nothing is done"),
    ("throttle-no-retry-after", "429 without it; nothing is done"),
    ("unavailable", "503, with Retry-After where `seconds` are given; nothing is done"),
    ("timeout", "504; nothing is done"),
    ("timeout-after-write", "504, and it was done"),
    ("lose-answer", "the connection breaks, and it was done"),
    ("drop", "the connection breaks before anything is done"),
    ("lag", "reads show the directory as it was `seconds` (or 60) ago"),
    ("page-moves", "a list changes while it is read: the next page begins one row earlier"),
    ("next-link-expires", "a link to a next page has expired"),
    ("refuse", "a permission is missing: 403 as the service says it"),
    ("html-403", "403 from a gateway, in HTML"),
    ("licence", "a licence is missing"),
    ("malformed", "done, and half of the body is missing"),
    ("insufficient-claims", "401 that asks for a new token, where the client copes with that"),
    ("clock-skew", "the tenant's clock is `seconds` ahead; behind if negative"),
];

/// Keys that say which requests.
const WHICH: &[&str] = &["service", "method", "path", "cmdlet", "nth"];
/// Keys that say when, and how often.
const WHEN: &[&str] = &["from", "to", "times", "every"];
/// Keys whose values are numbers.
const NUMBERS: &[&str] = &["nth", "times", "every", "seconds"];

/// Why a line is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrittenError {
    /// No such kind.
    #[error("there is no kind {0:?}; there are {kinds}", kinds = kinds())]
    Kind(String),
    /// No such key.
    #[error("there is no key {0:?}; there are {keys}", keys = keys())]
    Key(String),
    /// A key without a value.
    #[error("KEY=VALUE is wanted, not {0:?}")]
    Pair(String),
    /// A value that its key cannot have.
    #[error("{0}")]
    Value(String),
}

fn kinds() -> String {
    KINDS.iter().map(|(kind, _)| *kind).collect::<Vec<_>>().join(", ")
}

fn keys() -> String {
    [WHICH, WHEN, &["seconds"]].concat().join(", ")
}

/// What a person may type, kind by kind.
pub fn help() -> String {
    let mut text = String::from(
        "Let something go wrong: a kind, and which requests it meets. May be given several times; the first that \
         meets a request wins, and those of the scenario come before. As in \
         throttle:service=graph,every=5,seconds=3 or lose-answer:method=PATCH,times=1\n\nKinds:\n",
    );
    for (kind, what) in KINDS {
        let _ = writeln!(text, "- {kind}: {what}");
    }
    text.push_str(
        "\nKeys:\n\
         - service: login, graph, exchange or purview\n\
         - method, path (a part of it), cmdlet\n\
         - nth: only this one of the requests that match\n\
         - every: each so-manieth of them\n\
         - times: so often, and then no more\n\
         - from, to: emulated time, as in 2026-11-02T09:00:00Z\n\
         - seconds: what the kind says",
    );
    text
}

impl FromStr for Rule {
    type Err = WrittenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, pairs) = text.split_once(':').unwrap_or((text, ""));
        let kind = kind.trim();
        if !KINDS.iter().any(|(known, _)| *known == kind) {
            return Err(WrittenError::Kind(kind.to_owned()));
        }
        let (mut which, mut when) = (Map::new(), Map::new());
        let mut rule = json!({"kind": kind});
        for pair in pairs.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| WrittenError::Pair(pair.to_owned()))?;
            let (key, value) = (key.trim(), value_of(key.trim(), value.trim())?);
            match key {
                _ if WHICH.contains(&key) => which.insert(key.to_owned(), value),
                _ if WHEN.contains(&key) => when.insert(key.to_owned(), value),
                "seconds" => {
                    rule["seconds"] = value;
                    None
                }
                _ => return Err(WrittenError::Key(key.to_owned())),
            };
        }
        rule["match"] = which.into();
        rule["when"] = when.into();
        let rule: Self = serde_json::from_value(rule).map_err(|error| WrittenError::Value(error.to_string()))?;
        rule.problem().map_or(Ok(rule), |problem| Err(WrittenError::Value(problem.to_owned())))
    }
}

fn value_of(key: &str, value: &str) -> Result<Value, WrittenError> {
    if !NUMBERS.contains(&key) {
        return Ok(value.into());
    }
    value
        .parse::<i64>()
        .map(Value::from)
        .map_err(|_| WrittenError::Value(format!("{key}: a whole number is wanted, not {value:?}")))
}

#[cfg(test)]
mod tests {
    use super::{KINDS, Rule, WrittenError, help};
    use crate::faults::Kind;

    #[test]
    fn every_kind_of_a_scenario_can_be_typed_and_is_explained() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../../../docs/schema/scenario.schema.json")).unwrap();
        let mut known: Vec<&str> = schema["$defs"]["fault"]["properties"]["kind"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|kind| kind.as_str())
            .collect();
        let mut typed: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        known.sort_unstable();
        typed.sort_unstable();
        assert_eq!(typed, known);
        for (kind, what) in KINDS {
            let text = if *kind == "clock-skew" { "clock-skew:seconds=60".to_owned() } else { (*kind).to_owned() };
            let rule: Rule = text.parse().unwrap();
            assert_eq!(serde_json::to_value(rule.kind).unwrap(), *kind);
            assert!(help().contains(&format!("- {kind}: {what}")));
        }
    }

    #[test]
    fn keys_mean_what_they_mean_in_a_scenario() {
        let typed: Rule =
            "lag:service=graph, method=GET,path=/users,nth=2,from=2026-11-02T09:00:00Z,times=3,seconds=20".parse().unwrap();
        let written: Rule = serde_json::from_value(serde_json::json!({
            "match": {"service": "graph", "method": "GET", "path": "/users", "nth": 2},
            "when": {"from": "2026-11-02T09:00:00Z", "times": 3}, "kind": "lag", "seconds": 20,
        }))
        .unwrap();
        assert_eq!(typed.kind, Kind::Lag);
        assert_eq!(format!("{typed:?}"), format!("{written:?}"));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_there_is() {
        for (text, said) in [
            ("slow", "there is no kind \"slow\"; there are throttle, throttle-no-retry-after,"),
            ("", "there is no kind \"\""),
            ("drop:verb=GET", "there is no key \"verb\"; there are service, method, path, cmdlet, nth,"),
            ("drop:method", "KEY=VALUE is wanted, not \"method\""),
            ("drop:times=often", "times: a whole number is wanted, not \"often\""),
            ("drop:service=sharepoint", "unknown variant `sharepoint`"),
            ("drop:times=-1", "-1"),
            ("lag:seconds=-5", "only a clock-skew may be negative"),
            ("clock-skew", "a clock-skew wants seconds"),
            ("clock-skew:seconds=5,method=GET", "the whole tenant's"),
            ("clock-skew:seconds=5,times=1", "the whole tenant's"),
        ] {
            let error: WrittenError = text.parse::<Rule>().unwrap_err();
            assert!(error.to_string().contains(said), "{text}: {error}");
        }
    }
}
