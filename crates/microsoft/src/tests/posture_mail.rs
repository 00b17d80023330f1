//! What the tenant is set to, as Exchange and Purview tell it.

use super::mail::{cmdlets, missing, rows, sent_cmdlet};
use super::*;
use crate::testing::intent;
use regain_incident::facet::FacetName;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::alert_policies::Recipient;
use regain_incident::tenant::mail_protection::Level;
use regain_incident::tenant::outbound_policy::{Applies, AutoForwarding, WhenReached};
use regain_incident::tenant::setting::{Change, Object, SettingName, Value as Wanted};
use regain_ports::Mail as _;

/// The facet, read from cmdlets that answer so; one that is not named has no rows.
async fn told(facet: FacetName, answers: Value) -> TenantReading {
    let tenant = Tenant::new().await;
    cmdlets(&tenant.exchange, move |name, _| rows(answers.get(name).cloned().unwrap_or_else(|| json!([])))).await;
    tenant.ours.tenant(facet).await.unwrap().value.unwrap()
}

fn denied() -> ResponseTemplate {
    ResponseTemplate::new(403).set_body_bytes(vec![0, 0, 0])
}

#[tokio::test]
async fn switches_are_read_and_what_was_not_sent_is_none() {
    let answers = json!({
        "Get-TransportConfig": [{"SmtpClientAuthenticationDisabled": false}],
        "Get-OrganizationConfig": [{"OAuth2ClientProfileEnabled": true}],
        "Get-ExternalInOutlook": [{"Enabled": true, "AllowList": ["example.net"]}],
    });
    let TenantReading::MailSettings(read) = told(FacetName::MailSettings, answers).await else { panic!() };
    assert_eq!((read.smtp_auth_off, read.modern_authentication, read.direct_send_rejected), (Some(false), Some(true), None));
    assert_eq!((read.external_tag, read.external_tag_spares), (Some(true), vec!["example.net".to_owned()]));
}

#[tokio::test]
async fn null_inherits_and_what_was_not_sent_is_told() {
    let mailbox = |who: &str, smtp: Value| json!({"Name": who, "PrimarySmtpAddress": format!("{who}@contoso.com"), "SmtpClientAuthenticationDisabled": smtp, "PopEnabled": who == "a", "ImapEnabled": false});
    let unsaid = json!({"Name": "d", "PopEnabled": false, "ImapEnabled": false});
    let all = json!([mailbox("a", json!(null)), mailbox("b", json!(false)), mailbox("c", json!(true)), unsaid]);
    let TenantReading::MailboxProtocols(read) = told(FacetName::MailboxProtocols, json!({"Get-CASMailbox": all})).await else {
        panic!()
    };
    assert_eq!((read.read, read.smtp_auth_inherited), (4, 1));
    assert_eq!(
        (read.smtp_auth_on, read.pop, read.untold),
        (vec!["b@contoso.com".to_owned()], vec!["a@contoso.com".to_owned()], vec!["d".to_owned()])
    );
}

#[tokio::test]
async fn mailboxes_that_forward_are_named() {
    let all = json!([
        {"Name": "a", "UserPrincipalName": "a@contoso.com", "ForwardingAddress": null, "ForwardingSmtpAddress": "smtp:drop@example.net"},
        {"Name": "b", "UserPrincipalName": "b@contoso.com", "ForwardingAddress": "Sam Lind", "ForwardingSmtpAddress": null},
        {"Name": "c", "UserPrincipalName": "c@contoso.com", "ForwardingAddress": null, "ForwardingSmtpAddress": null},
    ]);
    let TenantReading::MailboxForwarding(read) = told(FacetName::MailboxForwarding, json!({"Get-Mailbox": all})).await else {
        panic!()
    };
    let found: Vec<_> =
        read.forwarding.iter().map(|one| (one.who.as_str(), one.address.as_deref(), one.recipient.as_deref())).collect();
    assert_eq!(found, [("a@contoso.com", Some("drop@example.net"), None), ("b@contoso.com", None, Some("Sam Lind"))]);
    assert_eq!(read.read, 3);
}

