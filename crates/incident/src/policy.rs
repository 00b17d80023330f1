//! What an organisation has decided beforehand. Read from `policy.toml`; everything has a default.

use serde::{Deserialize, Serialize};

use crate::facets::identity::Identity;

/// The organisation's own rules. Unknown members are refused, so that a typing error is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Policy {
    /// Sign-in names or object ids of accounts kept for emergencies: never touched.
    pub break_glass: Vec<String>,
    /// Sign-in names or object ids of accounts that devices or programs use: asked about first.
    pub service_accounts: Vec<String>,
    /// Addresses or domains (`@partner.example`) to which forwarding is approved.
    pub approved_targets: Vec<String>,
    /// Domains that count as our own, beside the tenant's accepted ones.
    pub own_domains: Vec<String>,
    /// Remove suspicious rules instead of switching them off. What cannot come back is lost.
    pub remove_rules: bool,
    /// How long the incident may have lasted before the case was opened, in hours.
    pub incident_hours: Option<u32>,
    /// The longest lifetime of an access token that a token policy of the tenant allows, in minutes.
    pub access_token_minutes: Option<u32>,
}

impl Policy {
    /// Hours before the case that belong to the incident, unless the policy says otherwise.
    pub const INCIDENT_HOURS: u32 = 72;

    /// Hours before the case that belong to the incident.
    pub fn incident_hours(&self) -> u32 {
        self.incident_hours.unwrap_or(Self::INCIDENT_HOURS)
    }

    /// Minutes after a revocation until the last old access token has died.
    pub fn old_tokens_minutes(&self) -> i64 {
        let longest = self.access_token_minutes.map_or(0, |minutes| i64::from(minutes) + 5);
        longest.max(crate::facets::sessions::OLD_TOKENS_LIVE_MINUTES)
    }

    /// Whether the account is kept for emergencies.
    pub fn is_break_glass(&self, identity: &Identity) -> bool {
        names(&self.break_glass, identity)
    }

    /// Whether an account of this sign-in name and object id is kept for emergencies.
    pub fn keeps(&self, name: &str, id: &str) -> bool {
        self.break_glass.iter().any(|kept| kept.eq_ignore_ascii_case(name) || kept.eq_ignore_ascii_case(id))
    }

    /// Whether the account is used by a device or a program.
    pub fn is_service_account(&self, identity: &Identity) -> bool {
        names(&self.service_accounts, identity)
    }

    /// Whether mail may go to `address`.
    pub fn approves(&self, address: &str) -> bool {
        let address = address.to_lowercase();
        self.approved_targets
            .iter()
            .map(|target| target.to_lowercase())
            .any(|target| address == target || target.starts_with('@') && address.ends_with(&target))
    }
}

/// Whether one of `list` is the account's sign-in name or object id.
fn names(list: &[String], identity: &Identity) -> bool {
    list.iter().any(|name| name.eq_ignore_ascii_case(&identity.upn) || name.eq_ignore_ascii_case(identity.account.as_str()))
}
