//! Refusals of requests of a user who has reached a limit.

use jiff::{SignedDuration, Timestamp};
use lambda_http::Request;

use crate::metrics::{EmfRecord, Emitter, Metric};
use crate::problem::Problem;

/// Counts the refusal of a request, and returns the problem. The user may try again after `retry_after`. `is_first`
/// is whether this is the user's first refusal in the period.
pub fn refuse(
    metrics: &Emitter,
    request: &Request,
    retry_after: SignedDuration,
    is_first: bool,
    now: Timestamp,
) -> Problem {
    let mut record = EmfRecord::of_request("user limit reached", request);
    record.metric(Metric::RequestsOverLimit, 1);
    record.metric(Metric::UsersOverLimit, u8::from(is_first));
    metrics.emit(record, now);
    Problem::too_many_requests(retry_after.unsigned_abs())
}
