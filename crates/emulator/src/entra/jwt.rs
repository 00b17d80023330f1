//! A signed token of somebody else's, taken apart, and its signature checked.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// A token in its three parts.
#[derive(Debug)]
pub struct Jwt {
    /// What it says of its signature.
    pub header: Value,
    /// What it claims.
    pub claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Jwt {
    /// Takes it apart.
    pub fn read(text: &str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?).ok();
        Some(Self {
            header: json(header)?,
            claims: json(claims)?,
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature.trim_end_matches('=')).ok()?,
        })
    }

    /// A claim that is a text.
    pub fn text(&self, claim: &str) -> &str {
        self.claims[claim].as_str().unwrap_or_default()
    }

    /// A claim that is a moment, in seconds; some clients send a fraction.
    pub fn seconds(&self, claim: &str) -> Option<f64> {
        self.claims[claim].as_f64()
    }

    fn parameters(&self) -> Option<&'static RsaParameters> {
        match self.header["alg"].as_str()? {
            "RS256" => Some(&RSA_PKCS1_2048_8192_SHA256),
            "PS256" => Some(&RSA_PSS_2048_8192_SHA256),
            _ => None,
        }
    }

    /// Whether the key of a certificate made the signature.
    pub fn is_signed_by(&self, public_key: &[u8]) -> bool {
        let Some(parameters) = self.parameters() else { return false };
        UnparsedPublicKey::new(parameters, public_key).verify(self.signed.as_bytes(), &self.signature).is_ok()
    }

    /// Whether one of the keys of a JSON Web Key Set made it.
    pub fn is_signed_by_one_of(&self, keys: &Value) -> bool {
        let Some(parameters) = self.parameters() else { return false };
        let number = |key: &Value, name: &str| key[name].as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        keys["keys"].as_array().into_iter().flatten().any(|key| {
            let (Some(n), Some(e)) = (number(key, "n"), number(key, "e")) else { return false };
            RsaPublicKeyComponents { n, e }.verify(parameters, self.signed.as_bytes(), &self.signature).is_ok()
        })
    }
}
