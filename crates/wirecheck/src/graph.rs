//! Exchanges with Graph.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use crate::description::{Answered, Description, Operation};
use crate::exchange::{Body, Exchange};
use crate::headers;
use crate::names;
use crate::report::{Finding, Report};

/// Query options that a server puts into its own links; clients follow them whole.
const IN_LINKS: [&str; 2] = ["$skiptoken", "$deltatoken"];

/// Faults that make an answer into something that no description has.
const UNDESCRIBED: [&str; 4] = ["html-403", "malformed", "drop", "lose-answer"];

/// The versions.
pub struct Graph {
    v1: Description,
    beta: Description,
}

impl Graph {
    /// Reads both documents.
    pub fn read(folder: &Path) -> Result<Self> {
        let read = |version: &str| {
            let document = crate::json(&folder.join(format!("graph-{version}.openapi.json")))?;
            Description::new(&document, version)
        };
        Ok(Self { v1: read("v1.0")?, beta: read("beta")? })
    }

    /// Counts which of the described operations the emulator serves. What it serves and nobody describes is found.
    pub fn cover(&self, served: &str, report: &mut Report) {
        report.described =
            [&self.v1, &self.beta].iter().flat_map(|version| &version.operations).map(|one| one.name.clone()).collect();
        for line in served.lines().filter(|line| !line.trim().is_empty()) {
            let (method, path) = line.trim().split_once(' ').unwrap_or((line, ""));
            let path = path.replace("{}", "x");
            let found: Vec<&Operation> =
                [&self.v1, &self.beta].iter().filter_map(|version| version.find(method, &path)).collect();
            if found.is_empty() {
                let what = "it is served, and no description has it".to_owned();
                report.find(Finding { place: line.to_owned(), what, example: "the list of served operations".to_owned() });
            }
            report.served.extend(found.into_iter().map(|operation| operation.name.clone()));
        }
    }

    /// Checks an exchange; of a batch, each request in it as well.
    pub fn check(&self, exchange: &Exchange, report: &mut Report) {
        let found = self.operation(exchange);
        let place = match found {
            Ok((_, operation)) => operation.name.clone(),
            Err(_) => format!("{} {}", exchange.method, anonymous(&exchange.path)),
        };
        let asked = match found {
            Ok((_, operation)) => request(operation, exchange),
            Err(problem) => vec![problem.to_owned()],
        };
        report.asked(exchange, &place, asked);
        if let Ok((_, operation)) = found {
            report.exercised.insert(operation.name.clone());
            if exchange.status == 404 && !report.served.contains(&operation.name) {
                *report.unserved.entry(operation.name.clone()).or_default() += 1;
            }
        }
        let version = found.map_or(&self.v1, |(version, _)| version);
        for what in answer(version, found.ok().map(|(_, operation)| operation), exchange, report) {
            report.find(Finding {
                place: place.clone(),
                what: format!("answer {}: {what}", exchange.status),
                example: example(exchange),
            });
        }
        for what in headers::complaints(exchange) {
            let what = format!("answer {}: {what}", exchange.status);
            report.find(Finding { place: place.clone(), what, example: example(exchange) });
        }
        if place.ends_with(" POST /$batch") {
            exchange.inner().iter().for_each(|inner| self.check(inner, report));
        }
    }

    fn operation(&self, exchange: &Exchange) -> Result<(&Description, &Operation), &'static str> {
        let path = exchange.path.trim_start_matches('/');
        let (version, rest) = path.split_once('/').unwrap_or((path, ""));
        let version = match version.to_ascii_lowercase().as_str() {
            "v1.0" => [&self.v1].to_vec(),
            // What v1.0 has, beta has too.
            "beta" => vec![&self.beta, &self.v1],
            _ => return Err("request: no version of Graph is called so"),
        };
        let found =
            version.iter().find_map(|version| version.find(&exchange.method, rest).map(|operation| (*version, operation)));
        found.ok_or("request: the description has no such path with this method")
    }
}

/// What to show of an exchange.
pub(crate) fn example(exchange: &Exchange) -> String {
    let query = if exchange.query.is_empty() { String::new() } else { format!("?{}", exchange.query) };
    format!("{} {}{query} ({})", exchange.method, exchange.path, exchange.by)
}

