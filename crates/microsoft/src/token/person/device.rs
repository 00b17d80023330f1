//! Device code: a code is typed on another device, and the answer is polled for (RFC 8628).

use std::time::Duration;

use regain_incident::secret::Secret;
use regain_ports::{ProviderError, ProviderErrorKind};
use serde::Deserialize;

use super::super::claims::capable;
use super::browser::scope;
use super::{Directions, Form, Prompt, Redeemed, SignIn, Wish, credential, failed, refusal};
use crate::lanes::after;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const WHY_BLOCKED: &str = "many tenants block this way, for whoever sends such a code to somebody is let in by them; \
                           leave --device-code out and sign in with the browser of this machine";

#[derive(Deserialize)]
struct Begun {
    device_code: String,
    user_code: String,
    verification_uri: String,
    expires_in: u64,
    #[serde(default = "usual_interval")]
    interval: u64,
}

fn usual_interval() -> u64 {
    5
}

pub(super) async fn ask(
    sign_in: &SignIn,
    directions: &Directions,
    client: &str,
    prompt: &dyn Prompt,
    wish: &Wish<'_>,
) -> Result<Redeemed, ProviderError> {
    let begun = begin(sign_in, directions, client, wish).await?;
    prompt.enter(&begun.user_code, &begun.verification_uri);
    let until = after(sign_in.clock.now(), Duration::from_secs(begun.expires_in.min(3_600)));
    let (mut interval, code) = (begun.interval.clamp(1, 60), Secret::new(begun.device_code));
    loop {
        let next = after(sign_in.clock.now(), Duration::from_secs(interval));
        if next >= until {
            return Err(refused(1, "nobody typed the code in time"));
        }
        sign_in.clock.sleep_until(next).await;
        let form = Form::new(client, GRANT).open("claims", capable(wish.claims)).secret("device_code", code.clone());
        let (answer, attempts) = sign_in.ask(&form.to(directions.token.clone())).await?;
        if answer.is_success() {
            return Ok(Redeemed { answer, attempts, nonce: None });
        }
        let refusal = refusal(&answer);
        match refusal.error.as_str() {
            "authorization_pending" => {}
            "slow_down" => interval += 5,
            "authorization_declined" | "access_denied" => return Err(refused(attempts, "the sign-in was declined or blocked")),
            "expired_token" | "bad_verification_code" => return Err(refused(attempts, "nobody typed the code in time")),
            _ => return Err(failed(attempts, blocked(credential(answer.status, &refusal)))),
        }
    }
}

async fn begin(sign_in: &SignIn, directions: &Directions, client: &str, wish: &Wish<'_>) -> Result<Begun, ProviderError> {
    let Some(url) = directions.device.clone() else {
        return Err(refused(1, "this cloud has no sign-in by device code"));
    };
    let form = Form::new(client, GRANT).open("scope", scope(wish)).open("claims", capable(wish.claims));
    let (answer, attempts) = sign_in.ask(&form.to(url)).await?;
    if !answer.is_success() {
        return Err(failed(attempts, blocked(credential(answer.status, &refusal(&answer)))));
    }
    serde_json::from_slice(&answer.body).map_err(|error| failed(attempts, ProviderErrorKind::Surprise(error.into())))
}

fn refused(attempts: u32, detail: &str) -> ProviderError {
    failed(attempts, ProviderErrorKind::Credential { detail: detail.to_owned(), hint: WHY_BLOCKED.to_owned() })
}

/// Conditional Access is the usual reason; what to do instead is said with whatever code it has.
fn blocked(kind: ProviderErrorKind) -> ProviderErrorKind {
    match kind {
        ProviderErrorKind::Credential { detail, hint } => {
            ProviderErrorKind::Credential { detail, hint: format!("{hint}; {WHY_BLOCKED}") }
        }
        other => other,
    }
}
