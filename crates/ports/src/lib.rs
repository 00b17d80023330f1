//! What the engine asks of the world, in the domain's own verbs: a directory, mailboxes, a
//! journal, a clock, a source of passwords. Adapters answer; the core knows none of them.
//!
//! Invariant: a verb that changes a tenant takes an [`Intent`], and only a durable entry yields one.

mod clock;
mod directory;
mod error;
mod handoff;
mod journal;
mod mail;
mod names;
mod passwords;

pub use clock::Clock;
pub use directory::{Directory, Found, Holders, Operator, SignIns, SomeSignIns};
pub use error::{BoxError, Provider, ProviderError, ProviderErrorKind};
pub use handoff::{Handoff, HandoffRefused};
pub use journal::{AppendError, Damage, Evidence, Held, Intent, Journal, JournalError, NewEntry, Scope, Verification, contract};
pub use mail::{Mail, Mailbox, Mailboxes};
pub use names::{GivenNames, Names, NotARecord};
pub use passwords::Passwords;
pub use regain_incident::rail::Candidate as AdminCandidate;

/// What a read gave: the value, or that there is no such thing here, and the raw answers.
#[derive(Debug, Clone)]
pub struct Seen<T> {
    /// `None` where the facet does not apply (a guest has no mailbox in this tenant).
    pub value: Option<T>,
    /// The raw answers as JSON text, without secret members: evidence.
    pub raw: Vec<String>,
}

impl<T> Seen<T> {
    /// A value with its raw answers.
    pub fn new(value: T, raw: Vec<String>) -> Self {
        Self { value: Some(value), raw }
    }

    /// The same with its value turned into another.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Seen<U> {
        Seen { value: self.value.map(turn), raw: self.raw }
    }
}

/// What a change answered: warnings that a person may want to know.
pub type Notes = Vec<String>;

/// How new a list has to be that is the whole tenant's and answers for every account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Read after this was asked: it has to show what was just changed.
    New,
    /// The same, of something that was read in full before: what cannot have changed may be from then.
    Again,
    /// Read a moment ago, for another account of the same run, will do.
    Shared,
}

/// Who goes first when a limit makes requests wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The lock.
    Lock,
    /// Everything else of an incident.
    Normal,
    /// What nobody waits for: the look into every mailbox of a tenant.
    Background,
}
