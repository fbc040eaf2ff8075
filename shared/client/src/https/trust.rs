//! Trusted certificate authorities.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// Number of TLS sessions to cache. A function calls few servers; the default is hundreds.
const REMEMBERED_SESSIONS: usize = 8;

/// TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The TLS library refuses its own defaults.
    #[error("tls cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The bundle of certificate authorities cannot be used.
    #[error("the certificate authorities of the loopback cannot be used")]
    Loopback(#[source] BundleError),
}

/// The certificate authorities that may vouch for a server.
#[derive(Clone, Debug)]
pub struct Trust {
    /// For servers on the network: the roots that browsers trust, compiled in. Reading the system's store at
    /// each cold start takes longer than the rest of init.
    pub(super) network: Arc<ClientConfig>,
    /// For servers on the loopback.
    pub(super) loopback: Arc<ClientConfig>,
}

impl Trust {
    /// Trusts the compiled-in roots only.
    pub fn compiled_in() -> Result<Self, SetUpError> {
        let network = Arc::new(trusting(RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        })?);
        let loopback = Arc::clone(&network);
        Ok(Self { network, loopback })
    }

    /// Also trusts the certificate authorities of a PEM file, only for servers on the loopback.
    pub fn with_loopback_authorities(self, path: &str) -> Result<Self, SetUpError> {
        let authorities = authorities(path).map_err(SetUpError::Loopback)?;
        Ok(Self {
            loopback: Arc::new(trusting(authorities)?),
            ..self
        })
    }
}

/// An unreadable bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file has no PEM format.
    #[error("it is no file of PEM certificates")]
    Unreadable(#[source] rustls::pki_types::pem::Error),
    /// One of its certificates cannot be an authority.
    #[error("it has a certificate that cannot be an authority")]
    NoAuthority(#[source] rustls::Error),
    /// The file has no certificate.
    #[error("it has no certificate")]
    Empty,
}

fn authorities(path: &str) -> Result<RootCertStore, BundleError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(BundleError::Unreadable)? {
        let certificate = certificate.map_err(BundleError::Unreadable)?;
        roots.add(certificate).map_err(BundleError::NoAuthority)?;
    }
    if roots.is_empty() {
        return Err(BundleError::Empty);
    }
    Ok(roots)
}

fn trusting(roots: RootCertStore) -> Result<ClientConfig, SetUpError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(SetUpError::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(REMEMBERED_SESSIONS);
    Ok(config)
}
