//! JSON read on demand: top-level members one by one, what is nested skipped by its brackets.
//!
//! Nothing is built and nothing copied. The same scanner reads JSON inside a CSV cell, where every
//! quotation mark is doubled, without undoubling it first. There is no recursion, so nesting costs
//! no stack. What is skipped is not validated beyond its brackets and strings: a record with a
//! broken number deep inside still counts, one that does not end does not.

use memchr::{memchr, memchr2};

use crate::text::{Form, Text};

/// A JSON value, not yet looked into.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// A string: what stands between its quotation marks.
    Text(Text<'a>),
    /// An object, with its braces.
    Object(Text<'a>),
    /// An array, with its brackets.
    Array(Text<'a>),
    /// A number, `true` or `false`.
    Literal(Text<'a>),
    /// `null`.
    Null,
}

impl<'a> Value<'a> {
    /// The text of a string, a number or a literal; nothing for what is nested, and for null.
    pub fn text(self) -> Text<'a> {
        match self {
            Self::Text(text) | Self::Literal(text) => text,
            Self::Object(_) | Self::Array(_) | Self::Null => Text::default(),
        }
    }

    /// What is nested, with its brackets; for a string, what stands in it; nothing otherwise.
    pub fn nested(self) -> Text<'a> {
        match self {
            Self::Object(text) | Self::Array(text) => text,
            _ => Text::default(),
        }
    }

    /// Everything as it stands, for what may be text in one export and nested in another.
    pub fn raw(self) -> Text<'a> {
        match self {
            Self::Text(text) | Self::Literal(text) | Self::Object(text) | Self::Array(text) => text,
            Self::Null => Text::default(),
        }
    }
}

/// Why bytes are no JSON value. There is one reason: they end, or go on, where they should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// Reads the members of an object in their order.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    bytes: &'a [u8],
    form: Form,
    quote: usize,
    at: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    First,
    Next,
    Over,
}

impl<'a> Members<'a> {
    /// The members of the object that begins at the start of `bytes`, blanks aside.
    pub fn of(bytes: &'a [u8], form: Form) -> Result<Self, Broken> {
        let mut members = Self { bytes, form, quote: form.quote_len(), at: 0, state: State::First };
        members.skip_blanks();
        members.expect(b'{')?;
        Ok(members)
    }

    /// The next member, none after the last.
    #[expect(clippy::inline_always, reason = "values stay in registers: a third of the time")]
    #[inline(always)]
    pub fn next_member(&mut self) -> Result<Option<(&'a [u8], Value<'a>)>, Broken> {
        if self.state == State::Over {
            return Ok(None);
        }
        self.skip_blanks();
        match self.peek()? {
            b'}' => {
                self.at += 1;
                self.state = State::Over;
                return Ok(None);
            }
            b',' if self.state == State::Next => {
                self.at += 1;
                self.skip_blanks();
            }
            b'"' if self.state == State::First => {}
            _ => return Err(Broken),
        }
        self.state = State::Next;
        let key = self.string()?;
        self.skip_blanks();
        self.expect(b':')?;
        self.skip_blanks();
        Ok(Some((key, self.value()?)))
    }

    /// Where the object ended, once every member was read.
    pub fn end(&self) -> usize {
        self.at
    }

    fn peek(&self) -> Result<u8, Broken> {
        self.bytes.get(self.at).copied().ok_or(Broken)
    }

    fn expect(&mut self, sign: u8) -> Result<(), Broken> {
        if self.peek()? != sign {
            return Err(Broken);
        }
        self.at += 1;
        Ok(())
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// The string that begins here: what stands between its quotation marks.
    #[expect(clippy::inline_always, reason = "values stay in registers: a third of the time")]
    #[inline(always)]
    fn string(&mut self) -> Result<&'a [u8], Broken> {
        let open = self.bytes.get(self.at..self.at + self.quote).ok_or(Broken)?;
        if open.iter().any(|sign| *sign != b'"') {
            return Err(Broken);
        }
        let start = self.at + self.quote;
        let end = end_of_string(self.bytes, start, self.quote)?;
        self.at = end + self.quote;
        Ok(&self.bytes[start..end])
    }

