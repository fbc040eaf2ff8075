//! operator: replays, imports and exports.

mod export;
mod hostile;
mod import;
mod replay;

use jiff::SignedDuration;
use operator::{Replayed, Report};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::StoredItem;
use tests::deployment::in_a_minute;
use tests::tables::Row;
use tests::{Deployment, stream};

const USER: &str = "usr_01J9X";
const RUN: &str = "2f1e0d9c-0000-4000-8000-000000000020";
const ANOTHER_RUN: &str = "2f1e0d9c-0000-4000-8000-000000000021";

async fn ask(deployment: &Deployment, command: Value) -> Report {
    operator::handle(&deployment.operator(), command, now(), in_a_minute())
        .await
        .unwrap()
}

async fn replayed(deployment: &Deployment, command: Value) -> Replayed {
    match ask(deployment, command).await {
        Report::Replayed(replayed) => replayed,
        other => panic!("{other:?}"),
    }
}

/// Repeats a replay command until it is done, and returns the number of new fetch requests.
async fn replay_to_the_end(deployment: &Deployment, mut command: Value) -> usize {
    let mut total = 0;
    for _ in 0..1_000 {
        let step = replayed(deployment, command.clone()).await;
        total += step.replayed;
        let Some(cursor) = step.cursor else {
            return total;
        };
        command["cursor"] = cursor.into();
    }
    panic!("no end after {total}")
}

fn everything(run: &str) -> Value {
    json!({"action": "replay", "run": run, "since": "2000-01-01T00:00:00Z"})
}

fn event(name: &str, event_id: &str, item_id: ItemId, user: &str) -> Value {
    json!({"event": name, "eventId": event_id, "itemId": item_id, "clientUserId": user})
}

async fn row(deployment: &Deployment, item_id: ItemId) -> Option<StoredItem> {
    deployment.tables.item_store().get(item_id).await.unwrap()
}

/// Returns the rows that operators added.
async fn operator_rows(deployment: &Deployment) -> Vec<Row> {
    let mut rows = deployment.tables.event_rows().await;
    rows.retain(|row| ["replay", "import"].contains(&row["origin"].as_s().unwrap().as_str()));
    rows
}

/// Feeds item-sync the rows that operators added and nothing else. The stream has dropped the other rows.
async fn sync_operator_rows(deployment: &Deployment) {
    let rows = operator_rows(deployment).await;
    let batch = stream::batch(&rows);
    let later = now() + SignedDuration::from_secs(10);
    let answer = item_sync::handle(&deployment.item_sync(), &batch, later, in_a_minute()).await;
    assert_eq!(answer.batch_item_failures, []);
}

/// Deletes every row of the item table.
async fn lose_items(deployment: &Deployment) {
    let tables = &deployment.tables;
    for row in tables.rows(&tables.items).await {
        let delete = tables.client.delete_item().table_name(&tables.items);
        delete.key("pk", row["pk"].clone()).send().await.unwrap();
    }
}
