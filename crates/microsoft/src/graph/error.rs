//! What Graph's refusals mean. Some gateways answer with HTML or nothing: JSON is never required.

use regain_ports::{Provider, ProviderError, ProviderErrorKind};
use serde_json::Value;

use crate::call::Doing;

pub(crate) fn of(doing: Doing, attempts: u32, kind: ProviderErrorKind) -> ProviderError {
    ProviderError { provider: Provider::Graph, doing: doing.what, attempts, kind }
}

fn text<'a>(body: &'a Value, member: &str) -> &'a str {
    body.pointer("/error").and_then(|error| error.get(member)).and_then(Value::as_str).unwrap_or_default()
}

/// The meaning of a status that is no success, with whatever body it has.
pub(crate) fn kind(doing: Doing, status: u16, body: &Value) -> ProviderErrorKind {
    let (code, message) = (text(body, "code"), text(body, "message"));
    let rejected = || ProviderErrorKind::Rejected { code: code.to_owned(), detail: message.to_owned() };
    match status {
        _ if is_about_a_licence(code) => ProviderErrorKind::Unlicensed { detail: message.to_owned() },
        400 if code.is_empty() => ProviderErrorKind::Surprise("a 400 without an error that we know".into()),
        400 => rejected(),
        401 | 403 => ProviderErrorKind::Denied { missing: doing.needs.to_owned() },
        404 => ProviderErrorKind::NotFound,
        409 | 412 | 423 => ProviderErrorKind::Conflict,
        300..400 => ProviderErrorKind::Surprise("the answer was a redirect, which is not followed".into()),
        429 => ProviderErrorKind::Throttled { wait: std::time::Duration::from_secs(10) },
        _ if !code.is_empty() && status < 500 => rejected(),
        _ => ProviderErrorKind::Surprise(format!("the service answered {status}").into()),
    }
}

/// Unverified: that PIM for groups says it with the same code.
fn is_about_a_licence(code: &str) -> bool {
    matches!(code, "AadPremiumLicenseRequired" | "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
}

/// Whether a refusal says this, in its code or its text.
pub(crate) fn says(error: &ProviderError, what: &str) -> bool {
    let ProviderErrorKind::Rejected { code, detail } = &error.kind else { return false };
    code.contains(what) || detail.contains(what)
}

pub(crate) fn is_unlicensed(error: &ProviderError) -> bool {
    matches!(error.kind, ProviderErrorKind::Unlicensed { .. })
}

pub(crate) fn is_gone(error: &ProviderError) -> bool {
    matches!(error.kind, ProviderErrorKind::NotFound)
}

/// Refused by rule or by permission: another road may be open.
pub(crate) fn is_refused(error: &ProviderError) -> bool {
    matches!(
        error.kind,
        ProviderErrorKind::Rejected { .. } | ProviderErrorKind::Denied { .. } | ProviderErrorKind::Unlicensed { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const DOING: Doing = Doing { what: "read", needs: "User.Read.All" };

    #[test]
    fn html_and_nothing_are_refusals_too() {
        assert!(matches!(kind(DOING, 403, &Value::Null), ProviderErrorKind::Denied { missing } if missing == "User.Read.All"));
        assert!(matches!(kind(DOING, 404, &Value::Null), ProviderErrorKind::NotFound));
        assert!(matches!(kind(DOING, 302, &Value::Null), ProviderErrorKind::Surprise(_)));
    }

    #[test]
    fn a_missing_licence_is_no_refusal() {
        let body = json!({"error": {"code": "AadPremiumLicenseRequired", "message": "The tenant needs"}});
        assert!(matches!(kind(DOING, 400, &body), ProviderErrorKind::Unlicensed { .. }));
    }
}
