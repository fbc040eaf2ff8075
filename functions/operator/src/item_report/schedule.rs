//! When an item is looked at next, and what went wrong before.

use jiff::Timestamp;
use serde::Serialize;
use shared::store::{FailedRead, Owed, Schedule};

/// When an item is looked at next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleReport {
    /// The moment; none for a deleted item.
    pub check_at: Option<Timestamp>,
    /// For how long that has been due, in seconds.
    pub overdue_seconds: Option<i64>,
    /// How many reads in a row have failed.
    pub sync_failures: u32,
    /// How many looks in a row were made because one answer was not enough.
    pub rechecks: u32,
    /// Why the last read failed, if it did.
    pub last_error: Option<FailedRead>,
    /// What an event of Pluggy's said that no look has confirmed yet.
    pub owed: Option<&'static str>,
    /// When Pluggy first said that there is no such item.
    pub missing_since: Option<Timestamp>,
}

impl ScheduleReport {
    pub(super) fn new(schedule: &Schedule, now: Timestamp) -> Self {
        let overdue = schedule.check_at.map(|at| now.duration_since(at).as_secs());
        Self {
            check_at: schedule.check_at,
            overdue_seconds: overdue.filter(|seconds| *seconds > 0),
            sync_failures: schedule.sync_failures,
            rechecks: schedule.rechecks,
            last_error: schedule.last_error.clone(),
            owed: schedule.owed.map(Owed::as_str),
            missing_since: schedule.missing_since,
        }
    }
}
