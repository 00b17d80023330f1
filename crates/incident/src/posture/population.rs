//! Everybody who signs in, put together from what was read of accounts, roles and groups, as policies see them.
//!
//! Invariant: what was not read stays unknown in a [`Subject`], so that an answer of the evaluation cannot rest on it.

use std::collections::{BTreeMap, BTreeSet};

use super::access::policy::{AccessPolicy, Id};
use super::access::subject::{GuestKind, Home, Memberships};
use super::access::{Known, Rules, Subject};
use super::answer::Answer;
use super::estate::Estate;
use crate::facet::{FacetName, Gap};
use crate::facets::roles::DIRECTORY_SYNCHRONISATION_ACCOUNTS;
use crate::tenant::administrators::{Administrators, Holder};
use crate::tenant::conditional_access::ConditionalAccess;
use crate::tenant::people::{DirectoryPerson, PersonHome};

/// Roles with which the tenant, or its mail, can be taken over; by template id. Those that Microsoft marks as
/// privileged and that change something, and the administrators of mail, files and teams.
pub const POWERFUL: &[&str] = &[
    "62e90394-69f5-4237-9190-012177145e10", // Global Administrator
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", // Application Administrator
    "c4e39bd9-1100-46d3-8c65-fb160da0071f", // Authentication Administrator
    "0526716b-113d-4c15-b2c8-68e3c22b9f80", // Authentication Policy Administrator
    "158c047a-c907-4556-b7ef-446551a6b5f7", // Cloud Application Administrator
    "7698a772-787b-4ac8-901f-60d6b08affd2", // Cloud Device Administrator
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", // Conditional Access Administrator
    "9360feb5-f418-4baa-8175-e2a00bac4301", // Directory Writers
    "8329153b-31d0-4727-b945-745eb3bc5f31", // Domain Name Administrator
    "29232cdf-9323-42fd-ade2-1d097af3e4de", // Exchange Administrator
    "be2f45a1-457d-42af-a067-6ec1fa63bc45", // External Identity Provider Administrator
    "729827e3-9c14-49f7-bb1b-9608f156bbb8", // Helpdesk Administrator
    "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", // Hybrid Identity Administrator
    "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e", // Identity Governance Administrator
    "3a2c62db-5318-420d-8d74-23affee5d9d5", // Intune Administrator
    "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8", // Partner Tier2 Support
    "966707d0-3269-4727-9be2-8c3a10f19b9d", // Password Administrator
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13", // Privileged Authentication Administrator
    "e8611ab8-c189-46e8-94e1-60213ab1f814", // Privileged Role Administrator
    "194ae4cb-b126-40b2-bd5b-6091b380977d", // Security Administrator
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c", // SharePoint Administrator
    "69091246-20e8-4a56-aa4d-066075b2a7a8", // Teams Administrator
    "fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
];

/// Whether a role, by template id, is one of those.
pub fn is_powerful(role: &str) -> bool {
    POWERFUL.iter().any(|known| known.eq_ignore_ascii_case(role))
}

/// Whom a question is asked about. Accounts kept for emergencies and those of directory synchronisation are measured
/// by themselves, and are in none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Members who may sign in.
    Members,
    /// Guests who may sign in.
    Guests,
    /// Both.
    Everybody,
}

/// What policies say, with the switch for security defaults. Where Conditional Access could not be read but security
/// defaults are on, there is no enabled policy: the service refuses both.
pub fn rules<'a>(estate: &Estate<'a>) -> Result<Rules<'a>, Answer> {
    let defaults = estate.security_defaults().map(|read| read.enabled);
    match (estate.conditional_access(), defaults) {
        (Ok(ConditionalAccess { policies, locations, strengths, .. }), defaults) => {
            let security_defaults = defaults.map_or(Known::Unknown, Known::Known);
            Ok(Rules { policies, locations, strengths, security_defaults })
        }
        (Err(_), Ok(true)) => Ok(Rules { policies: &[], locations: &[], strengths: &[], security_defaults: Known::Known(true) }),
        (Err(unread), _) => Err(unread),
    }
}

/// The same with some policies only, and without security defaults.
pub fn only<'a>(rules: Rules<'a>, policies: &'a [AccessPolicy]) -> Rules<'a> {
    Rules { policies, security_defaults: Known::Known(false), ..rules }
}

/// Those who may sign in.
pub fn subjects(estate: &Estate<'_>, of: Of) -> Result<Vec<Subject>, Answer> {
    let kept = |person: &DirectoryPerson| estate.policy.keeps(&person.name, &person.id);
    let wanted = |person: &&DirectoryPerson| match of {
        Of::Members => !person.is_guest(),
        Of::Guests => person.is_guest(),
        Of::Everybody => true,
    };
    let people = estate.people()?.people.iter().filter(wanted).filter(|person| !kept(person));
    let subjects = subjects_of(estate, people)?;
    let synchronises = |subject: &Subject| match &subject.roles {
        Known::Known(roles) => roles.iter().any(|role| role.as_str() == DIRECTORY_SYNCHRONISATION_ACCOUNTS),
        Known::Unknown => false,
    };
    Ok(subjects.into_iter().filter(|subject| !synchronises(subject)).collect())
}

