//! Access tokens: one for each resource, kept, renewed before they end, asked for once however many
//! wait for it. The client secret and the tokens never leave `Secret` but on the wire.
//!
//! Tokens are opaque: what [`Claims`] reads of one is for a friendly self-check, and for the
//! tenant's id where only a domain was given.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regain_incident::Timestamp;
use regain_incident::secret::Secret;
use regain_ports::{Clock, Provider, ProviderError, ProviderErrorKind};
use reqwest::{Method, Url};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::http::{Answer, Content, Count, Http, Request};
use crate::lanes::after;
use crate::retry::{Attempt, Deed, Next, Patience};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Graph,
    Exchange,
}

/// A token, and when to stop using it.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) secret: Secret,
    /// Counts up with each new token, so that two who were refused with the same ask once.
    generation: u64,
    renew_at: Timestamp,
}

pub(crate) struct Tokens {
    pub(crate) http: Arc<Http>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) patience: Patience,
    pub(crate) endpoint: Url,
    pub(crate) client_id: String,
    pub(crate) secret: Secret,
    pub(crate) scopes: [String; 2],
    kept: [Mutex<Option<Token>>; 2],
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    /// A number, or (from managed identities) a number as text.
    expires_in: serde_json::Value,
}

/// What Entra says when it refuses. Branch on codes, never on the text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: String,
    error_codes: Vec<u64>,
}

impl Tokens {
    pub(crate) fn new(
        http: Arc<Http>,
        clock: Arc<dyn Clock>,
        patience: Patience,
        endpoint: Url,
        client_id: String,
        secret: Secret,
        scopes: [String; 2],
    ) -> Self {
        Self { http, clock, patience, endpoint, client_id, secret, scopes, kept: [Mutex::default(), Mutex::default()] }
    }

    fn place(&self, resource: Resource) -> (&Mutex<Option<Token>>, &str) {
        let [graph, exchange] = &self.kept;
        let [for_graph, for_exchange] = &self.scopes;
        match resource {
            Resource::Graph => (graph, for_graph),
            Resource::Exchange => (exchange, for_exchange),
        }
    }

    /// A token that will live for a while. Others who ask meanwhile wait for the same one.
    pub(crate) async fn get(&self, resource: Resource) -> Result<Token, ProviderError> {
        let (place, scope) = self.place(resource);
        let mut kept = place.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.renew_at > self.clock.now()) {
            return Ok(token.clone());
        }
        let generation = kept.as_ref().map_or(1, |token| token.generation + 1);
        let token = self.ask(scope, None, generation).await?;
        *kept = Some(token.clone());
        Ok(token)
    }

    /// A token in place of `refused`, with the claims that the service asked for.
    pub(crate) async fn renew(
        &self,
        resource: Resource,
        refused: &Token,
        claims: Option<String>,
    ) -> Result<Token, ProviderError> {
        let (place, scope) = self.place(resource);
        let mut kept = place.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.generation > refused.generation) {
            return Ok(token.clone());
        }
        let token = self.ask(scope, claims, refused.generation + 1).await?;
        *kept = Some(token.clone());
        Ok(token)
    }

    /// Asks until there is an answer. Asking twice for a token harms nobody.
    async fn ask(&self, scope: &str, claims: Option<String>, generation: u64) -> Result<Token, ProviderError> {
        let request = self.request(scope, claims);
        let until = after(self.clock.now(), self.patience.total);
        let mut number = 1;
        loop {
            let outcome = self.http.send(&request, None).await;
            let (now, jitter) = (self.clock.now(), rand::random());
            let attempt = Attempt { deed: Deed::Read, number, patience: self.patience, now, until, jitter };
            let next = match attempt.next(outcome) {
                // Entra may say "try again" with a 400 as well.
                Next::Take(answer) if is_busy(&answer) => attempt.next(Ok(Answer { status: 503, ..answer })),
                next => next,
            };
            match next {
                Next::Again { at, .. } => self.clock.sleep_until(at).await,
                Next::Give(kind) => return Err(failed(number, kind)),
                Next::Take(answer) => return issued(&answer, now, generation).map_err(|kind| failed(number, kind)),
            }
            number += 1;
        }
    }

    fn request(&self, scope: &str, claims: Option<String>) -> Request {
        let mut open = vec![
            ("client_id", self.client_id.clone()),
            ("grant_type", "client_credentials".to_owned()),
            ("scope", scope.to_owned()),
        ];
        open.extend(claims.map(|claims| ("claims", claims)));
        let secret = vec![("client_secret", self.secret.clone())];
        Request {
            method: Method::POST,
            url: self.endpoint.clone(),
            headers: vec![("accept", "application/json".to_owned())],
            content: Content::Form { open, secret },
            count: Count::Token,
        }
    }
}

