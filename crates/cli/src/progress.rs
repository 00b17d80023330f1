//! Live progress: a line for each thing that is durable, on stderr.

use regain_engine::Audience;
use regain_incident::case::{Case, StepState};
use regain_incident::journal::{Entry, Recorded};
use regain_incident::text::harmless;

use crate::output::Output;
use crate::screen::step_line;

/// Says what happens as it happens.
pub struct Progress {
    out: std::sync::Arc<Output>,
    began: std::time::Instant,
}

impl Progress {
    /// A progress that counts its seconds from now.
    pub fn new(out: std::sync::Arc<Output>) -> Self {
        Self { out, began: std::time::Instant::now() }
    }

    fn line(&self, text: &str) {
        self.out.say(&format!("{:>6.1} s  {text}", self.began.elapsed().as_secs_f64()));
    }
}

impl Audience for Progress {
    fn recorded(&self, case: &Case, recorded: &Recorded) {
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
        if !tells || self.out.json {
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
