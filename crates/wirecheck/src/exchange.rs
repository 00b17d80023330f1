//! One recorded exchange, and how the record is read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// Which host was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Sign-in.
    Login,
    /// Graph.
    Graph,
    /// The cmdlet endpoint.
    Exchange,
    /// The cmdlet endpoint of Security & Compliance.
    Purview,
    /// The test's own door; not part of a tenant.
    Control,
}

/// A body that was sent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// JSON.
    Json(Value),
    /// Anything else.
    Text(String),
}

/// A fault that struck on purpose.
#[derive(Clone, Debug, Deserialize)]
pub struct Struck {
    /// The id of the request in a batch; none for the whole exchange.
    pub id: Option<String>,
    /// The name of the fault.
    pub kind: String,
}

/// One exchange.
#[derive(Clone, Debug, Deserialize)]
pub struct Exchange {
    /// Which host.
    pub service: Service,
    /// Upper case.
    pub method: String,
    /// Raw.
    pub path: String,
    /// Raw, without the question mark.
    pub query: String,
    /// The request's `Content-Type`.
    #[serde(default)]
    pub request_type: Option<String>,
    /// What was sent.
    #[serde(default)]
    pub request: Option<Body>,
    /// A bearer token was shown.
    pub signed_in: bool,
    /// What a test said about its own request.
    #[serde(default)]
    pub test: Option<String>,
    /// The answer's status.
    pub status: u16,
    /// There was no answer: the connection broke.
    #[serde(default)]
    pub hung_up: bool,
    /// The answer's `Content-Type`.
    #[serde(default)]
    pub answer_type: Option<String>,
    /// What was answered.
    #[serde(default)]
    pub answer: Option<Body>,
    /// The answer's headers; none inside a batch and where they were not recorded.
    #[serde(default)]
    pub answer_headers: Option<Vec<(String, String)>>,
    /// The request's `client-request-id`.
    #[serde(default)]
    pub client_request_id: Option<String>,
    /// Members were withheld from answers when it was recorded.
    #[serde(default)]
    pub withheld: bool,
    /// Faults that struck.
    #[serde(default)]
    pub struck: Vec<Struck>,
    /// `X-AnchorMailbox`.
    #[serde(default)]
    pub anchor: Option<String>,
    /// Who recorded it: the name of the test, where that is known.
    #[serde(default)]
    pub by: String,
}

impl Exchange {
    /// The request's JSON, null without one. JSON over several lines counts as such.
    pub fn asked(&self) -> Value {
        json_of(self.request.as_ref())
    }

    /// The answer's JSON, null without one.
    pub fn answered(&self) -> Value {
        json_of(self.answer.as_ref())
    }

    /// Parameters of the query, decoded, in their order.
    pub fn parameters(&self) -> Vec<(String, String)> {
        self.query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name, true), decode(value, true))
            })
            .collect()
    }

    /// The requests of a batch as exchanges of their own, each with the version of Graph that it went to.
    pub fn inner(&self) -> Vec<Self> {
        let (asked, answered) = (self.asked(), self.answered());
        let answers: BTreeMap<String, &Value> =
            answered["responses"].as_array().into_iter().flatten().map(|answer| (id(answer), answer)).collect();
        let requests = asked["requests"].as_array().into_iter().flatten();
        requests.filter_map(|request| self.one_of(request, answers.get(&id(request))?)).collect()
    }

    fn one_of(&self, request: &Value, answer: &Value) -> Option<Self> {
        let (path, query) = self.target(request["url"].as_str()?);
        let header = |of: &Value, wanted: &str| {
            let headers = of["headers"].as_object().into_iter().flatten();
            headers.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).find_map(|(_, value)| value.as_str()).map(str::to_owned)
        };
        let own = |struck: &&Struck| struck.id.as_ref().is_some_and(|of| request["id"] == of.as_str());
        Some(Self {
            method: request["method"].as_str()?.to_ascii_uppercase(),
            path,
            query,
            request_type: header(request, "content-type"),
            request: body(&request["body"]),
            test: header(request, "x-regain-test"),
            status: u16::try_from(answer["status"].as_u64()?).ok()?,
            hung_up: false,
            answer_type: header(answer, "content-type"),
            answer: body(&answer["body"]),
            answer_headers: None,
            struck: self.struck.iter().filter(own).map(|struck| Struck { id: None, kind: struck.kind.clone() }).collect(),
            anchor: header(request, "x-anchormailbox").or_else(|| self.anchor.clone()),
            by: format!("{}, in a batch", self.by),
            ..self.clone()
        })
    }

    /// Path and query of an inner address: absolute, with a version, or without one.
    fn target(&self, url: &str) -> (String, String) {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, rest)| rest));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.trim_start_matches('/');
        let versioned = ["v1.0/", "beta/", "adminapi/"].iter().any(|version| path.starts_with(version));
        let version = self.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let path = if versioned { format!("/{path}") } else { format!("/{version}/{path}") };
        (path, query.to_owned())
    }
}

fn id(value: &Value) -> String {
    value["id"].as_str().map_or_else(|| value["id"].to_string(), str::to_ascii_lowercase)
}

fn body(value: &Value) -> Option<Body> {
    (!value.is_null()).then(|| Body::Json(value.clone()))
}

fn json_of(body: Option<&Body>) -> Value {
    match body {
        Some(Body::Json(value)) => value.clone(),
        Some(Body::Text(text)) => serde_json::from_str(text).unwrap_or_default(),
        None => Value::Null,
    }
}

/// Percent-decoding; a plus is a space in a query.
pub fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).and_then(|two| u8::from_str_radix(two, 16).ok());
        match (byte, hex) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 3;
                continue;
            }
            (b'+', _) if plus => out.push(b' '),
            (other, _) => out.push(other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Reads every file of a folder, line by line. A last line that was cut off when its process was killed is left out.
pub fn each(folder: &Path, mut with: impl FnMut(Exchange)) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} could not be read", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    for path in files {
        let mut lines = BufReader::new(File::open(&path).with_context(|| format!("{} could not be opened", path.display()))?);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            if line.ends_with(b"\n") {
                let what = || format!("{}: {}", path.display(), String::from_utf8_lossy(&line));
                with(serde_json::from_slice(&line).with_context(what)?);
            }
            line.clear();
        }
    }
    Ok(())
}
