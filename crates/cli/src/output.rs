//! The program's one voice: data to stdout, talk to stderr. Nothing else prints.

use std::io::{self, IsTerminal, Write};

use regain_incident::text::is_hostile;

use crate::texts::Texts;

/// Where the program speaks, how, and in which language.
pub struct Output {
    /// Data as JSON.
    pub json: bool,
    /// The texts.
    pub texts: Texts,
    colour: bool,
}

impl Output {
    /// An output for this run. Colour only on a terminal, and never against `NO_COLOR`.
    pub fn new(json: bool, texts: Texts, no_colour: bool) -> Self {
        Self { json, texts, colour: !no_colour && io::stdout().is_terminal() }
    }

    /// Whether a person can be asked.
    pub fn can_ask() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// What keeps the program from having words at all.
    pub fn without_texts(error: &anyhow::Error) {
        let _ = writeln!(io::stderr().lock(), "error: this program's own texts cannot be read, so nothing was done: {error:#}");
    }

    /// Data, on a line of its own.
    pub fn data(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }

    /// A JSON document.
    pub fn document(&self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        Ok(self.data(&harmless_json(&serde_json::to_string_pretty(value)?))?)
    }

    /// Talk. A closed stderr is no reason to stop a lock.
    pub fn say(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// What failed, why, and the next thing to do.
    pub fn error(&self, error: &anyhow::Error) {
        let mut lines = vec![format!("{}: {error}", self.texts.get("error"))];
        lines.extend(error.chain().skip(1).map(|cause| format!("  {cause}")));
        if let Some(hint) = crate::hint::of(error, &self.texts) {
            lines.push(format!("{}: {hint}", self.texts.get("hint")));
        }
        self.say(&lines.join("\n"));
    }

    /// The text, bold where that shows.
    pub fn bold(&self, text: &str) -> String {
        if self.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Asks, and returns the line that was typed; none at the end of input.
    pub fn ask(&self, question: &str) -> io::Result<Option<String>> {
        let mut err = io::stderr().lock();
        write!(err, "{question} ")?;
        err.flush()?;
        drop(err);
        let mut line = String::new();
        let read = io::stdin().lock().read_line_bounded(&mut line)?;
        Ok((read > 0).then(|| line.trim().to_owned()))
    }
}

/// The same JSON, which may end on a terminal: signs that steer one are written as `\u` and four digits.
/// Outside of strings there are none but line breaks, which stay.
pub fn harmless_json(text: &str) -> String {
    use std::fmt::Write as _;

    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_hostile(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Reading a line that a person types, of a sane length.
trait ReadLineBounded {
    fn read_line_bounded(&mut self, line: &mut String) -> io::Result<usize>;
}

impl<R: io::BufRead> ReadLineBounded for R {
    fn read_line_bounded(&mut self, line: &mut String) -> io::Result<usize> {
        const LONGEST: u64 = 4096;
        io::BufRead::read_line(&mut io::Read::take(self, LONGEST), line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_on_a_terminal_is_harmless_and_means_the_same() {
        let value = serde_json::json!({"name": "a\u{202e}b\u{9b}\u{e0041}\u{1b}å", "list": [1, 2]});
        let shown = harmless_json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!shown.chars().any(|c| c != '\n' && is_hostile(c)), "{shown}");
        assert!(shown.contains('å') && shown.contains("\\udb40\\udc41"), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
