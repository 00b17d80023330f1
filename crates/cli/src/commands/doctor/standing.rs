//! How each feature stands: by what a read answered, else by the token of the identity that would do it.
//!
//! Invariant: a feature stands as badly as with the weakest identity that has a part in it.

use regain_microsoft::{Duty, Seat};
use regain_ports::{ProviderError, ProviderErrorKind};

use super::needs::{self, NEEDS, Need, Tried};
use super::said::{Said, together};
use super::trials::Trials;
use super::{Feature, NotNeeded, State};
use crate::texts::Texts;

/// How a feature stands with one identity.
struct Standing {
    state: State,
    by: &'static str,
    /// Why, where that is not told by the grant.
    why: Option<Said>,
    grant: Vec<Said>,
}

impl Standing {
    fn new(state: State, by: &'static str, why: impl Into<Option<Said>>) -> Self {
        Self { state, by, why: why.into(), grant: Vec::new() }
    }
}

/// Every identity that has a part in it, once.
fn parts<'a>(need: &Need, seats: &'a [Seat]) -> Vec<Option<&'a Seat>> {
    let mut parts: Vec<Option<&Seat>> = Vec::new();
    for duty in need.duties {
        let seat = seats.iter().find(|seat| seat.duties.contains(duty));
        let known = parts.iter().any(|known| known.map(|one| &one.client) == seat.map(|one| &one.client));
        if !known {
            parts.push(seat);
        }
    }
    parts
}

pub(super) fn feature(need: &Need, seats: &[Seat], trials: &Trials, english: &Texts) -> Feature {
    let parts = parts(need, seats);
    let standings = parts.iter().map(|part| (*part, part.map_or_else(nobody, |seat| standing(need, seat, trials))));
    let worst = standings.max_by_key(|(_, standing)| standing.state.weight());
    let (seat, standing) = worst.unwrap_or_else(|| (None, nobody()));
    // Which identity it is goes without saying where there is one.
    let of = seat.filter(|_| seats.len() > 1).map(|seat| seat.duties.iter().map(|duty| duty.name()).collect());
    let grant = (!standing.grant.is_empty()).then_some(Granting { what: standing.grant, of });
    Feature {
        feature: need.feature,
        what: english.get(&need.does()),
        needs: need.told(),
        identities: need.duties.iter().map(|duty| duty.name()).collect(),
        state: standing.state,
        by: standing.by,
        detail: standing.why.as_ref().map(|why| why.say(english)),
        grant: grant.as_ref().map(|grant| grant.say(english)),
        why: standing.why,
        granting: grant,
    }
}

/// What to grant, and to which identity where there are several.
#[derive(Debug)]
pub struct Granting {
    what: Vec<Said>,
    of: Option<Vec<&'static str>>,
}

impl Granting {
    pub(super) fn say(&self, texts: &Texts) -> String {
        let what = self.what.iter().map(|one| one.say(texts)).collect::<Vec<_>>().join(", ");
        match &self.of {
            Some(duties) => texts.with("doctor-of-identity", &[("what", &what), ("duties", &together(texts, duties))]),
            None => what,
        }
    }
}

fn nobody() -> Standing {
    Standing::new(State::NotConfigured, "settings", Said::key("doctor-why-nobody"))
}

fn standing(need: &Need, seat: &Seat, trials: &Trials) -> Standing {
    // What the identity that sees was refused says nothing about another one's changes.
    let sees = seat.duties.contains(&Duty::See);
    let trial = trials.answers.get(&need.probe).filter(|_| sees || need.tried == Tried::Itself).map(|trial| &trial.result);
    let standing = match trial {
        Some(Err(error)) => by_refusal(error, need),
        Some(Ok(())) if need.tried == Tried::Itself => Standing::new(State::Ok, "tried", None),
        Some(Ok(())) | None => by_token(need, seat, trial.is_some() || !sees),
    };
    let grant = if standing.state == State::Missing { grant(need, seat) } else { Vec::new() };
    Standing { grant, ..standing }
}

fn by_refusal(error: &ProviderError, need: &Need) -> Standing {
    let why = Said::of(&error.kind);
    match &error.kind {
        ProviderErrorKind::Denied { .. } if need.tried == Tried::Itself => Standing::new(State::Missing, "tried", why),
        ProviderErrorKind::Denied { .. } => Standing::new(State::Missing, "tried", Said::key("doctor-why-read-first")),
        ProviderErrorKind::Unlicensed { .. } => Standing::new(State::NotLicensed, "tried", why),
        _ => Standing::new(State::Unknown, "tried", why),
    }
}

