//! The key that signs identity tokens, made once in each run of the program.
//!
//! Access tokens are for the services alone, which share a secret with the sign-in host; identity tokens are
//! for clients, which check them against the keys published here.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::der::Element;

static KEY: OnceLock<Option<KeyPair>> = OnceLock::new();

fn key() -> Option<&'static KeyPair> {
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).ok()).as_ref()
}

/// What the key is called.
fn name(public: &PublicKey) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, public.as_ref()))
}

/// Modulus and exponent, base64url, from the key's own form (RFC 8017, A.1.1).
fn numbers(public: &PublicKey) -> Option<[String; 2]> {
    let (sequence, _) = Element::first(public.as_ref())?;
    let numbers = sequence.children();
    let plain = |number: &Element| {
        let digits = number.content;
        URL_SAFE_NO_PAD.encode(digits.strip_prefix(&[0]).unwrap_or(digits))
    };
    Some([plain(numbers.first()?), plain(numbers.get(1)?)])
}

/// The keys as clients fetch them.
pub fn published(login: &str, tenant: &str) -> Value {
    let public = key().map(KeyPair::public_key);
    let keys: Vec<Value> = public
        .and_then(|public| numbers(public).map(|numbers| (name(public), numbers)))
        .map(|(name, [n, e])| {
            let issuer = format!("{login}/{tenant}/v2.0");
            json!({"kty": "RSA", "use": "sig", "kid": name, "x5t": name, "n": n, "e": e, "issuer": issuer})
        })
        .into_iter()
        .collect();
    json!({"keys": keys})
}

/// A token with these claims; none if the machine could make no key.
pub fn sign(claims: &Value) -> Option<String> {
    let key = key()?;
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": name(key.public_key())});
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
    Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
