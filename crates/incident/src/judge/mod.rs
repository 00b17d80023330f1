//! The rules of judgement: a table, one file each. A rule is a pure function from a snapshot and
//! the policy to findings; a missing input makes a judgement undecided, never clear.

mod domains;
mod folders;
mod forwarding;
mod inbox_rules;
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

/// Judges a snapshot. Total and repeatable: the same input gives the same assessment, in the same
/// order.
pub fn judge(snapshot: &Snapshot, policy: &Policy) -> Assessment {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.judge)(snapshot, policy)).collect();
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.verdict), finding.facet));
    Assessment { findings }
}
