//! `/domains`, and `/domains/{id}/federationConfiguration` of those that sign in elsewhere.

use regain_incident::tenant::federation::{Federation, SecondFactorTrust, SignInAt, SignInDomain, Trust};
use regain_ports::{ProviderError, Seen};
use serde_json::Value;

use super::super::text;
use super::super::wire::path;
use super::{Graph, flag, needed};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the domains", needs: "Domain.Read.All" };
const SETTINGS: Doing = Doing { what: "read how a domain is federated", needs: "Domain-InternalFederation.Read.All" };

impl Graph {
    pub(super) async fn federation(&self) -> Result<Seen<Federation>, ProviderError> {
        let list = self.rows(READ, "domains").await?;
        let (mut domains, mut raw) = (Vec::new(), list.raw);
        for row in &list.rows {
            let name = needed(READ, "id", text(row, "id"))?.to_owned();
            let sign_in = match text(row, "authenticationType") {
                Some("Managed") => SignInAt::Here,
                Some("Federated") => {
                    let settings = self.rows(SETTINGS, &format!("domains/{}/federationConfiguration", path(&name))).await?;
                    raw.extend(settings.raw);
                    SignInAt::Elsewhere(settings.rows.iter().map(trust).collect())
                }
                other => SignInAt::Other(other.unwrap_or_default().to_owned()),
            };
            domains.push(SignInDomain { name, verified: flag(row, "isVerified"), sign_in });
        }
        Ok(Seen::new(Federation { domains }, raw))
    }
}

fn trust(row: &Value) -> Trust {
    let second_factor = text(row, "federatedIdpMfaBehavior").map(|word| match word {
        "acceptIfMfaDoneByFederatedIdp" => SecondFactorTrust::Taken,
        "enforceMfaByFederatedIdp" => SecondFactorTrust::AskedThere,
        "rejectMfaByFederatedIdp" => SecondFactorTrust::Refused,
        other => SecondFactorTrust::Other(other.to_owned()),
    });
    Trust { issuer: text(row, "issuerUri").unwrap_or_default().to_owned(), second_factor }
}
