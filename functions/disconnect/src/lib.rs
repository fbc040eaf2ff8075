//! `DELETE /items/{itemId}`, and `DELETE /users/{userId}/items/{itemId}` for backends: deletes a bank connection
//! of the user at Pluggy, with its data and its consent, and requests a fetch of the item.

mod config;
mod pluggy_refusal;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt as _, Response};
use pluggy::ItemId;
use runtime::RequestError;
use runtime::caller::Callers;
use runtime::metrics::Emitter;
use runtime::problem::Problem;
use runtime::user_limit;
use store::{Disconnection, EventKey, Events, Items, Limited, Limits, NewEvent, Permit};

pub use config::Config;

/// Time limit of the response. The timeout of the function is longer.
const DEADLINE: Duration = Duration::from_secs(12);

/// Dependencies of the function, built once during init.
pub struct App {
    /// The Pluggy client.
    pub pluggy: client::Client,
    /// The item table, for the owner of an item.
    pub items: Items,
    /// The event table, for fetch requests, and to check who has disconnected a deleted item.
    pub events: Events,
    /// The limit table, for the number of deletions of a user.
    pub limits: Limits,
    /// How long a stored event is kept.
    pub event_retention: SignedDuration,
    /// The callers that the function accepts.
    pub callers: Callers,
    /// The emitter for refusals of users who have reached the limit.
    pub metrics: Emitter,
}

/// Handles one request.
pub async fn handle(app: &App, request: Request, now: Timestamp) -> Response<Body> {
    let answer = tokio::time::timeout(DEADLINE, run(app, &request, now)).await;
    match answer.unwrap_or_else(|_| Err(RequestError::too_slow())) {
        Ok(item_id) => {
            tracing::info!(item.id = %item_id, "item disconnected");
            no_content()
        }
        Err(error) => error.into_response(&request),
    }
}

async fn run(app: &App, request: &Request, now: Timestamp) -> Result<ItemId, RequestError> {
    let unusable_table = RequestError::ours(store::Error::is_temporary);
    let user = app.callers.user(request)?;
    if request.method() != Method::DELETE {
        return Err(Problem::no_such_resource().into());
    }
    let item_id = item_id(request)?;
    let item = app.items.of_user(item_id, &user).await;
    let Some(item) = item.map_err(&unusable_table)? else {
        // Items of other users, deleted items and unknown items take the same path, so the response does not
        // reveal which one it is.
        let key = EventKey::of_asked_disconnection(item_id, &user);
        let was_asked = app.events.contains(&key, now).await;
        let was_asked = was_asked.map_err(&unusable_table)?;
        let repeated = was_asked.then_some(item_id);
        return Ok(repeated.ok_or_else(Problem::item_not_found)?);
    };
    // Only an event or an operator names the owner of an item that was never fetched. Nothing is deleted on that.
    if item.snapshot().is_none() {
        return Err(Problem::item_not_fetched().into());
    }
    // The request for a tombstone has been answered above, so that it never reaches the limit.
    let permit = app.limits.count(&user, Limited::Deletion, now).await;
    if let Permit::Refused {
        retry_after,
        is_first,
    } = permit.map_err(&unusable_table)?
    {
        return Err(user_limit::refuse(&app.metrics, request, retry_after, is_first, now).into());
    }
    // Stored before the call, so that a retry after a lost response finds it.
    let put = async |step| {
        let event = NewEvent::disconnection(item_id, &user, step, now);
        app.events
            .insert(&event, app.event_retention)
            .await
            .map_err(&unusable_table)
    };
    put(Disconnection::Asked).await?;
    // A missing item counts as deleted: the response to an earlier request may have been lost.
    let deleted = app.pluggy.delete_item(item_id, now).await;
    let outcome = match deleted.map_err(pluggy_refusal::request_error)? {
        Some(_) => Disconnection::Deleted,
        None => Disconnection::NotFound,
    };
    // Stored after the call, so that the fetch finds the item deleted. If this write fails, the caller
    // retries.
    put(outcome).await?;
    Ok(item_id)
}

fn item_id(request: &Request) -> Result<ItemId, Problem> {
    request
        .path_parameters_ref()
        .and_then(|parameters| parameters.first("itemId"))
        .and_then(|item_id| item_id.parse().ok())
        .ok_or_else(|| Problem::invalid_field("itemId", "itemId must be a UUID."))
}

fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
