//! The sweep, killed at every record: nothing that was recorded is asked again, nothing is left out, and what is found is
//! what a case finds.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the harness")]
mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use harness::journal::Die;
use harness::people::{self, Person, id, person, tenant_id};
use harness::tenant::{Ailing, Blind};
use harness::{HOLDER, Stage, run};
use regain_engine::sweep::{AT_ONCE, BATCH, Ended, in_open_cases, open_case, sweep};
use regain_engine::{Scribe, World, contain, posture};
use regain_incident::case::Case;
use regain_incident::facet::{FacetName, Gap};
use regain_incident::facets::forwarding::Forwarding;
use regain_incident::facets::inbox_rules::InboxRule;
use regain_incident::finding::{Finding, Verdict};
use regain_incident::ids::{AccountId, Seq};
use regain_incident::journal::Entry;
use regain_incident::sweep::{Sweep, Swept};
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::people::{DirectoryPerson, People, PersonHome};
use regain_incident::tenant::security_defaults::SecurityDefaults;
use regain_ports::{Clock, Directory};

/// Mailboxes of most stages: several batches and a part of one.
const MAILBOXES: u32 = 230;
/// In these something was left by an intruder.
const PLANTED: &[u32] = &[7, 60, 118, 119, 229];

fn planted(n: u32) -> Person {
    let mut one = person(n);
    if n.is_multiple_of(2) {
        one.rules = vec![people::rule(1, "Kunder", 1), people::bad_rule(n, 2)];
    } else {
        one.forwarding = Forwarding { recipient: None, ..people::forwarded() };
    }
    one
}

/// A tenant with so many mailboxes, some of them planted, and a rule of the owner's in every third.
fn tenant(mailboxes: u32) -> Stage {
    let stage = Stage::new();
    for n in 1..=mailboxes {
        let mut one = if PLANTED.contains(&n) { planted(n) } else { person(n) };
        if n.is_multiple_of(3) {
            one.rules.insert(0, people::rule(n, "Newsletter", 1));
        }
        stage.tenant.add(one);
    }
    stage
}

async fn begun(stage: &Stage) -> (World, Scribe) {
    let world = stage.world();
    let scribe = posture::begin(&world, &tenant_id(), HOLDER, Arc::new(())).await.expect("a record");
    (world, scribe)
}

/// A whole sweep by one process.
async fn swept(stage: &Stage) -> (World, Scribe, Ended) {
    let (world, scribe) = begun(stage).await;
    let ended = sweep(&world, &scribe).await.expect("carried to its end");
    (world, scribe, ended)
}

async fn newest(scribe: &Scribe) -> Sweep {
    scribe.ask(|case| case.posture.sweeps.newest().cloned()).await.expect("a sweep")
}

fn found(sweep: &Sweep) -> BTreeSet<AccountId> {
    sweep.found().map(|swept| swept.account.id.clone()).collect()
}

fn all_planted() -> BTreeSet<AccountId> {
    PLANTED.iter().map(|n| id(*n)).collect()
}

/// How often the rules of each mailbox were asked for.
fn times(stage: &Stage) -> BTreeMap<AccountId, usize> {
    let mut times = BTreeMap::new();
    for account in stage.tenant.reads_of(FacetName::InboxRules) {
        *times.entry(account).or_default() += 1;
    }
    times
}

/// Mailboxes that the record says were looked into.
fn recorded(stage: &Stage) -> BTreeSet<AccountId> {
    let read = |entry: &Entry| match entry {
        Entry::SweepRead { batch } => {
            let noted = batch.noted.iter().map(|swept| swept.account.id.clone());
            batch.clear.iter().chain(&batch.absent).cloned().chain(noted).collect()
        }
        _ => Vec::new(),
    };
    stage.entries().iter().flat_map(|recorded| read(&recorded.entry)).collect()
}

