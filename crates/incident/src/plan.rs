//! Plans: what to do, in what order, and whether it can be undone; reviewable, bound to its
//! approval by digest.
//!
//! Invariant: a step leaves nothing to decide when it is applied. A plan whose steps form a cycle,
//! or name a step that does not exist, cannot be made. An [`ApprovedPlan`] has no other constructor
//! than [`Plan::approve`], which compares digests.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::digest::Digest;
use crate::facet::FacetName;
use crate::facets::{Reading, Verified, forwarding, identity, inbox_rules, password, roles, sending_block, sessions};
use crate::ids::{AccountId, CaseId, PlanId, StepId};
use crate::item::Item;
use crate::tenant::setting;

/// The four kinds of plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanKind {
    /// Stop the intruder: approved by typing `contain`.
    Lock,
    /// Remove what was left behind.
    Clean,
    /// Bring back what a step changed.
    Undo,
    /// Give sign-in or roles back.
    Release,
    /// Change settings of the tenant, so that it does not happen again.
    Harden,
}

impl PlanKind {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Clean => "clean",
            Self::Undo => "undo",
            Self::Release => "release",
            Self::Harden => "harden",
        }
    }
}

/// What a step is for, in the words of NIST SP 800-61. For people; the order is in `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Stop the harm.
    Contain,
    /// Remove the foothold.
    Eradicate,
    /// Give service back.
    Recover,
    /// See to it that it does not happen again.
    Prepare,
}

/// What a step does. The set is closed: the compiler names every place that must answer a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Block or allow sign-in.
    SignIn(identity::Change),
    /// Replace the password.
    Password(password::Change),
    /// Revoke sessions.
    Sessions(sessions::Change),
    /// Withdraw or give back administrative power.
    Role(roles::Change),
    /// Remove or restore forwarding.
    Forwarding(forwarding::Change),
    /// Switch off, switch on, remove or restore an inbox rule.
    InboxRule(inbox_rules::Change),
    /// Lift the sending block.
    SendingBlock(sending_block::Change),
    /// Change a setting of the tenant.
    Setting(setting::Change),
    /// What no interface can do: a person does it and says so.
    Manual(Manual),
}

/// Work for a person. The text stands in the catalogues under `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manual {
    /// Stable, kebab-case.
    pub code: String,
    /// What the text names.
    pub names: std::collections::BTreeMap<String, String>,
}

/// Whether a step can be undone, known before anybody approves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undoable {
    /// `regain undo` brings it back whole.
    Fully,
    /// `regain undo` brings it back, but for this.
    Partly(Vec<String>),
    /// `regain release` brings it back, and nothing else does.
    ByRelease,
    /// It cannot come back.
    No,
}

impl Action {
    /// The facet whose reading shows what this does.
    pub fn facet(&self) -> Option<FacetName> {
        Some(match self {
            Self::SignIn(_) => FacetName::Identity,
            Self::Password(_) => FacetName::Password,
            Self::Sessions(_) => FacetName::Sessions,
            Self::Role(change) => change.grant().kind.facet(),
            Self::Forwarding(_) => FacetName::Forwarding,
            Self::InboxRule(_) => FacetName::InboxRules,
            Self::SendingBlock(_) => FacetName::SendingBlock,
            Self::Setting(change) => change.facet(),
            Self::Manual(_) => return None,
        })
    }

