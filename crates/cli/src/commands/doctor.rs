//! `regain doctor`: whether every feature of this version could do its work, tried where a harmless
//! read can try it and read from the token where not, with the exact grant that is missing.
//!
//! Invariant: it only reads. What could not be learned is *unknown*, never *ok*.

mod needs;
mod setup;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use regain_incident::account::{Account, kind_of};
use regain_incident::facet::FacetName;
use regain_incident::facets::identity::MailboxPurpose;
use regain_incident::text::on_a_line;
use regain_ports::{Found, Provider, ProviderError, ProviderErrorKind, Urgency};
use serde::Serialize;

use crate::session::Session;
use needs::{NEEDS, Need, Probe, Tried};

/// `regain doctor`.
#[derive(Debug, Clone, clap::Args)]
pub struct DoctorArgs {
    /// Print the grants that everything needs, and the commands that give them.
    #[arg(long)]
    pub setup: bool,
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
    /// What is held and not needed by this version.
    pub not_needed: NotNeeded,
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
    /// What it does.
    pub what: &'static str,
    /// What it needs.
    pub needs: Vec<String>,
    /// Whether it has that.
    pub state: State,
    /// How that is known: `tried`, or `token`.
    pub by: &'static str,
    /// What is missing, or why it is not known.
    pub detail: Option<String>,
    /// What to grant.
    pub grant: Option<String>,
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
}

/// Grants beyond what this version needs.
#[derive(Debug, Default, Serialize)]
pub struct NotNeeded {
    /// Graph permissions.
    pub permissions: Vec<String>,
    /// Directory roles, by name where it is known.
    pub roles: Vec<String>,
}

/// Looks, writes what was found to `out`, and returns the exit code.
pub async fn run(session: &Session, args: &DoctorArgs, out: &mut dyn Write, json: bool) -> anyhow::Result<u8> {
    let diagnosis = diagnose(session, args).await?;
    let text = if json { serde_json::to_string_pretty(&diagnosis)? } else { told(&diagnosis) };
    writeln!(out, "{text}")?;
    Ok(u8::from(!diagnosis.ok))
}

/// `doctor --setup` for an app that cannot sign in yet.
pub fn run_setup(client: &str, out: &mut dyn Write, json: bool) -> anyhow::Result<u8> {
    let setup = setup::setup(client);
    let text = if json { serde_json::to_string_pretty(&setup)? } else { setup::text(&setup) };
    writeln!(out, "{text}")?;
    Ok(0)
}

async fn diagnose(session: &Session, args: &DoctorArgs) -> anyhow::Result<Diagnosis> {
    let operator = &session.operator;
    let trials = Trials::make(session, args.account.as_deref()).await?;
    let features: Vec<Feature> = NEEDS.iter().map(|need| feature(need, session, &trials)).collect();
    let endpoints = endpoints(session, &trials);
    let data_dir = data_dir(session.store().database().parent().unwrap_or(Path::new(".")));
    let missing = features.iter().any(|row| row.state == State::Missing);
    let ok = !missing && data_dir.writable && endpoints.iter().all(|endpoint| endpoint.reachable);
    Ok(Diagnosis {
        tenant: operator.tenant.to_string(),
        app: operator.client.clone(),
        ok,
        endpoints,
        data_dir,
        tried_on: trials.account.as_ref().map(|account| account.upn.clone()),
        features,
        not_needed: not_needed(&operator.permissions, &operator.roles),
        setup: args.setup.then(|| setup::setup(&operator.client)),
    })
}

/// What a read answered.
#[derive(Debug)]
struct Trial {
    result: Result<(), ProviderError>,
    took: Duration,
}

/// Every probe, made once.
struct Trials {
    answers: BTreeMap<Probe, Trial>,
    account: Option<Account>,
}

async fn timed<T>(read: impl Future<Output = Result<T, ProviderError>>) -> (Result<T, ProviderError>, Duration) {
    let began = Instant::now();
    let result = read.await;
    (result, began.elapsed())
}