#[test]
fn it_finds_exactly_what_was_planted_and_reads_each_mailbox_once() {
    run(async {
        let stage = tenant(MAILBOXES);
        let (_, scribe, ended) = swept(&stage).await;
        let sweep = newest(&scribe).await;
        assert_eq!((ended, found(&sweep)), (Ended::AtItsEnd, all_planted()));
        assert!(sweep.is_whole() && sweep.undecided().next().is_none());
        assert_eq!((sweep.mailboxes(), sweep.read()), (230, 230));
        let times = times(&stage);
        assert!(times.len() == 230 && times.values().all(|times| *times == 1), "{times:?}");
        // Forwarding is asked for only where the list shows some, and there first.
        let forwarding: BTreeSet<AccountId> = [7, 119, 229].map(id).into();
        assert_eq!(stage.tenant.reads_of(FacetName::Forwarding).into_iter().collect::<BTreeSet<_>>(), forwarding);
        let first: BTreeSet<AccountId> = stage.tenant.reads_of(FacetName::InboxRules).into_iter().take(AT_ONCE).collect();
        assert!(first.is_superset(&forwarding), "mailboxes that forward come first");
        assert!(stage.tenant.writes().is_empty(), "nothing is touched");
        assert_eq!(sweep.found().filter(|swept| swept.evidence.is_empty()).count(), 0, "with the raw answers");
    });
}

#[test]
fn killed_at_any_record_it_goes_on_and_asks_nothing_that_was_recorded_again() {
    run(async {
        for at in 1..=7 {
            for die in [Die::Before(at), Die::After(at)] {
                let stage = tenant(MAILBOXES);
                let (world, scribe) = begun(&stage).await;
                stage.journal.die(die);
                assert!(sweep(&world, &scribe).await.is_err(), "{die:?}");
                drop(scribe);
                let before = recorded(&stage);
                let asked: BTreeMap<AccountId, usize> = times(&stage);
                let (world, scribe) = stage.reopen().await;
                assert_eq!(sweep(&world, &scribe).await.expect("goes on"), Ended::AtItsEnd);
                let whole = newest(&scribe).await;
                assert_eq!(found(&whole), all_planted(), "{die:?}");
                assert!(whole.is_whole(), "{die:?}: {} of {}", whole.read(), whole.mailboxes());
                let after = times(&stage);
                // The last append is the end of the sweep: whoever dies after it begins anew.
                if before.len() < 230 || whole.resumed {
                    let twice = before.iter().filter(|account| after[*account] != 1).count();
                    assert_eq!(twice, 0, "{die:?}: asked again although it was recorded");
                    let extra: usize = after.values().map(|times| times - 1).sum();
                    assert!(extra <= BATCH + AT_ONCE, "{die:?}: {extra} were asked twice");
                    assert_eq!(whole.resumed, !matches!(die, Die::Before(1)), "{die:?}");
                }
                assert!(after.len() == 230 && asked.len() <= 230, "{die:?}");
            }
        }
    });
}

#[test]
fn the_same_mailbox_gives_the_same_findings_and_items_as_in_a_case() {
    run(async {
        let stage = Stage::new();
        let mut odd = planted(1);
        odd.rules = vec![
            people::bad_rule(1, 1),
            people::rule(2, "Kunder", 2),
            InboxRule {
                name: "..".to_owned(),
                moves_to: Some("RSS Feeds".to_owned()),
                marks_read: true,
                ..people::rule(3, "", 3)
            },
            InboxRule { hidden: true, deletes: true, has_conditions: false, words: vec![], ..people::rule(4, "x", 4) },
            InboxRule { readable: false, ..people::rule(5, "Broken", 5) },
            InboxRule { enabled: false, ..people::bad_rule(6, 6) },
        ];
        odd.forwarding = people::forwarded();
        stage.tenant.add(odd);
        stage.tenant.add(person(2));
        let (world, case, targets) = stage.open(&["person1@contoso.com"]).await;
        contain::look(&world, &case, &targets).await.expect("read");
        let in_case: Vec<Finding> = case.ask(|case| case.accounts[&id(1)].assessment.findings.clone()).await;
        let own = |finding: &&Finding| {
            finding.verdict > Verdict::Benign && [FacetName::Forwarding, FacetName::InboxRules].contains(&finding.facet)
        };
        let in_case: Vec<Finding> = in_case.iter().filter(own).cloned().collect();
        assert!(in_case.len() >= 5, "{in_case:?}");

        let record = posture::begin(&world, &tenant_id(), HOLDER, Arc::new(())).await.expect("a record");
        sweep(&world, &record).await.expect("swept");
        let all = newest(&record).await;
        let swept: Vec<&Swept> = all.found().collect();
        assert_eq!(swept.len(), 1);
        assert_eq!(swept[0].findings, in_case);
    });
}

