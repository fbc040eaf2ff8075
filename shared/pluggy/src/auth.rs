//! `POST /auth`: an API key for the application's credentials.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, de};

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
pub struct ApiKey(#[serde(deserialize_with = "usable")] SecretString);

/// Deserializes a key or token. Only printable ASCII is usable: a text with a replaced character is not the
/// secret that Pluggy sent.
pub(super) fn usable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    let secret = SecretString::deserialize(deserializer)?;
    let text = secret.expose_secret();
    if text.is_empty() || !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(de::Error::custom("not a key or token"));
    }
    Ok(secret)
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ConnectTokenResponse;

    #[test]
    fn a_key_or_token_that_is_damaged_is_none() {
        for secret in ["", r"eyJ\u0001", r"eyJ\ud83d", "eyJ é"] {
            let key = format!(r#"{{"apiKey":"{secret}"}}"#);
            let token = format!(r#"{{"accessToken":"{secret}"}}"#);

            assert!(
                crate::parse::<AuthResponse>(key.as_bytes()).is_err(),
                "{secret}"
            );
            assert!(
                crate::parse::<ConnectTokenResponse>(token.as_bytes()).is_err(),
                "{secret}"
            );
        }
    }
}
