//! `POST /connect-events`, and `POST /users/{userId}/connect-events` for backends: an event of the Connect widget,
//! relayed by a frontend. The event is counted. An event about an item is also stored as a hint, which requests a
//! fetch of that item. Each connect-token request adds five hints to the user's quota; a hint beyond it is not stored.
//!
//! The response is the same for every item id, with or without a stored hint. `item-sync` checks later whether the
//! item exists and who owns it, when no caller waits.

mod config;
mod funnel;
mod relayed;

use std::time::Duration;

use jiff::Timestamp;
use lambda_http::http::header::CACHE_CONTROL;
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Request, Response};
use pluggy::{ClientUserId, ItemId};
use runtime::RequestError;
use runtime::caller::Callers;
use runtime::metrics::{EmfRecord, Emitter, Metric};
use serde_json::json;
use store::{Events, HINT_RETENTION, Insertion, Limits, NewEvent};
use tokio::time::{Instant, timeout_at};

pub use config::Config;

use relayed::Relayed;

/// Time limit of the response. The timeout of the function is longer.
const DEADLINE: Duration = Duration::from_secs(4);

/// Dependencies of the function, built once during init.
pub struct App {
    /// The event table.
    pub events: Events,
    /// The limit table, for the hint quota of a user.
    pub limits: Limits,
    /// The callers that the function accepts.
    pub callers: Callers,
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
}

/// Handles one request.
pub async fn handle(app: &App, request: Request, now: Timestamp) -> Response<Body> {
    let mut line = EmfRecord::of_request("connect event answered", &request);
    let response = match run(app, &request, now, &mut line).await {
        Ok(()) => accepted(),
        Err(error) => error.into_response(&request),
    };
    line.property("response.status", json!(response.status().as_u16()));
    app.metrics.emit(line, now);
    response
}

async fn run(
    app: &App,
    request: &Request,
    now: Timestamp,
    line: &mut EmfRecord,
) -> Result<(), RequestError> {
    let deadline = Instant::now() + DEADLINE;
    let user = app.callers.user(request)?;
    let relayed = Relayed::parse(request.body())?;
    funnel::count(line, &relayed);
    let Some(item_id) = relayed.item_id else {
        return Ok(());
    };
    let hinting = hint(app, item_id, &user, now);
    let hinted = timeout_at(deadline, hinting)
        .await
        .unwrap_or_else(|_| Err(RequestError::too_slow()))?;
    line.metric(hinted, 1);
    Ok(())
}

async fn hint(
    app: &App,
    item_id: ItemId,
    user: &ClientUserId,
    now: Timestamp,
) -> Result<Metric, RequestError> {
    let unusable_table = RequestError::ours(store::Error::is_temporary);
    let hint = NewEvent::hint(item_id, user, now);
    let is_within_quota = app.limits.count_hint(user, &hint.key, now).await;
    if !is_within_quota.map_err(&unusable_table)? {
        return Ok(Metric::HintsOverLimit);
    }
    let insertion = app.events.insert(&hint, HINT_RETENTION).await;
    let insertion = insertion.map_err(&unusable_table)?;
    Ok(match insertion {
        Insertion::Inserted | Insertion::InsertedUnderReusedId => Metric::HintsStored,
        Insertion::Duplicate => Metric::HintsRepeated,
    })
}

fn accepted() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::ACCEPTED;
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    response
}
