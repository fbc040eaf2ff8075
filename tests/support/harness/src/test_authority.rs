//! A certificate authority for the loopback. Verifying its certificates costs as much as verifying public ones.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
    RsaKeySize, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::version::TLS13;
use tempfile::NamedTempFile;

use crate::StartError;

/// The names in the certificates.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "localhost"];
const FIRST_YEAR: i32 = 2020;
const LAST_YEAR: i32 = 2120;

/// A chain like that of AWS's endpoints: root, intermediate and leaf, each with a 2048-bit RSA key. The keys are
/// generated at creation, and never leave this process.
///
/// Source: <https://www.amazontrust.com/repository/>
#[derive(Debug)]
pub struct TestAuthority {
    server: Arc<ServerConfig>,
    bundle: NamedTempFile,
}

impl TestAuthority {
    /// Generates a new authority.
    pub fn new() -> Result<Self, StartError> {
        let (bundle, chain, key) = certificates().map_err(StartError::Certificate)?;
        Ok(Self {
            server: Arc::new(server(chain, key).map_err(StartError::Tls)?),
            bundle: written(&bundle).map_err(StartError::Bundle)?,
        })
    }

    /// Returns the PEM file with the root certificate. The file exists as long as the authority.
    pub fn bundle(&self) -> &Path {
        self.bundle.path()
    }

    /// Returns the TLS configuration of a server on the loopback.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }
}

/// Generates the root in PEM, and the server's certificate chain and key.
fn certificates() -> Result<(String, Vec<CertificateDer<'static>>, Vec<u8>), rcgen::Error> {
    let (root_key, intermediate_key, leaf_key) = (rsa()?, rsa()?, rsa()?);
    let root_parameters = authority("Test Root");
    let root = root_parameters.self_signed(&root_key)?;
    let root_issuer = Issuer::new(root_parameters, root_key);
    let intermediate_parameters = authority("Test Intermediate");
    let intermediate = intermediate_parameters.signed_by(&intermediate_key, &root_issuer)?;
    let issuer = Issuer::new(intermediate_parameters, intermediate_key);
    let leaf = parameters("Test Leaf", &LOOPBACK)?.signed_by(&leaf_key, &issuer)?;
    let chain = vec![leaf.der().clone(), intermediate.der().clone()];
    Ok((root.pem(), chain, leaf_key.serialize_der()))
}

fn rsa() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)
}

fn authority(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = rcgen::IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    named(parameters, name)
}

fn parameters(name: &str, hosts: &[&str]) -> Result<CertificateParams, rcgen::Error> {
    let hosts: Vec<String> = hosts.iter().copied().map(str::to_owned).collect();
    Ok(named(CertificateParams::new(hosts)?, name))
}

fn named(mut parameters: CertificateParams, name: &str) -> CertificateParams {
    parameters.not_before = date_time_ymd(FIRST_YEAR, 1, 1);
    parameters.not_after = date_time_ymd(LAST_YEAR, 1, 1);
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

fn server(
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, PrivatePkcs8KeyDer::from(key).into())?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(server)
}

fn written(bundle: &str) -> std::io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    file.write_all(bundle.as_bytes())?;
    Ok(file)
}
