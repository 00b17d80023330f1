//! Indicators: what in a log is evidence for an intruder, or for the owner.
//!
//! [`CODES`] is the table of all of them; [`score`] says what they are worth together; the other
//! modules find them, one for each group of evidence.

pub mod access;
pub mod deeds;
pub mod persistence;
pub mod rules;
pub mod score;
pub mod strangers;

use std::collections::BTreeMap;

pub use score::{Group, Strength};

use crate::analysis::Why;
use crate::names::Sym;
use crate::row::{Flags, Place, RecordId, Row};
use crate::time::Micros;

/// One indicator.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// Stable, kebab-case.
    pub code: &'static str,
    /// The group of evidence.
    pub group: Group,
    /// MITRE ATT&CK, for what speaks for an intruder; empty for what speaks for the owner.
    pub technique: &'static str,
    /// What it says, with the names of its evidence.
    pub says: &'static str,
}

const fn code(code: &'static str, group: Group, technique: &'static str, says: &'static str) -> Code {
    Code { code, group, technique, says }
}

use Group::{Access, Collection, Impact, Persistence};

/// Every indicator, by group. A reason of a rule or of forwarding has a code of
/// [`regain_incident::judge::REASON_CODES`] instead, and its text there.
pub const CODES: &[Code] = &[
    // Access.
    code("seed", Access, "T1078.004", "was named as the intruder's: `value`"),
    code("known-intruder", Access, "T1078.004", "acts from what the intruder used elsewhere: `value`"),
    code("tried-by-intruder", Access, "T1110", "the intruder tried to sign in and was refused: `value`"),
    code("new-place", Access, "T1078.004", "signs in from an address that is new to the account: `address`"),
    code(
        "rule-soon-after-new-place",
        Access,
        "T1078.004",
        "a rule or forwarding was made `minutes` min after the first sight of a new address, `address`",
    ),
    code("session-moved", Access, "T1550.004", "one session was used from `address` and from `other`"),
    code("kit-sign-in", Access, "T1557", "signed in through an application and a program that phishing kits use: `agent`"),
    code("scripted-program", Access, "T1078.004", "signed in with a program for scripts: `agent`"),
    code("spray-success", Access, "T1110.003", "signed in with the address and the program of a password spray: `address`"),
    code("password-spray", Access, "T1110.003", "`tries` wrong passwords on `accounts` accounts from `address`"),
    code("device-code", Access, "T1528", "signed in by device code"),
    code(
        "stranger-acts",
        Access,
        "T1078.004",
        "from a network that is new to everybody here, with a program that is new to the account, `count` messages were deleted within the hour: `address`",
    ),
    code("two-countries", Access, "T1078.004", "signed in from `country` and from `other` within `minutes` min"),
    // Persistence.
    code("inbox-rule", Persistence, "T1564.008", "the inbox rule `name`"),
    code("made-with-suspicious-rule", Persistence, "T1564.008", "was made within an hour of a suspicious rule"),
    code("transport-rule", Persistence, "T1564.008", "a rule for the mail of the whole organisation: `name`"),
    code("rule-unaudited", Persistence, "T1562.008", "is set to leave no trace in the audit"),
    code("removed-again", Persistence, "T1070", "was removed again `minutes` min later"),
    code("mailbox-opened-to", Persistence, "T1098.002", "`who` was given full access to the mailbox `mailbox`"),
    code("send-as-granted", Persistence, "T1098.002", "`who` may send as `mailbox`"),
    code("folder-opened-to-all", Persistence, "T1098.002", "the folder `folder` was opened to `who`"),
    code("role-given", Persistence, "T1098.003", "`who` was given the role `role`"),
    code("app-consented", Persistence, "T1528", "let the application `app` into mail or files: `scopes`"),
    code("app-named-oddly", Persistence, "T1528", "the application `app` has a name that hides what it is: `name`"),
    code(
        "app-answers-locally",
        Persistence,
        "T1528",
        "the application `app` sends its answers to the machine of whoever runs it: `address`",
    ),
    code("app-of-intruders", Persistence, "T1528", "let in `app`, an application that intruders use"),
    code("app-secret-added", Persistence, "T1098.001", "a secret or certificate was added to the application `app`"),
    code("app-role-given", Persistence, "T1098.003", "the application `app` was given `role`"),
    code("federation-changed", Persistence, "T1484.002", "how the domain `domain` signs in was changed"),
    code("sign-in-provider-changed", Persistence, "T1556", "sign-ins are now trusted to `provider`"),
    code("policy-weakened", Persistence, "T1556.009", "the policy `policy` asks for less than before"),
    code("policy-removed", Persistence, "T1556.009", "the policy `policy` was removed"),
    code("audit-off", Persistence, "T1562.008", "the audit log was switched off: `what`"),
    code("connector-made", Persistence, "T1114.003", "mail is led through the connector `name`"),
    code("journal-rule", Persistence, "T1114.003", "a copy of all mail goes to `target`"),
    code("auto-forward-allowed", Persistence, "T1114.003", "forwarding to the outside was allowed: `name`"),
    code("mfa-removed", Persistence, "T1556.006", "the second factor of `who` was removed"),
    code("mfa-added", Persistence, "T1098.005", "a second factor of `who` was added"),
    code("device-added", Persistence, "T1098.005", "the device `device` was added"),
    code(
        "device-after-code",
        Persistence,
        "T1098.005",
        "the device `device` was added `minutes` min after a sign-in by device code",
    ),
    code("device-named-by-default", Persistence, "T1098.005", "the device `device` has the name that Windows gives by default"),
    code(
        "device-of-a-tool",
        Persistence,
        "T1098.005",
        "the device `device` has the build that attack tools claim by default: `build`",
    ),
    code("user-added", Persistence, "T1136.003", "the account `who` was made"),
    code("guest-invited", Persistence, "T1136.003", "`who` was invited from outside"),
    code("password-changed", Persistence, "T1098", "the password of `who` was changed"),
    // Collection.
    code("mailbox-forwarding", Collection, "T1114.003", "mail is forwarded to `name`"),
    code("mail-read", Collection, "T1114.002", "the intruder read mail: `count` records"),
    code("folder-taken", Collection, "T1114.002", "the intruder copied whole folders: `count` records"),
    code("reading-throttled", Collection, "T1114.002", "so much was read that the service stopped recording it"),
    code("files-taken", Collection, "T1530", "the intruder opened or took files: `count` records"),
    code("new-app-reads-mail", Collection, "T1114.002", "an application that is new here reads mail: `app`"),
    code("searched", Collection, "T1213", "searched for `words`"),
    // Impact.
    code("mail-sent", Impact, "T1534", "the intruder sent mail: `count` records"),
    code("mail-deleted", Impact, "T1070.008", "the intruder deleted mail: `count` records"),
    code("sending-burst", Impact, "T1534", "`count` messages were sent within 20 min"),
    code("deleting-burst", Impact, "T1070.008", "`count` messages were deleted within 20 min"),
    code("shared-with-outside", Impact, "T1534", "the intruder shared files: `count` records"),
    // For the owner.
    code("place-is-known", Access, "", "came from an address that the account has used before: `address`"),
    code("short-history", Access, "", "there are fewer than 7 days before it: what is new cannot be told"),
];

