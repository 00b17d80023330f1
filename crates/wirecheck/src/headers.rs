//! Headers of Graph's answers, as far as the contract names them: the two ids of a request, and how long to wait.
//!
//! Left to others: what a fault made of an answer, and the answers inside a batch, which carry no ids of their own.

use crate::exchange::Exchange;

/// Areas whose refusals are documented not to say how long to wait, or not to be counted on for it.
const SILENT: [&str; 7] = [
    "/auditlogs/",
    "/reports/",
    "/authentication/methods",
    "/identityprotection/",
    "/conditionalaccess/",
    "/namedlocations",
    "/security/auditlog/",
];

/// What is wrong with the headers of an answer.
pub fn complaints(exchange: &Exchange) -> Vec<String> {
    let Some(headers) = exchange.answer_headers.as_ref().filter(|_| !exchange.hung_up && exchange.struck.is_empty()) else {
        return Vec::new();
    };
    let header =
        |wanted: &str| headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str());
    let mut wrong = Vec::new();
    for name in ["request-id", "client-request-id"] {
        if header(name).is_none_or(str::is_empty) {
            wrong.push(format!("there is no header {name}"));
        }
    }
    if let (Some(sent), Some(told)) = (exchange.client_request_id.as_deref(), header("client-request-id"))
        && sent != told
    {
        wrong.push("the header client-request-id is not the one that was sent".to_owned());
    }
    let path = exchange.path.to_ascii_lowercase();
    let says_when = !SILENT.iter().any(|area| path.contains(area));
    match (exchange.status, header("retry-after")) {
        (429, None) if says_when => wrong.push("there is no header Retry-After".to_owned()),
        (_, Some(wait)) if wait.parse::<u32>().is_err() => wrong.push(format!("Retry-After is {wait:?}, no number of seconds")),
        _ => {}
    }
    wrong
}
