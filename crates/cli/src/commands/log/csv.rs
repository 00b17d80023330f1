//! The timeline for a spreadsheet. Cells that a spreadsheet would take for a formula are made text.

use std::io::{self, Write};

use regain_auditlog::timeline::Moment;

use super::Found;

const HEADER: &str = "time,intruder,account,operation,outcome,address,agent,application,session,target,kind,id\r\n";

/// Writes the timeline, with a byte-order mark so that spreadsheets see the encoding.
pub fn write(found: &Found, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"\xef\xbb\xbf")?;
    to.write_all(HEADER.as_bytes())?;
    for moment in &found.timeline.moments {
        let cells = cells(moment).map(|cell| harmless(&cell));
        write!(to, "{}\r\n", cells.join(","))?;
    }
    Ok(())
}

fn cells(moment: &Moment) -> [String; 12] {
    let event = &moment.event;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        event.at.map(|at| at.to_string()).unwrap_or_default(),
        moment.reasons.join(" "),
        event.account.clone(),
        event.operation.clone(),
        event.outcome.as_str().to_owned(),
        event.address.map(|address| address.to_string()).unwrap_or_default(),
        text(&event.agent),
        text(&event.app),
        text(&event.session),
        text(&event.target),
        event.kind.as_str().to_owned(),
        event.id.clone(),
    ]
}

/// A quoted cell that no spreadsheet computes: what begins like a formula gets an apostrophe before it
/// (OWASP, "CSV Injection").
fn harmless(text: &str) -> String {
    let line: String = text.chars().map(|c| if regain_incident::text::is_hostile(c) { '·' } else { c }).collect();
    let is_formula = line.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
    format!("\"{}{}\"", if is_formula { "'" } else { "" }, line.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(harmless("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(harmless(" \t+1"), "\"' ·+1\"".replace("' ·", " ·"), "a control sign is shown, so nothing is left to compute");
        assert_eq!(harmless("a \"b\"\r\nc"), "\"a \"\"b\"\"··c\"");
        assert_eq!(harmless("@sum"), "\"'@sum\"");
    }
}
