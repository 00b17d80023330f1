//! Whether a request is made again. A pure decision: the caller waits and sends.
//!
//! Invariant: a read may be repeated; a write only if it certainly was not carried out (429, 503
//! with `Retry-After`, or never sent). Whatever else happened to a write is `Unanswered`, and
//! whoever asked must look before trying again. Attempts and total patience are bounded.

use std::time::Duration;

use regain_incident::Timestamp;
use regain_ports::ProviderErrorKind;

use crate::http::{Answer, Failure};
use crate::lanes::after;

/// What a request does to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Read,
    Write,
}

/// How long to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Requests at most for one thing asked.
    pub attempts: u32,
    /// Time at most, waiting included.
    pub total: Duration,
    /// How long a service may take over one answer.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 5, total: Duration::from_mins(2), answer: Duration::from_mins(1) }
    }
}

/// What follows from an attempt.
#[derive(Debug)]
pub(crate) enum Next {
    /// The service has spoken: see what it said.
    Take(Answer),
    /// Again, not before this.
    Again { at: Timestamp, pause_lane: bool },
    /// No more.
    Give(ProviderErrorKind),
}

/// An attempt, and how many there may be.
pub(crate) struct Attempt {
    pub(crate) deed: Deed,
    pub(crate) number: u32,
    pub(crate) patience: Patience,
    pub(crate) now: Timestamp,
    /// When patience ends.
    pub(crate) until: Timestamp,
    /// Between 0 and 1: spreads those who wait for the same thing.
    pub(crate) jitter: f64,
}

/// Statuses that may go away by themselves.
fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

impl Attempt {
    pub(crate) fn next(&self, outcome: Result<Answer, Failure>) -> Next {
        match outcome {
            Err(Failure::Refused(why)) => Next::Give(ProviderErrorKind::Surprise(why)),
            Err(Failure::NotSent(why)) => self.again(None, false, || ProviderErrorKind::Unreachable(why)),
            Err(Failure::NoAnswer(why)) if self.deed == Deed::Write => Next::Give(ProviderErrorKind::Unanswered(why)),
            Err(Failure::NoAnswer(why)) => self.again(None, false, || ProviderErrorKind::Unreachable(why)),
            Ok(answer) if is_transient(answer.status) => self.transient(&answer),
            Ok(answer) => Next::Take(answer),
        }
    }

    fn transient(&self, answer: &Answer) -> Next {
        let asked = answer.retry_after();
        let throttled = answer.status == 429 || (answer.status == 503 && asked.is_some());
        if throttled {
            let wait = asked.unwrap_or_else(|| self.backoff());
            return self.again(asked, true, || ProviderErrorKind::Throttled { wait });
        }
        let why = || format!("the service answered {}", answer.status).into();
        match self.deed {
            Deed::Write => Next::Give(ProviderErrorKind::Unanswered(why())),
            Deed::Read => self.again(asked, false, || ProviderErrorKind::Unreachable(why())),
        }
    }

    /// Again, unless attempts or patience are used up.
    fn again(&self, asked: Option<Duration>, pause_lane: bool, otherwise: impl FnOnce() -> ProviderErrorKind) -> Next {
        let at = after(self.now, asked.unwrap_or_else(|| self.backoff()));
        if self.number >= self.patience.attempts || at > self.until {
            return Next::Give(otherwise());
        }
        Next::Again { at, pause_lane }
    }

    /// Half a second, doubled each time, at most twenty, and up to as much again at random.
    fn backoff(&self) -> Duration {
        let doubled = 0.5 * f64::from(1_u32 << self.number.saturating_sub(1).min(10));
        Duration::from_secs_f64(doubled.min(20.0) * (1.0 + self.jitter.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderMap, HeaderValue};

    fn attempt(deed: Deed, number: u32) -> Attempt {
        let now: Timestamp = "2026-11-02T02:00:00Z".parse().unwrap();
        let patience = Patience::default();
        Attempt { deed, number, patience, now, until: after(now, patience.total), jitter: 0.0 }
    }

    #[expect(clippy::unnecessary_wraps, reason = "an outcome, as `next` takes it")]
    fn answer(status: u16, retry_after: Option<&'static str>) -> Result<Answer, Failure> {
        let mut headers = HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert("retry-after", HeaderValue::from_static(text));
        }
        Ok(Answer { status, headers, body: Vec::new() })
    }

    #[test]
    fn a_write_is_repeated_only_if_it_certainly_did_not_happen() {
        let again = |outcome| matches!(attempt(Deed::Write, 1).next(outcome), Next::Again { .. });
        let unanswered = |outcome| matches!(attempt(Deed::Write, 1).next(outcome), Next::Give(ProviderErrorKind::Unanswered(_)));
        assert!(again(answer(429, None)));
        assert!(again(answer(503, Some("5"))));
        assert!(again(Err(Failure::NotSent("connect".into()))));
        for status in [500, 502, 503, 504] {
            assert!(unanswered(answer(status, None)), "{status}");
        }
        assert!(unanswered(answer(504, Some("5"))));
        assert!(unanswered(Err(Failure::NoAnswer("reset".into()))));
    }

    #[test]
    fn a_read_is_repeated_whatever_happened() {
        for outcome in [answer(429, None), answer(500, None), answer(504, None), Err(Failure::NoAnswer("reset".into()))] {
            assert!(matches!(attempt(Deed::Read, 1).next(outcome), Next::Again { .. }));
        }
        assert!(matches!(attempt(Deed::Read, 1).next(answer(404, None)), Next::Take(_)));
    }

    #[test]
    fn what_the_service_asks_wins_over_our_own_guess() {
        let Next::Again { at, pause_lane } = attempt(Deed::Read, 1).next(answer(429, Some("17"))) else { panic!() };
        assert!(pause_lane);
        assert_eq!(at.duration_since(attempt(Deed::Read, 1).now).as_secs(), 17);
    }

    #[test]
    fn attempts_and_patience_end() {
        let last = attempt(Deed::Read, 5).next(answer(429, Some("1")));
        assert!(matches!(last, Next::Give(ProviderErrorKind::Throttled { wait }) if wait.as_secs() == 1));
        let too_long = attempt(Deed::Read, 1).next(answer(429, Some("600")));
        assert!(matches!(too_long, Next::Give(ProviderErrorKind::Throttled { wait }) if wait.as_secs() == 600));
    }
}