fn failed(attempts: u32, kind: ProviderErrorKind) -> ProviderError {
    ProviderError { provider: Provider::Entra, doing: "sign in", attempts, kind }
}

fn refusal(answer: &Answer) -> Refusal {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

fn is_busy(answer: &Answer) -> bool {
    let refusal = refusal(answer);
    !answer.is_success()
        && (refusal.error == "temporarily_unavailable" || refusal.error_codes.iter().any(|code| matches!(code, 90_033 | 90_055)))
}

/// The token in an answer, renewed five minutes before its end, or a quarter of a short life.
fn issued(answer: &Answer, now: Timestamp, generation: u64) -> Result<Token, ProviderErrorKind> {
    if !answer.is_success() {
        return Err(credential(answer.status, &refusal(answer)));
    }
    let issued: Issued = serde_json::from_slice(&answer.body).map_err(|error| ProviderErrorKind::Surprise(error.into()))?;
    let seconds = issued.expires_in.as_u64().or_else(|| issued.expires_in.as_str()?.parse().ok()).unwrap_or(3_599);
    let early = Duration::from_secs(seconds / 4).min(Duration::from_mins(5));
    let renew_at = after(now, Duration::from_secs(seconds).saturating_sub(early));
    Ok(Token { secret: Secret::new(issued.access_token), generation, renew_at })
}

/// What each of Entra's error codes means for a person. The service's text is left out: it repeats what was sent.
fn credential(status: u16, refusal: &Refusal) -> ProviderErrorKind {
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

/// What is readable in a token, without any promise that it is there.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Claims {
    pub(crate) tid: Option<String>,
    pub(crate) oid: Option<String>,
    pub(crate) appid: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) wids: Vec<String>,
}

impl Token {
    /// The claims, or none where the token is not a readable one.
    pub(crate) fn claims(&self) -> Claims {
        let middle = self.secret.expose().split('.').nth(1).unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(middle.trim_end_matches('=')).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u64, error: &str) -> ProviderErrorKind {
        credential(400, &Refusal { error: error.to_owned(), error_codes: vec![code] })
    }

    #[test]
    fn every_code_of_the_table_says_what_to_do() {
        for code in
            [7_000_215, 7_000_222, 700_027, 700_016, 90_002, 500_011, 65_001, 50_173, 700_082, 50_076, 53_003, 530_034, 50_126]
        {
            let ProviderErrorKind::Credential { detail, hint } = refused(code, "invalid_client") else { panic!("{code}") };
            assert!(detail.contains(&code.to_string()) && !hint.is_empty());
        }
    }

    #[test]
    fn an_unknown_code_is_still_about_the_credential() {
        let kind = refused(123, "invalid_grant");
        assert!(matches!(kind, ProviderErrorKind::Credential { detail, .. } if detail.contains("AADSTS123")));
    }

    #[test]
    fn claims_are_read_if_they_can_be() {
        let body = URL_SAFE_NO_PAD.encode(br#"{"tid":"t","oid":"o","appid":"a","roles":["User.Read.All"],"wids":["w"]}"#);
        let token = |text: String| Token { secret: Secret::new(text), generation: 1, renew_at: Timestamp::MAX };
        assert_eq!(token(format!("x.{body}.y")).claims().roles, ["User.Read.All"]);
        assert_eq!(token("opaque".to_owned()).claims(), Claims::default());
    }
}
