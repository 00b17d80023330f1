//! Settings of the whole organisation: read by one cmdlet, and where the reference has one, set by another.
//!
//! Invariant: rows have the members that the cmdlets show. A setting that changes nothing succeeds with a warning, as the
//! service does it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::Call;
use super::catalogue;
use super::load::text;
use super::reply::{Failure, Output, Row};
use super::rules::nothing_modified;
use super::state::{Exchange, Versioned};
use crate::policies::{Place, merge, read, set_at};
use crate::world::Directory;

/// Parameters that say how to do it, not what.
const MANNER: &[&str] = &["Identity", "Confirm", "Force", "WhatIf"];

const ALERTS: &str = "Get-ProtectionAlert";

/// Entries that the list of senders without a mark may have; the reference has it.
const SPARED_MAX: usize = 200;

/// Listings that a tenant without Defender for Office 365 does not have.
const DEFENDER: &[&str] = &["SafeLinksPolicy", "SafeAttachmentPolicy", "AtpPolicyForO365"];

/// What an organisation says that changed nothing, by what it is about.
pub fn defaults(directory: &Directory) -> BTreeMap<String, Versioned<Vec<Row>>> {
    let table = read(include_str!("../../defaults/organisation.json"));
    let defender = directory.skus.iter().any(|sku| sku["servicePlans"].to_string().contains("ATP_ENTERPRISE"));
    let verified = || directory.domains.iter().filter(|domain| domain["isVerified"] != Value::Bool(false));
    let computed = [
        ("AcceptedDomain", verified().map(accepted).collect::<Vec<Value>>()),
        ("DkimSigningConfig", verified().map(signing).collect()),
    ];
    let stored = table.as_object().into_iter().flatten();
    let stored = stored.map(|(noun, rows)| (noun.as_str(), rows.as_array().cloned().unwrap_or_default()));
    stored
        .filter(|(noun, _)| defender || !DEFENDER.contains(noun))
        .chain(computed)
        .map(|(noun, list)| (format!("Get-{noun}"), Versioned::new(rows(&list))))
        .collect()
}

fn rows(list: &[Value]) -> Vec<Row> {
    list.iter().filter_map(Value::as_object).cloned().collect()
}

/// Any of these listings, all of it or one by `Identity`.
pub fn get(exchange: &Exchange, cmdlet: &str, call: &Call) -> Result<Output, Failure> {
    let mut rows = exchange.lists.get(cmdlet).map(|list| list.seen(call.fresh).clone()).unwrap_or_default();
    if let Some(state) = call.parameters.text("State") {
        rows.retain(|row| row.get("State").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(state)));
    }
    let Some(identity) = call.parameters.text("Identity") else { return Ok(Output::rows(rows)) };
    let rows: Vec<Row> = rows.into_iter().filter(|row| is_named(row, identity)).collect();
    if rows.is_empty() { Err(Failure::object_missing(identity)) } else { Ok(Output::rows(rows)) }
}

/// `Get-AdminAuditLogConfig` at the Purview endpoint, which says that nothing is recorded whatever is.
pub fn audit_at_purview(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let mut output = get(exchange, "Get-AdminAuditLogConfig", call)?;
    for row in &mut output.rows {
        row.insert("UnifiedAuditLogIngestionEnabled".to_owned(), Value::Bool(false));
    }
    Ok(output)
}

/// Any cmdlet that sets what another reads.
pub fn set(exchange: &mut Exchange, noun: &str, call: &Call) -> Result<Output, Failure> {
    change(exchange, noun, call.parameters.text("Identity"), call, &given(call))
}

/// `Set-ExternalInOutlook`: the reference says that an `Identity` that names nothing changes the whole organisation.
pub fn set_external_tag(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let current = exchange.rows("Get-ExternalInOutlook").first().and_then(|row| row.get("AllowList"));
    let current = current.map(super::parameters::texts).unwrap_or_default();
    if call.parameters.list("AllowList").is_some_and(|change| change.apply(&current).len() > SPARED_MAX) {
        return Err(Failure::refused(
            "Microsoft.Exchange.Configuration.Tasks.TaskInvalidOperationException",
            format!("The allow list can have at most {SPARED_MAX} entries."),
        ));
    }
    change(exchange, "ExternalInOutlook", None, call, &given(call))
}

/// `Set-ProtectionAlert`: the reference says that it changes no default policy, though another page of Microsoft's shows
/// it doing so.
pub fn set_alert(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let identity = call.parameters.text("Identity").unwrap_or_default();
    let default =
        exchange.rows(ALERTS).iter().any(|row| is_named(row, identity) && row.get("IsSystemRule") == Some(&Value::Bool(true)));
    if default {
        return Err(Failure::refused(
            "Microsoft.Exchange.Management.Tasks.TaskException",
            format!("The alert policy '{identity}' is a default policy and can't be changed by this cmdlet."),
        ));
    }
    set(exchange, "ProtectionAlert", call)
}

fn given<'a>(call: &'a Call) -> Vec<(&'a str, Value)> {
    call.parameters.iter().filter(|(name, _)| !MANNER.contains(name)).map(|(name, value)| (name, value.clone())).collect()
}

/// `Enable-TransportRule` and its opposite.
pub fn switch_rule(exchange: &mut Exchange, call: &Call, state: &str) -> Result<Output, Failure> {
    let mut given = vec![("State", Value::from(state))];
    given.extend(call.parameters.text("Mode").map(|mode| ("Mode", Value::from(mode))));
    change(exchange, "TransportRule", call.parameters.text("Identity"), call, &given)
}

