//! What each feature of this version needs. A table: the grants that `doctor` looks for and that
//! `doctor --setup` asks for are the same, since both are read from here.
//!
//! Left to others: what each request is denied without is the adapter's knowledge. The permissions
//! are those of Microsoft's reference, the least one first in each group.

use regain_incident::facet::FacetName;
use regain_microsoft::Duty;

/// One thing that this version does, and what it takes.
pub struct Need {
    /// Its name, for scripts. What it does is the text `doctor-does-NAME`.
    pub feature: &'static str,
    /// Who does it: each of these has a part in it.
    pub duties: &'static [Duty],
    /// Graph application permissions: of each group any one.
    pub permissions: &'static [&'static [&'static str]],
    /// Directory roles on the app: any one. Global Administrator goes without saying.
    pub roles: &'static [&'static str],
    /// Cmdlets of Exchange or Purview: also allowed by a role group there, which no token shows.
    pub cmdlets: &'static [&'static str],
    /// The read that tries it, or one that is refused together with it.
    pub probe: Probe,
    /// Whether the probe is the thing itself, or only near it.
    pub tried: Tried,
}

/// What a probe says about a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It is the thing itself.
    Itself,
    /// A change is never tried: the token tells, and a refused probe tells against it.
    Near,
}

/// A harmless read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Probe {
    /// Nothing but the token.
    Token,
    /// Finds an account.
    Account,
    /// What a mailbox is for.
    Purpose,
    /// The tenant's domains.
    Domains,
    /// The sign-in log.
    SignIns,
    /// Who is a Global Administrator.
    Administrators,
    /// Directory roles of an account.
    EntraRoles,
    /// The same under PIM.
    PimRoles,
    /// Role-assignable groups of an account.
    GroupRoles,
    /// Accepted domains.
    AcceptedDomains,
    /// Forwarding of a mailbox.
    Forwarding,
    /// Rules of a mailbox.
    InboxRules,
    /// Restricted entities.
    SendingBlock,
    /// Role groups of Exchange.
    ExchangeRoles,
    /// Our own app.
    OwnApp,
    /// Parts of the tenant that its posture is measured by, all of them.
    Posture(&'static [FacetName]),
    /// The protocols of a mailbox.
    Protocols,
}

/// Role names with the template ids that a token has.
pub const ROLES: &[(&str, &str)] = &[
    (GLOBAL, "62e90394-69f5-4237-9190-012177145e10"),
    (PRIVILEGED_AUTHENTICATION, "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"),
    (USER, "fe930be7-5e62-47db-91af-98c3a49a38b1"),
    (EXCHANGE, "29232cdf-9323-42fd-ade2-1d097af3e4de"),
    (RECIPIENT, "31392ffb-586c-42d1-9346-e59415a2cc4e"),
    (SECURITY, "194ae4cb-b126-40b2-bd5b-6091b380977d"),
    (SECURITY_READER, "5d6b6bb7-de71-4623-b4af-96380a352509"),
    (GLOBAL_READER, "f2ef992c-3afb-46b9-b7cf-a126ee74c451"),
    (COMPLIANCE, "17315797-102d-40b4-93e0-432062caca18"),
];

/// May do everything.
pub const GLOBAL: &str = "Global Administrator";
/// May block and reset administrators.
pub const PRIVILEGED_AUTHENTICATION: &str = "Privileged Authentication Administrator";
/// May reset ordinary accounts.
pub const USER: &str = "User Administrator";
/// May do everything in Exchange that this version does.
pub const EXCHANGE: &str = "Exchange Administrator";
const RECIPIENT: &str = "Exchange Recipient Administrator";
const SECURITY: &str = "Security Administrator";
const SECURITY_READER: &str = "Security Reader";
/// Reads everything that portals show.
pub const GLOBAL_READER: &str = "Global Reader";
const COMPLIANCE: &str = "Compliance Administrator";

/// Cmdlets that are run at Purview, whose role groups are its own.
pub const AT_PURVIEW: &[&str] = &["Get-ProtectionAlert", "Set-ProtectionAlert"];

