//! What a policy demands, and what that is worth in a situation.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::policy::{AccessPolicy, Control, Grant, Id, Operator, PolicyRef};
use super::situation::{ClientApp, Device, Flow, Situation, Trust};
use super::strength::{Strength, Worth};
use super::truth::{Condition, Doubt, Known, Open, Truth, Why};

/// One thing that is asked of somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// A built-in control.
    Control(Control),
    /// An authentication strength.
    Strength(Id),
    /// Terms of use to accept.
    TermsOfUse(Id),
    /// A control of another maker.
    Custom(String),
}

/// What one policy demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// Which policy.
    pub policy: PolicyRef,
    /// All of it, or one of it.
    pub operator: Operator,
    /// Never empty.
    pub of: BTreeSet<Requirement>,
}

/// What is asked of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// More than one factor.
    Mfa,
    /// A method that resists phishing.
    PhishingResistant,
    /// A compliant or hybrid joined device.
    ManagedDevice,
    /// No way in at all.
    Blocked,
}

impl Demand {
    /// What `policy` demands, if it demands anything.
    pub(super) fn of(policy: &AccessPolicy) -> Option<Self> {
        let grant = policy.grant.as_ref()?;
        let of = requirements(grant);
        (!of.is_empty()).then(|| Self { policy: policy.named(), operator: grant.operator.clone(), of })
    }

    /// Whether it blocks by itself: the control is there, and is not one alternative of several.
    pub(super) fn blocks(&self) -> bool {
        self.of.contains(&Requirement::Control(Control::Block)) && (self.operator == Operator::All || self.of.len() == 1)
    }

    /// Whether nobody can meet this demand in `situation` without `question`.
    pub(super) fn forces(&self, question: Question, situation: &Situation, strengths: &[Strength]) -> Truth {
        let held = Asked { demand: self, situation, strengths };
        let each = || self.of.iter().map(|one| held.forces(one, question));
        let whole = match &self.operator {
            _ if self.of.len() == 1 => Truth::any(each()),
            Operator::All => Truth::any(each()),
            Operator::One => Truth::all(each()),
            // Whatever the word means, it cannot mean less than "one of them".
            Operator::Other(text) => match (Truth::all(each()), Truth::any(each())) {
                (certain @ Truth::Yes, _) | (_, certain @ Truth::No) => certain,
                _ => held.doubt(Why::UnknownValue(text.clone())),
            },
        };
        let block_among = self.of.contains(&Requirement::Control(Control::Block)) && !self.blocks();
        if block_among && whole.is_no() { held.doubt(Why::Open(Open::BlockAmongAlternatives)) } else { whole }
    }

    /// What is enough instead of what is asked for, if that is among what is demanded.
    pub(super) fn without(
        &self,
        question: Question,
        situation: &Situation,
        strengths: &[Strength],
    ) -> Option<BTreeSet<Requirement>> {
        let held = Asked { demand: self, situation, strengths };
        let (forcing, instead): (Vec<_>, Vec<_>) = self.of.iter().cloned().partition(|one| held.forces(one, question).is_yes());
        (!forcing.is_empty()).then(|| instead.into_iter().collect())
    }
}

fn requirements(grant: &Grant) -> BTreeSet<Requirement> {
    let mut all: BTreeSet<Requirement> = grant.controls.iter().cloned().map(Requirement::Control).collect();
    all.extend(grant.strength.iter().cloned().map(Requirement::Strength));
    all.extend(grant.terms_of_use.iter().cloned().map(Requirement::TermsOfUse));
    all.extend(grant.custom.iter().cloned().map(Requirement::Custom));
    all
}

/// A demand, held against one sign-in.
struct Asked<'a> {
    demand: &'a Demand,
    situation: &'a Situation,
    strengths: &'a [Strength],
}