/// `identity` names the row; without one it is the first.
fn change(
    exchange: &mut Exchange,
    noun: &str,
    identity: Option<&str>,
    call: &Call,
    given: &[(&str, Value)],
) -> Result<Output, Failure> {
    let Some(list) = exchange.lists.get_mut(&format!("Get-{noun}")) else {
        return Err(Failure::object_missing(identity.unwrap_or(noun)));
    };
    let mut rows = list.now().clone();
    let found = rows.iter_mut().find(|row| identity.is_none_or(|identity| is_named(row, identity)));
    let row = found.ok_or_else(|| Failure::object_missing(identity.unwrap_or(noun)))?;
    for (name, value) in given {
        let value = match call.parameters.list(name) {
            Some(change) if row.get(*name).is_some_and(Value::is_array) => {
                change.apply(&row.get(*name).map(super::parameters::texts).unwrap_or_default()).into()
            }
            _ => value.clone(),
        };
        row.insert((*name).to_owned(), value);
    }
    if call.parameters.on("WhatIf") {
        return Ok(Output::default());
    }
    let changed = list.put(rows);
    Ok(Output::done((!changed).then(|| nothing_modified(identity.unwrap_or(noun)))))
}

fn is_named(row: &Row, identity: &str) -> bool {
    ["Identity", "Name", "DomainName", "Domain", "Guid"]
        .iter()
        .any(|member| row.get(*member).and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(identity)))
}

impl Exchange {
    /// The rows that a cmdlet lists, as they are.
    pub fn rows(&self, cmdlet: &str) -> &[Row] {
        self.lists.get(cmdlet).map(|list| list.now().as_slice()).unwrap_or_default()
    }

    /// All settings of the organisation, by what they are about.
    pub fn organisation(&self) -> impl Iterator<Item = (&str, &[Row])> {
        self.lists.iter().map(|(cmdlet, list)| (cmdlet.trim_start_matches("Get-"), list.now().as_slice()))
    }

    /// Puts what a scenario says of the organisation over what is there: an object over the one row or the default one,
    /// a list in place of the list.
    pub(super) fn load_organisation(&mut self, given: &Value) -> Result<(), String> {
        for (noun, given) in given.as_object().into_iter().flatten() {
            let cmdlet =
                catalogue::find(&format!("Get-{noun}")).ok_or_else(|| format!("exchange.organisation: there is no {noun}"))?;
            let mut rows: Vec<Value> = self.rows(cmdlet.name).iter().cloned().map(Value::Object).collect();
            match (given, rows.first_mut()) {
                (Value::Array(list), _) => rows.clone_from(list),
                (Value::Object(_), Some(first)) => merge(first, given),
                (Value::Object(_), None) => rows.push(given.clone()),
                _ => return Err(format!("exchange.organisation.{noun}: an object or a list of them is wanted")),
            }
            self.lists.insert(cmdlet.name.to_owned(), Versioned::new(self::rows(&rows)));
        }
        Ok(())
    }

    /// Sets something below a listing, for a test.
    pub fn set_organisation(&mut self, noun: &str, place: &Place) -> Result<(), String> {
        let cmdlet = catalogue::find(&format!("Get-{noun}")).ok_or_else(|| format!("there is no {noun}"))?;
        let mut all: Value = self.rows(cmdlet.name).iter().cloned().map(Value::Object).collect();
        set_at(&mut all, place)?;
        let rows = rows(all.as_array().ok_or("a list is wanted")?);
        self.lists.insert(cmdlet.name.to_owned(), Versioned::new(rows));
        Ok(())
    }

    /// Whether mail may be forwarded outside by itself. `Automatic` acts as `Off`.
    pub fn forwards_outside(&self, domain: &str) -> bool {
        let policies = self.rows("Get-HostedOutboundSpamFilterPolicy");
        let policy = policies.iter().find(|row| row.get("IsDefault") == Some(&Value::Bool(true)));
        let on = policy.and_then(|row| row.get("AutoForwardingMode")).and_then(Value::as_str) == Some("On");
        on && self.remote_domain_forwards(domain)
    }

    fn remote_domain_forwards(&self, domain: &str) -> bool {
        let rows = self.rows("Get-RemoteDomain");
        let name = |row: &&Row| row.get("DomainName").and_then(Value::as_str).unwrap_or_default().to_owned();
        let exact = rows.iter().find(|row| name(row).eq_ignore_ascii_case(domain));
        let row = exact.or_else(|| rows.iter().find(|row| name(row) == "*"));
        row.is_none_or(|row| row.get("AutoForwardEnabled") != Some(&Value::Bool(false)))
    }
}

fn accepted(domain: &Value) -> Value {
    let name = text(domain, "id");
    json!({
        "DomainName": name, "Name": name, "Identity": name, "DomainType": "Authoritative",
        "Default": domain["isDefault"] == Value::Bool(true), "InitialDomain": domain["isInitial"] == Value::Bool(true),
        "MatchSubDomains": false,
    })
}

/// Only the initial domain is signed for without anybody doing anything.
fn signing(domain: &Value) -> Value {
    let name = text(domain, "id");
    let initial = domain["isInitial"] == Value::Bool(true);
    let dashed = name.replace('.', "-");
    json!({
        "Domain": name, "Name": name, "Identity": name, "Enabled": initial, "IsDefault": initial,
        "Status": if initial { "Valid" } else { "CnameMissing" }, "Selector1KeySize": 2048, "Selector2KeySize": 2048,
        "Selector1CNAME": format!("selector1-{dashed}._domainkey.contoso.onmicrosoft.com"),
        "Selector2CNAME": format!("selector2-{dashed}._domainkey.contoso.onmicrosoft.com"),
    })
}
