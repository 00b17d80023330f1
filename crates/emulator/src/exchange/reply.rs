//! What the endpoint says back: the envelope, its typed side fields, and its failures.
//!
//! Every answer with a body goes through this file, so the shape is the same for all cmdlets. A refusal
//! of the caller has no JSON at all: a client that insists on it must find out here.

use serde_json::{Map, Value, json};

use super::state::Said;
use crate::message::Answer;

/// One row of a listing.
pub type Row = Map<String, Value>;

/// What a cmdlet gave: rows, and what it warned of.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Output {
    pub rows: Vec<Row>,
    pub warnings: Vec<String>,
}

impl Output {
    /// Only rows.
    pub fn rows(rows: Vec<Row>) -> Self {
        Self { rows, warnings: Vec::new() }
    }

    /// Nothing but a warning, or nothing at all.
    pub fn done(warning: Option<String>) -> Self {
        Self { rows: Vec::new(), warnings: warning.into_iter().collect() }
    }
}

/// Why a cmdlet did not do what it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// 401: the token carries no permission for this service.
    NoPermission,
    /// 403: no role for this cmdlet, or no such cmdlet; the service does not tell which.
    NotAvailable,
    /// 403: the permission is there and no directory role is.
    NoRole,
    /// Anything the cmdlet itself says, with its exception.
    Cmdlet(Exception),
}

/// An exception of a cmdlet, as `details[0].message` joins it: `code|type|text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub status: u16,
    pub code: &'static str,
    pub kind: &'static str,
    pub text: String,
}

impl Failure {
    /// No such object: `Identity` names nothing.
    pub fn object_missing(identity: &str) -> Self {
        Self::missing(
            "Ex6F9304",
            format!(
                "The operation couldn't be performed because object '{identity}' couldn't be found on \
                 'AB1PR01A001DC03.EURPR01A001.PROD.OUTLOOK.COM'."
            ),
        )
    }

    /// No such mailbox: `Mailbox` names nothing, or something without one.
    pub fn mailbox_missing(identity: &str) -> Self {
        Self::missing("Ex41BAF5", format!("The specified mailbox Identity:\"{identity}\" doesn't exist."))
    }

    /// No such rule in this mailbox.
    pub fn rule_missing(mailbox: &str, identity: &str) -> Self {
        let number = identity.rsplit('\\').next().unwrap_or(identity);
        Self::missing("", format!("The rule with Identity '{mailbox}\\{number}' doesn't exist."))
    }

    /// Something else is missing.
    pub fn missing(code: &'static str, text: String) -> Self {
        let kind = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException";
        Self::Cmdlet(Exception { status: 404, code, kind, text })
    }

    /// The parameters could not be bound.
    pub fn binding(text: impl Into<String>) -> Self {
        Self::refused("System.Management.Automation.ParameterBindingException", text)
    }

    /// A name that the cmdlet does not have, or names that do not go together.
    pub fn ambiguous() -> Self {
        Self::binding("Parameter set cannot be resolved using the specified named parameters.")
    }

    /// A rule of the service says no.
    pub fn refused(kind: &'static str, text: impl Into<String>) -> Self {
        Self::Cmdlet(Exception { status: 400, code: "", kind, text: text.into() })
    }
}

impl Said {
    /// The answer instead of this failure.
    pub fn instead_of(self, failure: Failure) -> Result<Output, Failure> {
        match self {
            Self::Constructed => Err(failure),
            Self::Otherwise => {
                Err(Failure::refused("Microsoft.Exchange.Configuration.Tasks.TaskException", "The task can't be carried out."))
            }
            Self::Forbidden => Err(Failure::NotAvailable),
            Self::Silent => Ok(Output::default()),
        }
    }
}

/// The envelope around a page of rows.
pub fn envelope(base: &str, rows: Vec<Row>, warnings: &[String], next: Option<String>) -> Answer {
    let rows: Vec<Value> = rows.into_iter().map(|row| Value::Object(typed(row))).collect();
    let mut body = json!({
        "@odata.context": format!("{base}/$metadata#Collection(Exchange.GenericHashTable)"),
        "adminapi.warnings@odata.type": "#Collection(String)",
        "@adminapi.warnings": warnings,
        "value": rows,
    });
    if let (Some(next), Some(body)) = (next, body.as_object_mut()) {
        body.insert("@odata.nextLink".into(), next.into());
    }
    Answer::json(200, &body)
}

/// The answer to a failure.
pub fn refusal(failure: &Failure) -> Answer {
    let diagnostics = |status, text: &str| Answer {
        status,
        headers: vec![("x-ms-diagnostics".to_owned(), text.to_owned())],
        body: vec![0; 4],
        hang_up: false,
    };
    match failure {
        Failure::NoPermission => {
            let text = "2000008;reason=\"The token contains no permissions, or permissions can not be understood.\";\
                        error_category=\"invalid_grant\"";
            diagnostics(401, text).with_header("WWW-Authenticate", "Bearer error=\"invalid_token\"")
        }
        Failure::NotAvailable => {
            diagnostics(403, "2000001;reason=\"The cmdlet isn't available to this caller.\";error_category=\"invalid_role\"")
        }
        Failure::NoRole => diagnostics(
            403,
            "2000001;reason=\"The role assigned to application isn't supported in this scenario.\";\
             error_category=\"invalid_role\"",
        ),
        Failure::Cmdlet(exception) => exception_reply(exception, "Error executing cmdlet"),
    }
}

/// The body of an exception, under the general `message` that the service puts on top.
pub fn exception_reply(exception: &Exception, message: &str) -> Answer {
    let Exception { status, code, kind, text } = exception;
    let detail = if kind.ends_with("ODataServiceException") { text.clone() } else { format!("{code}|{kind}|{text}") };
    let body = json!({
        "error": {
            "code": if *status == 404 { "NotFound" } else { "BadRequest" },
            "message": message,
            "details": [{"code": "Client", "target": "", "message": detail}],
            "innererror": {
                "message": message,
                "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                "stacktrace": "",
                "internalexception": {"message": text, "type": kind, "stacktrace": ""},
            },
        },
        "adminapi.warnings@odata.type": "#Collection(String)",
        "@adminapi.warnings": [],
    });
    Answer::json(*status, &body)
}

/// Adds the side fields that carry a value's type.
fn typed(row: Row) -> Row {
    let mut out = Row::new();
    for (name, value) in row {
        if is_guid(&name) {
            out.insert(format!("{name}@data.type"), "System.Guid".into());
            out.insert(format!("{name}@odata.type"), "#Guid".into());
        } else if name.starts_with("When") && value.is_string() {
            out.insert(format!("{name}@data.type"), "System.DateTime".into());
            out.insert(format!("{name}@odata.type"), "#DateTimeOffset".into());
        } else if value.is_array() {
            out.insert(format!("{name}@odata.type"), "#Collection(String)".into());
        }
        out.insert(name, value);
    }
    out
}

fn is_guid(name: &str) -> bool {
    matches!(name, "Guid" | "ExchangeGuid")
}
