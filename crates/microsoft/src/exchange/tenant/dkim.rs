//! `Get-AcceptedDomain`, `Get-DkimSigningConfig`.

use regain_incident::tenant::dkim::{AcceptedDomain, Dkim, Signing};
use regain_ports::{ProviderError, ProviderErrorKind, Seen};
use serde_json::{Value, json};

use super::super::wire::text;
use super::{Cmdlet, Exchange, each, error, flag, raw};
use crate::call::Doing;

const DOMAINS: Doing = Doing { what: "read the accepted domains", needs: "a role that may run Get-AcceptedDomain" };
const SIGNING: Doing = Doing { what: "read which domains are signed", needs: "a role that may run Get-DkimSigningConfig" };

impl Exchange {
    pub(super) async fn dkim(&self) -> Result<Seen<Dkim>, ProviderError> {
        let outputs = self
            .all([
                Cmdlet::new(DOMAINS, "Get-AcceptedDomain", json!({"ResultSize": "Unlimited"})),
                Cmdlet::new(SIGNING, "Get-DkimSigningConfig", json!({})),
            ])
            .await?;
        let [domains, signing] = &outputs;
        let read = Dkim {
            domains: each(domains, |row| {
                let initial = flag(Some(row), "InitialDomain");
                Ok(AcceptedDomain { name: domain(DOMAINS, row, &["DomainName"])?, initial })
            })?,
            signing: each(signing, |row| {
                let selectors = ["Selector1CNAME", "Selector2CNAME"].iter().filter_map(|member| text(row, member));
                Ok(Signing {
                    domain: domain(SIGNING, row, &["Domain", "Name"])?,
                    on: flag(Some(row), "Enabled"),
                    status: text(row, "Status").map(str::to_owned),
                    selectors: selectors.map(str::to_owned).collect(),
                })
            })?,
        };
        Ok(Seen::new(read, raw(outputs)))
    }
}

fn domain(doing: Doing, row: &Value, members: &[&str]) -> Result<String, ProviderError> {
    let name = members.iter().find_map(|member| text(row, member)).filter(|name| !name.is_empty());
    let unnamed = || error::of(doing, 1, ProviderErrorKind::Surprise("a domain without a name".into()));
    name.map(str::to_lowercase).ok_or_else(unnamed)
}
