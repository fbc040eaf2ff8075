//! Function URL that is registered at Pluggy: stores each event with one conditional write, then responds.
//!
//! A 2xx means that the event is durable. A 401 means only that the secret is wrong, because Pluggy does not
//! retry after a 401. Every failure of ours returns 503, after which Pluggy retries.

mod config;
mod delivery;
mod rejection_report;
mod report;

use std::time::Duration;

use client::chain;
use jiff::{SignedDuration, Timestamp};
use lambda_http::http::header::ALLOW;
use lambda_http::http::{HeaderValue, Method};
use lambda_http::{Body, Request, Response};
use pluggy::ClientId;
use runtime::metrics::{EmfRecord, Emitter, Metric};
use runtime::problem::{LONG_WAIT, Problem, SHORT_WAIT, request_id};
use store::Events;
use tokio::time::{Instant, timeout_at};

pub use config::Config;
pub use runtime::secret::AcceptedSecrets;

/// Time limit of the response, well before Pluggy times out.
const DEADLINE: Duration = Duration::from_millis(2_800);

/// Dependencies of the function, built once during init.
pub struct App {
    /// The event table.
    pub events: Events,
    /// How long a stored event is kept.
    pub event_retention: SignedDuration,
    /// The accepted secrets of a delivery.
    pub secrets: AcceptedSecrets,
    /// Our application.
    pub client_id: ClientId,
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
}

/// Handles one delivery. Without usable settings there is no `app`: a missing setting is our failure, and
/// Pluggy must retry the delivery.
pub async fn handle(app: Option<&App>, request: Request, now: Timestamp) -> Response<Body> {
    if request.method() != Method::POST {
        return only_post();
    }
    let Some(app) = app else {
        // No metric is emitted, because their namespace is a setting too.
        tracing::error!("the webhook has no usable settings; delivery put off");
        return put_off(&request, LONG_WAIT);
    };
    let mut line = EmfRecord::new("delivery answered");
    let response = answer(app, &request, now, &mut line).await;
    // A rejected delivery without the header and without an event's body writes no line, and so has no metric.
    if line.has_metrics() {
        app.metrics.emit(line, now);
    }
    response
}

async fn answer(
    app: &App,
    request: &Request,
    now: Timestamp,
    line: &mut EmfRecord,
) -> Response<Body> {
    // The deadline starts here, so that decoding and compressing a large body counts too.
    let deadline = Instant::now() + DEADLINE;
    if app.secrets.is_empty() {
        tracing::error!("the webhook has no secret configured; delivery put off");
        line.metric(Metric::DeliveriesPutOff, 1);
        return put_off(request, LONG_WAIT);
    }
    report::source(line, request);
    if !app.secrets.admit(request.headers()) {
        rejection_report::report(line, &app.secrets, request);
        return Problem::unauthenticated().into_response();
    }
    let event = delivery::event(request.body().as_ref(), app.client_id, now);
    report::event(line, &event);
    match timeout_at(deadline, app.events.insert(&event, app.event_retention)).await {
        Ok(Ok(insertion)) => {
            report::header_names(line, request.headers(), app.secrets.header());
            line.metric(report::outcome(&event, insertion), 1);
            return Response::new(Body::Empty);
        }
        Ok(Err(error)) => tracing::warn!(error = chain(&error), "event not stored"),
        Err(_) => tracing::warn!("event not stored in time"),
    }
    line.metric(Metric::DeliveriesPutOff, 1);
    put_off(request, SHORT_WAIT)
}

fn only_post() -> Response<Body> {
    let mut response = Problem::method_not_allowed().into_response();
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

/// Responds with 503, after which Pluggy retries the delivery.
fn put_off(request: &Request, retry_after: Duration) -> Response<Body> {
    Problem::unavailable(request_id(request), retry_after).into_response()
}
