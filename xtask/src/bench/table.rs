//! The rows: what, the budget, what was measured.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// One budget.
pub struct Row {
    what: String,
    budget: String,
    measured: String,
    /// Whether the budget is kept; nothing where it was not measured.
    pub kept: Option<bool>,
    /// The same work by others: who, and what they took.
    peers: Vec<(String, String)>,
    note: Option<String>,
}

impl Row {
    fn new(what: &str, budget: String, measured: Option<(String, bool)>) -> Self {
        let kept = Some(measured.as_ref().is_some_and(|(_, kept)| *kept));
        let measured = measured.map_or_else(|| "never".to_owned(), |(measured, _)| measured);
        Self { what: what.to_owned(), budget, measured, kept, peers: Vec::new(), note: None }
    }

    /// Round trips; nothing measured means that it never happened.
    pub fn count(what: &str, budget: usize, measured: Option<usize>) -> Self {
        Self::new(what, format!("at most {budget}"), measured.map(|count| (count.to_string(), count <= budget)))
    }

    /// Seconds; nothing measured means that it never happened.
    pub fn seconds(what: &str, budget: f64, measured: Option<f64>) -> Self {
        Self::new(what, format!("under {budget:.1} s"), measured.map(|took| (format!("{took:.1} s"), took < budget)))
    }

    /// A whole number of something.
    pub fn below(what: &str, unit: &str, budget: u64, measured: u64) -> Self {
        Self::new(what, format!("under {budget} {unit}"), Some((format!("{measured} {unit}"), measured < budget)))
    }

    /// A measure that must reach its budget.
    pub fn at_least(what: &str, unit: &str, budget: f64, measured: f64) -> Self {
        Self::new(what, format!("at least {budget:.1} {unit}"), Some((format!("{measured:.2} {unit}"), measured >= budget)))
    }

    /// A measure that must stay within its budget.
    pub fn at_most(what: &str, unit: &str, budget: f64, measured: f64) -> Self {
        Self::new(what, format!("at most {budget:.1} {unit}"), Some((format!("{measured:.1} {unit}"), measured <= budget)))
    }

    /// A budget that nobody looked at.
    pub fn not_measured(what: &str, budget: &str, why: &str) -> Self {
        Self {
            what: what.to_owned(),
            budget: budget.to_owned(),
            measured: "not measured".to_owned(),
            kept: None,
            peers: Vec::new(),
            note: Some(why.to_owned()),
        }
    }

    /// Something that went wrong while it was measured.
    pub fn failed(why: &str) -> Self {
        let (budget, measured) = (String::new(), "failed".to_owned());
        Self { what: why.to_owned(), budget, measured, kept: Some(false), peers: Vec::new(), note: None }
    }

    /// Something measured that no budget is for.
    pub fn beside(what: &str, measured: String) -> Self {
        Self { what: what.to_owned(), budget: String::new(), measured, kept: None, peers: Vec::new(), note: None }
    }

    /// The same, with what another way of doing it took.
    pub fn with_peer(mut self, who: &str, took: String) -> Self {
        self.peers.push((who.to_owned(), took));
        self
    }

    /// The same with a remark.
    pub fn with_note(self, note: String) -> Self {
        Self { note: Some(note), ..self }
    }

    fn verdict(&self) -> &'static str {
        match self.kept {
            Some(true) => "kept",
            Some(false) => "MISSED",
            None => "-",
        }
    }
}

/// As a table for people.
pub fn text(rows: &[Row]) -> String {
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or_default();
    let (what, budget, measured) = (width(|row| &row.what), width(|row| &row.budget), width(|row| &row.measured));
    let mut all = String::new();
    for row in rows {
        let _ = writeln!(all, "{:what$}  {:budget$}  {:measured$}  {}", row.what, row.budget, row.measured, row.verdict());
        for (who, took) in &row.peers {
            let _ = writeln!(all, "{:what$}  {who}: {took}", "");
        }
        if let Some(note) = &row.note {
            let _ = writeln!(all, "{:what$}  {note}", "");
        }
    }
    all.trim_end().to_owned()
}

/// As one JSON document.
pub fn json(rows: &[Row]) -> String {
    let peers = |row: &Row| row.peers.iter().map(|(who, took)| json!({"who": who, "measured": took})).collect::<Vec<Value>>();
    let row = |row: &Row| json!({"what": row.what, "budget": row.budget, "measured": row.measured, "kept": row.kept, "peers": peers(row), "note": row.note});
    json!({"budgets": rows.iter().map(row).collect::<Vec<Value>>()}).to_string()
}
