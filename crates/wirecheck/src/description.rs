//! The operations of one version of Graph, and which of them a request asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use jsonschema::Validator;
use serde_json::Value;

use crate::exchange::decode;
use crate::schema::Schemas;

/// Methods that an OpenAPI path may have.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A schema, and what validates against it once somebody asked: few of the described operations are ever used.
pub struct Checked {
    schemas: Arc<Schemas>,
    schema: Value,
    validator: OnceLock<Result<Validator, String>>,
}

impl Checked {
    fn new(schemas: &Arc<Schemas>, schema: &Value) -> Self {
        Self { schemas: Arc::clone(schemas), schema: schema.clone(), validator: OnceLock::new() }
    }

    /// What is wrong with a value, each with its place.
    pub fn complaints(&self, value: &Value) -> Vec<String> {
        let build = || {
            let strict = self.schemas.strict(&self.schema);
            jsonschema::options().should_validate_formats(true).build(&strict).map_err(|error| error.to_string())
        };
        match self.validator.get_or_init(build) {
            Err(problem) => vec![format!("the schema was not understood: {problem}")],
            Ok(validator) => validator
                .iter_errors(value)
                .map(|error| format!("{}: {}", place(error.instance_path().as_str()), short(&error.to_string())))
                .collect(),
        }
    }
}

/// What an answer of one status looks like.
pub struct Answered {
    /// Its content type; none without a body.
    pub content: Option<String>,
    /// Its body.
    pub schema: Option<Checked>,
}

/// One operation.
pub struct Operation {
    /// `v1.0 GET /users/{user-id}`.
    pub name: String,
    /// Upper case.
    pub method: String,
    tokens: Vec<Token>,
    /// Types of the parameters in the query, by name.
    pub query: BTreeMap<String, String>,
    /// The request's body.
    pub body: Option<Checked>,
    /// Answers by status.
    pub answers: BTreeMap<u16, Answered>,
    /// Names that `$select` and `$expand` may hold; empty when nothing is known.
    pub selectable: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(String),
    Key,
}

/// The operations of one version.
pub struct Description {
    /// All of them.
    pub operations: Vec<Operation>,
    /// What every error looks like.
    pub error: Checked,
}

impl Description {
    /// Understands a document.
    pub fn new(document: &Value, version: &str) -> Result<Self> {
        let schemas = Arc::new(Schemas::new(document, version == "beta"));
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().context("the description has no paths")? {
            for method in METHODS {
                if item[method].is_object() {
                    operations.extend(operation(&schemas, version, path, method, &item[method]));
                }
            }
        }
        let error = &document["components"]["responses"]["error"]["content"]["application/json"]["schema"];
        Ok(Self { operations, error: Checked::new(&schemas, error) })
    }

    /// The operation with the most literal segments, by method and path after the version.
    pub fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let tokens = tokens(path, false);
        let users = match tokens.split_first() {
            Some((Token::Literal(me), rest)) if me == "me" => {
                [&[Token::Literal("users".to_owned()), Token::Literal("me".to_owned())], rest].concat()
            }
            _ => Vec::new(),
        };
        self.matching(method, &tokens).or_else(|| self.matching(method, &users))
    }

    fn matching(&self, method: &str, tokens: &[Token]) -> Option<&Operation> {
        let fits = |operation: &&Operation| operation.method == method && fits(&operation.tokens, tokens);
        let keys = |operation: &&Operation| operation.tokens.iter().filter(|token| **token == Token::Key).count();
        self.operations.iter().filter(fits).min_by_key(keys)
    }
}

fn fits(template: &[Token], asked: &[Token]) -> bool {
    template.len() == asked.len() && template.iter().zip(asked).all(|(want, have)| *want == Token::Key || want == have)
}

/// Segments as the services read them: doubled slashes are one, a key stands in a segment or in parentheses, a cast
/// is long or short, case is no difference. An alternate key belongs to its collection: `users(name)`.
fn tokens(path: &str, template: bool) -> Vec<Token> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.flat_map(|part| if template { segment(part, true) } else { segment(&decode(part, false), false) }).collect()
}

fn segment(part: &str, template: bool) -> Vec<Token> {
    if template && part.starts_with('{') {
        return vec![Token::Key];
    }
    let name = part.to_ascii_lowercase();
    let name = name.strip_prefix("microsoft.").filter(|rest| rest.starts_with("graph.")).unwrap_or(&name).to_owned();
    let Some((name, keys)) = name.strip_suffix(')').and_then(|name| name.split_once('(')) else {
        return vec![Token::Literal(name)];
    };
    let names: Vec<&str> = keys.split(',').filter_map(|key| key.split_once('=')).map(|(name, _)| name.trim()).collect();
    match (keys.is_empty(), names.is_empty()) {
        (true, _) => vec![Token::Literal(name.to_owned())],
        (false, true) => vec![Token::Literal(name.to_owned()), Token::Literal(keys.to_owned())],
        (false, false) => vec![Token::Literal(format!("{name}({})", names.join(",")))],
    }
}

/// An operation, once for each of its paths.
fn operation(schemas: &Arc<Schemas>, version: &str, path: &str, method: &str, told: &Value) -> Vec<Operation> {
    let paths = std::iter::once(path).chain(told["x-short-path"].as_str());
    paths.map(|other| one(schemas, version, path, other, method, told)).collect()
}

fn one(schemas: &Arc<Schemas>, version: &str, path: &str, other: &str, method: &str, told: &Value) -> Operation {
    let method = method.to_ascii_uppercase();
    let in_query = told["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "query");
    let query = in_query.map(|parameter| (text(&parameter["name"]), text(&parameter["schema"]["type"]))).collect();
    let body = &told["requestBody"]["content"]["application/json"]["schema"];
    let statuses = told["responses"].as_object().into_iter().flatten();
    Operation {
        name: format!("{version} {method} {path}"),
        method,
        tokens: tokens(other, true),
        query,
        body: body.is_object().then(|| Checked::new(schemas, body)),
        answers: statuses.filter_map(|(status, answer)| Some((status.parse().ok()?, answered(schemas, answer)))).collect(),
        selectable: selectable(schemas, &told["responses"]["200"]),
    }
}

fn answered(schemas: &Arc<Schemas>, answer: &Value) -> Answered {
    let content = answer["content"].as_object().and_then(|content| content.iter().next());
    Answered {
        content: content.map(|(kind, _)| kind.clone()),
        schema: content.map(|(_, media)| Checked::new(schemas, &media["schema"])),
    }
}

/// Of a list, what its elements may be asked for.
fn selectable(schemas: &Arc<Schemas>, answer: &Value) -> BTreeSet<String> {
    let schema = &answer["content"]["application/json"]["schema"];
    let element = &schema["properties"]["value"]["items"];
    schemas.selectable(if element.is_object() { element } else { schema })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A place in a document, with all elements of a list as one.
fn place(pointer: &str) -> String {
    let parts = pointer.split('/').filter(|part| !part.is_empty());
    let parts: Vec<&str> = parts.map(|part| if part.bytes().all(|byte| byte.is_ascii_digit()) { "*" } else { part }).collect();
    if parts.is_empty() { "body".to_owned() } else { parts.join(".") }
}

/// A message that does not repeat a whole document.
fn short(message: &str) -> String {
    const MOST: usize = 200;
    let count = message.chars().count();
    if count <= MOST {
        return message.to_owned();
    }
    let tail: String = message.chars().skip(count - MOST).collect();
    format!("…{tail}")
}
