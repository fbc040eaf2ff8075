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
mod outcome;
mod owner;
mod recheck;
mod sync;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use jiff::Timestamp;
use shared::metrics::Emitter;
use shared::pluggy;
use shared::store::{self, Items};
use shared::telemetry::chain;
use tokio::time::Instant;

pub use config::Config;

use budget::Budget;
use group::{Signals, group};
use outcome::Outcome;

/// What the function works with, built once during init.
pub struct App {
    /// Pluggy.
    pub pluggy: pluggy::Client,
    /// The items.
    pub items: Items,
    /// Where the outcome of an invocation is told.
    pub metrics: Emitter,
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
        let outcome = Box::pin(sync::sync(app, &signals, &mut budget)).await;
        if let Err(error) = report(app, &signals, outcome, budget.now()).await {
            tracing::error!(error = chain(&error), item.id = %signals.item_id, "item not synced");
            response
                .batch_item_failures
                .push(failure(signals.first_sequence_number));
            // The stream repeats everything from here on, so the rest would be done twice.
            break;
        }
    }
    response
}

/// The one line of an item. What DynamoDB refuses is an error, so that the stream repeats it; a row
/// that cannot be read would fail each time, and waits for a person without holding up the others.
async fn report(
    app: &App,
    signals: &Signals,
    outcome: Result<Outcome, store::Error>,
    now: Timestamp,
) -> Result<(), store::Error> {
    match outcome {
        Ok(outcome) => {
            tracing::info!(
                outcome = outcome.as_str(),
                item.id = %signals.item_id,
                item.events = signals.events,
                "item synced"
            );
            Ok(())
        }
        Err(error @ store::Error::Unavailable { .. }) => Err(error),
        Err(error) => {
            tracing::error!(error = chain(&error), item.id = %signals.item_id, "item parked");
            sync::park(&app.items, signals, now).await.map(|_| ())
        }
    }
}

fn failure(sequence_number: String) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(sequence_number);
    failure
}
