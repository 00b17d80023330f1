//! Findings: what is suspicious, with the reasons for and against.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facet::{FacetName, Gap};
use crate::item::Item;

/// How sure we are that something was left by an intruder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing speaks for it, or what speaks against it weighs more.
    Benign,
    /// An input was missing: neither clear nor found.
    Undecided,
    /// Enough to switch it off until somebody has asked the owner.
    Suspicious,
    /// Enough to act on at once: strong evidence from independent groups.
    Malicious,
}

impl Verdict {
    /// Whether the clean plan answers it without being told to.
    pub fn calls_for_cleaning(self) -> bool {
        self >= Self::Suspicious
    }

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Benign => "benign",
            Self::Undecided => "undecided",
            Self::Suspicious => "suspicious",
            Self::Malicious => "malicious",
        }
    }
}

/// Which way a reason points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaks {
    /// For an intruder.
    For,
    /// For the account's owner.
    Against,
}

/// Groups of evidence that are independent of one another; each counts once in a verdict
///.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Disguise: a name or a place chosen so as not to be seen.
    Disguise,
    /// Concealment: mail is kept from the owner.
    Concealment,
    /// Collection: mail leaves the tenant.
    Collection,
    /// Selection: what is aimed at.
    Selection,
    /// Access: where, when and by whom it was made.
    Access,
}

/// How much one sighting moves the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Context.
    C,
    /// Strong with any other.
    B,
    /// Justifies containment alone.
    A,
}

/// One reason, with its evidence. The text for people is in the catalogues, under `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable, kebab-case; the name of its text in the catalogues and in the reference.
    pub code: String,
    /// For or against.
    pub speaks: Speaks,
    /// How much it weighs.
    pub weight: Weight,
    /// The group of evidence that it belongs to.
    pub group: Group,
    /// MITRE ATT&CK, for reasons that speak for an intruder.
    pub technique: Option<String>,
    /// What was seen, by the names that the text uses. Hostile: shown only through [`crate::text`].
    pub evidence: BTreeMap<String, String>,
}

/// A judgement of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its short name.
    pub item: Item,
    /// The facet it stands in.
    pub facet: FacetName,
    /// The service's id of it, within the facet.
    pub object: String,
    /// What people call it. Hostile.
    pub name: String,
    /// The judgement.
    pub verdict: Verdict,
    /// Why, strongest first.
    pub reasons: Vec<Reason>,
    /// For [`Verdict::Undecided`]: what was missing.
    pub missing: Vec<(FacetName, Gap)>,
}

impl Finding {
    /// Whether two independent groups of evidence carry the judgement: what `--yes` asks for.
    pub fn is_carried_by_two_groups(&self) -> bool {
        let mut groups: Vec<Group> = self
            .reasons
            .iter()
            .filter(|reason| reason.speaks == Speaks::For && reason.weight >= Weight::B)
            .map(|reason| reason.group)
            .collect();
        groups.sort_unstable();
        groups.dedup();
        groups.len() >= 2
    }
}

/// Everything judged in one snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// One for each thing judged, benign ones too, worst first, then in the order of the facets.
    pub findings: Vec<Finding>,
}

impl Assessment {
    /// The findings that the clean plan answers.
    pub fn suspicious(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.verdict.calls_for_cleaning())
    }

    /// The finding of `item`.
    pub fn of(&self, item: &Item) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.item == *item)
    }
}
