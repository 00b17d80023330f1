//! One file a command: resolve what was typed, call the engine, show what came of it.

pub mod case;
pub mod check;
pub mod contain;
pub mod demo;
pub mod doctor;
pub mod emulate;
pub mod evidence;
pub mod log;
pub mod plan;
pub mod posture;
pub mod release;
pub mod report;
pub mod run;
mod targets;
pub mod tenant;
pub mod undo;
pub mod watch;

use std::sync::Arc;

use anyhow::Context as _;
use regain_engine::posture::{Survey, survey};
use regain_engine::step::chain_of;
use regain_engine::{Audience, EngineError, Scribe};
use regain_incident::case::Case;
use regain_incident::ids::{CaseId, Seq};
use regain_incident::journal::{Purpose, Recorded};
use regain_incident::policy::Policy;
use regain_incident::posture::prevention::Prevention;
use regain_incident::posture::roadmap;
use regain_incident::posture::ways::ways_of;
use regain_ports::{Handoff, Journal};
use regain_store::Store;

use crate::args::{Global, SealArgs};
use crate::environment::Environment;
use crate::handoff::{SealedFile, Terminal, Words};
use crate::output::Output;
use crate::person;
use crate::progress::Progress;
use crate::screen;
use crate::session::{self, Session, With};
use crate::settings::{self, Settings};
use crate::texts::Language;
use crate::views::CaseView;

pub use targets::LeftOut;

/// What a command works with.
pub struct Desk {
    /// Where it speaks.
    pub out: Arc<Output>,
    /// The tenant and the record.
    pub session: Session,
}

impl Desk {
    /// Signs in and opens the record. Nothing has been written when this fails.
    pub async fn open(global: &Global, environment: &Environment, out: Arc<Output>, seal: &SealArgs) -> anyhow::Result<Self> {
        let settings = settings::load(&settings_flags(global), environment)?;
        let handoff = handoff(seal, out.texts.language)?;
        Self::open_with(&settings, global, environment, out, handoff, false).await
    }

