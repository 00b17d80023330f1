//! What went over the wire, for a check that reads it afterwards.
//!
//! For tests only: where the environment variable [`FOLDER`] names a folder, every request to a service of the
//! tenant is appended there with its answer, one JSON object in a line, in a file of this process. Tests of this
//! crate and programs that are killed leave their lines like all others, because each line is written at once.
//!
//! Invariant: nothing that is answered depends on it, and a folder that cannot be written is no failure here; the
//! check notices that the lines are missing.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::faults::Kind;
use crate::message::{Answer, Request, Service};

/// The environment variable that names the folder.
pub const FOLDER: &str = "REGAIN_RECORD_TRAFFIC";

/// A request header by which a test says that its request is wrong on purpose. The services do not look at it.
pub const ON_PURPOSE: &str = "x-regain-test";

/// A fault that struck.
#[derive(Clone, Debug, Serialize)]
pub struct Struck {
    /// The id of the request in a batch; none for the whole exchange.
    pub id: Option<String>,
    /// What went wrong.
    pub kind: Kind,
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    service: Service,
    method: &'a str,
    path: &'a str,
    query: &'a str,
    request_type: Option<&'a str>,
    request: Option<Body<'a>>,
    signed_in: bool,
    /// The request's [`ON_PURPOSE`].
    test: Option<&'a str>,
    status: u16,
    hung_up: bool,
    answer_type: Option<&'a str>,
    answer: Option<Body<'a>>,
    answer_headers: &'a [(String, String)],
    client_request_id: Option<&'a str>,
    /// Something is being withheld from answers, so that clients may ask for what they otherwise would not.
    withheld: bool,
    struck: &'a [Struck],
    anchor: Option<&'a str>,
    by: String,
}

/// A body: JSON as it is, anything else as text.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Body<'a> {
    Json(&'a RawValue),
    Text(String),
}

impl<'a> Body<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        Some(match serde_json::from_slice::<&RawValue>(bytes) {
            // A line is one line, so JSON of several lines is told as text.
            Ok(raw) if !raw.get().contains('\n') => Self::Json(raw),
            _ => Self::Text(String::from_utf8_lossy(bytes).into_owned()),
        })
    }
}

static FILE: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
    let folder = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty())?;
    let path = Path::new(&folder).join(format!("{}.jsonl", std::process::id()));
    OpenOptions::new().create(true).append(true).open(path).ok().map(Mutex::new)
});

/// Appends an exchange, where anybody wants it.
pub(crate) fn keep(request: &Request, answer: &Answer, struck: &[Struck], withheld: bool) {
    let Some(file) = FILE.as_ref() else { return };
    let line = Line {
        service: request.service,
        method: &request.method,
        path: &request.path,
        query: &request.query,
        request_type: request.header("content-type"),
        request: Body::of(&request.body),
        signed_in: request.bearer().is_some(),
        test: request.header(ON_PURPOSE),
        status: answer.status,
        hung_up: answer.hang_up,
        answer_type: answer.header("content-type"),
        answer: Body::of(&answer.body),
        answer_headers: &answer.headers,
        client_request_id: request.header("client-request-id"),
        withheld,
        struck,
        anchor: request.header("x-anchormailbox"),
        by: std::thread::current().name().unwrap_or_default().to_owned(),
    };
    let Ok(mut line) = serde_json::to_vec(&line) else { return };
    line.push(b'\n');
    // Whoever checks sees that it is missing.
    let _ = file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line);
}
