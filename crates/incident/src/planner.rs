//! The planner: snapshot, judgement and policy in; plan and planning report out. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::account::{Account, Kind};
use crate::case::{AccountState, Case, StepRecord, StepState};
use crate::facet::FacetName;
use crate::facets::roles::{self, GrantKind, RoleGrant};
use crate::facets::{forwarding, identity, inbox_rules, password, sending_block, sessions};
use crate::finding::{Finding, Group, Speaks, Verdict};
use crate::ids::{AccountId, CaseId, PlanId, StepId};
use crate::item::Item;
use crate::plan::{Action, Manual, Phase, Plan, PlanError, PlanKind, PlannedStep};
use crate::policy::Policy;

/// What the planner left out, and why: codes whose texts stand in the catalogues.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanningReport {
    /// One for each thing left out.
    pub left_out: Vec<LeftOut>,
}

/// One thing that the plan does not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Whose.
    pub account: AccountId,
    /// Stable, kebab-case.
    pub code: String,
    /// What people call it. Hostile.
    pub name: String,
    /// Its item, where it can be named on the command line.
    pub item: Option<Item>,
}

/// A plan in the making.
struct Draft {
    case: CaseId,
    id: PlanId,
    at: Timestamp,
    steps: Vec<PlannedStep>,
    report: PlanningReport,
}

impl Draft {
    fn new(case: &Case, at: Timestamp) -> Self {
        Self { case: case.id, id: case.next_plan(), at, steps: Vec::new(), report: PlanningReport::default() }
    }

    fn step(&mut self, account: &AccountId, phase: Phase, action: Action) -> &mut PlannedStep {
        let id = StepId { plan: self.id, step: u32::try_from(self.steps.len()).unwrap_or(u32::MAX).saturating_add(1) };
        let undo = action.undoable();
        let account = account.clone();
        let step =
            PlannedStep { id, account, phase, action, because: vec![], undo, after: vec![], needs: vec![], reverses: None };
        self.steps.push(step);
        let last = self.steps.len() - 1;
        &mut self.steps[last]
    }

    fn manual(&mut self, account: &Account, phase: Phase, code: &str, names: &[(&str, &str)]) {
        let mut named: BTreeMap<String, String> =
            names.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        named.insert("account".to_owned(), account.upn.clone());
        self.step(&account.id, phase, Action::Manual(Manual { code: code.to_owned(), names: named }));
    }

    fn leave_out(&mut self, account: &AccountId, code: &str, name: &str, item: Option<Item>) {
        self.report.left_out.push(LeftOut { account: account.clone(), code: code.to_owned(), name: name.to_owned(), item });
    }

    fn finish(self, kind: PlanKind) -> Result<(Plan, PlanningReport), PlanError> {
        Ok((Plan::new(self.case, self.id, kind, self.at, self.steps)?, self.report))
    }
}

/// Every code of work for a person that a plan can carry; each has a text in both catalogues.
pub const MANUAL_CODES: &[&str] = &["last-global-administrator", "tell-home-tenant", "reset-in-active-directory"];

/// Every code of a thing that a plan leaves out; each has a text in both catalogues.
pub const LEFT_OUT_CODES: &[&str] = &[
    "rail-keeps-sign-in",
    "rail-keeps-role",
    "role-is-an-activation",
    "role-has-ended",
    "role-needs-naming",
    "nothing-to-undo",
    "comes-back-by-release",
    "cannot-be-undone",
    "conflict",
];

/// One account to be locked.
#[derive(Debug, Clone)]
pub struct LockTarget<'a> {
    /// Which.
    pub account: &'a Account,
    /// The grants that are known so far.
    pub grants: Vec<&'a RoleGrant>,
    /// Without it no Global Administrator would work: reset and revoke, but neither block nor
    /// withdraw.
    pub is_last_administrator: bool,
    /// How far.
    pub level: Level,
}

/// How far an account is locked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Blocked, reset, revoked, and every role withdrawn.
    #[default]
    Full,
    /// Reset and revoked, but not blocked: for accounts that may have been exposed. Whoever holds admin
    /// roles is locked in full.
    RevokeAndReset,
}

