//! Where a sign-in comes from, and the places that a tenant has named.

use std::collections::BTreeSet;
use std::str::FromStr;

// Addresses as values. The part of the standard library that opens sockets is elsewhere, and stays outside the core.
use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::conditions::Hit;
use super::policy::{Id, LocationName};
use super::truth::{Known, Open, Why};
use super::verdict::By;

/// The id by which policies name the trusted addresses of the older multi-factor settings.
const MFA_TRUSTED_ADDRESSES: &str = "00000000-0000-0000-0000-000000000000";

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its address, as the service sees it.
    pub address: Known<IpAddr>,
    /// Its country, in two letters; none if the address belongs to no country.
    pub country: Known<Option<String>>,
    /// Whether it is one of the places that the tenant trusts. Where it is unknown, the address decides if it can.
    pub trusted: Known<bool>,
}

impl Place {
    /// Any place that the tenant does not trust.
    pub fn untrusted() -> Self {
        Self { trusted: Known::Known(false), ..Self::default() }
    }

    /// Any place that the tenant trusts.
    pub fn trusted() -> Self {
        Self { trusted: Known::Known(true), ..Self::default() }
    }
}

/// A place that a tenant has named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedLocation {
    /// Its id.
    pub id: Id,
    /// Its display name.
    pub name: String,
    /// What it is.
    pub extent: Extent,
}

/// What a named place is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// Ranges of addresses.
    Ranges {
        /// As written: an address, a stroke, the length of the prefix.
        ranges: BTreeSet<String>,
        /// Marked as trusted.
        trusted: bool,
    },
    /// Countries.
    Countries {
        /// In two letters.
        countries: BTreeSet<String>,
        /// Addresses that belong to no country count as well.
        unknown_too: bool,
        /// How the country is found.
        found_by: FoundBy,
    },
    /// A kind that this version does not know.
    Other(String),
}

/// How the country of a sign-in is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundBy {
    /// By the address.
    Address,
    /// By the position of the telephone with the authenticator.
    Telephone,
    /// In a way that this version does not know.
    Other(String),
}

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    base: IpAddr,
    length: u32,
}

impl FromStr for Range {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (base, length) = text.trim().split_once('/').ok_or(())?;
        let (base, length): (IpAddr, u32) = (base.parse().map_err(drop)?, length.parse().map_err(drop)?);
        let most = if base.is_ipv4() { 32 } else { 128 };
        // An older address in the newer spelling has a length that means something else.
        if length <= most && base.to_canonical() == base { Ok(Self { base, length }) } else { Err(()) }
    }
}

impl Range {
    fn contains(self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(one)) => {
                let differ = base.to_bits() ^ one.to_bits();
                differ.leading_zeros() >= self.length
            }
            (IpAddr::V6(base), IpAddr::V6(one)) => {
                let differ = base.to_bits() ^ one.to_bits();
                differ.leading_zeros() >= self.length
            }
            _ => false,
        }
    }
}

/// Whether `place` is named by any entry of `list`.
pub(super) fn hit(list: &BTreeSet<LocationName>, place: &Place, named: &[NamedLocation]) -> Hit {
    Hit::any(list.iter().map(|entry| match entry {
        LocationName::All => Hit::By(By::All),
        LocationName::AllTrusted => all_trusted(place, named),
        LocationName::Named(id) => at(id, place, named),
        LocationName::Other(text) => Hit::unclear(Why::UnknownValue(text.clone())),
    }))
}

fn all_trusted(place: &Place, named: &[NamedLocation]) -> Hit {
    if let Known::Known(trusted) = place.trusted {
        return if trusted { Hit::By(By::AllTrusted) } else { Hit::Miss };
    }
    let Known::Known(address) = place.address else { return Hit::unclear(Why::NotStated) };
    let inside = Hit::any(named.iter().filter_map(|location| match &location.extent {
        Extent::Ranges { ranges, trusted: true } => Some(in_ranges(ranges, address, &By::AllTrusted)),
        _ => None,
    }));
    match inside {
        // The addresses of the older settings are trusted as well, and nothing shows them.
        Hit::Miss => Hit::unclear(Why::Open(Open::MfaTrustedAddresses)),
        known => known,
    }
}

fn at(id: &Id, place: &Place, named: &[NamedLocation]) -> Hit {
    if id.as_str() == MFA_TRUSTED_ADDRESSES {
        return match place.trusted {
            Known::Known(false) => Hit::Miss,
            _ => Hit::unclear(Why::Open(Open::MfaTrustedAddresses)),
        };
    }
    let Some(location) = named.iter().find(|location| location.id == *id) else {
        return Hit::unclear(Why::NotRead(id.to_string()));
    };
    let by = By::Location(id.clone());
    match &location.extent {
        Extent::Ranges { ranges, trusted } => match (&place.address, place.trusted) {
            (Known::Known(address), _) => in_ranges(ranges, *address, &by),
            (Known::Unknown, Known::Known(false)) if *trusted => Hit::Miss,
            (Known::Unknown, _) => Hit::unclear(Why::NotStated),
        },
        Extent::Countries { countries, unknown_too, found_by } => match found_by {
            FoundBy::Address => in_countries(countries, *unknown_too, place, by),
            FoundBy::Telephone => Hit::unclear(Why::Open(Open::PositionByTelephone)),
            FoundBy::Other(text) => Hit::unclear(Why::UnknownValue(text.clone())),
        },
        Extent::Other(text) => Hit::unclear(Why::UnknownValue(text.clone())),
    }
}

fn in_ranges(ranges: &BTreeSet<String>, address: IpAddr, by: &By) -> Hit {
    Hit::any(ranges.iter().map(|text| match text.parse::<Range>() {
        Ok(range) if range.contains(address) => Hit::By(by.clone()),
        Ok(_) => Hit::Miss,
        Err(()) => Hit::unclear(Why::UnknownValue(text.clone())),
    }))
}

fn in_countries(countries: &BTreeSet<String>, unknown_too: bool, place: &Place, by: By) -> Hit {
    let inside = match &place.country {
        Known::Known(Some(country)) => countries.iter().any(|one| one.eq_ignore_ascii_case(country)),
        Known::Known(None) => unknown_too,
        Known::Unknown => return Hit::unclear(Why::NotStated),
    };
    if inside { Hit::By(by) } else { Hit::Miss }
}
