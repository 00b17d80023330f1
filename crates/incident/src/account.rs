//! An account: one identity in one tenant, and what kind of target it is.

use serde::{Deserialize, Serialize};

use crate::facets::identity::{Identity, MailboxPurpose, UserType};
use crate::facets::roles::DIRECTORY_SYNCHRONISATION_ACCOUNTS;
use crate::ids::AccountId;
use crate::policy::Policy;

/// One account of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its object id: the key.
    pub id: AccountId,
    /// Its sign-in name: a label.
    pub upn: String,
    /// Its display name.
    pub name: String,
    /// What kind of target it is.
    pub kind: Kind,
    /// Owned by an on-premises directory, which a cloud change does not reach.
    pub synchronised: bool,
}

/// What kind of target an account is; decides what is done at once, asked about, or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A human being with a mailbox of their own: locked at once.
    Person,
    /// A mailbox that several people open; its sign-in should be off anyway.
    SharedMailbox,
    /// A room or a piece of equipment.
    Resource,
    /// Somebody whose home is another tenant: blocked, revoked, withdrawn, never reset.
    Guest,
    /// A device or a program that signs in: a lock stops what depends on it.
    ServiceLike,
    /// The account of directory synchronisation: refused.
    DirectorySync,
    /// An account kept for emergencies: refused.
    BreakGlass,
    /// The identity that this tool runs as: refused.
    Operator,
    /// The tenant itself, an object of its own directory: its settings are measured and changed, and nothing of it is
    /// ever locked.
    Organisation,
}

impl Kind {
    /// The name in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::SharedMailbox => "shared-mailbox",
            Self::Resource => "resource",
            Self::Guest => "guest",
            Self::ServiceLike => "service-like",
            Self::DirectorySync => "directory-sync",
            Self::BreakGlass => "break-glass",
            Self::Operator => "operator",
            Self::Organisation => "organisation",
        }
    }

    /// Never touched, whoever asks.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::DirectorySync | Self::BreakGlass | Self::Operator)
    }

    /// Whether naming the account is enough to lock it.
    pub fn is_locked_at_once(self) -> bool {
        self == Self::Person
    }

    /// Whether the password belongs to this tenant at all.
    pub fn has_password_here(self) -> bool {
        !matches!(self, Self::Guest | Self::Organisation)
    }
}

impl Account {
    /// The tenant itself, as the target of changes to its settings.
    pub fn organisation(id: AccountId, name: &str) -> Self {
        Self { id, upn: name.to_owned(), name: name.to_owned(), kind: Kind::Organisation, synchronised: false }
    }
}

/// The kind of `identity`, holding `roles` (role ids), when this tool runs as `operator`.
pub fn kind_of(identity: &Identity, roles: &[String], policy: &Policy, operator: Option<&AccountId>) -> Kind {
    if operator == Some(&identity.account) {
        return Kind::Operator;
    }
    if policy.is_break_glass(identity) {
        return Kind::BreakGlass;
    }
    let synchronises = roles.iter().any(|role| role == DIRECTORY_SYNCHRONISATION_ACCOUNTS);
    if synchronises || identity.upn.to_ascii_lowercase().starts_with("sync_") {
        return Kind::DirectorySync;
    }
    if identity.user_type == UserType::Guest {
        return Kind::Guest;
    }
    match identity.purpose {
        MailboxPurpose::Shared => Kind::SharedMailbox,
        MailboxPurpose::Room | MailboxPurpose::Equipment => Kind::Resource,
        _ if policy.is_service_account(identity) || looks_like_a_service(identity) => Kind::ServiceLike,
        _ => Kind::Person,
    }
}

/// Named like a device or a program *and* with a password that never expires: a hint that makes
/// `contain` ask first, never more than that.
fn looks_like_a_service(identity: &Identity) -> bool {
    const NAMES: &[&str] =
        &["svc-", "svc_", "svc.", "service-", "service.", "noreply", "no-reply", "scanner", "printer", "smtp", "relay"];
    let name = identity.upn.to_ascii_lowercase();
    identity.password_never_expires && NAMES.iter().any(|start| name.starts_with(start))
}
