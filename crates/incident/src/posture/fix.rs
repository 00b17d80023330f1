//! Fixes: what is changed so that an item of the roadmap is met. A table, as the measures are; a plan is pure and names
//! only what differs, and its reach says whom it would touch, before anybody approves.
//!
//! Invariant: a change is planned only from a value that was read. What was not read is no change, and no success.

mod block;
mod directory;

use super::answer::{Answer, Remark};
use super::estate::Estate;
use super::measure::{is_there, is_wanted};
use crate::facet::FacetName;
use crate::tenant::access_block::BlockedWay;
use crate::tenant::alert_policies::{ALL_ADMINISTRATORS, AlertPolicy};
use crate::tenant::outbound_policy::{Applies, AutoForwarding};
use crate::tenant::setting::{Change, SettingName, Value};

pub use block::locks_out;

/// One way to meet an item.
#[derive(Clone, Copy)]
pub struct Fix {
    /// Its name in `roadmap/*.toml`, under `fix`.
    pub name: &'static str,
    /// The settings that it may change.
    pub settings: &'static [SettingName],
    /// The codes of the remarks about its reach.
    pub remarks: &'static [&'static str],
    /// The changes that are needed; none where the item is met.
    pub plan: fn(&Estate<'_>) -> Result<Vec<Change>, Hindrance>,
    /// Whom it would touch, and what it leaves to a person.
    pub reach: fn(&Estate<'_>) -> Vec<Remark>,
}

/// Why a fix cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    /// What it changes, or whom it touches, was not read: the answer "not measurable".
    Unread(Answer),
    /// Something stands in the way, which a person has to settle first. One of the fix's remarks.
    InTheWay(Remark),
}

impl From<Answer> for Hindrance {
    fn from(unread: Answer) -> Self {
        Self::Unread(unread)
    }
}

/// Every fix.
pub const FIXES: &[Fix] = &[
    Fix {
        name: "external-forwarding-off",
        settings: &[SettingName::OutboundForwarding, SettingName::RemoteForwarding],
        remarks: &["reach-mailboxes-forwarding", "reach-forwarding-unread"],
        plan: external_forwarding_off,
        reach: reach_of_forwarding,
    },
    Fix {
        name: "smtp-auth-off",
        settings: &[SettingName::SmtpAuthOff],
        remarks: &["reach-smtp-auth-lost", "reach-smtp-auth-kept", "reach-smtp-auth-unread"],
        plan: smtp_auth_off,
        reach: reach_of_smtp_auth,
    },
    Fix {
        name: "direct-send-rejected",
        settings: &[SettingName::DirectSendRejected],
        remarks: &["reach-direct-send"],
        plan: direct_send_rejected,
        reach: |_| vec![Remark::new("reach-direct-send")],
    },
    Fix {
        name: "external-tag-on",
        settings: &[SettingName::ExternalTag],
        remarks: &["reach-external-tag"],
        plan: external_tag_on,
        reach: |_| vec![Remark::new("reach-external-tag")],
    },
    Fix {
        name: "audit-log-on",
        settings: &[SettingName::UnifiedAuditLog, SettingName::MailboxAuditOff],
        remarks: &["reach-audit-bypassed"],
        plan: audit_log_on,
        reach: reach_of_audit,
    },
    Fix {
        name: "alert-recipients",
        settings: &[SettingName::AlertRecipients],
        remarks: &["reach-alert-by-hand"],
        plan: alert_recipients,
        reach: reach_of_alerts,
    },
    Fix {
        name: "consent-restricted",
        settings: &[SettingName::UserConsent, SettingName::RiskyConsent],
        remarks: &["reach-consents-stay", "reach-consents-unread", "reach-requests-by-hand"],
        plan: directory::consent_restricted,
        reach: directory::reach_of_consent,
    },
    Fix {
        name: "users-register-no-apps",
        settings: &[SettingName::UsersRegisterApps],
        remarks: &["reach-registered-apps-stay"],
        plan: directory::users_register_no_apps,
        reach: |_| vec![Remark::new("reach-registered-apps-stay")],
    },
    Fix {
        name: "guests-restricted",
        settings: &[SettingName::GuestInvites, SettingName::GuestsRead, SettingName::JoinsByMail],
        remarks: &["reach-guests", "reach-guests-unread"],
        plan: directory::guests_restricted,
        reach: directory::reach_of_guests,
    },
    Fix {
        name: BlockedWay::DeviceCode.item(),
        settings: &[SettingName::BlockDeviceCode],
        remarks: block::REMARKS,
        plan: block::device_code,
        reach: block::reach_of_device_code,
    },
    Fix {
        name: BlockedWay::LegacyAuthentication.item(),
        settings: &[SettingName::BlockLegacyAuthentication],
        remarks: block::REMARKS,
        plan: block::legacy,
        reach: block::reach_of_legacy,
    },
];