impl Asked<'_> {
    fn doubt(&self, why: Why) -> Truth {
        let doubt = Doubt { policy: Some(self.demand.policy.clone()), condition: Condition::Grant, why };
        Truth::CannotBeTold(BTreeSet::from([doubt]))
    }

    /// Nobody meets `one` without `question`: because it means that, or because nobody can meet it here at all.
    fn forces(&self, one: &Requirement, question: Question) -> Truth {
        Truth::any([self.implies(one, question), self.can_be_met(one).negated()])
    }

    /// Whether `one` means `question` wherever it is met.
    fn implies(&self, one: &Requirement, question: Question) -> Truth {
        use Control as C;
        match one {
            Requirement::Control(C::Block) => Truth::Yes,
            Requirement::Control(C::Other(text)) => self.doubt(Why::UnknownValue(text.clone())),
            Requirement::Control(C::RiskRemediation) if question == Question::Mfa => self.doubt(Why::Open(Open::RiskRemediation)),
            // A new password is only taken after multi-factor authentication.
            Requirement::Control(C::Mfa | C::PasswordChange) => Truth::of(question == Question::Mfa),
            Requirement::Control(C::CompliantDevice | C::HybridJoinedDevice) => Truth::of(question == Question::ManagedDevice),
            Requirement::Strength(id) => match question {
                Question::Mfa => self.strength(id, Worth::MultiFactor),
                Question::PhishingResistant => self.strength(id, Worth::PhishingResistant),
                Question::ManagedDevice | Question::Blocked => Truth::No,
            },
            _ => Truth::No,
        }
    }

    fn strength(&self, id: &Id, worth: Worth) -> Truth {
        let Some(strength) = Strength::find(id, self.strengths) else {
            return self.doubt(Why::NotRead(id.to_string()));
        };
        match strength.is(worth) {
            Ok(known) => Truth::of(known),
            Err(whys) => Truth::any(whys.into_iter().map(|why| self.doubt(why))),
        }
    }

    /// Whether this sign-in can meet `one` at all.
    fn can_be_met(&self, one: &Requirement) -> Truth {
        if *one == Requirement::Control(Control::Block) {
            return Truth::No;
        }
        let by_client = match self.situation.client {
            Known::Known(client) if client.is_legacy() => return self.met_by_legacy(one, client),
            Known::Known(_) => Truth::Yes,
            Known::Unknown => self.doubt(Why::NotStated),
        };
        let by_device = match one {
            Requirement::Control(control @ (Control::CompliantDevice | Control::HybridJoinedDevice)) => self.device(control),
            _ => Truth::Yes,
        };
        Truth::all([by_client, by_device])
    }

    /// Legacy clients can show no second factor, accept nothing and, but for ActiveSync, do not say what device they are on.
    fn met_by_legacy(&self, one: &Requirement, client: ClientApp) -> Truth {
        use Control as C;
        match one {
            Requirement::Control(C::Mfa) | Requirement::Strength(_) | Requirement::TermsOfUse(_) | Requirement::Custom(_) => {
                Truth::No
            }
            Requirement::Control(C::CompliantDevice | C::HybridJoinedDevice) if client == ClientApp::Other => Truth::No,
            Requirement::Control(_) => self.doubt(Why::Open(Open::LegacyClientControl)),
        }
    }

    fn device(&self, control: &Control) -> Truth {
        match &self.situation.flow {
            Known::Known(Flow::DeviceCode) => return self.doubt(Why::Open(Open::DeviceCodeDevice)),
            Known::Unknown => return self.doubt(Why::NotStated),
            Known::Known(_) => {}
        }
        let device = match &self.situation.device {
            Known::Unknown => return self.doubt(Why::NotStated),
            Known::Known(Device::Unregistered) => return Truth::No,
            Known::Known(Device::Registered(device)) => device,
        };
        let known = match control {
            Control::CompliantDevice => device.compliant,
            _ => match device.trust {
                Known::Known(trust) => Known::Known(trust == Trust::HybridJoined),
                Known::Unknown => Known::Unknown,
            },
        };
        known.get().map_or_else(|| self.doubt(Why::NotStated), |known| Truth::of(*known))
    }
}
