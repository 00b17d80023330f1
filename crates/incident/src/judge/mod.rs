//! The rules of judgement: a table, one file each. A rule is a pure function from a snapshot and
//! the policy to findings; a missing input makes a judgement undecided, never clear.

mod domains;
mod folders;
mod forwarding;
mod inbox_rules;
mod targets;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

use crate::finding::{Assessment, Finding};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

/// One rule of judgement.
pub struct Rule {
    /// Stable, kebab-case: the name of its page in the reference.
    pub code: &'static str,
    /// MITRE ATT&CK technique that it looks for.
    pub technique: &'static str,
    /// Judges every thing of its facet.
    pub judge: fn(&Snapshot, &Policy) -> Vec<Finding>,
}

/// Every rule, in the order of the facets.
pub const RULES: &[Rule] = &[
    Rule { code: "mailbox-forwarding", technique: "T1114.003", judge: forwarding::judge },
    Rule { code: "inbox-rule", technique: "T1564.008", judge: inbox_rules::judge },
];

/// Every code that a reason can bear, in the order of the catalogues. Each has a text in both
/// catalogues as `reason-<code>`; the sentence is its English one, with the evidence it names.
pub const REASON_CODES: &[&str] = &[
    // Forwarding, and rules that send.
    // sends mail to `target`, outside your organisation
    "target-outside",
    // sends mail to `target`, at a provider where anybody can get an address
    "target-free-mail",
    // sends mail to `target`, a private address that bears the owner's name
    "target-own-free-mail",
    // the address `target` can be mistaken for one in `own-domain`
    "target-looks-like-ours",
    // the address `target` bears the name of `own-domain` under another ending
    "target-bears-our-name",
    // the address `target` uses the name of `own-domain` before the at sign
    "target-names-company",
    // keeps no copy: mail goes to `target` and never reaches the mailbox
    "no-copy-kept",
    // a second address, `target`, waits behind the first
    "second-forwarding",
    // sends mail to `target` and deletes it here
    "sends-and-deletes",
    // redirects mail to `target` and stops every later rule
    "redirects-and-stops",
    // What a rule is called.
    // has no name that can be seen
    "name-empty",
    // is named "`name`": only signs
    "name-only-signs",
    // is named "`name`": one or two letters
    "name-short",
    // is hidden from Outlook
    "hidden-rule",
    // is named like a rule of the service, "`name`", but sends mail away
    "poses-as-system",
    // Where a rule puts mail.
    // moves mail to "`folder`", where nobody looks
    "hiding-folder",
    // moves mail to "`folder`", which is no place for mail
    "folder-not-for-mail",
    // moves mail to "`folder`"
    "junk-folder",
    // moves mail to "`folder`", which is emptied
    "deleted-folder",
    // moves mail to "`folder`", past the inbox
    "archive-folder",
    // deletes mail
    "deletes",
    // marks it as read, so that nothing looks new
    "marks-read",
    // keeps later rules from running
    "stops-other-rules",
    // What a rule looks for.
    // looks for words that intruders look for: `words`
    "telling-words",
    // takes every message: it has no condition
    "takes-everything",
    // takes every message: the least size is `size` bytes
    "size-takes-everything",
    // takes every message: the words "`words`" stand in all of them
    "words-take-everything",
    // What speaks for the owner.
    // sends to `target`, inside your organisation
    "target-inside",
    // sends to `target`, which your policy approves
    "target-approved",
    // `target` may be the owner's own address: ask
    "target-bears-owner-name",
    // nobody knows when it was made: it may be older than the incident
    "date-unknown",
    // files mail into "`folder`", a folder of the owner's, and leaves it unread
    "files-into-own-folder",
    // neither moves, deletes nor sends mail
    "leaves-mail-where-it-is",
    // is switched off
    "switched-off",
    // is broken, says the service, and may not act
    "broken",
];

/// Judges a snapshot. Total and repeatable: the same input gives the same assessment, in the same
/// order.
pub fn judge(snapshot: &Snapshot, policy: &Policy) -> Assessment {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.judge)(snapshot, policy)).collect();
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.verdict), finding.facet));
    Assessment { findings }
}
