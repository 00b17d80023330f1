//! Rules and forwarding in a record, judged as the ones read live from a mailbox are
//! ([`regain_incident::judge`]): the same act gets the same reasons, wherever it was seen.
//!
//! Microsoft documents the parameters under `New-InboxRule`, `New-TransportRule` and `Set-Mailbox`;
//! what Outlook changes comes as `UpdateInboxRules`, with its actions as JSON in `RuleActions`.

use std::collections::{BTreeMap, BTreeSet};

use regain_incident::Timestamp;
use regain_incident::account::{Account, Kind};
use regain_incident::facet::{Facet, FacetName};
use regain_incident::facets::Reading;
use regain_incident::facets::forwarding::{Forwarding, Recipient};
use regain_incident::facets::inbox_rules::{InboxRule, SendsAs, SendsTo, Words};
use regain_incident::finding::Finding;
use regain_incident::ids::AccountId;
use regain_incident::judge::judge;
use regain_incident::policy::Policy;
use regain_incident::snapshot::Snapshot;

use crate::event::Event;

/// The object id that stands for an account of which a record gives only the name.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// What a rule is called when the record does not say: Outlook often leaves the name out, which is no
/// sign of anything.
const UNNAMED: &str = "rule without a recorded name";

/// The judgement of the inbox rule that `event` made or changed; none if it is about none, or took
/// one away. `domains` are the tenant's own.
pub fn inbox_rule(event: &Event, domains: &BTreeSet<String>) -> Option<Finding> {
    let rule = match event.operation.to_ascii_lowercase().as_str() {
        "new-inboxrule" => of_cmdlet(event, true),
        "set-inboxrule" => of_cmdlet(event, false),
        "updateinboxrules" => of_outlook(event)?,
        _ => return None,
    };
    judged(event, domains, FacetName::InboxRules, Reading::InboxRules(vec![rule]))
}

/// The judgement of a rule for the mail of the whole organisation.
pub fn transport_rule(event: &Event, domains: &BTreeSet<String>) -> Option<Finding> {
    let is = |name: &str| event.operation.eq_ignore_ascii_case(name);
    if !is("New-TransportRule") && !is("Set-TransportRule") {
        return None;
    }
    let sends: [(&str, SendsAs); 4] = [
        ("BlindCopyTo", SendsAs::Forward),
        ("CopyTo", SendsAs::Forward),
        ("AddToRecipients", SendsAs::Forward),
        ("RedirectMessageTo", SendsAs::Redirect),
    ];
    let mut rule = blank(event, is("New-TransportRule"));
    rule.sends_to = sends.iter().flat_map(|(name, way)| recipients(event, name, *way)).collect();
    rule.deletes = is_true(event.parameter("DeleteMessage"));
    rule.stops = is_true(event.parameter("StopRuleProcessing"));
    judged(event, domains, FacetName::InboxRules, Reading::InboxRules(vec![rule]))
}

/// The judgement of forwarding set on a mailbox; none if `event` sets none.
pub fn forwarding(event: &Event, domains: &BTreeSet<String>) -> Option<Finding> {
    if !event.operation.eq_ignore_ascii_case("Set-Mailbox") {
        return None;
    }
    let said = |name: &str| event.parameter(name).map(str::trim).filter(|value| !value.is_empty());
    let set = Forwarding {
        recipient: said("ForwardingAddress").map(recipient),
        smtp: said("ForwardingSmtpAddress").map(str::to_owned),
        // Unsaid it stays as it was, which nobody knows: not held against anybody.
        keeps_copy: said("DeliverToMailboxAndForward").is_none_or(|value| is_true(Some(value))),
    };
    if !set.is_set() {
        return None;
    }
    judged(event, domains, FacetName::Forwarding, Reading::Forwarding(set))
}

