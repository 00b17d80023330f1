//! The journal: the append-only record of a case, and its only truth. Every state is a fold over
//! it ([`crate::case`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::account::Account;
use crate::digest::Digest;
use crate::facet::{Facet, FacetName, Gap};
use crate::facets::Reading;
use crate::finding::Assessment;
use crate::ids::{AccountId, CaseId, PlanId, Seq, StepId, TenantId};
use crate::item::Item;
use crate::plan::{Approval, Plan};
use crate::planner::Level;
use crate::posture::answer::Answer;
use crate::posture::told::{Acceptance, Statement};
use crate::release::{Criterion, Gate};
use crate::sweep::{Batch, Listing};
use crate::who_else::WhoElse;

/// An entry as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its case.
    pub case: CaseId,
    /// Its place.
    pub seq: Seq,
    /// When it was written, by the writer's clock.
    pub at: Timestamp,
    /// Who caused it: operating-system user, host and token identity.
    pub actor: String,
    /// What happened.
    pub entry: Entry,
}

/// What a read was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadFor {
    /// Before the first change.
    Snapshot,
    /// To see what a step did.
    Verify,
    /// To see what came back.
    Watch,
}

/// One line of the record. No entry can hold a password: there is no type for it to stand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Entry {
    /// The case begins.
    CaseOpened {
        /// In this tenant.
        tenant: TenantId,
        /// The incident may have begun here.
        incident_since: Timestamp,
        /// What it is for.
        #[serde(default)]
        purpose: Purpose,
    },
    /// Somebody gave a command.
    Commanded {
        /// Its name.
        command: String,
    },
    /// An account joined the case.
    AccountAdded {
        /// The account.
        account: Account,
        /// How far it is to be locked, if the command that added it locks: so that a program that ended before it
        /// made its plan can be resumed.
        #[serde(default)]
        lock: Option<Level>,
    },
    /// A facet was read, or was not.
    FacetRead {
        /// Whose.
        account: AccountId,
        /// Which.
        facet: FacetName,
        /// What for.
        purpose: ReadFor,
        /// What came.
        reading: Facet<Reading>,
        /// The raw answers, in the evidence table.
        evidence: Vec<Digest>,
    },
    /// Exported audit logs were read.
    LogsScanned {
        /// The files, as they were named, each with its SHA-256: they are not kept, but can be known again.
        files: Vec<(String, Digest)>,
        /// What was found, in the evidence table.
        evidence: Digest,
    },
    /// A snapshot was judged.
    Judged {
        /// Whose.
        account: AccountId,
        /// The judgement.
        assessment: Assessment,
    },
    /// A person overruled a judgement.
    Overruled {
        /// Whose.
        account: AccountId,
        /// Which thing.
        item: Item,
        /// True: clean it although it looked benign. False: keep it although it looked bad.
        clean: bool,
    },
    /// A plan was made.
    PlanMade {
        /// The plan.
        plan: Plan,
    },
    /// A plan was approved.
    PlanApproved {
        /// Which.
        plan: PlanId,
        /// By whom, how, when.
        approval: Approval,
    },
    /// A step is about to be applied: what was there before, and the moment.
    StepStarted {
        /// Which.
        step: StepId,
        /// What was observed.
        before: Option<Reading>,
    },
    /// The service said that it was done.
    StepApplied {
        /// Which.
        step: StepId,
        /// What the service warned of.
        notes: Vec<String>,
    },
    /// The request left and no answer came; also found after a crash. Neither success nor failure.
    StepUnanswered {
        /// Which.
        step: StepId,
        /// What happened.
        why: String,
    },
    /// The service refused, or the step no longer fits.
    StepRefused {
        /// Which.
        step: StepId,
        /// Why.
        refusal: Refusal,
    },
    /// A reading begun after the answer showed the effect.
    StepVerified {
        /// Which.
        step: StepId,
        /// It was so before we did anything.
        already: bool,
    },
    /// The deadline passed and no reading showed the effect.
    StepContradicted {
        /// Which.
        step: StepId,
        /// What was seen.
        why: String,
    },
    /// What a step had done was undone by somebody, maybe under another name.
    StepReturned {
        /// Which.
        step: StepId,
        /// As what.
        seen: String,
    },
    /// A step that is not to be done any more: its need failed, or a new plan replaced it.
    StepDropped {
        /// Which.
        step: StepId,
        /// Why.
        why: String,
    },
    /// A named person did a manual step.
    ManualDone {
        /// Which.
        step: StepId,
        /// Who says so.
        by: String,
    },
    /// A pass of the watch ended.
    WatchPassed {
        /// Whose.
        account: AccountId,
        /// How many things came back.
        returned: u32,
        /// Facets that this pass could not read.
        unread: Vec<FacetName>,
    },
    /// A fresh password left through a hand-off; never which.
    HandedOver {
        /// Whose.
        account: AccountId,
        /// By what way.
        way: String,
    },
    /// A gate was opened.
    Released {
        /// Whose.
        account: AccountId,
        /// Which gate.
        gate: Gate,
        /// The criteria as they stood.
        criteria: Vec<Criterion>,
        /// Criteria overridden, with the reason.
        overrides: BTreeMap<String, String>,
        /// Said to be a false alarm, and why.
        false_alarm: Option<String>,
    },
    /// The sign-ins of the tenant were compared with those of the accounts of the case.
    WhoElseAsked {
        /// What was found, and what could not be asked.
        found: WhoElse,
    },
    /// The tenant was measured against the roadmap.
    PostureTold {
        /// The answers, by item.
        answers: BTreeMap<String, Answer>,
    },
    /// A person answered a question of the roadmap.
    PostureStated {
        /// Which item.
        item: String,
        /// The answer.
        statement: Statement,
    },
    /// Somebody answers for an item that is not met.
    PostureAccepted {
        /// Which item.
        item: String,
        /// By whom, until when, why.
        acceptance: Acceptance,
    },
    /// A look into every mailbox of the tenant began.
    SweepBegun {
        /// Which mailboxes there are.
        listing: Listing,
    },
    /// It was gone on with after an interruption.
    SweepResumed {
        /// Which mailboxes there are now.
        listing: Listing,
    },
    /// Some mailboxes were looked into.
    SweepRead {
        /// What it gave.
        batch: Batch,
    },
    /// It came to its end.
    SweepEnded {
        /// Why the rest was not asked, if it was not.
        rest: Option<Gap>,
    },
    /// The case is closed.
    Closed,
}

