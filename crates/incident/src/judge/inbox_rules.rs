//! Inbox rules: what an intruder makes to read along, and to keep the owner from noticing.

use super::domains::Home;
use super::folders::{Hiding, hiding_place, last_part};
use super::targets::{Targets, placed};
use super::verdict::{Case, Strength, unread};
use super::words::{Naming, is_telling, matches_everything, naming};
use crate::facet::{Facet, FacetName, Gap};
use crate::facets::inbox_rules::{InboxRule, SendsAs};
use crate::finding::{Finding, Group};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

const HIDING: &str = "T1564.008";
const CLEARING: &str = "T1070.008";
const MASQUERADING: &str = "T1036";

/// A size in bytes below which the service rounds down to nothing, so that every message is larger.
const SIZE_OF_EVERYTHING: u64 = 1023;

pub(super) fn judge(snapshot: &Snapshot, policy: &Policy) -> Vec<Finding> {
    match snapshot.inbox_rules() {
        Facet::Read { value, .. } => {
            let home = Home::of(snapshot, policy);
            let mut rules: Vec<&InboxRule> = value.iter().collect();
            rules.sort_by_key(|rule| (rule.priority, &rule.id));
            rules.into_iter().filter_map(|rule| judge_one(snapshot, &home, rule)).collect()
        }
        Facet::Unread { gap, .. } => vec![unread(&snapshot.account, FacetName::InboxRules, &gap)],
        Facet::NotApplicable { .. } => Vec::new(),
    }
}

fn judge_one(snapshot: &Snapshot, home: &Home, rule: &InboxRule) -> Option<Finding> {
    let mut case = Case::default();
    if rule.readable {
        let facts = Facts::of(home, rule);
        if rule.system && !facts.targets.go_outside() {
            return None; // the service's own; but none of those sends mail away
        }
        facts.tell(rule, &mut case);
    } else if rule.system {
        return None;
    } else {
        tell_unreadable(rule, &mut case);
    }
    Some(case.close(&snapshot.account, FacetName::InboxRules, &rule.id, &rule.name))
}

/// A rule of which only name and place are known.
fn tell_unreadable(rule: &InboxRule, case: &mut Case) {
    case.lacks(FacetName::InboxRules, Gap::NotUnderstood { detail: "what the rule does could not be read".to_owned() });
    let named = naming(&rule.name);
    tell_name(rule, named, Strength::B, Strength::C, case);
    if rule.hidden {
        let strength = if matches!(named, Naming::Empty | Naming::Signs) { Strength::B } else { Strength::C };
        case.speaks_for("hidden-rule", Group::Disguise, strength, HIDING, &[]);
    }
}

fn tell_name(rule: &InboxRule, named: Naming, nothing: Strength, short: Strength, case: &mut Case) {
    let name = [("name", rule.name.clone())];
    match named {
        Naming::Empty => case.speaks_for("name-empty", Group::Disguise, nothing, HIDING, &[]),
        Naming::Signs => case.speaks_for("name-only-signs", Group::Disguise, nothing, HIDING, &name),
        Naming::Short => case.speaks_for("name-short", Group::Disguise, short, HIDING, &name),
        Naming::Plain => {}
    }
}

/// Why a rule takes every message.
enum Everything {
    NoCondition,
    Size(u64),
    Words(Vec<String>),
}

/// What one rule does, put together before anything is weighed: hardly any of it counts alone.
struct Facts {
    named: Naming,
    hiding: Option<Hiding>,
    targets: Targets,
    telling: Vec<String>,
    everything: Option<Everything>,
    /// It redirects mail outside, and keeps what follows from seeing it.
    redirects: bool,
}

