//! A hardened tenant meets every item about mail, and one setting that is turned changes exactly the items that name it.

use std::collections::BTreeMap;

use regain_incident::account::Account;
use regain_incident::facet::Facet;
use regain_incident::ids::AccountId;
use regain_incident::posture::estate::Estate;
use regain_incident::posture::{fix, measure};
use regain_incident::snapshot::Snapshot;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::advanced_protection::{AdvancedProtection, SafeAttachments, SafeLinks};
use regain_incident::tenant::alert_policies::{ALL_ADMINISTRATORS, AlertPolicies, AlertPolicy, Recipient};
use regain_incident::tenant::audit_settings::AuditSettings;
use regain_incident::tenant::dkim::{AcceptedDomain, Dkim, Signing};
use regain_incident::tenant::dns_records::{Dmarc, DnsRecords, DomainRecords};
use regain_incident::tenant::mail_flow::{InboundConnector, Journal, MailFlow, OutboundConnector, TransportRule};
use regain_incident::tenant::mail_protection::{
    AntiPhishing, ConnectionFilter, ContentFilter, Level, MailProtection, MalwareFilter, Preset,
};
use regain_incident::tenant::mail_settings::MailSettings;
use regain_incident::tenant::mailbox_forwarding::{Forwards, MailboxForwarding};
use regain_incident::tenant::mailbox_protocols::MailboxProtocols;
use regain_incident::tenant::outbound_policy::{
    Applies, AutoForwarding, OutboundPolicies, OutboundPolicy, RemoteDomain, WhenReached,
};
use regain_incident::tenant::setting::Object;
use regain_incident::tenant::sharing_policies::{Share, SharingPolicies, SharingPolicy};

/// What was read of a tenant.
#[derive(Clone)]
struct Land {
    audit: AuditSettings,
    settings: MailSettings,
    protocols: MailboxProtocols,
    forwarding: MailboxForwarding,
    outbound: OutboundPolicies,
    protection: MailProtection,
    advanced: AdvancedProtection,
    flow: MailFlow,
    dkim: Dkim,
    alerts: AlertPolicies,
    sharing: SharingPolicies,
    dns: DnsRecords,
}

fn object(name: &str) -> Object {
    Object { id: name.to_owned(), name: name.to_owned() }
}

fn alert(name: &str) -> AlertPolicy {
    let recipients = vec![Recipient { address: ALL_ADMINISTRATORS.to_owned(), exists: None }];
    AlertPolicy { object: object(name), on: Some(true), sends_mail: Some(true), recipients, built_in: Some(true) }
}

