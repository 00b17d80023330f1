//! The cmdlets that the emulator has, and the parameters of each.
//!
//! Names and types are those of the published reference. A cmdlet or a parameter that is not here does
//! not exist for a caller: the first answers like a missing role, the second like a wrong parameter set.

use crate::message::Service;

/// What a cmdlet touches: roles are given by area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    Recipients,
    Rules,
    Roles,
    RestrictedEntities,
    Configuration,
    /// Filters, signatures and what leaves the organisation by itself.
    Protection,
    /// Alert policies, at the Purview endpoint.
    Alerts,
}

/// One cmdlet.
#[derive(Debug)]
pub struct Cmdlet {
    pub name: &'static str,
    pub area: Area,
    /// `Name`, `Name!` when it must be given, `Name:type` when it is not text.
    parameters: &'static str,
}

/// One parameter of a cmdlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    pub required: bool,
    pub kind: Kind,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Switch,
    Bool,
    Number,
    List,
    /// An enumeration: its name and its members.
    Enum(&'static str, &'static [&'static str]),
}

/// The cmdlet of this name, without regard to case.
pub fn find(name: &str) -> Option<&'static Cmdlet> {
    CMDLETS.iter().find(|cmdlet| cmdlet.name.eq_ignore_ascii_case(name))
}

/// All cmdlets.
pub fn all() -> &'static [Cmdlet] {
    CMDLETS
}

impl Cmdlet {
    /// Whether it changes anything.
    pub fn writes(&self) -> bool {
        !self.name.starts_with("Get-")
    }

    /// Whether this host has it: Security & Compliance has three of them, two of which are its own.
    pub fn is_at(&self, service: Service) -> bool {
        match self.name {
            "Get-AdminAuditLogConfig" => true,
            "Get-ProtectionAlert" | "Set-ProtectionAlert" => service == Service::Purview,
            _ => service == Service::Exchange,
        }
    }

    /// Its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> {
        let rule = matches!(self.name, "New-InboxRule" | "Set-InboxRule");
        let more = if rule { RULE_PARAMETERS } else { "" };
        self.parameters.split_whitespace().chain(more.split_whitespace()).map(parameter)
    }
}

/// The conditions, exceptions and actions of a rule.
pub fn rule_fields() -> impl Iterator<Item = Parameter> {
    RULE_PARAMETERS.split_whitespace().map(parameter)
}

fn parameter(word: &'static str) -> Parameter {
    let (name, kind) = word.split_once(':').unwrap_or((word, ""));
    let kind = match kind {
        "switch" => Kind::Switch,
        "bool" => Kind::Bool,
        "number" => Kind::Number,
        "list" => Kind::List,
        "Importance" => Kind::Enum("Importance", &["Low", "Normal", "High"]),
        "Sensitivity" => Kind::Enum("Sensitivity", &["Normal", "Personal", "Private", "CompanyConfidential"]),
        "AutoForwardingMode" => Kind::Enum("AutoForwardingMode", &["Automatic", "Off", "On"]),
        "OutboundAction" => Kind::Enum("OutboundRecipientLimitsExceededAction", &["Alert", "BlockUserForToday", "BlockUser"]),
        "RuleState" => Kind::Enum("RuleState", &["Enabled", "Disabled"]),
        "RuleMode" => Kind::Enum("RuleMode", &["Audit", "AuditAndNotify", "Enforce"]),
        "AlertAggregationType" => Kind::Enum("AlertAggregationType", &["None", "SimpleAggregation", "AnomalousAggregation"]),
        "AlertRuleCategory" => Kind::Enum("AlertRuleCategory", ALERT_CATEGORIES),
        "RuleSeverity" => Kind::Enum("RuleSeverity", &["Low", "Medium", "High", "Informational"]),
        "AllowedOOFType" => Kind::Enum("AllowedOOFType", &["External", "ExternalLegacy", "InternalLegacy", "None"]),
        "InboxRuleMessageType" => Kind::Enum("InboxRuleMessageType", MESSAGE_TYPES),
        _ => Kind::Text,
    };
    Parameter { name: name.trim_end_matches('!'), required: name.ends_with('!'), kind }
}

const ALERT_CATEGORIES: &[&str] = &[
    "AccessGovernance",
    "ComplianceManager",
    "DataGovernance",
    "MailFlow",
    "Others",
    "PrivacyManagement",
    "Supervision",
    "ThreatManagement",
];