impl Facts {
    fn of(home: &Home, rule: &InboxRule) -> Self {
        let place = |to| placed(home, FacetName::InboxRules, to);
        let redirected = rule.sends_to.iter().filter(|sends| sends.way == SendsAs::Redirect).map(|sends| place(&sends.to));
        let mut telling: Vec<String> =
            rule.words.iter().flat_map(|words| &words.words).filter(|word| is_telling(word)).cloned().collect();
        telling.sort();
        telling.dedup();
        Self {
            named: naming(&rule.name),
            hiding: rule.moves_to.as_deref().and_then(hiding_place),
            targets: Targets::of(rule.sends_to.iter().map(|sends| place(&sends.to))),
            telling,
            everything: takes_everything(rule),
            redirects: Targets::of(redirected).go_outside(),
        }
    }

    /// Its name is nothing, or only signs.
    fn is_nameless(&self) -> bool {
        matches!(self.named, Naming::Empty | Naming::Signs)
    }

    /// Mail is kept from the owner somehow.
    fn hides(&self, rule: &InboxRule) -> bool {
        rule.deletes || self.hiding.is_some()
    }

    /// As [`Self::hides`], but putting unread mail into the archive is what tidy people do.
    fn hides_oddly(&self, rule: &InboxRule) -> bool {
        rule.deletes || self.hiding.is_some_and(|hiding| hiding != Hiding::Archive || rule.marks_read)
    }

    /// Something else about it is wrong, so that even deleting is no longer ordinary.
    fn is_odd(&self, rule: &InboxRule) -> bool {
        let tidy = !self.hides_oddly(rule);
        self.is_nameless()
            || rule.hidden
            || self.everything.is_some()
            || self.targets.go_outside()
            || !tidy && (self.named == Naming::Short || !self.telling.is_empty())
    }

    fn tell(&self, rule: &InboxRule, case: &mut Case) {
        self.targets.tell(case);
        self.tell_disguise(rule, case);
        self.tell_hiding(rule, case);
        self.tell_selection(rule, case);
        self.tell_harmless(rule, case);
    }

    fn tell_disguise(&self, rule: &InboxRule, case: &mut Case) {
        let outside = self.targets.go_outside();
        let acts = self.hides(rule) || outside;
        let nothing = if acts { Strength::AMinus } else { Strength::B };
        let short = if self.hides_oddly(rule) || outside { Strength::B } else { Strength::C };
        tell_name(rule, self.named, nothing, short, case);
        if rule.system {
            case.speaks_for("poses-as-system", Group::Disguise, Strength::B, MASQUERADING, &[("name", rule.name.clone())]);
        } else if rule.hidden {
            case.speaks_for("hidden-rule", Group::Disguise, nothing, HIDING, &[]);
        }
    }

    fn tell_hiding(&self, rule: &InboxRule, case: &mut Case) {
        let quiet = rule.marks_read || rule.stops;
        let seldom = match (self.is_odd(rule), quiet && !self.targets.reach_somebody_known()) {
            (false, _) => Strength::C,
            (true, false) => Strength::B,
            (true, true) => Strength::BPlus,
        };
        if let (Some(hiding), Some(folder)) = (self.hiding, &rule.moves_to) {
            let (code, strength) = match (hiding, quiet) {
                (Hiding::NeverOpened, true) => ("hiding-folder", Strength::AMinus),
                (Hiding::NeverOpened, false) => ("hiding-folder", Strength::BPlus),
                (Hiding::NotForMail, _) if rule.marks_read => ("folder-not-for-mail", Strength::BPlus),
                (Hiding::NotForMail, true) => ("folder-not-for-mail", seldom.max(Strength::B)),
                (Hiding::NotForMail, false) => ("folder-not-for-mail", seldom), // somebody's own folder "Notes"
                (Hiding::Junk, _) if rule.marks_read => ("junk-folder", seldom.max(Strength::B)),
                (Hiding::Junk, _) => ("junk-folder", seldom),
                (Hiding::Deleted, _) => ("deleted-folder", seldom),
                (Hiding::Archive, _) => ("archive-folder", seldom),
            };
            let technique = if hiding == Hiding::Deleted { CLEARING } else { HIDING };
            let folder = [("folder", last_part(folder).to_owned())];
            case.speaks_for(code, Group::Concealment, strength, technique, &folder);
        }
        if rule.deletes {
            case.speaks_for("deletes", Group::Concealment, seldom, CLEARING, &[]);
        }
        if self.targets.go_outside() && rule.deletes {
            let target = [("target", self.targets.outside_shown())];
            case.speaks_for("sends-and-deletes", Group::Concealment, Strength::BPlus, HIDING, &target);
        } else if self.redirects && rule.stops {
            let target = [("target", self.targets.outside_shown())];
            case.speaks_for("redirects-and-stops", Group::Concealment, Strength::B, HIDING, &target);
        }
        if rule.marks_read && (self.hides(rule) || self.targets.go_outside()) {
            case.speaks_for("marks-read", Group::Concealment, Strength::C, HIDING, &[]);
        }
        if rule.stops && self.hides(rule) {
            case.speaks_for("stops-other-rules", Group::Concealment, Strength::C, HIDING, &[]);
        }
    }

