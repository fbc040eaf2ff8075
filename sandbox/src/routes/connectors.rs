use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::body;
use crate::caller::Caller;
use crate::connector::Connector;
use crate::error::Error;
use crate::query::Query;

/// Returns the routes. They also accept connect tokens, because the widget shows the institutions.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/connectors", get(list))
        .route("/connectors/{id}", get(show))
        .route("/connectors/{id}/validate", post(validate))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    /// Comma-separated, like `types`.
    countries: Option<String>,
    types: Option<String>,
    name: Option<String>,
    #[serde(default)]
    sandbox: bool,
    #[serde(default)]
    health_details: bool,
    is_open_finance: Option<bool>,
    supports_payment_initiation: Option<bool>,
    supports_smart_transfers: Option<bool>,
    supports_automatic_pix: Option<bool>,
}

impl Filter {
    fn admits(&self, connector: &Connector) -> bool {
        let lists = |list: &Option<String>, value: &str| {
            list.as_deref()
                .is_none_or(|list| list.split(',').any(|entry| entry == value))
        };
        let is = |wanted: Option<bool>, value: bool| wanted.is_none_or(|wanted| wanted == value);
        let name = self.name.as_deref().unwrap_or_default().to_lowercase();

        (self.sandbox || !connector.is_sandbox)
            && lists(&self.countries, connector.country)
            && lists(&self.types, connector.kind)
            && connector.name.to_lowercase().contains(&name)
            && is(self.is_open_finance, connector.is_open_finance)
            && is(
                self.supports_payment_initiation,
                connector.supports_payment_initiation,
            )
            && is(
                self.supports_smart_transfers,
                connector.supports_smart_transfers,
            )
            && is(
                self.supports_automatic_pix,
                connector.supports_automatic_pix,
            )
    }
}

async fn list(
    _: Caller,
    State(app): State<Arc<App>>,
    Query(filter): Query<Filter>,
) -> Result<Json<Value>, Error> {
    let database = app.database();
    let results: Vec<_> = database
        .connectors
        .values()
        .filter(|connector| filter.admits(connector))
        .map(|connector| view(connector, filter.health_details))
        .collect();
    Ok(Json(
        json!({ "page": 1, "total": results.len(), "totalPages": 1, "results": results }),
    ))
}

async fn show(
    _: Caller,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Connector>, Error> {
    find(&app, &id).map(Json)
}

async fn validate(
    _: Caller,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let connector = find(&app, &id)?;
    let parameters = body::parse(&body)?;

    let refusals = connector.refusals(&body::parameters(&parameters)?);

    Ok(Json(
        json!({ "parameters": parameters, "errors": refusals, "details": refusals }),
    ))
}

fn find(app: &App, id: &str) -> Result<Connector, Error> {
    let id = parse_id(id)?;
    app.database()
        .connectors
        .get(&id)
        .cloned()
        .ok_or_else(not_found)
}

pub(super) fn parse_id(id: &str) -> Result<u32, Error> {
    id.parse()
        .map_err(|_| Error::bad_request("The id is not a number"))
}

pub(super) fn not_found() -> Error {
    Error::described(
        StatusCode::NOT_FOUND,
        "CONNECTOR_NOT_FOUND",
        "connector not found",
    )
}

fn view(connector: &Connector, with_health_details: bool) -> Value {
    let mut value = json!(connector);
    if with_health_details
        && let Some(health) = value.get_mut("health").and_then(Value::as_object_mut)
    {
        // The figures of an institution without connections.
        health.insert(
            "details".to_owned(),
            json!({ "connectionRateLast6Hours": null, "connectionsLast6Hours": 0 }),
        );
    }
    value
}
