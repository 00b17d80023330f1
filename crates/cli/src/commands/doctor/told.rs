//! What was found, for a person.

use std::fmt::Write as _;

use regain_incident::text::on_a_line;

use super::apps::{AppView, Way};
use super::said::together;
use super::{Diagnosis, Endpoint, Feature, State, setup};
use crate::texts::Texts;

/// What is missing first, then what is not known, then the rest.
pub(super) fn told(diagnosis: &Diagnosis, texts: &Texts) -> String {
    let mut text = head(diagnosis, texts);
    for (state, heading) in [
        (State::Missing, "doctor-missing"),
        (State::Unknown, "doctor-unknown"),
        (State::NotConfigured, "doctor-not-configured"),
        (State::NotLicensed, "doctor-not-licensed"),
        (State::Ok, "doctor-ok"),
    ] {
        rows(&mut text, &texts.get(heading), diagnosis.features.iter().filter(|row| row.state == state), texts);
    }
    spare(&mut text, diagnosis, texts);
    for app in &diagnosis.apps {
        text.push_str(&app_text(app, texts));
    }
    if let Some(setup) = &diagnosis.setup {
        text.push_str(&setup::text(setup, texts));
    } else if !diagnosis.ok {
        text.push_str(&texts.get("doctor-next"));
    }
    text.trim_end().to_owned()
}

/// Where, who and on what it was tried.
fn head(diagnosis: &Diagnosis, texts: &Texts) -> String {
    let mut lines = vec![(texts.get("doctor-label-tenant"), diagnosis.tenant.clone())];
    for one in &diagnosis.identities {
        let key = if one.person { "doctor-identity-person" } else { "doctor-identity-app" };
        let who = texts.with(key, &[("duties", &together(texts, &one.duties)), ("app", &one.app)]);
        lines.push((texts.get("doctor-label-identity"), who));
    }
    lines.extend(diagnosis.endpoints.iter().map(|endpoint| endpoint_line(endpoint, texts)));
    let path = ("path", diagnosis.data_dir.path.as_str());
    let data = match diagnosis.data_dir.detail.as_deref() {
        Some(why) => texts.with("doctor-not-writable", &[path, ("why", &on_a_line(why))]),
        None => texts.with("doctor-writable", &[path]),
    };
    lines.push((texts.get("doctor-label-data"), data));
    let tried_on = diagnosis.tried_on.as_deref().map_or_else(|| texts.get("doctor-tried-on-nobody"), on_a_line);
    lines.push((texts.get("doctor-label-tried-on"), tried_on));
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
    lines.into_iter().fold(String::new(), |mut text, (label, value)| {
        let _ = writeln!(text, "{label:<width$}  {value}");
        text
    })
}

fn endpoint_line(endpoint: &Endpoint, texts: &Texts) -> (String, String) {
    let state = match (endpoint.latency_ms, &endpoint.detail) {
        (Some(ms), _) => texts.with("doctor-answers", &[("ms", &ms.to_string())]),
        (None, Some(why)) => texts.with("doctor-silent", &[("why", &on_a_line(why))]),
        (None, None) => texts.get("doctor-not-asked"),
    };
    (texts.get(&format!("doctor-service-{}", endpoint.service)), state)
}

fn rows<'a>(text: &mut String, heading: &str, rows: impl Iterator<Item = &'a Feature>, texts: &Texts) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        let _ = writeln!(text, "{heading}");
    }
    for row in rows {
        let by =
            if row.state == State::Ok { format!(" ({})", texts.get(&format!("doctor-by-{}", row.by))) } else { String::new() };
        let why =
            row.why.as_ref().filter(|_| row.granting.is_none()).map(|why| format!(": {}", why.say(texts))).unwrap_or_default();
        let does = texts.get(&format!("doctor-does-{}", row.feature));
        let _ = writeln!(text, "  {:<22} {does}{by}{why}", row.feature);
        if let Some(grant) = &row.granting {
            let _ = writeln!(text, "  {:<22} {}", "", texts.with("doctor-grant", &[("what", &grant.say(texts))]));
        }
    }
}

/// By identity where there are several.
fn spare(text: &mut String, diagnosis: &Diagnosis, texts: &Texts) {
    let mut heading = Some(texts.get("doctor-spare"));
    for one in &diagnosis.identities {
        let held: Vec<&str> = one.not_needed.permissions.iter().chain(&one.not_needed.roles).map(String::as_str).collect();
        if held.is_empty() {
            continue;
        }
        if let Some(heading) = heading.take() {
            let _ = writeln!(text, "{heading}");
        }
        let several = diagnosis.identities.len() > 1;
        let whose = if several { format!("{}: ", together(texts, &one.duties)) } else { String::new() };
        let _ = writeln!(text, "  {whose}{}", held.join(", "));
    }
}

/// What is new first; what is known is counted.
fn app_text(app: &AppView, texts: &Texts) -> String {
    let name = app.name.as_deref().map(on_a_line).unwrap_or_default();
    let duties = together(texts, &app.duties);
    let mut text = format!("{}\n", texts.with("doctor-app", &[("name", &name), ("app", &app.app), ("duties", &duties)]));
    for way in &app.new {
        let key = if way.until.is_some() { "doctor-new-until" } else { "doctor-new" };
        let _ = writeln!(text, "  {}", way_text(key, way, texts));
    }
    if !app.new.is_empty() {
        let _ = writeln!(text, "  {}", texts.get("doctor-new-asked"));
    }
    let known = app.ways.len().saturating_sub(app.new.len());
    if known > 0 || app.unread.is_empty() {
        let key = if app.first { "doctor-first" } else { "doctor-known" };
        let _ = writeln!(text, "  {}", texts.with(key, &[("count", &known.to_string())]));
    }
    for gone in &app.gone {
        let _ = writeln!(text, "  {}", way_text("doctor-gone", gone, texts));
    }
    for unread in &app.unread {
        let part = texts.get(&format!("doctor-part-{}", unread.part.replace(' ', "-")));
        let _ = writeln!(text, "  {}", texts.with("doctor-unread", &[("part", &part), ("why", &unread.said.say(texts))]));
    }
    text
}

fn way_text(key: &str, way: &Way, texts: &Texts) -> String {
    let kind = texts.get(&format!("doctor-way-{}", way.kind));
    let until = way.until.as_deref().unwrap_or_default();
    texts.with(key, &[("kind", &kind), ("name", &on_a_line(&way.name)), ("id", &on_a_line(&way.id)), ("until", until)])
}
