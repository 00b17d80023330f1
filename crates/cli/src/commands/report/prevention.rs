//! The section *So that it does not happen again*, in Markdown: what would have stopped the ways that were used, how the
//! tenant stands, and what changed. Days are those of UTC, as all times of a report.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regain_incident::posture::answer::Answer;
use regain_incident::posture::prevention::{Count, Prevention, Standing, Stop};
use regain_incident::posture::roadmap::Phase;
use regain_incident::text::on_a_line;

use super::{escaped, section};
use crate::commands::Lesson;
use crate::commands::posture::screen::{command, day, detail, drifted, remark, state, ways};
use crate::commands::posture::view::in_words;
use crate::output::Output;

/// Earlier measurements that are shown, the newest first.
const RUNS: usize = 12;
/// Lacking things that an item shows; the others are counted.
const LACKING: usize = 3;

/// The first lines of the report: what was used, and how many items would have stopped it.
pub fn lead(prevention: &Prevention, out: &Output) -> Option<String> {
    if prevention.used.is_empty() {
        return None;
    }
    let names = [
        ("ways", ways(&prevention.used, out)),
        ("all", prevention.stops.len().to_string()),
        ("open", prevention.open().count().to_string()),
    ];
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Some(out.texts.with("prevent-lead", &names))
}

/// The section.
pub fn lines(lesson: &Lesson, out: &Output) -> Vec<String> {
    let Lesson { prevention, unread } = lesson;
    let mut lines = vec![format!("\n## {}\n", out.texts.get("prevent-title"))];
    lines.push(match prevention.used.as_slice() {
        [] => out.texts.get("prevent-none-known"),
        used => out.texts.with("prevent-used", &[("ways", &ways(used, out))]),
    });
    let at = prevention.standing.as_ref().map(|standing| standing.at);
    let stops = prevention.stops.iter().map(|stop| stop_text(stop, at, out));
    section(&mut lines, &out.texts.get("prevent-stops"), stops);
    lines.push(format!("\n### {}\n", out.texts.get("prevent-standing")));
    match (&prevention.standing, unread) {
        (Some(standing), _) => lines.extend(standing_lines(standing, out)),
        (None, Some(why)) => lines.push(out.texts.with("prevent-unread", &[("why", &escaped(why))])),
        (None, None) => lines.push(out.texts.get("prevent-never")),
    }
    lines
}

fn utc(at: Timestamp) -> String {
    day(at, TimeZone::UTC)
}

/// An item: how it stands since when, what it stops, what is lacking, and the line to run.
fn stop_text(stop: &Stop, at: Option<Timestamp>, out: &Output) -> String {
    let Stop { item, of, answer } = stop;
    let stands = match (answer, at) {
        (Some(answer), Some(at)) => format!("**{}** ({})", state(answer, out), utc(at)),
        _ => format!("**{}**", out.texts.get("prevent-not-measured")),
    };
    let title = escaped(in_words(&item.title, out));
    let stops = out.texts.with("prevent-would-stop", &[("ways", &ways(of, out))]);
    let told = answer.iter().flat_map(|answer| lacking(stop, answer, out));
    let command = to_run(stop).map(|command| format!("`{command}`"));
    [format!("{stands}: {title}. {stops}.")].into_iter().chain(told).chain(command).collect::<Vec<_>>().join(" ")
}

/// The line that fixes the item, or answers its question; none where it is met.
pub fn to_run(stop: &Stop) -> Option<String> {
    command(&stop.item, stop.answer.as_ref()).filter(|_| !stop.is_met())
}

/// What is lacking, and what the answer says beside it, a sentence each.
fn lacking(stop: &Stop, answer: &Answer, out: &Output) -> Vec<String> {
    let remarks = if stop.is_met() { &[] } else { answer.remarks() };
    let mut told: Vec<String> = remarks.iter().take(LACKING).map(|one| escaped(&remark(one, out))).collect();
    if remarks.len() > LACKING {
        told.push(out.texts.with("prevent-and-more", &[("count", &(remarks.len() - LACKING).to_string())]));
    }
    let told = (!told.is_empty()).then(|| out.texts.with("prevent-lacking", &[("what", &told.join("; "))]));
    let detail = detail(&stop.item, answer, TimeZone::UTC, out);
    told.into_iter().chain(detail.map(|detail| sentence(&detail))).collect()
}

