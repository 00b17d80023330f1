//! One condition after another: met, not met, or not to be told.

use std::collections::BTreeSet;

use super::NamedLocation;
use super::filter;
use super::guests;
use super::place;
use super::policy::{AccessPolicy, ClientApps, Filter, FilterMode, Id, People, Person, PlatformName};
use super::resource;
use super::situation::{ClientApp, Device, Flow, InsiderRisk, Platform, Risk, Situation};
use super::subject::{GuestKind, Home, Subject};
use super::truth::{Condition, Known, Open, Why};
use super::verdict::{By, Miss};

/// Whether a list names something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hit {
    By(By),
    Miss,
    Unclear(BTreeSet<Why>),
}

impl Hit {
    pub(super) fn unclear(why: Why) -> Self {
        Self::Unclear(BTreeSet::from([why]))
    }

    /// One is enough, and the first certain one is the reason.
    pub(super) fn any(all: impl IntoIterator<Item = Self>) -> Self {
        let mut whys = BTreeSet::new();
        for one in all {
            match one {
                Self::By(_) => return one,
                Self::Miss => {}
                Self::Unclear(more) => whys.extend(more),
            }
        }
        if whys.is_empty() { Self::Miss } else { Self::Unclear(whys) }
    }

    pub(super) fn whys(&self) -> BTreeSet<Why> {
        match self {
            Self::Unclear(whys) => whys.clone(),
            _ => BTreeSet::new(),
        }
    }
}

/// Whether a condition is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    Included(By),
    NotIncluded,
    Excluded(By),
    NotForPeople,
    Unclear(BTreeSet<Why>),
}

impl Fit {
    pub(super) fn unclear(why: Why) -> Self {
        Self::Unclear(BTreeSet::from([why]))
    }

    /// Why the condition certainly fails, if it does.
    pub(super) fn miss(&self) -> Option<Miss> {
        match self {
            Self::NotIncluded => Some(Miss::NotIncluded),
            Self::Excluded(by) => Some(Miss::Excluded(by.clone())),
            Self::NotForPeople => Some(Miss::NotForPeople),
            Self::Included(_) | Self::Unclear(_) => None,
        }
    }
}

/// Both sides: the exclusion wins, and what is not included needs no exclusion.
pub(super) fn fit(included: &Hit, excluded: &Hit) -> Fit {
    match (included, excluded) {
        (Hit::Miss, _) => Fit::NotIncluded,
        (_, Hit::By(by)) => Fit::Excluded(by.clone()),
        (Hit::By(by), Hit::Miss) => Fit::Included(by.clone()),
        (included, excluded) => Fit::Unclear(included.whys().into_iter().chain(excluded.whys()).collect()),
    }
}

/// Every condition of `policy`, in the order in which the first that fails is named.
pub(super) fn all(
    policy: &AccessPolicy,
    named: &[NamedLocation],
    subject: &Subject,
    situation: &Situation,
) -> Vec<(Condition, Fit)> {
    use Condition as C;
    let people = if policy.service_principals.are_meant() { Fit::NotForPeople } else { Fit::Included(By::NotLimited) };
    vec![
        (C::ServicePrincipals, people),
        (C::Who, who(policy, subject, situation)),
        (C::What, resource::what(&policy.what, &situation.target)),
        (C::ClientApp, client_app(&policy.client_apps, situation.client)),
        (C::Platform, platform(policy, situation.platform)),
        (C::Location, location(policy, named, situation)),
        (C::Device, device(policy.devices.as_ref(), &situation.device)),
        (C::UserRisk, risk(&policy.user_risk, &situation.user_risk)),
        (C::SignInRisk, risk(&policy.sign_in_risk, &situation.sign_in_risk)),
        (C::InsiderRisk, insider_risk(&policy.insider_risk, &situation.insider_risk)),
        (C::Flow, flow(&policy.flows, &situation.flow)),
        (C::Other, others(policy)),
    ]
}

fn who(policy: &AccessPolicy, subject: &Subject, situation: &Situation) -> Fit {
    fit(&people(&policy.who.include, subject, situation), &people(&policy.who.exclude, subject, situation))
}

