//! Mailboxes and what surrounds them: forwarding, rules, the sending block, Exchange's own roles.

use async_trait::async_trait;
use regain_incident::account::Account;
use regain_incident::facet::FacetName;
use regain_incident::facets::forwarding::Forwarding;
use regain_incident::facets::inbox_rules::{self, InboxRule};
use regain_incident::facets::roles::RoleGrant;
use regain_incident::facets::sending_block::{Block, SendingBlock};
use regain_incident::tenant::{TenantReading, setting};

use crate::{Age, Intent, Notes, ProviderError, Seen, Urgency};

/// A mailbox as a listing of all shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Whose.
    pub account: Account,
    /// Whether mail is sent on by its own setting; none where no listing told.
    pub forwards: Option<bool>,
}

/// The mailboxes of a tenant, as far as one listing gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailboxes {
    /// People's, shared ones, rooms'.
    pub all: Vec<Mailbox>,
    /// There are more, which the service would not give.
    pub cut: bool,
    /// Rows that name no account of the directory.
    pub unnamed: usize,
}

/// Mailboxes of a tenant.
#[async_trait]
pub trait Mail: Send + Sync {
    /// Every mailbox of the tenant.
    async fn mailboxes(&self, urgency: Urgency) -> Result<Mailboxes, ProviderError>;

    /// Forwarding set on the mailbox, internal recipients resolved.
    async fn forwarding(&self, account: &Account, urgency: Urgency) -> Result<Seen<Forwarding>, ProviderError>;

    /// Every rule, hidden and unreadable ones too, in their order.
    async fn inbox_rules(&self, account: &Account, age: Age, urgency: Urgency) -> Result<Seen<Vec<InboxRule>>, ProviderError>;

    /// Whether any address of the account may not send.
    async fn sending_block(&self, account: &Account, age: Age) -> Result<Seen<SendingBlock>, ProviderError>;

    /// Role groups and direct management roles of Exchange.
    async fn roles(&self, account: &Account, age: Age) -> Result<Seen<Vec<RoleGrant>>, ProviderError>;

    /// The domains that mail is accepted for, in lower case.
    async fn accepted_domains(&self) -> Result<Seen<Vec<String>>, ProviderError>;

    /// A facet of the tenant that Exchange holds.
    async fn tenant(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError>;

    /// Changes a setting of the tenant that Exchange holds.
    async fn change_setting(&self, change: &setting::Change, intent: &Intent) -> Result<Notes, ProviderError>;

    /// Sets all three forwarding members.
    async fn set_forwarding(&self, account: &Account, wanted: &Forwarding, intent: &Intent) -> Result<Notes, ProviderError>;

    /// Changes a rule.
    async fn change_rule(&self, account: &Account, change: &inbox_rules::Change, intent: &Intent)
    -> Result<Notes, ProviderError>;

    /// Asks for the block to be lifted. An answer means accepted, not lifted.
    async fn lift_sending_block(&self, account: &Account, block: &Block, intent: &Intent) -> Result<Notes, ProviderError>;

    /// Takes a grant.
    async fn withdraw(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError>;

    /// Gives a grant back as it was.
    async fn give_back(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError>;
}