/// The fix of that name.
pub fn named(name: &str) -> Option<Fix> {
    FIXES.iter().copied().find(|fix| fix.name == name)
}

/// A change of a switch of the organisation, if it is not so already.
fn switch(name: SettingName, member: &str, is: Option<bool>, to: bool) -> Result<Option<Change>, Answer> {
    let is = Estate::said(name.facet(), member, is)?;
    Ok((is != to).then_some(Change { name, of: None, from: Value::Flag(is), to: Value::Flag(to) }))
}

/// Off in so many words in every policy that applies, and in every remote domain.
fn external_forwarding_off(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    let read = estate.outbound_policies()?;
    let mut changes = Vec::new();
    for policy in read.policies.iter().filter(|policy| policy.applies != Applies::ToNobody) {
        let mode = Estate::said(FacetName::OutboundPolicies, "AutoForwardingMode", policy.forwarding.as_ref())?;
        if *mode != AutoForwarding::Off {
            changes.push(Change {
                name: SettingName::OutboundForwarding,
                of: Some(policy.object.clone()),
                from: Value::Text(mode.as_str().to_owned()),
                to: Value::Text(AutoForwarding::Off.as_str().to_owned()),
            });
        }
    }
    for remote in &read.remote_domains {
        let forwards = Estate::said(FacetName::OutboundPolicies, "AutoForwardEnabled", remote.forwards)?;
        if let Some(change) = switch(SettingName::RemoteForwarding, "AutoForwardEnabled", Some(forwards), false)? {
            changes.push(Change { of: Some(remote.object.clone()), ..change });
        }
    }
    Ok(changes)
}

fn reach_of_forwarding(estate: &Estate<'_>) -> Vec<Remark> {
    let (Ok(mailboxes), Ok(inside)) = (estate.mailbox_forwarding(), estate.dkim()) else {
        return vec![Remark::new("reach-forwarding-unread")];
    };
    let may_leave = mailboxes.forwarding.iter().filter(|mailbox| {
        mailbox.recipient.is_some() || mailbox.address.as_deref().is_some_and(|address| !inside.is_inside(address))
    });
    vec![Remark::new("reach-mailboxes-forwarding").with("number", may_leave.count().to_string())]
}

/// For the organisation. Mailboxes with a setting of their own keep it: somebody decided so, and the reach names them.
fn smtp_auth_off(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    let is = estate.mail_settings()?.smtp_auth_off;
    Ok(switch(SettingName::SmtpAuthOff, "SmtpClientAuthenticationDisabled", is, true)?.into_iter().collect())
}

fn reach_of_smtp_auth(estate: &Estate<'_>) -> Vec<Remark> {
    let Ok(mailboxes) = estate.mailbox_protocols() else { return vec![Remark::new("reach-smtp-auth-unread")] };
    let lost = Remark::new("reach-smtp-auth-lost").with("number", mailboxes.smtp_auth_inherited.to_string());
    let kept = mailboxes.smtp_auth_on.iter().map(|who| Remark::new("reach-smtp-auth-kept").with("who", who));
    [lost].into_iter().chain(kept).collect()
}

fn direct_send_rejected(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    let is = estate.mail_settings()?.direct_send_rejected;
    Ok(switch(SettingName::DirectSendRejected, "RejectDirectSend", is, true)?.into_iter().collect())
}

fn external_tag_on(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    let is = estate.mail_settings()?.external_tag;
    Ok(switch(SettingName::ExternalTag, "Enabled", is, true)?.into_iter().collect())
}

fn audit_log_on(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    let read = estate.audit_settings()?;
    let unified = switch(SettingName::UnifiedAuditLog, "UnifiedAuditLogIngestionEnabled", read.unified_log, true)?;
    let mailboxes = switch(SettingName::MailboxAuditOff, "AuditDisabled", read.mailbox_audit_off, false)?;
    Ok(unified.into_iter().chain(mailboxes).collect())
}

