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
];

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
