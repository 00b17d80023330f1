# The posture: remarks about mail.
facet-audit-settings = audit settings
setting-unified-audit-log = the audit log takes records in
setting-mailbox-audit-off = mailbox auditing is off for everybody
posture-unified-audit-log-off = the unified audit log is off
posture-mailbox-audit-off = mailbox auditing is off for everybody
posture-audit-bypassed = what { $who } does in mailboxes is not recorded
facet-mail-settings = mail settings of the organisation
facet-mailbox-protocols = protocols of mailboxes
facet-mailbox-forwarding = forwarding of mailboxes
facet-outbound-policy = outbound policies
facet-mail-protection = protection against phishing, spam and malware
facet-advanced-protection = protection for links and attachments
facet-mail-flow = rules and connectors of the mail flow
facet-dkim = domains and signing
facet-alert-policies = alert policies
facet-sharing-policies = sharing policies
facet-dns-records = DNS records for mail
setting-smtp-auth-off = SMTP AUTH is off for the organisation
setting-direct-send-rejected = mail in our own name from strangers is refused
setting-external-tag = Outlook marks mail from outside
setting-outbound-forwarding = forwarding outside, by an outbound policy
setting-remote-forwarding = forwarding to a remote domain
setting-alert-recipients = recipients of an alert
posture-smtp-auth-on = SMTP AUTH is on for the organisation
posture-smtp-auth-exception = { $who } may use SMTP AUTH by exception
posture-modern-authentication-off = modern authentication is off
posture-pop-open = POP is open for { $number ->
    [one] one mailbox
   *[other] { $number } mailboxes
  }
posture-imap-open = IMAP is open for { $number ->
    [one] one mailbox
   *[other] { $number } mailboxes
  }
posture-direct-send-taken = mail in our own name is taken from anybody
posture-forwarding-automatic = the policy { $policy } leaves forwarding outside to the service (Automatic)
posture-forwarding-allowed = the policy { $policy } allows forwarding outside
posture-forwarding-unknown = the policy { $policy } says { $word } about forwarding outside, which this version does not know
posture-remote-domain-forwards = forwarding to the remote domain { $domain } is allowed
posture-limit-only-told = under the policy { $policy } an account that sends too much is only reported
posture-limit-unknown = the policy { $policy } says { $word } about accounts that send too much, which this version does not know
posture-mailbox-forwards-outside = { $who } forwards to { $to }
posture-mailbox-forwards-by-name = { $who } forwards to { $to }, who may be a contact outside
posture-preset-covers = { $policy } is on for everybody
posture-preset-none = no preset for mail is on
posture-preset-without-links = no preset for links and attachments is on
posture-preset-not-for-all = { $policy } is not on for everybody
posture-phishing-policy-none = no policy against phishing is on
posture-phishing-spoof-off = { $policy } does not look for forged senders
posture-phishing-dmarc-ignored = { $policy } does not do what senders' domains ask for (DMARC)
posture-phishing-users-off = { $policy } does not look for people who are imitated
posture-phishing-domains-off = { $policy } does not look for domains like our own
posture-phishing-mailboxes-off = { $policy } does not use what mailboxes know of their correspondents
posture-links-no-policy = no policy for links
posture-links-not-checked = { $policy } does not check links in mail
posture-links-not-looked-at = { $policy } does not look at the pages behind links
posture-links-click-through = { $policy } lets people go on to bad pages
posture-links-reach-unknown = { $policy } is as it should be; for whom it is on was not read
posture-attachments-no-policy = no policy for attachments
posture-attachments-off = { $policy } does not look into attachments
posture-attachments-let-through = { $policy } lets bad attachments through
posture-attachments-reach-unknown = { $policy } is as it should be; for whom it is on was not read
posture-files-elsewhere-off = files in SharePoint, OneDrive and Teams are not looked into
posture-malware-policy-none = no policy against malware
posture-malware-files-taken = { $policy } takes programs as attachments
posture-malware-not-taken-back = { $policy } does not take malware back after delivery
posture-phishing-not-taken-back = { $policy } does not take phishing back after delivery
posture-allowed-senders = { $policy } lets { $number ->
    [one] one sender
   *[other] { $number } senders
  } through unseen
