//! The tenant and everything around it that a run of the emulator holds.
//!
//! Invariant: a [`Tenant`] is plain data. A fork of the world is a clone that shares nothing with the
//! original, meets no faults, and whose time stands still, so that anything can be tried on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

pub use crate::directory::{ActiveRole, Directory};
pub use crate::sessions::{Refresh, Sessions};

use crate::attacker::Attacker;
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::entra::grants::Grants;
use crate::exchange::UnderWay;
use crate::faults::Faults;
use crate::graph::throttle::Meters;
use crate::history::History;
use crate::message::{Answer, Request};
use crate::seed::Mint;
use crate::withheld::Withheld;

/// An application that may sign in to the tenant.
#[derive(Clone, Debug)]
pub struct App {
    /// Application (client) id.
    pub client_id: String,
    /// Its one secret, if it has one.
    pub client_secret: Option<String>,
    /// Display name.
    pub name: String,
    /// Object id of its service principal here.
    pub service_principal_id: String,
    /// Issuers whose tokens stand for it, while its registration lists them.
    pub federated: Vec<Federated>,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// Persons may sign in through it without a proof of its own.
    pub is_public: bool,
}

/// An issuer elsewhere whose token stands for an app (workload identity federation).
#[derive(Clone, Debug)]
pub struct Federated {
    /// Id of the federated identity credential.
    pub id: String,
    /// `iss` of its tokens.
    pub issuer: String,
    /// `sub` of its tokens.
    pub subject: String,
    /// `aud` of its tokens.
    pub audience: String,
    /// Its keys, as a JSON Web Key Set.
    pub keys: Value,
}

/// Base address of each service, without a slash at the end.
#[derive(Clone, Debug, Default)]
pub struct Bases {
    /// Entra sign-in.
    pub login: String,
    /// Graph.
    pub graph: String,
    /// Exchange admin.
    pub exchange: String,
    /// Security & Compliance.
    pub purview: String,
    /// Control endpoint.
    pub control: String,
}

/// What nobody has confirmed about the real service, or what differs between tenants: a scenario picks.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// `accountEnabled` of a synchronised account: 400, or accepted and flipped back.
    pub sync_refuses_account_enabled: bool,
    /// How often the directory synchronisation runs.
    pub sync_every: SignedDuration,
    /// From the 201 of a PIM request to the change.
    pub pim_delay: SignedDuration,
    /// PIM answers `RoleAssignmentDoesNotExist` to a removal that it carries out.
    pub pim_says_missing: bool,
    /// The role settings refuse `noExpiration`.
    pub pim_wants_expiry: bool,
    /// A plain DELETE of an assignment that PIM made: 400, or 204 and the assignment stays.
    pub pim_refuses_plain_delete: bool,
    /// Objects on a page when the client asks for no number.
    pub page_size: usize,
    /// Now and then a page is empty and still has a next link.
    pub empty_pages: bool,
    /// Life of an access token, in seconds.
    pub token_seconds: i64,
    /// How late a sign-in shows in the log.
    pub sign_in_log_late: SignedDuration,
    /// How far the tenant's clock is ahead of everybody else's, in seconds; behind if negative.
    pub clock_ahead: SignedDuration,
    /// What the Exchange endpoint lets an app do. Nobody outside knows it: none unless a scenario says so.
    pub exchange_limit: Option<ExchangeLimit>,
    /// Where the directory's documented limits hold; a scenario that is about something else may lift them.
    pub graph_limits: bool,
    /// A plain DELETE of an assignment that PIM made takes it away, for good.
    pub pim_takes_plain_delete: bool,
    /// An app may remove the last Global Administrator.
    pub last_administrator_may_go: bool,
    /// What a PATCH says to a password of a federated account.
    pub federated_password: FederatedPassword,
    /// The mailbox's `AccountDisabled` and the directory's `accountEnabled` follow each other.
    pub account_disabled_follows: bool,
    /// `Exchange.ManageAsAppV2` is as good as `Exchange.ManageAsApp`.
    pub manage_as_app_v2: bool,
    /// What PIM says without its licence.
    pub pim_without_licence: WithoutLicence,
    /// What the sign-in log says without its licence.
    pub sign_ins_without_licence: WithoutLicence,
    /// Outside the global cloud a token for Exchange is asked for by the global cloud's name of it.
    pub exchange_is_global: bool,
    /// Conditional Access without Entra ID P1: reading is refused, or there is nothing to read.
    pub conditional_access_refused: bool,
    /// A row came into a list while it was read: the next page begins one earlier.
    pub page_moves: bool,
}

