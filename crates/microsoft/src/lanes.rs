//! Waiting: one lane for each limit that a service has. A lane lets so many through at once, counts
//! what they cost against a limit over time where one is published, stands still while the service
//! asks for it, and lets the lock's work go first.
//!
//! Invariant: whoever waits is served by urgency, then by age. All waiting is done by
//! [`Clock`](regain_ports::Clock), and nobody waits for a lane that stands still for longer than the
//! patience that he came with.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use regain_incident::Timestamp;
use regain_ports::{Clock, Urgency};
use tokio::sync::Notify;

/// A limit of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// The directory, reading. The lock has a lane of its own: it never waits for a place that
    /// somebody holds who is himself waiting for a limit.
    DirectoryReads(Urgency),
    /// The directory, writing.
    DirectoryWrites(Urgency),
    /// How many changes the directory takes.
    DirectoryChanges,
    /// What the directory's requests cost, reads and writes together. Entered last, just before sending.
    DirectoryUnits,
    /// The sign-in log and other reports.
    Reports,
    /// Exchange, all mailboxes together.
    Exchange,
    /// Purview.
    Purview,
    /// One mailbox: four at once.
    Mailbox(String),
}

/// So many units within a time.
#[derive(Debug, Clone, Copy)]
struct Limit {
    units: u32,
    within: SignedDuration,
    /// What may be used by what is not the lock: the rest is kept for it.
    shared: u32,
}

/// Published for a tenant of 50 to 500 users: 5,000 resource units in ten seconds for an app
/// (learn.microsoft.com/graph/throttling-limits). A smaller tenant has 3,500, and too few accounts to
/// reach them; a larger one 8,000. Others may use the same app: not all is taken.
const DIRECTORY_UNITS: Limit = Limit { units: 4_800, within: SignedDuration::from_secs(10), shared: 2_400 };
/// Published: 3,000 writes in 150 seconds for an app in a tenant.
const DIRECTORY_CHANGES: Limit = Limit { units: 2_950, within: SignedDuration::from_secs(150), shared: 2_000 };
/// Published: five requests in ten seconds for an app in a tenant.
const REPORTS: Limit = Limit { units: 5, within: SignedDuration::from_secs(10), shared: 5 };

/// A lane that was refused gets a place more when each of its places was given back so often.
const WIDER_AFTER: usize = 8;

impl Lane {
    /// How many at once. Microsoft publishes it for mailboxes only; the others are chosen so that
    /// five hundred accounts are locked within ten seconds.
    fn width(&self) -> usize {
        match self {
            Self::DirectoryUnits | Self::DirectoryChanges => usize::MAX,
            Self::DirectoryReads(_) | Self::DirectoryWrites(_) => 64,
            Self::Exchange => 10,
            Self::Reports | Self::Purview | Self::Mailbox(_) => 4,
        }
    }

    /// Whether nobody knows how many the service takes at once: then its refusals tell.
    fn learns(&self) -> bool {
        matches!(self, Self::Exchange | Self::Mailbox(_))
    }

    fn limit(&self) -> Option<Limit> {
        match self {
            Self::DirectoryUnits => Some(DIRECTORY_UNITS),
            Self::DirectoryChanges => Some(DIRECTORY_CHANGES),
            Self::Reports => Some(REPORTS),
            Self::DirectoryReads(_) | Self::DirectoryWrites(_) | Self::Exchange | Self::Purview | Self::Mailbox(_) => None,
        }
    }
}

/// All lanes of a tenant.
pub(crate) struct Lanes {
    clock: Arc<dyn Clock>,
    lanes: Mutex<BTreeMap<Lane, Arc<Track>>>,
}

/// One lane's state.
struct Track {
    state: Mutex<State>,
}

struct State {
    /// Places that somebody holds.
    held: usize,
    /// How many there are: half after a refusal, and slowly more again up to the lane's own width.
    width: usize,
    widest: usize,
    learns: bool,
    /// Places given back since the last refusal or the last place more.
    given_back: usize,
    limit: Option<Limit>,
    /// What was let through within the limit's time, and what it cost.
    used: VecDeque<(Timestamp, u32)>,
    sum: u32,
    paused_until: Option<Timestamp>,
    tickets: u64,
    /// Each with a bell of its own: only who is first is woken.
    waiting: BTreeMap<(Urgency, u64), Arc<Notify>>,
}

/// A place in a lane, given back when dropped.
pub(crate) struct Place(Arc<Track>);

/// A place in the queue, given up when dropped.
struct Ticket {
    track: Arc<Track>,
    key: (Urgency, u64),
    bell: Arc<Notify>,
    units: u32,
}

/// What a look at the lane gave.
enum Look {
    Go,
    /// The service asked for it.
    Pause(Timestamp),
    /// The limit is used up until then.
    Full(Timestamp),
    Wait,
}

