//! A list of accounts from a file or from standard input: comma-separated values with a header.
//!
//! Invariant: everything that is wrong with a list is told at once, each with its line, before
//! anything is asked of the tenant.

use std::collections::BTreeMap;

use regain_incident::planner::Level;

use crate::texts::Texts;

/// Names that the column of accounts may have, without blanks, in lower case.
const ACCOUNT: &[&str] =
    &["account", "upn", "userprincipalname", "user", "username", "mail", "email", "emailaddress", "address", "id", "objectid"];

/// An account that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its line in the list; none if it was typed.
    pub line: Option<usize>,
    /// What names it.
    pub name: String,
    /// How far it is to be locked.
    pub level: Level,
    /// The sign-in name once more, where it holds admin roles.
    pub privileged: Option<String>,
}

/// Something wrong with a line: a code with a text, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Counted from one.
    pub line: usize,
    /// A key of the catalogues.
    pub code: &'static str,
    /// What the line says.
    pub found: String,
}

impl Wrong {
    /// In words.
    pub fn say(&self, texts: &Texts) -> String {
        let found = regain_incident::text::harmless(&self.found, 128);
        texts.with(self.code, &[("line", &self.line.to_string()), ("found", &found)])
    }
}

/// Reads a list.
pub fn read(bytes: &[u8]) -> Result<Vec<Asked>, Vec<Wrong>> {
    let text = decode(bytes).map_err(|wrong| vec![wrong])?;
    let rows = rows(&text).map_err(|wrong| vec![wrong])?;
    let mut rows = rows.into_iter().filter(|row| row.cells.iter().any(|cell| !cell.is_empty()));
    let header = rows.next().ok_or_else(|| vec![Wrong { line: 1, code: "list-empty", found: String::new() }])?;
    let columns = Columns::of(&header).map_err(|wrong| vec![wrong])?;
    let (mut asked, mut wrong) = (Vec::new(), Vec::new());
    for row in rows {
        match columns.asked(&row) {
            Ok(one) => asked.push(one),
            Err(one) => wrong.push(one),
        }
    }
    if asked.is_empty() && wrong.is_empty() {
        wrong.push(Wrong { line: header.line, code: "list-empty", found: String::new() });
    }
    if wrong.is_empty() { Ok(asked) } else { Err(wrong) }
}

/// Accounts that are named twice are one: the stronger level counts. Gives what was merged as
/// (line, line before, name).
pub fn merge(all: Vec<Asked>) -> (Vec<Asked>, Vec<(usize, usize, String)>) {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let (mut kept, mut merged): (Vec<Asked>, Vec<_>) = (Vec::new(), Vec::new());
    for one in all {
        if let Some(known) = places.get(&one.name.to_lowercase()).and_then(|place| kept.get_mut(*place)) {
            merged.push((one.line.unwrap_or_default(), known.line.unwrap_or_default(), one.name));
            known.level = known.level.min(one.level);
            known.privileged = known.privileged.take().or(one.privileged);
        } else {
            places.insert(one.name.to_lowercase(), kept.len());
            kept.push(one);
        }
    }
    (kept, merged)
}

struct Row {
    line: usize,
    cells: Vec<String>,
}

struct Columns {
    account: usize,
    level: Option<usize>,
    privileged: Option<usize>,
}

impl Columns {
    fn of(header: &Row) -> Result<Self, Wrong> {
        let plain = |cell: &String| cell.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let names: Vec<String> = header.cells.iter().map(plain).collect();
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let account = ACCOUNT.iter().find_map(|name| place(name)).ok_or_else(|| Wrong {
            line: header.line,
            code: "list-no-account-column",
            found: header.cells.join(", "),
        })?;
        Ok(Self { account, level: place("level"), privileged: place("privileged") })
    }

    fn asked(&self, row: &Row) -> Result<Asked, Wrong> {
        let cell = |place: usize| row.cells.get(place).map(String::as_str).filter(|cell| !cell.is_empty());
        let wrong = |code, found: &str| Wrong { line: row.line, code, found: found.to_owned() };
        let name = cell(self.account).ok_or_else(|| wrong("list-no-account", ""))?;
        let level = match self.level.and_then(cell) {
            None => Level::Full,
            Some(said) => level(said).ok_or_else(|| wrong("list-unknown-level", said))?,
        };
        let privileged = self.privileged.and_then(cell).map(str::to_owned);
        Ok(Asked { line: Some(row.line), name: name.to_owned(), level, privileged })
    }
}

