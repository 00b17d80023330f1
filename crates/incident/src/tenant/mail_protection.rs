//! What is looked for in mail that comes in: phishing, spam, malware, and whom it is waved through for. This much has
//! every tenant with mailboxes; links and attachments are looked into by [`super::advanced_protection`].

use serde::{Deserialize, Serialize};

use super::dkim::AcceptedDomain;

/// The policies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailProtection {
    /// Microsoft's presets, as far as they were ever switched on.
    pub presets: Vec<Preset>,
    /// Against phishing.
    pub anti_phishing: Vec<AntiPhishing>,
    /// Against spam.
    pub content: Vec<ContentFilter>,
    /// Against malware.
    pub malware: Vec<MalwareFilter>,
    /// Whom connections are accepted from without a look.
    pub connection: Vec<ConnectionFilter>,
}

/// Which of Microsoft's presets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// For most people.
    Standard,
    /// For those who are worth more to an intruder.
    Strict,
    /// Another one.
    Other,
}

/// A preset, and for whom it is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    /// What people call it.
    pub name: String,
    /// Which.
    pub level: Level,
    /// On or off.
    pub on: Option<bool>,
    /// It names nobody, so that it is for everybody.
    pub for_everybody: bool,
    /// Domains whose people it is for, where it names nothing but domains.
    #[serde(default)]
    pub domains: Vec<String>,
    /// People, groups and domains that it is not for.
    pub spares: Vec<String>,
}

impl Preset {
    /// On, for everybody, without exception: it names nobody, or each of the domains that mail is accepted for.
    pub fn covers_all(&self, accepted: &[AcceptedDomain]) -> bool {
        self.on == Some(true) && self.spares.is_empty() && (self.for_everybody || self.names_each(accepted))
    }

    /// On, and for certain domains alone: whether that is everybody depends on which domains mail is accepted for.
    pub fn is_for_domains(&self) -> bool {
        self.on == Some(true) && self.spares.is_empty() && !self.domains.is_empty()
    }

    fn names_each(&self, accepted: &[AcceptedDomain]) -> bool {
        let is_named = |domain: &AcceptedDomain| self.domains.iter().any(|named| named.eq_ignore_ascii_case(&domain.name));
        !accepted.is_empty() && accepted.iter().all(is_named)
    }
}

/// A policy against phishing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AntiPhishing {
    /// What people call it.
    pub name: String,
    /// It is for everybody for whom no other is.
    pub is_default: Option<bool>,
    /// On or off.
    pub on: Option<bool>,
    /// Forged senders are recognised.
    pub spoof: Option<bool>,
    /// Somebody who calls himself like one of a list of people is recognised.
    pub users: Option<bool>,
    /// A domain that looks like one of the tenant's own is recognised.
    pub own_domains: Option<bool>,
    /// What mailboxes know of their owner's correspondents is used.
    pub mailbox_intelligence: Option<bool>,
    /// What a domain's owner published about forged mail is followed.
    pub honours_dmarc: Option<bool>,
}

/// A policy against spam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentFilter {
    /// What people call it.
    pub name: String,
    /// Senders and domains that are let through unseen.
    pub allowed: Vec<String>,
    /// Phishing is taken out of mailboxes after delivery too.
    pub takes_back_phishing: Option<bool>,
}

/// A policy against malware.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MalwareFilter {
    /// What people call it.
    pub name: String,
    /// Kinds of files that are programs are refused.
    pub refuses_files: Option<bool>,
    /// Malware is taken out of mailboxes after delivery too.
    pub takes_back: Option<bool>,
}

/// Whom connections are accepted from without a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionFilter {
    /// What people call it.
    pub name: String,
    /// Addresses that are let through unseen.
    pub allowed: Vec<String>,
    /// Senders on a list of others are let through unseen.
    pub safe_list: Option<bool>,
}
