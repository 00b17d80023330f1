//! So that it does not happen again: the tenant measured against the security roadmap.
//!
//! What was read of the tenant is an [`estate`]; each item of the [`roadmap`] names a [`measure`] or asks a person, and
//! gets an [`answer`]. [`told`] puts them together for one moment, with what people answered and accepted.
//!
//! Invariant: nothing unmeasured counts as met.

pub mod access;
pub mod answer;
pub mod estate;
pub mod fix;
pub mod harden;
pub mod measure;
pub mod population;
pub mod prevention;
pub mod roadmap;
pub mod spared;
pub mod told;
pub mod ways;
