//! Events, from their delivery to the bus.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use pluggy::ItemId;
use runtime::clock;
use serde_json::{Value, json};
use store::schema;
use tests::sample;

use crate::counted::Counted;
use crate::testbed::{Testbed, USER};

use super::ITEMS;

/// The maximum number of records that Lambda delivers at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batches {
    name: &'static str,
    item_sync: usize,
    publish: usize,
}

/// Each event arrives alone, as on most days.
pub(super) const ALONE: Batches = Batches {
    name: "an event, its item changed",
    item_sync: 1,
    publish: 1,
};
/// So many events arrive that all batches are full, at the template's batch sizes.
pub(super) const FULL: Batches = Batches {
    name: "the same in full batches",
    item_sync: 100,
    publish: 500,
};
/// Each event arrives alone, in a stack that has erased a user.
const AFTER_AN_ERASURE: Batches = Batches {
    name: "the same after the first erasure",
    ..ALONE
};
/// An event that is this much older than a fetch needs no other fetch.
const OLDER: Duration = Duration::from_millis(2500);

/// Writes the items' rows.
pub(super) async fn make_known(testbed: &Testbed, items: &[ItemId]) {
    deliver(testbed, "item/created", items).await;
    hand_over(testbed, FULL).await;
}

/// Measures events that report a change, and fetches that find it.
pub(super) async fn changes(testbed: &Testbed, items: &[ItemId], batches: Batches) -> Counted {
    testbed.begin().await;
    for _ in 0..testbed.rounds {
        // The previous fetch was long ago, so that this one moves the due time.
        make_due(testbed, items).await;
        testbed.change(items).await;
        deliver(testbed, "item/updated", items).await;
        hand_over(testbed, batches).await;
    }
    testbed.end(batches.name, testbed.rounds * ITEMS).await
}

/// Measures the same events in a stack that has erased a user.
pub(super) async fn changes_after_an_erasure(testbed: &Testbed, items: &[ItemId]) -> Counted {
    testbed.erase_a_user().await;
    // Not counted: the processes fetch the key of the digests.
    deliver(testbed, "item/login_succeeded", items).await;
    hand_over(testbed, FULL).await;
    changes(testbed, items, AFTER_AN_ERASURE).await
}

/// Measures further events of an execution that was already fetched. They are about the item's data, and the item
/// itself does not change.
pub(super) async fn news(testbed: &Testbed, items: &[ItemId]) -> Counted {
    testbed.begin().await;
    for _ in 0..testbed.rounds {
        deliver(testbed, "transactions/created", items).await;
        hand_over(testbed, ALONE).await;
    }
    testbed
        .end(
            "one more event soon after, its item as before",
            testbed.rounds * ITEMS,
        )
        .await
}

/// Measures events that waited during a fetch of their item.
pub(super) async fn read_before(testbed: &Testbed, items: &[ItemId]) -> Counted {
    testbed.begin().await;
    for _ in 0..testbed.rounds {
        deliver(testbed, "transactions/created", items).await;
    }
    let counted_so_far = testbed.end("", 1).await;
    let waiting = testbed.news().await;
    tokio::time::sleep(OLDER).await;
    // This fetches each item, and is not counted.
    deliver(testbed, "item/login_succeeded", items).await;
    hand_over(testbed, FULL).await;
    testbed.begin().await;
    for record in &waiting.for_item_sync {
        testbed
            .feed("item-sync", std::slice::from_ref(record))
            .await;
    }
    for record in &waiting.events_to_publish {
        testbed.feed("publish", std::slice::from_ref(record)).await;
    }
    let counted = testbed
        .end(
            "an event that came before the last fetch",
            testbed.rounds * ITEMS,
        )
        .await;
    counted.with(counted_so_far)
}

/// Measures deliveries of events that are already stored.
pub(super) async fn duplicates(testbed: &Testbed, items: &[ItemId]) -> Counted {
    let deliveries = deliver(testbed, "transactions/created", items).await;
    hand_over(testbed, FULL).await;
    testbed.begin().await;
    for _ in 0..testbed.rounds {
        for delivery in &deliveries {
            testbed.request("webhook", delivery, 200).await;
        }
    }
    hand_over(testbed, ALONE).await;
    testbed
        .end("a duplicate delivery", testbed.rounds * ITEMS)
        .await
}

/// Measures due items, and fetches that find them unchanged. One run of the scheduler requests all of them.
pub(super) async fn checks(testbed: &Testbed, items: &[ItemId]) -> Counted {
    testbed.begin().await;
    for _ in 0..testbed.rounds {
        make_due(testbed, items).await;
        testbed.invoke("scheduler", &json!({})).await;
        hand_over(testbed, ALONE).await;
    }
    testbed.end("a due fetch", testbed.rounds * ITEMS).await
}

/// Measures ticks that find nothing due.
pub(super) async fn idle_ticks(testbed: &Testbed) -> Counted {
    testbed.begin().await;
    for _ in 0..testbed.requests() {
        testbed.invoke("scheduler", &json!({})).await;
    }
    testbed
        .end("a scheduler run with nothing due", testbed.requests())
        .await
}

/// Sends the new stream records to the functions.
pub(super) async fn hand_over(testbed: &Testbed, batches: Batches) {
    let news = testbed.news().await;
    for records in news.for_item_sync.chunks(batches.item_sync) {
        testbed.feed("item-sync", records).await;
    }
    let items = testbed.news().await.items_to_publish;
    for records in [news.events_to_publish, news.items_to_publish, items] {
        for records in records.chunks(batches.publish) {
            testbed.feed("publish", records).await;
        }
    }
}

/// Delivers one new event for each item, as the function URL does.
async fn deliver(testbed: &Testbed, event: &str, items: &[ItemId]) -> Vec<Value> {
    let mut deliveries = Vec::new();
    for item_id in items {
        let delivery = sample::delivery(event, *item_id, USER);
        testbed.request("webhook", &delivery, 200).await;
        deliveries.push(delivery);
    }
    deliveries
}

/// Makes the items due, as if the time until their next fetch had passed.
async fn make_due(testbed: &Testbed, items: &[ItemId]) {
    let tables = &testbed.deployment.tables;
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
    // Discard the records of these writes.
    testbed.news().await;
}
