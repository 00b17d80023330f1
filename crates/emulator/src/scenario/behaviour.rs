//! The scenario's choices among behaviours that differ, or that nobody has confirmed.
//!
//! Invariant: what is not chosen is as in [`Behaviour::default`].

use jiff::SignedDuration;

use super::{Place, ScenarioError};
use crate::clock::parse_span;
use crate::world::Behaviour;

const MEMBERS: &[&str] = &[
    "syncRefusesAccountEnabled",
    "syncEvery",
    "pimDelaySeconds",
    "pimSaysMissing",
    "pimWantsExpiry",
    "pimRefusesPlainDelete",
    "pageSize",
    "emptyPages",
    "tokenSeconds",
];

/// Reads the choices.
pub fn read(place: Option<Place>) -> Result<Behaviour, ScenarioError> {
    let mut behaviour = Behaviour::default();
    let Some(place) = place else { return Ok(behaviour) };
    place.only(MEMBERS)?;
    flag(&place, "syncRefusesAccountEnabled", &mut behaviour.sync_refuses_account_enabled)?;
    flag(&place, "pimSaysMissing", &mut behaviour.pim_says_missing)?;
    flag(&place, "pimWantsExpiry", &mut behaviour.pim_wants_expiry)?;
    flag(&place, "pimRefusesPlainDelete", &mut behaviour.pim_refuses_plain_delete)?;
    flag(&place, "emptyPages", &mut behaviour.empty_pages)?;
    if let Some(every) = place.optional("syncEvery") {
        behaviour.sync_every = parse_span(&every.text()?)
            .filter(SignedDuration::is_positive)
            .ok_or_else(|| every.wrong("a duration such as PT30M is wanted"))?;
    }
    if let Some(delay) = place.optional("pimDelaySeconds") {
        behaviour.pim_delay = SignedDuration::from_secs(delay.count()?);
    }
    if let Some(size) = place.optional("pageSize") {
        behaviour.page_size =
            usize::try_from(size.count()?).ok().filter(|size| *size > 0).ok_or_else(|| size.wrong("at least 1 is wanted"))?;
    }
    if let Some(seconds) = place.optional("tokenSeconds") {
        behaviour.token_seconds = seconds.count()?;
    }
    Ok(behaviour)
}

fn flag(place: &Place, name: &str, target: &mut bool) -> Result<(), ScenarioError> {
    if let Some(chosen) = place.optional(name) {
        *target = chosen.flag()?;
    }
    Ok(())
}
