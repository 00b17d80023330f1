//! Mailboxes and recipients: what they are, where they forward to, who else may use them.
//!
//! `ForwardingAddress` and `GrantSendOnBehalfTo` are stored by id and read as names, which need not be unique.
//! What Active Directory owns is refused for synchronised mailboxes.

use serde_json::{Value, json};

use super::call::{Call, Reach};
use super::filter::filtered;
use super::folders;
use super::load::{AUDIT_BYPASS, with_smtp};
use super::people::is_address;
use super::reply::{Failure, Output, Row};
use super::rules::nothing_modified;
use super::state::{Exchange, Mailbox, Recipient};

/// What a user may set on the own mailbox.
const OWN_OPTIONS: &[&str] =
    &["Identity", "ForwardingAddress", "ForwardingSmtpAddress", "DeliverToMailboxAndForward", "Confirm", "WhatIf", "Force"];

/// What Active Directory owns.
const MASTERED_ON_PREMISES: &[&str] =
    &["ForwardingAddress", "GrantSendOnBehalfTo", "DisplayName", "HiddenFromAddressListsEnabled"];

/// `Get-Mailbox`.
pub fn get(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let named = call.parameters.text("Identity").is_some() || call.reach == Reach::Own;
    if named {
        let mailbox = call.mailbox(exchange, "Identity")?.seen(call.fresh);
        return Ok(Output::rows(vec![row(exchange, mailbox)]));
    }
    let kinds = call.parameters.list("RecipientTypeDetails").map(|change| change.apply(&[])).unwrap_or_default();
    let wanted =
        |mailbox: &&Mailbox| kinds.is_empty() || kinds.iter().any(|kind| kind.eq_ignore_ascii_case(&mailbox.who.details));
    let rows = exchange.mailboxes.values().map(|mailbox| mailbox.seen(call.fresh)).filter(wanted);
    let rows = rows.map(|mailbox| row(exchange, mailbox)).collect();
    filtered(rows, call.parameters.text("Filter")).map(Output::rows)
}

/// `Set-Mailbox`.
pub fn set(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let mut mailbox = call.mailbox(exchange, "Identity")?.now().clone();
    if call.reach == Reach::Own && call.parameters.iter().any(|(name, _)| !OWN_OPTIONS.contains(&name)) {
        return Err(Failure::ambiguous());
    }
    refuse_on_premises(&mailbox, call)?;
    change(exchange, &mut mailbox, call)?;
    if call.parameters.on("WhatIf") {
        return Ok(Output::default());
    }
    if exchange.behaviour.dual_write_failures > 0 {
        exchange.behaviour.dual_write_failures -= 1;
        return Err(dual_write_failed());
    }
    let identity = mailbox.who.id.clone();
    let changed = exchange.put_mailbox(mailbox);
    Ok(Output::done((!changed).then(|| nothing_modified(&identity))))
}

fn change(exchange: &Exchange, mailbox: &mut Mailbox, call: &Call) -> Result<(), Failure> {
    for (name, value) in call.parameters.iter() {
        match name {
            "ForwardingAddress" => {
                let recipient = value.as_str().map(|identity| exchange.recipient(identity)).transpose()?;
                mailbox.forwarding_address = recipient.map(|recipient| recipient.id.clone());
            }
            "ForwardingSmtpAddress" => mailbox.forwarding_smtp_address = value.as_str().map(smtp).transpose()?,
            "DeliverToMailboxAndForward" => mailbox.deliver_to_mailbox_and_forward = value.as_bool().unwrap_or(false),
            "AccountDisabled" => mailbox.account_disabled = value.as_bool().unwrap_or(false),
            "GrantSendOnBehalfTo" => {
                let asked = call.parameters.list(name);
                let id = |identity: String| exchange.recipient(&identity).map(|one| one.id.clone());
                if let Some(asked) = asked.map(|change| change.try_map(id)).transpose()? {
                    mailbox.grant_send_on_behalf_to = asked.apply(&mailbox.grant_send_on_behalf_to);
                }
            }
            "DisplayName" => value.as_str().unwrap_or_default().clone_into(&mut mailbox.who.display_name),
            "AuditEnabled" | "HiddenFromAddressListsEnabled" => {
                mailbox.more.insert(name.to_owned(), value.clone());
            }
            _ => {}
        }
    }
    Ok(())
}

