//! What is said of the addresses that mail is sent to, by forwarding and by rules alike.

use super::domains::{Disguise, Home, Place};
use super::verdict::{Case, Strength};
use crate::facet::FacetName;
use crate::finding::Group;

const FORWARDING: &str = "T1114.003";
const MASQUERADING: &str = "T1036";

/// Where mail goes, sorted by place.
#[derive(Debug, Default)]
pub(super) struct Targets {
    inside: Vec<String>,
    approved: Vec<String>,
    outside: Vec<(String, Disguise)>,
    unknown: Vec<(FacetName, crate::facet::Gap)>,
}

impl Targets {
    /// The targets, each as shown and where it lies.
    pub(super) fn of(targets: impl IntoIterator<Item = (String, Place)>) -> Self {
        let mut sorted = Self::default();
        for (shown, place) in targets {
            match place {
                Place::Inside => sorted.inside.push(shown),
                Place::Approved => sorted.approved.push(shown),
                Place::Outside(disguise) => sorted.outside.push((shown, disguise)),
                Place::Unknown(facet, gap) => sorted.unknown.push((facet, gap)),
            }
        }
        sorted
    }

    /// Whether mail certainly leaves the tenant, to where nobody approved.
    pub(super) fn go_outside(&self) -> bool {
        !self.outside.is_empty()
    }

    /// Whether a copy goes to somebody inside, or approved.
    pub(super) fn reach_somebody_known(&self) -> bool {
        !self.inside.is_empty() || !self.approved.is_empty()
    }

    /// The outside ones, as text.
    pub(super) fn outside_shown(&self) -> String {
        listed(self.outside.iter().map(|(shown, _)| shown.as_str()))
    }

    /// Says everything that these addresses are evidence of.
    pub(super) fn tell(&self, case: &mut Case) {
        for (facet, gap) in &self.unknown {
            case.lacks(*facet, gap.clone());
        }
        self.tell_outside(case);
        self.tell_disguises(case);
        if !self.inside.is_empty() {
            let inside = listed(self.inside.iter().map(String::as_str));
            case.speaks_against("target-inside", Group::Collection, Strength::C, &[("target", inside)]);
        }
        if !self.approved.is_empty() {
            let approved = listed(self.approved.iter().map(String::as_str));
            case.speaks_against("target-approved", Group::Collection, Strength::C, &[("target", approved)]);
        }
    }

    fn tell_outside(&self, case: &mut Case) {
        let that = |wanted: fn(&Disguise) -> bool| {
            listed(self.outside.iter().filter(|(_, is)| wanted(is)).map(|(shown, _)| shown.as_str()))
        };
        let mut tell = |code, strength, target: String| {
            if !target.is_empty() {
                case.speaks_for(code, Group::Collection, strength, FORWARDING, &[("target", target)]);
            }
        };
        tell("target-outside", Strength::B, that(|is| !is.free_mail));
        tell("target-free-mail", Strength::BPlus, that(|is| is.free_mail && !is.is_the_owners()));
        tell("target-own-free-mail", Strength::B, that(|is| is.free_mail && is.is_the_owners()));
        let owners = that(Disguise::is_the_owners);
        if !owners.is_empty() {
            case.speaks_against("target-bears-owner-name", Group::Collection, Strength::C, &[("target", owners)]);
        }
        if self.go_outside() {
            case.speaks_against("date-unknown", Group::Access, Strength::C, &[]);
        }
    }

    fn tell_disguises(&self, case: &mut Case) {
        for (shown, is) in &self.outside {
            let mut tell = |code, strength, own: &Option<String>| {
                if let Some(own) = own {
                    let evidence = [("target", shown.clone()), ("own-domain", own.clone())];
                    case.speaks_for(code, Group::Disguise, strength, MASQUERADING, &evidence);
                }
            };
            tell("target-looks-like-ours", Strength::AMinus, &is.looks_like);
            tell("target-bears-our-name", Strength::B, &is.same_name_as);
            let named = if is.free_mail { Strength::AMinus } else { Strength::C };
            tell("target-names-company", named, &is.names_company);
        }
    }
}

impl Disguise {
    /// A private address that bears its owner's name, and does not pretend to be the company's.
    fn is_the_owners(&self) -> bool {
        self.names_owner && self.free_mail && self.names_company.is_none()
    }
}

fn listed<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

/// What "inside" means, and the address as it is shown.
pub(super) fn placed(home: &Home, facet: FacetName, to: &crate::facets::forwarding::Recipient) -> (String, Place) {
    let shown = to.address.clone().unwrap_or_else(|| to.name.clone());
    (shown, home.place_of(facet, to))
}
