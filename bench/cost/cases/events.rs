//! Events, from their delivery to the bus.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use pluggy::ItemId;
use runtime::clock;
use serde_json::{Value, json};
use store::schema;
use tests::sample;
use uuid::Uuid;

use crate::counted::Counted;
use crate::stand::{Stand, USER};

use super::ITEMS;

/// How many records Lambda hands over at once at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batches {
    name: &'static str,
    item_sync: usize,
    publish: usize,
}

/// Each event comes by itself, as on most days.
pub(super) const ALONE: Batches = Batches {
    name: "an event, its item changed",
    item_sync: 1,
    publish: 1,
};
/// So many come that all batches are full, as the template has them.
pub(super) const FULL: Batches = Batches {
    name: "the same in full batches",
    item_sync: 25,
    publish: 100,
};
/// An event that is so much older than a read needs no other one.
const OLDER: Duration = Duration::from_millis(2500);

/// Writes the items' rows.
pub(super) async fn make_known(stand: &Stand, items: &[ItemId]) {
    deliver(stand, "item/created", items).await;
    hand_over(stand, FULL).await;
}

/// Events that tell of a change, and looks that find it.
pub(super) async fn changes(stand: &Stand, items: &[ItemId], batches: Batches) -> Counted {
    stand.begin().await;
    for _ in 0..stand.rounds {
        // The look before was long ago, so that this one moves the due time.
        make_due(stand, items).await;
        stand.change(items).await;
        deliver(stand, "item/updated", items).await;
        hand_over(stand, batches).await;
    }
    stand.end(batches.name, stand.rounds * ITEMS).await
}

/// Further events of an execution that was looked at before: about the item's data, while the item itself stands as it
/// stood.
pub(super) async fn news(stand: &Stand, items: &[ItemId]) -> Counted {
    stand.begin().await;
    for _ in 0..stand.rounds {
        deliver(stand, "transactions/created", items).await;
        hand_over(stand, ALONE).await;
    }
    stand
        .end(
            "one more event soon after, its item as before",
            stand.rounds * ITEMS,
        )
        .await
}

/// Events that waited while the item was read.
pub(super) async fn read_before(stand: &Stand, items: &[ItemId]) -> Counted {
    stand.begin().await;
    for _ in 0..stand.rounds {
        deliver(stand, "transactions/created", items).await;
    }
    let counted_so_far = stand.end("", 1).await;
    let waiting = stand.news().await;
    tokio::time::sleep(OLDER).await;
    // This reads each item, and does not count.
    deliver(stand, "item/login_succeeded", items).await;
    hand_over(stand, FULL).await;
    stand.begin().await;
    for record in &waiting.for_item_sync {
        stand.feed("item-sync", std::slice::from_ref(record)).await;
    }
    for record in &waiting.events_to_publish {
        stand.feed("publish", std::slice::from_ref(record)).await;
    }
    let counted = stand
        .end(
            "an event that came before the last read",
            stand.rounds * ITEMS,
        )
        .await;
    counted.with(counted_so_far)
}

/// Deliveries of what is stored already.
pub(super) async fn duplicates(stand: &Stand, items: &[ItemId]) -> Counted {
    let deliveries = deliver(stand, "transactions/created", items).await;
    hand_over(stand, FULL).await;
    stand.begin().await;
    for _ in 0..stand.rounds {
        for delivery in &deliveries {
            stand.request("webhook", delivery, 200).await;
        }
    }
    hand_over(stand, ALONE).await;
    stand
        .end("a duplicate delivery", stand.rounds * ITEMS)
        .await
}

/// Items that are due, and looks that find them as they were. One tick asks for all.
pub(super) async fn checks(stand: &Stand, items: &[ItemId]) -> Counted {
    stand.begin().await;
    for _ in 0..stand.rounds {
        make_due(stand, items).await;
        stand.invoke("scheduler", &json!({})).await;
        hand_over(stand, ALONE).await;
    }
    stand.end("a due check", stand.rounds * ITEMS).await
}

/// Ticks that find nothing due.
pub(super) async fn idle_ticks(stand: &Stand) -> Counted {
    stand.begin().await;
    for _ in 0..stand.requests() {
        stand.invoke("scheduler", &json!({})).await;
    }
    stand.end("a tick with nothing due", stand.requests()).await
}

/// Gives the functions what the streams tell.
pub(super) async fn hand_over(stand: &Stand, batches: Batches) {
    let news = stand.news().await;
    for records in news.for_item_sync.chunks(batches.item_sync) {
        stand.feed("item-sync", records).await;
    }
    let items = stand.news().await.items_to_publish;
    for records in [news.events_to_publish, news.items_to_publish, items] {
        for records in records.chunks(batches.publish) {
            stand.feed("publish", records).await;
        }
    }
}

/// One new event for each item, as the function URL hands it over.
async fn deliver(stand: &Stand, event: &str, items: &[ItemId]) -> Vec<Value> {
    let mut deliveries = Vec::new();
    for item_id in items {
        let delivery = delivery(event, *item_id);
        stand.request("webhook", &delivery, 200).await;
        deliveries.push(delivery);
    }
    deliveries
}

fn delivery(event: &str, item_id: ItemId) -> Value {
    let sample_of = |path: &str| {
        let delivery = sample::json(path);
        let body: Value = serde_json::from_str(delivery["body"].as_str().unwrap()).unwrap();
        (delivery, body)
    };
    let (mut delivery, mut body) = match event {
        "transactions/created" => sample_of("webhook/transactions-created.json"),
        _ => sample_of("webhook/item-updated.json"),
    };
    body["event"] = event.into();
    body["eventId"] = Uuid::new_v4().to_string().into();
    body["itemId"] = item_id.to_string().into();
    body["clientUserId"] = USER.into();
    delivery["body"] = body.to_string().into();
    delivery
}

/// As if the time had passed after which the items are to be looked at.
async fn make_due(stand: &Stand, items: &[ItemId]) {
    let tables = &stand.deployment.tables;
    let a_minute_ago = clock::now() - jiff::SignedDuration::from_mins(1);
    let a_minute_ago = AttributeValue::N(a_minute_ago.as_millisecond().to_string());
    for item_id in items {
        let key = AttributeValue::S(format!("{}{item_id}", schema::ITEM_PREFIX));
        let update = tables.client.update_item().table_name(&tables.items);
        update
            .key(schema::PARTITION_KEY, key)
            .update_expression("SET nextFetchAt = :past")
            .expression_attribute_values(":past", a_minute_ago.clone())
            .send()
            .await
            .unwrap();
    }
    // Nobody is to be told of that.
    stand.news().await;
}
