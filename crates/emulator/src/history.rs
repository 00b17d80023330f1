//! The directory as it was, for replicas that have not heard yet.
//!
//! Invariant: what is kept is bounded. A replica that would be further behind shows the oldest kept state.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::directory::Directory;

/// States kept at most.
const STATES_MAX: usize = 64;

/// Earlier states, each with the moment it was replaced.
#[derive(Clone, Debug, Default)]
pub struct History {
    states: VecDeque<(Timestamp, Directory)>,
}

impl History {
    /// Whether a state that is replaced now is worth keeping, where no replica is further behind than
    /// `furthest`: states in quick succession are told apart no finer than they can all be kept.
    pub fn wants(&self, now: Timestamp, furthest: SignedDuration) -> bool {
        let apart = furthest / 32;
        self.states.back().is_none_or(|(until, _)| now.duration_since(*until) >= apart)
    }

    /// Keeps a state that was true until now.
    pub fn keep(&mut self, until: Timestamp, state: Directory) {
        self.states.push_back((until, state));
        if self.states.len() > STATES_MAX {
            self.states.pop_front();
        }
    }

    /// Which state a replica `behind` shows, unless it is the present one.
    pub fn at(&self, now: Timestamp, behind: SignedDuration) -> Option<usize> {
        let moment = now.saturating_sub(behind).unwrap_or(Timestamp::MIN);
        self.states.iter().position(|(until, _)| *until > moment)
    }

    /// Puts a kept state in the place of `present`, and that one in its place; a second time brings both back.
    /// Nothing is copied: a directory may hold hundreds of accounts.
    pub fn swap(&mut self, state: usize, present: &mut Directory) {
        if let Some((_, kept)) = self.states.get_mut(state) {
            std::mem::swap(kept, present);
        }
    }
}
