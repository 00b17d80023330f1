//! What a policy limits after it has let somebody in, and how several such limits join.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The session controls of one policy, or of several together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// How often one signs in again, all factors.
    pub sign_in_again: Option<Every>,
    /// How often the second factor alone is asked for again.
    pub second_factor_again: Option<Every>,
    /// Whether a browser stays signed in after it was closed.
    pub persistent_browser: Option<Persistence>,
    /// Sessions are not extended during an outage of the service.
    pub resilience_defaults_off: bool,
    /// Continuous access evaluation.
    pub continuous_access: Option<ContinuousAccess>,
    /// Tokens are bound to the device.
    pub token_protection: bool,
    /// The application restricts unmanaged devices by itself.
    pub application_restrictions: bool,
    /// What Defender for Cloud Apps does with the session.
    pub cloud_app_security: BTreeSet<String>,
    /// Controls and values that this version does not know, by name, as they were read.
    pub other: BTreeMap<String, String>,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Every {
    /// Each time.
    Time,
    /// After so many hours.
    Hours(u32),
}

impl Every {
    /// After so many days.
    pub fn days(days: u32) -> Self {
        Self::Hours(days.saturating_mul(24))
    }
}

/// Whether a browser stays signed in. The stricter one is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Persistence {
    /// Never.
    Never,
    /// Always.
    Always,
}

/// What is said of continuous access evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContinuousAccess {
    /// Off.
    Disabled,
    /// Strict about places.
    Strict,
    /// One policy says off, another strict: which one wins is not published.
    Contradictory,
    /// A mode that this version does not know.
    Other(String),
}

impl Session {
    /// Both together: the stricter one of each wins.
    pub fn joined(mut self, other: &Self) -> Self {
        self.sign_in_again = stricter(self.sign_in_again, other.sign_in_again);
        self.second_factor_again = stricter(self.second_factor_again, other.second_factor_again);
        self.persistent_browser = stricter(self.persistent_browser, other.persistent_browser);
        self.resilience_defaults_off |= other.resilience_defaults_off;
        self.continuous_access = continuous(self.continuous_access.take(), other.continuous_access.clone());
        self.token_protection |= other.token_protection;
        self.application_restrictions |= other.application_restrictions;
        self.cloud_app_security.extend(other.cloud_app_security.iter().cloned());
        for (name, value) in &other.other {
            let both = self.other.entry(name.clone()).or_default();
            if both.is_empty() {
                both.clone_from(value);
            } else if both != value {
                both.push_str("; ");
                both.push_str(value);
            }
        }
        self
    }
}

/// The smaller of two, where "none said" is the largest.
fn stricter<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.into_iter().chain(other).min()
}

fn continuous(one: Option<ContinuousAccess>, other: Option<ContinuousAccess>) -> Option<ContinuousAccess> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Some(ContinuousAccess::Contradictory),
        (one, other) => one.or(other),
    }
}