/// Accounts kept for emergencies, as far as they are in the directory.
pub fn kept_for_emergencies(estate: &Estate<'_>) -> Result<Vec<Subject>, Answer> {
    subjects_of(estate, estate.people()?.people.iter().filter(|person| estate.policy.keeps(&person.name, &person.id)))
}

/// Accounts with a powerful role, held or only eligible: a policy for a role reaches them once it is activated, and so
/// they are asked about as if it were. Those kept for emergencies are left out.
pub fn administrators(estate: &Estate<'_>) -> Result<Vec<Subject>, Answer> {
    let holders = estate.administrators()?;
    let memberships = memberships(estate);
    let mut all = Vec::new();
    for (holder, account) in holders.holders.iter().filter_map(|holder| Some((holder, holder.account()?))) {
        let powerful = holder.holdings.iter().any(|one| is_powerful(&one.role.id));
        if account.enabled == Some(false) || !powerful || estate.policy.keeps(&holder.name, &holder.id) {
            continue;
        }
        let home = match account.guest {
            Some(false) => Known::Known(Home::Member),
            Some(true) => Known::Known(Home::External { kind: Known::Unknown, tenant: Known::Unknown }),
            None => Known::Unknown,
        };
        let id = Id::from(holder.id.as_str());
        all.push(Subject {
            account: account_id(&holder.id)?,
            name: holder.name.clone(),
            groups: Known::Known(memberships.groups_of(&id)),
            roles: Known::Known(
                holder.holdings.iter().filter(|one| one.whole_tenant).map(|one| Id::from(one.role.id.as_str())).collect(),
            ),
            home,
            enabled: account.enabled.map_or(Known::Unknown, Known::Known),
        });
    }
    Ok(all)
}

fn account_id(text: &str) -> Result<crate::ids::AccountId, Answer> {
    text.parse().map_err(|_| Answer::NotMeasurable {
        facet: FacetName::People,
        gap: Gap::NotUnderstood { detail: "an account without an object id".to_owned() },
    })
}

fn subjects_of<'p>(estate: &Estate<'_>, people: impl Iterator<Item = &'p DirectoryPerson>) -> Result<Vec<Subject>, Answer> {
    let memberships = memberships(estate);
    let roles = estate.administrators().ok().map(active_roles);
    people.filter(|person| person.enabled != Some(false)).map(|person| subject(person, &memberships, roles.as_ref())).collect()
}

fn subject(
    person: &DirectoryPerson,
    memberships: &Memberships,
    roles: Option<&BTreeMap<Id, BTreeSet<Id>>>,
) -> Result<Subject, Answer> {
    let id = Id::from(person.id.as_str());
    Ok(Subject {
        account: account_id(&person.id)?,
        name: person.name.clone(),
        groups: Known::Known(memberships.groups_of(&id)),
        roles: roles.map_or(Known::Unknown, |known| Known::Known(known.get(&id).cloned().unwrap_or_default())),
        home: home(person.home),
        enabled: person.enabled.map_or(Known::Unknown, Known::Known),
    })
}

fn home(home: PersonHome) -> Known<Home> {
    let external = |kind| Known::Known(Home::External { kind: Known::Known(kind), tenant: Known::Unknown });
    match home {
        PersonHome::Member => Known::Known(Home::Member),
        PersonHome::OutsideMember => external(GuestKind::CollaborationMember),
        PersonHome::Guest => external(GuestKind::CollaborationGuest),
        PersonHome::LocalGuest => external(GuestKind::LocalGuest),
        PersonHome::Unknown => Known::Unknown,
    }
}

/// Who is in which of the groups that policies name. Where policies could not be read there are none to name any.
fn memberships(estate: &Estate<'_>) -> Memberships {
    let mut all = Memberships::default();
    for group in estate.conditional_access().map(|read| read.groups.as_slice()).unwrap_or_default() {
        for member in group.members.iter().flatten() {
            all.add(member.clone(), group.group.clone());
        }
    }
    all
}

/// Roles that are active for the whole tenant, by account.
fn active_roles(all: &Administrators) -> BTreeMap<Id, BTreeSet<Id>> {
    let roles = |holder: &Holder| -> BTreeSet<Id> {
        let active = holder.holdings.iter().filter(|one| one.whole_tenant && one.how.is_active());
        active.map(|one| Id::from(one.role.id.as_str())).collect()
    };
    all.holders.iter().map(|holder| (Id::from(holder.id.as_str()), roles(holder))).collect()
}
