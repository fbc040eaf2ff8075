//! `POST /auth`: an API key for the application's credentials.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::ClientId;

/// Body of `POST /auth`. Source: <https://docs.pluggy.ai/reference/auth-create>.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthRequest<'a> {
    /// The application.
    pub client_id: ClientId,
    /// Its secret.
    #[serde(serialize_with = "expose")]
    pub client_secret: &'a SecretString,
}

/// Writes the client secret into the body of `POST /auth`. No other place exposes it.
fn expose<S: serde::Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// Response of `POST /auth`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthResponse {
    /// The key, valid for two hours.
    pub api_key: ApiKey,
}

/// API key for every endpoint of the application, valid for two hours. Server side only.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Returns the key as text, for the `X-API-KEY` header and for the credential table.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for ApiKey {
    fn from(key: String) -> Self {
        Self(key.into())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(…)")
    }
}
