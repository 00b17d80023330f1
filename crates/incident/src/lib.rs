//! The core: what is true of a compromised account and what should be done about it.
//!
//! The data's path, module by module: an [`account`] is read [`facet`] by facet into a
//! [`snapshot`], judged into [`finding`]s by the rules in [`judge`], answered by a [`plan`] that
//! [`planner`] makes and [`lint`] checks, carried out into a [`journal`], folded into a [`case`],
//! given back by the gates of [`release`] and told in a [`report`].
//!
//! The [`tenant`]'s own settings go the same way as the parts of an account, and are measured by [`posture`] against
//! the security roadmap.
//!
//! Invariant: nothing here is async, reads a clock, the environment, a file or a socket, or is
//! random. The same input gives the same output, in the same order.

pub mod account;
pub mod case;
pub mod digest;
pub mod facet;
pub mod facets;
pub mod finding;
pub mod ids;
pub mod item;
pub mod journal;
pub mod judge;
pub mod lint;
pub mod plan;
pub mod planner;
pub mod policy;
pub mod posture;
pub mod rail;
pub mod release;
pub mod report;
pub mod secret;
pub mod snapshot;
pub mod sweep;
pub mod tenant;
pub mod text;
pub mod undo;
pub mod watch;
pub mod who_else;

pub use jiff::Timestamp;
