//! The directory: accounts, sign-in, sessions, directory roles.

use std::collections::BTreeSet;

use async_trait::async_trait;
use regain_incident::Timestamp;
use regain_incident::account::Account;
use regain_incident::facet::FacetName;
use regain_incident::facets::identity::Identity;
use regain_incident::facets::roles::RoleGrant;
use regain_incident::ids::{AccountId, TenantId};
use regain_incident::rail::Candidate as AdminCandidate;
use regain_incident::secret::Secret;
use regain_incident::tenant::{TenantReading, setting};
use regain_incident::who_else::SignIn;

use crate::{Intent, Notes, ProviderError, Seen, Urgency};

/// An account as the first read gives it: enough to lock it.
#[derive(Debug, Clone)]
pub struct Found {
    /// Who it is.
    pub identity: Identity,
    /// Template ids of the directory roles that are active, through groups too.
    pub active_roles: Vec<String>,
    /// Whether it is in a role-assignable group.
    pub in_role_group: bool,
    /// Whether the two members above could be read.
    pub roles_read: bool,
    /// The raw answers, without secret members.
    pub raw: Vec<String>,
}

/// Who holds a directory role, by object id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holders {
    /// Groups.
    pub groups: BTreeSet<String>,
    /// Accounts, service principals, and whatever else.
    pub others: BTreeSet<String>,
}

/// Sign-ins, as far as they could be read.
#[derive(Debug)]
pub struct SignIns {
    /// Interactive ones.
    pub interactive: Result<SomeSignIns, ProviderError>,
    /// What a session carries on without anybody typing: with the sessions' ids.
    pub sessions: Result<SomeSignIns, ProviderError>,
}

/// A list of sign-ins, newest first.
#[derive(Debug, Clone, Default)]
pub struct SomeSignIns {
    /// They.
    pub rows: Vec<SignIn>,
    /// There are older ones that were not read: the list was longer than is worth waiting for.
    pub cut: bool,
}

/// The identity that this tool runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The tenant that its token is for.
    pub tenant: TenantId,
    /// The object id in its token: an account's, or a service principal's.
    pub object: Option<AccountId>,
    /// The accounts of people who sign in for it: none where apps sign in alone. `None` where a token does not say whose.
    pub people: Option<Vec<AccountId>>,
    /// The application's id.
    pub client: String,
    /// The permissions in its Graph token, for a friendly self-check only.
    pub permissions: Vec<String>,
    /// Template ids of its own directory roles, likewise.
    pub roles: Vec<String>,
}

/// A directory of accounts.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Who we are there. Signs in if need be.
    async fn operator(&self) -> Result<Operator, ProviderError>;

    /// Accounts that `name` (object id, sign-in name or any address) may mean: none, one, or several.
    async fn find(&self, name: &str) -> Result<Vec<Found>, ProviderError>;

    /// The same for many names, in their order: what one name's failure is, is no other's.
    async fn find_all(&self, names: &[String]) -> Vec<Result<Vec<Found>, ProviderError>> {
        let mut all = Vec::with_capacity(names.len());
        for name in names {
            all.push(self.find(name).await);
        }
        all
    }

    /// Who the account is now.
    async fn identity(&self, account: &AccountId, urgency: Urgency) -> Result<Seen<Identity>, ProviderError>;

    /// Grants of one facet: [`FacetName::EntraRoles`], [`FacetName::PimRoles`] or [`FacetName::GroupRoles`].
    async fn roles(&self, account: &AccountId, facet: FacetName, urgency: Urgency)
    -> Result<Seen<Vec<RoleGrant>>, ProviderError>;

    /// Who holds the role Global Administrator now: one answer, which can be asked for beforehand.
    async fn administrator_holders(&self) -> Result<Holders, ProviderError>;

    /// The accounts among `holders`, and in those that are groups.
    async fn administrators_of(&self, holders: &Holders) -> Result<Vec<AdminCandidate>, ProviderError>;

    /// Everybody who is a Global Administrator now, through groups too.
    async fn global_administrators(&self) -> Result<Vec<AdminCandidate>, ProviderError> {
        let holders = self.administrator_holders().await?;
        self.administrators_of(&holders).await
    }

    /// Sign-ins from `since` on: of the whole tenant, or of one account. Interactive ones, and with
    /// [`SignIns::sessions`] also those that a session carries on, apart: either alone may fail.
    async fn sign_ins(&self, of: Option<&AccountId>, since: Timestamp) -> SignIns;

    /// The verified domains of the tenant, in lower case.
    async fn domains(&self) -> Result<Seen<Vec<String>>, ProviderError>;

    /// A facet of the tenant that the directory holds.
    async fn tenant(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError>;

    /// Changes a setting of the tenant that the directory holds.
    async fn change_setting(&self, change: &setting::Change, intent: &Intent) -> Result<Notes, ProviderError>;

    /// Blocks or allows sign-in.
    async fn set_sign_in(&self, account: &Account, allowed: bool, intent: &Intent) -> Result<Notes, ProviderError>;

    /// Replaces the password.
    async fn replace_password(
        &self,
        account: &Account,
        password: &Secret,
        must_change: bool,
        intent: &Intent,
    ) -> Result<Notes, ProviderError>;

    /// Revokes every refresh token.
    async fn revoke_sessions(&self, account: &Account, intent: &Intent) -> Result<Notes, ProviderError>;

    /// Takes a grant of a directory role or group.
    async fn withdraw(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError>;

    /// Gives a grant back as it was.
    async fn give_back(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError>;
}
