//! Hints about another user's item or an unknown item. They change nothing that any user can see: whole responses are
//! compared, headers and body.

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Response};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::json;
use tests::deployment::in_a_minute;
use tests::tables::Row;
use tests::{Deployment, sample, stream};

use super::{USER, relayed};

const OTHER_USER: &str = "usr_2";
const NOBODYS: &str = "9a7b6c5d-0000-4000-8000-00000000ffff";

/// Returns everything that a caller can observe of a response.
fn bytes(response: &Response<Body>) -> String {
    format!(
        "{} {:?} {:?}",
        response.status(),
        response.headers(),
        response.body()
    )
}

/// Returns all responses to the owner and to the other user at a time.
async fn seen(deployment: &Deployment, item_id: ItemId, time: Timestamp) -> Vec<String> {
    let item_id = item_id.to_string();
    let app = deployment.item_status();
    let mut seen = Vec::new();
    for user in [USER, OTHER_USER] {
        for request in [
            sample::get_item(user, &item_id, &[]),
            sample::get_item(user, NOBODYS, &[]),
            sample::get_items(user, &[]),
        ] {
            seen.push(bytes(&item_status::handle(&app, request, time).await));
        }
    }
    seen
}

/// Returns an item of [`USER`]'s that has changed at Pluggy since it was last fetched.
async fn changed_item(deployment: &Deployment) -> ItemId {
    let item_id = deployment.connect(USER, "user-ok").await;
    let created = json!({"event": "item/created", "eventId": "1", "itemId": item_id});
    deployment.deliver(&created).await;
    deployment.sync_all().await;
    deployment.item_reaches(item_id, "UPDATED").await;
    item_id
}

/// Relays a hint of `user` about an item, handles it long after the item was fetched, and returns the response.
async fn hint(deployment: &Deployment, user: &str, item_id: &str, time: Timestamp) -> String {
    let body = json!({"event": "onClose", "timestamp": 1_795_435_200_000_u64, "itemId": item_id});
    let before = deployment.tables.event_rows().await;
    deployment.tables.count_tokens(user, 1, time).await;
    let app = deployment.connect_events();
    let answer = connect_events::handle(&app, relayed(user, &body), time).await;
    let mut rows = deployment.tables.event_rows().await;
    rows.retain(|row| !before.contains(row));
    assert_eq!(rows.len(), 1, "the hint is new");
    let batch = stream::batch(&rows);
    let synced = item_sync::handle(&deployment.item_sync(), &batch, time, in_a_minute()).await;
    assert_eq!(synced.batch_item_failures, []);
    bytes(&answer)
}

async fn item_rows(deployment: &Deployment) -> Vec<Row> {
    deployment.tables.rows(&deployment.tables.items).await
}

#[tokio::test]
async fn a_hint_from_a_non_owner_changes_no_byte_of_any_response() {
    let deployment = Deployment::start().await;
    let item_id = changed_item(&deployment).await;
    let later = now() + SignedDuration::from_mins(10);
    let before = seen(&deployment, item_id, later).await;
    let rows_before = item_rows(&deployment).await;
    let fetches_before = deployment.requests_for("GET", &format!("/items/{item_id}"));

    let foreign = hint(&deployment, OTHER_USER, &item_id.to_string(), later).await;
    let unknown = hint(&deployment, OTHER_USER, NOBODYS, later).await;

    assert_eq!(seen(&deployment, item_id, later).await, before);
    assert_eq!(item_rows(&deployment).await, rows_before);
    assert_eq!(
        deployment.requests_for("GET", &format!("/items/{item_id}")),
        fetches_before,
        "pluggy is not asked about an item that is known as another user's"
    );
    let own = hint(&deployment, USER, &item_id.to_string(), later).await;
    assert_eq!((&foreign, &unknown), (&own, &own));
    assert_ne!(
        seen(&deployment, item_id, later).await,
        before,
        "the owner's hint causes a fetch"
    );
}

#[tokio::test]
async fn a_hint_from_a_non_owner_stores_no_unknown_item() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    let later = now() + SignedDuration::from_mins(10);
    let before = seen(&deployment, item_id, later).await;

    let foreign = hint(&deployment, OTHER_USER, &item_id.to_string(), later).await;
    let unknown = hint(&deployment, OTHER_USER, NOBODYS, later).await;

    assert_eq!(foreign, unknown);
    assert_eq!(seen(&deployment, item_id, later).await, before);
    assert!(item_rows(&deployment).await.is_empty());
    hint(&deployment, USER, &item_id.to_string(), later).await;
    assert_ne!(
        seen(&deployment, item_id, later).await,
        before,
        "the owner's hint brings it"
    );
}
