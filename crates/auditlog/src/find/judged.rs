//! The judgement of everything found: of each thing that was set up, and of each account from all groups together.

use std::collections::{BTreeMap, BTreeSet};

use regain_incident::Timestamp;

use super::scene::{Noted, Scene};
use crate::analysis::{LogFinding, Why};
use crate::habits::Habits;
use crate::indicators::access::{self, shown};
use crate::indicators::deeds::{self, Deeds};
use crate::indicators::score::{confidence, score, verdict};
use crate::indicators::{Record, Sighting, Strength, evidence};
use crate::names::Sym;
use crate::pivot::{self, Found};
use crate::row::Place;
use crate::spray::Spray;
use crate::survey::{DAY, MINUTE};
use crate::time::Micros;

/// The finding that gathers everything else about an account.
pub(super) const TAKEOVER: &str = "account-takeover";

/// A rule is made so soon after somebody came in from a new address.
const SOON: Micros = 10 * MINUTE;

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
pub(super) struct Findings {
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
    pub(super) fn worst_first(mut self) -> (Vec<LogFinding>, u64) {
        self.settle();
        (self.all, self.cut)
    }
}

/// Gathers the findings.
pub(super) struct Judged<'a> {
    scene: &'a Scene<'a>,
    habits: &'a Habits,
    found: &'a Found,
    sprays: &'a [Spray],
    /// Which intruder's a record is.
    whose: BTreeMap<Place, u32>,
    /// Whether the responder named anything of the intruder's.
    is_given: bool,
    /// What of the intruder's was seen on each account.
    things: Things,
    pub findings: Findings,
}

impl<'a> Judged<'a> {
    /// Nothing judged yet.
    pub(super) fn new(scene: &'a Scene<'a>, habits: &'a Habits, found: &'a Found, sprays: &'a [Spray]) -> Self {
        Self {
            scene,
            habits,
            found,
            sprays,
            whose: found.numbered().map(|(picked, number)| (picked.row.place, number)).collect(),
            is_given: found.intruder.is_given(),
            things: Things::of(scene, found),
            findings: Findings::default(),
        }
    }

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
    pub(super) fn sprays(&mut self) {
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
            for account in into.into_iter().take(REASONS_MAX - 1) {
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
    pub(super) fn things(&mut self) -> Vec<Sighting> {
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
        let removed = self.scene.removals.get(&(noted.account, name.clone()))?;
        let after = *removed.range(at..=at + 7 * DAY).next()?;
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
        let evidence = evidence([("value", self.things.on(account).join(", "))]);
        Sighting { code, strength, account, records: count.records.clone(), evidence }
    }

    /// The verdict on each account, from all groups together.
    pub(super) fn accounts(&mut self, sightings: Vec<Sighting>) {
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

/// What of the intruder's was seen on each account: addresses first, then applications, then programs. Each is kept once,
/// for he may be on tens of thousands.
struct Things {
    all: Vec<(u8, String)>,
    /// Places in `all`, the first ones.
    of: BTreeMap<Sym, Vec<u32>>,
}

impl Things {
    fn of(scene: &Scene<'_>, found: &Found) -> Self {
        let named = |thing: pivot::Thing| match thing {
            pivot::Thing::Address(address) if found.intruder.addresses.contains_key(&address) => Some((0, shown(address))),
            pivot::Thing::App(app) => Some((1, scene.log.names.apps.name(app).to_owned())),
            pivot::Thing::Agent(agent) => Some((2, scene.agent(agent))),
            pivot::Thing::Address(_) | pivot::Thing::Session(_) => None,
        };
        let mut uses: Vec<_> = found.uses.iter().filter_map(|(thing, used)| Some((named(thing)?, &used.accounts))).collect();
        uses.sort();
        let mut of: BTreeMap<Sym, Vec<u32>> = BTreeMap::new();
        for ((_, accounts), place) in uses.iter().zip(0..) {
            for account in *accounts {
                let places = of.entry(*account).or_default();
                if places.len() < THINGS_MAX {
                    places.push(place);
                }
            }
        }
        Self { all: uses.into_iter().map(|(value, _)| value).collect(), of }
    }

    fn on(&self, account: Sym) -> Vec<&str> {
        let places = self.of.get(&account).into_iter().flatten();
        places.filter_map(|place| self.all.get(usize::try_from(*place).ok()?)).map(|(_, value)| value.as_str()).collect()
    }
}
