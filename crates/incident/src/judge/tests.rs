//! Attackers' shapes and harmless ones, each with the verdict and every reason for it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{REASON_CODES, judge};
use crate::Timestamp;
use crate::account::{Account, Kind};
use crate::facet::{Facet, FacetName, Gap};
use crate::facets::Reading;
use crate::facets::forwarding::{Forwarding, Recipient};
use crate::facets::inbox_rules::{InboxRule, SendsAs, SendsTo, Words};
use crate::finding::{Finding, Speaks, Verdict};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

fn account() -> Account {
    Account {
        id: "a1000000-0000-4000-8000-000000000001".parse().unwrap(),
        upn: "anna.berg@contoso.com".to_owned(),
        name: "Anna Berg".to_owned(),
        kind: Kind::Person,
        synchronised: false,
    }
}

fn read(value: Reading) -> Facet<Reading> {
    Facet::Read { value, at: Timestamp::UNIX_EPOCH }
}

fn snapshot(facets: impl IntoIterator<Item = (FacetName, Facet<Reading>)>) -> Snapshot {
    let mut snapshot = Snapshot::begun(account(), Timestamp::UNIX_EPOCH);
    let ours = vec!["contoso.com".to_owned(), "contoso.onmicrosoft.com".to_owned()];
    snapshot.facets.insert(FacetName::Domains, read(Reading::Domains(ours)));
    snapshot.facets.insert(FacetName::Forwarding, read(Reading::Forwarding(Forwarding::default())));
    snapshot.facets.insert(FacetName::InboxRules, read(Reading::InboxRules(Vec::new())));
    snapshot.facets.extend(facets);
    snapshot
}

fn policy() -> Policy {
    Policy {
        approved_targets: vec!["archive@vault.example".to_owned(), "@partner.example".to_owned()],
        own_domains: vec!["contoso.se".to_owned()],
        ..Policy::default()
    }
}

fn with_rule(rule: InboxRule) -> Snapshot {
    snapshot([(FacetName::InboxRules, read(Reading::InboxRules(vec![rule])))])
}

