//! Every account of the directory, as far as the posture asks about them.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::facet::Gap;
use crate::facets::identity::MailboxPurpose;

/// Members and guests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// One for each account.
    pub people: Vec<DirectoryPerson>,
    /// Why the last sign-ins could not be read. They take a licence and a permission of their own; nothing else does.
    pub sign_ins_unread: Option<Gap>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryPerson {
    /// Its object id.
    pub id: String,
    /// Its sign-in name. Hostile.
    pub name: String,
    /// It may sign in.
    pub enabled: Option<bool>,
    /// Where it is at home.
    pub home: PersonHome,
    /// It comes from a directory on-premises.
    pub synchronised: bool,
    /// It has a licence.
    pub licensed: Option<bool>,
    /// It stands under restricted management.
    pub restricted: Option<bool>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last signed in. None where [`People::sign_ins_unread`] is not: never, as far back as the service knows.
    pub signed_in: Option<Timestamp>,
    /// What its mailbox is for; asked of accounts that may sign in and have an address.
    pub mailbox: Option<MailboxPurpose>,
}

/// Where an account is at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonHome {
    /// Here.
    Member,
    /// Elsewhere, and a member here all the same.
    OutsideMember,
    /// Elsewhere.
    Guest,
    /// Here, and marked as a guest.
    LocalGuest,
    /// It is not said.
    Unknown,
}

impl DirectoryPerson {
    /// Whether it is a guest of any kind.
    pub fn is_guest(&self) -> bool {
        matches!(self.home, PersonHome::Guest | PersonHome::LocalGuest)
    }
}
