//! Accounts that share sign-ins with those of the case: listed and offered.

use regain_incident::case::Case;
use regain_incident::text::on_a_line;
use regain_incident::who_else::{Mark, Other, WhoElse};

use super::{WIDTH, findings, wrapped};
use crate::output::Output;

/// As many are named on a screen; the rest is a number.
const SHOWN: usize = 12;

/// The line that adds them to the case; none if there are none.
pub fn command(case: &Case, found: &WhoElse) -> Option<String> {
    let missing = found.others.iter().filter(|other| !case.accounts.contains_key(&other.account));
    let names: Vec<String> = missing.map(|other| quoted(&other.upn)).collect();
    (!names.is_empty()).then(|| format!("regain case add-account {} {}", case.id, names.join(" ")))
}

/// A name that is no plain word is given to a shell in quotes: it comes from the tenant.
fn quoted(upn: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '+');
    if !upn.is_empty() && !upn.starts_with('-') && upn.chars().all(is_plain) {
        return upn.to_owned();
    }
    format!("'{}'", on_a_line(upn).replace('\'', "'\\''"))
}

/// What is on the screen below the accounts.
pub fn who_else(case: &Case, out: &Output) -> Vec<String> {
    let Some(found) = &case.who_else else { return Vec::new() };
    let texts = &out.texts;
    let mut lines: Vec<String> = found.others.iter().take(SHOWN).map(|other| other_text(other, out)).collect();
    if let Some(more) = found.others.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(texts.with("who-else-more", &[("count", &more.to_string())]));
    }
    lines.extend(found.common.iter().map(|common| {
        texts.with("who-else-common", &[("mark", &mark(&common.mark, out)), ("count", &common.accounts.to_string())])
    }));
    lines.extend(found.gaps.iter().map(|gap| {
        let what = texts.get(&format!("who-else-{}", gap.what));
        texts.with("who-else-gap", &[("what", &what), ("why", &findings::gap(&gap.why, out))])
    }));
    if let Some(command) = command(case, found) {
        lines.push(texts.with("who-else-offer", &[("command", &command)]));
    }
    if lines.is_empty() {
        lines.push(texts.with("who-else-nobody", &[("since", &found.since.to_string())]));
    }
    let mut label = texts.get("label-who-else");
    lines.into_iter().map(|line| wrapped(&std::mem::take(&mut label), &line, WIDTH)).collect()
}

/// One of them, in words.
pub fn other_text(other: &Other, out: &Output) -> String {
    let shares: Vec<String> = other.shares.iter().map(|shared| mark(shared, out)).collect();
    let key = if other.succeeded { "who-else-got-in" } else { "who-else-tried" };
    let names = [("upn", on_a_line(&other.upn)), ("shares", shares.join(", ")), ("last", other.last.to_string())];
    let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    out.texts.with(key, &names)
}

fn mark(mark: &Mark, out: &Output) -> String {
    let (key, value) = match mark {
        Mark::Address(value) => ("mark-address", value),
        Mark::Session(value) => ("mark-session", value),
        Mark::Device(value) => ("mark-device", value),
    };
    out.texts.with(key, &[("value", &on_a_line(value))])
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_name_from_the_tenant_cannot_become_a_command() {
        assert_eq!(quoted("anna.berg@contoso.com"), "anna.berg@contoso.com");
        assert_eq!(quoted("a;rm -rf ~'@x"), "'a;rm -rf ~'\\''@x'");
        assert_eq!(quoted("--yes"), "'--yes'");
    }
}
