//! The tenant itself, as the target of a case: which of its settings were changed, and what was not read.

use regain_incident::case::{AccountState, Case, StepRecord};
use regain_incident::facet::FacetName;
use regain_incident::facets::Reading;
use regain_incident::plan::PlannedStep;
use regain_incident::posture::access::policy::Id;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::access_block::BlockedWay;
use regain_incident::tenant::setting::{Change, Value};
use regain_incident::text::{harmless, on_a_line};

use super::account::WHY_MAX;
use super::{WIDTH, plans::step_line, wrapped};
use crate::output::Output;

/// The lines below the heading.
pub fn lines(case: &Case, state: &AccountState, out: &Output) -> Vec<String> {
    let label = out.texts.get("label-settings");
    let steps = case.steps_of(&state.account.id);
    let line = |step: &PlannedStep, record: &StepRecord| {
        let why = record.why.as_deref().filter(|_| record.state.needs_a_person());
        let why = why.map(|why| format!(" ({})", harmless(why, WHY_MAX))).unwrap_or_default();
        format!("{}{why}", step_line(step, record.state, out))
    };
    let changed: Vec<String> = steps.map(|(_, step, record)| wrapped(&label, &line(step, record), WIDTH)).collect();
    if changed.is_empty() { vec![wrapped(&label, &out.texts.get("settings-unchanged"), WIDTH)] } else { changed }
}

/// A change of a setting in words: what, of what, from which value to which.
pub fn setting(change: &Change, out: &Output) -> String {
    let what = out.texts.get(&format!("setting-{}", change.name.as_str()));
    let of = change.of.as_ref().map(|object| format!(" ({})", on_a_line(&object.name))).unwrap_or_default();
    let is_block = BlockedWay::of(change.name).is_some();
    format!("{what}{of}: {} → {}", value(&change.from, is_block, out), value(&change.to, is_block, out))
}

/// Whom a block leaves out, by name where accounts were read: whoever approves it has to see that.
pub fn spared(case: &Case, change: &Change, out: &Output) -> Option<String> {
    let Value::Block(block) = &change.to else { return None };
    let people = match case.organisation().and_then(|state| state.latest.get(&FacetName::People)?.value()) {
        Some(Reading::Tenant(reading)) => match reading.as_ref() {
            TenantReading::People(read) => read.people.as_slice(),
            _ => &[],
        },
        _ => &[],
    };
    let name = |id: &Id| {
        let known = people.iter().find(|person| person.id.eq_ignore_ascii_case(id.as_str()));
        on_a_line(known.map_or(id.as_str(), |person| &person.name))
    };
    let all: Vec<String> = block.accounts.iter().chain(&block.groups).map(name).collect();
    Some(out.texts.with("block-leaves-out", &[("who", &all.join(", "))]))
}

fn value(value: &Value, is_block: bool, out: &Output) -> String {
    match value {
        Value::Unset if is_block => out.texts.get("value-block-none"),
        Value::Unset => out.texts.get("value-unset"),
        Value::Flag(true) => out.texts.get("value-yes"),
        Value::Flag(false) => out.texts.get("value-no"),
        Value::Text(_) | Value::Texts(_) => on_a_line(&value.to_string()),
        Value::Block(block) => {
            let spared = (block.accounts.len() + block.groups.len()).to_string();
            out.texts.with(if block.enforced { "value-block-on" } else { "value-block-reports" }, &[("number", &spared)])
        }
    }
}
