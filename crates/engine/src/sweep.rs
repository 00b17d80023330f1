//! The sweep: every mailbox of the tenant looked into, judged as those of a case are, and recorded batch by batch in the
//! tenant's record. It reads; what it finds can open a case, and nothing else.
//!
//! Invariant: what is recorded is never asked again in the same sweep, but for what the service would not answer just
//! then, once at its end. No more than a batch is lost when the program ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use jiff::SignedDuration;
use regain_incident::Timestamp;
use regain_incident::account::{Account, Kind};
use regain_incident::case::Case;
use regain_incident::facet::{Facet, FacetName, Gap};
use regain_incident::facets::Reading;
use regain_incident::facets::forwarding::Forwarding;
use regain_incident::ids::{AccountId, CaseId, TenantId};
use regain_incident::journal::{Entry, Purpose};
use regain_incident::snapshot::Snapshot;
use regain_incident::sweep::{Batch, Listing, Look, Sweep, Swept, look};
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::people::DirectoryPerson;
use regain_ports::{Age, Mailbox, Mailboxes, Operator, Urgency};

use crate::intake::Target;
use crate::scribe::Audience;
use crate::step::{domains, facet_of, gap_of, read};
use crate::{EngineError, Scribe, World, contain, intake, posture};

/// So many mailboxes are looked into at once, each by one request after the other. Exchange's own lane has ten places:
/// the others are left to whoever answers an incident meanwhile.
pub const AT_ONCE: usize = 8;
/// So many are recorded together.
pub const BATCH: usize = 50;
/// How long a sweep waits before it asks again where the service asks everybody to wait; then it halts.
const WAITS: &[SignedDuration] = &[SignedDuration::from_secs(60), SignedDuration::from_secs(240)];
/// Where so many in a row get the same refusal, or no answer, it is not about one mailbox.
const EVERYBODY: usize = 10;

/// How a sweep ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Everything that there is was asked, or is known to be refused.
    AtItsEnd,
    /// The service answers nobody just now, or a right ended in the middle: it can be gone on with.
    Halted(Gap),
}

/// Begins a sweep, or goes on with one that was interrupted, and carries it to its end.
pub async fn sweep(world: &World, scribe: &Scribe) -> Result<Ended, EngineError> {
    let domains = home(world).await?;
    let (listed, listing_gap) = list(world).await?;
    let now = world.clock.now();
    let (known, resumes) = scribe
        .ask(|case| match case.posture.sweeps.under_way.as_ref().filter(|sweep| sweep.may_be_resumed(now)) {
            Some(sweep) => (listed.iter().filter(|one| sweep.has(&one.account.id)).count(), Some(sweep.asked())),
            None => (0, None),
        })
        .await;
    let accounts = listed.len().saturating_sub(known).saturating_add(resumes.unwrap_or_default());
    let listing = Listing { accounts, gap: listing_gap };
    let first = if resumes.is_some() { Entry::SweepResumed { listing } } else { Entry::SweepBegun { listing } };
    scribe.write(world, vec![first]).await?;

    let mut waits = WAITS.iter();
    loop {
        let to_ask = scribe.ask(|case| in_order(&listed, under_way(case))).await;
        match look_into(world, scribe, &domains, to_ask).await? {
            Reached::All => break,
            Reached::Refused(rest) => return end(world, scribe, Some(rest)).await,
            Reached::Halted(gap) => match waits.next().filter(|_| gap == Gap::Throttled) {
                Some(wait) => world.clock.sleep_until(world.clock.now().checked_add(*wait).unwrap_or(Timestamp::MAX)).await,
                None => return Ok(Ended::Halted(gap)),
            },
        }
    }
    let again: Vec<Mailbox> = scribe
        .ask(|case| {
            let mailbox = |account: &Account| Mailbox { account: account.clone(), forwards: None };
            under_way(case).into_iter().flat_map(Sweep::to_ask_again).map(mailbox).collect()
        })
        .await;
    // Whoever is silent still is told as not read.
    look_into(world, scribe, &domains, again).await?;
    end(world, scribe, None).await
}

async fn end(world: &World, scribe: &Scribe, rest: Option<Gap>) -> Result<Ended, EngineError> {
    scribe.write(world, vec![Entry::SweepEnded { rest }]).await?;
    Ok(Ended::AtItsEnd)
}

fn under_way(case: &Case) -> Option<&Sweep> {
    case.posture.sweeps.under_way.as_ref()
}

/// What "inside" means. Without it nothing could be judged, so nothing is asked.
async fn home(world: &World) -> Result<Facet<Reading>, EngineError> {
    let at = world.clock.now();
    let names = domains(world).await.map_err(EngineError::Provider)?.value.unwrap_or_default();
    Ok(Facet::Read { value: Reading::Domains(names), at })
}