/// Everything as it should be, by policies of its own: no preset covers anything.
fn hardened() -> Land {
    let name = || "Default".to_owned();
    let alerts = [
        "Creation of forwarding/redirect rule",
        "User restricted from sending email",
        "Suspicious email sending patterns detected",
        "Elevation of Exchange admin privilege",
    ];
    let on = Some(true);
    let off = Some(false);
    Land {
        audit: AuditSettings { unified_log: on, mailbox_audit_off: off, bypassed: Vec::new() },
        settings: MailSettings {
            smtp_auth_off: on,
            modern_authentication: on,
            direct_send_rejected: on,
            external_tag: on,
            external_tag_spares: Vec::new(),
        },
        protocols: MailboxProtocols { read: 2, smtp_auth_inherited: 2, ..MailboxProtocols::default() },
        forwarding: MailboxForwarding { read: 2, forwarding: Vec::new() },
        outbound: OutboundPolicies {
            policies: vec![OutboundPolicy {
                object: object("Default"),
                applies: Applies::ToTheRest,
                forwarding: Some(AutoForwarding::Off),
                when_reached: Some(WhenReached::Block),
            }],
            remote_domains: vec![RemoteDomain { object: object("Default"), domain: "*".to_owned(), forwards: off }],
        },
        protection: MailProtection {
            presets: Vec::new(),
            anti_phishing: vec![AntiPhishing {
                name: name(),
                is_default: on,
                on,
                spoof: on,
                users: on,
                own_domains: on,
                mailbox_intelligence: on,
                honours_dmarc: on,
            }],
            content: vec![ContentFilter { name: name(), allowed: Vec::new(), takes_back_phishing: on }],
            malware: vec![MalwareFilter { name: name(), refuses_files: on, takes_back: on }],
            connection: vec![ConnectionFilter { name: name(), allowed: Vec::new(), safe_list: off }],
        },
        advanced: AdvancedProtection {
            presets: Vec::new(),
            links: vec![SafeLinks { name: name(), built_in: on, in_mail: on, looks: on, click_through: off }],
            attachments: vec![SafeAttachments { name: name(), built_in: on, on, keeps_back: on }],
            files_elsewhere: on,
        },
        flow: MailFlow {
            rules: vec![TransportRule {
                object: object("rule"),
                acts: on,
                marks_as_clean: false,
                skips_checks: false,
                redirects: Vec::new(),
                copies: Vec::new(),
                deletes: false,
                by: None,
                changed: None,
            }],
            inbound: vec![InboundConnector {
                object: object("relay"),
                on,
                own_servers: on,
                addresses: Vec::new(),
                certificate: Some("mx.contoso.com".to_owned()),
                sealed: on,
                only_addresses: off,
                only_certificate: off,
                as_internal: off,
            }],
            outbound: vec![OutboundConnector {
                object: object("out"),
                on,
                domains: vec!["partner.example".to_owned()],
                servers: vec!["203.0.113.9".to_owned()],
                by_rule_only: off,
            }],
            journals: vec![Journal { object: object("journal"), on, to: Some("archive@contoso.com".to_owned()) }],
        },
        dkim: Dkim {
            domains: vec![AcceptedDomain { name: "contoso.com".to_owned(), initial: off }],
            signing: vec![Signing {
                domain: "contoso.com".to_owned(),
                on,
                status: Some("Valid".to_owned()),
                selectors: Vec::new(),
            }],
        },
        alerts: AlertPolicies { policies: alerts.map(alert).to_vec() },
        sharing: SharingPolicies {
            policies: vec![SharingPolicy {
                name: name(),
                on,
                shares: vec![Share { with: "*".to_owned(), what: vec!["CalendarSharingFreeBusySimple".to_owned()] }],
            }],
        },
        dns: DnsRecords {
            domains: vec![DomainRecords {
                name: "contoso.com".to_owned(),
                spf: vec!["v=spf1 include:spf.protection.outlook.com -all".to_owned()],
                dmarc: vec![Dmarc { of: "contoso.com".to_owned(), text: "v=DMARC1; p=reject".to_owned() }],
                ..DomainRecords::default()
            }],
        },
    }
}

fn preset() -> Preset {
    let name = "Strict Preset Security Policy".to_owned();
    Preset { name, level: Level::Strict, on: Some(true), for_everybody: true, domains: Vec::new(), spares: Vec::new() }
}

fn snapshot(land: Land) -> Snapshot {
    let readings: [TenantReading; 12] = [
        land.audit.into(),
        land.settings.into(),
        land.protocols.into(),
        land.forwarding.into(),
        land.outbound.into(),
        land.protection.into(),
        land.advanced.into(),
        land.flow.into(),
        land.dkim.into(),
        land.alerts.into(),
        land.sharing.into(),
        land.dns.into(),
    ];
    let tenant = "b0000000-0000-4000-8000-000000000000".parse().expect("an id");
    let at = "2026-11-02T02:00:00Z".parse().expect("a time");
    let mut snapshot = Snapshot::begun(Account::organisation(AccountId::of_organisation(&tenant), "contoso.com"), at);
    for reading in readings {
        snapshot.facets.insert(reading.facet(), Facet::Read { value: reading.into(), at });
    }
    snapshot
}

/// Every measure by name.
fn answers(land: Land) -> BTreeMap<&'static str, &'static str> {
    answers_of(&snapshot(land))
}

fn answers_of(snapshot: &Snapshot) -> BTreeMap<&'static str, &'static str> {
    let estate = Estate::of(snapshot, snapshot.taken_at);
    let all = measure::ROOMS.iter().flat_map(|room| room.iter());
    all.map(|measure| (measure.name, measure.answer(&estate).as_str())).collect()
}

/// The measures that these readings decide: they answer here, and not where nothing was read.
fn of_mail(land: Land) -> Vec<(&'static str, &'static str)> {
    let unread = answers_of(&Snapshot { facets: BTreeMap::new(), ..snapshot(hardened()) });
    let is_decided = |name: &str, answer| answer != "not-measurable" && unread.get(name) == Some(&"not-measurable");
    answers(land).into_iter().filter(|(name, answer)| is_decided(name, *answer)).collect()
}

