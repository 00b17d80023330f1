//! The `Filter` parameter of a listing.
//!
//! Invariant: what is not understood is refused, never ignored: a caller must not take all for some.

use serde_json::Value;

use super::reply::{Failure, Row};

/// The forms of a filter that are understood: comparisons by `-eq`, `-ne` or `-like`, joined by `-and`, and several of
/// these by `-or`. Anything else is refused rather than ignored.
pub fn filtered(rows: Vec<Row>, filter: Option<&str>) -> Result<Vec<Row>, Failure> {
    let Some(filter) = filter else { return Ok(rows) };
    let mut either = Vec::new();
    for part in filter.split(" -or ") {
        either.push(
            part.split(" -and ")
                .map(|part| Comparison::read(part).ok_or_else(|| unreadable(filter)))
                .collect::<Result<Vec<_>, _>>()?,
        );
    }
    let known = |comparison: &Comparison| rows.is_empty() || rows.iter().any(|row| row.contains_key(comparison.name));
    if !either.iter().flatten().all(known) {
        return Err(unreadable(filter));
    }
    let wanted = |row: &Row| either.iter().any(|all| all.iter().all(|one| one.holds(row)));
    Ok(rows.iter().filter(|row| wanted(row)).cloned().collect())
}

/// One comparison of a filter.
struct Comparison<'a> {
    name: &'a str,
    operator: &'a str,
    value: &'a str,
}

impl<'a> Comparison<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (name, rest) = text.trim().split_once(' ')?;
        let (operator, value) = rest.trim().split_once(' ')?;
        let plain = !name.contains(['(', ')', '-']) && ["-eq", "-ne", "-like"].contains(&operator);
        plain.then(|| Self { name, operator, value: value.trim().trim_matches(['\'', '"']) })
    }

    fn holds(&self, row: &Row) -> bool {
        let own = row.get(self.name).unwrap_or(&Value::Null);
        match self.operator {
            "-ne" => !self.equals(own),
            "-like" => own.as_str().is_some_and(|own| like(&own.to_ascii_lowercase(), &self.value.to_ascii_lowercase())),
            _ => self.equals(own),
        }
    }

    fn equals(&self, own: &Value) -> bool {
        match own {
            Value::Null => self.value.eq_ignore_ascii_case("$null"),
            Value::String(text) => text.eq_ignore_ascii_case(self.value),
            Value::Bool(flag) => self.value.trim_start_matches('$').eq_ignore_ascii_case(&flag.to_string()),
            Value::Array(items) => {
                items.iter().any(|item| item.as_str().is_some_and(|text| text.eq_ignore_ascii_case(self.value)))
            }
            _ => false,
        }
    }
}

/// A text against a pattern whose asterisks stand for anything.
fn like(text: &str, pattern: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(text) = text.strip_prefix(head) else { return false };
    let places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    places.into_iter().any(|at| text.get(at..).is_some_and(|text| like(text, rest)))
}

fn unreadable(filter: &str) -> Failure {
    Failure::binding(format!("Cannot bind parameter 'Filter' to the target. Invalid filter syntax in \"{filter}\"."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::filtered;
    use crate::exchange::Row;

    fn names(filter: &str) -> Option<Vec<String>> {
        let rows = [
            json!({"Name": "a", "To": null, "On": true, "Kinds": ["x"]}),
            json!({"Name": "b", "To": "smtp:drop@example.net", "On": false, "Kinds": []}),
        ];
        let rows: Vec<Row> = rows.iter().filter_map(|row| row.as_object().cloned()).collect();
        let kept = filtered(rows, Some(filter)).ok()?;
        Some(kept.iter().map(|row| row["Name"].as_str().unwrap().to_owned()).collect())
    }

    #[test]
    fn a_filter_means_what_it_says_or_is_refused() {
        for (filter, kept) in [
            ("To -ne $null", &["b"][..]),
            ("To -eq $null -and On -eq $true", &["a"]),
            ("To -ne $null -or On -eq 'True'", &["a", "b"]),
            ("To -like 'smtp:*@example.net'", &["b"]),
            ("To -like '*.org'", &[]),
            ("Kinds -eq 'x'", &["a"]),
        ] {
            assert_eq!(names(filter).unwrap(), kept, "{filter}");
        }
        for filter in ["To", "To -gt 1", "Colour -eq 'red'", "(To -ne $null)"] {
            assert_eq!(names(filter), None, "{filter}");
        }
    }
}
