//! What a scan found, for a terminal: what is missing and what is suspicious before what is long.

use regain_auditlog::analysis::Why;
use regain_auditlog::event::Kind;
use regain_auditlog::timeline::Moment;
use regain_incident::Timestamp;
use regain_incident::text::{harmless, on_a_line};

use super::{Found, tale};
use crate::output::Output;

/// Accounts and moments that a screen shows; the other forms have all.
const SHOWN_MAX: usize = 20;
const MOMENTS_SHOWN_MAX: usize = 200;

/// Lines under a heading; none where there is nothing to say.
#[derive(Default)]
pub struct Section {
    /// What stands above them.
    pub heading: Option<String>,
    /// The lines, each harmless.
    pub lines: Vec<String>,
}

impl Section {
    /// Lines under the heading with this key.
    pub fn under(out: &Output, key: &str, lines: Vec<String>) -> Self {
        Self { heading: Some(out.texts.get(key)), lines }
    }
}

/// Everything, on lines.
pub fn text(found: &Found, out: &Output) -> String {
    let all = sections(found, out, SHOWN_MAX).into_iter().chain([moments(found, out)]);
    let lines = all.flat_map(|section| {
        let heading = section.heading.map(|heading| format!("\n{}", out.bold(&heading)));
        heading.into_iter().chain(section.lines)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// All but the timeline; at most `most` of each list.
pub fn sections(found: &Found, out: &Output, most: usize) -> Vec<Section> {
    let mut all = vec![
        records(found, out),
        files(found, out, most),
        coverage(found, out, most),
        findings(found, out, most),
        infrastructure(found, out, most),
    ];
    all.extend(tale::sections(&found.story, out, most));
    all.push(accounts(found, out, most));
    all
}

fn records(found: &Found, out: &Output) -> Section {
    let records = &found.records;
    let numbers = [records.read, records.distinct, records.bad].map(|number| number.to_string());
    let names = [("read", numbers[0].as_str()), ("distinct", &numbers[1]), ("bad", &numbers[2])];
    Section { heading: None, lines: vec![out.texts.with("log-records", &names)] }
}

fn files(found: &Found, out: &Output, most: usize) -> Section {
    let completeness = &found.completeness;
    let mut lines = Vec::new();
    for file in completeness.files.iter().take(most) {
        let shape = file.shape.map_or_else(|| out.texts.get("log-shape-unknown"), str::to_owned);
        let counts = format!("{} / {}", file.read, file.bad);
        let stopped = file.stopped.as_deref().map(|why| format!("  {}: {}", out.texts.get("log-stopped"), harmless(why, 200)));
        lines.push(format!("  {}  {shape}  {counts}{}", harmless(&file.name, 120), stopped.unwrap_or_default()));
    }
    for bad in completeness.bad.iter().take(most.min(SHOWN_MAX)) {
        let (line, why) = (bad.line.to_string(), out.texts.get(&format!("log-bad-{}", bad.why)));
        lines.push(format!(
            "  {}",
            out.texts.with("log-bad", &[("file", &harmless(&bad.file, 120)), ("line", &line), ("why", &why)])
        ));
    }
    Section::under(out, "log-files", lines)
}

fn coverage(found: &Found, out: &Output, most: usize) -> Section {
    let completeness = &found.completeness;
    let mut lines = Vec::new();
    for source in &completeness.sources {
        let span = format!("{} … {}", shown(source.first), shown(source.last));
        lines.push(format!("  {:24} {span}  {}", kind(source.kind, out), source.events));
    }
    if !completeness.missing.is_empty() {
        let kinds: Vec<String> = completeness.missing.iter().map(|missing| kind(*missing, out)).collect();
        lines.push(format!("  {}", out.texts.with("log-missing", &[("kinds", &kinds.join(", "))])));
    }
    for silence in completeness.silences.iter().take(most.min(5)) {
        let hours = silence.hours.to_string();
        let (from, to) = (shown(silence.from), shown(silence.to));
        let kind = kind(silence.kind, out);
        let names = [("kind", kind.as_str()), ("from", &from), ("to", &to), ("hours", &hours)];
        lines.push(format!("  {}", out.texts.with("log-silence", &names)));
    }
    for capped in &completeness.capped {
        let names = [("file", capped.file.as_str()), ("records", &capped.records.to_string())];
        lines.push(format!("  {}", out.texts.with("log-capped", &names)));
    }
    if completeness.without_time > 0 {
        lines.push(format!("  {}", out.texts.with("log-without-time", &[("count", &completeness.without_time.to_string())])));
    }
    if completeness.spilled_bytes > 0 {
        let megabytes = completeness.spilled_bytes.div_ceil(1_000_000).to_string();
        lines.push(format!("  {}", out.texts.with("log-spilled", &[("megabytes", &megabytes)])));
    }
    if completeness.names_left_out {
        lines.push(format!("  {}", out.texts.get("log-names-left-out")));
    }
    lines.push(format!("  {}", out.texts.with("log-late", &[("from", &shown(completeness.late_from))])));
    Section::under(out, "log-covers", lines)
}

/// A kind of log, in words.
fn kind(kind: Kind, out: &Output) -> String {
    out.texts.get(&format!("log-kind-{}", kind.as_str()))
}

fn findings(found: &Found, out: &Output, most: usize) -> Section {
    if found.findings.is_empty() {
        return Section::default();
    }
    let mut lines = Vec::new();
    let several = has_several(found);
    for finding in found.findings.iter().take(most) {
        let verdict = out.texts.get(&format!("verdict-{}", finding.verdict.as_str()));
        let what = out.texts.get(&format!("log-finding-{}", finding.code));
        let score =
            format!("{verdict}, {} ({})", out.texts.get(&format!("log-confidence-{}", finding.confidence)), finding.score);
        let whose = if finding.account.is_empty() { String::new() } else { format!("{}  ", on_a_line(&finding.account)) };
        let intruder = if several { of_intruder(&finding.intruders, out) } else { String::new() };
        lines.push(format!("  {}  {whose}{what}: {score}{intruder}", shown(finding.at)));
        lines.extend(finding.reasons.iter().map(|why| format!("      {}", reason(why, out))));
    }
    lines.extend(more(found.findings.len(), most, out));
    for (key, count) in [("log-cut-findings", found.left_out.findings), ("log-cut-set-up", found.left_out.set_up)] {
        if count > 0 {
            lines.push(format!("  {}", out.texts.with(key, &[("count", &count.to_string())])));
        }
    }
    Section::under(out, "log-findings", lines)
}

/// Whether there is more than one intruder, so that it must be said whose something is.
fn has_several(found: &Found) -> bool {
    found.infrastructure.iter().flat_map(|one| &one.intruders).any(|number| *number > 1)
}

/// Whose a finding is, behind it.
fn of_intruder(numbers: &[u32], out: &Output) -> String {
    if numbers.is_empty() {
        return String::new();
    }
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    format!("; {}", out.texts.with("log-of-intruder", &[("numbers", &numbers.join(", "))]))
}

fn infrastructure(found: &Found, out: &Output, most: usize) -> Section {
    if found.infrastructure.is_empty() {
        return Section::default();
    }
    let mut lines = Vec::new();
    let mut all: Vec<_> = found.infrastructure.iter().collect();
    all.sort_by_key(|one| one.intruders.first());
    let several = has_several(found);
    let mut before = None;
    for one in all.into_iter().take(most) {
        let number = one.intruders.first();
        if several && number != before {
            let number = number.map_or_else(|| "-".to_owned(), u32::to_string);
            lines.push(format!("  {}", out.texts.with("log-intruder-number", &[("number", &number)])));
        }
        before = number;
        let network = one.network.as_deref().map(|network| format!("  {}", on_a_line(network))).unwrap_or_default();
        let span = format!("{} … {}", shown(one.first), shown(one.last));
        lines.push(format!("  {:8} {}{network}  {span}  {}", one.kind, harmless(&one.value, 100), one.records));
        lines.push(format!("      {}", harmless(&one.accounts.join(", "), 200)));
        lines.extend(one.reasons.iter().map(|why| format!("      {}", reason(why, out))));
    }
    lines.extend(more(found.infrastructure.len(), most, out));
    if found.left_out.infrastructure {
        lines.push(format!("  {}", out.texts.get("log-cut-infrastructure")));
    }
    Section::under(out, "log-intruder", lines)
}

fn accounts(found: &Found, out: &Output, most: usize) -> Section {
    let people: Vec<_> = found.accounts.iter().filter(|account| !account.service).collect();
    let mut lines = Vec::new();
    for account in people.iter().take(most) {
        let span = format!("{} … {}", shown(account.first), shown(account.last));
        let sign_ins = format!("{} / {} / {}", account.signed_in, account.refused, account.interrupted);
        lines.push(format!("  {:40} {span}  {}  {sign_ins}", on_a_line(&account.account), account.events));
    }
    lines.extend(more(people.len(), most, out));
    let services = (found.accounts.len() - people.len()).to_string();
    lines.push(format!("  {}", out.texts.with("log-services", &[("count", &services)])));
    Section::under(out, "log-accounts", lines)
}

fn moments(found: &Found, out: &Output) -> Section {
    let timeline = &found.timeline;
    if timeline.moments.is_empty() {
        return Section::default();
    }
    let mut lines = Vec::new();
    for moment in timeline.moments.iter().take(MOMENTS_SHOWN_MAX) {
        let event = &moment.event;
        let mark = if moment.reasons.is_empty() { ' ' } else { '!' };
        let address = event.address.map(|address| address.to_string()).unwrap_or_default();
        lines.push(format!(
            "{mark} {}  {}  {}  {address}  {}",
            shown(event.at),
            on_a_line(&event.account),
            on_a_line(&event.operation),
            harmless(&what(moment), 120)
        ));
    }
    lines.extend(more(timeline.moments.len(), MOMENTS_SHOWN_MAX, out));
    if timeline.left_out > 0 {
        lines.push(format!("  {}", out.texts.with("log-left-out", &[("count", &timeline.left_out.to_string())])));
    }
    Section::under(out, "log-timeline", lines)
}

/// What was done, in short. Hostile.
pub fn what(moment: &Moment) -> String {
    let event = &moment.event;
    let mut parts: Vec<String> = Vec::new();
    parts.extend(event.target.clone());
    parts.extend(event.items.iter().take(3).map(|item| item.name.clone()).filter(|name| !name.is_empty()));
    let told = event.parameters.iter().filter(|pair| !pair.value.is_empty() && !is_noise(&pair.name));
    parts.extend(told.take(8).map(|pair| format!("{}={}", pair.name, pair.value)));
    parts.extend(event.agent.clone());
    parts.extend(event.detail.clone());
    parts.join("; ")
}

/// Parameters that say little, or what stands elsewhere on the line.
fn is_noise(name: &str) -> bool {
    const NOISE: &[&str] = &[
        "UserAgent",
        "ResultStatusDetail",
        "RequestType",
        "UserAuthenticationMethod",
        "KeepMeSignedIn",
        "AlwaysDeleteOutlookRulesBlob",
        "Force",
        "additionalDetails",
        "extendedAuditEventCategory",
        "Included Updated Properties",
        "TargetId.ServicePrincipalNames",
        "correlationId",
    ];
    name.starts_with("old:") || NOISE.contains(&name)
}

/// A reason in words; its code where the catalogue has none.
pub fn reason(why: &Why, out: &Output) -> String {
    let own = format!("log-reason-{}", why.code);
    let said = |name: &str, value: &str| match name {
        // Which indicator found it: a code, said as findings of that kind are headed.
        "by" => out.texts.get(&format!("log-finding-{value}")),
        _ => on_a_line(value),
    };
    let names: Vec<(&str, String)> = why.evidence.iter().map(|(name, value)| (name.as_str(), said(name, value))).collect();
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let text = out.texts.with(&own, &names);
    if text != own {
        return text;
    }
    // Reasons of rules and of forwarding have their texts where `check` has them.
    let core = format!("reason-{}", why.code);
    let text = out.texts.with(&core, &names);
    if text == core { why.code.clone() } else { text }
}

/// That there is more than was shown.
pub fn more(count: usize, most: usize, out: &Output) -> Option<String> {
    let left = count.checked_sub(most).filter(|left| *left > 0)?;
    Some(format!("  {}", out.texts.with("log-more", &[("count", &left.to_string())])))
}

/// A time on a screen.
pub fn shown(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}
