//! What was found, for a person.

use std::fmt::Write as _;

use regain_incident::text::on_a_line;

use super::apps::AppView;
use super::{Diagnosis, Feature, State, setup};

/// What is missing first, then what is not known, then the rest.
pub(super) fn told(diagnosis: &Diagnosis) -> String {
    let mut text = format!("tenant    {}\n", diagnosis.tenant);
    for one in &diagnosis.identities {
        let who = if one.person { "a person, by app" } else { "app" };
        let _ = writeln!(text, "identity  {}: {who} {}", one.duties.join(" and "), one.app);
    }
    for endpoint in &diagnosis.endpoints {
        let state = match (endpoint.latency_ms, &endpoint.detail) {
            (Some(ms), _) => format!("answers, {ms} ms"),
            (None, Some(why)) => format!("DOES NOT ANSWER: {}", on_a_line(why)),
            (None, None) => "not asked".to_owned(),
        };
        let _ = writeln!(text, "{:<9} {state}", endpoint.service);
    }
    let writable =
        diagnosis.data_dir.detail.as_deref().map_or("writable".to_owned(), |why| format!("NOT WRITABLE: {}", on_a_line(why)));
    let _ = writeln!(text, "data      {}: {writable}", diagnosis.data_dir.path);
    match &diagnosis.tried_on {
        Some(upn) => drop(writeln!(text, "tried on  {}", on_a_line(upn))),
        None => text.push_str("tried on  no account: no Global Administrator could be read; name one with --account\n"),
    }
    for (state, heading) in [
        (State::Missing, "MISSING"),
        (State::Unknown, "UNKNOWN"),
        (State::NotConfigured, "NOT CONFIGURED (no identity is for it)"),
        (State::NotLicensed, "NOT LICENSED (there may be nothing to read)"),
        (State::Ok, "OK"),
    ] {
        rows(&mut text, heading, diagnosis.features.iter().filter(|row| row.state == state));
    }
    spare(&mut text, diagnosis);
    for app in &diagnosis.apps {
        text.push_str(&app_text(app));
    }
    if let Some(setup) = &diagnosis.setup {
        text.push_str(&setup::text(setup));
    } else if !diagnosis.ok {
        text.push_str("every grant, and the commands that give it: regain doctor --setup");
    }
    text.trim_end().to_owned()
}

fn rows<'a>(text: &mut String, heading: &str, rows: impl Iterator<Item = &'a Feature>) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        let _ = writeln!(text, "{heading}");
    }
    for row in rows {
        let by = if row.state == State::Ok { format!(" ({})", row.by) } else { String::new() };
        let detail = row.detail.as_deref().filter(|_| row.grant.is_none()).map(|why| format!(": {why}")).unwrap_or_default();
        let _ = writeln!(text, "  {:<22} {}{by}{detail}", row.feature, row.what);
        if let Some(grant) = &row.grant {
            let _ = writeln!(text, "  {:<22} grant {grant}", "");
        }
    }
}

/// By identity where there are several.
fn spare(text: &mut String, diagnosis: &Diagnosis) {
    let mut heading = Some("HELD AND NOT NEEDED by this version");
    for one in &diagnosis.identities {
        let held: Vec<&str> = one.not_needed.permissions.iter().chain(&one.not_needed.roles).map(String::as_str).collect();
        if held.is_empty() {
            continue;
        }
        if let Some(heading) = heading.take() {
            let _ = writeln!(text, "{heading}");
        }
        let whose = if diagnosis.identities.len() > 1 { format!("{}: ", one.duties.join(" and ")) } else { String::new() };
        let _ = writeln!(text, "  {whose}{}", held.join(", "));
    }
}

/// What is new first; what is known is counted.
fn app_text(app: &AppView) -> String {
    let name = app.name.as_deref().map(on_a_line).unwrap_or_default();
    let mut text = format!("OUR APP {name} ({}, {})\n", app.app, app.duties.join(" and "));
    for way in &app.new {
        let until = way.until.as_deref().map(|until| format!(", good until {until}")).unwrap_or_default();
        let _ = writeln!(text, "  NEW  {} {} ({}){until}", way.kind, on_a_line(&way.name), on_a_line(&way.id));
    }
    if !app.new.is_empty() {
        text.push_str("  did you add this? then: regain doctor --accept; if not, remove it, and treat the app as taken over\n");
    }
    let known = app.ways.len().saturating_sub(app.new.len());
    let remembered = if app.first { "seen for the first time, and remembered" } else { "known" };
    if known > 0 || app.unread.is_empty() {
        let _ = writeln!(text, "  {known} credentials and owners {remembered}");
    }
    for gone in &app.gone {
        let _ = writeln!(text, "  gone {} {} ({})", gone.kind, on_a_line(&gone.name), on_a_line(&gone.id));
    }
    for part in &app.unread {
        let _ = writeln!(text, "  NOT READ  {}: {}", part.part, on_a_line(&part.why));
    }
    text
}
