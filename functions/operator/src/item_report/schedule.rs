//! When an item is looked at next, and what went wrong before.

use jiff::Timestamp;
use serde::Serialize;
use store::{FailedFetch, PendingSignal, Schedule};

/// When an item is looked at next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleReport {
    /// The moment; none for a deleted item.
    pub next_fetch_at: Option<Timestamp>,
    /// For how long that has been due, in seconds.
    pub overdue_seconds: Option<i64>,
    /// How many reads in a row have failed.
    pub fetch_failures: u32,
    /// How many looks in a row were made because one answer was not enough.
    pub confirming_fetches: u32,
    /// Why the last read failed, if it did.
    pub last_error: Option<FailedFetch>,
    /// What an event of Pluggy's said that no look has confirmed yet.
    pub pending_signal: Option<&'static str>,
    /// When Pluggy first said that there is no such item.
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
