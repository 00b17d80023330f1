//! A world to try the engine in: a tenant in memory with faults on order, a clock that jumps, a
//! journal with a kill switch. Nothing here sleeps, is random or touches a disk.

pub mod clock;
pub mod journal;
pub mod people;
pub mod tenant;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use regain_engine::contain::resume;
use regain_engine::driver::{Known, drive};
use regain_engine::intake::{Target, find};
use regain_engine::{EngineError, Scribe, World};
use regain_incident::account::Account;
use regain_incident::case::{Case, StepRecord};
use regain_incident::ids::{AccountId, CaseId, PlanId, Seq, StepId};
use regain_incident::journal::{Entry, Purpose, Recorded};
use regain_incident::plan::{Action, Approval, ApprovedHow, Phase, Plan, PlanKind, PlannedStep};
use regain_incident::policy::Policy;
use regain_incident::secret::Secret;
use regain_ports::{Clock, Directory, Handoff, HandoffRefused, Journal, NewEntry, Passwords};

use clock::TestClock;
use journal::MemoryJournal;
use tenant::FakeTenant;

/// Who writes the record in every test.
pub const HOLDER: &str = "test";

/// Runs one test's future on one thread.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// Passwords that are counted, so that each can be told from every other.
#[derive(Default)]
pub struct CountingPasswords(Mutex<u32>);

impl CountingPasswords {
    fn next(&self, what: &str) -> Secret {
        let mut made = self.0.lock().expect("no panic while held");
        *made += 1;
        Secret::new(format!("{what}-Passw0rd-{made}"))
    }
}

impl Passwords for CountingPasswords {
    fn to_forget(&self) -> Secret {
        self.next("forgotten")
    }
    fn to_hand_over(&self) -> Secret {
        self.next("handed")
    }
}

/// Keeps what was handed over; refuses when told to.
#[derive(Default)]
pub struct MemoryHandoff {
    given: Mutex<Vec<(AccountId, String)>>,
    refuses: Mutex<bool>,
}

impl MemoryHandoff {
    /// What the owner of `account` holds in his hand now.
    pub fn last(&self, account: &AccountId) -> Option<String> {
        let given = self.given.lock().expect("no panic while held");
        given.iter().rfind(|(whose, _)| whose == account).map(|(_, password)| password.clone())
    }

    /// From now on nothing can be handed over.
    pub fn refuse(&self) {
        *self.refuses.lock().expect("no panic while held") = true;
    }
}

#[async_trait]
impl Handoff for MemoryHandoff {
    fn check(&self, _: usize) -> Result<(), HandoffRefused> {
        Ok(())
    }
    async fn hand_over(&self, account: &Account, password: &Secret) -> Result<String, HandoffRefused> {
        if *self.refuses.lock().expect("no panic while held") {
            return Err(HandoffRefused { why: "there is no terminal".to_owned() });
        }
        self.given.lock().expect("no panic while held").push((account.id.clone(), password.expose().to_owned()));
        Ok("memory".to_owned())
    }
}

/// Everything that outlives a process: the tenant, the journal, the hour, and who holds which password.
pub struct Stage {
    pub tenant: Arc<FakeTenant>,
    pub clock: Arc<TestClock>,
    pub journal: Arc<MemoryJournal>,
    pub passwords: Arc<CountingPasswords>,
    pub handoff: Arc<MemoryHandoff>,
    pub policy: Policy,
}

impl Stage {
    /// A stage on which nobody stands.
    pub fn new() -> Self {
        let clock = Arc::new(TestClock::default());
        let journal = Arc::new(MemoryJournal::default());
        let tenant = Arc::new(FakeTenant::new(clock.clone(), journal.clone()));
        let (passwords, handoff) = (Arc::default(), Arc::default());
        Self { tenant, clock, journal, passwords, handoff, policy: Policy::default() }
    }

    /// The world as a new process finds it.
    pub fn world(&self) -> World {
        World {
            directory: self.tenant.clone(),
            mail: self.tenant.clone(),
            journal: self.journal.clone(),
            clock: self.clock.clone(),
            passwords: self.passwords.clone(),
            handoff: self.handoff.clone(),
            names: None,
            policy: self.policy.clone(),
            operators: Some(Vec::new()),
            actor: "tester@bench".to_owned(),
            leave_out: Vec::new(),
        }
    }

    /// The targets that `names` mean.
    pub async fn targets(&self, names: &[&str]) -> Vec<Target> {
        let world = self.world();
        let operator = self.tenant.operator().await.expect("signed in");
        let mut targets = Vec::new();
        for name in names {
            targets.push(find(&world, &operator, name).await.expect("one account"));
        }
        targets
    }

