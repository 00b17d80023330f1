//! What is learned from a case: which items would have stopped it, how the tenant stood when it was measured last, and
//! what changed.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the fixture")]
mod fixture;

use std::collections::BTreeMap;

use fixture::{Story, account, finding, start};
use regain_incident::account::{Account, Kind};
use regain_incident::case::Case;
use regain_incident::facet::{Facet, FacetName, Gap};
use regain_incident::finding::Verdict;
use regain_incident::ids::{AccountId, TenantId};
use regain_incident::journal::{Entry, ReadFor};
use regain_incident::posture::answer::{Answer, Remark};
use regain_incident::posture::prevention::{Count, Prevention};
use regain_incident::posture::roadmap::{Phase, RoadmapItem, Way, items};
use regain_incident::posture::ways::ways_of;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::federation::{Federation, SignInAt, SignInDomain};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";

fn roadmap() -> Vec<RoadmapItem> {
    items().expect("the roadmap loads")
}

/// A record with these runs, an hour apart, and a domain that was read.
fn record(runs: &[&[(&str, Answer)]]) -> Case {
    let tenant: TenantId = TENANT.parse().expect("an id");
    let organisation = Account::organisation(AccountId::of_organisation(&tenant), TENANT);
    let id = organisation.id.clone();
    let mut story = Story::of(&[organisation]);
    let domain = SignInDomain { name: "contoso.com".to_owned(), verified: Some(true), sign_in: SignInAt::Here };
    let value = TenantReading::Federation(Federation { domains: vec![domain] }).into();
    story.tell(Entry::FacetRead {
        account: id,
        facet: FacetName::Federation,
        purpose: ReadFor::Snapshot,
        reading: Facet::Read { value, at: start() },
        evidence: Vec::new(),
    });
    for answers in runs {
        story.wait_minutes(60);
        let answers = answers.iter().map(|(item, answer)| ((*item).to_owned(), answer.clone())).collect();
        story.tell(Entry::PostureTold { answers });
    }
    story.case()
}

fn unread() -> Answer {
    Answer::NotMeasurable { facet: FacetName::OutboundPolicies, gap: Gap::Throttled }
}

fn ids(prevention: &Prevention) -> Vec<&str> {
    prevention.stops.iter().map(|stop| stop.item.id.as_str()).collect()
}

#[test]
fn every_item_that_closes_a_way_used_is_there_and_no_other() {
    let all = roadmap();
    for way in Way::ALL {
        let prevention = Prevention::of(vec![*way], None, &all);
        let expected: Vec<&str> = all.iter().filter(|item| item.closes.contains(way)).map(|item| item.id.as_str()).collect();
        let mut found = ids(&prevention);
        found.sort_by_key(|id| expected.iter().position(|known| known == id));
        assert_eq!(found, expected, "{way:?}");
        assert!(!found.is_empty(), "{way:?}: nothing stops it");
        assert!(prevention.stops.iter().all(|stop| stop.of == [*way]));
    }
    assert!(Prevention::of(Vec::new(), None, &all).stops.is_empty());
}

#[test]
fn a_tenant_that_was_never_measured_meets_nothing() {
    let all = roadmap();
    let never = [Prevention::of(Way::ALL.to_vec(), None, &all), Prevention::of(Way::ALL.to_vec(), Some(&record(&[])), &all)];
    for prevention in never {
        assert_eq!(prevention.standing, None);
        assert!(prevention.stops.iter().all(|stop| stop.answer.is_none()));
        assert_eq!(prevention.open().count(), prevention.stops.len());
    }
}