fn reach_of_audit(estate: &Estate<'_>) -> Vec<Remark> {
    let Ok(read) = estate.audit_settings() else { return Vec::new() };
    read.bypassed.iter().map(|who| Remark::new("reach-audit-bypassed").with("who", who)).collect()
}

/// Alert policies that are on, are wanted and reach nobody.
fn unheard<'a>(estate: &Estate<'a>) -> Result<Vec<&'a AlertPolicy>, Answer> {
    let policies = &estate.alert_policies()?.policies;
    let unheard = policies.iter().filter(|policy| is_wanted(policy) && !policy.recipients.iter().any(is_there));
    Ok(unheard.collect())
}

/// All administrators are told, beside whoever is told already. Microsoft's own policies are changed in the portal alone.
fn alert_recipients(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    let own = unheard(estate)?.into_iter().filter(|policy| policy.built_in == Some(false));
    let change = |policy: &AlertPolicy| {
        let kept = policy.recipients.iter().filter(|recipient| recipient.exists != Some(false));
        let to = kept.map(|recipient| recipient.address.clone()).chain([ALL_ADMINISTRATORS.to_owned()]);
        Change {
            name: SettingName::AlertRecipients,
            of: Some(policy.object.clone()),
            from: policy.addresses(),
            to: Value::Texts(to.collect()),
        }
    };
    Ok(own.map(change).collect())
}

