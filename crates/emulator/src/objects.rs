//! Objects by id, of which there may be hundreds, and of which earlier states are kept.
//!
//! Invariant: a copy shares every object with its original until one of them changes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

/// Objects of one kind.
#[derive(Clone, Debug, Default)]
pub struct Objects(BTreeMap<String, Arc<Value>>);

impl Objects {
    /// One of them.
    pub fn get(&self, id: &str) -> Option<&Value> {
        self.0.get(id).map(AsRef::as_ref)
    }

    /// One of them, to be changed.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        self.0.get_mut(id).map(Arc::make_mut)
    }

    /// Puts one there; gives what was there before.
    pub fn insert(&mut self, id: String, object: Value) -> Option<Arc<Value>> {
        self.0.insert(id, Arc::new(object))
    }

    /// Whether there is one.
    pub fn contains_key(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All with their ids, in the order of these.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&String, &Value)> {
        self.0.iter().map(|(id, object)| (id, object.as_ref()))
    }

    /// Their ids.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &String> {
        self.0.keys()
    }

    /// All, in the order of their ids.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.0.values().map(AsRef::as_ref)
    }
}

/// As with JSON: what is not there is null.
impl std::ops::Index<&str> for Objects {
    type Output = Value;

    fn index(&self, id: &str) -> &Value {
        self.get(id).unwrap_or(&Value::Null)
    }
}
