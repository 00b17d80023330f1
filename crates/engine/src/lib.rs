//! Carries plans out: [`machine`] decides, [`driver`] obeys, and the flows ([`intake`], [`contain`],
//! [`collect`], [`watch`], [`undo`], [`release`]) put plans into their hands.
//!
//! Invariant: only [`step`] calls a verb that changes a tenant, with an intent that a durable entry
//! gave, for a step of an approved plan. Nothing is undone by itself.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::indexing_slicing))]

pub mod collect;
pub mod contain;
pub mod driver;
pub mod error;
pub mod intake;
pub mod machine;
mod names;
pub mod posture;
pub mod release;
pub mod scribe;
pub mod step;
pub mod sweep;
pub mod undo;
pub mod watch;
pub mod who_else;
mod world;

pub use error::EngineError;
pub use scribe::{Audience, Scribe};
pub use world::World;