const READ_USERS: &[&str] = &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const READ_DIRECTORY: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All"];
const READ_ROLES: &[&str] =
    &["RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "Directory.Read.All", "Directory.ReadWrite.All"];
const WRITE_ROLES: &[&str] = &["RoleManagement.ReadWrite.Directory"];
const READ_PIM: &[&str] = &[
    "RoleAssignmentSchedule.Read.Directory",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleManagement.Read.All",
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
];
const READ_ELIGIBLE: &[&str] = &[
    "RoleEligibilitySchedule.Read.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "RoleManagement.Read.All",
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
];

const READ_POLICIES: &[&str] = &["Policy.Read.All"];
const READ_GROUPS: &[&str] = &[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const READ_APPS: &[&str] =
    &["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
/// Settings of Exchange that are read for the posture, but for those of mailboxes.
const SETTINGS: &[FacetName] = &[
    FacetName::AuditSettings,
    FacetName::MailSettings,
    FacetName::OutboundPolicies,
    FacetName::MailProtection,
    FacetName::MailFlow,
    FacetName::Dkim,
    FacetName::SharingPolicies,
];
/// Who may read settings of Exchange, least first. A Security Reader may not read all of them.
const READS_SETTINGS: &[&str] = &[GLOBAL_READER, EXCHANGE, COMPLIANCE, SECURITY];

/// The permission on Exchange that every cmdlet needs beside a role. It is in another token.
pub const EXCHANGE_PERMISSION: &str = "Exchange.ManageAsApp";
/// The same for a person's token.
pub const EXCHANGE_DELEGATED: &str = "Exchange.Manage";

/// Everything that this version does.
pub const NEEDS: &[Need] = &[
    Need {
        feature: "find-account",
        duties: &[Duty::See],
        permissions: &[READ_USERS],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Account,
        tried: Tried::Itself,
    },
    Need {
        feature: "mailbox-kind",
        duties: &[Duty::See],
        permissions: &[&["MailboxSettings.Read", "MailboxSettings.ReadWrite"]],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Purpose,
        tried: Tried::Itself,
    },
    Need {
        feature: "domains",
        duties: &[Duty::See],
        permissions: &[&["Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Domains,
        tried: Tried::Itself,
    },
    Need {
        feature: "who-else",
        duties: &[Duty::See],
        permissions: &[&["AuditLog.Read.All"]],
        roles: &[],
        cmdlets: &[],
        probe: Probe::SignIns,
        tried: Tried::Itself,
    },
    Need {
        feature: "global-administrators",
        duties: &[Duty::See],
        permissions: &[READ_ROLES, READ_USERS],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Administrators,
        tried: Tried::Itself,
    },
    Need {
        feature: "read-entra-roles",
        duties: &[Duty::See],
        permissions: &[READ_ROLES],
        roles: &[],
        cmdlets: &[],
        probe: Probe::EntraRoles,
        tried: Tried::Itself,
    },
    Need {
        feature: "read-pim-roles",
        duties: &[Duty::See],
        permissions: &[READ_PIM, READ_ELIGIBLE],
        roles: &[],
        cmdlets: &[],
        probe: Probe::PimRoles,
        tried: Tried::Itself,
    },
    Need {
        feature: "read-group-roles",
        duties: &[Duty::See],
        permissions: &[
            READ_DIRECTORY,
            READ_ROLES,
            &["PrivilegedAssignmentSchedule.Read.AzureADGroup", "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"],
            &["PrivilegedEligibilitySchedule.Read.AzureADGroup", "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"],
        ],
        roles: &[],
        cmdlets: &[],
        probe: Probe::GroupRoles,
        tried: Tried::Itself,
    },
    Need {
        feature: "block-sign-in",
        duties: &[Duty::Lock],
        permissions: &[&["User.EnableDisableAccount.All", "User.ReadWrite.All", "Directory.ReadWrite.All"], READ_USERS],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Account,
        tried: Tried::Near,
    },
    Need {
        feature: "replace-password",
        duties: &[Duty::Lock],
        permissions: &[&["User-PasswordProfile.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"]],
        roles: &[USER, PRIVILEGED_AUTHENTICATION],
        cmdlets: &[],
        probe: Probe::Token,
        tried: Tried::Near,
    },
    Need {
        feature: "lock-administrators",
        duties: &[Duty::Lock],
        permissions: &[],
        roles: &[PRIVILEGED_AUTHENTICATION],
        cmdlets: &[],
        probe: Probe::Token,
        tried: Tried::Near,
    },
    Need {
        feature: "revoke-sessions",
        duties: &[Duty::Lock],
        permissions: &[&["User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"]],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Token,
        tried: Tried::Near,
    },
    Need {
        feature: "change-entra-roles",
        duties: &[Duty::Lock, Duty::Clean],
        permissions: &[WRITE_ROLES],
        roles: &[],
        cmdlets: &[],
        probe: Probe::EntraRoles,
        tried: Tried::Near,
    },
    Need {
        feature: "change-group-roles",
        duties: &[Duty::Lock, Duty::Clean],
        permissions: &[
            &["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
            WRITE_ROLES,
            &["PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"],
            &["PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"],
        ],
        roles: &[],
        cmdlets: &[],
        probe: Probe::GroupRoles,
        tried: Tried::Near,
    },
    Need {
        feature: "change-group-owners",
        duties: &[Duty::Lock, Duty::Clean],
        permissions: &[&["Group.ReadWrite.All", "Directory.ReadWrite.All"], WRITE_ROLES],
        roles: &[],
        cmdlets: &[],
        probe: Probe::GroupRoles,
        tried: Tried::Near,
    },
    Need {
        feature: "own-app",
        duties: &[Duty::See],
        permissions: &[&["Application.Read.All", "Application.ReadWrite.All"]],
        roles: &[],
        cmdlets: &[],
        probe: Probe::OwnApp,
        tried: Tried::Itself,
    },
    Need {
        feature: "accepted-domains",
        duties: &[Duty::See],
        permissions: &[],
        roles: &[EXCHANGE, RECIPIENT, SECURITY, GLOBAL_READER, SECURITY_READER],
        cmdlets: &["Get-AcceptedDomain"],
        probe: Probe::AcceptedDomains,
        tried: Tried::Itself,
    },
    Need {
        feature: "read-forwarding",
        duties: &[Duty::See],
        permissions: &[],
        roles: &[EXCHANGE, RECIPIENT, GLOBAL_READER],
        cmdlets: &["Get-Mailbox", "Get-Recipient"],
        probe: Probe::Forwarding,
        tried: Tried::Itself,
    },
    Need {
        feature: "change-forwarding",
        duties: &[Duty::Clean],
        permissions: &[],
        roles: &[EXCHANGE, RECIPIENT],
        cmdlets: &["Set-Mailbox"],
        probe: Probe::Forwarding,
        tried: Tried::Near,
    },
    Need {
        feature: "read-inbox-rules",
        duties: &[Duty::See],
        permissions: &[],
        roles: &[EXCHANGE, RECIPIENT],
        cmdlets: &["Get-InboxRule"],
        probe: Probe::InboxRules,
        tried: Tried::Itself,
    },
    Need {
        feature: "change-inbox-rules",
        duties: &[Duty::Clean],
        permissions: &[],
        roles: &[EXCHANGE, RECIPIENT],
        // What is restored is compared with what is there.
        cmdlets: &[
            "Disable-InboxRule",
            "Enable-InboxRule",
            "Remove-InboxRule",
            "New-InboxRule",
            "Get-InboxRule",
            "Get-Recipient",
        ],
        probe: Probe::InboxRules,
        tried: Tried::Near,
    },
    Need {
        feature: "read-sending-block",
        duties: &[Duty::See],
        permissions: &[],
        roles: &[EXCHANGE, SECURITY, SECURITY_READER, GLOBAL_READER],
        cmdlets: &["Get-BlockedSenderAddress", "Get-Recipient"],
        probe: Probe::SendingBlock,
        tried: Tried::Itself,
    },
    Need {
        feature: "lift-sending-block",
        duties: &[Duty::Clean],
        permissions: &[],
        roles: &[EXCHANGE, SECURITY],
        cmdlets: &["Remove-BlockedSenderAddress"],
        probe: Probe::SendingBlock,
        tried: Tried::Near,
    },
    Need {
        feature: "read-exchange-roles",
        duties: &[Duty::See],
        permissions: &[],
        roles: &[EXCHANGE, SECURITY, GLOBAL_READER],
        cmdlets: &["Get-RoleGroup", "Get-RoleGroupMember", "Get-ManagementRoleAssignment"],
        probe: Probe::ExchangeRoles,
        tried: Tried::Itself,
    },
    Need {
        feature: "change-exchange-roles",
        duties: &[Duty::Clean],
        permissions: &[],
        roles: &[EXCHANGE],
        cmdlets: &[
            "Add-RoleGroupMember",
            "Remove-RoleGroupMember",
            "New-ManagementRoleAssignment",
            "Remove-ManagementRoleAssignment",
        ],
        probe: Probe::ExchangeRoles,
        tried: Tried::Near,
    },
    // The posture. Whom it asks about people, their sign-ins and mailboxes takes what stands above.
    Need {
        feature: "posture-policies",
        duties: &[Duty::See],
        permissions: &[
            READ_POLICIES,
            // Asked of groups that policies name.
            READ_GROUPS,
        ],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Posture(&[
            FacetName::SecurityDefaults,
            FacetName::ConditionalAccess,
            FacetName::MethodsPolicy,
            FacetName::AuthorizationPolicy,
        ]),
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-administrators",
        duties: &[Duty::See],
        permissions: &[
            READ_ROLES,
            READ_PIM,
            READ_ELIGIBLE,
            READ_GROUPS,
            READ_USERS,
            &["AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
        ],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Posture(&[FacetName::Administrators, FacetName::AdministrativeUnits]),
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-methods",
        duties: &[Duty::See],
        permissions: &[&["AuditLog.Read.All"]],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Posture(&[FacetName::Registration]),
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-apps",
        duties: &[Duty::See],
        permissions: &[READ_APPS, READ_DIRECTORY],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Posture(&[FacetName::Applications]),
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-domains",
        duties: &[Duty::See],
        permissions: &[
            &["Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
            // Asked of domains whose people sign in elsewhere.
            &["Domain-InternalFederation.Read.All", "Domain-InternalFederation.ReadWrite.All"],
        ],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Posture(&[FacetName::Federation]),
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-licences",
        duties: &[Duty::See],
        permissions: &[&[
            "LicenseAssignment.Read.All",
            "Organization.Read.All",
            "Organization.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ]],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Posture(&[FacetName::Licences]),
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-score",
        duties: &[Duty::See],
        permissions: &[&["SecurityEvents.Read.All", "SecurityEvents.ReadWrite.All"]],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Posture(&[FacetName::SecureScore]),
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-mail",
        duties: &[Duty::See],
        permissions: &[],
        roles: READS_SETTINGS,
        cmdlets: &[
            "Get-AdminAuditLogConfig",
            "Get-OrganizationConfig",
            "Get-MailboxAuditBypassAssociation",
            "Get-TransportConfig",
            "Get-ExternalInOutlook",
            "Get-HostedOutboundSpamFilterPolicy",
            "Get-HostedOutboundSpamFilterRule",
            "Get-RemoteDomain",
            "Get-EOPProtectionPolicyRule",
            "Get-AntiPhishPolicy",
            "Get-HostedContentFilterPolicy",
            "Get-MalwareFilterPolicy",
            "Get-HostedConnectionFilterPolicy",
            "Get-TransportRule",
            "Get-InboundConnector",
            "Get-OutboundConnector",
            "Get-JournalRule",
            "Get-AcceptedDomain",
            "Get-DkimSigningConfig",
            "Get-SharingPolicy",
        ],
        probe: Probe::Posture(SETTINGS),
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-mailboxes",
        duties: &[Duty::See],
        permissions: &[],
        roles: &[GLOBAL_READER, EXCHANGE, RECIPIENT, COMPLIANCE],
        cmdlets: &["Get-CASMailbox", "Get-Mailbox"],
        probe: Probe::Protocols,
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-defender",
        duties: &[Duty::See],
        permissions: &[],
        roles: READS_SETTINGS,
        cmdlets: &["Get-ATPProtectionPolicyRule", "Get-SafeLinksPolicy", "Get-SafeAttachmentPolicy", "Get-AtpPolicyForO365"],
        probe: Probe::Posture(&[FacetName::AdvancedProtection]),
        tried: Tried::Itself,
    },
    Need {
        feature: "posture-alerts",
        duties: &[Duty::See],
        permissions: &[],
        roles: &[GLOBAL_READER, SECURITY_READER, SECURITY, COMPLIANCE],
        cmdlets: &["Get-ProtectionAlert"],
        probe: Probe::Posture(&[FacetName::AlertPolicies]),
        tried: Tried::Itself,
    },
    Need {
        feature: "change-settings",
        duties: &[Duty::Clean],
        permissions: &[],
        roles: &[EXCHANGE],
        cmdlets: &[
            "Set-AdminAuditLogConfig",
            "Set-OrganizationConfig",
            "Set-TransportConfig",
            "Set-ExternalInOutlook",
            "Set-HostedOutboundSpamFilterPolicy",
            "Set-RemoteDomain",
        ],
        probe: Probe::Posture(SETTINGS),
        tried: Tried::Near,
    },
    Need {
        feature: "change-alerts",
        duties: &[Duty::Clean],
        permissions: &[],
        roles: &[COMPLIANCE, SECURITY],
        cmdlets: &["Set-ProtectionAlert"],
        probe: Probe::Posture(&[FacetName::AlertPolicies]),
        tried: Tried::Near,
    },
    Need {
        feature: "change-consent",
        duties: &[Duty::Clean],
        permissions: &[&["Policy.ReadWrite.Authorization"]],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Posture(&[FacetName::AuthorizationPolicy]),
        tried: Tried::Near,
    },
    Need {
        feature: "change-access",
        duties: &[Duty::Clean],
        // The service asks for all three where a policy is made by an app.
        permissions: &[&["Policy.ReadWrite.ConditionalAccess"], &["Policy.Read.All"], READ_APPS],
        roles: &[],
        cmdlets: &[],
        probe: Probe::Posture(&[FacetName::ConditionalAccess]),
        tried: Tried::Near,
    },
];

impl Need {
    /// The key of the text that says what it does.
    pub fn does(&self) -> String {
        format!("doctor-does-{}", self.feature)
    }

    /// Whether it is Exchange's to allow, or Purview's, which take the same permission.
    pub fn is_exchange(&self) -> bool {
        !self.cmdlets.is_empty()
    }

    /// Whether it is Purview's to allow.
    pub fn is_at_purview(&self) -> bool {
        self.cmdlets.iter().any(|cmdlet| AT_PURVIEW.contains(cmdlet))
    }

    /// The groups of permissions of which none is held.
    pub fn lacking(&self, held: &[String]) -> Vec<&'static [&'static str]> {
        let is_held = |one: &&str| held.iter().any(|permission| permission == one);
        self.permissions.iter().copied().filter(|group| !group.iter().any(&is_held)).collect()
    }

    /// Whether one of its roles is held, by template id.
    pub fn role_is_held(&self, held: &[String]) -> bool {
        let mut fitting = self.roles.iter().chain([&GLOBAL]).filter_map(|name| template(name));
        self.roles.is_empty() || fitting.any(|id| held.iter().any(|role| role.eq_ignore_ascii_case(id)))
    }

    /// What it needs, for a person.
    pub fn told(&self) -> Vec<String> {
        let mut told: Vec<String> = self.permissions.iter().map(|group| (*group).join(" or ")).collect();
        if self.is_exchange() {
            told.push(EXCHANGE_PERMISSION.to_owned());
            let place = if self.is_at_purview() { "Purview" } else { "Exchange" };
            let (roles, cmdlets) = (self.roles.join(" or "), self.cmdlets.join(", "));
            told.push(format!("role {roles}, or a role group in {place} with {cmdlets}"));
        } else if !self.roles.is_empty() {
            told.push(format!("role {}", self.roles.join(" or ")));
        }
        told
    }
}

/// The template id of a role.
pub fn template(name: &str) -> Option<&'static str> {
    ROLES.iter().find(|(known, _)| *known == name).map(|(_, id)| *id)
}

/// The name of a role, where it is one of those.
pub fn role_name(template: &str) -> Option<&'static str> {
    ROLES.iter().find(|(_, id)| id.eq_ignore_ascii_case(template)).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::texts::{Language, Texts};

    #[test]
    fn the_table_is_whole() {
        let names: BTreeSet<_> = NEEDS.iter().map(|need| need.feature).collect();
        assert_eq!(names.len(), NEEDS.len(), "every feature once");
        for need in NEEDS {
            assert!(need.roles.iter().all(|role| template(role).is_some()), "{}", need.feature);
            assert!(!need.permissions.is_empty() || !need.roles.is_empty(), "{}", need.feature);
            for language in [Language::En, Language::Sv] {
                assert!(Texts::load(language).unwrap().has(&need.does()), "{language:?} {}", need.feature);
            }
            assert!(need.tried == Tried::Near || need.probe != Probe::Token, "{}: it must be tried", need.feature);
        }
    }

    #[test]
    fn any_of_a_group_and_all_of_the_groups() {
        let need = NEEDS.iter().find(|need| need.feature == "read-pim-roles").unwrap();
        let held = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(need.lacking(&held(&["RoleManagement.Read.Directory"])).len(), 0);
        assert_eq!(need.lacking(&held(&["RoleEligibilitySchedule.Read.Directory"])).len(), 1);
        assert_eq!(need.lacking(&[]).len(), 2);
    }
}
