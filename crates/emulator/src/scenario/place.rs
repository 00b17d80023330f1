//! A value in the scenario file together with where it stands.
//!
//! Invariant: every complaint names the place it is about.

use jiff::Timestamp;
use serde_json::Value;

use super::ScenarioError;

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// As in `graph.users[2].id`.
    pub path: String,
    /// What stands there.
    pub value: &'a Value,
}

impl<'a> Place<'a> {
    /// The whole file.
    pub fn root(value: &'a Value) -> Self {
        Self::new("", value)
    }

    /// A value at a named place.
    pub fn new(path: &str, value: &'a Value) -> Self {
        Self { path: path.to_owned(), value }
    }

    /// A complaint about this place.
    pub fn wrong(&self, problem: &str) -> ScenarioError {
        let place = if self.path.is_empty() { "$".to_owned() } else { self.path.clone() };
        ScenarioError { place, problem: problem.to_owned() }
    }

    fn member_path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Refuses members that are not known.
    pub fn only(&self, known: &[&str]) -> Result<(), ScenarioError> {
        let members = self.value.as_object().ok_or_else(|| self.wrong("an object is wanted"))?;
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(ScenarioError { place: self.member_path(name), problem: "unknown member".to_owned() }),
            None => Ok(()),
        }
    }

    /// A member, if it is there and not null.
    pub fn optional(&self, name: &str) -> Option<Place<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Place { path: self.member_path(name), value })
    }

    /// A member that must be there.
    pub fn get(&self, name: &str) -> Result<Place<'a>, ScenarioError> {
        self.optional(name).ok_or_else(|| ScenarioError { place: self.member_path(name), problem: "missing".to_owned() })
    }

    /// The items of an array.
    pub fn items(&self) -> Result<Vec<Place<'a>>, ScenarioError> {
        let items = self.value.as_array().ok_or_else(|| self.wrong("an array is wanted"))?;
        Ok(items.iter().enumerate().map(|(index, value)| Place { path: format!("{}[{index}]", self.path), value }).collect())
    }

    /// The items of a member array, none when it is missing.
    pub fn list(&self, name: &str) -> Result<Vec<Place<'a>>, ScenarioError> {
        self.optional(name).map_or_else(|| Ok(Vec::new()), |place| place.items())
    }

    /// A text.
    pub fn text(&self) -> Result<String, ScenarioError> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.wrong("a text is wanted"))
    }

    /// Texts.
    pub fn texts(&self) -> Result<Vec<String>, ScenarioError> {
        self.items()?.iter().map(Place::text).collect()
    }

    /// True or false.
    pub fn flag(&self) -> Result<bool, ScenarioError> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false is wanted"))
    }

    /// A whole number from zero on.
    pub fn count(&self) -> Result<i64, ScenarioError> {
        self.value.as_i64().filter(|number| *number >= 0).ok_or_else(|| self.wrong("a whole number from 0 on is wanted"))
    }

    /// An RFC 3339 time.
    pub fn time(&self) -> Result<Timestamp, ScenarioError> {
        self.text()?.parse().map_err(|_| self.wrong("an RFC 3339 time is wanted"))
    }

    /// An id: a UUID that strict clients accept, in lower case.
    pub fn id(&self) -> Result<String, ScenarioError> {
        let id = uuid::Uuid::parse_str(&self.text()?).map_err(|_| self.wrong("a UUID is wanted"))?;
        let is_well_formed = id.get_variant() == uuid::Variant::RFC4122 && (1..=8).contains(&id.get_version_num());
        if !is_well_formed {
            return Err(self.wrong("a UUID with valid version and variant is wanted, such as …-4000-8000-…"));
        }
        Ok(id.to_string())
    }

    /// Any id in the shape of a UUID, such as a role's, in lower case.
    pub fn any_id(&self) -> Result<String, ScenarioError> {
        uuid::Uuid::parse_str(&self.text()?).map(|id| id.to_string()).map_err(|_| self.wrong("a UUID is wanted"))
    }
}