impl Level {
    /// The name in files and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::RevokeAndReset => "revoke-and-reset",
        }
    }
}

/// The lock: block, revoke, replace the password, withdraw roles, revoke again. For all targets in
/// one plan, so that nothing is shared between them but their order here.
pub fn plan_lock(case: &Case, targets: &[LockTarget<'_>], at: Timestamp) -> Result<(Plan, PlanningReport), PlanError> {
    let mut draft = Draft::new(case, at);
    for target in targets {
        lock_one(&mut draft, target);
    }
    draft.finish(PlanKind::Lock)
}

fn lock_one(draft: &mut Draft, target: &LockTarget<'_>) {
    let account = target.account;
    let mut closing = Vec::new(); // what the last revocation must come after
    if target.is_last_administrator {
        draft.leave_out(&account.id, "rail-keeps-sign-in", &account.upn, None);
    } else if target.level == Level::Full {
        closing.push(draft.step(&account.id, Phase::Contain, Action::SignIn(identity::Change::Block)).id);
    }
    draft.step(&account.id, Phase::Contain, Action::Sessions(sessions::Change::Revoke));
    if account.kind.has_password_here() && !account.synchronised {
        let change =
            if target.is_last_administrator { password::Change::ReplaceAndHandOver } else { password::Change::ReplaceAndForget };
        closing.push(draft.step(&account.id, Phase::Contain, Action::Password(change)).id);
    }
    let (on_the_clock, later): (Vec<&RoleGrant>, Vec<&RoleGrant>) =
        target.grants.iter().copied().partition(|grant| grant.kind == GrantKind::Direct);
    for grant in on_the_clock {
        closing.extend(withdraw(draft, account, grant, target.is_last_administrator));
    }
    draft.step(&account.id, Phase::Contain, Action::Sessions(sessions::Change::Revoke)).after = closing;
    for grant in later {
        withdraw(draft, account, grant, target.is_last_administrator);
    }
    if target.is_last_administrator {
        draft.manual(account, Phase::Contain, "last-global-administrator", &[]);
    }
    if account.kind == Kind::Guest {
        draft.manual(account, Phase::Contain, "tell-home-tenant", &[]);
    }
    if account.synchronised {
        draft.manual(account, Phase::Contain, "reset-in-active-directory", &[]);
    }
}

/// Plans to take one grant, unless the rail keeps it.
fn withdraw(draft: &mut Draft, account: &Account, grant: &RoleGrant, keep_administrator: bool) -> Option<StepId> {
    if keep_administrator && grant.makes_global_administrator() {
        draft.leave_out(&account.id, "rail-keeps-role", &grant.of.name, None);
        return None;
    }
    let step = draft.step(&account.id, Phase::Contain, Action::Role(roles::Change::Withdraw(grant.clone())));
    step.because = vec![Item::of(grant.kind.facet(), &account.id, &grant.object())];
    Some(step.id)
}

/// What follows the lock, off its clock: roles that were read later, and forwarding to the outside
/// that is judged malicious. Approved by the same command.
pub fn plan_follow_up(
    case: &Case,
    accounts: &[(&AccountState, bool)],
    at: Timestamp,
) -> Result<(Plan, PlanningReport), PlanError> {
    let mut draft = Draft::new(case, at);
    for (state, is_last_administrator) in accounts {
        let account = &state.account;
        let taken: Vec<&RoleGrant> = case
            .steps_of(&account.id)
            .filter_map(|(_, step, _)| match &step.action {
                Action::Role(roles::Change::Withdraw(grant)) => Some(grant),
                _ => None,
            })
            .collect();
        for grant in state.snapshot.grants().filter(|grant| !taken.iter().any(|known| known.is_same(grant))) {
            withdraw(&mut draft, account, grant, *is_last_administrator);
        }
        let is_planned = |finding: &&Finding| case.steps_of(&account.id).any(|(_, step, _)| step.because.contains(&finding.item));
        for finding in state.to_clean().filter(|finding| stops_with_the_lock(finding) && !is_planned(finding)) {
            clean_one(&mut draft, state, finding, &Policy::default());
        }
    }
    draft.finish(PlanKind::Lock)
}

/// A revocation for every account of which a lock began a block or reset after its last revocation:
/// so it is when a role forbade them at first, and another plan took that role.
pub fn plan_last_revocation(case: &Case, at: Timestamp) -> Result<(Plan, PlanningReport), PlanError> {
    let mut draft = Draft::new(case, at);
    for account in case.accounts.keys() {
        let begun = |of: &dyn Fn(PlanKind, &Action) -> bool| {
            let steps = case.steps_of(account).filter(|(plan, step, _)| of(plan.plan.kind(), &step.action));
            steps.filter_map(|(_, _, record)| record.started_at).max()
        };
        let closed = begun(&|kind, action| {
            kind == PlanKind::Lock && matches!(action, Action::SignIn(identity::Change::Block) | Action::Password(_))
        });
        let revoked = begun(&|_, action| matches!(action, Action::Sessions(_)));
        if closed > revoked {
            draft.step(account, Phase::Contain, Action::Sessions(sessions::Change::Revoke));
        }
    }
    draft.finish(PlanKind::Lock)
}

/// Forwarding of all mail to the outside, judged malicious: stopped with the lock.
fn stops_with_the_lock(finding: &Finding) -> bool {
    let outside = |reason: &crate::finding::Reason| reason.speaks == Speaks::For && reason.group == Group::Collection;
    finding.facet == FacetName::Forwarding && finding.verdict == Verdict::Malicious && finding.reasons.iter().any(outside)
}

/// What is left for a person to approve: every finding that calls for cleaning, that no step answers
/// already, and that `wanted` lets through.
pub fn plan_clean(
    case: &Case,
    policy: &Policy,
    wanted: &dyn Fn(&Finding) -> bool,
    at: Timestamp,
) -> Result<(Plan, PlanningReport), PlanError> {
    let mut draft = Draft::new(case, at);
    for state in case.accounts.values() {
        for finding in state.to_clean().filter(|finding| wanted(finding) && !is_answered(case, state, finding, at)) {
            clean_one(&mut draft, state, finding, policy);
        }
    }
    draft.finish(PlanKind::Clean)
}

/// Whether an approved step answers the finding already and has not come undone. A step that
/// reverses another answers nothing: it opens the finding again.
fn is_answered(case: &Case, state: &AccountState, finding: &Finding, now: Timestamp) -> bool {
    case.steps_of(&state.account.id).any(|(plan, step, record)| {
        let stands = !matches!(record.state, StepState::Failed | StepState::Returned | StepState::Dropped);
        let answers = step.reverses.is_none() && step.because.contains(&finding.item);
        plan.approval.is_some() && !case.has_lapsed(plan, now) && stands && answers && !case.was_reversed(step.id)
    })
}

/// The step that answers one finding.
fn clean_one(draft: &mut Draft, state: &AccountState, finding: &Finding, policy: &Policy) {
    let account = &state.account.id;
    let now = state.as_last_read();
    let action = match finding.facet {
        FacetName::Forwarding => now
            .forwarding()
            .value()
            .filter(|forwarding| forwarding.is_set())
            .map(|former| Action::Forwarding(forwarding::Change::Remove((*former).clone()))),
        FacetName::InboxRules => now
            .inbox_rules()
            .value()
            .and_then(|rules| rules.iter().find(|rule| rule.id == finding.object))
            .filter(|rule| rule.enabled || policy.remove_rules)
            .map(|rule| Box::new(rule.clone()))
            .map(|rule| if policy.remove_rules { inbox_rules::Change::Remove(rule) } else { inbox_rules::Change::Disable(rule) })
            .map(Action::InboxRule),
        _ => None,
    };
    if let Some(action) = action {
        draft.step(account, Phase::Eradicate, action).because = vec![finding.item.clone()];
    }
}

/// The way in which a fresh password reaches its owner is no part of the plan; that one is needed is.
#[derive(Debug, Clone, Default)]
pub struct ReleaseChoice {
    /// Items of roles that come back although they date from the incident, or from nobody knows when.
    pub give_back: Vec<Item>,
    /// Everything comes back at once.
    pub false_alarm: bool,
}

/// The first gate: a fresh password, sessions revoked, sign-in as it was, the sending block lifted.
pub fn plan_release_sign_in(case: &Case, choice: &ReleaseChoice, at: Timestamp) -> Result<(Plan, PlanningReport), PlanError> {
    let mut draft = Draft::new(case, at);
    for state in case.accounts.values() {
        release_sign_in_of(&mut draft, case, state);
        if choice.false_alarm {
            give_roles_back(&mut draft, case, state, choice, at);
        }
    }
    draft.finish(PlanKind::Release)
}

fn release_sign_in_of(draft: &mut Draft, case: &Case, state: &AccountState) {
    let account = &state.account;
    let was_enabled = state.snapshot.identity().value().is_some_and(|identity| identity.enabled);
    let block = case.steps_of(&account.id).find(|(_, step, record)| {
        step.action == Action::SignIn(identity::Change::Block) && record.state == StepState::Done && !case.was_reversed(step.id)
    });
    let mut gives = Vec::new();
    if was_enabled && account.kind.has_password_here() && !account.synchronised {
        gives.push(draft.step(&account.id, Phase::Recover, Action::Password(password::Change::ReplaceAndHandOver)).id);
    }
    let revoke = draft.step(&account.id, Phase::Recover, Action::Sessions(sessions::Change::Revoke));
    revoke.after.clone_from(&gives);
    gives.push(revoke.id);
    let mut before_sending = gives.clone();
    if let Some((_, step, record)) = block.filter(|_| was_enabled) {
        let reverses = Some(step.id);
        if !record.already {
            let allow = draft.step(&account.id, Phase::Recover, Action::SignIn(identity::Change::Allow));
            allow.needs = gives;
            allow.reverses = reverses;
            before_sending = vec![allow.id];
        }
    }
    let now = state.as_last_read();
    if let Some(block) = now.sending_block().value().and_then(|state| state.block.clone()) {
        draft.step(&account.id, Phase::Recover, Action::SendingBlock(sending_block::Change::Lift(block))).needs = before_sending;
    }
}

/// The second gate: the held roles, exactly as they were.
pub fn plan_release_roles(case: &Case, choice: &ReleaseChoice, at: Timestamp) -> Result<(Plan, PlanningReport), PlanError> {
    let mut draft = Draft::new(case, at);
    for state in case.accounts.values() {
        give_roles_back(&mut draft, case, state, choice, at);
    }
    draft.finish(PlanKind::Release)
}

fn give_roles_back(draft: &mut Draft, case: &Case, state: &AccountState, choice: &ReleaseChoice, at: Timestamp) {
    let account = &state.account.id;
    for (withdrawn, grant) in case.held(account) {
        let item = Item::of(grant.kind.facet(), account, &grant.object());
        let is_named = choice.false_alarm || choice.give_back.contains(&item);
        let is_old = grant.since.is_some_and(|since| since < case.incident_since);
        let refused = if grant.kind.is_an_activation() {
            Some("role-is-an-activation")
        } else if grant.until.is_some_and(|until| until <= at) {
            Some("role-has-ended")
        } else if !is_named && !is_old {
            Some("role-needs-naming")
        } else {
            None
        };
        if let Some(code) = refused {
            draft.leave_out(account, code, &grant.of.name, Some(item));
        } else {
            let step = draft.step(account, Phase::Recover, Action::Role(roles::Change::GiveBack(grant.clone())));
            step.because = vec![item];
            step.reverses = Some(withdrawn);
        }
    }
}

/// Undoes cleaning steps: the reversing plan, made from the journal and what is there now.
/// `steps` names which; none means all that can be undone.
pub fn plan_undo(case: &Case, steps: &[StepId], at: Timestamp) -> Result<(Plan, PlanningReport), PlanError> {
    use crate::facets::Reversal;
    use crate::plan::Undoable;
    let mut draft = Draft::new(case, at);
    let mut chosen: Vec<_> = case
        .all_steps()
        .filter(|(plan, step, _)| {
            if steps.is_empty() {
                plan.plan.kind() != PlanKind::Release && plan.plan.kind() != PlanKind::Undo
            } else {
                steps.contains(&step.id)
            }
        })
        .filter(|(_, step, record)| {
            // What came back by somebody else's hand is told too: as a conflict, or as nothing to undo.
            matches!(record.state, StepState::Done | StepState::Returned) && !case.was_reversed(step.id)
        })
        .collect();
    chosen.reverse(); // last done, first undone
    for (_, step, record) in chosen {
        let name = step.action.code();
        match &step.undo {
            Undoable::ByRelease => draft.leave_out(&step.account, "comes-back-by-release", name, None),
            Undoable::No => draft.leave_out(&step.account, "cannot-be-undone", name, None),
            Undoable::Fully | Undoable::Partly(_) if record.already => {
                draft.leave_out(&step.account, "nothing-to-undo", name, None);
            }
            Undoable::Fully | Undoable::Partly(_) => match reversal_after(&draft.steps, case, step, record) {
                (earlier, Reversal::By(action)) => {
                    let id = step.id;
                    let because = step.because.clone();
                    let planned = draft.step(&step.account, Phase::Recover, *action);
                    planned.reverses = Some(id);
                    planned.because = because;
                    planned.needs = earlier.into_iter().collect();
                }
                (_, Reversal::AlreadyBack) => draft.leave_out(&step.account, "nothing-to-undo", name, None),
                (_, Reversal::Conflict(why)) => draft.leave_out(&step.account, "conflict", &why, None),
                (_, Reversal::Impossible(why)) => draft.leave_out(&step.account, "cannot-be-undone", why, None),
            },
        }
    }
    restore_in_order(&mut draft.steps);
    draft.finish(PlanKind::Undo)
}

/// The reversal of `step`, and the step of `drafted` that it comes after. A setting that was changed twice goes back the
/// way it came: the earlier change is undone from where undoing the later one leaves it.
fn reversal_after(
    drafted: &[PlannedStep],
    case: &Case,
    step: &PlannedStep,
    record: &StepRecord,
) -> (Option<StepId>, crate::facets::Reversal) {
    let Action::Setting(change) = &step.action else { return (None, crate::undo::reversal_of(case, step, record)) };
    let before = drafted.iter().rev().find_map(|earlier| match &earlier.action {
        Action::Setting(back) if earlier.account == step.account && back.is_of_the_same(change) => Some((earlier.id, back)),
        _ => None,
    });
    match before {
        Some((id, back)) => (Some(id), change.reversal_from(Some(back.to.clone()))),
        None => (None, crate::undo::reversal_of(case, step, record)),
    }
}

/// Rules are made again one after another, lowest place first, so that each finds its own.
fn restore_in_order(steps: &mut [PlannedStep]) {
    let place = |step: &PlannedStep| match &step.action {
        Action::InboxRule(inbox_rules::Change::Restore(rule)) => Some((step.account.clone(), rule.priority)),
        _ => None,
    };
    let mut restores: Vec<(AccountId, u32, usize)> = steps
        .iter()
        .enumerate()
        .filter_map(|(at, step)| place(step).map(|(account, priority)| (account, priority, at)))
        .collect();
    restores.sort();
    let slots: Vec<usize> = {
        let mut slots: Vec<usize> = restores.iter().map(|(_, _, at)| *at).collect();
        slots.sort_unstable();
        slots
    };
    let sorted: Vec<PlannedStep> = restores.iter().map(|(_, _, at)| steps[*at].clone()).collect();
    let mut before: Option<(AccountId, StepId)> = None;
    for (slot, mut step) in slots.into_iter().zip(sorted) {
        step.id = steps[slot].id;
        step.after = before.iter().filter(|(account, _)| *account == step.account).map(|(_, id)| *id).collect();
        before = Some((step.account.clone(), step.id));
        steps[slot] = step;
    }
}