fn judged(rule: InboxRule) -> Finding {
    let mut all = judge(&with_rule(rule), &policy()).findings;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn codes(finding: &Finding, side: Speaks) -> Vec<&str> {
    let mut codes: Vec<&str> =
        finding.reasons.iter().filter(|reason| reason.speaks == side).map(|reason| reason.code.as_str()).collect();
    codes.sort_unstable();
    codes
}

/// One rule, its verdict, and every reason for an intruder.
#[track_caller]
fn check(rule: InboxRule, expected: Verdict, mut reasons: Vec<&str>) {
    let shown = format!("{rule:?}");
    let finding = judged(rule);
    reasons.sort_unstable();
    assert_eq!((finding.verdict, codes(&finding, Speaks::For)), (expected, reasons), "{shown}\n{:#?}", finding.reasons);
}

fn rule(name: &str) -> InboxRule {
    InboxRule {
        id: "15394007230974001153".to_owned(),
        name: name.to_owned(),
        priority: 1,
        enabled: true,
        hidden: false,
        system: false,
        readable: true,
        in_error: false,
        words: Vec::new(),
        from: Vec::new(),
        size_bytes_min: None,
        narrowed_by: vec![],
        has_conditions: false,
        has_exceptions: false,
        moves_to: None,
        deletes: false,
        marks_read: false,
        stops: false,
        sends_to: Vec::new(),
        copy: BTreeMap::new(),
        lost_if_removed: Vec::new(),
    }
}

impl InboxRule {
    fn from(mut self, sender: &str) -> Self {
        self.from.push(sender.to_owned());
        self.has_conditions = true;
        self
    }
    fn words(mut self, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        self.words.push(Words { place: "SubjectOrBodyContainsWords".to_owned(), words });
        self.has_conditions = true;
        self
    }
    fn to(mut self, folder: &str) -> Self {
        self.moves_to = Some(folder.to_owned());
        self
    }
    fn read(mut self) -> Self {
        self.marks_read = true;
        self
    }
    fn stop(mut self) -> Self {
        self.stops = true;
        self
    }
    fn delete(mut self) -> Self {
        self.deletes = true;
        self
    }
    fn send(mut self, way: SendsAs, address: &str) -> Self {
        let to = Recipient { name: address.to_owned(), address: Some(address.to_owned()), id: None };
        self.sends_to.push(SendsTo { way, to });
        self
    }
    fn narrowed(mut self, by: &str) -> Self {
        self.narrowed_by.push(by.to_owned());
        self.conditions()
    }
    fn conditions(mut self) -> Self {
        self.has_conditions = true;
        self
    }
}

use Verdict::{Benign, Malicious, Suspicious, Undecided};

#[test]
fn a_word_that_every_message_has_takes_everything_only_where_nothing_else_is_asked() {
    let all = rule("Mail").words(&["@"]).delete();
    assert!(codes(&judged(all.clone()), Speaks::For).contains(&"words-take-everything"));
    assert!(!codes(&judged(all.narrowed("HasAttachment")), Speaks::For).contains(&"words-take-everything"));
}

#[test]
fn shapes_of_attackers() {
    let quiet = |mut codes: Vec<&'static str>| {
        codes.extend(["marks-read", "stops-other-rules"]);
        codes
    };
    check(
        rule(".").words(&["invoice", "payment", "bank"]).to("RSS Feeds").read().stop(),
        Malicious,
        quiet(vec!["name-only-signs", "hiding-folder", "telling-words"]),
    );
    check(
        rule("..").to("RSS Subscriptions").read().stop(),
        Malicious,
        quiet(vec!["name-only-signs", "hiding-folder", "takes-everything"]),
    );
    check(rule(";").from("boss@contoso.com").delete().stop(), Malicious, vec!["name-only-signs", "deletes", "stops-other-rules"]);
    check(
        rule("...").from("a@b.example").to("Archive").read(),
        Malicious,
        vec!["name-only-signs", "archive-folder", "marks-read"],
    );
    check(
        rule("\u{a0}").from("a@b.example").to("Konversationshistorik").read(),
        Malicious,
        vec!["name-empty", "hiding-folder", "marks-read"],
    );
    check(
        rule("Nyheter").words(&["faktura", "Betalning"]).to("Tidigare konversationer").read().stop(),
        Malicious,
        quiet(vec!["hiding-folder", "telling-words"]),
    );
    // Conversation History + MarkAsRead + Stop alone: one group
    check(rule("Team").from("a@b.example").to("Conversation History").read().stop(), Suspicious, quiet(vec!["hiding-folder"]));
    check(rule("Team").from("a@b.example").to("RSS Feeds"), Suspicious, vec!["hiding-folder"]);
    check(rule("Mail").delete().stop(), Malicious, vec!["deletes", "stops-other-rules", "takes-everything"]);
    check(rule("Mail").delete(), Suspicious, vec!["deletes", "takes-everything"]);
    check(
        rule("Alerts").words(&["hacked", "phish"]).delete().stop(),
        Suspicious,
        vec!["deletes", "stops-other-rules", "telling-words"],
    );
    check(rule("IT-info").words(&["IT"]).delete(), Suspicious, vec!["deletes", "telling-words"]);
    check(
        rule("Send").words(&["\0"]).to("Archive").read(),
        Malicious,
        vec!["archive-folder", "marks-read", "words-take-everything"],
    );
    check(
        rule("Send").words(&["@"]).send(SendsAs::Forward, "box@evil.example"),
        Suspicious,
        vec!["target-outside", "words-take-everything"],
    );
    check(rule("Send").send(SendsAs::Forward, "box7@gmail.com"), Malicious, vec!["takes-everything", "target-free-mail"]);
    let mut small = rule("Send").conditions().send(SendsAs::Attachment, "box7@proton.me");
    small.size_bytes_min = Some(1023);
    check(small.clone(), Malicious, vec!["size-takes-everything", "target-free-mail"]);
    small.size_bytes_min = Some(1024);
    check(small, Suspicious, vec!["target-free-mail"]);
    check(
        rule("x").from("cfo@contoso.com").send(SendsAs::Redirect, "box@evil.example"),
        Suspicious,
        vec!["name-short", "target-outside"],
    );
    check(
        rule("Copy").from("cfo@contoso.com").send(SendsAs::Redirect, "box7@gmail.com").stop().delete(),
        Malicious,
        vec!["target-free-mail", "sends-and-deletes", "deletes", "stops-other-rules"],
    );
    check(
        rule("Copy").from("cfo@contoso.com").send(SendsAs::Redirect, "box@evil.example").stop(),
        Suspicious,
        vec!["target-outside", "redirects-and-stops"],
    );
    check(
        rule("Copy").from("cfo@fabrikam.com").send(SendsAs::Forward, "anna.berg@c0ntoso.com"),
        Malicious,
        vec!["target-outside", "target-looks-like-ours"],
    );
    check(rule("Info").from("a@b.example").to("Inkorg\\.").read(), Suspicious, vec!["hiding-folder", "marks-read"]);
    check(rule("-").from("a@b.example").to("Kunder"), Suspicious, vec!["name-only-signs"]);
    check(rule("Möten").from("a@b.example").to("Kalender").read().stop(), Suspicious, quiet(vec!["folder-not-for-mail"]));
    let mut hidden = rule("Sync").from("a@b.example").to("RSS-flöden").read();
    hidden.hidden = true;
    check(hidden, Malicious, vec!["hidden-rule", "hiding-folder", "marks-read"]);
    let mut posing = rule("Junk E-mail Rule").from("a@b.example").send(SendsAs::Redirect, "box7@gmail.com");
    (posing.system, posing.hidden) = (true, true);
    check(posing, Suspicious, vec!["poses-as-system", "target-free-mail"]);
}

