//! What is known of the records of the first set.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// One record's truth.
struct Label {
    scenario: String,
    label: String,
}

/// All of them, by the record's id.
pub struct Labels(BTreeMap<String, Label>);

/// How a selection compares with the truth.
pub struct Compared {
    hits: usize,
    truth: usize,
    /// Selected, less what nothing is claimed of.
    claimed: usize,
    selected: usize,
}

impl Compared {
    /// Share of the attack that was selected.
    pub fn recall(&self) -> f64 {
        share(self.hits, self.truth)
    }

    /// Share of the selection that is the attack; set-up, follow-on and unlabelled records left out.
    pub fn precision(&self) -> f64 {
        share(self.hits, self.claimed)
    }

    /// All of it in words.
    pub fn shown(&self) -> String {
        let strict = share(self.hits, self.selected);
        let (precision, recall, selected) = (self.precision(), self.recall(), self.selected);
        format!("precision {precision:.2}, recall {recall:.2} ({selected} records; {strict:.2} with every record counted)")
    }
}

#[expect(clippy::cast_precision_loss, reason = "some hundred records")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Labels {
    /// Reads `Id,scenario,label,reason`.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))?;
        let of = |line: &str| {
            let mut parts = line.splitn(4, ',').map(str::to_owned);
            Some((parts.next()?, Label { scenario: parts.next()?, label: parts.next()? }))
        };
        Ok(Self(text.lines().skip(1).filter_map(of).collect()))
    }

    /// The attack's records of a scenario.
    pub fn scenario(&self, scenario: &str) -> BTreeSet<String> {
        let all = self.0.iter().filter(|(_, label)| label.scenario == scenario && label.label == "attack");
        all.map(|(id, _)| id.clone()).collect()
    }

    /// The records of a scenario that are held to be an attack, though not for certain.
    pub fn probable(&self, scenario: &str) -> BTreeSet<String> {
        let all = self.0.iter().filter(|(_, label)| label.scenario == scenario && label.label == "attack-probable");
        all.map(|(id, _)| id.clone()).collect()
    }

    /// Whether it is part of any attack, the probable one too.
    pub fn is_attack(&self, id: &str) -> bool {
        self.0.get(id).is_some_and(|label| label.label.starts_with("attack"))
    }

    /// Whether it is harmless work, or the service's own.
    pub fn is_benign(&self, id: &str) -> bool {
        self.0.get(id).is_some_and(|label| matches!(label.label.as_str(), "benign" | "service"))
    }

    /// Compares a selection with consent phishing and takeover (S3 and S4).
    pub fn of(&self, selected: &BTreeSet<String>) -> Compared {
        let truth: BTreeSet<String> = self.scenario("S3").into_iter().chain(self.scenario("S4")).collect();
        let nothing_claimed = |id: &&String| {
            self.0.get(*id).is_none_or(|label| matches!(label.label.as_str(), "setup" | "follow-on" | "unlabelled"))
        };
        Compared {
            hits: selected.intersection(&truth).count(),
            truth: truth.len(),
            claimed: selected.len() - selected.iter().filter(nothing_claimed).count(),
            selected: selected.len(),
        }
    }
}
