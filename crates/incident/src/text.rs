//! Text from a tenant is hostile: a rule's name may hold terminal escapes, right-to-left marks or
//! 250 characters of nothing. Whatever is shown to a person passes here first.

/// `text` on one line, without control characters, bidirectional marks or invisible characters
/// (each shown as `·`), cut at `longest` characters with `…`.
pub fn harmless(text: &str, longest: usize) -> String {
    let mut shown: String = text.chars().take(longest + 1).map(|c| if is_hostile(c) { '·' } else { c }).collect();
    if shown.chars().count() > longest {
        shown = shown.chars().take(longest.saturating_sub(1)).collect();
        shown.push('…');
    }
    shown
}

/// [`harmless`] at the length that fits a line of a terminal.
pub fn on_a_line(text: &str) -> String {
    harmless(text, 60)
}

/// Control characters, bidirectional controls, and those that take no room.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_marks_are_made_visible() {
        assert_eq!(on_a_line("a\u{1b}[31mred\u{202e}evil\u{200b}"), "a·[31mred·evil·");
        assert_eq!(on_a_line("Räkningar"), "Räkningar");
    }

    #[test]
    fn the_longest_rule_name_fits_a_line() {
        let shown = on_a_line(&"x".repeat(250));
        assert_eq!(shown.chars().count(), 60);
        assert!(shown.ends_with('…'));
    }
}
