//! Where the traffic is right and the description is silent or wrong: a row each, with its reason.
//!
//! Invariant: a row names one operation or cmdlet and one complaint. A row that nothing needs is a failure.

use crate::report::Finding;

/// One exemption.
pub struct Exempt {
    /// The whole name of the operation or cmdlet.
    pub place: &'static str,
    /// How the complaint begins; of a cmdlet, the one word of its rows that no example has.
    pub what: &'static str,
    /// Why it is right all the same, and whence that is known.
    pub reason: &'static str,
}

/// All of them.
pub const EXEMPT: &[Exempt] = &[
    Exempt {
        place: "v1.0 POST /$batch",
        what: "request: requests.*: Additional properties are not allowed ('depends_on' was unexpected)",
        reason: "Microsoft's SDK for Python spells the member so, and the service follows it",
    },
    Exempt {
        place: "v1.0 POST /users/{user-id}/revokeSignInSessions",
        what: "request: there is a body, and the operation takes none",
        reason: "Microsoft's clients send nothing, null or an empty object, and the service takes each",
    },
    Exempt {
        place: "v1.0 GET /users",
        what: "request: the query has x,",
        reason: "an option that nobody knows, with which a test shows that the next link keeps every option",
    },
    Exempt {
        place: "POST token",
        what: "answer 200: client_info is in no example",
        reason: "MSAL asks for it with client_info=1, and the service answers; no answer that shows it was collected",
    },
    member("Get-Mailbox", "LegacyExchangeDN"),
    member("Get-Recipient", "Name"),
    member("Get-Recipient", "DisplayName"),
    member("Get-Recipient", "Alias"),
    member("Get-Recipient", "RecipientType"),
    member("Get-Recipient", "RecipientTypeDetails"),
    member("Get-Recipient", "PrimarySmtpAddress"),
    member("Get-Recipient", "EmailAddresses"),
    member("Get-Recipient", "ExternalDirectoryObjectId"),
    member("Get-Recipient", "WindowsLiveID"),
    member("Get-Recipient", "Guid"),
    member("Get-Recipient", "Identity"),
    member("Get-Recipient", "LegacyExchangeDN"),
    member("Get-Recipient", "DistinguishedName"),
    member("Get-Recipient", "IsDirSynced"),
    member("Get-RoleGroup", "Identity"),
    member("Get-RoleGroup", "Capabilities"),
    member("Get-AcceptedDomain", "Identity"),
    Exempt {
        place: "Get-HostedOutboundSpamFilterPolicy",
        what: "request: Identity is missing",
        reason: "the published list has it as mandatory, and the collected body was asked for without it",
    },
    strength(
        "v1.0 GET /identity/conditionalAccess/policies",
        "answer 200: value.*.grantControls: Additional properties are not allowed ('authenticationStrength' was unexpected)",
    ),
    strength(
        "v1.0 GET /identity/conditionalAccess/policies/{conditionalAccessPolicy-id}",
        "answer 200: grantControls: Additional properties are not allowed ('authenticationStrength' was unexpected)",
    ),
    strength(
        "v1.0 POST /identity/conditionalAccess/policies",
        "request: grantControls: Additional properties are not allowed ('authenticationStrength' was unexpected)",
    ),
    strength(
        "v1.0 POST /identity/conditionalAccess/policies",
        "answer 201: grantControls: Additional properties are not allowed ('authenticationStrength' was unexpected)",
    ),
    strength(
        "v1.0 PATCH /identity/conditionalAccess/policies/{conditionalAccessPolicy-id}",
        "request: grantControls: Additional properties are not allowed ('authenticationStrength' was unexpected)",
    ),
    targets("v1.0 GET /policies/authenticationMethodsPolicy"),
    targets("beta GET /policies/authenticationMethodsPolicy"),
    targets("beta PATCH /policies/authenticationMethodsPolicy"),
    Exempt {
        place: "v1.0 GET /identity/conditionalAccess/namedLocations",
        what: "answer 200: value.*.ipRanges.*",
        reason: "a range is one of two types that the part of the description kept here does not have",
    },
    member("Get-ATPProtectionPolicyRule", "ExceptIfRecipientDomainIs"),
    member("Get-ATPProtectionPolicyRule", "ExceptIfSentTo"),
    member("Get-ATPProtectionPolicyRule", "ExceptIfSentToMemberOf"),
    member("Get-ATPProtectionPolicyRule", "Identity"),
    member("Get-ATPProtectionPolicyRule", "Name"),
    member("Get-ATPProtectionPolicyRule", "Priority"),
    member("Get-ATPProtectionPolicyRule", "RecipientDomainIs"),
    member("Get-ATPProtectionPolicyRule", "SafeAttachmentPolicy"),
    member("Get-ATPProtectionPolicyRule", "SafeLinksPolicy"),
    member("Get-ATPProtectionPolicyRule", "SentTo"),
    member("Get-ATPProtectionPolicyRule", "SentToMemberOf"),
    member("Get-ATPProtectionPolicyRule", "State"),
    member("Get-AntiPhishPolicy", "AuthenticationFailAction"),
    member("Get-AntiPhishPolicy", "DmarcQuarantineAction"),
    member("Get-AntiPhishPolicy", "DmarcRejectAction"),
    member("Get-AntiPhishPolicy", "EnableFirstContactSafetyTips"),
    member("Get-AntiPhishPolicy", "EnableMailboxIntelligence"),
    member("Get-AntiPhishPolicy", "EnableMailboxIntelligenceProtection"),
    member("Get-AntiPhishPolicy", "EnableOrganizationDomainsProtection"),
    member("Get-AntiPhishPolicy", "EnableSimilarDomainsSafetyTips"),
    member("Get-AntiPhishPolicy", "EnableSimilarUsersSafetyTips"),
    member("Get-AntiPhishPolicy", "EnableSpoofIntelligence"),
    member("Get-AntiPhishPolicy", "EnableTargetedDomainsProtection"),
    member("Get-AntiPhishPolicy", "EnableTargetedUserProtection"),
    member("Get-AntiPhishPolicy", "EnableUnauthenticatedSender"),
    member("Get-AntiPhishPolicy", "EnableUnusualCharactersSafetyTips"),
    member("Get-AntiPhishPolicy", "EnableViaTag"),
    member("Get-AntiPhishPolicy", "Enabled"),
    member("Get-AntiPhishPolicy", "ExcludedDomains"),
    member("Get-AntiPhishPolicy", "ExcludedSenders"),
    member("Get-AntiPhishPolicy", "HonorDmarcPolicy"),
    member("Get-AntiPhishPolicy", "Identity"),
    member("Get-AntiPhishPolicy", "IsDefault"),
    member("Get-AntiPhishPolicy", "MailboxIntelligenceProtectionAction"),
    member("Get-AntiPhishPolicy", "Name"),
    member("Get-AntiPhishPolicy", "PhishThresholdLevel"),
    member("Get-AntiPhishPolicy", "TargetedDomainProtectionAction"),
    member("Get-AntiPhishPolicy", "TargetedDomainsToProtect"),
    member("Get-AntiPhishPolicy", "TargetedUserProtectionAction"),
    member("Get-AntiPhishPolicy", "TargetedUsersToProtect"),
    member("Get-AtpPolicyForO365", "AllowSafeDocsOpen"),
    member("Get-AtpPolicyForO365", "EnableATPForSPOTeamsODB"),
    member("Get-AtpPolicyForO365", "EnableSafeDocs"),
    member("Get-AtpPolicyForO365", "Identity"),
    member("Get-AtpPolicyForO365", "Name"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthActiveSync"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthAutodiscover"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthImap"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthMapi"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthOfflineAddressBook"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthOutlookService"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthPop"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthPowershell"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthReportingWebServices"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthRpc"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthSmtp"),
    member("Get-AuthenticationPolicy", "AllowBasicAuthWebServices"),
    member("Get-AuthenticationPolicy", "Identity"),
    member("Get-AuthenticationPolicy", "Name"),
    member("Get-DkimSigningConfig", "Domain"),
    member("Get-DkimSigningConfig", "Enabled"),
    member("Get-DkimSigningConfig", "Identity"),
    member("Get-DkimSigningConfig", "IsDefault"),
    member("Get-DkimSigningConfig", "Name"),
    member("Get-DkimSigningConfig", "Selector1CNAME"),
    member("Get-DkimSigningConfig", "Selector1KeySize"),
    member("Get-DkimSigningConfig", "Selector2CNAME"),
    member("Get-DkimSigningConfig", "Selector2KeySize"),
    member("Get-DkimSigningConfig", "Status"),
    member("Get-EOPProtectionPolicyRule", "AntiPhishPolicy"),
    member("Get-EOPProtectionPolicyRule", "ExceptIfRecipientDomainIs"),
    member("Get-EOPProtectionPolicyRule", "ExceptIfSentTo"),
    member("Get-EOPProtectionPolicyRule", "ExceptIfSentToMemberOf"),
    member("Get-EOPProtectionPolicyRule", "HostedContentFilterPolicy"),
    member("Get-EOPProtectionPolicyRule", "Identity"),
    member("Get-EOPProtectionPolicyRule", "MalwareFilterPolicy"),
    member("Get-EOPProtectionPolicyRule", "Name"),
    member("Get-EOPProtectionPolicyRule", "Priority"),
    member("Get-EOPProtectionPolicyRule", "RecipientDomainIs"),
    member("Get-EOPProtectionPolicyRule", "SentTo"),
    member("Get-EOPProtectionPolicyRule", "SentToMemberOf"),
    member("Get-EOPProtectionPolicyRule", "State"),
    member("Get-HostedConnectionFilterPolicy", "DirectoryBasedEdgeBlockMode"),
    member("Get-HostedConnectionFilterPolicy", "EnableSafeList"),
    member("Get-HostedConnectionFilterPolicy", "IPAllowList"),
    member("Get-HostedConnectionFilterPolicy", "IPBlockList"),
    member("Get-HostedConnectionFilterPolicy", "Identity"),
    member("Get-HostedConnectionFilterPolicy", "IsDefault"),
    member("Get-HostedConnectionFilterPolicy", "Name"),
    member("Get-HostedContentFilterPolicy", "AllowedSenderDomains"),
    member("Get-HostedContentFilterPolicy", "AllowedSenders"),
    member("Get-HostedContentFilterPolicy", "BlockedSenderDomains"),
    member("Get-HostedContentFilterPolicy", "BlockedSenders"),
    member("Get-HostedContentFilterPolicy", "BulkSpamAction"),
    member("Get-HostedContentFilterPolicy", "BulkThreshold"),
    member("Get-HostedContentFilterPolicy", "HighConfidencePhishAction"),
    member("Get-HostedContentFilterPolicy", "HighConfidenceSpamAction"),
    member("Get-HostedContentFilterPolicy", "Identity"),
    member("Get-HostedContentFilterPolicy", "InlineSafetyTipsEnabled"),
    member("Get-HostedContentFilterPolicy", "IsDefault"),
    member("Get-HostedContentFilterPolicy", "Name"),
    member("Get-HostedContentFilterPolicy", "PhishSpamAction"),
    member("Get-HostedContentFilterPolicy", "PhishZapEnabled"),
    member("Get-HostedContentFilterPolicy", "QuarantineRetentionPeriod"),
    member("Get-HostedContentFilterPolicy", "SpamAction"),
    member("Get-HostedContentFilterPolicy", "SpamZapEnabled"),
    member("Get-MalwareFilterPolicy", "EnableExternalSenderAdminNotifications"),
    member("Get-MalwareFilterPolicy", "EnableFileFilter"),
    member("Get-MalwareFilterPolicy", "EnableInternalSenderAdminNotifications"),
    member("Get-MalwareFilterPolicy", "ExternalSenderAdminAddress"),
    member("Get-MalwareFilterPolicy", "FileTypeAction"),
    member("Get-MalwareFilterPolicy", "FileTypes"),
    member("Get-MalwareFilterPolicy", "Identity"),
    member("Get-MalwareFilterPolicy", "InternalSenderAdminAddress"),
    member("Get-MalwareFilterPolicy", "IsDefault"),
    member("Get-MalwareFilterPolicy", "Name"),
    member("Get-MalwareFilterPolicy", "QuarantineTag"),
    member("Get-MalwareFilterPolicy", "ZapEnabled"),
    member("Get-ProtectionAlert", "IsSystemRule"),
    member("Get-ProtectionAlert", "Name"),
    member("Get-SafeAttachmentPolicy", "Action"),
    member("Get-SafeAttachmentPolicy", "Enable"),
    member("Get-SafeAttachmentPolicy", "Identity"),
    member("Get-SafeAttachmentPolicy", "IsBuiltInProtection"),
    member("Get-SafeAttachmentPolicy", "Name"),
    member("Get-SafeAttachmentPolicy", "QuarantineTag"),
    member("Get-SafeAttachmentPolicy", "Redirect"),
    member("Get-SafeAttachmentPolicy", "RedirectAddress"),
    member("Get-SafeLinksPolicy", "AllowClickThrough"),
    member("Get-SafeLinksPolicy", "DeliverMessageAfterScan"),
    member("Get-SafeLinksPolicy", "DisableUrlRewrite"),
    member("Get-SafeLinksPolicy", "DoNotRewriteUrls"),
    member("Get-SafeLinksPolicy", "EnableForInternalSenders"),
    member("Get-SafeLinksPolicy", "EnableSafeLinksForEmail"),
    member("Get-SafeLinksPolicy", "EnableSafeLinksForOffice"),
    member("Get-SafeLinksPolicy", "EnableSafeLinksForTeams"),
    member("Get-SafeLinksPolicy", "Identity"),
    member("Get-SafeLinksPolicy", "IsBuiltInProtection"),
    member("Get-SafeLinksPolicy", "Name"),
    member("Get-SafeLinksPolicy", "ScanUrls"),
    member("Get-SafeLinksPolicy", "TrackClicks"),
    member("Get-SharingPolicy", "Default"),
    member("Get-SharingPolicy", "Domains"),
    member("Get-SharingPolicy", "Enabled"),
    member("Get-SharingPolicy", "Identity"),
    member("Get-SharingPolicy", "Name"),
];

/// A relation that the service shows inside, and takes.
const fn strength(place: &'static str, what: &'static str) -> Exempt {
    let reason = "authenticationStrength is a relation in the description; the documented body shows it inside";
    Exempt { place, what, reason }
}

/// The same of the methods policy.
const fn targets(place: &'static str) -> Exempt {
    let what = "answer 200: authenticationMethodConfigurations.*: Additional properties are not allowed ('includeTargets' was unexpected)";
    Exempt { place, what, reason: "includeTargets is a relation in the description; the service shows it inside" }
}

/// A member of a cmdlet's rows.
const fn member(place: &'static str, what: &'static str) -> Exempt {
    let reason = "a property of the object in Exchange PowerShell; no body that shows it was collected";
    Exempt { place, what, reason }
}

/// The row that a finding falls under.
pub fn row_for(finding: &Finding) -> Option<usize> {
    let falls = |row: &Exempt| {
        row.place == finding.place
            && (finding.what.starts_with(row.what) || finding.what == format!("answer 200: {} is in no example", row.what))
    };
    EXEMPT.iter().position(falls)
}
