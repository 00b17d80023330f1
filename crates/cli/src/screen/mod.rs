//! What a person sees of a case: the first screen after `contain`, plans, findings.
//! Plain text; nothing needs colour; every name from the tenant is made harmless first.

mod account;
mod findings;
mod organisation;
mod plans;
mod prevention;
mod table;
mod who_else;

pub use account::account;
pub use findings::{details, gap, headline, reason};
pub use plans::{criteria, left_out, plan, step_line};
pub use prevention::prevention;
pub use table::MANY;
pub use who_else::{command as who_else_command, other_text};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regain_incident::case::Case;
use regain_incident::policy::Policy;

use crate::output::Output;

/// A case: its accounts, and who else. Many accounts are a table.
pub fn case(case: &Case, policy: &Policy, out: &Output, now: Timestamp) -> String {
    let mut parts = if case.accounts.len() > MANY {
        vec![table::table(case, policy, out)]
    } else {
        case.accounts.values().map(|state| account(case, state, policy, out, now)).collect()
    };
    parts.extend(who_else::who_else(case, out));
    parts.join("\n")
}

/// The time of day as the person's clock shows it: `02:07 (UTC+1)`.
pub fn time_of_day(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::system());
    let offset = zoned.offset().seconds();
    let (hours, minutes) = (offset / 3600, (offset % 3600).abs() / 60);
    let zone = match (hours, minutes) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{hours:+}"),
        (hours, minutes) => format!("UTC{hours:+}:{minutes:02}"),
    };
    format!("{:02}:{:02} ({zone})", zoned.hour(), zoned.minute())
}

/// Hours and minutes only, where the zone was said before.
pub fn hour_and_minute(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::system());
    format!("{:02}:{:02}", zoned.hour(), zoned.minute())
}

/// Text broken at blanks into lines of at most `width` characters; later ones are indented.
pub fn wrapped(label: &str, text: &str, width: usize) -> String {
    const INDENT: usize = 8;
    let mut lines = Vec::new();
    // A label that fills its columns still ends before the text.
    let gap = usize::from(label.chars().count() >= INDENT && !text.is_empty());
    let mut line = format!("{label:<INDENT$}{:gap$}", "");
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(INDENT)));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines.join("\n")
}

/// The width that every screen is made for.
pub const WIDTH: usize = 78;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_keep_their_indent() {
        let text = wrapped("LOCKED", &"word ".repeat(30), 40);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("        word")), "{text}");
    }
}
