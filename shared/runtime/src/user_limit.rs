//! Refusals of requests of a user who has reached a limit.

use std::time::Duration;

use jiff::Timestamp;

use crate::metrics::{EmfRecord, Emitter, Metric};
use crate::problem::Problem;

/// Counts the refusal and returns the problem. `is_first` says whether it is the user's first one in the period.
pub fn refuse(metrics: &Emitter, retry_after: Duration, is_first: bool, now: Timestamp) -> Problem {
    let mut line = EmfRecord::new("user limit reached");
    line.metric(Metric::RequestsOverLimit, 1);
    line.metric(Metric::UsersOverLimit, u8::from(is_first));
    metrics.emit(line, now);
    Problem::too_many_requests(retry_after)
}