    /// The same for a command that changes no tenant: only the identity that sees signs in.
    pub async fn open_reading(global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Self> {
        let settings = settings::load(&settings_flags(global), environment)?;
        Self::open_at(&settings, global, environment, out, true).await
    }

    /// The same with settings that are loaded, where no password is handed over: for `reading`, or for changes too.
    pub async fn open_at(
        settings: &Settings,
        global: &Global,
        environment: &Environment,
        out: Arc<Output>,
        reading: bool,
    ) -> anyhow::Result<Self> {
        let handoff = handoff(&SealArgs::default(), out.texts.language)?;
        Self::open_with(settings, global, environment, out, handoff, reading).await
    }

    async fn open_with(
        settings: &Settings,
        global: &Global,
        environment: &Environment,
        out: Arc<Output>,
        handoff: Arc<dyn Handoff>,
        reading: bool,
    ) -> anyhow::Result<Self> {
        let human = person::at_the_terminal(&out, settings, global.device_code);
        let session = Session::open(settings, environment, With { handoff, human, reading }).await?;
        Ok(Self { out, session })
    }

    /// Opens a case for writing, with live progress.
    pub async fn scribe(&self, case: CaseId) -> anyhow::Result<Scribe> {
        let open = || Scribe::open(&self.session.world, case, &self.session.holder, self.audience());
        match open().await {
            // Whoever was interrupted, or died, does not keep the next one waiting.
            Err(EngineError::Busy { holder, .. }) if session::has_ended(&holder, &self.session.holder) => {
                self.session.world.journal.unlease(case, &holder).await?;
                Ok(open().await?)
            }
            opened => Ok(opened?),
        }
    }

    /// Who hears of each entry.
    pub fn audience(&self) -> Arc<dyn Audience> {
        Arc::new(Progress::new(self.out.clone()))
    }

    /// Shows the case as it stands: JSON, or a screen for each account.
    pub async fn show(&self, case: &Case) -> anyhow::Result<()> {
        self.show_with(case, &[]).await
    }

    /// The same, with those of a list that are not in it. Many accounts are a table.
    pub async fn show_with(&self, case: &Case, left_out: &[LeftOut]) -> anyhow::Result<()> {
        let head = self.session.world.journal.head(case.id).await?.to_string();
        let policy = &self.session.world.policy;
        if self.out.json {
            let mut view = CaseView::of(case, &head, policy, self.session.round_trips().depth);
            view.left_out = left_out.to_vec();
            return self.out.document(&view);
        }
        let now = self.session.world.clock.now();
        self.out.data(&screen::case(case, policy, &self.out, now))?;
        self.out.data(&self.out.texts.with("head-digest", &[("digest", &head)]))?;
        Ok(())
    }
}

/// Whether a tenant is configured at all.
pub fn has_tenant(global: &Global, environment: &Environment) -> bool {
    settings::load(&settings_flags(global), environment).is_ok_and(|settings| settings.target().is_ok())
}

/// The flags that settings depend on.
pub fn settings_flags(global: &Global) -> settings::GlobalFlags {
    settings::GlobalFlags { data_dir: global.data_dir.clone(), tenant: global.tenant.clone() }
}

/// How fresh passwords leave: sealed files if recipients were named, else the terminal.
fn handoff(seal: &SealArgs, language: Language) -> anyhow::Result<Arc<dyn Handoff>> {
    let words = match language {
        Language::En => Words::english(),
        Language::Sv => Words::swedish(),
    };
    if seal.seal_to.is_empty() {
        return Ok(Arc::new(Terminal::new(words)));
    }
    Ok(Arc::new(SealedFile::new(&seal.seal_to, seal.seal_dir.clone(), words)?))
}

/// The record alone, for commands that ask the tenant nothing.
pub struct Archive {
    /// The record.
    pub store: Arc<Store>,
    /// What the organisation decided.
    pub policy: Policy,
}

impl Archive {
    /// Opens the record.
    pub async fn open(global: &Global, environment: &Environment) -> anyhow::Result<Self> {
        let settings = settings::load(&settings_flags(global), environment)?;
        Ok(Self { store: session::journal(&settings.data_dir).await?, policy: settings.policy })
    }

    /// A case and its whole journal.
    pub async fn read(&self, id: CaseId) -> anyhow::Result<(Case, Vec<Recorded>)> {
        let entries = self.store.read(id, Seq::START).await?;
        Ok((Case::of(id, &entries)?, entries))
    }

    /// What would have stopped what the case shows, by the record of its tenant's posture. Another case that cannot be
    /// read does not keep this one from being told.
    pub async fn lesson(&self, case: &Case, entries: &[Recorded]) -> anyhow::Result<Lesson> {
        let items = roadmap::items().context("the roadmap of this program is damaged")?;
        let only = match case.purpose {
            Purpose::Incident => vec![case.id],
            // The record of a posture is about all of its tenant's cases.
            Purpose::Posture => Vec::new(),
        };
        let asked = match &case.tenant {
            Some(tenant) => survey(self.store.as_ref(), tenant, &only).await,
            None => Ok(Survey::default()),
        };
        let (found, unread) = match asked {
            Ok(found) => (found, None),
            Err(error) => (Survey { used: ways_of(case, entries), ..Survey::default() }, Some(chain_of(&error))),
        };
        let record = if case.purpose == Purpose::Posture { Some(case) } else { found.record.as_ref() };
        Ok(Lesson { prevention: Prevention::of(found.used, record, &items), unread })
    }
}

/// What is to be learned from a case.
pub struct Lesson {
    /// What would have stopped it, and how the tenant stands.
    pub prevention: Prevention,
    /// Why not all records could be read, so that none of the tenant's posture was found. Not the same as never having
    /// been measured.
    pub unread: Option<String>,
}
