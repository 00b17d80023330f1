//! Asking the sign-in service: its forms, its discovery document, and as many attempts as are allowed.

use std::path::Path;
use std::sync::Arc;

use regain_incident::secret::Secret;
use regain_ports::{Clock, ProviderError, ProviderErrorKind};
use reqwest::{Method, Url};
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::Wish;
use super::answer::{credential, failed, is_busy, refusal};
use super::claims::capable;
use crate::guard::Refused;
use crate::http::{Answer, Content, Count, Http, Request};
use crate::lanes::after;
use crate::retry::{Attempt, Deed, Next, Patience};

/// What says that an assertion is a JWT (RFC 7523).
const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// More than any token of another issuer has.
const LONGEST: u64 = 64 * 1024;

/// The sign-in service, as one tenant sees it.
pub(crate) struct SignIn {
    pub(crate) http: Arc<Http>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) patience: Patience,
    /// The first sign-in host of the cloud.
    pub(crate) base: Url,
    /// An id or a domain.
    pub(crate) tenant: String,
    found: OnceCell<Directions>,
}

/// Where discovery says that everything is.
#[derive(Debug, Clone)]
pub(crate) struct Directions {
    pub(crate) issuer: String,
    pub(crate) token: Url,
    pub(crate) authorize: Url,
    pub(crate) device: Option<Url>,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    token_endpoint: String,
    authorization_endpoint: String,
    #[serde(default)]
    device_authorization_endpoint: Option<String>,
}

/// A form for a token, the secret fields apart.
pub(crate) struct Form {
    open: Vec<(&'static str, String)>,
    secret: Vec<(&'static str, Secret)>,
}

impl Form {
    pub(crate) fn new(client: &str, grant: &'static str) -> Self {
        Self { open: vec![("client_id", client.to_owned()), ("grant_type", grant.to_owned())], secret: Vec::new() }
    }

    pub(crate) fn open(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.open.push((name, value.into()));
        self
    }

    pub(crate) fn secret(mut self, name: &'static str, value: Secret) -> Self {
        self.secret.push((name, value));
        self
    }

    /// With scope and claims.
    pub(super) fn wishing(self, wish: &Wish<'_>) -> Self {
        self.open("scope", wish.scope).open("claims", capable(wish.claims))
    }

    pub(crate) fn assertion(self, assertion: Secret) -> Self {
        self.open("client_assertion_type", BEARER).secret("client_assertion", assertion)
    }

    pub(crate) fn to(self, url: Url) -> Request {
        let content = Content::Form { open: self.open, secret: self.secret };
        Request { method: Method::POST, url, headers: json(), content, count: Count::Token }
    }
}

fn json() -> Vec<(&'static str, String)> {
    vec![("accept", "application/json".to_owned())]
}

impl SignIn {
    pub(crate) fn new(http: Arc<Http>, clock: Arc<dyn Clock>, patience: Patience, base: Url, tenant: String) -> Self {
        Self { http, clock, patience, base, tenant, found: OnceCell::new() }
    }

    fn below(&self, path: &str) -> Result<Url, ProviderError> {
        let url = self.base.join(&format!("{}/{path}", self.tenant));
        url.map_err(|error| failed(0, ProviderErrorKind::Surprise(error.into())))
    }

    /// Where tokens are as long as nobody asks: one request fewer.
    pub(crate) fn usual_endpoint(&self) -> Result<Url, ProviderError> {
        self.below("oauth2/v2.0/token")
    }

    /// What the discovery document says, asked for once. Each place must be a sign-in host of the
    /// tenant's own cloud.
    pub(crate) async fn directions(&self) -> Result<&Directions, ProviderError> {
        self.found.get_or_try_init(|| self.discover()).await
    }

    async fn discover(&self) -> Result<Directions, ProviderError> {
        let url = self.below("v2.0/.well-known/openid-configuration")?;
        let request = Request { method: Method::GET, url, headers: json(), content: Content::Nothing, count: Count::Token };
        let (answer, attempts) = self.ask(&request).await?;
        if !answer.is_success() {
            return Err(failed(attempts, credential(answer.status, &refusal(&answer))));
        }
        let surprise = |error: regain_ports::BoxError| failed(attempts, ProviderErrorKind::Surprise(error));
        let document: Document = serde_json::from_slice(&answer.body).map_err(|error| surprise(error.into()))?;
        let place = |text: &str| {
            let url: Url = text.parse().map_err(|_| surprise(Refused::NotAnAddress.into()))?;
            self.http.may_sign_in_at(&url).map_err(|refused| surprise(refused.into()))?;
            Ok(url)
        };
        Ok(Directions {
            token: place(&document.token_endpoint)?,
            authorize: place(&document.authorization_endpoint)?,
            device: document.device_authorization_endpoint.as_deref().map(place).transpose()?,
            issuer: document.issuer,
        })
    }

    /// Asks until there is an answer, a refusal too. Asking twice for a token harms nobody.
    pub(crate) async fn ask(&self, request: &Request) -> Result<(Answer, u32), ProviderError> {
        let until = after(self.clock.now(), self.patience.total);
        let mut number = 1;
        loop {
            let outcome = self.http.send(request, None).await;
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
                Next::Take(answer) => return Ok((answer, number)),
            }
            number += 1;
        }
    }
}

/// The token in a file, as it stands there now.
pub(crate) fn federated(path: &Path) -> Result<Secret, ProviderErrorKind> {
    use std::io::Read as _;
    let wrong = |why: &str| ProviderErrorKind::Credential {
        detail: format!("the federated token file {} {why}", path.display()),
        hint: "see that whoever issues the token writes it there, and that this user may read it".to_owned(),
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    file.take(LONGEST).read_to_string(&mut text).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let token = Secret::new(text.trim().to_owned());
    zeroize::Zeroize::zeroize(&mut text);
    if token.expose().is_empty() { Err(wrong("is empty")) } else { Ok(token) }
}
