//! The measured throughput of item-sync: what a run has done, and the tables of the runs.

mod table;
mod timeline;

use serde::Serialize;

pub use table::tables;
pub use timeline::{Call, Event, Snapshot, Stage, Timeline};

/// One run of item-sync on a stream.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// What distinguishes the run.
    pub name: String,
    /// Whether all events came at once.
    pub is_burst: bool,
    /// The number of events.
    pub events: usize,
    /// The number of items.
    pub items: usize,
    /// The number of execution environments.
    pub environments: usize,
    /// The number of invocations.
    pub invocations: usize,
    /// The number of responses that report failures.
    pub unfinished: usize,
    /// The number of fetches that Pluggy answered.
    pub fetches: usize,
    /// The number of those until all records of the stream were handled, without what was deferred.
    pub fetches_at_first: usize,
    /// Until then, in seconds.
    pub handled: f64,
    /// The number of fetches that Pluggy refused because of its limit.
    pub limited: usize,
    /// The number of writes to the items' rows.
    pub writes: usize,
    /// From the first event until the last one is visible, in seconds.
    pub last_visible: f64,
    /// Billed time of item-sync for each event, in seconds.
    pub billed: f64,
    /// From the delivery of an event until its item is visible, in milliseconds. In a burst, from its begin.
    pub to_status: Percentiles,
    /// The part of that before item-sync has the event: the webhook, the stream and the batch before.
    pub before: Percentiles,
    /// The part that is item-sync's own, beside Pluggy's.
    pub own: Percentiles,
    /// Processor time in percent of all processors, while events were handled.
    pub shares: Shares,
    /// The greatest peak memory of an environment, in bytes.
    pub peak_memory: u64,
}

/// The median and the 99th percentile, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Percentiles {
    /// The median.
    pub p50: f64,
    /// The 99th percentile.
    pub p99: f64,
}

/// Processor time in percent of all processors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shares {
    /// That of DynamoDB's engine, with its endpoint.
    pub dynamodb: f64,
    /// That of Pluggy's stand-in, with its endpoint.
    pub pluggy: f64,
    /// That of item-sync.
    pub item_sync: f64,
}

impl Run {
    /// Returns the fetches in each second, until all records were handled.
    pub fn fetches_a_second(&self) -> f64 {
        ratio(self.fetches_at_first, self.handled)
    }

    /// Returns the fetches of each item.
    pub fn fetches_an_item(&self) -> f64 {
        ratio(self.fetches, decimal(self.items))
    }

    /// Returns the events of each invocation.
    pub fn events_an_invocation(&self) -> f64 {
        ratio(self.events, decimal(self.invocations))
    }
}

fn ratio(count: usize, of: f64) -> f64 {
    decimal(count) / of
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no run has a million of anything"
)]
fn decimal(count: usize) -> f64 {
    count as f64
}
