//! `$batch`: up to twenty reads in one request. Answers come in any order, and each may be
//! throttled on its own inside an outer 200; those alone are asked again.

use std::collections::BTreeMap;
use std::time::Duration;

use regain_ports::{ProviderError, ProviderErrorKind, Urgency};
use reqwest::Method;
use serde_json::{Value, json};

use super::page::List;
use super::{Graph, error, units};
use crate::call::{Doing, How};
use crate::http::Content;
use crate::lanes::{Lane, after};
use crate::redact;
use crate::retry::Deed;
use crate::token::Resource;

/// The most that one batch takes.
const AT_ONCE: usize = 20;

/// One read of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Get {
    /// Below the version, encoded.
    pub(crate) below: String,
    /// An advanced query.
    pub(crate) eventual: bool,
}

/// What one read answered.
#[derive(Debug, Clone)]
pub(crate) struct Inner {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Get {
    pub(crate) fn plain(below: String) -> Self {
        Self { below, eventual: false }
    }
    pub(crate) fn eventual(below: String) -> Self {
        Self { below, eventual: true }
    }

    fn as_json(&self, id: usize) -> Value {
        let mut request = json!({"id": id.to_string(), "method": "GET", "url": self.below});
        if self.eventual
            && let Some(members) = request.as_object_mut()
        {
            members.insert("headers".to_owned(), json!({"ConsistencyLevel": "eventual"}));
        }
        request
    }
}

impl Inner {
    /// The body of a success, or what the refusal means.
    pub(crate) fn success(&self, doing: Doing) -> Result<&Value, ProviderError> {
        if (200..300).contains(&self.status) {
            return Ok(&self.body);
        }
        Err(error::of(doing, 1, error::kind(doing, self.status, &self.body)))
    }

    pub(crate) fn code(&self) -> &str {
        self.body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn raw(&self) -> String {
        redact::part(&self.body)
    }
}

impl Graph {
    /// Reads all of `gets` side by side; gives the answers in their order.
    pub(crate) async fn batch(&self, doing: Doing, urgency: Urgency, gets: &[Get]) -> Result<Vec<Inner>, ProviderError> {
        let parts = gets.chunks(AT_ONCE).map(|part| self.one_batch(doing, urgency, part));
        let answers = futures_util::future::try_join_all(parts).await?;
        Ok(answers.into_iter().flatten().collect())
    }

    async fn one_batch(&self, doing: Doing, urgency: Urgency, gets: &[Get]) -> Result<Vec<Inner>, ProviderError> {
        let mut open: BTreeMap<usize, &Get> = gets.iter().enumerate().collect();
        let mut done: BTreeMap<usize, Inner> = BTreeMap::new();
        let mut until = None;
        for round in 1..=self.caller.patience.attempts {
            let answers = self.send_batch(doing, urgency, &open).await?;
            // Patience begins with the first answer: among hundreds of accounts, waiting for one's turn is none.
            let until = *until.get_or_insert_with(|| after(self.caller.clock.now(), self.caller.patience.total));
            let mut wait = None;
            for (id, inner, asked) in answers {
                if !open.contains_key(&id) {
                    continue;
                }
                if is_transient(inner.status) {
                    wait = wait.max(Some(asked.unwrap_or(Duration::from_secs(u64::from(round)))));
                } else {
                    open.remove(&id);
                }
                done.insert(id, inner);
            }
            let end = after(self.caller.clock.now(), wait.unwrap_or(Duration::from_secs(1)));
            if open.is_empty() || round == self.caller.patience.attempts || end > until {
                break;
            }
            // The limit is the lane's: others who read the directory wait with us.
            self.caller.lanes.pause(&Lane::DirectoryUnits, end);
        }
        if done.len() != gets.len() {
            return Err(error::of(doing, 1, ProviderErrorKind::Surprise("the batch did not answer every request".into())));
        }
        Ok(done.into_values().collect())
    }

    async fn send_batch(
        &self,
        doing: Doing,
        urgency: Urgency,
        open: &BTreeMap<usize, &Get>,
    ) -> Result<Vec<(usize, Inner, Option<Duration>)>, ProviderError> {
        let requests: Vec<Value> = open.iter().map(|(id, get)| get.as_json(*id)).collect();
        let content = Content::Json(json!({"requests": requests}).to_string().into_bytes());
        // A batch of reads is a read, although it is posted.
        let units = open.values().map(|get| units::of_read(&get.below)).sum();
        let how = How { doing, deed: Deed::Read, urgency, lanes: super::reading(urgency, units) };
        let request = self.request(Method::POST, "$batch", content).map_err(|kind| error::of(doing, 0, kind))?;
        let told = self.caller.call(Resource::Graph, &how, &request).await?;
        let body = super::understood(doing, &told.answer).map_err(|kind| error::of(doing, told.attempts, kind))?;
        let responses = body.get("responses").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(responses.iter().filter_map(inner).collect())
    }

    /// The whole list that begins in an answer of a batch.
    pub(crate) async fn list(&self, doing: Doing, urgency: Urgency, get: &Get, inner: &Inner) -> Result<List, ProviderError> {
        let first = inner.success(doing)?.clone();
        self.whole(doing, urgency, first, get.eventual).await
    }
}

fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// One answer, with the wait that it asks for.
fn inner(response: &Value) -> Option<(usize, Inner, Option<Duration>)> {
    let id = response.get("id")?.as_str()?.parse().ok()?;
    let status = u16::try_from(response.get("status")?.as_u64()?).ok()?;
    let headers = response.get("headers").and_then(Value::as_object);
    let asked = headers.and_then(|headers| {
        let value = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?.1;
        value.as_str().and_then(|text| text.trim().parse().ok()).or_else(|| value.as_u64())
    });
    let body = response.get("body").cloned().unwrap_or_default();
    Some((id, Inner { status, body }, asked.map(Duration::from_secs)))
}
