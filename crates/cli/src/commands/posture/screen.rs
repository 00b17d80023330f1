//! The posture for people: what to do first, what changed, and the three phases.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use regain_engine::posture::Told;
use regain_incident::facet::Gap;
use regain_incident::ids::CaseId;
use regain_incident::posture::answer::{Answer, Remark};
use regain_incident::posture::roadmap::{Phase, RoadmapItem, Text, Way};
use regain_incident::posture::told::{Drift, first_things};
use regain_incident::text::on_a_line;

use crate::output::Output;
use crate::screen::{WIDTH, gap, wrapped};
use crate::texts::{Language, Texts};

/// Everything that is shown.
pub struct Page<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// Its record.
    pub case: CaseId,
    /// The answers.
    pub told: &'a Told,
    /// Ways that intruders used here.
    pub used: &'a [Way],
    /// When it was measured before.
    pub before: Option<Timestamp>,
    /// When it was measured.
    pub now: Timestamp,
    /// With reasons, and with everything that is lacking.
    pub all: bool,
    /// The items that somebody came for; all where none is named.
    pub only: &'a [String],
}

/// Items that are named as the first to take up.
const FIRST: usize = 5;
/// Lacking things that an item shows; the others are counted.
const LACKING: usize = 3;

/// The whole page.
pub fn page(page: &Page<'_>, out: &Output) -> String {
    let date = date(page.now);
    let tenant = on_a_line(page.told.known_as.as_deref().unwrap_or(page.tenant));
    let head = out.texts.with("posture-head", &[("tenant", &tenant), ("case", &page.case.to_string()), ("date", &date)]);
    let mut parts = vec![out.bold(&head)];
    if page.only.is_empty() {
        parts.extend([used(page, out), first(page, out), changed(page, out)]);
        parts.extend([Phase::Days30, Phase::Days90, Phase::Beyond].map(|phase| self::phase(page, phase, out)));
    } else {
        parts.push(changed(page, out));
        let wanted = page.told.answers.iter().filter(|(item, _)| page.only.contains(&item.id));
        parts.extend(wanted.flat_map(|(item, answer)| self::item(item, answer, page.all, out)));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// The item's text in the person's language.
pub fn text<'a>(text: &'a Text, texts: &Texts) -> &'a str {
    match texts.language {
        Language::En => &text.en,
        Language::Sv => &text.sv,
    }
}

/// A remark in words.
pub fn remark(remark: &Remark, out: &Output) -> String {
    let clean: Vec<(&str, String)> = remark.names.iter().map(|(name, value)| (name.as_str(), on_a_line(value))).collect();
    let names: Vec<(&str, &str)> = clean.iter().map(|(name, value)| (*name, value.as_str())).collect();
    out.texts.with(&format!("posture-{}", remark.code), &names)
}

fn date(at: Timestamp) -> String {
    day(at, TimeZone::system())
}

/// The day of a moment, in a zone.
pub fn day(at: Timestamp, zone: TimeZone) -> String {
    at.to_zoned(zone).date().to_string()
}

fn used(page: &Page<'_>, out: &Output) -> String {
    if page.used.is_empty() {
        return String::new();
    }
    wrapped(&out.texts.get("posture-used"), &ways(page.used, out), WIDTH)
}

fn first(page: &Page<'_>, out: &Output) -> String {
    let things = first_things(&page.told.answers, page.used);
    if things.is_empty() {
        return String::new();
    }
    let mut lines = vec![out.bold(&out.texts.get("posture-first"))];
    for ((item, answer), number) in things.iter().copied().zip(1..=FIRST) {
        lines.push(format!("  {number}  {}", text(&item.title, &out.texts)));
        lines.push(format!("     {}", why_first(item, answer, page.used, out)));
    }
    lines.join("\n")
}

/// How many ways it closes, how hard it is, and the line to run.
fn why_first(item: &RoadmapItem, answer: &Answer, used: &[Way], out: &Output) -> String {
    let closes_used = item.closes.iter().filter(|way| used.contains(way)).count();
    let mut parts = Vec::new();
    if closes_used > 0 {
        parts.push(out.texts.with("posture-closes-used", &[("ways", &closes_used.to_string())]));
    } else if !item.closes.is_empty() {
        parts.push(out.texts.with("posture-closes", &[("ways", &item.closes.len().to_string())]));
    }
    parts.push(out.texts.get(&format!("posture-effort-{}", item.effort)));
    let command = command(item, Some(answer)).map(|command| format!(": {command}")).unwrap_or_default();
    format!("{}{command}", parts.join(", "))
}

/// The line that fixes an item, or answers its question; none where a person has to set things right.
pub fn command(item: &RoadmapItem, answer: Option<&Answer>) -> Option<String> {
    match (&item.fix, item.measure.is_some()) {
        (Some(_), _) => Some(format!("regain posture --fix {}", item.id)),
        (None, false) => Some(format!("regain posture --answer {}=yes|no", item.id)),
        (None, true) if answer.is_some_and(is_swept) => Some("regain posture --sweep".to_owned()),
        (None, true) => None,
    }
}

/// Whether a look into every mailbox would answer it.
fn is_swept(answer: &Answer) -> bool {
    matches!(answer, Answer::NotMeasurable { gap: Gap::NotSwept { .. }, .. })
}

/// Names of ways, for people.
pub fn ways(ways: &[Way], out: &Output) -> String {
    let names: Vec<String> = ways.iter().map(|way| out.texts.get(&format!("posture-way-{}", way.as_str()))).collect();
    names.join(", ")
}

