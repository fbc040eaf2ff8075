//! The HTTP client for everything that is not AWS: explicit timeouts, compiled-in roots, no
//! redirects.

use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};

/// Connecting takes a fraction of this; more means that the network is broken.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// One exchange. Two (with a refused key, and again with a new one) still fit into a function's
/// time limit.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// The HTTP client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// No TLS.
    #[error("tls cannot be set up")]
    Tls(#[source] rustls::Error),
    /// No HTTP client.
    #[error("the http client cannot be set up")]
    Http(#[source] reqwest::Error),
}

/// A new client. Makes no network call.
pub fn client() -> Result<reqwest::Client, SetUpError> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls()?)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("pluggy-lambda/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(SetUpError::Http)
}

/// Compiled-in roots: reading the system's store at each cold start costs more than the rest of
/// init.
fn tls() -> Result<ClientConfig, SetUpError> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(SetUpError::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