fn smtp(address: &str) -> Result<String, Failure> {
    let stored = with_smtp(address);
    if is_address(&stored[5..]) {
        return Ok(stored);
    }
    Err(Failure::binding(format!("Cannot convert value \"{address}\" to type \"ProxyAddress\".")))
}

fn refuse_on_premises(mailbox: &Mailbox, call: &Call) -> Result<(), Failure> {
    let owned = call.parameters.iter().find(|(name, _)| MASTERED_ON_PREMISES.contains(name));
    match owned {
        Some((name, _)) if mailbox.who.synchronised => {
            let who = &mailbox.who.display_name;
            Err(Failure::refused(
                "Microsoft.Exchange.Data.Directory.InvalidADObjectOperationException",
                format!(
                    "The operation on mailbox \"{who}\" failed because it's out of the current user's write scope. The action \
                     'Set-Mailbox', '{name}', can't be performed on the object '{who}' because the object is being synchronized \
                     from your on-premises organization. This action should be performed on the object in your on-premises organization."
                ),
            ))
        }
        _ => Ok(()),
    }
}

fn dual_write_failed() -> Failure {
    Failure::refused(
        "Microsoft.Exchange.Management.Tasks.DualWriteException",
        "An Azure Active Directory call was made to keep object in sync between Azure Active Directory and Exchange Online. \
         However, it failed. Detailed error message: the directory is busy. DualWrite (Graph) RequestId: \
         d4000000-0000-4000-8000-00000000000f The issue may be transient and please retry a couple of minutes later.",
    )
}

/// `Get-Recipient`.
pub fn recipients(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    if let Some(identity) = call.parameters.text("Identity") {
        return Ok(Output::rows(vec![recipient_row(exchange.recipient(identity)?)]));
    }
    let rows = exchange.recipients().filter(|one| one.recipient_type != "User").map(recipient_row).collect();
    filtered(rows, call.parameters.text("Filter")).map(Output::rows)
}

/// `Get-MailboxPermission`.
pub fn permissions(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let mailbox = call.mailbox(exchange, "Identity")?.seen(call.fresh);
    let own = json!({
        "User": "NT AUTHORITY\\SELF", "UserSid": "S-1-5-10", "AccessRights": ["FullAccess, ReadPermission"],
        "Deny": false, "IsInherited": false, "InheritanceType": "All",
    });
    Ok(Output::rows(with_identity(mailbox, &own, &mailbox.permissions)))
}

/// `Get-RecipientPermission`.
pub fn recipient_permissions(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let own = json!({
        "Trustee": "NT AUTHORITY\\SELF", "TrusteeSidString": "S-1-5-10", "AccessControlType": "Allow",
        "AccessRights": ["SendAs"], "IsInherited": false, "InheritanceType": "None",
    });
    let of = |mailbox: &Mailbox| with_identity(mailbox, &own, &mailbox.recipient_permissions);
    let rows: Vec<Row> = match call.parameters.text("Identity") {
        Some(_) => of(call.mailbox(exchange, "Identity")?.seen(call.fresh)),
        None => exchange.mailboxes.values().flat_map(|mailbox| of(mailbox.seen(call.fresh))).collect(),
    };
    let Some(trustee) = call.parameters.text("Trustee") else { return Ok(Output::rows(rows)) };
    let trustee = exchange.recipient(trustee)?;
    let held = |row: &Row| row.get("Trustee").and_then(Value::as_str).is_some_and(|name| trustee.answers_to(name));
    Ok(Output::rows(rows.into_iter().filter(held).collect()))
}

/// `Get-CASMailbox`: one, or all of them.
pub fn protocols(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    if call.parameters.text("Identity").is_some() || call.reach == Reach::Own {
        return Ok(Output::rows(vec![protocols_of(call.mailbox(exchange, "Identity")?.seen(call.fresh))]));
    }
    let rows = exchange.mailboxes.values().map(|mailbox| protocols_of(mailbox.seen(call.fresh))).collect();
    filtered(rows, call.parameters.text("Filter")).map(Output::rows)
}

/// `Set-CASMailbox`.
pub fn set_protocols(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let manner = ["Identity", "Confirm", "WhatIf"];
    let given = call.parameters.iter().filter(|(name, _)| !manner.contains(name));
    write(exchange, call, |mailbox| {
        let before = protocols_of(mailbox);
        let new = given.filter(|(name, value)| before.get(*name) != Some(value));
        mailbox.cas.extend(new.map(|(name, value)| (name.to_owned(), value.clone())));
    })
}

