//! Counting: what passed, what failed, what was skipped.

use std::fmt;
use std::ops::AddAssign;

/// Counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// What is well.
    pub passed: u64,
    /// What is not.
    pub failed: u64,
    /// What was not looked at.
    pub skipped: u64,
}

impl Tally {
    /// One thing, well or not.
    pub fn one(ok: bool) -> Self {
        Self { passed: u64::from(ok), failed: u64::from(!ok), skipped: 0 }
    }

    /// One thing that was not looked at.
    pub const SKIPPED: Self = Self { passed: 0, failed: 0, skipped: 1 };

    /// Nothing counted.
    fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The counts in what a test runner printed, whichever of the two it was. A runner that failed
    /// without failing a test, or that printed no counts, is a failure of its own.
    pub fn of_tests(output: &str, ok: bool) -> Self {
        let mut all = Self::default();
        for line in output.lines() {
            all += nextest(line).or_else(|| libtest(line)).unwrap_or_default();
        }
        if !ok && all.failed == 0 || ok && all.is_empty() {
            all.failed += 1;
        }
        all
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 { write!(to, ", {} skipped", self.skipped) } else { Ok(()) }
    }
}

/// `Summary [  0.5s] 12 tests run: 9 passed (1 slow, 1 flaky), 1 failed, 2 timed out, 3 skipped`
fn nextest(line: &str) -> Option<Tally> {
    let (_, rest) = line.trim_start().strip_prefix("Summary [")?.split_once(" run: ")?;
    Some(count(&without_brackets(rest), ','))
}

/// `test result: FAILED. 5 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn libtest(line: &str) -> Option<Tally> {
    let (_, rest) = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?;
    Some(count(rest, ';'))
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let mut left = String::new();
    for sign in text.chars() {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => left.push(sign),
            _ => {}
        }
    }
    left
}

fn count(parts: &str, between: char) -> Tally {
    let mut all = Tally::default();
    for part in parts.split(between) {
        let Some((number, what)) = part.trim().split_once(' ') else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        match what.trim() {
            "passed" => all.passed += number,
            "failed" | "timed out" | "exec failed" => all.failed += number,
            "skipped" | "ignored" => all.skipped += number,
            _ => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_runners_are_understood() {
        let nextest = "    Starting 12 tests\n     Summary [   0.512s] 12 tests run: 9 passed (1 slow, 1 flaky), 1 failed, 2 timed out, 3 skipped\n";
        assert_eq!(Tally::of_tests(nextest, false), Tally { passed: 9, failed: 3, skipped: 3 });
        let one = "     Summary [   0.005s] 1 test run: 1 passed, 0 skipped";
        assert_eq!(Tally::of_tests(one, true), Tally { passed: 1, failed: 0, skipped: 0 });
        let libtest = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s\n\
                       test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(Tally::of_tests(libtest, false), Tally { passed: 7, failed: 1, skipped: 1 });
    }

    #[test]
    fn silence_and_a_broken_build_are_failures() {
        assert_eq!(Tally::of_tests("error: could not compile", false).failed, 1);
        assert_eq!(Tally::of_tests("", true).failed, 1);
    }

    #[test]
    fn the_last_line_is_one_that_scripts_can_read() {
        let all = Tally { passed: 3, failed: 0, skipped: 0 };
        assert_eq!(all.to_string(), "3 passed, 0 failed");
        assert_eq!(Tally { skipped: 2, ..all }.to_string(), "3 passed, 0 failed, 2 skipped");
    }
}