async fn tried<T>(probe: Probe, read: impl Future<Output = Result<T, ProviderError>>) -> (Probe, Trial) {
    let (result, took) = timed(read).await;
    (probe, Trial { result: result.map(drop), took })
}

impl Trials {
    async fn make(session: &Session, named: Option<&str>) -> anyhow::Result<Self> {
        let (directory, mail) = (&session.world.directory, &session.world.mail);
        let (administrators, accepted) =
            tokio::join!(timed(directory.global_administrators()), tried(Probe::AcceptedDomains, mail.accepted_domains()));
        // After a first round, so that no sign-in is counted as the service's own time.
        let (domains, accepted_again) =
            tokio::join!(tried(Probe::Domains, directory.domains()), tried(Probe::AcceptedDomains, mail.accepted_domains()));
        let accepted = if accepted_again.1.result.is_ok() { accepted_again } else { accepted };
        let name = named.map(str::to_owned).or_else(|| {
            let candidates = administrators.0.as_ref().ok()?;
            candidates.iter().find(|one| one.enabled && one.member).or(candidates.first()).map(|one| one.account.to_string())
        });
        let administrators = (Probe::Administrators, Trial { result: administrators.0.map(drop), took: administrators.1 });
        let mut answers = BTreeMap::from([accepted, domains, administrators]);
        let account = match name {
            Some(name) => find(session, &name, named.is_some(), &mut answers).await?,
            None => None,
        };
        if let Some(account) = &account {
            answers.extend(of_account(session, account).await);
        }
        Ok(Self { answers, account })
    }
}

/// The account to try on. One that a person named must be there, and be one.
async fn find(
    session: &Session,
    name: &str,
    must: bool,
    answers: &mut BTreeMap<Probe, Trial>,
) -> anyhow::Result<Option<Account>> {
    let (found, took) = timed(session.world.directory.find(name)).await;
    let account = match &found {
        Ok(found) => match found.as_slice() {
            [one] => {
                answers.insert(Probe::Purpose, Trial { result: purpose(one), took });
                Some(account(session, one))
            }
            several if must => anyhow::bail!("{} accounts are meant by {name:?}, and one is wanted", several.len()),
            _ => None,
        },
        Err(_) => None,
    };
    answers.insert(Probe::Account, Trial { result: found.map(drop), took });
    Ok(account)
}

fn account(session: &Session, found: &Found) -> Account {
    let identity = &found.identity;
    Account {
        id: identity.account.clone(),
        upn: identity.upn.clone(),
        name: identity.name.clone(),
        kind: kind_of(identity, &found.active_roles, &session.world.policy, session.operator.object.as_ref()),
        synchronised: identity.synchronised,
    }
}

/// The adapter keeps a refused purpose as *unknown*: it does not hold a lock up.
fn purpose(found: &Found) -> Result<(), ProviderError> {
    if found.identity.purpose != MailboxPurpose::Unknown {
        return Ok(());
    }
    let kind = ProviderErrorKind::Denied { missing: "MailboxSettings.Read".to_owned() };
    Err(ProviderError { provider: Provider::Graph, doing: "read what the mailbox is for", attempts: 1, kind })
}

async fn of_account(session: &Session, account: &Account) -> Vec<(Probe, Trial)> {
    let (directory, mail) = (&session.world.directory, &session.world.mail);
    let roles = |facet| directory.roles(&account.id, facet, Urgency::Normal);
    let (entra, pim, groups, forwarding, rules, block, exchange) = tokio::join!(
        tried(Probe::EntraRoles, roles(FacetName::EntraRoles)),
        tried(Probe::PimRoles, roles(FacetName::PimRoles)),
        tried(Probe::GroupRoles, roles(FacetName::GroupRoles)),
        tried(Probe::Forwarding, mail.forwarding(account)),
        tried(Probe::InboxRules, mail.inbox_rules(account)),
        tried(Probe::SendingBlock, mail.sending_block(account)),
        tried(Probe::ExchangeRoles, mail.roles(account)),
    );
    vec![entra, pim, groups, forwarding, rules, block, exchange]
}