#[test]
fn harmless_shapes() {
    check(rule("Kunder").from("kund@fabrikam.com").to("Kunder").stop(), Benign, vec![]);
    check(rule("Newsletter").from("news@shop.example").to("Inkorg\\Newsletter").stop(), Benign, vec![]);
    check(rule("Newsletter").from("news@shop.example").to("Newsletter").read(), Benign, vec![]);
    check(rule("Projekt X").words(&["Projekt X"]).to("Projekt X"), Benign, vec![]);
    check(rule("IT").words(&["IT"]).to("IT"), Benign, vec!["name-short", "telling-words"]);
    check(rule("HR").from("hr@contoso.com").to("HR").stop(), Benign, vec!["name-short"]);
    check(
        rule("HR").from("hr@fabrikam.com").to("Arkiv").stop(),
        Benign,
        vec!["name-short", "archive-folder", "stops-other-rules"],
    );
    check(rule("Kvitton").words(&["kvitto", "orderbekräftelse"]).to("Kvitton"), Benign, vec![]);
    check(rule("Fakturor").words(&["faktura"]).to("Ekonomi\\Fakturor"), Benign, vec!["telling-words"]);
    check(rule("Till Olle").from("kund@fabrikam.com").send(SendsAs::Forward, "olle@contoso.com"), Benign, vec![]);
    check(rule("Semester").send(SendsAs::Redirect, "vikarie@contoso.se").stop(), Benign, vec!["takes-everything"]);
    check(rule("Arkiv hos revisor").words(&["bokslut"]).send(SendsAs::Forward, "kim@partner.example"), Benign, vec![]);
    check(rule("Brus").from("deals@shop.example").delete(), Benign, vec!["deletes"]);
    check(rule("Brus").from("deals@shop.example").delete().stop(), Benign, vec!["deletes", "stops-other-rules"]);
    check(rule("Städa").from("bot@contoso.com").to("Archive"), Benign, vec!["archive-folder"]);
    check(
        rule("Städa").from("bot@contoso.com").to("Archive").read().stop(),
        Benign,
        vec!["archive-folder", "marks-read", "stops-other-rules"],
    );
    check(rule("Rensa").from("bot@contoso.com").to("Borttaget").read(), Benign, vec!["deleted-folder", "marks-read"]);
    check(rule("Skräp").from("win@lotto.example").to("Skräppost").stop(), Benign, vec!["junk-folder", "stops-other-rules"]);
    check(rule("Kategori").words(&["Projekt X"]), Benign, vec![]);
    check(rule("Färga allt"), Benign, vec!["takes-everything"]);
    check(rule("税務").from("tax@gov.example").to("税務"), Benign, vec![]);
    check(rule("Feeds").from("blog@shop.example").to("Bloggar"), Benign, vec![]);
}

