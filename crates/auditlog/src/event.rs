//! An event with everything that the model knows of it: the one shape that every export is read into,
//! and that an activity read live from a tenant can be put into as well.

use std::net::IpAddr;

use regain_incident::Timestamp;
use serde::{Deserialize, Serialize};

/// Which kind of record an event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The unified audit log.
    #[default]
    Audit,
    /// Entra's sign-in log.
    SignIn,
    /// Entra's directory audit log.
    Directory,
    /// The message trace.
    Trace,
    /// Another log of Azure Monitor: risk, Graph activity.
    Other,
}

impl Kind {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Audit, Self::SignIn, Self::Directory, Self::Trace, Self::Other];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::SignIn => "sign-in",
            Self::Directory => "directory",
            Self::Trace => "trace",
            Self::Other => "other",
        }
    }

    pub(crate) fn from_index(index: u8) -> Self {
        Self::ALL.get(usize::from(index)).copied().unwrap_or(Self::Other)
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The record does not say.
    #[default]
    Unknown,
    /// It was done.
    Succeeded,
    /// It was refused.
    Failed,
    /// A sign-in that stopped on the way although the password was right: a second factor, a consent
    /// or a question was still to come.
    Interrupted,
}

impl Outcome {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A name and its value, as records list them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pair {
    /// Name, with the former value's under `old:NAME`.
    pub name: String,
    /// Value, as text. Hostile.
    pub value: String,
}

/// A message or file that an event touched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Item {
    /// The service's id, empty if it gives none.
    pub id: String,
    /// Internet message id.
    pub message_id: String,
    /// Subject or file name. Hostile.
    pub name: String,
    /// Folder or site. Hostile.
    pub folder: String,
    /// Attachment names as the record lists them. Hostile.
    pub attachments: String,
    /// Size in bytes, where it is told.
    pub size: Option<u64>,
}

/// One event. Texts are as the tenant gave them, hence hostile; empty ones are none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Event {
    /// The kind of record.
    pub kind: Kind,
    /// The record's id. Sign-ins may have the id of the audit record that tells the same.
    pub id: String,
    /// When, in UTC.
    pub at: Option<Timestamp>,
    /// What, as the service calls it.
    pub operation: String,
    /// The service.
    pub workload: Option<String>,
    /// Number of the record type in the unified audit log.
    pub record_type: Option<i64>,
    /// Who, in lower case: a sign-in name, an object id, or the name of a service.
    pub account: String,
    /// Who, as it was written.
    pub actor: String,
    /// The object id or key of the actor.
    pub actor_id: Option<String>,
    /// Whose mailbox, in lower case, where the record names its owner.
    pub mailbox: Option<String>,
    /// From where, without port.
    pub address: Option<IpAddr>,
    /// In which session.
    pub session: Option<String>,
    /// With which token.
    pub token: Option<String>,
    /// With which program, as it names itself.
    pub agent: Option<String>,
    /// The client as the mailbox names it, as in `Client=REST;Client=RESTSystem;;`.
    pub client: Option<String>,
    /// Through which application, by its id.
    pub app: Option<String>,
    /// The application's name.
    pub app_name: Option<String>,
    /// To which resource, by its id or name.
    pub resource: Option<String>,
    /// On what.
    pub target: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The service's error code; for sign-ins an AADSTS number.
    pub error: Option<i64>,
    /// What it says beside: why it failed, how it was authenticated.
    pub detail: Option<String>,
    /// Whether the person was there: an interactive sign-in.
    pub interactive: Option<bool>,
    /// Country as the service places the address. No evidence by itself.
    pub country: Option<String>,
    /// Parameters, whichever of the record's lists they stood in, in their order.
    pub parameters: Vec<Pair>,
    /// What was touched.
    pub items: Vec<Item>,
    /// How many operations one record stands for, where it says so.
    pub count: Option<i64>,
    /// The date may also be read with day and month changed round; [`crate::Log`] puts it right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub either_date: bool,
}

impl Event {
    /// The value of the parameter called `name`, in any case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|pair| pair.name.eq_ignore_ascii_case(name)).map(|pair| pair.value.as_str())
    }
}