/// The name of the rule that an event is about, as the record gives it.
pub fn name_of(event: &Event) -> Option<String> {
    let said = event.parameter("Name").or_else(|| event.parameter("RuleName")).map(str::to_owned);
    // `mailbox\rule`, where a rule's id may stand instead of its name.
    let in_target = || event.target.as_deref().and_then(|target| target.rsplit_once('\\')).map(|(_, name)| name.to_owned());
    let is_id = |name: &String| name.len() >= 15 && name.chars().all(|c| c.is_ascii_digit());
    said.or_else(in_target).filter(|name| !is_id(name))
}

fn judged(event: &Event, domains: &BTreeSet<String>, facet: FacetName, reading: Reading) -> Option<Finding> {
    let mailbox = event.mailbox.as_deref().filter(|name| name.contains('@'));
    let identity = event.parameter("Identity").filter(|name| name.contains('@') && facet == FacetName::Forwarding);
    let upn = identity.or(mailbox).unwrap_or(&event.account).to_owned();
    let at = event.at.unwrap_or(Timestamp::UNIX_EPOCH);
    let id: AccountId = NO_ID.parse().ok()?;
    let account = Account { id, upn, name: String::new(), kind: Kind::Person, synchronised: false };
    let mut snapshot = Snapshot::begun(account, at);
    let own: Vec<String> = domains.iter().cloned().collect();
    snapshot.facets.insert(FacetName::Domains, Facet::Read { value: Reading::Domains(own), at });
    snapshot.facets.insert(facet, Facet::Read { value: reading, at });
    judge(&snapshot, &Policy::default()).findings.into_iter().find(|finding| finding.facet == facet)
}

fn blank(event: &Event, is_new: bool) -> InboxRule {
    let name = name_of(event).unwrap_or_else(|| UNNAMED.to_owned());
    InboxRule {
        id: event.id.clone(),
        name,
        priority: 1,
        enabled: true,
        hidden: false,
        system: false,
        readable: true,
        in_error: false,
        words: words(event),
        from: event.parameter("From").map(|from| listed(from).collect()).unwrap_or_default(),
        size_bytes_min: event.parameter("WithinSizeRangeMinimum").and_then(bytes),
        narrowed_by: narrowing(event),
        // A change names only what it changes: of its conditions nothing is known.
        has_conditions: !is_new || event.parameters.iter().any(|pair| is_condition(&pair.name)),
        has_exceptions: event.parameters.iter().any(|pair| pair.name.starts_with("ExceptIf")),
        moves_to: None,
        deletes: false,
        marks_read: false,
        stops: false,
        sends_to: Vec::new(),
        copy: BTreeMap::new(),
        lost_if_removed: Vec::new(),
    }
}

fn of_cmdlet(event: &Event, is_new: bool) -> InboxRule {
    let mut rule = blank(event, is_new);
    let flag = |name: &str| is_true(event.parameter(name));
    let folder = event.parameter("MoveToFolder").or_else(|| event.parameter("CopyToFolder"));
    rule.moves_to = folder.filter(|name| !name.is_empty()).map(folder_name);
    rule.deletes = flag("DeleteMessage") || flag("SoftDeleteMessage");
    rule.marks_read = flag("MarkAsRead");
    rule.stops = flag("StopProcessingRules");
    let sends =
        [("ForwardTo", SendsAs::Forward), ("ForwardAsAttachmentTo", SendsAs::Attachment), ("RedirectTo", SendsAs::Redirect)];
    rule.sends_to = sends.iter().flat_map(|(name, way)| recipients(event, name, *way)).collect();
    rule
}