#[test]
fn what_speaks_against_is_said() {
    let finding = judged(rule("Kunder").from("kund@fabrikam.com").to("Kunder"));
    assert_eq!(codes(&finding, Speaks::Against), ["files-into-own-folder"]);
    let finding = judged(rule("Till Olle").from("kund@fabrikam.com").send(SendsAs::Forward, "olle@contoso.com"));
    assert_eq!(codes(&finding, Speaks::Against), ["target-inside"]);
    let finding = judged(rule("Till revisor").from("kund@fabrikam.com").send(SendsAs::Forward, "kim@partner.example"));
    assert_eq!(codes(&finding, Speaks::Against), ["target-approved"]);
    let finding = judged(rule("Hem").from("kund@fabrikam.com").send(SendsAs::Forward, "anna.berg@gmail.com"));
    assert_eq!(
        (finding.verdict, codes(&finding, Speaks::Against)),
        (Suspicious, vec!["date-unknown", "target-bears-owner-name"])
    );
}

#[test]
fn a_rule_that_is_switched_off_weighs_less() {
    let mut bad = rule(".").words(&["invoice"]).to("RSS Feeds").read().stop();
    bad.enabled = false;
    let finding = judged(bad);
    assert_eq!((finding.verdict, codes(&finding, Speaks::Against)), (Suspicious, vec!["switched-off"]));
    let mut odd = rule("-").from("a@b.example").to("Kunder");
    odd.enabled = false;
    assert_eq!(judged(odd).verdict, Benign);
}

#[test]
fn what_could_not_be_read_is_never_clean() {
    let mut unreadable = rule("Kunder");
    unreadable.readable = false;
    assert_eq!(judged(unreadable.clone()).verdict, Undecided);
    unreadable.hidden = true;
    assert_eq!(judged(unreadable.clone()).verdict, Undecided);
    unreadable.name = "\u{200b}".to_owned();
    let finding = judged(unreadable.clone());
    assert_eq!(finding.verdict, Suspicious, "it may be a hidden rule");
    assert!(matches!(finding.missing.as_slice(), [(FacetName::InboxRules, Gap::NotUnderstood { .. })]));
    unreadable.system = true;
    assert!(judge(&with_rule(unreadable), &policy()).findings.is_empty());

    let gap = Gap::Denied { missing: "Exchange.ManageAsApp".to_owned() };
    let unread = |facet| (facet, Facet::Unread { gap: gap.clone(), at: Timestamp::UNIX_EPOCH });
    let blind = judge(&snapshot([unread(FacetName::Forwarding), unread(FacetName::InboxRules)]), &policy());
    let seen: Vec<_> = blind.findings.iter().map(|f| (f.facet, f.object.as_str(), f.verdict, f.missing.clone())).collect();
    assert_eq!(
        seen,
        [FacetName::Forwarding, FacetName::InboxRules].map(|facet| (facet, "*", Undecided, vec![(facet, gap.clone())]))
    );

    // Without the accepted domains an address is neither inside nor outside; free mail is.
    let without_domains = |rule| {
        let mut snapshot = with_rule(rule);
        snapshot.facets.extend([unread(FacetName::Domains)]);
        judge(&snapshot, &policy()).findings.remove(0)
    };
    let forward = |to| rule("Copy").from("cfo@contoso.com").send(SendsAs::Forward, to);
    let finding = without_domains(forward("olle@contoso.com"));
    assert_eq!((finding.verdict, finding.missing), (Undecided, vec![(FacetName::Domains, gap.clone())]));
    assert_eq!(without_domains(forward("box@evil.example")).verdict, Undecided);
    assert_eq!(without_domains(forward("olle@contoso.se")).verdict, Benign, "the policy says so");
    assert_eq!(without_domains(forward("kim@partner.example")).verdict, Benign);
    assert_eq!(without_domains(forward("box7@gmail.com")).verdict, Suspicious);
    let convicted = without_domains(rule(".").to("RSS Feeds").read().send(SendsAs::Forward, "box@evil.example"));
    assert_eq!(convicted.verdict, Malicious, "the rest is enough");
    assert!(!convicted.missing.is_empty());
}

