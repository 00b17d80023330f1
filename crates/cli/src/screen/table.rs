//! Many accounts: a line each, worst first, and the sums below.

use regain_incident::case::{AccountState, Case};
use regain_incident::finding::Verdict;
use regain_incident::policy::Policy;
use regain_incident::text::on_a_line;

use crate::output::Output;

/// Above this many accounts a case is a table.
pub const MANY: usize = 8;

/// Columns of an account's name; a longer one is cut.
const NAME: usize = 44;

struct Row {
    locked: bool,
    open: usize,
    gaps: usize,
    line: String,
}

/// The accounts of a case, a line each.
pub fn table(case: &Case, policy: &Policy, out: &Output) -> String {
    let mut rows: Vec<Row> = case.accounts.values().map(|state| row(case, state, policy, out)).collect();
    rows.sort_by_key(|row| (row.locked, std::cmp::Reverse(row.open), std::cmp::Reverse(row.gaps)));
    let sum = |of: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| of(row)).count().to_string();
    let sums = [
        ("all", rows.len().to_string()),
        ("locked", sum(&|row| row.locked)),
        ("open", sum(&|row| row.open > 0)),
        ("gaps", sum(&|row| row.gaps > 0)),
    ];
    let sums: Vec<(&str, &str)> = sums.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let head = out.texts.with("table-head", &[("account", &format!("{:<NAME$}", out.texts.get("table-account")))]);
    let lines = rows.iter().map(|row| row.line.clone());
    [out.bold(&head)].into_iter().chain(lines).chain([out.texts.with("table-sums", &sums)]).collect::<Vec<_>>().join("\n")
}

fn row(case: &Case, state: &AccountState, policy: &Policy, out: &Output) -> Row {
    let id = &state.account.id;
    let locked = case.is_locked(id);
    let bad = state.assessment.findings.iter().filter(|finding| finding.verdict != Verdict::Benign).count();
    let open = state.to_clean().filter(|finding| !is_answered(case, state, &finding.item)).count();
    let gaps = state.gaps().len();
    let word = match (locked, state.is_settled(policy)) {
        (true, true) => "table-settled",
        (true, false) => "table-locked",
        (false, _) => "table-not-locked",
    };
    let name: String = on_a_line(state.called()).chars().take(NAME).collect();
    let level = case.level(id).map_or("-", regain_incident::planner::Level::as_str);
    let line = format!("{name:<NAME$} {:<10} {level:<16} {bad:>5} {open:>5} {gaps:>5}", out.texts.get(word));
    Row { locked, open, gaps, line }
}

/// Whether a step that was carried out answers the finding.
fn is_answered(case: &Case, state: &AccountState, item: &regain_incident::item::Item) -> bool {
    use regain_incident::case::StepState;
    case.steps_of(&state.account.id).any(|(_, step, record)| step.because.contains(item) && record.state == StepState::Done)
}
