//! Times as exports write them.
//!
//! Every export gives UTC, with or without saying so. Dates like `5/4/2021` have two meanings; which
//! one is meant is taken from other rows of the same file, or asked for, never guessed.

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// A day.
pub const DAY: Micros = 86_400_000_000;
/// A second.
pub const SECOND: Micros = 1_000_000;

/// The order of day and month in dates with slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Month, day, year.
    MonthFirst,
    /// Day, month, year.
    DayFirst,
}

/// A time, and how sure its date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// No other reading is possible.
    Sure(Micros),
    /// A date whose second number can only be a day.
    MonthFirst(Micros),
    /// A date whose first number can only be a day.
    DayFirst(Micros),
    /// Both readings are possible and differ: here as month first.
    Either(Micros),
}

impl Read {
    /// The time, with the month first where both are possible.
    pub fn micros(self) -> Micros {
        match self {
            Self::Sure(at) | Self::MonthFirst(at) | Self::DayFirst(at) | Self::Either(at) => at,
        }
    }
}

/// Reads a time: ISO 8601 (with `T` or a blank, any fraction, `Z`, an offset or nothing), a date
/// with slashes, dots or dashes and twelve or twenty-four hours, or `/Date(ms)/`.
pub fn read(text: &[u8]) -> Option<Read> {
    let text = text.trim_ascii();
    if let Some(at) = iso(text) {
        return Some(Read::Sure(at));
    }
    wcf(text).map(Read::Sure).or_else(|| slashes(text))
}

/// The fast path: `2026-08-31T10:18:39`, then what may follow.
#[inline]
fn iso(text: &[u8]) -> Option<Micros> {
    let digits = |from: usize, count: usize| number(text.get(from..from + count)?);
    if text.len() < 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let date = days(digits(0, 4)?, digits(5, 2)?, digits(8, 2)?)? * DAY;
    if text.len() == 10 {
        return Some(date);
    }
    if !matches!(text[10], b'T' | b't' | b' ') || text.len() < 16 || text[13] != b':' {
        return None;
    }
    let (hour, minute) = (digits(11, 2)?, digits(14, 2)?);
    let (second, rest) = match text.get(16) {
        Some(b':') => (digits(17, 2)?, &text[19..]),
        _ => (0, &text[16..]),
    };
    let time = clock(hour, minute, second)?;
    let (fraction, rest) = fraction(rest);
    Some(date + time + fraction - offset(rest)?)
}

fn clock(hour: i64, minute: i64, second: i64) -> Option<Micros> {
    let sane = hour < 24 && minute < 60 && second < 61;
    sane.then_some(((hour * 60 + minute) * 60 + second) * SECOND)
}

/// A fraction of a second, and what follows it.
fn fraction(text: &[u8]) -> (Micros, &[u8]) {
    let Some((b'.' | b',', digits)) = text.split_first() else { return (0, text) };
    let count = digits.iter().take_while(|sign| sign.is_ascii_digit()).count();
    let mut micros = 0;
    for place in 0..6 {
        micros = micros * 10 + digits.get(place).filter(|_| place < count).map_or(0, |sign| i64::from(sign - b'0'));
    }
    (micros, &digits[count..])
}

/// The offset from UTC that follows a time.
fn offset(text: &[u8]) -> Option<Micros> {
    match text.trim_ascii() {
        b"" | b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let (hours, minutes) = match rest {
                [h, g, b':', m, n] | [h, g, m, n] => (number(&[*h, *g])?, number(&[*m, *n])?),
                [h, g] => (number(&[*h, *g])?, 0),
                _ => return None,
            };
            let all = (hours * 60 + minutes) * 60 * SECOND;
            Some(if *sign == b'-' { -all } else { all })
        }
        _ => None,
    }
}

/// `/Date(1658751973240)/`, milliseconds since 1970.
fn wcf(text: &[u8]) -> Option<Micros> {
    let inner = text.strip_prefix(b"/Date(")?.strip_suffix(b")/")?;
    let inner = std::str::from_utf8(inner).ok()?;
    let end = inner.char_indices().skip(1).find(|(_, sign)| matches!(sign, '+' | '-')).map_or(inner.len(), |(at, _)| at);
    inner[..end].parse::<i64>().ok()?.checked_mul(1000).filter(|at| in_range(*at))
}

/// `5/18/2021 9:13:33 PM`, `18.5.2021 21:13`, `4/28/2021, 2:08:45.221 PM`.
fn slashes(text: &[u8]) -> Option<Read> {
    let mut rest = text;
    let first = leading_number(&mut rest)?;
    let between = *rest.first()?;
    if !matches!(between, b'/' | b'.' | b'-') {
        return None;
    }
    rest = &rest[1..];
    let second = leading_number(&mut rest)?;
    rest = rest.strip_prefix(&[between])?;
    let year = leading_number(&mut rest).filter(|year| (1970..10_000).contains(year))?;
    let time = time_of_day(rest)?;
    let month_first = days(year, first, second).map(|days| days * DAY + time);
    let day_first = days(year, second, first).map(|days| days * DAY + time);
    Some(match (month_first, day_first) {
        (Some(at), Some(other)) if at == other => Read::Sure(at),
        (Some(at), Some(_)) => Read::Either(at),
        (Some(at), None) => Read::MonthFirst(at),
        (None, Some(at)) => Read::DayFirst(at),
        (None, None) => return None,
    })
}

