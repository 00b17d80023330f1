//! CSV: rows cut by their quotation marks, cells read where they stand.

use memchr::{memchr, memchr_iter};

use crate::text::{Form, Text};

/// Cuts bytes that begin with a row into rows. A line break inside quotation marks is part of its
/// row; in a loose reading every line break ends one.
#[derive(Debug)]
pub struct Rows<'a> {
    bytes: &'a [u8],
    at: usize,
    loose: bool,
}

impl<'a> Rows<'a> {
    /// The rows of `bytes`.
    pub fn of(bytes: &'a [u8], loose: bool) -> Self {
        Self { bytes, at: 0, loose }
    }

    /// Where the next row begins.
    pub fn at(&self) -> usize {
        self.at.min(self.bytes.len())
    }
}

impl<'a> Iterator for Rows<'a> {
    /// Where the row begins, and the row without its line break.
    type Item = (usize, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        let mut from = start;
        let mut is_open = false;
        let end = loop {
            let rest = &self.bytes[from..];
            let Some(length) = memchr(b'\n', rest) else { break self.bytes.len() };
            let line = &rest[..length];
            is_open ^= !self.loose && quotes(line) % 2 == 1;
            if !is_open {
                break from + length;
            }
            from += length + 1;
        };
        self.at = end + 1;
        let row = &self.bytes[start..end];
        Some((start, row.strip_suffix(b"\r").unwrap_or(row)))
    }
}

/// How many quotation marks there are.
#[inline]
pub fn quotes(bytes: &[u8]) -> usize {
    memchr_iter(b'"', bytes).count()
}

/// The cells of a row.
#[derive(Debug, Clone)]
pub struct Cells<'a> {
    row: &'a [u8],
    at: usize,
    delimiter: u8,
    is_over: bool,
}

impl<'a> Cells<'a> {
    /// The cells of `row`, divided by `delimiter`.
    pub fn of(row: &'a [u8], delimiter: u8) -> Self {
        Self { row, at: 0, delimiter, is_over: false }
    }

    /// Where the next cell begins; behind the row's end after the last.
    pub fn at(&self) -> usize {
        if self.is_over { self.row.len() + 1 } else { self.at }
    }

    fn quoted(&mut self) -> Text<'a> {
        let start = self.at + 1;
        let mut from = start;
        let mut form = Form::Plain;
        let end = loop {
            let Some(found) = memchr(b'"', &self.row[from..]) else { break self.row.len() };
            let at = from + found;
            if self.row.get(at + 1) != Some(&b'"') {
                break at;
            }
            form = Form::Csv;
            from = at + 2;
        };
        let text = Text::new(&self.row[start..end], form);
        // What stands between the closing mark and the delimiter is nobody's.
        let rest = &self.row[(end + 1).min(self.row.len())..];
        self.go_to(memchr(self.delimiter, rest).map(|found| end + 1 + found));
        text
    }

    fn go_to(&mut self, delimiter: Option<usize>) {
        match delimiter {
            Some(at) => self.at = at + 1,
            None => self.is_over = true,
        }
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Text<'a>;

    #[inline]
    fn next(&mut self) -> Option<Text<'a>> {
        if self.is_over {
            return None;
        }
        let rest = &self.row[self.at..];
        if rest.first() == Some(&b'"') {
            return Some(self.quoted());
        }
        let start = self.at;
        let found = memchr(self.delimiter, rest).map(|found| start + found);
        let text = &self.row[start..found.unwrap_or(self.row.len())];
        self.go_to(found);
        Some(Text::new(text, Form::Plain))
    }
}

/// The delimiter of a header row: the one of comma, semicolon and tab that stands in it most often.
pub fn delimiter(header: &[u8]) -> u8 {
    let count = |sign: u8| memchr_iter(sign, header).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        let rows = Rows::of(text.as_bytes(), false);
        rows.map(|(_, row)| Cells::of(row, b',').map(|cell| cell.decode().into_owned()).collect()).collect()
    }

    #[test]
    fn rows_and_cells_are_as_written() {
        assert_eq!(read("a,b\r\n\"c,\"\"d\"\"\n e\",\"\"\r\nf,"), [vec!["a", "b"], vec!["c,\"d\"\n e", ""], vec!["f", ""]]);
        assert_eq!(read("\n"), [vec![""]]);
        assert_eq!(read(""), Vec::<Vec<String>>::new());
        assert_eq!(read("\"open, never closed"), [vec!["open, never closed"]]);
        assert_eq!(read("\"a\"b,c"), [vec!["a", "c"]]);
    }

    #[test]
    fn a_loose_reading_ends_rows_at_every_line() {
        let rows: Vec<usize> = Rows::of(b"\"a\nb\nc", true).map(|(at, _)| at).collect();
        assert_eq!(rows, [0, 3, 5]);
    }

    #[test]
    fn delimiters_are_seen() {
        assert_eq!([delimiter(b"a,b;c,d"), delimiter(b"a;b;c,d"), delimiter(b"a\tb")], [b',', b';', b'\t']);
    }
}
