//! A deployment in which every request to DynamoDB is metered.

use std::collections::BTreeMap;

use harness::{CapacityMeter, Consumption};
use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{NewEvent, Target};
use tests::deployment::in_a_minute;
use tests::tables::{Row, client};
use tests::{Deployment, stream};

use super::USER;

pub(super) struct Metered {
    /// The deployment. Its tables' client goes through the meter.
    pub(super) deployment: Deployment,
    meter: CapacityMeter,
    item_sync: item_sync::App,
}

impl Metered {
    pub(super) async fn start() -> Self {
        let mut deployment = Deployment::start().await;
        let engine = deployment.tables.url.clone().unwrap();
        let meter = CapacityMeter::start(&engine).await.unwrap();
        deployment.tables.client = client(&meter.url());
        Self {
            item_sync: deployment.item_sync(),
            deployment,
            meter,
        }
    }

    /// Returns the requests to DynamoDB since the last call, each as a line, in order.
    pub(super) fn take(&self) -> Vec<String> {
        self.requests()
            .iter()
            .map(|asked| self.line(asked))
            .collect()
    }

    /// Returns the same requests as the meter recorded them.
    pub(super) fn requests(&self) -> Vec<Consumption> {
        self.meter.take()
    }

    fn line(&self, asked: &Consumption) -> String {
        let tables = &self.deployment.tables;
        let names = BTreeMap::from([
            (&tables.events, "EventTable"),
            (&tables.items, "ItemTable"),
            (&tables.credentials, "CredentialTable"),
            (&tables.limits, "LimitTable"),
        ]);
        let mut names: Vec<&str> = asked.tables.iter().map(|table| names[table]).collect();
        names.sort_unstable();
        let (operation, table) = (&asked.operation, names.join(" and "));
        let units = asked.units.unwrap();
        match (units.all_writes(), units.index_writes) {
            (0, _) => format!("{operation} {table}: {} read", units.reads()),
            (_, 0) => format!("{operation} {table}: {} write", units.writes),
            (_, index) => format!("{operation} {table}: {} write, {index} index", units.writes),
        }
    }

    /// Connects an item at the sandbox, and waits for it. Stores its event, and does not count these requests.
    pub(super) async fn connect(&self) -> ItemId {
        let item_id = self.deployment.connect(USER, "user-ok").await;
        self.deployment.item_reaches(item_id, "UPDATED").await;
        self.deliver("item/created", item_id).await;
        self.take();
        item_id
    }

    /// Connects an item and writes its row.
    pub(super) async fn known(&self) -> ItemId {
        let item_id = self.connect().await;
        self.sync_at(now()).await;
        self.take();
        item_id
    }

    /// Lets Pluggy update the item once more, and stores the event.
    pub(super) async fn change(&self, item_id: ItemId) {
        let id = item_id.to_string().parse().unwrap();
        assert!(self.deployment.pluggy.sync(id));
        self.deployment.item_reaches(item_id, "UPDATED").await;
        self.deliver("item/updated", item_id).await;
        self.take();
    }

    /// Fetches the item at `time`, and returns the cost for item-sync.
    pub(super) async fn fetch(&self, item_id: ItemId, time: Timestamp) -> Vec<String> {
        let event = NewEvent::fetch_request(Target::Item(item_id), &time.to_string(), time);
        let tables = &self.deployment.tables;
        tables.insert_event(&event).await;
        self.sync_at(time).await;
        self.take()
    }

    /// Stores an event of the item's.
    pub(super) async fn deliver(&self, event: &str, item_id: ItemId) {
        let rows = self.deployment.tables.event_rows().await;
        let body = json!({
            "event": event, "eventId": rows.len().to_string(), "itemId": item_id, "clientUserId": USER,
        });
        self.deliver_body(&body).await;
    }

    /// Stores any event.
    pub(super) async fn deliver_body(&self, body: &Value) {
        assert_eq!(self.deployment.deliver(body).await, 200);
    }

    /// Feeds the newest event to item-sync, always in the same process.
    pub(super) async fn sync(&self) {
        self.sync_at(now()).await;
    }

    /// Feeds the newest event at a time.
    pub(super) async fn sync_at(&self, time: Timestamp) {
        let rows = self.deployment.tables.event_rows().await;
        self.take();
        self.sync_rows(&rows[rows.len() - 1..], time).await;
    }

    /// Feeds the newest event so much later that all stored events were received before.
    pub(super) async fn sync_again_later(&self) {
        self.sync_at(now() + SignedDuration::from_secs(10)).await;
    }

    async fn sync_rows(&self, rows: &[Row], time: Timestamp) {
        let batch = stream::batch(rows);
        let answer = item_sync::handle(&self.item_sync, &batch, time, in_a_minute()).await;
        assert_eq!(answer.batch_item_failures, []);
    }
}
