//! `regain doctor`: whether every feature of this version could do its work, tried where a harmless
//! read can try it and read from the token where not, with the exact grant that is missing; and whether
//! our own apps can be signed in to in a way that is new.
//!
//! Invariant: it changes nothing in the tenant. What could not be learned is *unknown*, never *ok*.

mod apps;
mod needs;
mod said;
mod setup;
mod standing;
mod told;
mod trials;

use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use regain_microsoft::Seat;
use serde::Serialize;

use crate::session::Session;
use crate::texts::{Language, Texts};
use apps::AppView;
use needs::NEEDS;
use said::Said;
use standing::Granting;
use trials::Trials;

pub use apps::remember;

/// `regain doctor`.
#[derive(Debug, Clone, clap::Args)]
pub struct DoctorArgs {
    /// Print the grants that everything needs, and the commands that give them.
    #[arg(long)]
    pub setup: bool,
    /// Remember the credentials, owners and federated credentials of our apps as they are now: they are
    /// known from then on.
    #[arg(long)]
    pub accept: bool,
    /// Try the reads on this account (default: one of the Global Administrators).
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
}

/// What was found out.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    /// The tenant.
    pub tenant: String,
    /// The app that this tool runs as.
    pub app: String,
    /// Nothing is missing.
    pub ok: bool,
    /// The services.
    pub endpoints: Vec<Endpoint>,
    /// Where cases are kept.
    pub data_dir: DataDir,
    /// The account that reads were tried on.
    pub tried_on: Option<String>,
    /// Each feature.
    pub features: Vec<Feature>,
    /// What is held and not needed by this version, by any identity.
    pub not_needed: NotNeeded,
    /// Each identity.
    pub identities: Vec<IdentityView>,
    /// Each app of ours, and what it can be signed in to with.
    pub apps: Vec<AppView>,
    /// With `--setup`: what to grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup: Option<setup::Setup>,
}

/// A service.
#[derive(Debug, Serialize)]
pub struct Endpoint {
    /// Which.
    pub service: &'static str,
    /// Whether it answered.
    pub reachable: bool,
    /// How long a read took there, in milliseconds.
    pub latency_ms: Option<u64>,
    /// Why it did not answer.
    pub detail: Option<String>,
}

/// Where cases are kept.
#[derive(Debug, Serialize)]
pub struct DataDir {
    /// The folder.
    pub path: String,
    /// Whether a file could be made there.
    pub writable: bool,
    /// Why not.
    pub detail: Option<String>,
}

/// A feature, and whether it could work.
#[derive(Debug, Serialize)]
pub struct Feature {
    /// Its name.
    pub feature: &'static str,
    /// What it does, in English.
    pub what: String,
    /// What it needs.
    pub needs: Vec<String>,
    /// The identities that have a part in it.
    pub identities: Vec<&'static str>,
    /// Whether it has that.
    pub state: State,
    /// How that is known: `tried`, or `token`.
    pub by: &'static str,
    /// What is missing, or why it is not known.
    pub detail: Option<String>,
    /// What to grant.
    pub grant: Option<String>,
    /// The same as `detail`, to be said in any language.
    #[serde(skip)]
    why: Option<Said>,
    /// The same as `grant`.
    #[serde(skip)]
    granting: Option<Granting>,
}

/// Whether a feature has what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It has.
    Ok,
    /// It has not.
    Missing,
    /// It could not be learned.
    Unknown,
    /// The tenant has no licence for it, so there may be nothing to do.
    NotLicensed,
    /// No identity of the tenant is for it.
    NotConfigured,
}

impl State {
    /// How bad it is: of several identities the worst counts.
    fn weight(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::NotLicensed => 1,
            Self::NotConfigured => 2,
            Self::Unknown => 3,
            Self::Missing => 4,
        }
    }
}

/// An identity, and what it holds beyond its duties.
#[derive(Debug, Serialize)]
pub struct IdentityView {
    /// What it does.
    pub duties: Vec<&'static str>,
    /// Its app.
    pub app: String,
    /// Whether it is a person.
    pub person: bool,
    /// What is held and not needed for its duties.
    pub not_needed: NotNeeded,
}

