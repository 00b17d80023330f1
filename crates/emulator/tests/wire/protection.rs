//! Settings of the Exchange organisation and of mailboxes that posture reads and changes.

use regain_emulator::message::{Answer, Request, Service};
use regain_emulator::normal::normal_form;
use regain_emulator::traffic::ON_PURPOSE;
use serde_json::{Value, json};

use crate::common::{ADA, ADMIN, APP, Run, SECRET, TENANT};

const ORGANISATION: &str = "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@0f1e2d3c-4b5a-4678-9a0b-c0de00000001";

fn run_with(change: impl FnOnce(&mut Value)) -> Run {
    Run::with(|scenario| {
        scenario["callers"][0]["roles"] = json!(["Exchange Administrator", "Security Reader"]);
        scenario["exchange"] = json!({"mailboxes": [{"ExternalDirectoryObjectId": ADA}, {"ExternalDirectoryObjectId": ADMIN}]});
        change(scenario);
    })
}

pub fn at(run: &mut Run, service: Service, cmdlet: &str, parameters: &Value, wrong: bool) -> Answer {
    let resource = if service == Service::Purview {
        "https://ps.compliance.protection.outlook.com"
    } else {
        "https://outlook.office365.com"
    };
    let scope = format!("{resource}/.default");
    let token = run.app_token(&[("client_id", APP), ("client_secret", SECRET), ("scope", &scope)]).value();
    let body = json!({"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}});
    let mut request = Request::new(service, "POST", &format!("/adminapi/beta/{TENANT}/InvokeCommand"))
        .with_token(token["access_token"].as_str().unwrap())
        .with_header("X-AnchorMailbox", ORGANISATION)
        .with_json(&body);
    if wrong {
        request = request.with_header(ON_PURPOSE, "invalid");
    }
    run.send(&request)
}

pub fn exchange(run: &mut Run, cmdlet: &str, parameters: &Value) -> Answer {
    at(run, Service::Exchange, cmdlet, parameters, false)
}

pub fn rows(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.value());
    answer.value()["value"].as_array().cloned().unwrap_or_default()
}

#[test]
fn every_listing_says_what_a_new_organisation_says() {
    let mut run = run_with(|_| {});
    for (cmdlet, count, member, value) in [
        ("Get-AdminAuditLogConfig", 1, "UnifiedAuditLogIngestionEnabled", json!(true)),
        ("Get-OrganizationConfig", 1, "AuditDisabled", json!(false)),
        ("Get-TransportConfig", 1, "SmtpClientAuthenticationDisabled", json!(true)),
        ("Get-HostedOutboundSpamFilterPolicy", 1, "AutoForwardingMode", json!("Automatic")),
        ("Get-HostedOutboundSpamFilterRule", 0, "", Value::Null),
        ("Get-RemoteDomain", 1, "AutoForwardEnabled", json!(true)),
        ("Get-ExternalInOutlook", 1, "Enabled", json!(false)),
        ("Get-CASMailbox", 2, "SmtpClientAuthenticationDisabled", Value::Null),
        ("Get-MailboxAuditBypassAssociation", 2, "AuditBypassEnabled", json!(false)),
        ("Get-AntiPhishPolicy", 1, "EnableTargetedUserProtection", json!(false)),
        ("Get-HostedContentFilterPolicy", 1, "BulkThreshold", json!(7)),
        ("Get-HostedConnectionFilterPolicy", 1, "EnableSafeList", json!(false)),
        ("Get-MalwareFilterPolicy", 1, "ZapEnabled", json!(true)),
        ("Get-SafeLinksPolicy", 1, "IsBuiltInProtection", json!(true)),
        ("Get-SafeAttachmentPolicy", 1, "Action", json!("Block")),
        ("Get-AtpPolicyForO365", 1, "EnableSafeDocs", json!(false)),
        ("Get-EOPProtectionPolicyRule", 0, "", Value::Null),
        ("Get-ATPProtectionPolicyRule", 0, "", Value::Null),
        ("Get-DkimSigningConfig", 2, "Enabled", json!(true)),
        ("Get-InboundConnector", 0, "", Value::Null),
        ("Get-OutboundConnector", 0, "", Value::Null),
        ("Get-TransportRule", 0, "", Value::Null),
        ("Get-JournalRule", 0, "", Value::Null),
        ("Get-AuthenticationPolicy", 0, "", Value::Null),
        ("Get-SharingPolicy", 1, "Default", json!(true)),
    ] {
        let rows = rows(&exchange(&mut run, cmdlet, &json!({})));
        assert_eq!(rows.len(), count, "{cmdlet}");
        if let Some(first) = rows.first() {
            assert_eq!(first[member], value, "{cmdlet}");
        }
    }
}

#[test]
fn what_is_set_is_read_back_and_undone_to_the_same() {
    let mut run = run_with(|scenario| {
        scenario["exchange"]["organisation"] = json!({"TransportRule": [{"Name": "copy", "State": "Enabled", "Mode": "Enforce", "BlindCopyTo": ["drop@example.net"]}]});
    });
    let before = normal_form(&run.world.tenant);
    for (set, parameters, get, member, new, old) in [
        (
            "Set-AdminAuditLogConfig",
            json!({}),
            "Get-AdminAuditLogConfig",
            "UnifiedAuditLogIngestionEnabled",
            json!(false),
            json!(true),
        ),
        ("Set-OrganizationConfig", json!({}), "Get-OrganizationConfig", "AuditDisabled", json!(true), json!(false)),
        ("Set-TransportConfig", json!({}), "Get-TransportConfig", "SmtpClientAuthenticationDisabled", json!(false), json!(true)),
        (
            "Set-HostedOutboundSpamFilterPolicy",
            json!({"Identity": "Default"}),
            "Get-HostedOutboundSpamFilterPolicy",
            "AutoForwardingMode",
            json!("Off"),
            json!("Automatic"),
        ),
        (
            "Set-HostedOutboundSpamFilterPolicy",
            json!({"Identity": "Default"}),
            "Get-HostedOutboundSpamFilterPolicy",
            "NotifyOutboundSpamRecipients",
            json!(["soc@contoso.com"]),
            json!([]),
        ),
        ("Set-RemoteDomain", json!({"Identity": "Default"}), "Get-RemoteDomain", "AutoForwardEnabled", json!(false), json!(true)),
        (
            "Set-CASMailbox",
            json!({"Identity": ADA}),
            "Get-CASMailbox",
            "SmtpClientAuthenticationDisabled",
            json!(true),
            Value::Null,
        ),
        ("Set-CASMailbox", json!({"Identity": ADA}), "Get-CASMailbox", "ImapEnabled", json!(false), json!(true)),
        (
            "Set-MailboxAuditBypassAssociation",
            json!({"Identity": ADA}),
            "Get-MailboxAuditBypassAssociation",
            "AuditBypassEnabled",
            json!(true),
            json!(false),
        ),
    ] {
        let identity = if parameters["Identity"] == ADA { parameters.clone() } else { json!({}) };
        for (value, equal) in [(&new, false), (&old, true)] {
            // A boolean that is unset is cleared by null, which the published type of the parameter does not say.
            let clears = value.is_null();
            let mut given = parameters.clone();
            given[member] = value.clone();
            let answer = at(&mut run, Service::Exchange, set, &given, clears);
            assert_eq!(answer.status, 200, "{given}: {}", answer.value());
            assert_eq!(answer.value()["@adminapi.warnings"], json!([]), "{set}");
            assert_eq!(rows(&exchange(&mut run, get, &identity))[0][member], *value, "{set}");
            assert_eq!(normal_form(&run.world.tenant) == before, equal, "{set} {member} {value}");
            let again = at(&mut run, Service::Exchange, set, &given, clears).value();
            assert!(again["@adminapi.warnings"][0].as_str().unwrap().contains("no settings of"), "{set}");
        }
    }
    for (cmdlet, state) in [("Disable-TransportRule", "Disabled"), ("Enable-TransportRule", "Enabled")] {
        assert_eq!(exchange(&mut run, cmdlet, &json!({"Identity": "copy", "Confirm": false})).status, 200);
        assert_eq!(rows(&exchange(&mut run, "Get-TransportRule", &json!({"ResultSize": "Unlimited"})))[0]["State"], state);
    }
    assert_eq!(normal_form(&run.world.tenant), before);
    let missing = exchange(&mut run, "Set-RemoteDomain", &json!({"Identity": "Nowhere", "AutoForwardEnabled": false}));
    assert_eq!(missing.status, 404);
    let wrong = json!({"Identity": "Default", "AutoForwardingMode": "Sometimes"});
    assert_eq!(at(&mut run, Service::Exchange, "Set-HostedOutboundSpamFilterPolicy", &wrong, true).status, 400);
}

#[test]
fn alerts_are_purviews_and_the_audit_switch_is_exchanges() {
    let mut run = run_with(|_| {});
    let alerts = rows(&at(&mut run, Service::Purview, "Get-ProtectionAlert", &json!({}), false));
    assert!(
        alerts.iter().any(
            |alert| alert["Name"] == "Creation of forwarding/redirect rule" && alert["NotifyUser"] == json!(["TenantAdmins"])
        )
    );
    assert_eq!(at(&mut run, Service::Exchange, "Get-ProtectionAlert", &json!({}), true).status, 403);
    assert_eq!(at(&mut run, Service::Purview, "Get-TransportConfig", &json!({}), true).status, 403);
    let there = rows(&at(&mut run, Service::Purview, "Get-AdminAuditLogConfig", &json!({}), false));
    assert_eq!(there[0]["UnifiedAuditLogIngestionEnabled"], false, "it always says so there");
    let mut stranger = run_with(|scenario| scenario["callers"][0]["roles"] = json!(["Exchange Administrator"]));
    assert_eq!(at(&mut stranger, Service::Purview, "Get-ProtectionAlert", &json!({}), false).status, 403);
}

#[test]
fn an_alert_policy_of_the_tenants_own_is_changed_and_no_default_one() {
    let own = json!([
        {"Name": "Ours", "Identity": "Ours", "Disabled": false, "IsSystemRule": false, "NotifyUser": ["gone@contoso.com"]},
        {"Name": "Theirs", "Identity": "Theirs", "Disabled": false, "IsSystemRule": true, "NotifyUser": []},
    ]);
    let run = |role: &str| {
        run_with(|scenario| {
            scenario["exchange"]["organisation"] = json!({"ProtectionAlert": own.clone()});
            scenario["callers"][0]["roles"] = json!([role]);
        })
    };
    let told = |name: &str| json!({"Identity": name, "NotifyUser": ["TenantAdmins"]});
    let mut security = run("Security Administrator");
    assert_eq!(at(&mut security, Service::Purview, "Set-ProtectionAlert", &told("Ours"), false).status, 200);
    let refused = at(&mut security, Service::Purview, "Set-ProtectionAlert", &told("Theirs"), false);
    assert_eq!(refused.status, 400, "{}", refused.value());
    let unknown = at(&mut security, Service::Purview, "Set-ProtectionAlert", &told("Nobody's"), false);
    assert_eq!(unknown.status, 404, "{}", unknown.value());
    let shown = rows(&at(&mut security, Service::Purview, "Get-ProtectionAlert", &json!({}), false));
    let of = |name: &str| shown.iter().find(|row| row["Name"] == name).map(|row| row["NotifyUser"].clone());
    assert_eq!((of("Ours"), of("Theirs")), (Some(json!(["TenantAdmins"])), Some(json!([]))));
    assert_eq!(at(&mut security, Service::Exchange, "Set-ProtectionAlert", &told("Ours"), true).status, 403, "another host");
    for role in ["Global Reader", "Exchange Administrator"] {
        assert_eq!(at(&mut run(role), Service::Purview, "Set-ProtectionAlert", &told("Ours"), false).status, 403, "{role}");
    }
}

#[test]
fn the_mark_on_mail_from_outside_is_the_organisations_whatever_identity_is_given() {
    let mut run = run_with(|_| {});
    let before = normal_form(&run.world.tenant);
    let set = |run: &mut Run, given: &Value| exchange(run, "Set-ExternalInOutlook", given).status;
    assert_eq!(set(&mut run, &json!({"Identity": "nothing of that name", "Enabled": true})), 200);
    assert_eq!(rows(&exchange(&mut run, "Get-ExternalInOutlook", &json!({})))[0]["Enabled"], true);
    let many = |count: usize| (0..count).map(|at| format!("d{at}.example")).collect::<Vec<_>>();
    assert_eq!(set(&mut run, &json!({"AllowList": many(201)})), 400, "two hundred is the most");
    assert_eq!(set(&mut run, &json!({"AllowList": many(200)})), 200);
    let more = json!({"AllowList": {"@odata.type": "#Exchange.GenericHashTable", "add": ["one.example"]}});
    assert_eq!(set(&mut run, &more), 400, "one more than that");
    assert_eq!(set(&mut run, &json!({"AllowList": [], "Enabled": false})), 200);
    assert_eq!(normal_form(&run.world.tenant), before);
}

#[test]
fn purview_sends_to_its_region_where_the_scenario_says_so() {
    let mut run = run_with(|scenario| scenario["exchange"]["behaviour"] = json!({"purviewRedirects": true}));
    let answer = at(&mut run, Service::Purview, "Get-ProtectionAlert", &json!({}), false);
    let region = format!("http://localhost:4/adminapi/beta/{TENANT}/InvokeCommand");
    assert_eq!((answer.status, answer.header("location")), (302, Some(region.as_str())));
    assert_eq!(exchange(&mut run, "Get-TransportConfig", &json!({})).status, 200, "Exchange has no regions");
}

#[test]
fn a_reader_reads_and_a_security_administrator_sets_what_is_his() {
    for (role, reads, sets_filter, sets_transport) in [
        ("Global Reader", 200, 403, 403),
        ("Security Reader", 200, 403, 403),
        ("Security Administrator", 200, 200, 403),
        ("Exchange Administrator", 200, 200, 200),
        ("Helpdesk Administrator", 403, 403, 403),
    ] {
        let mut run = run_with(|scenario| scenario["callers"][0]["roles"] = json!([role]));
        assert_eq!(exchange(&mut run, "Get-AntiPhishPolicy", &json!({})).status, reads, "{role}");
        let off = json!({"Identity": "Default", "AutoForwardingMode": "Off"});
        assert_eq!(exchange(&mut run, "Set-HostedOutboundSpamFilterPolicy", &off).status, sets_filter, "{role}");
        let transport = json!({"SmtpClientAuthenticationDisabled": true});
        assert_eq!(exchange(&mut run, "Set-TransportConfig", &transport).status, sets_transport, "{role}");
    }
}

#[test]
fn the_scenario_says_the_organisation_in_the_wires_own_words() {
    let mut run = run_with(|scenario| {
        scenario["tenant"]["licences"] = json!(["O365_BUSINESS_PREMIUM"]);
        scenario["exchange"]["organisation"] = json!({
            "OrganizationConfig": {"AuditDisabled": true},
            "AuthenticationPolicy": [{"Name": "no legacy", "Identity": "no legacy", "AllowBasicAuthSmtp": false}],
        });
        scenario["exchange"]["lists"] =
            json!({"Get-MailboxAuditBypassAssociation": [{"Identity": ADMIN, "AuditBypassEnabled": true}]});
    });
    let organisation = rows(&exchange(&mut run, "Get-OrganizationConfig", &json!({})));
    assert_eq!((&organisation[0]["AuditDisabled"], &organisation[0]["OAuth2ClientProfileEnabled"]), (&json!(true), &json!(true)));
    assert_eq!(rows(&exchange(&mut run, "Get-AuthenticationPolicy", &json!({})))[0]["AllowBasicAuthSmtp"], false);
    assert_eq!(rows(&exchange(&mut run, "Get-SafeLinksPolicy", &json!({}))).len(), 0, "no Defender for Office 365");
    let escapes = rows(&exchange(&mut run, "Get-MailboxAuditBypassAssociation", &json!({"ResultSize": "Unlimited"})));
    assert_eq!(escapes.iter().map(|row| &row["AuditBypassEnabled"]).collect::<Vec<_>>(), [&json!(false), &json!(true)]);
}

#[test]
fn a_sweep_finds_who_forwards_among_thousands() {
    const MANY: usize = 1_500;
    let id = |number: usize| format!("b2000000-0000-4000-8000-{number:012}");
    let mut run = run_with(|scenario| {
        let users = (0..MANY).map(|number| json!({"id": id(number), "userPrincipalName": format!("u{number}@contoso.com"), "displayName": format!("U {number}")}));
        scenario["graph"]["users"].as_array_mut().unwrap().extend(users);
        let mailboxes = scenario["exchange"]["mailboxes"].as_array_mut().unwrap();
        mailboxes.extend((0..MANY).map(|number| json!({"ExternalDirectoryObjectId": id(number)})));
        mailboxes[2 + 1_200]["ForwardingSmtpAddress"] = json!("drop@example.net");
        mailboxes[2 + 1_400]["rules"] = json!([{"Name": ".", "ForwardTo": ["drop@example.net"]}]);
    });
    let filter = json!({"ResultSize": "Unlimited", "Filter": "ForwardingSmtpAddress -ne $null -or ForwardingAddress -ne $null"});
    let found = rows(&exchange(&mut run, "Get-Mailbox", &filter));
    assert_eq!(found.iter().map(|row| row["ExternalDirectoryObjectId"].clone()).collect::<Vec<_>>(), [json!(id(1_200))]);
    let first = exchange(&mut run, "Get-Mailbox", &json!({"ResultSize": "Unlimited"})).value();
    assert_eq!(first["value"].as_array().map(Vec::len), Some(1_000));
    assert!(first["@odata.nextLink"].is_string());
    let rules = rows(&exchange(&mut run, "Get-InboxRule", &json!({"Mailbox": id(1_400), "IncludeHidden": true})));
    assert_eq!(rules[0]["ForwardTo"], json!(["\"drop@example.net\" [SMTP:drop@example.net]"]));
}
