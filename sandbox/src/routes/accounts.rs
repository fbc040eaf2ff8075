use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::account::Account;
use crate::app::App;
use crate::body;
use crate::caller::{ApiKey, Caller, out_of_scope};
use crate::connection::Connection;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::query::Query;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/accounts", get(list))
        .route("/accounts/{id}", get(show))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    item_id: Uuid,
    #[serde(rename = "type")]
    category: Option<String>,
}

async fn list(
    caller: Caller,
    State(app): State<Arc<App>>,
    Query(filter): Query<Filter>,
) -> Result<Json<Value>, Error> {
    let database = app.database();
    let connection = database.connections.get(&filter.item_id);
    if !may_list(&caller, connection) {
        return Err(out_of_scope());
    }

    let results: Vec<_> = connection
        .and_then(|connection| connection.data(app.clock.now()))
        .into_iter()
        .flat_map(Ledger::accounts)
        .filter(|account| {
            let wanted = filter.category.as_deref();
            wanted.is_none_or(|wanted| wanted == account.summary.category)
        })
        .map(|account| view(account, &caller))
        .collect();
    Ok(Json(
        json!({ "page": 1, "total": results.len(), "totalPages": 1, "results": results }),
    ))
}

async fn show(
    _: ApiKey,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Account>, Error> {
    let id = body::parse_id(&id)?;
    let now = app.clock.now();
    app.database()
        .connections
        .values()
        .filter_map(|connection| connection.data(now)?.book(id))
        .map(|book| Json(book.account.clone()))
        .next()
        .ok_or_else(not_found)
}

pub(super) fn not_found() -> Error {
    Error::described(
        StatusCode::NOT_FOUND,
        "ACCOUNT_NOT_FOUND",
        "account not found",
    )
}

/// Returns whether the caller may list an item's accounts. A connect token lists only accounts of items created with
/// it, not of an item that it may only update.
fn may_list(caller: &Caller, connection: Option<&Connection>) -> bool {
    match caller {
        Caller::ApiKey { .. } => true,
        Caller::ConnectToken { id, .. } => {
            connection.is_some_and(|connection| connection.created_with == Some(*id))
        }
    }
}

fn view(account: &Account, caller: &Caller) -> Value {
    match caller {
        Caller::ApiKey { .. } => json!(account),
        Caller::ConnectToken { .. } => json!(account.summary),
    }
}
