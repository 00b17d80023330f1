//! A clock that jumps: the earliest sleeper moves it once everybody else has had a turn.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::SignedDuration;
use regain_incident::Timestamp;
use regain_ports::Clock;

/// Turns that the earliest sleeper gives to others before time moves.
const TURNS: u32 = 12;

/// Time, moved by tests and sleepers.
pub struct TestClock(Mutex<Hour>);

struct Hour {
    now: Timestamp,
    sleepers: BTreeMap<u64, Timestamp>,
    next: u64,
}

impl Default for TestClock {
    fn default() -> Self {
        let now = "2026-11-24T02:00:00Z".parse().expect("a time");
        Self(Mutex::new(Hour { now, sleepers: BTreeMap::new(), next: 0 }))
    }
}

impl TestClock {
    fn hour<T>(&self, look: impl FnOnce(&mut Hour) -> T) -> T {
        look(&mut self.0.lock().expect("no panic while held"))
    }

    /// Lets time pass.
    pub fn advance(&self, by: SignedDuration) {
        self.hour(|hour| hour.now += by);
    }

    /// Lets seconds pass.
    pub fn advance_s(&self, seconds: i64) {
        self.advance(SignedDuration::from_secs(seconds));
    }
}

/// One sleeper; forgotten when dropped, so that a killed process holds no clock back.
struct Sleeper<'a> {
    clock: &'a TestClock,
    id: u64,
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.hour(|hour| hour.sleepers.remove(&self.id));
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.hour(|hour| hour.now)
    }

    async fn sleep_until(&self, until: Timestamp) {
        let id = self.hour(|hour| {
            hour.next += 1;
            hour.sleepers.insert(hour.next, until);
            hour.next
        });
        let _sleeper = Sleeper { clock: self, id };
        let mut turns = 0;
        while self.now() < until {
            tokio::task::yield_now().await;
            let is_first = self.hour(|hour| hour.sleepers.values().min() == Some(&until));
            turns = if is_first { turns + 1 } else { 0 };
            if turns > TURNS {
                self.hour(|hour| hour.now = hour.now.max(until));
            }
        }
    }
}
