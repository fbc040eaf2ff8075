//! A change of where an item stands is told, whatever found it.

use pluggy::ItemId;
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};
use store::{NewEvent, Target};
use tests::deployment::in_a_minute;
use tests::stream;
use tests::tables::Row;

use super::stand::item_record;
use super::{Stand, USER};

impl Stand {
    /// Lets item-sync look at everything in the event table, and the function see what that wrote.
    async fn sync(&self) {
        let before = self.item_rows().await;
        let batch = stream::batch(&self.deployment.tables.event_rows().await);
        item_sync::handle(&self.deployment.item_sync(), &batch, now(), in_a_minute()).await;
        let records = changes(&before, &self.item_rows().await);
        assert_eq!(self.feed(&records).await, [""; 0]);
    }

    async fn sync_while_pluggy_fails(&self) {
        self.deployment.pluggy.add_fault(Fault {
            method: None,
            path_prefix: "/items".to_owned(),
            times: None,
            effect: Effect::Status {
                status: 500,
                code_description: None,
            },
        });
        self.sync().await;
        self.deployment.pluggy.clear_faults();
    }

    async fn asked(&self, item_id: ItemId, event_id: &str) {
        let events = self.deployment.tables.event_store();
        let check = NewEvent::fetch_request(Target::Item(item_id), event_id, now());
        events.insert(&check).await.unwrap();
    }

    fn details(&self) -> Vec<Value> {
        let published = self.published();
        published.iter().map(harness::Published::json).collect()
    }
}

fn changes(before: &[Row], after: &[Row]) -> Vec<Value> {
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
async fn a_connection_is_told_when_it_is_ready_and_not_each_time_that_it_is_looked_at() {
    let stand = Stand::start().await;
    let item_id = stand.connected("user-ok", "UPDATED", "item/created").await;

    stand.sync().await;
    stand.asked(item_id, "check").await;
    stand.sync().await;

    assert_eq!(stand.told(), ["item.ready"]);
    let detail = &stand.details()[0];
    assert_eq!(detail["itemId"], item_id.to_string());
    assert_eq!(detail["owner"], USER);
    assert!(detail["previousPhase"].is_null());
    assert_eq!(detail["status"], "UPDATED");
}

#[tokio::test]
async fn a_change_that_a_check_finds_is_told_as_the_items() {
    let stand = Stand::start().await;
    let item_id = stand.connected("user-ok", "UPDATED", "item/created").await;
    stand.sync().await;

    // Every webhook of the next execution is lost.
    assert!(
        stand
            .deployment
            .pluggy
            .sync(item_id.to_string().parse().unwrap())
    );
    stand.deployment.item_reaches(item_id, "UPDATED").await;
    stand.asked(item_id, "check").await;
    stand.sync().await;
    stand.feed_events().await;

    assert_eq!(
        stand.told(),
        ["item.ready", "item.changed", "webhook.item/created"]
    );
    let details = stand.details();
    assert!(details[1]["lastUpdatedAt"].as_str() > details[0]["lastUpdatedAt"].as_str());
    assert_eq!(details[1]["previousPhase"], "ready");
}

#[tokio::test]
async fn a_connection_that_breaks_and_goes_is_told_with_whose_it_was() {
    let stand = Stand::start().await;
    let item_id = stand
        .connected("user-bad", "LOGIN_ERROR", "item/error")
        .await;
    stand.sync().await;

    let client = stand.deployment.pluggy_client();
    client.delete_item(item_id, now()).await.unwrap();
    stand
        .deliver(&json!({"event": "item/deleted", "eventId": "2", "itemId": item_id}))
        .await;
    stand.sync().await;

    assert_eq!(stand.told(), ["item.reconnect", "item.deleted"]);
    let details = stand.details();
    assert_eq!(details[0]["errorCode"], "INVALID_CREDENTIALS");
    assert_eq!(details[0]["nextAction"]["kind"], "reconnect");
    assert_eq!(details[1]["owner"], USER);
    assert_eq!(details[1]["previousPhase"], "reconnect");
}

#[tokio::test]
async fn an_item_that_cannot_be_read_yet_is_connecting() {
    let stand = Stand::start().await;
    stand.connected("user-ok", "UPDATED", "item/created").await;
    stand.sync_while_pluggy_fails().await;
    stand.sync().await;

    assert_eq!(stand.told(), ["item.connecting", "item.ready"]);
    assert_eq!(stand.details()[1]["previousPhase"], "connecting");
}

#[tokio::test]
async fn an_item_that_an_operator_makes_up_is_never_told() {
    let stand = Stand::start().await;
    let items = stand.deployment.operator();
    let command = json!({
        "action": "import", "run": "2f1e0d9c-0000-4000-8000-000000000020",
        "items": [{"itemId": super::ITEM, "clientUserId": USER}],
    });
    operator::handle(&items, command, now()).await.unwrap();
    stand.sync_while_pluggy_fails().await;
    assert_eq!(
        stand.item_rows().await.len(),
        1,
        "a placeholder, which is unconfirmed"
    );
    stand.sync().await;

    assert_eq!(stand.item_rows().await.len(), 0);
    assert_eq!(stand.told(), [""; 0]);
}
