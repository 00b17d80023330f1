//! Access tokens: one for each resource, kept, renewed before they end, asked for once however many
//! wait for it.
//!
//! Invariant: secrets, assertions, codes and tokens never leave `Secret` but on the wire, and go to
//! sign-in hosts of the tenant's own cloud only. Every token is asked for as one that continuous
//! access evaluation may challenge (`cp1`): then the service can end it within minutes.

mod answer;
mod claims;
mod person;
mod sign_in;

use std::sync::Arc;

use regain_incident::Timestamp;
use regain_incident::secret::Secret;
use regain_ports::{ProviderError, ProviderErrorKind};
use tokio::sync::Mutex;

pub use person::{Human, Prompt, TokenCache};

pub(crate) use claims::Claims;
pub(crate) use sign_in::SignIn;

use crate::credential::{Credential, Identity};
use answer::{failed, issued};
use person::Person;
use sign_in::Form;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Graph,
    Exchange,
    Purview,
}

/// A token, and when to stop using it.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) secret: Secret,
    /// The only one that it may be sent to.
    pub(crate) resource: Resource,
    /// Counts up with each new token, so that two who were refused with the same ask once.
    generation: u64,
    renew_at: Timestamp,
}

/// What a token is asked for, beside who asks.
struct Wish<'a> {
    resource: Resource,
    scope: &'a str,
    /// What a service challenged for.
    claims: Option<&'a str>,
    generation: u64,
}

/// The tokens of one identity.
pub(crate) struct Tokens {
    sign_in: Arc<SignIn>,
    identity: Arc<Identity>,
    person: Person,
    scopes: [String; 3],
    kept: [Mutex<Option<Token>>; 3],
}

impl Tokens {
    pub(crate) fn new(sign_in: Arc<SignIn>, identity: Arc<Identity>, human: Human, scopes: [String; 3]) -> Self {
        let person = Person::new(human, identity.client_id.clone());
        Self { sign_in, identity, person, scopes, kept: [Mutex::default(), Mutex::default(), Mutex::default()] }
    }

    /// Whose tokens these are.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    fn place(&self, resource: Resource) -> (&Mutex<Option<Token>>, &str) {
        let [graph, exchange, purview] = &self.kept;
        let [for_graph, for_exchange, for_purview] = &self.scopes;
        match resource {
            Resource::Graph => (graph, for_graph),
            Resource::Exchange => (exchange, for_exchange),
            Resource::Purview => (purview, for_purview),
        }
    }

    /// A token that will live for a while. Others who ask meanwhile wait for the same one.
    pub(crate) async fn get(&self, resource: Resource) -> Result<Token, ProviderError> {
        let (place, scope) = self.place(resource);
        let mut kept = place.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.renew_at > self.sign_in.clock.now()) {
            return Ok(token.clone());
        }
        let generation = kept.as_ref().map_or(1, |token| token.generation + 1);
        let token = self.ask(Wish { resource, scope, claims: None, generation }).await?;
        *kept = Some(token.clone());
        Ok(token)
    }

    /// A token in place of `refused`, with the claims that the service asked for.
    pub(crate) async fn renew(&self, refused: &Token, claims: Option<String>) -> Result<Token, ProviderError> {
        let (place, scope) = self.place(refused.resource);
        let mut kept = place.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.generation > refused.generation) {
            return Ok(token.clone());
        }
        let generation = refused.generation + 1;
        let token = self.ask(Wish { resource: refused.resource, scope, claims: claims.as_deref(), generation }).await?;
        *kept = Some(token.clone());
        Ok(token)
    }

    async fn ask(&self, wish: Wish<'_>) -> Result<Token, ProviderError> {
        if matches!(self.identity.credential, Credential::Person) {
            return self.person.token(&self.sign_in, &wish).await;
        }
        let (form, url) = self.proof(&wish).await?;
        let (answer, attempts) = self.sign_in.ask(&form.to(url)).await?;
        issued(&answer, self.sign_in.clock.now(), &wish).map_err(|kind| failed(attempts, kind))
    }

    /// The form that an application proves itself with, and where it goes.
    async fn proof(&self, wish: &Wish<'_>) -> Result<(Form, reqwest::Url), ProviderError> {
        let form = Form::new(&self.identity.client_id, "client_credentials").wishing(wish);
        Ok(match &self.identity.credential {
            Credential::ClientSecret(secret) => (form.secret("client_secret", secret.clone()), self.sign_in.usual_endpoint()?),
            Credential::Certificate(certificate) => {
                // The assertion names the endpoint that discovery names, and goes nowhere else.
                let url = self.sign_in.directions().await?.token.clone();
                let now = self.sign_in.clock.now();
                let assertion = certificate
                    .assertion(&self.identity.client_id, url.as_str(), now)
                    .map_err(|error| failed(0, ProviderErrorKind::Surprise(error.into())))?;
                (form.assertion(assertion), url)
            }
            Credential::FederatedToken(path) => {
                let assertion = sign_in::federated(path).map_err(|kind| failed(0, kind))?;
                (form.assertion(assertion), self.sign_in.usual_endpoint()?)
            }
            Credential::Person => return Err(failed(0, ProviderErrorKind::Surprise("a person signs in otherwise".into()))),
        })
    }
}
