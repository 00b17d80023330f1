//! Waiting: one lane for each limit that a service has. A lane lets so many through at once, stands
//! still while the service asks for it, and lets the lock's work go first.
//!
//! Invariant: whoever waits is served by urgency, then by age. All waiting is done by
//! [`Clock`](regain_ports::Clock), and nobody waits past the patience that he came with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use regain_incident::Timestamp;
use regain_ports::{Clock, Urgency};
use tokio::sync::Notify;

/// A limit of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// The directory, reading.
    DirectoryReads,
    /// The directory, writing.
    DirectoryWrites,
    /// Exchange, all mailboxes together.
    Exchange,
    /// One mailbox: four at once.
    Mailbox(String),
}

impl Lane {
    /// How many at once. Microsoft publishes it for mailboxes only; the others are chosen so that
    /// five hundred accounts are locked within ten seconds and no limit is met on the way.
    fn width(&self) -> usize {
        match self {
            Self::DirectoryReads | Self::DirectoryWrites => 64,
            Self::Exchange => 10,
            Self::Mailbox(_) => 4,
        }
    }
}

/// All lanes of a tenant.
pub(crate) struct Lanes {
    clock: Arc<dyn Clock>,
    lanes: Mutex<BTreeMap<Lane, Arc<Track>>>,
}

/// One lane's state, and the bell that is rung whenever it changes.
struct Track {
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    free: usize,
    paused_until: Option<Timestamp>,
    tickets: u64,
    waiting: BTreeSet<(Urgency, u64)>,
}

/// A place in a lane, given back when dropped.
pub(crate) struct Place(Arc<Track>);

/// A place in the queue, given up when dropped.
struct Ticket {
    track: Arc<Track>,
    key: (Urgency, u64),
}

/// What a look at the lane gave.
enum Look {
    Go,
    Pause(Timestamp),
    Wait,
}

impl Lanes {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, lanes: Mutex::default() }
    }

    fn track(&self, lane: &Lane) -> Arc<Track> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let state = State { free: lane.width(), paused_until: None, tickets: 0, waiting: BTreeSet::new() };
            Arc::new(Track { state: Mutex::new(state), changed: Notify::new() })
        };
        lanes.entry(lane.clone()).or_insert_with(make).clone()
    }

    /// Waits for a place. `Err` is how long the lane still stands still, if that is past `until`.
    pub(crate) async fn enter(&self, lane: &Lane, urgency: Urgency, until: Timestamp) -> Result<Place, Duration> {
        let ticket = Ticket::draw(self.track(lane), urgency);
        loop {
            // Listening begins before looking: a bell in between is not missed.
            let changed = ticket.track.changed.notified();
            match ticket.look(self.clock.now()) {
                Look::Go => return Ok(Place(ticket.track.clone())),
                Look::Pause(end) if end > until => return Err(wait_until(self.clock.now(), end)),
                Look::Pause(end) => self.clock.sleep_until(end).await,
                Look::Wait => changed.await,
            }
        }
    }

    /// Makes everybody in the lane wait until `until`.
    pub(crate) fn pause(&self, lane: &Lane, until: Timestamp) {
        let track = self.track(lane);
        let mut state = track.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.paused_until = state.paused_until.max(Some(until));
        drop(state);
        track.changed.notify_waiters();
    }
}

/// From `now` to `end`.
pub(crate) fn wait_until(now: Timestamp, end: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(now)).unwrap_or_default()
}

/// `wait` after `now`.
pub(crate) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

impl Ticket {
    fn draw(track: Arc<Track>, urgency: Urgency) -> Self {
        let mut state = track.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tickets += 1;
        let key = (urgency, state.tickets);
        state.waiting.insert(key);
        drop(state);
        Self { track, key }
    }

    /// Takes a place if it is this ticket's turn.
    fn look(&self, now: Timestamp) -> Look {
        let mut state = self.track.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(end) = state.paused_until.filter(|end| *end > now) {
            return Look::Pause(end);
        }
        if state.free == 0 || state.waiting.first() != Some(&self.key) {
            return Look::Wait;
        }
        state.free -= 1;
        Look::Go
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.track.state.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&self.key);
        self.track.changed.notify_waiters();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).free += 1;
        self.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeClock;

    const FAR: Timestamp = Timestamp::MAX;

    #[tokio::test]
    async fn the_lock_goes_first() {
        let lanes = Arc::new(Lanes::new(FakeClock::new()));
        let lane = Lane::Mailbox("a".to_owned());
        let mut places = Vec::new();
        for _ in 0..4 {
            places.push(lanes.enter(&lane, Urgency::Normal, FAR).await.unwrap());
        }
        let order = Arc::new(Mutex::new(Vec::new()));
        let queue = |urgency: Urgency| {
            let (lanes, lane, order) = (lanes.clone(), lane.clone(), order.clone());
            tokio::spawn(async move {
                let place = lanes.enter(&lane, urgency, FAR).await.unwrap();
                order.lock().unwrap().push(urgency);
                drop(place);
            })
        };
        let (slow, fast) = (queue(Urgency::Normal), queue(Urgency::Lock));
        while lanes.track(&lane).state.lock().unwrap().waiting.len() < 2 {
            tokio::task::yield_now().await;
        }
        drop(places.pop());
        slow.await.unwrap();
        fast.await.unwrap();
        assert_eq!(*order.lock().unwrap(), [Urgency::Lock, Urgency::Normal]);
    }

    #[tokio::test]
    async fn a_pause_holds_one_lane_and_is_slept_by_the_clock() {
        let clock = FakeClock::new();
        let lanes = Lanes::new(clock.clone());
        let begin = clock.now();
        lanes.pause(&Lane::Exchange, after(begin, Duration::from_secs(30)));
        lanes.enter(&Lane::DirectoryReads, Urgency::Normal, FAR).await.unwrap();
        assert_eq!(clock.now(), begin);
        lanes.enter(&Lane::Exchange, Urgency::Normal, FAR).await.unwrap();
        assert_eq!(wait_until(begin, clock.now()), Duration::from_secs(30));
    }

    #[tokio::test]
    async fn nobody_waits_past_his_patience() {
        let clock = FakeClock::new();
        let lanes = Lanes::new(clock.clone());
        lanes.pause(&Lane::Exchange, after(clock.now(), Duration::from_mins(5)));
        let patience = after(clock.now(), Duration::from_mins(1));
        let refused = lanes.enter(&Lane::Exchange, Urgency::Lock, patience).await.err();
        assert_eq!(refused, Some(Duration::from_mins(5)));
    }
}
