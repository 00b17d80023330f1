//! What was read of a tenant, as the measures ask for it: a value, or the answer that it could not be measured.

use crate::Timestamp;
use crate::facet::{Facet, FacetName, Gap};
use crate::facets::Reading;
use crate::ids::AccountId;
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::sweep::{Sweep, Sweeps};
use crate::tenant::TenantReading;
use crate::tenant::administrative_units::AdministrativeUnits;
use crate::tenant::administrators::Administrators;
use crate::tenant::advanced_protection::AdvancedProtection;
use crate::tenant::alert_policies::AlertPolicies;
use crate::tenant::applications::Applications;
use crate::tenant::audit_settings::AuditSettings;
use crate::tenant::authorization_policy::AuthorizationPolicy;
use crate::tenant::conditional_access::ConditionalAccess;
use crate::tenant::dkim::Dkim;
use crate::tenant::dns_records::DnsRecords;
use crate::tenant::federation::Federation;
use crate::tenant::licences::Licences;
use crate::tenant::mail_flow::MailFlow;
use crate::tenant::mail_protection::MailProtection;
use crate::tenant::mail_settings::MailSettings;
use crate::tenant::mailbox_forwarding::MailboxForwarding;
use crate::tenant::mailbox_protocols::MailboxProtocols;
use crate::tenant::methods_policy::MethodsPolicy;
use crate::tenant::outbound_policy::OutboundPolicies;
use crate::tenant::people::People;
use crate::tenant::registration::Registration;
use crate::tenant::secure_score::SecureScore;
use crate::tenant::security_defaults::SecurityDefaults;
use crate::tenant::sharing_policies::SharingPolicies;

use super::answer::Answer;

/// An organisation without a policy.
static NOTHING_DECIDED: Policy = Policy {
    break_glass: Vec::new(),
    service_accounts: Vec::new(),
    approved_targets: Vec::new(),
    own_domains: Vec::new(),
    remove_rules: false,
    incident_hours: None,
    access_token_minutes: None,
};

/// A tenant into whose mailboxes nobody looked.
static NEVER_SWEPT: Sweeps = Sweeps { finished: None, under_way: None };

/// A tenant as it was last read. Its *now* is when that was.
#[derive(Debug, Clone, Copy)]
pub struct Estate<'a> {
    snapshot: &'a Snapshot,
    /// What the organisation has decided: which accounts are kept for emergencies.
    pub policy: &'a Policy,
    /// The accounts of those who are at the keyboard: none where apps sign in alone. `None` where it is not known.
    pub operators: Option<&'a [AccountId]>,
    /// When the measuring is done.
    pub now: Timestamp,
    /// Looks into every mailbox.
    sweeps: &'a Sweeps,
}

macro_rules! readings {
    ($($(#[$doc:meta])* $name:ident: $kind:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(&self) -> Result<&'a $kind, Answer> {
            match self.reading(FacetName::$kind)? {
                TenantReading::$kind(value) => Ok(value),
                _ => Err(stray(FacetName::$kind)),
            }
        }
    )*};
}

impl<'a> Estate<'a> {
    /// What was read of the organisation.
    pub fn of(snapshot: &'a Snapshot, now: Timestamp) -> Self {
        Self { snapshot, policy: &NOTHING_DECIDED, operators: None, now, sweeps: &NEVER_SWEPT }
    }

    /// The same, in an organisation that has decided this.
    #[must_use]
    pub fn under(self, policy: &'a Policy) -> Self {
        Self { policy, ..self }
    }

    /// The same, with these at the keyboard.
    #[must_use]
    pub fn operated_by(self, operators: Option<&'a [AccountId]>) -> Self {
        Self { operators, ..self }
    }

    /// The same, whose mailboxes were looked into.
    #[must_use]
    pub fn swept(self, sweeps: &'a Sweeps) -> Self {
        Self { sweeps, ..self }
    }

    /// The look into every mailbox that tells of `facet`; without one it is the answer "not measurable".
    pub fn sweep(&self, facet: FacetName) -> Result<&'a Sweep, Answer> {
        self.sweeps.telling(facet).ok_or(Answer::NotMeasurable { facet, gap: Gap::NotSwept { read: 0, of: 0 } })
    }

    readings! {
        /// Security defaults.
        security_defaults: SecurityDefaults,
        /// Conditional Access: policies, named places, strengths.
        conditional_access: ConditionalAccess,
        /// Which methods people may sign in with.
        methods_policy: MethodsPolicy,
        /// What everybody may do by default; consent and requests.
        authorization_policy: AuthorizationPolicy,
        /// Who holds directory roles.
        administrators: Administrators,
        /// Who has registered which sign-in methods.
        registration: Registration,
        /// Applications, their credentials and rights.
        applications: Applications,
        /// Domains, and where their people sign in.
        federation: Federation,
        /// Service plans.
        licences: Licences,
        /// Every account.
        people: People,
        /// Microsoft's score.
        secure_score: SecureScore,
        /// Parts of the directory with administrators of their own.
        administrative_units: AdministrativeUnits,
        /// Whether what happens is recorded.
        audit_settings: AuditSettings,
        /// Switches of the mail organisation.
        mail_settings: MailSettings,
        /// Old protocols, mailbox by mailbox.
        mailbox_protocols: MailboxProtocols,
        /// Mailboxes that forward by their own setting.
        mailbox_forwarding: MailboxForwarding,
        /// What may leave by itself.
        outbound_policies: OutboundPolicies,
        /// What is looked for in mail that comes in.
        mail_protection: MailProtection,
        /// Links and attachments that are looked into.
        advanced_protection: AdvancedProtection,
        /// What mail passes through.
        mail_flow: MailFlow,
        /// Accepted domains and their signing.
        dkim: Dkim,
        /// What is reported, and to whom.
        alert_policies: AlertPolicies,
        /// What may be shared of calendars and contacts.
        sharing_policies: SharingPolicies,
        /// Records about mail from the domains.
        dns_records: DnsRecords,
    }

    /// The reading of one facet; a gap is the answer "not measurable".
    fn reading(&self, facet: FacetName) -> Result<&'a TenantReading, Answer> {
        let unread = |gap| Err(Answer::NotMeasurable { facet, gap });
        match self.snapshot.facets.get(&facet) {
            Some(Facet::Read { value: Reading::Tenant(reading), .. }) => Ok(reading),
            Some(Facet::Read { .. }) => Err(stray(facet)),
            Some(Facet::NotApplicable { .. }) => {
                unread(Gap::Incomplete { detail: "there is no such part of this tenant".to_owned() })
            }
            Some(Facet::Unread { gap, .. }) => unread(gap.clone()),
            None => unread(Gap::Incomplete { detail: "not asked for".to_owned() }),
        }
    }

    /// The tenant has no licence for what this facet is about.
    pub(crate) fn is_unlicensed<T>(read: &Result<T, Answer>) -> bool {
        matches!(read, Err(Answer::NotMeasurable { gap: Gap::Unlicensed { .. }, .. }))
    }

    /// A member that the service should have sent and did not.
    pub fn said<T>(facet: FacetName, member: &str, value: Option<T>) -> Result<T, Answer> {
        value.ok_or_else(|| Answer::NotMeasurable { facet, gap: Gap::Incomplete { detail: format!("{member} was not sent") } })
    }
}

fn stray(facet: FacetName) -> Answer {
    Answer::NotMeasurable { facet, gap: Gap::NotUnderstood { detail: "a reading of another facet".to_owned() } }
}
