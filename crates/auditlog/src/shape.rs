//! Shapes: which export a file is, and how a record is read from it. The kind is recognised by
//! what stands in the file, never by its name.

use crate::audit::{self, Looked};
use crate::chunk::BadWhy;
use crate::csv::{Cells, Rows, delimiter};
use crate::draft::Draft;
use crate::entra;
use crate::event::Kind;
use crate::json::{self, Items, Value};
use crate::text::{Form, Text};
use crate::trace;

/// How records are divided from one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Rows of a CSV file.
    Csv,
    /// One JSON object on each line.
    Lines,
    /// JSON objects in an array, in a document, or with blanks between them.
    Json,
}

/// How the records of a file are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What the export is called in reports.
    pub name: &'static str,
    /// How records are divided.
    pub style: Style,
    /// How a row of CSV is read.
    table: Option<Table>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Table {
    delimiter: u8,
    reading: Reading,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reading {
    /// The record stands as JSON in this column.
    AuditData(usize),
    /// Each column is a member of the record, under this name.
    Members { names: Vec<Box<[u8]>>, of: Of },
}

/// What a table's rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Activity,
    SignIns,
    Directory,
    Traces,
}

/// Recognises a file by its first bytes; also says how many of them are no records.
pub fn recognise(bytes: &[u8]) -> Option<(Layout, usize)> {
    let blanks = bytes.iter().take_while(|sign| sign.is_ascii_whitespace()).count();
    match bytes.get(blanks)? {
        b'{' | b'[' => Some(recognise_json(bytes, blanks)),
        _ => recognise_csv(bytes, blanks),
    }
}

fn recognise_json(bytes: &[u8], start: usize) -> (Layout, usize) {
    let json = |header| (Layout { name: "json", style: Style::Json, table: None }, header);
    if bytes[start] == b'[' {
        return json(start + 1);
    }
    if let Some(list) = json::wrapped_list(&bytes[start..]) {
        return json(start + list);
    }
    let line = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
    let first = json::Elements::of(&bytes[start..line]).next();
    let is_whole = matches!(first, Some(Ok((_, object))) if bytes[start + object.len()..line].trim_ascii().is_empty());
    // A first line that is too long to be seen whole is read as elements, which end where they end.
    if is_whole { (Layout { name: "json-lines", style: Style::Lines, table: None }, start) } else { json(start) }
}

fn recognise_csv(bytes: &[u8], start: usize) -> Option<(Layout, usize)> {
    let mut rows = Rows::of(&bytes[start..], false);
    let (mut at, mut header) = rows.next()?;
    if header.starts_with(b"#TYPE") {
        (at, header) = rows.next()?;
    }
    let delimiter = delimiter(header);
    let columns: Vec<String> = Cells::of(header, delimiter).map(|cell| cell.decode().trim().to_owned()).collect();
    let (name, reading) = table(&columns)?;
    let rest = &bytes[start + at + header.len()..];
    let line_break = rest.iter().take(2).take_while(|sign| matches!(sign, b'\r' | b'\n')).count();
    let table = Some(Table { delimiter, reading });
    Some((Layout { name, style: Style::Csv, table }, start + at + header.len() + line_break))
}

fn table(columns: &[String]) -> Option<(&'static str, Reading)> {
    let at = |name: &str| columns.iter().position(|column| column.eq_ignore_ascii_case(name));
    let has = |name: &str| at(name).is_some();
    if let Some(audit_data) = at("AuditData") {
        let name = if has("RecordId") || has("AssociatedAdminUnits") {
            "portal-csv"
        } else if has("Identity") || has("ResultIndex") {
            "cmdlet-csv"
        } else {
            "reduced-csv"
        };
        return Some((name, Reading::AuditData(audit_data)));
    }
    let traced: Vec<String> = columns.iter().map(|column| trace::plain_name(column)).collect();
    let is_traced = |name: &str| traced.iter().any(|column| column == name);
    let is_sender = is_traced("senderaddress") || is_traced("sender");
    let (name, of) = if is_sender && ["recipientaddress", "recipientstatus", "recipient"].iter().any(|name| is_traced(name)) {
        ("trace-csv", Of::Traces)
    } else if has("Operation") && (has("OfficeWorkload") || has("UserId")) {
        ("analytics-activity-csv", Of::Activity)
    } else if has("TargetResources") && has("OperationName") {
        ("analytics-directory-csv", Of::Directory)
    } else if has("Activity") && has("ActorUserPrincipalName") {
        ("portal-directory-csv", Of::Directory)
    } else if has("UserPrincipalName") && has("IPAddress") || has("ServicePrincipalId") && has("IPAddress") {
        ("analytics-sign-in-csv", Of::SignIns)
    } else if has("IP address") && (has("Username") || has("Service principal ID")) {
        ("portal-sign-in-csv", Of::SignIns)
    } else {
        return None;
    };
    let is_portal = name.starts_with("portal");
    let names = columns.iter().map(|column| member_name(column, is_portal).into_bytes().into_boxed_slice()).collect();
    Some((name, Reading::Members { names, of }))
}