#[test]
fn who_could_not_be_resolved_is_not_inside() {
    let to = |name: &str| {
        let mut rule = rule("Copy").from("cfo@contoso.com");
        rule.sends_to.push(SendsTo { way: SendsAs::Forward, to: Recipient { name: name.to_owned(), address: None, id: None } });
        judged(rule).verdict
    };
    assert_eq!(to("Olle Ek"), Undecided);
    assert_eq!(to("olle@contoso.com"), Undecided, "a name proves nothing");
    assert_eq!(to("box7@gmail.com"), Suspicious);
    let address = |address| judged(rule("Copy").from("cfo@contoso.com").send(SendsAs::Forward, address)).verdict;
    assert_eq!(address("SMTP:Olle@CONTOSO.com"), Benign);
    assert_eq!(address("/o=ExchangeLabs/cn=Recipients/cn=olle"), Undecided);
    assert_eq!(address("IMCEASMTP-box+40evil+2Eexample@contoso.com"), Undecided);
    assert_eq!(address("box_evil.example#EXT#@contoso.onmicrosoft.com"), Suspicious, "a guest's mail goes home");
    assert_eq!(address("olle@sub.contoso.com"), Suspicious, "a subdomain counts only if listed");
    assert_eq!(address(""), Undecided);
}

#[track_caller]
fn check_forwarding(recipient: Option<&str>, smtp: Option<&str>, keeps_copy: bool, expected: Verdict, mut reasons: Vec<&str>) {
    let recipient = recipient.map(|a| Recipient { name: "Someone".to_owned(), address: Some(a.to_owned()), id: None });
    let forwarding = Forwarding { recipient, smtp: smtp.map(str::to_owned), keeps_copy };
    let set = snapshot([(FacetName::Forwarding, read(Reading::Forwarding(forwarding)))]);
    let findings = judge(&set, &policy()).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].object, "forwarding");
    reasons.sort_unstable();
    assert_eq!((findings[0].verdict, codes(&findings[0], Speaks::For)), (expected, reasons), "{:#?}", findings[0]);
}