/// What is said to whoever sets the password of a federated account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FederatedPassword {
    /// 400.
    Refused,
    /// 403.
    Forbidden,
    /// 204; nobody signs in with it, for the other identity provider knows another.
    Taken,
}

/// What a service says in a tenant that has no licence for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutLicence {
    /// The known code.
    Code,
    /// 403 as for a missing permission.
    Forbidden,
    /// 404.
    NotFound,
    /// 200, and nothing in it.
    Empty,
}

/// What the Exchange endpoint takes of one app.
#[derive(Clone, Copy, Debug)]
pub struct ExchangeLimit {
    /// So many cmdlets within a time.
    pub rate: Option<(u32, SignedDuration)>,
    /// Cmdlets at once, all mailboxes together.
    pub at_once: Option<u32>,
    /// Cmdlets at once for one mailbox.
    pub at_once_for_a_mailbox: Option<u32>,
    /// Whether the refusal says how long to wait.
    pub says_when: bool,
    /// Whether the refusal has a body.
    pub has_body: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            sync_refuses_account_enabled: true,
            sync_every: SignedDuration::from_mins(30),
            pim_delay: SignedDuration::from_secs(2),
            pim_says_missing: false,
            pim_wants_expiry: false,
            pim_refuses_plain_delete: true,
            page_size: 100,
            empty_pages: false,
            token_seconds: 3_599,
            sign_in_log_late: SignedDuration::from_mins(2),
            clock_ahead: SignedDuration::ZERO,
            exchange_limit: None,
            graph_limits: true,
            pim_takes_plain_delete: false,
            last_administrator_may_go: true,
            federated_password: FederatedPassword::Refused,
            account_disabled_follows: false,
            manage_as_app_v2: false,
            pim_without_licence: WithoutLicence::Code,
            sign_ins_without_licence: WithoutLicence::Code,
            exchange_is_global: false,
            conditional_access_refused: false,
            page_moves: false,
        }
    }
}

/// One tenant, whole.
#[derive(Clone)]
pub struct Tenant {
    /// Tenant id.
    pub id: String,
    /// Where it lives.
    pub cloud: Cloud,
    /// Display name.
    pub name: String,
    /// The `onmicrosoft.com` domain.
    pub initial_domain: String,
    /// SKU part numbers.
    pub licences: Vec<String>,
    /// The apps that can sign in.
    pub apps: Vec<App>,
    /// Accounts, groups, roles.
    pub directory: Directory,
    /// Mailboxes and mail flow settings.
    pub exchange: crate::exchange::Exchange,
    /// Messages.
    pub mail: crate::mail::Mail,
    /// Passwords and refresh tokens.
    pub sessions: Sessions,
    /// Codes that are under way.
    pub grants: Grants,
    /// Where the services listen.
    pub bases: Bases,
    /// The scenario's choices.
    pub behaviour: Behaviour,
    /// Where new ids come from.
    pub mint: Mint,
}

impl Tenant {
    /// Whether the tenant has a service plan that one of its SKUs brings.
    pub fn has_plan(&self, plan: &str) -> bool {
        self.licences.iter().any(|sku| crate::licences::plans(sku).contains(&plan))
    }

    /// Whether PIM is licensed.
    pub fn has_pim(&self) -> bool {
        self.has_plan("AAD_PREMIUM_P2") || self.has_plan("Entra_Identity_Governance")
    }

    /// An app by its client id.
    pub fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id.eq_ignore_ascii_case(client_id))
    }

    /// Whether an id or a verified domain names this tenant.
    pub fn is_named(&self, id_or_domain: &str) -> bool {
        self.id.eq_ignore_ascii_case(id_or_domain)
            || self.initial_domain.eq_ignore_ascii_case(id_or_domain)
            || self.directory.domains.iter().any(|domain| {
                domain["isVerified"] == Value::Bool(true)
                    && domain["id"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(id_or_domain))
            })
    }
}

