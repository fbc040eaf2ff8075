//! How a command can fail. The operator sees these texts; none of them holds a secret.

use client::test_delivery;
use runtime::secret;

/// A command that was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The webhook secret cannot be read.
    #[error("the webhook secret cannot be read")]
    Secret(#[source] secret::Error),
    /// The secret has no `webhookSecret`.
    #[error("the secret in secrets manager has no webhookSecret")]
    NoWebhookSecret,
    /// The webhook would refuse the secret that is to be registered.
    #[error("the secret's webhookSecret is not one that the deployed WebhookSecretSha256 accepts")]
    SecretNotAccepted,
    /// The test event was not delivered.
    #[error("the test delivery failed")]
    Delivery(#[source] test_delivery::Error),
    /// The webhook did not answer the test event with 200.
    #[error("the webhook answered {status} to the test delivery, not 200{}", advice(*.status))]
    Refused {
        /// The status of the answer.
        status: u16,
    },
    /// Pluggy did not do what it was asked.
    #[error("pluggy did not answer as it should")]
    Pluggy(#[source] client::Error),
}

fn advice(status: u16) -> &'static str {
    match status {
        401 => ": the deployed WebhookSecretSha256 is not the digest of the secret's webhookSecret",
        503 => ": no WebhookSecretSha256 is deployed, or the event table cannot be written",
        _ => "",
    }
}
