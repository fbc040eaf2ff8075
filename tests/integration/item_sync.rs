//! item-sync, from a batch of the stream to the item's row.

mod batches;
mod confirming_fetches;
mod connectors;
mod deletions;
mod failures;
mod hints;
mod metrics;
mod non_owner_hints;
mod open_finance;
mod owners;
mod pace;

use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};
use store::{NewEvent, StoredItem, Target};
use tests::deployment::in_a_minute;
use tests::{Deployment, stream};

const USER: &str = "usr_01J9X";

fn event(name: &str, event_id: &str, item_id: ItemId) -> Value {
    json!({"event": name, "eventId": event_id, "itemId": item_id, "clientUserId": USER})
}

/// Returns a connected item of [`USER`]'s, whose row has the current state.
async fn known_item(deployment: &Deployment) -> ItemId {
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    item_id
}

async fn row(deployment: &Deployment, item_id: ItemId) -> Option<StoredItem> {
    deployment.tables.item_store().get(item_id).await.unwrap()
}

fn reads_of(deployment: &Deployment, item_id: ItemId) -> usize {
    deployment.requests_for("GET", &format!("/items/{item_id}"))
}

fn fault(effect: Effect) -> Fault {
    Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect,
    }
}

fn unavailable() -> Fault {
    tests::outage::unavailable("/items/")
}

fn gone() -> Fault {
    fault(Effect::Status {
        status: 404,
        code_description: Some("ITEM_NOT_FOUND".to_owned()),
    })
}

/// Feeds the whole event table to another process `later`, whose instance was idle for as long.
async fn sync_later(deployment: &Deployment, later: SignedDuration) {
    let batch = stream::batch(&deployment.tables.event_rows().await);
    let answer = item_sync::handle(
        &deployment.item_sync(),
        &batch,
        now() + later,
        in_a_minute(),
    )
    .await;
    assert_eq!(answer.batch_item_failures, []);
}

/// Feeds the newest event alone at `time`.
async fn sync_newest_event(deployment: &Deployment, time: Timestamp) {
    let rows = deployment.tables.event_rows().await;
    let batch = stream::batch(&rows[rows.len() - 1..]);
    let answer = item_sync::handle(&deployment.item_sync(), &batch, time, in_a_minute()).await;
    assert_eq!(answer.batch_item_failures, []);
}

async fn request_fetch(deployment: &Deployment, item_id: ItemId, after: SignedDuration) {
    let check = NewEvent::fetch_request(Target::Item(item_id), "fetch-1", now() + after);
    deployment.tables.insert_event(&check).await;
}