/// Why a record is held to be the intruder's, and what infrastructure is.
pub const PIVOTS: &[(&str, &str)] = &[
    ("address", "from the intruder's address `value`"),
    ("session", "in the intruder's session"),
    ("agent", "with the intruder's program `value`"),
    ("app", "through the intruder's application `value`"),
    ("near", "by the same account `seconds` s from a record of the intruder's, with no address that would tell"),
    ("given", "named as the intruder's"),
    ("found", "found by `by`"),
    ("in-session", "seen in the intruder's session"),
    ("with-address", "seen with the intruder's address"),
    ("shared-with-owner", "the owner uses it too: it selects nothing by itself"),
    ("microsoft", "one of Microsoft's services: it selects nothing by itself"),
];

/// The indicator with this code.
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.code == code)
}

/// The record that a sighting stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// Its time.
    pub at: Option<Micros>,
    /// Its id.
    pub id: RecordId,
    /// Whether the id is bits of a text.
    pub is_hashed: bool,
    /// Where it stands.
    pub place: Place,
}

impl Record {
    /// Of a row.
    pub fn of(row: &Row) -> Self {
        Self { at: row.at, id: row.id, is_hashed: row.flags.has(Flags::ID_IS_HASHED), place: row.place }
    }
}

/// Evidence by its names.
pub type Evidence = BTreeMap<String, String>;

/// Evidence from pairs.
pub fn evidence<const N: usize>(pairs: [(&str, String); N]) -> Evidence {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// One sighting of an indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Which.
    pub code: &'static str,
    /// How strong, as it stands.
    pub strength: Strength,
    /// On whose account.
    pub account: Sym,
    /// Records.
    pub records: Vec<Record>,
    /// What was seen.
    pub evidence: Evidence,
}

impl Sighting {
    /// The group of evidence it belongs to.
    pub fn group(&self) -> Group {
        find(self.code).map_or(Group::Access, |code| code.group)
    }

    /// When it was first seen.
    pub fn at(&self) -> Option<Micros> {
        self.records.iter().filter_map(|record| record.at).min()
    }

    /// As a reason.
    pub fn why(&self) -> Why {
        Why { code: self.code.to_owned(), evidence: self.evidence.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_kebab_case_and_each_there_once() {
        let all: BTreeSet<&str> = CODES.iter().map(|code| code.code).collect();
        assert_eq!(all.len(), CODES.len());
        for code in CODES {
            assert!(code.code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", code.code);
            assert!(code.technique.is_empty() || code.technique.starts_with('T'), "{}", code.code);
            assert!(!code.says.is_empty());
        }
    }
}