#[tokio::test]
async fn a_policy_applies_by_its_rule() {
    let policy = |name: &str, default: bool, mode: &str, then: &str| json!({"Name": name, "Identity": name, "IsDefault": default, "AutoForwardingMode": mode, "ActionWhenThresholdReached": then});
    let rule = |policy: &str, state: &str| json!({"Name": policy, "HostedOutboundSpamFilterPolicy": policy, "State": state});
    let answers = json!({
        "Get-HostedOutboundSpamFilterPolicy": [
            policy("Default", true, "Automatic", "BlockUserForToday"), policy("Sales", false, "On", "Alert"),
            policy("Old", false, "On", "Alert"), policy("Lost", false, "Later", "BlockUser"),
        ],
        "Get-HostedOutboundSpamFilterRule": [rule("Sales", "Enabled"), rule("Old", "Disabled")],
        "Get-RemoteDomain": [{"Name": "Default", "DomainName": "*", "Guid": "e7000000-0000-4000-8000-000000000004", "AutoForwardEnabled": true}],
    });
    let TenantReading::OutboundPolicies(read) = told(FacetName::OutboundPolicies, answers).await else { panic!() };
    let all: Vec<_> = read
        .policies
        .iter()
        .map(|policy| (policy.applies, policy.forwarding.clone().unwrap(), policy.when_reached.clone().unwrap()))
        .collect();
    let expected = [
        (Applies::ToTheRest, AutoForwarding::Automatic, WhenReached::BlockForToday),
        (Applies::ByRule, AutoForwarding::On, WhenReached::Alert),
        (Applies::ToNobody, AutoForwarding::On, WhenReached::Alert),
        (Applies::ToNobody, AutoForwarding::Other("Later".to_owned()), WhenReached::Block),
    ];
    assert_eq!(all, expected);
    let remote = read.remote_domains.first().unwrap();
    assert_eq!(
        (remote.object.id.as_str(), remote.domain.as_str(), remote.forwards),
        ("e7000000-0000-4000-8000-000000000004", "*", Some(true))
    );
}

#[tokio::test]
async fn presets_and_filters_are_read() {
    let answers = json!({
        "Get-EOPProtectionPolicyRule": [{"Name": "Strict Preset Security Policy", "State": "Enabled", "SentToMemberOf": ["chiefs@contoso.com"], "ExceptIfSentTo": null}],
        "Get-AntiPhishPolicy": [{"Name": "Office365 AntiPhish Default", "IsDefault": true, "Enabled": true, "EnableSpoofIntelligence": true, "EnableTargetedUserProtection": false}],
        "Get-HostedContentFilterPolicy": [{"Name": "Default", "AllowedSenders": ["a@example.net"], "AllowedSenderDomains": ["example.org"], "PhishZapEnabled": true}],
        "Get-MalwareFilterPolicy": [{"Name": "Default", "EnableFileFilter": true, "ZapEnabled": false}],
        "Get-HostedConnectionFilterPolicy": [{"Name": "Default", "IPAllowList": [], "EnableSafeList": true}],
    });
    let TenantReading::MailProtection(read) = told(FacetName::MailProtection, answers).await else { panic!() };
    let preset = read.presets.first().unwrap();
    assert_eq!((preset.level, preset.on, preset.for_everybody), (Level::Strict, Some(true), false));
    let phishing = read.anti_phishing.first().unwrap();
    assert_eq!((phishing.spoof, phishing.users, phishing.honours_dmarc), (Some(true), Some(false), None));
    assert_eq!(read.content.first().unwrap().allowed, ["a@example.net", "example.org"]);
    assert_eq!(read.malware.first().unwrap().takes_back, Some(false));
    assert_eq!(read.connection.first().unwrap().safe_list, Some(true));
}

