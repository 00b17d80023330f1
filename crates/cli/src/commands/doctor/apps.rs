//! Our own apps: what each can be signed in to with, compared with what was there when it was last
//! accepted. Whoever adds a secret to such an app has everything that it may do.
//!
//! Invariant: what is new stays new until a person accepts it. Only what was read is remembered: a part
//! that could not be read forgets nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use regain_incident::ids::TenantId;
use regain_microsoft::{AppWay, Microsoft, OwnApp, Seat};
use regain_ports::{Provider, ProviderError, ProviderErrorKind};
use serde::{Deserialize, Serialize};

use super::needs::Probe;
use super::said::Said;
use super::trials::{Trial, Trials};
use crate::private;

/// One of our apps.
#[derive(Debug, Serialize)]
pub struct AppView {
    /// Its client id.
    pub app: String,
    /// What it does for us.
    pub duties: Vec<&'static str>,
    /// Its name in the tenant, if it was read.
    pub name: Option<String>,
    /// Whether nothing was remembered of it before.
    pub first: bool,
    /// Everything that was read.
    pub ways: Vec<Way>,
    /// What was not there when it was last accepted.
    pub new: Vec<Way>,
    /// What was there and is no more.
    pub gone: Vec<Way>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// A credential, an owner, a federated credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// What it is.
    pub kind: String,
    /// The service's own id of it.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Since when it is good.
    pub since: Option<String>,
    /// Until when.
    pub until: Option<String>,
}

/// A part that was not read.
#[derive(Debug, Serialize)]
pub struct Unread {
    /// Which.
    pub part: &'static str,
    /// Why not.
    pub why: String,
    /// The same, to be said in any language.
    #[serde(skip)]
    pub(super) said: Said,
}

impl From<&AppWay> for Way {
    fn from(way: &AppWay) -> Self {
        let time = |time: Option<regain_incident::Timestamp>| time.map(|time| time.to_string());
        Self {
            kind: way.kind.name().to_owned(),
            id: way.id.clone(),
            name: way.name.clone(),
            since: time(way.since),
            until: time(way.until),
        }
    }
}

impl Way {
    fn is(&self, other: &Self) -> bool {
        // A federated credential whose subject was changed under its id is another way in.
        self.kind == other.kind && self.id == other.id && (self.kind != "federated-credential" || self.name == other.name)
    }
}

/// An app that was looked at.
pub struct Looked {
    tenant: TenantId,
    app: String,
    duties: Vec<&'static str>,
    seen: OwnApp,
}

/// Looks at every app of ours. The trial that `own-app` stands by is the worst of them.
pub(super) async fn look(microsoft: &Microsoft, tenant: &TenantId, seats: &[Seat], trials: &mut Trials) -> Vec<Looked> {
    let mut looked = Vec::new();
    let mut worst: Result<(), ProviderError> = Ok(());
    for seat in seats {
        let seen = microsoft.own_app(&seat.client).await;
        let seen = seen.unwrap_or_else(|error| OwnApp { unread: vec![("application", error.kind)], ..OwnApp::default() });
        let denied = seen.unread.iter().find_map(|(_, kind)| match kind {
            ProviderErrorKind::Denied { missing } => Some(ProviderErrorKind::Denied { missing: missing.clone() }),
            _ => None,
        });
        let other = || match seen.unread.first()? {
            (_, ProviderErrorKind::NotFound) => Some(ProviderErrorKind::NotFound),
            (part, kind) => Some(ProviderErrorKind::Surprise(format!("{part}: {kind}").into())),
        };
        if let Some(kind) = denied.or_else(other)
            && !matches!(worst, Err(ProviderError { kind: ProviderErrorKind::Denied { .. }, .. }))
        {
            worst = Err(ProviderError { provider: Provider::Graph, doing: "read our own app", attempts: 1, kind });
        }
        let duties = seat.duties.iter().map(|duty| duty.name()).collect();
        looked.push(Looked { tenant: tenant.clone(), app: seat.client.clone(), duties, seen });
    }
    trials.answers.insert(Probe::OwnApp, Trial { result: worst, took: Duration::ZERO });
    looked
}

/// What was accepted, by tenant and app. It holds no secret: ids and names only.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    apps: BTreeMap<String, Vec<Way>>,
}

impl Memory {
    fn path(folder: &Path) -> PathBuf {
        folder.join("own-apps.json")
    }

    fn load(folder: &Path) -> anyhow::Result<Self> {
        let path = Self::path(folder);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} is damaged; look at it, then remove it to begin anew", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("{} could not be read", path.display())),
        }
    }

    fn keep(&self, folder: &Path) -> anyhow::Result<()> {
        let path = Self::path(folder);
        let text = serde_json::to_vec_pretty(self)?;
        private::replace(&path, &text).with_context(|| format!("{} could not be written", path.display()))
    }
}

