//! Binds what a caller gave to what a cmdlet takes.
//!
//! Names are compared without regard to case; a name the cmdlet does not have, a value of the wrong type
//! or a missing mandatory parameter is refused before anything runs. A member of an enumeration may be
//! shortened, as the real binder allows: a caller who sends half a word gets what begins with it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::catalogue::{Cmdlet, Kind, Parameter};
use super::reply::Failure;

/// The bound parameters of one call, by their proper names.
#[derive(Debug, Default, Clone)]
pub struct Parameters(BTreeMap<&'static str, Value>);

/// A change to a list: all of it, or a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListChange {
    Replace(Vec<String>),
    Partial { add: Vec<String>, remove: Vec<String> },
}

impl Parameters {
    /// Binds the given members to the cmdlet's parameters.
    pub fn bind(cmdlet: &Cmdlet, given: &Map<String, Value>) -> Result<Self, Failure> {
        let mut bound = BTreeMap::new();
        for (name, value) in given {
            if name.contains("@odata.type") {
                continue;
            }
            let parameter =
                cmdlet.parameters().find(|parameter| parameter.name.eq_ignore_ascii_case(name)).ok_or_else(Failure::ambiguous)?;
            bound.insert(parameter.name, convert(&parameter, value)?);
        }
        let missing: Vec<_> = cmdlet
            .parameters()
            .filter(|parameter| parameter.required && bound.get(parameter.name).is_none_or(Value::is_null))
            .map(|parameter| parameter.name)
            .collect();
        if !missing.is_empty() {
            return Err(Failure::binding(format!(
                "Cannot process command because of one or more missing mandatory parameters: {}.",
                missing.join(" ")
            )));
        }
        Ok(Self(bound))
    }

    /// The value, when the parameter was given; it may be null.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The text of a parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Whether a switch is on.
    pub fn on(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<usize> {
        let value = self.0.get(name)?;
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
        usize::try_from(number).ok()
    }

    /// The change a list parameter asks for.
    pub fn list(&self, name: &str) -> Option<ListChange> {
        self.0.get(name).map(list_change)
    }

    /// All that was given.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

impl ListChange {
    /// The list after the change.
    pub fn apply(&self, current: &[String]) -> Vec<String> {
        match self {
            Self::Replace(all) => all.clone(),
            Self::Partial { add, remove } => {
                let kept = current.iter().filter(|one| !contains(remove, one)).cloned();
                let new = add.iter().filter(|one| !contains(current, one)).cloned();
                kept.chain(new).collect()
            }
        }
    }

    /// The same with every entry mapped.
    pub fn try_map<E>(self, map: impl Fn(String) -> Result<String, E>) -> Result<Self, E> {
        let all = |list: Vec<String>| list.into_iter().map(&map).collect::<Result<Vec<_>, E>>();
        Ok(match self {
            Self::Replace(list) => Self::Replace(all(list)?),
            Self::Partial { add, remove } => Self::Partial { add: all(add)?, remove: all(remove)? },
        })
    }
}

fn contains(list: &[String], wanted: &str) -> bool {
    list.iter().any(|one| one.eq_ignore_ascii_case(wanted))
}

fn convert(parameter: &Parameter, value: &Value) -> Result<Value, Failure> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let fits = match parameter.kind {
        Kind::Text => value.is_string() || value.is_number(),
        Kind::Switch | Kind::Bool => value.is_boolean(),
        Kind::Number => value.is_number() || value.as_str().is_some_and(|text| text.parse::<i32>().is_ok()),
        Kind::List => is_list(value),
        Kind::Enum(name, members) => return member(name, members, value),
    };
    match (fits, value) {
        (true, Value::Number(number)) if parameter.kind == Kind::Text => Ok(number.to_string().into()),
        (true, _) => Ok(value.clone()),
        (false, _) => Err(Failure::binding(format!(
            "Cannot process argument transformation on parameter '{}'. Cannot convert value \"{value}\" to type \"{:?}\".",
            parameter.name, parameter.kind
        ))),
    }
}

fn is_list(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(items) => items.iter().all(Value::is_string),
        Value::Object(table) => {
            table.get("@odata.type").and_then(Value::as_str) == Some("#Exchange.GenericHashTable")
                && table.keys().all(|key| matches!(key.as_str(), "@odata.type" | "add" | "remove"))
        }
        _ => false,
    }
}

fn member(name: &str, members: &[&str], value: &Value) -> Result<Value, Failure> {
    let text = value.as_str().unwrap_or_default();
    let whole = members.iter().find(|member| member.eq_ignore_ascii_case(text));
    let begins =
        |member: &&&str| !text.is_empty() && member.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text));
    whole.or_else(|| members.iter().find(begins)).map(|member| Value::from(*member)).ok_or_else(|| {
        let given = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Failure::binding(format!("Cannot convert value \"{given}\" to type \"{name}\". Specify one of: {}.", members.join(", ")))
    })
}

/// The texts in a value: one, several, or none.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn list_change(value: &Value) -> ListChange {
    match value.as_object() {
        Some(table) => {
            let part = |key: &str| table.get(key).map(texts).unwrap_or_default();
            ListChange::Partial { add: part("add"), remove: part("remove") }
        }
        None => ListChange::Replace(texts(value)),
    }
}
