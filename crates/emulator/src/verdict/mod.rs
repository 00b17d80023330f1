//! The verdict: which of the attacker's ways in are still open, and whether the honest things are untouched.
//!
//! Each way is tried alone, on a fork of the world where every other lock is lifted. A way is closed only when it
//! fails by itself: a stolen password that a block keeps out today is open, because the block will be lifted.

mod honest;
mod mailbox;
mod roles;
mod signin;

pub use honest::unknown as unknown_honest;
use serde_json::{Value, json};

use crate::attacker::{Deed, Holding, Way};
use crate::world::World;

/// What trying a way gave.
pub struct Finding {
    pub open: bool,
    pub proof: String,
}

impl Finding {
    /// A way that works, with what showed it.
    pub fn open(proof: impl Into<String>) -> Self {
        Self { open: true, proof: proof.into() }
    }

    /// A way that does not work.
    pub fn closed(proof: impl Into<String>) -> Self {
        Self { open: false, proof: proof.into() }
    }
}

/// Tries everything.
pub fn verdict(world: &World) -> Value {
    let mut ways: Vec<Value> = world.attacker.holds.iter().map(|holding| way(holding, &try_way(world, holding))).collect();
    ways.extend(mailbox::foreign_rules(world).into_iter().map(|(name, account, finding)| {
        json!({"way": format!("rule:{name}"), "label": format!("a rule made since the start, in the mailbox of {account}"), "open": finding.open, "proof": finding.proof})
    }));
    ways.extend(granted_since(world));
    let touched = honest::touched(world);
    json!({
        "ways": ways,
        "honest": {"kept": touched.is_empty(), "touched": touched},
        "attempts": world.attacker.attempts.iter().map(attempt).collect::<Vec<_>>(),
    })
}

fn try_way(world: &World, holding: &Holding) -> Finding {
    let account = holding.account.as_str();
    match &holding.way {
        Way::Password(password) => signin::password(world, account, password),
        Way::RefreshToken { client_id, token, issued } => signin::refresh(world, account, client_id, token, *issued),
        Way::AccessToken { resource, token, .. } => signin::access(world, account, *resource, token),
        Way::SignIn => signin::any(world, account),
        Way::Forwarding => mailbox::forwarding(world, account),
        Way::Rule(name) => mailbox::rule(world, account, name),
        Way::Role(role) => roles::held(world, account, role),
        Way::Sending => mailbox::sending(world, account),
    }
}

fn way(holding: &Holding, finding: &Finding) -> Value {
    json!({"way": holding.label, "label": words(holding), "account": holding.account, "open": finding.open, "proof": finding.proof})
}

fn words(holding: &Holding) -> String {
    match &holding.way {
        Way::Password(_) => "the stolen password signs in".to_owned(),
        Way::RefreshToken { .. } => "the stolen refresh token is redeemed".to_owned(),
        Way::AccessToken { .. } => "the stolen access token is accepted".to_owned(),
        Way::SignIn => "a new sign-in is possible".to_owned(),
        Way::Forwarding => "the mailbox forwards outside".to_owned(),
        Way::Rule(name) => format!("the rule {name:?} hides mail or sends it outside"),
        Way::Role(_) => "the role can be used".to_owned(),
        Way::Sending => "the owner cannot send".to_owned(),
    }
}

/// Roles that the attacker gave away himself and that are still there.
fn granted_since(world: &World) -> Vec<Value> {
    let worked = world.attacker.attempts.iter().any(|attempt| attempt.deed == Deed::GrantRole && attempt.worked());
    let accounts = world.attacker.accounts.iter().filter(|_| worked);
    let new = accounts.flat_map(|account| {
        let before = world.initial.directory.active_roles(account);
        let now = world.tenant.directory.active_roles(account);
        now.into_iter().filter(move |role| !before.contains(role)).map(move |role| (account, role))
    });
    new.map(|(account, role)| {
        let name = crate::roles::name(&role.template).unwrap_or(&role.template).to_owned();
        json!({"way": format!("role:granted:{name}"), "label": "a role granted since the start", "account": account, "open": true, "proof": "the role is in force"})
    })
    .collect()
}

fn attempt(attempt: &crate::attacker::Attempt) -> Value {
    json!({"at": attempt.at.to_string(), "act": attempt.deed.name(), "account": attempt.account, "status": attempt.status, "outcome": attempt.outcome})
}

/// A fork on which the account's sign-in is not blocked.
fn unblocked(world: &World, account: &str) -> World {
    let mut fork = world.fork();
    if let Some(user) = fork.tenant.directory.users.get_mut(account) {
        user["accountEnabled"] = Value::Bool(true);
    }
    fork.tenant.directory.policies.demand_nothing();
    fork
}
