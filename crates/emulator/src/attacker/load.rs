//! Reads the `attacker` part of a scenario.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Act, Attacker, CLIENT, Deed, Holding, Resource, Role, RoleKind, Way};
use crate::clock::parse_span;
use crate::entra::token;
use crate::message::Service;
use crate::world::Tenant;

impl Attacker {
    /// Reads what he holds and does. Tokens he holds are made here, as they were made when he got them.
    pub fn from_scenario(scenario: &Value, tenant: &Tenant) -> Result<Self, String> {
        only(scenario, &["account", "accounts", "holds", "every", "does"])?;
        let mut attacker = Self { start: tenant.directory.as_of, ..Self::default() };
        let named = scenario["account"].as_str().into_iter().chain(list(scenario, "accounts").filter_map(Value::as_str));
        for name in named {
            attacker.accounts.push(account(tenant, name)?);
        }
        for holding in list(scenario, "holds") {
            attacker.holds.push(attacker.holding(holding, tenant)?);
        }
        if let Some(every) = scenario["every"].as_str() {
            attacker.every = Some(span(every)?);
        }
        for act in list(scenario, "does") {
            let act = attacker.read_act(act, tenant)?;
            attacker.does.push(act);
        }
        Ok(attacker)
    }

    fn account_of(&self, value: &Value, tenant: &Tenant) -> Result<String, String> {
        match (value["account"].as_str(), self.accounts.first()) {
            (Some(name), _) => account(tenant, name),
            (None, Some(first)) => Ok(first.clone()),
            (None, None) => Err("an account is missing".to_owned()),
        }
    }

    fn holding(&self, value: &Value, tenant: &Tenant) -> Result<Holding, String> {
        only(
            value,
            &[
                "way",
                "account",
                "password",
                "client_id",
                "token",
                "issued",
                "resource",
                "lifetime_minutes",
                "rule",
                "kind",
                "role",
                "group",
                "unit",
            ],
        )?;
        let account = self.account_of(value, tenant)?;
        let name = text(value, "way")?;
        let way = match name {
            "password" => Way::Password(text(value, "password")?.to_owned()),
            "refresh-token" => Way::RefreshToken {
                client_id: value["client_id"].as_str().unwrap_or(CLIENT).to_owned(),
                token: text(value, "token")?.to_owned(),
                issued: self.issued(value)?,
            },
            "access-token" => access_token(value, tenant, &account, self.issued(value)?)?,
            "sign-in" => Way::SignIn,
            "forwarding" => Way::Forwarding,
            "rule" => Way::Rule(text(value, "rule")?.to_owned()),
            "role" => Way::Role(role(value, tenant)?),
            "sending" => Way::Sending,
            other => return Err(format!("holds: no way is called {other:?}")),
        };
        let label = label(name, &way, tenant);
        let label = if self.accounts.len() > 1 { format!("{label}@{}", upn(tenant, &account)) } else { label };
        Ok(Holding { label, account, way })
    }

    fn issued(&self, value: &Value) -> Result<Timestamp, String> {
        match value["issued"].as_str() {
            None => Ok(self.start),
            Some(text) => text.parse().map_err(|_| format!("issued: {text:?} is no time")),
        }
    }

