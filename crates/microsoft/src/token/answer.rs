//! What Entra answers when a token is asked for, and what its refusals mean.

use std::time::Duration;

use regain_incident::Timestamp;
use regain_incident::secret::Secret;
use regain_ports::{Provider, ProviderError, ProviderErrorKind};
use serde::Deserialize;

use super::{Token, Wish};
use crate::http::Answer;
use crate::lanes::after;

/// A token, and what may come with it.
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    /// A number, or (from managed identities) a number as text.
    expires_in: serde_json::Value,
}

/// What Entra says when it refuses. Branch on codes, never on the text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    pub(super) error: String,
    error_codes: Vec<u64>,
}

pub(crate) fn failed(attempts: u32, kind: ProviderErrorKind) -> ProviderError {
    ProviderError { provider: Provider::Entra, doing: "sign in", attempts, kind }
}

pub(super) fn refusal(answer: &Answer) -> Refusal {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

pub(super) fn is_busy(answer: &Answer) -> bool {
    let refusal = refusal(answer);
    !answer.is_success()
        && (refusal.error == "temporarily_unavailable" || refusal.error_codes.iter().any(|code| matches!(code, 90_033 | 90_055)))
}

/// The token in an answer, renewed five minutes before its end, or a quarter of a short life.
pub(super) fn issued(answer: &Answer, now: Timestamp, wish: &Wish<'_>) -> Result<Token, ProviderErrorKind> {
    if !answer.is_success() {
        return Err(credential(answer.status, &refusal(answer)));
    }
    let issued: Issued = serde_json::from_slice(&answer.body).map_err(|error| ProviderErrorKind::Surprise(error.into()))?;
    let seconds = issued.expires_in.as_u64().or_else(|| issued.expires_in.as_str()?.parse().ok()).unwrap_or(3_599);
    let early = Duration::from_secs(seconds / 4).min(Duration::from_mins(5));
    let renew_at = after(now, Duration::from_secs(seconds).saturating_sub(early));
    let (resource, generation) = (wish.resource, wish.generation);
    Ok(Token { secret: Secret::new(issued.access_token), resource, generation, renew_at })
}

/// What each of Entra's error codes means for a person. The service's text is left out: it repeats what was sent.
pub(super) fn credential(status: u16, refusal: &Refusal) -> ProviderErrorKind {
    let known = refusal.error_codes.iter().find_map(|code| Some((*code, told(*code)?)));
    let (code, (detail, hint)) = match known {
        Some(known) => known,
        None if status >= 500 || refusal.error.is_empty() => {
            return ProviderErrorKind::Surprise(format!("sign-in answered {status} without a code that we know").into());
        }
        None => {
            (refusal.error_codes.first().copied().unwrap_or(0), ("sign-in was refused", "look the code up in Microsoft's list"))
        }
    };
    ProviderErrorKind::Credential { detail: format!("{detail} (AADSTS{code}, {})", refusal.error), hint: hint.to_owned() }
}

/// What a code means and what to do about it.
fn told(code: u64) -> Option<(&'static str, &'static str)> {
    Some(match code {
        7_000_215 => ("the client secret is wrong", "give the secret's value, not its id"),
        7_000_218 => (
            "the app is not one that a person signs in to without a secret",
            "allow public client flows in the app's registration, under Authentication",
        ),
        50_011 => (
            "the app does not know the address that the browser was to come back to",
            "add http://localhost to the app's registration, under Authentication, as a mobile and desktop application",
        ),
        700_024 => ("the assertion is not valid now", "check this machine's clock"),
        70_021 | 700_211..=700_213 => (
            "no federated credential of the app fits the token's issuer, subject and audience",
            "compare them with the app's federated credentials; the audience is api://AzureADTokenExchange",
        ),
        50_105 => ("the person is not assigned to the app", "assign the person to the enterprise application"),
        65_004 => ("consent was declined", "sign in again and consent, or let an administrator consent for all"),
        7_000_222 => ("the client secret has expired", "make a new one in the app's registration"),
        700_027 => {
            ("the certificate is unknown to the app or expired", "upload it to the app's registration, and check this clock")
        }
        700_016 | 700_011 => {
            ("the app is not in this tenant", "check the tenant, or let an administrator consent to the app there")
        }
        90_002 | 900_023 => ("there is no such tenant", "check the tenant's id, and that it is in this cloud"),
        500_011 => ("the service is not in the tenant", "the tenant never had it; use a tenant with Exchange Online"),
        65_001 => ("consent to the app is missing", "let an administrator consent to its permissions"),
        50_173 | 50_132 | 50_133 => ("the grant was revoked", "sign in again"),
        70_008 | 700_082 | 70_043 => ("the sign-in is too old", "sign in again"),
        50_072 | 50_074 | 50_076 | 50_079 | 50_078 | 50_158 => ("another sign-in step is needed", "sign in interactively"),
        530_034 => ("the partner's own account is at risk", "clear the risk in the partner's tenant first"),
        53_000..=53_003 => ("Conditional Access blocks this sign-in", "exclude the app, or run where the policy allows it"),
        50_053 | 50_055 | 50_057 | 50_126 | 50_034 => ("the account cannot sign in", "check its name, password and state"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u64, error: &str) -> ProviderErrorKind {
        credential(400, &Refusal { error: error.to_owned(), error_codes: vec![code] })
    }

    #[test]
    fn every_code_of_the_table_says_what_to_do() {
        for code in [
            7_000_215, 7_000_218, 7_000_222, 700_024, 700_027, 700_213, 700_016, 90_002, 500_011, 50_011, 50_105, 65_001, 65_004,
            50_173, 700_082, 50_076, 53_003, 530_034, 50_126,
        ] {
            let ProviderErrorKind::Credential { detail, hint } = refused(code, "invalid_client") else { panic!("{code}") };
            assert!(detail.contains(&code.to_string()) && !hint.is_empty());
        }
    }

    #[test]
    fn an_unknown_code_is_still_about_the_credential() {
        let kind = refused(123, "invalid_grant");
        assert!(matches!(kind, ProviderErrorKind::Credential { detail, .. } if detail.contains("AADSTS123")));
    }
}
