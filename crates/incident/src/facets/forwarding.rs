//! Forwarding on the mailbox: two addresses and a flag, always read and written together, since
//! clearing one address can activate the other (docs/wire.md, 11).

use serde::{Deserialize, Serialize};

use super::{Reading, Reversal, Verified, of};
use crate::plan::Action;

/// What is set on the mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarding {
    /// To a recipient of the tenant; it wins over `smtp`.
    pub recipient: Option<Recipient>,
    /// To any address, without the `smtp:` before it.
    pub smtp: Option<String>,
    /// Whether the mailbox keeps a copy of what is forwarded.
    pub keeps_copy: bool,
}

/// A recipient that the tenant knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recipient {
    /// As the service shows it: a name, which need not be unique.
    pub name: String,
    /// Its address, where it could be resolved. A mail contact's lies outside the tenant.
    pub address: Option<String>,
    /// Its object id or address: what brings it back.
    pub id: Option<String>,
}

impl Forwarding {
    /// Whether mail is sent on at all.
    pub fn is_set(&self) -> bool {
        self.recipient.is_some() || self.smtp.is_some()
    }

    /// Where mail goes, and what stands dormant behind it.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        let recipient = self.recipient.as_ref().map(|to| to.address.as_deref().unwrap_or(&to.name));
        recipient.into_iter().chain(self.smtp.as_deref())
    }
}

/// What can be done to forwarding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Clear all three members, which were as given here.
    Remove(Forwarding),
    /// Set all three members as given here.
    Restore(Forwarding),
}

/// Whether `now` shows the change.
pub(crate) fn shows(change: &Change, now: &Reading) -> Verified {
    let Some(now) = of!(now, Forwarding) else { return Verified::NotYet };
    Verified::when(match change {
        Change::Remove(_) => !now.is_set(),
        Change::Restore(former) => now == former,
    })
}

/// Why the change no longer fits what is there, if it does not.
pub(crate) fn conflict(change: &Change, now: &Reading) -> Option<String> {
    let now = of!(now, Forwarding)?;
    match change {
        Change::Remove(planned) if now != planned && now.is_set() => {
            Some("forwarding was changed after the plan was made".to_owned())
        }
        Change::Restore(_) if now.is_set() => Some("forwarding was set again by somebody".to_owned()),
        _ => None,
    }
}

/// What brings the state before the change back.
pub(crate) fn reversal(change: &Change, now: &Reading) -> Reversal {
    let Some(now) = of!(now, Forwarding) else {
        return Reversal::Conflict("forwarding could not be read".to_owned());
    };
    match change {
        Change::Remove(former) if now == former => Reversal::AlreadyBack,
        Change::Remove(former) if !now.is_set() => Reversal::by(Action::Forwarding(Change::Restore(former.clone()))),
        Change::Restore(former) if now == former => Reversal::by(Action::Forwarding(Change::Remove(former.clone()))),
        Change::Restore(_) if !now.is_set() => Reversal::AlreadyBack,
        _ => Reversal::Conflict("forwarding was changed by somebody since".to_owned()),
    }
}
