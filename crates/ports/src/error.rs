//! One error for every provider: who, doing what, after how many tries. Its kind drives the engine.

use std::fmt;
use std::time::Duration;

/// A cause that only its adapter understands.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Who was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Microsoft Entra's sign-in endpoint.
    Entra,
    /// Microsoft Graph.
    Graph,
    /// Exchange Online.
    Exchange,
    /// The domain name system.
    Names,
}

impl fmt::Display for Provider {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Entra => "Microsoft Entra sign-in",
            Self::Graph => "Microsoft Graph",
            Self::Exchange => "Exchange Online",
            Self::Names => "The domain name system",
        })
    }
}

/// A request that did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("{provider} could not {doing} (attempt {attempts})")]
pub struct ProviderError {
    /// Who was asked.
    pub provider: Provider,
    /// What was asked, as a phrase that follows "could not".
    pub doing: &'static str,
    /// How often.
    pub attempts: u32,
    /// What happened.
    #[source]
    pub kind: ProviderErrorKind,
}

impl ProviderError {
    /// The same once more, for somebody else who waited for the same answer. What only the adapter
    /// understands becomes its text.
    pub fn again(&self) -> Self {
        Self { provider: self.provider, doing: self.doing, attempts: self.attempts, kind: self.kind.again() }
    }
}

impl ProviderErrorKind {
    fn again(&self) -> Self {
        let text = |cause: &BoxError| BoxError::from(cause.to_string());
        match self {
            Self::NotFound => Self::NotFound,
            Self::Denied { missing } => Self::Denied { missing: missing.clone() },
            Self::Unlicensed { detail } => Self::Unlicensed { detail: detail.clone() },
            Self::Credential { detail, hint } => Self::Credential { detail: detail.clone(), hint: hint.clone() },
            Self::Throttled { wait } => Self::Throttled { wait: *wait },
            Self::Conflict => Self::Conflict,
            Self::Rejected { code, detail } => Self::Rejected { code: code.clone(), detail: detail.clone() },
            Self::Unanswered(cause) => Self::Unanswered(text(cause)),
            Self::Unreachable(cause) => Self::Unreachable(text(cause)),
            Self::Incomplete { detail } => Self::Incomplete { detail: detail.clone() },
            Self::Surprise(cause) => Self::Surprise(text(cause)),
        }
    }
}

/// What happened to a request.
#[derive(Debug, thiserror::Error)]
pub enum ProviderErrorKind {
    /// No such object, or a replica that has not heard of it.
    #[error("no such object")]
    NotFound,
    /// A permission or role is missing.
    #[error("not allowed: grant {missing}")]
    Denied {
        /// What to grant.
        missing: String,
    },
    /// The tenant has no licence for this.
    #[error("the tenant has no licence for this: {detail}")]
    Unlicensed {
        /// What the service said.
        detail: String,
    },
    /// The credential is wrong, expired, or of another tenant.
    #[error("{detail}")]
    Credential {
        /// What is wrong with it.
        detail: String,
        /// What to do about it.
        hint: String,
    },
    /// Throttled until patience ended.
    #[error("still throttled; try again in {wait:?}")]
    Throttled {
        /// As the service said, or our own guess.
        wait: Duration,
    },
    /// The object changed since it was read.
    #[error("the object changed since it was read")]
    Conflict,
    /// The service understood and will not.
    #[error("refused: {detail}")]
    Rejected {
        /// The service's code of it.
        code: String,
        /// What it said.
        detail: String,
    },
    /// The request left and no answer came: it may have been carried out.
    #[error("the request left but no answer came")]
    Unanswered(#[source] BoxError),
    /// The request certainly was not carried out.
    #[error("not reachable")]
    Unreachable(#[source] BoxError),
    /// Only a part of a list could be read.
    #[error("only a part could be read: {detail}")]
    Incomplete {
        /// What is missing.
        detail: String,
    },
    /// The answer was not understood.
    #[error("the answer was not understood")]
    Surprise(#[source] BoxError),
}
