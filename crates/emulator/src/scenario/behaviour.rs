//! The scenario's choices among behaviours that differ, or that nobody has confirmed.
//!
//! Invariant: what is not chosen is as in [`Behaviour::default`].

use jiff::SignedDuration;

use super::{Place, ScenarioError};
use crate::clock::parse_span;
use crate::world::{Behaviour, ExchangeLimit};

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
    "signInLogLateSeconds",
    "clockAheadSeconds",
    "exchangeLimit",
    "graphLimits",
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
    if let Some(late) = place.optional("signInLogLateSeconds") {
        behaviour.sign_in_log_late = SignedDuration::from_secs(late.count()?);
    }
    if let Some(ahead) = place.optional("clockAheadSeconds") {
        let seconds = ahead.value.as_i64().ok_or_else(|| ahead.wrong("a number of seconds is wanted"))?;
        behaviour.clock_ahead = SignedDuration::from_secs(seconds);
    }
    if let Some(limit) = place.optional("exchangeLimit") {
        behaviour.exchange_limit = Some(exchange_limit(&limit)?);
    }
    flag(&place, "graphLimits", &mut behaviour.graph_limits)?;
    Ok(behaviour)
}

fn exchange_limit(place: &Place) -> Result<ExchangeLimit, ScenarioError> {
    place.only(&["cmdlets", "seconds", "atOnce", "atOnceForOneMailbox", "saysWhen"])?;
    let number = |place: Place| u32::try_from(place.count()?).map_err(|_| place.wrong("a smaller number is wanted"));
    let at_least_one = |name: &str| match place.optional(name) {
        Some(place) if place.count()? == 0 => Err(place.wrong("at least 1 is wanted")),
        Some(place) => number(place).map(Some),
        None => Ok(None),
    };
    let (at_once, at_once_for_a_mailbox) = (at_least_one("atOnce")?, at_least_one("atOnceForOneMailbox")?);
    let counts_within = place.optional("cmdlets").is_some() || place.optional("seconds").is_some();
    let rate = if counts_within || (at_once.is_none() && at_once_for_a_mailbox.is_none()) {
        Some((number(place.get("cmdlets")?)?, SignedDuration::from_secs(place.get("seconds")?.count()?)))
    } else {
        None
    };
    let mut says_when = true;
    flag(place, "saysWhen", &mut says_when)?;
    Ok(ExchangeLimit { rate, at_once, at_once_for_a_mailbox, says_when })
}

fn flag(place: &Place, name: &str, target: &mut bool) -> Result<(), ScenarioError> {
    if let Some(chosen) = place.optional(name) {
        *target = chosen.flag()?;
    }
    Ok(())
}
