//! Responses of Pluggy that are longer than the client reads.

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use client::https::MAX_BODY_BYTES;
use client::{Client, Error, Unreadable};
use futures_util::stream;
use pluggy::{Item, ItemId};
use runtime::clock::now;
use serde_json::json;
use tests::Tables;
use tests::deployment::{CLIENT_SECRET, client_at};
use tests::secrets::secrets;

use super::assert_unavailable;

const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const CHUNK_BYTES: usize = 64 * 1024;

/// Returns a client for a Pluggy whose responses about an item have this status and number of bytes.
async fn pluggy(status: StatusCode, bytes: usize) -> Client {
    let respond = move |Path(item_id): Path<String>| async move { long(status, &item_id, bytes) };
    let router = Router::new()
        .route("/auth", post(async || Json(json!({ "apiKey": "key" }))))
        .route("/items/{id}", get(respond).delete(respond));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let tables = Tables::create().await;
    client_at(&url, secrets(CLIENT_SECRET), tables.credential_store())
}

/// Returns an item as JSON with spaces after it, in chunks, without a length in the head.
fn long(status: StatusCode, item_id: &str, bytes: usize) -> Response {
    let item =
        json!({"id": item_id, "status": "UPDATED", "executionStatus": "SUCCESS"}).to_string();
    let spaces = bytes - item.len();
    let chunks = std::iter::once(Bytes::from(item)).chain(
        (0..spaces)
            .step_by(CHUNK_BYTES)
            .map(move |begin| Bytes::from(vec![b' '; CHUNK_BYTES.min(spaces - begin)])),
    );
    let body = Body::from_stream(stream::iter(chunks.map(Ok::<_, std::convert::Infallible>)));
    (status, body).into_response()
}

async fn item(status: StatusCode, bytes: usize) -> Result<Option<Box<Item>>, Error> {
    let item_id: ItemId = ITEM.parse().unwrap();
    pluggy(status, bytes).await.item(item_id, now()).await
}

#[tokio::test]
async fn the_longest_body_is_read() {
    let item = item(StatusCode::OK, MAX_BODY_BYTES).await.unwrap().unwrap();

    assert_eq!(item.id.to_string(), ITEM);
}

#[tokio::test]
async fn a_longer_body_is_as_one_that_cannot_be_read() {
    for bytes in [MAX_BODY_BYTES + 1, 4 * MAX_BODY_BYTES] {
        let error = item(StatusCode::OK, bytes).await.unwrap_err();

        assert!(
            matches!(error, Error::Unreadable(Unreadable::TooLong(_))),
            "{error:?}"
        );
        assert!(error.needs_a_person() && error.is_about_this_call());
        let text = "pluggy's answer cannot be read (longer than 8388608 bytes)";
        assert_eq!(error.to_string(), text);
    }
}

#[tokio::test]
async fn a_long_body_does_not_hide_the_status_of_a_failure() {
    let error = item(StatusCode::SERVICE_UNAVAILABLE, 2 * MAX_BODY_BYTES).await;

    assert_unavailable(&error.unwrap_err(), Some(503));
}

#[tokio::test]
async fn a_success_whose_body_is_too_long_is_a_success_where_the_status_says_it_all() {
    let client = pluggy(StatusCode::OK, MAX_BODY_BYTES + 1).await;

    let deleted = client.delete_item(ITEM.parse().unwrap(), now()).await;

    assert!(deleted.unwrap().is_some());
}
