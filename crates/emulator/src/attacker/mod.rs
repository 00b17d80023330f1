//! The attacker: what he holds, what he does, and when.
//!
//! He acts on the emulated clock, over HTTP like a real one, and only with what he holds. He knows nothing of the
//! world that its services do not tell him. For the same scenario and the same requests he does the same.

mod act;
mod load;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

pub use act::{act, headers, plant, scopes};

/// The client he signs in through: one of Microsoft's own, as real ones do.
pub const CLIENT: &str = "d3590ed6-52b3-4102-aeff-aad2292ab01c";

/// The attacker of a run.
#[derive(Debug, Clone, Default)]
pub struct Attacker {
    /// The accounts he is after, by object id.
    pub accounts: Vec<String>,
    pub holds: Vec<Holding>,
    /// Every attempt so far, with what came of it.
    pub attempts: Vec<Attempt>,
    does: Vec<Act>,
    every: Option<SignedDuration>,
    start: Timestamp,
    /// Everything due until here has been done.
    done: Option<Timestamp>,
    /// Access tokens got on the way, by account and service, with their ends.
    tokens: BTreeMap<(String, Resource), (String, Timestamp)>,
    /// Refresh tokens that a sign-in or a refresh gave.
    refresh: BTreeMap<String, String>,
}

/// Something that lets him in, hides him, or gives him power.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    /// As in the verdict's `way`.
    pub label: String,
    /// Object id.
    pub account: String,
    pub way: Way,
}

/// The ways.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    Password(String),
    RefreshToken {
        client_id: String,
        token: String,
        issued: Timestamp,
    },
    AccessToken {
        resource: Resource,
        token: String,
        ends: Timestamp,
    },
    /// Any new sign-in at all.
    SignIn,
    Forwarding,
    Rule(String),
    Role(Role),
    /// Not his way in but his harm: the owner cannot send.
    Sending,
}

/// How a role is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub kind: RoleKind,
    /// Template id; for Exchange the name of the role group.
    pub role: String,
    /// The group, or the administrative unit.
    pub through: Option<String>,
}

/// Where a role comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleKind {
    Direct,
    Eligible,
    Group,
    AdministrativeUnit,
    Exchange,
}

/// The service a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    Graph,
    Exchange,
}

/// Something he does, once or on every tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// From the start of the clock; none means on every tick.
    pub at: Option<SignedDuration>,
    pub deed: Deed,
    pub account: String,
    /// The way he uses, as in `holds`; none means whatever works.
    pub with: Option<String>,
    pub body: Value,
    pub count: usize,
}

/// The deeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    CreateRule,
    SetForwarding,
    SignIn,
    Refresh,
    ReadMail,
    GrantRole,
    SendMail,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub at: Timestamp,
    pub deed: Deed,
    pub account: String,
    /// The status of the last answer; none when he had nothing to try with.
    pub status: Option<u16>,
    /// What was tried, and what it gave.
    pub outcome: String,
}

impl Deed {
    /// As in a scenario.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateRule => "create-rule",
            Self::SetForwarding => "set-forwarding",
            Self::SignIn => "sign-in",
            Self::Refresh => "refresh",
            Self::ReadMail => "read-mail",
            Self::GrantRole => "grant-role",
            Self::SendMail => "send-mail",
        }
    }
}

impl Attempt {
    /// Whether it worked.
    pub fn worked(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

impl Attacker {
    /// The next moment after this one at which he wants to act.
    pub fn next_act(&self, after: Timestamp) -> Option<Timestamp> {
        let once = self.does.iter().filter_map(|act| self.moment(act)).filter(|moment| *moment > after).min();
        let tick = self.ticks_after(after).and_then(|number| self.tick(number));
        [once, tick].into_iter().flatten().min()
    }

    /// What is due until this moment and has not been done, in order. It counts as done from now on.
    pub fn take_due(&mut self, until: Timestamp) -> Vec<Act> {
        let is_new = |moment: Timestamp| self.done.is_none_or(|done| moment > done) && moment <= until;
        let mut due: Vec<(Timestamp, Act)> = self
            .does
            .iter()
            .filter_map(|act| Some((self.moment(act)?, act.clone())))
            .filter(|(moment, _)| is_new(*moment))
            .collect();
        let mut number = self.ticks_after(self.done.unwrap_or(self.start)).unwrap_or(1);
        while let Some(moment) = self.tick(number).filter(|moment| *moment <= until) {
            due.extend(self.does.iter().filter(|act| act.at.is_none()).map(|act| (moment, act.clone())));
            number += 1;
        }
        due.sort_by_key(|(moment, _)| *moment);
        self.done = self.done.max(Some(until));
        due.into_iter().map(|(_, act)| act).collect()
    }

    fn moment(&self, act: &Act) -> Option<Timestamp> {
        self.start.saturating_add(act.at?).ok()
    }

    /// The number of the first tick after a moment. There is none when nothing happens on ticks.
    fn ticks_after(&self, after: Timestamp) -> Option<i32> {
        let every = self.every.filter(SignedDuration::is_positive)?;
        self.does.iter().any(|act| act.at.is_none()).then_some(())?;
        let elapsed = after.duration_since(self.start).max(SignedDuration::ZERO);
        i32::try_from(elapsed.as_secs() / every.as_secs().max(1)).ok()?.checked_add(1)
    }

    fn tick(&self, number: i32) -> Option<Timestamp> {
        self.start.saturating_add(self.every?.checked_mul(number)?).ok()
    }
}
