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
mod erased;
mod failed;
mod fetch;
mod found_by_schedule;
mod gate;
mod group;
mod hints;
mod missing;
mod outcome;
mod owner;
mod progress;
mod response;
mod retry;
#[cfg(test)]
mod samples;

use std::cell::Cell;
use std::collections::HashMap;
use std::future::ready;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use client::chain;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use pluggy::ItemId;
use runtime::metrics::{Emitter, Metric};
use store::{Connectors, Erasures, ItemBatch, Items, Limits, StoredItem};
use tokio::time::Instant;

pub use config::Config;

use apply::{apply, apply_connector};
use batch_report::{BatchReport, Counts};
use budget::Budget;
use catch_panic::catch_panic;
use connector::failed_connector;
use erased::without_erased_users;
use failed::failed_item;
use fetch::{fetch_connector, fetch_item};
use group::{ConnectorSignals, Group, Signals, TargetSignals, group};
use outcome::Outcome;

/// The rows of a batch's items. One that cannot be read is an error of its item alone.
type Rows = HashMap<ItemId, Result<StoredItem, store::Error>>;

/// Dependencies of the function, built once during init.
pub struct App {
    /// The Pluggy client.
    pub pluggy: client::Client,
    /// The items.
    pub items: Items,
    /// The connectors.
    pub connectors: Connectors,
    /// The pace of the fleet's calls to Pluggy.
    pub limits: Limits,
    /// The markers of erased users, of whom nothing is stored.
    pub erasures: Erasures,
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
}

/// Number of fetches that the function makes at a time. One batch has the process, and a fetch waits for Pluggy most of
/// its time.
pub const FETCHES_AT_A_TIME: usize = 64;

/// Handles one batch of the stream, which must end by `deadline`. Returns the position from which the stream repeats
/// it: the lowest one that DynamoDB refused.
pub async fn handle(
    app: &App,
    event: &Event,
    now: Timestamp,
    deadline: Instant,
) -> DynamoDbEventResponse {
    let groups = group(&event.records);
    let budget = Budget::new(now, deadline, groups.len());
    let mut report = BatchReport::default();
    match read(app, &groups, &budget).await {
        Ok(rows) => {
            let handled = handle_all(app, &groups, rows, &budget).await;
            for (group, handled) in groups.iter().zip(handled) {
                report.add(group, handled);
            }
            pause_the_fleet(app, &budget, &mut report).await;
        }
        Err(error) => {
            if let Some(first) = groups.first() {
                report.refuse(first, &error);
            }
        }
    }
    let response = report.response();
    app.metrics.emit(report.into_record(), now);
    response
}

/// Returns the rows of the batch's items, and gives the batch the calls that the pace of the fleet leaves to it.
async fn read(app: &App, groups: &[Group], budget: &Budget) -> Result<Rows, store::Error> {
    let ids: Vec<ItemId> = groups
        .iter()
        .filter_map(|group| match &group.signals {
            TargetSignals::Item(signals) => Some(signals.item_id),
            TargetSignals::Connector(_) => None,
        })
        .collect();
    let ItemBatch { rows, pace } = app.items.get_batch(&ids, &app.limits).await?;
    if let Some(pace) = pace {
        let wanted = u32::try_from(groups.len()).unwrap_or(u32::MAX);
        let granted = app.limits.take_calls(&pace, wanted, budget.now()).await?;
        if granted < wanted {
            budget.limit_calls(granted, pace.paused_until.max(budget.now()));
        }
    }
    Ok(rows)
}

/// Handles the fetches of a batch and returns their results in the order of their first records.
///
/// The fetches start in this order. After a refusal of DynamoDB none starts any more, because the stream repeats
/// everything from there. Those that have begun end first.
async fn handle_all(app: &App, groups: &[Group], mut rows: Rows, budget: &Budget) -> Vec<Handled> {
    let is_refused = Cell::new(false);
    let targets = groups.iter().enumerate().map(|(number, group)| {
        let row = match &group.signals {
            TargetSignals::Item(signals) => rows.remove(&signals.item_id),
            TargetSignals::Connector(_) => None,
        };
        (number, &group.signals, row)
    });
    let mut handled: Vec<(usize, Handled)> = stream::iter(targets)
        .take_while(|_| ready(!is_refused.get()))
        .map(async |(number, signals, row)| {
            budget.progress.begin();
            let handled = handle_target(app, signals, row, budget).await;
            budget.progress.end();
            if handled.outcome.is_err() {
                is_refused.set(true);
                budget.progress.stop();
            }
            (number, handled)
        })
        .buffer_unordered(FETCHES_AT_A_TIME)
        .collect()
        .await;
    handled.sort_unstable_by_key(|(number, _)| *number);
    handled.into_iter().map(|(_, handled)| handled).collect()
}

/// Stores for the whole fleet that Pluggy has limited our calls. Without it the other processes notice it themselves.
async fn pause_the_fleet(app: &App, budget: &Budget, report: &mut BatchReport) {
    let Some(until) = budget.paused_until() else {
        return;
    };
    report.count(Metric::CallsLimited);
    tracing::warn!(%until, "pluggy limits our calls");
    if let Err(error) = app.limits.pause_calls(until).await {
        tracing::warn!(error = chain(&error), "pause of the calls not stored");
    }
}

/// The result of one fetch.
#[derive(Debug)]
pub(crate) struct Handled {
    /// The outcome, or the refusal of DynamoDB.
    outcome: Result<Outcome, store::Error>,
    counts: Counts,
}

async fn handle_target(
    app: &App,
    signals: &TargetSignals,
    row: Option<Result<StoredItem, store::Error>>,
    budget: &Budget,
) -> Handled {
    let mut counts = Counts::default();
    let outcome = match signals {
        TargetSignals::Item(signals) => handle_item(app, signals, row, budget, &mut counts).await,
        TargetSignals::Connector(signals) => handle_connector(app, *signals, budget).await,
    };
    Handled { outcome, counts }
}

async fn handle_item(
    app: &App,
    signals: &Signals,
    row: Option<Result<StoredItem, store::Error>>,
    budget: &Budget,
    counts: &mut Counts,
) -> Result<Outcome, store::Error> {
    let fetching = Box::pin(fetch_item(app, signals, row, budget, counts));
    match catch_panic(fetching).await {
        Ok(outcome) => outcome,
        Err(panicked) => {
            let decision = failed_item(signals, &panicked, budget.now());
            let decision = without_erased_users(app, None, decision, budget).await?;
            apply(app, signals.item_id, decision, counts).await
        }
    }
}

async fn handle_connector(
    app: &App,
    signals: ConnectorSignals,
    budget: &Budget,
) -> Result<Outcome, store::Error> {
    let fetching = Box::pin(fetch_connector(app, signals, budget));
    match catch_panic(fetching).await {
        Ok(outcome) => outcome,
        Err(panicked) => {
            let now = budget.now();
            let decision = failed_connector(&panicked, now);
            apply_connector(app, signals.id, decision, now).await
        }
    }
}