#[test]
fn what_is_silent_is_asked_once_more_and_then_told() {
    run(async {
        let stage = tenant(60);
        stage.tenant.ails(&id(20), Ailing::Fails);
        let (world, scribe, ended) = swept(&stage).await;
        let sweep_ = newest(&scribe).await;
        assert_eq!((ended, sweep_.is_whole()), (Ended::AtItsEnd, false));
        let unread: Vec<&AccountId> = sweep_.unread().map(|swept| &swept.account.id).collect();
        assert_eq!((unread, sweep_.read(), sweep_.mailboxes()), (vec![&id(20)], 59, 60));
        assert_eq!(times(&stage)[&id(20)], 2);
        // The next one is a new one.
        stage.tenant.recovers(&id(20));
        sweep(&world, &scribe).await.expect("swept");
        let again = newest(&scribe).await;
        assert!(again.is_whole() && !again.resumed && again.began > sweep_.began);
    });
}

#[test]
fn a_missing_right_is_told_after_one_batch() {
    run(async {
        let stage = tenant(MAILBOXES);
        stage.tenant.blind(FacetName::InboxRules, Blind::Denied, None);
        let (_, scribe, ended) = swept(&stage).await;
        let sweep = newest(&scribe).await;
        assert_eq!(ended, Ended::AtItsEnd);
        assert!(matches!(sweep.rest, Some(Gap::Denied { .. })), "{:?}", sweep.rest);
        assert!(!sweep.is_whole() && sweep.mailboxes() == 230 && sweep.read() == 0);
        assert!(times(&stage).len() <= BATCH + AT_ONCE);
        // What forwards outside is told all the same.
        assert_eq!(found(&sweep), [7, 119, 229].map(id).into());
    });
}

#[test]
fn a_right_that_ends_in_mid_sweep_halts_it_and_keeps_what_was_read() {
    run(async {
        let stage = tenant(MAILBOXES);
        let (world, scribe, _) = swept(&stage).await;
        // A second one dies after two batches, and by then the right is gone.
        stage.journal.die(Die::After(3));
        assert!(sweep(&world, &scribe).await.is_err());
        drop(scribe);
        stage.tenant.blind(FacetName::InboxRules, Blind::Denied, None);
        let (world, scribe) = stage.reopen().await;
        let read = newest(&scribe).await.read();
        assert!((BATCH..230).contains(&read), "{read}");
        let before = stage.tenant.reads_of(FacetName::InboxRules).len();
        let ended = sweep(&world, &scribe).await.expect("halts");
        assert!(matches!(ended, Ended::Halted(Gap::Denied { .. })), "{ended:?}");
        let asked = stage.tenant.reads_of(FacetName::InboxRules).len() - before;
        assert!(asked <= BATCH + AT_ONCE, "{asked} were asked in vain");
        let whole = scribe.ask(|case| case.posture.sweeps.finished.as_ref().is_some_and(Sweep::is_whole)).await;
        assert!(whole && newest(&scribe).await.read() == read, "the last whole one stands, and nothing is recorded as refused");
        // With the right again it goes on.
        stage.tenant.sees(FacetName::InboxRules);
        assert_eq!(sweep(&world, &scribe).await.expect("goes on"), Ended::AtItsEnd);
        let sweep = newest(&scribe).await;
        assert!(sweep.is_whole() && sweep.resumed && found(&sweep) == all_planted());
    });
}

