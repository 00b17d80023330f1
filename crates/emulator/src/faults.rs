//! What goes wrong on purpose.
//!
//! Invariant: a fault is decided by the order of requests and emulated time alone, so a run repeats itself.

mod written;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::message::{Answer, Request, Service};

pub use written::help;

/// What happens instead of, or on top of, the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// 429 with `Retry-After`; nothing is done.
    Throttle,
    /// 429 without it.
    ThrottleNoRetryAfter,
    /// 503; nothing is done.
    Unavailable,
    /// Done, and the connection breaks before the answer.
    LoseAnswer,
    /// 504; nothing is done.
    Timeout,
    /// Done, and 504.
    TimeoutAfterWrite,
    /// 403 in the service's own shape.
    Refuse,
    /// 403 from a gateway, in HTML.
    #[serde(rename = "html-403")]
    Html403,
    /// The connection breaks before anything is done.
    Drop,
    /// A read shows the directory as it was `seconds` ago.
    Lag,
    /// Done, and half of the body is missing.
    Malformed,
    /// The licence is missing.
    Licence,
    /// A next link has expired.
    NextLinkExpires,
    /// 401 that asks for a new token, if the client said that it copes with that.
    InsufficientClaims,
    /// A list changes while it is read: the next page begins with a row of the one before.
    PageMoves,
    /// The tenant's clock is `seconds` ahead of everybody else's, or behind if negative. It strikes no request.
    ClockSkew,
}

/// How far a replica is behind that the scenario says nothing more of.
pub const LAG_SECONDS: i64 = 60;

/// Which requests. What is not named matches all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    service: Option<Service>,
    method: Option<String>,
    path: Option<String>,
    cmdlet: Option<String>,
    nth: Option<u64>,
}

impl Match {
    fn is_anything(&self) -> bool {
        let Self { service, method, path, cmdlet, nth } = self;
        service.is_none() && method.is_none() && path.is_none() && cmdlet.is_none() && nth.is_none()
    }
}

/// When, and how often.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    times: Option<u64>,
    every: Option<u64>,
}

/// One line of the scenario's `faults`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(default, rename = "match")]
    matches: Match,
    #[serde(default)]
    when: When,
    kind: Kind,
    seconds: Option<i64>,
    #[serde(skip)]
    seen: u64,
    #[serde(skip)]
    fired: u64,
}

/// A fault that strikes now.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// What.
    pub kind: Kind,
    /// For how long, where that means something.
    pub seconds: Option<i64>,
}

/// All faults of a run.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    rules: Vec<Rule>,
}

impl Faults {
    /// Faults by their rules, in order; the first that strikes wins.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }

    /// How far a replica can be behind, so that history is worth keeping; none if none can.
    pub fn furthest_lag(&self) -> Option<SignedDuration> {
        let lags = self.rules.iter().filter(|rule| rule.kind == Kind::Lag);
        lags.map(|rule| SignedDuration::from_secs(rule.seconds.unwrap_or(LAG_SECONDS))).max()
    }

    /// How far the tenant's clock is ahead at this moment, by the faults that say so.
    pub fn clock_ahead(&self, now: Timestamp) -> SignedDuration {
        let skews = self.rules.iter().filter(|rule| rule.kind == Kind::ClockSkew && rule.when.holds(now));
        SignedDuration::from_secs(skews.filter_map(|rule| rule.seconds).sum())
    }

    /// The fault that meets this request.
    pub fn strike(&mut self, now: Timestamp, request: &Request) -> Option<Fault> {
        let mut struck = None;
        for rule in &mut self.rules {
            if rule.matches(now, request) && rule.count() && struck.is_none() {
                rule.fired += 1;
                struck = Some(Fault { kind: rule.kind, seconds: rule.seconds });
            }
        }
        struck
    }
}

impl When {
    fn holds(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.to.is_none_or(|to| now < to)
    }
}