fn people(people: &People, subject: &Subject, situation: &Situation) -> Hit {
    let by_name = people.users.iter().map(|one| person(one, subject));
    let by_group = std::iter::once_with(|| among(&people.groups, &subject.groups, By::Group));
    let by_role = std::iter::once_with(|| among(&people.roles, &subject.roles, By::Role));
    let as_guest = people.guests.iter().map(|guests| guests::hit(guests, &subject.home, situation));
    Hit::any(by_name.chain(by_group).chain(by_role).chain(as_guest))
}

fn person(named: &Person, subject: &Subject) -> Hit {
    match named {
        Person::All => everybody(&subject.home),
        Person::GuestsOrExternalUsers => guests::any_guest(&subject.home),
        Person::Account(id) if id.as_str() == subject.account.as_str() => Hit::By(By::Account),
        Person::Account(_) | Person::Nobody => Hit::Miss,
        Person::Other(text) => Hit::unclear(Why::UnknownValue(text.clone())),
    }
}

/// All users are those with an object in the tenant; whether the others count is published in no clear words.
fn everybody(home: &Known<Home>) -> Hit {
    let has_object = match home {
        Known::Known(Home::External { kind: Known::Known(kind), .. }) => {
            !matches!(kind, GuestKind::DirectConnect | GuestKind::ServiceProvider | GuestKind::Other(_))
        }
        _ => true,
    };
    if has_object { Hit::By(By::All) } else { Hit::unclear(Why::Open(Open::AllUsersWithoutObject)) }
}

fn among(wanted: &BTreeSet<Id>, held: &Known<BTreeSet<Id>>, by: fn(Id) -> By) -> Hit {
    match held {
        Known::Known(held) => wanted.intersection(held).next().map_or(Hit::Miss, |id| Hit::By(by(id.clone()))),
        Known::Unknown if wanted.is_empty() => Hit::Miss,
        Known::Unknown => Hit::unclear(Why::NotStated),
    }
}

fn client_app(wanted: &BTreeSet<ClientApps>, client: Known<ClientApp>) -> Fit {
    if wanted.contains(&ClientApps::All) {
        return Fit::Included(By::All);
    }
    let Known::Known(client) = client else { return Fit::unclear(Why::NotStated) };
    if wanted.is_empty() {
        // Older policies that named no kind reached modern clients only.
        let modern = !client.is_legacy();
        return if modern { Fit::Included(By::NotLimited) } else { Fit::unclear(Why::Open(Open::ClientAppsEmpty)) };
    }
    let hits = wanted.iter().map(|one| match one {
        ClientApps::All => Hit::By(By::All),
        ClientApps::One(one) if *one == client => Hit::By(By::Value(client.as_str().to_owned())),
        ClientApps::ActiveSyncSupported if client == ClientApp::ExchangeActiveSync => {
            Hit::unclear(Why::Open(Open::ActiveSyncSupported))
        }
        ClientApps::One(_) | ClientApps::ActiveSyncSupported => Hit::Miss,
        ClientApps::Other(text) => Hit::unclear(Why::UnknownValue(text.clone())),
    });
    fit(&Hit::any(hits), &Hit::Miss)
}

fn platform(policy: &AccessPolicy, platform: Known<Platform>) -> Fit {
    let wanted = &policy.platforms;
    let hit = |list| on_platform(list, platform);
    limited(wanted.include.is_empty(), wanted.exclude.is_empty(), || hit(&wanted.include), || hit(&wanted.exclude))
}

fn on_platform(list: &BTreeSet<PlatformName>, platform: Known<Platform>) -> Hit {
    Hit::any(list.iter().map(|one| match (one, platform) {
        (PlatformName::All, _) => Hit::By(By::All),
        (PlatformName::Other(text), _) => Hit::unclear(Why::UnknownValue(text.clone())),
        (PlatformName::One(_), Known::Unknown) => Hit::unclear(Why::NotStated),
        (PlatformName::One(one), Known::Known(is)) if *one == is => Hit::By(By::Value(is.as_str().to_owned())),
        (PlatformName::One(_), Known::Known(_)) => Hit::Miss,
    }))
}