/// `Get-MailboxAuditBypassAssociation`: one, or all of them.
pub fn audit_bypasses(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let row = |mailbox: &Mailbox| {
        let row = json!({"Identity": mailbox.who.id, AUDIT_BYPASS: escapes_audit(mailbox)});
        row.as_object().cloned().unwrap_or_default()
    };
    Ok(Output::rows(match call.parameters.text("Identity") {
        Some(_) => vec![row(call.mailbox(exchange, "Identity")?.seen(call.fresh))],
        None => exchange.mailboxes.values().map(|mailbox| row(mailbox.seen(call.fresh))).collect(),
    }))
}

/// `Set-MailboxAuditBypassAssociation`.
pub fn set_audit_bypass(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let on = call.parameters.on(AUDIT_BYPASS);
    write(exchange, call, |mailbox| {
        if escapes_audit(mailbox) != on {
            mailbox.more.insert(AUDIT_BYPASS.to_owned(), on.into());
        }
    })
}

/// Whether what this account does to mailboxes is not recorded.
pub fn escapes_audit(mailbox: &Mailbox) -> bool {
    mailbox.more.get(AUDIT_BYPASS) == Some(&Value::Bool(true))
}

fn write(exchange: &mut Exchange, call: &Call, change: impl FnOnce(&mut Mailbox)) -> Result<Output, Failure> {
    let mut mailbox = call.mailbox(exchange, "Identity")?.now().clone();
    let identity = mailbox.who.id.clone();
    change(&mut mailbox);
    if call.parameters.on("WhatIf") {
        return Ok(Output::default());
    }
    let changed = exchange.put_mailbox(mailbox);
    Ok(Output::done((!changed).then(|| nothing_modified(&identity))))
}

/// Which ways of reading and sending a mailbox has.
pub fn protocols_of(mailbox: &Mailbox) -> Row {
    let who = &mailbox.who;
    let standard = json!({
        "PrimarySmtpAddress": who.address, "DisplayName": who.display_name, "ExternalDirectoryObjectId": who.id,
        "ActiveSyncEnabled": true, "OWAEnabled": true, "OWAforDevicesEnabled": true, "ECPEnabled": true,
        "PopEnabled": true, "ImapEnabled": true, "MAPIEnabled": true, "MacOutlookEnabled": null,
        "OutlookMobileEnabled": null, "UniversalOutlookEnabled": true, "OneWinNativeOutlookEnabled": true,
        "EwsEnabled": null, "EwsAllowOutlook": null, "EwsAllowMacOutlook": null,
        "SmtpClientAuthenticationDisabled": null, "OwaMailboxPolicy": "OwaMailboxPolicy-Default",
        "ActiveSyncMailboxPolicy": "Default", "Guid": who.guid, "Identity": who.id,
    });
    over(&standard, &mailbox.cas)
}

/// `Get-MailboxAutoReplyConfiguration`.
pub fn auto_reply(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let mailbox = call.mailbox(exchange, "Identity")?.seen(call.fresh);
    let standard = json!({
        "AutoDeclineFutureRequestsWhenOOF": false, "AutoReplyState": "Disabled", "CreateOOFEvent": false,
        "DeclineAllEventsForScheduledOOF": false, "DeclineEventsForScheduledOOF": false, "DeclineMeetingMessage": "",
        "EndTime": "2026-11-03T09:00:00.0000000+00:00", "EventsToDeleteIDs": null, "ExternalAudience": "All",
        "ExternalMessage": "", "InternalMessage": "", "OOFEventSubject": "",
        "StartTime": "2026-11-02T09:00:00.0000000+00:00", "MailboxOwnerId": mailbox.who.id,
        "Identity": mailbox.who.id, "IsValid": true,
    });
    Ok(Output::rows(vec![over(&standard, &mailbox.auto_reply)]))
}

