//! What would have stopped it, on a line or two: the whole of it stands in the report.

use jiff::tz::TimeZone;
use regain_incident::case::Case;
use regain_incident::journal::Purpose;
use regain_incident::posture::prevention::{Prevention, Standing};

use super::{WIDTH, wrapped};
use crate::commands::Lesson;
use crate::commands::posture::screen::{day, ways};
use crate::output::Output;

/// The lines; none where nothing is known of how they got in.
pub fn prevention(case: &Case, lesson: &Lesson, out: &Output) -> Option<String> {
    let Lesson { prevention, unread } = lesson;
    let text = match (case.purpose, &prevention.standing, unread) {
        (Purpose::Posture, Some(standing), _) => measured(case, standing, out),
        (Purpose::Posture, None, _) => return None,
        (Purpose::Incident, _, _) if prevention.used.is_empty() => return None,
        (Purpose::Incident, Some(standing), _) => {
            let date = day(standing.at, TimeZone::system());
            used("prevent-screen-measured", &[("date", &date)], case, prevention, out)
        }
        (Purpose::Incident, None, Some(_)) => used("prevent-screen-unread", &[], case, prevention, out),
        (Purpose::Incident, None, None) => used("prevent-screen-never", &[], case, prevention, out),
    };
    Some(wrapped(&out.texts.get("label-prevent"), &text, WIDTH))
}

fn used(key: &str, more: &[(&str, &str)], case: &Case, prevention: &Prevention, out: &Output) -> String {
    let ways = ways(&prevention.used, out);
    let (all, open) = (prevention.stops.len().to_string(), prevention.open().count().to_string());
    let case = case.id.to_string();
    let mut names: Vec<(&str, &str)> = vec![("ways", &ways), ("all", &all), ("open", &open), ("case", &case)];
    names.extend(more);
    out.texts.with(key, &names)
}

/// How the tenant stood when it was measured last.
fn measured(case: &Case, standing: &Standing, out: &Output) -> String {
    let counts = standing.phases.iter().map(|(_, count)| count);
    let (met, all) =
        counts.fold((0, 0), |(met, all), count| (met + count.met + count.stated + count.not_applicable, all + count.all()));
    let names = [
        ("date", day(standing.at, TimeZone::system())),
        ("met", met.to_string()),
        ("all", all.to_string()),
        ("changed", standing.drift.len().to_string()),
        ("case", case.id.to_string()),
    ];
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    out.texts.with("prevent-screen-posture", &names)
}
