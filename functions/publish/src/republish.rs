//! Republishing from the rows, at an operator's command. A stream keeps records for one day, and its queue holds
//! only positions.

mod command;
mod config;
mod cursor;
mod error;
mod work;

use client::chain;
use jiff::Timestamp;
use pluggy::ClientId;
use runtime::audit::{self, AuditTarget};
use serde::Serialize;
use store::{Events, Items};
use tokio::time::Instant;

pub use command::InvalidCommand;
pub use config::Config;
pub use error::Error;

use crate::{Bus, DeadLetterQueue, ErasedFilter, before_response};
use command::Command;

/// Dependencies of `republish`, built once during init.
pub struct App {
    /// The bus.
    pub bus: Bus,
    /// The dead-letter queue for refused entries.
    pub dead_letter_queue: DeadLetterQueue,
    /// The webhooks.
    pub events: Events,
    /// Our application. Events that were quarantined under another application's id count if they name this
    /// one.
    pub client_id: ClientId,
    /// The items.
    pub items: Items,
    /// The name of the event table, for bodies that do not fit an event.
    pub event_table: String,
    /// The filter of what is about erased users, which is not published.
    pub erased: ErasedFilter,
}

/// Result of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum Report {
    /// Some or all events are published.
    Republished(Republished),
    /// The command is invalid.
    Refused(InvalidCommand),
}

/// Progress of a republish.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Republished {
    /// Number of events that the bus accepted.
    pub published: usize,
    /// Number of events that the bus always refuses. They are in the dead-letter queue again.
    pub dead_lettered: usize,
    /// Number of rows read.
    pub scanned: usize,
    /// Number of rows of both tables, as DynamoDB counted them some hours ago; none if it does not say.
    pub rows: Option<u64>,
    /// Position at which the next command continues; none if all is done.
    pub cursor: Option<String>,
}

/// Executes one command until shortly before `deadline`. An invalid command is refused in the report: it is a mistake
/// of the operator, not a failure of the function.
pub async fn handle(
    app: &App,
    command: &str,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, Error> {
    let command = match Command::parse(command) {
        Ok(command) => command,
        Err(refusal) => {
            tracing::warn!(field = refusal.field, "command refused");
            return Ok(Report::Refused(refusal));
        }
    };
    let target = AuditTarget::public("since", command.since.to_string());
    audit::log(command.audit.as_ref(), None, "republish", &target);
    match work::publish(app, command, now, before_response(deadline)).await {
        Ok(done) => {
            tracing::info!(
                events.published = done.published,
                events.dead_lettered = done.dead_lettered,
                "command carried out"
            );
            Ok(Report::Republished(done))
        }
        Err(error) => {
            tracing::error!(error = chain(&error), "command failed");
            Err(error)
        }
    }
}
