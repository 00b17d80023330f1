//! A step's hands: how each action is observed and applied. The only room from which a tenant is
//! changed.

use regain_incident::account::Account;
use regain_incident::facet::{Facet, FacetName, Gap, Of};
use regain_incident::facets::forwarding::Forwarding;
use regain_incident::facets::roles::{Change as RoleChange, GrantKind};
use regain_incident::facets::{Reading, forwarding, identity, password, sending_block};
use regain_incident::journal::Refusal;
use regain_incident::plan::Action;
use regain_incident::secret::Secret;
use regain_incident::tenant::TenantReading;
use regain_ports::{Age, Intent, Names, Notes, ProviderError, ProviderErrorKind, Seen, Urgency};

use crate::World;

/// Why an observation or a change did not give what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It will not be done.
    Refused(Refusal),
    /// It may have been done.
    Lost(String),
    /// The object was not there: maybe it is done, maybe a replica is behind.
    Gone,
    /// It could not be read just now.
    Unread(Gap),
}

/// Reads one facet; `age` is for those that come out of a list of the whole tenant. `None` where it does not apply.
pub async fn read(
    world: &World,
    account: &Account,
    facet: FacetName,
    urgency: Urgency,
    age: Age,
) -> Result<Seen<Reading>, ProviderError> {
    let id = &account.id;
    Ok(match facet {
        FacetName::Identity | FacetName::Password | FacetName::Sessions => {
            world.directory.identity(id, urgency).await?.map(|identity| Reading::Identity(Box::new(identity)))
        }
        FacetName::EntraRoles | FacetName::PimRoles | FacetName::GroupRoles => {
            world.directory.roles(id, facet, urgency).await?.map(Reading::Roles)
        }
        FacetName::ExchangeRoles => world.mail.roles(account, age).await?.map(Reading::Roles),
        FacetName::PurviewRoles => Seen { value: None, raw: Vec::new() }, // never asked: see `collect`
        FacetName::Forwarding => world.mail.forwarding(account, urgency).await?.map(Reading::Forwarding),
        FacetName::InboxRules => world.mail.inbox_rules(account, age, urgency).await?.map(Reading::InboxRules),
        FacetName::SendingBlock => world.mail.sending_block(account, age).await?.map(Reading::SendingBlock),
        FacetName::Domains => domains(world).await?.map(Reading::Domains),
        FacetName::DnsRecords => match &world.names {
            Some(names) => published(world, names.as_ref()).await?.map(Reading::from),
            None => Seen { value: None, raw: Vec::new() }, // never asked: see `collect`
        },
        FacetName::SecurityDefaults
        | FacetName::ConditionalAccess
        | FacetName::MethodsPolicy
        | FacetName::AuthorizationPolicy
        | FacetName::Administrators
        | FacetName::Registration
        | FacetName::Applications
        | FacetName::Federation
        | FacetName::Licences
        | FacetName::People
        | FacetName::SecureScore
        | FacetName::AdministrativeUnits => world.directory.tenant(facet).await?.map(Reading::from),
        FacetName::AuditSettings
        | FacetName::MailSettings
        | FacetName::MailboxProtocols
        | FacetName::MailboxForwarding
        | FacetName::OutboundPolicies
        | FacetName::MailProtection
        | FacetName::AdvancedProtection
        | FacetName::MailFlow
        | FacetName::Dkim
        | FacetName::AlertPolicies
        | FacetName::SharingPolicies => world.mail.tenant(facet).await?.map(Reading::from),
    })
}

/// The directory's verified domains and Exchange's accepted ones, joined: either alone may lack some.
pub(crate) async fn domains(world: &World) -> Result<Seen<Vec<String>>, ProviderError> {
    let (verified, accepted) = tokio::join!(world.directory.domains(), world.mail.accepted_domains());
    let (verified, accepted) = (verified?, accepted?);
    let mut all: Vec<String> = verified.value.into_iter().chain(accepted.value).flatten().collect();
    all.sort();
    all.dedup();
    Ok(Seen::new(all, verified.raw.into_iter().chain(accepted.raw).collect()))
}

/// What is published about the domains that mail is accepted for.
async fn published(world: &World, names: &dyn Names) -> Result<Seen<TenantReading>, ProviderError> {
    let accepted = world.mail.accepted_domains().await?;
    crate::names::read(names, accepted.value.unwrap_or_default()).await
}

/// What is there now, for a step of `action`.
pub async fn observe(world: &World, account: &Account, action: &Action, urgency: Urgency) -> Result<Reading, Trouble> {
    let Some(facet) = action.facet() else { return Err(Trouble::Unread(Gap::NotInThisVersion)) };
    let seen = read(world, account, facet, urgency, Age::Again).await.map_err(|error| Trouble::Unread(gap_of(&error)))?;
    seen.value.ok_or_else(|| Trouble::Unread(Gap::Incomplete { detail: "there is no such part of this account".to_owned() }))
}

