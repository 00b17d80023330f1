//! A sweep of five thousand mailboxes while the service limits how much runs, now and then fails, and the program is
//! killed again and again. In the end it has found exactly what was planted, and asked hardly anybody twice.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{Desk, person_id, shipped, text};
use crate::{killed_after, to_the_end};

const MAILBOXES: usize = 5_000;
/// How often the program is killed, and how many requests lie between.
const KILLS: usize = 4;
const BETWEEN: usize = 1_000;
/// Mailboxes that are recorded together, and those that are looked into at once: what a kill can cost.
const BATCH: usize = 50;
const AT_ONCE: usize = 8;
/// What the program may take at most, in kB, however many mailboxes there are.
const MEMORY_KB: u64 = 90_000;

/// What an intruder left in one mailbox, and by what facet it is to be found.
struct Planted {
    number: usize,
    facets: &'static [&'static str],
    members: Value,
}

fn planted() -> Vec<Planted> {
    const RULES: &[&str] = &["inbox-rules"];
    const FORWARDING: &[&str] = &["forwarding"];
    let rule = |number, rule: Value| Planted { number, facets: RULES, members: json!({"rules": [rule]}) };
    let words = json!(["invoice", "payment", "bank"]);
    vec![
        rule(17, json!({"Name": ".", "SubjectOrBodyContainsWords": words, "MoveToFolder": "RSS Feeds", "MarkAsRead": true})),
        rule(444, json!({"Name": "..", "MoveToFolder": "Conversation History", "MarkAsRead": true, "StopProcessingRules": true})),
        rule(445, json!({"Name": "hjälp", "SubjectOrBodyContainsWords": words, "RedirectTo": ["drop@evil.example"]})),
        rule(1_203, json!({"Name": "x", "ForwardTo": ["drop@evil.example"], "DeleteMessage": true})),
        rule(1_999, json!({"Name": "Kopia", "ForwardAsAttachmentTo": ["drop@evil.example"]})),
        rule(
            2_750,
            json!({"Name": "sync", "kind": "hidden", "SubjectContainsWords": ["password", "phishing"], "DeleteMessage": true}),
        ),
        // Named as the service names the rules of delegates, and sends mail away.
        rule(3_001, json!({"Name": "Delegate Rule -1234567890", "kind": "hidden", "RedirectTo": ["drop@evil.example"]})),
        Planted { number: 600, facets: FORWARDING, members: json!({"ForwardingSmtpAddress": "smtp:person0600@outlook.com"}) },
        Planted {
            number: 3_500,
            facets: FORWARDING,
            members: json!({"ForwardingAddress": "Evil Contact", "DeliverToMailboxAndForward": true}),
        },
        Planted {
            number: 4_100,
            facets: FORWARDING,
            members: json!({"ForwardingAddress": "Person 2", "ForwardingSmtpAddress": "smtp:drop@evil.example"}),
        },
        Planted {
            number: 4_998,
            facets: &["forwarding", "inbox-rules"],
            members: json!({
                "ForwardingSmtpAddress": "smtp:drop@evil.example",
                "rules": [{"Name": ";", "SubjectContainsWords": ["alert"], "DeleteMessage": true}],
            }),
        },
        // A shared mailbox, in which somebody with full access left a rule.
        Planted {
            number: 5_000,
            facets: RULES,
            members: json!({
                "RecipientTypeDetails": "SharedMailbox",
                "rules": [{"Name": "...", "SubjectOrBodyContainsWords": words, "MoveToFolder": "RSS Feeds", "MarkAsRead": true}],
            }),
        },
    ]
}

/// What owners have: it looks a little like the other, and must not be found.
fn of_the_owner(number: usize) -> Value {
    let junk = json!({"Name": "Junk E-mail Rule", "kind": "system"});
    match number % 25 {
        0 => {
            json!({"rules": [junk, {"Name": "Newsletter", "SubjectOrBodyContainsWords": ["newsletter"], "MoveToFolder": "Letters"}]})
        }
        5 => json!({"rules": [{"Name": "Arkiv", "From": ["news@fabrikam.com"], "MoveToFolder": "Archive"}]}),
        10 => json!({"rules": [{"Name": "Reklam", "FromAddressContainsWords": ["offers@"], "DeleteMessage": true}]}),
        15 if number.is_multiple_of(2) => {
            json!({"rules": [{"Name": "Semester", "SubjectContainsWords": ["order"], "ForwardTo": ["person0001@contoso.com"]}]})
        }
        20 if number.is_multiple_of(3) => json!({"ForwardingAddress": "Person 1", "DeliverToMailboxAndForward": true}),
        20 => json!({"ForwardingSmtpAddress": "smtp:person0002@contoso.com", "DeliverToMailboxAndForward": true}),
        _ => json!({}),
    }
}

