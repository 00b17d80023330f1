//! A journal in memory, kept as text so that what is read back went through serde; with a switch
//! that kills the process before or after a record.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use regain_incident::digest::Digest;
use regain_incident::ids::{CaseId, Seq, StepId};
use regain_incident::journal::{Entry, Recorded};
use regain_ports::{AppendError, Damage, Evidence, Held, Journal, JournalError, NewEntry, Scope, Verification};

/// When the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Die {
    /// Before the n-th append from now is durable.
    Before(u32),
    /// After it is.
    After(u32),
}

#[derive(Default)]
struct Book {
    entries: Vec<String>,
    /// The same, read back from the text.
    read: Vec<Recorded>,
    heads: Vec<Digest>,
    blobs: BTreeMap<Digest, Vec<u8>>,
    lease: Option<String>,
    forgotten: bool,
}

#[derive(Default)]
struct Shelf {
    books: BTreeMap<CaseId, Book>,
    die: Option<Die>,
    dead: bool,
}

/// The record, in memory.
#[derive(Default)]
pub struct MemoryJournal(Mutex<Shelf>);

impl MemoryJournal {
    fn shelf<T>(&self, look: impl FnOnce(&mut Shelf) -> T) -> T {
        look(&mut self.0.lock().expect("no panic while held"))
    }

    /// The process will die.
    pub fn die(&self, when: Die) {
        self.shelf(|shelf| shelf.die = Some(when));
    }

    /// A new process finds what was durable.
    pub fn revive(&self) {
        self.shelf(|shelf| {
            shelf.dead = false;
            for book in shelf.books.values_mut() {
                book.lease = None;
            }
        });
    }

    /// Whether the switch has not been reached.
    pub fn is_armed(&self) -> bool {
        self.shelf(|shelf| shelf.die.is_some())
    }

    /// Takes the switch away.
    pub fn disarm(&self) {
        self.shelf(|shelf| shelf.die = None);
    }

    /// The entries of a case.
    pub fn entries(&self, case: CaseId) -> Vec<Recorded> {
        self.shelf(|shelf| shelf.books.get(&case).map(|book| book.read.clone()).unwrap_or_default())
    }

    /// The record as it would lie on a disk.
    pub fn text(&self, case: CaseId) -> String {
        self.shelf(|shelf| shelf.books.get(&case).map(|book| book.entries.join("\n")).unwrap_or_default())
    }

    /// Whether the durable entry `leave` is the start of `step`.
    pub fn has_started(&self, case: CaseId, step: StepId, leave: Seq) -> bool {
        let starts = |recorded: &Recorded| {
            recorded.seq == leave && matches!(recorded.entry, Entry::StepStarted { step: of, .. } if of == step)
        };
        self.shelf(|shelf| shelf.books.get(&case).is_some_and(|book| book.read.iter().any(starts)))
    }
}

fn killed(doing: &'static str) -> JournalError {
    JournalError::Storage { doing, source: "the process was killed".into() }
}

impl Shelf {
    fn book(&mut self, case: CaseId) -> Result<&mut Book, JournalError> {
        match self.books.get_mut(&case) {
            None => Err(JournalError::NoSuchCase(case)),
            Some(book) if book.forgotten => Err(JournalError::Forgotten(case)),
            Some(book) => Ok(book),
        }
    }