fn time_of_day(text: &[u8]) -> Option<Micros> {
    let mut rest = text.strip_prefix(b",").unwrap_or(text).trim_ascii();
    if rest.is_empty() {
        return Some(0);
    }
    let mut hour = leading_number(&mut rest)?;
    rest = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"."))?;
    let minute = leading_number(&mut rest)?;
    let second = match rest.split_first() {
        Some((b':' | b'.', after)) => {
            rest = after;
            leading_number(&mut rest)?
        }
        _ => 0,
    };
    let (fraction, rest) = fraction(rest);
    let half: String = String::from_utf8_lossy(rest).chars().filter(char::is_ascii_alphabetic).collect();
    match half.to_ascii_uppercase().as_str() {
        "AM" if hour <= 12 => hour %= 12,
        "PM" if hour <= 12 => hour = hour % 12 + 12,
        "" | "Z" | "UTC" => {}
        _ => return None,
    }
    Some(clock(hour, minute, second)? + fraction)
}

/// The same moment with day and month changed round: what [`Read::Either`] also may mean.
pub fn swapped(at: Micros) -> Micros {
    let (day, time) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let (year, month, date) = civil(day);
    days(year, date, month).map_or(at, |days| days * DAY + time)
}

fn leading_number(rest: &mut &[u8]) -> Option<i64> {
    let count = rest.iter().take(5).take_while(|sign| sign.is_ascii_digit()).count();
    let value = number(rest.get(..count).filter(|digits| !digits.is_empty())?)?;
    *rest = &rest[count..];
    Some(value)
}

#[inline]
fn number(digits: &[u8]) -> Option<i64> {
    let mut value = 0;
    for sign in digits {
        let digit = sign.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(value)
}

fn in_range(at: Micros) -> bool {
    (-62_135_596_800 * SECOND..=253_402_300_799 * SECOND).contains(&at)
}

/// Days since 1970-01-01 of a date in the Gregorian calendar, if there is such a date
/// (Howard Hinnant, "chrono-compatible low-level date algorithms").
#[inline]
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *LENGTHS.get(usize::try_from(month - 1).ok()?)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if year < 1 || day < 1 || day > length || (month == 2 && day == 29 && !leap) {
        return None;
    }
    let shifted = year - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let year_of_era = shifted - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month and day of a day since 1970-01-01 (same source).
pub fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let date = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, date)
}

/// `2026-08-31T10:18:39Z`, with the fraction where there is one.
pub fn shown(at: Micros) -> String {
    let (year, month, day) = civil(at.div_euclid(DAY));
    let time = at.rem_euclid(DAY);
    let (seconds, micros) = (time / SECOND, time % SECOND);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, meant: &str) {
        let at = read(text.as_bytes()).unwrap_or_else(|| panic!("{text:?} is a time"));
        let other: jiff::Timestamp = meant.parse().unwrap();
        assert_eq!(at.micros(), other.as_microsecond(), "{text}");
        assert_eq!(shown(at.micros()).parse::<jiff::Timestamp>().unwrap(), other);
    }

    #[test]
    fn every_spelling_is_read() {
        check("2026-08-31T10:18:39.0000000Z ", "2026-08-31T10:18:39Z");
        check("2021-05-18T21:13:33", "2021-05-18T21:13:33Z");
        check("2019-06-24T09:21:27.3694184+00:00", "2019-06-24T09:21:27.369418Z");
        check("2025-01-15 14:20:35.456", "2025-01-15T14:20:35.456Z");
        check("2024-09-23 14:33:09.049661100", "2024-09-23T14:33:09.049661Z");
        check("2024-02-29T23:59:59-05:30", "2024-03-01T05:29:59Z");
        check("5/18/2021 9:13:33 PM", "2021-05-18T21:13:33Z");
        check("5/18/2021 12:13:33 AM", "2021-05-18T00:13:33Z");
        check("18.05.2021 21:13", "2021-05-18T21:13:00Z");
        check("18.05.2021 21.13.05", "2021-05-18T21:13:05Z");
        check("4/28/2021, 2:08:45.221 PM", "2021-04-28T14:08:45.221Z");
        check("/Date(1658751973240)/", "2022-07-25T12:26:13.240Z");
        check("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z");
    }

    #[test]
    fn a_date_with_two_readings_is_not_decided_here() {
        let either = read(b"5/4/2021 9:13:33 PM").unwrap();
        assert!(matches!(either, Read::Either(_)));
        assert_eq!(shown(either.micros()), "2021-05-04T21:13:33Z");
        assert_eq!(shown(swapped(either.micros())), "2021-04-05T21:13:33Z");
        assert!(matches!(read(b"18/5/2021 10:00"), Some(Read::DayFirst(_))));
        assert!(matches!(read(b"5/18/2021 10:00"), Some(Read::MonthFirst(_))));
        assert!(matches!(read(b"5/5/2021 10:00"), Some(Read::Sure(_))));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for bad in
            ["", "yesterday", "2021-13-01T00:00:00", "2021-02-29", "31/31/2021", "2021-01-01T25:00:00", "5/4/2021 13:00 PM x"]
        {
            assert_eq!(read(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn days_and_dates_agree(day in -700_000_i64..2_900_000) {
            let (year, month, date) = civil(day);
            proptest::prop_assert_eq!(days(year, month, date), Some(day));
        }

        #[test]
        fn no_text_panics(text in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            let _ = read(&text);
        }
    }
}
