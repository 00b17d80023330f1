//! What the records whose parameters matter have set up, removed and let in: read once, kept within bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::io;

use regain_incident::Timestamp;

use crate::address::Address;
use crate::analysis::{Seeds, Why};
use crate::event::Event;
use crate::indicators::persistence::{self, Thing};
use crate::indicators::{Record, Strength, rules};
use crate::log::Log;
use crate::names::{Sym, hash_state};
use crate::pivot::Consent;
use crate::row::{Place, RecordId};
use crate::survey::{HOUR, MINUTE, Survey};
use crate::time::Micros;

/// What one record set up, and where.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    pub thing: Thing,
    pub account: Sym,
    pub record: Record,
    pub address: Address,
    /// The record's id, where it is no GUID.
    id: Option<String>,
}

/// Such records that are kept, at most: what comes from where the responder named, then the strongest, and of those the
/// earliest.
const NOTED_MAX: usize = 5_000;

/// A rule that was removed. In the order of time, then of names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Removal {
    at: Micros,
    account: String,
    name: String,
}

/// Removals that are kept, at most: the earliest.
const REMOVALS_MAX: usize = 20_000;

/// What was read of the records whose parameters matter.
pub(super) struct Scene<'a> {
    pub log: &'a Log,
    pub noted: Vec<Noted>,
    /// Records that set something up and for which there was no room.
    pub unnoted: u64,
    /// When rules were removed, by account and name.
    pub removals: BTreeMap<(Sym, String), BTreeSet<Micros>>,
    pub consents: Vec<Consent>,
    /// Ids that are no GUIDs, by place.
    ids: BTreeMap<Place, String>,
}

impl<'a> Scene<'a> {
    /// Reads them.
    pub(super) fn of(log: &'a Log, survey: &Survey, seeds: &Seeds) -> io::Result<Self> {
        let names = &log.names;
        let mut domains = survey.domains(log);
        if domains.is_empty() {
            // No mailbox is named: whoever set something up is one of ours.
            log.notable(|_, event| domains.extend(crate::survey::domain_of(&event.account)))?;
        }
        let (mut noted, mut removed, mut consents, mut unnoted) = (BTreeMap::new(), BTreeSet::new(), Vec::new(), 0);
        log.notable(|place, event| {
            let account = names.accounts.find(owner(&event)).unwrap_or_default();
            let at = event.at.map(Timestamp::as_microsecond);
            removed.extend(removal(&event));
            if removed.len() > REMOVALS_MAX {
                removed.pop_last();
            }
            if let Some(app) = consent(&event).and_then(|app| names.apps.find(&app)) {
                consents.push(Consent { app, place });
            }
            let id = RecordId::guid(event.id.as_bytes());
            let bits = || u128::from(hash_state().hash_one(&event.id));
            let record = Record { at, id: RecordId(id.unwrap_or_else(bits)), is_hashed: id.is_none(), place };
            let address = event.address.map(Address::from).unwrap_or_default();
            let is_given = event.address.is_some_and(|address| seeds.addresses.contains(&address));
            for thing in persistence::things(&event, &domains) {
                let key = (std::cmp::Reverse((is_given, thing.strength)), record, thing.code, format!("{:?}", thing.evidence));
                noted.insert(key, Noted { thing, account, record, address, id: id.is_none().then(|| event.id.clone()) });
                if noted.len() > NOTED_MAX {
                    unnoted += u64::from(noted.pop_last().is_some());
                }
            }
        })?;
        let mut noted: Vec<Noted> = noted.into_values().collect();
        noted.sort_by_key(|noted| (noted.record, noted.thing.code));
        let ids = noted.iter().filter_map(|noted| Some((noted.record.place, noted.id.clone()?))).collect();
        batch(&mut noted);
        join_devices(&mut noted);
        let mut removals: BTreeMap<(Sym, String), BTreeSet<Micros>> = BTreeMap::new();
        for Removal { at, account, name } in removed {
            removals.entry((names.accounts.find(&account).unwrap_or_default(), name)).or_default().insert(at);
        }
        Ok(Self { log, noted, unnoted, removals, consents, ids })
    }

