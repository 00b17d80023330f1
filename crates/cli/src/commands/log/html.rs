//! One page with everything in it: no script, nothing loaded from elsewhere.

use std::fmt::Write as _;

use regain_incident::text::harmless;

use super::Found;
use super::picture::picture;
use super::screen;
use crate::output::Output;

const STYLE: &str = "body{font:15px/1.4 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#1a1a1a;background:#fff}\
table{border-collapse:collapse;width:100%;font-size:13px}td,th{text-align:left;padding:.2em .6em;border-bottom:1px solid #ddd;\
vertical-align:top;overflow-wrap:anywhere}tr.bad td{background:#fdecea}svg{width:100%;font-size:11px;fill:#1a1a1a}\
svg line{stroke:#ccc}.own{fill:#5b7fa6}.bad circle,circle.bad{fill:#c0392b}pre{white-space:pre-wrap;font-size:13px}\
@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}tr.bad td{background:#4a1c17}svg{fill:#eee}td,th{border-color:#444}}";

/// Text from a tenant in HTML: on one line, without signs that mean something there.
pub fn escaped(text: &str, longest: usize) -> String {
    let mut shown = String::new();
    for c in harmless(text, longest).chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            c => shown.push(c),
        }
    }
    shown
}

/// The page.
pub fn page(found: &Found, out: &Output) -> String {
    let title = out.texts.get("log-title");
    let mut page = format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>",
        out.texts.get("log-language")
    );
    if let Some(picture) = picture(found) {
        page.push_str(&picture);
        let _ = write!(page, "<p>{}</p>", escaped(&out.texts.get("log-picture"), 300));
    }
    for section in screen::sections(found, out, usize::MAX) {
        if let Some(heading) = section.heading {
            let _ = write!(page, "<h2>{}</h2>", escaped(&heading, 200));
        }
        page.push_str("<pre>");
        for line in section.lines {
            page.push_str(&escaped(&line, 2000));
            page.push('\n');
        }
        page.push_str("</pre>");
    }
    page.push_str(&timeline(found, out));
    page.push_str("</body></html>");
    page
}

fn timeline(found: &Found, out: &Output) -> String {
    let mut table = format!("<h2>{}</h2><table><tr>", out.texts.get("log-timeline"));
    for column in ["log-column-time", "log-column-account", "log-column-operation", "log-column-address", "log-column-what"] {
        let _ = write!(table, "<th>{}</th>", out.texts.get(column));
    }
    table.push_str("</tr>");
    for moment in &found.timeline.moments {
        let event = &moment.event;
        let class = if moment.reasons.is_empty() { "own" } else { "bad" };
        let address = event.address.map(|address| address.to_string()).unwrap_or_default();
        let _ = write!(
            table,
            "<tr class=\"{class}\"><td>{}</td><td>{}</td><td>{}</td><td>{address}</td><td>{}</td></tr>",
            event.at.map(|at| at.to_string()).unwrap_or_default(),
            escaped(&event.account, 120),
            escaped(&event.operation, 120),
            escaped(&screen::what(moment), 600),
        );
    }
    table.push_str("</table>");
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_name_is_no_markup() {
        assert_eq!(escaped("<img src=x onerror='a'>\u{202e}&", 100), "&lt;img src=x onerror=&#39;a&#39;&gt;·&amp;");
    }
}
