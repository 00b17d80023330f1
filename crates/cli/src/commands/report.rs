//! `regain report`: a fold over the journal, in Markdown or JSON.

mod prevention;
mod view;

use regain_incident::account::Kind;
use regain_incident::report::{AccountReport, Report, StepLine};
use regain_incident::text::harmless;
use regain_ports::Journal;

use super::{Archive, Lesson};
use crate::args::{Global, ReportArgs, ReportFormat};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output::Output;
use crate::screen;

/// Prints the report of a case. Asks the tenant nothing.
pub async fn run(args: &ReportArgs, global: &Global, environment: &Environment, out: &Output) -> anyhow::Result<Exit> {
    let archive = Archive::open(global, environment).await?;
    let (case, entries) = archive.read(args.case).await?;
    let report = Report::of(&case, &entries, archive.store.head(args.case).await?, &archive.policy);
    let lesson = archive.lesson(&case, &entries).await?;
    if out.json || args.format == ReportFormat::Json {
        out.document(&view::ReportView::of(&report, &lesson, out))?;
    } else {
        out.data(&markdown(&report, &lesson, out))?;
    }
    Ok(Exit::Done)
}

/// Text from a tenant in Markdown: on one line, with every sign escaped that means something there.
fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for c in harmless(text, 256).chars() {
        if matches!(
            c,
            '\\' | '`'
                | '*'
                | '_'
                | '{'
                | '}'
                | '['
                | ']'
                | '('
                | ')'
                | '<'
                | '>'
                | '#'
                | '+'
                | '-'
                | '!'
                | '|'
                | '~'
                | '&'
                | '.'
        ) {
            shown.push('\\');
        }
        shown.push(c);
    }
    // Some readers make a link of any address, however it is dressed.
    shown.replace("://", ":\\//")
}

/// The report as Markdown: what failed, what was not read and what cannot be undone come first of each account.
fn markdown(report: &Report, lesson: &Lesson, out: &Output) -> String {
    let texts = &out.texts;
    let mut lines = vec![format!("# {}", texts.with("report-title", &[("case", &report.case.to_string())]))];
    let names = [("opened", report.opened_at.to_string()), ("as-of", report.as_of.to_string())];
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lines.push(String::new());
    lines.push(texts.with("report-dates", &names));
    if let Some(lead) = prevention::lead(&lesson.prevention, out) {
        lines.push(format!("\n{lead}"));
    }
    for account in &report.accounts {
        lines.push(String::new());
        lines.extend(of_account(account, lesson, out));
    }
    if let Some(found) = &report.who_else {
        let gap = |gap: &regain_incident::who_else::Unasked| {
            let what = texts.get(&format!("who-else-{}", gap.what));
            escaped(&texts.with("who-else-gap", &[("what", &what), ("why", &screen::gap(&gap.why, out))]))
        };
        let others = found.others.iter().map(|other| escaped(&screen::other_text(other, out)));
        section(&mut lines, &texts.get("report-who-else"), others.chain(found.gaps.iter().map(gap)));
    }
    lines.extend(prevention::lines(lesson, out));
    lines.push(format!("\n## {}\n", texts.get("report-timeline")));
    for line in &report.timeline {
        lines.push(format!(
            "- {} {} {} ({})",
            line.at,
            texts.get(&format!("entry-{}", line.what)),
            escaped(&line.about),
            escaped(&line.by)
        ));
    }
    lines.push(format!("\n{}", texts.with("head-digest", &[("digest", report.head.as_str())])));
    lines.join("\n")
}

fn of_account(account: &AccountReport, lesson: &Lesson, out: &Output) -> Vec<String> {
    let texts = &out.texts;
    let mut lines = if account.account.kind == Kind::Organisation {
        // Nobody locks an organisation. It is known by its domain.
        let known_as = lesson.prevention.standing.as_ref().and_then(|standing| standing.known_as.as_deref());
        vec![format!("## {}", escaped(known_as.unwrap_or(&account.account.name)))]
    } else {
        let heading = format!("## {} ({})\n", escaped(&account.account.name), escaped(&account.account.upn));
        [heading].into_iter().chain(lock_lines(account, out)).collect()
    };
    section(&mut lines, &texts.get("report-open"), account.open.iter().map(|step| step_text(step, out)));
    let gap = |(facet, gap): &(regain_incident::facet::FacetName, regain_incident::facet::Gap)| {
        format!("{}: {}", texts.get(&format!("facet-{facet}")), escaped(&screen::gap(gap, out)))
    };
    section(&mut lines, &texts.get("report-gaps"), account.gaps.iter().map(gap));
    section(&mut lines, &texts.get("report-final"), account.final_steps.iter().map(|step| step_text(step, out)));
    section(&mut lines, &texts.get("report-held"), account.held.iter().map(|role| escaped(role)));
    let finding = |finding: &regain_incident::finding::Finding| {
        let reasons: Vec<String> = finding.reasons.iter().map(|reason| escaped(&screen::reason(reason, out))).collect();
        let verdict = texts.get(&format!("verdict-{}", finding.verdict.as_str()));
        format!("**{verdict}**: {} ({}): {}", escaped(&finding.name), finding.item, reasons.join("; "))
    };
    section(&mut lines, &texts.get("report-findings"), account.findings.iter().map(finding));
    section(&mut lines, &texts.get("report-steps"), account.steps.iter().map(|step| step_text(step, out)));
    lines
}

/// Whether it is locked, and whether that is settled.
fn lock_lines(account: &AccountReport, out: &Output) -> [String; 3] {
    let texts = &out.texts;
    let locked = texts.get(match (account.locked, account.sign_in_released) {
        (_, Some(_)) => "report-released",
        (true, None) => "report-locked",
        (false, None) => "report-not-locked",
    });
    let settled = match (account.settled, account.settles_at) {
        (true, _) => texts.get("report-settled"),
        (false, Some(at)) => texts.with("report-not-settled", &[("time", &at.to_string())]),
        (false, None) => texts.get("report-not-revoked"),
    };
    [locked, String::new(), settled]
}

fn section(lines: &mut Vec<String>, heading: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.map(|item| format!("- {item}")).collect();
    if !items.is_empty() {
        lines.push(format!("\n### {heading}\n"));
        lines.extend(items);
    }
}

fn step_text(step: &StepLine, out: &Output) -> String {
    let target = escaped(&step.target);
    let what = match step.action.as_str() {
        "manual" => out.texts.get(&format!("manual-short-{}", step.target)),
        action => out.texts.with(&format!("action-{action}"), &[("target", &target)]),
    };
    let why = step.why.as_deref().map(|why| format!(" ({})", escaped(why))).unwrap_or_default();
    let at = step.verified_at.map(|at| format!(", {at}")).unwrap_or_default();
    format!("{} {what}: {}{at}{why}", step.id, out.texts.get(&format!("state-{}", step.state)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_s_name_cannot_become_markup() {
        assert_eq!(escaped("[x](http://evil)\n# h"), "\\[x\\]\\(http:\\//evil\\)·\\# h");
    }
}
