//! Tells the owner's other systems what happens: each webhook that was stored, and each change of
//! where an item's connection stands, as events on an EventBridge bus. docs/integrate.md is what
//! they read, docs/events has the schemas.
//!
//! It is fed by the streams of both tables, so whatever it tells is durable. Where the bus takes
//! nothing, the stream repeats; what the bus refuses alone goes into a queue, and holds up nobody.

mod batch;
mod bus;
mod command;
mod config;
mod dead_letters;
mod decode;
mod delivery;
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
use runtime::metrics::{EmfRecord, Emitter, Metric};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::{EventLog, Items};
use tokio::time::Instant;

pub use bus::Bus;
pub use command::{Command, Cursor, Refusal};
pub use config::Config;
pub use dead_letters::DeadLetters;
pub use error::Error;
pub use republish::{Report, Republished};

use delivery::{Delivered, deliver};

/// What is left of an invocation when it must answer.
const MARGIN: Duration = Duration::from_secs(2);

/// What the function works with, built once during init.
pub struct App {
    /// Where events are published.
    pub bus: Bus,
    /// Where it is noted what the bus refuses.
    pub dead_letters: DeadLetters,
    /// The webhooks, to publish them again.
    pub log: EventLog,
    /// The items, to publish them again.
    pub items: Items,
    /// The name of the event table, for bodies that do not fit an event.
    pub event_table: String,
    /// Where the outcome of an invocation is told.
    pub metrics: Emitter,
}

/// What an invocation is answered.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The records of a stream that are to come again.
    Batch(DynamoDbEventResponse),
    /// What became of an operator's command.
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

/// Whether a stream sends it. What cannot be read of a batch must not be taken for a bad command,
/// since a refusal is an answer, and then the stream goes on.
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
        // Many looks find an item as it was. A log is paid for by its length.
        return DynamoDbEventResponse::default();
    }
    let delivered = deliver(app, entries, deadline).await;
    let mut line = line(&delivered);
    if let Some(written_at) = written_at {
        let age = now.duration_since(written_at).as_millis();
        line.metric(Metric::PublishAge, age.max(0));
    }
    app.metrics.emit(line, now);
    let mut response = DynamoDbEventResponse::default();
    // The stream repeats everything from the first one on.
    if let Some(first) = delivered.left.into_iter().next() {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = first.sequence_number;
        response.batch_item_failures.push(failure);
    }
    response
}

async fn carry_out(
    app: &App,
    command: Result<Command, Refusal>,
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

fn line(delivered: &Delivered) -> EmfRecord {
    let mut line = EmfRecord::new("batch published");
    line.metric(Metric::EventsPublished, delivered.published as u64);
    line.metric(Metric::EventsDeadLettered, delivered.dead_lettered as u64);
    line
}
