//! Watching and verifying: reading again, and saying what came back.

use std::collections::BTreeSet;

use regain_incident::Timestamp;
use regain_incident::account::{Account, Kind};
use regain_incident::case::{AccountState, Case, StepState, returned};
use regain_incident::facet::FacetName;
use regain_incident::facets::inbox_rules::Change;
use regain_incident::facets::{Reading, Verified};
use regain_incident::ids::AccountId;
use regain_incident::journal::{Entry, ReadFor};
use regain_incident::plan::{Action, Plan, PlanKind, PlannedStep};
use regain_incident::watch::next_pass;
use regain_ports::Urgency;

use crate::collect::{assess, collect};
use crate::driver::Known;
use crate::{EngineError, Scribe, World};

/// What one pass over the case saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pass {
    /// Steps that came undone.
    pub returned: usize,
    /// Findings that call for cleaning and were not there before.
    pub new_findings: usize,
    /// Facets that could not be read.
    pub unread: usize,
}

/// Reads every account of the case again, marks what came back and what came right, and judges anew.
pub async fn pass(world: &World, scribe: &Scribe, purpose: ReadFor) -> Result<Pass, EngineError> {
    let accounts: Vec<Account> = scribe.ask(|case| case.accounts.values().map(|state| state.account.clone()).collect()).await;
    let known = read_all(world, scribe, &accounts, purpose).await?;
    let before = open_findings(scribe).await;
    // The tenant's settings are measured, not judged.
    let judged = accounts.into_iter().filter(|account| account.kind != Kind::Organisation);
    let ids: Vec<AccountId> = judged.map(|account| account.id).collect();
    assess(world, scribe, &ids).await?;
    let after = open_findings(scribe).await;
    let changes = scribe.ask(|case| changes(case, &known)).await;
    let back = changes.iter().filter(|entry| matches!(entry, Entry::StepReturned { .. })).count();
    scribe.write(world, changes).await?;
    let new_findings = after.iter().filter(|item| !before.contains(item)).count();
    let unread = scribe.ask(|case| case.accounts.values().map(|state| state.gaps().len()).sum()).await;
    if purpose == ReadFor::Watch {
        note_pass(world, scribe, &ids, back + new_findings).await?;
    }
    Ok(Pass { returned: back, new_findings, unread })
}

/// Every facet of every account, and of the organisation its settings.
async fn read_all(world: &World, scribe: &Scribe, targets: &[Account], purpose: ReadFor) -> Result<Known, EngineError> {
    let (organisation, accounts): (Vec<Account>, Vec<Account>) =
        targets.iter().cloned().partition(|target| target.kind == Kind::Organisation);
    let mut known = Known::new();
    for (targets, kind) in [(accounts, Kind::Person), (organisation, Kind::Organisation)] {
        if !targets.is_empty() {
            let facets: Vec<FacetName> = FacetName::of_kind(kind).collect();
            known.extend(collect(world, scribe, &targets, &facets, purpose, Urgency::Normal).await?);
        }
    }
    Ok(known)
}

async fn open_findings(scribe: &Scribe) -> Vec<String> {
    scribe
        .ask(|case| case.accounts.values().flat_map(AccountState::to_clean).map(|finding| finding.item.to_string()).collect())
        .await
}

/// Steps that a new reading shows undone, and steps that it shows done at last.
fn changes(case: &Case, known: &Known) -> Vec<Entry> {
    let mut entries = Vec::new();
    for ((account, facet), reading) in known {
        entries
            .extend(returned(case, account, *facet, reading).into_iter().map(|(step, seen)| Entry::StepReturned { step, seen }));
        let late = case.steps_of(account).filter(|(_, step, record)| {
            let waits = matches!(record.state, StepState::Failed | StepState::Returned | StepState::Unknown);
            waits && step.action.is_a_state() && step.action.facet().map(FacetName::read_as) == Some(*facet)
        });
        for (_, step, record) in late {
            let before = record.before.as_ref().unwrap_or(reading);
            if step.action.shows(before, reading) == Verified::Yes && !is_back_under_another_name(&step.action, reading) {
                entries.push(Entry::StepVerified { step: step.id, already: false });
            }
        }
    }
    entries
}

/// What had come back and was cleaned by `plan` is read once more, so that the step that first took it
/// stands again as what it is: done.
pub(crate) async fn come_right(world: &World, scribe: &Scribe, plan: &Plan) -> Result<(), EngineError> {
    let back = scribe.ask(|case| came_back(case, plan)).await;
    for (account, facets) in back {
        let account = std::slice::from_ref(&account);
        let known = collect(world, scribe, account, &facets, ReadFor::Verify, Urgency::Normal).await?;
        let right = scribe.ask(|case| changes(case, &known)).await;
        scribe.write(world, right.into_iter().filter(|entry| matches!(entry, Entry::StepVerified { .. })).collect()).await?;
    }
    Ok(())
}

/// Accounts and facets that `plan` cleans and on which an earlier step came undone.
fn came_back(case: &Case, plan: &Plan) -> Vec<(Account, Vec<FacetName>)> {
    if plan.kind() != PlanKind::Clean {
        return Vec::new();
    }
    let mut all = Vec::new();
    for state in case.accounts.values() {
        let of = |step: &PlannedStep| step.action.facet().map(FacetName::read_as);
        let cleaned: BTreeSet<FacetName> =
            plan.steps().iter().filter(|step| step.account == state.account.id).filter_map(of).collect();
        let undone = case.steps_of(&state.account.id).filter(|(_, _, record)| record.state == StepState::Returned);
        let facets: BTreeSet<FacetName> =
            undone.filter_map(|(_, step, _)| of(step)).filter(|facet| cleaned.contains(facet)).collect();
        if !facets.is_empty() {
            all.push((state.account.clone(), facets.into_iter().collect()));
        }
    }
    all
}

/// A rule that is off, while its twin under another name is on, is not done.
fn is_back_under_another_name(action: &Action, reading: &Reading) -> bool {
    match (action, reading) {
        (Action::InboxRule(Change::Disable(old) | Change::Remove(old)), Reading::InboxRules(rules)) => {
            rules.iter().any(|rule| rule.enabled && rule.is_same_act(old))
        }
        _ => false,
    }
}

async fn note_pass(world: &World, scribe: &Scribe, accounts: &[AccountId], back: usize) -> Result<(), EngineError> {
    let entries = scribe
        .ask(|case| {
            let pass = |id: &AccountId| Entry::WatchPassed {
                account: id.clone(),
                returned: u32::try_from(back).unwrap_or(u32::MAX),
                unread: case
                    .accounts
                    .get(id)
                    .map(|state| state.gaps().into_iter().map(|(facet, _)| facet).collect())
                    .unwrap_or_default(),
            };
            accounts.iter().map(pass).collect()
        })
        .await;
    scribe.write(world, entries).await?;
    Ok(())
}

/// When the next pass of the case is due; none when a month has passed or nothing was revoked.
pub fn due(case: &Case) -> Option<Timestamp> {
    let each = case.accounts.values().filter_map(|state| next_pass(state.revoked_at?, state.watched.last().map(|(at, _)| *at)));
    each.min()
}