    #[expect(clippy::inline_always, reason = "values stay in registers: a third of the time")]
    #[inline(always)]
    fn value(&mut self) -> Result<Value<'a>, Broken> {
        let text = |bytes| Text::new(bytes, self.form);
        match self.peek()? {
            b'"' => Ok(Value::Text(Text::new(self.string()?, self.form))),
            open @ (b'{' | b'[') => {
                let start = self.at;
                self.at = end_of_nested(self.bytes, start, self.quote)?;
                let nested = text(&self.bytes[start..self.at]);
                Ok(if open == b'{' { Value::Object(nested) } else { Value::Array(nested) })
            }
            _ => {
                let start = self.at;
                while let Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.') = self.bytes.get(self.at) {
                    self.at += 1;
                }
                match &self.bytes[start..self.at] {
                    b"" => Err(Broken),
                    b"null" => Ok(Value::Null),
                    bytes => Ok(Value::Literal(text(bytes))),
                }
            }
        }
    }
}

/// The items of an array, or none if it is no array or is broken from there on.
#[derive(Debug, Clone)]
pub struct Items<'a> {
    inner: Members<'a>,
}

impl<'a> Items<'a> {
    /// The items of the array that `text` holds.
    pub fn of(text: Text<'a>) -> Self {
        let mut inner = Members { bytes: text.bytes, form: text.form, quote: text.form.quote_len(), at: 0, state: State::First };
        inner.skip_blanks();
        if inner.expect(b'[').is_err() {
            inner.state = State::Over;
        }
        Self { inner }
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let inner = &mut self.inner;
        if inner.state == State::Over {
            return None;
        }
        inner.skip_blanks();
        match inner.peek().ok()? {
            b']' => {
                inner.state = State::Over;
                return None;
            }
            b',' if inner.state == State::Next => {
                inner.at += 1;
                inner.skip_blanks();
            }
            _ if inner.state == State::First => {}
            _ => {
                inner.state = State::Over;
                return None;
            }
        }
        inner.state = State::Next;
        let value = inner.value();
        if value.is_err() {
            inner.state = State::Over;
        }
        value.ok()
    }
}

/// The objects that stand one after the other in bytes: in an array, on lines, or with nothing
/// between them. What stands between them is passed over.
#[derive(Debug)]
pub struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Elements<'a> {
    /// The objects of `bytes`.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where the next object begins. A brace inside a string, as a document's own members may have
    /// one, begins none.
    fn next_brace(&self) -> Option<usize> {
        let mut at = self.at;
        loop {
            at += memchr2(b'{', b'"', self.bytes.get(at..)?)?;
            if self.bytes[at] == b'{' {
                return Some(at);
            }
            at = end_of_string(self.bytes, at + 1, 1).ok()? + 1;
        }
    }
}

impl<'a> Iterator for Elements<'a> {
    /// Where it begins, and the object; or where one begins that does not end.
    type Item = Result<(usize, &'a [u8]), usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next_brace()?;
        let end = end_of_nested(self.bytes, start, 1).map_err(|Broken| start);
        self.at = end.unwrap_or(self.bytes.len());
        Some(end.map(|end| (start, &self.bytes[start..end])))
    }
}

/// Where the list of records begins in a document that wraps one, as in `{"value":[…]}`.
pub fn wrapped_list(bytes: &[u8]) -> Option<usize> {
    const LISTS: [&[u8]; 2] = [b"value", b"records"];
    let mut members = Members::of(bytes, Form::Json).ok()?;
    loop {
        members.skip_blanks();
        if members.peek() == Ok(b',') {
            members.at += 1;
            members.skip_blanks();
        }
        let key = members.string().ok()?;
        members.skip_blanks();
        members.expect(b':').ok()?;
        members.skip_blanks();
        if members.peek() == Ok(b'[') && LISTS.iter().any(|list| key.eq_ignore_ascii_case(list)) {
            return Some(members.at + 1);
        }
        members.value().ok()?;
    }
}

/// The members of an object, as many as can be read.
pub fn members(text: Text<'_>) -> impl Iterator<Item = (&[u8], Value<'_>)> {
    let mut members = Members::of(text.bytes, text.form).ok();
    std::iter::from_fn(move || members.as_mut()?.next_member().ok().flatten())
}