impl Rule {
    /// What makes no sense together, if anything.
    pub fn problem(&self) -> Option<&'static str> {
        if self.kind != Kind::ClockSkew {
            return self.seconds.is_some_and(i64::is_negative).then_some("seconds: only a clock-skew may be negative");
        }
        let counted = self.when.times.is_some() || self.when.every.is_some();
        match (self.seconds, self.matches.is_anything() && !counted) {
            (None, _) => Some("a clock-skew wants seconds"),
            (_, false) => Some("a clock-skew is the whole tenant's: of match and when, it takes from and to"),
            _ => None,
        }
    }

    fn matches(&self, now: Timestamp, request: &Request) -> bool {
        let Match { service, method, path, cmdlet, .. } = &self.matches;
        // The control endpoint is no part of the tenant.
        self.kind != Kind::ClockSkew
            && request.service != Service::Control
            && service.is_none_or(|service| service == request.service)
            && method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
            && path.as_ref().is_none_or(|path| request.path.to_ascii_lowercase().contains(&path.to_ascii_lowercase()))
            && cmdlet.as_ref().is_none_or(|cmdlet| cmdlet_of(request).is_some_and(|name| name.eq_ignore_ascii_case(cmdlet)))
            && self.when.holds(now)
            && (!matches!(self.kind, Kind::NextLinkExpires | Kind::PageMoves)
                || request.query.to_ascii_lowercase().contains("skiptoken"))
            && (self.kind != Kind::Lag || matches!(request.method.as_str(), "GET" | "HEAD"))
    }

    /// Counts one matching request and tells whether this is one that the fault strikes.
    fn count(&mut self) -> bool {
        self.seen += 1;
        self.matches.nth.is_none_or(|nth| nth == self.seen)
            && self.when.times.is_none_or(|times| self.fired < times)
            && self.when.every.is_none_or(|every| every > 0 && self.seen.is_multiple_of(every))
    }
}

fn cmdlet_of(request: &Request) -> Option<String> {
    Some(request.json()?["CmdletInput"]["CmdletName"].as_str()?.to_owned())
}

/// The answer of a fault that keeps the request from being carried out.
pub fn before(fault: Fault, request: &Request) -> Option<Answer> {
    let wait = fault.seconds;
    match fault.kind {
        Kind::Throttle => Some(throttled(request).with_header("Retry-After", &wait.unwrap_or(2).to_string())),
        Kind::ThrottleNoRetryAfter => Some(throttled(request)),
        Kind::Unavailable => Some(retry_after(unavailable(request), wait)),
        Kind::Refuse => Some(refused(request)),
        Kind::Timeout => Some(gateway_timeout()),
        Kind::Html403 => Some(Answer::text(
            403,
            "text/html",
            "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>",
        )),
        Kind::Drop => Some(Answer::hang_up()),
        Kind::Licence => Some(unlicensed(request)),
        Kind::NextLinkExpires => Some(expired_link(request)),
        Kind::LoseAnswer
        | Kind::TimeoutAfterWrite
        | Kind::Lag
        | Kind::Malformed
        | Kind::InsufficientClaims
        | Kind::PageMoves
        | Kind::ClockSkew => None,
    }
}

/// What a fault makes of the answer to a request that was carried out.
pub fn after(fault: Fault, answer: Answer) -> Answer {
    match fault.kind {
        // The status stays for the record: whether what nobody heard of was carried out, or refused.
        Kind::LoseAnswer => Answer { status: answer.status, ..Answer::hang_up() },
        Kind::TimeoutAfterWrite => gateway_timeout(),
        Kind::Malformed => Answer { body: answer.body[..answer.body.len() / 2].to_vec(), ..answer },
        _ => answer,
    }
}

fn gateway_timeout() -> Answer {
    Answer::graph_error(504, "UnknownError", "")
}

fn retry_after(answer: Answer, seconds: Option<i64>) -> Answer {
    match seconds {
        Some(seconds) => answer.with_header("Retry-After", &seconds.to_string()),
        None => answer,
    }
}