const MESSAGE_TYPES: &[&str] = &[
    "All",
    "ApprovalRequest",
    "AutomaticForward",
    "AutomaticReply",
    "Calendaring",
    "CalendaringResponse",
    "Encrypted",
    "NonDeliveryReport",
    "PermissionControlled",
    "ReadReceipt",
    "Signed",
    "Voicemail",
];

const RULE_PARAMETERS: &str = "AnyCategory:bool AssignedCategories:list ApplyCategory:list ApplySystemCategory:list \
         BodyContainsWords:list BulkCategory:bool ClearCategories:bool ClearFlag:bool \
         CompleteFlag:bool CopyToFolder DeleteMessage:bool DeleteSystemCategory:list DisplayAlert \
         ExceptIfAnyCategory:bool ExceptIfAssignedCategories:list ExceptIfBulkCategory:bool \
         ExceptIfBodyContainsWords:list ExceptIfFlaggedForAction ExceptIfFrom:list \
         ExceptIfFromAddressContainsWords:list ExceptIfHasAttachment:bool \
         ExceptIfHasClassification:list ExceptIfHeaderContainsWords:list \
         ExceptIfMessageTypeMatches:InboxRuleMessageType ExceptIfMyNameInCcBox:bool \
         ExceptIfMyNameInToBox:bool ExceptIfMyNameInToOrCcBox:bool ExceptIfMyNameNotInToBox:bool \
         ExceptIfReceivedAfterDate ExceptIfReceivedBeforeDate \
         ExceptIfRecipientAddressContainsWords:list ExceptIfSentOnlyToMe:bool ExceptIfSentTo:list \
         ExceptIfSubjectContainsWords:list ExceptIfSubjectOrBodyContainsWords:list \
         ExceptIfWithImportance:Importance ExceptIfWithinSizeRangeMaximum \
         ExceptIfWithinSizeRangeMinimum ExceptIfWithSensitivity:Sensitivity FlaggedForAction \
         FlagMessage ForwardAsAttachmentTo:list ForwardTo:list From:list \
         FromAddressContainsWords:list HasAttachment:bool HasClassification:list \
         HeaderContainsWords:list MarkAsRead:bool MarkImportance:Importance \
         MessageTypeMatches:InboxRuleMessageType MoveToFolder MyNameInCcBox:bool \
         MyNameInToBox:bool MyNameInToOrCcBox:bool MyNameNotInToBox:bool PermanentDelete:bool \
         PinMessage:bool PlaySound ReceivedAfterDate ReceivedBeforeDate \
         RecipientAddressContainsWords:list RedirectTo:list SentOnlyToMe:bool SentTo:list \
         SoftDeleteMessage:bool StopProcessingRules:bool SubjectContainsWords:list \
         SubjectOrBodyContainsWords:list WithImportance:Importance WithinSizeRangeMaximum \
         WithinSizeRangeMinimum WithSensitivity:Sensitivity";

