//! A person who signs in: in a browser (authorization code with PKCE, answered on loopback), or with
//! a code on another device if that was asked for; afterwards by the refresh token that came of it.
//!
//! Invariant: state and nonce are fresh and checked, the code is worth nothing without the verifier
//! (RFC 7636, S256), and a person of another tenant than the one that is meant is refused before
//! anything is kept. A refresh token is kept on the disk only by a [`TokenCache`], which seals it.

mod browser;
mod device;
mod loopback;

use std::sync::Arc;

use regain_incident::secret::Secret;
use regain_ports::{ProviderError, ProviderErrorKind};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::answer::{credential, failed, issued, refusal};
use super::claims::Claims;
use super::sign_in::{Directions, Form, SignIn};
use super::{Token, Wish};
use crate::http::Answer;

/// How a person is spoken to while signing in.
pub trait Prompt: Send + Sync {
    /// Open this address in a browser on this machine.
    fn visit(&self, address: &str);
    /// Open this address on any device, and type this code there.
    fn enter(&self, code: &str, address: &str);
    /// The page (HTML) that the browser shows at the end, whether all went well or not.
    fn page(&self, well: bool) -> String;
}

/// Keeps refresh tokens between two runs. What it cannot keep safely it does not keep at all.
pub trait TokenCache: Send + Sync {
    /// The token that was kept under this name.
    fn load(&self, name: &str) -> Option<Secret>;
    /// Keeps a token in place of the one before.
    fn keep(&self, name: &str, token: &Secret);
    /// Keeps none.
    fn forget(&self, name: &str);
}

/// The person at the keyboard, for identities that are people.
#[derive(Clone)]
pub struct Human {
    /// How they are spoken to.
    pub prompt: Arc<dyn Prompt>,
    /// By a code on another device. Never by default: whoever sends such a code to somebody is let in
    /// by them, which is why many tenants block it.
    pub device_code: bool,
    /// Where their refresh token is kept; otherwise in memory only.
    pub cache: Option<Arc<dyn TokenCache>>,
}

/// The sign-in of one person, shared by both resources.
pub(super) struct Person {
    human: Human,
    client: String,
    grant: Mutex<Grant>,
}

#[derive(Default)]
struct Grant {
    refresh: Option<Secret>,
    /// The cache was asked.
    looked: bool,
}

/// What may come with a token.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Beside {
    refresh_token: Option<String>,
    id_token: Option<String>,
}

/// A code, or what stands for it, ready to be redeemed.
pub(super) struct Redeemed {
    answer: Answer,
    attempts: u32,
    nonce: Option<String>,
}

impl Person {
    pub(super) fn new(human: Human, client: String) -> Self {
        Self { human, client, grant: Mutex::default() }
    }

    /// What the refresh token is kept under: it is good for one cloud, tenant and app.
    fn name(&self, sign_in: &SignIn) -> String {
        format!("{} {} {}", sign_in.base.host_str().unwrap_or_default(), sign_in.tenant, self.client)
    }

    /// By the refresh token where there is one that works, else by asking the person.
    pub(super) async fn token(&self, sign_in: &SignIn, wish: &Wish<'_>) -> Result<Token, ProviderError> {
        let mut grant = self.grant.lock().await;
        if !std::mem::replace(&mut grant.looked, true) {
            grant.refresh = self.human.cache.as_ref().and_then(|cache| cache.load(&self.name(sign_in)));
        }
        if let Some(refresh) = grant.refresh.clone() {
            if let Some(token) = self.refreshed(sign_in, wish, refresh, &mut grant).await? {
                return Ok(token);
            }
            self.forget(sign_in, &mut grant);
        }
        let directions = sign_in.directions().await?;
        let redeemed = if self.human.device_code {
            device::ask(sign_in, directions, &self.client, self.human.prompt.as_ref(), wish).await?
        } else {
            browser::ask(sign_in, directions, &self.client, self.human.prompt.as_ref(), wish).await?
        };
        let refused = |kind| failed(redeemed.attempts, kind);
        let token = issued(&redeemed.answer, sign_in.clock.now(), wish).map_err(refused)?;
        let beside = beside(&redeemed.answer);
        check(&beside, redeemed.nonce.as_deref(), &self.client, sign_in, directions).map_err(refused)?;
        self.keep(sign_in, &mut grant, beside);
        Ok(token)
    }

    /// None where the person has to sign in again.
    async fn refreshed(
        &self,
        sign_in: &SignIn,
        wish: &Wish<'_>,
        refresh: Secret,
        grant: &mut Grant,
    ) -> Result<Option<Token>, ProviderError> {
        let form = Form::new(&self.client, "refresh_token").wishing(wish).secret("refresh_token", refresh);
        let (answer, attempts) = sign_in.ask(&form.to(sign_in.usual_endpoint()?)).await?;
        if !answer.is_success() {
            let refusal = refusal(&answer);
            let again = matches!(
                refusal.error.as_str(),
                "invalid_grant" | "interaction_required" | "login_required" | "consent_required"
            );
            return if again { Ok(None) } else { Err(failed(attempts, credential(answer.status, &refusal))) };
        }
        let token = issued(&answer, sign_in.clock.now(), wish).map_err(|kind| failed(attempts, kind))?;
        self.keep(sign_in, grant, beside(&answer));
        Ok(Some(token))
    }

    fn keep(&self, sign_in: &SignIn, grant: &mut Grant, beside: Beside) {
        let Some(refresh) = beside.refresh_token.map(Secret::new) else { return };
        if let Some(cache) = &self.human.cache {
            cache.keep(&self.name(sign_in), &refresh);
        }
        grant.refresh = Some(refresh);
    }

    fn forget(&self, sign_in: &SignIn, grant: &mut Grant) {
        grant.refresh = None;
        if let Some(cache) = &self.human.cache {
            cache.forget(&self.name(sign_in));
        }
    }
}

fn beside(answer: &Answer) -> Beside {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// The id token came from the token endpoint itself, over TLS, so its signature proves nothing more
/// (OpenID Connect Core, 3.1.3.7); what it says must fit what was asked.
fn check(
    beside: &Beside,
    nonce: Option<&str>,
    client: &str,
    sign_in: &SignIn,
    directions: &Directions,
) -> Result<(), ProviderErrorKind> {
    let Some(id) = &beside.id_token else {
        return Err(ProviderErrorKind::Surprise("no id token came with the sign-in".into()));
    };
    let claims = Claims::of(&Secret::new(id.clone()));
    let tenant = claims.tid.as_deref().unwrap_or_default();
    let is_id = sign_in.tenant.parse::<regain_incident::ids::TenantId>().is_ok();
    if is_id && !tenant.eq_ignore_ascii_case(&sign_in.tenant) {
        return Err(ProviderErrorKind::Credential {
            detail: format!("the person who signed in is of tenant {tenant}, not {}", sign_in.tenant),
            hint: "sign in as an account of the tenant that is meant".to_owned(),
        });
    }
    let fits = claims.aud.eq_ignore_ascii_case(client)
        && claims.iss == directions.issuer
        && nonce.is_none_or(|nonce| claims.nonce.as_deref() == Some(nonce));
    if fits { Ok(()) } else { Err(ProviderErrorKind::Surprise("the id token is not the answer to this sign-in".into())) }
}