/// With an end: its own, or a full stop.
fn sentence(text: &str) -> String {
    match text.strip_suffix('?') {
        Some(question) => format!("{}?", escaped(question)),
        None => format!("{}.", escaped(text.trim_end_matches('.'))),
    }
}

fn standing_lines(standing: &Standing, out: &Output) -> Vec<String> {
    let tenant = standing.known_as.as_deref().map(|name| escaped(&on_a_line(name)));
    let names = [
        ("tenant", tenant.unwrap_or_else(|| out.texts.get("kind-organisation"))),
        ("date", utc(standing.at)),
        ("record", standing.record.to_string()),
    ];
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut lines = vec![out.texts.with("prevent-measured", &names), String::new()];
    let phases = standing.phases.iter().map(|(phase, count)| (phase_name(*phase, out), *count));
    lines.extend(table(&out.texts.get("prevent-phase"), phases, out));
    lines.extend(changed(standing, out));
    lines.extend(earlier(standing, out));
    lines
}

fn phase_name(phase: Phase, out: &Output) -> String {
    out.texts.get(&format!("prevent-phase-{}", phase.as_str()))
}

/// A column of a table of counts: the name of the answer, and how many there are.
type Column = (&'static str, fn(&Count) -> usize);

const COLUMNS: &[Column] = &[
    ("met", |count| count.met),
    ("stated-met", |count| count.stated),
    ("partly", |count| count.partly),
    ("not-met", |count| count.not_met),
    ("not-measurable", |count| count.not_measurable),
    ("open", |count| count.open),
    ("accepted", |count| count.accepted),
    ("not-applicable", |count| count.not_applicable),
];

fn table(first: &str, rows: impl Iterator<Item = (String, Count)>, out: &Output) -> Vec<String> {
    let heads: Vec<String> = COLUMNS.iter().map(|(name, _)| out.texts.get(&format!("posture-state-{name}"))).collect();
    let head = format!("| {first} | {} |", heads.join(" | "));
    let rule = format!("|---|{}", "---:|".repeat(COLUMNS.len()));
    let row = |(name, count): (String, Count)| {
        let cells: Vec<String> = COLUMNS.iter().map(|(_, of)| of(&count).to_string()).collect();
        format!("| {name} | {} |", cells.join(" | "))
    };
    [head, rule].into_iter().chain(rows.map(row)).collect()
}

fn changed(standing: &Standing, out: &Output) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(before) = standing.before().map(utc) else { return lines };
    if standing.drift.is_empty() {
        return vec![String::new(), out.texts.with("posture-unchanged", &[("date", &before)])];
    }
    let drift = standing.drift.iter().map(|one| escaped(&drifted(one, out)));
    section(&mut lines, &out.texts.with("prevent-changed", &[("date", &before)]), drift);
    lines
}

/// The measurements before the last one, if there are any.
fn earlier(standing: &Standing, out: &Output) -> Vec<String> {
    if standing.runs.len() < 2 {
        return Vec::new();
    }
    // Several runs in a day are told apart.
    let moment = |at: Timestamp| at.strftime("%F %H:%M:%S").to_string();
    let runs = standing.runs.iter().rev().take(RUNS).map(|run| (moment(run.at), run.count));
    let mut lines = vec![format!("\n### {}\n", out.texts.get("prevent-runs"))];
    lines.extend(table(&out.texts.get("prevent-run"), runs, out));
    if standing.runs.len() > RUNS {
        lines.push(String::new());
        lines.push(out.texts.with("prevent-runs-more", &[("count", &(standing.runs.len() - RUNS).to_string())]));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_stays_one() {
        assert_eq!(sentence("Are attacks simulated?"), "Are attacks simulated?");
        assert_eq!(sentence("said so by anna"), "said so by anna.");
        assert_eq!(sentence("The whole of it."), "The whole of it.");
    }
}