#[test]
fn a_right_that_ends_while_a_sweep_runs_is_noticed_with_the_next_batch() {
    run(async {
        let stage = tenant(MAILBOXES);
        let (world, scribe) = begun(&stage).await;
        stage.tenant.denies_after(FacetName::InboxRules, 60);
        let ended = sweep(&world, &scribe).await.expect("halts");
        assert!(matches!(ended, Ended::Halted(Gap::Denied { .. })), "{ended:?}");
        let asked = stage.tenant.reads_of(FacetName::InboxRules).len();
        assert!(asked <= 3 * BATCH + AT_ONCE, "{asked} were asked");
        assert!(newest(&scribe).await.read() >= BATCH);
    });
}

#[test]
fn a_service_that_answers_nobody_halts_it_and_it_goes_on_when_it_does() {
    run(async {
        let stage = tenant(MAILBOXES);
        stage.tenant.blind(FacetName::InboxRules, Blind::Throttled, None);
        let (world, scribe, ended) = swept(&stage).await;
        assert_eq!(ended, Ended::Halted(Gap::Throttled));
        assert!(recorded(&stage).is_empty(), "what was not answered is not recorded as asked");
        stage.tenant.sees(FacetName::InboxRules);
        assert_eq!(sweep(&world, &scribe).await.expect("goes on"), Ended::AtItsEnd);
        let sweep = newest(&scribe).await;
        assert!(sweep.is_whole() && sweep.resumed);
        assert_eq!(found(&sweep), all_planted());
    });
}

#[test]
fn a_service_that_asks_everybody_to_wait_is_waited_for() {
    run(async {
        let stage = tenant(MAILBOXES);
        let until = stage.clock.now() + jiff::SignedDuration::from_secs(200);
        stage.tenant.blind(FacetName::InboxRules, Blind::Throttled, Some(until));
        let (_, scribe, ended) = swept(&stage).await;
        let sweep = newest(&scribe).await;
        assert_eq!((ended, sweep.is_whole(), sweep.resumed), (Ended::AtItsEnd, true, false));
        assert_eq!(found(&sweep), all_planted());
    });
}

#[test]
fn one_that_was_left_for_a_day_begins_anew() {
    run(async {
        let stage = tenant(MAILBOXES);
        let (world, scribe) = begun(&stage).await;
        stage.journal.die(Die::After(3));
        assert!(sweep(&world, &scribe).await.is_err());
        drop(scribe);
        stage.clock.advance_s(25 * 3600);
        let (world, scribe) = stage.reopen().await;
        sweep(&world, &scribe).await.expect("swept");
        let sweep = newest(&scribe).await;
        assert!(!sweep.resumed && sweep.is_whole());
        assert_eq!(times(&stage).values().filter(|times| **times == 2).count(), times_of_two(&stage));
        assert!(times(&stage).values().all(|times| *times <= 2));
    });
}

/// Mailboxes that the first, abandoned sweep had asked.
fn times_of_two(stage: &Stage) -> usize {
    let reads = stage.tenant.reads_of(FacetName::InboxRules);
    reads.len() - 230
}