    fn read_act(&self, value: &Value, tenant: &Tenant) -> Result<Act, String> {
        only(value, &["at", "when", "act", "account", "with", "body", "count"])?;
        let at = match (value["at"].as_str(), value["when"].as_str()) {
            (Some(at), None) => Some(span(at)?),
            (None, Some("tick")) => None,
            _ => return Err("does: either at or when: \"tick\" is wanted".to_owned()),
        };
        let deed = match text(value, "act")? {
            "create-rule" => Deed::CreateRule,
            "set-forwarding" => Deed::SetForwarding,
            "sign-in" => Deed::SignIn,
            "refresh" => Deed::Refresh,
            "read-mail" => Deed::ReadMail,
            "grant-role" => Deed::GrantRole,
            "send-mail" => Deed::SendMail,
            other => return Err(format!("does: no act is called {other:?}")),
        };
        Ok(Act {
            at,
            deed,
            account: self.account_of(value, tenant)?,
            with: value["with"].as_str().map(str::to_owned),
            body: value["body"].clone(),
            count: value["count"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(1),
        })
    }
}

fn access_token(value: &Value, tenant: &Tenant, account: &str, issued: Timestamp) -> Result<Way, String> {
    let (resource, service) = match text(value, "resource")? {
        "graph" => (Resource::Graph, Service::Graph),
        "exchange" => (Resource::Exchange, Service::Exchange),
        other => return Err(format!("holds: no resource is called {other:?}")),
    };
    let seconds = value["lifetime_minutes"].as_i64().unwrap_or(60) * 60;
    let mut maker = tenant.clone();
    maker.behaviour.token_seconds = seconds;
    let scopes = super::act::scopes();
    let token = token::for_user(&mut maker, account, CLIENT, &scopes, service, issued);
    let ends = issued.saturating_add(SignedDuration::from_secs(seconds)).map_err(|error| error.to_string())?;
    Ok(Way::AccessToken { resource, token, ends })
}

fn role(value: &Value, tenant: &Tenant) -> Result<Role, String> {
    let kind = match text(value, "kind")? {
        "direct" => RoleKind::Direct,
        "eligible" => RoleKind::Eligible,
        "group" => RoleKind::Group,
        "administrative-unit" => RoleKind::AdministrativeUnit,
        "exchange" => RoleKind::Exchange,
        other => return Err(format!("holds: no kind of role is called {other:?}")),
    };
    if kind == RoleKind::Exchange {
        let name = value["group"].as_str().or(value["role"].as_str()).ok_or("holds: group is missing")?;
        return Ok(Role { kind, role: name.to_owned(), through: None });
    }
    let named = text(value, "role")?;
    let role = crate::roles::template(named).ok_or_else(|| format!("holds: no role is called {named:?}"))?.to_owned();
    let through = match kind {
        RoleKind::Group => Some(group(tenant, text(value, "group")?)?),
        RoleKind::AdministrativeUnit => Some(text(value, "unit")?.to_ascii_lowercase()),
        _ => None,
    };
    Ok(Role { kind, role, through })
}

fn group(tenant: &Tenant, name: &str) -> Result<String, String> {
    let named = |(id, group): &(&String, &Value)| id.eq_ignore_ascii_case(name) || group["displayName"].as_str() == Some(name);
    let found = tenant.directory.groups.iter().find(named);
    found.map(|(id, _)| id.clone()).ok_or_else(|| format!("holds: no group is called {name:?}"))
}

fn label(name: &str, way: &Way, tenant: &Tenant) -> String {
    match way {
        Way::Rule(rule) => format!("rule:{rule}"),
        Way::AccessToken { resource: Resource::Exchange, .. } => "access-token:exchange".to_owned(),
        Way::AccessToken { resource: Resource::Graph, .. } => "access-token:graph".to_owned(),
        Way::Role(role) => {
            let kind = match role.kind {
                RoleKind::Direct => "direct",
                RoleKind::Eligible => "eligible",
                RoleKind::Group => "group",
                RoleKind::AdministrativeUnit => "administrative-unit",
                RoleKind::Exchange => "exchange",
            };
            let through = role.through.as_deref().map(|id| format!(":{}", display_name(tenant, id))).unwrap_or_default();
            format!("role:{kind}:{}{through}", crate::roles::name(&role.role).unwrap_or(&role.role))
        }
        _ => name.to_owned(),
    }
}

fn display_name(tenant: &Tenant, id: &str) -> String {
    let object = tenant.directory.object(id).and_then(|(_, object)| object["displayName"].as_str());
    object.unwrap_or(id).to_owned()
}

fn upn(tenant: &Tenant, id: &str) -> String {
    let upn = tenant.directory.users.get(id).and_then(|user| user["userPrincipalName"].as_str());
    upn.unwrap_or(id).to_owned()
}

fn account(tenant: &Tenant, name: &str) -> Result<String, String> {
    tenant.directory.user_id(name).ok_or_else(|| format!("no account is called {name:?}"))
}

fn span(text: &str) -> Result<SignedDuration, String> {
    parse_span(text).ok_or_else(|| format!("{text:?} is no duration such as PT5M"))
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    value[name].as_str().ok_or_else(|| format!("{name} is missing"))
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn only(value: &Value, members: &[&str]) -> Result<(), String> {
    match value.as_object().into_iter().flatten().find(|(name, _)| !members.contains(&name.as_str())) {
        Some((name, _)) => Err(format!("unknown member {name:?}")),
        None => Ok(()),
    }
}
