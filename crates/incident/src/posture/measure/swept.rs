//! What only a look into every mailbox tells. It is made when it is asked for, and answers until the next one.

use super::Measure;
use crate::facet::{FacetName, Gap};
use crate::finding::{Finding, Verdict};
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::sweep::{Sweep, Swept};

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[Measure {
    name: "no-rule-bears-the-marks",
    remarks: &["rule-found", "swept", "mailboxes-undecided", "mailboxes-not-read", "list-not-whole", "sweep-is-old"],
    take: no_rule_bears_the_marks,
}];

/// Inbox rules, judged as those of a compromised account are.
fn no_rule_bears_the_marks(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let sweep = estate.sweep(FacetName::InboxRules)?;
    answer(estate, sweep, FacetName::InboxRules, |swept, finding| {
        Remark::new("rule-found").with("who", &swept.account.upn).with("rule", &finding.name)
    })
}

/// What a sweep says of one facet: met only if every mailbox was read, and not long ago.
pub(super) fn answer(
    estate: &Estate<'_>,
    sweep: &Sweep,
    facet: FacetName,
    told: impl Fn(&Swept, &Finding) -> Remark,
) -> Result<Answer, Answer> {
    let of_facet = || sweep.noted().flat_map(|swept| swept.findings_of(facet).map(move |finding| (swept, finding)));
    let bad = of_facet().filter(|(_, finding)| finding.verdict.calls_for_cleaning());
    let all: Vec<Remark> = bad.map(|(swept, finding)| told(swept, finding)).collect();
    if !all.is_empty() {
        return Ok(Answer::not_met(all));
    }
    if sweep.ended.is_none() {
        let gap = Gap::NotSwept { read: sweep.asked(), of: sweep.listing.accounts };
        return Err(Answer::NotMeasurable { facet, gap });
    }
    if let Some(gap) = &sweep.rest {
        return Err(Answer::NotMeasurable { facet, gap: gap.clone() });
    }
    // Whatever else is in the mailbox: something bad of another facet does not decide this one.
    let is_open = |swept: &&Swept| swept.findings_of(facet).any(|finding| finding.verdict == Verdict::Undecided);
    let undecided = sweep.noted().filter(is_open).count();
    let mut lacking = Vec::new();
    if undecided > 0 {
        lacking.push(Remark::new("mailboxes-undecided").with("count", undecided.to_string()));
    }
    let (read, mailboxes) = (sweep.read(), sweep.mailboxes());
    if read < mailboxes {
        let count = mailboxes.saturating_sub(read).to_string();
        lacking.push(Remark::new("mailboxes-not-read").with("count", count).with("all", mailboxes.to_string()));
    }
    if sweep.listing.gap.is_some() {
        lacking.push(Remark::new("list-not-whole"));
    }
    if sweep.is_old(estate.now) {
        lacking.push(Remark::new("sweep-is-old"));
    }
    if lacking.is_empty() {
        return Ok(Answer::met([Remark::new("swept")]));
    }
    Ok(Answer::Partly { lacking })
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::Land;
    use super::*;
    use crate::Timestamp;
    use crate::account::{Account, Kind};
    use crate::ids::AccountId;
    use crate::item::Item;
    use crate::sweep::{Batch, Listing, Sweeps};

    fn id(number: usize) -> AccountId {
        format!("a9000000-0000-4000-8000-{number:012}").parse().unwrap()
    }

    fn noted(number: usize, verdict: Option<Verdict>, unread: Option<Gap>) -> Swept {
        let upn = format!("person{number}@contoso.com");
        let account = Account { id: id(number), upn, name: String::new(), kind: Kind::Person, synchronised: false };
        let finding = |verdict| Finding {
            item: Item::of(FacetName::InboxRules, &account.id, "1"),
            facet: FacetName::InboxRules,
            object: "1".to_owned(),
            name: ".".to_owned(),
            verdict,
            reasons: Vec::new(),
            missing: Vec::new(),
        };
        let unread = unread.map(|gap| (FacetName::InboxRules, gap)).into_iter().collect();
        Swept { findings: verdict.map(finding).into_iter().collect(), account, unread, evidence: Vec::new() }
    }

    /// Two clear mailboxes and these; at its end unless it is still under way.
    fn sweeps(noted: Vec<Swept>, listing: &Listing, at_end: bool) -> Sweeps {
        let began: Timestamp = "2026-11-02T01:00:00Z".parse().unwrap();
        let mut sweeps = Sweeps::default();
        sweeps.begin(began, listing);
        sweeps.take(&Batch { clear: vec![id(1), id(2)], absent: vec![id(3)], noted }).unwrap();
        if at_end {
            sweeps.end(began, None).unwrap();
        }
        sweeps
    }

    /// A tenant whose three accounts have two mailboxes, both clear.
    pub(in super::super) fn clear() -> Sweeps {
        sweeps(vec![], &listing(3), true)
    }

    #[track_caller]
    fn check(sweeps: &Sweeps, later_hours: i64, answer: &str, codes: &[&str]) {
        let land = Land::new();
        let mut estate = land.estate().swept(sweeps);
        estate.now = estate.now.checked_add(jiff::SignedDuration::from_hours(later_hours)).unwrap();
        let got = no_rule_bears_the_marks(&estate).unwrap_or_else(|unmeasured| unmeasured);
        let made: Vec<&str> = got.remarks().iter().map(|remark| remark.code.as_str()).collect();
        assert_eq!((got.as_str(), made.as_slice()), (answer, codes), "{got:?}");
    }

    fn listing(accounts: usize) -> Listing {
        Listing { accounts, gap: None }
    }

    #[test]
    fn it_is_met_only_where_every_mailbox_was_read() {
        check(&Sweeps::default(), 0, "not-measurable", &[]);
        check(&sweeps(vec![], &listing(3), true), 0, "met", &["swept"]);
        check(&sweeps(vec![], &listing(4), true), 0, "partly", &["mailboxes-not-read"]);
        check(&sweeps(vec![noted(4, None, Some(Gap::Throttled))], &listing(4), true), 0, "partly", &["mailboxes-not-read"]);
        check(&sweeps(vec![noted(4, Some(Verdict::Undecided), None)], &listing(4), true), 0, "partly", &["mailboxes-undecided"]);
        let cut = Listing { gap: Some(Gap::Throttled), ..listing(3) };
        check(&sweeps(vec![], &cut, true), 0, "partly", &["list-not-whole"]);
        check(&sweeps(vec![], &listing(9), false), 0, "not-measurable", &[]);
    }

    #[test]
    fn a_missing_right_is_why_it_cannot_be_measured() {
        let denied = Gap::Denied { missing: "a role".to_owned() };
        let mut sweeps = sweeps(vec![noted(4, None, Some(denied.clone()))], &listing(99), false);
        sweeps.end(Timestamp::UNIX_EPOCH, Some(&denied)).unwrap();
        check(&sweeps, 0, "not-measurable", &[]);
    }

    #[test]
    fn what_was_found_counts_from_the_first_batch_on() {
        let found = || vec![noted(4, Some(Verdict::Malicious), None), noted(5, Some(Verdict::Suspicious), None)];
        check(&sweeps(found(), &listing(5), true), 0, "not-met", &["rule-found", "rule-found"]);
        check(&sweeps(found(), &listing(99), false), 0, "not-met", &["rule-found", "rule-found"]);
    }

    #[test]
    fn what_another_facet_shows_does_not_decide_this_one() {
        let mut both = noted(4, Some(Verdict::Undecided), None);
        let forwards = Finding { facet: FacetName::Forwarding, verdict: Verdict::Malicious, ..both.findings[0].clone() };
        both.findings.push(forwards);
        check(&sweeps(vec![both], &listing(4), true), 0, "partly", &["mailboxes-undecided"]);
    }

    #[test]
    fn what_one_under_way_has_found_counts_though_an_older_one_found_nothing() {
        let mut sweeps = clear();
        sweeps.begin("2026-11-02T01:30:00Z".parse().unwrap(), &listing(9));
        sweeps.take(&Batch { clear: vec![id(1)], ..Batch::default() }).unwrap();
        check(&sweeps, 0, "met", &["swept"]);
        let mut forwards = noted(4, Some(Verdict::Malicious), None);
        forwards.findings[0].facet = FacetName::Forwarding;
        sweeps.take(&Batch { noted: vec![forwards], ..Batch::default() }).unwrap();
        check(&sweeps, 0, "met", &["swept"]);
        sweeps.take(&Batch { noted: vec![noted(5, Some(Verdict::Malicious), None)], ..Batch::default() }).unwrap();
        check(&sweeps, 0, "not-met", &["rule-found"]);
    }

    #[test]
    fn an_old_sweep_says_so() {
        check(&sweeps(vec![], &listing(3), true), 29 * 24, "met", &["swept"]);
        check(&sweeps(vec![], &listing(3), true), 31 * 24, "partly", &["sweep-is-old"]);
    }
}
