//! Scheduler: each minute it requests the fetches that are due, by rows of `EventTable`.

mod config;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use runtime::metrics::{EmfRecord, Emitter, Metric};
use serde::Serialize;
use store::{DueFetch, Events, Insertion, Items, NewEvent};
use tokio::time::{Instant, timeout_at};

pub use config::Config;

/// Maximum number of fetch requests per run. It limits their rate; a backlog is handled oldest first.
const MAX_REQUESTED: usize = 300;
/// Maximum number of due fetches that a run handles. Fetches that were requested before must not hide the rest.
const MAX_DUE: usize = 5_000;
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
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
}

/// Result of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Number of due fetches handled: requested now, or found to be requested before.
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
    let due = app.items.due(now, MAX_DUE, halfway_to(end)).await;
    let mut run = Run::default();
    let mut failure = due.failure;
    if due.fetches.is_empty()
        && let Some(error) = failure
    {
        // A run that cannot read the schedule emits no metrics, and an alarm detects their absence.
        return Err(error);
    }
    let requests = request(app, due.fetches, now, &mut run, &mut failure);
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

/// Requests fetches in their order. `run` and `failure` record the progress, also when the time ends.
async fn request(
    app: &App,
    fetches: Vec<DueFetch>,
    now: Timestamp,
    run: &mut Run,
    failure: &mut Option<store::Error>,
) {
    for fetch in fetches {
        if run.requested >= MAX_REQUESTED {
            return;
        }
        let overdue = now.duration_since(fetch.next_fetch_at).as_secs();
        run.oldest_overdue_seconds = run.oldest_overdue_seconds.max(overdue);
        run.due += 1;
        match app
            .events
            .insert(&event(fetch, now), app.event_retention)
            .await
        {
            Ok(Insertion::Inserted) => run.requested += 1,
            Ok(_) => {}
            Err(error) => *failure = Some(error),
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