/// One request with its answer, as the record keeps it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The request as it came.
    pub request: Request,
    /// The answer as it went.
    pub answer: Answer,
    /// Ordinal of its arrival.
    pub began: u64,
    /// Ordinal of its answer. A request that began after this one ended came after it.
    pub ended: u64,
    /// Emulated time of the answer.
    pub at: Timestamp,
    /// Client id of an app, `user:` and the account for a user, when the token or form told.
    pub caller: Option<String>,
}

/// A change that is promised for later.
#[derive(Clone, Debug)]
pub struct Pending {
    /// When.
    pub due: Timestamp,
    /// What.
    pub change: crate::pending::Change,
}

/// All of one run.
#[derive(Clone)]
pub struct World {
    /// Emulated time of the request being answered.
    pub now: Timestamp,
    /// Where `now` comes from.
    pub clock: Clock,
    /// The tenant.
    pub tenant: Tenant,
    /// The tenant as the scenario made it, to compare with.
    pub initial: Arc<Tenant>,
    /// The attacker and what it holds.
    pub attacker: Attacker,
    /// Ids that must survive.
    pub honest: Vec<String>,
    /// Faults to come.
    pub faults: Faults,
    /// Faults that struck the exchange that is being answered.
    pub struck: Vec<crate::traffic::Struck>,
    /// Every request so far.
    pub record: Vec<Recorded>,
    /// Count of requests for something that does not exist here, by method and path.
    pub unimplemented: BTreeMap<String, u64>,
    /// Promised changes.
    pub pending: Vec<Pending>,
    /// Next run of the directory synchronisation.
    pub next_sync: Timestamp,
    /// The directory as it was, for replicas that are behind.
    pub history: History,
    /// Usage against the documented limits.
    pub meters: Meters,
    /// Cmdlets that were asked for and are not answered.
    pub under_way: UnderWay,
    /// Last ordinal given out.
    pub ordinal: u64,
    /// Members that a test takes out of answers.
    pub withheld: Vec<Withheld>,
    /// What the name server was asked, as in `udp contoso.com`.
    pub names_asked: Vec<String>,
}

impl World {
    /// A copy to try things on: no faults, no record, frozen at this moment.
    pub fn fork(&self) -> World {
        World {
            now: self.now,
            clock: Clock::frozen(self.now),
            tenant: self.tenant.clone(),
            initial: Arc::clone(&self.initial),
            attacker: self.attacker.clone(),
            honest: self.honest.clone(),
            faults: Faults::default(),
            struck: Vec::new(),
            record: Vec::new(),
            unimplemented: BTreeMap::new(),
            pending: self.pending.clone(),
            next_sync: self.next_sync,
            history: History::default(),
            meters: Meters::default(),
            under_way: UnderWay::default(),
            ordinal: self.ordinal,
            withheld: Vec::new(),
            names_asked: Vec::new(),
        }
    }

    /// The next ordinal.
    pub fn next_ordinal(&mut self) -> u64 {
        self.ordinal += 1;
        self.ordinal
    }

    /// Brings `now` up to the clock.
    pub fn tick(&mut self) {
        self.now = self.clock.now().max(self.now);
    }
}

/// The world as the listeners and the attacker share it.
#[derive(Clone)]
pub struct Shared {
    world: Arc<Mutex<World>>,
    /// Where the services listen.
    pub bases: Bases,
    /// What the attacker speaks HTTP with.
    pub http: reqwest::Client,
}

impl Shared {
    /// Shares a world.
    pub fn new(world: World, http: reqwest::Client) -> Self {
        let bases = world.tenant.bases.clone();
        Self { world: Arc::new(Mutex::new(world)), bases, http }
    }

    /// The lock itself.
    pub fn world(&self) -> Arc<Mutex<World>> {
        Arc::clone(&self.world)
    }

    /// Locks the world. Never hold the guard across an await.
    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
