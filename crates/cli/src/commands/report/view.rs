//! The report as JSON; its schema is `docs/schema/report.schema.json`.

use regain_incident::posture::prevention::{Count, Prevention, Run, Standing, Stop};
use regain_incident::posture::roadmap::{Phase, Way};
use regain_incident::report::Report;
use regain_incident::text::harmless;
use serde::Serialize;

use super::prevention::to_run;
use crate::commands::Lesson;
use crate::commands::posture::view::{AnswerView, ChangedView, in_words};
use crate::output::Output;

/// What `report --format json` prints.
#[derive(Serialize)]
pub struct ReportView<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// So that it does not happen again.
    prevention: PreventionView<'a>,
}

#[derive(Serialize)]
struct PreventionView<'a> {
    /// Ways that the intruder used.
    used: &'a [Way],
    /// Items of the roadmap that would have stopped one of them, in the order in which to take them up.
    stops: Vec<StopView<'a>>,
    /// How the tenant stands; none if it was never measured, or if that could not be read.
    posture: Option<StandingView<'a>>,
    /// Why not all records could be read, so that none of the tenant's posture was found.
    unread: Option<String>,
    /// The line that measures the tenant.
    command: &'static str,
}

#[derive(Serialize)]
struct StopView<'a> {
    id: &'a str,
    phase: Phase,
    title: &'a str,
    why: &'a str,
    /// Which of the ways that were used.
    stops: &'a [Way],
    #[serde(flatten)]
    answer: AnswerView<'a>,
    /// When it was answered.
    measured_at: Option<String>,
    effort: u8,
    /// The line that fixes it, or answers its question; none where it is met.
    command: Option<String>,
}

#[derive(Serialize)]
struct StandingView<'a> {
    /// The record of the posture.
    record: String,
    /// The domain that people know the tenant by.
    known_as: Option<String>,
    measured_at: String,
    phases: Vec<PhaseView>,
    /// Oldest first.
    runs: Vec<RunView>,
    /// When it was measured before that.
    before: Option<String>,
    /// What changed since then.
    changed: Vec<ChangedView<'a>>,
}

#[derive(Serialize)]
struct PhaseView {
    phase: Phase,
    #[serde(flatten)]
    count: CountView,
}

#[derive(Serialize)]
struct RunView {
    at: String,
    #[serde(flatten)]
    count: CountView,
}

/// How many items stand how; the names are those of answers.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CountView {
    met: usize,
    stated_met: usize,
    partly: usize,
    not_met: usize,
    not_measurable: usize,
    open: usize,
    accepted: usize,
    not_applicable: usize,
}

impl<'a> ReportView<'a> {
    /// Of a report and what is to be learned from its case.
    pub fn of(report: &'a Report, lesson: &'a Lesson, out: &Output) -> Self {
        let Lesson { prevention, unread } = lesson;
        let Prevention { used, stops, standing } = prevention;
        let at = standing.as_ref().map(|standing| standing.at.to_string());
        Self {
            report,
            prevention: PreventionView {
                used,
                stops: stops.iter().map(|stop| StopView::of(stop, at.as_deref(), out)).collect(),
                posture: standing.as_ref().map(StandingView::of),
                unread: unread.as_deref().map(|why| harmless(why, 400)),
                command: "regain posture",
            },
        }
    }
}

impl<'a> StopView<'a> {
    fn of(stop: &'a Stop, at: Option<&str>, out: &Output) -> Self {
        let Stop { item, of, answer } = stop;
        Self {
            id: &item.id,
            phase: item.phase,
            title: in_words(&item.title, out),
            why: in_words(&item.why, out),
            stops: of,
            measured_at: answer.as_ref().and(at).map(str::to_owned),
            answer: answer.as_ref().map_or_else(AnswerView::none, |answer| AnswerView::of(answer, out)),
            effort: item.effort,
            command: to_run(stop),
        }
    }
}

impl<'a> StandingView<'a> {
    fn of(standing: &'a Standing) -> Self {
        Self {
            record: standing.record.to_string(),
            known_as: standing.known_as.as_deref().map(|name| harmless(name, 256)),
            measured_at: standing.at.to_string(),
            phases: standing.phases.iter().map(|(phase, count)| PhaseView { phase: *phase, count: count.into() }).collect(),
            runs: standing.runs.iter().map(|Run { at, count }| RunView { at: at.to_string(), count: count.into() }).collect(),
            before: standing.before().map(|at| at.to_string()),
            changed: standing.drift.iter().map(ChangedView::of).collect(),
        }
    }
}

impl From<&Count> for CountView {
    fn from(count: &Count) -> Self {
        let Count { met, stated, partly, not_met, not_measurable, open, accepted, not_applicable } = *count;
        Self { met, stated_met: stated, partly, not_met, not_measurable, open, accepted, not_applicable }
    }
}