    /// A record's id as people know it; a question mark where it was not kept.
    pub(super) fn id(&self, record: &Record) -> String {
        if record.is_hashed { self.ids.get(&record.place).cloned().unwrap_or_else(|| "?".to_owned()) } else { record.id.shown() }
    }

    pub(super) fn account(&self, sym: Sym) -> String {
        self.log.names.accounts.name(sym).to_owned()
    }

    pub(super) fn agent(&self, sym: Sym) -> String {
        self.log.names.agents.name(sym).to_owned()
    }
}

/// A rule that hides mail, made within an hour of a suspicious one by the same account, is of one
/// batch with it.
fn batch(noted: &mut [Noted]) {
    let of: BTreeSet<(Sym, Micros)> = noted
        .iter()
        .filter(|noted| noted.thing.code == "inbox-rule" && noted.thing.strength >= Strength::B)
        .filter_map(|noted| Some((noted.account, noted.record.at?)))
        .collect();
    for noted in noted.iter_mut().filter(|noted| noted.thing.code == "inbox-rule" && noted.thing.strength == Strength::C) {
        let Some(at) = noted.record.at else { continue };
        let near = of.range((noted.account, at - HOUR)..=(noted.account, at + HOUR)).next();
        if noted.thing.hides && near.is_some() {
            noted.thing.strength = Strength::B;
            noted.thing.reasons.insert(0, Why { code: "made-with-suspicious-rule".to_owned(), evidence: BTreeMap::new() });
        }
    }
}

/// A device that joins within an hour of a sign-in by device code holds the token that the code gave: the
/// intruder needs neither password nor second factor any more.
fn join_devices(noted: &mut [Noted]) {
    let codes: BTreeSet<(Sym, Micros)> = noted
        .iter()
        .filter(|noted| noted.thing.code == "device-code")
        .filter_map(|noted| Some((noted.account, noted.record.at?)))
        .collect();
    for noted in noted.iter_mut().filter(|noted| matches!(noted.thing.code, "device-added" | "device-of-a-tool")) {
        let Some(at) = noted.record.at else { continue };
        if let Some((_, before)) = codes.range((noted.account, at - HOUR)..=(noted.account, at)).next_back() {
            noted.thing.code = "device-after-code";
            noted.thing.strength = Strength::A;
            noted.thing.evidence.insert("minutes".to_owned(), ((at - before) / MINUTE).to_string());
        }
    }
}

fn removal(event: &Event) -> Option<Removal> {
    let is_outlook = event.operation.eq_ignore_ascii_case("UpdateInboxRules");
    let removes = event.operation.eq_ignore_ascii_case("Remove-InboxRule")
        || event.operation.eq_ignore_ascii_case("Remove-TransportRule")
        || is_outlook && event.parameter("RuleOperation").is_some_and(|what| what.to_ascii_lowercase().starts_with("remove"));
    let name = rules::name_of(event).or_else(|| event.parameter("Identity").map(str::to_owned))?;
    let name = name.rsplit('\\').next().unwrap_or_default().to_owned();
    removes.then_some(Removal { at: event.at?.as_microsecond(), account: owner(event).to_owned(), name })
}

/// Whose a record is: where a service registers a device, the person for whom it does so, if it says that.
fn owner(event: &Event) -> &str {
    let is_services = event.operation.to_ascii_lowercase().contains("device") && !event.account.contains('@');
    let said = || {
        event.target.as_deref().filter(|target| target.contains('@')).or_else(|| event.parameter("TargetId.UserPrincipalName"))
    };
    if is_services { said().map_or(&event.account, |name| name.trim_matches(['"', ' '])) } else { &event.account }
}

/// The application that an event lets in, by its id.
fn consent(event: &Event) -> Option<String> {
    let name = event.operation.trim().trim_end_matches('.').to_ascii_lowercase();
    let is_grant = matches!(name.as_str(), "consent to application" | "add app role assignment grant to user");
    let target = event.target.as_deref()?.trim().to_ascii_lowercase();
    (is_grant && RecordId::guid(target.as_bytes()).is_some()).then_some(target)
}
