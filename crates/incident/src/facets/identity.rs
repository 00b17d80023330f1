//! Identity: who the account is, and whether it may sign in at all.

use serde::{Deserialize, Serialize};

use super::{Reading, Reversal, Verified, of};
use crate::Timestamp;
use crate::ids::AccountId;
use crate::plan::Action;

/// What the directory says of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its object id.
    pub account: AccountId,
    /// Its sign-in name.
    pub upn: String,
    /// Its display name.
    pub name: String,
    /// Its title, for the person who reads the screen.
    pub job_title: Option<String>,
    /// Its primary address.
    pub mail: Option<String>,
    /// All its addresses, without the `smtp:` before them, in lower case.
    pub addresses: Vec<String>,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Member or guest.
    pub user_type: UserType,
    /// Owned by an on-premises directory.
    pub synchronised: bool,
    /// May be changed only from inside its administrative unit.
    pub management_restricted: bool,
    /// Its password never expires.
    pub password_never_expires: bool,
    /// Holds at least one licence.
    pub licensed: bool,
    /// What its mailbox is for.
    pub purpose: MailboxPurpose,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When its password was last set, by anybody.
    pub password_changed: Option<Timestamp>,
    /// Refresh tokens issued before this are dead.
    pub sessions_valid_from: Option<Timestamp>,
}

/// Member or guest of the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserType {
    /// At home here.
    Member,
    /// At home elsewhere.
    Guest,
}

/// What a mailbox is for (`mailboxSettings.userPurpose`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailboxPurpose {
    /// One person's.
    User,
    /// Several people's.
    Shared,
    /// A room's.
    Room,
    /// A piece of equipment's.
    Equipment,
    /// Another kind, or one that we do not know.
    Other,
    /// There is no mailbox in this cloud.
    None,
    /// It could not be read.
    Unknown,
}

/// What can be done to sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Block it.
    Block,
    /// Allow it again.
    Allow,
}

/// Whether `now` shows the change.
pub(crate) fn shows(change: Change, now: &Reading) -> Verified {
    let wanted = change == Change::Allow;
    Verified::when(of!(now, Identity).is_some_and(|identity| identity.enabled == wanted))
}

/// What brings `before` back.
pub(crate) fn reversal(before: &Reading, now: &Reading) -> Reversal {
    match (of!(before, Identity), of!(now, Identity)) {
        (Some(before), Some(now)) if before.enabled == now.enabled => Reversal::AlreadyBack,
        (Some(before), Some(_)) => Reversal::by(Action::SignIn(if before.enabled { Change::Allow } else { Change::Block })),
        _ => Reversal::Conflict("the account could not be read".to_owned()),
    }
}
