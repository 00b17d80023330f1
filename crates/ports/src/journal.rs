//! The journal: appended to, never changed. No durable entry, no change to a tenant.

use async_trait::async_trait;
use regain_incident::Timestamp;
use regain_incident::digest::Digest;
use regain_incident::ids::{CaseId, Seq, StepId};
use regain_incident::journal::{Entry, Recorded};

use crate::BoxError;

/// An entry to be written.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// When it happened.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: String,
    /// What happened.
    pub entry: Entry,
}

/// Leave to change a tenant, once, for one step. Only a recorded start yields it.
#[derive(Debug)]
pub struct Intent {
    case: CaseId,
    step: StepId,
    seq: Seq,
}

impl Intent {
    /// The intent of a durable [`Entry::StepStarted`]; of any other entry, none.
    pub fn of(recorded: &Recorded) -> Option<Self> {
        match recorded.entry {
            Entry::StepStarted { step, .. } => Some(Self { case: recorded.case, step, seq: recorded.seq }),
            _ => None,
        }
    }

    /// The case, for a justification that the tenant's own log keeps.
    pub fn case(&self) -> CaseId {
        self.case
    }

    /// The step.
    pub fn step(&self) -> StepId {
        self.step
    }

    /// The entry that gave it.
    pub fn seq(&self) -> Seq {
        self.seq
    }
}

/// Why an append was not made.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody wrote meanwhile.
    #[error("somebody else wrote to this case meanwhile (it stands at {}, not where we left it)", at.0)]
    Stale {
        /// Where the case stands.
        at: Seq,
    },
    /// The store failed.
    #[error("the journal could not be written")]
    Failed(#[source] JournalError),
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no such case.
    #[error("there is no case {0}")]
    NoSuchCase(CaseId),
    /// Its key was destroyed.
    #[error("case {0} was forgotten: its key was destroyed, and what it held cannot be read")]
    Forgotten(CaseId),
    /// The database was written by a newer version.
    #[error("the database is of version {found}, newer than this program's {known}")]
    Newer {
        /// The version found.
        found: i64,
        /// The newest that we know.
        known: i64,
    },
    /// An entry is not what was written.
    #[error("entry {} of case {case} is damaged: {why}", seq.0)]
    Damaged {
        /// The case.
        case: CaseId,
        /// The entry.
        seq: Seq,
        /// What is wrong.
        why: &'static str,
    },
    /// The storage itself.
    #[error("the store failed while it tried to {doing}")]
    Storage {
        /// What it was doing, as a phrase that follows "tried to".
        doing: &'static str,
        /// The cause.
        #[source]
        source: BoxError,
    },
}

/// A lease on a case: it saves work, not correctness, for [`Journal::append`] fences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Ours now.
    Ours,
    /// Somebody else's.
    Others {
        /// Who.
        holder: String,
    },
}

/// A blob of evidence, with what it is of.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Its SHA-256.
    pub digest: Digest,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What [`Journal::verify`] looks at.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// One case, or all.
    pub case: Option<CaseId>,
    /// A head kept elsewhere (with its case): finds truncation and rewriting.
    pub head: Option<(CaseId, String)>,
}

/// What the check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Entries looked at.
    pub entries: u64,
    /// Blobs looked at.
    pub blobs: u64,
    /// Cases whose key was destroyed: their chain was checked, their content could not be.
    pub forgotten: Vec<CaseId>,
    /// Everything that is wrong.
    pub damage: Vec<Damage>,
}

/// One thing that is wrong with the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// In which case.
    pub case: CaseId,
    /// At which entry, if it is one.
    pub seq: Option<Seq>,
    /// What is wrong.
    pub what: String,
}

