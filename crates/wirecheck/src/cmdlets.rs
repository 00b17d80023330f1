//! Exchanges with the cmdlet endpoint, which has no description: what holds are Microsoft's lists of parameters and
//! bodies that were collected as examples.
//!
//! The collected list lacks a few cmdlets that Microsoft's reference has. Their parameters stand in `documented.json`, each
//! with the address of its page; one that the collected list has after all may not stand there too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::exchange::{Exchange, Service};
use crate::graph::example;
use crate::report::{Finding, Report};

/// Cmdlets of the published reference that the collected list does not have.
const DOCUMENTED: &str = include_str!("../documented.json");

/// Members around the rows, and around an error.
const ENVELOPE: [&str; 5] = ["@odata.context", "@odata.nextLink", "adminapi.warnings@odata.type", "@adminapi.warnings", "value"];
const AROUND_ERROR: [&str; 3] = ["error", "adminapi.warnings@odata.type", "@adminapi.warnings"];

/// Members of an error, at each of its levels.
const IN_ERROR: [&str; 7] = ["code", "message", "details", "target", "innererror", "internalexception", "type"];

/// A parameter as `cmdlets.json` lists it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameter {
    r#type: String,
    #[serde(rename = "in")]
    offered: Vec<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    parameter_sets: Vec<String>,
    #[serde(default)]
    accepted: Vec<String>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "in")]
    offered: Vec<String>,
    parameters: BTreeMap<String, Parameter>,
}

/// Kinds of value that a member of a row was seen with.
type Members = BTreeMap<String, BTreeSet<&'static str>>;

/// All that is known of cmdlets.
pub struct Cmdlets {
    listed: BTreeMap<String, Listed>,
    rows: BTreeMap<String, Members>,
}

impl Cmdlets {
    /// Reads the list and the examples.
    pub fn read(folder: &Path) -> Result<Self> {
        let list = crate::json(&folder.join("cmdlets.json"))?;
        let mut listed: BTreeMap<String, Listed> =
            serde_json::from_value(list["cmdlets"].clone()).context("cmdlets.json was not understood")?;
        let documented: BTreeMap<String, Listed> =
            serde_json::from_str(DOCUMENTED).context("documented.json was not understood")?;
        for (name, cmdlet) in documented {
            ensure!(!listed.contains_key(&name), "{name} is in cmdlets.json: take it out of documented.json");
            listed.insert(name, cmdlet);
        }
        let mut rows = BTreeMap::new();
        let examples = folder.join("examples");
        for entry in std::fs::read_dir(&examples).with_context(|| format!("{} could not be read", examples.display()))? {
            for example in crate::json(&entry?.path())?.as_object().into_iter().flat_map(Map::values) {
                learn(example, &mut rows);
            }
        }
        Ok(Self { listed, rows })
    }

    /// Checks an exchange; of a batch, each call in it as well.
    pub fn check(&self, exchange: &Exchange, report: &mut Report) {
        let parts: Vec<&str> = exchange.path.trim_matches('/').split('/').collect();
        let operation = match parts[..] {
            [root, version, _, operation] if root.eq_ignore_ascii_case("adminapi") => {
                format!("{} {} {}", exchange.method, version.to_ascii_lowercase(), operation.to_ascii_lowercase())
            }
            _ => String::new(),
        };
        match operation.as_str() {
            "POST beta invokecommand" => self.call(exchange, report),
            "POST beta $batch" => {
                batch(exchange, report);
                exchange.inner().iter().for_each(|inner| self.check(inner, report));
            }
            "GET v1.0 exomodulefile" | "GET beta exomodulefile" => report.asked(exchange, "EXOModuleFile", Vec::new()),
            _ => {
                let place = format!("{} {}", exchange.method, exchange.path);
                report.asked(exchange, &place, vec!["request: the cmdlet endpoint has no such path with this method".to_owned()]);
            }
        }
    }

