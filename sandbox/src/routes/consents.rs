use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::body;
use crate::caller::ApiKey;
use crate::consent::Consent;
use crate::error::Error;
use crate::query::Query;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/consents", get(list))
        .route("/consents/{id}", get(show))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    item_id: Uuid,
}

async fn list(_: ApiKey, State(app): State<Arc<App>>, Query(filter): Query<Filter>) -> Json<Value> {
    let database = app.database();
    let results: Vec<_> = database
        .connections
        .get(&filter.item_id)
        .and_then(|connection| connection.consent.as_ref())
        .into_iter()
        .collect();
    Json(json!({ "page": 1, "total": results.len(), "totalPages": 1, "results": results }))
}

async fn show(
    _: ApiKey,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Consent>, Error> {
    let id = body::parse_id(&id)?;
    app.database()
        .connections
        .values()
        .filter_map(|connection| connection.consent.as_ref())
        .find(|consent| consent.id == id)
        .cloned()
        .map(Json)
        .ok_or_else(|| {
            Error::described(
                StatusCode::NOT_FOUND,
                "CONSENT_NOT_FOUND",
                "consent not found",
            )
        })
}
