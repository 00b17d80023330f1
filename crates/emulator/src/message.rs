//! What goes over the wire, with the network taken away: one request, one answer.
//!
//! Invariant: a request keeps the bytes the client sent. Path and query stay undecoded, so each service
//! decides itself how lenient its parsing is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The hosts of the tenant, and the control endpoint that no client of the tenant ever sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Entra sign-in.
    Login,
    /// Microsoft Graph.
    Graph,
    /// The Exchange admin endpoint.
    Exchange,
    /// Security & Compliance cmdlets.
    Purview,
    /// The test's own door.
    Control,
}

/// One HTTP request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which host it came to.
    pub service: Service,
    /// Upper case.
    pub method: String,
    /// Raw, undecoded, beginning with a slash.
    pub path: String,
    /// Raw, undecoded, without the question mark.
    pub query: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body, perhaps empty.
    pub body: Vec<u8>,
}

impl Request {
    /// A request with nothing but a line. The target may carry a query.
    pub fn new(service: Service, method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            service,
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: BTreeMap::new(),
            body: Vec::new(),
        }
    }

    /// The same with one header more.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_ascii_lowercase(), value.to_owned());
        self
    }

    /// The same with a bearer token.
    pub fn with_token(self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// The same with a JSON body.
    pub fn with_json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.with_header("content-type", "application/json")
    }

    /// The same with a form body.
    pub fn with_form(mut self, fields: &[(&str, &str)]) -> Self {
        let encoded: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", crate::encoding::encode(value))).collect();
        self.body = encoded.join("&").into_bytes();
        self.with_header("content-type", "application/x-www-form-urlencoded")
    }

    /// The body as JSON, if it is any.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The bearer token, if one came.
    pub fn bearer(&self) -> Option<&str> {
        let value = self.header("authorization")?;
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

/// One HTTP answer, or the lack of one.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status line.
    pub status: u16,
    /// In the order to send; `content-length` is left to the server.
    pub headers: Vec<(String, String)>,
    /// The body, perhaps empty.
    pub body: Vec<u8>,
    /// Close the connection instead of answering.
    pub hang_up: bool,
}

impl Answer {
    /// A JSON answer.
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())],
            body: body.to_string().into_bytes(),
            hang_up: false,
        }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), hang_up: false }
    }

    /// A text answer of the given type.
    pub fn text(status: u16, content_type: &str, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
            hang_up: false,
        }
    }

    /// An error in Graph's shape. The router adds `innerError`.
    pub fn graph_error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({"error": {"code": code, "message": message}}))
    }

    /// No answer at all: the client sees a broken connection.
    pub fn hang_up() -> Self {
        Self { status: 0, headers: Vec::new(), body: Vec::new(), hang_up: true }
    }

    /// The same with one header more.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A header by name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, or null.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Whether the status says that it was done.
    pub fn is_success(&self) -> bool {
        !self.hang_up && (200..300).contains(&self.status)
    }
}