fn level(said: &str) -> Option<Level> {
    [Level::Full, Level::RevokeAndReset].into_iter().find(|level| level.as_str().eq_ignore_ascii_case(said))
}

/// UTF-8, or UTF-16 as spreadsheets save it.
fn decode(bytes: &[u8]) -> Result<String, Wrong> {
    let wrong = |line| Wrong { line, code: "list-not-text", found: String::new() };
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        let units = rest.chunks_exact(2).map(|two| two.iter().rev().fold(0_u16, |unit, byte| (unit << 8) | u16::from(*byte)));
        return char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| wrong(1));
    }
    let rest = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    std::str::from_utf8(rest).map(str::to_owned).map_err(|error| {
        let good = rest.get(..error.valid_up_to()).unwrap_or_default();
        wrong(good.split(|byte| *byte == b'\n').count())
    })
}

/// Rows of cells, as RFC 4180 writes them; where the header has no comma, a semicolon or a tab parts them.
fn rows(text: &str) -> Result<Vec<Row>, Wrong> {
    let header = text.lines().next().unwrap_or_default();
    let separator = [',', ';', '\t'].into_iter().find(|mark| header.contains(*mark)).unwrap_or(',');
    let mut rows = vec![Row { line: 1, cells: vec![String::new()] }];
    let (mut line, mut quoted_since) = (1, None);
    let mut rest = text.chars().filter(|c| *c != '\r').peekable();
    while let Some(c) = rest.next() {
        line += usize::from(c == '\n');
        let Some(cells) = rows.last_mut().map(|row| &mut row.cells) else { break };
        let Some(cell) = cells.last_mut() else { break };
        match (c, quoted_since) {
            ('"', Some(_)) if rest.next_if_eq(&'"').is_some() => cell.push('"'),
            ('"', Some(_)) => quoted_since = None,
            ('"', None) if cell.trim().is_empty() => quoted_since = Some(line),
            ('\n', None) => rows.push(Row { line, cells: vec![String::new()] }),
            (c, None) if c == separator => cells.push(String::new()),
            (c, _) => cell.push(c),
        }
    }
    if let Some(line) = quoted_since {
        return Err(Wrong { line, code: "list-open-quote", found: String::new() });
    }
    for cell in rows.iter_mut().flat_map(|row| &mut row.cells) {
        *cell = cell.trim().to_owned();
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(usize, String, Level)> {
        read(text.as_bytes()).unwrap().into_iter().map(|one| (one.line.unwrap(), one.name, one.level)).collect()
    }

    fn codes(bytes: &[u8]) -> Vec<(usize, &'static str)> {
        read(bytes).unwrap_err().into_iter().map(|wrong| (wrong.line, wrong.code)).collect()
    }

    #[test]
    fn a_list_is_read_as_spreadsheets_write_it() {
        let anna = (2, "anna@contoso.com".to_owned(), Level::RevokeAndReset);
        assert_eq!(names("account,level\r\nanna@contoso.com,revoke-and-reset\r\n"), std::slice::from_ref(&anna));
        assert_eq!(names("\u{feff}Name;User Principal Name;Level\n\"Berg; A\";anna@contoso.com;Revoke-and-Reset\n\n"), [anna]);
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("upn\na@b.se\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(read(&utf16).unwrap()[0].name, "a@b.se");
        assert_eq!(names("upn\n\"a\"\"b@c.se\"\n\"two\nlines\"\nx@c.se")[2].0, 5);
    }

    #[test]
    fn every_wrong_line_is_named() {
        assert_eq!(codes(b"account,level\na,full\n,full\nb,half\n"), [(3, "list-no-account"), (4, "list-unknown-level")]);
        assert_eq!(codes(b"anna@contoso.com\n"), [(1, "list-no-account-column")]);
        assert_eq!(codes(b""), [(1, "list-empty")]);
        assert_eq!(codes(b"account\n"), [(1, "list-empty")]);
        assert_eq!(codes(b"account\n\"a\n"), [(2, "list-open-quote")]);
        assert_eq!(codes(b"account\na\n\xff\n"), [(3, "list-not-text")]);
    }

    #[test]
    fn who_is_named_twice_is_one_and_the_stronger_level_counts() {
        let all = read(b"account,level,privileged\na,revoke-and-reset,\nB,full,\nA,full,a\n").unwrap();
        let (kept, merged) = merge(all);
        assert_eq!(kept.len(), 2);
        assert_eq!((kept[0].level, kept[0].privileged.as_deref()), (Level::Full, Some("a")));
        assert_eq!(merged, [(4, 2, "A".to_owned())]);
    }
}