#[test]
fn a_hardened_tenant_lacks_only_the_presets_that_it_does_not_use() {
    let lacking: Vec<_> = of_mail(hardened()).into_iter().filter(|(_, answer)| *answer != "met").collect();
    assert_eq!(lacking, [("preset-policies-on", "not-met")]);
    let mut with_presets = hardened();
    with_presets.protection.presets = vec![preset()];
    with_presets.advanced.presets = vec![preset()];
    assert!(of_mail(with_presets).iter().all(|(_, answer)| *answer == "met"));
}

#[test]
fn a_hardened_tenant_has_nothing_to_fix() {
    let snapshot = snapshot(hardened());
    let estate = Estate::of(&snapshot, snapshot.taken_at);
    for name in [
        "external-forwarding-off",
        "smtp-auth-off",
        "direct-send-rejected",
        "external-tag-on",
        "audit-log-on",
        "alert-recipients",
    ] {
        let fix = fix::named(name).expect("a fix");
        assert_eq!((fix.plan)(&estate), Ok(Vec::new()), "{name}");
    }
}

/// One setting turned, and the measures that must notice.
type Flip = (&'static str, fn(&mut Land), &'static [&'static str]);

const FLIPS: &[Flip] = &[
    ("unified log", |land| land.audit.unified_log = Some(false), &["audit-log-on"]),
    ("mailbox audit", |land| land.audit.mailbox_audit_off = Some(true), &["audit-log-on"]),
    ("bypass", |land| land.audit.bypassed = vec!["x".to_owned()], &["audit-log-on"]),
    ("SMTP AUTH", |land| land.settings.smtp_auth_off = Some(false), &["smtp-auth-off"]),
    ("SMTP AUTH of one", |land| land.protocols.smtp_auth_on = vec!["x".to_owned()], &["smtp-auth-off"]),
    ("POP", |land| land.protocols.pop = vec!["x".to_owned()], &["pop-and-imap-off"]),
    ("IMAP", |land| land.protocols.imap = vec!["x".to_owned()], &["pop-and-imap-off"]),
    ("modern authentication", |land| land.settings.modern_authentication = Some(false), &["modern-authentication-on"]),
    ("direct send", |land| land.settings.direct_send_rejected = Some(false), &["direct-send-rejected"]),
    ("external tag", |land| land.settings.external_tag = Some(false), &["external-tag-on"]),
    ("external tag spares", |land| land.settings.external_tag_spares = vec!["x".to_owned()], &["external-tag-on"]),
    (
        "a mailbox forwards",
        |land| {
            land.forwarding.forwarding =
                vec![Forwards { who: "x".to_owned(), address: Some("x@example.net".to_owned()), recipient: None }];
        },
        &["no-mailbox-forwards-outside"],
    ),
    (
        "forwarding mode",
        |land| land.outbound.policies[0].forwarding = Some(AutoForwarding::Automatic),
        &["external-forwarding-off"],
    ),
    ("remote domain", |land| land.outbound.remote_domains[0].forwards = Some(true), &["external-forwarding-off"]),
    ("limit", |land| land.outbound.policies[0].when_reached = Some(WhenReached::Alert), &["senders-blocked-at-limit"]),
    ("spoof", |land| land.protection.anti_phishing[0].spoof = Some(false), &["anti-phishing-on"]),
    ("DMARC honoured", |land| land.protection.anti_phishing[0].honours_dmarc = Some(false), &["anti-phishing-on"]),
    ("impersonated users", |land| land.protection.anti_phishing[0].users = Some(false), &["anti-phishing-on"]),
    ("own domains", |land| land.protection.anti_phishing[0].own_domains = Some(false), &["anti-phishing-on"]),
    ("mailbox intelligence", |land| land.protection.anti_phishing[0].mailbox_intelligence = Some(false), &["anti-phishing-on"]),
    ("allowed senders", |land| land.protection.content[0].allowed = vec!["x".to_owned()], &["no-senders-waved-through"]),
    ("allowed addresses", |land| land.protection.connection[0].allowed = vec!["x".to_owned()], &["no-senders-waved-through"]),
    ("safe list", |land| land.protection.connection[0].safe_list = Some(true), &["no-senders-waved-through"]),
    ("phishing taken back", |land| land.protection.content[0].takes_back_phishing = Some(false), &["malware-filter-on"]),
    ("malware taken back", |land| land.protection.malware[0].takes_back = Some(false), &["malware-filter-on"]),
    ("files refused", |land| land.protection.malware[0].refuses_files = Some(false), &["malware-filter-on"]),
    ("links in mail", |land| land.advanced.links[0].in_mail = Some(false), &["safe-links-on"]),
    ("links looked at", |land| land.advanced.links[0].looks = Some(false), &["safe-links-on"]),
    ("click through", |land| land.advanced.links[0].click_through = Some(true), &["safe-links-on"]),
    ("attachments", |land| land.advanced.attachments[0].on = Some(false), &["safe-attachments-on"]),
    ("attachments kept back", |land| land.advanced.attachments[0].keeps_back = Some(false), &["safe-attachments-on"]),
    ("files elsewhere", |land| land.advanced.files_elsewhere = Some(false), &["safe-attachments-on"]),
    ("rule marks as clean", |land| land.flow.rules[0].marks_as_clean = true, &["no-rule-bypasses-filtering"]),
    ("rule skips checks", |land| land.flow.rules[0].skips_checks = true, &["no-rule-bypasses-filtering"]),
    ("rule copies", |land| land.flow.rules[0].copies = vec!["x@example.net".to_owned()], &["no-mail-led-outside"]),
    ("rule redirects", |land| land.flow.rules[0].redirects = vec!["x@example.net".to_owned()], &["no-mail-led-outside"]),
    ("journal", |land| land.flow.journals[0].to = Some("x@example.net".to_owned()), &["no-mail-led-outside"]),
    ("connector out", |land| land.flow.outbound[0].domains = vec!["*".to_owned()], &["no-mail-led-outside"]),
    ("certificate", |land| land.flow.inbound[0].certificate = None, &["connectors-restricted"]),
    ("plain text", |land| land.flow.inbound[0].sealed = Some(false), &["connectors-restricted"]),
    ("signing", |land| land.dkim.signing[0].on = Some(false), &["dkim-on"]),
    ("keys", |land| land.dkim.signing[0].status = Some("CnameMissing".to_owned()), &["dkim-on"]),
    ("alert off", |land| land.alerts.policies[0].on = Some(false), &["alerts-reach-somebody"]),
    ("alert silent", |land| land.alerts.policies[1].sends_mail = Some(false), &["alerts-reach-somebody"]),
    ("alert to nobody", |land| land.alerts.policies[2].recipients.clear(), &["alerts-reach-somebody"]),
    (
        "sharing",
        |land| land.sharing.policies[0].shares[0].what = vec!["ContactsSharing".to_owned()],
        &["calendars-not-shared-with-all"],
    ),
    ("SPF", |land| land.dns.domains[0].spf = vec!["v=spf1 ~all".to_owned()], &["spf-hard"]),
    ("DMARC", |land| land.dns.domains[0].dmarc.clear(), &["dmarc-enforced"]),
    (
        "preset",
        |land| {
            land.protection.presets = vec![preset()];
            land.advanced.presets = vec![preset()];
        },
        &["preset-policies-on"],
    ),
];

#[test]
fn one_setting_changes_exactly_the_items_that_name_it() {
    let before = answers(hardened());
    for (what, flip, expected) in FLIPS {
        let mut land = hardened();
        flip(&mut land);
        let after = answers(land);
        let changed: Vec<&str> =
            before.iter().filter(|(name, was)| after.get(*name) != Some(*was)).map(|(name, _)| *name).collect();
        assert_eq!(changed, *expected, "{what}");
    }
}

#[test]
fn every_measure_of_mail_is_flipped() {
    let flipped: Vec<&str> = FLIPS.iter().flat_map(|(_, _, names)| names.iter().copied()).collect();
    let measured = of_mail(hardened());
    assert!(measured.len() >= 22, "{measured:?}");
    let unflipped: Vec<_> = measured.iter().filter(|(name, _)| !flipped.contains(name)).collect();
    assert!(unflipped.is_empty(), "{unflipped:?}");
}
