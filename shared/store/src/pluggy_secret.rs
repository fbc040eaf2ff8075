//! The secret of a deployment: the application's credentials, and the webhook secret.

use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;
use serde::Deserialize;

use super::reason;
use client::{BoxError, BoxFuture, Credentials, CredentialsSource};
use pluggy::ClientId;

/// The content of the secret in Secrets Manager, one JSON object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PluggySecret {
    /// The application.
    pub client_id: ClientId,
    /// Its secret.
    pub client_secret: SecretString,
    /// The value of the header of deliveries. Only the `webhook-registration` function uses it.
    #[serde(default)]
    pub webhook_secret: Option<SecretString>,
}

impl std::fmt::Debug for PluggySecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PluggySecret(…)")
    }
}

/// The secret is not available.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Secrets Manager returned no value.
    #[error("secrets manager gave no value: {reason}")]
    Read {
        /// The reason from the SDK error.
        reason: String,
    },
    /// The value is not the expected JSON object.
    #[error("the secret's value must be a JSON object with clientId (a UUID) and clientSecret")]
    Malformed,
}

/// Reader of the secret. It fetches the secret on each call, so that a rotated one is used. Callers need it
/// rarely.
pub struct PluggySecrets {
    client: Client,
    secret_name: String,
}

impl PluggySecrets {
    /// Creates a reader for the secret with this name. Makes no network call.
    pub fn new(client: Client, secret_name: String) -> Self {
        Self {
            client,
            secret_name,
        }
    }

    /// Fetches the current secret.
    pub async fn read(&self) -> Result<PluggySecret, Error> {
        let answer = self
            .client
            .get_secret_value()
            .secret_id(&self.secret_name)
            .send()
            .await;
        let answer = answer.map_err(|error| Error::Read {
            reason: reason(&error),
        })?;
        let json = answer.secret_string().ok_or(Error::Malformed)?;
        serde_json::from_str(json).map_err(|_| Error::Malformed)
    }
}

impl CredentialsSource for PluggySecrets {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        Box::pin(async move {
            let secret = self.read().await?;
            Ok(Credentials {
                client_id: secret.client_id,
                client_secret: secret.client_secret,
            })
        })
    }
}