/// A column's name as Graph names the member.
fn member_name(column: &str, is_portal: bool) -> String {
    if is_portal && let Some((_, member)) = entra::PORTAL.iter().find(|(portal, _)| portal.eq_ignore_ascii_case(column)) {
        return (*member).to_owned();
    }
    let name = column.strip_suffix(" [UTC]").unwrap_or(column);
    let name = name.strip_suffix("_dynamic").or_else(|| name.strip_suffix("_string")).unwrap_or(name);
    name.to_owned()
}

/// Reads the row that `bytes` begin with where its record stands as JSON in a column, without
/// looking for the row's end first: the JSON shows it. None if there is anything unusual about the
/// row. Also says how long the row is, with its line break.
#[inline]
pub fn quick_row<'a>(layout: &Layout, bytes: &'a [u8], into: &mut audit::Reading<'a>) -> Option<usize> {
    let Some(Table { delimiter, reading: Reading::AuditData(column) }) = &layout.table else { return None };
    let mut cells = Cells::of(bytes, *delimiter);
    for _ in 0..*column {
        cells.next();
    }
    let start = cells.at();
    let json = bytes.get(start..)?.strip_prefix(b"\"")?;
    if memchr::memchr(b'\n', &bytes[..start]).is_some() {
        return None;
    }
    let end = into.next(json, Form::CsvJson)?;
    if spans_lines(&json[..end]) {
        return None;
    }
    let rest = json[end..].strip_prefix(b"\"")?;
    let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
    let is_plain = memchr::memchr(b'"', &rest[..length]).is_none();
    is_plain.then_some(bytes.len() - rest.len() + length)
}

/// A record over several lines may be one that broke off and swallowed the next: that is for the slow way.
fn spans_lines(record: &[u8]) -> bool {
    memchr::memchr(b'\n', record).is_some()
}

/// Reads the line that `bytes` begin with, if it is an audit record and nothing else. Also says how long
/// the line is, with its line break.
#[inline]
pub fn quick_line<'a>(bytes: &'a [u8], into: &mut audit::Reading<'a>) -> Option<usize> {
    let end = into.next(bytes, Form::Json)?;
    if spans_lines(&bytes[..end]) {
        return None;
    }
    match bytes.get(end..)? {
        [] => Some(end),
        [b'\n', ..] => Some(end + 1),
        [b'\r', b'\n', ..] => Some(end + 2),
        _ => None,
    }
}

/// What takes the records: a draft each, or what is wrong with it.
pub type Take<'t> = dyn FnMut(Result<&Draft<'_>, BadWhy>) + 't;

/// Reads one record of a file with this layout, and gives each draft in it to `take`: mostly one,
/// more if a JSON document wraps several, or a report row tells of several recipients.
pub fn read(layout: &Layout, record: &[u8], take: &mut Take<'_>) {
    match &layout.table {
        Some(table) => row(table, record, take),
        None => object(Text::new(record, Form::Json), take, 0),
    }
}

#[inline]
fn row(table: &Table, row: &[u8], take: &mut Take<'_>) {
    match &table.reading {
        Reading::AuditData(column) => match audit_data(row, table.delimiter, *column) {
            Ok(draft) => take(Ok(&draft)),
            Err(why) => take(Err(why)),
        },
        Reading::Members { names, of } => {
            if row.iter().all(|sign| matches!(sign, b',' | b';' | b'\t' | b'"' | b' ')) {
                return take(Err(BadWhy::Empty));
            }
            let cells = names.iter().zip(Cells::of(row, table.delimiter));
            members(cells.map(|(name, cell)| (&**name, as_value(cell))), *of, take);
        }
    }
}

/// A cell as the JSON value that it holds. An address in brackets is none.
fn as_value(cell: Text<'_>) -> Value<'_> {
    let json = Text::new(cell.bytes, cell.form.with_json());
    match cell.bytes {
        [b'{', ..] => Value::Object(json),
        [b'[', rest @ ..] if matches!(rest.trim_ascii_start().first(), Some(b'{' | b'[' | b']' | b'"')) => Value::Array(json),
        _ => Value::Text(cell),
    }
}

fn members<'a>(all: impl Iterator<Item = (&'a [u8], Value<'a>)>, of: Of, take: &mut Take<'_>) {
    let draft = match of {
        Of::Activity => audit::of_members(all),
        Of::SignIns => entra::read(Kind::SignIn, all),
        Of::Directory => entra::read(Kind::Directory, all),
        Of::Traces => {
            if !trace::read(all, &mut |draft| take(Ok(&draft))) {
                take(Err(BadWhy::NoEvent));
            }
            return;
        }
    };
    match draft {
        Some(draft) => take(Ok(&draft)),
        None => take(Err(BadWhy::NoEvent)),
    }
}

