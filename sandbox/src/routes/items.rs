mod create;
mod list;
mod update;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::app::App;
use crate::body;
use crate::caller::{ApiKey, Caller, out_of_scope};
use crate::connection::Connection;
use crate::database::Database;
use crate::endpoint;
use crate::error::Error;
use crate::event::Event;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/items", post(create::create))
        .route(
            "/items/{id}",
            get(show).patch(update::update).delete(delete),
        )
        .route("/items/{id}/mfa", post(update::answer))
        .route("/items/{id}/disable-auto-sync", patch(disable_auto_sync))
        .route("/v2/items", get(list::list))
}

async fn show(
    caller: Caller,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Error> {
    let mut database = app.database();
    let connection = find(&mut database, &caller, &id)?.clone();
    Ok(Json(view(&database, &connection)))
}

async fn delete(
    _: ApiKey,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Error> {
    let id = body::parse_id(&id)?;
    let connection = app
        .database()
        .connections
        .remove(&id)
        .ok_or_else(Error::item_not_found)?;
    app.publish(&Event::item_deleted(&connection.item));
    Ok(Json(json!({ "count": 1 })))
}

async fn disable_auto_sync(
    _: ApiKey,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Error> {
    let mut database = app.database();
    let id = body::parse_id(&id)?;
    let connection = database
        .connections
        .get_mut(&id)
        .ok_or_else(Error::item_not_found)?;
    connection.item.next_auto_sync_at = None;
    connection.item.updated_at = app.clock.now();
    let connection = connection.clone();
    Ok(Json(view(&database, &connection)))
}

/// Returns the requested connection, if the caller may use it. A connect token gets no information about others.
fn find<'a>(
    database: &'a mut Database,
    caller: &Caller,
    id: &str,
) -> Result<&'a mut Connection, Error> {
    let id = body::parse_id(id)?;
    match (database.connections.get_mut(&id), caller) {
        (Some(connection), caller) if caller.may_use(connection) => Ok(connection),
        (None, Caller::ApiKey { .. }) => Err(Error::item_not_found()),
        _ => Err(out_of_scope()),
    }
}

/// Returns the item's JSON, with the current state of its connector.
fn view(database: &Database, connection: &Connection) -> Value {
    let mut item = connection.item.clone();
    if let Some(connector) = database.connectors.get(&item.connector.id) {
        item.connector = connector.clone();
    }
    let mut value = json!(item);
    if database.switches.omit_client_user_id
        && let Some(fields) = value.as_object_mut()
    {
        fields.remove("clientUserId");
    }
    value
}

fn check_webhook_url(app: &App, url: Option<&str>) -> Result<(), Error> {
    match url.and_then(|url| endpoint::refusal(url, app.settings.allow_loopback_webhooks)) {
        Some(refusal) => Err(Error::bad_request(refusal)),
        None => Ok(()),
    }
}