/// What Outlook wrote. Its conditions are an expression that is only shown, its folders are ids.
fn of_outlook(event: &Event) -> Option<InboxRule> {
    let operation = event.parameter("RuleOperation").unwrap_or_default();
    if operation.to_ascii_lowercase().starts_with("remove") {
        return None;
    }
    let mut rule = blank(event, false);
    if rule.name.trim().is_empty() {
        UNNAMED.clone_into(&mut rule.name);
    }
    rule.enabled = event.parameter("RuleState").is_none_or(|state| state.contains("Enabled"));
    rule.stops = event.parameter("RuleState").is_some_and(|state| state.contains("ExitAfterExecution"));
    let actions = event.parameter("RuleActions").unwrap_or_default();
    for action in serde_json::from_str::<Vec<serde_json::Value>>(actions).unwrap_or_default() {
        take_action(&mut rule, &action);
    }
    let named = [
        ("ForwardToRecipientsAction", SendsAs::Forward),
        ("ForwardAsAttachmentToRecipientsAction", SendsAs::Attachment),
        ("RedirectToRecipientsAction", SendsAs::Redirect),
    ];
    rule.sends_to.extend(named.iter().flat_map(|(name, way)| recipients(event, name, *way)));
    rule.deletes |= event.parameter("DeleteMessageAction").is_some();
    rule.marks_read |= event.parameter("MarkAsReadAction").is_some();
    rule.has_conditions = event.parameter("RuleCondition").is_none_or(|text| !text.trim_matches(['{', '}', ' ']).is_empty());
    Some(rule)
}

fn take_action(rule: &mut InboxRule, action: &serde_json::Value) {
    let text = |name: &str| action.get(name).and_then(serde_json::Value::as_str);
    let kind = text("ActionType").unwrap_or_default().to_ascii_lowercase();
    let way = match kind.as_str() {
        "forward" if text("ForwardFlags").is_some_and(|flags| flags.contains("Attachment")) => Some(SendsAs::Attachment),
        "forward" => Some(SendsAs::Forward),
        "delegate" | "redirect" => Some(SendsAs::Redirect),
        _ => None,
    };
    if let Some(way) = way {
        let to = action.get("Recipients").and_then(serde_json::Value::as_array).into_iter().flatten();
        rule.sends_to.extend(to.filter_map(|to| to.as_str()).map(|to| SendsTo { way, to: recipient(to) }));
    }
    rule.deletes |= kind.contains("delete");
    rule.marks_read |= kind.contains("markasread");
    if kind.contains("move") || kind.contains("copy") {
        rule.moves_to = text("FolderName").or_else(|| text("Folder")).map(folder_name).or_else(|| rule.moves_to.take());
    }
}

/// Parameters of a rule that are no conditions.
const NO_CONDITIONS: &[&str] = &[
    "name",
    "identity",
    "mailbox",
    "priority",
    "enabled",
    "mode",
    "comments",
    "force",
    "confirm",
    "whatif",
    "legacy",
    "alwaysdeleteoutlookrulesblob",
    "stopprocessingrules",
    "stopruleprocessing",
    "deletemessage",
    "softdeletemessage",
    "movetofolder",
    "copytofolder",
    "markasread",
    "markimportance",
    "pinmessage",
    "deletesystemcategory",
    "applycategory",
    "applysystemcategory",
    "forwardto",
    "forwardasattachmentto",
    "redirectto",
    "sendtextmessagenotificationto",
    "blindcopyto",
    "copyto",
    "addtorecipients",
    "redirectmessageto",
    "setauditseverity",
    "ruleerroraction",
    "senderaddresslocation",
    "setscl",
    "setheadername",
    "setheadervalue",
    "prependsubject",
    "quarantine",
    "dlppolicy",
    "rulesubtype",
    "useexpressions",
    "regeneratelinks",
    "domaincontroller",
    "activationdate",
    "expirydate",
    "id",
    "mailboxowner",
];

fn is_condition(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !NO_CONDITIONS.contains(&name.as_str()) && !name.starts_with("exceptif") && !name.starts_with("old:")
}

/// Conditions other than words, senders and size, by their names.
fn narrowing(event: &Event) -> Vec<String> {
    let elsewhere = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.ends_with("containswords")
            || name.ends_with("matchespatterns")
            || name == "from"
            || name.starts_with("withinsizerange")
    };
    let names = event.parameters.iter().map(|pair| pair.name.as_str());
    names.filter(|name| is_condition(name) && !elsewhere(name)).map(str::to_owned).collect()
}