    /// The stable name of what is done, for journal, JSON and catalogues.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignIn(identity::Change::Block) => "block-sign-in",
            Self::SignIn(identity::Change::Allow) => "allow-sign-in",
            Self::Password(password::Change::ReplaceAndForget) => "replace-password",
            Self::Password(password::Change::ReplaceAndHandOver) => "hand-over-password",
            Self::Sessions(sessions::Change::Revoke) => "revoke-sessions",
            Self::Role(roles::Change::Withdraw(_)) => "withdraw-role",
            Self::Role(roles::Change::GiveBack(_)) => "give-back-role",
            Self::Forwarding(forwarding::Change::Remove(_)) => "remove-forwarding",
            Self::Forwarding(forwarding::Change::Restore(_)) => "restore-forwarding",
            Self::InboxRule(inbox_rules::Change::Disable(_)) => "disable-inbox-rule",
            Self::InboxRule(inbox_rules::Change::Enable(_)) => "enable-inbox-rule",
            Self::InboxRule(inbox_rules::Change::Remove(_)) => "remove-inbox-rule",
            Self::InboxRule(inbox_rules::Change::Restore(_)) => "restore-inbox-rule",
            Self::SendingBlock(_) => "lift-sending-block",
            Self::Setting(_) => "change-setting",
            Self::Manual(_) => "manual",
        }
    }

    /// What it is done to, as people call it. Hostile.
    pub fn target(&self) -> String {
        match self {
            Self::Role(change) => change.grant().of.name.clone(),
            Self::Forwarding(forwarding::Change::Remove(set) | forwarding::Change::Restore(set)) => {
                set.targets().collect::<Vec<_>>().join(", ")
            }
            Self::InboxRule(change) => change.rule().name.clone(),
            Self::SendingBlock(sending_block::Change::Lift(block)) => block.address.clone(),
            Self::Setting(change) => change.target(),
            Self::Manual(manual) => manual.code.clone(),
            Self::SignIn(_) | Self::Password(_) | Self::Sessions(_) => String::new(),
        }
    }

    /// Whether `now` shows the effect, given what was observed `before`.
    pub fn shows(&self, before: &Reading, now: &Reading) -> Verified {
        match self {
            Self::SignIn(change) => identity::shows(*change, now),
            Self::Password(_) => password::shows(before, now),
            Self::Sessions(_) => sessions::shows(before, now),
            Self::Role(change) => roles::shows(change, now),
            Self::Forwarding(change) => forwarding::shows(change, now),
            Self::InboxRule(change) => inbox_rules::shows(change, now),
            Self::SendingBlock(_) => sending_block::shows(now),
            Self::Setting(change) => change.shows(now),
            Self::Manual(_) => Verified::NotYet,
        }
    }

    /// Whether the wanted state can be seen without having changed anything: not so for the two
    /// that only leave a date (a password, a revocation), which are done anyway.
    pub fn is_a_state(&self) -> bool {
        !matches!(self, Self::Password(_) | Self::Sessions(_) | Self::Manual(_))
    }

    /// Why the step no longer fits what is there, if it does not: somebody changed it.
    pub fn conflict(&self, now: &Reading) -> Option<String> {
        match self {
            Self::Forwarding(change) => forwarding::conflict(change, now),
            Self::InboxRule(change) => inbox_rules::conflict(change, now),
            Self::Setting(change) => change.conflict(now),
            _ => None,
        }
    }

    /// Whether it can be undone.
    pub fn undoable(&self) -> Undoable {
        match self {
            Self::SignIn(identity::Change::Block) | Self::Role(roles::Change::Withdraw(_)) => Undoable::ByRelease,
            Self::InboxRule(inbox_rules::Change::Remove(rule)) if !rule.readable => Undoable::No,
            Self::InboxRule(inbox_rules::Change::Remove(rule)) if !rule.lost_if_removed.is_empty() => {
                Undoable::Partly(rule.lost_if_removed.clone())
            }
            Self::Password(_) | Self::Sessions(_) | Self::SendingBlock(_) | Self::Manual(_) => Undoable::No,
            Self::SignIn(_) | Self::Role(_) | Self::Forwarding(_) | Self::InboxRule(_) | Self::Setting(_) => Undoable::Fully,
        }
    }

    /// How long after the answer a reading may still not show it, in seconds.
    pub fn deadline_s(&self) -> i64 {
        match self {
            Self::SignIn(_) | Self::Password(_) | Self::Role(_) | Self::Forwarding(_) | Self::InboxRule(_) => 120,
            Self::Sessions(_) => 300,
            // Exchange's settings show within minutes, and up to an hour in places.
            Self::Setting(_) => 900,
            Self::SendingBlock(_) => 3600,
            Self::Manual(_) => 0,
        }
    }

    /// Touches nothing but one mailbox, and can be undone: what `--yes` may cover.
    pub fn is_mailbox_level_and_reversible(&self) -> bool {
        matches!(self, Self::Forwarding(_) | Self::InboxRule(_)) && matches!(self.undoable(), Undoable::Fully)
    }
}

/// One step: an action on one account, and its place in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Its id.
    pub id: StepId,
    /// The account it acts on.
    pub account: AccountId,
    /// What it is for.
    pub phase: Phase,
    /// What it does.
    pub action: Action,
    /// The items it answers.
    pub because: Vec<Item>,
    /// Whether it can be undone.
    pub undo: Undoable,
    /// Order only: free when these were answered or have ended, however.
    pub after: Vec<StepId>,
    /// Free only when these are verified.
    pub needs: Vec<StepId>,
    /// The step that this one reverses.
    pub reverses: Option<StepId>,
}

