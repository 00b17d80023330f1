//! What the Exchange endpoint's refusals mean. Its general message says nothing; the
//! exception's type and text do. A 403 has no JSON: its reason is in a header.

use regain_ports::{Provider, ProviderError, ProviderErrorKind};
use serde_json::Value;

use crate::call::Doing;
use crate::http::Answer;

pub(crate) fn of(doing: Doing, attempts: u32, kind: ProviderErrorKind) -> ProviderError {
    ProviderError { provider: Provider::Exchange, doing: doing.what, attempts, kind }
}

/// The meaning of an answer that is no success. `lacking` is the permission that the token shows not
/// to have, where it can be read: without it no role helps.
pub(crate) fn kind(cmdlet: &str, answer: &Answer, lacking: Option<&str>) -> ProviderErrorKind {
    let body = answer.json().unwrap_or_default();
    let (class, text) = exception(&body);
    let reason = answer.header("x-ms-diagnostics").as_deref().and_then(reason).map(|why| format!(" (the service says: {why})"));
    let reason = reason.unwrap_or_default();
    match answer.status {
        401 | 403 if lacking.is_some() => ProviderErrorKind::Denied {
            missing: format!("{} on Office 365 Exchange Online{reason}", lacking.unwrap_or_default()),
        },
        401 => ProviderErrorKind::Denied {
            missing: format!("Exchange.ManageAsApp on Office 365 Exchange Online, and a directory role on the app{reason}"),
        },
        403 => ProviderErrorKind::Denied { missing: format!("{}{reason}", role_for(cmdlet)) },
        _ if class.contains("ManagementObjectNotFoundException") => ProviderErrorKind::NotFound,
        404 => ProviderErrorKind::NotFound,
        409 | 412 | 423 => ProviderErrorKind::Conflict,
        300..400 => ProviderErrorKind::Surprise("the answer was a redirect, which is not followed".into()),
        400..500 if !text.is_empty() => {
            let code = class.rsplit('.').next().unwrap_or_default();
            ProviderErrorKind::Rejected { code: code.to_owned(), detail: text }
        }
        status => ProviderErrorKind::Surprise(format!("{cmdlet} was answered with {status} and no reason").into()),
    }
}

/// Who may run a cmdlet, as the tenant's administrator knows it.
fn role_for(cmdlet: &str) -> String {
    let role = match cmdlet {
        "Get-BlockedSenderAddress" | "Remove-BlockedSenderAddress" => "Security Administrator (or Exchange Administrator)",
        "Get-ProtectionAlert" | "Set-ProtectionAlert" => {
            return format!(
                "a Purview role group with Manage Alerts (View-Only Manage Alerts to read only), for the cmdlet {cmdlet}"
            );
        }
        // Global Reader is refused it by the documentation, and was let in once (docs/unverified.md).
        "Get-InboxRule" => "Exchange Administrator (or Exchange Recipient Administrator)",
        name if name.starts_with("Get-") => "Exchange Administrator (Global Reader to read only)",
        _ => "Exchange Administrator",
    };
    format!("the directory role {role} on the app, for the cmdlet {cmdlet}")
}

/// Type and text of the exception, from wherever they stand.
fn exception(body: &Value) -> (String, String) {
    let at = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let detail = at("/error/details/0/message");
    let (head, tail) = detail.rsplit_once('|').unwrap_or(("", detail));
    let class = match head.rsplit('|').next().unwrap_or_default() {
        "" => at("/error/innererror/internalexception/type"),
        class => class,
    };
    let inner = at("/error/innererror/internalexception/message");
    let text = [inner, tail, at("/error/message")].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    (class.to_owned(), text.to_owned())
}

/// `reason="…"` in the diagnostics header.
fn reason(diagnostics: &str) -> Option<String> {
    diagnostics.split("reason=\"").nth(1)?.split('"').next().map(str::to_owned)
}

pub(crate) fn is_gone(error: &ProviderError) -> bool {
    matches!(error.kind, ProviderErrorKind::NotFound)
}

/// The service understood and will not.
pub(crate) fn is_refused(error: &ProviderError) -> bool {
    matches!(error.kind, ProviderErrorKind::Rejected { .. } | ProviderErrorKind::NotFound | ProviderErrorKind::Denied { .. })
}

/// Whether the exception's type holds this.
pub(crate) fn is_of(error: &ProviderError, class: &str) -> bool {
    matches!(&error.kind, ProviderErrorKind::Rejected { code, .. } if code.contains(class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderMap, HeaderValue};
    use serde_json::json;

    fn answer(status: u16, class: &str, text: &str) -> Answer {
        let body = json!({"error": {
            "code": "BadRequest", "message": "Error executing cmdlet",
            "details": [{"message": format!("Ex6F9304|{class}|{text}")}],
        }});
        Answer { status, headers: HeaderMap::new(), body: body.to_string().into_bytes() }
    }

    #[test]
    fn the_class_of_an_error_is_its_exception() {
        let gone = answer(404, "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException", "x");
        assert!(matches!(kind("Get-Mailbox", &gone, None), ProviderErrorKind::NotFound));
        let twice = answer(400, "Microsoft.Exchange.Management.Tasks.MemberAlreadyExistsException", "is already a member");
        let ProviderErrorKind::Rejected { code, detail } = kind("Add-RoleGroupMember", &twice, None) else { panic!() };
        assert_eq!((code.as_str(), detail.as_str()), ("MemberAlreadyExistsException", "is already a member"));
    }

    #[test]
    fn surprise_18_a_403_without_a_body_names_cmdlet_and_role() {
        let mut headers = HeaderMap::new();
        let text = "2000001;reason=\"The cmdlet isn't available to this caller.\";error_category=\"invalid_role\"";
        headers.insert("x-ms-diagnostics", HeaderValue::from_static(text));
        let nul = Answer { status: 403, headers, body: vec![0, 0, 0] };
        let ProviderErrorKind::Denied { missing } = kind("Get-InboxRule", &nul, None) else { panic!() };
        assert!(
            missing.contains("Get-InboxRule")
                && missing.contains("Exchange Administrator")
                && missing.contains("isn't available")
        );
        assert!(!missing.contains("Global Reader"), "it does not read rules: {missing}");
        let ProviderErrorKind::Denied { missing } = kind("Get-Mailbox", &nul, None) else { panic!() };
        assert!(missing.contains("Global Reader to read only"), "{missing}");
        let ProviderErrorKind::Denied { missing } = kind("Get-InboxRule", &nul, Some("Exchange.ManageAsApp")) else { panic!() };
        assert!(missing.starts_with("Exchange.ManageAsApp on") && !missing.contains("Administrator"), "{missing}");
    }
}
