//! Collecting: facets are read side by side, and what came, or why nothing came, is recorded with
//! the raw answers as evidence.

use futures_util::FutureExt;
use futures_util::future::{FusedFuture, join_all};
use futures_util::stream::{self, StreamExt};
use regain_incident::account::Account;
use regain_incident::facet::{Facet, FacetName, Gap};
use regain_incident::facets::Reading;
use regain_incident::ids::AccountId;
use regain_incident::journal::{Entry, ReadFor};
use regain_incident::judge::judge;
use regain_ports::{Age, Urgency};

use crate::driver::Known;
use crate::step::{facet_of, read};
use crate::{EngineError, Scribe, World};

/// Reads `facets` of every account in `accounts`, side by side; tenant-wide ones once for all.
/// Returns the readings that came.
pub async fn collect(
    world: &World,
    scribe: &Scribe,
    accounts: &[Account],
    facets: &[FacetName],
    purpose: ReadFor,
    urgency: Urgency,
) -> Result<Known, EngineError> {
    // A list of the whole tenant is read once for all accounts of a collection, not once for each.
    let age = if purpose == ReadFor::Snapshot { Age::Shared } else { Age::New };
    let own: Vec<FacetName> = facets.iter().copied().filter(|facet| *facet != FacetName::Domains).collect();
    let shared = async {
        match (facets.contains(&FacetName::Domains), accounts.first()) {
            (true, Some(account)) => Some(one(world, account, FacetName::Domains, urgency, age).await),
            _ => None,
        }
    };
    let mut known = Known::new();
    if accounts.len() <= AT_ONCE {
        let each = join_all(accounts.iter().map(|account| every(world, account, &own, urgency, age)));
        let (each, shared) = tokio::join!(each, shared);
        let all = each.into_iter().flatten().chain(for_all(accounts, shared.as_ref())).collect();
        record(world, scribe, all, purpose, &mut known).await?;
        return Ok(known);
    }
    // What came is recorded, and its raw answers leave memory, while the next accounts are read.
    let mut each = stream::iter(accounts)
        .map(|account| every(world, account, &own, urgency, age))
        .buffer_unordered(AT_ONCE)
        .ready_chunks(AT_ONCE);
    let mut shared = std::pin::pin!(shared.fuse());
    let mut domains = None;
    loop {
        tokio::select! {
            read = &mut shared => domains = read,
            some = each.next() => match some {
                Some(some) => record(world, scribe, some.into_iter().flatten().collect(), purpose, &mut known).await?,
                None => break,
            },
        }
    }
    if !shared.is_terminated() {
        domains = shared.await;
    }
    record(world, scribe, for_all(accounts, domains.as_ref()).collect(), purpose, &mut known).await?;
    Ok(known)
}

/// As many accounts are read at once; the others wait, oldest first.
const AT_ONCE: usize = 64;

async fn every(world: &World, account: &Account, facets: &[FacetName], urgency: Urgency, age: Age) -> Vec<Read> {
    join_all(facets.iter().map(|facet| one(world, account, *facet, urgency, age))).await
}

/// A reading of the tenant, as every account's.
fn for_all<'a>(accounts: &'a [Account], shared: Option<&'a Read>) -> impl Iterator<Item = Read> + 'a {
    accounts.iter().filter_map(move |account| shared.map(|read| Read { account: account.id.clone(), ..read.clone() }))
}

/// One facet as it was read.
#[derive(Debug, Clone)]
struct Read {
    account: AccountId,
    facet: FacetName,
    reading: Facet<Reading>,
    raw: Vec<String>,
}

async fn one(world: &World, account: &Account, facet: FacetName, urgency: Urgency, age: Age) -> Read {
    let at = world.clock.now();
    let is_asked = facet != FacetName::PurviewRoles && (facet != FacetName::DnsRecords || world.names.is_some());
    let (reading, raw) = if is_asked {
        facet_of(read(world, account, facet, urgency, age).await, at)
    } else {
        let gap = if facet == FacetName::DnsRecords { Gap::LeftOut } else { Gap::NotInThisVersion };
        (Facet::Unread { gap, at }, Vec::new())
    };
    Read { account: account.id.clone(), facet, reading, raw }
}

async fn record(world: &World, scribe: &Scribe, all: Vec<Read>, purpose: ReadFor, known: &mut Known) -> Result<(), EngineError> {
    let mut entries = Vec::new();
    // Raw answers are kept for the record of what was, in one durable write; later looks are kept as
    // readings only.
    let kept: Vec<String> = all.iter().filter(|_| purpose == ReadFor::Snapshot).flat_map(|read| read.raw.clone()).collect();
    let mut digests = world.journal.keep_all(scribe.id(), &kept).await?.into_iter();
    for Read { account, facet, reading, raw } in all {
        let evidence = digests.by_ref().take(if purpose == ReadFor::Snapshot { raw.len() } else { 0 }).collect();
        if let Some(value) = reading.value() {
            known.insert((account.clone(), facet), value.clone());
        }
        entries.push(Entry::FacetRead { account, facet, purpose, reading, evidence });
    }
    scribe.write(world, entries).await?;
    Ok(())
}

/// Judges every account as it was last read, and records the judgement.
pub async fn assess(world: &World, scribe: &Scribe, accounts: &[AccountId]) -> Result<(), EngineError> {
    let entries = scribe
        .ask(|case| {
            let states = accounts.iter().filter_map(|account| case.accounts.get(account));
            states
                .map(|state| Entry::Judged {
                    account: state.account.id.clone(),
                    assessment: judge(&state.as_last_read(), &world.policy),
                })
                .collect()
        })
        .await;
    scribe.write(world, entries).await?;
    Ok(())
}
