//! The timeline as a picture: a line for each account, a dot for each event, time from left to right.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use regain_auditlog::timeline::Moment;

use super::Found;
use super::html::escaped;

const WIDTH: i64 = 1000;
const LEFT: i64 = 230;
const ROW: i64 = 22;
const TOP: i64 = 24;
/// More accounts than this are not drawn: the list has them.
const ACCOUNTS_MAX: usize = 40;
/// Dots closer than this lie on one another; one is drawn.
const STEP: i64 = 3;

/// The picture as SVG; none if nothing has a time.
pub fn picture(found: &Found) -> Option<String> {
    let times = found.timeline.moments.iter().filter_map(|moment| moment.event.at);
    let (first, last) = (times.clone().min()?, times.max()?);
    let span = (last.as_second() - first.as_second()).max(1);
    let mut rows: BTreeMap<&str, BTreeMap<i64, (bool, u64)>> = BTreeMap::new();
    for moment in &found.timeline.moments {
        let Some(at) = moment.event.at else { continue };
        let place = (at.as_second() - first.as_second()) * (WIDTH - LEFT - 20) / span / STEP * STEP;
        let dots = rows.entry(&moment.event.account).or_default();
        let dot = dots.entry(place).or_default();
        dot.0 |= is_the_intruders(moment);
        dot.1 += 1;
    }
    let height = TOP + i64::try_from(rows.len().min(ACCOUNTS_MAX)).unwrap_or_default() * ROW + 10;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\"><text x=\"{LEFT}\" y=\"14\">{first}</text>\
         <text x=\"{}\" y=\"14\" text-anchor=\"end\">{last}</text>",
        WIDTH - 10
    );
    for ((account, dots), row) in rows.iter().take(ACCOUNTS_MAX).zip(0..) {
        let y = TOP + row * ROW + ROW / 2;
        let _ = write!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", LEFT - 12, y + 4, escaped(account, 32));
        let _ = write!(svg, "<line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\"/>", WIDTH - 10);
        for (place, (is_bad, count)) in dots {
            let class = if *is_bad { "bad" } else { "own" };
            let radius = if *count > 20 {
                6
            } else if *count > 3 {
                5
            } else {
                4
            };
            let _ = write!(
                svg,
                "<circle class=\"{class}\" cx=\"{}\" cy=\"{y}\" r=\"{radius}\"><title>{count}</title></circle>",
                LEFT + place
            );
        }
    }
    svg.push_str("</svg>");
    Some(svg)
}

fn is_the_intruders(moment: &Moment) -> bool {
    !moment.reasons.is_empty()
}
