//! A tenant that is signed in to, and everything that the engine needs to work on it.
//!
//! Invariant: a session exists only if the token is for the tenant that was meant; until that is
//! known nothing is written, not even the data folder. So a wrong tenant, an expired secret or an
//! app without consent is an error that changed nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use regain_engine::World;
use regain_incident::ids::TenantId;
use regain_microsoft::{Access, Human, Identities, Microsoft, Patience, RandomPasswords, RoundTrips, Seat, SetupError};
use regain_ports::{Clock, Directory, Handoff, JournalError, Mail, Operator, ProviderError};
use regain_store::Store;

use crate::clock::{ClockError, EmulatedClock, JumpingClock, SystemClock};
use crate::environment::Environment;
use crate::settings::{EmulatedLine, RealTenant, Settings, SettingsError, Target, Waits};

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The settings, as the adapter sees them.
    #[error("the tenant's services cannot be addressed")]
    Setup(#[source] SetupError),
    /// The clock of an emulated tenant.
    #[error("the emulated tenant's clock cannot be shared")]
    Clock(#[source] ClockError),
    /// The tenant did not let us in.
    #[error("no sign-in to tenant {tenant}, so nothing was done")]
    SignIn {
        /// The tenant that was meant, by its id and its name in `config.toml`.
        tenant: String,
        /// Why.
        #[source]
        source: ProviderError,
    },
    /// The token is for another tenant.
    #[error("the credential is for tenant {found}, and {meant} is meant, so nothing was done")]
    WrongTenant {
        /// The tenant that was meant.
        meant: TenantId,
        /// The tenant of the token.
        found: TenantId,
    },
    /// The journal.
    #[error("the journal could not be opened")]
    Journal(#[source] JournalError),
}

impl SessionError {
    /// The next thing to do, where the cause below does not say it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Settings(error) => Some(error.hint()),
            Self::Setup(_) | Self::Clock(_) => {
                Some("write what `regain emulate` prints into the file, start it again, or unset REGAIN_ENDPOINTS".to_owned())
            }
            Self::WrongTenant { found, .. } => {
                Some(format!("check the tenant id of the settings; to work on {found}, configure it: regain tenant add"))
            }
            Self::SignIn { .. } | Self::Journal(_) => None,
        }
    }
}

/// What a session is opened with, beside its settings.
pub struct With {
    /// How fresh passwords leave.
    pub handoff: Arc<dyn Handoff>,
    /// The person at the keyboard, for identities that are people.
    pub human: Human,
    /// For reading alone: then only the identity that sees signs in, and nothing can be changed.
    pub reading: bool,
}

/// A tenant that is signed in to.
pub struct Session {
    /// What the engine works with.
    pub world: World,
    /// The identity that this tool runs as.
    pub operator: Operator,
    /// Who holds the leases of this process.
    pub holder: String,
    microsoft: Arc<Microsoft>,
    store: Arc<Store>,
    signed_in_within: Duration,
}

impl Session {
    /// Signs in, checks that it is the right tenant, and opens the journal.
    pub async fn open(settings: &Settings, environment: &Environment, with: With) -> Result<Self, SessionError> {
        let target = settings.target()?;
        let With { handoff, human, reading } = with;
        let clock = clock_of(target, settings.waits).await.map_err(SessionError::Clock)?;
        let (meant, access) = access(target, environment)?;
        let access = if reading { access.reading() } else { access };
        let microsoft = connect(access, human, clock.clone(), Patience::default())?;
        let began = Instant::now();
        let operator = microsoft.operator().await;
        let operator = operator.map_err(|source| SessionError::SignIn { tenant: label(target, &meant), source })?;
        let signed_in_within = began.elapsed();
        if operator.tenant != meant {
            return Err(SessionError::WrongTenant { meant, found: operator.tenant });
        }
        let store = journal(&settings.data_dir).await?;
        let (directory, mail): (Arc<dyn Directory>, Arc<dyn Mail>) = (microsoft.clone(), microsoft.clone());
        let world = World {
            directory,
            mail,
            journal: store.clone(),
            clock,
            passwords: Arc::new(RandomPasswords),
            handoff,
            names: None,
            policy: settings.policy.clone(),
            operators: operator.people.clone(),
            actor: actor(environment, Some(&operator)),
            leave_out: Vec::new(),
        };
        Ok(Self { world, operator, holder: holder(environment), microsoft, store, signed_in_within })
    }

