//! `Get-ProtectionAlert` at Purview; whether its recipients exist is asked of Exchange.

use std::collections::{BTreeMap, BTreeSet};

use regain_incident::tenant::alert_policies::{ALL_ADMINISTRATORS, AlertPolicies, AlertPolicy, Recipient};
use regain_ports::{ProviderError, ProviderErrorKind, Seen};
use serde_json::{Value, json};

use super::super::error::is_gone;
use super::super::wire::{text, texts, yes};
use super::{Cmdlet, Exchange, Output, error, flag, object};
use crate::call::Doing;

const READ: Doing =
    Doing { what: "read the alert policies", needs: "a Purview role that may run Get-ProtectionAlert (View-Only Manage Alerts)" };
const EXISTS: Doing = Doing { what: "look up who alerts go to", needs: "a role that may run Get-Recipient" };
const DOMAINS: Doing = Doing { what: "read the accepted domains", needs: "a role that may run Get-AcceptedDomain" };
/// Not in the collected list of cmdlets: known from public scripts only (docs/unverified.md).
pub(super) const CHANGE: Doing =
    Doing { what: "change who an alert goes to", needs: "a Purview role that may run Set-ProtectionAlert (Manage Alerts)" };

impl Exchange {
    pub(super) async fn alert_policies(&self) -> Result<Seen<AlertPolicies>, ProviderError> {
        let domains = self.run(&domains()).await?;
        let alerts = Cmdlet::new(READ, "Get-ProtectionAlert", json!({})).at_purview(&initial(&domains)?);
        let alerts = self.run(&alerts).await?;
        let (known, mut raw) = self.who_exists(&alerts, &domains).await?;
        let policies = alerts.rows.iter().map(|row| policy(row, &known)).collect::<Result<_, _>>()?;
        raw.extend(alerts.raw);
        raw.extend(domains.raw);
        Ok(Seen::new(AlertPolicies { policies }, raw))
    }

    /// Where Purview's anchor is.
    pub(super) async fn initial_domain(&self) -> Result<String, ProviderError> {
        initial(&self.run(&domains()).await?)
    }

    /// Each recipient inside, once. Whoever is of another organisation cannot be asked for here.
    async fn who_exists(
        &self,
        alerts: &Output,
        domains: &Output,
    ) -> Result<(BTreeMap<String, bool>, Vec<String>), ProviderError> {
        let inside: BTreeSet<String> =
            domains.rows.iter().filter_map(|row| text(row, "DomainName")).map(str::to_lowercase).collect();
        let named: BTreeSet<String> = alerts.rows.iter().flat_map(|row| texts(row, "NotifyUser")).collect();
        let is_inside =
            |address: &str| address.rsplit_once('@').is_some_and(|(_, domain)| inside.contains(&domain.to_lowercase()));
        let asked: Vec<String> = named.into_iter().filter(|address| is_inside(address)).collect();
        let reads = asked.iter().map(|address| async move {
            let parameters = json!({"Identity": address});
            match self.run(&Cmdlet::new(EXISTS, "Get-Recipient", parameters).select("PrimarySmtpAddress")).await {
                Ok(found) => Ok((!found.rows.is_empty(), found.raw)),
                Err(error) if is_gone(&error) => Ok((false, Vec::new())),
                Err(error) => Err(error),
            }
        });
        let told = futures_util::future::try_join_all(reads).await?;
        let raw = told.iter().flat_map(|(_, raw)| raw.clone()).collect();
        Ok((asked.into_iter().zip(told.into_iter().map(|(exists, _)| exists)).collect(), raw))
    }
}

fn domains() -> Cmdlet<'static> {
    Cmdlet::new(DOMAINS, "Get-AcceptedDomain", json!({"ResultSize": "Unlimited"}))
}

/// The domain that came with the tenant.
fn initial(domains: &Output) -> Result<String, ProviderError> {
    let initial = domains.rows.iter().find(|row| yes(row, "InitialDomain")).and_then(|row| text(row, "DomainName"));
    let none = || error::of(DOMAINS, 1, ProviderErrorKind::Surprise("no accepted domain is the initial one".into()));
    initial.map(str::to_owned).ok_or_else(none)
}

fn policy(row: &Value, known: &BTreeMap<String, bool>) -> Result<AlertPolicy, ProviderError> {
    let recipient = |address: String| Recipient { exists: known.get(&address).copied(), address: spelled(address) };
    Ok(AlertPolicy {
        object: object(READ, row)?,
        on: flag(Some(row), "Disabled").map(|off| !off),
        sends_mail: flag(Some(row), "NotificationEnabled"),
        recipients: texts(row, "NotifyUser").into_iter().map(recipient).collect(),
        built_in: flag(Some(row), "IsSystemRule"),
    })
}

/// The word for all administrators is not case-sensitive.
fn spelled(address: String) -> String {
    if address.eq_ignore_ascii_case(ALL_ADMINISTRATORS) { ALL_ADMINISTRATORS.to_owned() } else { address }
}
