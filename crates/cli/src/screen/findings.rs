//! Findings in words: a headline, and every reason for and against.

use regain_incident::facet::{FacetName, Gap};
use regain_incident::finding::{Finding, Reason, Speaks};
use regain_incident::text::on_a_line;

use crate::output::Output;

/// A finding in a sentence: what it is, and the two strongest things that speak for it, each of
/// another group of evidence.
pub fn headline(finding: &Finding, out: &Output) -> String {
    let key = match finding.facet {
        FacetName::InboxRules if finding.object != "*" => "finding-rule",
        FacetName::Forwarding if finding.object != "*" => "finding-forwarding",
        _ => "finding-facet",
    };
    let name = if finding.object == "*" { out.texts.get(&format!("facet-{}", finding.facet)) } else { on_a_line(&finding.name) };
    let what = out.texts.with(key, &[("name", &name)]);
    let mut strongest: Vec<&Reason> = Vec::new();
    for reason in finding.reasons.iter().filter(|reason| reason.speaks == Speaks::For) {
        if strongest.len() < 2 && strongest.iter().all(|known| known.group != reason.group) {
            strongest.push(reason);
        }
    }
    strongest.reverse(); // what it does before how it hides
    let why: Vec<String> = strongest.into_iter().map(|reason| self::reason(reason, out)).collect();
    if why.is_empty() { what } else { format!("{what} {}", why.join("; ")) }
}

/// Every finding with all its reasons.
pub fn details(findings: &[&Finding], out: &Output) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let verdict = out.texts.get(&format!("verdict-{}", finding.verdict.as_str()));
        lines.push(out.bold(&format!("{} \"{}\": {verdict}", finding.item, on_a_line(&finding.name))));
        for reason in &finding.reasons {
            let sign = if reason.speaks == Speaks::For { "+" } else { "-" };
            let technique = reason.technique.as_deref().map(|id| format!(" [{id}]")).unwrap_or_default();
            lines.push(format!("   {sign} {}{technique}", self::reason(reason, out)));
        }
        for (facet, why) in &finding.missing {
            lines.push(format!("   ? {}: {}", out.texts.get(&format!("facet-{facet}")), gap(why, out)));
        }
    }
    lines.join("\n")
}

/// A reason as a sentence. Its evidence comes from the tenant and is made harmless.
pub fn reason(reason: &Reason, out: &Output) -> String {
    let clean: Vec<(&str, String)> = reason.evidence.iter().map(|(name, value)| (name.as_str(), on_a_line(value))).collect();
    let names: Vec<(&str, &str)> = clean.iter().map(|(name, value)| (*name, value.as_str())).collect();
    out.texts.with(&format!("reason-{}", reason.code), &names)
}

/// Why something was not read, in a few words.
pub fn gap(gap: &Gap, out: &Output) -> String {
    match gap {
        Gap::Denied { missing } => out.texts.with("gap-denied", &[("missing", missing)]),
        Gap::Unlicensed { .. } => out.texts.get("gap-unlicensed"),
        Gap::Throttled => out.texts.get("gap-throttled"),
        Gap::Unreachable { .. } => out.texts.get("gap-unreachable"),
        Gap::Incomplete { detail } => out.texts.with("gap-incomplete", &[("detail", &on_a_line(detail))]),
        Gap::NotUnderstood { detail } => out.texts.with("gap-not-understood", &[("detail", &on_a_line(detail))]),
        Gap::NotInThisVersion => out.texts.get("gap-not-in-this-version"),
        Gap::LeftOut => out.texts.get("gap-left-out"),
        Gap::NotSwept { of: 0, .. } => out.texts.get("gap-not-swept"),
        Gap::NotSwept { read, of } => {
            out.texts.with("gap-sweep-unfinished", &[("read", &read.to_string()), ("of", &of.to_string())])
        }
    }
}