    /// Requests to the tenant so far, and how many of them had to follow one another.
    pub fn round_trips(&self) -> RoundTrips {
        self.microsoft.round_trips()
    }

    /// Every identity, as its tokens tell of it.
    pub async fn seats(&self) -> Result<Vec<Seat>, ProviderError> {
        self.microsoft.seats().await
    }

    /// The tenant, with what only its adapter can do.
    pub fn microsoft(&self) -> &Microsoft {
        &self.microsoft
    }

    /// How long the sign-in took.
    pub fn signed_in_within(&self) -> Duration {
        self.signed_in_within
    }

    /// The journal, with what only it can do.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }
}

/// The journal alone, for commands that ask no tenant.
pub async fn journal(data_dir: &Path) -> Result<Arc<Store>, SessionError> {
    Store::open(data_dir).await.map(Arc::new).map_err(SessionError::Journal)
}

/// Who acts, as the journal names it: operating-system user, host, and the token's identity.
pub fn actor(environment: &Environment, operator: Option<&Operator>) -> String {
    let who = format!("{}@{}", environment.user(), environment.host());
    match operator {
        Some(operator) => format!("{who} as app {}", operator.client),
        None => who,
    }
}

/// Who holds a lease: this process, and no other that may get its number.
pub fn holder(environment: &Environment) -> String {
    format!("{}/{}/{:08x}", environment.host(), std::process::id(), rand::random::<u32>())
}

fn label(target: &Target, id: &TenantId) -> String {
    match target {
        Target::Real(RealTenant { name: Some(name), .. }) => format!("{name} ({id})"),
        Target::Real(_) => id.to_string(),
        Target::Emulated(_) => format!("{id} (emulated)"),
    }
}