/// Does it. Repeating it changes nothing more (a password and a revocation aside). `fresh` is the
/// password of this step, made for it alone.
pub async fn apply(
    world: &World,
    account: &Account,
    action: &Action,
    intent: &Intent,
    fresh: Option<&Secret>,
) -> Result<Notes, Trouble> {
    let result = match action {
        Action::SignIn(change) => world.directory.set_sign_in(account, *change == identity::Change::Allow, intent).await,
        Action::Password(change) => {
            let must_change = *change == password::Change::ReplaceAndHandOver;
            match fresh {
                Some(password) => world.directory.replace_password(account, password, must_change, intent).await,
                None => return Err(rejected("no password was made for this step")),
            }
        }
        Action::Sessions(_) => world.directory.revoke_sessions(account, intent).await,
        Action::Role(change) => change_role(world, account, change, intent).await,
        Action::Forwarding(forwarding::Change::Remove(_)) => {
            world.mail.set_forwarding(account, &Forwarding::default(), intent).await
        }
        Action::Forwarding(forwarding::Change::Restore(former)) => world.mail.set_forwarding(account, former, intent).await,
        Action::InboxRule(change) => world.mail.change_rule(account, change, intent).await,
        Action::SendingBlock(sending_block::Change::Lift(block)) => world.mail.lift_sending_block(account, block, intent).await,
        Action::Setting(change) => match change.facet().of() {
            Of::Exchange => world.mail.change_setting(change, intent).await,
            Of::Directory | Of::Account | Of::Names => world.directory.change_setting(change, intent).await,
        },
        Action::Manual(_) => return Err(rejected("a person does it")),
    };
    result.map_err(|error| trouble_of(&error))
}

async fn change_role(world: &World, account: &Account, change: &RoleChange, intent: &Intent) -> Result<Notes, ProviderError> {
    let in_exchange = matches!(change.grant().kind, GrantKind::ExchangeGroup | GrantKind::ExchangeDirect);
    match (change, in_exchange) {
        (RoleChange::Withdraw(grant), false) => world.directory.withdraw(account, grant, intent).await,
        (RoleChange::GiveBack(grant), false) => world.directory.give_back(account, grant, intent).await,
        (RoleChange::Withdraw(grant), true) => world.mail.withdraw(account, grant, intent).await,
        (RoleChange::GiveBack(grant), true) => world.mail.give_back(account, grant, intent).await,
    }
}

fn rejected(detail: &str) -> Trouble {
    Trouble::Refused(Refusal::Rejected { detail: detail.to_owned() })
}

/// The error and everything behind it, in one line.
pub fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// What a failed change means for its step.
fn trouble_of(error: &ProviderError) -> Trouble {
    let detail = chain_of(error);
    match &error.kind {
        ProviderErrorKind::Unanswered(_) | ProviderErrorKind::Surprise(_) => Trouble::Lost(detail),
        ProviderErrorKind::NotFound => Trouble::Gone,
        ProviderErrorKind::Denied { missing } => Trouble::Refused(Refusal::Denied { missing: missing.clone() }),
        ProviderErrorKind::Conflict => Trouble::Refused(Refusal::Conflict { detail }),
        ProviderErrorKind::Throttled { .. } | ProviderErrorKind::Unreachable(_) => {
            Trouble::Refused(Refusal::Unavailable { detail })
        }
        ProviderErrorKind::Unlicensed { .. }
        | ProviderErrorKind::Credential { .. }
        | ProviderErrorKind::Rejected { .. }
        | ProviderErrorKind::Incomplete { .. } => Trouble::Refused(Refusal::Rejected { detail }),
    }
}

/// What a failed read means for its facet.
pub fn gap_of(error: &ProviderError) -> Gap {
    let detail = chain_of(error);
    match &error.kind {
        ProviderErrorKind::Denied { missing } => Gap::Denied { missing: missing.clone() },
        ProviderErrorKind::Unlicensed { detail } => Gap::Unlicensed { detail: detail.clone() },
        ProviderErrorKind::Throttled { .. } => Gap::Throttled,
        ProviderErrorKind::Incomplete { detail } => Gap::Incomplete { detail: detail.clone() },
        ProviderErrorKind::Surprise(_) | ProviderErrorKind::Rejected { .. } | ProviderErrorKind::Conflict => {
            Gap::NotUnderstood { detail }
        }
        ProviderErrorKind::NotFound
        | ProviderErrorKind::Credential { .. }
        | ProviderErrorKind::Unanswered(_)
        | ProviderErrorKind::Unreachable(_) => Gap::Unreachable { detail },
    }
}

/// A read as the journal keeps it.
pub fn facet_of(result: Result<Seen<Reading>, ProviderError>, at: regain_incident::Timestamp) -> (Facet<Reading>, Vec<String>) {
    match result {
        Ok(Seen { value: Some(value), raw }) => (Facet::Read { value, at }, raw),
        Ok(Seen { value: None, raw }) => (Facet::NotApplicable { at }, raw),
        Err(error) => (Facet::Unread { gap: gap_of(&error), at }, Vec::new()),
    }
}