/// The member called `name`, in any case.
pub fn member<'a>(text: Text<'a>, name: &str) -> Option<Value<'a>> {
    members(text).find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
}

/// Where the next quotation mark is. Most strings are short, so the first bytes are looked at eight
/// at a time without a call.
#[inline(always)]
fn find_quote(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    const QUOTES: u64 = ONES * b'"' as u64;
    const NEAR: usize = 32;
    let (words, _) = bytes.as_chunks::<8>();
    for (word, at) in words.iter().take(NEAR / 8).zip((0..).step_by(8)) {
        let differs = u64::from_le_bytes(*word) ^ QUOTES;
        let found = differs.wrapping_sub(ONES) & !differs & HIGHS;
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
    }
    let seen = (words.len() * 8).min(NEAR);
    memchr(b'"', &bytes[seen..]).map(|at| seen + at)
}

fn escapes_before(bytes: &[u8]) -> usize {
    bytes.iter().rev().take_while(|sign| **sign == b'\\').count()
}

/// Where the string that starts at `start` ends: the place of its closing quotation mark.
#[expect(clippy::inline_always, reason = "values stay in registers: a third of the time")]
#[inline(always)]
fn end_of_string(bytes: &[u8], start: usize, quote: usize) -> Result<usize, Broken> {
    let mut from = start;
    loop {
        let rest = bytes.get(from..).ok_or(Broken)?;
        let at = from + find_quote(rest).ok_or(Broken)?;
        if quote == 2 && bytes.get(at + 1) != Some(&b'"') {
            return Err(Broken); // the cell ends inside the string
        }
        if at == start || bytes[at - 1] != b'\\' || escapes_before(&bytes[start..at]).is_multiple_of(2) {
            return Ok(at);
        }
        from = at + quote;
    }
}

/// Where the object or array that starts at `start` ends: the place after its closing bracket.
#[inline]
fn end_of_nested(bytes: &[u8], start: usize, quote: usize) -> Result<usize, Broken> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match bytes.get(at).ok_or(Broken)? {
            b'"' => {
                if quote == 2 && bytes.get(at + 1) != Some(&b'"') {
                    return Err(Broken);
                }
                at = end_of_string(bytes, at + quote, quote)? + quote;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], form: Form) -> Result<Vec<(String, String)>, Broken> {
        let mut members = Members::of(bytes, form)?;
        let mut all = Vec::new();
        while let Some((key, value)) = members.next_member()? {
            all.push((Text::new(key, form).decode().into_owned(), value.raw().decode().into_owned()));
        }
        Ok(all)
    }

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn members_are_read_in_plain_and_doubled_json() {
        let plain = br#" {"a":"b\"c","n": -1.5e3 ,"o":{"x":["}\"]"]},"e":"","z":null}"#;
        let meant = pairs(&[("a", "b\"c"), ("n", "-1.5e3"), ("o", "{\"x\":[\"}\"]\"]}"), ("e", ""), ("z", "")]);
        assert_eq!(read(plain, Form::Json).unwrap(), meant);
        let doubled: Vec<u8> = plain.iter().flat_map(|b| if *b == b'"' { vec![b'"', b'"'] } else { vec![*b] }).collect();
        assert_eq!(read(&doubled, Form::CsvJson).unwrap(), meant);
    }

    #[test]
    fn what_does_not_end_is_broken() {
        for bad in [r#"{"a":"b"#, r#"{"a":{"b":1}"#, r#"{"a" 1}"#, "{", "[]", "", r#"{"a":}"#, r#"{"a":1 "b":2}"#, r#"{,"a":1}"#]
        {
            assert!(read(bad.as_bytes(), Form::Json).is_err(), "{bad}");
        }
        assert!(read(br#"{""a"":""b",, "#, Form::CsvJson).is_err(), "the cell ends in the string");
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(deep.as_bytes(), Form::Json).unwrap().len(), 1);
    }

    #[test]
    fn items_are_read_and_a_broken_end_ends_them() {
        let items = |text: &'static str| Items::of(Text::new(text.as_bytes(), Form::Json)).count();
        assert_eq!(items(r#"[1, "a", {"b":[]}, null]"#), 4);
        assert_eq!(items("[]"), 0);
        assert_eq!(items("[1, {"), 1);
        assert_eq!(items("{}"), 0);
    }
}
