//! Registration of our webhook at Pluggy. An operator tests the URL and registers it, and a schedule watches
//! the registration.

mod command;
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
use runtime::audit::{self, AuditTarget};
use runtime::metrics::Emitter;
use runtime::secret::AcceptedSecrets;
use serde::Serialize;
use store::PluggySecrets;

pub use command::{Command, Elsewhere, InvalidCommand};
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
    /// The command is invalid. Nothing was done.
    Refused(InvalidCommand),
}

/// Executes one command. An invalid command is refused in the report: it is a mistake of the operator, not a failure of
/// the function.
pub async fn handle(app: &App, command: &str, now: Timestamp) -> Result<Report, Error> {
    let (command, stated) = match Command::parse(command) {
        Ok(parsed) => parsed,
        Err(refusal) => {
            tracing::warn!(field = refusal.field, "command refused");
            return Ok(Report::Refused(refusal));
        }
    };
    // Without a statement, a watch is that of the schedule.
    if stated.is_some() || command != Command::Watch {
        let target = AuditTarget::public("webhook", app.webhook_url.as_str());
        audit::log(stated.as_ref(), None, command.action(), &target);
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
