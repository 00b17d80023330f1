//! Test events of detection rules, each with what its own rule should say of it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Judge, Row, list};

/// Runs each event through the analysis by itself. Where we say otherwise than the rule, the page on
/// judgement must name the test and argue it.
pub fn all(judge: &Judge<'_>, folder: &Path) -> Result<Vec<Row>> {
    let page = fs::read_to_string(judge.repo.root().join("docs/judgement.md")).unwrap_or_default();
    let text = fs::read_to_string(folder.join("events.jsonl")).context("the rule tests could not be read")?;
    let (mut rows, mut agreed, mut argued, mut total) = (Vec::new(), 0, 0, 0);
    for (number, line) in text.lines().enumerate() {
        let test: Value = serde_json::from_str(line)?;
        let expected = test["expected"].as_bool().unwrap_or_default();
        let file = judge.file(&format!("rule-test-{number:02}.jsonl"), &format!("{}\n", test["event"]))?;
        let (actual, told) = match judge.analysed(&[], &[&file]) {
            Ok(analysis) => told(&analysis),
            Err(_) => (false, "not a record of a log".to_owned()),
        };
        total += 1;
        if actual == expected {
            agreed += 1;
            continue;
        }
        let name = test["test"].as_str().unwrap_or_default();
        let is_argued = page.contains(name);
        argued += usize::from(is_argued);
        let word = |alert: bool| if alert { "alert" } else { "none" };
        let figure = format!("rule: {}, ours: {} ({told})", word(expected), word(actual));
        rows.push(Row::required(&format!("rule test: {name}"), figure, "argued in docs/judgement.md", is_argued));
    }
    let figure = format!("{agreed} of {total} as expected, {argued} argued");
    rows.push(Row::required("rule tests", figure, "all, or argued", agreed + argued == total));
    Ok(rows)
}

/// Whether anything is suspicious, and what.
fn told(analysis: &Value) -> (bool, String) {
    let bad: Vec<&str> = list(&analysis["findings"])
        .filter(|found| found["verdict"] != "benign")
        .filter_map(|found| found["code"].as_str())
        .collect();
    (!bad.is_empty(), if bad.is_empty() { "nothing".to_owned() } else { bad.join(", ") })
}
