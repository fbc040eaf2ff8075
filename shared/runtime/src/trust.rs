//! Certificate authorities that a function trusts.

use client::https::{SetUpError, Trust};

use crate::env::{self, Environment};

const LOOPBACK_CA_BUNDLE: &str = "LOOPBACK_CA_BUNDLE";

/// TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The TLS library refuses its own defaults.
    #[error(transparent)]
    Tls(#[from] SetUpError),
    /// `LOOPBACK_CA_BUNDLE` cannot be used.
    #[error("the certificate authorities of the loopback cannot be used")]
    Loopback(#[source] env::Error),
}

/// Trusts the compiled-in roots. If `LOOPBACK_CA_BUNDLE` names a PEM file, its certificate authorities are
/// trusted too, only for servers on the loopback.
pub fn trust(environment: &Environment) -> Result<Trust, TrustError> {
    let trust = Trust::compiled_in()?;
    let Some(path) = environment.optional(LOOPBACK_CA_BUNDLE) else {
        return Ok(trust);
    };
    trust
        .with_loopback_authorities(&path)
        .map_err(|error| match error {
            SetUpError::Loopback(bundle) => {
                TrustError::Loopback(env::Error::unusable(LOOPBACK_CA_BUNDLE, bundle))
            }
            error @ SetUpError::Tls(_) => TrustError::Tls(error),
        })
}
