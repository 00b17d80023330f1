//! The posture as JSON; its schema is `docs/schema/posture.schema.json`.

use regain_incident::posture::answer::{Answer, Remark};
use regain_incident::posture::roadmap::{Phase, References, RoadmapItem, Way};
use regain_incident::posture::told::{Drift, first_things};
use regain_incident::text::harmless;
use serde::Serialize;

use super::screen::{Page, remark, text};
use crate::output::Output;
use crate::screen;

/// The longest text from a tenant that is passed on.
const LONGEST: usize = 1_000;

/// What `posture` prints.
#[derive(Serialize)]
pub struct PostureView<'a> {
    tenant: &'a str,
    case: String,
    head: String,
    told_at: String,
    /// When it was told before.
    before: Option<String>,
    items: Vec<ItemView<'a>>,
    /// Ids in the order in which to take them up.
    first: Vec<&'a str>,
    /// Ways that intruders used in the tenant's cases.
    used: &'a [Way],
    changed: Vec<ChangedView<'a>>,
}

#[derive(Serialize)]
struct ItemView<'a> {
    id: &'a str,
    phase: Phase,
    title: &'a str,
    why: &'a str,
    #[serde(flatten)]
    answer: AnswerView<'a>,
    question: Option<&'a str>,
    effort: u8,
    closes: &'a [Way],
    fix: Option<&'a str>,
    takes: &'a [String],
    references: &'a References,
}

/// How an item stands.
#[derive(Serialize)]
pub struct AnswerView<'a> {
    answer: &'static str,
    remarks: Vec<RemarkView<'a>>,
    /// Why it could not be measured.
    unread: Option<String>,
    /// Who said so, or answers for it.
    by: Option<String>,
    until: Option<String>,
}

#[derive(Serialize)]
struct RemarkView<'a> {
    code: &'a str,
    text: String,
}

/// An item that stands otherwise than before.
#[derive(Serialize)]
pub struct ChangedView<'a> {
    item: &'a str,
    was: &'static str,
    is: &'static str,
    worse: bool,
}

impl<'a> PostureView<'a> {
    /// Of a page.
    pub fn of(page: &Page<'a>, head: &str, out: &Output) -> Self {
        let told = page.told;
        Self {
            tenant: page.tenant,
            case: page.case.to_string(),
            head: head.to_owned(),
            told_at: page.now.to_string(),
            before: page.before.map(|at| at.to_string()),
            items: told.answers.iter().map(|(item, answer)| ItemView::of(item, answer, out)).collect(),
            first: first_things(&told.answers, page.used).into_iter().map(|(item, _)| item.id.as_str()).collect(),
            used: page.used,
            changed: told.drift.iter().map(ChangedView::of).collect(),
        }
    }
}

impl<'a> ItemView<'a> {
    fn of(item: &'a RoadmapItem, answer: &'a Answer, out: &Output) -> Self {
        Self {
            id: &item.id,
            phase: item.phase,
            title: in_words(&item.title, out),
            why: in_words(&item.why, out),
            answer: AnswerView::of(answer, out),
            question: item.question.as_ref().map(|question| in_words(question, out)),
            effort: item.effort,
            closes: &item.closes,
            fix: item.fix.as_deref(),
            takes: &item.takes,
            references: &item.references,
        }
    }
}

impl<'a> AnswerView<'a> {
    /// Of an answer.
    pub fn of(answer: &'a Answer, out: &Output) -> Self {
        let (by, until) = match answer {
            Answer::Stated { by, .. } => (Some(harmless(by, LONGEST)), None),
            Answer::Accepted { by, until, .. } => (Some(harmless(by, LONGEST)), Some(until.to_string())),
            _ => (None, None),
        };
        let unread = match answer {
            Answer::NotMeasurable { gap, .. } => Some(screen::gap(gap, out)),
            _ => None,
        };
        let told = |one: &'a Remark| RemarkView { code: &one.code, text: harmless(&remark(one, out), LONGEST) };
        Self { answer: answer.as_str(), remarks: answer.remarks().iter().map(told).collect(), unread, by, until }
    }

    /// Of an item that was not measured.
    pub fn none() -> Self {
        Self { answer: "not-measured", remarks: Vec::new(), unread: None, by: None, until: None }
    }
}

impl<'a> ChangedView<'a> {
    /// Of a drift.
    pub fn of(drift: &'a Drift) -> Self {
        Self { item: &drift.item, was: drift.was.as_str(), is: drift.is.as_str(), worse: drift.is_worse() }
    }
}

/// The text in the person's language.
pub fn in_words<'a>(words: &'a regain_incident::posture::roadmap::Text, out: &Output) -> &'a str {
    text(words, &out.texts)
}
