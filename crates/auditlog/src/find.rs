//! The analysis: the indicators, the pivots that follow from them or from what is given, and the
//! judgement of everything found.
//!
//! The order: a first look at all rows ([`crate::survey`]); what records set up, by their parameters
//! ([`crate::indicators::persistence`]); sprays, sessions and programs ([`crate::indicators::access`]);
//! the habits of the accounts in question ([`crate::habits`]); the pivots ([`crate::pivot`]), from what is
//! given, or else from what convicts alone and has an address that is new to the account; then the score.
//!
//! Every pass streams; what is kept is bounded. Nothing here depends on the order of rows, but where a
//! bound is met.

mod judged;
mod scene;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use regain_incident::Timestamp;

use self::judged::{Judged, TAKEOVER};
use self::scene::Scene;
use crate::address::Address;
use crate::analysis::{Analysis, Seeds};
use crate::habits::{Habits, unknown_here};
use crate::indicators::access::{self, Lead};
use crate::indicators::{CODES, PIVOTS, Strength, deeds, strangers};
use crate::log::Log;
use crate::names::Sym;
use crate::pivot::{self, Intruder, Origin, Sessions, session_bits};
use crate::spray;
use crate::survey::Survey;
use crate::time::Micros;

/// Every code that a reason of this crate's own can bear: of indicators and of pivots. Reasons of rules
/// and forwarding have codes of [`regain_incident::judge::REASON_CODES`] beside.
pub fn reason_codes() -> impl Iterator<Item = &'static str> {
    CODES.iter().map(|code| code.code).chain(PIVOTS.iter().map(|(code, _)| *code))
}

/// Every code that a finding can bear.
pub fn finding_codes() -> impl Iterator<Item = &'static str> {
    CODES.iter().map(|code| code.code).chain([TAKEOVER])
}

/// Finds everything. `seeds` may be empty: then the indicators find them.
pub fn analyse(log: &Log, seeds: &Seeds) -> io::Result<Analysis> {
    let mut survey = Survey::of(log)?;
    let mut scene = Scene::of(log, &survey, seeds)?;
    let sprays = spray::find(log, &survey)?;
    let sessions = access::Sessions::of(log, &survey)?;
    let mut leads = access::programs(log, &survey);
    let strangers = strangers::Strangers::of(log, &survey)?;
    let suspects: BTreeSet<Sym> = leads
        .iter()
        .map(|lead| lead.sighting.account)
        .chain(scene.noted.iter().filter(|noted| noted.thing.matters()).map(|noted| noted.account))
        .chain(sessions.accounts())
        .chain(strangers.accounts())
        .collect();
    let habits = Habits::of(log, &survey, &suspects)?;
    leads.extend(sessions.moved(&habits));
    leads.extend(strangers.leads(log, &habits));
    weigh_habits(&mut leads, &habits);
    let intruder = if seeds.is_empty() { found(&scene, &survey, &leads, &habits, seeds)? } else { given(log, seeds) };
    let consented = scene.consents.iter().map(|consent| consent.app).collect();
    let quantities = [deeds::bursts(&survey), deeds::new_readers(log, &survey, &consented)];
    drop((sessions, strangers));
    survey.clear_tables();
    let found = pivot::follow(log, &survey, &sprays, &scene.consents, intruder)?;
    let mut judged = Judged::new(&scene, &habits, &found, &sprays);
    judged.sprays();
    let mut sightings = judged.things();
    sightings.extend(leads.into_iter().map(|lead| lead.sighting));
    sightings.extend(quantities.into_iter().flatten());
    judged.accounts(sightings);
    let findings = judged.findings;
    // What was judged is not needed to tell it, and may be large.
    (scene.noted, scene.removals) = (Vec::new(), BTreeMap::new());
    drop((habits, survey));
    scene.told(&found, findings, seeds)
}

/// A program that an account has used for long is its own, a session that it moves from is not.
fn weigh_habits(leads: &mut [Lead], habits: &Habits) {
    for lead in leads {
        let Some(at) = lead.sighting.at() else { continue };
        if lead.sighting.code == "scripted-program" && habits.knows_agent(lead.sighting.account, lead.agent, at) {
            lead.sighting.strength = Strength::C;
        }
    }
}

/// What the responder named.
fn given(log: &Log, seeds: &Seeds) -> Intruder {
    let app = |id: &String| log.names.apps.find(&id.trim().to_ascii_lowercase());
    Intruder {
        addresses: seeds.addresses.iter().map(|ip| (Address::from(*ip), Origin::Given)).collect(),
        sessions: Sessions::given(seeds.sessions.iter().map(|text| session_bits(text))),
        apps: seeds.apps.iter().filter_map(app).map(|app| (app, Origin::Given)).collect(),
        since: since(seeds),
        ..Intruder::default()
    }
}

fn since(seeds: &Seeds) -> Option<Micros> {
    seeds.since.map(Timestamp::as_microsecond)
}

/// What the indicators found: the address from which something was done that convicts alone, or nearly
/// and with something suspicious set up on the same account, if that address is new to the account and
/// to everybody here. The success of a spray does not lead on: sprays and takeovers are told apart, and
/// the address of a spray may well be shared. Whoever holds it to be the same intruder names it as a
/// seed.
fn found(scene: &Scene<'_>, survey: &Survey, leads: &[Lead], habits: &Habits, seeds: &Seeds) -> io::Result<Intruder> {
    let mut intruder = Intruder { since: since(seeds), ..Intruder::default() };
    let mut suspected: BTreeMap<Address, (Micros, &'static str)> = BTreeMap::new();
    let mut suspect = |account: Sym, address: Address, at: Option<Micros>, code: &'static str| {
        let Some(at) = at.filter(|at| since(seeds).is_none_or(|since| *at >= since)) else { return };
        if address.says_where() && !habits.knows_address(account, address, at) {
            let first = suspected.entry(address).or_insert((at, code));
            *first = (at, code).min(*first);
        }
    };
    for noted in &scene.noted {
        if noted.thing.is_judged && noted.thing.strength >= Strength::A {
            suspect(noted.account, noted.address, noted.record.at, noted.thing.code);
        }
    }
    let set_up: BTreeSet<Sym> =
        scene.noted.iter().filter(|noted| noted.thing.strength > Strength::C).map(|noted| noted.account).collect();
    for lead in leads {
        let sighting = &lead.sighting;
        let is_confirmed = sighting.strength == Strength::AMinus && set_up.contains(&sighting.account);
        if sighting.strength == Strength::A || is_confirmed {
            suspect(sighting.account, lead.address, sighting.at(), sighting.code);
        }
    }
    let moments = suspected.iter().map(|(address, (at, _))| (*address, *at)).collect();
    for address in unknown_here(scene.log, survey, &moments)? {
        if let Some((_, code)) = suspected.get(&address) {
            intruder.addresses.insert(address, Origin::Found(code));
        }
    }
    Ok(intruder)
}
