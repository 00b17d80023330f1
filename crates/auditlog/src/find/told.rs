//! What was found, in words and in an order of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use regain_incident::Timestamp;

use super::judged::Findings;
use super::scene::Scene;
use crate::analysis::{Analysis, Infrastructure, LeftOut, Seeds, Selected, Why};
use crate::event::Event;
use crate::indicators::access::shown;
use crate::indicators::{Record, evidence};
use crate::pivot::{self, Found, Origin, Picked, Pivots, Reach, session_bits};
use crate::row::Place;
use crate::time::Micros;
use crate::uses::Use;

impl Scene<'_> {
    /// Everything in words, and in an order of its own.
    pub(super) fn told(&self, found: &Found, findings: Findings, seeds: &Seeds) -> io::Result<Analysis> {
        let texts = self.texts(found)?;
        let mut selected: Vec<Selected> =
            found.numbered().map(|(picked, number)| self.selected(picked, number, found, &texts)).collect();
        selected.sort_by(|a, b| (a.at, &a.id, &a.operation, &a.account).cmp(&(b.at, &b.id, &b.operation, &b.account)));
        let mut infrastructure: Vec<Infrastructure> =
            found.uses.iter().filter_map(|(thing, used)| self.infrastructure(thing, used, found, &texts, seeds)).collect();
        infrastructure.sort();
        let (findings, cut) = findings.worst_first();
        let left_out = LeftOut { findings: cut, set_up: self.unnoted, infrastructure: found.uses.is_cut() };
        Ok(Analysis { infrastructure, selected, selected_total: found.count, findings, left_out })
    }

    /// Sessions and ids that rows have only bits of, read again.
    fn texts(&self, found: &Found) -> io::Result<BTreeMap<Place, Event>> {
        let sessions = found.uses.iter().filter(|(thing, _)| matches!(thing, pivot::Thing::Session(_)));
        let hashed = found.picked.iter().map(|picked| Record::of(&picked.row)).filter(|record| record.is_hashed);
        let wanted: BTreeSet<Place> =
            sessions.map(|(_, used)| used.earliest.1).chain(hashed.map(|record| record.place)).collect();
        let mut texts = BTreeMap::new();
        if !wanted.is_empty() {
            self.log.events(&wanted, |place, event| {
                let kept = Event { id: event.id, session: event.session, ..Event::default() };
                texts.insert(place, kept);
            })?;
        }
        Ok(texts)
    }

    fn selected(&self, picked: &Picked, intruder: u32, found: &Found, texts: &BTreeMap<Place, Event>) -> Selected {
        let row = &picked.row;
        let record = Record::of(row);
        let id = if record.is_hashed {
            texts.get(&row.place).map(|event| event.id.clone()).unwrap_or_default()
        } else {
            record.id.shown()
        };
        let names = &self.log.names;
        let reasons = [
            (Pivots::ADDRESS, "address", "value", shown(row.address)),
            (Pivots::SESSION, "session", "", String::new()),
            (Pivots::AGENT, "agent", "value", names.agents.name(row.agent).to_owned()),
            (Pivots::APP, "app", "value", names.apps.name(row.app).to_owned()),
            (Pivots::NEAR, "near", "seconds", picked.seconds.to_string()),
        ];
        let mut marks = Vec::new();
        if row.address.is_microsoft() {
            marks.push("microsoft".to_owned());
        }
        if row.flags.has(crate::row::Flags::SERVICE_NOISE) {
            marks.push("service-noise".to_owned());
        }
        if found.uses.get(pivot::Thing::Address(row.address)).is_some_and(|used| used.is_shared) {
            marks.push("shared-with-owner".to_owned());
        }
        Selected {
            id,
            account: self.account(row.account),
            intruder,
            reasons: reasons
                .into_iter()
                .filter(|(pivot, ..)| picked.pivots.has(*pivot))
                .map(|(_, code, name, value)| {
                    let evidence = if value.is_empty() { BTreeMap::new() } else { evidence([(name, value)]) };
                    Why { code: code.to_owned(), evidence }
                })
                .collect(),
            marks,
            at: row.at.and_then(|at| Timestamp::from_microsecond(at).ok()),
            operation: names.operations.name(row.operation).to_owned(),
            place: row.place,
        }
    }

    fn infrastructure(
        &self,
        thing: pivot::Thing,
        used: &Use,
        found: &Found,
        texts: &BTreeMap<Place, Event>,
        seeds: &Seeds,
    ) -> Option<Infrastructure> {
        let intruder = &found.intruder;
        let named = |code: &str| Why { code: code.to_owned(), evidence: BTreeMap::new() };
        let of_origin = |origin: Option<Origin>| match origin {
            Some(Origin::Given) => named("given"),
            Some(Origin::Found(by)) => Why { code: "found".to_owned(), evidence: evidence([("by", by.to_owned())]) },
            Some(Origin::InSession) => named("in-session"),
            Some(Origin::WithAddress) => named("with-address"),
            None => named("agent"),
        };
        let (kind, value, origin) = match thing {
            pivot::Thing::Address(address) => ("address", shown(address), of_origin(intruder.addresses.get(&address).copied())),
            pivot::Thing::Session(bits) => {
                let given = seeds.sessions.iter().find(|text| session_bits(text) == bits).cloned();
                let read = || texts.get(&used.earliest.1).and_then(|event| event.session.clone());
                ("session", given.or_else(read)?, of_origin(intruder.sessions.origin(bits)))
            }
            pivot::Thing::Agent(agent) => ("agent", self.agent(agent), named("with-address")),
            pivot::Thing::App(app) => {
                ("app", self.log.names.apps.name(app).to_owned(), of_origin(intruder.apps.get(&app).copied()))
            }
        };
        let mut reasons = vec![origin];
        let leads_nowhere = matches!(thing, pivot::Thing::Agent(agent) if intruder.agents.get(&agent) == Some(&Reach::Nowhere));
        let is_only_seen = matches!(thing, pivot::Thing::Address(address) if !intruder.addresses.contains_key(&address));
        if used.is_shared || leads_nowhere || is_only_seen {
            reasons.push(named("shared-with-owner"));
        }
        let time = |at: Option<Micros>| at.and_then(|at| Timestamp::from_microsecond(at).ok());
        let mut accounts: Vec<String> = used.accounts.iter().map(|account| self.account(*account)).collect();
        accounts.sort();
        let intruders = found.intruders.of_thing.get(&thing).into_iter().flatten().copied().collect();
        Some(Infrastructure {
            intruders,
            kind: kind.to_owned(),
            value,
            reasons,
            accounts,
            first: time(used.first),
            last: time(used.last),
            records: used.records,
            network: None,
        })
    }
}