fn location(policy: &AccessPolicy, named: &[NamedLocation], situation: &Situation) -> Fit {
    let wanted = &policy.locations;
    let hit = |list| place::hit(list, &situation.place, named);
    limited(wanted.include.is_empty(), wanted.exclude.is_empty(), || hit(&wanted.include), || hit(&wanted.exclude))
}

/// A condition of two lists. With both empty it limits nothing; with an exclusion alone its meaning is not published.
fn limited(no_include: bool, no_exclude: bool, include: impl Fn() -> Hit, exclude: impl Fn() -> Hit) -> Fit {
    match (no_include, no_exclude) {
        (true, true) => Fit::Included(By::NotLimited),
        (true, false) => fit(&Hit::unclear(Why::Open(Open::ExclusionOnly)), &exclude()),
        (false, _) => fit(&include(), &exclude()),
    }
}

fn device(wanted: Option<&Filter>, device: &Known<Device>) -> Fit {
    let Some(wanted) = wanted else { return Fit::Included(By::NotLimited) };
    let by = || By::Rule(wanted.rule.clone());
    match (&wanted.mode, filter::matches(&wanted.rule, device)) {
        (FilterMode::Other(text), _) => Fit::unclear(Why::UnknownValue(text.clone())),
        (_, Err(why)) => Fit::unclear(why),
        (FilterMode::Include, Ok(true)) => Fit::Included(by()),
        (FilterMode::Include, Ok(false)) => Fit::NotIncluded,
        (FilterMode::Exclude, Ok(true)) => Fit::Excluded(by()),
        (FilterMode::Exclude, Ok(false)) => Fit::Included(By::NotLimited),
    }
}

fn risk(wanted: &BTreeSet<Risk>, risk: &Known<Risk>) -> Fit {
    let unknown = |one: &Risk| match one {
        Risk::Other(text) => Some(text.clone()),
        _ => None,
    };
    match risk {
        // Somebody knows, and does not tell: any level may be behind it.
        Known::Known(Risk::Hidden) if !wanted.is_empty() && !wanted.contains(&Risk::Hidden) => Fit::unclear(Why::NotStated),
        _ => level(wanted, risk, unknown),
    }
}

fn insider_risk(wanted: &BTreeSet<InsiderRisk>, risk: &Known<InsiderRisk>) -> Fit {
    level(wanted, risk, |one| match one {
        InsiderRisk::Other(text) => Some(text.clone()),
        _ => None,
    })
}

fn flow(wanted: &BTreeSet<Flow>, flow: &Known<Flow>) -> Fit {
    level(wanted, flow, |one| match one {
        Flow::Other(text) => Some(text.clone()),
        _ => None,
    })
}

/// A condition that is a set of levels; none of them is not limited.
fn level<T: Ord + serde::Serialize>(wanted: &BTreeSet<T>, is: &Known<T>, unknown: impl Fn(&T) -> Option<String>) -> Fit {
    if wanted.is_empty() {
        return Fit::Included(By::NotLimited);
    }
    let Known::Known(is) = is else { return Fit::unclear(Why::NotStated) };
    // A level that this version does not know is equal to nothing, itself included.
    if let Some(text) = unknown(is) {
        return Fit::unclear(Why::UnknownValue(text));
    }
    if wanted.contains(is) {
        return Fit::Included(By::Value(code(is)));
    }
    match wanted.iter().find_map(unknown) {
        Some(text) => Fit::unclear(Why::UnknownValue(text)),
        None => Fit::NotIncluded,
    }
}

/// The name that a value has in JSON.
fn code<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

fn others(policy: &AccessPolicy) -> Fit {
    if policy.other_conditions.is_empty() {
        return Fit::Included(By::NotLimited);
    }
    Fit::Unclear(policy.other_conditions.keys().map(|name| Why::UnknownValue(name.clone())).collect())
}
