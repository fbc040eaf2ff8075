//! The sandbox's own paths. They are restricted to this machine, regardless of the listen address.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post, put};
use axum::{Json, Router};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::body;
use crate::connector::{HealthStatus, Parameters};
use crate::control;
use crate::database::Switches;
use crate::error::Error;
use crate::fault::Fault;
use crate::query::Query;
use crate::routes::connectors;

pub(crate) fn router() -> Router<Arc<App>> {
    let control = Router::new()
        .route(
            "/sandbox/faults",
            get(faults).post(add_fault).delete(clear_faults),
        )
        .route("/sandbox/switches", get(switches).put(set_switches))
        .route("/sandbox/api-keys/expire", post(expire_api_keys))
        .route("/sandbox/client-secret", put(set_client_secret))
        .route("/sandbox/time/pass", post(pass_time))
        .route("/sandbox/prefill", get(prefill).put(set_prefill))
        .route("/sandbox/requests", get(requests))
        .route("/sandbox/deliveries", get(deliveries))
        .route("/sandbox/events", post(post_event))
        .route("/sandbox/events/{id}/resend", post(resend))
        .route("/sandbox/items/{id}/authorize", post(authorize))
        .route("/sandbox/items/{id}/sync", post(sync))
        .route("/sandbox/items/{id}/revoke-consent", post(revoke_consent))
        .route(
            "/sandbox/accounts/{id}/transactions",
            patch(change_transactions),
        )
        .route("/sandbox/connectors/{id}/health", put(set_health))
        .layer(middleware::from_fn(loopback_only));
    Router::new()
        .route("/health", get(|| async { Json(json!({ "status": "ok" })) }))
        .merge(control)
}

pub(super) async fn loopback_only(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if peer.ip().to_canonical().is_loopback() {
        next.run(request).await
    } else {
        Error::plain(
            StatusCode::FORBIDDEN,
            "Only for the machine that the sandbox runs on",
        )
        .into_response()
    }
}

async fn faults(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({ "faults": app.database().faults }))
}

async fn add_fault(State(app): State<Arc<App>>, body: Bytes) -> Result<StatusCode, Error> {
    let fault: Fault = body::parse(&body)?;
    app.database().faults.push(fault);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(State(app): State<Arc<App>>) -> StatusCode {
    app.database().faults.clear();
    StatusCode::NO_CONTENT
}

async fn switches(State(app): State<Arc<App>>) -> Json<Switches> {
    Json(app.database().switches)
}

/// Sets every switch. Switches that the body omits are off.
async fn set_switches(State(app): State<Arc<App>>, body: Bytes) -> Result<Json<Switches>, Error> {
    let switches: Switches = body::parse(&body)?;
    app.database().switches = switches;
    Ok(Json(switches))
}

async fn expire_api_keys(State(app): State<Arc<App>>) -> StatusCode {
    app.database().key_epoch += 1;
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewSecret {
    client_secret: SecretString,
}

async fn set_client_secret(State(app): State<Arc<App>>, body: Bytes) -> Result<StatusCode, Error> {
    let NewSecret { client_secret } = body::parse(&body)?;
    app.database().client_secret = Some(client_secret);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PassedTime {
    minutes: u16,
}

async fn pass_time(State(app): State<Arc<App>>, body: Bytes) -> Result<StatusCode, Error> {
    let PassedTime { minutes } = body::parse(&body)?;
    app.waits.pass(Duration::from_mins(minutes.into()));
    Ok(StatusCode::ACCEPTED)
}

/// Returns what the widget writes into its login form.
async fn prefill(State(app): State<Arc<App>>) -> Json<Parameters> {
    Json(app.database().prefill.clone())
}

async fn set_prefill(State(app): State<Arc<App>>, body: Bytes) -> Result<StatusCode, Error> {
    let prefill: Parameters = body::parse(&body)?;
    app.database().prefill = prefill;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestFilter {
    method: Option<String>,
    #[serde(default)]
    path_prefix: String,
}

async fn requests(State(app): State<Arc<App>>, Query(filter): Query<RequestFilter>) -> Json<Value> {
    let database = app.database();
    let requests: Vec<_> = database
        .requests
        .iter()
        .filter(|request| {
            filter
                .method
                .as_ref()
                .is_none_or(|method| *method == request.method)
        })
        .filter(|request| request.path.starts_with(&filter.path_prefix))
        .collect();
    Json(json!({ "count": requests.len(), "requests": requests }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryFilter {
    event: Option<String>,
    item_id: Option<Uuid>,
}

async fn deliveries(
    State(app): State<Arc<App>>,
    Query(filter): Query<DeliveryFilter>,
) -> Json<Value> {
    let database = app.database();
    let deliveries: Vec<_> = database
        .deliveries
        .iter()
        .filter(|delivery| {
            filter
                .event
                .as_ref()
                .is_none_or(|event| *event == delivery.event)
        })
        .filter(|delivery| filter.item_id.is_none_or(|id| delivery.item_id == Some(id)))
        .collect();
    Json(json!({ "count": deliveries.len(), "deliveries": deliveries }))
}

async fn post_event(State(app): State<Arc<App>>, body: Bytes) -> StatusCode {
    control::post_event(&app, body.to_vec());
    StatusCode::ACCEPTED
}

async fn resend(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, Error> {
    accepted_if(control::resend(&app, &id), "No such event")
}

#[derive(Deserialize)]
struct Authorization {
    granted: bool,
}

async fn authorize(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Error> {
    let id = body::parse_id(&id)?;
    let granted = body.is_empty() || body::parse::<Authorization>(&body)?.granted;
    accepted_if(
        control::authorize(&app, id, granted),
        "Nothing waits for an authorization",
    )
}

async fn sync(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, Error> {
    accepted_if(
        control::sync(&app, body::parse_id(&id)?),
        "No such item, or it is running",
    )
}

async fn revoke_consent(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    accepted_if(
        control::revoke_consent(&app, body::parse_id(&id)?),
        "No such item, or it has no consent",
    )
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TransactionChanges {
    settle: usize,
    delete: usize,
}

async fn change_transactions(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Error> {
    let changes: TransactionChanges = body::parse(&body)?;
    accepted_if(
        control::change_transactions(&app, body::parse_id(&id)?, changes.settle, changes.delete),
        "No such account",
    )
}

#[derive(Deserialize)]
struct NewHealth {
    status: HealthStatus,
}

async fn set_health(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Error> {
    let NewHealth { status } = body::parse(&body)?;
    let id = connectors::parse_id(&id)?;
    accepted_if(
        control::set_connector_health(&app, id, status),
        "No such connector",
    )
}

fn accepted_if(is_done: bool, refusal: &'static str) -> Result<StatusCode, Error> {
    if is_done {
        Ok(StatusCode::ACCEPTED)
    } else {
        Err(Error::plain(StatusCode::CONFLICT, refusal))
    }
}