    fn call(&self, exchange: &Exchange, report: &mut Report) {
        let body = exchange.asked();
        let name = body["CmdletInput"]["CmdletName"].as_str().unwrap_or("InvokeCommand").to_owned();
        let host = if exchange.service == Service::Purview { "SCC" } else { "EXO" };
        let mut wrong = around(exchange, &body);
        match self.listed.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            Some((known, cmdlet)) => {
                report.cmdlets.insert(known.clone());
                wrong.extend(given(cmdlet, host, &body["CmdletInput"]["Parameters"]));
            }
            None => wrong.push("there is no such cmdlet".to_owned()),
        }
        report.asked(exchange, &name, wrong.into_iter().map(|what| format!("request: {what}")).collect());
        for what in self.answered(&name, exchange, report) {
            report.find(Finding {
                place: name.clone(),
                what: format!("answer {}: {what}", exchange.status),
                example: example(exchange),
            });
        }
    }

    fn answered(&self, name: &str, exchange: &Exchange, report: &mut Report) -> Vec<String> {
        let made = ["html-403", "malformed", "drop", "lose-answer"];
        if let Some(struck) = exchange.struck.iter().find(|struck| struck.id.is_none() && made.contains(&struck.kind.as_str())) {
            *report.faults.entry(struck.kind.clone()).or_default() += 1;
            return Vec::new();
        }
        let body = exchange.answered();
        match exchange.status {
            _ if exchange.hung_up => vec!["the connection broke, and no fault had struck".to_owned()],
            200 => self.rows(name, &body),
            302 if exchange.service == Service::Purview => Vec::new(),
            400 | 404 => error(&body),
            401 | 403 if body.is_object() => vec!["there is JSON, and nobody has seen any with this status".to_owned()],
            401 | 403 | 405 => Vec::new(),
            429 | 500 | 503 | 504 => {
                if body.is_null() {
                    Vec::new()
                } else {
                    error(&body)
                }
            }
            _ => vec!["nobody has seen this status".to_owned()],
        }
    }

    fn rows(&self, name: &str, body: &Value) -> Vec<String> {
        let Some(envelope) = body.as_object() else { return vec!["it is no JSON object".to_owned()] };
        let mut wrong = strangers(envelope, &ENVELOPE, "the envelope");
        let Some(rows) = body["value"].as_array() else {
            wrong.push("value is no list".to_owned());
            return wrong;
        };
        if !body["@adminapi.warnings"].is_array() {
            wrong.push("@adminapi.warnings is no list".to_owned());
        }
        let known = self.members(name);
        for row in rows {
            match row.as_object() {
                None => wrong.push("a row is no object".to_owned()),
                Some(row) => row.iter().for_each(|(name, value)| wrong.extend(member(name, value, row, &known))),
            }
        }
        wrong
    }

    /// What a row of a cmdlet may hold: what examples show, and what can be set. A new object is shown as an old one.
    fn members(&self, name: &str) -> Members {
        let noun = name.split_once('-').map_or("", |(_, noun)| noun);
        let mut members = Members::new();
        let old = name.get(..4).filter(|verb| verb.eq_ignore_ascii_case("New-")).map(|_| format!("Get-{noun}"));
        for shown in std::iter::once(name.to_owned()).chain(old) {
            for (_, seen) in self.rows.iter().filter(|(known, _)| known.eq_ignore_ascii_case(&shown)) {
                for (member, kinds) in seen {
                    members.entry(member.clone()).or_default().extend(kinds);
                }
            }
        }
        for verb in ["New", "Set"] {
            let setter = format!("{verb}-{noun}");
            for (_, listed) in self.listed.iter().filter(|(known, _)| known.eq_ignore_ascii_case(&setter)) {
                for (parameter, about) in &listed.parameters {
                    members.entry(parameter.clone()).or_insert_with(|| BTreeSet::from([kind_of(&about.r#type)]));
                }
            }
        }
        members
    }
}

/// How a member shows what a parameter of this type has set.
fn kind_of(parameter: &str) -> &'static str {
    match parameter {
        "SwitchParameter" | "Boolean" | "System.Boolean" => "a boolean",
        "Int32" | "UInt32" => "a number",
        list if list == "MultiValuedProperty" || list.ends_with("[]") => "a list",
        _ => "a text",
    }
}

/// Adds what an example shows of its cmdlet's rows.
fn learn(example: &Value, rows: &mut BTreeMap<String, Members>) {
    let typed = [example["value"].clone()];
    let (name, values) = match example["request"]["body"]["CmdletInput"]["CmdletName"].as_str() {
        Some(name) => (name, example["response"]["body"]["value"].as_array().map(Vec::as_slice).unwrap_or_default()),
        // Values of every kind, as a mailbox shows them.
        None if example["value"].is_object() => ("Get-Mailbox", typed.as_slice()),
        None => return,
    };
    for row in values.iter().filter_map(Value::as_object) {
        let members = rows.entry(name.to_owned()).or_default();
        for (name, value) in row {
            members.entry(name.clone()).or_default().insert(kind(value));
        }
    }
}

fn member(name: &str, value: &Value, row: &Map<String, Value>, known: &Members) -> Option<String> {
    if let Some(of) = ["@data.type", "@odata.type"].iter().find_map(|end| name.strip_suffix(end)) {
        return (!row.contains_key(of) || !value.is_string()).then(|| format!("{name} is the type of nothing"));
    }
    let Some(kinds) = known.get(name) else { return Some(format!("{name} is in no example")) };
    let fits = value.is_null() || kinds.iter().all(|kind| *kind == "null") || kinds.contains(kind(value));
    (!fits).then(|| {
        format!("{name} is {}; in examples it is {}", kind(value), kinds.iter().copied().collect::<Vec<_>>().join(" or "))
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The envelope of a request, its query and its anchor.
fn around(exchange: &Exchange, body: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, _) in exchange.parameters() {
        if !["$select", "$skiptoken"].contains(&name.to_ascii_lowercase().as_str()) {
            wrong.push(format!("the query has {name}, which nobody has sent"));
        }
    }
    if exchange.anchor.is_none() {
        wrong.push("X-AnchorMailbox is missing".to_owned());
    }
    let none = Map::new();
    wrong.extend(strangers(body.as_object().unwrap_or(&none), &["CmdletInput"], "the body"));
    let input = &body["CmdletInput"];
    wrong.extend(strangers(input.as_object().unwrap_or(&none), &["CmdletName", "Parameters"], "CmdletInput"));
    if !input["Parameters"].is_object() && !input["Parameters"].is_null() {
        wrong.push("Parameters is no object".to_owned());
    }
    wrong
}

fn given(cmdlet: &Listed, host: &str, parameters: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if !cmdlet.offered.iter().any(|offered| offered == host) {
        wrong.push(format!("the cmdlet is not offered at {host}"));
    }
    let none = Map::new();
    let given = parameters.as_object().unwrap_or(&none);
    let mut seen = BTreeSet::new();
    for (name, value) in given {
        match cmdlet.parameters.iter().find(|(known, parameter)| is_called(known, parameter, name)) {
            None => wrong.push(format!("there is no parameter {name}")),
            Some((known, parameter)) => {
                seen.insert(known.as_str());
                if !parameter.offered.iter().any(|offered| offered == host) {
                    wrong.push(format!("{name} is not offered at {host}"));
                }
                wrong.extend(fits(name, parameter, value));
            }
        }
    }
    let needed = cmdlet.parameters.iter().filter(|(_, parameter)| parameter.required && parameter.parameter_sets.is_empty());
    wrong.extend(needed.filter(|(name, _)| !seen.contains(name.as_str())).map(|(name, _)| format!("{name} is missing")));
    wrong
}

fn is_called(known: &str, parameter: &Parameter, name: &str) -> bool {
    known.eq_ignore_ascii_case(name) || parameter.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
}

fn fits(name: &str, parameter: &Parameter, value: &Value) -> Option<String> {
    let kind = parameter.r#type.as_str();
    let well = match kind {
        "SwitchParameter" => value == true || name.eq_ignore_ascii_case("Confirm") && value.is_boolean(),
        "Boolean" | "System.Boolean" => value.is_boolean(),
        "Int32" | "UInt32" => value.is_i64() || value.is_u64(),
        "Unlimited" => value.is_string() || value.is_u64(),
        "MultiValuedProperty" => value.is_null() || is_list(value) || is_change(value),
        list if list.ends_with("[]") => value.is_null() || is_list(value) || is_change(value),
        _ => value.is_null() || value.is_string(),
    };
    let accepted = &parameter.accepted;
    let known =
        accepted.is_empty() || value.as_str().is_none_or(|value| accepted.iter().any(|one| one.eq_ignore_ascii_case(value)));
    (!well || !known).then(|| format!("{name} is {value}, which is no {kind}"))
}

fn is_list(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
}

/// A partial change of a list.
fn is_change(value: &Value) -> bool {
    value["@odata.type"] == "#Exchange.GenericHashTable"
        && value.as_object().into_iter().flatten().all(|(name, value)| match name.to_ascii_lowercase().as_str() {
            "@odata.type" => true,
            "add" | "remove" => value.is_string() || is_list(value),
            _ => false,
        })
}

fn batch(exchange: &Exchange, report: &mut Report) {
    let (asked, answered) = (exchange.asked(), exchange.answered());
    let requests = asked["requests"].as_array();
    let mut wrong = Vec::new();
    if requests.is_none() {
        wrong.push("request: requests is no list".to_owned());
    }
    let absolute = |request: &Value| request["url"].as_str().is_some_and(|url| url.contains("://"));
    if requests.into_iter().flatten().any(|request| !absolute(request)) {
        wrong.push("request: an address in the batch is not absolute".to_owned());
    }
    report.asked(exchange, "$batch", wrong);
    if exchange.status == 200 && !answered["responses"].is_array() {
        let what = "answer 200: responses is no list".to_owned();
        report.find(Finding { place: "$batch".to_owned(), what, example: example(exchange) });
    }
}

fn error(body: &Value) -> Vec<String> {
    let Some(around) = body.as_object() else { return vec!["the error is no JSON object".to_owned()] };
    let mut wrong = strangers(around, &AROUND_ERROR, "the error's envelope");
    if !body["error"]["code"].is_string() || !body["error"]["message"].is_string() {
        wrong.push("the error has no code and message".to_owned());
    }
    let error = &body["error"];
    let inner = &error["innererror"];
    let levels = [error, &error["details"][0], inner, &inner["internalexception"]];
    let known: Vec<&str> = IN_ERROR.iter().copied().chain(["stacktrace"]).collect();
    wrong.extend(levels.iter().filter_map(|level| level.as_object()).flat_map(|level| strangers(level, &known, "the error")));
    wrong
}

fn strangers(object: &Map<String, Value>, known: &[&str], place: &str) -> Vec<String> {
    let unknown = object.keys().filter(|name| !known.contains(&name.as_str()));
    unknown.map(|name| format!("{place} has a member {name}")).collect()
}
