//! The HTTP client for everything that is not AWS: explicit timeouts, compiled-in roots, no
//! redirects.

use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

/// Connecting takes a fraction of this; more means that the network is broken.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// One exchange. Two (with a refused key, and again with a new one) still fit into a function's
/// time limit.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Shorter than any server's, so that a connection is not used when the server has closed it.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

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
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
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

/// A text that is not an address to which a secret may be sent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an https URL, nor an http one on the loopback")]
pub struct InvalidUrl;

/// An address to which a secret may be sent: https, or http on the loopback for the local stack.
pub fn secure_url(text: &str) -> Result<Url, InvalidUrl> {
    let url = Url::parse(text).map_err(|_| InvalidUrl)?;
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(domain)) => domain == "localhost",
        None => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    (is_safe && is_bare).then_some(url).ok_or(InvalidUrl)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_the_loopback_alone() {
        for good in [
            "https://api.pluggy.ai",
            "http://127.0.0.1:9100",
            "http://localhost:9100",
            "http://[::1]:1",
        ] {
            assert!(secure_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.pluggy.ai",
            "http://localhost.example.com",
            "https://user:secret@api.pluggy.ai",
            "ftp://127.0.0.1",
            "api.pluggy.ai",
        ] {
            assert!(secure_url(bad).is_err(), "{bad}");
        }
    }
}
