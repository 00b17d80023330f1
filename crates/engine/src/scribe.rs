//! The scribe: writes entries, waits until they are durable, folds them, and tells who listens.
//!
//! Invariant: the case in memory never runs ahead of the journal.

use std::sync::Arc;

use jiff::SignedDuration;
use regain_incident::Timestamp;
use regain_incident::case::Case;
use regain_incident::ids::{CaseId, Seq};
use regain_incident::journal::{Entry, Recorded};
use regain_ports::{Held, NewEntry};
use tokio::sync::{Mutex, watch};

use crate::{EngineError, World};

/// Who hears of each entry once it is durable: a progress display, a log, nobody.
pub trait Audience: Send + Sync {
    /// One more entry stands in the record.
    fn recorded(&self, case: &Case, entry: &Recorded);
}

/// Nobody listens.
impl Audience for () {
    fn recorded(&self, _: &Case, _: &Recorded) {}
}

/// The only writer of a case in this process.
pub struct Scribe {
    id: CaseId,
    holder: String,
    pages: Mutex<Pages>,
    audience: Arc<dyn Audience>,
    /// Whether a step of the lock is ready or on its way: nothing else begins meanwhile.
    pressing: watch::Sender<bool>,
}

struct Pages {
    case: Case,
    leased_at: Timestamp,
}

/// A lease is renewed when it is this old; it lasts three times as long.
const RENEW_AFTER: SignedDuration = SignedDuration::from_secs(10);

impl Scribe {
    /// Opens a case for writing: takes the lease and reads the whole journal.
    pub async fn open(world: &World, id: CaseId, holder: &str, audience: Arc<dyn Audience>) -> Result<Self, EngineError> {
        take_lease(world, id, holder).await?;
        let entries = world.journal.read(id, Seq::START).await?;
        let pages = Pages { case: Case::of(id, &entries)?, leased_at: world.clock.now() };
        Ok(Self { id, holder: holder.to_owned(), pages: Mutex::new(pages), audience, pressing: watch::Sender::new(false) })
    }

    /// Which case it is.
    pub fn id(&self) -> CaseId {
        self.id
    }

    /// The case as it stands.
    pub async fn case(&self) -> Case {
        self.pages.lock().await.case.clone()
    }

    /// Asks something of the case as it stands, without copying it.
    pub async fn ask<T>(&self, question: impl FnOnce(&Case) -> T) -> T {
        question(&self.pages.lock().await.case)
    }

    /// Appends a wave of entries. When it returns, they are durable and folded.
    pub async fn write(&self, world: &World, entries: Vec<Entry>) -> Result<Vec<Recorded>, EngineError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut pages = self.pages.lock().await;
        let at = world.clock.now();
        if at.duration_since(pages.leased_at) > RENEW_AFTER {
            take_lease(world, self.id, &self.holder).await?;
            pages.leased_at = at;
        }
        pages.case.would_take(&entries)?;
        let wave: Vec<NewEntry> = entries.into_iter().map(|entry| NewEntry { at, actor: world.actor.clone(), entry }).collect();
        let recorded = world.journal.append(self.id, pages.case.last, &wave).await?;
        for entry in &recorded {
            pages.case.fold(entry)?;
            self.audience.recorded(&pages.case, entry);
        }
        Ok(recorded)
    }

    /// Says whether a step of the lock is ready or on its way.
    pub(crate) fn lock_is_pressing(&self, pressing: bool) {
        self.pressing.send_if_modified(|now| std::mem::replace(now, pressing) != pressing);
    }

    /// Waits until no step of the lock is ready or on its way.
    pub(crate) async fn until_lock_rests(&self) {
        // It cannot be closed: the sender is ours.
        let _ = self.pressing.subscribe().wait_for(|pressing| !pressing).await;
    }

    /// Gives the lease up.
    pub async fn close(&self, world: &World) -> Result<(), EngineError> {
        Ok(world.journal.unlease(self.id, &self.holder).await?)
    }
}

async fn take_lease(world: &World, case: CaseId, holder: &str) -> Result<(), EngineError> {
    match world.journal.lease(case, holder).await? {
        Held::Ours => Ok(()),
        Held::Others { holder } => Err(EngineError::Busy { case, holder }),
    }
}
