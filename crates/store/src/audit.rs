//! The check of one case: rows in, damage out. It knows no database and changes nothing.
//!
//! Blobs come first, in their order, then entries in theirs. Each is held against the row before it
//! as that stands, so one edit is found where it is and not in everything after it.
//!
//! What it cannot find by itself is an old state put back whole, signature included: for that a
//! head is kept elsewhere.

use regain_incident::ids::{CaseId, Seq};
use regain_incident::journal::Recorded;
use regain_ports::Damage;

use crate::chain;
use crate::keys::CaseKey;
use crate::record::{BlobRow, CaseRow, EntryRow};
use crate::seal::{open_blob, open_entry};

/// Where a chain has come to.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) place: i64,
    pub(crate) hash: Vec<u8>,
}

impl Link {
    /// Before the first.
    pub(crate) fn genesis(row: &CaseRow) -> Self {
        Self { place: 0, hash: chain::genesis(row) }
    }

    /// What is wrong between this link and the next, if anything.
    fn fault(&self, place: i64, previous: &[u8]) -> Option<&'static str> {
        match place.checked_sub(self.place) {
            Some(1) if previous == self.hash => None,
            Some(1) => Some("it does not follow from the one before it"),
            Some(2..) => Some("what stood before it is missing"),
            _ => Some("its place is no place, or taken twice"),
        }
    }
}

/// What is wrong with an entry as a link of its chain, if anything.
pub(crate) fn entry_fault(before: &Link, row: &EntryRow) -> Option<&'static str> {
    let changed = || (chain::entry(row) != row.hash).then_some("it was changed: its hash is of something else");
    before.fault(row.seq, &row.previous).or_else(changed)
}

/// What is wrong with a blob as a link of its chain, if anything.
fn blob_fault(before: &Link, row: &BlobRow) -> Option<&'static str> {
    let changed = || (chain::blob(row) != row.hash).then_some("evidence was changed: its hash is of something else");
    before.fault(row.ordinal, &row.previous).or_else(changed)
}

/// The check of one case, under way.
pub(crate) struct Audit<'a> {
    case: CaseId,
    row: &'a CaseRow,
    key: Option<&'a CaseKey>,
    kept_head: Option<&'a str>,
    kept_head_seen: bool,
    last_blob: Link,
    last_entry: Link,
    /// The evidence chain's hashes, the genesis first, for entries say upon which they stand.
    blob_hashes: Vec<Vec<u8>>,
    /// How far into them the last entry stood: evidence never goes back.
    stood_upon: usize,
    pub(crate) entries: u64,
    pub(crate) blobs: u64,
    pub(crate) damage: Vec<Damage>,
}

impl<'a> Audit<'a> {
    /// Without a key, what can be read without one is checked.
    pub(crate) fn new(case: CaseId, row: &'a CaseRow, key: Option<&'a CaseKey>, kept_head: Option<&'a str>) -> Self {
        let genesis = Link::genesis(row);
        let mut audit = Self {
            case,
            row,
            key,
            kept_head,
            kept_head_seen: false,
            last_blob: genesis.clone(),
            last_entry: genesis.clone(),
            blob_hashes: vec![genesis.hash.clone()],
            stood_upon: 0,
            entries: 0,
            blobs: 0,
            damage: Vec::new(),
        };
        audit.look_for_kept_head(&genesis.hash);
        audit
    }

    /// Something is wrong, at an entry or with the case.
    pub(crate) fn found(&mut self, seq: Option<i64>, what: impl Into<String>) {
        let seq = seq.and_then(|seq| u64::try_from(seq).ok()).map(Seq);
        self.damage.push(Damage { case: self.case, seq, what: what.into() });
    }

    /// The next blob.
    pub(crate) fn blob(&mut self, row: BlobRow) {
        self.blobs += 1;
        let content = self.key.and_then(|key| open_blob(key, self.case, &row).err());
        for what in blob_fault(&self.last_blob, &row).into_iter().chain(content) {
            self.found(None, format!("blob {}: {what}", row.ordinal));
        }
        self.blob_hashes.push(row.hash.clone());
        self.last_blob = Link { place: row.ordinal, hash: row.hash };
    }

    /// A blob whose columns do not even hold what they should.
    pub(crate) fn illegible_blob(&mut self) {
        self.blobs += 1;
        self.found(None, "a blob's row is illegible");
    }

    /// The next entry.
    pub(crate) fn entry(&mut self, row: EntryRow) {
        self.entries += 1;
        let content = self.key.and_then(|key| open_entry(key, self.case, &row).err());
        for what in entry_fault(&self.last_entry, &row).into_iter().chain(content) {
            self.found(Some(row.seq), what);
        }
        self.check_evidence(&row);
        self.look_for_kept_head(&row.hash);
        self.last_entry = Link { place: row.seq, hash: row.hash };
    }

    /// An entry whose columns do not even hold what they should.
    pub(crate) fn illegible_entry(&mut self, seq: Option<i64>) {
        self.entries += 1;
        self.found(seq, "its row is illegible");
    }

    /// The entry, now that its place in the chain was checked: for who wants to read it too.
    pub(crate) fn check_and_open(before: &Link, key: &CaseKey, case: CaseId, row: &EntryRow) -> Result<Recorded, &'static str> {
        entry_fault(before, row).map_or_else(|| open_entry(key, case, row), Err)
    }

    /// An entry stands upon evidence that is still there, and not upon less than the one before it.
    fn check_evidence(&mut self, row: &EntryRow) {
        match self.blob_hashes.iter().skip(self.stood_upon).position(|hash| *hash == row.evidence) {
            Some(further) => self.stood_upon += further,
            None => self.found(Some(row.seq), "the evidence that was kept before it is changed or gone"),
        }
    }

    fn look_for_kept_head(&mut self, hash: &[u8]) {
        let typed = self.kept_head.unwrap_or_default();
        self.kept_head_seen |= chain::digest(hash).is_ok_and(|digest| digest.matches(typed));
    }

    /// What only shows when every row was seen.
    pub(crate) fn finish(&mut self) {
        if (self.last_entry.place, &self.last_entry.hash) != (self.row.entries, &self.row.head) {
            let what = format!("{} entries were written; the last one is not what it was, or gone", self.row.entries);
            self.found(Some(self.row.entries), what);
        }
        if (self.last_blob.place, &self.last_blob.hash) != (self.row.blobs, &self.row.evidence) {
            let what = format!("{} blobs were kept; the last one is not what it was, or gone", self.row.blobs);
            self.found(None, what);
        }
        if !self.row.is_signed() {
            self.found(None, "its row was changed: the case's key has not signed what it says");
        }
        if self.kept_head.is_some() && !self.kept_head_seen {
            self.found(None, "the head that was kept elsewhere is not in its chain: cut short or rewritten");
        }
    }
}