    /// Opens a case for `names` as `contain` does.
    pub async fn open(&self, names: &[&str]) -> (World, Scribe, Vec<Target>) {
        let targets = self.targets(names).await;
        let world = self.world();
        let scribe = regain_engine::contain::open(
            &world,
            &people::tenant_id(),
            HOLDER,
            Arc::new(()),
            regain_engine::contain::Typed { command: "contain", locks: true },
            &targets,
        )
        .await
        .expect("a case");
        (world, scribe, targets)
    }

    /// A new process opens the only case.
    pub async fn reopen(&self) -> (World, Scribe) {
        self.journal.revive();
        self.clock.advance_s(2); // nobody starts a program twice in one second
        let world = self.world();
        let scribe = Scribe::open(&world, people::CASE, HOLDER, Arc::new(())).await.expect("the record fits together");
        (world, scribe)
    }

    /// The case as its whole record tells it; fails if the record is not whole.
    pub fn case(&self) -> Case {
        let entries = self.entries();
        for (at, entry) in entries.iter().enumerate() {
            assert_eq!(entry.seq, Seq(at as u64 + 1), "the record has no hole");
        }
        Case::of(people::CASE, &entries).expect("the record fits together")
    }

    /// The record of the only case.
    pub fn entries(&self) -> Vec<Recorded> {
        self.journal.entries(people::CASE)
    }

    /// The case with one plan of one step on `account`, approved, that nobody has begun.
    pub async fn with_one_step(&self, account: &AccountId, action: Action) -> StepId {
        self.with_plan(PlanKind::Clean, vec![(account.clone(), action)]).await[0]
    }

    /// The case with one approved plan whose steps follow one another in no order.
    pub async fn with_plan(&self, kind: PlanKind, actions: Vec<(AccountId, Action)>) -> Vec<StepId> {
        let at = self.clock.now();
        let case = match self.journal.cases().await.expect("a list").first() {
            Some(case) => *case,
            None => self.journal.new_case(people::CASE.year).await.expect("a case"),
        };
        let so_far = self.journal.entries(case);
        let plan = Case::of(case, &so_far).expect("whole").next_plan();
        let mut entries = Vec::new();
        if so_far.is_empty() {
            entries.push(Entry::CaseOpened {
                tenant: people::tenant_id(),
                incident_since: people::incident_since(),
                purpose: Purpose::Incident,
            });
            entries.extend(self.tenant.accounts().into_iter().map(|account| Entry::AccountAdded { account, lock: None }));
        }
        let step = |(at, (account, action)): (usize, (AccountId, Action))| PlannedStep {
            id: StepId { plan, step: u32::try_from(at).expect("few") + 1 },
            account,
            phase: Phase::Eradicate,
            undo: action.undoable(),
            action,
            because: vec![],
            after: vec![],
            needs: vec![],
            reverses: None,
        };
        let steps: Vec<PlannedStep> = actions.into_iter().enumerate().map(step).collect();
        let ids = steps.iter().map(|step| step.id).collect();
        let made = Plan::new(case, plan, kind, at, steps).expect("a plan");
        let approval = Approval { digest: made.digest(), by: "tester".to_owned(), how: ApprovedHow::ByDigest, at };
        entries.push(Entry::PlanMade { plan: made });
        entries.push(Entry::PlanApproved { plan, approval });
        let wave: Vec<NewEntry> = entries.into_iter().map(|entry| NewEntry { at, actor: "tester".to_owned(), entry }).collect();
        self.journal.append(case, Seq(so_far.len() as u64), &wave).await.expect("appended");
        ids
    }

    /// One process carries the plan out, as far as it gets.
    pub async fn drive(&self, plan: PlanId) -> Result<(), EngineError> {
        let (world, scribe) = self.reopen_armed().await;
        drive(&world, &scribe, plan, Known::new()).await
    }

    /// A new process that may be killed again.
    async fn reopen_armed(&self) -> (World, Scribe) {
        let world = self.world();
        let scribe = Scribe::open(&world, people::CASE, HOLDER, Arc::new(())).await.expect("the record fits together");
        (world, scribe)
    }

    /// New processes go on until one of them ends well; returns how many it took.
    pub async fn resume(&self) -> u32 {
        for attempt in 1..=20 {
            let (world, scribe) = self.reopen().await;
            if resume(&world, &scribe).await.is_ok() {
                return attempt;
            }
        }
        unreachable!("twenty processes in a row did not come to an end")
    }

    /// What is known of a step.
    pub fn record(&self, step: StepId) -> StepRecord {
        self.case().steps.get(&step).expect("planned").clone()
    }

    /// Asserts what no test may break: no password in the record, each leave used once, each write
    /// preceded by its durable start.
    pub fn assert_honest(&self) {
        let written = self.journal.text(people::CASE);
        assert!(!written.contains("Passw0rd"), "a password stands in the record");
        let mut used: Vec<Seq> = self.tenant.writes().iter().map(|write| write.leave).collect();
        let sent = used.len();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used.len(), sent, "one leave, one write");
    }
}

/// The case id that every stage's only case has.
pub fn case_id() -> CaseId {
    people::CASE
}
