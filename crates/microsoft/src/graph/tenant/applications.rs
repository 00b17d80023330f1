//! `/applications`, `/servicePrincipals`, `/oauth2PermissionGrants`, and who holds what in Graph and Exchange.

use std::collections::{BTreeMap, BTreeSet};

use regain_incident::tenant::applications::{AppRight, Application, Applications, Consent, Credential, Owner};
use regain_ports::{ProviderError, Seen};
use serde_json::Value;

use super::super::wire::path;
use super::super::{text, time};
use super::{Graph, flag, needed, rows_of};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the applications", needs: "Application.Read.All or Directory.Read.All" };
const CONSENTS: Doing = Doing { what: "read what people let applications do", needs: "Directory.Read.All" };
const RIGHTS: Doing = Doing { what: "read what applications may do by themselves", needs: "Application.Read.All" };

/// Services whose permissions are read: Microsoft Graph and Exchange Online, by application id.
const SERVICES: &[&str] = &["00000003-0000-0000-c000-000000000000", "00000002-0000-0ff1-ce00-000000000000"];
/// Tenants of Microsoft's own that its applications come from.
const MICROSOFT: &[&str] = &["f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"];

impl Graph {
    pub(super) async fn applications(&self) -> Result<Seen<Applications>, ProviderError> {
        let registered = self.rows(READ, "applications?$select=id,appId,displayName,passwordCredentials,keyCredentials").await?;
        let used = "servicePrincipals?$select=id,appId,displayName,accountEnabled,appOwnerOrganizationId,verifiedPublisher,\
                    passwordCredentials,keyCredentials";
        let used = self.rows(READ, used).await?;
        let consents = self.rows(CONSENTS, "oauth2PermissionGrants").await?;
        let apps = apps(&registered.rows, &used.rows)?;
        let mut raw = [registered.raw, used.raw, consents.raw].concat();
        let mut rights = Vec::new();
        for service in apps.iter().filter(|app| SERVICES.iter().any(|known| known.eq_ignore_ascii_case(&app.app))) {
            let (some, more) = self.rights_in(service).await?;
            rights.extend(some);
            raw.extend(more);
        }
        let consents = consents.rows.iter().map(consent).collect::<Result<_, _>>()?;
        Ok(Seen::new(Applications { apps, rights, consents }, raw))
    }

    /// Who holds which permission of one service.
    async fn rights_in(&self, service: &Application) -> Result<(Vec<AppRight>, Vec<String>), ProviderError> {
        let id = path(&service.id);
        let (body, raw) = self.object(RIGHTS, &format!("servicePrincipals/{id}?$select=id,appRoles")).await?;
        let names: BTreeMap<&str, &str> =
            rows_of(&body, "appRoles").iter().filter_map(|role| Some((text(role, "id")?, text(role, "value")?))).collect();
        let held = self.rows(RIGHTS, &format!("servicePrincipals/{id}/appRoleAssignedTo")).await?;
        let mut rights = Vec::new();
        for row in held.rows.iter().filter(|row| text(row, "principalType").is_none_or(|kind| kind == "ServicePrincipal")) {
            let holder = needed(RIGHTS, "principalId", text(row, "principalId"))?.to_owned();
            let role = needed(RIGHTS, "appRoleId", text(row, "appRoleId"))?;
            // A permission without a name is told by its id, and never left out.
            let right = names.get(role).copied().unwrap_or(role).to_owned();
            let name = text(row, "principalDisplayName").unwrap_or(&holder).to_owned();
            rights.push(AppRight { holder, name, right, of: service.name.clone() });
        }
        Ok((rights, [raw, held.raw].concat()))
    }
}

/// Every application once: those used here with what opens their registration as well, then those only registered.
fn apps(registered: &[Value], used: &[Value]) -> Result<Vec<Application>, ProviderError> {
    let mut ours: BTreeMap<String, &Value> = BTreeMap::new();
    for row in registered {
        ours.insert(needed(READ, "appId", text(row, "appId"))?.to_ascii_lowercase(), row);
    }
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for row in used {
        let key = needed(READ, "appId", text(row, "appId"))?.to_ascii_lowercase();
        let registration = ours.get(&key).copied();
        all.push(application(row, registration, owner(row, registration.is_some()))?);
        seen.insert(key);
    }
    for (key, row) in &ours {
        if !seen.contains(key) {
            all.push(application(row, None, Owner::Us)?);
        }
    }
    Ok(all)
}

fn owner(row: &Value, registered: bool) -> Owner {
    match text(row, "appOwnerOrganizationId") {
        _ if registered => Owner::Us,
        Some(id) if MICROSOFT.iter().any(|known| known.eq_ignore_ascii_case(id)) => Owner::Microsoft,
        Some(_) => Owner::Others,
        None => Owner::Unknown,
    }
}

fn application(row: &Value, registration: Option<&Value>, owner: Owner) -> Result<Application, ProviderError> {
    let id = needed(READ, "id", text(row, "id"))?.to_owned();
    let credentials = [Some(row), registration].into_iter().flatten().flat_map(credentials).collect();
    Ok(Application {
        app: text(row, "appId").unwrap_or_default().to_owned(),
        name: text(row, "displayName").unwrap_or(&id).to_owned(),
        id,
        owner,
        enabled: flag(row, "accountEnabled"),
        verified: row.get("verifiedPublisher").is_some_and(|publisher| text(publisher, "verifiedPublisherId").is_some()),
        credentials,
    })
}

fn credentials(row: &Value) -> Vec<Credential> {
    let of = |member: &str, secret: bool| -> Vec<Credential> {
        let one = |row: &Value| Credential {
            id: text(row, "keyId").unwrap_or_default().to_owned(),
            secret,
            since: time(row, "startDateTime"),
            until: time(row, "endDateTime"),
        };
        rows_of(row, member).iter().map(one).collect()
    };
    [of("passwordCredentials", true), of("keyCredentials", false)].concat()
}

fn consent(row: &Value) -> Result<Consent, ProviderError> {
    let app = needed(CONSENTS, "clientId", text(row, "clientId"))?.to_owned();
    let scope = text(row, "scope").unwrap_or_default();
    Ok(Consent {
        app,
        by: text(row, "principalId").map(str::to_owned),
        rights: scope.split_whitespace().map(str::to_owned).collect(),
    })
}
