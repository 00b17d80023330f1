//! Collecting: facets are read side by side, and what came, or why nothing came, is recorded with
//! the raw answers as evidence.

use futures_util::future::join_all;
use regain_incident::account::Account;
use regain_incident::facet::{Facet, FacetName, Gap};
use regain_incident::facets::Reading;
use regain_incident::ids::AccountId;
use regain_incident::journal::{Entry, ReadFor};
use regain_incident::judge::judge;
use regain_ports::Urgency;

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
    let own: Vec<FacetName> = facets.iter().copied().filter(|facet| *facet != FacetName::Domains).collect();
    let each = join_all(accounts.iter().flat_map(|account| own.iter().map(move |facet| one(world, account, *facet, urgency))));
    let shared = async {
        match (facets.contains(&FacetName::Domains), accounts.first()) {
            (true, Some(account)) => Some(one(world, account, FacetName::Domains, urgency).await),
            _ => None,
        }
    };
    let (mut all, shared) = tokio::join!(each, shared);
    for account in accounts {
        all.extend(shared.iter().map(|read| Read { account: account.id.clone(), ..read.clone() }));
    }
    record(world, scribe, all, purpose).await
}

/// One facet as it was read.
#[derive(Debug, Clone)]
struct Read {
    account: AccountId,
    facet: FacetName,
    reading: Facet<Reading>,
    raw: Vec<String>,
}

async fn one(world: &World, account: &Account, facet: FacetName, urgency: Urgency) -> Read {
    let at = world.clock.now();
    let (reading, raw) = if facet == FacetName::PurviewRoles {
        (Facet::Unread { gap: Gap::NotInThisVersion, at }, Vec::new())
    } else {
        facet_of(read(world, account, facet, urgency).await, at)
    };
    Read { account: account.id.clone(), facet, reading, raw }
}

async fn record(world: &World, scribe: &Scribe, all: Vec<Read>, purpose: ReadFor) -> Result<Known, EngineError> {
    let mut known = Known::new();
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
    Ok(known)
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