/// The record in a cell, read where it stands.
#[inline]
fn audit_data(row: &[u8], delimiter: u8, column: usize) -> Result<Draft<'_>, BadWhy> {
    let mut cells = Cells::of(row, delimiter);
    for _ in 0..column {
        cells.next();
    }
    let cell = row.get(cells.at()..).ok_or(BadWhy::Empty)?;
    let Some(json) = cell.strip_prefix(b"\"") else {
        // JSON has quotation marks, so its cell has them around; without them there is no record.
        let text = cells.next().unwrap_or_default();
        return Err(if text.bytes.trim_ascii().is_empty() { BadWhy::Empty } else { BadWhy::BrokenJson });
    };
    if json.first() == Some(&b'"') {
        return Err(BadWhy::Empty);
    }
    let looked = audit::look(json, Form::CsvJson).map_err(|_| BadWhy::BrokenJson)?;
    if json[looked.end..].trim_ascii_start().first() != Some(&b'"') {
        return Err(BadWhy::BrokenJson);
    }
    if looked.is_audit { Ok(looked.draft) } else { Err(BadWhy::NoEvent) }
}

/// How many documents a record may be wrapped in, as in `{"d":{"results":[…]}}`.
const WRAPPERS_MAX: u8 = 3;

/// The record in a JSON object, whichever kind it is.
#[inline]
fn object(text: Text<'_>, take: &mut Take<'_>, wrappers: u8) {
    match audit::look(text.bytes, text.form) {
        Err(_) => take(Err(BadWhy::BrokenJson)),
        Ok(looked) if !text.bytes[looked.end..].trim_ascii().is_empty() => take(Err(BadWhy::BrokenJson)),
        Ok(looked) if looked.is_audit => take(Ok(&looked.draft)),
        Ok(looked) => other(text, &looked, take, wrappers),
    }
}

/// What is no plain audit record: one inside another, one of another kind, or a list of records.
fn other<'a>(text: Text<'a>, looked: &Looked<'a>, take: &mut Take<'_>, wrappers: u8) {
    let marks = &looked.marks;
    if let Some(data) = marks.audit_data {
        return wrapped(looked, data, take);
    }
    if !marks.list.is_empty() && wrappers < WRAPPERS_MAX {
        if marks.list.bytes.first() == Some(&b'{') {
            return object(marks.list, take, wrappers + 1);
        }
        return Items::of(marks.list).for_each(|item| object(item.nested(), take, wrappers + 1));
    }
    if marks.trace {
        return members(json::members(text), Of::Traces, take);
    }
    let draft = if let Some(properties) = marks.properties {
        // Event hubs may carry the properties as text.
        let decoded = properties.text().decode();
        let nested = if properties.nested().is_empty() { Text::new(decoded.as_bytes(), Form::Json) } else { properties.nested() };
        return match entra::monitor(marks.category, text, nested) {
            Some(draft) => take(Ok(&draft)),
            None => take(Err(BadWhy::NoEvent)),
        };
    } else if !marks.activity.is_empty() {
        entra::read(Kind::Directory, json::members(text))
    } else if !marks.created.is_empty() {
        let is_sign_in = !marks.upn.is_empty() || marks.has_app;
        entra::read(if is_sign_in { Kind::SignIn } else { Kind::Other }, json::members(text))
    } else if !marks.category.is_empty() {
        entra::read(entra::kind_of(marks.category), json::members(text))
    } else {
        return take(Err(BadWhy::Unknown));
    };
    match draft {
        Some(draft) => take(Ok(&draft)),
        None => take(Err(BadWhy::NoEvent)),
    }
}

/// An audit record inside another record: nested in Graph's answers, as text in the cmdlet's.
fn wrapped<'a>(outer: &Looked<'a>, data: Value<'a>, take: &mut Take<'_>) {
    let decoded = data.text().decode();
    let inside = if data.nested().is_empty() { Text::new(decoded.as_bytes(), Form::Json) } else { data.nested() };
    if inside.bytes.trim_ascii().is_empty() {
        return take(Err(BadWhy::Empty));
    }
    match audit::look(inside.bytes, inside.form) {
        Err(_) => take(Err(BadWhy::BrokenJson)),
        Ok(inner) => match audit::inside(outer, inner) {
            Some(draft) => take(Ok(&draft)),
            None => take(Err(BadWhy::NoEvent)),
        },
    }
}
