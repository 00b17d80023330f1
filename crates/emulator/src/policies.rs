//! What is decided for the whole tenant, and what is reported of it: policies, named locations, scores.
//!
//! Invariant: objects are kept in the wire's own shapes, under the names that `graph.policies` of a scenario has. What a
//! scenario leaves out is as Microsoft documents a tenant that nobody has configured; what it names replaces that, member
//! by member.

mod at;
pub mod conditional;

use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value};

pub use at::{Place, set_at};

/// A tenant that nobody has configured.
static DEFAULTS: LazyLock<Value> = LazyLock::new(|| read(include_str!("../defaults/policies.json")));

/// All of it. Copies share until one of them is written.
#[derive(Clone, Debug)]
pub struct Policies(Arc<Value>);

impl Default for Policies {
    fn default() -> Self {
        Self(Arc::new(DEFAULTS.clone()))
    }
}

impl Policies {
    /// The names that there are.
    pub fn names() -> Vec<&'static str> {
        DEFAULTS.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }

    /// One object, or a list of them; null for a name that there is not.
    pub fn get(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    /// The objects of a list.
    pub fn list(&self, name: &str) -> &[Value] {
        self.get(name).as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The same, to write.
    pub fn get_mut(&mut self, name: &str) -> &mut Value {
        Arc::make_mut(&mut self.0).get_mut(name).unwrap_or_else(|| unreachable!("{name} is no policy"))
    }

    /// Everything at once, to write.
    pub fn all_mut(&mut self) -> &mut Value {
        Arc::make_mut(&mut self.0)
    }

    /// Everything at once.
    pub fn all(&self) -> &Value {
        &self.0
    }

    /// Puts what a scenario says over what is there.
    pub fn overlay(&mut self, name: &str, given: &Value) {
        let own = self.get_mut(name);
        match (own.as_array_mut(), given.as_array()) {
            (Some(list), Some(items)) => items.iter().for_each(|item| add(list, name, item)),
            _ => merge(own, given),
        }
    }

    /// Whether security defaults are on.
    pub fn security_defaults(&self) -> bool {
        self.get("identitySecurityDefaultsEnforcementPolicy")["isEnabled"] == Value::Bool(true)
    }

    /// Takes every demand on a sign-in away, for trying something else alone.
    pub fn demand_nothing(&mut self) {
        self.get_mut("identitySecurityDefaultsEnforcementPolicy")["isEnabled"] = Value::Bool(false);
        *self.get_mut("conditionalAccessPolicies") = Value::Array(Vec::new());
    }
}

/// Adds an item, or changes the one of the same id.
fn add(list: &mut Vec<Value>, name: &str, item: &Value) {
    match list.iter_mut().find(|own| own["id"] == item["id"]) {
        Some(own) => merge(own, item),
        None if name == "conditionalAccessPolicies" => list.push(conditional::complete(item)),
        None => list.push(item.clone()),
    }
}

/// Puts an object over another: objects are merged, lists of things with ids too, all else is replaced.
pub fn merge(own: &mut Value, given: &Value) {
    match (own, given) {
        (Value::Object(own), Value::Object(given)) => merge_members(own, given),
        (Value::Array(own), Value::Array(given)) if has_ids(own) && has_ids(given) => {
            for item in given {
                match own.iter_mut().find(|known| known["id"] == item["id"]) {
                    Some(known) => merge(known, item),
                    None => own.push(item.clone()),
                }
            }
        }
        (own, given) => *own = given.clone(),
    }
}

fn merge_members(own: &mut Map<String, Value>, given: &Map<String, Value>) {
    for (name, value) in given {
        match own.get_mut(name) {
            Some(member) => merge(member, value),
            None => drop(own.insert(name.clone(), value.clone())),
        }
    }
}

/// Whether these are the configurations of a policy, which are addressed by their ids.
fn has_ids(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(|item| item["id"].is_string() && item["state"].is_string())
}

/// JSON that stands in the source.
pub fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Policies;

    #[test]
    fn what_is_left_out_is_as_in_a_new_tenant() {
        let mut policies = Policies::default();
        assert_eq!(policies.list("authenticationStrengthPolicies").len(), 3);
        policies.overlay(
            "authenticationMethodsPolicy",
            &json!({"authenticationMethodConfigurations": [{"id": "Sms", "state": "disabled"}]}),
        );
        let states: Vec<_> = policies.get("authenticationMethodsPolicy")["authenticationMethodConfigurations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["id"].as_str().unwrap(), one["state"].as_str().unwrap()))
            .collect();
        assert!(states.contains(&("Sms", "disabled")) && states.contains(&("Voice", "enabled")), "{states:?}");
        assert_eq!(
            Policies::default().get("authenticationMethodsPolicy")["authenticationMethodConfigurations"][2]["state"],
            "enabled"
        );
    }
}
