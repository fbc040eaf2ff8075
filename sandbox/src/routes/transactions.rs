use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::app::App;
use crate::caller::ApiKey;
use crate::error::Error;
use crate::query::Query;
use crate::routes::accounts;
use crate::transaction_query::{TransactionPage, TransactionQuery};

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new().route("/v2/transactions", get(list))
}

async fn list(
    _: ApiKey,
    State(app): State<Arc<App>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, Error> {
    let query = TransactionQuery::parse(pairs)?;
    let database = app.database();
    let connection = database
        .connections
        .values()
        .find(|connection| connection.ledger.book(query.account_id).is_some())
        .ok_or_else(accounts::not_found)?;

    let book = connection
        .data(app.clock.now())
        .and_then(|ledger| ledger.book(query.account_id));
    let page = book.map_or_else(TransactionPage::default, |book| {
        query.page(&book.transactions, app.settings.transactions_a_page)
    });
    Ok(Json(json!(page)))
}
