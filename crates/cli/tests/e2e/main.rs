//! The built program, end to end: against an emulated tenant of its own, over the wire, with a
//! data folder of its own. Nothing is shared between tests, and none sleeps.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fixes;
#[cfg(test)]
mod log;
#[cfg(test)]
mod open_questions;
#[cfg(test)]
mod posture;
#[cfg(test)]
mod prevention;
#[cfg(test)]
mod rails;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod support;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod ways;