/// Grants beyond what this version needs.
#[derive(Debug, Default, Clone, Serialize)]
pub struct NotNeeded {
    /// Graph permissions.
    pub permissions: Vec<String>,
    /// Directory roles, by name where it is known.
    pub roles: Vec<String>,
}

/// Looks, writes what was found to `out`, and returns the exit code.
pub async fn run(session: &Session, args: &DoctorArgs, texts: &Texts, out: &mut dyn Write, json: bool) -> anyhow::Result<u8> {
    let diagnosis = diagnose(session, args).await?;
    let text = if json { serde_json::to_string_pretty(&diagnosis)? } else { told::told(&diagnosis, texts) };
    writeln!(out, "{text}")?;
    Ok(u8::from(!diagnosis.ok))
}

/// `doctor --setup` for apps that cannot sign in yet.
pub fn run_setup(client: &str, texts: &Texts, out: &mut dyn Write, json: bool) -> anyhow::Result<u8> {
    let setup = setup::setup(client, &[], &Texts::load(Language::En)?);
    let text = if json { serde_json::to_string_pretty(&setup)? } else { setup::text(&setup, texts) };
    writeln!(out, "{text}")?;
    Ok(0)
}

async fn diagnose(session: &Session, args: &DoctorArgs) -> anyhow::Result<Diagnosis> {
    // What scripts read is in one language.
    let english = Texts::load(Language::En)?;
    let seats = session.seats().await?;
    let mut trials = Trials::make(session, args.account.as_deref()).await?;
    let folder = session.store().database().parent().unwrap_or(Path::new(".")).to_owned();
    let looked = apps::look(session.microsoft(), &session.operator.tenant, &seats, &mut trials).await;
    let apps = apps::compare(looked, &folder, args.accept)?;
    let features: Vec<Feature> = NEEDS.iter().map(|need| standing::feature(need, &seats, &trials, &english)).collect();
    let endpoints = trials::endpoints(session, &trials);
    let data_dir = data_dir(&folder);
    let missing = features.iter().any(|row| row.state == State::Missing);
    let new = apps.iter().any(|app| !app.new.is_empty());
    let ok = !missing && !new && data_dir.writable && endpoints.iter().all(|endpoint| endpoint.reachable);
    let identities: Vec<IdentityView> = seats.iter().map(identity).collect();
    Ok(Diagnosis {
        tenant: session.operator.tenant.to_string(),
        app: seats.first().map_or_else(|| session.operator.client.clone(), |seat| seat.client.clone()),
        ok,
        endpoints,
        data_dir,
        tried_on: trials.account.as_ref().map(|account| account.upn.clone()),
        features,
        not_needed: all_not_needed(&identities),
        identities,
        apps,
        setup: args.setup.then(|| setup_for(&seats, &english)),
    })
}

fn setup_for(seats: &[Seat], english: &Texts) -> setup::Setup {
    let only = if let [one] = seats { one.client.as_str() } else { "" };
    setup::setup(only, seats, english)
}

fn identity(seat: &Seat) -> IdentityView {
    IdentityView {
        duties: seat.duties.iter().map(|duty| duty.name()).collect(),
        app: seat.client.clone(),
        person: seat.person,
        not_needed: standing::not_needed(seat),
    }
}

fn all_not_needed(identities: &[IdentityView]) -> NotNeeded {
    let mut all = NotNeeded::default();
    for NotNeeded { permissions, roles } in identities.iter().map(|one| one.not_needed.clone()) {
        all.permissions.extend(permissions);
        all.roles.extend(roles);
    }
    for list in [&mut all.permissions, &mut all.roles] {
        let mut seen = std::collections::BTreeSet::new();
        list.retain(|name| seen.insert(name.clone()));
    }
    all
}

