//! Whether what must survive has survived.
//!
//! An honest thing is an object id (an account with its mailbox and roles, or a group), or `account/rule name` for one
//! rule. It is untouched when its normal form is that of the start.

use serde_json::{Value, json};

use crate::normal;
use crate::world::{Tenant, World};

/// The honest ids that were touched.
pub fn touched(world: &World) -> Vec<String> {
    let changed = |id: &&String| form(&world.initial, id) != form(&world.tenant, id);
    world.honest.iter().filter(changed).cloned().collect()
}

/// Honest ids that mean nothing in this tenant.
pub fn unknown(tenant: &Tenant, honest: &[String]) -> Vec<String> {
    honest.iter().filter(|id| form(tenant, id).is_null()).cloned().collect()
}

fn form(tenant: &Tenant, id: &str) -> Value {
    if let Some((account, rule)) = id.split_once(['/', '\\']) {
        return rule_form(tenant, account, rule);
    }
    let whole = normal::normal_form(tenant);
    let key = tenant.directory.user_id(id).unwrap_or_else(|| id.to_ascii_lowercase());
    let parts = ["accounts", "groups", "mailboxes", "roleGroups"].map(|part| whole[part][&key].clone());
    let roles: Vec<&Value> =
        whole["roles"].as_array().into_iter().flatten().filter(|row| row["principal"] == key.as_str()).collect();
    if parts.iter().all(Value::is_null) && roles.is_empty() { Value::Null } else { json!({"parts": parts, "roles": roles}) }
}

/// All rules of that name: two where there was one is a change too.
fn rule_form(tenant: &Tenant, account: &str, rule: &str) -> Value {
    let id = tenant.directory.user_id(account).unwrap_or_else(|| account.to_ascii_lowercase());
    let Some(mailbox) = tenant.exchange.mailbox_of(&id) else { return Value::Null };
    let named: Vec<Value> =
        mailbox.rules.iter().filter(|own| own.name == rule).map(|own| normal::rule(&tenant.exchange, own)).collect();
    if named.is_empty() { Value::Null } else { named.into() }
}
