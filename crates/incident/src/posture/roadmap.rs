//! The security roadmap as data: `roadmap/*.toml`, a part of the program.
//!
//! The backbone is what Microsoft published in 2018 (first 30 days, 90 days, beyond); to it come items that would have
//! closed ways in that real intruders used.

use serde::{Deserialize, Serialize};

/// When it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// In the first 30 days.
    Days30,
    /// In the first 90 days.
    Days90,
    /// Afterwards.
    Beyond,
}

impl Phase {
    /// Every phase, in its order.
    pub const ALL: [Self; 3] = [Self::Days30, Self::Days90, Self::Beyond];

    /// The name in JSON and in texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Days30 => "days30",
            Self::Days90 => "days90",
            Self::Beyond => "beyond",
        }
    }
}

/// What it is about, as the published roadmap sorts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Security management.
    Management,
    /// Threat protection.
    Threats,
    /// Identity and access management.
    Identity,
    /// Information protection.
    Information,
}

/// A way in, or a foothold, that intruders use and an item closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// A password that was guessed, sprayed or used again.
    Password,
    /// A proxy between person and sign-in page that steals the session.
    AdversaryInTheMiddle,
    /// A code typed for somebody else.
    DeviceCode,
    /// A protocol that knows no second factor.
    LegacyAuthentication,
    /// A token or cookie taken from a device.
    StolenToken,
    /// Consent to an app.
    Consent,
    /// A sign-in method registered by the intruder.
    RegisteredMethod,
    /// Forwarding of all mail.
    Forwarding,
    /// Inbox rules.
    InboxRules,
    /// Mail sent in the owner's name, in bulk.
    Sending,
    /// Roles taken or given.
    AdminRoles,
    /// An app or a credential on one.
    Applications,
    /// A rule or connector of the mail flow.
    MailFlow,
    /// A message that led somebody to a false page.
    Phishing,
    /// Nothing was recorded, so that nobody could see it.
    Unseen,
}

impl Way {
    /// Every way.
    pub const ALL: &[Self] = &[
        Self::Password,
        Self::AdversaryInTheMiddle,
        Self::DeviceCode,
        Self::LegacyAuthentication,
        Self::StolenToken,
        Self::Consent,
        Self::RegisteredMethod,
        Self::Forwarding,
        Self::InboxRules,
        Self::Sending,
        Self::AdminRoles,
        Self::Applications,
        Self::MailFlow,
        Self::Phishing,
        Self::Unseen,
    ];

    /// The name in JSON and in texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::AdversaryInTheMiddle => "adversary-in-the-middle",
            Self::DeviceCode => "device-code",
            Self::LegacyAuthentication => "legacy-authentication",
            Self::StolenToken => "stolen-token",
            Self::Consent => "consent",
            Self::RegisteredMethod => "registered-method",
            Self::Forwarding => "forwarding",
            Self::InboxRules => "inbox-rules",
            Self::Sending => "sending",
            Self::AdminRoles => "admin-roles",
            Self::Applications => "applications",
            Self::MailFlow => "mail-flow",
            Self::Phishing => "phishing",
            Self::Unseen => "unseen",
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// Swedish.
    pub sv: String,
}

/// Where else the item is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct References {
    /// Microsoft's guidance of today.
    #[serde(default)]
    pub microsoft: Vec<String>,
    /// CISA SCuBA baselines: ids of policies.
    #[serde(default)]
    pub scuba: Vec<String>,
    /// The CIS benchmark for Microsoft 365: numbers.
    #[serde(default)]
    pub cis: Vec<String>,
    /// Maester: ids of tests.
    #[serde(default)]
    pub maester: Vec<String>,
}

/// One thing to do or to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RoadmapItem {
    /// Stable, kebab-case: what `--fix`, `--answer` and `--accept` name.
    pub id: String,
    /// When it is due.
    pub phase: Phase,
    /// What it is about.
    pub area: Area,
    /// It stands in Microsoft's roadmap; the others come from real cases.
    pub published: bool,
    /// What it is, in a line.
    pub title: Text,
    /// Why, in two sentences.
    pub why: Text,
    /// How it is measured: the name of a measure. Without one, a person is asked.
    #[serde(default)]
    pub measure: Option<String>,
    /// What a person is asked: instead of a measure, or where that does not see everything.
    #[serde(default)]
    pub question: Option<Text>,
    /// Licences and permissions that it takes.
    #[serde(default)]
    pub takes: Vec<String>,
    /// The change that fixes it: the name of a fix.
    #[serde(default)]
    pub fix: Option<String>,
    /// How hard it is: 1 for a switch, 2 for some work, 3 for a project.
    pub effort: u8,
    /// Ways that it closes.
    #[serde(default)]
    pub closes: Vec<Way>,
    /// Where else it is found.
    pub references: References,
}

#[derive(Deserialize)]
struct File {
    item: Vec<RoadmapItem>,
}

/// What is wrong with the data: a mistake in this program, found by its tests.
#[derive(Debug, thiserror::Error)]
#[error("{file} was not understood")]
pub struct NotUnderstood {
    file: &'static str,
    #[source]
    source: toml::de::Error,
}

const FILES: &[(&str, &str)] = &[
    ("roadmap/management.toml", include_str!("../../roadmap/management.toml")),
    ("roadmap/mail.toml", include_str!("../../roadmap/mail.toml")),
    ("roadmap/threats.toml", include_str!("../../roadmap/threats.toml")),
    ("roadmap/identity.toml", include_str!("../../roadmap/identity.toml")),
    ("roadmap/asked.toml", include_str!("../../roadmap/asked.toml")),
];

/// Every item, by phase and then in the order of the files.
pub fn items() -> Result<Vec<RoadmapItem>, NotUnderstood> {
    let mut all = Vec::new();
    for (file, text) in FILES {
        let read: File = toml::from_str(text).map_err(|source| NotUnderstood { file, source })?;
        all.extend(read.item);
    }
    all.sort_by_key(|item| item.phase);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::posture::{fix, measure};

    #[test]
    fn every_item_is_whole() {
        let items = items().expect("the roadmap");
        let mut ids = BTreeSet::new();
        for item in &items {
            let id = &item.id;
            assert!(ids.insert(id.clone()), "{id} is there twice");
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{id}");
            assert!(item.measure.is_some() || item.question.is_some(), "{id} is neither measured nor asked");
            if let Some(name) = &item.measure {
                assert!(measure::named(name).is_some(), "{id} names the measure {name}, which there is not");
            }
            if let Some(name) = &item.fix {
                assert!(fix::named(name).is_some(), "{id} names the fix {name}, which there is not");
            }
            assert!((1..=3).contains(&item.effort), "{id}");
            for text in [&item.title, &item.why] {
                assert!(!text.en.is_empty() && !text.sv.is_empty() && text.en != text.sv, "{id} lacks a text");
            }
        }
    }

    #[test]
    fn every_measure_is_used() {
        let items = items().expect("the roadmap");
        let used: BTreeSet<&str> = items.iter().filter_map(|item| item.measure.as_deref()).collect();
        let all: BTreeSet<&str> = measure::ROOMS.iter().flat_map(|room| room.iter()).map(|measure| measure.name).collect();
        assert_eq!(used, all);
    }
}