/// How a feature stands.
struct Standing {
    state: State,
    by: &'static str,
    detail: Option<String>,
}

impl Standing {
    fn new(state: State, by: &'static str, detail: impl Into<Option<String>>) -> Self {
        Self { state, by, detail: detail.into() }
    }
}

fn feature(need: &Need, session: &Session, trials: &Trials) -> Feature {
    let trial = trials.answers.get(&need.probe).map(|trial| &trial.result);
    let standing = match trial {
        Some(Err(error)) => by_refusal(error, need),
        Some(Ok(())) if need.tried == Tried::Itself => Standing::new(State::Ok, "tried", None),
        Some(Ok(())) | None => by_token(need, session, trial.is_some()),
    };
    let grant = (standing.state == State::Missing).then(|| grant(need, session));
    Feature {
        feature: need.feature,
        what: need.what,
        needs: need.told(),
        state: standing.state,
        by: standing.by,
        detail: standing.detail,
        grant,
    }
}

fn by_refusal(error: &ProviderError, need: &Need) -> Standing {
    let why = Some(on_a_line(&error.kind.to_string()));
    match &error.kind {
        ProviderErrorKind::Denied { .. } if need.tried == Tried::Itself => Standing::new(State::Missing, "tried", why),
        ProviderErrorKind::Denied { .. } => {
            Standing::new(State::Missing, "tried", "what it must read first was refused".to_owned())
        }
        ProviderErrorKind::Unlicensed { .. } => Standing::new(State::NotLicensed, "tried", why),
        _ => Standing::new(State::Unknown, "tried", why),
    }
}

/// A change is never tried, and some reads could not be: then the token tells, if it can be read.
fn by_token(need: &Need, session: &Session, near_is_fine: bool) -> Standing {
    let operator = &session.operator;
    if operator.permissions.is_empty() && operator.roles.is_empty() {
        return Standing::new(State::Unknown, "token", "the token does not say what the app may do".to_owned());
    }
    if !need.lacking(&operator.permissions).is_empty() {
        return Standing::new(State::Missing, "token", None);
    }
    match (need.role_is_held(&operator.roles), need.is_exchange(), need.tried) {
        (false, false, _) => Standing::new(State::Missing, "token", None),
        (false, true, _) => Standing::new(
            State::Unknown,
            "token",
            "the token names no such role; a role group in Exchange may allow it".to_owned(),
        ),
        (true, true, _) if !near_is_fine => {
            Standing::new(State::Unknown, "token", "the role is held, but no read could be tried".to_owned())
        }
        (true, _, Tried::Itself) => {
            Standing::new(State::Unknown, "token", "it is granted, but there was no account to try it on".to_owned())
        }
        (true, ..) => Standing::new(State::Ok, "token", None),
    }
}

/// The least that would do.
fn grant(need: &Need, session: &Session) -> String {
    let lacking = need.lacking(&session.operator.permissions);
    let mut grants: Vec<String> = lacking.iter().filter_map(|group| group.first()).map(|name| (*name).to_owned()).collect();
    if need.is_exchange() {
        grants.push(needs::EXCHANGE_PERMISSION.to_owned());
    }
    if let Some(role) = need.roles.first().filter(|_| !need.role_is_held(&session.operator.roles)) {
        grants.push(format!("the directory role {role} on the app"));
    }
    if grants.is_empty() {
        // The token has it all, and the service refused: one that is newer than the token, or not consented.
        return "wait some minutes if it was granted just now; else let an administrator consent again".to_owned();
    }
    grants.join(", ")
}

