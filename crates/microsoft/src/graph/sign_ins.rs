//! The sign-in log. Interactive sign-ins come from v1.0; those that a session carries on come from beta
//! alone, with the session's id, and are optional for that reason.
//!
//! Invariant: a log of a large tenant is not read to its end: so many pages, and whoever asked is told.

use regain_incident::Timestamp;
use regain_incident::ids::AccountId;
use regain_incident::who_else::{Mark, SignIn};
use regain_ports::{ProviderError, ProviderErrorKind, SignIns, SomeSignIns, Urgency};
use reqwest::{Method, Url};
use serde_json::Value;

use super::wire::{quoted, text, time};
use super::{Graph, error, query};
use crate::call::{Doing, How};
use crate::guard::Guard;
use crate::http::{Content, Count, Request};
use crate::lanes::Lane;
use crate::retry::Deed;
use crate::token::Resource;

const READ: Doing = Doing { what: "read the sign-in log", needs: "AuditLog.Read.All, and a licence for Microsoft Entra ID P1" };
/// Of a thousand sign-ins each. The service allows five requests in ten seconds.
const PAGES: usize = 4;

impl Graph {
    /// One round trip where the logs are short; both lists side by side.
    pub(crate) async fn sign_ins(&self, of: Option<&AccountId>, since: Timestamp) -> SignIns {
        let from = format!("createdDateTime ge {}", since.strftime("%Y-%m-%dT%H:%M:%SZ"));
        let filter = match of {
            Some(account) => format!("userId eq {} and {from}", quoted(account.as_str())),
            None => from,
        };
        let carried_on = format!("{filter} and signInEventTypes/any(t:t eq 'nonInteractiveUser')");
        let interactive = self.log("auditLogs/signIns", &filter);
        // What one account had before is asked for its addresses alone: one request of the few.
        let sessions = async {
            match of {
                Some(_) => Ok(SomeSignIns::default()),
                None => self.log("../beta/auditLogs/signIns", &carried_on).await,
            }
        };
        let (interactive, sessions) = tokio::join!(interactive, sessions);
        SignIns { interactive, sessions }
    }

    async fn log(&self, below: &str, filter: &str) -> Result<SomeSignIns, ProviderError> {
        let surprise = |why: regain_ports::BoxError| error::of(READ, 1, ProviderErrorKind::Surprise(why));
        let below = format!("{below}?$filter={}&$top=1000", query(filter));
        let mut url = self.base.join(&below).map_err(|why| surprise(why.into()))?;
        let mut some = SomeSignIns::default();
        for page in 1..=PAGES {
            let body = self.page_of_log(url.clone()).await?;
            let Some(rows) = body.get("value").and_then(Value::as_array) else {
                return Err(surprise("a list without `value`".into()));
            };
            some.rows.extend(rows.iter().filter_map(sign_in));
            let Some(link) = body.get("@odata.nextLink").and_then(Value::as_str) else { return Ok(some) };
            some.cut = page == PAGES;
            url = Guard::next(&url, link).map_err(|why| surprise(why.into()))?;
        }
        Ok(some)
    }

    /// Reports have a limit of their own, and whoever waits for them waits less long than for a lock.
    async fn page_of_log(&self, url: Url) -> Result<Value, ProviderError> {
        let headers = vec![("accept", "application/json".to_owned())];
        let request = Request { method: Method::GET, url, headers, content: Content::Nothing, count: Count::Work };
        let how = How { doing: READ, deed: Deed::Read, urgency: Urgency::Normal, lanes: vec![(Lane::Reports, 1)] };
        let told = self.reports.call(Resource::Graph, &how, &request).await?;
        super::understood(READ, &told.answer).map_err(|kind| error::of(READ, told.attempts, kind))
    }
}

/// A row of the log; one of a service, or without a date, is none.
fn sign_in(row: &Value) -> Option<SignIn> {
    let device = row.pointer("/deviceDetail/deviceId").and_then(Value::as_str).filter(|id| !id.is_empty());
    let marks = [
        text(row, "ipAddress").map(|address| Mark::Address(address.to_owned())),
        text(row, "sessionId").map(|session| Mark::Session(session.to_owned())),
        device.map(|device| Mark::Device(device.to_owned())),
    ];
    Some(SignIn {
        account: text(row, "userId")?.parse().ok()?,
        upn: text(row, "userPrincipalName").unwrap_or_default().to_owned(),
        at: time(row, "createdDateTime")?,
        succeeded: row.pointer("/status/errorCode").and_then(Value::as_i64) == Some(0),
        marks: marks.into_iter().flatten().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_is_a_sign_in_with_whatever_it_tells() {
        let row = json!({
            "createdDateTime": "2026-11-02T02:21:00Z", "userId": "a1000000-0000-4000-8000-000000000001",
            "userPrincipalName": "alex.berg@contoso.com", "ipAddress": "203.0.113.50", "sessionId": "ba00",
            "deviceDetail": {"deviceId": ""}, "status": {"errorCode": 50126},
        });
        let read = sign_in(&row).unwrap();
        assert_eq!(read.marks, [Mark::Address("203.0.113.50".to_owned()), Mark::Session("ba00".to_owned())]);
        assert!(!read.succeeded);
        assert!(sign_in(&json!({"userId": "", "createdDateTime": "2026-11-02T02:21:00Z"})).is_none());
    }
}
