//! The ways that an intruder used, as a case shows them: they decide what is to be done first.

use crate::case::{AccountState, Case};
use crate::facet::FacetName;
use crate::facets::Reading;
use crate::finding::Verdict;
use crate::journal::{Entry, Recorded};
use crate::posture::roadmap::Way;

/// Every way that the case shows, each once, in their own order: what was found on its accounts, and what a person
/// said about the cause.
pub fn ways_of(case: &Case, journal: &[Recorded]) -> Vec<Way> {
    let mut ways: Vec<Way> = case.accounts.values().flat_map(|state| of_account(case, state)).collect();
    ways.extend(journal.iter().flat_map(|recorded| of_cause(&recorded.entry)).copied());
    ways.sort_unstable();
    ways.dedup();
    ways
}

fn of_account(case: &Case, state: &AccountState) -> Vec<Way> {
    let found = |facet| {
        let bad = |finding: &&crate::finding::Finding| finding.facet == facet && finding.verdict >= Verdict::Suspicious;
        state.assessment.findings.iter().any(|finding| bad(&finding))
    };
    let blocked = matches!(
        state.snapshot.facets.get(&FacetName::SendingBlock).and_then(crate::facet::Facet::value),
        Some(Reading::SendingBlock(read)) if read.block.is_some()
    );
    // Roles of unknown date were maybe always there: they prove nothing.
    let given = state.snapshot.grants().any(|grant| grant.since.is_some_and(|since| since >= case.incident_since));
    [
        (found(FacetName::Forwarding), Way::Forwarding),
        (found(FacetName::InboxRules), Way::InboxRules),
        (blocked, Way::Sending),
        (given, Way::AdminRoles),
    ]
    .into_iter()
    .filter_map(|(is_so, way)| is_so.then_some(way))
    .collect()
}

/// What the answer to "how did they get in" means, as it stands among the criteria of a release.
fn of_cause(entry: &Entry) -> &'static [Way] {
    let Entry::Released { criteria, .. } = entry else { return &[] };
    let cause = criteria.iter().find(|criterion| criterion.code == "cause-answered").map(|criterion| criterion.detail.as_str());
    match cause {
        Some("link") => &[Way::AdversaryInTheMiddle, Way::Phishing],
        Some("code") => &[Way::DeviceCode],
        Some("malware") => &[Way::StolenToken],
        Some("reuse") => &[Way::Password],
        _ => &[],
    }
}