/// Every mailbox, and why there may be more. Where Exchange cuts its list short, the directory's accounts are asked one by
/// one: who has no mailbox says so.
async fn list(world: &World) -> Result<(Vec<Mailbox>, Option<Gap>), EngineError> {
    let Mailboxes { mut all, cut, unnamed } = world.mail.mailboxes(Urgency::Background).await.map_err(EngineError::Provider)?;
    let incomplete = |detail: String| Gap::Incomplete { detail };
    let mut lacking = (unnamed > 0).then(|| incomplete(format!("{unnamed} mailboxes name no account")));
    if cut {
        match world.directory.tenant(FacetName::People).await.map(|seen| others(seen.value, &all)) {
            Ok(Some(others)) => all.extend(others),
            Ok(None) => {
                let detail = "the list of mailboxes was cut short, and the directory named no people";
                lacking = Some(beside(lacking, incomplete(detail.to_owned())));
            }
            Err(error) => lacking = Some(beside(lacking, gap_of(&error))),
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|one| seen.insert(one.account.id.clone()));
    Ok((all, lacking))
}

/// Two reasons in one: what was incomplete before is not lost.
fn beside(before: Option<Gap>, then: Gap) -> Gap {
    let Some(Gap::Incomplete { detail }) = before else { return then };
    let also = match then {
        Gap::Incomplete { detail } | Gap::Unreachable { detail } | Gap::NotUnderstood { detail } | Gap::Unlicensed { detail } => {
            detail
        }
        Gap::Denied { missing } => format!("people could not be read for want of {missing}"),
        Gap::Throttled => "people could not be read: the service kept asking to wait".to_owned(),
        Gap::NotInThisVersion | Gap::LeftOut | Gap::NotSwept { .. } => "people were not read".to_owned(),
    };
    Gap::Incomplete { detail: format!("{detail}; {also}") }
}

/// Accounts of the directory that may have a mailbox and stand in no list; none where it did not tell its people.
fn others(read: Option<TenantReading>, listed: &[Mailbox]) -> Option<Vec<Mailbox>> {
    let Some(TenantReading::People(people)) = read else { return None };
    let known: BTreeSet<&str> = listed.iter().map(|one| one.account.id.as_str()).collect();
    let mailbox = |person: &DirectoryPerson| {
        let account = Account {
            id: person.id.parse().ok()?,
            upn: person.name.clone(),
            name: String::new(),
            kind: Kind::Person,
            synchronised: person.synchronised,
        };
        Some(Mailbox { account, forwards: None })
    };
    let may_have_one = |person: &&DirectoryPerson| !person.is_guest() && !known.contains(person.id.to_lowercase().as_str());
    Some(people.people.iter().filter(may_have_one).filter_map(mailbox).collect())
}

/// What is still to be asked: first where forwarding shows, then where nobody knows, then the rest.
fn in_order(listed: &[Mailbox], sweep: Option<&Sweep>) -> Vec<Mailbox> {
    let is_new = |one: &Mailbox| sweep.is_none_or(|sweep| !sweep.has(&one.account.id));
    let mut all: Vec<Mailbox> = listed.iter().filter(|one| is_new(one)).cloned().collect();
    let rank = |one: &Mailbox| match one.forwards {
        Some(true) => 0,
        None => 1,
        Some(false) => 2,
    };
    all.sort_by(|one, other| (rank(one), &one.account.upn).cmp(&(rank(other), &other.account.upn)));
    all
}

/// How far a pass came.
enum Reached {
    All,
    /// A right is missing, for everybody and from the beginning.
    Refused(Gap),
    /// Nobody was answered, or a right ended that was there before.
    Halted(Gap),
}

/// Looks into each, and records batch by batch.
async fn look_into(world: &World, scribe: &Scribe, domains: &Facet<Reading>, all: Vec<Mailbox>) -> Result<Reached, EngineError> {
    let looks = stream::iter(all).map(|one| look_at(world, one, domains)).buffer_unordered(AT_ONCE);
    let mut batches = std::pin::pin!(looks.chunks(BATCH));
    while let Some(looked) = batches.next().await {
        let why = why_nobody(&looked);
        match why {
            Some(gap) if gap.is_passing() => return Ok(Reached::Halted(gap)),
            Some(gap @ Gap::Denied { .. }) => {
                // What was read with the right is worth going on with, and replaces no older sweep before it is whole.
                if scribe.ask(|case| under_way(case).is_some_and(|sweep| sweep.read() > 0)).await {
                    return Ok(Reached::Halted(gap));
                }
                record(world, scribe, looked).await?;
                return Ok(Reached::Refused(gap));
            }
            _ => record(world, scribe, looked).await?,
        }
    }
    Ok(Reached::All)
}

/// One mailbox that was looked into.
struct Looked {
    account: Account,
    look: Look,
    raw: Vec<String>,
}

/// Why the rules of nobody among these were read, where it is the same for all of many.
fn why_nobody(looked: &[Looked]) -> Option<Gap> {
    if looked.len() < EVERYBODY {
        return None;
    }
    let gap = |one: &Looked| match &one.look {
        Look::Noted(_, unread) => unread.iter().find(|(facet, _)| *facet == FacetName::InboxRules).map(|(_, gap)| gap.clone()),
        Look::Clear | Look::Absent => None,
    };
    let first = gap(looked.first()?)?;
    let is_alike = |one: &Gap| *one == first || one.is_passing() && first.is_passing();
    looked.iter().all(|one| gap(one).as_ref().is_some_and(is_alike)).then_some(first)
}

/// Reads and judges one mailbox. Forwarding is asked for only where the list does not say that there is none.
async fn look_at(world: &World, one: Mailbox, domains: &Facet<Reading>) -> Looked {
    let Mailbox { account, forwards } = one;
    let mut snapshot = Snapshot::begun(account.clone(), world.clock.now());
    snapshot.facets.insert(FacetName::Domains, domains.clone());
    let mut raw = Vec::new();
    let mut take = |facet, (reading, answers): (Facet<Reading>, Vec<String>)| {
        snapshot.facets.insert(facet, reading);
        raw.extend(answers);
    };
    take(FacetName::InboxRules, of(world, &account, FacetName::InboxRules).await);
    if forwards == Some(false) {
        let none = Facet::Read { value: Reading::Forwarding(Forwarding::default()), at: world.clock.now() };
        take(FacetName::Forwarding, (none, Vec::new()));
    } else {
        take(FacetName::Forwarding, of(world, &account, FacetName::Forwarding).await);
    }
    Looked { look: look(&snapshot, &world.policy), account, raw }
}

async fn of(world: &World, account: &Account, facet: FacetName) -> (Facet<Reading>, Vec<String>) {
    let at: Timestamp = world.clock.now();
    facet_of(read(world, account, facet, Urgency::Background, Age::New).await, at)
}

/// Records a batch: raw answers only of mailboxes in which something was found.
async fn record(world: &World, scribe: &Scribe, looked: Vec<Looked>) -> Result<(), EngineError> {
    let is_kept = |one: &Looked| matches!(&one.look, Look::Noted(findings, _) if !findings.is_empty());
    let kept: Vec<String> = looked.iter().filter(|one| is_kept(one)).flat_map(|one| one.raw.iter().cloned()).collect();
    let mut digests = world.journal.keep_all(scribe.id(), &kept).await?.into_iter();
    let mut batch = Batch::default();
    for one in looked {
        let evidence = digests.by_ref().take(if is_kept(&one) { one.raw.len() } else { 0 }).collect();
        match one.look {
            Look::Clear => batch.clear.push(one.account.id),
            Look::Absent => batch.absent.push(one.account.id),
            Look::Noted(findings, unread) => batch.noted.push(Swept { account: one.account, findings, unread, evidence }),
        }
    }
    scribe.write(world, vec![Entry::SweepRead { batch }]).await?;
    Ok(())
}

/// Accounts that cases of the tenant hold which are not closed, each with its newest case.
pub async fn in_open_cases(world: &World, tenant: &TenantId) -> Result<BTreeMap<AccountId, CaseId>, EngineError> {
    let mut held = BTreeMap::new();
    for id in world.journal.cases().await? {
        let Some((case, _)) = posture::case_of(world.journal.as_ref(), id).await? else { continue };
        if case.purpose == Purpose::Incident && case.tenant.as_ref() == Some(tenant) && !case.closed {
            held.extend(case.accounts.into_keys().map(|account| (account, id)));
        }
    }
    Ok(held)
}

/// Opens one case for all of `targets` and reads everything of them. Nothing is locked, and nothing is planned.
pub async fn open_case(
    world: &World,
    operator: &Operator,
    holder: &str,
    audience: Arc<dyn Audience>,
    targets: &[Target],
) -> Result<CaseId, EngineError> {
    let typed = contain::Typed { command: "posture --sweep --open-cases", locks: false };
    let scribe = contain::open(world, &operator.tenant, holder, audience, typed, targets).await?;
    contain::look(world, &scribe, targets).await?;
    let id = scribe.id();
    scribe.close(world).await?;
    Ok(id)
}

/// The accounts of these ids, as the directory knows them now; beside them those that it does not.
pub async fn targets(
    world: &World,
    operator: &Operator,
    accounts: &[Account],
) -> (Vec<Target>, Vec<(Account, intake::IntakeError)>) {
    let names: Vec<String> = accounts.iter().map(|account| account.id.to_string()).collect();
    let found = intake::find_all(world, operator, &names).await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for (account, found) in accounts.iter().zip(found) {
        match found {
            Ok(target) => known.push(target),
            Err(error) => unknown.push((account.clone(), error)),
        }
    }
    (known, unknown)
}