impl PlannedStep {
    /// Every step that this one waits for.
    pub fn before_it(&self) -> impl Iterator<Item = &StepId> {
        self.after.iter().chain(&self.needs)
    }
}

/// A plan that somebody may approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PlanAsStored")]
pub struct Plan {
    case: CaseId,
    id: PlanId,
    kind: PlanKind,
    made_at: Timestamp,
    steps: Vec<PlannedStep>,
}

/// What is wrong with a plan or its approval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A step waits for one that is not before it.
    #[error("step {step} waits for {missing}, which is not planned before it")]
    NotYetPlanned {
        /// The step.
        step: StepId,
        /// What it waits for.
        missing: StepId,
    },
    /// Two steps have one id, or a step has another plan's.
    #[error("step {0} is not this plan's own, or stands in it twice")]
    StrayStep(StepId),
    /// The digest is not this plan's.
    #[error("the plan is not the one that was shown (its digest is {now})")]
    ChangedSinceShown {
        /// The digest of the plan as it is.
        now: Digest,
    },
}

impl Plan {
    /// Refuses a step that names one not yet seen, so no cycle and no stray edge can exist.
    pub fn new(case: CaseId, id: PlanId, kind: PlanKind, made_at: Timestamp, steps: Vec<PlannedStep>) -> Result<Self, PlanError> {
        let mut seen = BTreeSet::new();
        for step in &steps {
            if step.id.plan != id || seen.contains(&step.id) {
                return Err(PlanError::StrayStep(step.id));
            }
            if let Some(&missing) = step.before_it().find(|needed| !seen.contains(*needed)) {
                return Err(PlanError::NotYetPlanned { step: step.id, missing });
            }
            seen.insert(step.id);
        }
        Ok(Self { case, id, kind, made_at, steps })
    }

    /// The case it belongs to.
    pub fn case(&self) -> CaseId {
        self.case
    }
    /// Its number in the case.
    pub fn id(&self) -> PlanId {
        self.id
    }
    /// Its kind.
    pub fn kind(&self) -> PlanKind {
        self.kind
    }
    /// When it was made.
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }
    /// Its steps, each after all that it waits for.
    pub fn steps(&self) -> &[PlannedStep] {
        &self.steps
    }
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What an approval is bound to: the SHA-256 of the whole plan as JSON.
    pub fn digest(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// A one-way gate: it takes the draft and binds the approval to exactly these steps.
    pub fn approve(self, approval: Approval) -> Result<ApprovedPlan, PlanError> {
        let now = self.digest();
        if approval.digest != now {
            return Err(PlanError::ChangedSinceShown { now });
        }
        Ok(ApprovedPlan { plan: self, approval })
    }
}

/// The form in which a plan is read back, so that a stored plan passes the same constructor.
#[derive(Deserialize)]
struct PlanAsStored {
    case: CaseId,
    id: PlanId,
    kind: PlanKind,
    made_at: Timestamp,
    steps: Vec<PlannedStep>,
}

impl TryFrom<PlanAsStored> for Plan {
    type Error = PlanError;
    fn try_from(stored: PlanAsStored) -> Result<Self, PlanError> {
        Self::new(stored.case, stored.id, stored.kind, stored.made_at, stored.steps)
    }
}

/// Who approved a plan, how, and until when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The plan as it was shown.
    pub digest: Digest,
    /// Who.
    pub by: String,
    /// How.
    pub how: ApprovedHow,
    /// When.
    pub at: Timestamp,
}

/// How a plan came to be approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovedHow {
    /// By typing `contain`, `release` or `undo` with the account or case.
    ByCommand,
    /// At the prompt that showed it.
    AtPrompt,
    /// By its digest.
    ByDigest,
    /// By `--yes`: nobody looked.
    Unseen,
}

impl Approval {
    /// Hours until an approval expires.
    pub const HOURS: i64 = 24;

    /// Whether it no longer holds at `now`.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) > jiff::SignedDuration::from_hours(Self::HOURS)
    }
}

/// A plan with its approval; made by [`Plan::approve`] and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedPlan {
    plan: Plan,
    approval: Approval,
}

impl ApprovedPlan {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
    /// The approval.
    pub fn approval(&self) -> &Approval {
        &self.approval
    }
}
