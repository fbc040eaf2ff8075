use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::body;
use crate::caller::ApiKey;
use crate::database::Database;
use crate::endpoint;
use crate::error::Error;
use crate::query::Query;
use crate::webhook::{self, Webhook};

type Headers = BTreeMap<String, String>;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/webhooks", get(list).post(create))
        .route("/webhooks/{id}", get(show).patch(update).delete(delete))
}

#[derive(Deserialize)]
struct CreateWebhook {
    url: String,
    event: String,
    headers: Option<Headers>,
}

#[derive(Default, Deserialize)]
struct UpdateWebhook {
    url: Option<String>,
    event: Option<String>,
    #[serde(default, deserialize_with = "body::present")]
    #[expect(
        clippy::option_option,
        reason = "null clears the headers, absence leaves them"
    )]
    headers: Option<Option<Headers>>,
    enabled: Option<bool>,
}

#[derive(Deserialize)]
struct Paging {
    page: Option<usize>,
}

/// Lists all webhooks on one page, unless a switch changes that. Pluggy does not document how it pages this list.
async fn list(_: ApiKey, State(app): State<Arc<App>>, Query(paging): Query<Paging>) -> Json<Value> {
    let database = app.database();
    let total = database.webhooks.len();
    let page_size = if database.switches.one_webhook_a_page {
        1
    } else {
        total.max(1)
    };
    let page = paging.page.unwrap_or(1).max(1);
    let results: Vec<_> = database
        .webhooks
        .values()
        .skip((page - 1) * page_size)
        .take(page_size)
        .collect();
    let total_pages = total.div_ceil(page_size).max(1);
    Json(json!({ "page": page, "total": total, "totalPages": total_pages, "results": results }))
}

async fn create(
    _: ApiKey,
    State(app): State<Arc<App>>,
    body: Bytes,
) -> Result<(StatusCode, Json<Webhook>), Error> {
    let request: CreateWebhook = body::parse(&body)?;
    let now = app.clock.now();
    let webhook = Webhook {
        id: Uuid::new_v4(),
        url: request.url,
        event: request.event,
        headers: request.headers.unwrap_or_default(),
        disabled_at: None,
        created_at: now,
        updated_at: now,
        failures: 0,
    };
    let status = if app.database().switches.webhook_created_with_ok {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    store(&app, webhook).map(|webhook| (status, webhook))
}

async fn show(
    _: ApiKey,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Webhook>, Error> {
    find(&app.database(), &id).map(Json)
}

async fn update(
    _: ApiKey,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Webhook>, Error> {
    let request: UpdateWebhook = body::parse_optional(&body)?;
    let now = app.clock.now();
    let mut webhook = find(&app.database(), &id)?;

    webhook.url = request.url.unwrap_or(webhook.url);
    webhook.event = request.event.unwrap_or(webhook.event);
    if let Some(headers) = request.headers {
        webhook.headers = headers.unwrap_or_default();
    }
    if let Some(enabled) = request.enabled {
        webhook.disabled_at = (!enabled).then_some(now);
        webhook.failures = 0;
    }
    webhook.updated_at = now;
    store(&app, webhook)
}

async fn delete(
    _: ApiKey,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Error> {
    let mut database = app.database();
    let id = find(&database, &id)?.id;
    database.webhooks.remove(&id);
    Ok(Json(json!({ "count": 1 })))
}

fn store(app: &App, webhook: Webhook) -> Result<Json<Webhook>, Error> {
    let mut database = app.database();
    let refusal = endpoint::refusal(&webhook.url, app.settings.allow_loopback_webhooks)
        .or_else(|| header_refusal(&webhook.headers))
        .or_else(|| webhook::refusal(&webhook, database.webhooks.values()));
    if let Some(refusal) = refusal {
        return Err(Error::bad_request(refusal));
    }
    database.webhooks.insert(webhook.id, webhook.clone());
    Ok(Json(webhook))
}

fn header_refusal(headers: &Headers) -> Option<&'static str> {
    let is_header = |(name, value): (&String, &String)| {
        HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
    };
    (!headers.iter().all(is_header)).then_some("The headers are not valid")
}

fn find(database: &Database, id: &str) -> Result<Webhook, Error> {
    let id = body::parse_id(id)?;
    database.webhooks.get(&id).cloned().ok_or_else(|| {
        Error::described(
            StatusCode::NOT_FOUND,
            "WEBHOOK_NOT_FOUND",
            "webhook not found",
        )
    })
}
