//! Publisher of bus events: each stored webhook and each change of a connection goes to an EventBridge bus.
//! See docs/guides/integrate.md for consumers and docs/reference/events for the schemas.
//!
//! The package has two binaries. `publish` reads the streams of both tables, so everything that it publishes is
//! durable. If the bus is unavailable, the stream retries. An entry that the bus refuses goes to the dead-letter
//! queue and does not block others. `republish` reads the tables themselves, for an operator: see [`republish`].

mod batch;
mod bus;
mod config;
mod consent;
mod dead_letter_queue;
mod dead_letters;
mod decode;
mod detail_type;
mod dispatch;
mod entry;
mod erased;
mod event_id;
mod item;
mod pending_entry;
mod phase_changes;
mod reference;
pub mod republish;
mod send_queue;
mod webhook;

use std::time::Duration;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use jiff::Timestamp;
use runtime::metrics::{EmfRecord, Emitter, Metric};
use tokio::time::Instant;

pub use bus::Bus;
pub use config::Config;
pub use dead_letter_queue::DeadLetterQueue;
pub use erased::{ErasedFilter, NO_ERASURES_REMEMBERED_FOR};

use dispatch::{Dispatched, dispatch, next_part};
use phase_changes::PhaseChanges;

/// Time reserved at the end of an invocation for the response.
const MARGIN: Duration = Duration::from_secs(2);

/// Dependencies of `publish`, built once during init.
pub struct App {
    /// The bus.
    pub bus: Bus,
    /// The dead-letter queue for refused entries.
    pub dead_letter_queue: DeadLetterQueue,
    /// The name of the event table, for bodies that do not fit an event.
    pub event_table: String,
    /// The filter of what is about erased users, which is not published.
    pub erased: ErasedFilter,
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
}

/// Publishes a batch of a stream until shortly before `deadline`. Returns the record from which the stream retries.
pub async fn handle(
    app: &App,
    batch: Event,
    now: Timestamp,
    deadline: Instant,
) -> DynamoDbEventResponse {
    let mut entries = batch::entries(batch.records, &app.event_table).peekable();
    if entries.peek().is_none() {
        // Many fetches find no change, and log volume costs money.
        return DynamoDbEventResponse::default();
    }
    let deadline = before_response(deadline);
    let mut dispatched = Dispatched::default();
    let mut phase_changes = PhaseChanges::default();
    while dispatched.left.is_empty() && entries.peek().is_some() {
        let part = next_part(&mut entries, usize::MAX);
        let part = match app.erased.apply(part, now).await {
            Ok(part) => part,
            // The stream retries from here.
            Err(part) => {
                dispatched.left = part;
                break;
            }
        };
        phase_changes.add(&part);
        let part = dispatch(&app.bus, &app.dead_letter_queue, part, deadline).await;
        dispatched.published += part.published;
        dispatched.dead_lettered += part.dead_lettered;
        phase_changes.remove(&part.left);
        dispatched.left = part.left;
    }
    let mut record = emf_record(&dispatched);
    phase_changes.write_to(&mut record);
    app.metrics.emit(record, now);
    let mut response = DynamoDbEventResponse::default();
    // The stream repeats everything from the first failed record.
    if let Some(first) = dispatched.left.into_iter().next() {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = first.sequence_number;
        response.batch_item_failures.push(failure);
    }
    response
}

/// Returns the time at which the work must end.
fn before_response(deadline: Instant) -> Instant {
    deadline.checked_sub(MARGIN).unwrap_or(deadline)
}

fn emf_record(dispatched: &Dispatched) -> EmfRecord {
    let mut record = EmfRecord::new("batch published");
    record.metric(Metric::EventsPublished, dispatched.published as u64);
    record.metric(Metric::EventsDeadLettered, dispatched.dead_lettered as u64);
    record
}