#[test]
fn forwarding_by_target() {
    // the classic case, with and without a copy
    for (keeps, codes) in [(true, vec![]), (false, vec!["no-copy-kept"])] {
        let mut reasons = codes;
        reasons.extend(["target-free-mail", "target-names-company"]);
        check_forwarding(None, Some("a.berg.contoso@outlook.com"), keeps, Malicious, reasons);
    }
    check_forwarding(None, Some("smtp:box7@gmail.com"), true, Suspicious, vec!["target-free-mail"]);
    check_forwarding(None, Some("box7@gmail.com"), false, Malicious, vec!["target-free-mail", "no-copy-kept"]);
    check_forwarding(None, Some("anna.berg@gmail.com"), false, Suspicious, vec!["target-own-free-mail", "no-copy-kept"]);
    check_forwarding(None, Some("box@evil.example"), true, Suspicious, vec!["target-outside"]);
    check_forwarding(None, Some("box@evil.example"), false, Suspicious, vec!["target-outside", "no-copy-kept"]);
    check_forwarding(
        None,
        Some("anna@contoso.com.evil.example"),
        true,
        Malicious,
        vec!["target-outside", "target-looks-like-ours"],
    );
    check_forwarding(None, Some("anna@contoso.net"), true, Suspicious, vec!["target-outside", "target-bears-our-name"]);
    check_forwarding(None, Some("contoso@supplier.example"), true, Suspicious, vec!["target-outside", "target-names-company"]);
    check_forwarding(Some("olle@contoso.com"), None, false, Benign, vec![]);
    check_forwarding(None, Some("archive@vault.example"), false, Benign, vec![]);
    // a dormant one behind an innocent one
    check_forwarding(
        Some("olle@contoso.com"),
        Some("box7@gmail.com"),
        false,
        Suspicious,
        vec!["second-forwarding", "target-free-mail"],
    );
    check_forwarding(Some("olle@contoso.com"), Some("eva@contoso.com"), true, Benign, vec!["second-forwarding"]);
    check_forwarding(Some("box@fabrikam.com"), None, true, Suspicious, vec!["target-outside"]);
    assert!(judge(&snapshot([]), &policy()).findings.is_empty(), "nothing is set");
}

#[test]
fn a_family_firm_is_not_a_disguise() {
    let mut set = snapshot([(
        FacetName::Forwarding,
        read(Reading::Forwarding(Forwarding { recipient: None, smtp: Some("anna.berg@gmail.com".to_owned()), keeps_copy: true })),
    )]);
    set.facets.insert(FacetName::Domains, read(Reading::Domains(vec!["berg.se".to_owned()])));
    assert_eq!(judge(&set, &policy()).findings[0].verdict, Suspicious);
}

#[test]
fn hostile_names_are_kept_as_they_are() {
    let name: String = "\u{202e}\u{1b}[31m=cmd|' /C calc'!A0<script>\u{200f}{$name}\r\n".chars().cycle().take(250).collect();
    let finding = judged(rule(&name).from("a@b.example").to(&name));
    assert_eq!((finding.name.as_str(), finding.verdict), (name.as_str(), Benign));
    let blank: String = "\u{202e}\u{200b}\u{a0}\u{1b}".chars().cycle().take(250).collect();
    check(rule(&blank).from("a@b.example").to("RSS Feeds").read(), Malicious, vec!["name-empty", "hiding-folder", "marks-read"]);
}

#[test]
fn the_order_is_strongest_first_and_the_same_on_every_run() {
    let mut second = rule("Kunder").from("kund@fabrikam.com").to("Kunder");
    (second.id, second.priority) = ("2".to_owned(), 2);
    let mut first = second.clone();
    (first.id, first.priority) = ("9".to_owned(), 1);
    let mut worst = rule(".").to("RSS Feeds").read();
    (worst.id, worst.priority) = ("5".to_owned(), 3);
    let all = |rules: Vec<InboxRule>| judge(&snapshot([(FacetName::InboxRules, read(Reading::InboxRules(rules)))]), &policy());
    let one = all(vec![second.clone(), worst.clone(), first.clone()]);
    assert_eq!(one, all(vec![first, second, worst]));
    assert_eq!(one.findings.iter().map(|f| f.object.as_str()).collect::<Vec<_>>(), ["5", "9", "2"]);
    assert!(one.findings[0].is_carried_by_two_groups());
    assert!(one.findings[0].reasons.is_sorted_by_key(|reason| (reason.speaks, std::cmp::Reverse(reason.weight))));
}