fn words(event: &Event) -> Vec<Words> {
    let mut all = Vec::new();
    for pair in &event.parameters {
        let name = pair.name.to_ascii_lowercase();
        if (name.ends_with("containswords") || name.ends_with("matchespatterns")) && !name.starts_with("exceptif") {
            all.push(Words { place: name, words: pair.value.split(';').map(|word| word.trim_matches(' ').to_owned()).collect() });
        }
    }
    all
}

fn recipients<'a>(event: &'a Event, name: &str, way: SendsAs) -> impl Iterator<Item = SendsTo> + use<'a> {
    let value = event.parameter(name).unwrap_or_default();
    let all: Vec<SendsTo> = listed(value).map(|to| SendsTo { way, to: recipient(&to) }).collect();
    all.into_iter()
}

/// A list as the log writes it: `a;b`, or as JSON.
fn listed(value: &str) -> impl Iterator<Item = String> + use<> {
    let all: Vec<String> = match serde_json::from_str::<Vec<String>>(value) {
        Ok(list) => list,
        Err(_) => value.split(';').map(str::to_owned).collect(),
    };
    all.into_iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty())
}

/// `smtp:a@b`, `"Name" [SMTP:a@b]`, `Name <a@b>`, or a name.
fn recipient(text: &str) -> Recipient {
    let is_around = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '<' | '>' | '"' | '\'' | ',');
    let address = text.split(is_around).find(|part| part.contains('@')).map(|part| {
        let lower = part.to_ascii_lowercase();
        if lower.starts_with("smtp:") { part.get(5..).unwrap_or_default().to_owned() } else { part.to_owned() }
    });
    Recipient { name: text.to_owned(), address, id: None }
}

/// `user:\Folder\Sub` and `user\Folder` without whose it is.
fn folder_name(text: &str) -> String {
    text.split_once(":\\").map_or(text, |(_, path)| path).to_owned()
}

fn is_true(value: Option<&str>) -> bool {
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case("true") || value.trim() == "$true")
}

