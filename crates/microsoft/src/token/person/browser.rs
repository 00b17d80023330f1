//! Authorization code with PKCE: an address to open, and the code that comes back on loopback.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regain_incident::secret::Secret;
use regain_ports::{ProviderError, ProviderErrorKind};
use reqwest::Url;

use super::super::claims::capable;
use super::loopback::{Landing, Listening};
use super::{Directions, Form, Prompt, Redeemed, SignIn, Wish, failed};

/// How long a person may take. Their time, not the tenant's: an emulated clock may run fast.
const WITHIN: Duration = Duration::from_mins(5);

/// 256 random bits as text.
fn fresh() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What ties the code to this process.
struct Ties {
    state: String,
    nonce: String,
    verifier: Secret,
}

impl Ties {
    fn fresh() -> Self {
        Self { state: fresh(), nonce: fresh(), verifier: Secret::new(fresh()) }
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.expose().as_bytes()))
    }
}

fn address(authorize: &Url, client: &str, redirect: &str, ties: &Ties, wish: &Wish<'_>) -> Url {
    let mut url = authorize.clone();
    url.query_pairs_mut()
        .append_pair("client_id", client)
        .append_pair("response_type", "code")
        .append_pair("response_mode", "query")
        .append_pair("redirect_uri", redirect)
        .append_pair("scope", &scope(wish))
        .append_pair("state", &ties.state)
        .append_pair("nonce", &ties.nonce)
        .append_pair("code_challenge", &ties.challenge())
        .append_pair("code_challenge_method", "S256")
        .append_pair("prompt", "select_account")
        .append_pair("claims", &capable(wish.claims));
    url
}

/// What a person's token is asked as: with an id token, and a refresh token for the other resource.
pub(super) fn scope(wish: &Wish<'_>) -> String {
    format!("openid profile offline_access {}", wish.scope)
}

pub(super) async fn ask(
    sign_in: &SignIn,
    directions: &Directions,
    client: &str,
    prompt: &dyn Prompt,
    wish: &Wish<'_>,
) -> Result<Redeemed, ProviderError> {
    let listening = Listening::begin().await.map_err(|error| failed(0, ProviderErrorKind::Unreachable(error.into())))?;
    let (ties, redirect) = (Ties::fresh(), listening.redirect());
    prompt.visit(address(&directions.authorize, client, &redirect, &ties, wish).as_str());
    let landing = tokio::time::timeout(WITHIN, listening.wait(&ties.state, prompt)).await;
    let code = match landing {
        Ok(Landing::Code(code)) => code,
        Ok(Landing::Refused(error)) => return Err(refused(format!("the browser came back without a sign-in ({error})"))),
        Err(_) => return Err(refused("nobody signed in within five minutes".to_owned())),
    };
    let form = Form::new(client, "authorization_code")
        .open("redirect_uri", redirect)
        .open("scope", scope(wish))
        .open("claims", capable(wish.claims))
        .secret("code", code)
        .secret("code_verifier", ties.verifier);
    let (answer, attempts) = sign_in.ask(&form.to(directions.token.clone())).await?;
    Ok(Redeemed { answer, attempts, nonce: Some(ties.nonce) })
}

fn refused(detail: String) -> ProviderError {
    let hint = "run it again, and finish the sign-in in the browser on this machine".to_owned();
    failed(1, ProviderErrorKind::Credential { detail, hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        let ties = Ties { verifier, ..Ties::fresh() };
        assert_eq!(ties.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn what_ties_a_sign_in_is_new_each_time() {
        let (one, other) = (Ties::fresh(), Ties::fresh());
        let all = [&one.state, &one.nonce, one.verifier.expose(), &other.state, &other.nonce, other.verifier.expose()];
        let distinct: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(distinct.len(), 6);
        assert!(all.iter().all(|text| text.len() == 43), "a verifier has 43 to 128 characters");
    }
}
