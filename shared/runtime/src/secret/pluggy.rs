//! The one secret of a deployment: the application's credentials, and the webhook secret.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
use secrecy::SecretString;
use serde::Deserialize;

use client::{BoxError, BoxFuture, Credentials, CredentialsSource};
use pluggy::ClientId;

/// What is stored in Secrets Manager, as one JSON object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PluggySecret {
    /// The application.
    pub client_id: ClientId,
    /// Its secret.
    pub client_secret: SecretString,
    /// The value of the header that deliveries carry; only the webhook-registration function uses it.
    #[serde(default)]
    pub webhook_secret: Option<SecretString>,
}

impl std::fmt::Debug for PluggySecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PluggySecret(…)")
    }
}

/// The secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Secrets Manager gave no value.
    #[error("secrets manager gave no value: {reason}")]
    Read {
        /// What it said.
        reason: String,
    },
    /// The value is not the JSON object that it should be.
    #[error("the secret's value must be a JSON object with clientId (a UUID) and clientSecret")]
    Malformed,
}

/// Reads the secret. It is read anew each time, so that a rotated one is picked up; callers need it
/// rarely.
pub struct PluggySecrets {
    client: Client,
    secret_name: String,
}

impl PluggySecrets {
    /// The secret of this name. Makes no network call.
    pub fn new(client: Client, secret_name: String) -> Self {
        Self {
            client,
            secret_name,
        }
    }

    /// The secret as it is now.
    pub async fn read(&self) -> Result<PluggySecret, Error> {
        let answer = self
            .client
            .get_secret_value()
            .secret_id(&self.secret_name)
            .send()
            .await;
        let answer = answer.map_err(|error| Error::Read {
            reason: error.code().unwrap_or("no answer").to_owned(),
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
