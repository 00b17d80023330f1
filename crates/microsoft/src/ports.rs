//! The two ports, each verb handed to the client that knows it, in the hands of the least identity
//! that may do it: reading sees; blocking, revoking, resetting and withdrawing roles of the directory
//! locks; everything else that changes something cleans (Exchange's roles too, so that what locks
//! needs no right in Exchange).

use std::sync::Arc;

use async_trait::async_trait;
use regain_incident::Timestamp;
use regain_incident::account::Account;
use regain_incident::facet::FacetName;
use regain_incident::facets::forwarding::Forwarding;
use regain_incident::facets::identity::Identity;
use regain_incident::facets::inbox_rules::{self, InboxRule};
use regain_incident::facets::roles::RoleGrant;
use regain_incident::facets::sending_block::{Block, SendingBlock};
use regain_incident::ids::{AccountId, TenantId};
use regain_incident::secret::Secret;
use regain_incident::tenant::{TenantReading, setting};
use regain_ports::{
    AdminCandidate, Age, Directory, Found, Holders, Intent, Mail, Mailboxes, Notes, Operator, Provider, ProviderError,
    ProviderErrorKind, Seen, SignIns, Urgency,
};

use crate::credential::{Credential, Duty};
use crate::token::{Claims, Resource};
use crate::{Hands, Microsoft};

/// One identity, as its tokens tell of it; for a friendly self-check only.
#[derive(Debug, Clone)]
pub struct Seat {
    /// What it does.
    pub duties: Vec<Duty>,
    /// The application's id.
    pub client: String,
    /// The object id in its token: an account's, or a service principal's.
    pub object: Option<AccountId>,
    /// Whether it is a person.
    pub person: bool,
    /// The permissions in its Graph token: an app's, or those delegated to it.
    pub permissions: Vec<String>,
    /// The permissions in its Exchange token; none where it got no such token.
    pub exchange: Option<Vec<String>>,
    /// Template ids of its directory roles.
    pub roles: Vec<String>,
    tenant: Option<TenantId>,
}

impl Microsoft {
    /// Each identity at work, once, with what it does.
    fn seated(&self) -> Vec<(Vec<Duty>, &Hands)> {
        let mut seated: Vec<(Vec<Duty>, &Arc<Hands>)> = Vec::new();
        let all = [(Duty::See, Some(&self.see)), (Duty::Lock, self.lock.as_ref()), (Duty::Clean, self.clean.as_ref())];
        for (duty, hands) in all.into_iter().filter_map(|(duty, hands)| Some((duty, hands?))) {
            match seated.iter_mut().find(|(_, known)| Arc::ptr_eq(known, hands)) {
                Some((duties, _)) => duties.push(duty),
                None => seated.push((vec![duty], hands)),
            }
        }
        seated.into_iter().map(|(duties, hands)| (duties, hands.as_ref())).collect()
    }

    /// Signs every identity in, side by side, and says who each is. The first that fails fails all.
    pub async fn seats(&self) -> Result<Vec<Seat>, ProviderError> {
        let seated = self.seated();
        let reads = seated.into_iter().map(|(duties, hands)| self.seat(duties, hands));
        futures_util::future::try_join_all(reads).await
    }

    /// Both tokens side by side: the first mailbox read then waits for none. Whether Exchange gives
    /// one is not asked here; the read that needs it says so. Locking alone asks Exchange nothing.
    async fn seat(&self, duties: Vec<Duty>, hands: &Hands) -> Result<Seat, ProviderError> {
        let graph = hands.tokens.get(Resource::Graph);
        let (graph, exchange) = if duties == [Duty::Lock] {
            (graph.await?, None)
        } else {
            let (graph, exchange) = tokio::join!(graph, hands.tokens.get(Resource::Exchange));
            (graph?, exchange.ok())
        };
        let identity = hands.tokens.identity();
        let claims = graph.claims();
        self.check_tenant(&claims).map_err(who)?;
        Ok(Seat {
            duties,
            client: claims.appid.clone().unwrap_or_else(|| identity.client_id.clone()),
            object: claims.oid.as_ref().and_then(|id| id.parse().ok()),
            person: matches!(identity.credential, Credential::Person),
            tenant: claims.tid.as_ref().and_then(|id| id.parse().ok()),
            roles: claims.wids.clone(),
            permissions: claims.permissions(),
            exchange: exchange.map(|token| token.claims().permissions()),
        })
    }

