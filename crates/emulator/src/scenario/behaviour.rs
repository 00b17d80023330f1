//! The scenario's choices among behaviours that differ, or that nobody has confirmed.
//!
//! Invariant: what is not chosen is as in [`Behaviour::default`].

use jiff::SignedDuration;

use super::{Place, ScenarioError};
use crate::clock::parse_span;
use crate::world::{Behaviour, ExchangeLimit, FederatedPassword, WithoutLicence};

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
    "pimTakesPlainDelete",
    "lastAdministratorMayGo",
    "federatedPassword",
    "accountDisabledFollows",
    "manageAsAppV2",
    "pimWithoutLicence",
    "signInsWithoutLicence",
    "exchangeIsGlobal",
    "conditionalAccessRefused",
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
    open_questions(&place, &mut behaviour)?;
    flag(&place, "conditionalAccessRefused", &mut behaviour.conditional_access_refused)?;
    Ok(behaviour)
}

/// What nobody has confirmed, one way or the other.
fn open_questions(place: &Place, behaviour: &mut Behaviour) -> Result<(), ScenarioError> {
    flag(place, "pimTakesPlainDelete", &mut behaviour.pim_takes_plain_delete)?;
    flag(place, "lastAdministratorMayGo", &mut behaviour.last_administrator_may_go)?;
    flag(place, "accountDisabledFollows", &mut behaviour.account_disabled_follows)?;
    flag(place, "manageAsAppV2", &mut behaviour.manage_as_app_v2)?;
    flag(place, "exchangeIsGlobal", &mut behaviour.exchange_is_global)?;
    let passwords = [
        ("refused", FederatedPassword::Refused),
        ("forbidden", FederatedPassword::Forbidden),
        ("taken", FederatedPassword::Taken),
    ];
    one_of(place, "federatedPassword", &passwords, &mut behaviour.federated_password)?;
    let licences = [
        ("code", WithoutLicence::Code),
        ("forbidden", WithoutLicence::Forbidden),
        ("notFound", WithoutLicence::NotFound),
        ("empty", WithoutLicence::Empty),
    ];
    one_of(place, "pimWithoutLicence", &licences, &mut behaviour.pim_without_licence)?;
    one_of(place, "signInsWithoutLicence", &licences, &mut behaviour.sign_ins_without_licence)
}

fn one_of<T: Copy>(place: &Place, name: &str, all: &[(&str, T)], target: &mut T) -> Result<(), ScenarioError> {
    let Some(chosen) = place.optional(name) else { return Ok(()) };
    let text = chosen.text()?;
    let names = || all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let found = all.iter().find(|(known, _)| *known == text);
    *target = found.ok_or_else(|| chosen.wrong(&format!("one of {} is wanted", names())))?.1;
    Ok(())
}

fn exchange_limit(place: &Place) -> Result<ExchangeLimit, ScenarioError> {
    place.only(&["cmdlets", "seconds", "atOnce", "atOnceForOneMailbox", "saysWhen", "hasBody"])?;
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
    let (mut says_when, mut has_body) = (true, true);
    flag(place, "saysWhen", &mut says_when)?;
    flag(place, "hasBody", &mut has_body)?;
    Ok(ExchangeLimit { rate, at_once, at_once_for_a_mailbox, says_when, has_body })
}

fn flag(place: &Place, name: &str, target: &mut bool) -> Result<(), ScenarioError> {
    if let Some(chosen) = place.optional(name) {
        *target = chosen.flag()?;
    }
    Ok(())
}
