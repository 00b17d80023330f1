//! Live progress on stderr: a line for each thing that is durable; for many accounts a line now and then,
//! with an estimate from the rate of the last seconds, called one.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use regain_engine::Audience;
use regain_incident::case::{Case, StepState};
use regain_incident::facet::FacetName;
use regain_incident::journal::{Entry, Recorded};
use regain_incident::sweep::Sweep;
use regain_incident::text::harmless;

use crate::output::Output;
use crate::screen::{self, step_line};

/// Between two lines about many accounts.
const EVERY: Duration = Duration::from_secs(2);
/// What an estimate looks back on.
const WINDOW: Duration = Duration::from_secs(20);
/// The same for a sweep, which is recorded batch by batch.
const WINDOW_OF_A_SWEEP: Duration = Duration::from_mins(2);

/// Says what happens as it happens.
pub struct Progress {
    out: std::sync::Arc<Output>,
    began: Instant,
    said: Mutex<Said>,
}

#[derive(Default)]
struct Said {
    last: Option<Instant>,
    /// What was done at which moment.
    done: VecDeque<(Instant, usize)>,
}

/// How far a case of many accounts has come.
struct Standing {
    accounts: usize,
    locked: usize,
    failed: usize,
    /// Readings and steps that are done, and all that are known to come.
    done: usize,
    all: usize,
}

impl Progress {
    /// A progress that counts its seconds from now.
    pub fn new(out: std::sync::Arc<Output>) -> Self {
        Self { out, began: Instant::now(), said: Mutex::default() }
    }

    fn line(&self, text: &str) {
        self.out.say(&format!("{:>6.1} s  {text}", self.began.elapsed().as_secs_f64()));
    }

    fn sometimes(&self, case: &Case) {
        let now = Instant::now();
        if !self.is_time(now) {
            return;
        }
        let standing = Standing::of(case);
        let left = self.seconds_left(now, WINDOW, standing.done, standing.all);
        self.line(&standing.say(&self.out, left));
    }

    fn swept(&self, sweep: &Sweep) {
        let now = Instant::now();
        let (asked, all) = (sweep.asked(), sweep.listing.accounts);
        let left = self.seconds_left(now, WINDOW_OF_A_SWEEP, asked, all);
        if !self.is_time(now) && asked < all {
            return;
        }
        let names = [("asked", asked), ("all", all), ("found", sweep.found().count())];
        let names = names.map(|(name, value)| (name, value.to_string()));
        let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let estimate = left.filter(|_| asked < all).map(|left| estimated(left, &self.out)).unwrap_or_default();
        self.line(&format!("{}{estimate}", self.out.texts.with("progress-sweep", &names)));
    }

    /// Whether another line is due; then this is it.
    fn is_time(&self, now: Instant) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = said.last.is_none_or(|last| now.duration_since(last) >= EVERY);
        if is_due {
            said.last = Some(now);
        }
        is_due
    }

    /// How long the rest takes at the rate of late; and that so much is done now.
    fn seconds_left(&self, now: Instant, window: Duration, done: usize, all: usize) -> Option<u64> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        while said.done.pop_front_if(|(at, _)| now.duration_since(*at) > window).is_some() {}
        let left = said.done.front().and_then(|(at, before)| {
            let rate = Rate { done: done.checked_sub(*before)?, within: now.duration_since(*at) };
            rate.seconds_for(all.saturating_sub(done))
        });
        said.done.push_back((now, done));
        left
    }
}

fn estimated(seconds: u64, out: &Output) -> String {
    out.texts.with("progress-estimate", &[("seconds", &seconds.to_string())])
}

/// What was done within a time.
struct Rate {
    done: usize,
    within: Duration,
}

impl Rate {
    /// Whole seconds that `left` more take at this rate; none if nothing was done.
    fn seconds_for(&self, left: usize) -> Option<u64> {
        let milliseconds = u64::try_from(self.within.as_millis()).ok()?;
        let (left, done) = (u64::try_from(left).ok()?, u64::try_from(self.done).ok()?);
        Some(milliseconds.checked_mul(left)?.checked_div(done)?.div_ceil(1_000))
    }
}

impl Standing {
    fn of(case: &Case) -> Self {
        let facets = FacetName::to_read().count();
        let read: usize = case.accounts.values().map(|state| state.snapshot.facets.len().min(facets)).sum();
        let (mut steps, mut ended, mut failed) = (0, 0, 0);
        for (_, _, record) in case.all_steps().filter(|(plan, step, _)| plan.approval.is_some() && step.action.facet().is_some())
        {
            steps += 1;
            ended += usize::from(record.state.has_ended());
            failed += usize::from(record.state == StepState::Failed);
        }
        Self {
            accounts: case.accounts.len(),
            locked: case.accounts.keys().filter(|id| case.is_locked(id)).count(),
            failed,
            done: read + ended,
            all: case.accounts.len() * facets + steps,
        }
    }

    fn say(&self, out: &Output, left: Option<u64>) -> String {
        let names =
            [("all", self.accounts), ("locked", self.locked), ("failed", self.failed), ("done", self.done), ("work", self.all)]
                .map(|(name, value)| (name, value.to_string()));
        let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut text = out.texts.with("progress-many", &names);
        if let Some(left) = left.filter(|_| self.done < self.all) {
            text.push_str(&estimated(left, out));
        }
        text
    }
}

impl Audience for Progress {
    fn recorded(&self, case: &Case, recorded: &Recorded) {
        if self.out.json {
            return;
        }
        if let (Entry::SweepBegun { .. } | Entry::SweepResumed { .. } | Entry::SweepRead { .. }, Some(sweep)) =
            (&recorded.entry, &case.posture.sweeps.under_way)
        {
            return self.swept(sweep);
        }
        if case.accounts.len() > screen::MANY {
            return self.sometimes(case);
        }
        let Some(id) = recorded.entry.step() else { return };
        let (Some(step), state) = (case.planned(id), case.state(id)) else { return };
        let tells = matches!(
            recorded.entry,
            Entry::StepVerified { .. }
                | Entry::StepRefused { .. }
                | Entry::StepUnanswered { .. }
                | Entry::StepContradicted { .. }
                | Entry::StepReturned { .. }
        );
        if !tells {
            return;
        }
        let why = match state {
            StepState::Done => String::new(),
            _ => case
                .steps
                .get(&id)
                .and_then(|record| record.why.as_deref())
                .map(|why| format!(" ({})", harmless(why, 400)))
                .unwrap_or_default(),
        };
        self.line(&format!("{}{why}", step_line(step, state, &self.out)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_what_the_rate_says_and_none_without_one() {
        let rate = |done| Rate { done, within: Duration::from_secs(10) };
        assert_eq!(rate(100).seconds_for(250), Some(25));
        assert_eq!(rate(3).seconds_for(1), Some(4));
        assert_eq!(rate(0).seconds_for(1), None);
    }
}