/// Held, and in no need the one that serves.
fn not_needed(permissions: &[String], roles: &[String]) -> NotNeeded {
    let is_held = |name: &&&str| permissions.iter().any(|held| held == **name);
    let serving: Vec<&str> =
        NEEDS.iter().flat_map(|need| need.permissions).filter_map(|group| group.iter().find(is_held).copied()).collect();
    let used = |id: &String| needs::role_name(id).is_some_and(|name| NEEDS.iter().any(|need| need.roles.contains(&name)));
    // What every directory object has is no grant.
    let is_role = |id: &&String| !id.eq_ignore_ascii_case("0997a1d0-0d1d-4acb-b408-d5ca73121e90");
    NotNeeded {
        permissions: permissions.iter().filter(|held| !serving.contains(&held.as_str())).cloned().collect(),
        roles: roles
            .iter()
            .filter(is_role)
            .filter(|id| !used(id))
            .map(|id| needs::role_name(id).map_or_else(|| id.clone(), str::to_owned))
            .collect(),
    }
}

fn endpoints(session: &Session, trials: &Trials) -> Vec<Endpoint> {
    let sign_in =
        Endpoint { service: "sign-in", reachable: true, latency_ms: Some(whole(session.signed_in_within())), detail: None };
    vec![
        sign_in,
        endpoint("graph", trials.answers.get(&Probe::Domains)),
        endpoint("exchange", trials.answers.get(&Probe::AcceptedDomains)),
    ]
}

/// A refusal is an answer too.
fn endpoint(service: &'static str, trial: Option<&Trial>) -> Endpoint {
    let silent = trial
        .and_then(|trial| trial.result.as_ref().err())
        .filter(|error| matches!(error.kind, ProviderErrorKind::Unreachable(_) | ProviderErrorKind::Unanswered(_)));
    Endpoint {
        service,
        reachable: trial.is_some() && silent.is_none(),
        latency_ms: trial.filter(|_| silent.is_none()).map(|trial| whole(trial.took)),
        detail: silent.map(|error| {
            let cause = std::error::Error::source(&error.kind).map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("{}{cause}", error.kind)
        }),
    }
}

