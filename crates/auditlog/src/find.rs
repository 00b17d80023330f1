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

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::io;

use regain_incident::Timestamp;

use crate::address::Address;
use crate::analysis::{Analysis, Infrastructure, LeftOut, LogFinding, Seeds, Selected, Why};
use crate::event::Event;
use crate::habits::{Habits, unknown_here};
use crate::indicators::access::{self, Lead, shown};
use crate::indicators::deeds::Deeds;
use crate::indicators::persistence::{self, Thing};
use crate::indicators::score::{confidence, score, verdict};
use crate::indicators::{CODES, PIVOTS, Record, Sighting, Strength, deeds, evidence, rules, strangers};
use crate::log::Log;
use crate::names::{Sym, hash_state};
use crate::pivot::{self, Consent, Found, Intruder, Origin, Picked, Pivots, Reach, session_bits};
use crate::row::{Place, RecordId};
use crate::spray::{self, Spray};
use crate::survey::{DAY, HOUR, MINUTE, Survey};
use crate::time::Micros;
use crate::uses::Use;

/// Every code that a reason of this crate's own can bear: of indicators and of pivots. Reasons of rules
/// and forwarding have codes of [`regain_incident::judge::REASON_CODES`] beside.
pub fn reason_codes() -> impl Iterator<Item = &'static str> {
    CODES.iter().map(|code| code.code).chain(PIVOTS.iter().map(|(code, _)| *code))
}

/// Every code that a finding can bear.
pub fn finding_codes() -> impl Iterator<Item = &'static str> {
    CODES.iter().map(|code| code.code).chain([TAKEOVER])
}

/// The finding that gathers everything else about an account.
const TAKEOVER: &str = "account-takeover";

/// What one record set up, and where.
#[derive(Debug, Clone)]
struct Noted {
    thing: Thing,
    account: Sym,
    record: Record,
    address: Address,
}

/// Such records that are kept, at most: the strongest, and of those the earliest.
const NOTED_MAX: usize = 5_000;

/// A rule that was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Removal {
    account: Sym,
    name: String,
    at: Micros,
}

/// A rule is made so soon after somebody came in from a new address.
const SOON: Micros = 10 * MINUTE;

/// Finds everything. `seeds` may be empty: then the indicators find them.
pub fn analyse(log: &Log, seeds: &Seeds) -> io::Result<Analysis> {
    let survey = Survey::of(log)?;
    let mut scene =
        Scene { log, noted: Vec::new(), unnoted: 0, removals: Vec::new(), consents: Vec::new(), ids: BTreeMap::new() };
    scene.read(&survey)?;
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
    let found = pivot::follow(log, &survey, &sprays, &scene.consents, intruder)?;
    let mut judged = Judged {
        scene: &scene,
        habits: &habits,
        found: &found,
        sprays: &sprays,
        whose: found.numbered().map(|(picked, number)| (picked.row.place, number)).collect(),
        is_given: found.intruder.is_given(),
        things: scene.things_of(&found),
        findings: Findings::default(),
    };
    judged.sprays();
    let mut sightings = judged.things();
    sightings.extend(leads.into_iter().map(|lead| lead.sighting));
    sightings.extend(deeds::bursts(&survey));
    let consented = scene.consents.iter().map(|consent| consent.app).collect();
    sightings.extend(deeds::new_readers(log, &survey, &consented));
    judged.accounts(sightings);
    let findings = judged.findings;
    // What was judged is not needed to tell it, and may be large.
    (scene.noted, scene.removals) = (Vec::new(), Vec::new());
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
        sessions: seeds.sessions.iter().map(|text| (session_bits(text), Origin::Given)).collect(),
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

/// What was read of the records whose parameters matter.
struct Scene<'a> {
    log: &'a Log,
    noted: Vec<Noted>,
    /// Records that set something up and for which there was no room.
    unnoted: u64,
    removals: Vec<Removal>,
    consents: Vec<Consent>,
    /// Ids that are no GUIDs, by place.
    ids: BTreeMap<Place, String>,
}