/// What a record is kept for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A response to an incident.
    #[default]
    Incident,
    /// The posture of a tenant: one record for each tenant, never closed.
    Posture,
}

/// Why a step was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Refusal {
    /// A permission or role is missing, or the target outranks us.
    Denied {
        /// What to grant.
        missing: String,
    },
    /// Somebody changed it since the plan was made.
    Conflict {
        /// What differs.
        detail: String,
    },
    /// The service will not do it.
    Rejected {
        /// What it said.
        detail: String,
    },
    /// The service did not let us through in time.
    Unavailable {
        /// What happened.
        detail: String,
    },
}

impl Refusal {
    /// The sentence for a log line or a report.
    pub fn detail(&self) -> &str {
        match self {
            Self::Denied { missing } => missing,
            Self::Conflict { detail } | Self::Rejected { detail } | Self::Unavailable { detail } => detail,
        }
    }
}

impl Entry {
    /// The step that the entry speaks of.
    pub fn step(&self) -> Option<StepId> {
        match self {
            Self::StepStarted { step, .. }
            | Self::StepApplied { step, .. }
            | Self::StepUnanswered { step, .. }
            | Self::StepRefused { step, .. }
            | Self::StepVerified { step, .. }
            | Self::StepContradicted { step, .. }
            | Self::StepReturned { step, .. }
            | Self::StepDropped { step, .. }
            | Self::ManualDone { step, .. } => Some(*step),
            _ => None,
        }
    }

    /// The stable name of what happened.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CaseOpened { .. } => "case-opened",
            Self::Commanded { .. } => "commanded",
            Self::AccountAdded { .. } => "account-added",
            Self::FacetRead { .. } => "facet-read",
            Self::LogsScanned { .. } => "logs-scanned",
            Self::Judged { .. } => "judged",
            Self::Overruled { .. } => "overruled",
            Self::PlanMade { .. } => "plan-made",
            Self::PlanApproved { .. } => "plan-approved",
            Self::StepStarted { .. } => "step-started",
            Self::StepApplied { .. } => "step-applied",
            Self::StepUnanswered { .. } => "step-unanswered",
            Self::StepRefused { .. } => "step-refused",
            Self::StepVerified { .. } => "step-verified",
            Self::StepContradicted { .. } => "step-contradicted",
            Self::StepReturned { .. } => "step-returned",
            Self::StepDropped { .. } => "step-dropped",
            Self::ManualDone { .. } => "manual-done",
            Self::WatchPassed { .. } => "watch-passed",
            Self::HandedOver { .. } => "handed-over",
            Self::Released { .. } => "released",
            Self::WhoElseAsked { .. } => "who-else-asked",
            Self::PostureTold { .. } => "posture-told",
            Self::PostureStated { .. } => "posture-stated",
            Self::PostureAccepted { .. } => "posture-accepted",
            Self::SweepBegun { .. } => "sweep-begun",
            Self::SweepResumed { .. } => "sweep-resumed",
            Self::SweepRead { .. } => "sweep-read",
            Self::SweepEnded { .. } => "sweep-ended",
            Self::Closed => "closed",
        }
    }
}
