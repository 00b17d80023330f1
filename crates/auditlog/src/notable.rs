//! Operations whose parameters matter: what they set up is kept at hand.

/// In lower case, without the full stop that directory operations end with.
const NOTABLE: &[&str] = &[
    // Rules and forwarding of one mailbox.
    "new-inboxrule",
    "set-inboxrule",
    "enable-inboxrule",
    "disable-inboxrule",
    "remove-inboxrule",
    "updateinboxrules",
    "set-mailbox",
    "set-mailboxautoreplyconfiguration",
    "set-mailboxjunkemailconfiguration",
    "set-casmailbox",
    // Mail flow of the tenant.
    "new-transportrule",
    "set-transportrule",
    "enable-transportrule",
    "disable-transportrule",
    "remove-transportrule",
    "new-inboundconnector",
    "set-inboundconnector",
    "new-outboundconnector",
    "set-outboundconnector",
    "new-journalrule",
    "set-remotedomain",
    "new-remotedomain",
    // Who may see or send whose mail.
    "add-mailboxpermission",
    "remove-mailboxpermission",
    "add-recipientpermission",
    "remove-recipientpermission",
    "add-mailboxfolderpermission",
    "set-mailboxfolderpermission",
    "addfolderpermissions",
    "modifyfolderpermissions",
    "updatefolderpermissions",
    "updatecalendardelegation",
    // Traces hidden.
    "set-adminauditlogconfig",
    "set-mailboxauditbypassassociation",
    "set-organizationconfig",
    "new-retentioncompliancepolicy",
    "set-retentioncompliancepolicy",
    "set-retentionpolicy",
    "new-compliancesearchaction",
    // Rights and roles.
    "new-managementroleassignment",
    "add-rolegroupmember",
    "add member to role",
    "add eligible member to role",
    "add member to group",
    "add owner to group",
    "add scoped member to role",
    // Applications.
    "consent to application",
    "add oauth2permissiongrant",
    "add delegated permission grant",
    "add app role assignment grant to user",
    "add app role assignment to service principal",
    "add service principal",
    "add service principal credentials",
    "update application",
    "update application – certificates and secrets management",
    "add application",
    "add owner to application",
    "add owner to service principal",
    // Accounts, methods, devices.
    "add user",
    "update user",
    "invite external user",
    "reset user password",
    "change user password",
    "reset password (by admin)",
    "disable strong authentication",
    "enable strong authentication",
    "user registered security info",
    "user registered all required security info",
    "user changed default security info",
    "user deleted security info",
    "admin registered security info",
    "admin updated security info",
    "admin deleted security info",
    "create temporary access pass",
    "add device",
    "register device",
    "update device",
    "add registered owner to device",
    "add registered users to device",
    // Control of the tenant.
    "set federation settings on domain",
    "set domain authentication",
    "add unverified domain",
    "add verified domain",
    "verify domain",
    "add policy",
    "update policy",
    "delete policy",
    "add conditional access policy",
    "update conditional access policy",
    "delete conditional access policy",
    "authentication methods policy update",
    "update authentication methods policy",
    "add partner to company",
    // What was looked for.
    "searchqueryinitiatedexchange",
    "searchqueryinitiatedsharepoint",
    "searchqueryperformed",
    // Shared with the outside.
    "anonymouslinkcreated",
    "sharinginvitationcreated",
    "addedtosecurelink",
];

/// Whether the parameters of `operation` matter.
pub fn is_notable(operation: &str) -> bool {
    let name = operation.trim().trim_end_matches('.').trim_end().to_lowercase();
    NOTABLE.contains(&name.as_str()) || name.starts_with("add member to role") || name.starts_with("add eligible member")
}

/// Whether the service itself acted, setting a mailbox or a tenant up, and nobody else.
pub fn is_set_up(actor: &str) -> bool {
    actor.starts_with("NT AUTHORITY\\") || actor.starts_with("NT SERVICE\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_known_in_their_spellings() {
        for name in [
            "New-InboxRule",
            "Add member to role.",
            "Consent to application.",
            "Update application – Certificates and secrets management ",
        ] {
            assert!(is_notable(name), "{name}");
        }
        assert!(!is_notable("MailItemsAccessed"));
    }
}
