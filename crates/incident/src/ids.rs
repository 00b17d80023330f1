//! Two families of id. *Theirs* are parsed at the boundary and never made by us; *ours* are
//! numbered within their parent, print readably, and sort by age, so that a person can type them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {wanted}")]
pub struct NotAnId {
    given: String,
    wanted: &'static str,
}

/// Whether `text` is a GUID in its 8-4-4-4-12 form.
fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Ids that the service made: parsed, compared without regard to case, never invented.
macro_rules! their_ids {
    ($($(#[$doc:meta])* $name:ident = $wanted:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as the service spells it, in lower case.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result { to.write_str(&self.0) }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                if is_guid(text) { Ok(Self(text.to_ascii_lowercase())) }
                else { Err(NotAnId { given: text.to_owned(), wanted: $wanted }) }
            }
        }
        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> { text.parse() }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self { id.0 }
        }
    )*};
}

their_ids! {
    /// The object id of an account in its directory. A UPN is a label, never a key.
    AccountId = "an object id (8-4-4-4-12 hexadecimal digits)",
    /// The id of a tenant.
    TenantId = "a tenant id (8-4-4-4-12 hexadecimal digits)",
}

impl AccountId {
    /// The organisation's own object id, which is the tenant's id: it is an object of its own directory.
    pub fn of_organisation(tenant: &TenantId) -> Self {
        Self(tenant.0.clone())
    }
}

/// A case: the year it was opened in and its number in that year. Given out by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseId {
    /// The year, of the common era.
    pub year: u16,
    /// Counted from one in each year.
    pub number: u32,
}

impl fmt::Display for CaseId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{:04}-{:04}", self.year, self.number)
    }
}

impl FromStr for CaseId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let parse = || {
            let (year, number) = text.split_once('-')?;
            (year.len() == 4).then_some(())?;
            Some(Self { year: year.parse().ok()?, number: number.parse().ok()? })
        };
        parse().ok_or_else(|| NotAnId { given: text.to_owned(), wanted: "a case (as in 2026-0412)" })
    }
}

/// A plan: its number within the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanId(pub u32);

impl fmt::Display for PlanId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "p{}", self.0)
    }
}

impl FromStr for PlanId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        text.strip_prefix('p')
            .and_then(|number| number.parse().ok())
            .map(Self)
            .ok_or_else(|| NotAnId { given: text.to_owned(), wanted: "a plan (as in p2)" })
    }
}

/// A step: its plan and its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StepId {
    /// The plan that the step belongs to.
    pub plan: PlanId,
    /// Counted from one within the plan.
    pub step: u32,
}

impl fmt::Display for StepId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}.{}", self.plan, self.step)
    }
}

impl FromStr for StepId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let parse = || {
            let (plan, step) = text.split_once('.')?;
            Some(Self { plan: plan.parse().ok()?, step: step.parse().ok()? })
        };
        parse().ok_or_else(|| NotAnId { given: text.to_owned(), wanted: "a step (as in p2.3)" })
    }
}

/// `TryFrom<String>` and back, for serde, where `FromStr` and `Display` already say how.
macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> { text.parse() }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self { id.to_string() }
        }
    )*};
}
as_text!(CaseId, PlanId, StepId);

/// The place of an entry in its case's journal, from one; zero is "before the first".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first entry.
    pub const START: Self = Self(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_as_they_are_read() {
        let case: CaseId = "2026-0412".parse().unwrap();
        assert_eq!(case.to_string(), "2026-0412");
        let step: StepId = "p2.3".parse().unwrap();
        assert_eq!(step.to_string(), "p2.3");
        let long = CaseId { year: 2026, number: 12345 };
        assert_eq!(long.to_string().parse::<CaseId>().unwrap(), long);
    }

    #[test]
    fn what_is_no_id_says_what_was_wanted() {
        let error = "anna.berg@contoso.com".parse::<AccountId>().unwrap_err();
        assert!(error.to_string().contains("object id"), "{error}");
        assert!("26-1".parse::<CaseId>().is_err());
        assert!("2.3".parse::<StepId>().is_err());
    }

    #[test]
    fn a_guid_is_the_same_in_any_case() {
        let upper: AccountId = "A1000000-0000-4000-8000-00000000000F".parse().unwrap();
        let lower: AccountId = "a1000000-0000-4000-8000-00000000000f".parse().unwrap();
        assert_eq!(upper, lower);
    }
}