#[test]
fn what_is_not_known_to_be_met_comes_first_then_what_stops_most() {
    let all = roadmap();
    let used = vec![Way::Forwarding, Way::InboxRules];
    let told = [
        ("external-forwarding-off", Answer::met([])),
        ("no-mailbox-forwards-outside", Answer::not_met([Remark::new("mailbox-forwards")])),
        ("no-mail-led-outside", unread()),
    ];
    let prevention = Prevention::of(used, Some(&record(&[&told])), &all);
    // The met one stops both ways, and is last all the same; what the run did not answer is not met.
    assert_eq!(ids(&prevention).last(), Some(&"external-forwarding-off"));
    assert_eq!(prevention.stops.last().map(|stop| stop.of.len()), Some(2));
    let stop = |id: &str| prevention.stops.iter().find(|stop| stop.item.id == id).expect("an item");
    assert!(!stop("no-mail-led-outside").is_met() && !stop("no-mailbox-forwards-outside").is_met());
    assert_eq!(stop("alerts-reach-somebody").answer, None);
    assert_eq!(prevention.open().count(), prevention.stops.len() - 1);
}

#[test]
fn a_standing_counts_by_phase_and_tells_the_drift_of_the_last_run() {
    let all = roadmap();
    let first = [("audit-log-on", Answer::not_met([])), ("smtp-auth-off", Answer::met([])), ("external-tag-on", unread())];
    let second = [
        ("audit-log-on", Answer::met([])),
        ("smtp-auth-off", Answer::Partly { lacking: vec![Remark::new("smtp-auth-mailboxes")] }),
        ("external-tag-on", unread()),
        ("insider-threats", Answer::Open),
        ("an-item-of-another-version", Answer::met([])),
    ];
    let record = record(&[&first, &second]);
    let standing = Prevention::of(Vec::new(), Some(&record), &all).standing.expect("it was measured");
    assert_eq!(standing.known_as.as_deref(), Some("contoso.com"));
    let counts: BTreeMap<Phase, Count> = standing.phases.iter().copied().collect();
    let of = |phase: Phase| all.iter().filter(|item| item.phase == phase).count();
    for phase in Phase::ALL {
        assert_eq!(counts[&phase].all(), of(phase), "{phase:?}: each item of the roadmap counts once");
    }
    let days30 = counts[&Phase::Days30];
    assert_eq!((days30.met, days30.partly, days30.not_met), (1, 1, 0));
    assert_eq!(days30.not_measurable, of(Phase::Days30) - 2, "what was not answered was not measured");
    assert_eq!((counts[&Phase::Days90].met, counts[&Phase::Beyond].open), (0, 1));
    assert_eq!(standing.runs.len(), 2);
    assert_eq!((standing.runs[0].count.met, standing.runs[0].count.not_met, standing.runs[1].count.met), (1, 1, 2));
    assert_eq!(standing.before(), Some(standing.runs[0].at));
    let drift: Vec<(&str, bool)> = standing.drift.iter().map(|drift| (drift.item.as_str(), drift.is_worse())).collect();
    assert_eq!(drift, [("audit-log-on", false), ("smtp-auth-off", true)]);
}

#[test]
fn what_was_said_is_not_what_was_measured() {
    let stated = |yes| Answer::Stated { yes, by: "Carl".to_owned(), at: start(), note: String::new() };
    let accepted =
        Answer::Accepted { by: "Carl".to_owned(), until: start(), why: "no budget".to_owned(), stands: Box::new(Answer::Open) };
    let told = [
        ("administration-device", stated(true)),
        ("dashboards-reviewed", stated(false)),
        ("information-protection-reviewed", accepted),
        ("federation-guarded", Answer::NotApplicable { seen: Vec::new() }),
    ];
    let standing = Prevention::of(Vec::new(), Some(&record(&[&told])), &roadmap()).standing.expect("it was measured");
    let count = standing.runs[0].count;
    assert_eq!((count.met, count.stated, count.not_met, count.accepted, count.not_applicable), (0, 1, 1, 1, 1));
}

#[test]
fn the_ways_of_a_case_are_those_that_its_findings_show() {
    let mut story = Story::of(&[account(1, Kind::Person)]);
    story.judged(
        1,
        vec![
            finding(1, FacetName::Forwarding, "smtp:x@example.net", Verdict::Malicious),
            finding(1, FacetName::InboxRules, "r", Verdict::Benign),
        ],
    );
    let used = ways_of(&story.case(), &story.entries);
    assert_eq!(used, [Way::Forwarding]);
    assert!(ids(&Prevention::of(used, None, &roadmap())).contains(&"external-forwarding-off"));
}
