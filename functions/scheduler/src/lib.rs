//! Scheduler: each minute it requests the fetches that are due, by rows of `EventTable`.

mod config;

use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use runtime::metrics::{EmfRecord, Emitter, Metric};
use serde::Serialize;
use store::{DueFetch, Events, Insertion, Items, Limits, NewEvent};
use tokio::time::{Instant, timeout_at};

pub use config::Config;

/// Maximum number of due fetches that a run handles besides those that it may request. Fetches that were requested before
/// must not hide the rest.
const MAX_REQUESTED_BEFORE: usize = 5_000;
/// Requests that the function stores at a time. Each takes a connection.
pub const REQUESTS_AT_A_TIME: usize = 16;
/// Time reserved at the end of a run for the log line and the response.
const RESERVE: Duration = Duration::from_secs(5);
/// A fetch that did not lead to a new `nextFetchAt` is requested again after this long, and not before.
const REPEAT_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Dependencies of the function, built once during init.
pub struct App {
    /// The item table, to see which fetches are due.
    pub items: Items,
    /// The event table, for fetch requests.
    pub events: Events,
    /// How long a stored event is kept.
    pub event_retention: SignedDuration,
    /// The pace of the fleet's calls to Pluggy.
    pub limits: Limits,
    /// Maximum number of fetch requests per run. A backlog is handled oldest first.
    pub fetches_per_minute: u32,
    /// Number of requests that are stored at a time.
    pub requests_at_a_time: usize,
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
}

/// Result of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Number of due fetches handled: requested now, or to be requested when the time ended, or requested before.
    pub due: usize,
    /// Number of new fetch requests. The other fetches were requested before.
    pub requested: usize,
    /// For how many seconds the oldest fetch has been due.
    pub oldest_overdue_seconds: i64,
}

/// Requests each fetch that is due, until shortly before `deadline`. A shard that cannot be read, or a request
/// that cannot be stored, does not block the others. The run then fails, so that an alarm shows it.
pub async fn handle(app: &App, now: Timestamp, deadline: Instant) -> Result<Run, store::Error> {
    let end = deadline.checked_sub(RESERVE).unwrap_or(deadline);
    let max = max_requested(app, now).await?;
    let limit = max.saturating_add(MAX_REQUESTED_BEFORE);
    let due = app.items.due(now, limit, halfway_to(end)).await;
    let mut run = Run::default();
    let mut failure = due.failure;
    if due.fetches.is_empty()
        && let Some(error) = failure
    {
        // A run that cannot read the schedule emits no metrics, and an alarm detects their absence.
        return Err(error);
    }
    let requests = request(app, &due.fetches, max, now, &mut run, &mut failure);
    // A write that is cut off may have been stored. The request of the next run is then a duplicate.
    if timeout_at(end, requests).await.is_err() {
        tracing::warn!("no time for all that is due; the rest is left to the next minute");
    }
    app.metrics.emit(record(run), now);
    failure.map_or(Ok(run), Err)
}

/// Returns when the reading must end, so that as much time is left for the requests.
fn halfway_to(end: Instant) -> Instant {
    let start = Instant::now();
    start + end.saturating_duration_since(start) / 2
}

/// Returns the number of fetches that this run may request: none while Pluggy limits our calls, since they could not be
/// made.
async fn max_requested(app: &App, now: Timestamp) -> Result<usize, store::Error> {
    let pace = app.limits.pace().await?;
    let of_pace = pace.and_then(|pace| pace.calls_a_minute(now));
    let max = of_pace.map_or(app.fetches_per_minute, |calls| {
        calls.min(app.fetches_per_minute)
    });
    Ok(usize::try_from(max).unwrap_or(usize::MAX))
}

/// Requests up to `max` fetches, the oldest first. `run` and `failure` record the progress, also when the time ends.
async fn request(
    app: &App,
    fetches: &[DueFetch],
    max: usize,
    now: Timestamp,
    run: &mut Run,
    failure: &mut Option<store::Error>,
) {
    let mut left = fetches;
    while run.requested < max && !left.is_empty() {
        // A fetch that was requested before leaves room for another one.
        let (wave, rest) = left.split_at(left.len().min(max - run.requested));
        left = rest;
        run.due += wave.len();
        let overdue = wave
            .iter()
            .map(|fetch| now.duration_since(fetch.next_fetch_at).as_secs());
        run.oldest_overdue_seconds = overdue.fold(run.oldest_overdue_seconds, i64::max);
        let insertions = wave.iter().map(async |fetch| {
            let event = event(*fetch, now);
            app.events.insert(&event, app.event_retention).await
        });
        let mut insertions = stream::iter(insertions).buffer_unordered(app.requests_at_a_time);
        while let Some(insertion) = insertions.next().await {
            match insertion {
                Ok(Insertion::Inserted) => run.requested += 1,
                Ok(_) => {}
                Err(error) => *failure = Some(error),
            }
        }
    }
}

fn record(run: Run) -> EmfRecord {
    let mut record = EmfRecord::new("due fetches requested");
    record.metric(Metric::FetchesDue, run.due);
    record.metric(Metric::FetchesRequested, run.requested);
    record.metric(Metric::OldestOverdue, run.oldest_overdue_seconds);
    record
}

/// Returns the fetch request. Its id contains the due time and how often [`REPEAT_AFTER`] has passed. A fetch
/// is thus requested once per period, and again if it had no effect.
fn event(fetch: DueFetch, now: Timestamp) -> NewEvent {
    let overdue = now.duration_since(fetch.next_fetch_at);
    let bucket = overdue.as_secs() / REPEAT_AFTER.as_secs();
    let event_id = format!("fetch-{}-{bucket}", fetch.next_fetch_at.as_millisecond());
    NewEvent::fetch_request(fetch.target, &event_id, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Target;

    fn event_id(now: &str) -> String {
        let fetch = DueFetch {
            target: Target::Item("9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap()),
            next_fetch_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        };
        event(fetch, now.parse().unwrap()).key.sort
    }

    #[test]
    fn a_fetch_is_requested_again_only_after_a_while() {
        assert_eq!(
            event_id("2026-11-23T12:00:00Z"),
            event_id("2026-11-23T12:14:59Z")
        );
        assert_ne!(
            event_id("2026-11-23T12:14:59Z"),
            event_id("2026-11-23T12:15:00Z")
        );
    }
}
