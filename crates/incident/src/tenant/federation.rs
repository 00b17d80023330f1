//! The tenant's domains: where people of each sign in.

use serde::{Deserialize, Serialize};

/// Every domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Federation {
    /// One for each.
    pub domains: Vec<SignInDomain>,
}

/// A domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInDomain {
    /// Its name. Hostile.
    pub name: String,
    /// The tenant has shown that it is its own.
    pub verified: Option<bool>,
    /// Where people sign in.
    pub sign_in: SignInAt,
}

/// Where people of a domain sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInAt {
    /// Here.
    Here,
    /// Elsewhere: whoever holds that place can sign in as anybody.
    Elsewhere(Vec<Trust>),
    /// It is not said, or in a word that this version does not know.
    Other(String),
}

/// A place that is trusted to say who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// What it calls itself. Hostile.
    pub issuer: String,
    /// What is made of a second factor shown there.
    pub second_factor: Option<SecondFactorTrust>,
}

/// What is made of a second factor that was shown elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondFactorTrust {
    /// It is taken if it was shown, and asked for here if not.
    Taken,
    /// It is asked for there.
    AskedThere,
    /// It is not taken: asked for here, always.
    Refused,
    /// A word that this version does not know.
    Other(String),
}
