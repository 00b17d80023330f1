//! The lives of rules: made, changed, removed again. A rule that lived for minutes hid something for
//! minutes, and is in no mailbox any more when somebody looks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use regain_incident::Timestamp;
use serde::Serialize;

use crate::event::{Event, Outcome};
use crate::indicators::rules::name_of;
use crate::log::Log;
use crate::row::Place;
use crate::survey::{DAY, MINUTE};

/// A rule, from its making to its removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleLife {
    /// `inbox` or `transport`.
    pub kind: &'static str,
    /// Who made it.
    pub account: String,
    /// Its name. Hostile.
    pub name: String,
    /// When it was made; none if that was before the log.
    pub made: Option<Timestamp>,
    /// When it was changed last, within its life.
    pub changed: Option<Timestamp>,
    /// When it was removed; none if the log tells of no removal.
    pub removed: Option<Timestamp>,
    /// How long it lived.
    pub minutes: Option<i64>,
    /// One of these records is the intruder's.
    pub intruder: bool,
    /// Ids of the records.
    pub records: Vec<String>,
}

/// What a record does to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Made,
    Changed,
    Removed,
}

/// Records of rules that are looked at, at most: the earliest.
const RECORDS_MAX: usize = 50_000;

type Step = (Option<Timestamp>, Deed, String, bool);

/// Rules of which the intruder's records tell, and rules that were removed within seven days.
pub fn rules(log: &Log, his: &BTreeSet<Place>) -> io::Result<Vec<RuleLife>> {
    let mut earliest: BTreeSet<(Step, (&'static str, String, String))> = BTreeSet::new();
    log.notable(|place, event| {
        let (Some((kind, deed)), Some(name)) = (deed(&event), name(&event)) else { return };
        let step = (event.at, deed, event.id.clone(), his.contains(&place));
        earliest.insert((step, (kind, event.account.clone(), name)));
        if earliest.len() > RECORDS_MAX {
            earliest.pop_last();
        }
    })?;
    let mut steps: BTreeMap<(&'static str, String, String), BTreeSet<Step>> = BTreeMap::new();
    for (step, rule) in earliest {
        steps.entry(rule).or_default().insert(step);
    }
    let mut all = Vec::new();
    for ((kind, account, name), steps) in steps {
        all.extend(lives(kind, &account, &name, steps));
    }
    all.retain(|life| life.intruder || life.minutes.is_some_and(|minutes| minutes * MINUTE <= 7 * DAY));
    all.sort_by(|a, b| {
        (a.made.or(a.removed), &a.account, &a.name, &a.records).cmp(&(b.made.or(b.removed), &b.account, &b.name, &b.records))
    });
    Ok(all)
}

/// One name may be given again: each making begins another rule.
fn lives(kind: &'static str, account: &str, name: &str, steps: BTreeSet<Step>) -> Vec<RuleLife> {
    let mut all: Vec<RuleLife> = Vec::new();
    let mut is_open = false;
    for (at, deed, id, is_his) in steps {
        if !is_open || deed == Deed::Made {
            let (account, name) = (account.to_owned(), name.to_owned());
            let (made, changed, removed, minutes) = (None, None, None, None);
            all.push(RuleLife { kind, account, name, made, changed, removed, minutes, intruder: false, records: Vec::new() });
        }
        let Some(life) = all.last_mut() else { continue };
        match deed {
            Deed::Made => life.made = at,
            Deed::Changed => life.changed = at,
            Deed::Removed => life.removed = at,
        }
        life.minutes = life.made.zip(life.removed).map(|(made, removed)| removed.duration_since(made).as_mins());
        life.intruder |= is_his;
        life.records.push(id);
        is_open = deed != Deed::Removed;
    }
    all
}

fn deed(event: &Event) -> Option<(&'static str, Deed)> {
    if event.outcome == Outcome::Failed {
        return None;
    }
    let by_outlook = || event.parameter("RuleOperation").unwrap_or_default().to_ascii_lowercase();
    match event.operation.trim().to_ascii_lowercase().as_str() {
        "new-inboxrule" => Some(("inbox", Deed::Made)),
        "set-inboxrule" | "enable-inboxrule" | "disable-inboxrule" => Some(("inbox", Deed::Changed)),
        "remove-inboxrule" => Some(("inbox", Deed::Removed)),
        "updateinboxrules" => match by_outlook().as_str() {
            what if what.starts_with("add") => Some(("inbox", Deed::Made)),
            what if what.starts_with("remove") => Some(("inbox", Deed::Removed)),
            _ => Some(("inbox", Deed::Changed)),
        },
        "new-transportrule" => Some(("transport", Deed::Made)),
        "set-transportrule" | "enable-transportrule" | "disable-transportrule" => Some(("transport", Deed::Changed)),
        "remove-transportrule" => Some(("transport", Deed::Removed)),
        _ => None,
    }
}

/// The rule's name, or what stands for it.
fn name(event: &Event) -> Option<String> {
    let name = name_of(event).or_else(|| event.parameter("Identity").map(str::to_owned))?;
    Some(name.rsplit('\\').next().unwrap_or_default().to_owned())
}
