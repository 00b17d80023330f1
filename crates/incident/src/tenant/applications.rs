//! Applications: which are there, what opens them, what they may do, and who let them in.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applications {
    /// The applications that can be used in this tenant, its own and those of others.
    pub apps: Vec<Application>,
    /// What they may do by themselves, in the directory and in mail.
    pub rights: Vec<AppRight>,
    /// What people let them do in their name.
    pub consents: Vec<Consent>,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its object id in this tenant; of one that is only registered, the registration's.
    pub id: String,
    /// Its id everywhere.
    pub app: String,
    /// Its name. Hostile.
    pub name: String,
    /// Whose it is.
    pub owner: Owner,
    /// It may sign in.
    pub enabled: Option<bool>,
    /// Microsoft has verified who made it.
    pub verified: bool,
    /// What opens it: of the registration and of the object in this tenant.
    pub credentials: Vec<Credential>,
}

/// Whose an application is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// Registered here.
    Us,
    /// Microsoft's.
    Microsoft,
    /// Somebody else's.
    Others,
    /// It is not said.
    Unknown,
}

/// Something that opens an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Its id.
    pub id: String,
    /// A secret, and not a certificate.
    pub secret: bool,
    /// Since when it is good.
    pub since: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// A permission that an application holds by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRight {
    /// The holder's object id.
    pub holder: String,
    /// The holder's name. Hostile.
    pub name: String,
    /// The permission, as administrators know it.
    pub right: String,
    /// In what: the name of the service.
    pub of: String,
}

/// What an application may do in somebody's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The application's object id.
    pub app: String,
    /// Whose consent it is; none for everybody's, by an administrator.
    pub by: Option<String>,
    /// The permissions, as administrators know them.
    pub rights: Vec<String>,
}

impl Applications {
    /// The application with this object id.
    pub fn of(&self, id: &str) -> Option<&Application> {
        self.apps.iter().find(|one| one.id.eq_ignore_ascii_case(id))
    }
}
