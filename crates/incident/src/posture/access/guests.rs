//! Guests and other external users, by kind and by home tenant.

use std::collections::BTreeSet;

use super::conditions::Hit;
use super::policy::{Guests, Id, Tenants};
use super::situation::{Situation, Target};
use super::subject::{GuestKind, Home};
use super::truth::{Known, Open, Why};
use super::verdict::By;

/// Where two kinds of partners meet: Teams and SharePoint.
const SHARED: &[&str] = &["cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "00000003-0000-0ff1-ce00-000000000000"];

/// Whether `home` is a guest of any kind at all.
pub(super) fn any_guest(home: &Known<Home>) -> Hit {
    match home {
        Known::Known(Home::Member) => Hit::Miss,
        Known::Known(Home::External { .. }) => Hit::By(By::AnyGuest),
        Known::Unknown => Hit::unclear(Why::NotStated),
    }
}

/// Whether `home` is one of these guests.
pub(super) fn hit(guests: &Guests, home: &Known<Home>, situation: &Situation) -> Hit {
    let (kind, tenant) = match home {
        // A member is no guest of any kind, also not of a kind that this version does not know.
        Known::Known(Home::Member) => return Hit::Miss,
        Known::Known(Home::External { kind, tenant }) => (kind, tenant),
        Known::Unknown => return Hit::unclear(Why::NotStated),
    };
    match (of_kind(&guests.kinds, kind, situation), of_tenant(&guests.tenants, kind, tenant)) {
        (Hit::Miss, _) | (_, Hit::Miss) => Hit::Miss,
        (by @ Hit::By(_), Hit::By(_)) => by,
        (kind, tenant) => Hit::Unclear(kind.whys().into_iter().chain(tenant.whys()).collect()),
    }
}

fn of_kind(kinds: &BTreeSet<GuestKind>, kind: &Known<GuestKind>, situation: &Situation) -> Hit {
    let kind = match kind {
        Known::Known(GuestKind::Other(text)) => return Hit::unclear(Why::UnknownValue(text.clone())),
        Known::Known(kind) => kind,
        Known::Unknown if kinds.is_empty() => return Hit::Miss,
        Known::Unknown => return Hit::unclear(Why::NotStated),
    };
    if kinds.contains(kind) {
        return Hit::By(By::Guest(kind.clone()));
    }
    if let Some(GuestKind::Other(text)) = kinds.iter().find(|one| matches!(one, GuestKind::Other(_))) {
        return Hit::unclear(Why::UnknownValue(text.clone()));
    }
    if may_be_both(kinds, kind) && meets_partners(&situation.target) {
        return Hit::unclear(Why::Open(Open::DirectConnectOverlap));
    }
    Hit::Miss
}

/// A policy for one kind of partner reaches the other one where both meet, if the partner is eligible for both.
fn may_be_both(kinds: &BTreeSet<GuestKind>, kind: &GuestKind) -> bool {
    use GuestKind as G;
    match kind {
        G::CollaborationGuest | G::CollaborationMember => kinds.contains(&G::DirectConnect),
        G::DirectConnect => kinds.contains(&G::CollaborationGuest) || kinds.contains(&G::CollaborationMember),
        _ => false,
    }
}

fn meets_partners(target: &Known<Target>) -> bool {
    match target {
        Known::Unknown | Known::Known(Target::Office365) => true,
        Known::Known(Target::Application(id)) => SHARED.contains(&id.as_str()),
        Known::Known(_) => false,
    }
}

fn of_tenant(tenants: &Tenants, kind: &Known<GuestKind>, tenant: &Known<Id>) -> Hit {
    match tenants {
        Tenants::All => Hit::By(By::All),
        Tenants::Other(text) => Hit::unclear(Why::UnknownValue(text.clone())),
        Tenants::These(_) if *kind == Known::Known(GuestKind::LocalGuest) => Hit::unclear(Why::Open(Open::TenantsOfLocalGuests)),
        Tenants::These(these) => match tenant {
            Known::Known(tenant) if these.contains(tenant) => Hit::By(By::All),
            Known::Known(_) => Hit::Miss,
            Known::Unknown => Hit::unclear(Why::NotStated),
        },
    }
}