#[tokio::test]
async fn a_missing_licence_is_told_from_a_missing_role() {
    let answers = json!({
        "Get-SafeLinksPolicy": [{"Name": "Built-In Protection Policy", "IsBuiltInProtection": true, "EnableSafeLinksForEmail": true, "ScanUrls": true, "AllowClickThrough": true}],
        "Get-SafeAttachmentPolicy": [{"Name": "Built-In Protection Policy", "IsBuiltInProtection": true, "Enable": true, "Action": "Block"}],
        "Get-AtpPolicyForO365": [{"Name": "Default", "EnableATPForSPOTeamsODB": true}],
    });
    let TenantReading::AdvancedProtection(read) = told(FacetName::AdvancedProtection, answers).await else { panic!() };
    assert_eq!(
        (read.links.first().unwrap().click_through, read.attachments.first().unwrap().keeps_back),
        (Some(true), Some(true))
    );
    assert_eq!(read.files_elsewhere, Some(true));

    let unlicensed = Tenant::new().await;
    cmdlets(&unlicensed.exchange, |name, _| if name == "Get-AntiPhishPolicy" { rows(json!([])) } else { denied() }).await;
    let error = unlicensed.ours.tenant(FacetName::AdvancedProtection).await.unwrap_err();
    assert!(
        matches!(&error.kind, ProviderErrorKind::Unlicensed { detail } if detail.contains("Defender for Office 365")),
        "{error:?}"
    );

    let roleless = Tenant::new().await;
    cmdlets(&roleless.exchange, |_, _| denied()).await;
    let error = roleless.ours.tenant(FacetName::AdvancedProtection).await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Denied { .. }), "{error:?}");
}

#[tokio::test]
async fn rules_connectors_and_journals_are_read() {
    let rule = |name: &str, mode: &str, score: Value| json!({"Name": name, "Guid": name, "State": "Enabled", "Mode": mode, "SetSCL": score, "BlindCopyTo": ["drop@example.net"], "RedirectMessageTo": null, "CreatedBy": "Alex Berg", "WhenChanged": "2026-11-01T23:41:00.0000000+00:00"});
    let answers = json!({
        "Get-TransportRule": [rule("copy", "Enforce", json!(null)), rule("clean", "Enforce", json!("-1")), rule("number", "Audit", json!(-1))],
        "Get-InboundConnector": [{"Name": "relay", "Enabled": true, "ConnectorType": "OnPremises", "SenderIPAddresses": ["203.0.113.9"], "TlsSenderCertificateName": null, "RequireTls": false}],
        "Get-OutboundConnector": [{"Name": "out", "Enabled": true, "RecipientDomains": ["*"], "SmartHosts": ["203.0.113.9"], "IsTransportRuleScoped": true}],
        "Get-JournalRule": [{"Name": "journal", "Enabled": true, "JournalEmailAddress": "drop@example.net"}],
    });
    let TenantReading::MailFlow(read) = told(FacetName::MailFlow, answers).await else { panic!() };
    let rules: Vec<_> = read.rules.iter().map(|rule| (rule.acts, rule.marks_as_clean)).collect();
    assert_eq!(rules, [(Some(true), false), (Some(true), true), (Some(false), true)]);
    assert_eq!(read.rules.first().unwrap().copies, ["drop@example.net"]);
    let relay = read.inbound.first().unwrap();
    assert_eq!((relay.own_servers, relay.certificate.clone(), relay.only_certificate), (Some(true), None, None));
    assert_eq!(read.outbound.first().unwrap().by_rule_only, Some(true));
    assert_eq!(read.journals.first().unwrap().to.as_deref(), Some("drop@example.net"));
}

