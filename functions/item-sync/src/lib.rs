//! Fed by the stream of `EventTable`: reads each item again at Pluggy, once for each batch, and
//! writes its row.
//!
//! A stream repeats everything after the lowest failed record, so a failure is reported only when
//! DynamoDB refuses a write. What Pluggy refuses goes into the item's schedule, and comes back as a
//! check when it is due.

mod budget;
mod config;
mod connector;
mod group;
mod isolate;
mod look;
mod missing;
mod outcome;
mod owner;
mod park;
mod recheck;
mod sync;
mod tally;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use jiff::Timestamp;
use shared::metrics::Emitter;
use shared::pluggy;
use shared::store::{self, Connectors, Items};
use shared::telemetry::chain;
use tokio::time::Instant;

pub use config::Config;

use budget::Budget;
use group::{Reason, group};
use isolate::isolate;
use tally::Tally;

/// What the function works with, built once during init.
pub struct App {
    /// Pluggy.
    pub pluggy: pluggy::Client,
    /// The items.
    pub items: Items,
    /// The connectors.
    pub connectors: Connectors,
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
    let mut tally = Tally::default();
    for group in group(&event.records) {
        tally.waited(group.reason.first_received_at());
        if let Err(error) = look(app, &group.reason, &mut budget, &mut tally).await {
            tracing::error!(
                error = chain(&error),
                stream.sequence_number = group.first_sequence_number,
                "batch not synced from here on"
            );
            response
                .batch_item_failures
                .push(failure(group.first_sequence_number));
            // The stream repeats everything from here on, so the rest would be done twice.
            break;
        }
    }
    app.metrics.emit(tally.into_line(now), now);
    response
}

/// One look. What DynamoDB refuses is an error, so that the stream repeats it.
async fn look(
    app: &App,
    reason: &Reason,
    budget: &mut Budget,
    tally: &mut Tally,
) -> Result<(), store::Error> {
    match reason {
        Reason::Item(signals) => {
            let syncing = Box::pin(sync::sync(app, signals, budget, tally));
            let outcome = match isolate(syncing).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(error @ store::Error::Unavailable { .. })) => return Err(error),
                Ok(Err(error)) => park::item(app, signals, &error, budget.now()).await?,
                Err(panicked) => park::item(app, signals, &panicked, budget.now()).await?,
            };
            tally.item(signals, outcome);
        }
        Reason::Connector(signals) => {
            let syncing = Box::pin(connector::sync(app, *signals, budget));
            let outcome = match isolate(syncing).await {
                Ok(outcome) => outcome?,
                Err(panicked) => park::connector(app, *signals, &panicked, budget.now()).await?,
            };
            tally.connector(signals.id, outcome);
        }
    }
    Ok(())
}

fn failure(sequence_number: String) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(sequence_number);
    failure
}
