//! Microsoft Graph: the directory behind [`Directory`](regain_ports::Directory).
//!
//! Invariant: only v1.0, but for sessions in the sign-in log. Side by side reads travel in one batch; writes travel alone and depend on
//! nothing. A list is complete, or an error says that it is not.

mod batch;
mod error;
mod everybody;
mod groups;
mod own_app;
mod page;
mod pim;
mod roles;
mod sign_ins;
mod tenant;
mod units;
mod users;
mod wire;

use std::sync::Arc;

use regain_ports::{ProviderError, ProviderErrorKind, Urgency};
use reqwest::{Method, Url};
use serde_json::Value;

pub(crate) use batch::Get;
pub use own_app::{AppWay, OwnApp, WayKind};
pub(crate) use users::kept_elsewhere;
pub(crate) use wire::{query, text, time};

use crate::call::{Caller, Doing, How};
use crate::http::{Answer, Content, Count, Request};
use crate::lanes::Lane;
use crate::retry::Deed;
use crate::token::Resource;

pub(crate) struct Graph {
    pub(crate) caller: Arc<Caller>,
    /// For logs, which nobody waits long for.
    pub(crate) reports: Arc<Caller>,
    /// With the version, ending in a slash.
    pub(crate) base: Url,
    /// Of each domain, whether another identity provider keeps its passwords.
    pub(crate) federated: Federated,
}

/// Answers by domain, each asked for once.
pub(crate) type Federated = std::sync::Mutex<std::collections::BTreeMap<String, Arc<tokio::sync::OnceCell<bool>>>>;

/// An answer that was understood.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) body: Value,
    pub(crate) attempts: u32,
}

impl Graph {
    /// A request to what stands below the version.
    fn request(&self, method: Method, below: &str, content: Content) -> Result<Request, ProviderErrorKind> {
        let url = self.base.join(below.trim_start_matches('/')).map_err(|error| ProviderErrorKind::Surprise(error.into()))?;
        let headers = vec![("accept", "application/json".to_owned())];
        Ok(Request { method, url, headers, content, count: Count::Work })
    }

    /// Reads one address, which may be a next link.
    pub(crate) async fn get(&self, doing: Doing, urgency: Urgency, url: Url, eventual: bool) -> Result<Heard, ProviderError> {
        let mut headers = vec![("accept", "application/json".to_owned())];
        if eventual {
            headers.push(("consistencylevel", "eventual".to_owned()));
        }
        let lanes = reading(urgency, units::of_read(url.as_str()));
        let request = Request { method: Method::GET, url, headers, content: Content::Nothing, count: Count::Work };
        let how = How { doing, deed: Deed::Read, urgency, lanes };
        self.hear(&how, &request).await
    }

    /// Changes something, once.
    pub(crate) async fn write(
        &self,
        doing: Doing,
        urgency: Urgency,
        method: Method,
        below: &str,
        content: Content,
    ) -> Result<Heard, ProviderError> {
        let how = How { doing, deed: Deed::Write, urgency, lanes: writing(urgency) };
        let request = self.request(method, below, content).map_err(|kind| error::of(doing, 0, kind))?;
        self.hear(&how, &request).await
    }

    /// [`Graph::write`] with a body without secrets.
    pub(crate) async fn post(&self, doing: Doing, below: &str, body: &Value) -> Result<Heard, ProviderError> {
        let content = Content::Json(body.to_string().into_bytes());
        self.write(doing, Urgency::Normal, Method::POST, below, content).await
    }

    async fn hear(&self, how: &How, request: &Request) -> Result<Heard, ProviderError> {
        let told = self.caller.call(Resource::Graph, how, request).await?;
        let body = understood(how.doing, &told.answer).map_err(|kind| error::of(how.doing, told.attempts, kind))?;
        Ok(Heard { body, attempts: told.attempts })
    }
}

/// What reading takes a place in.
fn reading(urgency: Urgency, units: u32) -> Vec<(Lane, u32)> {
    vec![(Lane::DirectoryReads(urgency), 1), (Lane::DirectoryUnits, units)]
}

/// What one change takes a place in.
fn writing(urgency: Urgency) -> Vec<(Lane, u32)> {
    vec![(Lane::DirectoryWrites(urgency), 1), (Lane::DirectoryChanges, 1), (Lane::DirectoryUnits, 1)]
}

/// The body of a success (nothing at all is `null`), or what the refusal means.
fn understood(doing: Doing, answer: &Answer) -> Result<Value, ProviderErrorKind> {
    if !answer.is_success() {
        return Err(error::kind(doing, answer.status, &answer.json().unwrap_or_default()));
    }
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    answer.json().map_err(|error| ProviderErrorKind::Surprise(error.into()))
}