    /// A token of another tenant than the one that was named is no error of the service: the
    /// settings are wrong.
    fn check_tenant(&self, claims: &Claims) -> Result<(), ProviderErrorKind> {
        let named: Option<TenantId> = self.tenant.parse().ok();
        let told: Option<TenantId> = claims.tid.as_ref().and_then(|id| id.parse().ok());
        match (named, told) {
            (Some(named), Some(told)) if named != told => Err(ProviderErrorKind::Credential {
                detail: format!("the token is for tenant {told}, not {named}"),
                hint: "check the tenant".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Who we are: the one that reads; but where a person is among us, the account that must not be
    /// locked out is theirs.
    fn operator_of(&self, seats: Vec<Seat>) -> Result<Operator, ProviderErrorKind> {
        let person = seats.iter().find(|seat| seat.person).and_then(|seat| seat.object.clone());
        let people = seats.iter().filter(|seat| seat.person).map(|seat| seat.object.clone()).collect();
        let clients: Vec<String> = seats.iter().map(|seat| seat.client.clone()).collect();
        let unknown = || ProviderErrorKind::Surprise("neither the settings nor the token give the tenant's id".into());
        let see = seats.into_iter().next().ok_or_else(unknown)?;
        Ok(Operator {
            tenant: see.tenant.or_else(|| self.tenant.parse().ok()).ok_or_else(unknown)?,
            object: person.or(see.object),
            people,
            client: clients.join(", "),
            permissions: see.permissions,
            roles: see.roles,
        })
    }

    /// The hands that lock. A weaker identity does not stand in.
    fn lock(&self, doing: &'static str) -> Result<&Hands, ProviderError> {
        self.lock.as_deref().ok_or_else(|| nobody(Provider::Graph, doing, Duty::Lock))
    }

    fn clean(&self, provider: Provider, doing: &'static str) -> Result<&Hands, ProviderError> {
        self.clean.as_deref().ok_or_else(|| nobody(provider, doing, Duty::Clean))
    }
}

fn who(kind: ProviderErrorKind) -> ProviderError {
    ProviderError { provider: Provider::Entra, doing: "learn who we are", attempts: 1, kind }
}

/// Nobody is configured for it.
fn nobody(provider: Provider, doing: &'static str, duty: Duty) -> ProviderError {
    let missing = format!("an identity for the duty `{}` in this tenant's settings", duty.name());
    ProviderError { provider, doing, attempts: 0, kind: ProviderErrorKind::Denied { missing } }
}

#[async_trait]
impl Directory for Microsoft {
    async fn operator(&self) -> Result<Operator, ProviderError> {
        let seats = self.seats().await?;
        self.operator_of(seats).map_err(who)
    }

    async fn find(&self, name: &str) -> Result<Vec<Found>, ProviderError> {
        self.see.graph.find(name).await
    }

    async fn find_all(&self, names: &[String]) -> Vec<Result<Vec<Found>, ProviderError>> {
        self.see.graph.find_all(names).await
    }

    async fn identity(&self, account: &AccountId, urgency: Urgency) -> Result<Seen<Identity>, ProviderError> {
        self.see.graph.identity(account, urgency).await
    }

    async fn roles(
        &self,
        account: &AccountId,
        facet: FacetName,
        urgency: Urgency,
    ) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        self.see.graph.roles(account, facet, urgency).await
    }

    async fn administrator_holders(&self) -> Result<Holders, ProviderError> {
        self.see.graph.administrator_holders().await
    }

    async fn administrators_of(&self, holders: &Holders) -> Result<Vec<AdminCandidate>, ProviderError> {
        self.see.graph.administrators_of(holders).await
    }

    async fn sign_ins(&self, of: Option<&AccountId>, since: Timestamp) -> SignIns {
        self.see.graph.sign_ins(of, since).await
    }

    async fn domains(&self) -> Result<Seen<Vec<String>>, ProviderError> {
        self.see.graph.domains().await
    }

    async fn tenant(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError> {
        self.see.graph.tenant_facet(facet).await
    }

    async fn change_setting(&self, change: &setting::Change, _: &Intent) -> Result<Notes, ProviderError> {
        self.clean(Provider::Graph, "change the setting")?.graph.change_setting(change).await
    }

    async fn set_sign_in(&self, account: &Account, allowed: bool, _: &Intent) -> Result<Notes, ProviderError> {
        self.lock("block or allow sign-in")?.graph.set_sign_in(&account.id, allowed).await
    }

    async fn replace_password(
        &self,
        account: &Account,
        password: &Secret,
        must_change: bool,
        _: &Intent,
    ) -> Result<Notes, ProviderError> {
        let lock = self.lock("replace the password")?;
        let replaced = lock.graph.replace_password(&account.id, password, must_change);
        let (replaced, federated) = tokio::join!(replaced, self.see.graph.is_federated(&account.upn));
        // Unverified: whether the service refuses this. What it took opens nothing there, and shuts nothing.
        if federated { replaced.and(Err(crate::graph::kept_elsewhere(&account.upn))) } else { replaced }
    }

    async fn revoke_sessions(&self, account: &Account, _: &Intent) -> Result<Notes, ProviderError> {
        self.lock("revoke sessions")?.graph.revoke_sessions(&account.id).await
    }

    async fn withdraw(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError> {
        self.lock("withdraw the role")?.graph.withdraw(account, grant, intent.case()).await
    }

    async fn give_back(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError> {
        self.clean(Provider::Graph, "give the role back")?.graph.give_back(account, grant, intent.case()).await
    }
}

#[async_trait]
impl Mail for Microsoft {
    async fn mailboxes(&self, urgency: Urgency) -> Result<Mailboxes, ProviderError> {
        self.see.exchange.mailboxes(urgency).await
    }

    async fn forwarding(&self, account: &Account, urgency: Urgency) -> Result<Seen<Forwarding>, ProviderError> {
        self.see.exchange.forwarding(account, urgency).await
    }

    async fn inbox_rules(&self, account: &Account, age: Age, urgency: Urgency) -> Result<Seen<Vec<InboxRule>>, ProviderError> {
        self.see.exchange.inbox_rules(account, age, urgency).await
    }

    async fn sending_block(&self, account: &Account, age: Age) -> Result<Seen<SendingBlock>, ProviderError> {
        self.see.exchange.sending_block(account, age).await
    }

    async fn roles(&self, account: &Account, age: Age) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        self.see.exchange.roles(account, age).await
    }

    async fn accepted_domains(&self) -> Result<Seen<Vec<String>>, ProviderError> {
        self.see.exchange.accepted_domains().await
    }

    async fn tenant(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError> {
        self.see.exchange.tenant_facet(facet).await
    }

    async fn change_setting(&self, change: &setting::Change, _: &Intent) -> Result<Notes, ProviderError> {
        self.clean(Provider::Exchange, "change the setting")?.exchange.change_setting(change).await
    }

    async fn set_forwarding(&self, account: &Account, wanted: &Forwarding, _: &Intent) -> Result<Notes, ProviderError> {
        self.clean(Provider::Exchange, "change the forwarding")?.exchange.set_forwarding(account, wanted).await
    }

    async fn change_rule(&self, account: &Account, change: &inbox_rules::Change, _: &Intent) -> Result<Notes, ProviderError> {
        self.clean(Provider::Exchange, "change the rule")?.exchange.change_rule(account, change).await
    }

    async fn lift_sending_block(&self, _: &Account, block: &Block, _: &Intent) -> Result<Notes, ProviderError> {
        self.clean(Provider::Exchange, "lift the sending block")?.exchange.lift(block).await
    }

    async fn withdraw(&self, account: &Account, grant: &RoleGrant, _: &Intent) -> Result<Notes, ProviderError> {
        self.clean(Provider::Exchange, "withdraw the role")?.exchange.withdraw(account, grant).await
    }

    async fn give_back(&self, account: &Account, grant: &RoleGrant, _: &Intent) -> Result<Notes, ProviderError> {
        self.clean(Provider::Exchange, "give the role back")?.exchange.give_back(account, grant).await
    }
}
