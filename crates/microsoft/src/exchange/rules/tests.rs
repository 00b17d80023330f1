use super::*;
use crate::testing::account;
use regain_incident::facets::forwarding::Recipient;

fn row(more: Value) -> Value {
    let mut row = json!({
        "Name": ".", "Priority": 1, "Enabled": true, "InError": false, "SupportedByTask": true,
        "Identity": "a1000000-0000-4000-8000-000000000001\\15394007230974001153", "RuleIdentity": 15_394_007_230_974_001_153_u64,
        "SubjectContainsWords@odata.type": "#Collection(String)", "SubjectContainsWords": null, "HasAttachment": false,
        "ForwardTo": null, "MoveToFolder": null, "DeleteMessage": false, "StopProcessingRules": false,
        "SendTextMessageNotificationTo": [], "ApplyCategory": null, "ObjectState": "Unchanged",
    });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

fn read(more: Value, hidden: bool) -> InboxRule {
    let row = row(more);
    rule(&id(&row).unwrap(), &row, hidden, &Known::new())
}

#[test]
fn surprise_09_rule_identity_is_beyond_2_63() {
    let text = r#"{"Identity": "x", "RuleIdentity": 15394007230974001153}"#;
    let parsed: Value = serde_json::from_str(text).unwrap();
    assert_eq!(id(&parsed).unwrap(), "15394007230974001153");
    let spoilt = json!({"Identity": "a\\15394007230974001153", "RuleIdentity": 1.539_400_723_097_400_1e19});
    assert_eq!(id(&spoilt).unwrap(), "15394007230974001153");
}

#[test]
fn surprise_08_a_rule_that_cannot_be_read_is_kept_and_says_so() {
    let blind = read(json!({"Name": "", "SupportedByTask": false}), true);
    assert!(!blind.readable && blind.hidden && !blind.system && blind.copy.is_empty());
    assert!(blind.lost_if_removed.len() == 2);
    let half = read(json!({"Name": "", "SupportedByTask": false, "DeleteMessage": true}), true);
    assert!(half.readable && half.deletes);
}

#[test]
fn a_system_rule_is_one_by_name_and_by_doing_nothing_else() {
    let junk = json!({"Name": "Junk E-mail Rule", "SupportedByTask": false, "StopProcessingRules": true});
    assert!(read(junk.clone(), true).system);
    assert!(!read(junk, false).system, "the service's own are hidden");
    let poser = json!({"Name": "Delegate Rule -7", "SupportedByTask": false, "ForwardTo": ["drop@example.net"]});
    assert!(!read(poser, true).system, "it sends mail on");
}

#[test]
fn everything_that_a_rule_does_is_in_its_copy() {
    let rule = read(
        json!({
            "SubjectContainsWords": ["invoice", "payment"], "MoveToFolder": "RSS Feeds", "MarkAsRead": true,
            "StopProcessingRules": true, "ExceptIfFrom": ["\"Boss\" [SMTP:boss@contoso.com]"],
            "WithinSizeRangeMinimum": "10 MB (10,485,760 bytes)", "SendTextMessageNotificationTo": ["+46"],
        }),
        false,
    );
    assert_eq!(
        rule.copy.keys().map(String::as_str).collect::<Vec<_>>(),
        ["ExceptIfFrom", "MarkAsRead", "MoveToFolder", "StopProcessingRules", "SubjectContainsWords", "WithinSizeRangeMinimum",]
    );
    assert_eq!(rule.copy["ExceptIfFrom"], json!(["boss@contoso.com"]));
    assert_eq!(rule.lost_if_removed, ["SendTextMessageNotificationTo"]);
    assert!(rule.has_conditions && rule.has_exceptions && rule.marks_read && rule.stops);
    assert_eq!(rule.size_bytes_min, Some(10_485_760));
    assert_eq!(rule.words[0].place, "subject");
}

#[test]
fn a_condition_that_every_new_message_meets_narrows_nothing() {
    let narrow = read(json!({"HasAttachment": true, "From": ["\"Boss\" [SMTP:boss@contoso.com]"], "DeleteMessage": true}), false);
    assert_eq!(narrow.narrowed_by, ["HasAttachment"]);
    let wide =
        read(json!({"ReceivedAfterDate": "2001-01-01T00:00:00Z", "ExceptIfHasAttachment": true, "DeleteMessage": true}), false);
    assert_eq!((wide.narrowed_by.as_slice(), wide.has_conditions, wide.has_exceptions), (&[][..], false, true));
}

#[test]
fn legacy_addresses_are_resolved() {
    let shown = "\"Sam Lind\" [EX:/o=ExchangeLabs/cn=sam]";
    let row = row(json!({"ForwardTo": ["\"drop@example.net\" [SMTP:drop@example.net]", shown]}));
    assert_eq!(legacy(std::iter::once(&row)), BTreeSet::from(["/o=ExchangeLabs/cn=sam".to_owned()]));
    let sam = Recipient { name: "Sam".to_owned(), address: Some("sam@contoso.com".to_owned()), id: Some("b1".to_owned()) };
    let known = Known::from([("/o=ExchangeLabs/cn=sam".to_owned(), sam)]);
    let rule = rule("1", &row, false, &known);
    assert_eq!(rule.copy["ForwardTo"], json!(["drop@example.net", "sam@contoso.com"]));
    assert_eq!(rule.sends_to[1].to.name, "Sam Lind");
}

#[test]
fn what_was_read_makes_the_rule_again() {
    let rule = read(json!({"SubjectContainsWords": ["invoice"], "MoveToFolder": "RSS Feeds", "MarkAsRead": true}), false);
    assert_eq!(
        parameters(&account(), &rule),
        json!({
            "Mailbox": account().id.as_str(), "Name": ".", "Priority": 1, "SubjectContainsWords": ["invoice"],
            "MoveToFolder": format!("{}:\\RSS Feeds", account().upn), "MarkAsRead": true, "Force": true, "Confirm": false,
        })
    );
}
