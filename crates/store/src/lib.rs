//! The journal and the evidence in SQLite: chained, salted, encrypted for each case.
//!
//! [`chain`] says what is hashed and signed, [`keys`] holds one key for each case in a file beside
//! the database, [`seal`] encrypts with it, [`audit`] checks what was stored. They know no
//! database; [`sqlite`] is the backend, and another can sit beside it.
//!
//! Invariants: what [`Store`] acknowledged is on the disk; what a tenant or a responder wrote stands
//! in no file in clear; nothing but `forget` destroys a key, and a case without its key and without
//! a signed tombstone is damaged, not forgotten.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::indexing_slicing))]

mod audit;
mod chain;
mod fault;
mod files;
mod keys;
mod record;
mod seal;
mod sqlite;

#[cfg(test)]
mod tests;

pub use sqlite::Store;
