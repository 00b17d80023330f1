//! What the tenant has paid for, as far as it decides what can be had here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Service plans in force, and the products that they come with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licences {
    /// Those that this version asks about.
    pub plans: BTreeSet<Plan>,
    /// Every product, by its name in orders, whatever its state.
    pub products: Vec<String>,
}

/// A service plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    /// Entra ID P1.
    EntraP1,
    /// Entra ID P2.
    EntraP2,
    /// Entra ID Governance.
    Governance,
    /// Defender for Office 365, plan 1.
    DefenderOffice1,
    /// Defender for Office 365, plan 2.
    DefenderOffice2,
    /// Defender for Cloud Apps.
    CloudApps,
    /// The part of it that Office 365 E5 has.
    CloudAppsOffice,
    /// Audit (Premium): a year instead of 180 days.
    AuditPremium,
    /// Defender XDR.
    Xdr,
    /// Intune.
    Intune,
    /// Defender for Identity.
    DefenderIdentity,
}

impl Licences {
    /// Whether the plan is in force for anybody.
    pub fn has(&self, plan: Plan) -> bool {
        self.plans.contains(&plan)
    }
}