impl Lanes {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, lanes: Mutex::default() }
    }

    fn track(&self, lane: &Lane) -> Arc<Track> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(Track { state: Mutex::new(State::new(lane)) });
        lanes.entry(lane.clone()).or_insert_with(make).clone()
    }

    /// Waits for a place, for something that costs `units` of the lane's limit. `Err` is how long the
    /// service still wants the lane to stand still, if that is more than `patience`.
    pub(crate) async fn enter(&self, lane: &Lane, units: u32, urgency: Urgency, patience: Duration) -> Result<Place, Duration> {
        let ticket = Ticket::draw(self.track(lane), urgency, units);
        loop {
            let now = self.clock.now();
            match ticket.look(now) {
                Look::Go => return Ok(Place(ticket.track.clone())),
                Look::Pause(end) if wait_until(now, end) > patience => return Err(wait_until(now, end)),
                Look::Pause(end) | Look::Full(end) => self.clock.sleep_until(end).await,
                Look::Wait => ticket.bell.notified().await,
            }
        }
    }

    /// Makes everybody in the lane wait until `until`.
    pub(crate) fn pause(&self, lane: &Lane, until: Timestamp) {
        let track = self.track(lane);
        let now = self.clock.now();
        let mut state = track.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Those who were refused together are one refusal.
        if state.paused_until.is_none_or(|end| end <= now) {
            state.narrow();
        }
        state.paused_until = state.paused_until.max(Some(until));
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

impl State {
    fn new(lane: &Lane) -> Self {
        Self {
            held: 0,
            width: lane.width(),
            widest: lane.width(),
            learns: lane.learns(),
            given_back: 0,
            limit: lane.limit(),
            used: VecDeque::new(),
            sum: 0,
            paused_until: None,
            tickets: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Until when `units` more would be too many, if they would.
    fn full_until(&mut self, now: Timestamp, urgency: Urgency, units: u32) -> Option<Timestamp> {
        let limit = self.limit?;
        while let Some((_, units)) = self.used.pop_front_if(|(at, _)| now.duration_since(*at) >= limit.within) {
            self.sum = self.sum.saturating_sub(units);
        }
        let most = if urgency == Urgency::Lock { limit.units } else { limit.shared };
        let (oldest, _) = *self.used.front()?; // whatever costs more than a limit goes alone
        (self.sum.saturating_add(units) > most).then(|| oldest.checked_add(limit.within).unwrap_or(Timestamp::MAX))
    }

    /// A service that counts how many run at once would refuse the same number again and again, until patience
    /// ends: after a refusal fewer go.
    fn narrow(&mut self) {
        if self.learns {
            self.width = (self.width / 2).max(1);
            self.given_back = 0;
        }
    }

    fn give_back(&mut self) {
        self.held = self.held.saturating_sub(1);
        self.given_back = self.given_back.saturating_add(1);
        if self.width < self.widest && self.given_back >= self.width.saturating_mul(WIDER_AFTER) {
            self.width += 1;
            self.given_back = 0;
        }
    }

    fn take(&mut self, now: Timestamp, units: u32) {
        self.held = self.held.saturating_add(1);
        if self.limit.is_some() {
            self.used.push_back((now, units));
            self.sum = self.sum.saturating_add(units);
        }
    }

    fn wake_first(&self) {
        if let Some(bell) = self.waiting.values().next() {
            bell.notify_one();
        }
    }
}

impl Ticket {
    fn draw(track: Arc<Track>, urgency: Urgency, units: u32) -> Self {
        let bell = Arc::new(Notify::new());
        let mut state = track.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tickets += 1;
        let key = (urgency, state.tickets);
        state.waiting.insert(key, bell.clone());
        drop(state);
        Self { track, key, bell, units }
    }

    /// Takes a place if it is this ticket's turn.
    fn look(&self, now: Timestamp) -> Look {
        let mut state = self.track.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.held >= state.width || state.waiting.first_key_value().map(|(key, _)| key) != Some(&self.key) {
            return Look::Wait;
        }
        if let Some(end) = state.paused_until.filter(|end| *end > now) {
            return Look::Pause(end);
        }
        if let Some(end) = state.full_until(now, self.key.0, self.units) {
            return Look::Full(end);
        }
        state.take(now, self.units);
        Look::Go
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.track.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.remove(&self.key);
        state.wake_first();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.give_back();
        state.wake_first();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::testing::FakeClock;

    const FAR: Duration = Duration::MAX;

    #[tokio::test]
    async fn the_lock_goes_first_and_what_nobody_waits_for_last() {
        let lanes = Arc::new(Lanes::new(FakeClock::new()));
        let lane = Lane::Mailbox("a".to_owned());
        let mut places = Vec::new();
        for _ in 0..4 {
            places.push(lanes.enter(&lane, 1, Urgency::Normal, FAR).await.unwrap());
        }
        let order = Arc::new(Mutex::new(Vec::new()));
        let queue = |urgency: Urgency| {
            let (lanes, lane, order) = (lanes.clone(), lane.clone(), order.clone());
            tokio::spawn(async move {
                let place = lanes.enter(&lane, 1, urgency, FAR).await.unwrap();
                order.lock().unwrap().push(urgency);
                drop(place);
            })
        };
        let queued = [Urgency::Background, Urgency::Normal, Urgency::Lock].map(queue);
        while lanes.track(&lane).state.lock().unwrap().waiting.len() < queued.len() {
            tokio::task::yield_now().await;
        }
        drop(places.pop());
        for one in queued {
            one.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [Urgency::Lock, Urgency::Normal, Urgency::Background]);
    }

    #[tokio::test]
    async fn a_pause_holds_one_lane_and_is_slept_by_the_clock() {
        let clock = FakeClock::new();
        let lanes = Lanes::new(clock.clone());
        let begin = clock.now();
        lanes.pause(&Lane::Exchange, after(begin, Duration::from_secs(30)));
        lanes.enter(&Lane::DirectoryReads(Urgency::Normal), 1, Urgency::Normal, FAR).await.unwrap();
        assert_eq!(clock.now(), begin);
        lanes.enter(&Lane::Exchange, 1, Urgency::Normal, FAR).await.unwrap();
        assert_eq!(wait_until(begin, clock.now()), Duration::from_secs(30));
    }

    #[tokio::test]
    async fn where_nobody_knows_how_many_go_at_once_refusals_tell() {
        let clock = FakeClock::new();
        let lanes = Lanes::new(clock.clone());
        let lane = Lane::Exchange;
        let width = || lanes.track(&lane).state.lock().unwrap().width;
        let refuse = || lanes.pause(&lane, after(clock.now(), Duration::from_secs(1)));
        refuse();
        refuse();
        assert_eq!(width(), 5, "refused together, halved once");
        let mut held = Vec::new();
        for _ in 0..5 {
            held.push(lanes.enter(&lane, 1, Urgency::Normal, FAR).await.unwrap());
        }
        let sixth = lanes.enter(&lane, 1, Urgency::Normal, FAR).now_or_never();
        assert!(sixth.is_none(), "five at once");
        drop(held);
        for _ in 0..5 {
            refuse();
            drop(lanes.enter(&lane, 1, Urgency::Normal, FAR).await.unwrap());
        }
        assert_eq!(width(), 1, "one always goes");
        for _ in 0..WIDER_AFTER * (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9) + 10 {
            drop(lanes.enter(&lane, 1, Urgency::Normal, FAR).await.unwrap());
        }
        assert_eq!(width(), lane.width(), "and all of them again");
        lanes.pause(&Lane::DirectoryUnits, clock.now());
        assert_eq!(lanes.track(&Lane::DirectoryUnits).state.lock().unwrap().width, usize::MAX, "a published limit is known");
    }

    #[tokio::test]
    async fn nobody_waits_past_his_patience() {
        let clock = FakeClock::new();
        let lanes = Lanes::new(clock.clone());
        lanes.pause(&Lane::Exchange, after(clock.now(), Duration::from_mins(5)));
        let refused = lanes.enter(&Lane::Exchange, 1, Urgency::Lock, Duration::from_mins(1)).await.err();
        assert_eq!(refused, Some(Duration::from_mins(5)));
    }

    #[tokio::test]
    async fn a_published_limit_is_never_passed_and_a_part_of_it_is_the_locks() {
        let clock = FakeClock::new();
        let lanes = Lanes::new(clock.clone());
        let begin = clock.now();
        for _ in 0..24 {
            lanes.enter(&Lane::DirectoryUnits, 100, Urgency::Normal, FAR).await.unwrap();
        }
        for _ in 0..24 {
            lanes.enter(&Lane::DirectoryUnits, 100, Urgency::Lock, FAR).await.unwrap();
        }
        assert_eq!(clock.now(), begin, "4,800 units are free at once");
        lanes.enter(&Lane::DirectoryUnits, 1, Urgency::Lock, FAR).await.unwrap();
        assert_eq!(wait_until(begin, clock.now()), Duration::from_secs(10));
    }

    #[tokio::test]
    async fn who_is_not_first_is_not_served_before_a_pause_ends() {
        let clock = FakeClock::new();
        let lanes = Lanes::new(clock.clone());
        let begin = clock.now();
        lanes.pause(&Lane::Exchange, after(begin, Duration::from_secs(5)));
        let (one, other) = tokio::join!(
            lanes.enter(&Lane::Exchange, 1, Urgency::Normal, FAR),
            lanes.enter(&Lane::Exchange, 1, Urgency::Lock, FAR),
        );
        assert!(one.is_ok() && other.is_ok());
        assert_eq!(wait_until(begin, clock.now()), Duration::from_secs(5));
    }
}