fn whole(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
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

/// What is missing first, then what is not known, then the rest.
fn told(diagnosis: &Diagnosis) -> String {
    let mut text = format!("tenant {}  app {}\n", diagnosis.tenant, diagnosis.app);
    for endpoint in &diagnosis.endpoints {
        let state = match (endpoint.latency_ms, &endpoint.detail) {
            (Some(ms), _) => format!("answers, {ms} ms"),
            (None, Some(why)) => format!("DOES NOT ANSWER: {}", on_a_line(why)),
            (None, None) => "not asked".to_owned(),
        };
        let _ = writeln!(text, "{:<9} {state}", endpoint.service);
    }
    let writable =
        diagnosis.data_dir.detail.as_deref().map_or("writable".to_owned(), |why| format!("NOT WRITABLE: {}", on_a_line(why)));
    let _ = writeln!(text, "data      {}: {writable}", diagnosis.data_dir.path);
    match &diagnosis.tried_on {
        Some(upn) => drop(writeln!(text, "tried on  {}", on_a_line(upn))),
        None => text.push_str("tried on  no account: no Global Administrator could be read; name one with --account\n"),
    }
    for (state, heading) in [
        (State::Missing, "MISSING"),
        (State::Unknown, "UNKNOWN"),
        (State::NotLicensed, "NOT LICENSED (there may be nothing to read)"),
        (State::Ok, "OK"),
    ] {
        rows(&mut text, heading, diagnosis.features.iter().filter(|row| row.state == state));
    }
    let spare: Vec<&str> =
        diagnosis.not_needed.permissions.iter().chain(&diagnosis.not_needed.roles).map(String::as_str).collect();
    if !spare.is_empty() {
        let _ = writeln!(text, "HELD AND NOT NEEDED by this version\n  {}", spare.join(", "));
    }
    if let Some(setup) = &diagnosis.setup {
        text.push_str(&setup::text(setup));
    } else if !diagnosis.ok {
        text.push_str("every grant, and the commands that give it: regain doctor --setup");
    }
    text.trim_end().to_owned()
}

fn rows<'a>(text: &mut String, heading: &str, rows: impl Iterator<Item = &'a Feature>) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        let _ = writeln!(text, "{heading}");
    }
    for row in rows {
        let by = if row.state == State::Ok { format!(" ({})", row.by) } else { String::new() };
        let detail = row.detail.as_deref().filter(|_| row.grant.is_none()).map(|why| format!(": {why}")).unwrap_or_default();
        let _ = writeln!(text, "  {:<22} {}{by}{detail}", row.feature, row.what);
        if let Some(grant) = &row.grant {
            let _ = writeln!(text, "  {:<22} grant {grant}", "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::tests::{open, settings, tenant};

    async fn doctor(permissions: &[&str], roles: &[&str], args: DoctorArgs) -> (u8, serde_json::Value, String) {
        let running = tenant(permissions, roles).await;
        let folder = tempfile::tempdir().unwrap();
        let session = open(&settings(&running, folder.path(), |_| {})).await.unwrap();
        let (mut json, mut text) = (Vec::new(), Vec::new());
        let code = run(&session, &args, &mut json, true).await.unwrap();
        assert_eq!(run(&session, &args, &mut text, false).await.unwrap(), code);
        running.stop().await;
        (code, serde_json::from_slice(&json).unwrap(), String::from_utf8(text).unwrap())
    }

    fn on_the_administrator() -> DoctorArgs {
        DoctorArgs { setup: false, account: Some("admin@contoso.onmicrosoft.com".to_owned()) }
    }

    fn states(document: &serde_json::Value) -> BTreeMap<String, String> {
        let rows = document["features"].as_array().unwrap().iter();
        rows.map(|row| (row["feature"].as_str().unwrap().to_owned(), row["state"].as_str().unwrap().to_owned())).collect()
    }

    #[tokio::test]
    async fn an_app_that_has_what_setup_asks_for_lacks_nothing() {
        let setup = setup::setup("c3000000-0000-4000-8000-000000000001");
        let permissions: Vec<&str> = setup.permissions.iter().map(|one| one.name).collect();
        let roles: Vec<&str> = setup.roles.iter().map(|one| one.name).collect();
        let (code, document, text) = doctor(&permissions, &roles, on_the_administrator()).await;
        let states = states(&document);
        assert!(!states.values().any(|state| state == "missing" || state == "unknown"), "{text}");
        assert_eq!((code, &document["ok"]), (0, &serde_json::json!(true)), "{text}");
        assert!(document["endpoints"].as_array().unwrap().iter().all(|endpoint| endpoint["reachable"] == true), "{document}");
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
        assert!(
            text.contains("grant User.RevokeSessions.All") && text.contains("Privileged Authentication Administrator"),
            "{text}"
        );
        assert_eq!(document["not_needed"]["permissions"], serde_json::json!(["Mail.Send"]));
    }

    #[tokio::test]
    async fn it_only_reads() {
        let running = tenant(&["User.Read.All"], &["Global Administrator"]).await;
        let folder = tempfile::tempdir().unwrap();
        let session = open(&settings(&running, folder.path(), |_| {})).await.unwrap();
        let before = regain_emulator::normal::normal_form(&running.world().lock().unwrap().tenant);
        run(&session, &on_the_administrator(), &mut Vec::new(), false).await.unwrap();
        assert_eq!(regain_emulator::normal::normal_form(&running.world().lock().unwrap().tenant), before);
        running.stop().await;
    }

    #[test]
    fn setup_needs_no_tenant() {
        let mut text = Vec::new();
        assert_eq!(run_setup("c3000000-0000-4000-8000-000000000001", &mut text, false).unwrap(), 0);
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("User.RevokeSessions.All") && text.contains("New-RoleGroup"), "{text}");
    }
}
