//! A text as it stands in a file: bytes, and how they are written. Decoded only when somebody asks,
//! for most texts are compared and thrown away.

use std::borrow::Cow;

use memchr::memchr;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Form {
    /// As it is.
    #[default]
    Plain,
    /// Quotation marks are doubled.
    Csv,
    /// With JSON's escapes.
    Json,
    /// With JSON's escapes, inside a cell in which quotation marks are doubled.
    CsvJson,
}

impl Form {
    /// The form of JSON text that stands inside a text of this form.
    pub fn with_json(self) -> Self {
        match self {
            Self::Plain | Self::Json => Self::Json,
            Self::Csv | Self::CsvJson => Self::CsvJson,
        }
    }

    /// How many signs a quotation mark takes.
    pub fn quote_len(self) -> usize {
        match self {
            Self::Plain | Self::Json => 1,
            Self::Csv | Self::CsvJson => 2,
        }
    }
}

/// A text in a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Text<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// How they are written.
    pub form: Form,
}

impl<'a> Text<'a> {
    /// A text.
    pub fn new(bytes: &'a [u8], form: Form) -> Self {
        Self { bytes, form }
    }

    /// Nothing stands there.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// This text, or the other if nothing stands here.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_empty() { other } else { self }
    }

    /// What it says. Bytes that are no UTF-8 become U+FFFD.
    pub fn decode(&self) -> Cow<'a, str> {
        let undoubled = match self.form {
            Form::Csv | Form::CsvJson => undouble(self.bytes),
            Form::Plain | Form::Json => Cow::Borrowed(self.bytes),
        };
        match self.form {
            Form::Plain | Form::Csv => lossy(undoubled),
            Form::Json | Form::CsvJson => match undoubled {
                Cow::Borrowed(bytes) if memchr(b'\\', bytes).is_none() => String::from_utf8_lossy(bytes),
                bytes => Cow::Owned(unescape(&bytes)),
            },
        }
    }

    /// What it says, or nothing if it says nothing.
    pub fn said(&self) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        Some(self.decode().into_owned()).filter(|text| !text.is_empty())
    }

    /// Whether it says exactly this (plain ASCII, so that no escape stands in the way), in any case.
    pub fn is(&self, word: &str) -> bool {
        self.bytes.eq_ignore_ascii_case(word.as_bytes())
    }

    /// The whole number that it says.
    pub fn number(&self) -> Option<i64> {
        std::str::from_utf8(self.bytes).ok()?.trim().parse().ok()
    }

    /// Whether it says true, as text or as a JSON literal.
    pub fn is_true(&self) -> bool {
        self.is("true") || self.is("1")
    }
}

fn lossy(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// Doubled quotation marks made single.
fn undouble(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'"', bytes) else { return Cow::Borrowed(bytes) };
    let mut plain = Vec::with_capacity(bytes.len());
    let (mut from, mut next) = (0, Some(first));
    while let Some(at) = next {
        plain.extend_from_slice(&bytes[from..=at]);
        from = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'"'));
        next = memchr(b'"', &bytes[from..]).map(|more| from + more);
    }
    plain.extend_from_slice(&bytes[from..]);
    Cow::Owned(plain)
}

/// JSON's escapes resolved. What is no escape stays as it stands.
fn unescape(bytes: &[u8]) -> String {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr(b'\\', rest) {
        plain.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((&sign, after)) = rest.split_first() else {
            plain.push(b'\\');
            break;
        };
        rest = after;
        match sign {
            b'n' => plain.push(b'\n'),
            b'r' => plain.push(b'\r'),
            b't' => plain.push(b'\t'),
            b'b' => plain.push(8),
            b'f' => plain.push(12),
            b'u' => rest = unicode(rest, &mut plain),
            other => plain.push(other),
        }
    }
    plain.extend_from_slice(rest);
    String::from_utf8(plain).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The sign after `\u`, which may take two escapes; what is left.
fn unicode<'a>(rest: &'a [u8], plain: &mut Vec<u8>) -> &'a [u8] {
    let unit = |bytes: &[u8]| -> Option<u16> {
        let digits = std::str::from_utf8(bytes.get(..4)?).ok()?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(rest) else {
        plain.extend_from_slice("\u{fffd}".as_bytes());
        return rest;
    };
    let mut rest = &rest[4..];
    let mut units = [first, 0];
    let mut used = 1;
    if (0xd800..0xdc00).contains(&first)
        && let Some(second) = rest.strip_prefix(b"\\u").and_then(unit)
        && (0xdc00..0xe000).contains(&second)
    {
        units[1] = second;
        used = 2;
        rest = &rest[6..];
    }
    for sign in char::decode_utf16(units[..used].iter().copied()) {
        let sign = sign.unwrap_or(char::REPLACEMENT_CHARACTER);
        plain.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_in_every_form() {
        let check = |bytes: &[u8], form, said: &str| assert_eq!(Text::new(bytes, form).decode(), said);
        check(b"plain", Form::Json, "plain");
        check(br"a\/b\n\u00e5\ud83d\ude00\\", Form::Json, "a/b\nå😀\\");
        check(br#"say \""yes\"" now"#, Form::CsvJson, "say \"yes\" now");
        check(br#"say ""yes"""#, Form::Csv, "say \"yes\"");
        check(br#""""#, Form::Csv, "\"");
        check(br"\ud83d alone \uzz", Form::Json, "\u{fffd} alone \u{fffd}zz");
        check(b"\xff", Form::Plain, "\u{fffd}");
        check(b"\xff\\n", Form::Json, "\u{fffd}\n");
        check(br"ends \", Form::Json, "ends \\");
    }
}