/// The durable record of cases.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Gives out the next case number of `year`.
    async fn new_case(&self, year: u16) -> Result<CaseId, JournalError>;

    /// Appends after `seen`, or fails if anyone wrote meanwhile: a writer that fell behind learns
    /// it before it acts. Durable when it returns.
    async fn append(&self, case: CaseId, seen: Seq, entries: &[NewEntry]) -> Result<Vec<Recorded>, AppendError>;

    /// The entries after `from`, in their order.
    async fn read(&self, case: CaseId, from: Seq) -> Result<Vec<Recorded>, JournalError>;

    /// Every case, oldest first, forgotten ones too.
    async fn cases(&self) -> Result<Vec<CaseId>, JournalError>;

    /// The digest of the newest entry: what a report prints, to be kept elsewhere.
    async fn head(&self, case: CaseId) -> Result<Digest, JournalError>;

    /// Keeps bytes under their digest; keeping them again changes nothing.
    async fn keep(&self, case: CaseId, bytes: &[u8]) -> Result<Digest, JournalError>;

    /// Keeps many at once; a backend that can makes it one durable write.
    async fn keep_all(&self, case: CaseId, blobs: &[String]) -> Result<Vec<Digest>, JournalError> {
        let mut digests = Vec::new();
        for blob in blobs {
            digests.push(self.keep(case, blob.as_bytes()).await?);
        }
        Ok(digests)
    }

    /// The bytes of `digest`.
    async fn evidence(&self, case: CaseId, digest: &Digest) -> Result<Option<Evidence>, JournalError>;

    /// Takes or renews the lease on a case. Expiry is judged by the database's clock.
    async fn lease(&self, case: CaseId, holder: &str) -> Result<Held, JournalError>;

    /// Gives the lease up, if it is `holder`'s.
    async fn unlease(&self, case: CaseId, holder: &str) -> Result<(), JournalError>;

    /// Checks chain, entries and blobs.
    async fn verify(&self, scope: &Scope) -> Result<Verification, JournalError>;

    /// Destroys the case's key. The chain still verifies; nothing can be read any more.
    async fn forget(&self, case: CaseId) -> Result<(), JournalError>;
}

/// Every backend tells this story; a new one begins by calling it from its tests.
#[expect(clippy::expect_used, reason = "a contract is a test that every backend calls")]
pub async fn contract(journal: &dyn Journal, entries: &[NewEntry]) {
    let case = journal.new_case(2026).await.expect("a new case");
    let second = journal.new_case(2026).await.expect("another");
    assert_eq!((second.year, second.number), (2026, case.number + 1), "numbers follow one another");

    let recorded = journal.append(case, Seq::START, entries).await.expect("an empty case takes entries");
    let at = recorded.last().expect("at least one entry").seq;
    assert_eq!(at, Seq(entries.len() as u64), "entries are counted from one");
    let late = journal.append(case, Seq::START, entries).await;
    assert!(matches!(late, Err(AppendError::Stale { at: found }) if found == at), "a late writer is refused");

    assert_eq!(journal.read(case, Seq::START).await.expect("readable"), recorded, "what was written is read");
    assert_eq!(journal.read(case, at).await.expect("readable"), vec![], "nothing after the last");
    assert_eq!(journal.cases().await.expect("a list"), vec![case, second]);

    let digest = journal.keep(case, b"{\"value\":[]}").await.expect("kept");
    assert_eq!(journal.keep(case, b"{\"value\":[]}").await.expect("kept again"), digest);
    let evidence = journal.evidence(case, &digest).await.expect("readable").expect("there");
    assert_eq!(evidence.bytes, b"{\"value\":[]}");

    assert_eq!(journal.lease(case, "one").await.expect("a lease"), Held::Ours);
    assert_eq!(journal.lease(case, "two").await.expect("an answer"), Held::Others { holder: "one".to_owned() });
    journal.unlease(case, "one").await.expect("given up");
    assert_eq!(journal.lease(case, "two").await.expect("a lease"), Held::Ours);

    let head = journal.head(case).await.expect("a head");
    let scope = Scope { case: Some(case), head: Some((case, head.to_string())) };
    let whole = journal.verify(&scope).await.expect("a check");
    assert_eq!((whole.entries, whole.blobs, whole.damage), (entries.len() as u64, 1, vec![]), "the record is whole");

    journal.forget(case).await.expect("forgotten");
    assert!(matches!(journal.read(case, Seq::START).await, Err(JournalError::Forgotten(id)) if id == case));
    let after = journal.verify(&scope).await.expect("a check");
    assert_eq!((after.forgotten, after.damage), (vec![case], vec![]), "the chain verifies without the key");
}
