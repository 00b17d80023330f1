//! The two ports, each verb handed to the client that knows it.

use async_trait::async_trait;
use regain_incident::account::Account;
use regain_incident::facet::FacetName;
use regain_incident::facets::forwarding::Forwarding;
use regain_incident::facets::identity::Identity;
use regain_incident::facets::inbox_rules::{self, InboxRule};
use regain_incident::facets::roles::RoleGrant;
use regain_incident::facets::sending_block::{Block, SendingBlock};
use regain_incident::ids::{AccountId, TenantId};
use regain_incident::secret::Secret;
use regain_ports::{
    AdminCandidate, Directory, Found, Holders, Intent, Mail, Notes, Operator, Provider, ProviderError, ProviderErrorKind, Seen,
    Urgency,
};

use crate::Microsoft;
use crate::token::{Claims, Resource};

impl Microsoft {
    /// What the token says of us. A token of another tenant than the one that was named is no error
    /// of the service: the settings are wrong.
    fn operator_of(&self, claims: Claims) -> Result<Operator, ProviderErrorKind> {
        let named: Option<TenantId> = self.tenant.parse().ok();
        let told: Option<TenantId> = claims.tid.and_then(|id| id.parse().ok());
        if let (Some(named), Some(told)) = (&named, &told)
            && named != told
        {
            return Err(ProviderErrorKind::Credential {
                detail: format!("the token is for tenant {told}, not {named}"),
                hint: "check the tenant".to_owned(),
            });
        }
        let unknown = || ProviderErrorKind::Surprise("neither the settings nor the token give the tenant's id".into());
        Ok(Operator {
            tenant: told.or(named).ok_or_else(unknown)?,
            object: claims.oid.and_then(|id| id.parse().ok()),
            client: claims.appid.unwrap_or_else(|| self.client_id.clone()),
            permissions: claims.roles,
            roles: claims.wids,
        })
    }
}

#[async_trait]
impl Directory for Microsoft {
    async fn operator(&self) -> Result<Operator, ProviderError> {
        // Both tokens side by side: the first mailbox read then waits for none. Whether Exchange gives
        // one is not asked here; the read that needs it says so.
        let (graph, _) = tokio::join!(self.tokens.get(Resource::Graph), self.tokens.get(Resource::Exchange));
        let claims = graph?.claims();
        self.operator_of(claims).map_err(|kind| ProviderError {
            provider: Provider::Entra,
            doing: "learn who we are",
            attempts: 1,
            kind,
        })
    }

    async fn find(&self, name: &str) -> Result<Vec<Found>, ProviderError> {
        self.graph.find(name).await
    }

    async fn identity(&self, account: &AccountId, urgency: Urgency) -> Result<Seen<Identity>, ProviderError> {
        self.graph.identity(account, urgency).await
    }

    async fn roles(
        &self,
        account: &AccountId,
        facet: FacetName,
        urgency: Urgency,
    ) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        self.graph.roles(account, facet, urgency).await
    }

    async fn administrator_holders(&self) -> Result<Holders, ProviderError> {
        self.graph.administrator_holders().await
    }

    async fn administrators_of(&self, holders: &Holders) -> Result<Vec<AdminCandidate>, ProviderError> {
        self.graph.administrators_of(holders).await
    }

    async fn domains(&self) -> Result<Seen<Vec<String>>, ProviderError> {
        self.graph.domains().await
    }

    async fn set_sign_in(&self, account: &Account, allowed: bool, _: &Intent) -> Result<Notes, ProviderError> {
        self.graph.set_sign_in(&account.id, allowed).await
    }

    async fn replace_password(
        &self,
        account: &Account,
        password: &Secret,
        must_change: bool,
        _: &Intent,
    ) -> Result<Notes, ProviderError> {
        self.graph.replace_password(&account.id, password, must_change).await
    }

    async fn revoke_sessions(&self, account: &Account, _: &Intent) -> Result<Notes, ProviderError> {
        self.graph.revoke_sessions(&account.id).await
    }

    async fn withdraw(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError> {
        self.graph.withdraw(account, grant, intent.case()).await
    }

    async fn give_back(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError> {
        self.graph.give_back(account, grant, intent.case()).await
    }
}

#[async_trait]
impl Mail for Microsoft {
    async fn forwarding(&self, account: &Account) -> Result<Seen<Forwarding>, ProviderError> {
        self.exchange.forwarding(account).await
    }

    async fn inbox_rules(&self, account: &Account) -> Result<Seen<Vec<InboxRule>>, ProviderError> {
        self.exchange.inbox_rules(account).await
    }

    async fn sending_block(&self, account: &Account) -> Result<Seen<SendingBlock>, ProviderError> {
        self.exchange.sending_block(account).await
    }

    async fn roles(&self, account: &Account) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        self.exchange.roles(account).await
    }

    async fn accepted_domains(&self) -> Result<Seen<Vec<String>>, ProviderError> {
        self.exchange.accepted_domains().await
    }

    async fn set_forwarding(&self, account: &Account, wanted: &Forwarding, _: &Intent) -> Result<Notes, ProviderError> {
        self.exchange.set_forwarding(account, wanted).await
    }

    async fn change_rule(&self, account: &Account, change: &inbox_rules::Change, _: &Intent) -> Result<Notes, ProviderError> {
        self.exchange.change_rule(account, change).await
    }

    async fn lift_sending_block(&self, _: &Account, block: &Block, _: &Intent) -> Result<Notes, ProviderError> {
        self.exchange.lift(block).await
    }

    async fn withdraw(&self, account: &Account, grant: &RoleGrant, _: &Intent) -> Result<Notes, ProviderError> {
        self.exchange.withdraw(account, grant).await
    }

    async fn give_back(&self, account: &Account, grant: &RoleGrant, _: &Intent) -> Result<Notes, ProviderError> {
        self.exchange.give_back(account, grant).await
    }
}
