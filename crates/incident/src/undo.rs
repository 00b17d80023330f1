//! Undoing: planning from what was journaled, through the same approval, by the same engine.

use crate::case::{Case, StepRecord};
use crate::facet::FacetName;
use crate::facets::{Reading, Reversal, forwarding, identity, inbox_rules, roles};
use crate::plan::{Action, PlannedStep};

/// What would bring the state before `step` back, as the account was last read.
pub fn reversal_of(case: &Case, step: &PlannedStep, record: &StepRecord) -> Reversal {
    let now = step
        .action
        .facet()
        .map(FacetName::read_as)
        .and_then(|facet| case.accounts.get(&step.account)?.latest.get(&facet)?.value());
    match (now, record.before.as_ref()) {
        (Some(now), Some(before)) => reversal(&step.action, before, now),
        (None, _) => Reversal::Conflict("it could not be read again".to_owned()),
        (_, None) => Reversal::Impossible("its former state was not recorded"),
    }
}

/// What would bring `before` back, if the account still looks as we left it.
pub fn reversal(action: &Action, before: &Reading, now: &Reading) -> Reversal {
    match action {
        Action::SignIn(_) => identity::reversal(before, now),
        Action::Role(change) => roles::reversal(change, now),
        Action::Forwarding(change) => forwarding::reversal(change, now),
        Action::InboxRule(change) => inbox_rules::reversal(change, now),
        Action::Setting(change) => change.reversal(now),
        Action::Password(_) => Reversal::Impossible("the former password is not known to anybody here"),
        Action::Sessions(_) => Reversal::Impossible("revoked sessions cannot return"),
        Action::SendingBlock(_) => Reversal::Impossible("only the service blocks an account from sending"),
        Action::Manual(_) => Reversal::Impossible("a person did it"),
    }
}
