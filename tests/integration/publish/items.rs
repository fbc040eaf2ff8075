//! Changes of an item's phase. Each is published, whichever source reported it.

use harness::Refusal;
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{NewEvent, Target};
use tests::deployment::in_a_minute;
use tests::outage::unavailable;
use tests::stream::{self, item_record};
use tests::tables::Row;

use super::{Testbed, USER};

impl Testbed {
    /// Feeds every row of the event table to item-sync, and feeds publish the resulting records.
    pub(super) async fn sync(&self) {
        let before = self.item_rows().await;
        let batch = stream::batch(&self.deployment.tables.event_rows().await);
        item_sync::handle(&self.deployment.item_sync(), &batch, now(), in_a_minute()).await;
        let records = changes(&before, &self.item_rows().await);
        assert_eq!(self.feed(&records).await, [""; 0]);
    }

    async fn sync_while_pluggy_fails(&self) {
        let fault = unavailable("/items");
        self.deployment.pluggy.add_fault(fault);
        self.sync().await;
        self.deployment.pluggy.clear_faults();
    }

    async fn request_fetch(&self, item_id: ItemId, event_id: &str) {
        let tables = &self.deployment.tables;
        let check = NewEvent::fetch_request(Target::Item(item_id), event_id, now());
        tables.insert_event(&check).await;
    }

    fn details(&self) -> Vec<Value> {
        let published = self.published();
        published.iter().map(harness::Published::json).collect()
    }
}

pub(super) fn changes(before: &[Row], after: &[Row]) -> Vec<Value> {
    let of = |rows: &[Row], row: &Row| rows.iter().find(|other| other["pk"] == row["pk"]).cloned();
    let written = after.iter().enumerate();
    let written = written.filter(|(_, row)| of(before, row).as_ref() != Some(*row));
    let mut records: Vec<Value> = written
        .map(|(number, row)| item_record(number, of(before, row).as_ref(), Some(row)))
        .collect();
    let removed = before.iter().filter(|row| of(after, row).is_none());
    records.extend(removed.map(|row| item_record(99, Some(row), None)));
    records
}

#[tokio::test]
async fn a_connection_is_published_when_it_is_ready_and_not_after_each_fetch() {
    let testbed = Testbed::start().await;
    let item_id = testbed
        .connected("user-ok", "UPDATED", "item/created")
        .await;

    testbed.sync().await;
    testbed.request_fetch(item_id, "check").await;
    testbed.sync().await;

    assert_eq!(testbed.detail_types(), ["item.ready"]);
    let detail = &testbed.details()[0];
    assert_eq!(detail["itemId"], item_id.to_string());
    assert_eq!(detail["owner"], USER);
    assert!(detail["previousPhase"].is_null());
    assert_eq!(detail["status"], "UPDATED");
}

#[tokio::test]
async fn a_change_that_a_due_fetch_finds_is_published_as_the_items() {
    let testbed = Testbed::start().await;
    let item_id = testbed
        .connected("user-ok", "UPDATED", "item/created")
        .await;
    testbed.sync().await;

    // Every webhook of the next execution is lost.
    assert!(
        testbed
            .deployment
            .pluggy
            .sync(item_id.to_string().parse().unwrap())
    );
    testbed.deployment.item_reaches(item_id, "UPDATED").await;
    testbed.request_fetch(item_id, "check").await;
    testbed.sync().await;
    testbed.feed_events().await;

    assert_eq!(
        testbed.detail_types(),
        ["item.ready", "item.changed", "webhook.item/created"]
    );
    let details = testbed.details();
    assert!(details[1]["lastUpdatedAt"].as_str() > details[0]["lastUpdatedAt"].as_str());
    assert_eq!(details[1]["previousPhase"], "ready");
}

#[tokio::test]
async fn a_connection_that_breaks_and_is_deleted_is_published_with_its_owner() {
    let testbed = Testbed::start().await;
    let item_id = testbed
        .connected("user-bad", "LOGIN_ERROR", "item/error")
        .await;
    testbed.sync().await;

    let client = testbed.deployment.pluggy_client();
    client.delete_item(item_id, now()).await.unwrap();
    testbed
        .deliver(&json!({"event": "item/deleted", "eventId": "2", "itemId": item_id}))
        .await;
    testbed.sync().await;

    assert_eq!(testbed.detail_types(), ["item.reconnect", "item.deleted"]);
    let details = testbed.details();
    assert_eq!(details[0]["errorCode"], "INVALID_CREDENTIALS");
    assert_eq!(details[0]["nextAction"]["kind"], "reconnect");
    assert_eq!(details[1]["owner"], USER);
    assert_eq!(details[1]["previousPhase"], "reconnect");
}

#[tokio::test]
async fn an_item_that_was_not_fetched_yet_is_connecting() {
    let testbed = Testbed::start().await;
    testbed
        .connected("user-ok", "UPDATED", "item/created")
        .await;
    testbed.sync_while_pluggy_fails().await;
    testbed.sync().await;

    assert_eq!(testbed.detail_types(), ["item.connecting", "item.ready"]);
    assert_eq!(testbed.details()[1]["previousPhase"], "connecting");
}

#[tokio::test]
async fn an_item_that_an_operator_makes_up_is_never_published() {
    let testbed = Testbed::start().await;
    let items = testbed.deployment.operator();
    let command = json!({
        "action": "import", "run": "2f1e0d9c-0000-4000-8000-000000000020",
        "items": [{"itemId": super::ITEM, "clientUserId": USER}],
    });
    operator::handle(&items, command, now(), in_a_minute())
        .await
        .unwrap();
    testbed.sync_while_pluggy_fails().await;
    assert_eq!(
        testbed.item_rows().await.len(),
        1,
        "a placeholder, which is unconfirmed"
    );
    testbed.sync().await;

    assert_eq!(testbed.item_rows().await.len(), 0);
    assert_eq!(testbed.detail_types(), [""; 0]);
}

#[tokio::test]
async fn a_change_of_phase_is_counted_once_however_often_the_stream_brings_it() {
    let testbed = Testbed::start().await;
    testbed
        .connected("user-ok", "UPDATED", "item/created")
        .await;
    let before = testbed.item_rows().await;
    let batch = stream::batch(&testbed.deployment.tables.event_rows().await);
    item_sync::handle(
        &testbed.deployment.item_sync(),
        &batch,
        now(),
        in_a_minute(),
    )
    .await;
    let records = changes(&before, &testbed.item_rows().await);
    testbed.bus.set_refusals([Refusal::with("InternalFailure")]);

    testbed.feed(&records).await;
    testbed.bus.set_refusals([]);
    testbed.feed(&records).await;

    let lines = testbed.publish.metrics.lines();
    let counted: Vec<_> = lines.iter().map(|line| &line["ConnectionsReady"]).collect();
    assert_eq!(counted, [&Value::Null, &json!(1)]);
}
