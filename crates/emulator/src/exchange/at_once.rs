//! How many cmdlets run at the same time.
//!
//! Microsoft says "four at once" for a mailbox behind Graph and nothing of this endpoint, so a scenario chooses.
//!
//! Invariant: a request is under way from its arrival to its answer, also if whoever asked has gone; one that is
//! refused for the others holds no place.

use std::collections::BTreeMap;

use crate::message::{Answer, Request, Service};
use crate::world::World;

/// Seconds after which one that was refused may come again, where the service says so.
const WAIT: i64 = 1;

/// Whose, and of which mailbox; without one, all mailboxes together.
pub type Key = (String, Option<String>);

/// Cmdlets under way.
#[derive(Clone, Debug, Default)]
pub struct UnderWay(BTreeMap<Key, u32>);

/// What a request that has arrived counts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It runs, and holds these places until it is answered.
    Runs(Vec<Key>),
    /// One too many.
    Refused,
}

/// Counts a request that has arrived.
pub fn arrive(world: &mut World, request: &Request) -> Arrival {
    let Some(limit) = world.tenant.behaviour.exchange_limit.filter(|_| request.service == Service::Exchange) else {
        return Arrival::Runs(Vec::new());
    };
    let whose = crate::record::caller_of(world, request).unwrap_or_default();
    let all = limit.at_once.map(|most| ((whose.clone(), None), most));
    let own = limit.at_once_for_a_mailbox.and_then(|most| Some(((whose, Some(mailbox(request)?)), most)));
    let places: Vec<(Key, u32)> = all.into_iter().chain(own).collect();
    let counts = &mut world.under_way.0;
    if places.iter().any(|(key, most)| counts.get(key).copied().unwrap_or_default() >= *most) {
        return Arrival::Refused;
    }
    for (key, _) in &places {
        *counts.entry(key.clone()).or_default() += 1;
    }
    Arrival::Runs(places.into_iter().map(|(key, _)| key).collect())
}

/// Gives the places back that a request held.
pub fn leave(world: &mut World, arrival: &Arrival) {
    let Arrival::Runs(places) = arrival else { return };
    for key in places {
        if let Some(count) = world.under_way.0.get_mut(key) {
            *count = count.saturating_sub(1);
        }
    }
    world.under_way.0.retain(|_, count| *count > 0);
}

/// The answer to one too many.
pub fn refused(world: &mut World, _: &Request) -> Answer {
    match world.tenant.behaviour.exchange_limit {
        Some(limit) => crate::graph::throttle::exchange_refusal(limit, WAIT),
        None => Answer::empty(429),
    }
}

/// The mailbox that a request is routed to. The organisation's anchors are none.
fn mailbox(request: &Request) -> Option<String> {
    let anchor = request.header("x-anchormailbox")?.to_ascii_lowercase();
    let (_, name) = anchor.split_once(':').unwrap_or(("", &anchor));
    (!name.starts_with("systemmailbox{")).then(|| name.to_owned())
}
