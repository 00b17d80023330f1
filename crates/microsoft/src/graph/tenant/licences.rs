//! `/subscribedSkus`.

use regain_incident::tenant::licences::{Licences, Plan};
use regain_ports::{ProviderError, Seen};
use serde_json::Value;

use super::super::text;
use super::{Graph, rows_of};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the licences", needs: "LicenseAssignment.Read.All or Organization.Read.All" };

/// Service plans by their published ids.
const PLANS: &[(&str, Plan)] = &[
    ("41781fb2-bc02-4b7c-bd55-b576c07bb09d", Plan::EntraP1),
    ("eec0eb4f-6444-4f95-aba0-50c24d67f998", Plan::EntraP2),
    ("e866a266-3cff-43a3-acca-0c90a7e00c8b", Plan::Governance),
    ("f20fedf3-f3c3-43c3-8267-2bfdd51c0939", Plan::DefenderOffice1),
    ("8e0c0a52-6a6c-4d40-8370-dd62790dcd70", Plan::DefenderOffice2),
    ("2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2", Plan::CloudApps),
    ("8c098270-9dd4-4350-9b30-ba4703f3b36b", Plan::CloudAppsOffice),
    ("2f442157-a11c-46b9-ae5b-6e39ff4e5849", Plan::AuditPremium),
    ("bf28f719-7844-4079-9c78-c1307898e192", Plan::Xdr),
    ("c1ec4a95-1f05-45b3-a911-aa3fa01094f5", Plan::Intune),
    ("14ab5db5-e6c4-4b20-b4bc-13e36fd2227f", Plan::DefenderIdentity),
];

impl Graph {
    pub(super) async fn licences(&self) -> Result<Seen<Licences>, ProviderError> {
        let list = self.rows(READ, "subscribedSkus").await?;
        let plans = list.rows.iter().filter(|row| is_in_force(row)).flat_map(plans).collect();
        let products = list.rows.iter().filter_map(|row| text(row, "skuPartNumber")).map(str::to_owned).collect();
        Ok(Seen::new(Licences { plans, products }, list.raw))
    }
}

/// Paid for, or still allowed after its end.
fn is_in_force(row: &Value) -> bool {
    matches!(text(row, "capabilityStatus"), Some("Enabled" | "Warning"))
}

fn plans(row: &Value) -> Vec<Plan> {
    let working = rows_of(row, "servicePlans").iter().filter(|plan| text(plan, "provisioningStatus") == Some("Success"));
    let ids = working.filter_map(|plan| text(plan, "servicePlanId"));
    ids.filter_map(|id| PLANS.iter().find(|(known, _)| known.eq_ignore_ascii_case(id))).map(|(_, plan)| *plan).collect()
}
