//! Measuring a tenant: one record for each tenant, in which every run is kept as evidence; and the plans that change
//! its settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use regain_incident::account::{Account, Kind};
use regain_incident::case::{AccountState, Case};
use regain_incident::facet::{FacetName, Of};
use regain_incident::ids::{AccountId, CaseId, Seq, TenantId};
use regain_incident::journal::{Entry, Purpose, ReadFor, Recorded};
use regain_incident::plan::Plan;
use regain_incident::planner::PlanningReport;
use regain_incident::policy::Policy;
use regain_incident::posture::answer::{Answer, Remark};
use regain_incident::posture::estate::Estate;
use regain_incident::posture::fix::{Fix, Hindrance};
use regain_incident::posture::harden::plan_harden;
use regain_incident::posture::roadmap::{RoadmapItem, Way};
use regain_incident::posture::told;
use regain_incident::posture::ways::ways_of;
use regain_incident::tenant::setting::Change;
use regain_ports::{Journal, JournalError, ProviderError, Urgency};

use crate::collect::collect;
use crate::contain::record_plan;
use crate::scribe::Audience;
use crate::{EngineError, Scribe, World};

/// What the cases of this machine say of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The record of its posture, if it was measured before.
    pub record: Option<Case>,
    /// The ways that intruders used in it, each once.
    pub used: Vec<Way>,
}