/// `Get-MailboxFolderStatistics`.
pub fn folder_statistics(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let mailbox = call.mailbox(exchange, "Identity")?.seen(call.fresh);
    let scope = call.parameters.text("FolderScope").unwrap_or("All");
    let row = |(at, path): (usize, &String)| {
        let row = json!({
            "Name": path.rsplit('\\').next(), "FolderType": folders::kind(path), "FolderPath": format!("/{}", path.replace('\\', "/")),
            "FolderId": format!("LgAAAA{at:04}="), "Identity": format!("{}\\{path}", mailbox.who.id),
        });
        row.as_object().cloned().unwrap_or_default()
    };
    let wanted = |path: &&String| scope.eq_ignore_ascii_case("All") || folders::kind(path).eq_ignore_ascii_case(scope);
    Ok(Output::rows(mailbox.folders.iter().filter(wanted).enumerate().map(row).collect()))
}

/// `Get-SweepRule`.
pub fn sweep_rules(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let mailbox = call.mailbox(exchange, "Mailbox")?.seen(call.fresh);
    let own = json!({"MailboxOwnerId": mailbox.who.id, "IsValid": true});
    Ok(Output::rows(mailbox.sweep_rules.iter().map(|rule| over(&own, rule)).collect()))
}

fn row(exchange: &Exchange, mailbox: &Mailbox) -> Row {
    let who = &mailbox.who;
    let names: Vec<String> = mailbox.grant_send_on_behalf_to.iter().map(|id| exchange.name_of(id)).collect();
    let standard = json!({
        "ExternalDirectoryObjectId": who.id, "UserPrincipalName": who.upn, "DisplayName": who.display_name,
        "PrimarySmtpAddress": who.address, "Alias": who.alias, "Name": who.id, "Identity": who.id, "Guid": who.guid,
        "ExchangeGuid": who.guid, "DistinguishedName": who.distinguished_name(), "LegacyExchangeDN": who.legacy_dn,
        "RecipientType": who.recipient_type, "RecipientTypeDetails": who.details, "EmailAddresses": prefixed(who),
        "ForwardingAddress": mailbox.forwarding_address.as_ref().map(|id| exchange.name_of(id)),
        "ForwardingSmtpAddress": mailbox.forwarding_smtp_address,
        "DeliverToMailboxAndForward": mailbox.deliver_to_mailbox_and_forward, "GrantSendOnBehalfTo": names,
        "AuditEnabled": true, "AuditLogAgeLimit": "90.00:00:00", "LitigationHoldEnabled": false,
        "AccountDisabled": mailbox.account_disabled, "IsDirSynced": who.synchronised,
        "HiddenFromAddressListsEnabled": false, "SingleItemRecoveryEnabled": true, "RetainDeletedItemsFor": "14.00:00:00",
        "MessageCopyForSentAsEnabled": false, "ArchiveStatus": "None", "ProhibitSendQuota": "99 GB (106,300,440,576 bytes)",
        "WhenMailboxCreated": "2024-03-11T08:07:47.0000000+00:00",
    });
    let mut row = over(&standard, &mailbox.more);
    row.remove(AUDIT_BYPASS);
    row
}

fn recipient_row(who: &Recipient) -> Row {
    let row = json!({
        "Name": who.id, "DisplayName": who.display_name, "Alias": who.alias, "RecipientType": who.recipient_type,
        "RecipientTypeDetails": who.details, "PrimarySmtpAddress": who.address, "EmailAddresses": prefixed(who),
        "ExternalDirectoryObjectId": who.id, "WindowsLiveID": who.upn, "Guid": who.guid, "Identity": who.id,
        "LegacyExchangeDN": who.legacy_dn, "DistinguishedName": who.distinguished_name(), "IsDirSynced": who.synchronised,
    });
    row.as_object().cloned().unwrap_or_default()
}

fn prefixed(who: &Recipient) -> Vec<String> {
    let primary = |at: usize| if at == 0 { "SMTP" } else { "smtp" };
    who.addresses.iter().enumerate().map(|(at, address)| format!("{}:{address}", primary(at))).collect()
}

fn with_identity(mailbox: &Mailbox, own: &Value, more: &[Row]) -> Vec<Row> {
    let identity = json!({"Identity": mailbox.who.id});
    let own = own.as_object().cloned().unwrap_or_default();
    std::iter::once(&own).chain(more).map(|row| over(&identity, row)).collect()
}

fn over(standard: &Value, own: &Row) -> Row {
    let mut row = standard.as_object().cloned().unwrap_or_default();
    row.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
    row
}
