//! The authority of one run, and the certificate that it gives to the listeners.
//!
//! Invariant: the authority's key exists in memory only and ends with the run. Who trusts the authority's
//! certificate trusts this run, on loopback, and nothing after it.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::cloud::ALL;
use crate::message::Service;

/// What the listeners show, and what clients have to trust.
pub struct Trust {
    /// The authority's certificate, in PEM.
    pub authority: String,
    /// How the listeners speak TLS.
    pub server: Arc<ServerConfig>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A certificate could not be made.
    #[error("a certificate could not be made")]
    Certificate(#[from] rcgen::Error),
    /// TLS could not be set up with it.
    #[error("TLS could not be set up")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

impl Trust {
    /// Makes an authority and a certificate for loopback and for every name that Microsoft's services have.
    pub fn new() -> Result<Self, TrustError> {
        let authority = CertifiedIssuer::self_signed(authority(), KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = server(names())?.signed_by(&key, &authority)?;
        let chain = vec![certificate.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
        let mut server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { authority: authority.pem(), server: Arc::new(server) })
    }
}

/// Every host name of every cloud.
pub fn host_names() -> impl Iterator<Item = &'static str> {
    let services = [Service::Login, Service::Graph, Service::Exchange, Service::Purview];
    ALL.into_iter().flat_map(move |cloud| services.into_iter().flat_map(move |service| cloud.hosts(service).iter().copied()))
}

fn names() -> Vec<String> {
    let loopback = ["localhost", "127.0.0.1", "::1"];
    let mut names: Vec<String> = host_names().chain(loopback).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn authority() -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    parameters.distinguished_name.push(DnType::CommonName, "Emulated tenant, this run only");
    dated(&mut parameters);
    parameters
}

fn server(names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(names)?;
    parameters.distinguished_name.push(DnType::CommonName, "Emulated tenant");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    dated(&mut parameters);
    Ok(parameters)
}

/// Wide, since the emulated clock may show any time.
fn dated(parameters: &mut CertificateParams) {
    parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2049, 1, 1);
}
