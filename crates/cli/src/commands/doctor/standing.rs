//! How each feature stands: by what a read answered, else by the token of the identity that would do it.
//!
//! Invariant: a feature stands as badly as with the weakest identity that has a part in it.

use regain_incident::text::on_a_line;
use regain_microsoft::{Duty, Seat};
use regain_ports::{ProviderError, ProviderErrorKind};

use super::needs::{self, NEEDS, Need, Tried};
use super::trials::Trials;
use super::{Feature, NotNeeded, State};

/// How a feature stands with one identity.
struct Standing {
    state: State,
    by: &'static str,
    detail: Option<String>,
    grant: Option<String>,
}

impl Standing {
    fn new(state: State, by: &'static str, detail: impl Into<Option<String>>) -> Self {
        Self { state, by, detail: detail.into(), grant: None }
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

pub(super) fn feature(need: &Need, seats: &[Seat], trials: &Trials) -> Feature {
    let parts = parts(need, seats);
    let standings = parts.iter().map(|part| (*part, part.map_or_else(nobody, |seat| standing(need, seat, trials))));
    let worst = standings.max_by_key(|(_, standing)| standing.state.weight());
    let (seat, standing) = worst.unwrap_or_else(|| (None, nobody()));
    // Which identity it is goes without saying where there is one.
    let named = seat.filter(|_| seats.len() > 1).map(|seat| told(&seat.duties));
    let whose = |text: String| named.as_ref().map_or_else(|| text.clone(), |name| format!("{text} (identity {name})"));
    Feature {
        feature: need.feature,
        what: need.what,
        needs: need.told(),
        identities: need.duties.iter().map(|duty| duty.name()).collect(),
        state: standing.state,
        by: standing.by,
        detail: standing.detail,
        grant: standing.grant.map(whose),
    }
}

/// `see` or `lock and clean`.
pub(super) fn told(duties: &[Duty]) -> String {
    duties.iter().map(|duty| duty.name()).collect::<Vec<_>>().join(" and ")
}

fn nobody() -> Standing {
    Standing::new(State::NotConfigured, "settings", "no identity of this tenant is for it".to_owned())
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
    let grant = (standing.state == State::Missing).then(|| grant(need, seat));
    Standing { grant, ..standing }
}

fn by_refusal(error: &ProviderError, need: &Need) -> Standing {
    let why = Some(on_a_line(&error.kind.to_string()));
    match &error.kind {
        ProviderErrorKind::Denied { .. } if need.tried == Tried::Itself => Standing::new(State::Missing, "tried", why),
        ProviderErrorKind::Denied { .. } => {
            Standing::new(State::Missing, "tried", "what it must read first was refused".to_owned())
        }
        ProviderErrorKind::Unlicensed { .. } => Standing::new(State::NotLicensed, "tried", why),
        _ => Standing::new(State::Unknown, "tried", why),
    }
}

/// A change is never tried, and some reads could not be: then the token tells, if it can be read.
fn by_token(need: &Need, seat: &Seat, near_is_fine: bool) -> Standing {
    if seat.permissions.is_empty() && seat.roles.is_empty() {
        return Standing::new(State::Unknown, "token", "the token does not say what the identity may do".to_owned());
    }
    if !need.lacking(&seat.permissions).is_empty() || lacks_exchange(need, seat) {
        return Standing::new(State::Missing, "token", None);
    }
    match (need.role_is_held(&seat.roles), need.is_exchange(), need.tried) {
        (false, false, _) => Standing::new(State::Missing, "token", None),
        (false, true, _) => Standing::new(
            State::Unknown,
            "token",
            "the token names no such role; a role group in Exchange may allow it".to_owned(),
        ),
        (true, true, _) if !near_is_fine => {
            Standing::new(State::Unknown, "token", "the role is held, but no read could be tried".to_owned())
        }
        (true, _, Tried::Itself) => {
            Standing::new(State::Unknown, "token", "it is granted, but there was nothing to try it on".to_owned())
        }
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
fn grant(need: &Need, seat: &Seat) -> String {
    let lacking = need.lacking(&seat.permissions);
    let mut grants: Vec<String> = lacking.iter().filter_map(|group| group.first()).map(|name| (*name).to_owned()).collect();
    let knows = seat.exchange.as_ref().is_some_and(|list| list.iter().any(|held| held == exchange_permission(seat)));
    if need.is_exchange() && !knows {
        grants.push(exchange_permission(seat).to_owned());
    }
    if let Some(role) = need.roles.first().filter(|_| !need.role_is_held(&seat.roles)) {
        let whom = if seat.person { "for the person" } else { "on the app" };
        grants.push(format!("the directory role {role} {whom}"));
    }
    if grants.is_empty() {
        // The token has it all, and the service refused: one that is newer than the token, or not consented.
        return "wait some minutes if it was granted just now; else let an administrator consent again".to_owned();
    }
    grants.join(", ")
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
