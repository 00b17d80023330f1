//! What an evaluation says: each policy with its reason, and what they demand together.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::defaults::Standing;
use super::demand::{Demand, Question};
use super::policy::{Id, PolicyRef, State};
use super::session::Session;
use super::situation::UserAction;
use super::subject::GuestKind;
use super::truth::{Condition, Doubt, Truth};

/// How a policy names somebody or something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// It does not limit this at all.
    NotLimited,
    /// As one of all.
    All,
    /// The account by name.
    Account,
    /// Through this group.
    Group(Id),
    /// Through this role.
    Role(Id),
    /// As this kind of guest.
    Guest(GuestKind),
    /// As any guest.
    AnyGuest,
    /// As this application.
    Application(Id),
    /// As part of the suite.
    Office365,
    /// As a portal for administration.
    AdminPortals,
    /// As this action.
    Action(UserAction),
    /// As this authentication context.
    Context(Id),
    /// As this place.
    Location(Id),
    /// As a trusted place.
    AllTrusted,
    /// By this rule.
    Rule(String),
    /// By this value.
    Value(String),
}

/// Why a policy does not apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Miss {
    /// It is off.
    Off,
    /// It is about applications that sign in by themselves.
    NotForPeople,
    /// Nothing in it names this.
    NotIncluded,
    /// It names this, and excludes it again.
    Excluded(By),
}

/// What became of one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every condition is met, and by what.
    Applies(BTreeMap<Condition, By>),
    /// The first condition that is not met, and why.
    DoesNotApply(Condition, Miss),
    /// No condition certainly fails, and for these reasons not all are certainly met.
    CannotBeTold(BTreeSet<Doubt>),
}

/// One policy, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Which.
    pub policy: PolicyRef,
    /// Whether it is switched on. What is only reported is judged as if it were.
    pub state: State,
    /// What became of it.
    pub outcome: Outcome,
}

/// What the applying policies demand together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Together {
    /// Nobody gets in: these policies say so, and nothing else counts any more.
    Blocked(Vec<PolicyRef>),
    /// Whoever meets every demand gets in, and is limited afterwards.
    Granted {
        /// One for each policy that demands something.
        demands: Vec<Demand>,
        /// The strictest of each session control.
        session: Session,
    },
}

/// The whole answer for one subject in one situation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Every policy, in the order in which they were given.
    pub policies: Vec<Judged>,
    /// What those that certainly apply demand together.
    pub together: Together,
    /// How security defaults stand.
    pub defaults: Standing,
    pub(super) answers: Answers,
}

/// The answers to the four questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answers {
    pub(super) mfa: Truth,
    pub(super) phishing_resistant: Truth,
    pub(super) managed_device: Truth,
    pub(super) blocked: Truth,
}

impl Verdict {
    /// Enabled policies that apply.
    pub fn applying(&self) -> impl Iterator<Item = &Judged> {
        self.enabled().filter(|one| matches!(one.outcome, Outcome::Applies(_)))
    }

    /// Policies that are only reported and would apply.
    pub fn would_apply(&self) -> impl Iterator<Item = &Judged> {
        self.policies.iter().filter(|one| one.state == State::ReportOnly && matches!(one.outcome, Outcome::Applies(_)))
    }

    /// Policies that do not apply, whatever their state.
    pub fn not_applying(&self) -> impl Iterator<Item = &Judged> {
        self.policies.iter().filter(|one| matches!(one.outcome, Outcome::DoesNotApply(..)))
    }

    /// Policies of which it cannot be told, whatever their state.
    pub fn cannot_be_told(&self) -> impl Iterator<Item = &Judged> {
        self.policies.iter().filter(|one| matches!(one.outcome, Outcome::CannotBeTold(_)))
    }

    fn enabled(&self) -> impl Iterator<Item = &Judged> {
        self.policies.iter().filter(|one| one.state == State::Enabled)
    }

    /// The answer to one of the questions.
    pub fn answer(&self, question: Question) -> &Truth {
        match question {
            Question::Mfa => self.demands_mfa(),
            Question::PhishingResistant => self.demands_phishing_resistant(),
            Question::ManagedDevice => self.demands_managed_device(),
            Question::Blocked => self.is_blocked(),
        }
    }

    /// Whether nobody gets in here without more than one factor. A block is an answer to that as well.
    pub fn demands_mfa(&self) -> &Truth {
        &self.answers.mfa
    }

    /// Whether nobody gets in here without a method that resists phishing.
    pub fn demands_phishing_resistant(&self) -> &Truth {
        &self.answers.phishing_resistant
    }

    /// Whether nobody gets in here without a compliant or hybrid joined device.
    pub fn demands_managed_device(&self) -> &Truth {
        &self.answers.managed_device
    }

    /// Whether nobody gets in here at all: by a block, or by a demand that this sign-in cannot meet.
    pub fn is_blocked(&self) -> &Truth {
        &self.answers.blocked
    }
}