/// Whether `holder` was a process of this machine that is no more. `ours` is the holder of this one.
#[cfg(unix)]
pub fn has_ended(holder: &str, ours: &str) -> bool {
    let parts = |holder: &str| {
        let mut parts = holder.rsplitn(3, '/').skip(1);
        Some((parts.next()?.parse::<i32>().ok()?, parts.next()?.to_owned()))
    };
    let (Some((pid, host)), Some((_, here))) = (parts(holder), parts(ours)) else { return false };
    let pid = rustix::process::Pid::from_raw(pid).filter(|_| host == here);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

/// Whether `holder` was a process of this machine that is no more: not known here.
#[cfg(not(unix))]
pub fn has_ended(_: &str, _: &str) -> bool {
    false
}

async fn clock_of(target: &Target, waits: Waits) -> Result<Arc<dyn Clock>, ClockError> {
    let Target::Emulated(EmulatedLine { control: Some(control), .. }) = target else {
        return Ok(Arc::new(SystemClock));
    };
    Ok(match waits {
        Waits::AsTheTenant => Arc::new(EmulatedClock::connect(control, None).await?),
        Waits::Scaled(scale) => Arc::new(EmulatedClock::connect(control, Some(scale)).await?),
        Waits::Jumping => Arc::new(JumpingClock::connect(control).await?),
    })
}

/// The tenant that is meant, and who signs in there. Secrets are read here.
pub fn access(target: &Target, environment: &Environment) -> Result<(TenantId, Access), SessionError> {
    match target {
        Target::Emulated(line) => {
            let access = Access::emulated(line.line.expose()).map_err(SessionError::Setup)?;
            Ok((line.tenant.clone(), access))
        }
        Target::Real(tenant) => {
            let mut identities = Identities::default();
            for (duty, identity) in &tenant.identities {
                identities = identities.with(*duty, Arc::new(identity.identity(environment)?));
            }
            let access = Access::real(tenant.cloud.cloud(), tenant.id.to_string(), identities);
            Ok((tenant.id.clone(), access.map_err(SessionError::Setup)?))
        }
    }
}

/// A handle on a tenant that has asked nothing yet.
pub fn connect(access: Access, human: Human, clock: Arc<dyn Clock>, patience: Patience) -> Result<Arc<Microsoft>, SessionError> {
    let settings = regain_microsoft::Settings { access, human, clock, patience };
    Microsoft::new(settings).map(Arc::new).map_err(SessionError::Setup)
}

#[cfg(test)]
pub(crate) mod tests {
    use regain_emulator::{Options, Running, Scenario, start};
    use regain_incident::policy::Policy;
    use regain_ports::ProviderErrorKind;

    use super::*;
    use crate::handoff::NoHandoff;
    use crate::person::nobody;

    const TENANT: &str = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";

    /// A tenant with one administrator, and our app with these permissions and roles.
    pub(crate) async fn tenant(permissions: &[&str], roles: &[&str]) -> Running {
        let scenario = serde_json::json!({
            "format": 1, "name": "session", "clock": "2026-11-02T09:00:00Z",
            "tenant": {"id": TENANT, "name": "Contoso", "initialDomain": "contoso.onmicrosoft.com", "licences": ["SPE_E5"]},
            "callers": [{
                "client_id": "c3000000-0000-4000-8000-000000000001", "client_secret": "emulated-secret", "name": "regain",
                "service_principal_id": "c3000000-0000-4000-8000-0000000000f1", "permissions": permissions, "roles": roles,
            }],
            "graph": {"users": [{
                "id": "a1000000-0000-4000-8000-000000000001", "userPrincipalName": "admin@contoso.onmicrosoft.com",
                "displayName": "Administrator", "accountEnabled": true,
            }]},
            "exchange": {"mailboxes": [{"ExternalDirectoryObjectId": "a1000000-0000-4000-8000-000000000001"}]},
        });
        start(Scenario::from_value(&scenario).unwrap(), Options::default()).await.unwrap()
    }

    pub(crate) fn settings(running: &Running, data_dir: &Path, change: impl FnOnce(&mut serde_json::Value)) -> Settings {
        let mut line = serde_json::to_value(&running.endpoints).unwrap();
        change(&mut line);
        Settings::emulated(&line.to_string(), data_dir.to_owned(), Policy::default(), Waits::Jumping).unwrap()
    }

    pub(crate) async fn open(settings: &Settings) -> Result<Session, SessionError> {
        let with = With { handoff: Arc::new(NoHandoff::because("a test")), human: nobody(), reading: false };
        Session::open(settings, &Environment::empty(), with).await
    }

    #[tokio::test]
    async fn a_session_knows_who_it_is() {
        let running = tenant(&["User.Read.All"], &[]).await;
        let folder = tempfile::tempdir().unwrap();
        let session = open(&settings(&running, folder.path(), |_| {})).await.unwrap();
        assert_eq!(session.operator.permissions, ["User.Read.All"]);
        assert_eq!(session.operator.tenant.as_str(), TENANT);
        assert_eq!(session.world.actor, "somebody@localhost as app c3000000-0000-4000-8000-000000000001");
        assert!(session.holder.starts_with("localhost/"));
        assert_eq!(session.round_trips().requests, 0, "signing in is no round trip");
        running.stop().await;
    }

    #[tokio::test]
    async fn a_wrong_secret_or_tenant_is_told_before_anything_is_written() {
        let running = tenant(&[], &[]).await;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let wrong = settings(&running, &data, |line| line["client_secret"] = "another".into());
        let error = open(&wrong).await.err().unwrap();
        let SessionError::SignIn { source, .. } = &error else { panic!("{error}") };
        assert!(matches!(source.kind, ProviderErrorKind::Credential { .. }), "{source}");
        let elsewhere = settings(&running, &data, |line| line["tenant_id"] = "0f1e2d3c-4b5a-4678-9a0b-c0de00000009".into());
        assert!(open(&elsewhere).await.is_err());
        assert!(!data.exists(), "nothing was written");
        running.stop().await;
    }
}
