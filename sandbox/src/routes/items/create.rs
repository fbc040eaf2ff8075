use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::{check_webhook_url, view};
use crate::app::App;
use crate::body;
use crate::caller::{Caller, out_of_scope};
use crate::connection::Connection;
use crate::connector::{Connector, HealthStatus, Parameters};
use crate::database::Database;
use crate::error::Error;
use crate::item::Item;
use crate::item_options::ItemOptions;
use crate::routes::connectors;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateItem {
    connector_id: u32,
    #[serde(default)]
    parameters: Value,
    #[serde(flatten)]
    options: ItemOptions,
}

pub(super) async fn create(
    caller: Caller,
    State(app): State<Arc<App>>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    if !caller.may_create() {
        return Err(out_of_scope());
    }
    let request: CreateItem = body::parse(&body)?;
    let parameters = body::parameters(&request.parameters)?;

    let mut database = app.database();
    let connector = database
        .connectors
        .get(&request.connector_id)
        .cloned()
        .ok_or_else(connectors::not_found)?;
    check_connector(&connector, &parameters)?;
    let options = caller.options(&database).or(request.options);
    check_webhook_url(&app, options.webhook_url.as_deref())?;
    if options.avoid_duplicates {
        check_duplicates(&database, &connector, &parameters)?;
    }

    let item = Item::new(connector, options, app.clock.now());
    let mut connection = Connection::new(item, parameters, caller.token_id());
    app.execute(&mut connection, caller.trigger());
    let answer = view(&database, &connection);
    database.connections.insert(connection.item.id, connection);
    Ok(Json(answer))
}

fn check_connector(connector: &Connector, parameters: &Parameters) -> Result<(), Error> {
    if connector.health.status == HealthStatus::Offline {
        return Err(Error::described(
            StatusCode::BAD_REQUEST,
            "CONNECTOR_OFFLINE",
            "The connector is offline",
        ));
    }
    connector.check(parameters)
}

fn check_duplicates(
    database: &Database,
    connector: &Connector,
    parameters: &Parameters,
) -> Result<(), Error> {
    let duplicates: Vec<_> = database
        .connections
        .values()
        .filter(|other| {
            other.item.connector.id == connector.id && other.has_credentials(parameters)
        })
        .map(|other| other.item.id)
        .collect();
    if duplicates.is_empty() {
        Ok(())
    } else {
        Err(Error::duplicate_of(duplicates))
    }
}
