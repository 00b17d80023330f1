//! The members of an inbox rule that `New-InboxRule` has a parameter for. A table.

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, number, flag or list of texts: given back as it was read.
    Plain,
    /// People.
    Recipients,
    /// A number of bytes.
    Size,
    /// There is a parameter, but not every value can return.
    Doubtful,
}

/// Conditions; each has an exception of the same name.
const CONDITIONS: &[(&str, Kind)] = &[
    ("AnyCategory", Kind::Plain),
    ("AssignedCategories", Kind::Plain),
    ("BodyContainsWords", Kind::Plain),
    ("BulkCategory", Kind::Plain),
    ("FlaggedForAction", Kind::Plain),
    ("From", Kind::Recipients),
    ("FromAddressContainsWords", Kind::Plain),
    ("HasAttachment", Kind::Plain),
    ("HasClassification", Kind::Doubtful),
    ("HeaderContainsWords", Kind::Plain),
    ("MessageTypeMatches", Kind::Doubtful),
    ("MyNameInCcBox", Kind::Plain),
    ("MyNameInToBox", Kind::Plain),
    ("MyNameInToOrCcBox", Kind::Plain),
    ("MyNameNotInToBox", Kind::Plain),
    ("ReceivedAfterDate", Kind::Plain),
    ("ReceivedBeforeDate", Kind::Plain),
    ("RecipientAddressContainsWords", Kind::Plain),
    ("SentOnlyToMe", Kind::Plain),
    ("SentTo", Kind::Recipients),
    ("SubjectContainsWords", Kind::Plain),
    ("SubjectOrBodyContainsWords", Kind::Plain),
    ("WithImportance", Kind::Plain),
    ("WithinSizeRangeMaximum", Kind::Size),
    ("WithinSizeRangeMinimum", Kind::Size),
    ("WithSensitivity", Kind::Plain),
];

const ACTIONS: &[(&str, Kind)] = &[
    ("ApplyCategory", Kind::Plain),
    ("ApplySystemCategory", Kind::Plain),
    ("ClearCategories", Kind::Plain),
    ("ClearFlag", Kind::Plain),
    ("CompleteFlag", Kind::Plain),
    ("CopyToFolder", Kind::Plain),
    ("DeleteMessage", Kind::Plain),
    ("DeleteSystemCategory", Kind::Plain),
    ("DisplayAlert", Kind::Plain),
    ("FlagMessage", Kind::Plain),
    ("ForwardAsAttachmentTo", Kind::Recipients),
    ("ForwardTo", Kind::Recipients),
    ("MarkAsRead", Kind::Plain),
    ("MarkImportance", Kind::Plain),
    ("MoveToFolder", Kind::Plain),
    ("PermanentDelete", Kind::Plain),
    ("PinMessage", Kind::Plain),
    ("PlaySound", Kind::Plain),
    ("RedirectTo", Kind::Recipients),
    ("SoftDeleteMessage", Kind::Plain),
    ("StopProcessingRules", Kind::Plain),
];

/// Members that describe the rule and are neither condition nor action.
const ABOUT: &[&str] = &[
    "Description",
    "DescriptionTimeFormat",
    "DescriptionTimeZone",
    "Enabled",
    "ErrorType",
    "ExchangeVersion",
    "Guid",
    "Identity",
    "Id",
    "InError",
    "IsValid",
    "LastModifiedTime",
    "Legacy",
    "MailboxOwnerId",
    "Name",
    "ObjectState",
    "Priority",
    "RuleIdentity",
    "RunspaceId",
    "SupportedByTask",
    "WhenChanged",
    "WhenCreated",
];

fn without_exception(name: &str) -> &str {
    name.strip_prefix("ExceptIf").unwrap_or(name)
}

/// What kind of parameter `name` is.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    let condition = CONDITIONS.iter().find(|(known, _)| *known == without_exception(name));
    condition.or_else(|| ACTIONS.iter().find(|(known, _)| *known == name)).map(|(_, kind)| *kind)
}

/// Whether `name` is a condition or an exception.
pub(crate) fn is_condition(name: &str) -> bool {
    CONDITIONS.iter().any(|(known, _)| *known == without_exception(name))
}

pub(crate) fn is_about_the_rule(name: &str) -> bool {
    ABOUT.contains(&name)
}

/// Every member, exceptions too.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Kind)> {
    const EXCEPTIONS: &[(&str, Kind)] = &[("ExceptIfFrom", Kind::Recipients), ("ExceptIfSentTo", Kind::Recipients)];
    CONDITIONS.iter().chain(ACTIONS).chain(EXCEPTIONS).copied()
}
