//! Time: the machine's own, and that of an emulated tenant.
//!
//! Invariants: this is the only place of the program that looks at the machine's clock or waits.
//! An emulated tenant's clock is followed, also when somebody else moves it, and ours never runs
//! backwards. Only the control endpoint of a loopback literal is ever spoken to.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::SignedDuration;
use regain_incident::Timestamp;
use regain_ports::Clock;
use reqwest::{Method, Url};
use serde::Deserialize;

/// Why an emulated tenant's clock cannot be shared.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// It is not on this machine.
    #[error("the control endpoint must be a loopback address (127.0.0.1 or [::1]), not {host:?}")]
    NotLoopback {
        /// The host that was given.
        host: String,
    },
    /// It did not answer, or not as expected.
    #[error("the emulated tenant's clock could not be read")]
    Unreadable(#[source] reqwest::Error),
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// The longest wait that is made in one piece: a machine that slept, or whose clock was set, is
/// noticed after this.
const PIECE: Duration = Duration::from_secs(30);

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, until: Timestamp) {
        while let Some(left) = left(self.now(), until) {
            really(left.min(PIECE)).await;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where waiting is")]
async fn really(wait: Duration) {
    tokio::time::sleep(wait).await;
}

/// How far ahead `until` is, if it is ahead at all.
fn left(now: Timestamp, until: Timestamp) -> Option<Duration> {
    Duration::try_from(until.duration_since(now)).ok().filter(|left| !left.is_zero())
}

/// What the control endpoint says of the time.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Told {
    now: Timestamp,
    scale: f64,
}

/// The local idea of the tenant's time.
#[derive(Debug)]
struct Idea {
    /// Tenant time at `since`.
    at: Timestamp,
    since: Instant,
    /// Tenant seconds in a real one.
    scale: f64,
}

impl Idea {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.since.elapsed().mul_f64(self.scale)).unwrap_or(SignedDuration::MAX);
        self.at.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }

    /// Takes a time that is ahead of ours; one that is behind changes nothing.
    fn follow(&mut self, told: Timestamp) {
        if told > self.now() {
            (self.at, self.since) = (told, Instant::now());
        }
    }
}

/// A tenant's clock on the other side of its control endpoint.
#[derive(Debug)]
struct Shared {
    client: reqwest::Client,
    address: Url,
    idea: Mutex<Idea>,
}

/// How long to wait in one piece before the tenant is asked again: somebody may have moved its clock.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Timers are no finer than this.
const SHORTEST: Duration = Duration::from_millis(1);

