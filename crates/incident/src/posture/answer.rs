//! How an item of the roadmap stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::facet::{FacetName, Gap};

/// One thing that was seen, or is lacking. The text stands in the catalogues under `posture-CODE`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Remark {
    /// Stable, kebab-case.
    pub code: String,
    /// What the text names. Hostile.
    pub names: BTreeMap<String, String>,
}

impl Remark {
    /// A remark that names nothing.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), names: BTreeMap::new() }
    }

    /// The same, with a name put in.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.names.insert(name.to_owned(), value.as_ref().to_owned());
        self
    }
}

/// What a measure found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum Answer {
    /// It is so.
    Met {
        /// What was seen.
        seen: Vec<Remark>,
    },
    /// For some it is so, and for these it is not.
    Partly {
        /// What is lacking, one for each.
        lacking: Vec<Remark>,
    },
    /// It is not so.
    NotMet {
        /// What is lacking.
        lacking: Vec<Remark>,
    },
    /// It could not be read.
    NotMeasurable {
        /// Of which facet.
        facet: FacetName,
        /// Why.
        gap: Gap,
    },
    /// It has no meaning in this tenant.
    NotApplicable {
        /// Why.
        seen: Vec<Remark>,
    },
    /// A person has to say, and nobody has.
    Open,
    /// A person said.
    Stated {
        /// Whether it is so.
        yes: bool,
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
        /// In their words. Hostile.
        note: String,
    },
    /// It is not so, and somebody answers for that.
    Accepted {
        /// Who.
        by: String,
        /// Until when: afterwards it counts again.
        until: Timestamp,
        /// Why.
        why: String,
        /// How it stands all the same.
        stands: Box<Answer>,
    },
}

impl Answer {
    /// It is so.
    pub fn met(seen: impl IntoIterator<Item = Remark>) -> Self {
        Self::Met { seen: seen.into_iter().collect() }
    }

    /// It is not so.
    pub fn not_met(lacking: impl IntoIterator<Item = Remark>) -> Self {
        Self::NotMet { lacking: lacking.into_iter().collect() }
    }

    /// Met where nothing is lacking, and not met where anything is.
    pub fn not_met_or_met(lacking: impl IntoIterator<Item = Remark>) -> Self {
        Self::lacking(lacking.into_iter().collect(), false)
    }

    /// Met where nothing is lacking; partly where something of the kind is there.
    pub fn lacking(lacking: Vec<Remark>, some_are_met: bool) -> Self {
        match (lacking.is_empty(), some_are_met) {
            (true, _) => Self::Met { seen: Vec::new() },
            (false, true) => Self::Partly { lacking },
            (false, false) => Self::NotMet { lacking },
        }
    }

    /// The name in JSON and in texts.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Met { .. } => "met",
            Self::Partly { .. } => "partly",
            Self::NotMet { .. } => "not-met",
            Self::NotMeasurable { .. } => "not-measurable",
            Self::NotApplicable { .. } => "not-applicable",
            Self::Open => "open",
            Self::Stated { yes: true, .. } => "stated-met",
            Self::Stated { yes: false, .. } => "stated-not-met",
            Self::Accepted { .. } => "accepted",
        }
    }

    /// How good it is, for a comparison with an earlier answer: more is better. What is not known is worse than what is
    /// partly so, and better than what is known not to be.
    pub fn rank(&self) -> u8 {
        match self {
            Self::NotMet { .. } | Self::Stated { yes: false, .. } => 0,
            Self::NotMeasurable { .. } | Self::Open => 1,
            Self::Partly { .. } => 2,
            Self::Accepted { stands, .. } => stands.rank(),
            Self::Met { .. } | Self::NotApplicable { .. } | Self::Stated { yes: true, .. } => 3,
        }
    }

    /// Whether it is known to be so. What nobody measured and nobody said is not.
    pub fn is_met(&self) -> bool {
        self.rank() == 3
    }

    /// What was seen or is lacking.
    pub fn remarks(&self) -> &[Remark] {
        match self {
            Self::Met { seen } | Self::NotApplicable { seen } => seen,
            Self::Partly { lacking } | Self::NotMet { lacking } => lacking,
            Self::Accepted { stands, .. } => stands.remarks(),
            Self::NotMeasurable { .. } | Self::Open | Self::Stated { .. } => &[],
        }
    }
}