fn reach_of_alerts(estate: &Estate<'_>) -> Vec<Remark> {
    let Ok(unheard) = unheard(estate) else { return Vec::new() };
    let by_hand = unheard.into_iter().filter(|policy| policy.built_in != Some(false));
    by_hand.map(|policy| Remark::new("reach-alert-by-hand").with("policy", &policy.object.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facets::{Reading, Reversal, Verified};
    use crate::plan::Action;
    use crate::posture::measure;
    use crate::posture::measure::tests::{Land, inside, object};
    use crate::tenant::TenantReading;
    use crate::tenant::alert_policies::{AlertPolicies, Recipient};
    use crate::tenant::audit_settings::AuditSettings;
    use crate::tenant::authorization_policy::{AuthorizationPolicy, ConsentRight, GuestAccess, Invites};
    use crate::tenant::mail_settings::MailSettings;
    use crate::tenant::mailbox_forwarding::{Forwards, MailboxForwarding};
    use crate::tenant::mailbox_protocols::MailboxProtocols;
    use crate::tenant::outbound_policy::{OutboundPolicies, OutboundPolicy, RemoteDomain, WhenReached};

    /// Does what a change says, to a reading.
    fn set(reading: &mut TenantReading, change: &Change) {
        let of = change.of.as_ref().map(|object| object.id.clone());
        match (reading, change.name, change.to.clone()) {
            (TenantReading::MailSettings(read), SettingName::SmtpAuthOff, Value::Flag(to)) => read.smtp_auth_off = Some(to),
            (TenantReading::MailSettings(read), SettingName::DirectSendRejected, Value::Flag(to)) => {
                read.direct_send_rejected = Some(to);
            }
            (TenantReading::MailSettings(read), SettingName::ExternalTag, Value::Flag(to)) => read.external_tag = Some(to),
            (TenantReading::AuditSettings(read), SettingName::UnifiedAuditLog, Value::Flag(to)) => read.unified_log = Some(to),
            (TenantReading::AuditSettings(read), SettingName::MailboxAuditOff, Value::Flag(to)) => {
                read.mailbox_audit_off = Some(to);
            }
            (TenantReading::OutboundPolicies(read), SettingName::OutboundForwarding, Value::Text(to)) => {
                let policy = read.policies.iter_mut().find(|policy| Some(&policy.object.id) == of.as_ref()).unwrap();
                policy.forwarding = Some(to.as_str().into());
            }
            (TenantReading::OutboundPolicies(read), SettingName::RemoteForwarding, Value::Flag(to)) => {
                let domain = read.remote_domains.iter_mut().find(|domain| Some(&domain.object.id) == of.as_ref()).unwrap();
                domain.forwards = Some(to);
            }
            (TenantReading::AlertPolicies(read), SettingName::AlertRecipients, Value::Texts(to)) => {
                let policy = read.policies.iter_mut().find(|policy| Some(&policy.object.id) == of.as_ref()).unwrap();
                policy.recipients = to.into_iter().map(|address| Recipient { address, exists: None }).collect();
            }
            (TenantReading::AuthorizationPolicy(read), SettingName::UserConsent, Value::Texts(to)) => {
                read.consent = to.iter().map(|text| ConsentRight::parse(text)).collect();
            }
            (TenantReading::AuthorizationPolicy(read), SettingName::RiskyConsent, Value::Flag(to)) => {
                read.risky_consent = Some(to);
            }
            (TenantReading::AuthorizationPolicy(read), SettingName::UsersRegisterApps, Value::Flag(to)) => {
                read.users_register_apps = Some(to);
            }
            (TenantReading::AuthorizationPolicy(read), SettingName::JoinsByMail, Value::Flag(to)) => {
                read.joins_by_mail = Some(to);
            }
            (TenantReading::AuthorizationPolicy(read), SettingName::GuestInvites, Value::Text(to)) => {
                read.invites = Some(to.as_str().into());
            }
            (TenantReading::AuthorizationPolicy(read), SettingName::GuestsRead, Value::Text(to)) => {
                read.guests_read = Some(to.as_str().into());
            }
            other => panic!("no such setting: {other:?}"),
        }
    }

    /// A tenant in which nothing is as it should be.
    fn bare() -> Vec<TenantReading> {
        let policy = |name: &str, applies, mode: &str| OutboundPolicy {
            object: object(name),
            applies,
            forwarding: Some(mode.into()),
            when_reached: Some(WhenReached::Alert),
        };
        let alert = |name: &str, to: &[&str]| AlertPolicy {
            object: object(name),
            on: Some(true),
            sends_mail: Some(true),
            recipients: to.iter().map(|to| Recipient { address: (*to).to_owned(), exists: Some(false) }).collect(),
            built_in: Some(false),
        };
        vec![
            MailSettings {
                smtp_auth_off: Some(false),
                modern_authentication: Some(true),
                direct_send_rejected: Some(false),
                external_tag: Some(false),
                external_tag_spares: Vec::new(),
            }
            .into(),
            MailboxProtocols { read: 3, smtp_auth_inherited: 3, ..MailboxProtocols::default() }.into(),
            AuditSettings { unified_log: Some(false), mailbox_audit_off: Some(true), bypassed: Vec::new() }.into(),
            OutboundPolicies {
                policies: vec![
                    policy("Default", Applies::ToTheRest, "Automatic"),
                    policy("Sales", Applies::ByRule, "On"),
                    policy("Old", Applies::ToNobody, "On"),
                ],
                remote_domains: vec![RemoteDomain { object: object("all"), domain: "*".to_owned(), forwards: Some(true) }],
            }
            .into(),
            AlertPolicies {
                policies: vec![
                    alert("Creation of forwarding/redirect rule", &["left@contoso.com"]),
                    alert("User restricted from sending email", &[]),
                    alert("Suspicious email sending patterns detected", &[]),
                    alert("Elevation of Exchange admin privilege", &[]),
                    alert("Another one", &[]),
                ],
            }
            .into(),
            // Requests are taken: the description has no way to switch that, and so no fix has.
            AuthorizationPolicy {
                consent: Some(vec![ConsentRight::Anything, ConsentRight::ForOwnedGroups("ours".to_owned())]),
                risky_consent: Some(true),
                users_register_apps: Some(true),
                users_create_tenants: Some(true),
                joins_by_mail: Some(true),
                invites: Some(Invites::Everybody),
                guests_read: Some(GuestAccess::LikeMembers),
                requests_taken: Some(true),
                request_reviewers: Some(1),
            }
            .into(),
        ]
    }

    fn land(readings: &[TenantReading]) -> Land {
        readings.iter().cloned().fold(Land::new(), Land::with)
    }

    /// Fixes of one plan. Blocks take two, and are tried on a whole directory in `tests/posture_blocks.rs`.
    fn of_one_plan() -> impl Iterator<Item = &'static Fix> {
        FIXES.iter().filter(|fix| fix.settings.iter().all(|name| name.facet() != FacetName::ConditionalAccess))
    }

    fn item_of(fix: &str) -> &str {
        if fix == "alert-recipients" { "alerts-reach-somebody" } else { fix }
    }

    #[test]
    fn a_fix_makes_its_measure_met_and_then_has_nothing_left_to_do() {
        for fix in of_one_plan() {
            let mut readings = bare();
            let measure = measure::named(item_of(fix.name)).expect("its measure");
            let before = land(&readings);
            assert_eq!(measure.answer(&before.estate()).as_str(), "not-met", "{}", fix.name);
            let changes = (fix.plan)(&before.estate()).expect("all was read");
            assert!(!changes.is_empty(), "{}", fix.name);
            for change in &changes {
                assert!(fix.settings.contains(&change.name), "{} changes {:?}", fix.name, change.name);
                let reading = readings.iter_mut().find(|reading| reading.facet() == change.facet()).expect("read");
                set(reading, change);
            }
            let after = land(&readings);
            assert_eq!(measure.answer(&after.estate()).as_str(), "met", "{}", fix.name);
            assert_eq!((fix.plan)(&after.estate()), Ok(Vec::new()), "{}", fix.name);
        }
    }

    #[test]
    fn each_change_is_seen_and_comes_back_to_what_it_was() {
        for fix in of_one_plan() {
            let mut readings = bare();
            for change in (fix.plan)(&land(&readings).estate()).expect("all was read") {
                let reading = readings.iter_mut().find(|reading| reading.facet() == change.facet()).expect("read");
                let was = Reading::from(reading.clone());
                assert_eq!(change.conflict(&was), None, "{change:?}");
                assert_eq!(change.shows(&was), Verified::NotYet);
                set(reading, &change);
                let now = Reading::from(reading.clone());
                assert_eq!(change.shows(&now), Verified::Yes, "{change:?}");
                let Reversal::By(back) = change.reversal(&now) else { panic!("{change:?}") };
                let Action::Setting(back) = *back else { panic!("{change:?}") };
                assert_eq!((&back.from, &back.to), (&change.to, &change.from));
                set(reading, &back);
                assert_eq!(change.reversal(&Reading::from(reading.clone())), Reversal::AlreadyBack);
            }
        }
    }

    #[test]
    fn what_was_not_read_is_no_change() {
        for fix in FIXES {
            let blind = fix.settings.iter().fold(Land::new(), |land, name| land.blind(name.facet()));
            let planned = (fix.plan)(&blind.estate());
            assert!(matches!(planned, Err(Hindrance::Unread(Answer::NotMeasurable { .. }))), "{}", fix.name);
        }
    }

    #[test]
    fn a_policy_that_applies_to_nobody_is_left_alone() {
        let changes = external_forwarding_off(&land(&bare()).estate()).expect("all was read");
        let names: Vec<&str> = changes.iter().filter_map(|change| change.of.as_ref()).map(|of| of.name.as_str()).collect();
        assert_eq!(names, ["Default", "Sales", "all"]);
    }

    #[test]
    fn the_reach_says_whom_it_touches() {
        let forwards =
            |address: &str| Forwards { who: "a@contoso.com".to_owned(), address: Some(address.to_owned()), recipient: None };
        let forwarding = vec![forwards("drop@example.net"), forwards("b@contoso.com")];
        let smtp_auth_on = vec!["printer@contoso.com".to_owned()];
        let read = land(&bare()).with(inside()).with(MailboxForwarding { read: 3, forwarding }).with(MailboxProtocols {
            read: 3,
            smtp_auth_inherited: 2,
            smtp_auth_on,
            ..MailboxProtocols::default()
        });
        assert_eq!(reach_of_forwarding(&read.estate()), [Remark::new("reach-mailboxes-forwarding").with("number", "1")]);
        let smtp = [
            Remark::new("reach-smtp-auth-lost").with("number", "2"),
            Remark::new("reach-smtp-auth-kept").with("who", "printer@contoso.com"),
        ];
        assert_eq!(reach_of_smtp_auth(&read.estate()), smtp);
        assert_eq!(reach_of_forwarding(&Land::new().estate()), [Remark::new("reach-forwarding-unread")]);
    }

    #[test]
    fn microsofts_own_alert_policies_are_left_to_a_person() {
        let mut readings = bare();
        for reading in &mut readings {
            if let TenantReading::AlertPolicies(read) = reading {
                read.policies.iter_mut().for_each(|policy| policy.built_in = Some(true));
            }
        }
        let read = land(&readings);
        assert_eq!(alert_recipients(&read.estate()), Ok(Vec::new()));
        assert_eq!(reach_of_alerts(&read.estate()).len(), 4);
    }

    #[test]
    fn remarks_about_reach_stand_in_the_table() {
        let land = land(&bare()).with(MailboxForwarding::default()).with(inside());
        for fix in FIXES {
            for remark in (fix.reach)(&land.estate()).iter().chain(&(fix.reach)(&Land::new().estate())) {
                assert!(fix.remarks.contains(&remark.code.as_str()), "{} makes {}", fix.name, remark.code);
            }
        }
    }
}
