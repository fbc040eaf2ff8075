//! A deployment with a bus and a queue.

use std::sync::OnceLock;

use harness::{EventBus, Published, Queue};
use jiff::Timestamp;
use jsonschema::Validator;
use pluggy::ItemId;
use publish::republish;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::deployment::in_a_minute;
use tests::publishing::{BUS, apps};
use tests::tables::Row;
use tests::{Deployment, stream};
use tokio::time::Instant;

use super::USER;
use crate::closed_schema;

pub(crate) struct Testbed {
    pub(crate) deployment: Deployment,
    pub(crate) bus: EventBus,
    pub(super) queue: Queue,
    pub(super) publish: publish::App,
    pub(super) republish: republish::App,
}

impl Testbed {
    pub(crate) async fn start() -> Self {
        Self::start_with_seed(1).await
    }

    /// Starts a testbed with another course of random refusals.
    pub(super) async fn start_with_seed(seed: u64) -> Self {
        let deployment = Deployment::start().await;
        let bus = EventBus::start(BUS, seed).await.unwrap();
        let queue = Queue::start("publish-dead-letters", 1).await.unwrap();
        let (publish, republish) = apps(&deployment.tables, &bus.url(), &queue.url());
        Self {
            deployment,
            bus,
            queue,
            publish,
            republish,
        }
    }

    /// Starts a testbed with another server at the bus's address.
    pub(super) async fn start_with_bus_at(url: &str) -> Self {
        let testbed = Self::start().await;
        let (publish, republish) = apps(&testbed.deployment.tables, url, &testbed.queue.url());
        Self {
            publish,
            republish,
            ..testbed
        }
    }

    /// Starts a testbed with another server at the queue's address.
    pub(super) async fn start_with_queue_at(url: &str) -> Self {
        let testbed = Self::start().await;
        let (publish, republish) = apps(&testbed.deployment.tables, &testbed.bus.url(), url);
        Self {
            publish,
            republish,
            ..testbed
        }
    }

    /// Feeds publish records of a stream, and returns the sequence numbers of the records to be retried.
    pub(crate) async fn feed(&self, records: &[Value]) -> Vec<String> {
        self.feed_until(records, in_a_minute()).await
    }

    /// Feeds publish records at a time.
    pub(crate) async fn feed_at(&self, records: &[Value], now: Timestamp) -> Vec<String> {
        self.handle(records, now, in_a_minute()).await
    }

    pub(super) async fn feed_until(&self, records: &[Value], deadline: Instant) -> Vec<String> {
        self.handle(records, now(), deadline).await
    }

    async fn handle(&self, records: &[Value], now: Timestamp, deadline: Instant) -> Vec<String> {
        let payload = json!({ "Records": records }).to_string();
        let batch = runtime::payload::parse(&payload).unwrap();
        let answer = publish::handle(&self.publish, batch, now, deadline).await;
        answer
            .batch_item_failures
            .into_iter()
            .map(|failure| failure.item_identifier.unwrap())
            .collect()
    }

    /// Invokes republish with an operator's command.
    pub(crate) async fn command(&self, command: &Value) -> Result<Value, republish::Error> {
        self.command_until(command, in_a_minute()).await
    }

    pub(super) async fn command_until(
        &self,
        command: &Value,
        deadline: Instant,
    ) -> Result<Value, republish::Error> {
        let command = command.to_string();
        let report = republish::handle(&self.republish, &command, now(), deadline).await?;
        Ok(serde_json::to_value(report).unwrap())
    }

    /// Connects an item at the sandbox as its user `bank_user`, waits for its status, and stores the event that
    /// reports it.
    pub(super) async fn connected(&self, bank_user: &str, status: &str, event: &str) -> ItemId {
        let item_id = self.deployment.connect(USER, bank_user).await;
        self.deployment.item_reaches(item_id, status).await;
        self.deliver(&json!({
            "event": event, "eventId": "1", "itemId": item_id, "clientUserId": USER,
        }))
        .await;
        item_id
    }

    /// Stores an event as Pluggy posts it.
    pub(crate) async fn deliver(&self, body: &Value) {
        assert_eq!(self.deployment.deliver(body).await, 200);
    }

    /// Feeds publish every row of the event table.
    pub(crate) async fn feed_events(&self) -> Vec<String> {
        let rows = self.deployment.tables.event_rows().await;
        self.feed(&stream::records(&rows)).await
    }

    /// Returns the detail types of the events on the bus. Asserts that each event matches its schema.
    pub(crate) fn detail_types(&self) -> Vec<String> {
        let published = self.published();
        published.into_iter().map(|it| it.detail_type).collect()
    }

    pub(crate) fn published(&self) -> Vec<Published> {
        let published = self.bus.published();
        for event in &published {
            let detail = event.json();
            let schema = schema(&event.detail_type);
            let flaws: Vec<String> = schema
                .iter_errors(&detail)
                .map(|flaw| format!("{}: {flaw}", flaw.instance_path()))
                .collect();
            assert!(flaws.is_empty(), "{flaws:?}: {detail:#}");
            assert_eq!(event.source, "pluggy-lambda");
        }
        published
    }

    /// Returns the dead-lettered entries in the queue.
    pub(super) fn dead_lettered(&self) -> Vec<Value> {
        let bodies = self.queue.bodies();
        bodies
            .iter()
            .map(|body| serde_json::from_str(body).unwrap())
            .collect()
    }

    /// Returns the rows of `ItemTable` about items.
    pub(crate) async fn item_rows(&self) -> Vec<Row> {
        let tables = &self.deployment.tables;
        let mut rows = tables.rows(&tables.items).await;
        rows.retain(|row| row["pk"].as_s().unwrap().starts_with("ITEM#"));
        rows
    }
}

fn schema(detail_type: &str) -> &'static Validator {
    static WEBHOOK: OnceLock<Validator> = OnceLock::new();
    static ITEM: OnceLock<Validator> = OnceLock::new();
    static CONSENT: OnceLock<Validator> = OnceLock::new();
    static USER: OnceLock<Validator> = OnceLock::new();
    let (schema, name) = match detail_type.split_once('.') {
        Some(("webhook", _)) => (&WEBHOOK, "webhook"),
        Some(("consent", _)) => (&CONSENT, "consent"),
        Some(("user", _)) => (&USER, "user"),
        _ => (&ITEM, "item"),
    };
    schema.get_or_init(|| {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/events");
        let text = std::fs::read_to_string(format!("{root}/{name}.v1.schema.json")).unwrap();
        closed_schema::validator(&serde_json::from_str(&text).unwrap())
    })
}
