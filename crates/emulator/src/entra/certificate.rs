//! The certificates that an app may sign its assertions with.
//!
//! Invariant: a certificate is known by its thumbprint and judged by its own dates.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;

use super::der::{Element, SEQUENCE, VERSION};

/// A certificate registered for an app.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// SHA-1 over the whole, base64url: `x5t`.
    pub sha1: String,
    /// SHA-256 over the whole, base64url: `x5t#S256`.
    pub sha256: String,
    /// The public key, as it stands in the certificate.
    pub public_key: Vec<u8>,
    /// When it begins.
    pub begins: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
}

impl Certificate {
    /// Reads the first certificate of a PEM text.
    pub fn from_pem(text: &str) -> Option<Self> {
        Self::from_der(&bytes_of(text)?)
    }

    /// Reads a certificate.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let (certificate, _) = Element::first(der).filter(|(element, _)| element.tag == SEQUENCE)?;
        let body = certificate.children().first().copied()?;
        let mut fields = body.children();
        if fields.first().is_some_and(|field| field.tag == VERSION) {
            fields.remove(0);
        }
        // Serial number, algorithm, issuer, validity, subject, public key.
        let [_, _, _, validity, _, key, ..] = fields.as_slice() else { return None };
        let dates = validity.children();
        Some(Self {
            sha1: thumbprint(&SHA1_FOR_LEGACY_USE_ONLY, der),
            sha256: thumbprint(&SHA256, der),
            public_key: key.whole.to_vec(),
            begins: dates.first()?.time()?,
            ends: dates.get(1)?.time()?,
        })
    }

    /// The thumbprint in standard base64, as the directory names a certificate by.
    pub fn identifier(&self) -> String {
        URL_SAFE_NO_PAD.decode(&self.sha1).map(|bytes| STANDARD.encode(bytes)).unwrap_or_default()
    }

    /// Whether a thumbprint in a header is this certificate's, with padding or without, in either alphabet.
    pub fn is_named(&self, sha1: Option<&str>, sha256: Option<&str>) -> bool {
        let plain = |text: &str| text.trim_end_matches('=').replace('+', "-").replace('/', "_");
        match (sha1, sha256) {
            (None, None) => false,
            (sha1, sha256) => {
                sha1.is_none_or(|text| plain(text) == self.sha1) && sha256.is_none_or(|text| plain(text) == self.sha256)
            }
        }
    }
}

/// The bytes in a PEM text, or in bare base64 with or without line breaks, as it stands in `x5c`.
pub fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let inner = match text.split_once("-----BEGIN CERTIFICATE-----") {
        Some((_, rest)) => rest.split_once("-----END CERTIFICATE-----")?.0,
        None => text,
    };
    STANDARD.decode(inner.split_whitespace().collect::<String>()).ok()
}

fn thumbprint(algorithm: &'static aws_lc_rs::digest::Algorithm, der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(algorithm, der))
}