/// Compares with what is remembered in `folder`. What is seen for the first time is remembered; what is
/// new later is remembered when it is accepted.
pub(super) fn compare(looked: Vec<Looked>, folder: &Path, accept: bool) -> anyhow::Result<Vec<AppView>> {
    let mut memory = Memory::load(folder)?;
    let (mut views, mut changed) = (Vec::new(), false);
    for one in looked {
        let key = format!("{} {}", one.tenant, one.app);
        let ways: Vec<Way> = one.seen.ways.iter().map(Way::from).collect();
        let known = memory.apps.get(&key);
        let first = known.is_none();
        let missing_in = |from: &[Way], of: &[Way]| -> Vec<Way> {
            of.iter().filter(|way| !from.iter().any(|other| other.is(way))).cloned().collect()
        };
        let new = known.map(|known| missing_in(known, &ways)).unwrap_or_default();
        let whole = one.seen.unread.is_empty();
        let gone = known.filter(|_| whole).map(|known| missing_in(&ways, known)).unwrap_or_default();
        // A first look that saw nothing is none.
        if (first && (whole || !ways.is_empty())) || (accept && (!new.is_empty() || !gone.is_empty())) {
            let mut all = if whole { Vec::new() } else { known.cloned().unwrap_or_default() };
            let more = missing_in(&all, &ways);
            all.extend(more);
            memory.apps.insert(key, all);
            changed = true;
        }
        let new = if accept { Vec::new() } else { new };
        let unread =
            one.seen.unread.iter().map(|(part, kind)| Unread { part, why: kind.to_string(), said: Said::of(kind) }).collect();
        views.push(AppView { app: one.app, duties: one.duties, name: one.seen.name, first, ways, new, gone, unread });
    }
    if changed {
        memory.keep(folder)?;
    }
    Ok(views)
}

/// Remembers what our apps can be signed in to with now, for `tenant add`. Gives how many were seen.
pub async fn remember(microsoft: &Microsoft, tenant: &TenantId, folder: &Path) -> anyhow::Result<usize> {
    let seats = microsoft.seats().await?;
    let mut nothing = Trials::none();
    let looked = look(microsoft, tenant, &seats, &mut nothing).await;
    let views = compare(looked, folder, false)?;
    Ok(views.iter().map(|view| view.ways.len()).sum())
}

#[cfg(test)]
mod tests {
    use regain_microsoft::WayKind;

    use super::*;

    fn seen(ways: &[(WayKind, &str)], unread: bool) -> Vec<Looked> {
        let way = |(kind, id): &(WayKind, &str)| AppWay {
            kind: *kind,
            id: (*id).to_owned(),
            name: format!("name of {id}"),
            since: None,
            until: None,
        };
        let unread = if unread { vec![("owners", ProviderErrorKind::NotFound)] } else { Vec::new() };
        let seen = OwnApp { name: None, ways: ways.iter().map(way).collect(), unread };
        let tenant = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001".parse().unwrap();
        vec![Looked { tenant, app: "c1".to_owned(), duties: vec!["see"], seen }]
    }

    fn ids(ways: &[Way]) -> Vec<&str> {
        ways.iter().map(|way| way.id.as_str()).collect()
    }

    #[test]
    fn what_is_new_stays_new_until_it_is_accepted() {
        use WayKind::{Owner, Secret};
        let folder = tempfile::tempdir().unwrap();
        let look =
            |ways: &[(WayKind, &str)], unread, accept| compare(seen(ways, unread), folder.path(), accept).unwrap().remove(0);
        let first = look(&[(Secret, "k1"), (Owner, "o1")], false, false);
        assert!(first.first && first.new.is_empty());
        for _ in 0..2 {
            let again = look(&[(Secret, "k1"), (Secret, "k2")], false, false);
            assert_eq!((ids(&again.new), ids(&again.gone), again.first), (vec!["k2"], vec!["o1"], false));
        }
        assert!(look(&[(Secret, "k1"), (Secret, "k2")], false, true).new.is_empty());
        let after = look(&[(Secret, "k1"), (Secret, "k2")], false, false);
        assert!(after.new.is_empty() && after.gone.is_empty());
        // What cannot be read now is not forgotten.
        assert!(look(&[(Secret, "k1")], true, true).gone.is_empty());
        assert!(look(&[(Secret, "k1"), (Secret, "k2")], false, false).new.is_empty());
    }

    #[test]
    fn a_first_look_that_saw_nothing_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(compare(seen(&[], true), folder.path(), false).unwrap()[0].first);
        assert!(compare(seen(&[(WayKind::Secret, "k")], false), folder.path(), false).unwrap()[0].first);
        assert_eq!(
            ids(&compare(seen(&[(WayKind::Secret, "k"), (WayKind::Secret, "l")], false), folder.path(), false).unwrap()[0].new),
            ["l"]
        );
    }

    #[test]
    fn a_damaged_memory_is_told_and_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(Memory::path(folder.path()), "{").unwrap();
        assert!(compare(seen(&[], false), folder.path(), false).unwrap_err().to_string().contains("damaged"));
        assert_eq!(std::fs::read_to_string(Memory::path(folder.path())).unwrap(), "{");
    }
}