/// A path whose ids are all alike.
fn anonymous(path: &str) -> String {
    let known = |part: &str| if part.len() > 30 || part.contains('@') { "{}".to_owned() } else { part.to_owned() };
    path.split('/').map(known).collect::<Vec<_>>().join("/")
}

fn request(operation: &Operation, exchange: &Exchange) -> Vec<String> {
    let mut wrong: Vec<String> =
        exchange.parameters().iter().filter_map(|(name, value)| parameter(operation, name, value)).collect();
    match (&operation.body, &exchange.request) {
        (_, None) => {}
        (None, Some(Body::Json(Value::Object(members)))) if members.is_empty() => {}
        (None, Some(_)) => wrong.push("there is a body, and the operation takes none".to_owned()),
        (Some(schema), Some(_)) => {
            wrong.extend(typed("application/json", exchange.request_type.as_deref()));
            wrong.extend(schema.complaints(&exchange.asked()));
        }
    }
    wrong.into_iter().map(|what| format!("request: {what}")).collect()
}

fn parameter(operation: &Operation, name: &str, value: &str) -> Option<String> {
    if IN_LINKS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    let Some((_, kind)) = operation.query.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
        return Some(format!("the query has {name}, which the operation does not take"));
    };
    let fits = match kind.as_str() {
        "integer" => value.parse::<u64>().is_ok(),
        "boolean" => matches!(value, "true" | "false"),
        _ => !value.is_empty(),
    };
    if !fits {
        return Some(format!("{name}={value} is no {kind}"));
    }
    let names = match name.to_ascii_lowercase().as_str() {
        "$select" | "$expand" | "$orderby" => names::listed(value),
        "$filter" => names::filtered(value),
        _ => Vec::new(),
    };
    let is_known = |one: &String| one == "*" || operation.selectable.iter().any(|known| known.eq_ignore_ascii_case(one));
    let unknown = names.iter().find(|one| !operation.selectable.is_empty() && !is_known(one));
    unknown.map(|unknown| format!("{name} names {unknown}, which there is not"))
}

fn answer(version: &Description, operation: Option<&Operation>, exchange: &Exchange, report: &mut Report) -> Vec<String> {
    if let Some(struck) = exchange.struck.iter().find(|struck| struck.id.is_none() && UNDESCRIBED.contains(&struck.kind.as_str()))
    {
        *report.faults.entry(struck.kind.clone()).or_default() += 1;
        return Vec::new();
    }
    if exchange.hung_up {
        // The fault of one request in a batch breaks the connection of all.
        let inside = exchange.struck.iter().any(|struck| matches!(struck.kind.as_str(), "drop" | "lose-answer"));
        return if inside { Vec::new() } else { vec!["the connection broke, and no fault had struck".to_owned()] };
    }
    let described = operation.and_then(|operation| operation.answers.get(&exchange.status));
    match described {
        Some(answer) => body(answer, exchange),
        None if exchange.status < 400 => vec!["the description has no such status".to_owned()],
        None => typed("application/json", exchange.answer_type.as_deref())
            .into_iter()
            .chain(version.error.complaints(&exchange.answered()))
            .collect(),
    }
}

fn body(described: &Answered, exchange: &Exchange) -> Vec<String> {
    let Some(content) = &described.content else {
        return exchange
            .answer
            .is_some()
            .then(|| "there is a body, and the description has none".to_owned())
            .into_iter()
            .collect();
    };
    let mut wrong: Vec<String> = typed(content, exchange.answer_type.as_deref()).into_iter().collect();
    if let Some(schema) = &described.schema {
        let value = match (&exchange.answer, content.as_str()) {
            (Some(Body::Text(text)), "text/plain") => serde_json::from_str(text).unwrap_or(Value::Null),
            _ => exchange.answered(),
        };
        wrong.extend(schema.complaints(&value));
    }
    wrong
}

fn typed(content: &str, own: Option<&str>) -> Option<String> {
    let own = own.unwrap_or_default();
    let fits = own.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(content);
    (!fits).then(|| format!("the content type is {own:?}, not {content}"))
}