fn changed(page: &Page<'_>, out: &Output) -> String {
    let Some(before) = page.before else { return String::new() };
    let date = date(before);
    if page.told.drift.is_empty() {
        return out.texts.with("posture-unchanged", &[("date", &date)]);
    }
    let lines = page.told.drift.iter().map(|drift| format!("  {}", drifted(drift, out)));
    [out.bold(&out.texts.with("posture-changed", &[("date", &date)]))].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

/// How an item stood, and how it stands.
pub fn drifted(drift: &Drift, out: &Output) -> String {
    let (was, is) = (state(&drift.was, out), state(&drift.is, out));
    let key = match (drift.is_worse(), drift.was.as_str() == drift.is.as_str()) {
        (true, _) => "posture-worse",
        (false, true) if drift.is.is_met() => "posture-changed-met",
        (false, true) => "posture-changed-within",
        (false, false) => "posture-changed-item",
    };
    out.texts.with(key, &[("item", &drift.item), ("was", &was), ("is", &is)])
}

/// The answer in a word or two.
pub fn state(answer: &Answer, out: &Output) -> String {
    out.texts.get(&format!("posture-state-{}", answer.as_str()))
}

fn phase(page: &Page<'_>, phase: Phase, out: &Output) -> String {
    let of: Vec<&(RoadmapItem, Answer)> = page.told.answers.iter().filter(|(item, _)| item.phase == phase).collect();
    if of.is_empty() {
        return String::new();
    }
    let met = of.iter().filter(|(_, answer)| answer.is_met()).count();
    let names = [("met", met.to_string()), ("all", of.len().to_string())];
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let head = out.bold(&out.texts.with(&format!("posture-phase-{}", phase.as_str()), &names));
    let lines = of.iter().flat_map(|(item, answer)| self::item(item, answer, page.all, out));
    [String::new(), head].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn item(item: &RoadmapItem, answer: &Answer, all: bool, out: &Output) -> Vec<String> {
    const STATE: usize = 15;
    let indent = " ".repeat(STATE + 3);
    let width = WIDTH.saturating_sub(indent.len());
    let mut lines: Vec<String> = broken(text(&item.title, &out.texts), width)
        .into_iter()
        .enumerate()
        .map(|(at, title)| if at == 0 { format!("  {:<STATE$} {title}", state(answer, out)) } else { format!("{indent}{title}") })
        .collect();
    let mut below = |text: String| {
        lines.extend(broken(&text, width).into_iter().map(|line| format!("{indent}{line}")));
    };
    if all {
        below(text(&item.why, &out.texts).to_owned());
        below(out.texts.with("posture-item", &[("item", &item.id)]));
    }
    let remarks = answer.remarks();
    let shown = if all { remarks.len() } else { LACKING };
    remarks.iter().take(shown).for_each(|one| below(remark(one, out)));
    if remarks.len() > shown {
        below(out.texts.with("posture-and-more", &[("count", &(remarks.len() - shown).to_string())]));
    }
    if let Some(detail) = detail(item, answer, TimeZone::system(), out) {
        below(detail);
    }
    lines
}

/// What an answer says beside its remarks: why it is none, what is asked, who said so. Dates are those of `zone`.
pub fn detail(item: &RoadmapItem, answer: &Answer, zone: TimeZone, out: &Output) -> Option<String> {
    match answer {
        Answer::NotMeasurable { facet, gap: why } => {
            Some(format!("{}: {}", out.texts.get(&format!("facet-{facet}")), gap(why, out)))
        }
        Answer::Open => item.question.as_ref().map(|question| text(question, &out.texts).to_owned()),
        Answer::Stated { by, at, note, .. } => {
            let note = if note.is_empty() { String::new() } else { format!(": {}", on_a_line(note)) };
            let names = [("by", on_a_line(by)), ("date", day(*at, zone)), ("note", note)];
            let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Some(out.texts.with("posture-said-by", &names))
        }
        Answer::Accepted { by, until, why, .. } => {
            // It ends with a day, and that day is the last.
            let last = until.checked_sub(SignedDuration::from_secs(1)).unwrap_or(*until);
            let (by, until, why) = (on_a_line(by), day(last, zone), on_a_line(why));
            Some(out.texts.with("posture-accepted-by", &[("by", &by), ("until", &until), ("why", &why)]))
        }
        Answer::Met { .. } | Answer::Partly { .. } | Answer::NotMet { .. } | Answer::NotApplicable { .. } => None,
    }
}

/// Text in lines of at most `width` characters, where it has blanks.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(last) = lines.last_mut() else { continue };
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_that_stands_as_before_is_not_told_as_if_it_had_moved() {
        let not_met = |code: &str| Answer::not_met([Remark::new(code)]);
        let met = |code: &str| Answer::met([Remark::new(code)]);
        let cases = [
            (not_met("a"), not_met("b"), ["still NOT MET", "fortfarande "]),
            (met("a"), met("b"), ["still met", "fortfarande "]),
            (not_met("a"), met("b"), ["NOT MET, now met", ", nu "]),
            (met("a"), not_met("b"), ["met, now NOT MET: WORSE", ", nu "]),
        ];
        for (was, is, told) in cases {
            let drift = Drift { item: "device-code-blocked".to_owned(), was, is };
            for (language, expected) in [Language::En, Language::Sv].into_iter().zip(told) {
                let out = Output::new(false, Texts::load(language).expect("texts"), true);
                let line = drifted(&drift, &out);
                assert!(line.starts_with("device-code-blocked: ") && line.contains(expected), "{line}");
            }
        }
    }
}
