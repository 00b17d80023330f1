//! The few pages that a person sees while signing in.
//!
//! Invariant: what came from outside is escaped. Pages need no script: a test follows them with a form post.

use crate::message::Answer;

/// Text as it may stand in a page.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// A page with a heading.
pub fn page(status: u16, heading: &str, body: &str) -> Answer {
    let heading = escape(heading);
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{heading}</title></head><body><h1>{heading}</h1>{body}</body></html>"
    );
    Answer::text(status, "text/html; charset=utf-8", &text)
}

/// A form whose hidden fields come back as they are, with fields to fill in, their types and values.
pub fn form(action: &str, hidden: &[(&str, &str)], fields: &[(&str, &str, &str)], buttons: &str) -> String {
    let hidden: Vec<String> = hidden
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value)))
        .collect();
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, kind, value)| {
            format!("<p><label>{name} <input type=\"{kind}\" name=\"{name}\" value=\"{}\"></label></p>", escape(value))
        })
        .collect();
    let (hidden, fields) = (hidden.concat(), fields.concat());
    format!("<form method=\"post\" action=\"{}\">{hidden}{fields}{buttons}</form>", escape(action))
}