/// A case as its journal tells it, with its entries; none where its contents were forgotten.
pub(crate) async fn case_of(journal: &dyn Journal, id: CaseId) -> Result<Option<(Case, Vec<Recorded>)>, EngineError> {
    match journal.read(id, Seq::START).await {
        Ok(entries) => Ok(Some((Case::of(id, &entries)?, entries))),
        Err(JournalError::Forgotten(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Looks through every case once. Ways are taken from `only` these cases, or from all of the tenant's where none is named.
/// One that is named and can tell nothing of the tenant is an error.
pub async fn survey(journal: &dyn Journal, tenant: &TenantId, only: &[CaseId]) -> Result<Survey, EngineError> {
    let mut survey = Survey::default();
    let all = journal.cases().await?;
    if let Some(unknown) = only.iter().find(|id| !all.contains(id)) {
        return Err(JournalError::NoSuchCase(*unknown).into());
    }
    for id in all {
        let is_named = only.contains(&id);
        let (case, entries) = match case_of(journal, id).await? {
            Some(read) => read,
            None if is_named => return Err(JournalError::Forgotten(id).into()),
            None => continue,
        };
        match case.purpose {
            _ if case.tenant.as_ref() != Some(tenant) => {
                if is_named {
                    return Err(EngineError::OtherTenant(id));
                }
            }
            Purpose::Posture if is_named => return Err(EngineError::NoIncident(id)),
            Purpose::Posture => survey.record = Some(case),
            Purpose::Incident if only.is_empty() || is_named => survey.used.extend(ways_of(&case, &entries)),
            Purpose::Incident => {}
        }
    }
    survey.used.sort_unstable();
    survey.used.dedup();
    Ok(survey)
}

/// Begins the tenant's record of its posture. An organisation is an object of its own directory, under the tenant's id.
pub async fn begin(world: &World, tenant: &TenantId, holder: &str, audience: Arc<dyn Audience>) -> Result<Scribe, EngineError> {
    let now = world.clock.now();
    let year = u16::try_from(now.to_zoned(jiff::tz::TimeZone::UTC).year()).unwrap_or_default();
    let id = world.journal.new_case(year).await?;
    let scribe = Scribe::open(world, id, holder, audience).await?;
    let opened = Entry::CaseOpened { tenant: tenant.clone(), incident_since: now, purpose: Purpose::Posture };
    let account = Account::organisation(AccountId::of_organisation(tenant), tenant.as_str());
    scribe.write(world, vec![opened, Entry::AccountAdded { account, lock: None }]).await?;
    Ok(scribe)
}

/// A posture as it was told, and what changed since the run before.
#[derive(Debug, Clone)]
pub struct Told {
    /// Every item with its answer, in the roadmap's order.
    pub answers: Vec<(RoadmapItem, Answer)>,
    /// What changed.
    pub drift: Vec<told::Drift>,
    /// The domain that people know the tenant by, if domains were read. Hostile.
    pub known_as: Option<String>,
}

/// Reads everything, answers every item, and records both.
pub async fn measure(world: &World, scribe: &Scribe, items: Vec<RoadmapItem>) -> Result<Told, EngineError> {
    let targets: Vec<Account> =
        scribe.ask(|case| case.organisation().map(|state| state.account.clone())).await.into_iter().collect();
    let facets: Vec<FacetName> = FacetName::of_kind(Kind::Organisation).collect();
    collect(world, scribe, &targets, &facets, ReadFor::Snapshot, Urgency::Normal).await?;
    let now = world.clock.now();
    let told = scribe.ask(|case| tell(case, items, &world.policy, now)).await;
    let answers: BTreeMap<String, Answer> = told.answers.iter().map(|(item, answer)| (item.id.clone(), answer.clone())).collect();
    scribe.write(world, vec![Entry::PostureTold { answers }]).await?;
    Ok(told)
}

/// Reads these parts of the tenant, side by side, and keeps nothing: whether each could be read.
pub async fn try_to_read(world: &World, facets: &[FacetName]) -> BTreeMap<FacetName, Result<(), ProviderError>> {
    let read = |facet: FacetName| async move {
        let read = match facet.of() {
            Of::Exchange => world.mail.tenant(facet).await,
            Of::Directory | Of::Account | Of::Names => world.directory.tenant(facet).await,
        };
        (facet, read.map(drop))
    };
    join_all(facets.iter().copied().map(read)).await.into_iter().collect()
}

/// The posture as the record shows it.
pub fn tell(case: &Case, items: Vec<RoadmapItem>, policy: &Policy, now: regain_incident::Timestamp) -> Told {
    let nothing = BTreeMap::new();
    let before = case.posture.runs.last().map_or(&nothing, |(_, answers)| answers);
    let snapshot = case.organisation().map(AccountState::as_last_read);
    let Some(snapshot) = snapshot else { return Told { answers: Vec::new(), drift: Vec::new(), known_as: None } };
    let estate = Estate::of(&snapshot, now).under(policy).swept(&case.posture.sweeps);
    let answers: Vec<(RoadmapItem, Answer)> = items
        .into_iter()
        .map(|item| {
            let answer = told::answer(&item, &estate, &case.posture.said);
            (item, answer)
        })
        .collect();
    let drift = told::drift(before, &answers);
    let known_as = case.organisation().and_then(AccountState::known_as).map(str::to_owned);
    Told { answers, drift, known_as }
}

/// Makes and records the plan that changes these settings; none where nothing is to be changed.
pub async fn make_plan(world: &World, scribe: &Scribe, changes: &[Change]) -> Result<Option<Plan>, EngineError> {
    let now = world.clock.now();
    let plan = scribe.ask(|case| plan_harden(case, changes, now)).await?;
    let recorded = record_plan(world, scribe, plan, PlanningReport::default()).await?;
    Ok(recorded.map(|(plan, _)| plan))
}

/// What fixing some items takes.
#[derive(Debug, Clone, Default)]
pub struct Fixing {
    /// The changes that are needed; none where all is met.
    pub changes: Vec<Change>,
    /// Whom they would touch, and what they leave to a person.
    pub reach: Vec<Remark>,
    /// Fixes that cannot be planned, since what they change was not read.
    pub unread: Vec<(&'static str, Answer)>,
    /// Why others cannot be planned: what a person has to settle first.
    pub in_the_way: Vec<(&'static str, Remark)>,
}

/// What `fixes` take, as the tenant was last read.
pub async fn fixing(world: &World, scribe: &Scribe, fixes: &[Fix]) -> Fixing {
    let now = world.clock.now();
    let snapshot = scribe.ask(|case| case.organisation().map(AccountState::as_last_read)).await;
    let Some(snapshot) = snapshot else { return Fixing::default() };
    let estate = Estate::of(&snapshot, now).under(&world.policy).operated_by(world.operators.as_deref());
    let mut all = Fixing::default();
    for fix in fixes {
        match (fix.plan)(&estate) {
            Ok(changes) if changes.is_empty() => {}
            Ok(changes) => {
                // Two fixes may want the same setting changed.
                all.changes.extend(changes.into_iter().filter(|change| !all.changes.contains(change)).collect::<Vec<_>>());
                all.reach.extend((fix.reach)(&estate));
            }
            Err(Hindrance::Unread(unread)) => all.unread.push((fix.name, unread)),
            Err(Hindrance::InTheWay(why)) => all.in_the_way.push((fix.name, why)),
        }
    }
    all
}
