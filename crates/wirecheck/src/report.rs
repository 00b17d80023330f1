//! What was counted and found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::exchange::{Exchange, Service};
use crate::exempt::{self, EXEMPT};

/// Something that is not as described.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The operation or cmdlet.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// One exchange that shows it.
    pub example: String,
}

/// The counts of a run.
#[derive(Default)]
pub struct Report {
    /// Exchanges by host.
    pub exchanges: BTreeMap<Service, u64>,
    /// Operations that the descriptions have.
    pub described: BTreeSet<String>,
    /// Those of them that the emulator serves.
    pub served: BTreeSet<String>,
    /// Those of them that somebody asked for in this run.
    pub exercised: BTreeSet<String>,
    /// How often each described operation was asked for that the emulator does not serve. Alike ones count once.
    pub unserved: BTreeMap<String, u64>,
    /// Kinds of answers of sign-in that were held against the collected ones.
    pub signed_in: u64,
    /// Exchanges of clients from whom something was withheld on purpose; nothing is concluded from them.
    pub withheld: u64,
    /// Cmdlets that somebody ran.
    pub cmdlets: BTreeSet<String>,
    /// Answers that a fault made undescribed, by its kind. Alike ones count once.
    pub faults: BTreeMap<String, u64>,
    /// Requests that a test marked as wrong on purpose, and that were. Alike ones count once.
    pub on_purpose: u64,
    /// How often each exemption was used.
    pub exempted: BTreeMap<usize, u64>,
    /// What is wrong, with an example and how often. Alike exchanges count once.
    pub violations: BTreeMap<(String, String), (String, u64)>,
}

impl Report {
    /// Counts an exchange.
    pub fn count(&mut self, exchange: &Exchange) {
        *self.exchanges.entry(exchange.service).or_default() += 1;
    }

    /// What is wrong with a request, unless a test meant it so.
    pub fn asked(&mut self, exchange: &Exchange, place: &str, wrong: Vec<String>) {
        let example = crate::graph::example(exchange);
        match exchange.test.as_deref() {
            None => {
                for what in wrong {
                    self.find(Finding { place: place.to_owned(), what, example: example.clone() });
                }
            }
            Some("invalid") if !wrong.is_empty() => self.on_purpose += 1,
            Some(mark) => {
                let what = format!("request: it is marked {mark:?}, and nothing is wrong with it");
                self.find(Finding { place: place.to_owned(), what, example });
            }
        }
    }

    /// Counts a finding, as an exemption if it is one.
    pub fn find(&mut self, finding: Finding) {
        if let Some(row) = exempt::row_for(&finding) {
            *self.exempted.entry(row).or_default() += 1;
            return;
        }
        let seen = self.violations.entry((finding.place, finding.what)).or_insert_with(|| (finding.example, 0));
        seen.1 += 1;
    }

    /// Exemptions that nothing needed.
    pub fn unused(&self) -> Vec<String> {
        let unused = EXEMPT.iter().enumerate().filter(|(row, _)| !self.exempted.contains_key(row));
        unused.map(|(_, row)| format!("{}: {}", row.place, row.what)).collect()
    }

    /// How many were held against a description.
    pub fn checked(&self) -> u64 {
        self.exchanges.iter().filter(|(service, _)| **service != Service::Login).map(|(_, count)| count).sum()
    }

    /// Whether all is well. A run without exchanges is not.
    pub fn is_well(&self) -> bool {
        self.violations.is_empty() && self.unused().is_empty() && self.checked() > 0
    }

    /// For a person.
    pub fn told(&self) -> String {
        let mut out = String::new();
        for ((place, what), (example, count)) in &self.violations {
            let _ = writeln!(out, "violation: {place}: {what}\n    {count} kinds of exchange, such as {example}");
        }
        for row in self.unused() {
            let _ = writeln!(out, "exemption that nothing needs: {row}");
        }
        for (row, count) in &self.exempted {
            if let Some(exempt) = EXEMPT.get(*row) {
                let _ = writeln!(out, "exempt {count} times: {}: {} ({})", exempt.place, exempt.what, exempt.reason);
            }
        }
        for (kind, count) in &self.faults {
            let _ = writeln!(out, "not read, because a fault of kind {kind} made it so: {count} kinds of answer");
        }
        for (operation, count) in &self.unserved {
            let _ = writeln!(out, "described and not served: {operation}: {count} kinds of request, each answered by 404");
        }
        let _ = writeln!(out, "wrong on purpose, as its test says: {} kinds of request", self.on_purpose);
        let _ = writeln!(out, "kept apart, because members were withheld on purpose: {} exchanges", self.withheld);
        let _ = writeln!(out, "answers of sign-in: {} kinds held against the collected ones", self.signed_in);
        let share = (self.served.len() * 100).checked_div(self.described.len()).unwrap_or_default();
        let _ = writeln!(
            out,
            "the emulator serves {} of {} described operations ({share} %); {} were asked for, and {} cmdlets",
            self.served.len(),
            self.described.len(),
            self.exercised.len(),
            self.cmdlets.len()
        );
        let exchanges: Vec<String> = self.exchanges.iter().map(|(service, count)| format!("{service:?} {count}")).collect();
        let _ = writeln!(
            out,
            "{} exchanges checked, {} violations ({}; of sign-in only answers are checked)",
            self.checked(),
            self.violations.len(),
            exchanges.join(", ")
        );
        out
    }
}
