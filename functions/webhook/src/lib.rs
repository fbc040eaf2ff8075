//! The function URL that is registered at Pluggy: makes each event durable with one conditional
//! write, and answers.
//!
//! A 2xx means that the event is durable. 401 is for a failed secret alone, because Pluggy never
//! repeats it; whatever is our own fault answers 503, because Pluggy then does.

mod config;
mod delivery;

use std::time::Duration;

use jiff::Timestamp;
use lambda_http::http::header::ALLOW;
use lambda_http::http::{HeaderName, HeaderValue, Method};
use lambda_http::{Body, Request, RequestExt as _, Response};
use shared::caller::request_id;
use shared::metrics::Emitter;
use shared::pluggy::ClientId;
use shared::problem::{LONG_WAIT, Problem, SHORT_WAIT};
use shared::store::{Events, Insertion, NewEvent};
use shared::telemetry::chain;

pub use config::Config;
pub use shared::secret::AcceptedSecrets;

/// Every delivery is answered within this time, well before Pluggy stops waiting.
const DEADLINE: Duration = Duration::from_millis(2_800);

/// What the function works with, built once during init.
pub struct App {
    /// The events.
    pub events: Events,
    /// How a delivery proves that it comes from Pluggy.
    pub secrets: AcceptedSecrets,
    /// Our application.
    pub client_id: ClientId,
    /// Where the outcome of an invocation is told.
    pub metrics: Emitter,
}

/// Answers one delivery. Without settings that can be used there is no `app`: a missing setting is our
/// own fault, and Pluggy must repeat the delivery.
pub async fn handle(app: Option<&App>, request: Request, now: Timestamp) -> Response<Body> {
    if request.method() != Method::POST {
        let mut response = Problem::method_not_allowed().into_response();
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let Some(app) = app.filter(|app| !app.secrets.is_empty()) else {
        tracing::error!("the webhook is not configured; delivery put off");
        return Problem::unavailable(request_id(&request), LONG_WAIT).into_response();
    };
    if !app.secrets.admit(request.headers()) {
        refuse(app, &request);
        return Problem::unauthenticated().into_response();
    }
    let event = delivery::event(request.body().as_ref(), app.client_id, now);
    match tokio::time::timeout(DEADLINE, app.events.insert(&event)).await {
        Ok(Ok(insertion)) => {
            log(&request, &event, insertion);
            Response::new(Body::Empty)
        }
        Err(_) => {
            tracing::error!(
                event.kind = event.name,
                "event not stored in time; delivery put off"
            );
            Problem::unavailable(request_id(&request), SHORT_WAIT).into_response()
        }
        Ok(Err(error)) => {
            tracing::error!(
                error = chain(&error),
                event.kind = event.name,
                "event not stored; delivery put off"
            );
            Problem::unavailable(request_id(&request), SHORT_WAIT).into_response()
        }
    }
}

/// A wrong secret is likely ours: Pluggy never repeats what a 401 answered, so a person must look. An
/// absent one is somebody who found the address.
fn refuse(app: &App, request: &Request) {
    let ip = source_ip(request);
    if app.secrets.are_presented(request.headers()) {
        tracing::error!(source.ip = ip, "delivery refused: the secret is wrong");
    } else {
        tracing::warn!(source.ip = ip, "delivery refused: there is no secret");
    }
}

/// The line of a delivery, and one more where a person should look, which is what the alarm counts.
/// Header names, never values: what a delivery really carries is not documented.
fn log(request: &Request, event: &NewEvent, insertion: Insertion) {
    let outcome = match (event.quarantine, insertion) {
        (_, Insertion::Duplicate) => "duplicate",
        (Some(quarantine), _) => quarantine.as_str(),
        (None, Insertion::Inserted) => "stored",
        (None, Insertion::InsertedUnderReusedId) => "reused-id",
    };
    let header_names: Vec<&str> = request.headers().keys().map(HeaderName::as_str).collect();
    tracing::info!(
        outcome,
        event.kind = event.name,
        event.key = event.key.partition,
        event.id = event.key.sort,
        delivery.header_names = header_names.join(","),
        source.ip = source_ip(request),
        "delivery accepted"
    );
    if !matches!(outcome, "stored" | "duplicate") {
        tracing::error!(
            outcome,
            event.id = event.key.sort,
            "event kept, but not as it should be"
        );
    }
}

/// The address that Lambda saw, never one that a header claims.
fn source_ip(request: &Request) -> Option<String> {
    match request.request_context_ref()? {
        lambda_http::request::RequestContext::ApiGatewayV2(context) => {
            context.http.source_ip.clone()
        }
        _ => None,
    }
}
