//! Links and attachments that are looked into: Defender for Office 365, where the tenant has it.

use serde::{Deserialize, Serialize};

use super::mail_protection::Preset;

/// The policies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvancedProtection {
    /// Microsoft's presets for links and attachments, as far as they were ever switched on.
    pub presets: Vec<Preset>,
    /// Policies for links.
    pub links: Vec<SafeLinks>,
    /// Policies for attachments.
    pub attachments: Vec<SafeAttachments>,
    /// Files in SharePoint, OneDrive and Teams are looked into.
    pub files_elsewhere: Option<bool>,
}

/// A policy for links. To whom one that is not built in applies is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeLinks {
    /// What people call it.
    pub name: String,
    /// It comes with the licence, for everybody for whom no other is.
    pub built_in: Option<bool>,
    /// Links in mail are checked when they are opened.
    pub in_mail: Option<bool>,
    /// Pages are looked at, not only looked up.
    pub looks: Option<bool>,
    /// People may go on to a page that was found bad.
    pub click_through: Option<bool>,
}

/// A policy for attachments. To whom one that is not built in applies is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeAttachments {
    /// What people call it.
    pub name: String,
    /// It comes with the licence, for everybody for whom no other is.
    pub built_in: Option<bool>,
    /// On or off.
    pub on: Option<bool>,
    /// What is bad is kept back.
    pub keeps_back: Option<bool>,
}
