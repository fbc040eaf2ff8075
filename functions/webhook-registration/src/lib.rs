//! Registration of our webhook at Pluggy. An operator tests the URL and registers it, and a schedule watches
//! the registration.

mod config;
mod ensure;
mod error;
mod test_delivery;
mod watch;

use std::collections::BTreeSet;

use client::chain;
use client::https;
use jiff::Timestamp;
use pluggy::WebhookId;
use runtime::audit::{self, Audit, AuditTarget};
use runtime::metrics::Emitter;
use runtime::secret::AcceptedSecrets;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::PluggySecrets;

pub use config::{Config, WebhookUrl};
pub use error::Error;
pub use watch::{RegistrationProblem, problems};

/// Dependencies of the function, built once during init.
pub struct App {
    /// The Pluggy client.
    pub pluggy: client::Client,
    /// The secrets, for the webhook secret.
    pub secrets: PluggySecrets,
    /// The HTTPS client for the test delivery.
    pub https: https::Client,
    /// The URL to register.
    pub webhook_url: WebhookUrl,
    /// The secrets that the webhook accepts.
    pub accepted: AcceptedSecrets,
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
}

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Posts a test event to the address, as Pluggy would.
    TestDelivery,
    /// Registers the webhook at Pluggy with the required settings. It is idempotent.
    Ensure {
        /// Policy for webhooks that carry our secret and point to another URL.
        #[serde(default)]
        elsewhere: Elsewhere,
    },
    /// Fetches the registrations and reports their problems.
    Watch,
}

impl Command {
    fn action(self) -> &'static str {
        match self {
            Self::TestDelivery => "test-delivery",
            Self::Ensure { .. } => "ensure",
            Self::Watch => "watch",
        }
    }
}

/// A command, and what the command line states about it. The schedule states nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct Invocation {
    /// The command.
    pub command: Command,
    /// What the command line states.
    pub audit: Option<Audit>,
}

impl TryFrom<Value> for Invocation {
    type Error = serde_json::Error;

    fn try_from(mut payload: Value) -> Result<Self, serde_json::Error> {
        let audit = payload.as_object_mut().and_then(|it| it.remove("audit"));
        Ok(Self {
            audit: audit.map(serde_json::from_value).transpose()?,
            command: serde_json::from_value(payload)?,
        })
    }
}

impl From<Command> for Invocation {
    fn from(command: Command) -> Self {
        Self {
            command,
            audit: None,
        }
    }
}

/// Policy for webhooks that carry our secret and point to another URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Elsewhere {
    /// Keeps them: another deployment may need them.
    #[default]
    Keep,
    /// Deletes them.
    Delete,
}

/// Result of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Report {
    /// The response to the test event was 200, so the event is durable.
    Delivered,
    /// The webhook was registered.
    Created {
        /// Its id at Pluggy.
        #[serde(rename = "webhookId")]
        webhook_id: WebhookId,
    },
    /// The webhook was registered with other settings, and was updated.
    Updated {
        /// Its id at Pluggy.
        #[serde(rename = "webhookId")]
        webhook_id: WebhookId,
    },
    /// The webhook was already registered with the required settings.
    Unchanged {
        /// Its id at Pluggy.
        #[serde(rename = "webhookId")]
        webhook_id: WebhookId,
    },
    /// The registrations were fetched.
    Watched {
        /// Their problems.
        problems: BTreeSet<RegistrationProblem>,
    },
    /// The registrations could not be fetched.
    Unknown,
}

/// Executes one command.
pub async fn handle(
    app: &App,
    invocation: impl Into<Invocation>,
    now: Timestamp,
) -> Result<Report, Error> {
    let Invocation { command, audit } = invocation.into();
    if audit.is_some() || command != Command::Watch {
        let target = AuditTarget {
            kind: "webhook",
            text: app.webhook_url.as_str(),
        };
        audit::log(audit.as_ref(), command.action(), target);
    }
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
