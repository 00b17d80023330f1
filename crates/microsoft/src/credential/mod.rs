//! What an identity proves itself with, and which identity does what.
//!
//! Invariant: each operation is done by the least identity that may do it. What is not configured
//! falls back upwards only (see, lock, clean): a weaker identity never stands in for a stronger one.

mod certificate;

use std::path::PathBuf;
use std::sync::Arc;

use regain_incident::secret::Secret;

pub use certificate::{Certificate, CertificateError};

/// What an identity proves itself with.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A client secret.
    ClientSecret(Secret),
    /// A certificate with its private key.
    Certificate(Box<Certificate>),
    /// A file that holds another issuer's token (workload identity federation). It is read anew each
    /// time: whoever keeps it there replaces it.
    FederatedToken(PathBuf),
    /// A person who signs in: see [`Human`](crate::Human).
    Person,
}

/// Somebody to sign in as.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The application (client) id.
    pub client_id: String,
    /// What it proves itself with.
    pub credential: Credential,
}

/// What an identity is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
    /// Reads, and nothing else.
    See,
    /// Blocks sign-in, revokes sessions, replaces passwords, withdraws roles of the directory; and
    /// allows sign-in again, which is the same permission.
    Lock,
    /// Everything else that changes something.
    Clean,
}

impl Duty {
    /// All three, the weakest first.
    pub const ALL: [Self; 3] = [Self::See, Self::Lock, Self::Clean];

    /// Its name in settings and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::See => "see",
            Self::Lock => "lock",
            Self::Clean => "clean",
        }
    }
}

/// Up to three identities; two duties may share one.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    given: [Option<Arc<Identity>>; 3],
}

impl Identities {
    /// One for everything.
    pub fn one(identity: Identity) -> Self {
        Self { given: [None, None, Some(Arc::new(identity))] }
    }

    /// With an identity of its own for this duty.
    #[must_use]
    pub fn with(mut self, duty: Duty, identity: Arc<Identity>) -> Self {
        let [see, lock, clean] = &mut self.given;
        let place = match duty {
            Duty::See => see,
            Duty::Lock => lock,
            Duty::Clean => clean,
        };
        *place = Some(identity);
        self
    }

    /// Who does this: the one that is for it, else the next stronger one. None if there is no such.
    pub fn of(&self, duty: Duty) -> Option<&Arc<Identity>> {
        let [see, lock, clean] = &self.given;
        match duty {
            Duty::See => see.as_ref().or(lock.as_ref()).or(clean.as_ref()),
            Duty::Lock => lock.as_ref().or(clean.as_ref()),
            Duty::Clean => clean.as_ref(),
        }
    }

    /// For reading alone: nothing that changes a tenant can be asked with these.
    #[must_use]
    pub fn reading(&self) -> Self {
        Self { given: [self.of(Duty::See).cloned(), None, None] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(name: &str) -> Arc<Identity> {
        Arc::new(Identity { client_id: name.to_owned(), credential: Credential::Person })
    }

    fn told(identities: &Identities) -> [Option<&str>; 3] {
        Duty::ALL.map(|duty| identities.of(duty).map(|one| one.client_id.as_str()))
    }

    #[test]
    fn what_is_absent_falls_back_upwards_and_never_down() {
        let none = Identities::default;
        assert_eq!(told(&none()), [None; 3]);
        assert_eq!(told(&none().with(Duty::See, identity("s"))), [Some("s"), None, None]);
        assert_eq!(told(&none().with(Duty::Lock, identity("l"))), [Some("l"), Some("l"), None]);
        assert_eq!(told(&none().with(Duty::Clean, identity("c"))), [Some("c"); 3]);
        let two = none().with(Duty::See, identity("s")).with(Duty::Clean, identity("c"));
        assert_eq!(told(&two), [Some("s"), Some("c"), Some("c")]);
        assert_eq!(told(&two.reading()), [Some("s"), None, None]);
    }
}
