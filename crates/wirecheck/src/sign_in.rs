//! Answers of the sign-in service, held against the collected ones: which members there are, and of what type.
//!
//! Left to others: pages for a browser, keys and discovery, of which nothing was collected.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use crate::exchange::Exchange;
use crate::graph::example;
use crate::report::{Finding, Report};

/// Which sort of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    /// Tokens.
    Tokens,
    /// A code for another device.
    Device,
    /// A refusal.
    Refusal,
}

/// What the collected answers of one sort show.
#[derive(Debug, Default)]
struct Shown {
    /// Types of each member, by name.
    members: BTreeMap<String, BTreeSet<&'static str>>,
    /// Members that all of them have.
    always: Option<BTreeSet<String>>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct SignIn {
    shown: BTreeMap<Sort, Shown>,
}

impl SignIn {
    /// Reads the collected answers. Those of a managed identity are another service's.
    pub fn read(file: &Path) -> Result<Self> {
        let mut all = Self::default();
        let examples = crate::json(file)?;
        for (_, example) in examples.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with("managed identity")) {
            let body = &example["response"]["body"];
            if let (Some(sort), Some(members)) = (sort_of(body), body.as_object()) {
                all.shown.entry(sort).or_default().add(members);
            }
        }
        Ok(all)
    }

    /// Checks an answer of the token or device code endpoint.
    pub fn check(&self, exchange: &Exchange, report: &mut Report) {
        let last = exchange.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        if !matches!(last, "token" | "devicecode") || exchange.hung_up || !exchange.struck.is_empty() {
            return;
        }
        report.signed_in += 1;
        let place = format!("{} {last}", exchange.method);
        for what in self.complaints(&exchange.answered(), exchange.status) {
            let what = format!("answer {}: {what}", exchange.status);
            report.find(Finding { place: place.clone(), what, example: example(exchange) });
        }
    }

    fn complaints(&self, answer: &Value, status: u16) -> Vec<String> {
        let Some(sort) = sort_of(answer) else { return vec!["it is neither tokens nor a device code nor a refusal".to_owned()] };
        if (sort == Sort::Refusal) != (status >= 400) {
            return vec!["the status does not go with what is answered".to_owned()];
        }
        let Some(shown) = self.shown.get(&sort) else { return vec!["no answer of this sort was collected".to_owned()] };
        let members = answer.as_object().into_iter().flatten();
        let mut wrong: Vec<String> = members.filter_map(|(name, value)| shown.complaint(name, value)).collect();
        let missing = shown.always.iter().flatten().filter(|name| answer.get(name.as_str()).is_none());
        wrong.extend(missing.map(|name| format!("{name} is missing")));
        wrong
    }
}

impl Shown {
    fn add(&mut self, members: &serde_json::Map<String, Value>) {
        let names: BTreeSet<String> = members.keys().cloned().collect();
        self.always = Some(self.always.take().map_or_else(|| names.clone(), |always| &always & &names));
        for (name, value) in members {
            self.members.entry(name.clone()).or_default().insert(type_of(value));
        }
    }

    fn complaint(&self, name: &str, value: &Value) -> Option<String> {
        match self.members.get(name) {
            None => Some(format!("{name} is in no example")),
            Some(types) if types.contains(type_of(value)) => None,
            Some(_) => Some(format!("{name} is of type {}, in no example", type_of(value))),
        }
    }
}

fn sort_of(answer: &Value) -> Option<Sort> {
    let has = |name: &str| answer.get(name).is_some();
    match (has("error"), has("access_token"), has("device_code")) {
        (true, false, false) => Some(Sort::Refusal),
        (false, true, false) => Some(Sort::Tokens),
        (false, false, true) => Some(Sort::Device),
        _ => None,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
