//! Who else: once the lock is under way the tenant's sign-ins are compared with those of the accounts of
//! the case. It takes no part in the lock, writes nothing to the tenant, and its failure is a gap.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use regain_incident::Timestamp;
use regain_incident::facet::Gap;
use regain_incident::ids::AccountId;
use regain_incident::journal::Entry;
use regain_incident::who_else::{self, DAYS_BEFORE, Mark, SignIn, Unasked, WhoElse};
use regain_ports::{ProviderError, SomeSignIns};

use crate::step::gap_of;
use crate::{EngineError, Scribe, World};

/// Of so many accounts earlier sign-ins are asked for: the service allows five requests in ten seconds.
const FEW: usize = 2;

/// What is said of a log in which nothing stands.
const EMPTY: &str = "the log of a whole day is empty, as it may be where Microsoft Entra ID P1 is missing";

/// Asks, compares and records.
pub async fn ask(world: &World, scribe: &Scribe) -> Result<(), EngineError> {
    let targets: BTreeSet<AccountId> = scribe.ask(|case| case.accounts.keys().cloned().collect()).await;
    let found = compared(world, &targets, who_else::since(world.clock.now())).await;
    scribe.write(world, vec![Entry::WhoElseAsked { found }]).await?;
    Ok(())
}

async fn compared(world: &World, targets: &BTreeSet<AccountId>, since: Timestamp) -> WhoElse {
    let earlier = since.checked_sub(SignedDuration::from_hours(24 * DAYS_BEFORE)).unwrap_or(Timestamp::MIN);
    let (all, before) = tokio::join!(world.directory.sign_ins(None, since), before(world, targets, earlier, since));
    let mut gaps = Vec::new();
    let mut rows = taken(all.interactive, "sign-ins", &mut gaps);
    // What forbids the one forbids the other: it is said once.
    let before_sessions = gaps.len();
    rows.extend(taken(all.sessions, "sessions", &mut gaps));
    if before_sessions > 0 && gaps.get(before_sessions).map(|gap| &gap.why) == gaps.first().map(|gap| &gap.why) {
        gaps.truncate(before_sessions);
    }
    // Unverified: that a tenant without the licence is refused, and not answered with an empty log. A day without
    // a single sign-in is no answer either way.
    if gaps.is_empty() && rows.is_empty() {
        gaps.push(Unasked { what: "sign-ins".to_owned(), why: Gap::Incomplete { detail: EMPTY.to_owned() } });
    }
    if let (true, Err(error)) = (gaps.is_empty(), &before) {
        gaps.push(Unasked { what: "earlier-sign-ins".to_owned(), why: gap_of(error) });
    }
    WhoElse { gaps, ..who_else::compare(since, targets, &rows, &before.unwrap_or_default()) }
}

fn taken(read: Result<SomeSignIns, ProviderError>, what: &str, gaps: &mut Vec<Unasked>) -> Vec<SignIn> {
    let mut gap = |why| gaps.push(Unasked { what: what.to_owned(), why });
    match read {
        Ok(some) => {
            if some.cut {
                let detail = format!("only the newest {} were compared", some.rows.len());
                gap(Gap::Incomplete { detail });
            }
            some.rows
        }
        Err(error) => {
            gap(gap_of(&error));
            Vec::new()
        }
    }
}

/// What the accounts had before the last hours, of a few of them.
async fn before(
    world: &World,
    targets: &BTreeSet<AccountId>,
    from: Timestamp,
    until: Timestamp,
) -> Result<BTreeSet<(AccountId, Mark)>, ProviderError> {
    let mut known = BTreeSet::new();
    if targets.len() > FEW {
        return Ok(known);
    }
    let each = targets.iter().map(|target| world.directory.sign_ins(Some(target), from));
    for one in futures_util::future::join_all(each).await {
        let earlier = one.interactive?.rows.into_iter().filter(|row| row.at < until && row.succeeded);
        known.extend(earlier.flat_map(|row| row.marks.into_iter().map(move |mark| (row.account.clone(), mark))));
    }
    Ok(known)
}
