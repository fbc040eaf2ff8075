//! Failures of a command. The operator sees these texts; none contains a secret.

use client::delivery;

/// A command that was not executed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The webhook secret cannot be read.
    #[error("the webhook secret cannot be read")]
    Secret(#[source] store::pluggy_secret::Error),
    /// The secret has no `webhookSecret`.
    #[error("the secret in secrets manager has no webhookSecret")]
    NoWebhookSecret,
    /// The webhook would refuse the secret to register.
    #[error("the secret's webhookSecret is not one that the deployed WebhookSecretSha256 accepts")]
    SecretNotAccepted,
    /// The test event was not delivered.
    #[error("the test delivery failed")]
    Delivery(#[source] delivery::Error),
    /// The response to the test event was not 200.
    #[error("the webhook answered {status} to the test delivery, not 200{}", advice(*.status))]
    Refused {
        /// The status of the response.
        status: u16,
    },
    /// The call to Pluggy failed.
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
