# The posture: remarks about mail.
facet-audit-settings = audit settings
setting-unified-audit-log = the audit log takes records in
setting-mailbox-audit-off = mailbox auditing is off for everybody
posture-unified-audit-log-off = the unified audit log is off
posture-mailbox-audit-off = mailbox auditing is off for everybody
posture-audit-bypassed = what { $who } does in mailboxes is not recorded
