//! Certificates, and the assertion that is signed with one: a JWS by PS256 that names the certificate
//! by `x5t#S256` (Microsoft identity platform, "application authentication certificate credentials").
//!
//! Invariant: the private key is never shown, and its memory is wiped when it is dropped.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use regain_incident::Timestamp;
use regain_incident::secret::Secret;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::http::request_id;

/// How long an assertion is good for, in seconds. Microsoft asks for five to ten minutes at most.
const LIFE: i64 = 300;

/// Why a certificate cannot be signed in with.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// There is a key, but no certificate.
    #[error("there is no certificate in it")]
    NoCertificate,
    /// There is no private key.
    #[error("there is no private key in it: certificate and key stand in one file, PEM or PFX")]
    NoKey,
    /// A PEM key that is encrypted.
    #[error("its private key is encrypted; a PFX file may have a password, a PEM file may not")]
    Encrypted,
    /// A key that Entra takes no assertion of.
    #[error("its private key is not an RSA key of 2048 to 8192 bits")]
    NotRsa,
    /// Key and certificates do not belong together.
    #[error("its private key belongs to none of its certificates")]
    Mismatch,
    /// A PFX file that did not open.
    #[error("it is no PEM file, and as a PFX file it does not open: another format, or a wrong password")]
    Pfx,
    /// The signature failed.
    #[error("nothing could be signed with it")]
    Signing,
}

/// A certificate and its private key.
#[derive(Clone)]
pub struct Certificate {
    key: EncodingKey,
    /// base64url of the SHA-256 over the DER certificate.
    thumbprint: String,
    /// The certificate and those above it, base64 of DER each.
    chain: Vec<String>,
    send_chain: bool,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "Certificate({})", self.thumbprint)
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: i64,
    iat: i64,
    exp: i64,
}

impl Certificate {
    /// Reads a PEM file (certificate and key in any order) or a PFX file (PKCS#12), told apart by content.
    pub fn read(bytes: &[u8], password: Option<&Secret>) -> Result<Self, CertificateError> {
        if bytes.windows(11).any(|window| window == b"-----BEGIN ") { of_pem(bytes) } else { of_pfx(bytes, password) }
    }

    /// With the whole chain in each assertion, for apps that trust by subject name and issuer.
    #[must_use]
    pub fn sending_chain(mut self) -> Self {
        self.send_chain = true;
        self
    }

    /// A client assertion for `audience`, the token endpoint.
    pub(crate) fn assertion(&self, client: &str, audience: &str, now: Timestamp) -> Result<Secret, CertificateError> {
        let header = Header {
            x5t_s256: Some(self.thumbprint.clone()),
            x5c: self.send_chain.then(|| self.chain.clone()),
            ..Header::new(Algorithm::PS256)
        };
        let iat = now.as_second();
        let claims = Claims { aud: audience, iss: client, sub: client, jti: request_id(), nbf: iat, iat, exp: iat + LIFE };
        jsonwebtoken::encode(&header, &claims, &self.key).map(Secret::new).map_err(|_| CertificateError::Signing)
    }

    fn of(key: EncodingKey, certificates: &[&[u8]]) -> Result<Self, CertificateError> {
        let pair = aws_lc_rs::rsa::KeyPair::from_der(key.as_bytes()).map_err(|_| CertificateError::NotRsa)?;
        // A certificate holds its public key in just these bytes (RFC 8017, RSAPublicKey).
        let public = pair.public_key().as_ref();
        let is_its_own = |der: &&&[u8]| der.windows(public.len()).any(|window| window == public);
        let Some(leaf) = certificates.iter().find(is_its_own) else {
            let none = certificates.is_empty();
            return Err(if none { CertificateError::NoCertificate } else { CertificateError::Mismatch });
        };
        let above = certificates.iter().filter(|der| *der != leaf);
        let chain = std::iter::once(leaf).chain(above).map(|der| STANDARD.encode(der)).collect();
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, leaf));
        Ok(Self { key, thumbprint, chain, send_chain: false })
    }
}

fn of_pem(bytes: &[u8]) -> Result<Certificate, CertificateError> {
    let says = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    if says(b"BEGIN ENCRYPTED PRIVATE KEY") || says(b"Proc-Type: 4,ENCRYPTED") {
        return Err(CertificateError::Encrypted);
    }
    let certificates: Vec<CertificateDer<'_>> = CertificateDer::pem_slice_iter(bytes).filter_map(Result::ok).collect();
    let certificates: Vec<&[u8]> = certificates.iter().map(AsRef::as_ref).collect();
    let key = match PrivateKeyDer::from_pem_slice(bytes).map_err(|_| CertificateError::NoKey)? {
        PrivateKeyDer::Pkcs1(key) => EncodingKey::from_rsa_der(key.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(key) => of_pkcs8(key.secret_pkcs8_der())?,
        _ => return Err(CertificateError::NotRsa),
    };
    Certificate::of(key, &certificates)
}

fn of_pfx(bytes: &[u8], password: Option<&Secret>) -> Result<Certificate, CertificateError> {
    let password = password.map(Secret::expose).unwrap_or_default();
    let store = KeyStore::from_pkcs12(bytes, password, Pkcs12ImportPolicy::Relaxed).map_err(|_| CertificateError::Pfx)?;
    let (_, chain) = store.private_key_chain().ok_or(CertificateError::NoKey)?;
    let certificates: Vec<&[u8]> = chain.certs().iter().map(p12_keystore::Certificate::as_der).collect();
    Certificate::of(of_pkcs8(chain.key().as_der())?, &certificates)
}

/// The signer wants the RSA key inside; its reader of PEM takes it out.
fn of_pkcs8(der: &[u8]) -> Result<EncodingKey, CertificateError> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let pem = Zeroizing::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", body.as_str()));
    EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| CertificateError::NotRsa)
}
