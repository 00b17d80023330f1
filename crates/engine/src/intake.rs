//! Intake: from what somebody typed to exactly one account that may be touched.

use std::collections::BTreeSet;

use regain_incident::account::{Account, Kind, kind_of};
use regain_incident::facets::roles::GLOBAL_ADMINISTRATOR;
use regain_incident::ids::AccountId;
use regain_incident::planner::Level;
use regain_incident::rail::Candidate;
use regain_ports::{Found, Holders, Operator, ProviderError};

use crate::World;

/// An account that somebody named, resolved to one object id.
#[derive(Debug, Clone)]
pub struct Target {
    /// Which.
    pub account: Account,
    /// The first read of it.
    pub found: Found,
    /// How far it is locked.
    pub level: Level,
}

impl Target {
    /// Whether it may be a Global Administrator: also when that could not be read.
    pub fn may_be_global_administrator(&self) -> bool {
        !self.found.roles_read || self.found.in_role_group || self.is_global_administrator()
    }

    /// Whether it is one now, as far as its active roles tell.
    pub fn is_global_administrator(&self) -> bool {
        self.found.active_roles.iter().any(|role| role == GLOBAL_ADMINISTRATOR)
    }

    /// Whether it holds admin roles, or could through a group: then its name is typed twice.
    pub fn is_privileged(&self) -> bool {
        !self.found.active_roles.is_empty() || self.found.in_role_group
    }

    /// Whether its roles must be read before it can be locked.
    pub fn has_roles(&self) -> bool {
        !self.found.roles_read || self.found.in_role_group || !self.found.active_roles.is_empty()
    }
}

/// Why a name leads to no account that may be touched.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Nobody has it.
    #[error("no account in this tenant has the name or address {name:?}")]
    Unknown {
        /// What was typed.
        name: String,
    },
    /// Several have it.
    #[error("{name:?} means more than one account: {}", candidates.join(", "))]
    Ambiguous {
        /// What was typed.
        name: String,
        /// Sign-in names and object ids.
        candidates: Vec<String>,
    },
    /// One that is never touched.
    #[error("{upn} is never touched: it is {}", why(*kind))]
    Refused {
        /// Its sign-in name.
        upn: String,
        /// What it is.
        kind: Kind,
    },
    /// The tenant did not answer.
    #[error("{name:?} could not be looked up")]
    Provider {
        /// What was typed.
        name: String,
        /// What happened.
        #[source]
        source: ProviderError,
    },
}

fn why(kind: Kind) -> &'static str {
    match kind {
        Kind::BreakGlass => "an account for emergencies (policy.toml, break-glass)",
        Kind::DirectorySync => "the account of directory synchronisation",
        Kind::Operator => "the identity that this tool runs as",
        _ => "of a kind that is not touched",
    }
}

/// Who holds the role Global Administrator, asked for while the accounts are still being looked up:
/// it is needed only if a target is one, but then at once.
pub struct Administrators(tokio::task::JoinHandle<Result<Holders, ProviderError>>);

impl Administrators {
    /// Asks.
    pub fn ask(world: &World) -> Self {
        let directory = world.directory.clone();
        Self(tokio::spawn(async move { directory.administrator_holders().await }))
    }

    /// The accounts among them; asked for now, if it was not asked for before or got lost.
    pub(crate) async fn answer(asked: Option<Self>, world: &World) -> Result<Vec<Candidate>, ProviderError> {
        let holders = match asked {
            Some(Self(asked)) => asked.await.ok(),
            None => None,
        };
        match holders {
            Some(holders) => world.directory.administrators_of(&holders?).await,
            None => world.directory.global_administrators().await,
        }
    }
}

/// Resolves every name. Reads only; what one look-up fails of, holds no other one up.
pub async fn find_all(world: &World, operator: &Operator, names: &[String]) -> Vec<Result<Target, IntakeError>> {
    let all = world.directory.find_all(names).await;
    names.iter().zip(all).map(|(name, found)| one_of(world, operator, name, found)).collect()
}

/// Resolves `name` to one account. Reads only.
pub async fn find(world: &World, operator: &Operator, name: &str) -> Result<Target, IntakeError> {
    one_of(world, operator, name, world.directory.find(name).await)
}

fn one_of(
    world: &World,
    operator: &Operator,
    name: &str,
    found: Result<Vec<Found>, ProviderError>,
) -> Result<Target, IntakeError> {
    let found = found.map_err(|source| IntakeError::Provider { name: name.to_owned(), source })?;
    let mut candidates = found.into_iter();
    match (candidates.next(), candidates.len()) {
        (None, _) => Err(IntakeError::Unknown { name: name.to_owned() }),
        (Some(found), 0) => Ok(target(world, operator, found)),
        (Some(first), _) => {
            let all = std::iter::once(first).chain(candidates);
            let candidates = all.map(|found| format!("{} ({})", found.identity.upn, found.identity.account)).collect();
            Err(IntakeError::Ambiguous { name: name.to_owned(), candidates })
        }
    }
}

fn target(world: &World, operator: &Operator, found: Found) -> Target {
    let identity = &found.identity;
    let kind = kind_of(identity, &found.active_roles, &world.policy, operator.object.as_ref());
    let account = Account {
        id: identity.account.clone(),
        upn: identity.upn.clone(),
        name: identity.name.clone(),
        kind,
        synchronised: identity.synchronised,
    };
    Target { account, found, level: Level::Full }
}

/// Refuses a target that is never touched.
pub fn allowed(target: &Target) -> Result<(), IntakeError> {
    if target.account.kind.is_refused() {
        return Err(IntakeError::Refused { upn: target.account.upn.clone(), kind: target.account.kind });
    }
    Ok(())
}

/// The object ids of `targets`, each once.
pub fn ids(targets: &[Target]) -> BTreeSet<AccountId> {
    targets.iter().map(|target| target.account.id.clone()).collect()
}
