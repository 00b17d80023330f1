//! Security defaults: what Microsoft enforces where a tenant has no Conditional Access of its own.
//!
//! They hold only while no policy is enabled; the service refuses both, so where both are read, the defaults are
//! not counted. They block legacy clients, ask administrators for a second factor each time, ask everybody for it who
//! manages Azure, and ask the others when Microsoft finds it necessary. They block no flow, ask for no device and no
//! particular method.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Subject;
use super::demand::Question;
use super::evaluate::Rules;
use super::policy::State;
use super::resource::{AZURE_MANAGEMENT, AZURE_PORTAL};
use super::situation::{ClientApp, Situation, Target};
use super::truth::{Condition, Doubt, Known, Open, Truth, Why};
use crate::facets::roles::DIRECTORY_SYNCHRONISATION_ACCOUNTS;

/// The administrators whom security defaults ask each time, by role template id.
const ADMINISTRATORS: &[&str] = &[
    "62e90394-69f5-4237-9190-012177145e10", // Global Administrator
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", // Application Administrator
    "c4e39bd9-1100-46d3-8c65-fb160da0071f", // Authentication Administrator
    "0526716b-113d-4c15-b2c8-68e3c22b9f80", // Authentication Policy Administrator
    "b0f54661-2d74-4c50-afa3-1ec803f12efe", // Billing Administrator
    "158c047a-c907-4556-b7ef-446551a6b5f7", // Cloud Application Administrator
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", // Conditional Access Administrator
    "29232cdf-9323-42fd-ade2-1d097af3e4de", // Exchange Administrator
    "729827e3-9c14-49f7-bb1b-9608f156bbb8", // Helpdesk Administrator
    "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e", // Identity Governance Administrator
    "966707d0-3269-4727-9be2-8c3a10f19b9d", // Password Administrator
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13", // Privileged Authentication Administrator
    "e8611ab8-c189-46e8-94e1-60213ab1f814", // Privileged Role Administrator
    "194ae4cb-b126-40b2-bd5b-6091b380977d", // Security Administrator
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c", // SharePoint Administrator
    "69091246-20e8-4a56-aa4d-066075b2a7a8", // Teams Administrator
    "fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
];

/// How security defaults stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// On, and no policy is enabled.
    InForce,
    /// Off.
    Off,
    /// Read as on beside an enabled policy, which the service refuses: not counted.
    Contradicted,
    /// It was not read, or a policy's state is not known.
    Unknown,
}

/// How security defaults stand under `rules`.
pub(super) fn standing(rules: Rules<'_>) -> Standing {
    let is = |wanted: fn(&State) -> bool| rules.policies.iter().any(|policy| wanted(&policy.state));
    match rules.security_defaults {
        Known::Known(false) => Standing::Off,
        Known::Known(true) if is(|state| *state == State::Enabled) => Standing::Contradicted,
        Known::Unknown if is(|state| *state == State::Enabled) => Standing::Off,
        Known::Known(true) if !is(|state| matches!(state, State::Other(_))) => Standing::InForce,
        Known::Known(true) | Known::Unknown => Standing::Unknown,
    }
}

/// Whether security defaults let nobody in without `question`.
pub(super) fn answer(rules: Rules<'_>, subject: &Subject, situation: &Situation, question: Question) -> Truth {
    let asked = || on(subject, situation, question);
    match standing(rules) {
        Standing::InForce => asked(),
        Standing::Off | Standing::Contradicted => Truth::No,
        Standing::Unknown => Truth::all([asked(), doubt(Why::Open(Open::DefaultsState))]),
    }
}

fn doubt(why: Why) -> Truth {
    Truth::CannotBeTold(BTreeSet::from([Doubt { policy: None, condition: Condition::Defaults, why }]))
}

fn on(subject: &Subject, situation: &Situation, question: Question) -> Truth {
    let blocked = match situation.client {
        Known::Known(ClientApp::Other) => Truth::Yes,
        // Only its basic authentication is blocked, and a client does not say which it uses.
        Known::Known(ClientApp::ExchangeActiveSync) => doubt(Why::Open(Open::DefaultsActiveSync)),
        Known::Known(_) => Truth::No,
        Known::Unknown => doubt(Why::NotStated),
    };
    let asked = if question == Question::Mfa { asks(subject, situation) } else { Truth::No };
    Truth::any([blocked, asked])
}

/// Whether a second factor is asked for.
fn asks(subject: &Subject, situation: &Situation) -> Truth {
    let manages_azure = match &situation.target {
        Known::Known(Target::Application(id)) => Truth::of([AZURE_MANAGEMENT, AZURE_PORTAL].contains(&id.as_str())),
        // Published as asked at sign-in; that an action or a context is protected by it is not.
        Known::Known(Target::Action(_) | Target::Context(_)) => return Truth::No,
        Known::Known(_) => Truth::No,
        Known::Unknown => doubt(Why::NotStated),
    };
    let Known::Known(roles) = &subject.roles else { return doubt(Why::NotStated) };
    if roles.iter().any(|role| role.as_str() == DIRECTORY_SYNCHRONISATION_ACCOUNTS) {
        return Truth::No;
    }
    let administers = Truth::of(roles.iter().any(|role| ADMINISTRATORS.contains(&role.as_str())));
    Truth::any([manages_azure, administers, doubt(Why::ServiceDecides)])
}
