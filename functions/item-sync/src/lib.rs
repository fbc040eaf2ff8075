//! Fed by the stream of `EventTable`: reads each item again at Pluggy, once for each batch, and
//! writes its row.
//!
//! A stream repeats everything after the lowest failed record, so a failure is reported only when
//! DynamoDB refuses a write. What Pluggy refuses goes into the item's schedule, and comes back as a
//! check when it is due.

mod budget;
mod config;
mod group;
mod missing;
mod owner;
mod sync;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use jiff::Timestamp;
use shared::pluggy;
use shared::store::Items;
use shared::telemetry::chain;
use tokio::time::Instant;

pub use config::Config;

use budget::Budget;
use group::group;

/// What the function works with, built once during init.
pub struct App {
    /// Pluggy.
    pub pluggy: pluggy::Client,
    /// The items.
    pub items: Items,
}

/// Handles one batch of the stream, which must end by `deadline`; gives the records that DynamoDB
/// made fail.
pub async fn handle(
    app: &App,
    event: &Event,
    now: Timestamp,
    deadline: Instant,
) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    let mut budget = Budget::new(now, deadline);
    for signals in group(&event.records) {
        match Box::pin(sync::sync(app, &signals, &mut budget)).await {
            Ok(outcome) => tracing::info!(
                outcome = outcome.as_str(),
                item.id = %signals.item_id,
                item.events = signals.events,
                "item synced"
            ),
            Err(error) => {
                tracing::error!(error = chain(&error), item.id = %signals.item_id, "item not synced");
                response
                    .batch_item_failures
                    .push(failure(signals.first_sequence_number));
            }
        }
    }
    response
}

fn failure(sequence_number: String) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(sequence_number);
    failure
}
