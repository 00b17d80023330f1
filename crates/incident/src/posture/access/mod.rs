//! Conditional Access, evaluated: which policies apply to somebody in a situation, and what they demand together.
//!
//! An [`AccessPolicy`] names people, resources and conditions; a [`Subject`] is a person, a [`Situation`] the sign-in.
//! [`evaluate`] holds one against the other and gives a [`Verdict`]; [`coverage`] does it for many people and
//! situations, and lists by name who is not covered, and why. [`defaults`] is what holds where no policy is enabled.
//!
//! Invariant: what is not known is never guessed. A value that this version does not know, a part of the sign-in that
//! nobody stated, an object that was not read, or behaviour that is not published makes an answer "cannot be told",
//! with the reason, unless something that is known decides it alone. `docs/conditional-access.md` tells it to people.
//!
//! Left to others: reading policies (the adapter), what a finding of this is worth (the measures), texts for people.

mod conditions;
pub mod coverage;
pub mod defaults;
pub mod demand;
mod evaluate;
pub mod family;
pub mod filter;
mod guests;
pub mod place;
pub mod policy;
pub mod resource;
pub mod session;
pub mod situation;
pub mod strength;
pub mod subject;
pub mod truth;
mod verdict;

pub use coverage::{Coverage, coverage};
pub use evaluate::{Rules, evaluate};
pub use place::NamedLocation;
pub use policy::AccessPolicy;
pub use situation::Situation;
pub use strength::Strength;
pub use subject::Subject;
pub use truth::{Doubt, Known, Truth};
pub use verdict::{By, Judged, Miss, Outcome, Together, Verdict};
