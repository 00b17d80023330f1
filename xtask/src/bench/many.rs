//! A tenant with many compromised accounts, and the least time that its services allow.

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// The classic scenario with `count` more accounts that forward to the outside and hide mail, without
/// its attacker. Returns it with their sign-in names.
pub fn scenario(classic: &str, count: usize) -> Result<(String, Vec<String>)> {
    let mut scenario: Value = serde_json::from_str(classic).context("the classic scenario was not understood")?;
    scenario = without_lag(scenario);
    scenario["name"] = json!("many");
    scenario["attacker"] = json!({});
    scenario["honest"] = json!([]);
    let names = names(count);
    for (number, name) in (1..).zip(&names) {
        let id = format!("a9000000-0000-4000-8000-{number:012}");
        push(&mut scenario["graph"]["users"], user(&id, name, number))?;
        push(&mut scenario["exchange"]["mailboxes"], mailbox(&id, number))?;
    }
    Ok((scenario.to_string(), names))
}

/// The sign-in names of the first so many.
pub fn names(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("person{number:04}@contoso.com")).collect()
}

/// The same tenant, but what takes Microsoft's service a while is done at once.
pub fn without_lag(mut scenario: Value) -> Value {
    scenario["tenant"]["behaviour"]["pimDelaySeconds"] = json!(0);
    scenario
}

fn push(list: &mut Value, one: Value) -> Result<()> {
    list.as_array_mut().context("the classic scenario has neither users nor mailboxes")?.push(one);
    Ok(())
}

fn user(id: &str, name: &str, number: usize) -> Value {
    json!({
        "id": id, "userPrincipalName": name, "displayName": format!("Person {number}"), "mail": name,
        "proxyAddresses": [format!("SMTP:{name}")], "accountEnabled": true, "@password": format!("Sommar-{number:04}-regn"),
    })
}

fn mailbox(id: &str, number: usize) -> Value {
    json!({
        "ExternalDirectoryObjectId": id,
        "ForwardingSmtpAddress": format!("smtp:person{number:04}.contoso@outlook.com"),
        "DeliverToMailboxAndForward": false,
        "rules": [
            {"Name": "Newsletter", "SubjectOrBodyContainsWords": ["newsletter"], "MoveToFolder": "Newsletter"},
            {"Name": ".", "SubjectOrBodyContainsWords": ["invoice", "payment", "bank"], "MoveToFolder": "RSS Feeds", "MarkAsRead": true},
        ],
        "folders": ["Newsletter"],
    })
}

/// The least time for a fixed list of work.
pub struct Bound {
    /// The longest of the limits.
    pub seconds: f64,
    /// How it was reached.
    pub explained: String,
}

/// A limit of a service, and the work of one account under it.
struct Limit {
    name: &'static str,
    /// Units that one account costs, counted from the scenario: never from the requests that were made.
    each: u32,
    units: u32,
    per_seconds: f64,
}

/// Microsoft's published limits for a tenant of 50 to 500 users, and one assumption.
const LIMITS: &[Limit] = &[
    // Find (user 1, memberships 5), look twice (2), roles of three kinds (6).
    Limit { name: "directory resource units", each: 14, units: 5_000, per_seconds: 10.0 },
    // Block, password, revoke twice.
    Limit { name: "directory writes", each: 4, units: 3_000, per_seconds: 150.0 },
    // Forwarding, rules, sending block and roles read; forwarding and one rule changed; both read again.
    Limit { name: "Exchange cmdlets (assumed: 1 s each, 10 at once)", each: 8, units: 10, per_seconds: 1.0 },
];

/// The least time for `count` accounts, limit by limit.
pub fn bound(count: usize) -> Bound {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let seconds = |limit: &Limit| f64::from(count.saturating_mul(limit.each)) / f64::from(limit.units) * limit.per_seconds;
    let parts: Vec<String> = LIMITS.iter().map(|limit| format!("{} {:.1} s", limit.name, seconds(limit))).collect();
    Bound { seconds: LIMITS.iter().map(seconds).fold(0.0, f64::max), explained: format!("bound: {}", parts.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_limit_is_the_bound() {
        let bound = bound(500);
        assert!((bound.seconds - 400.0).abs() < 1e-9, "{}", bound.explained);
    }

    #[test]
    fn accounts_are_added_to_the_classic_tenant() {
        let classic =
            json!({"name": "classic", "graph": {"users": []}, "exchange": {"mailboxes": []}, "attacker": {"account": "a"}})
                .to_string();
        let (scenario, names) = scenario(&classic, 3).expect("a scenario");
        let scenario: Value = serde_json::from_str(&scenario).expect("JSON");
        assert_eq!(names.len(), 3);
        assert_eq!(scenario["graph"]["users"].as_array().map(Vec::len), Some(3));
        assert_eq!(scenario["exchange"]["mailboxes"][2]["ExternalDirectoryObjectId"], scenario["graph"]["users"][2]["id"]);
    }
}
