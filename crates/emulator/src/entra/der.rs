//! As much of DER as a certificate needs to be taken apart: elements one after the other.
//!
//! Invariant: nothing is read past the end, and what is not understood is `None`.

/// One element.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// Its tag.
    pub tag: u8,
    /// What is in it.
    pub content: &'a [u8],
    /// All of it, tag and length included.
    pub whole: &'a [u8],
}

/// A sequence.
pub const SEQUENCE: u8 = 0x30;
/// The version of a certificate, which stands in a wrapper of its own.
pub const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

impl<'a> Element<'a> {
    /// The first element of these bytes, and what follows it.
    pub fn first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (tag, rest) = bytes.split_first()?;
        let (short, rest) = rest.split_first()?;
        let (length, rest) = if *short < 0x80 {
            (usize::from(*short), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(short & 0x7f)).filter(|(digits, _)| digits.len() <= 4)?;
            (digits.iter().fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let whole = bytes.get(..bytes.len() - rest.len())?;
        Some((Self { tag: *tag, content, whole }, rest))
    }

    /// The elements inside.
    pub fn children(&self) -> Vec<Self> {
        let (mut rest, mut found) = (self.content, Vec::new());
        while let Some((element, after)) = Self::first(rest) {
            found.push(element);
            rest = after;
        }
        found
    }

    /// The moment that a time says.
    pub fn time(&self) -> Option<jiff::Timestamp> {
        let text = std::str::from_utf8(self.content).ok()?;
        let full = match self.tag {
            GENERALIZED_TIME => text.to_owned(),
            // RFC 5280, 4.1.2.5.1: 50 and above is the last century.
            UTC_TIME => format!("{}{text}", if text.get(..2)? < "50" { "20" } else { "19" }),
            _ => return None,
        };
        let civil = jiff::civil::DateTime::strptime("%Y%m%d%H%M%SZ", full).ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    }
}