impl Scene<'_> {
    fn read(&mut self, survey: &Survey) -> io::Result<()> {
        let names = &self.log.names;
        let mut domains = survey.domains(self.log);
        if domains.is_empty() {
            // No mailbox is named: whoever set something up is one of ours.
            self.log.notable(|_, event| domains.extend(crate::survey::domain_of(&event.account)))?;
        }
        let (mut noted, mut removals, mut consents, mut ids) = (BTreeMap::new(), Vec::new(), Vec::new(), BTreeMap::new());
        let mut unnoted = 0;
        self.log.notable(|place, event| {
            let account = names.accounts.find(owner(&event)).unwrap_or_default();
            let at = event.at.map(Timestamp::as_microsecond);
            removals.extend(removal(&event, account));
            if let Some(app) = consent(&event).and_then(|app| names.apps.find(&app)) {
                consents.push(Consent { app, place });
            }
            let id = RecordId::guid(event.id.as_bytes());
            let bits = || u128::from(hash_state().hash_one(&event.id));
            let record = Record { at, id: RecordId(id.unwrap_or_else(bits)), is_hashed: id.is_none(), place };
            let address = event.address.map(Address::from).unwrap_or_default();
            for thing in persistence::things(&event, &domains) {
                if id.is_none() {
                    ids.insert(place, event.id.clone());
                }
                let key = (std::cmp::Reverse(thing.strength), record, thing.code, format!("{:?}", thing.evidence));
                noted.insert(key, Noted { thing, account, record, address });
                if noted.len() > NOTED_MAX {
                    unnoted += u64::from(noted.pop_last().is_some());
                }
            }
        })?;
        let mut noted: Vec<Noted> = noted.into_values().collect();
        noted.sort_by_key(|noted| (noted.record, noted.thing.code));
        if unnoted > 0 {
            let places: BTreeSet<Place> = noted.iter().map(|noted| noted.record.place).collect();
            ids.retain(|place, _| places.contains(place));
        }
        batch(&mut noted);
        join_devices(&mut noted);
        (self.noted, self.removals, self.consents, self.ids) = (noted, removals, consents, ids);
        self.unnoted = unnoted;
        Ok(())
    }

    /// A record's id as people know it; a question mark where it was not kept.
    fn id(&self, record: &Record) -> String {
        if record.is_hashed { self.ids.get(&record.place).cloned().unwrap_or_else(|| "?".to_owned()) } else { record.id.shown() }
    }

    /// What of the intruder's was seen on each account: addresses first, then applications, then programs.
    fn things_of(&self, found: &Found) -> BTreeMap<Sym, BTreeSet<(u8, String)>> {
        let mut of: BTreeMap<Sym, BTreeSet<(u8, String)>> = BTreeMap::new();
        for (thing, used) in found.uses.iter() {
            let value = match thing {
                pivot::Thing::Address(address) if found.intruder.addresses.contains_key(&address) => (0, shown(address)),
                pivot::Thing::App(app) => (1, self.log.names.apps.name(app).to_owned()),
                pivot::Thing::Agent(agent) => (2, self.agent(agent)),
                pivot::Thing::Address(_) | pivot::Thing::Session(_) => continue,
            };
            for account in &used.accounts {
                let values = of.entry(*account).or_default();
                if values.len() < THINGS_MAX || values.last().is_some_and(|last| value < *last) {
                    values.insert(value.clone());
                }
                if values.len() > THINGS_MAX {
                    values.pop_last();
                }
            }
        }
        of
    }

    fn account(&self, sym: Sym) -> String {
        self.log.names.accounts.name(sym).to_owned()
    }

    fn agent(&self, sym: Sym) -> String {
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

fn removal(event: &Event, account: Sym) -> Option<Removal> {
    let is_outlook = event.operation.eq_ignore_ascii_case("UpdateInboxRules");
    let removes = event.operation.eq_ignore_ascii_case("Remove-InboxRule")
        || event.operation.eq_ignore_ascii_case("Remove-TransportRule")
        || is_outlook && event.parameter("RuleOperation").is_some_and(|what| what.to_ascii_lowercase().starts_with("remove"));
    let name = rules::name_of(event).or_else(|| event.parameter("Identity").map(str::to_owned))?;
    let name = name.rsplit('\\').next().unwrap_or_default().to_owned();
    removes.then_some(Removal { account, name, at: event.at?.as_microsecond() })
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

/// What was done alike: which indicator, by whom, and whether it was the intruder.
type Alike = (&'static str, Sym, bool);

/// Findings that are told, at most: the worst.
const FINDINGS_MAX: usize = 1_000;
/// Reasons of a finding, at most: the strongest.
const REASONS_MAX: usize = 20;
/// What of the intruder's is named for an account, at most.
const THINGS_MAX: usize = 5;

/// The worst findings so far.
#[derive(Default)]
struct Findings {
    all: Vec<LogFinding>,
    cut: u64,
}

impl Findings {
    fn push(&mut self, finding: LogFinding) {
        self.all.push(finding);
        if self.all.len() >= FINDINGS_MAX + FINDINGS_MAX / 4 {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.all.sort_by(|a, b| {
            (std::cmp::Reverse(a.score), &a.code, &a.account, a.at, &a.records, &a.reasons).cmp(&(
                std::cmp::Reverse(b.score),
                &b.code,
                &b.account,
                b.at,
                &b.records,
                &b.reasons,
            ))
        });
        let cut = self.all.len().saturating_sub(FINDINGS_MAX);
        self.cut += u64::try_from(cut).unwrap_or_default();
        self.all.truncate(FINDINGS_MAX);
    }

    /// All of them in order, and how many there was no room for.
    fn worst_first(mut self) -> (Vec<LogFinding>, u64) {
        self.settle();
        (self.all, self.cut)
    }
}

/// Gathers the findings.
struct Judged<'a> {
    scene: &'a Scene<'a>,
    habits: &'a Habits,
    found: &'a Found,
    sprays: &'a [Spray],
    /// Which intruder's a record is.
    whose: BTreeMap<Place, u32>,
    /// Whether the responder named anything of the intruder's.
    is_given: bool,
    /// What of the intruder's was seen on each account.
    things: BTreeMap<Sym, BTreeSet<(u8, String)>>,
    findings: Findings,
}

impl Judged<'_> {
    fn push(&mut self, code: &str, account: String, points: u32, reasons: Vec<Why>, records: &[Record]) {
        let at = records.iter().filter_map(|record| record.at).min().and_then(|at| Timestamp::from_microsecond(at).ok());
        let intruders: BTreeSet<u32> = records.iter().filter_map(|record| self.whose.get(&record.place).copied()).collect();
        let records = records.iter().take(deeds::RECORDS_MAX).map(|record| self.scene.id(record)).collect();
        self.findings.push(LogFinding {
            code: code.to_owned(),
            account,
            verdict: verdict(points),
            score: points,
            confidence: confidence(points).to_owned(),
            reasons,
            records,
            at,
            intruders: intruders.into_iter().collect(),
        });
    }

    /// Each spray, apart from everything else.
    fn sprays(&mut self) {
        for spray in self.sprays {
            let strength = if spray.successes.is_empty() { Strength::B } else { Strength::A };
            let evidence = evidence([
                ("address", shown(spray.address)),
                ("agent", self.scene.agent(spray.agent)),
                ("accounts", spray.accounts.len().to_string()),
                ("tries", spray.tries.len().to_string()),
            ]);
            let mut reasons = vec![Why { code: "password-spray".to_owned(), evidence }];
            let into: BTreeSet<String> = spray.successes.iter().map(|(account, _)| self.scene.account(*account)).collect();
            for account in into {
                let evidence = crate::indicators::evidence([("address", shown(spray.address)), ("account", account)]);
                reasons.push(Why { code: "spray-success".to_owned(), evidence });
            }
            let points = score([(crate::indicators::Group::Access, strength)], []);
            self.push("password-spray", String::new(), points, reasons, &spray.tries);
        }
        for sighting in access::sprayed(self.scene.log, self.sprays) {
            let points = score([(sighting.group(), sighting.strength)], []);
            let account = self.scene.account(sighting.account);
            self.push(sighting.code, account, points, vec![sighting.why()], &sighting.records);
        }
    }

    /// What was set up: each rule and forwarding by itself, the rest by account, and what is the
    /// intruder's apart from what is not. Gives all of it as sightings.
    fn things(&mut self) -> Vec<Sighting> {
        let mut all = Vec::new();
        let mut alike: BTreeMap<Alike, Vec<(Strength, &Noted)>> = BTreeMap::new();
        let mut before: BTreeMap<(&'static str, Sym), Micros> = BTreeMap::new();
        for noted in &self.scene.noted {
            let (code, account) = (noted.thing.code, noted.account);
            let is_his = self.found.notable.contains(&noted.record.place);
            let first = noted.record.at.map(|at| *before.entry((code, account)).or_insert(at));
            let is_habit = noted.record.at.zip(first).is_some_and(|(at, first)| self.habits.can_tell(at) && first <= at - DAY);
            let strength = match (is_his, noted.thing.strength) {
                (true, Strength::C) => Strength::B,
                (true, strength) => strength.max(Strength::AMinus),
                (false, Strength::BMinus | Strength::B) if is_habit && !noted.thing.is_judged => Strength::C,
                (false, strength) => strength,
            };
            if noted.thing.is_judged {
                all.extend(self.rule(noted, strength, is_his));
            } else {
                alike.entry((code, account, is_his)).or_default().push((strength, noted));
            }
        }
        all.extend(alike.into_iter().map(|((code, account, _), list)| self.set_up(code, account, &list)));
        all
    }

    /// Records in which one account did the same; only what is more than context is told.
    fn set_up(&mut self, code: &'static str, account: Sym, list: &[(Strength, &Noted)]) -> Sighting {
        let strength = list.iter().map(|(strength, _)| *strength).max().unwrap_or(Strength::C);
        let strongest: Vec<&Noted> = list.iter().filter(|(of, _)| *of == strength).map(|(_, noted)| *noted).collect();
        let evidence = strongest.first().map(|noted| noted.thing.evidence.clone()).unwrap_or_default();
        let records = strongest.iter().map(|noted| noted.record).collect();
        let sighting = Sighting { code, strength, account, records, evidence };
        if strength > Strength::C {
            let told: Vec<&Noted> = list.iter().filter(|(of, _)| *of > Strength::C).map(|(_, noted)| *noted).collect();
            let records: Vec<Record> = told.iter().map(|noted| noted.record).collect();
            let why = |noted: &&Noted| Why { code: code.to_owned(), evidence: noted.thing.evidence.clone() };
            let mut reasons: Vec<Why> = told.iter().take(REASONS_MAX).map(why).collect();
            reasons.dedup();
            self.push(code, self.scene.account(account), score([(sighting.group(), strength)], []), reasons, &records);
        }
        sighting
    }

    /// A rule or a forwarding, with where it was made from.
    fn rule(&mut self, noted: &Noted, strength: Strength, is_his: bool) -> Vec<Sighting> {
        let mut reasons = noted.thing.reasons.clone();
        let mut access = Vec::new();
        let mut against = Vec::new();
        if let (true, Some(at)) = (noted.address.says_where(), noted.record.at) {
            let address = [("address", shown(noted.address))];
            let first = self.habits.first_at(noted.account, noted.address).filter(|_| self.habits.can_tell(at));
            if self.habits.knows_address(noted.account, noted.address, at) {
                if !is_his {
                    against.push(Strength::BMinus);
                    reasons.push(Why { code: "place-is-known".to_owned(), evidence: evidence(address) });
                }
            } else if let Some(first) = first {
                let soon = at >= first && at - first <= SOON && strength >= Strength::B;
                let code = if soon { "rule-soon-after-new-place" } else { "new-place" };
                let mut evidence = evidence(address);
                evidence.insert("minutes".to_owned(), ((at - first) / MINUTE).to_string());
                let strength = if soon { Strength::A } else { Strength::C };
                let records = vec![noted.record];
                access.push(Sighting { code, strength, account: noted.account, records, evidence });
            }
        }
        if let Some(why) = self.removed_again(noted) {
            reasons.insert(0, why);
        }
        reasons.splice(0..0, access.iter().map(Sighting::why));
        if is_his {
            reasons.insert(0, Why { code: "known-intruder".to_owned(), evidence: evidence([("value", shown(noted.address))]) });
        }
        let group = crate::indicators::Group::Persistence;
        let of_access = access.iter().map(|sighting| (crate::indicators::Group::Access, sighting.strength));
        let points = score(of_access.chain([(group, strength)]), against.iter().copied());
        let account = self.scene.account(noted.account);
        self.push(noted.thing.code, account, points, reasons, &[noted.record]);
        let mut all = access;
        let worth = if points >= 20 { strength } else { Strength::C };
        let records = vec![noted.record];
        all.push(Sighting {
            code: noted.thing.code,
            strength: worth,
            account: noted.account,
            records,
            evidence: noted.thing.evidence.clone(),
        });
        all
    }

    fn removed_again(&self, noted: &Noted) -> Option<Why> {
        let at = noted.record.at?;
        let name = noted.thing.evidence.get("name")?;
        let removals = self.scene.removals.iter().filter(|removal| removal.account == noted.account && removal.name == *name);
        let after = removals.map(|removal| removal.at).filter(|removed| *removed >= at && *removed - at <= 7 * DAY).min()?;
        let evidence = evidence([("minutes", ((after - at) / MINUTE).to_string())]);
        Some(Why { code: "removed-again".to_owned(), evidence })
    }

    /// That the intruder was on an account at all. From an address that somebody named it is known;
    /// from one that was found elsewhere it is as good as known.
    fn access(&self, account: Sym, deeds: &Deeds) -> Sighting {
        let (code, strength, count) = match (deeds.done.count > 0, self.is_given) {
            (true, true) => ("seed", Strength::A, &deeds.done),
            (true, false) => ("known-intruder", Strength::A, &deeds.done),
            (false, _) => ("tried-by-intruder", Strength::C, &deeds.refused),
        };
        let things: Vec<&str> = self.things.get(&account).into_iter().flatten().map(|(_, value)| value.as_str()).collect();
        let evidence = evidence([("value", things.join(", "))]);
        Sighting { code, strength, account, records: count.records.clone(), evidence }
    }

    /// The verdict on each account, from all groups together.
    fn accounts(&mut self, sightings: Vec<Sighting>) {
        let found = self.found;
        let mut by_account: BTreeMap<Sym, Vec<Sighting>> = found.deeds.keys().map(|account| (*account, Vec::new())).collect();
        for sighting in sightings {
            by_account.entry(sighting.account).or_default().push(sighting);
        }
        for (account, mut list) in by_account {
            // Made account by account: for tens of thousands there is no room at once.
            if let Some(deeds) = found.deeds.get(&account) {
                list.push(self.access(account, deeds));
                list.extend(deeds.sightings(account));
            }
            let points = score(list.iter().map(|sighting| (sighting.group(), sighting.strength)), []);
            let groups: BTreeSet<_> = list.iter().filter(|one| one.strength > Strength::C).map(Sighting::group).collect();
            let alone = groups.len() == 1 && groups.contains(&crate::indicators::Group::Persistence);
            if points < 20 || alone || !account.is_some() {
                continue; // what was set up alone is told by itself
            }
            list.sort_by(|a, b| {
                (std::cmp::Reverse(a.strength), a.group(), a.code, a.at(), &a.records).cmp(&(
                    std::cmp::Reverse(b.strength),
                    b.group(),
                    b.code,
                    b.at(),
                    &b.records,
                ))
            });
            let mut reasons: Vec<Why> = list.iter().map(Sighting::why).collect();
            reasons.truncate(REASONS_MAX);
            let told = list.iter().filter(|sighting| sighting.strength > Strength::C);
            let records: BTreeSet<Record> = told.flat_map(|sighting| sighting.records.iter().copied()).collect();
            if let Some(first) = records.iter().find_map(|record| record.at).filter(|at| !self.habits.can_tell(*at)) {
                let evidence = evidence([("from", crate::time::shown(first))]);
                reasons.push(Why { code: "short-history".to_owned(), evidence });
            }
            let records: Vec<Record> = records.into_iter().collect();
            self.push(TAKEOVER, self.scene.account(account), points, reasons, &records);
        }
    }
}

impl Scene<'_> {
    /// Everything in words, and in an order of its own.
    fn told(&self, found: &Found, findings: Findings, seeds: &Seeds) -> io::Result<Analysis> {
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
        let of_origin = |origin: Option<&Origin>| match origin {
            Some(Origin::Given) => named("given"),
            Some(Origin::Found(by)) => Why { code: "found".to_owned(), evidence: evidence([("by", (*by).to_owned())]) },
            Some(Origin::InSession) => named("in-session"),
            Some(Origin::WithAddress) => named("with-address"),
            None => named("agent"),
        };
        let (kind, value, origin) = match thing {
            pivot::Thing::Address(address) => ("address", shown(address), of_origin(intruder.addresses.get(&address))),
            pivot::Thing::Session(bits) => {
                let given = seeds.sessions.iter().find(|text| session_bits(text) == bits).cloned();
                let read = || texts.get(&used.earliest.1).and_then(|event| event.session.clone());
                ("session", given.or_else(read)?, of_origin(intruder.sessions.get(&bits)))
            }
            pivot::Thing::Agent(agent) => ("agent", self.agent(agent), named("with-address")),
            pivot::Thing::App(app) => ("app", self.log.names.apps.name(app).to_owned(), of_origin(intruder.apps.get(&app))),
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