impl Shared {
    async fn connect(control: &Url, scale: Option<f64>) -> Result<Self, ClockError> {
        if !is_loopback(control) {
            return Err(ClockError::NotLoopback { host: control.host_str().unwrap_or_default().to_owned() });
        }
        let mut address = control.clone();
        address.set_path(&format!("{}/clock", control.path().trim_end_matches('/')));
        let client =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_mins(1));
        let client = client.build().map_err(ClockError::Unreadable)?;
        let told = ask(&client, Method::GET, &address, None).await.map_err(ClockError::Unreadable)?;
        let idea = Idea { at: told.now, since: Instant::now(), scale: scale.unwrap_or(told.scale).max(0.0) };
        Ok(Self { client, address, idea: Mutex::new(idea) })
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Idea) -> T) -> T {
        use_it(&mut self.idea.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn now(&self) -> Timestamp {
        self.with(|idea| idea.now())
    }

    /// In real time, at the scale; none while the tenant's clock stands still.
    fn real(&self, span: Duration) -> Option<Duration> {
        let scale = self.with(|idea| idea.scale);
        let seconds = span.as_secs_f64() / scale;
        (scale > 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    }

    /// Takes the tenant's time if it is ahead. A tenant that does not answer changes nothing.
    async fn look(&self) -> Option<Timestamp> {
        let told = ask(&self.client, Method::GET, &self.address, None).await.ok()?;
        self.with(|idea| idea.follow(told.now));
        Some(told.now)
    }

    /// Moves the tenant's clock, and ours after it.
    async fn advance(&self, by: Duration) -> Option<()> {
        let body = serde_json::json!({"advance": iso(by)});
        let told = ask(&self.client, Method::POST, &self.address, Some(body)).await.ok()?;
        self.with(|idea| idea.follow(told.now));
        Some(())
    }

    /// Waits for real until the tenant's clock, or ours at its scale, is there.
    async fn sleep(&self, until: Timestamp) {
        while let Some(left) = left(self.now(), until) {
            if let Some(real) = self.real(left).filter(|real| *real <= LOOK_AGAIN) {
                really(real.max(SHORTEST)).await;
            } else {
                really(LOOK_AGAIN).await;
                self.look().await;
            }
        }
    }
}

/// An ISO 8601 duration, in whole seconds and never less than asked for.
fn iso(span: Duration) -> String {
    let more = u64::from(span.subsec_nanos() > 0);
    format!("PT{}S", span.as_secs().saturating_add(more))
}

async fn ask(
    client: &reqwest::Client,
    method: Method,
    address: &Url,
    body: Option<serde_json::Value>,
) -> Result<Told, reqwest::Error> {
    let mut request = client.request(method, address.clone());
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = client.execute(request.build()?).await?;
    answer.error_for_status()?.json().await
}

/// Whether the host is an IP literal of this machine: a name would depend on somebody's resolver.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.is_ok_and(|address| address.is_loopback())
}

/// Shares the clock of an emulated tenant: a wait takes its time, at the tenant's scale.
#[derive(Debug)]
pub struct EmulatedClock {
    tenant: Shared,
    /// Whether ours runs at a scale of its own and the tenant's is pulled along.
    pulls: bool,
}

impl EmulatedClock {
    /// Reads the tenant's clock. With `scale` (`REGAIN_CLOCK_SCALE`) ours runs at that one, and the
    /// tenant's is moved to where ours is after each wait, so that both agree.
    pub async fn connect(control: &Url, scale: Option<f64>) -> Result<Self, ClockError> {
        Ok(Self { tenant: Shared::connect(control, scale).await?, pulls: scale.is_some() })
    }
}

#[async_trait]
impl Clock for EmulatedClock {
    fn now(&self) -> Timestamp {
        self.tenant.now()
    }

    async fn sleep_until(&self, until: Timestamp) {
        self.tenant.sleep(until).await;
        if !self.pulls {
            return;
        }
        if let Some(behind) = self.tenant.look().await.and_then(|there| left(there, until)) {
            self.tenant.advance(behind).await;
        }
    }
}

/// Shares the clock of an emulated tenant and does not wait for it: what takes longer than a moment
/// is skipped by moving the tenant's clock. For the demonstration and for tests.
#[derive(Debug)]
pub struct JumpingClock {
    tenant: Shared,
}

/// Up to this a wait is really waited: two tasks that wait for each other's answers stay in step.
const MOMENT: Duration = Duration::from_secs(1);

impl JumpingClock {
    /// Reads the tenant's clock.
    pub async fn connect(control: &Url) -> Result<Self, ClockError> {
        Ok(Self { tenant: Shared::connect(control, None).await? })
    }
}

#[async_trait]
impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        self.tenant.now()
    }

    async fn sleep_until(&self, until: Timestamp) {
        while let Some(left) = left(self.tenant.now(), until) {
            match self.tenant.real(left).filter(|_| left <= MOMENT) {
                Some(real) => really(real.clamp(SHORTEST, MOMENT)).await,
                None if self.tenant.advance(left).await.is_some() => {}
                None => really(LOOK_AGAIN).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use regain_emulator::{Options, Running, Scenario, start};

    use super::*;

    const SCENARIO: &str = r#"{
        "format": 1, "name": "clock", "clock": "2026-11-02T09:00:00Z",
        "tenant": {"id": "0f1e2d3c-4b5a-4678-9a0b-c0de00000001", "name": "Contoso", "initialDomain": "contoso.onmicrosoft.com"},
        "callers": [{
            "client_id": "c3000000-0000-4000-8000-000000000001", "client_secret": "emulated-secret", "name": "regain",
            "service_principal_id": "c3000000-0000-4000-8000-0000000000f1", "permissions": [], "roles": []
        }]
    }"#;

    async fn tenant(scale: f64) -> (Running, Url) {
        let scenario: Scenario = Scenario::from_text(SCENARIO).unwrap();
        let running = start(scenario, Options { scale, ..Options::default() }).await.unwrap();
        let control = running.endpoints.control.parse().unwrap();
        (running, control)
    }

    fn minutes(clock: &dyn Clock, count: i64) -> Timestamp {
        clock.now() + SignedDuration::from_mins(count)
    }

    #[test]
    fn only_literals_of_this_machine_are_loopback() {
        for (given, is) in
            [("http://127.0.0.1:9", true), ("http://[::1]:9", true), ("http://localhost:9", false), ("http://10.0.0.1", false)]
        {
            assert_eq!(is_loopback(&given.parse().unwrap()), is, "{given}");
        }
    }

    #[test]
    fn durations_are_never_shorter_than_asked() {
        assert_eq!(iso(Duration::from_mins(95)), "PT5700S");
        assert_eq!(iso(Duration::from_millis(1_500)), "PT2S");
    }

    #[tokio::test]
    async fn a_jump_takes_the_tenant_along() {
        let (running, control) = tenant(1.0).await;
        let clock = JumpingClock::connect(&control).await.unwrap();
        let (began, until) = (Instant::now(), minutes(&clock, 95));
        clock.sleep_until(until).await;
        assert!(clock.now() >= until && began.elapsed() < Duration::from_secs(30));
        assert!(running.world().lock().unwrap().clock.now() >= until);
        running.stop().await;
    }

    #[tokio::test]
    async fn a_scaled_wait_passes_with_the_tenant() {
        let (running, control) = tenant(36_000.0).await;
        let clock = EmulatedClock::connect(&control, None).await.unwrap();
        let (began, until) = (Instant::now(), minutes(&clock, 95));
        clock.sleep_until(until).await;
        assert!(clock.now() >= until && began.elapsed() < Duration::from_secs(30));
        running.stop().await;
    }

    #[tokio::test]
    async fn a_clock_that_somebody_else_moves_is_followed() {
        let (running, control) = tenant(1.0).await;
        let clock = EmulatedClock::connect(&control, None).await.unwrap();
        let other = JumpingClock::connect(&control).await.unwrap();
        let until = minutes(&clock, 95);
        let (began, later) = (Instant::now(), until + SignedDuration::from_secs(5));
        tokio::join!(clock.sleep_until(until), other.sleep_until(later));
        assert!(began.elapsed() < Duration::from_secs(30));
        running.stop().await;
    }

    #[tokio::test]
    async fn a_scale_of_our_own_pulls_the_tenant_along() {
        let (running, control) = tenant(1.0).await;
        let clock = EmulatedClock::connect(&control, Some(36_000.0)).await.unwrap();
        let until = minutes(&clock, 95);
        clock.sleep_until(until).await;
        assert!(running.world().lock().unwrap().clock.now() >= until);
        running.stop().await;
    }

    #[tokio::test]
    async fn a_tenant_elsewhere_is_refused() {
        let error = EmulatedClock::connect(&"http://control.example/".parse().unwrap(), None).await.unwrap_err();
        assert!(matches!(error, ClockError::NotLoopback { .. }));
    }
}
