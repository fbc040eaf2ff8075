//! What the built functions need so that it can be measured what they do: real engines behind TLS, and rows to work on.

mod events;
mod success;

use std::path::{Path, PathBuf};

use harness::{Bootstraps, EventBus, FunctionSettings, Queue, TestAuthority, TlsFront};
use pluggy::ItemId;
use runtime::env::Environment;
use sandbox::Settings;
use serde_json::{Value, json};

use crate::function_settings::function_settings;
use crate::{Deployment, deployment, stream};

pub use success::{Requests, assert_success};

/// The user whose item is there.
pub const USER: &str = "usr_01J9X";
/// How many items there are.
pub const BATCH: usize = 10;
/// What everything is compared with: a function that answers a constant.
pub const FLOOR: &str = "floor";
const BUS: &str = "arn:aws:events:sa-east-1:123456789012:event-bus/pluggy-lambda";
/// Nobody listens on a port that only root may take.
const REFUSES: &str = "https://127.0.0.1:1";
/// Fast enough to wait for a connection, slow enough that the item stays as it is from then on.
const TIME_SCALE: u32 = 10;

/// Everything that a function meets. It is there until it is dropped.
pub struct Scene {
    /// The tables, and the sandbox.
    pub deployment: Deployment,
    /// Before the tables' engine.
    pub dynamodb: TlsFront,
    /// Before the sandbox.
    pub pluggy: TlsFront,
    /// Before the event bus.
    pub event_bridge: TlsFront,
    /// The caller's item, which is up to date.
    pub item_id: ItemId,
    bus: EventBus,
    queue: Queue,
    authority: TestAuthority,
    bootstraps: Bootstraps,
    /// What the stream says of the events that the items' rows come from; that of the caller's item is the first.
    records: Vec<Value>,
}

impl Scene {
    /// Starts everything, and connects an item for [`USER`]. The shared API key is there, too, so that no function needs
    /// to authenticate.
    pub async fn start() -> Self {
        let authority = TestAuthority::new().unwrap();
        let settings = Settings {
            time_scale: TIME_SCALE,
            ..deployment::settings()
        };
        let deployment = Deployment::start_with(settings).await;
        let bus = EventBus::start(BUS, 1).await.unwrap();
        let (engine, bus_url) = (deployment.tables.url.as_deref().unwrap(), bus.url());
        let (dynamodb, pluggy, event_bridge) = tokio::try_join!(
            TlsFront::start(&authority, engine),
            TlsFront::start(&authority, deployment.pluggy.url()),
            TlsFront::start(&authority, &bus_url),
        )
        .unwrap();
        let item_ids = connected(&deployment).await;
        let rows = deployment.tables.event_rows().await;
        let records = records_of(&item_ids, stream::records(&rows));
        let environment = Environment::of_process();
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        Self {
            bootstraps: Bootstraps::of_environment(&environment, root),
            queue: Queue::start("publish-dead-letters", 1).await.unwrap(),
            deployment,
            dynamodb,
            pluggy,
            event_bridge,
            item_id: item_ids[0],
            bus,
            authority,
            records,
        }
    }

    /// A function that finds everything that it calls.
    pub fn settings(&self, name: &str) -> FunctionSettings {
        self.at(
            name,
            &self.dynamodb.url(),
            &self.pluggy.url(),
            &self.event_bridge.url(),
        )
    }

    /// The same without TLS, which shows what TLS costs.
    pub fn settings_in_the_clear(&self, name: &str) -> FunctionSettings {
        let engine = self.deployment.tables.url.as_deref().unwrap();
        self.at(name, engine, self.deployment.pluggy.url(), &self.bus.url())
    }

    /// A function for which all connections are refused.
    pub fn settings_unconnected(&self, name: &str) -> FunctionSettings {
        self.at(name, REFUSES, REFUSES, REFUSES)
    }

    /// The `number`-th event of a function, to be asked for when it is due: it carries the time. Numbers must not come
    /// again in one scene, since what comes again is no news.
    pub fn event(&self, name: &str, number: u64) -> Vec<u8> {
        events::event(self, name, number).to_string().into_bytes()
    }

    /// The `number`-th batch of item-sync with a record of each of [`BATCH`] items; numbers as for [`Self::event`].
    pub fn batch(&self, number: u64) -> Vec<u8> {
        events::batch(&self.records, number)
            .to_string()
            .into_bytes()
    }

    /// How many requests have come so far.
    pub fn requests(&self) -> Requests {
        Requests {
            dynamodb: self.dynamodb.requests(),
            pluggy: self.pluggy.requests(),
            event_bridge: self.event_bridge.requests(),
        }
    }

    /// How many TLS connections have been opened so far.
    pub fn handshakes(&self) -> u64 {
        self.dynamodb.handshakes() + self.pluggy.handshakes() + self.event_bridge.handshakes()
    }

    /// The binary of a function.
    pub fn bootstrap(&self, name: &str) -> PathBuf {
        self.bootstraps.path(name)
    }

    fn at(&self, name: &str, dynamodb: &str, pluggy: &str, event_bridge: &str) -> FunctionSettings {
        function_settings(name, self.bootstrap(name), &self.deployment.tables)
            .with("AWS_ENDPOINT_URL_DYNAMODB", dynamodb)
            .with("AWS_ENDPOINT_URL_EVENTBRIDGE", event_bridge)
            // Nothing here is meant to need the secret, or to put anything into the queue.
            .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", REFUSES)
            .with("AWS_ENDPOINT_URL_SQS", REFUSES)
            .with("EVENT_BUS", self.bus.arn())
            .with(
                "LOOPBACK_CA_BUNDLE",
                self.authority.bundle().to_str().unwrap(),
            )
            .with("PLUGGY_BASE_URL", pluggy)
            .with("DEAD_LETTER_QUEUE_URL", self.queue.url())
    }
}

/// Items that are up to date, with their rows, and the one event for each that led to it.
async fn connected(deployment: &Deployment) -> Vec<ItemId> {
    let mut item_ids = Vec::with_capacity(BATCH);
    for _ in 0..BATCH {
        item_ids.push(deployment.connect(USER, "user-ok").await);
    }
    for (number, item_id) in item_ids.iter().enumerate() {
        deployment.item_reaches(*item_id, "UPDATED").await;
        let event = json!({
            "event": "item/updated", "eventId": format!("5cee0000-0000-4000-8000-{number:012}"),
            "itemId": item_id, "triggeredBy": "SYNC", "clientUserId": USER,
        });
        assert_eq!(deployment.deliver(&event).await, 200);
    }
    deployment.sync_all().await;
    item_ids
}

/// The records in the order of the items.
fn records_of(item_ids: &[ItemId], records: Vec<Value>) -> Vec<Value> {
    let of = |item_id: &ItemId| {
        let key = format!("ITEM#{item_id}");
        let mut records = records.iter();
        let found = records.find(|record| record["dynamodb"]["Keys"]["pk"]["S"] == key.as_str());
        found.unwrap().clone()
    };
    item_ids.iter().map(of).collect()
}
