//! Our webhook at Pluggy: an operator sees that its address answers and registers it, and a schedule
//! watches it.

mod config;
mod ensure;
mod error;
mod problem;
mod test_delivery;
mod watch;

use std::collections::BTreeSet;

use client::chain;
use client::https;
use jiff::Timestamp;
use pluggy::WebhookId;
use runtime::metrics::Emitter;
use runtime::secret::{AcceptedSecrets, PluggySecrets};
use serde::{Deserialize, Serialize};

pub use config::{Config, WebhookUrl};
pub use error::Error;
pub use problem::{Problem, problems};

/// What the function works with, built once during init.
pub struct App {
    /// Pluggy.
    pub pluggy: client::Client,
    /// Where the webhook secret is.
    pub secrets: PluggySecrets,
    /// For the test delivery.
    pub https: https::Client,
    /// The address to register.
    pub webhook_url: WebhookUrl,
    /// What the webhook accepts as proof that a delivery comes from Pluggy.
    pub accepted: AcceptedSecrets,
    /// Where the outcome of an invocation is told.
    pub metrics: Emitter,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Posts a test event to the address, as Pluggy would.
    TestDelivery,
    /// Makes sure that the webhook is registered at Pluggy as it should be. Repeatable.
    Ensure {
        /// What to do about webhooks that carry our secret and point elsewhere.
        #[serde(default)]
        elsewhere: Elsewhere,
    },
    /// Looks at what is registered, and tells what is wrong with it.
    Watch,
}

/// What to do about webhooks that carry our secret and point elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Elsewhere {
    /// They stay: another deployment may live by them.
    #[default]
    Keep,
    /// They are deleted.
    Delete,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// Pluggy was asked what is registered.
    Watched {
        /// What is wrong with it.
        problems: BTreeSet<Problem>,
    },
    /// Pluggy could not be asked what is registered.
    Unknown,
}

/// Carries out one command.
pub async fn handle(app: &App, command: Command, now: Timestamp) -> Result<Report, Error> {
    let done = match command {
        Command::TestDelivery => test_delivery::test_delivery(app).await,
        Command::Ensure { elsewhere } => ensure::ensure(app, elsewhere, now).await,
        Command::Watch => return Ok(watch::watch(app, now).await),
    };
    match &done {
        Ok(report) => tracing::info!(?command, ?report, "command carried out"),
        Err(error) => tracing::error!(?command, error = chain(error), "command failed"),
    }
    done
}