/// Makes a file and takes it away again.
fn data_dir(folder: &Path) -> DataDir {
    let path = folder.join(format!(".doctor-{:08x}", rand::random::<u32>()));
    let made = std::fs::File::create_new(&path)
        .and_then(|mut file| file.write_all(b"regain").and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::remove_file(&path))
        .context("no file can be made there");
    DataDir { path: folder.display().to_string(), writable: made.is_ok(), detail: made.err().map(|error| format!("{error:#}")) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use regain_emulator::Running;
    use regain_emulator::faults::{Faults, Rule};

    use super::*;
    use crate::session::tests::{open, settings, tenant};

    const DOCTOR_KEYS: &str = include_str!("../../texts/en/doctor.ftl");

    async fn doctor(permissions: &[&str], roles: &[&str], args: DoctorArgs) -> (u8, serde_json::Value, String) {
        doctor_at(tenant(permissions, roles).await, args).await
    }

    async fn doctor_at(running: Running, args: DoctorArgs) -> (u8, serde_json::Value, String) {
        let folder = tempfile::tempdir().unwrap();
        let session = open(&settings(&running, folder.path(), |_| {})).await.unwrap();
        let (mut json, mut text) = (Vec::new(), Vec::new());
        let code = run(&session, &args, &english(), &mut json, true).await.unwrap();
        assert_eq!(run(&session, &args, &english(), &mut text, false).await.unwrap(), code);
        running.stop().await;
        (code, serde_json::from_slice(&json).unwrap(), String::from_utf8(text).unwrap())
    }

    fn english() -> Texts {
        Texts::load(Language::En).unwrap()
    }

    fn on_the_administrator() -> DoctorArgs {
        DoctorArgs { setup: false, accept: false, account: Some("admin@contoso.onmicrosoft.com".to_owned()) }
    }

    fn states(document: &serde_json::Value) -> BTreeMap<String, String> {
        let rows = document["features"].as_array().unwrap().iter();
        rows.map(|row| (row["feature"].as_str().unwrap().to_owned(), row["state"].as_str().unwrap().to_owned())).collect()
    }

    #[tokio::test]
    async fn an_app_that_has_what_setup_asks_for_lacks_nothing() {
        let setup = setup::setup("c3000000-0000-4000-8000-000000000001", &[], &english());
        let permissions: Vec<&str> = setup.one.permissions.iter().map(|one| one.name).collect();
        let roles: Vec<&str> = setup.one.roles.iter().map(|one| one.name).collect();
        let (code, document, text) = doctor(&permissions, &roles, on_the_administrator()).await;
        let mut states = states(&document);
        assert_eq!(states["own-app"], "ok", "{text}");
        // Every directory role that may is a mighty one, and a role group of Purview stands in no token.
        assert_eq!(states.remove("change-alerts").as_deref(), Some("unknown"), "{text}");
        assert!(!states.values().any(|state| state == "missing" || state == "unknown"), "{text}");
        assert_eq!((code, &document["ok"]), (0, &serde_json::json!(true)), "{text}");
        assert!(document["endpoints"].as_array().unwrap().iter().all(|endpoint| endpoint["reachable"] == true), "{document}");
    }

    /// Conditional Access stands in two needs, and what one heard the other has to hear too.
    #[tokio::test]
    async fn what_was_refused_is_fine_for_none_that_needs_it() {
        let setup = setup::setup("c3000000-0000-4000-8000-000000000001", &[], &english());
        let permissions: Vec<&str> = setup.one.permissions.iter().map(|one| one.name).collect();
        let roles: Vec<&str> = setup.one.roles.iter().map(|one| one.name).collect();
        for (kind, state) in [("refuse", "missing"), ("licence", "not-licensed")] {
            for (path, change) in [("conditionalAccess", "change-access"), ("authorizationPolicy", "change-consent")] {
                let running = tenant(&permissions, &roles).await;
                let rule: Rule = serde_json::from_value(serde_json::json!({"match": {"path": path}, "kind": kind})).unwrap();
                running.world().lock().unwrap().faults = Faults::new(vec![rule]);
                let (_, document, text) = doctor_at(running, on_the_administrator()).await;
                let states = states(&document);
                assert_eq!((states["posture-policies"].as_str(), states[change].as_str()), (state, state), "{path}: {text}");
                assert_eq!(states["posture-licences"], "ok", "{text}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_missing_is_named_with_its_grant() {
        let (code, document, text) = doctor(&["User.Read.All", "Mail.Send"], &[], on_the_administrator()).await;
        let states = states(&document);
        assert_eq!(code, 1);
        assert_eq!(states["find-account"], "ok");
        assert_eq!(states["revoke-sessions"], "missing");
        assert_eq!(states["lock-administrators"], "missing");
        assert_eq!(states["read-forwarding"], "missing");
        assert_eq!(states["posture-policies"], "missing");
        assert!(text.contains("grant Policy.Read.All, GroupMember.Read.All"), "{text}");
        assert!(
            text.contains("grant User.RevokeSessions.All") && text.contains("Privileged Authentication Administrator"),
            "{text}"
        );
        assert_eq!(document["not_needed"]["permissions"], serde_json::json!(["Mail.Send"]));
    }

    #[tokio::test]
    async fn what_the_posture_lacks_is_named_part_by_part_and_what_it_needs_is_no_spare() {
        let held =
            ["User.Read.All", "Policy.Read.All", "SecurityEvents.Read.All", "Organization.Read.All", "Exchange.ManageAsApp"];
        let (code, document, text) = doctor(&held, &["Security Reader"], on_the_administrator()).await;
        let states = states(&document);
        assert_eq!(code, 1);
        for part in ["policies", "score", "licences", "alerts"] {
            assert_eq!(states[&format!("posture-{part}")], "ok", "{part}: {text}");
        }
        for part in ["administrators", "methods", "apps", "domains", "mail"] {
            assert_eq!(states[&format!("posture-{part}")], "missing", "{part}: {text}");
        }
        let grant = |feature: &str| {
            let rows = document["features"].as_array().unwrap();
            rows.iter().find(|row| row["feature"] == feature).unwrap()["grant"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(grant("posture-apps"), "Application.Read.All, Directory.Read.All");
        assert_eq!(grant("posture-domains"), "Domain.Read.All, Domain-InternalFederation.Read.All");
        assert!(grant("posture-mail").contains("Global Reader"), "{text}");
        assert_eq!(document["not_needed"], serde_json::json!({"permissions": [], "roles": []}), "{text}");
    }

    #[tokio::test]
    async fn it_only_reads() {
        let running = tenant(&["User.Read.All"], &["Global Administrator"]).await;
        let folder = tempfile::tempdir().unwrap();
        let session = open(&settings(&running, folder.path(), |_| {})).await.unwrap();
        let before = regain_emulator::normal::normal_form(&running.world().lock().unwrap().tenant);
        run(&session, &on_the_administrator(), &english(), &mut Vec::new(), false).await.unwrap();
        assert_eq!(regain_emulator::normal::normal_form(&running.world().lock().unwrap().tenant), before);
        running.stop().await;
    }

    #[test]
    fn setup_needs_no_tenant() {
        let mut text = Vec::new();
        assert_eq!(run_setup("c3000000-0000-4000-8000-000000000001", &english(), &mut text, false).unwrap(), 0);
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("User.RevokeSessions.All") && text.contains("New-RoleGroup"), "{text}");
    }

    #[tokio::test]
    async fn both_languages_say_everything() {
        let keys: Vec<&str> = DOCTOR_KEYS.lines().filter_map(|line| line.split_once(" =").map(|(key, _)| key)).collect();
        for (permissions, roles) in
            [(vec!["User.Read.All", "Mail.Send"], vec![]), (vec!["Application.Read.All"], vec!["Global Administrator"])]
        {
            let running = tenant(&permissions, &roles).await;
            let folder = tempfile::tempdir().unwrap();
            let session = open(&settings(&running, folder.path(), |_| {})).await.unwrap();
            let mut said = Vec::new();
            for language in [Language::En, Language::Sv] {
                let mut text = Vec::new();
                let args = DoctorArgs { setup: true, ..on_the_administrator() };
                run(&session, &args, &Texts::load(language).unwrap(), &mut text, false).await.unwrap();
                said.push(String::from_utf8(text).unwrap());
            }
            running.stop().await;
            for text in &said {
                assert!(!keys.iter().any(|key| text.contains(key)), "a key without a text: {text}");
                assert!(!text.contains("{ $") && !text.contains("{$"), "a name that was not put in: {text}");
            }
            let [english, swedish] = said.as_slice() else { panic!("two languages") };
            let lines = |text: &str| text.lines().count();
            assert_eq!(lines(english), lines(swedish), "{english}\n{swedish}");
            for only in ["GRANT", "identity  ", "OUR APP", "tried on", "answers"] {
                assert!(english.contains(only) && !swedish.contains(only), "{only}: {swedish}");
            }
        }
    }
}
