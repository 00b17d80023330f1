//! The one voice: data on stdout, talk on stderr.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the only module of xtask that prints")]

/// Something to read while waiting.
pub fn note(text: &str) {
    eprintln!("{text}");
}

/// A result.
pub fn result(text: &str) {
    println!("{text}");
}