#[tokio::test]
async fn domains_signing_and_sharing_are_read() {
    let answers = json!({
        "Get-AcceptedDomain": [{"DomainName": "Contoso.com", "InitialDomain": false}, {"DomainName": "contoso.onmicrosoft.com", "InitialDomain": true}],
        "Get-DkimSigningConfig": [{"Name": "contoso.com", "Domain": "contoso.com", "Enabled": true, "Status": "Valid", "Selector1CNAME": "selector1-contoso-com._domainkey.contoso.onmicrosoft.com"}],
    });
    let TenantReading::Dkim(read) = told(FacetName::Dkim, answers).await else { panic!() };
    assert_eq!(read.domains.first().unwrap().name, "contoso.com");
    let signing = read.signing.first().unwrap();
    assert_eq!((signing.on, signing.status.as_deref(), signing.selectors.len()), (Some(true), Some("Valid"), 1));

    let policies = json!({"Get-SharingPolicy": [{"Name": "Default Sharing Policy", "Enabled": true, "Domains": ["*:CalendarSharingFreeBusySimple, ContactsSharing"]}]});
    let TenantReading::SharingPolicies(read) = told(FacetName::SharingPolicies, policies).await else { panic!() };
    let share = read.policies.first().unwrap().shares.first().unwrap();
    assert_eq!((share.with.as_str(), share.what.len()), ("*", 2));
}

#[tokio::test]
async fn a_row_without_a_name_and_a_refused_cmdlet_are_no_reading() {
    let nameless = Tenant::new().await;
    cmdlets(&nameless.exchange, |_, _| rows(json!([{"AutoForwardingMode": "Off"}]))).await;
    let error = nameless.ours.tenant(FacetName::OutboundPolicies).await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Surprise(_)), "{error:?}");
    let refused = Tenant::new().await;
    cmdlets(&refused.exchange, |name, _| if name == "Get-JournalRule" { denied() } else { rows(json!([])) }).await;
    let error = refused.ours.tenant(FacetName::MailFlow).await.unwrap_err();
    assert!(matches!(&error.kind, ProviderErrorKind::Denied { missing } if missing.contains("Get-JournalRule")), "{error:?}");
}

#[tokio::test]
async fn changes_are_the_documented_cmdlets() {
    let tenant = Tenant::new().await;
    cmdlets(&tenant.exchange, |_, _| rows(json!([]))).await;
    let object = || Some(Object { id: "e7".to_owned(), name: "Default".to_owned() });
    let change = |name, of, from, to| Change { name, of, from, to };
    let (on, off) = (|| Wanted::Flag(true), || Wanted::Flag(false));
    let text = |text: &str| Wanted::Text(text.to_owned());
    for (change, cmdlet, parameters) in [
        (
            change(SettingName::SmtpAuthOff, None, off(), on()),
            "Set-TransportConfig",
            json!({"SmtpClientAuthenticationDisabled": true}),
        ),
        (change(SettingName::DirectSendRejected, None, off(), on()), "Set-OrganizationConfig", json!({"RejectDirectSend": true})),
        (change(SettingName::ExternalTag, None, off(), on()), "Set-ExternalInOutlook", json!({"Enabled": true})),
        (
            change(SettingName::OutboundForwarding, object(), text("Automatic"), text("Off")),
            "Set-HostedOutboundSpamFilterPolicy",
            json!({"Identity": "e7", "AutoForwardingMode": "Off"}),
        ),
        (
            change(SettingName::RemoteForwarding, object(), on(), off()),
            "Set-RemoteDomain",
            json!({"Identity": "e7", "AutoForwardEnabled": false}),
        ),
    ] {
        tenant.ours.change_setting(&change, &intent()).await.unwrap();
        let last = sent(&tenant.exchange).await.pop().unwrap();
        assert_eq!(sent_cmdlet(&last), (cmdlet.to_owned(), parameters));
    }
    let odd = change(SettingName::OutboundForwarding, None, text("On"), text("Off"));
    assert!(tenant.ours.change_setting(&odd, &intent()).await.is_err(), "a policy has to be named");
}

