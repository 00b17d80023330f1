//! Exported audit logs: read in every shape that Microsoft 365 gives them, as one model of events.
//!
//! The data's path: a file is opened and unpacked ([`source`]), cut into chunks of whole records,
//! each record scanned on demand ([`json`], [`csv`]) into a [`draft`], of which a [`row`] is kept
//! and, where somebody asks, an [`event`] with everything. [`log`] holds the rows of all files,
//! each record once.
//!
//! Invariants: memory is bounded whatever the files; a record that is not understood is counted and
//! located, never fatal; nothing that comes out depends on the number of threads, the order of the
//! files or the seed of a hash.

pub mod address;
pub mod analysis;
pub mod audit;
pub mod chunk;
pub mod csv;
pub mod desk;
pub mod domains;
pub mod draft;
pub mod entra;
pub mod event;
pub mod find;
pub mod habits;
pub mod indicators;
pub mod intruders;
pub mod json;
pub mod log;
pub mod lookalike;
pub mod names;
pub mod networks;
pub mod notable;
pub mod pivot;
pub mod row;
pub mod rulelife;
pub mod sample;
pub mod seen;
pub mod shape;
pub mod shelf;
pub mod source;
pub mod spray;
pub mod sql;
pub mod story;
pub mod summary;
pub mod survey;
pub mod text;
pub mod time;
pub mod timeline;
pub mod trace;
pub mod uses;

pub use event::{Event, Kind, Outcome};
pub use log::{Log, Options, ScanError};
pub use row::Row;
