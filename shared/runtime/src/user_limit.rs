//! Refusals of requests of a user who has reached a limit.

use std::time::Duration;

use jiff::Timestamp;
use lambda_http::Request;
use serde_json::json;

use crate::metrics::{EmfRecord, Emitter, Metric};
use crate::problem::{Problem, request_id};

/// Fails with the problem if there is a `refusal`, and counts it. A refusal is the time until the user may try again,
/// and whether it is the user's first one in the period.
pub fn check(
    metrics: &Emitter,
    request: &Request,
    refusal: Option<(Duration, bool)>,
    now: Timestamp,
) -> Result<(), Problem> {
    let Some((retry_after, is_first)) = refusal else {
        return Ok(());
    };
    let mut line = EmfRecord::new("user limit reached");
    line.property("requestId", json!(request_id(request)));
    line.metric(Metric::RequestsOverLimit, 1);
    line.metric(Metric::UsersOverLimit, u8::from(is_first));
    metrics.emit(line, now);
    Err(Problem::too_many_requests(retry_after))
}
