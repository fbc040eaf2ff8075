//! The operator's command for our webhook at Pluggy: see that its address answers, and register it.

mod config;
mod ensure;
mod error;
mod test_delivery;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::metrics::Emitter;
use shared::pluggy::{self, WebhookId};
use shared::secret::PluggySecrets;
use shared::telemetry::chain;

pub use config::{Config, WebhookUrl};
pub use error::Error;

/// What the function works with, built once during init.
pub struct App {
    /// Pluggy.
    pub pluggy: pluggy::Client,
    /// Where the webhook secret is.
    pub secrets: PluggySecrets,
    /// For the test delivery.
    pub http: reqwest::Client,
    /// The address to register.
    pub webhook_url: WebhookUrl,
    /// The header that deliveries carry.
    pub secret_header: http::HeaderName,
    /// Where the outcome of an invocation is told.
    pub metrics: Emitter,
}

/// What the operator asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Posts a test event to the address, as Pluggy would.
    TestDelivery,
    /// Makes sure that the webhook is registered at Pluggy as it should be. Repeatable.
    Ensure,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Report {
    /// The test event was answered with 200, so it is durable.
    Delivered,
    /// The webhook is registered now.
    Created {
        /// Its id at Pluggy.
        #[serde(rename = "webhookId")]
        webhook_id: WebhookId,
    },
    /// The webhook was registered, but not as it should be; it is now.
    Updated {
        /// Its id at Pluggy.
        #[serde(rename = "webhookId")]
        webhook_id: WebhookId,
    },
    /// The webhook was registered as it should be.
    Unchanged {
        /// Its id at Pluggy.
        #[serde(rename = "webhookId")]
        webhook_id: WebhookId,
    },
}

/// Carries out one command.
pub async fn handle(app: &App, command: Command, now: Timestamp) -> Result<Report, Error> {
    let done = match command {
        Command::TestDelivery => test_delivery::test_delivery(app).await,
        Command::Ensure => ensure::ensure(app, now).await,
    };
    match &done {
        Ok(report) => tracing::info!(?command, ?report, "command carried out"),
        Err(error) => tracing::error!(?command, error = chain(error), "command failed"),
    }
    done
}
