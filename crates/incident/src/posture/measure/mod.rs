//! Measures: how the items of the roadmap are answered from what was read. One function each, named as the item's
//! `measure`; a table, not a hierarchy.
//!
//! Invariant: a measure answers *met* only from values that were read, each of them.

mod access;
mod administrators;
mod alerts;
mod applications;
mod asked;
mod audit;
mod domains;
mod flow;
mod methods;
mod outbound;
mod people;
mod protection;
mod protocols;
mod service;
mod swept;

pub(crate) use alerts::{is_there, is_wanted};

use super::answer::Answer;
use super::estate::Estate;

/// One way to answer an item.
#[derive(Clone, Copy)]
pub struct Measure {
    /// Its name in `roadmap/*.toml`.
    pub name: &'static str,
    /// The codes of the remarks that it makes; each has a text in both catalogues.
    pub remarks: &'static [&'static str],
    /// The answer; an error is the answer that it could not be measured.
    pub take: fn(&Estate<'_>) -> Result<Answer, Answer>,
}

/// Every measure, by room.
pub const ROOMS: &[&[Measure]] = &[
    audit::MEASURES,
    access::MEASURES,
    administrators::MEASURES,
    applications::MEASURES,
    methods::MEASURES,
    people::MEASURES,
    service::MEASURES,
    protocols::MEASURES,
    outbound::MEASURES,
    protection::MEASURES,
    flow::MEASURES,
    domains::MEASURES,
    alerts::MEASURES,
    swept::MEASURES,
];

/// The code of every remark that a measure, or the reach of a fix, may make.
pub fn remark_codes() -> impl Iterator<Item = &'static str> {
    let of_fixes = super::fix::FIXES.iter().flat_map(|fix| fix.remarks);
    ROOMS.iter().flat_map(|room| room.iter()).flat_map(|measure| measure.remarks).chain(of_fixes).copied()
}

/// The measure of that name.
pub fn named(name: &str) -> Option<Measure> {
    ROOMS.iter().flat_map(|room| room.iter()).copied().find(|measure| measure.name == name)
}

impl Measure {
    /// Takes it.
    pub fn answer(self, estate: &Estate<'_>) -> Answer {
        (self.take)(estate).unwrap_or_else(|unmeasured| unmeasured)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::account::Account;
    use crate::facet::{Facet, FacetName, Gap};
    use crate::ids::AccountId;
    use crate::snapshot::Snapshot;
    use crate::tenant::TenantReading;
    use crate::tenant::dkim::{AcceptedDomain, Dkim};
    use crate::tenant::setting::Object;

    /// A tenant as it was read, made by hand.
    #[derive(Clone)]
    pub(crate) struct Land(pub(crate) Snapshot);

    impl Land {
        pub(crate) fn new() -> Self {
            let tenant = "b0000000-0000-4000-8000-000000000000".parse().unwrap();
            let account = Account::organisation(AccountId::of_organisation(&tenant), "contoso.com");
            let at = "2026-11-02T02:00:00Z".parse().unwrap();
            Self(Snapshot { account, taken_at: at, facets: BTreeMap::new() })
        }

        pub(crate) fn with(mut self, reading: impl Into<TenantReading>) -> Self {
            let reading: TenantReading = reading.into();
            let at = self.0.taken_at;
            self.0.facets.insert(reading.facet(), Facet::Read { value: reading.into(), at });
            self
        }

        pub(crate) fn blind(self, facet: FacetName) -> Self {
            self.gap(facet, Gap::Throttled)
        }

        pub(crate) fn gap(mut self, facet: FacetName, gap: Gap) -> Self {
            let at = self.0.taken_at;
            self.0.facets.insert(facet, Facet::Unread { gap, at });
            self
        }

        pub(crate) fn estate(&self) -> Estate<'_> {
            Estate::of(&self.0, self.0.taken_at)
        }
    }

    /// What a measure answers for a tenant, and which remarks it makes.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "tables hand over what they make")]
    pub(crate) fn check(take: fn(&Estate<'_>) -> Result<Answer, Answer>, land: Land, answer: &str, codes: &[&str]) {
        let got = take(&land.estate()).unwrap_or_else(|unmeasured| unmeasured);
        let made: Vec<&str> = got.remarks().iter().map(|remark| remark.code.as_str()).collect();
        assert_eq!((got.as_str(), made.as_slice()), (answer, codes), "{got:?}");
    }

    pub(crate) fn object(name: &str) -> Object {
        Object { id: format!("id of {name}"), name: name.to_owned() }
    }

    /// A tenant whose own domain is contoso.com.
    pub(crate) fn inside() -> Dkim {
        Dkim { domains: vec![AcceptedDomain { name: "contoso.com".to_owned(), initial: Some(false) }], signing: Vec::new() }
    }

    #[test]
    fn remarks_stand_in_the_table_and_no_name_is_there_twice() {
        let mut names: Vec<&str> = ROOMS.iter().flat_map(|room| room.iter()).map(|measure| measure.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
