//! Parts of the directory with administrators of their own.

use serde::{Deserialize, Serialize};

/// Every unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdministrativeUnits {
    /// One for each.
    pub units: Vec<Unit>,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// Its name. Hostile.
    pub name: String,
    /// Only its own administrators may change who is in it.
    pub restricted: bool,
}