#[rustfmt::skip]
const CMDLETS: &[Cmdlet] = &[
    Cmdlet {
        name: "Get-Mailbox",
        area: Area::Recipients,
        parameters: "Identity Anr Archive:switch Filter GroupMailbox:switch InactiveMailboxOnly:switch \
         IncludeAcceptMessagesOnlyFromDLMembersWithDisplayNames:switch \
         IncludeAcceptMessagesOnlyFromSendersOrMembersWithDisplayNames:switch \
         IncludeAcceptMessagesOnlyFromWithDisplayNames:switch \
         IncludeEmailAddressDisplayNames:switch IncludeForwardingAddressWithDisplayNames:switch \
         IncludeGrantSendOnBehalfToWithDisplayNames:switch IncludeInactiveMailbox:switch \
         MailboxPlan Migration:switch OrganizationalUnit PublicFolder:switch \
         RecipientTypeDetails:list ResultSize SoftDeletedMailbox:switch SortBy",
    },
    Cmdlet {
        name: "Set-Mailbox",
        area: Area::Recipients,
        parameters: "Identity! ForwardingAddress ForwardingSmtpAddress DeliverToMailboxAndForward:bool \
         GrantSendOnBehalfTo:list AccountDisabled:bool AuditEnabled:bool \
         HiddenFromAddressListsEnabled:bool DisplayName Confirm:switch Force:switch WhatIf:switch",
    },
    Cmdlet {
        name: "Get-Recipient",
        area: Area::Recipients,
        parameters: "Identity Anr AuthenticationType Filter IncludeManagerWithDisplayName:switch \
         IncludeSoftDeletedRecipients:switch OrganizationalUnit RecipientPreviewFilter \
         RecipientType:list RecipientTypeDetails:list ResultSize SortBy",
    },
    Cmdlet {
        name: "Get-InboxRule",
        area: Area::Rules,
        parameters: "Identity BypassScopeCheck:switch DescriptionTimeFormat DescriptionTimeZone \
         IncludeHidden:switch Mailbox ResultSize SkipCount:number UseCustomRouting:switch",
    },
    Cmdlet {
        name: "New-InboxRule",
        area: Area::Rules,
        parameters: "Name! Mailbox Priority:number Force:switch Confirm:switch WhatIf:switch \
         AlwaysDeleteOutlookRulesBlob:switch FromMessageId ValidateOnly:switch",
    },
    Cmdlet {
        name: "Set-InboxRule",
        area: Area::Rules,
        parameters: "Identity! Name Mailbox Priority:number Force:switch Confirm:switch WhatIf:switch \
         AlwaysDeleteOutlookRulesBlob:switch",
    },
    Cmdlet {
        name: "Enable-InboxRule",
        area: Area::Rules,
        parameters: "Identity! AlwaysDeleteOutlookRulesBlob:switch Confirm:switch Force:switch Mailbox \
         WhatIf:switch",
    },
    Cmdlet {
        name: "Disable-InboxRule",
        area: Area::Rules,
        parameters: "Identity! AlwaysDeleteOutlookRulesBlob:switch Confirm:switch Force:switch Mailbox",
    },
    Cmdlet {
        name: "Remove-InboxRule",
        area: Area::Rules,
        parameters: "Identity! AlwaysDeleteOutlookRulesBlob:switch Confirm:switch Force:switch Mailbox \
         WhatIf:switch",
    },
    Cmdlet {
        name: "Get-RoleGroup",
        area: Area::Roles,
        parameters: "Identity Filter ResultSize ShowPartnerLinked:switch SortBy",
    },
    Cmdlet {
        name: "Get-RoleGroupMember",
        area: Area::Roles,
        parameters: "Identity! ResultSize",
    },
    Cmdlet {
        name: "Add-RoleGroupMember",
        area: Area::Roles,
        parameters: "Identity! Member! BypassSecurityGroupManagerCheck:switch Confirm:switch WhatIf:switch",
    },
    Cmdlet {
        name: "Remove-RoleGroupMember",
        area: Area::Roles,
        parameters: "Identity! Member! BypassSecurityGroupManagerCheck:switch Confirm:switch WhatIf:switch",
    },
    Cmdlet {
        name: "Get-ManagementRoleAssignment",
        area: Area::Roles,
        parameters: "Identity AssignmentMethod:list ConfigWriteScope CustomRecipientWriteScope Delegating:bool \
         Enabled:bool Exclusive:bool ExclusiveRecipientWriteScope GetEffectiveUsers:switch \
         RecipientAdministrativeUnitScope RecipientGroupScope RecipientOrganizationalUnitScope \
         RecipientWriteScope Role RoleAssignee RoleAssigneeType WritableRecipient",
    },
    Cmdlet {
        name: "New-ManagementRoleAssignment",
        area: Area::Roles,
        parameters: "Name App Policy Role! SecurityGroup User Confirm:switch CustomRecipientWriteScope \
         CustomResourceScope Delegating:switch ExclusiveRecipientWriteScope Force:switch \
         RecipientAdministrativeUnitScope RecipientGroupScope RecipientOrganizationalUnitScope \
         RecipientRelativeWriteScope WhatIf:switch",
    },
    Cmdlet {
        name: "Remove-ManagementRoleAssignment",
        area: Area::Roles,
        parameters: "Identity! Confirm:switch Force:switch WhatIf:switch",
    },
    Cmdlet {
        name: "Get-BlockedSenderAddress",
        area: Area::RestrictedEntities,
        parameters: "SenderAddress",
    },
    Cmdlet {
        name: "Remove-BlockedSenderAddress",
        area: Area::RestrictedEntities,
        parameters: "SenderAddress! Reason",
    },
    Cmdlet {
        name: "Get-AcceptedDomain",
        area: Area::Configuration,
        parameters: "Identity ResultSize",
    },
    Cmdlet {
        name: "Get-RemoteDomain",
        area: Area::Configuration,
        parameters: "Identity ResultSize",
    },
    Cmdlet {
        name: "Get-HostedOutboundSpamFilterPolicy",
        area: Area::Protection,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Get-TransportConfig",
        area: Area::Configuration,
        parameters: "",
    },
    Cmdlet {
        name: "Get-MailboxPermission",
        area: Area::Recipients,
        parameters: "Identity! Credential GroupMailbox:switch IncludeSoftDeletedUserPermissions:switch \
         IncludeUnresolvedPermissions:switch IncludeUserWithDisplayName:switch Owner:switch \
         ReadFromDomainController:switch ResultSize SoftDeletedMailbox:switch \
         UseCustomRouting:switch User",
    },
    Cmdlet {
        name: "Get-RecipientPermission",
        area: Area::Recipients,
        parameters: "Identity AccessRights:list IncludeTrusteeWithPrimarySmtpAddress:switch \
         ReadFromDomainController:switch ResultSize Trustee",
    },
    Cmdlet {
        name: "Get-CASMailbox",
        area: Area::Recipients,
        parameters: "Identity ActiveSyncDebugLogging:switch Anr Credential Filter IgnoreDefaultScope:switch \
         OrganizationalUnit ProtocolSettings:switch ReadIsOptimizedForAccessibility:switch \
         RecalculateHasActiveSyncDevicePartnership:switch RecipientTypeDetails:list ResultSize \
         SortBy",
    },
    Cmdlet {
        name: "Get-MailboxAutoReplyConfiguration",
        area: Area::Recipients,
        parameters: "Identity! Credential ReadFromDomainController:switch ResultSize UseCustomRouting:switch",
    },
    Cmdlet {
        name: "Get-MailboxFolderStatistics",
        area: Area::Recipients,
        parameters: "Identity Archive:switch DiagnosticInfo FolderScope IncludeAnalysis:switch \
         IncludeOldestAndNewestItems:switch IncludeSoftDeletedRecipients:switch ResultSize \
         SkipCount:number UseCustomRouting:switch",
    },
    Cmdlet {
        name: "Get-OrganizationConfig",
        area: Area::Configuration,
        parameters: "",
    },
    Cmdlet {
        name: "Get-SweepRule",
        area: Area::Rules,
        parameters: "Identity BypassScopeCheck:switch Mailbox Provider ResultSize SkipCount:number",
    },
    Cmdlet {
        name: "Get-TransportRule",
        area: Area::Configuration,
        parameters: "Identity State DlpPolicy ExcludeConditionActionDetails:bool Filter ResultSize",
    },
    Cmdlet {
        name: "Get-InboundConnector",
        area: Area::Configuration,
        parameters: "Identity ResultSize",
    },
    Cmdlet {
        name: "Get-OutboundConnector",
        area: Area::Configuration,
        parameters: "Identity IncludeTestModeConnectors:bool IsTransportRuleScoped:bool ResultSize",
    },
    Cmdlet {
        name: "Get-JournalRule",
        area: Area::Configuration,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Get-AdminAuditLogConfig",
        area: Area::Configuration,
        parameters: "",
    },
    Cmdlet {
        name: "Get-BlockedConnector",
        area: Area::Configuration,
        parameters: "ConnectorId",
    },
    Cmdlet {
        name: "Get-MailboxAuditBypassAssociation",
        area: Area::Recipients,
        parameters: "Identity ResultSize",
    },
    Cmdlet {
        name: "Get-HostedOutboundSpamFilterRule",
        area: Area::Protection,
        parameters: "Identity State:RuleState",
    },
    Cmdlet {
        name: "Get-AntiPhishPolicy",
        area: Area::Protection,
        parameters: "Identity Advanced:switch Impersonation:switch Spoof:switch",
    },
    Cmdlet {
        name: "Get-HostedContentFilterPolicy",
        area: Area::Protection,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Get-HostedConnectionFilterPolicy",
        area: Area::Protection,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Get-MalwareFilterPolicy",
        area: Area::Protection,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Get-SafeLinksPolicy",
        area: Area::Protection,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Get-SafeAttachmentPolicy",
        area: Area::Protection,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Get-AtpPolicyForO365",
        area: Area::Protection,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Get-EOPProtectionPolicyRule",
        area: Area::Protection,
        parameters: "Identity State:RuleState",
    },
    Cmdlet {
        name: "Get-ATPProtectionPolicyRule",
        area: Area::Protection,
        parameters: "Identity State:RuleState",
    },
    Cmdlet {
        name: "Get-DkimSigningConfig",
        area: Area::Protection,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Set-HostedOutboundSpamFilterPolicy",
        area: Area::Protection,
        parameters: "Identity! ActionWhenThresholdReached:OutboundAction AdminDisplayName \
         AutoForwardingMode:AutoForwardingMode BccSuspiciousOutboundAdditionalRecipients:list \
         BccSuspiciousOutboundMail:bool Confirm:switch NotifyOutboundSpam:bool \
         NotifyOutboundSpamRecipients:list RecipientLimitExternalPerHour:number \
         RecipientLimitInternalPerHour:number RecipientLimitPerDay:number WhatIf:switch",
    },
    Cmdlet {
        name: "Get-ExternalInOutlook",
        area: Area::Protection,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Set-ExternalInOutlook",
        area: Area::Configuration,
        parameters: "Identity AllowList:list Enabled:bool",
    },
    Cmdlet {
        name: "Set-AdminAuditLogConfig",
        area: Area::Configuration,
        parameters: "Confirm:switch Force:switch UnifiedAuditLogIngestionEnabled:bool WhatIf:switch",
    },
    Cmdlet {
        name: "Set-OrganizationConfig",
        area: Area::Configuration,
        parameters: "ShortenEventScopeDefault ActionableMessagesExtenalAccessTokenEnabled:bool \
         ActivityBasedAuthenticationTimeoutEnabled:bool \
         ActivityBasedAuthenticationTimeoutInterval \
         ActivityBasedAuthenticationTimeoutWithSingleSignOnEnabled:bool \
         AppsForOfficeEnabled:bool AsyncSendEnabled:bool AuditDisabled:bool \
         AutoArchivingThresholdPercentage:number AutodiscoverPartialDirSync:bool \
         AutoEnableArchiveMailbox:bool AutoExpandingArchive:switch \
         AutomaticForcedReadReceiptEnabled:bool BlockMoveMessagesForGroupFolders:bool \
         BookingsAddressEntryRestricted:bool BookingsAuthEnabled:bool \
         BookingsBlockedWordsEnabled:bool BookingsCreationOfCustomQuestionsRestricted:bool \
         BookingsEnabled:bool BookingsExposureOfStaffDetailsRestricted:bool \
         BookingsMembershipApprovalRequired:bool BookingsNamingPolicyEnabled:bool \
         BookingsNamingPolicyPrefix BookingsNamingPolicyPrefixEnabled:bool \
         BookingsNamingPolicySuffix BookingsNamingPolicySuffixEnabled:bool \
         BookingsNotesEntryRestricted:bool BookingsPaymentsEnabled:bool \
         BookingsPhoneNumberEntryRestricted:bool BookingsSearchEngineIndexDisabled:bool \
         BookingsSmsMicrosoftEnabled:bool BookingsSocialSharingRestricted:bool \
         ByteEncoderTypeFor7BitCharsets:number ComplianceMLBgdCrawlEnabled:bool \
         Confirm:switch ConnectorsActionableMessagesEnabled:bool ConnectorsEnabled:bool \
         ConnectorsEnabledForOutlook:bool ConnectorsEnabledForSharepoint:bool \
         ConnectorsEnabledForTeams:bool ConnectorsEnabledForYammer:bool \
         DefaultAuthenticationPolicy DefaultFolderPermissionRestricted:bool \
         DefaultGroupAccessType DefaultMinutesToReduceLongEventsBy:number \
         DefaultMinutesToReduceShortEventsBy:number DefaultPublicFolderAgeLimit \
         DefaultPublicFolderDeletedItemRetention DefaultPublicFolderIssueWarningQuota \
         DefaultPublicFolderMaxItemSize DefaultPublicFolderMovedItemRetention \
         DefaultPublicFolderProhibitPostQuota DelayedDelicensingEnabled:bool \
         DirectReportsGroupAutoCreationEnabled:bool DisablePlusAddressInRecipients:bool \
         DistributionGroupDefaultOU DistributionGroupNameBlockedWordsList:list \
         DistributionGroupNamingPolicy DLPViaDcsEnabled:bool DLPWaitOnSendEnabled:bool \
         DLPWaitOnSendTimeout:number ElcProcessingDisabled:bool EnableOutlookEvents:bool \
         EndUserDLUpgradeFlowsDisabled:bool \
         EndUserMailNotificationForDelayedDelicensingEnabled:bool \
         EnforceExoAppRbacPermissions:bool EnforceShortenEventSetting:switch \
         EwsAllowEntourage:bool EwsAllowList:list EwsAllowMacOutlook:bool \
         EwsAllowOutlook:bool EwsAllowedAppIDs EwsApplicationAccessPolicy EwsBlockList:list \
         EwsEnabled:bool ExchangeAttributesCloudManagedByDefault:switch \
         ExchangeAttributesServerManagedByDefault:switch ExchangeNotificationEnabled:bool \
         ExchangeNotificationRecipients:list FindTimeAttendeeAuthenticationEnabled:bool \
         FindTimeAutoScheduleDisabled:bool FindTimeLockPollForAttendeesEnabled:bool \
         FindTimeOnlineMeetingOptionDisabled:bool FocusedInboxOn:bool \
         HierarchicalAddressBookRoot HybridRSVPEnabled:bool InRegionRoutingEnabled:bool \
         IPListBlocked:list IsGroupFoldersAndRulesEnabled:bool \
         IsGroupMemberAllowedToEditContent:bool LeanPopoutEnabled:bool \
         LinkPreviewEnabled:bool MailTipsAllTipsEnabled:bool \
         MailTipsExternalRecipientsTipsEnabled:bool MailTipsGroupMetricsEnabled:bool \
         MailTipsLargeAudienceThreshold:number MailTipsMailboxSourcedTipsEnabled:bool \
         MaskClientIpInReceivedHeadersEnabled:bool MatchSenderOrganizerProperties:bool \
         MessageHighlightsEnabled:bool MessageRecallAlertRecipientsEnabled:bool \
         MessageRecallAlertRecipientsReadMessagesOnlyEnabled:bool MessageRecallEnabled:bool \
         MessageRecallMaxRecallableAge MessageRemindersEnabled:bool \
         MobileAppEducationEnabled:bool OAuth2ClientProfileEnabled:bool \
         OnlineMeetingsByDefaultEnabled:bool OutlookGifPickerDisabled:bool \
         OutlookMobileGCCRestrictionsEnabled:bool OutlookPayEnabled:bool \
         OutlookTextPredictionDisabled:bool PerTenantSwitchToESTSEnabled:bool \
         PostponeRoamingSignaturesUntilLater:bool PublicComputersDetectionEnabled:bool \
         PublicFoldersEnabled PublicFolderShowClientControl:bool ReadTrackingEnabled:bool \
         RecallReadMessagesEnabled:bool RejectDirectSend:bool RecipientDelimiters:bool \
         RemotePublicFolderMailboxes:list SendFromAliasEnabled:bool \
         SharedDomainEmailAddressFlowEnabled:bool SiteMailboxCreationURL \
         SmtpActionableMessagesEnabled:bool \
         TenantAdminNotificationForDelayedDelicensingEnabled:bool \
         TwoClickMailPreviewEnabled:bool VisibleMeetingUpdateProperties \
         WebPushNotificationsDisabled:bool WebSuggestedRepliesDisabled:bool WhatIf:switch \
         WorkspaceTenantEnabled:bool",
    },
    Cmdlet {
        name: "Set-TransportConfig",
        area: Area::Configuration,
        parameters: "AddressBookPolicyRoutingEnabled:bool AllowLegacyTLSClients:bool ClearCategories:bool \
         Confirm:switch ConvertDisclaimerWrapperToEml:bool DSNConversionMode \
         ExternalDelayDsnEnabled:bool ExternalDsnDefaultLanguage \
         ExternalDsnLanguageDetectionEnabled:bool ExternalDsnReportingAuthority \
         ExternalDsnSendHtml:bool ExternalPostmasterAddress Force:switch \
         HeaderPromotionModeSetting InternalDelayDsnEnabled:bool InternalDsnDefaultLanguage \
         InternalDsnLanguageDetectionEnabled:bool InternalDsnReportingAuthority \
         InternalDsnSendHtml:bool JournalMessageExpirationDays:number JournalingReportNdrTo \
         MaxRecipientEnvelopeLimit MessageExpiration PreventDuplicateJournalingEnabled:bool \
         ReplyAllStormBlockDurationHours:number \
         ReplyAllStormDetectionMinimumRecipients:number \
         ReplyAllStormDetectionMinimumReplies:number ReplyAllStormProtectionEnabled:bool \
         Rfc2231EncodingEnabled:bool SmtpClientAuthenticationDisabled:bool \
         VoicemailJournalingEnabled:bool WhatIf:switch",
    },
    Cmdlet {
        name: "Set-RemoteDomain",
        area: Area::Configuration,
        parameters: "Identity! AllowedOOFType:AllowedOOFType AutoForwardEnabled:bool \
         AutoReplyEnabled:bool ByteEncoderTypeFor7BitCharsets CharacterSet Confirm:switch \
         ContentType DeliveryReportEnabled:bool DisplaySenderName:bool IsInternal:bool \
         LineWrapSize MeetingForwardNotificationEnabled:bool Name \
         NDRDiagnosticInfoEnabled:bool NDREnabled:bool NonMimeCharacterSet \
         PreferredInternetCodePageForShiftJis RequiredCharsetCoverage:number \
         TargetDeliveryDomain:bool TNEFEnabled:bool TrustedMailInboundEnabled:bool \
         TrustedMailOutboundEnabled:bool UseSimpleDisplayName:bool WhatIf:switch",
    },
    Cmdlet {
        name: "Enable-TransportRule",
        area: Area::Configuration,
        parameters: "Identity! Confirm:switch Mode:RuleMode WhatIf:switch",
    },
    Cmdlet {
        name: "Disable-TransportRule",
        area: Area::Configuration,
        parameters: "Identity! Confirm:switch WhatIf:switch",
    },
    Cmdlet {
        name: "Get-AuthenticationPolicy",
        area: Area::Configuration,
        parameters: "Identity AllowLegacyExchangeTokens:switch TenantId",
    },
    Cmdlet {
        name: "Get-SharingPolicy",
        area: Area::Configuration,
        parameters: "Identity",
    },
    Cmdlet {
        name: "Set-CASMailbox",
        area: Area::Recipients,
        parameters: "Identity! ActiveSyncAllowedDeviceIDs:list ActiveSyncBlockedDeviceIDs:list \
         ActiveSyncDebugLogging:bool ActiveSyncEnabled:bool ActiveSyncMailboxPolicy \
         ActiveSyncSuppressReadReceipt:bool Confirm:switch EwsAllowEntourage:bool \
         EwsAllowList:list EwsAllowMacOutlook:bool EwsAllowOutlook:bool \
         EwsApplicationAccessPolicy EwsBlockList:list EwsEnabled:bool ImapEnabled:bool \
         ImapForceICalForCalendarRetrievalOption:bool ImapMessagesRetrievalMimeFormat \
         ImapSuppressReadReceipt:bool ImapUseProtocolDefaults:bool \
         IsOptimizedForAccessibility:bool MacOutlookEnabled:bool MAPIEnabled:bool \
         OneWinNativeOutlookEnabled:bool OutlookMobileEnabled:bool OWAEnabled:bool \
         OWAforDevicesEnabled:bool OwaMailboxPolicy PopEnabled:bool \
         PopForceICalForCalendarRetrievalOption:bool PopMessagesRetrievalMimeFormat \
         PopSuppressReadReceipt:bool PopUseProtocolDefaults:bool \
         PublicFolderClientAccess:bool ShowGalAsDefaultView:bool \
         SmtpClientAuthenticationDisabled:bool UniversalOutlookEnabled:bool WhatIf:switch",
    },
    Cmdlet {
        name: "Set-MailboxAuditBypassAssociation",
        area: Area::Recipients,
        parameters: "Identity! AuditBypassEnabled!:bool Confirm:switch WhatIf:switch",
    },
    Cmdlet {
        name: "Get-ProtectionAlert",
        area: Area::Alerts,
        parameters: "Identity IncludeRuleXml:switch",
    },
    Cmdlet {
        name: "Set-ProtectionAlert",
        area: Area::Alerts,
        parameters: "Identity! AggregationType:AlertAggregationType AlertBy:list Category:AlertRuleCategory \
         Comment Confirm:switch Description Disabled:bool Filter NotificationCulture \
         NotificationEnabled:bool NotifyUser:list NotifyUserOnFilterMatch:bool \
         NotifyUserSuppressionExpiryDate NotifyUserThrottleThreshold:number \
         NotifyUserThrottleWindow:number Operation:list Severity:RuleSeverity Threshold:number \
         TimeWindow:number WhatIf:switch",
    },
];