/// A tenant with a Purview that sends to `region`.
async fn at_purview(region: &str) -> (Tenant, MockServer, Microsoft) {
    let (tenant, purview) = (Tenant::new().await, MockServer::start().await);
    let mut named: Value = serde_json::from_str(&line(&tenant.login.uri(), &tenant.graph.uri(), &tenant.exchange.uri())).unwrap();
    named["purview"] = json!(purview.uri());
    let ours = handle(&named.to_string(), tenant.clock.clone());
    cmdlets(&tenant.exchange, |name, parameters| match name {
        "Get-AcceptedDomain" => rows(json!([{"DomainName": "contoso.com", "InitialDomain": false}, {"DomainName": "contoso.onmicrosoft.com", "InitialDomain": true}])),
        "Get-Recipient" if parameters["Identity"] == "soc@contoso.com" => rows(json!([{"PrimarySmtpAddress": "soc@contoso.com"}])),
        _ => missing(),
    })
    .await;
    let moved = ResponseTemplate::new(302).insert_header("location", region);
    Mock::given(method("POST")).respond_with(moved).up_to_n_times(1).mount(&purview).await;
    cmdlets(&purview, |_, _| {
        rows(json!([{
            "Name": "Creation of forwarding/redirect rule", "Guid": "a1", "Disabled": false, "NotificationEnabled": true, "IsSystemRule": true,
            "NotifyUser": ["tenantadmins", "soc@contoso.com", "left@contoso.com", "soc@example.net"],
        }]))
    })
    .await;
    (tenant, purview, ours)
}

#[tokio::test]
async fn alert_policies_are_read_in_the_region_and_their_recipients_looked_up() {
    let (_tenant, purview, ours) = at_purview("/elsewhere?x=1").await;
    let TenantReading::AlertPolicies(read) = ours.tenant(FacetName::AlertPolicies).await.unwrap().value.unwrap() else {
        panic!()
    };
    let policy = read.policies.first().unwrap();
    let to = |address: &str, exists| Recipient { address: address.to_owned(), exists };
    let expected = [
        to("TenantAdmins", None),
        to("soc@contoso.com", Some(true)),
        to("left@contoso.com", Some(false)),
        to("soc@example.net", None),
    ];
    assert_eq!((policy.on, policy.sends_mail, policy.built_in), (Some(true), Some(true), Some(true)));
    assert_eq!(policy.recipients, expected);
    let asked = sent(&purview).await;
    assert_eq!(asked.len(), 2, "asked, sent to the region, asked there");
    assert!(asked.iter().all(|request| request.url.path().ends_with("/InvokeCommand")));
    let anchor = asked[1].headers["x-anchormailbox"].to_str().unwrap();
    assert_eq!(anchor, "UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.com");

    let object = Some(Object { id: "a1".to_owned(), name: "Creation of forwarding/redirect rule".to_owned() });
    let texts = |texts: &[&str]| Wanted::Texts(texts.iter().map(|text| (*text).to_owned()).collect());
    let change = Change { name: SettingName::AlertRecipients, of: object, from: texts(&[]), to: texts(&["TenantAdmins"]) };
    ours.change_setting(&change, &intent()).await.unwrap();
    let (name, parameters) = sent_cmdlet(&sent(&purview).await.pop().unwrap());
    assert_eq!((name.as_str(), parameters), ("Set-ProtectionAlert", json!({"Identity": "a1", "NotifyUser": ["TenantAdmins"]})));
}

#[tokio::test]
async fn a_token_for_purview_follows_no_redirect_elsewhere() {
    let (tenant, _purview, ours) = at_purview("https://evil.example/adminapi").await;
    assert!(ours.tenant(FacetName::AlertPolicies).await.is_err());
    let without = tenant.ours.tenant(FacetName::AlertPolicies).await.unwrap_err();
    assert!(matches!(without.kind, ProviderErrorKind::Unreachable(_)), "{without:?}");
}