    fn tell_selection(&self, rule: &InboxRule, case: &mut Case) {
        let outside = self.targets.go_outside();
        if !self.telling.is_empty() {
            let strength = if self.hides_oddly(rule) || outside { Strength::B } else { Strength::C };
            let words = [("words", self.telling.join(", "))];
            case.speaks_for("telling-words", Group::Selection, strength, HIDING, &words);
        }
        let strength = match (self.hides(rule) || outside, rule.marks_read) {
            (true, _) => Strength::BPlus,
            (false, true) => Strength::B,
            (false, false) => Strength::C,
        };
        match &self.everything {
            None => {}
            Some(Everything::NoCondition) => case.speaks_for("takes-everything", Group::Selection, strength, HIDING, &[]),
            Some(Everything::Size(bytes)) => {
                case.speaks_for("size-takes-everything", Group::Selection, strength, HIDING, &[("size", bytes.to_string())]);
            }
            Some(Everything::Words(words)) => {
                case.speaks_for("words-take-everything", Group::Selection, strength, HIDING, &[("words", words.join(", "))]);
            }
        }
    }

    fn tell_harmless(&self, rule: &InboxRule, case: &mut Case) {
        let files = rule.moves_to.is_some() && !self.hides(rule) && !rule.marks_read;
        if let (true, Some(folder), None) = (files && rule.sends_to.is_empty(), &rule.moves_to, &self.everything) {
            let folder = [("folder", last_part(folder).to_owned())];
            case.speaks_against("files-into-own-folder", Group::Concealment, Strength::C, &folder);
        }
        if rule.moves_to.is_none() && !rule.deletes && !rule.marks_read && rule.sends_to.is_empty() {
            case.speaks_against("leaves-mail-where-it-is", Group::Concealment, Strength::C, &[]);
        }
        if !rule.enabled {
            case.speaks_against("switched-off", Group::Access, Strength::B, &[]);
        }
        if rule.in_error {
            case.speaks_against("broken", Group::Access, Strength::C, &[]);
        }
    }
}

/// Whether the rule takes every message, though it may look as if it chose.
fn takes_everything(rule: &InboxRule) -> Option<Everything> {
    let asked: Vec<&[String]> = rule.words.iter().map(|words| words.words.as_slice()).filter(|words| !words.is_empty()).collect();
    if !rule.from.is_empty() || !rule.narrowed_by.is_empty() {
        return None;
    }
    // One of the words in a place is enough, but every place must be met.
    if !asked.is_empty() {
        let found = |words: &&[String]| words.iter().any(|word| matches_everything(word));
        return asked
            .iter()
            .all(found)
            .then(|| Everything::Words(asked.iter().flat_map(|words| words.iter()).cloned().collect()));
    }
    match rule.size_bytes_min {
        Some(bytes) if bytes <= SIZE_OF_EVERYTHING => Some(Everything::Size(bytes)),
        None if !rule.has_conditions => Some(Everything::NoCondition),
        _ => None,
    }
}
