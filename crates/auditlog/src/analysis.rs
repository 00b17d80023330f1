//! What an analysis of a log says, in the words of its JSON. The types only: how it is found stands
//! in the modules that find it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use regain_incident::Timestamp;
use regain_incident::finding::Verdict;
use serde::{Deserialize, Serialize};

use crate::row::Place;

/// What is known of the intruder before the log is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seeds {
    /// Addresses that are the intruder's.
    pub addresses: Vec<IpAddr>,
    /// Sessions that are the intruder's.
    pub sessions: Vec<String>,
    /// Applications that are the intruder's.
    pub apps: Vec<String>,
    /// Nothing before this moment is the intruder's.
    pub since: Option<Timestamp>,
}

impl Seeds {
    /// Whether nothing is known: the indicators have to find the seeds.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.sessions.is_empty() && self.apps.is_empty()
    }
}

/// A reason, with its evidence. The text for people stands in the catalogues under the code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Why {
    /// Stable, kebab-case.
    pub code: String,
    /// What was seen, by the names that the text uses. Hostile.
    pub evidence: BTreeMap<String, String>,
}

/// A record that is held to be the intruder's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// The record's id.
    pub id: String,
    /// Whose account acted.
    pub account: String,
    /// Which intruder's, by the number that [`Infrastructure::intruders`] has as well.
    pub intruder: u32,
    /// Why.
    pub reasons: Vec<Why>,
    /// What speaks for somebody else, though it is held to be his: `microsoft` (from a service's
    /// address), `service-noise` (the mailbox read for its own features), `shared-with-owner` (the owner
    /// uses that address too).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// What.
    pub operation: String,
    /// Where it stands: for reading it again.
    #[serde(skip)]
    pub place: Place,
}

/// Something the intruder came with: an address, a session, a program, an application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Infrastructure {
    /// Whose: intruders that nothing joins have numbers of their own, from one, by their first sight.
    pub intruders: Vec<u32>,
    /// `address`, `session`, `agent` or `app`.
    pub kind: String,
    /// Which.
    pub value: String,
    /// Why it is held to be the intruder's.
    pub reasons: Vec<Why>,
    /// Accounts that it was seen with.
    pub accounts: Vec<String>,
    /// First and last time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
    /// Records it was seen in.
    pub records: u64,
    /// What a file of networks says of an address, if one was named.
    pub network: Option<String>,
}

/// A judgement, with the records that carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFinding {
    /// Stable, kebab-case: `account-takeover` for everything on one account, `password-spray`, or what was
    /// set up: `inbox-rule`, `mailbox-forwarding`, `transport-rule`, or the code of the indicator.
    pub code: String,
    /// Whose account; empty for a spray, which is on many.
    pub account: String,
    /// The judgement.
    pub verdict: Verdict,
    /// The number behind it, from 0 to 100 ([`crate::indicators::score`]).
    pub score: u32,
    /// The number in a word: `high`, `medium`, `low` or `none`.
    pub confidence: String,
    /// For and against, strongest first.
    pub reasons: Vec<Why>,
    /// Ids of the records.
    pub records: Vec<String>,
    /// When it began.
    pub at: Option<Timestamp>,
    /// Whose records carry it, by the numbers of [`Infrastructure::intruders`], as far as those that it names are among the
    /// selected ones; where these are cut short, one may be missing.
    #[serde(default)]
    pub intruders: Vec<u32>,
}

/// Everything that was found in a log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Analysis {
    /// What the intruder came with.
    pub infrastructure: Vec<Infrastructure>,
    /// The intruder's records, in the order of time, then of id.
    pub selected: Vec<Selected>,
    /// How many there are; more than are listed, where there are very many.
    #[serde(default)]
    pub selected_total: u64,
    /// What was judged, worst first.
    pub findings: Vec<LogFinding>,
    /// What there was no room for.
    #[serde(default)]
    pub left_out: LeftOut,
}

/// What an analysis had no room for: it stays within a laptop's memory whatever the log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// Findings, none of them stronger than the weakest that is told.
    pub findings: u64,
    /// Records that set something up and were not judged: the weakest, and of those the latest.
    pub set_up: u64,
    /// There are more of the intruder's sessions and addresses than stand here.
    pub infrastructure: bool,
}

impl LeftOut {
    /// Whether anything was.
    pub fn is_some(self) -> bool {
        self != Self::default()
    }
}
