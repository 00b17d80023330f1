//! The world as the engine sees it: ports, policy, and who is at the keyboard.

use std::sync::Arc;

use regain_incident::ids::AccountId;
use regain_incident::plan::{Action, PlannedStep};
use regain_incident::policy::Policy;
use regain_ports::{Clock, Directory, Handoff, Journal, Mail, Names, Passwords};

/// Everything that the engine may ask.
#[derive(Clone)]
pub struct World {
    /// The directory.
    pub directory: Arc<dyn Directory>,
    /// The mailboxes.
    pub mail: Arc<dyn Mail>,
    /// The record.
    pub journal: Arc<dyn Journal>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Fresh passwords.
    pub passwords: Arc<dyn Passwords>,
    /// How a fresh password leaves.
    pub handoff: Arc<dyn Handoff>,
    /// What is published about domains, where that can be asked.
    pub names: Option<Arc<dyn Names>>,
    /// What the organisation decided.
    pub policy: Policy,
    /// The accounts that people sign in with here: none where apps sign in alone. `None` where it is not known.
    pub operators: Option<Vec<AccountId>>,
    /// Who is at the keyboard: operating-system user, host, token identity.
    pub actor: String,
    /// Codes of actions that are left out, to show which way in then stays open. Only the
    /// demonstration sets it.
    pub leave_out: Vec<String>,
}

impl World {
    /// Whether a step is left out, by the code of its action, or by code and target
    /// (`withdraw-role=Exchange Administrator`).
    pub(crate) fn leaves_out(&self, step: &PlannedStep) -> bool {
        self.leave_out.iter().any(|left| is_named(left, &step.action))
    }
}

fn is_named(left: &str, action: &Action) -> bool {
    left.split_once('=').map_or(left == action.code(), |(code, target)| code == action.code() && target == action.target())
}
