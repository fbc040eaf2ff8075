//! Schedule of an item's next fetch, and its past failures.

use jiff::Timestamp;
use serde::Serialize;
use store::{FailedFetch, PendingSignal, Schedule};

/// The schedule of an item's next fetch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleReport {
    /// The time of the next fetch; none for a deleted item.
    pub next_fetch_at: Option<Timestamp>,
    /// For how many seconds the fetch has been due.
    pub overdue_seconds: Option<i64>,
    /// Number of failed fetches in a row.
    pub fetch_failures: u32,
    /// Number of confirming fetches in a row.
    pub confirming_fetches: u32,
    /// Why the last fetch failed, if it did.
    pub last_error: Option<FailedFetch>,
    /// The signal of a Pluggy event that no fetch has confirmed yet.
    pub pending_signal: Option<&'static str>,
    /// When Pluggy first responded that the item does not exist.
    pub missing_since: Option<Timestamp>,
}

impl ScheduleReport {
    pub(super) fn new(schedule: &Schedule, now: Timestamp) -> Self {
        let overdue = schedule
            .next_fetch_at
            .map(|at| now.duration_since(at).as_secs());
        Self {
            next_fetch_at: schedule.next_fetch_at,
            overdue_seconds: overdue.filter(|seconds| *seconds > 0),
            fetch_failures: schedule.fetch_failures,
            confirming_fetches: schedule.confirming_fetches,
            last_error: schedule.last_error.clone(),
            pending_signal: schedule.pending_signal.map(PendingSignal::as_str),
            missing_since: schedule.missing_since,
        }
    }
}
