use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::view;
use crate::app::App;
use crate::body;
use crate::caller::ApiKey;
use crate::connection::Connection;
use crate::error::Error;
use crate::query::Query;

const PAGE_SIZE: usize = 20;
const MAX_CLIENT_USER_ID: usize = 255;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    client_user_id: Option<String>,
    connector_id: Option<u32>,
    /// The id of the last item on the previous page.
    after: Option<String>,
}

/// Lists the items, newest first. This endpoint is not part of every contract.
pub(super) async fn list(
    _: ApiKey,
    State(app): State<Arc<App>>,
    Query(filter): Query<Filter>,
) -> Result<Json<Value>, Error> {
    let database = app.database();
    if !database.switches.list_items {
        return Err(Error::plain(
            StatusCode::FORBIDDEN,
            "Not part of the contract",
        ));
    }
    if filter
        .client_user_id
        .as_ref()
        .is_some_and(|id| id.len() > MAX_CLIENT_USER_ID)
    {
        return Err(Error::bad_request("The clientUserId is too long"));
    }

    let mut connections: Vec<_> = database
        .connections
        .values()
        .filter(|connection| admits(&filter, connection))
        .collect();
    connections.sort_by_key(|connection| {
        std::cmp::Reverse((connection.item.created_at, connection.item.id))
    });
    let start = match filter.after.as_deref().map(body::parse_id).transpose()? {
        None => 0,
        Some(after) => connections
            .iter()
            .position(|connection| connection.item.id == after)
            .map_or(0, |at| at + 1),
    };
    let page: Vec<_> = connections.iter().skip(start).take(PAGE_SIZE).collect();
    let has_more = start + page.len() < connections.len();
    let next = page
        .last()
        .filter(|_| has_more)
        .map(|last| next_query(&filter, last));

    let results: Vec<_> = page
        .iter()
        .map(|connection| view(&database, connection))
        .collect();
    Ok(Json(json!({ "results": results, "next": next })))
}

fn admits(filter: &Filter, connection: &Connection) -> bool {
    let item = &connection.item;
    let is_of_user =
        filter.client_user_id.is_none() || item.client_user_id == filter.client_user_id;
    let is_of_connector = filter.connector_id.is_none_or(|id| item.connector.id == id);
    is_of_user && is_of_connector
}

fn next_query(filter: &Filter, last: &Connection) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("after", &last.item.id.to_string());
    if let Some(id) = &filter.client_user_id {
        query.append_pair("clientUserId", id);
    }
    if let Some(id) = filter.connector_id {
        query.append_pair("connectorId", &id.to_string());
    }
    format!("?{}", query.finish())
}