/// A tenant with so many mailboxes more than the clean one has, and the sign-in names of those that were planted.
fn tenant() -> (Value, BTreeMap<String, BTreeSet<String>>) {
    let mut scenario = shipped("clean-account");
    scenario["honest"] = json!([]);
    let mut expected = BTreeMap::new();
    let planted = planted();
    for number in 1..=MAILBOXES {
        let (id, name) = (person_id(number), format!("person{number:04}@contoso.com"));
        let one = planted.iter().find(|planted| planted.number == number);
        let mut mailbox = one.map_or_else(|| of_the_owner(number), |one| one.members.clone());
        mailbox["ExternalDirectoryObjectId"] = json!(id);
        scenario["exchange"]["mailboxes"].as_array_mut().unwrap().push(mailbox);
        scenario["graph"]["users"].as_array_mut().unwrap().push(json!({
            "id": id, "userPrincipalName": name, "displayName": format!("Person {number}"), "mail": name,
            "proxyAddresses": [format!("SMTP:{name}")], "accountEnabled": true,
        }));
        expected.extend(one.map(|one| (name, one.facets.iter().map(|facet| (*facet).to_owned()).collect())));
    }
    scenario["exchange"]["recipients"] = json!([{
        "DisplayName": "Evil Contact", "PrimarySmtpAddress": "contact@evil.example",
        "RecipientType": "MailContact", "RecipientTypeDetails": "MailContact",
    }]);
    (scenario, expected)
}

#[test]
fn sweep_of_five_thousand_mailboxes() {
    let (mut scenario, expected) = tenant();
    scenario["tenant"]["behaviour"] = json!({"exchangeLimit": {"cmdlets": 120, "seconds": 10, "atOnce": 6}});
    scenario["faults"] = json!([{"match": {"service": "exchange"}, "when": {"every": 211}, "kind": "unavailable"}]);
    let desk = Desk::of_with(&scenario, &["--log"], "20");
    let command = ["posture", "--sweep", "--json"];
    let mut memory = 0;
    for _ in 0..KILLS {
        memory = memory.max(killed_after(&desk, &command, BETWEEN));
    }
    let (told, peak) = to_the_end(&desk, &command);
    assert!(peak.max(memory) < MEMORY_KB, "{peak} and {memory} kB");

    assert_eq!(told["resumed"], true);
    let all = MAILBOXES + 13; // the clean tenant's own
    assert_eq!(told["mailboxes"], json!({"all": all, "read": all, "unread": 0, "absent": 0}), "{}", told["unread"]);
    assert_eq!((&told["undecided"], &told["list_gap"], &told["rest"]), (&json!([]), &Value::Null, &Value::Null));
    assert_eq!(found(&told), expected, "exactly what was planted");
    assert!(desk.tenant.writes().is_empty(), "nothing was touched");
    limits_were_kept(&desk.tenant.requests(), all);
}

/// What was found, by sign-in name.
fn found(told: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let facets = |one: &Value| one["findings"].as_array().unwrap().iter().map(|finding| text(&finding["facet"])).collect();
    told["found"].as_array().unwrap().iter().map(|one| (text(&one["upn"]), facets(one))).collect()
}

/// Refusals are few, and each mailbox was answered once, but for those under way when the program was killed.
fn limits_were_kept(requests: &[Value], mailboxes: usize) {
    let of_exchange: Vec<&Value> = requests.iter().filter(|request| request["service"] == "exchange").collect();
    let refused = of_exchange.iter().filter(|request| request["status"] == 429).count();
    assert!(refused > 0 && refused * 10 < of_exchange.len(), "{refused} of {} were refused", of_exchange.len());
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for request in of_exchange.iter().filter(|request| request["status"] == 200) {
        let call: Value = serde_json::from_str(&text(&request["request_body"])).unwrap();
        let (name, of) = (&call["CmdletInput"]["CmdletName"], &call["CmdletInput"]["Parameters"]);
        if name == "Get-InboxRule" && of["IncludeHidden"] == true {
            *times.entry(text(&of["Mailbox"])).or_default() += 1;
        }
    }
    assert_eq!(times.len(), mailboxes, "every mailbox was asked");
    let again: usize = times.values().map(|times| times - 1).sum();
    assert!(again <= KILLS * (BATCH + AT_ONCE), "{again} answers were asked for again");
}