/// `1 B (1 bytes)`, `1023`, `10 KB`.
fn bytes(text: &str) -> Option<u64> {
    let inner = text.split_once('(').map_or(text, |(_, rest)| rest);
    let digits: String = inner.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use regain_incident::finding::Verdict;

    use super::*;
    use crate::event::Pair;

    fn event(operation: &str, pairs: &[(&str, &str)]) -> Event {
        let pair = |(name, value): &(&str, &str)| Pair { name: (*name).to_owned(), value: (*value).to_owned() };
        Event {
            operation: operation.to_owned(),
            account: "anna.berg@contoso.com".to_owned(),
            parameters: pairs.iter().map(pair).collect(),
            ..Event::default()
        }
    }

    fn ours() -> BTreeSet<String> {
        BTreeSet::from(["contoso.com".to_owned()])
    }

    fn codes(finding: &Finding) -> Vec<&str> {
        finding.reasons.iter().map(|reason| reason.code.as_str()).collect()
    }

    #[test]
    fn a_rule_named_by_signs_that_deletes_is_an_intruders() {
        let made = event(
            "New-InboxRule",
            &[("Name", ".."), ("From", "it@contoso.com"), ("DeleteMessage", "True"), ("StopProcessingRules", "True")],
        );
        let finding = inbox_rule(&made, &ours()).unwrap();
        assert_eq!(finding.verdict, Verdict::Malicious);
        assert!(codes(&finding).contains(&"name-only-signs"));
    }

    #[test]
    fn a_tidy_rule_is_nobodys_business() {
        let made = event("New-InboxRule", &[("Name", "Newsletters"), ("From", "news@x.example"), ("MoveToFolder", "News")]);
        assert_eq!(inbox_rule(&made, &ours()).unwrap().verdict, Verdict::Benign);
    }

    #[test]
    fn hiding_folders_and_telling_words() {
        let made = event(
            "New-InboxRule",
            &[
                ("Name", "x"),
                ("SubjectOrBodyContainsWords", "invoice;payment"),
                ("MoveToFolder", "anna:\\RSS Feeds"),
                ("MarkAsRead", "True"),
            ],
        );
        let finding = inbox_rule(&made, &ours()).unwrap();
        assert_eq!(finding.verdict, Verdict::Malicious);
        assert!(codes(&finding).contains(&"hiding-folder") && codes(&finding).contains(&"telling-words"));
    }

    #[test]
    fn both_forms_of_a_forwarding_rule_are_the_same() {
        let cmdlet =
            event("New-InboxRule", &[("Name", "copy"), ("From", "x@y.example"), ("ForwardTo", "\"M\" [SMTP:m@mail.example]")]);
        let outlook = event(
            "UpdateInboxRules",
            &[
                ("RuleOperation", "AddMailboxRule"),
                ("RuleName", "copy"),
                ("RuleCondition", "{(Exists(ItemClass))}"),
                ("RuleActions", "[{\"ActionType\":\"Forward\",\"Recipients\":[\"m@mail.example\"],\"ForwardFlags\":\"None\"}]"),
            ],
        );
        for made in [cmdlet, outlook] {
            let finding = inbox_rule(&made, &ours()).unwrap();
            assert!(codes(&finding).contains(&"target-outside"), "{finding:?}");
            assert_eq!(finding.verdict, Verdict::Suspicious);
        }
        let removed = event("UpdateInboxRules", &[("RuleOperation", "RemoveMailboxRule")]);
        assert_eq!(inbox_rule(&removed, &ours()), None);
    }

    #[test]
    fn what_a_change_does_not_name_is_not_held_against_it() {
        let changed = event("Set-InboxRule", &[("Identity", "anna\\12345678901234567890"), ("MarkAsRead", "True")]);
        let finding = inbox_rule(&changed, &ours()).unwrap();
        assert_eq!(finding.verdict, Verdict::Benign, "{finding:?}");
        let everything = event("New-InboxRule", &[("Name", "All"), ("DeleteMessage", "True")]);
        assert!(codes(&inbox_rule(&everything, &ours()).unwrap()).contains(&"takes-everything"));
    }

    #[test]
    fn forwarding_of_a_mailbox() {
        let set = |pairs: &[(&str, &str)]| forwarding(&event("Set-Mailbox", pairs), &ours());
        let away = set(&[("ForwardingSmtpAddress", "smtp:a@mail.example"), ("DeliverToMailboxAndForward", "False")]).unwrap();
        assert!(codes(&away).contains(&"no-copy-kept"));
        assert_eq!(away.verdict, Verdict::Suspicious);
        let inside = set(&[("ForwardingSmtpAddress", "smtp:bo@contoso.com"), ("DeliverToMailboxAndForward", "True")]).unwrap();
        assert_eq!(inside.verdict, Verdict::Benign);
        assert_eq!(set(&[("ForwardingSmtpAddress", "")]), None);
        assert_eq!(set(&[("AuditEnabled", "False")]), None);
    }

    #[test]
    fn a_transport_rule_that_copies_to_a_free_mailer() {
        let made = event(
            "New-TransportRule",
            &[("Name", "."), ("BlindCopyTo", "someone@gmail.com"), ("SubjectOrBodyContainsWords", "password;payment")],
        );
        assert_eq!(transport_rule(&made, &ours()).unwrap().verdict, Verdict::Malicious);
        let inside = event(
            "New-TransportRule",
            &[("Name", "Disclaimer"), ("BlindCopyTo", "archive@contoso.com"), ("FromScope", "InOrganization")],
        );
        assert_eq!(transport_rule(&inside, &ours()).unwrap().verdict, Verdict::Benign);
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(bytes("1 KB (1,023 bytes)"), Some(1023));
        assert_eq!(bytes("500"), Some(500));
    }
}