posture-allowed-addresses = { $policy } lets { $number ->
    [one] one address
   *[other] { $number } addresses
  } through unseen
posture-safe-list-on = { $policy } lets through whoever is on others' safe list
posture-external-tag-off = mail from outside is not marked
posture-external-tag-spares = mail from { $who } is not marked
posture-rule-bypasses = the rule { $rule } bypasses filtering
posture-rule-leads-outside = the rule { $rule } sends mail to { $to }
posture-rule-leads-to-name = the rule { $rule } sends mail to { $to }, who may be a contact outside
posture-journal-leads-outside = the journal { $rule } sends copies to { $to }
posture-connector-leads-all = the connector { $connector } leads all mail that leaves through { $to }
posture-connectors-none = no connector is on
posture-connector-by-address = the connector { $connector } knows its servers by address only
posture-connector-open = the connector { $connector } takes mail from anybody
posture-connector-in-plain-text = the connector { $connector } takes mail in plain text
posture-shared-with-all = { $policy } shares with everybody: { $what }
posture-domains-only-microsofts = there are only Microsoft's own domains
posture-dkim-off = mail from { $domain } is not signed
posture-dkim-not-valid = the keys for { $domain } were not found ({ $status })
posture-dkim-key-missing = no key of { $domain } stands in the domain name system, although signing is on
posture-dmarc-missing = { $domain } publishes no DMARC record
posture-dmarc-several = { $domain } publishes several DMARC records, so that none counts
posture-dmarc-not-understood = the DMARC record of { $domain } was not understood
posture-dmarc-none = the DMARC record of { $domain } asks for nothing (none)
posture-dmarc-part = the DMARC record of { $domain } holds for a part of the mail only
posture-dmarc-below-open = the DMARC record of { $domain } asks for nothing for names below it
posture-spf-missing = { $domain } publishes no SPF record
posture-spf-several = { $domain } publishes several SPF records, so that none counts
posture-spf-open = the SPF record of { $domain } lets any server send
posture-spf-soft = the SPF record of { $domain } ends softly (~all)
posture-spf-too-many = the SPF record of { $domain } takes more than ten look-ups, so that receivers ignore it
posture-spf-leads-nowhere = the SPF record of { $domain } refers to { $name }, which does not have exactly one SPF record, so that receivers ignore it
posture-domain-unread = { $name } could not be asked, so its domain is not judged
posture-alert-missing = there is no alert policy { $policy }
posture-alert-off = the alert { $policy } is off
posture-alert-silent = the alert { $policy } sends no mail
posture-alert-to-nobody = the alert { $policy } has no recipients
posture-alert-recipient-gone = the alert { $policy } goes to { $who }, who is not there
posture-alert-recipient-outside = the alert { $policy } goes to { $who } outside; whether anybody reads it cannot be seen
posture-reach-mailboxes-forwarding = { $number ->
    [0] no mailbox forwards outside by its own setting; inbox rules were not looked at
    [one] one mailbox forwards outside and would stop; inbox rules were not looked at
   *[other] { $number } mailboxes forward outside and would stop; inbox rules were not looked at
  }
posture-reach-forwarding-unread = which mailboxes forward outside was not read
posture-reach-smtp-auth-lost = { $number ->
    [one] one mailbox
   *[other] { $number } mailboxes
  } would no longer be able to use SMTP AUTH
posture-reach-smtp-auth-kept = { $who } keeps SMTP AUTH by exception
posture-reach-smtp-auth-unread = which mailboxes may use SMTP AUTH was not read
posture-reach-direct-send = printers and programs that send in our name without signing in would be refused; which ones do cannot be read
posture-reach-external-tag = everybody sees the mark in Outlook, within a day or two
posture-reach-audit-bypassed = { $who } stays left out of mailbox auditing
posture-reach-alert-by-hand = the alert { $policy } is Microsoft's own: set its recipients in the Defender portal
