//! Emulated time, and the only place that looks at the machine's own.
//!
//! Invariant: emulated time never runs backwards. It starts where the scenario says, runs at a fixed scale
//! of monotonic time, and jumps when told to.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Span, Timestamp};

/// A clock that can be moved.
#[derive(Clone, Debug)]
pub struct Clock {
    start: Timestamp,
    running: Option<Instant>,
    scale: f64,
    jumped: SignedDuration,
}

impl Clock {
    /// A clock that stands still until it is moved.
    pub fn frozen(at: Timestamp) -> Self {
        Self { start: at, running: None, scale: 0.0, jumped: SignedDuration::ZERO }
    }

    /// A clock that starts now and runs `scale` times as fast as the machine's.
    pub fn running(at: Timestamp, scale: f64) -> Self {
        Self { start: at, running: Some(Instant::now()), scale: scale.max(0.0), jumped: SignedDuration::ZERO }
    }

    /// Emulated time.
    pub fn now(&self) -> Timestamp {
        let elapsed = self.running.map_or(Duration::ZERO, |since| since.elapsed().mul_f64(self.scale));
        let elapsed = SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::ZERO);
        self.start.saturating_add(elapsed + self.jumped).unwrap_or(Timestamp::MAX)
    }

    /// How fast it runs; zero when it stands.
    pub fn scale(&self) -> f64 {
        if self.running.is_some() { self.scale } else { 0.0 }
    }

    /// Jumps forward to a moment; a moment that has passed changes nothing.
    pub fn advance_to(&mut self, moment: Timestamp) {
        let ahead = moment.duration_since(self.now());
        if ahead.is_positive() {
            self.jumped += ahead;
        }
    }
}

/// A span of fixed units as a duration; months and years have none.
pub fn exact(span: Span) -> Option<SignedDuration> {
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
}

/// Parses an ISO 8601 duration such as `PT95M`.
pub fn parse_span(text: &str) -> Option<SignedDuration> {
    exact(text.parse::<Span>().ok()?)
}

/// Waits in real time.
#[expect(clippy::disallowed_methods, reason = "latency and the attacker's pace are real waits of the emulator")]
pub async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(test)]
mod tests {
    use super::{Clock, parse_span};
    use jiff::SignedDuration;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let start = "2026-11-02T09:00:00Z".parse().unwrap();
        let mut clock = Clock::frozen(start);
        assert_eq!(clock.now(), start);
        clock.advance_to(start + SignedDuration::from_mins(95));
        assert_eq!(clock.now(), start + SignedDuration::from_mins(95));
        clock.advance_to(start);
        assert_eq!(clock.now(), start + SignedDuration::from_mins(95));
    }

    #[test]
    fn spans_are_read() {
        assert_eq!(parse_span("PT95M"), Some(SignedDuration::from_mins(95)));
        assert_eq!(parse_span("P1D"), Some(SignedDuration::from_hours(24)));
        assert_eq!(parse_span("soon"), None);
    }
}