#[test]
fn where_the_list_is_cut_the_directory_tells_whom_to_ask() {
    run(async {
        let stage = tenant(MAILBOXES);
        stage.tenant.cuts_the_list(100);
        let directory = |n: u32| DirectoryPerson {
            id: id(n).to_string(),
            name: format!("person{n}@contoso.com"),
            enabled: Some(true),
            home: if n == 400 { PersonHome::Guest } else { PersonHome::Member },
            synchronised: false,
            licensed: Some(true),
            restricted: None,
            created: None,
            signed_in: None,
            mailbox: None,
        };
        // The directory has somebody without a mailbox too, and a guest.
        let nobody = Person { has_mailbox: false, ..person(300) };
        stage.tenant.add(nobody);
        let mut organisation = Person { has_mailbox: false, ..person(999) };
        let people = People { people: (1..=230).chain([300, 400]).map(directory).collect(), sign_ins_unread: None };
        organisation.settings.insert(FacetName::People, TenantReading::People(people));
        stage.tenant.add(organisation);
        let (_, scribe, _) = swept(&stage).await;
        let sweep = newest(&scribe).await;
        assert_eq!((found(&sweep), sweep.mailboxes(), sweep.absent()), (all_planted(), 230, 1));
        assert!(sweep.is_whole(), "{:?}", sweep.listing);
        assert!(times(&stage).values().all(|times| *times == 1) && !times(&stage).contains_key(&id(400)));

        // Without the directory there may be more, and that is said.
        let stage = tenant(MAILBOXES);
        stage.tenant.cuts_the_list(100);
        let (_, scribe, _) = swept(&stage).await;
        let sweep = newest(&scribe).await;
        assert!(!sweep.is_whole() && sweep.listing.gap.is_some() && sweep.read() == 100);

        // One that answers and tells no people is no better.
        let stage = tenant(MAILBOXES);
        stage.tenant.cuts_the_list(100);
        stage.tenant.leaves_unnamed(3);
        let mut silent = Person { has_mailbox: false, ..person(999) };
        silent.settings.insert(FacetName::SecurityDefaults, TenantReading::SecurityDefaults(SecurityDefaults { enabled: true }));
        stage.tenant.add(silent);
        let (_, scribe, _) = swept(&stage).await;
        let sweep = newest(&scribe).await;
        let why = format!("{:?}", sweep.listing.gap);
        assert!(!sweep.is_whole() && why.contains("3 mailboxes name no account") && why.contains("named no people"), "{why}");
        // An error does not push the other reason out.
        stage.tenant.blind(FacetName::People, Blind::Unreachable, None);
        let (_, scribe, _) = swept(&stage).await;
        let why = format!("{:?}", newest(&scribe).await.listing.gap);
        assert!(why.contains("3 mailboxes name no account") && why.contains("no route"), "{why}");
    });
}

#[test]
fn a_case_can_be_opened_for_what_was_found_and_nothing_else_happens() {
    run(async {
        let stage = tenant(60);
        let (world, scribe, _) = swept(&stage).await;
        let operator = stage.tenant.operator().await.expect("signed in");
        assert!(in_open_cases(&world, &tenant_id()).await.expect("read").is_empty());
        let accounts: Vec<_> = newest(&scribe).await.found().map(|swept| swept.account.clone()).collect();
        let (targets, unknown) = regain_engine::sweep::targets(&world, &operator, &accounts).await;
        assert_eq!((targets.len(), unknown.len()), (2, 0));
        let id = open_case(&world, &operator, HOLDER, Arc::new(()), &targets).await.expect("a case");
        let case = Case::of(id, &world.journal.read(id, Seq::START).await.expect("read")).expect("whole");
        assert!(!case.closed && case.plans.is_empty() && stage.tenant.writes().is_empty());
        assert!(case.accounts.keys().all(|account| !case.waits_for_its_lock(account)), "resuming it locks nobody");
        let suspicious = case.accounts.values().all(|state| state.assessment.suspicious().next().is_some());
        assert!(suspicious && case.accounts.len() == 2);
        let held = in_open_cases(&world, &tenant_id()).await.expect("read");
        assert_eq!(held.into_keys().collect::<BTreeSet<_>>(), [7, 60].map(people::id).into());
    });
}
