//! `/directory/administrativeUnits`.

use regain_incident::tenant::administrative_units::{AdministrativeUnits, Unit};
use regain_ports::{ProviderError, Seen};

use super::super::text;
use super::{Graph, flag, needed};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the administrative units", needs: "AdministrativeUnit.Read.All or Directory.Read.All" };

impl Graph {
    pub(super) async fn administrative_units(&self) -> Result<Seen<AdministrativeUnits>, ProviderError> {
        let below = "directory/administrativeUnits?$select=id,displayName,isMemberManagementRestricted";
        let list = self.rows(READ, below).await?;
        let mut units = Vec::new();
        for row in &list.rows {
            let id = needed(READ, "id", text(row, "id"))?.to_owned();
            let name = text(row, "displayName").unwrap_or(&id).to_owned();
            // Units that were made before there was such a thing do not have the member.
            units.push(Unit { id, name, restricted: flag(row, "isMemberManagementRestricted") == Some(true) });
        }
        Ok(Seen::new(AdministrativeUnits { units }, list.raw))
    }
}