    /// Whether this append is lost, and whether its caller hears of it.
    fn strike(&mut self) -> (bool, bool) {
        let (lost, dies) = match self.die {
            _ if self.dead => (true, true),
            Some(Die::Before(1)) => (true, true),
            Some(Die::After(1)) => (false, true),
            Some(Die::Before(n)) => {
                self.die = Some(Die::Before(n - 1));
                (false, false)
            }
            Some(Die::After(n)) => {
                self.die = Some(Die::After(n - 1));
                (false, false)
            }
            None => (false, false),
        };
        if dies {
            self.die = None;
            self.dead = true;
        }
        (lost, dies)
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn new_case(&self, year: u16) -> Result<CaseId, JournalError> {
        self.shelf(|shelf| {
            let number = shelf.books.keys().filter(|case| case.year == year).map(|case| case.number).max().unwrap_or(0) + 1;
            let case = CaseId { year, number };
            shelf.books.insert(case, Book::default());
            Ok(case)
        })
    }

    async fn append(&self, case: CaseId, seen: Seq, entries: &[NewEntry]) -> Result<Vec<Recorded>, AppendError> {
        tokio::task::yield_now().await;
        self.shelf(|shelf| {
            let (lost, dies) = shelf.strike();
            if lost {
                return Err(AppendError::Failed(killed("append")));
            }
            let book = shelf.book(case).map_err(AppendError::Failed)?;
            let at = Seq(book.entries.len() as u64);
            if at != seen {
                return Err(AppendError::Stale { at });
            }
            let mut recorded = Vec::new();
            for (place, new) in (at.0 + 1..).zip(entries) {
                let NewEntry { at, actor, entry } = new.clone();
                let one = Recorded { case, seq: Seq(place), at, actor, entry };
                let text = serde_json::to_string(&one).expect("an entry is JSON");
                let before = book.heads.last().map(|head| head.as_str().to_owned()).unwrap_or_default();
                book.heads.push(Digest::of(format!("{before}\n{text}").as_bytes()));
                book.read.push(serde_json::from_str(&text).expect("what was written can be read"));
                book.entries.push(text);
                recorded.push(one);
            }
            if dies { Err(AppendError::Failed(killed("append"))) } else { Ok(recorded) }
        })
    }

    async fn read(&self, case: CaseId, from: Seq) -> Result<Vec<Recorded>, JournalError> {
        self.shelf(|shelf| Ok(shelf.book(case)?.read.iter().filter(|recorded| recorded.seq > from).cloned().collect()))
    }

    async fn cases(&self) -> Result<Vec<CaseId>, JournalError> {
        Ok(self.shelf(|shelf| shelf.books.keys().copied().collect()))
    }

    async fn head(&self, case: CaseId) -> Result<Digest, JournalError> {
        self.shelf(|shelf| shelf.book(case)?.heads.last().cloned().ok_or(JournalError::NoSuchCase(case)))
    }

    async fn keep(&self, case: CaseId, bytes: &[u8]) -> Result<Digest, JournalError> {
        self.shelf(|shelf| {
            if shelf.dead {
                return Err(killed("keep"));
            }
            let digest = Digest::of(bytes);
            shelf.book(case)?.blobs.insert(digest.clone(), bytes.to_vec());
            Ok(digest)
        })
    }

    async fn evidence(&self, case: CaseId, digest: &Digest) -> Result<Option<Evidence>, JournalError> {
        self.shelf(|shelf| {
            let found = shelf.book(case)?.blobs.get(digest).cloned();
            Ok(found.map(|bytes| Evidence { digest: digest.clone(), bytes }))
        })
    }

    async fn lease(&self, case: CaseId, holder: &str) -> Result<Held, JournalError> {
        self.shelf(|shelf| {
            let book = shelf.book(case)?;
            match &book.lease {
                Some(other) if other != holder => Ok(Held::Others { holder: other.clone() }),
                _ => {
                    book.lease = Some(holder.to_owned());
                    Ok(Held::Ours)
                }
            }
        })
    }

    async fn unlease(&self, case: CaseId, holder: &str) -> Result<(), JournalError> {
        self.shelf(|shelf| {
            let book = shelf.book(case)?;
            if book.lease.as_deref() == Some(holder) {
                book.lease = None;
            }
            Ok(())
        })
    }

    async fn verify(&self, scope: &Scope) -> Result<Verification, JournalError> {
        Ok(self.shelf(|shelf| {
            let mut found = Verification::default();
            for (case, book) in shelf.books.iter().filter(|(case, _)| scope.case.is_none_or(|wanted| wanted == **case)) {
                found.entries += book.entries.len() as u64;
                found.blobs += book.blobs.len() as u64;
                if book.forgotten {
                    found.forgotten.push(*case);
                }
                let head = scope.head.as_ref().filter(|(of, _)| of == case).map(|(_, head)| head);
                if head.is_some_and(|head| !book.heads.iter().any(|known| known.as_str() == head)) {
                    found.damage.push(Damage { case: *case, seq: None, what: "the head is not in the chain".to_owned() });
                }
            }
            found
        }))
    }

    async fn forget(&self, case: CaseId) -> Result<(), JournalError> {
        self.shelf(|shelf| {
            shelf.book(case)?.forgotten = true;
            Ok(())
        })
    }
}
