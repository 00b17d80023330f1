//! The tenant itself, as the target of a case: which of its settings were changed, and what was not read.

use regain_incident::case::{AccountState, Case};
use regain_incident::tenant::setting::{Change, Value};
use regain_incident::text::on_a_line;

use super::{WIDTH, plans::step_line, wrapped};
use crate::output::Output;

/// The lines below the heading.
pub fn lines(case: &Case, state: &AccountState, out: &Output) -> Vec<String> {
    let label = out.texts.get("label-settings");
    let steps = case.steps_of(&state.account.id);
    let changed: Vec<String> =
        steps.map(|(_, step, record)| wrapped(&label, &step_line(step, record.state, out), WIDTH)).collect();
    if changed.is_empty() { vec![wrapped(&label, &out.texts.get("settings-unchanged"), WIDTH)] } else { changed }
}

/// A change of a setting in words: what, of what, from which value to which.
pub fn setting(change: &Change, out: &Output) -> String {
    let what = out.texts.get(&format!("setting-{}", change.name.as_str()));
    let of = change.of.as_ref().map(|object| format!(" ({})", on_a_line(&object.name))).unwrap_or_default();
    format!("{what}{of}: {} → {}", value(&change.from, out), value(&change.to, out))
}

fn value(value: &Value, out: &Output) -> String {
    match value {
        Value::Unset => out.texts.get("value-unset"),
        Value::Flag(true) => out.texts.get("value-yes"),
        Value::Flag(false) => out.texts.get("value-no"),
        Value::Text(_) | Value::Texts(_) => on_a_line(&value.to_string()),
    }
}
