//! Publisher of bus events: each stored webhook and each change of a connection goes to an EventBridge bus.
//! See docs/integrate.md for consumers and docs/events for the schemas.
//!
//! The streams of both tables invoke the function, so everything that it publishes is durable. If the bus is
//! unavailable, the stream retries. An entry that the bus refuses goes to the dead-letter queue and does not
//! block others.

mod batch;
mod bus;
mod command;
mod config;
mod dead_letters;
mod decode;
mod detail_type;
mod dispatch;
mod entry;
mod error;
mod fact_id;
mod item;
mod pending_entry;
mod reference;
mod republish;
mod send_queue;
mod webhook;

use std::time::Duration;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use client::chain;
use jiff::Timestamp;
use pluggy::ClientId;
use runtime::metrics::{EmfRecord, Emitter, Metric};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::{Events, Items};
use tokio::time::Instant;

pub use bus::Bus;
pub use command::{Command, Cursor, InvalidCommand};
pub use config::Config;
pub use dead_letters::DeadLetters;
pub use error::Error;
pub use republish::{Report, Republished};

use dispatch::{Dispatched, dispatch};

/// Time reserved at the end of an invocation for the response.
const MARGIN: Duration = Duration::from_secs(2);

/// Dependencies of the function, built once during init.
pub struct App {
    /// The bus.
    pub bus: Bus,
    /// The dead-letter queue for refused entries.
    pub dead_letters: DeadLetters,
    /// The webhooks, for republishing.
    pub events: Events,
    /// Our application. Events that were quarantined under another application's id count if they name this
    /// one.
    pub client_id: ClientId,
    /// The items, for republishing.
    pub items: Items,
    /// The name of the event table, for bodies that do not fit an event.
    pub event_table: String,
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
}

/// Response of an invocation.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The records that the stream must retry.
    Batch(DynamoDbEventResponse),
    /// The result of an operator's command.
    Command(Report),
}

/// Handles a batch of a stream, or an operator's command, until shortly before `deadline`.
pub async fn handle(
    app: &App,
    payload: &RawValue,
    now: Timestamp,
    deadline: Instant,
) -> Result<Answer, Error> {
    let deadline = deadline.checked_sub(MARGIN).unwrap_or(deadline);
    if is_batch(payload) {
        let event = serde_json::from_str(payload.get()).map_err(|_| Error::UnreadableBatch)?;
        return Ok(Answer::Batch(publish(app, event, now, deadline).await));
    }
    let command = Command::parse(payload.get());
    let report = carry_out(app, command, now, deadline).await?;
    Ok(Answer::Command(report))
}

/// Whether the payload is a batch of a stream. An unreadable batch must not count as an invalid command: the
/// stream would take the refusal for success.
fn is_batch(payload: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct Records {
        #[serde(rename = "Records")]
        _records: IgnoredAny,
    }
    serde_json::from_str::<Records>(payload.get()).is_ok()
}

async fn publish(
    app: &App,
    event: Event,
    now: Timestamp,
    deadline: Instant,
) -> DynamoDbEventResponse {
    let written_at = batch::written_at(&event.records);
    let entries = batch::entries(event.records, &app.event_table);
    if entries.is_empty() {
        // Many fetches find no change, and log volume costs money.
        return DynamoDbEventResponse::default();
    }
    let dispatched = dispatch(app, entries, deadline).await;
    let mut line = line(&dispatched);
    if let Some(written_at) = written_at {
        let age = now.duration_since(written_at).as_millis();
        line.metric(Metric::PublishAge, age.max(0));
    }
    app.metrics.emit(line, now);
    let mut response = DynamoDbEventResponse::default();
    // The stream repeats everything from the first failed record.
    if let Some(first) = dispatched.left.into_iter().next() {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = first.sequence_number;
        response.batch_item_failures.push(failure);
    }
    response
}

async fn carry_out(
    app: &App,
    command: Result<Command, InvalidCommand>,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, Error> {
    let command = match command {
        Ok(command) => command,
        Err(refusal) => {
            tracing::warn!(field = refusal.field, "command refused");
            return Ok(Report::Refused(refusal));
        }
    };
    match republish::republish(app, command, now, deadline).await {
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

fn line(dispatched: &Dispatched) -> EmfRecord {
    let mut line = EmfRecord::new("batch published");
    line.metric(Metric::EventsPublished, dispatched.published as u64);
    line.metric(Metric::EventsDeadLettered, dispatched.dead_lettered as u64);
    line
}
