//! Names that many records share, kept once: accounts, programs, applications, operations.
//!
//! Invariant: numbers are given in the order of the records, which is the same for any number of
//! threads. They are for comparing; whoever lists names sorts by text.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::quality::FixedState;

/// A name by its number. Zero is "none".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sym(pub u32);

impl Sym {
    /// No name.
    pub const NONE: Self = Self(0);
    /// One of the names for which there was no room any more.
    pub const OTHER: Self = Self(1);

    /// Whether there is a name.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }
}

/// The seed of every hash here: the same on every run. Ids of records are the service's, names are
/// bounded in number, so nobody gains by collisions.
pub(crate) fn hash_state() -> FixedState {
    FixedState::with_seed(0x7265_6761_696e)
}

/// Bytes of names that one table keeps at most; then further ones become [`Sym::OTHER`].
const TABLE_BYTES_MAX: usize = 10 << 20;

/// Longer names are cut: nothing that long is a name.
const NAME_BYTES_MAX: usize = 1024;

/// One kind of name.
#[derive(Debug)]
pub struct Table {
    all: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32, FixedState>,
    bytes: usize,
    /// Whether names had to be left out.
    pub is_full: bool,
}

impl Default for Table {
    fn default() -> Self {
        let none: Arc<str> = Arc::from("");
        let other: Arc<str> = Arc::from("…");
        let numbers = HashMap::with_hasher(hash_state());
        Self { all: vec![none, other], numbers, bytes: 0, is_full: false }
    }
}

impl Table {
    /// The number of a name, new or known.
    pub fn number(&mut self, name: &str) -> Sym {
        if name.is_empty() {
            return Sym::NONE;
        }
        let name = cut(name);
        if let Some(number) = self.numbers.get(name) {
            return Sym(*number);
        }
        let Some(number) = u32::try_from(self.all.len()).ok().filter(|_| self.bytes < TABLE_BYTES_MAX) else {
            self.is_full = true;
            return Sym::OTHER;
        };
        let kept: Arc<str> = Arc::from(name);
        self.bytes += name.len() + 64;
        self.all.push(kept.clone());
        self.numbers.insert(kept, number);
        Sym(number)
    }

    /// The number of a name that is known.
    pub fn find(&self, name: &str) -> Option<Sym> {
        self.numbers.get(cut(name)).map(|number| Sym(*number))
    }

    /// The name.
    pub fn name(&self, sym: Sym) -> &str {
        usize::try_from(sym.0).ok().and_then(|at| self.all.get(at)).map_or("", |name| name)
    }

    /// A number that depends on the name alone, not on when it was met.
    pub fn mark(&self, sym: Sym) -> u64 {
        hash_state().hash_one(self.name(sym))
    }

    /// Every name with its number, in the order of the numbers.
    pub fn all(&self) -> impl Iterator<Item = (Sym, &str)> {
        self.all.iter().zip(0..).skip(2).map(|(name, number)| (Sym(number), &**name))
    }

    /// How many numbers are given, for tables by number.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.all.len() <= 2
    }
}

fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(NAME_BYTES_MAX)]
}

/// The names of a log.
#[derive(Debug, Default)]
pub struct Names {
    /// Accounts and mailboxes, in lower case.
    pub accounts: Table,
    /// Programs, as they name themselves.
    pub agents: Table,
    /// Applications, by id, in lower case.
    pub apps: Table,
    /// Operations.
    pub operations: Table,
}
