//! Consumer of the `EventTable` stream: fetches each item from Pluggy once per batch and writes its row.
//!
//! A stream repeats everything after the lowest failed record. A failure is therefore reported only when
//! DynamoDB refuses a write. A failed call to Pluggy goes into the item's schedule, and the scheduler
//! requests it again when it is due.

mod apply;
mod batch_report;
mod budget;
mod catch_panic;
mod config;
mod confirming_fetch;
mod connector;
mod decide;
mod decision;
mod failed;
mod fetch;
mod found_by_schedule;
mod gate;
mod group;
mod hints;
mod missing;
mod outcome;
mod owner;
mod response;
mod retry;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use jiff::Timestamp;
use runtime::metrics::Emitter;

use client::chain;
use store::{Connectors, Items};
use tokio::time::Instant;

pub use config::Config;

use apply::{apply, apply_connector};
use batch_report::BatchReport;
use budget::Budget;
use catch_panic::catch_panic;
use connector::failed_connector;
use failed::failed_item;
use fetch::{fetch_connector, fetch_item};
use group::{TargetSignals, group};

/// Dependencies of the function, built once during init.
pub struct App {
    /// The Pluggy client.
    pub pluggy: client::Client,
    /// The items.
    pub items: Items,
    /// The connectors.
    pub connectors: Connectors,
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
}

/// Handles one batch of the stream, which must end by `deadline`. Returns the records that failed because of
/// DynamoDB.
pub async fn handle(
    app: &App,
    event: &Event,
    now: Timestamp,
    deadline: Instant,
) -> DynamoDbEventResponse {
    let mut budget = Budget::new(now, deadline);
    let mut report = BatchReport::default();
    for group in group(&event.records) {
        report.waited(group.signals.first_received_at());
        if let Err(error) = handle_target(app, &group.signals, &mut budget, &mut report).await {
            tracing::error!(
                error = chain(&error),
                stream.sequence_number = group.first_sequence_number,
                "batch not handled from here on"
            );
            report.failed_from(group.first_sequence_number);
            // The stream repeats everything from here, so the rest would be handled twice.
            break;
        }
    }
    let response = report.response();
    app.metrics.emit(report.into_record(now), now);
    response
}

/// Handles one fetch. A DynamoDB failure is returned as an error, so that the stream repeats the record.
async fn handle_target(
    app: &App,
    reason: &TargetSignals,
    budget: &mut Budget,
    report: &mut BatchReport,
) -> Result<(), store::Error> {
    match reason {
        TargetSignals::Item(signals) => {
            let counts = &mut report.counts;
            let fetching = Box::pin(fetch_item(app, signals, budget, counts));
            let outcome = match catch_panic(fetching).await {
                Ok(outcome) => outcome?,
                Err(panicked) => {
                    let decision = failed_item(signals, &panicked, budget.now());
                    apply(app, signals.item_id, decision, &mut report.counts).await?
                }
            };
            report.item(signals, outcome);
        }
        TargetSignals::Connector(signals) => {
            let fetching = Box::pin(fetch_connector(app, *signals, budget));
            let outcome = match catch_panic(fetching).await {
                Ok(outcome) => outcome?,
                Err(panicked) => {
                    let now = budget.now();
                    let decision = failed_connector(&panicked, now);
                    apply_connector(app, signals.id, decision, now).await?
                }
            };
            report.connector(signals.id, outcome);
        }
    }
    Ok(())
}