/// A change is never tried, and some reads could not be: then the token tells, if it can be read.
fn by_token(need: &Need, seat: &Seat, near_is_fine: bool) -> Standing {
    if seat.permissions.is_empty() && seat.roles.is_empty() {
        return Standing::new(State::Unknown, "token", Said::key("doctor-why-token-silent"));
    }
    if !need.lacking(&seat.permissions).is_empty() || lacks_exchange(need, seat) {
        return Standing::new(State::Missing, "token", None);
    }
    match (need.role_is_held(&seat.roles), need.is_exchange(), need.tried) {
        (false, false, _) => Standing::new(State::Missing, "token", None),
        (false, true, _) if need.is_at_purview() => Standing::new(State::Unknown, "token", Said::key("doctor-why-purview-group")),
        (false, true, _) => Standing::new(State::Unknown, "token", Said::key("doctor-why-role-group")),
        (true, true, _) if !near_is_fine => Standing::new(State::Unknown, "token", Said::key("doctor-why-no-read")),
        (true, _, Tried::Itself) => Standing::new(State::Unknown, "token", Said::key("doctor-why-nothing-to-try")),
        (true, ..) => Standing::new(State::Ok, "token", None),
    }
}

/// The permission on Exchange that this kind of identity needs.
fn exchange_permission(seat: &Seat) -> &'static str {
    if seat.person { needs::EXCHANGE_DELEGATED } else { needs::EXCHANGE_PERMISSION }
}

/// Whether the Exchange token shows that it does not hold it.
fn lacks_exchange(need: &Need, seat: &Seat) -> bool {
    let held = |list: &Vec<String>| list.iter().any(|held| held == exchange_permission(seat));
    need.is_exchange() && seat.exchange.as_ref().is_some_and(|list| !held(list))
}

/// The least that would do.
fn grant(need: &Need, seat: &Seat) -> Vec<Said> {
    let lacking = need.lacking(&seat.permissions);
    let named = lacking.iter().filter_map(|group| group.first()).map(|name| Said::Plain((*name).to_owned()));
    let mut grants: Vec<Said> = named.collect();
    let knows = seat.exchange.as_ref().is_some_and(|list| list.iter().any(|held| held == exchange_permission(seat)));
    if need.is_exchange() && !knows {
        grants.push(Said::Plain(exchange_permission(seat).to_owned()));
    }
    if let Some(role) = need.roles.first().filter(|_| !need.role_is_held(&seat.roles)) {
        let key = if seat.person { "doctor-grant-role-person" } else { "doctor-grant-role-app" };
        grants.push(Said::Key(key, vec![("role", (*role).to_owned())]));
    }
    if grants.is_empty() {
        // The token has it all, and the service refused: one that is newer than the token, or not consented.
        grants.push(Said::key("doctor-grant-wait"));
    }
    grants
}

/// Held, and in no need of its duties the one that serves.
pub(super) fn not_needed(seat: &Seat) -> NotNeeded {
    let ours = || NEEDS.iter().filter(|need| need.duties.iter().any(|duty| seat.duties.contains(duty)));
    let is_held = |name: &&&str| seat.permissions.iter().any(|held| held == **name);
    let serving: Vec<&str> =
        ours().flat_map(|need| need.permissions).filter_map(|group| group.iter().find(is_held).copied()).collect();
    let used = |id: &String| needs::role_name(id).is_some_and(|name| ours().any(|need| need.roles.contains(&name)));
    // What every directory object has is no grant; nor is what signing in brings.
    let is_role = |id: &&String| !id.eq_ignore_ascii_case("0997a1d0-0d1d-4acb-b408-d5ca73121e90");
    let is_grant = |name: &&String| !matches!(name.as_str(), "openid" | "profile" | "email" | "offline_access");
    let exchange =
        seat.exchange.iter().flatten().filter(|held| *held != exchange_permission(seat) || !ours().any(Need::is_exchange));
    let graph = seat.permissions.iter().filter(|held| !serving.contains(&held.as_str()));
    NotNeeded {
        permissions: graph.chain(exchange).filter(is_grant).cloned().collect(),
        roles: seat
            .roles
            .iter()
            .filter(is_role)
            .filter(|id| !used(id))
            .map(|id| needs::role_name(id).map_or_else(|| id.clone(), str::to_owned))
            .collect(),
    }
}
