//! The timeline: events in the order of time, read again with everything that they say.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;

use crate::analysis::Analysis;
use crate::event::{Event, Kind};
use crate::log::Log;
use crate::row::{Flags, Place, Row};

/// An event of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// Codes of the reasons for which it is held to be the intruder's; none if it is not.
    pub reasons: Vec<String>,
    /// The event.
    #[serde(flatten)]
    pub event: Event,
}

/// A timeline.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Timeline {
    /// Its events, by time, then by id.
    pub moments: Vec<Moment>,
    /// Events that were left out, because there were too many.
    pub left_out: u64,
}

/// At most this many events are told; the rest is counted.
pub const MOMENTS_MAX: usize = 20_000;

/// The intruder's events, and of the accounts named all that somebody did: sign-ins and what matters.
pub fn timeline(log: &Log, analysis: &Analysis, accounts: &[String]) -> io::Result<Timeline> {
    let mut wanted: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for selected in &analysis.selected {
        wanted.insert(selected.place, selected.reasons.iter().map(|why| why.code.clone()).collect());
    }
    let named: BTreeSet<_> =
        accounts.iter().filter_map(|account| log.names.accounts.find(&crate::draft::account(account))).collect();
    let mut others: BTreeSet<(Option<i64>, Place)> = BTreeSet::new();
    let room = MOMENTS_MAX.saturating_sub(wanted.len());
    let mut left_out = 0;
    log.rows(|row| {
        let is_named = named.contains(&row.account) || named.contains(&row.mailbox);
        if is_named && matters(row) && !wanted.contains_key(&row.place) {
            others.insert((row.at, row.place));
            if others.len() > room {
                others.pop_last();
                left_out += 1;
            }
        }
    })?;
    while wanted.len() > MOMENTS_MAX {
        wanted.pop_last();
        left_out += 1;
    }
    let places = wanted.keys().copied().chain(others.into_iter().map(|(_, place)| place)).collect();
    let mut moments = Vec::new();
    log.events(&places, |place, event| {
        moments.push(Moment { reasons: wanted.get(&place).cloned().unwrap_or_default(), event });
    })?;
    moments.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(Timeline { moments, left_out })
}

fn order(moment: &Moment) -> (Option<regain_incident::Timestamp>, &str, &str, &str, Option<&str>) {
    let event = &moment.event;
    (event.at, &event.id, &event.account, &event.operation, event.target.as_deref())
}

/// Whether somebody who follows an account wants to see it: not the mailbox's own reading.
fn matters(row: &Row) -> bool {
    !row.flags.has(Flags::SERVICE_NOISE) && row.kind != Kind::Other
}
