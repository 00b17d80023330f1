//! OpenAPI 3.0 schemas of Graph as JSON Schema that is strict.
//!
//! Objects are closed but for `@odata.…`, also where Graph calls a type open, since a misspelt member would pass
//! otherwise; only a dictionary, a type without members of its own, stays open. Inheritance is written out. A type
//! with derived types is what its `@odata.type` says, or itself. The description says `nullable` for simple types of
//! v1.0 only: a property that is an object or an enumeration may be null, and on beta every property.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Where schemas of the description stand.
const PREFIX: &str = "#/components/schemas/";

/// Most types below one another.
const DEPTH: usize = 32;

/// The schemas of one version.
pub struct Schemas {
    all: Map<String, Value>,
    beta: bool,
}

impl Schemas {
    /// The schemas of a description.
    pub fn new(description: &Value, beta: bool) -> Self {
        Self { all: description["components"]["schemas"].as_object().cloned().unwrap_or_default(), beta }
    }

    /// A JSON Schema that stands alone, from a schema of the description.
    pub fn strict(&self, schema: &Value) -> Value {
        let mut root = self.told(schema, false);
        let mut definitions = Map::new();
        let mut open: Vec<String> = references(&root).into_iter().collect();
        while let Some(name) = open.pop() {
            if definitions.contains_key(&name) {
                continue;
            }
            let definition = self.definition(&name);
            open.extend(references(&definition));
            definitions.insert(name, definition);
        }
        if let Some(root) = root.as_object_mut() {
            root.insert("$defs".to_owned(), Value::Object(definitions));
        }
        root
    }

    /// Names of what an object of this schema may be asked for: properties and relations, of derived types too.
    pub fn selectable(&self, schema: &Value) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let Some(name) = reference(schema) else { return names };
        for name in std::iter::once(name.to_owned()).chain(self.derived(name)) {
            let mut parts = Vec::new();
            self.parts(&name, &mut parts, DEPTH);
            for part in parts {
                names.extend(part["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
                names.extend(part["x-navigation-properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
                let listed = part["x-navigation-properties"].as_array().into_iter().flatten();
                names.extend(listed.filter_map(Value::as_str).map(str::to_owned));
            }
        }
        names
    }

    fn definition(&self, name: &str) -> Value {
        if let Some(own) = name.strip_suffix("!") {
            return self.closed(own);
        }
        let derived = self.derived(name);
        let mut told = json!({"$ref": pointer(&format!("{name}!"))});
        for other in derived.iter().rev() {
            let says = json!({"required": ["@odata.type"], "properties": {"@odata.type": {"const": format!("#{other}")}}});
            told = json!({"if": says, "then": {"$ref": pointer(&format!("{other}!"))}, "else": told});
        }
        told
    }

    /// All types below a type.
    fn derived(&self, name: &str) -> Vec<String> {
        let mut all = Vec::new();
        let mut open = vec![name.to_owned()];
        while let Some(next) = open.pop() {
            let below = self.all.get(&next).map(|schema| &schema["x-derived-types"]).and_then(Value::as_array);
            for other in below.into_iter().flatten().filter_map(Value::as_str) {
                if self.all.contains_key(other) && !all.iter().any(|known| known == other) {
                    all.push(other.to_owned());
                    open.push(other.to_owned());
                }
            }
        }
        all
    }

    /// The schemas that make up a type, its bases first.
    fn parts<'a>(&'a self, name: &str, into: &mut Vec<&'a Value>, depth: usize) {
        let Some(schema) = self.all.get(name).filter(|_| depth > 0) else { return };
        match schema["allOf"].as_array() {
            Some(all) => {
                for part in all {
                    match reference(part) {
                        Some(base) => self.parts(base, into, depth - 1),
                        None => into.push(part),
                    }
                }
            }
            None => into.push(schema),
        }
    }

    /// A type itself, without those below it.
    fn closed(&self, name: &str) -> Value {
        let mut parts = Vec::new();
        self.parts(name, &mut parts, DEPTH);
        let mut object = Map::new();
        for part in parts {
            if part["type"] != "object" {
                return self.told(part, false);
            }
            for (member, value) in part.as_object().into_iter().flatten() {
                match (object.get_mut(member).and_then(Value::as_object_mut), value.as_object()) {
                    (Some(old), Some(new)) => old.extend(new.clone()),
                    _ => drop(object.insert(member.clone(), value.clone())),
                }
            }
        }
        let mut told = self.told(&Value::Object(object), false);
        if name.starts_with("microsoft.graph.") && told["properties"].is_object() {
            told["properties"]["@odata.type"] = json!({"const": format!("#{name}")});
        }
        told
    }

    /// One schema in JSON Schema's words.
    fn told(&self, schema: &Value, property: bool) -> Value {
        let mut told = match (reference(schema), schema["type"].as_str()) {
            (Some(name), _) => json!({"$ref": pointer(name)}),
            (None, Some("object")) => self.object(schema),
            (None, Some("array")) => json!({"type": "array", "items": self.told(&schema["items"], false)}),
            (None, Some("string")) => text(schema),
            (None, Some(kind)) => json!({"type": kind}),
            (None, None) => match schema["allOf"].as_array().map(Vec::as_slice) {
                Some([one]) => self.told(one, false),
                Some(many) => json!({"allOf": many.iter().map(|one| self.told(one, false)).collect::<Vec<_>>()}),
                None => json!({}),
            },
        };
        let silent = reference(schema).is_some() || schema["allOf"].is_array() || schema["x-newer-than-csdl"] == true;
        if schema["nullable"] == true || property && (self.beta || silent) {
            // Not `anyOf`: what is wrong deep inside is to be named, not the whole.
            told = json!({"if": {"type": "null"}, "else": told});
        }
        told
    }

    fn object(&self, schema: &Value) -> Value {
        let properties: Map<String, Value> = schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, property)| (name.clone(), self.told(property, true)))
            .collect();
        let rest = &schema["additionalProperties"];
        let dictionary = properties.keys().all(|name| name.starts_with("@odata."));
        let rest = match rest {
            Value::Object(_) => self.told(rest, false),
            _ if dictionary => json!(rest == true || schema["properties"].is_null()),
            // What an error carries inside is no object of the tenant.
            _ => json!(properties.contains_key("request-id")),
        };
        let mut told = json!({"type": "object", "properties": properties, "patternProperties": {"@odata\\.": {}}, "additionalProperties": rest});
        if schema["required"].is_array() {
            told["required"] = schema["required"].clone();
        }
        told
    }
}

fn text(schema: &Value) -> Value {
    let Some(members) = schema["enum"].as_array() else {
        let mut told = json!({"type": "string"});
        if let Some(format @ ("date-time" | "uuid" | "date" | "duration")) = schema["format"].as_str() {
            told["format"] = json!(format);
        }
        if matches!(schema["format"].as_str(), Some("byte" | "binary")) {
            told["pattern"] = json!("^[A-Za-z0-9+/=_-]*$");
        }
        return told;
    };
    if schema["x-flags"] == true {
        let members: Vec<&str> = members.iter().filter_map(Value::as_str).collect();
        let one = format!("({})", members.join("|"));
        return json!({"type": "string", "pattern": format!("^{one}(, ?{one})*$")});
    }
    json!({"type": "string", "enum": members})
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(PREFIX)
}

fn pointer(name: &str) -> String {
    format!("#/$defs/{name}")
}

/// Names of the definitions that a JSON Schema refers to.
fn references(schema: &Value) -> BTreeSet<String> {
    match schema {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/$defs/")).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}