/// Both catalogues hold exactly the codes that can occur, with the evidence that each names.
#[test]
fn every_code_has_a_text_in_both_languages() {
    let catalogues = [include_str!("../../../cli/texts/en/reasons.ftl"), include_str!("../../../cli/texts/sv/reasons.ftl")];
    let mut variables: Vec<Vec<BTreeSet<&str>>> = Vec::new();
    for text in catalogues {
        let lines: Vec<(&str, &str)> = text.lines().filter_map(|line| line.strip_prefix("reason-")?.split_once(" = ")).collect();
        assert_eq!(lines.iter().map(|(code, _)| *code).collect::<Vec<_>>(), REASON_CODES);
        let named = |line: &'static str| line.split("{ $").skip(1).filter_map(|rest| rest.split(" }").next()).collect();
        variables.push(lines.into_iter().map(|(_, line)| named(line)).collect());
    }
    assert_eq!(variables[0], variables[1]);
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            ".",
            "",
            "\u{202e}",
            "RSS Feeds",
            "Kunder",
            "mailbox:\\RSS",
            "invoice",
            "IT",
            "@",
            "a",
            "box7@gmail.com",
            "olle@contoso.com",
            "x@c0ntoso.com",
            "x@xn--ontoso-hrf.com",
            "smtp:",
            "@",
            "a@",
            "a_b#EXT#@contoso.com",
            "#ext#@contoso.com",
            "é@é",
            "İ",
            "x@xn--a.com",
            "x@.",
            "x@..",
        ])
        .prop_map(str::to_owned),
    ]
}

prop_compose! {
    fn rules()(
        (name, folder, target) in (texts(), prop::option::of(texts()), texts()),
        words in prop::collection::vec(texts(), 0..3),
        from in prop::collection::vec(texts(), 0..2),
        size in prop::option::of(0_u64..3000),
        flags: [bool; 10],
        resolved in prop::option::of(texts()),
    ) -> InboxRule {
        let [enabled, hidden, system, readable, has_conditions, deletes, marks_read, stops, sends, in_error] = flags;
        let mut rule = rule(&name);
        rule.moves_to = folder;
        rule.words = vec![Words { place: "Subject".to_owned(), words }];
        rule.from = from;
        rule.size_bytes_min = size;
        (rule.enabled, rule.hidden, rule.system, rule.readable) = (enabled, hidden, system, readable);
        (rule.has_conditions, rule.deletes, rule.marks_read, rule.stops, rule.in_error) = (has_conditions, deletes, marks_read, stops, in_error);
        if sends {
            rule.sends_to.push(SendsTo { way: SendsAs::Redirect, to: Recipient { name: target, address: resolved, id: None } });
        }
        rule
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_and_always_alike(rule in rules(), smtp in prop::option::of(texts()), keeps_copy: bool, blind: bool) {
        let forwarding = Forwarding { recipient: rule.sends_to.first().map(|sends| sends.to.clone()), smtp, keeps_copy };
        let mut taken = with_rule(rule.clone());
        taken.facets.insert(FacetName::Forwarding, read(Reading::Forwarding(forwarding)));
        if blind {
            taken.facets.remove(&FacetName::Domains);
        }
        let assessment = judge(&taken, &policy());
        prop_assert_eq!(&assessment, &judge(&taken, &policy()));
        for finding in &assessment.findings {
            prop_assert!(finding.reasons.iter().all(|reason| REASON_CODES.contains(&reason.code.as_str())));
            prop_assert!(finding.verdict != Benign || finding.missing.is_empty());
        }
        if !rule.system {
            prop_assert!(assessment.findings.iter().any(|finding| finding.object == rule.id));
        }
    }

    #[test]
    fn a_worse_rule_is_never_judged_better(rule in rules()) {
        let verdict = |rule: &InboxRule| judge(&with_rule(rule.clone()), &policy()).findings.first().map(|finding| finding.verdict);
        let before = verdict(&rule);
        let worse: [fn(&mut InboxRule); 5] = [
            |rule| rule.moves_to = Some("RSS Feeds".to_owned()),
            |rule| rule.marks_read = true,
            |rule| rule.name = ".".to_owned(),
            |rule| rule.hidden = true,
            |rule| rule.deletes = true,
        ];
        for (which, make) in worse.iter().enumerate() {
            let mut changed = rule.clone();
            make(&mut changed);
            prop_assert!(verdict(&changed) >= before, "{which}: {before:?} became {:?}", verdict(&changed));
        }
    }
}