fn throttled(request: &Request) -> Answer {
    match request.service {
        Service::Login => {
            login_error(429, "temporarily_unavailable", 90_055, "The request is throttled. Please try again later.")
        }
        _ => Answer::graph_error(429, "TooManyRequests", "Please retry again later."),
    }
}

fn unavailable(request: &Request) -> Answer {
    match request.service {
        Service::Login => {
            login_error(503, "temporarily_unavailable", 90_033, "A transient error has occurred. Please try again.")
        }
        _ => Answer::graph_error(503, "ServiceUnavailable", "The service is unavailable."),
    }
}

fn refused(request: &Request) -> Answer {
    match request.service {
        Service::Login => login_error(
            400,
            "access_denied",
            53_003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        ),
        Service::Exchange | Service::Purview => Answer {
            status: 403,
            headers: vec![(
                "x-ms-diagnostics".to_owned(),
                "2000001;reason=\"The role assigned to the application isn't supported in this scenario.\"".to_owned(),
            )],
            body: vec![0; 4],
            hang_up: false,
        },
        _ => Answer::graph_error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    }
}

fn unlicensed(request: &Request) -> Answer {
    let path = request.path.to_ascii_lowercase();
    if path.contains("schedule") || path.contains("privilegedaccess") {
        return crate::graph::pim::no_licence();
    }
    Answer::graph_error(
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license",
    )
}

fn expired_link(request: &Request) -> Answer {
    match request.service {
        Service::Graph => Answer::graph_error(
            400,
            "Directory_ExpiredPageToken",
            "The specified page token value has expired and can no longer be included in your request.",
        ),
        _ => Answer::graph_error(400, "BadRequest", "Expired or Invalid pagination request. Default Expiry time is 00:30:00"),
    }
}

fn login_error(status: u16, error: &str, code: u32, text: &str) -> Answer {
    Answer::json(status, &json!({"error": error, "error_description": format!("AADSTS{code}: {text}"), "error_codes": [code]}))
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults, Kind, Rule, after};
    use crate::message::{Answer, Request, Service};

    fn faults(rules: serde_json::Value) -> Faults {
        Faults::new(serde_json::from_value::<Vec<Rule>>(rules).unwrap())
    }

    #[test]
    fn the_second_write_alone_is_struck() {
        let mut faults =
            faults(serde_json::json!([{"match": {"service": "graph", "method": "PATCH", "nth": 2}, "kind": "drop"}]));
        let now = jiff::Timestamp::UNIX_EPOCH;
        let write = Request::new(Service::Graph, "PATCH", "/v1.0/users/x");
        let read = Request::new(Service::Graph, "GET", "/v1.0/users/x");
        let struck: Vec<bool> = [&write, &read, &write, &write].map(|request| faults.strike(now, request).is_some()).to_vec();
        assert_eq!(struck, [false, false, true, false]);
    }

    #[test]
    fn a_fault_wears_off_after_its_times() {
        let mut faults = faults(serde_json::json!([{"when": {"times": 2}, "kind": "unavailable"}]));
        let now = jiff::Timestamp::UNIX_EPOCH;
        let read = Request::new(Service::Graph, "GET", "/v1.0/users/x");
        let kinds: Vec<Option<Kind>> = (0..3).map(|_| faults.strike(now, &read).map(|fault| fault.kind)).collect();
        assert_eq!(kinds, [Some(Kind::Unavailable), Some(Kind::Unavailable), None]);
    }

    #[test]
    fn a_refusal_that_is_lost_is_not_taken_for_something_that_was_done() {
        let lost = Fault { kind: Kind::LoseAnswer, seconds: None };
        let refusal = after(lost, Answer::graph_error(429, "TooManyRequests", "later"));
        assert_eq!((refusal.hang_up, refusal.status, refusal.body.len()), (true, 429, 0));
        let done = after(lost, Answer::empty(204));
        assert_eq!((done.hang_up, done.status, done.is_success()), (true, 204, false));
    }
}
