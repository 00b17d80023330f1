//! What Exchange's rows look like: texts and numbers with side fields, and warnings that matter.

use regain_incident::Timestamp;
use serde_json::Value;

pub(crate) use crate::graph::{text, time as graph_time};

/// A member that is a time. One without a zone is in UTC.
pub(crate) fn time(row: &Value, member: &str) -> Option<Timestamp> {
    graph_time(row, member)
}

/// A member that is a list of texts, or one text.
pub(crate) fn texts(row: &Value, member: &str) -> Vec<String> {
    match row.get(member) {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// A member that is yes.
pub(crate) fn yes(row: &Value, member: &str) -> bool {
    row.get(member).and_then(Value::as_bool) == Some(true)
}

/// Side fields (`X@odata.type`) carry types and are no members.
pub(crate) fn is_side_field(name: &str) -> bool {
    name.contains('@')
}

/// `"10 MB (10,485,760 bytes)"`, or a plain number.
pub(crate) fn bytes(value: &Value) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return Some(number);
    }
    let text = value.as_str()?;
    let inner = text.split('(').nth(1).and_then(|rest| rest.split(" bytes").next()).unwrap_or(text);
    inner.replace(',', "").trim().parse().ok()
}

/// A warning that the list was cut. Unverified: its words; these are those of the PowerShell module.
pub(crate) fn says_more(warning: &str) -> bool {
    let warning = warning.to_ascii_lowercase();
    warning.contains("more results") || warning.contains("increase the value for the resultsize")
}

/// A warning that nothing had to be done.
pub(crate) fn says_nothing_to_do(warning: &str) -> bool {
    let changed_nothing = warning.contains("no settings of") && warning.contains("have been modified");
    changed_nothing || warning.contains("ACE isn't present") || warning.contains("ACE doesn't exist")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read() {
        assert_eq!(bytes(&Value::from("10 MB (10,485,760 bytes)")), Some(10_485_760));
        assert_eq!(bytes(&Value::from(17)), Some(17));
        let row = serde_json::json!({"a": "2022-09-21T08:07:47.0000000+00:00", "b": "2022-09-21T08:07:47"});
        assert_eq!(time(&row, "a"), time(&row, "b"));
        assert!(time(&row, "a").is_some());
    }

    #[test]
    fn surprise_17_nothing_to_do_is_a_warning_and_more_results_is_a_gap() {
        assert!(says_nothing_to_do("The command completed successfully but no settings of 'x' have been modified."));
        assert!(says_more("There are more results available than are currently displayed."));
        assert!(!says_more("client-side rules that were created in Outlook are removed by this change."));
    }
}
