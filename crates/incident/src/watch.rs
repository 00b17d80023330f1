//! When to look again: often while an old access token may live, then less and less for a month.

use jiff::SignedDuration;

use crate::Timestamp;

/// Minutes after the lock at which a pass is due: +5, 15, 30, 60, 95, then hourly to 24 h, every
/// four hours to day 7, daily to day 30.
pub fn schedule_minutes() -> impl Iterator<Item = i64> {
    const HOUR: i64 = 60;
    const DAY: i64 = 24 * HOUR;
    let hourly = (2..=24).map(|hour| hour * HOUR);
    let four_hourly = (7..=42).map(|quarter| quarter * 4 * HOUR);
    let daily = (8..=30).map(|day| day * DAY);
    [5, 15, 30, 60, 95].into_iter().chain(hourly).chain(four_hourly).chain(daily)
}

/// When the next pass is due for an account whose watch began at `from` and that was last looked
/// at at `last`; none when a month has passed.
pub fn next_pass(from: Timestamp, last: Option<Timestamp>) -> Option<Timestamp> {
    let last = last.unwrap_or(from);
    schedule_minutes().filter_map(|minutes| from.checked_add(SignedDuration::from_mins(minutes)).ok()).find(|due| *due > last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_grows_and_ends_after_a_month() {
        let all: Vec<i64> = schedule_minutes().collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
        assert_eq!(all.last(), Some(&(30 * 24 * 60)));
        assert_eq!(all[..7], [5, 15, 30, 60, 95, 120, 180]);
    }

    #[test]
    fn the_next_pass_is_after_the_last() {
        let from: Timestamp = "2026-11-02T02:00:00Z".parse().unwrap();
        let last: Timestamp = "2026-11-02T02:15:00Z".parse().unwrap();
        assert_eq!(next_pass(from, None), Some("2026-11-02T02:05:00Z".parse().unwrap()));
        assert_eq!(next_pass(from, Some(last)), Some("2026-11-02T02:30:00Z".parse().unwrap()));
        assert_eq!(next_pass(from, Some("2026-12-31T00:00:00Z".parse().unwrap())), None);
    }
}
